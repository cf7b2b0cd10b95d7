//! `/metrics`, for Prometheus. It holds no word about a person, but how busy and how healthy a service is, is not everybody's
//! business: off loopback it is for administrators.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use poem::{
    Endpoint, Request, Response,
    endpoint::make,
    http::{StatusCode, header},
};
use secrecy::SecretString;

use super::graphql_http::bearer;
use crate::{
    app::{App, Caller},
    metrics::{CONTENT_TYPE, Metrics, Reading},
};

/// How long looking things up may take; then the text says that the database does not answer.
const TIME_LIMIT: Duration = Duration::from_secs(3);

/// Looks up what the process does not count itself.
#[async_trait]
pub trait Observe: Send + Sync + 'static {
    /// How things stand now, or stood a few seconds ago.
    async fn reading(&self) -> Reading;

    /// The same without the database.
    fn own(&self) -> Reading;
}

/// Who may read the metrics.
#[derive(Debug, Clone)]
pub enum MetricsAccess {
    /// Everybody who can reach the server: it is reached on loopback only.
    Everybody,
    /// Who gives an administrator's token as a bearer token.
    Administrators {
        /// The administrator's token given from outside, if there is one.
        master: Option<SecretString>,
    },
}

/// What `/metrics` stands on.
#[derive(Clone)]
pub struct MetricsPage {
    /// Finds out who holds a token.
    pub app: App,
    /// Who may read.
    pub access: MetricsAccess,
    /// What the process counted.
    pub metrics: Metrics,
    /// What is looked up.
    pub observe: Arc<dyn Observe>,
}

/// The endpoint: mount it at `/metrics`.
pub fn metrics(page: MetricsPage) -> impl Endpoint {
    poem::get(make(move |request: Request| {
        let page = page.clone();
        async move { Ok::<_, poem::Error>(page.answer(&request).await) }
    }))
}

impl MetricsPage {
    async fn answer(&self, request: &Request) -> Response {
        if let Err(refusal) = self.admit(request).await {
            return *refusal;
        }
        let reading = tokio::time::timeout(TIME_LIMIT, self.observe.reading()).await;
        let reading = reading.unwrap_or_else(|_| self.observe.own());
        match self.metrics.text(&reading) {
            Ok(text) => plain(StatusCode::OK, CONTENT_TYPE, text),
            Err(error) => {
                tracing::error!(%error, "the metrics cannot be written");
                say(StatusCode::INTERNAL_SERVER_ERROR, "The metrics cannot be written.")
            }
        }
    }

    async fn admit(&self, request: &Request) -> Result<(), Box<Response>> {
        let MetricsAccess::Administrators { master } = &self.access else {
            return Ok(());
        };
        let unauthenticated = || {
            let mut response = say(
                StatusCode::UNAUTHORIZED,
                "The metrics are for administrators: send `Authorization: Bearer …` with an administrator's token.",
            );
            let scheme = header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
            Box::new(response)
        };
        let token = bearer(request.headers()).ok().flatten().ok_or_else(unauthenticated)?;
        match self.app.caller_of(token, master.as_ref()).await {
            Ok(Some(Caller::Administrator { .. })) => Ok(()),
            Ok(Some(_)) => Err(Box::new(say(
                StatusCode::FORBIDDEN,
                "The metrics are for administrators; this token is another's.",
            ))),
            Ok(None) => Err(unauthenticated()),
            Err(error) => {
                tracing::warn!(error = %crate::chain::Chain(&error), "a token could not be looked up");
                Err(Box::new(say(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The token cannot be looked up now. The one in LEERNETWERK_API_TOKEN needs no database.",
                )))
            }
        }
    }
}

fn say(status: StatusCode, sentence: &str) -> Response {
    plain(status, "text/plain; charset=utf-8", format!("{sentence}\n"))
}

fn plain(status: StatusCode, content_type: &'static str, body: String) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body)
}
