//! What participants published, for everybody: a list, and each by itself.
//!
//! It is what people wrote, so it is shown as text and nothing else: no link, no markup. Search engines are asked to leave it alone,
//! so that what is taken back is gone.

use std::sync::Arc;

use maud::{Markup, html};
use poem::{Response, http::HeaderMap};
use uuid::Uuid;

use super::{not_found, shown};
use crate::{
    app::{AppError, Caller, harvest::HarvestView},
    domain::{formats, harvest::Harvest, ids::HarvestId, message::Locale},
    web::pages::{
        PageParts, harvest,
        layout::{Sheet, Switch, foreign, quotation, say},
    },
};

/// So many harvests stand on one page.
const HARVESTS_A_PAGE: usize = 100;

async fn harvests_of(parts: &PageParts, slug: &str) -> Result<Arc<HarvestView>, AppError> {
    let record = parts
        .app
        .programme(&Caller::Public, slug)
        .await?
        .ok_or_else(not_found)?;
    parts.app.harvests(&Caller::Public, record.programme.id).await
}

/// All of them.
pub async fn all(parts: &PageParts, slug: &str, known: &HeaderMap, locale: Locale) -> Result<Response, AppError> {
    let view = harvests_of(parts, slug).await?;
    let text_locale = view.programme().announced.locale;
    let harvests: Vec<_> = view.all().collect();
    let body = html! {
        (back(&view, locale))
        @if harvests.is_empty() { p { (say(locale, "Er is nog niets openbaar.", "Nothing is public yet.")) } }
        @for harvest in harvests.iter().take(HARVESTS_A_PAGE) {
            article lang=[foreign(text_locale, locale)] {
                h2 { a href=(place(&view, harvest, locale)) { (harvest.words.title) } }
                (by(&view, harvest))
                (quotation(&harvest.words.summary))
            }
        }
        @if harvests.len() > HARVESTS_A_PAGE {
            p { (say(locale, "Er zijn er meer; de eerste honderd staan hier.", "There are more; the first hundred stand here.")) }
        }
    };
    let title = say(locale, "Wat deelnemers meenemen", "What participants bring home");
    Ok(shown(known, written((title, locale), locale, body)))
}

/// One of them.
pub async fn one(
    parts: &PageParts,
    slug: &str,
    id: &str,
    known: &HeaderMap,
    locale: Locale,
) -> Result<Response, AppError> {
    let view = harvests_of(parts, slug).await?;
    let id = Uuid::try_parse(id).map(HarvestId).map_err(|_| not_found())?;
    let harvest = view.find(id).ok_or_else(not_found)?;
    let body = html! {
        (back(&view, locale))
        div lang=[foreign(view.programme().announced.locale, locale)] {
            (by(&view, harvest))
            (harvest::reading(harvest))
        }
        @if let (Some(slot), Some(showcase)) = (view.slot(harvest), &view.programme().announced.showcase) {
            p {
                (say(locale, "Te zien op de manifestatie: ", "To be seen at the showcase: "))
                (formats::weekday_and_day(showcase.on, locale)) ", " (harvest::times(&view, slot)) "."
            }
        }
        p { a href=(list(&view, locale)) { (say(locale, "Alle oogst van dit programma", "All harvests of this programme")) } }
    };
    let title = (&*harvest.words.title, view.programme().announced.locale);
    Ok(shown(known, written(title, locale, body)))
}

fn by(view: &HarvestView, harvest: &Harvest) -> Markup {
    html! { p.subtitle { (harvest::author(view, harvest)) } }
}

fn list(view: &HarvestView, locale: Locale) -> String {
    format!(
        "/programmes/{}/harvests?lang={}",
        view.programme().announced.slug,
        locale.tag()
    )
}

fn place(view: &HarvestView, harvest: &Harvest, locale: Locale) -> String {
    let slug = &view.programme().announced.slug;
    format!("/programmes/{slug}/harvests/{}?lang={}", harvest.id, locale.tag())
}

/// The way back to the programme.
fn back(view: &HarvestView, locale: Locale) -> Markup {
    let announced = &view.programme().announced;
    html! {
        p {
            (say(locale, "Programma: ", "Programme: "))
            a href={ "/programmes/" (*announced.slug) "?lang=" (locale.tag()) } lang=[foreign(announced.locale, locale)] { (announced.title) }
        }
    }
}

fn written((title, title_locale): (&str, Locale), locale: Locale, body: Markup) -> String {
    let sheet = Sheet {
        locale,
        title,
        title_locale,
        switch: &Switch::Query(String::new()),
        body,
    };
    sheet.render().into_string()
}
