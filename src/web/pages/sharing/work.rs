//! What participants want to learn and work on, for facilitators and organisers.

use maud::html;
use poem::{Response, http::StatusCode};

use super::{assignment, shared, wishes};
use crate::{
    app::AppError,
    web::pages::{
        areas::{Area, Visit},
        layout::say,
    },
};

/// So many wishes stand on one page, as on the participants' own.
const WISHES_A_PAGE: usize = 50;

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    let (locale, shared) = (visit.locale, shared(visit).await?);
    let ordered = wishes::in_order(&shared);
    let start = wishes::start_of(visit, ordered.len());
    let stretch: Vec<_> = ordered.iter().skip(start).take(WISHES_A_PAGE).collect();
    let without = shared
        .participants
        .keys()
        .filter(|id| !shared.sharing.has_wish(**id))
        .count();
    let body = html! {
        section {
            h2 { (say(locale, "Leerwensen", "Learning wishes")) }
            @if stretch.is_empty() { p { (say(locale, "Er zijn nog geen leerwensen.", "There are no learning wishes yet.")) } }
            @if without > 0 {
                p { (say(locale, "Deelnemers zonder leerwens: ", "Participants without a learning wish: ")) (without) "." }
            }
            @for (line, id) in stretch {
                @if let Some(wish) = shared.sharing.wishes.get(id) {
                    article {
                        (wishes::reading(&shared, wish, locale))
                        @if let Some(line) = line { p.subtitle { (say(locale, "Leerlijn: ", "Learning line: ")) (line) } }
                    }
                }
            }
            (wishes::neighbours(visit, area.word(), start, ordered.len()))
        }
        (assignment::others(&shared, locale))
    };
    Ok(visit.page(area, StatusCode::OK, &body))
}
