//! Who takes part: members see each other's given name and employer, never addresses (rule 15).

use maud::html;
use poem::{Response, http::StatusCode};

use super::{
    areas::{Area, Visit},
    layout::{foreign, say},
};
use crate::app::AppError;

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    let (locale, programme) = (visit.locale, &visit.record.programme);
    let mut found = visit.parts.app.participants_of(visit.caller, &[programme.id]).await?;
    let people = found.remove(&programme.id).unwrap_or_default();
    let text_lang = foreign(programme.announced.locale, locale);
    let body = html! {
        section {
            h2 { (say(locale, "Deelnemers", "Participants")) }
            @if people.is_empty() { p { (say(locale, "Er zijn nog geen deelnemers.", "There are no participants yet.")) } }
            ul { @for person in &people { li { (person.given_name) ", " (person.organisation) } } }
        }
        section {
            h2 { (say(locale, "Het team", "The team")) }
            ul {
                @for member in &programme.announced.team {
                    li {
                        (member.name)
                        @if let Some(organisation) = &member.organisation { ", " (organisation) }
                        @if let Some(biography) = &member.biography { p lang=[text_lang] { (biography) } }
                    }
                }
            }
        }
    };
    Ok(visit.page(area, StatusCode::OK, &body))
}
