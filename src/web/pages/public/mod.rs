//! `/programmes/{slug}`: what everybody may know of a programme, with a form to register, so that no portal is needed; and
//! `/programmes/{slug}.ics`: its meetings, to subscribe to. `/programmes/{slug}/harvests`: what its participants published.
//!
//! The answer to a form is the page itself and no redirect: what it tells, place and moment, is not in the database for the public,
//! and in an address it could be made up. Sending a form again is harmless: the same person is one registration.

mod asking;
mod harvests;
mod page;
mod registering;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use maud::html;
use poem::{
    Endpoint, EndpointExt, Request, Response,
    endpoint::make,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};

use super::{
    PageParts, answer,
    asking::{Values, locale_of, read_form},
    layout::{Sheet, Switch, say},
};
use crate::{
    app::{AppError, Caller, Repeatable, hosting::HostingView, programmes::ProgrammeRecord},
    domain::{message::Locale, refusal::Refusal},
    web::{
        conditional::Known,
        headers::{ContentPolicy, SecurityHeaders},
        rate_limits::{LimitRequests, peer_of},
    },
};
use page::{Form, ProgrammePage};

/// What the address of a calendar ends with.
const CALENDAR: &str = ".ics";

/// What a page is about.
#[derive(Clone, Copy)]
enum About {
    /// The programme, and what forms on its page ask for.
    Programme { acts: bool },
    /// What its participants published.
    Harvests,
    /// One of these.
    Harvest,
}

/// The pages: mount them at `/programmes/:slug`.
pub fn pages(parts: PageParts) -> impl Endpoint {
    mounted(
        parts,
        About::Programme { acts: false },
        Some(About::Programme { acts: true }),
    )
}

/// What participants published: mount it at `/programmes/:slug/harvests`.
pub fn harvest_list(parts: PageParts) -> impl Endpoint {
    mounted(parts, About::Harvests, None)
}

/// One of these: mount it at `/programmes/:slug/harvests/:harvest`.
pub fn harvest(parts: PageParts) -> impl Endpoint {
    mounted(parts, About::Harvest, None)
}

fn mounted(parts: PageParts, on_get: About, on_post: Option<About>) -> impl Endpoint {
    let limits = LimitRequests(parts.rate_limits.clone());
    let headers = SecurityHeaders {
        policy: ContentPolicy::Page,
        is_reached_over_tls: parts.is_reached_over_tls,
    };
    let parts = Arc::new(parts);
    let handled = |about: About| {
        let parts = Arc::clone(&parts);
        make(move |request| {
            let parts = Arc::clone(&parts);
            async move { Ok::<_, poem::Error>(handle(&parts, request, about).await) }
        })
    };
    let mut methods = poem::get(handled(on_get));
    if let Some(about) = on_post {
        methods = methods.post(handled(about));
    }
    methods.with(limits).with(headers)
}

async fn handle(parts: &PageParts, request: Request, about: About) -> Response {
    let query = Values::of_query(&request);
    let locale = locale_of(&request, &query);
    let name = request.raw_path_param("slug").unwrap_or_default().to_owned();
    let shown = match (about, name.strip_suffix(CALENDAR)) {
        (About::Programme { acts: false }, Some(slug)) => calendar(parts, slug, request.headers()).await,
        (About::Programme { acts: false }, None) => show(parts, &name, request.headers(), locale).await,
        (About::Programme { acts: true }, None) => act(parts, &name, request, locale).await,
        (About::Programme { acts: true }, Some(_)) => Ok(StatusCode::METHOD_NOT_ALLOWED.into()),
        (About::Harvests, _) => harvests::all(parts, &name, request.headers(), locale).await,
        (About::Harvest, _) => {
            let id = request.raw_path_param("harvest").unwrap_or_default();
            harvests::one(parts, &name, id, request.headers(), locale).await
        }
    };
    match shown {
        Ok(response) => response,
        Err(error) => parts.breakdown(locale, error).unwrap_or_else(|| nothing_here(locale)),
    }
}

fn nothing_here(locale: Locale) -> Response {
    let body = html! {
        p { (say(locale, "Controleer het adres, of bekijk ", "Please check the address, or look at ")) a href={ "/?lang=" (locale.tag()) } {
            (say(locale, "welke programma's er zijn", "the programmes that there are"))
        } "." }
    };
    let sheet = Sheet {
        locale,
        title: say(locale, "Dit programma is er niet", "There is no such programme"),
        title_locale: locale,
        switch: &Switch::Query(String::new()),
        body,
    };
    answer(StatusCode::NOT_FOUND, sheet.render())
}

