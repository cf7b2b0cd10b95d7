//! Asking the facilitators something.

use maud::html;
use poem::{Response, http::StatusCode};

use super::{
    carry_out,
    fields::{Form, Refused},
};
use crate::{
    app::{AppError, Repeatable},
    domain::{
        formats,
        programme::{TeamMember, TeamRole},
        sharing::QUESTIONS_A_DAY,
    },
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        layout::say,
    },
};

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    Ok(page(visit, area, StatusCode::OK, None))
}

/// Sends the question; none: the form is not ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    if form.get("act") != Some("ask") {
        return Ok(None);
    }
    let question = form.get("question").unwrap_or_default().to_owned();
    let once = Repeatable::default();
    let asked = carry_out(visit, move |app, caller| async move {
        app.ask_facilitators(&caller, &question, &once).await
    });
    Ok(Some(match asked.await? {
        Ok(()) => visit.done(area, "ask"),
        Err(mut errors) => {
            // Only too many questions are refused for a reason that is no field's.
            for (_, words) in errors.iter_mut().filter(|(field, _)| field.is_none()) {
                *words = say(
                    visit.locale,
                    "U hebt vandaag al veel vragen gesteld. Wacht op een antwoord, of vraag het morgen.",
                    "You have asked many questions today. Please wait for an answer, or ask again tomorrow.",
                )
                .to_owned();
            }
            let refused = Refused {
                act: "ask",
                thing: "",
                form,
                errors,
            };
            page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, Some(&refused))
        }
    }))
}

fn page(visit: &Visit<'_>, area: Area, status: StatusCode, refused: Option<&Refused<'_>>) -> Response {
    let (locale, programme) = (visit.locale, &visit.record.programme);
    let facilitators: Vec<&TeamMember> = programme.team_with(TeamRole::Facilitator).collect();
    let answering = if facilitators.is_empty() {
        programme.team_with(TeamRole::Organiser).collect()
    } else {
        facilitators
    };
    let names: Vec<&str> = answering.iter().map(|member| &*member.name).collect();
    let form = Form::of("ask", "", refused);
    let is_sent = visit.query.get("done") == Some("ask") && refused.is_none();
    let hint = say(
        locale,
        "Zij krijgen uw vraag per mail en kunnen u per mail antwoorden. Daarvoor krijgen zij uw naam, uw organisatie en uw e-mailadres.",
        "They get your question by mail and can answer you by mail. For that they get your name, your organisation and your e-mail address.",
    );
    let body = html! {
        @if is_sent {
            p.done role="status" { (say(locale, "Uw vraag is verstuurd. Het antwoord komt per mail.", "Your question has been sent. The answer comes by mail.")) }
        }
        p { (say(locale, "U stelt uw vraag aan ", "You ask ")) (formats::enumeration(&names, locale)) ". " (hint) }
        p { (say(locale, "Per dag kunt u ", "You can ask ")) (QUESTIONS_A_DAY) (say(locale, " vragen stellen.", " questions a day.")) }
        form method="post" {
            (form.head())
            (form.area(("question", say(locale, "Uw vraag", "Your question"), ""), "", 2000, true))
            button type="submit" { (say(locale, "Vraag versturen", "Send question")) }
        }
    };
    visit.page(area, status, &body)
}
