//! What participants bring home: a page to write it, one to judge it, and the programme of the showcase.

pub mod day;
pub mod desk;
pub mod own;

use std::sync::Arc;

use maud::{Markup, html};

use super::{
    areas::Visit,
    layout::{quotation, say},
};
use crate::{
    app::{AppError, harvest::HarvestView},
    domain::{
        formats,
        harvest::{Harvest, HarvestStatus, Slot},
        message::Locale,
    },
};

/// The harvests in the programme of a visit.
pub(super) async fn harvests(visit: &Visit<'_>) -> Result<Arc<HarvestView>, AppError> {
    visit.parts.app.harvests(visit.caller, visit.record.programme.id).await
}

fn status_words(status: HarvestStatus, locale: Locale) -> &'static str {
    match status {
        HarvestStatus::Draft => say(locale, "Nog niet ingeleverd", "Not handed in yet"),
        HarvestStatus::Submitted => say(locale, "Ingeleverd", "Handed in"),
        HarvestStatus::Returned => say(locale, "Teruggegeven met een opmerking", "Returned with a remark"),
        HarvestStatus::Accepted => say(locale, "Goedgekeurd", "Accepted"),
        HarvestStatus::Published => say(locale, "Openbaar", "Public"),
    }
}

/// What a harvest says, as everybody reads it. Nothing in it is a link or markup.
pub(super) fn reading(harvest: &Harvest) -> Markup {
    html! {
        (quotation(&harvest.words.summary))
        @if let Some(body) = &harvest.words.body {
            @for paragraph in body.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
                p.as-written { (paragraph) }
            }
        }
    }
}

/// "10:15–10:35".
pub(super) fn times(view: &HarvestView, slot: Slot) -> String {
    let zone = view.programme().announced.time_zone;
    let time = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).time();
    formats::times(time(slot.starts_at), time(slot.ends_at()))
}

/// The author's given name and employer.
pub(super) fn author(view: &HarvestView, harvest: &Harvest) -> Markup {
    html! {
        @if let Some(author) = view.author(harvest) { (author.given_name) ", " (author.organisation) }
    }
}
