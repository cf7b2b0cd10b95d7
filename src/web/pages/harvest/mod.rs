//! What participants bring home: a page to write it, one to judge it, and the programme of the showcase.

pub mod day;
pub mod desk;
pub mod own;

use std::sync::Arc;

use maud::{Markup, html};

use super::{
    areas::Visit,
    layout::{facts, quotation, say},
    sharing::fields::Refused,
};
use crate::{
    app::{AppError, harvest::HarvestView, sharing::Shared},
    domain::{
        formats,
        harvest::{Harvest, HarvestStatus, Slot},
        message::Locale,
        sharing::excerpt,
    },
};

/// So much of a learning wish names it.
const WISH_EXCERPT: usize = 120;

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

/// The learning wishes and the assignment that a harvest grew from. They are the members' own: what they share is at hand for
/// nobody else.
fn origins(shared: &Shared, harvest: &Harvest, locale: Locale) -> Markup {
    let wishes = harvest.wishes.iter().filter_map(|id| shared.sharing.wishes.get(id));
    let wishes: Vec<_> = wishes.map(|wish| excerpt(&wish.words.text, WISH_EXCERPT)).collect();
    let assignment = shared.sharing.assignments.get(&harvest.author);
    let listed = (!wishes.is_empty()).then(|| html! { ul { @for wish in &wishes { li { (wish) } } } });
    let title = assignment.map(|assignment| html! { (assignment.words.title) });
    html! {
        @if listed.is_some() || title.is_some() {
            (facts([
                (say(locale, "Uit de leerwensen", "From the learning wishes"), listed),
                (say(locale, "Bij de opdracht", "With the assignment"), title),
            ]))
        }
    }
}

/// What was typed in a form that is not on the page any more, by field and label: it can still be copied.
fn typed(refused: &Refused<'_>, fields: &[(&str, &str)], locale: Locale) -> Markup {
    let is_typed = |(name, _): &&(&str, &str)| refused.form.get(name).is_some_and(|text| !text.trim().is_empty());
    let typed: Vec<_> = fields.iter().filter(is_typed).collect();
    html! {
        @if !typed.is_empty() {
            section {
                h2 { (say(locale, "Wat u had getypt", "What you typed")) }
                p { (say(
                    locale,
                    "Dit is niet bewaard. Kopieer het als u het nog wilt gebruiken.",
                    "This has not been saved. Please copy it if you still want to use it.",
                )) }
                @for (name, label) in typed {
                    label for={ "typed-" (name) } { (label) }
                    textarea id={ "typed-" (name) } rows="4" readonly { (refused.form.get(name).unwrap_or_default()) }
                }
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
