//! The programme of the showcase: who presents what at what time.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{author, harvests, times};
use crate::{
    app::{AppError, harvest::HarvestView},
    domain::{formats, harvest::Harvest, message::Locale},
    web::pages::{
        areas::{Area, Visit},
        layout::say,
    },
};

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    let view = harvests(visit).await?;
    let locale = visit.locale;
    let body = html! {
        section {
            (programme(&view, locale))
        }
        @if visit.caller.organises(view.programme().id) { (unscheduled(&view, visit.query.lang(), locale)) }
    };
    Ok(visit.page(area, StatusCode::OK, &body))
}

/// The day with its times.
pub fn programme(view: &HarvestView, locale: Locale) -> Markup {
    let Some(showcase) = &view.programme().announced.showcase else {
        return html! {};
    };
    let slots = view.slots();
    html! {
        h2 { (formats::weekday_and_day(showcase.on, locale)) }
        p { (say(locale, "De manifestatie duurt van ", "The showcase lasts from ")) (formats::time(showcase.starts)) (say(locale, " tot ", " to ")) (formats::time(showcase.ends)) "." }
        @if slots.is_empty() {
            p { (say(locale, "Er is nog niemand ingedeeld.", "Nobody has a time yet.")) }
        } @else {
            ol {
                @for (slot, harvest) in slots {
                    li { strong { (times(view, slot)) } " " (harvest.words.title) span.whose { " (" (author(view, harvest)) ")" } }
                }
            }
        }
    }
}

/// Accepted harvests without a time, with the way to give them one.
fn unscheduled(view: &HarvestView, lang: &str, locale: Locale) -> Markup {
    let is_without = |harvest: &&Harvest| harvest.status.is_accepted() && view.slot(harvest).is_none();
    let without: Vec<_> = view.all().filter(is_without).collect();
    html! {
        @if !without.is_empty() {
            section {
                h2 { (say(locale, "Nog niet ingedeeld", "Without a time")) }
                ul {
                    @for harvest in without {
                        li {
                            a href={ "?page=harvests&harvest=" (harvest.id) (lang) } { (harvest.words.title) }
                            span.whose { " (" (author(view, harvest)) ")" }
                            @if view.lost_its_slot(harvest) {
                                ": " (say(
                                    locale,
                                    "de manifestatie is verplaatst, dus de tijd geldt niet meer",
                                    "the showcase was moved, so the time no longer holds",
                                ))
                            }
                        }
                    }
                }
            }
        }
    }
}
