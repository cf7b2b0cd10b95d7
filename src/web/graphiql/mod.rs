//! GraphiQL at `/graphiql`, from this binary alone: see `README.md` beside this file for what the bundle is made of.

use poem::http::header;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, Route};

use super::headers::{ContentPolicy, SecurityHeaders};

/// The page and its two files: nest it at `/graphiql`.
pub fn graphiql(is_reached_over_tls: bool) -> impl IntoEndpoint<Endpoint = impl Endpoint> {
    Route::new()
        .at("/", file("text/html; charset=utf-8", include_str!("index.html")))
        .at(
            "/graphiql.js",
            file("text/javascript; charset=utf-8", include_str!("graphiql.js")),
        )
        .at(
            "/graphiql.css",
            file("text/css; charset=utf-8", include_str!("graphiql.css")),
        )
        .with(SecurityHeaders {
            policy: ContentPolicy::Graphiql,
            is_reached_over_tls,
        })
}

fn file(content_type: &'static str, text: &'static str) -> impl Endpoint {
    poem::get(poem::endpoint::make_sync(move |_| {
        // Asked again each time, so that a new binary's page never runs with an old one's script.
        Response::builder()
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CACHE_CONTROL, "no-cache")
            .body(text)
    }))
}
