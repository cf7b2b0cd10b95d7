//! `/healthz` and `/readyz`, for whatever watches over the process.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use poem::{
    Endpoint, Response,
    endpoint::{make, make_sync},
    http::{StatusCode, header},
};
use serde::Serialize;

/// How long the checks may take, together.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Says what keeps this instance from doing its work.
#[async_trait]
pub trait Readiness: Send + Sync + 'static {
    /// What is wrong, a sentence each, without secrets; nothing: it can take requests.
    async fn problems(&self) -> Vec<String>;

    /// What somebody should see to, though requests can be taken; a sentence each, without secrets.
    async fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The answer of `/readyz`.
#[derive(Debug, Serialize)]
struct Report {
    ready: bool,
    problems: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<String>,
}

/// Whether the process answers at all: mount it at `/healthz`.
pub fn liveness() -> impl Endpoint {
    poem::get(make_sync(|_| {
        plain(StatusCode::OK, "text/plain; charset=utf-8", "ok\n".to_owned())
    }))
}

/// Whether this instance can take requests: 200 or 503, with the problems as JSON. Mount it at `/readyz`.
pub fn readiness(checks: Arc<dyn Readiness>) -> impl Endpoint {
    poem::get(make(move |_| {
        let checks = Arc::clone(&checks);
        async move {
            let looked = tokio::time::timeout(TIME_LIMIT, async { (checks.problems().await, checks.notices().await) });
            let (problems, notices) = looked.await.unwrap_or_else(|_| {
                let late = format!("the checks took more than {} seconds", TIME_LIMIT.as_secs());
                (vec![late], Vec::new())
            });
            let report = Report {
                ready: problems.is_empty(),
                problems,
                notices,
            };
            let status = if report.ready {
                StatusCode::OK
            } else {
                StatusCode::SERVICE_UNAVAILABLE
            };
            let body = serde_json::to_string(&report).map_err(poem::error::InternalServerError)?;
            Ok::<_, poem::Error>(plain(status, "application/json", body))
        }
    }))
}

fn plain(status: StatusCode, content_type: &'static str, body: String) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body)
}

#[cfg(test)]
mod tests {
    use poem::Request;

    use super::*;

    struct Problems(Vec<String>);

    #[async_trait]
    impl Readiness for Problems {
        async fn problems(&self) -> Vec<String> {
            self.0.clone()
        }
    }

    struct Stuck;

    #[async_trait]
    impl Readiness for Stuck {
        async fn problems(&self) -> Vec<String> {
            std::future::pending().await
        }
    }

    async fn report(checks: impl Readiness) -> (StatusCode, String) {
        let response = readiness(Arc::new(checks)).get_response(Request::default()).await;
        (
            response.status(),
            response.into_body().into_string().await.expect("text"),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn ready_or_why_not() {
        let (status, body) = report(Problems(Vec::new())).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::OK, r#"{"ready":true,"problems":[]}"#)
        );
        let (status, body) = report(Problems(vec!["2 migrations are pending".to_owned()])).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body, r#"{"ready":false,"problems":["2 migrations are pending"]}"#);
        let (status, body) = report(Stuck).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains("took more than 5 seconds"), "{body}");
    }
}
