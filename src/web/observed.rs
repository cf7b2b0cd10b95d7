//! Around every request: a span for the log and a line for the metrics. Neither holds a path as it was asked for, for some
//! paths are keys, nor anything else that says who asked.

use poem::{Endpoint, IntoResponse, Middleware, Request, Response};
use tokio::time::Instant;
use tracing::Instrument;

use super::graphql_http::NewCorrelationId;
use crate::metrics::Metrics;

/// Put beside an answer by whoever knows better than the address what was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind(pub(crate) &'static str);

/// Observes requests.
#[derive(Clone)]
pub struct Observed {
    /// Where they are counted.
    pub metrics: Metrics,
    /// Ids of requests.
    pub new_correlation_id: NewCorrelationId,
}

impl<E: Endpoint> Middleware<E> for Observed {
    type Output = ObservedEndpoint<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        ObservedEndpoint {
            endpoint,
            observed: self.clone(),
        }
    }
}

/// An endpoint behind [`Observed`].
pub struct ObservedEndpoint<E> {
    endpoint: E,
    observed: Observed,
}

impl<E: Endpoint> Endpoint for ObservedEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (route, kind) = route_of(request.uri().path());
        let span = tracing::info_span!(
            "request",
            method = method_of(&request),
            route,
            correlation_id = (self.observed.new_correlation_id)(),
            operation = tracing::field::Empty,
            status = tracing::field::Empty,
        );
        let began_at = Instant::now();
        let answered = async {
            let response = match self.endpoint.call(request).await {
                Ok(response) => response.into_response(),
                Err(error) => error.into_response(),
            };
            let kind = response.data::<Kind>().map_or(kind, |kind| kind.0);
            let (status, took) = (response.status().as_u16(), began_at.elapsed());
            tracing::Span::current().record("status", status);
            tracing::debug!(kind, took_ms = took.as_secs_f64() * 1000.0, "answered");
            self.observed.metrics.requested(kind, status, took);
            response
        };
        Ok(answered.instrument(span).await)
    }
}

/// The method; whatever it is, a word of ours.
fn method_of(request: &Request) -> &'static str {
    let known = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];
    let method = request.method().as_str();
    known.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// The pattern of a path, and what is asked for there.
fn route_of(path: &str) -> (&'static str, &'static str) {
    let mut parts = path.split('/').skip(1);
    match (
        parts.next().unwrap_or(""),
        parts.next().is_some_and(|part| !part.is_empty()),
    ) {
        ("graphql", false) => ("/graphql", "graphql"),
        ("schema.graphql", false) => ("/schema.graphql", "static"),
        ("graphiql", _) => ("/graphiql", "static"),
        ("pages.css", false) => ("/pages.css", "static"),
        ("icon.svg", false) => ("/icon.svg", "static"),
        ("p", false) => ("/p", "page"),
        ("p", true) => ("/p/{token}", "page"),
        ("programmes", _) => ("/programmes/{slug}", "page"),
        ("mailbox", _) => ("/mailbox", "mailbox"),
        ("healthz", false) => ("/healthz", "health"),
        ("readyz", false) => ("/readyz", "health"),
        ("metrics", false) => ("/metrics", "metrics"),
        ("", false) => ("/", "page"),
        _ => ("other", "other"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_patterns() {
        for (path, route) in [
            ("/graphql", "/graphql"),
            ("/p/abcdef", "/p/{token}"),
            ("/p/abcdef/and/more", "/p/{token}"),
            ("/p/", "/p"),
            ("/p", "/p"),
            ("/mailbox/0190/html", "/mailbox"),
            ("/programmes/werken-2014.ics", "/programmes/{slug}"),
            ("/", "/"),
            ("", "/"),
            ("/anna@gemeente.example", "other"),
            ("/graphql/anna", "other"),
            ("//p/abcdef", "other"),
        ] {
            assert_eq!(route_of(path).0, route, "{path}");
        }
    }
}
