//! Plain HTML pages: no script, no cookie, no other host. Each stands on its own and says what can be done next.
//!
//! A GET, HEAD or OPTIONS never changes anything, because mail scanners open every link they find; a button does, by POST.
//! Everything put into a page is escaped by the template. Neither the address of a page nor its form is ever logged: the
//! path behind `/p/` is a key.

pub mod mailbox;
pub mod nothing_here;
pub mod personal;
pub mod public;
pub mod start;

mod areas;
mod asking;
mod deciding;
mod fields;
mod guests;
mod harvest;
mod hosting;
mod layout;
mod link_request;
mod markdown;
mod meetings;
mod own_data;
mod people;
mod programme;
mod refusals;
mod registration;
mod sharing;
mod team;
mod team_link;

use std::error::Error;

use maud::Markup;
use poem::{
    Endpoint, IntoResponse, Response,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use tokio_util::task::TaskTracker;

use super::{graphql_http::NewCorrelationId, rate_limits::RateLimits};
use crate::chain::Chain;
use crate::{
    app::{App, AppError},
    domain::{message::Locale, refusal::Refusal},
};
pub use areas::Area;
use layout::{Sheet, Switch, say};

/// What every area of pages needs.
#[derive(Clone)]
pub struct PageParts {
    /// What people may do.
    pub app: App,
    /// What one address may ask for.
    pub rate_limits: RateLimits,
    /// Ids of internal errors: the page tells the id, the log what went wrong.
    pub new_correlation_id: NewCorrelationId,
    /// Acts under way. They run on when the browser hangs up.
    pub acts: TaskTracker,
    /// Whether the base URL is `https`.
    pub is_reached_over_tls: bool,
}

/// The style sheet of all pages: mount it at [`STYLESHEET_PATH`].
pub fn stylesheet() -> impl Endpoint {
    file("text/css; charset=utf-8", include_str!("page.css"))
}

/// Where pages look for their style sheet.
pub const STYLESHEET_PATH: &str = "/pages.css";

/// What browsers show beside the title of a page: mount it at [`ICON_PATH`].
pub fn icon() -> impl Endpoint {
    file("image/svg+xml", include_str!("icon.svg"))
}

/// Where pages look for their icon. Without one browsers would ask for `/favicon.ico`, and log that there is none.
pub const ICON_PATH: &str = "/icon.svg";

fn file(content_type: &'static str, text: &'static str) -> impl Endpoint {
    poem::get(poem::endpoint::make_sync(move |_| {
        // Asked again each time, so that a new binary's page is never shown in old clothes.
        Response::builder()
            .header(header::CONTENT_TYPE, content_type)
            .header(header::CACHE_CONTROL, "no-cache")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(text)
    }))
}

/// A page as an answer: never stored by browsers or proxies, never indexed.
fn answer(status: StatusCode, page: Markup) -> Response {
    private(
        Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .body(page.into_string()),
    )
}

/// An answer that is for the person who asked and nobody else.
fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    );
    response
}

/// Sends the browser on to show, by GET, what came of a POST. The place is relative, so that no key stands in it.
fn see_other(place: &str) -> Response {
    let Ok(place) = HeaderValue::from_str(place) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    private(
        Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, place)
            .finish(),
    )
}

/// A page that consists of a heading and a paragraph.
fn notice(status: StatusCode, locale: Locale, title: &str, text: &str) -> Response {
    let body = maud::html! { p { (text) } };
    answer(
        status,
        Sheet {
            locale,
            title,
            title_locale: locale,
            switch: &Switch::None,
            body,
        }
        .render(),
    )
}

/// The answer to a form that is none, or a huge one.
fn unreadable(status: StatusCode, locale: Locale) -> Response {
    let text = say(
        locale,
        "Ga terug en probeer het opnieuw.",
        "Please go back and try again.",
    );
    notice(
        status,
        locale,
        say(locale, "We kunnen dit formulier niet lezen", "We cannot read this form"),
        text,
    )
}

/// The answer to an address that sends forms too often.
fn too_often(locale: Locale, seconds: u64) -> Response {
    let text = match locale {
        Locale::Nl => format!(
            "Vanaf uw adres is te vaak een formulier verstuurd. Probeer het over {seconds} seconden opnieuw; ga daarvoor terug, dan is wat u invulde er nog."
        ),
        Locale::En => format!(
            "Forms were sent too often from your address. Please try again in {seconds} seconds; go back for it, so that what you filled in is still there."
        ),
    };
    let title = say(locale, "Even wachten", "Please wait");
    let mut response = notice(StatusCode::TOO_MANY_REQUESTS, locale, title, &text);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

fn broken(locale: Locale, cause: &dyn Error, new_correlation_id: &NewCorrelationId) -> Response {
    let correlation_id = new_correlation_id();
    tracing::error!(%correlation_id, cause = %Chain(cause), "a page cannot be shown");
    let title = say(locale, "Er ging iets mis", "Something went wrong");
    let text = match locale {
        Locale::Nl => format!(
            "De fout ligt bij ons. Probeer het over een paar minuten opnieuw. Gaat het dan weer mis, noem dan deze code: {correlation_id}."
        ),
        Locale::En => {
            format!(
                "The mistake is ours. Please try again in a few minutes. If it goes wrong again, mention this code: {correlation_id}."
            )
        }
    };
    notice(StatusCode::INTERNAL_SERVER_ERROR, locale, title, &text)
}

impl PageParts {
    /// The answer to what went wrong beyond what a page tells by itself. None: there is nothing here for the caller.
    fn breakdown(&self, locale: Locale, error: AppError) -> Option<Response> {
        match error {
            AppError::Broken(cause) => Some(broken(locale, &*cause, &self.new_correlation_id)),
            AppError::Refused(refusals) if !matches!(refusals.as_slice(), [Refusal::NotFound { .. }]) => {
                let zone = chrono_tz::Europe::Amsterdam;
                let texts: Vec<_> = refusals
                    .iter()
                    .map(|refusal| refusals::in_words(refusal, zone, locale))
                    .collect();
                let title = say(locale, "Dat kan niet", "That cannot be done");
                Some(notice(StatusCode::CONFLICT, locale, title, &texts.join(" ")))
            }
            AppError::Refused(_) | AppError::Unauthenticated | AppError::Forbidden => None,
        }
    }

    /// Runs an act in a task of its own, so that a browser that hangs up does not cut it in half and a panic is an answer.
    async fn carry_out<T: Send + 'static>(
        &self,
        act: impl Future<Output = Result<T, AppError>> + Send + 'static,
    ) -> Result<T, AppError> {
        self.acts
            .spawn(act)
            .await
            .unwrap_or_else(|stopped| Err(AppError::Broken(Box::new(stopped))))
    }
}
