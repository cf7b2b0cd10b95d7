//! Every endpoint at its address.

use std::sync::Arc;

use async_graphql::Executor;
use poem::{
    Endpoint, EndpointExt, IntoResponse, Response, Route,
    error::NotFoundError,
    http::{StatusCode, header},
    middleware::CatchPanic,
};

use super::{
    graphiql::graphiql,
    graphql_http::{Authenticate, Door, GraphqlEndpoint, schema_endpoint},
    headers::{ContentPolicy, SecurityHeaders},
    health::{self, Readiness},
    metrics::{MetricsPage, metrics},
    observed::Observed,
    pages::{
        ICON_PATH, PageParts, STYLESHEET_PATH, icon,
        mailbox::{self, MailboxAccess},
        nothing_here::NothingHere,
        personal, public, start, stylesheet,
    },
};
use crate::app::App;

/// What the endpoints stand on.
pub struct Site<E, A> {
    /// What people may do, for the pages.
    pub app: App,
    /// The way to the schema; its limits, ids of errors and acts under way hold for the pages too.
    pub door: Arc<Door<E, A>>,
    /// The schema in its definition language.
    pub sdl: String,
    /// What `/readyz` asks.
    pub readiness: Arc<dyn Readiness>,
    /// What `/metrics` stands on.
    pub metrics: MetricsPage,
    /// Who sees captured mail.
    pub mailbox: MailboxAccess,
    /// Whether the base URL is `https`.
    pub is_reached_over_tls: bool,
}

/// The whole server: a request in, an answer out.
pub fn site<E: Executor, A: Authenticate>(site: Site<E, A>) -> impl Endpoint<Output = Response> {
    let Site {
        app,
        door,
        sdl,
        readiness,
        metrics: metrics_page,
        mailbox,
        is_reached_over_tls,
    } = site;
    let observed = Observed {
        metrics: metrics_page.metrics.clone(),
        new_correlation_id: Arc::clone(&door.new_correlation_id),
    };
    let parts = PageParts {
        app,
        rate_limits: door.rate_limits.clone(),
        new_correlation_id: Arc::clone(&door.new_correlation_id),
        acts: door.acts.clone(),
        is_reached_over_tls,
    };
    let new_correlation_id = Arc::clone(&door.new_correlation_id);
    let shows_mailbox = !matches!(mailbox, MailboxAccess::None);
    Route::new()
        .at("/graphql", GraphqlEndpoint::new(door))
        .at("/schema.graphql", schema_endpoint(sdl))
        .nest("/graphiql", graphiql(is_reached_over_tls))
        .at("/", start::routes(parts.clone(), shows_mailbox))
        .at("/p", personal::link_requests(parts.clone()))
        // Not nested: a path that is no text would be refused before the page could say that the link is dead.
        .at("/p/:token", personal::pages(parts.clone()))
        .at("/programmes/:slug", public::pages(parts.clone()))
        .at("/programmes/:slug/harvests", public::harvest_list(parts.clone()))
        .at("/programmes/:slug/harvests/:harvest", public::harvest(parts.clone()))
        .nest("/mailbox", mailbox::routes(parts, mailbox))
        .at(STYLESHEET_PATH, stylesheet())
        .at(ICON_PATH, icon())
        .at("/healthz", health::liveness())
        .at("/readyz", health::readiness(readiness))
        .at("/metrics", metrics(metrics_page))
        .with(NothingHere {
            headers: SecurityHeaders {
                policy: ContentPolicy::Page,
                is_reached_over_tls,
            },
        })
        // What programs ask for.
        .catch_error(|_: NotFoundError| async { nothing_here() })
        .with(CatchPanic::new().with_handler(move |panic: Box<dyn std::any::Any + Send>| {
            let correlation_id = new_correlation_id();
            let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            tracing::error!(%correlation_id, message, "a request panicked");
            sentence(StatusCode::INTERNAL_SERVER_ERROR, format!("Something went wrong; it is logged as {correlation_id}."))
        }))
        .with(observed)
}

fn nothing_here() -> Response {
    sentence(StatusCode::NOT_FOUND, "There is nothing at this address.".to_owned())
}

fn sentence(status: StatusCode, text: String) -> Response {
    format!("{text}\n")
        .with_status(status)
        .with_header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .with_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .into_response()
}
