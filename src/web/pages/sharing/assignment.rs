//! What a participant works on, and what the others work on.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{
    carry_out,
    fields::{Form, Refused},
    goes_on, shared,
};
use crate::{
    app::{
        AppError, Repeatable,
        sharing::{AssignmentFields, Shared},
    },
    domain::{
        message::Locale,
        sharing::{Assignment, AssignmentStatus},
    },
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        layout::{quotation, say},
    },
};

/// So many assignments of others stand on the page.
const OTHERS: usize = 100;

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    page(visit, area, StatusCode::OK, None).await
}

/// Saves what the form brings; none: the form is not ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let status = form.get("status").and_then(AssignmentStatus::from_word);
    let (Some("save"), Some(status)) = (form.get("act"), status) else {
        return Ok(None);
    };
    let own = |name: &str| form.get(name).map(str::to_owned);
    let fields = AssignmentFields {
        title: own("title").unwrap_or_default(),
        description: own("description").unwrap_or_default(),
        intended_result: own("intendedResult"),
        status,
        result: own("result"),
    };
    let once = Repeatable::default();
    let saved = carry_out(visit, move |app, caller| async move {
        app.save_assignment(&caller, None, &fields, &once).await
    });
    match saved.await? {
        Ok(_) => Ok(Some(visit.done(area, "save"))),
        Err(errors) => {
            let refused = Refused {
                act: "save",
                thing: "",
                form,
                errors,
            };
            page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, Some(&refused))
                .await
                .map(Some)
        }
    }
}

fn status_words(status: AssignmentStatus, locale: Locale) -> &'static str {
    match status {
        AssignmentStatus::Planned => say(locale, "Gepland", "Planned"),
        AssignmentStatus::UnderWay => say(locale, "Bezig", "Under way"),
        AssignmentStatus::Done => say(locale, "Klaar", "Done"),
    }
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    refused: Option<&Refused<'_>>,
) -> Result<Response, AppError> {
    let (locale, shared) = (visit.locale, shared(visit).await?);
    let own = shared.viewer.and_then(|id| shared.sharing.assignments.get(&id));
    let is_saved = visit.query.get("done") == Some("save") && refused.is_none();
    let body = html! {
        @if is_saved { p.done role="status" { (say(locale, "Uw opdracht is bewaard.", "Your assignment has been saved.")) } }
        section {
            h2 { (say(locale, "Uw opdracht", "Your assignment")) }
            p {
                (say(
                    locale,
                    "Waar werkt u aan in uw eigen werk? U kunt dit steeds aanpassen. De andere deelnemers en de begeleiders lezen het.",
                    "What do you work on in your own work? You can change this at any time. The other participants and the facilitators read it.",
                ))
            }
            @if goes_on(visit) { (form(own, refused, locale)) }
            @else if let Some(own) = own { (reading(own, locale)) }
        }
        (others(&shared, locale))
    };
    Ok(visit.page(area, status, &Refused::above(refused, body)))
}

fn form(own: Option<&Assignment>, refused: Option<&Refused<'_>>, locale: Locale) -> Markup {
    let form = Form::of("save", "", refused);
    let words = own.map(|own| &own.words);
    let title = words.map_or("", |words| &words.title);
    let description = words.map_or("", |words| &words.description);
    let intended = words
        .and_then(|words| words.intended_result.as_deref())
        .unwrap_or_default();
    let result = words.and_then(|words| words.result.as_deref()).unwrap_or_default();
    let status = words.map_or(AssignmentStatus::Planned, |words| words.status);
    let choices = AssignmentStatus::ALL.map(|status| (status.word(), status_words(status, locale)));
    html! {
        form method="post" {
            (form.head())
            (form.line(("title", say(locale, "Titel", "Title"), ""), title, 150, true))
            (form.area(("description", say(locale, "Wat gaat u doen?", "What will you do?"), ""), description, 2000, true))
            (form.area(("intendedResult", say(locale, "Wat moet het opleveren?", "What should it bring?"), ""), intended, 1000, false))
            (form.choice("status", say(locale, "Hoe staat het ervoor?", "How far is it?"), status.word(), &choices))
            (form.area(("result", say(locale, "Wat heeft het opgeleverd?", "What did it bring?"), ""), result, 2000, false))
            button type="submit" { (say(locale, "Opdracht bewaren", "Save assignment")) }
        }
    }
}

/// An assignment as everybody reads it.
fn reading(one: &Assignment, locale: Locale) -> Markup {
    let words = &one.words;
    html! {
        p { strong { (words.title) } " (" (status_words(words.status, locale)) ")" }
        (quotation(&words.description))
        @if let Some(intended) = &words.intended_result {
            p { strong { (say(locale, "Beoogd resultaat:", "Intended result:")) } }
            (quotation(intended))
        }
        @if let Some(result) = &words.result {
            p { strong { (say(locale, "Resultaat:", "Result:")) } }
            (quotation(result))
        }
    }
}

/// The assignments of everybody but whoever looks.
pub(super) fn others(shared: &Shared, locale: Locale) -> Markup {
    let mut others: Vec<_> = shared.sharing.assignments.values().collect();
    others.retain(|one| shared.viewer != Some(one.author));
    others.sort_by_key(|one| one.id);
    html! {
        section {
            h2 {
                @if shared.viewer.is_some() { (say(locale, "Opdrachten van anderen", "Assignments of others")) }
                @else { (say(locale, "Opdrachten", "Assignments")) }
            }
            @if others.is_empty() { p { (say(locale, "Er zijn nog geen opdrachten.", "There are no assignments yet.")) } }
            @for one in others.iter().take(OTHERS) {
                article {
                    @if let Some(author) = shared.participant(one.author) { h3 { (author.given_name) ", " (author.organisation) } }
                    (reading(one, locale))
                }
            }
            @if others.len() > OTHERS {
                p { (say(locale, "Er zijn er meer; de eerste honderd staan hier.", "There are more; the first hundred stand here.")) }
            }
        }
    }
}
