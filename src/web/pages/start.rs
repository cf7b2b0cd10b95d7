//! The start page at `/`: where to go.

use std::sync::Arc;

use maud::{Markup, html};
use poem::{Endpoint, EndpointExt, Response, endpoint::make, http::StatusCode};

use super::{
    PageParts, answer,
    asking::{Values, locale_of},
    layout::{Sheet, Switch, foreign, say},
    notice, programme,
};
use crate::{
    app::{AppError, Caller, programmes::ProgrammeRecord},
    domain::{message::Locale, page::Window},
    web::{
        headers::{ContentPolicy, SecurityHeaders},
        rate_limits::LimitRequests,
    },
};

/// Most programmes on the page.
const PROGRAMMES: usize = 50;

/// The page: mount it at `/`.
pub fn routes(parts: PageParts, shows_mailbox: bool) -> impl Endpoint {
    let limits = LimitRequests(parts.rate_limits.clone());
    let headers = SecurityHeaders {
        policy: ContentPolicy::Page,
        is_reached_over_tls: parts.is_reached_over_tls,
    };
    let parts = Arc::new(parts);
    poem::get(make(move |request: poem::Request| {
        let parts = Arc::clone(&parts);
        async move {
            let locale = locale_of(&request, &Values::of_query(&request));
            let response = match page(&parts, locale, shows_mailbox).await {
                Ok(response) => response,
                Err(error) => parts.breakdown(locale, error).unwrap_or_else(|| {
                    notice(
                        StatusCode::NOT_FOUND,
                        locale,
                        say(locale, "Niet gevonden", "Not found"),
                        "",
                    )
                }),
            };
            Ok::<_, poem::Error>(response)
        }
    }))
    .with(limits)
    .with(headers)
}

async fn page(parts: &PageParts, locale: Locale, shows_mailbox: bool) -> Result<Response, AppError> {
    let latest = Window {
        is_from_end: true,
        ..Window::first(PROGRAMMES)
    };
    let mut programmes = parts.app.programmes(&Caller::Public, false, None, &latest).await?;
    programmes.items.reverse();
    let now = parts.app.now().await?;
    let body = html! {
        section {
            h2 { (say(locale, "Programma's", "Programmes")) }
            @if programmes.items.is_empty() { p { (say(locale, "Er is nog geen programma.", "There is no programme yet.")) } }
            @for record in &programmes.items { (entry(record, now, locale)) }
            @if programmes.has_previous {
                p { (say(locale, "Dit zijn de nieuwste; de API geeft ze allemaal.", "These are the latest; the API gives all of them.")) }
            }
        }
        section {
            h2 { (say(locale, "Verder", "More")) }
            ul {
                li { a href="/p" { (say(locale, "Vraag een nieuwe persoonlijke link aan", "Ask for a new personal link")) } }
                li { a href="/graphiql" { "GraphiQL" } ": " (say(locale, "vragen stellen aan de API", "ask the API")) }
                li { a href="/schema.graphql" { "schema.graphql" } ": " (say(locale, "wat de API kan", "what the API can do")) }
                @if shows_mailbox {
                    li { a href="/mailbox/" { "Mailbox" } ": " (say(
                        locale,
                        "de mails, die hier blijven en niet worden verstuurd",
                        "the mails, which stay here and are not sent",
                    )) }
                }
            }
        }
    };
    let title = say(locale, "Leernetwerk", "Learning network");
    Ok(answer(
        StatusCode::OK,
        Sheet {
            locale,
            title,
            title_locale: locale,
            switch: &Switch::Query(String::new()),
            body,
        }
        .render(),
    ))
}

fn entry(record: &ProgrammeRecord, now: chrono::DateTime<chrono::Utc>, locale: Locale) -> Markup {
    let announced = &record.programme.announced;
    html! {
        article {
            h3 lang=[foreign(announced.locale, locale)] {
                a href={ "/programmes/" (*announced.slug) "?lang=" (locale.tag()) } { (announced.title) }
            }
            @if let Some(subtitle) = &announced.subtitle { p.subtitle lang=[foreign(announced.locale, locale)] { (subtitle) } }
            p {
                (say(locale, "Stand: ", "Status: ")) (programme::status(record.programme.status(now), locale)) ". "
                (say(locale, "Aanmelden ", "Registration ")) (programme::registration_until(&record.programme, now, locale)) "."
            }
        }
    }
}