fn not_found() -> AppError {
    Refusal::not_found("programme", "programmeSlug").into()
}

/// A programme as the public knows it.
struct Public {
    record: ProgrammeRecord,
    now: DateTime<Utc>,
    calendar_address: String,
    has_harvests: bool,
    hosting: Arc<HostingView>,
}

impl Public {
    async fn of(parts: &PageParts, slug: &str) -> Result<Self, AppError> {
        let record = parts
            .app
            .programme(&Caller::Public, slug)
            .await?
            .ok_or_else(not_found)?;
        let (base_url, _) = parts.app.mail_is_made_with();
        let calendar_address = format!("{base_url}/programmes/{}{CALENDAR}", record.programme.announced.slug);
        let has_harvests = parts.app.has_published_harvests(record.programme.id).await?;
        let hosting = parts.app.hosting(&Caller::Public, record.programme.id).await?;
        Ok(Self {
            hosting,
            has_harvests,
            calendar_address,
            record,
            now: parts.app.now().await?,
        })
    }

    fn page<'a>(&'a self, locale: Locale, form: Form<'a>) -> ProgrammePage<'a> {
        ProgrammePage {
            record: &self.record,
            now: self.now,
            locale,
            calendar_address: &self.calendar_address,
            has_harvests: self.has_harvests,
            hosting: &self.hosting,
            form,
        }
    }
}

async fn show(parts: &PageParts, slug: &str, headers: &HeaderMap, locale: Locale) -> Result<Response, AppError> {
    let public = Public::of(parts, slug).await?;
    let page = public.page(locale, Form::Blank).render().into_string();
    Ok(shown(headers, page))
}

/// A page as everybody sees it, unless the reader has it.
fn shown(known: &HeaderMap, page: String) -> Response {
    let mut response = Known::of(known).answer("text/html; charset=utf-8", page);
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

async fn calendar(parts: &PageParts, slug: &str, headers: &HeaderMap) -> Result<Response, AppError> {
    let text = parts
        .app
        .programme_calendar(&Caller::Public, slug)
        .await?
        .ok_or_else(not_found)?;
    Ok(Known::of(headers).answer("text/calendar; charset=utf-8", text))
}

async fn act(parts: &PageParts, slug: &str, mut request: Request, locale: Locale) -> Result<Response, AppError> {
    let peer = peer_of(&request);
    let filled = match read_form(&mut request).await {
        Ok(filled) => filled,
        Err(status) => return Ok(super::unreadable(status, locale)),
    };
    let public = Public::of(parts, slug).await?;
    let (mutation, form): (_, fn(_, _) -> _) = match filled.get("act") {
        Some("register") => ("register", Form::Registration),
        Some("ask") => ("askQuestion", Form::Question),
        _ => return Ok(super::unreadable(StatusCode::BAD_REQUEST, locale)),
    };
    if let Err(exceeded) = parts.rate_limits.admit_mutations(peer, &[mutation.to_owned()]) {
        return Ok(super::too_often(locale, exceeded.retry_after_seconds));
    }
    let (app, slug) = (parts.app.clone(), slug.to_owned());
    let once = Repeatable::default();
    let told = if mutation == "register" {
        let person = registering::person(&filled, locale);
        let act = async move { app.register(&Caller::Public, &slug, person, &once).await };
        let email = filled.get("email").unwrap_or_default();
        let told = |receipt| registering::receipt(&public.record, receipt, email, locale);
        parts.carry_out(act).await.map(told)
    } else {
        let question = asking::question(&filled);
        let act = async move { app.ask_question(&Caller::Public, &slug, question, &once).await };
        parts
            .carry_out(act)
            .await
            .map(|()| asking::asked(&public.record, locale))
    };
    match told {
        Ok(told) => Ok(answer(StatusCode::OK, told)),
        Err(AppError::Refused(refused)) if !is_gone(&refused) => {
            let is_about_fields = refused.iter().all(|refusal| refusal.field().is_some());
            let status = match is_about_fields {
                true => StatusCode::UNPROCESSABLE_ENTITY,
                false => StatusCode::CONFLICT,
            };
            Ok(answer(status, public.page(locale, form(&filled, &refused)).render()))
        }
        Err(other) => Err(other),
    }
}

fn is_gone(refused: &[Refusal]) -> bool {
    matches!(refused, [Refusal::NotFound { .. }])
}
