//! What is stored about a guest: to see, to correct, to take along and to erase (rule 14).

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::guest::own;
use crate::{
    app::{AppError, Repeatable, guests::GuestCorrections, guests::InvitationView},
    domain::{guests::InvitationStatus, message::Locale, refusal::Refusal},
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        fields::{Field, Filled, Input},
        layout::{facts, plain, say},
        own_data::{CORRECT, ERASE, erased, json_file, kept_until, sort_in_words},
    },
};

/// Shows the area: as a page, or as a file to take along.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    if visit.query.get("format") == Some("json") {
        let data = visit.parts.app.guest_data(visit.caller, None).await?;
        return json_file(visit, &data);
    }
    let view = own(visit).await?;
    if visit.query.get("erase").is_some() {
        return Ok(visit.page(area, StatusCode::OK, &before_erasing(visit, &view)));
    }
    let guest = &view.invitation.guest;
    let filled = Values::of([
        ("name", guest.name.to_string()),
        ("locale", guest.locale.tag().to_owned()),
    ]);
    page(visit, area, &view, StatusCode::OK, &filled, &[]).await
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    view: &InvitationView,
    status: StatusCode,
    values: &Values,
    refused: &[Refusal],
) -> Result<Response, AppError> {
    let (locale, lang) = (visit.locale, visit.query.lang());
    let data = visit.parts.app.guest_data(visit.caller, None).await?;
    let filled = Filled {
        form: "own",
        values: Some(values),
        refused,
        zone: visit.record.programme.announced.time_zone,
        locale,
    };
    let counts: Vec<_> = data
        .counts()
        .into_iter()
        .map(|stored| (sort_in_words(&stored.what, locale), stored.count))
        .collect();
    let months = visit.record.programme.announced.retention.guests_months;
    let body = html! {
        @if visit.query.get("done") == Some(CORRECT) {
            p.done role="status" { (say(locale, "Uw gegevens zijn gewijzigd.", "Your data has been changed.")) }
        }
        section {
            h2 { (say(locale, "Wat wij van u bewaren", "What we store about you")) }
            (facts(counts.iter().map(|(what, count)| (*what, plain(*count)))))
            p { (kept_until(visit, months)) }
            p { a href={ "?page=data&format=json" (lang) } download { (say(locale, "Download al uw gegevens (JSON)", "Download all your data (JSON)")) } }
        }
        section {
            h2 { (say(locale, "Gegevens wijzigen", "Change your data")) }
            p { @match locale {
                Locale::Nl => { "Uw e-mailadres is " b { (*view.invitation.guest.email) } ". Dat kunt u hier niet wijzigen." },
                Locale::En => { "Your e-mail address is " b { (*view.invitation.guest.email) } ". You cannot change it here." },
            } }
            (filled.alert(&["name"]))
            form method="post" {
                (filled.field(&Field {
                    name: "name",
                    label: say(locale, "Uw voor- en achternaam", "Your full name"),
                    hint: None,
                    input: Input::Line("text", "name"),
                    is_optional: false,
                    max: 100,
                }))
                (filled.choice(
                    "locale",
                    say(locale, "In welke taal schrijven we u?", "In which language shall we write to you?"),
                    &[("nl", "Nederlands"), ("en", "English")],
                    locale.tag(),
                ))
                button name="act" value=(CORRECT) { (say(locale, "Sla op", "Save")) }
            }
        }
        section {
            h2 { (say(locale, "Laten wissen", "Have it erased")) }
            p { (say(
                locale,
                "U kunt alles laten wissen wat wij van u weten.",
                "You can have everything erased that we know about you.",
            )) }
            p { a href={ "?page=data&erase=1" (lang) } { (say(locale, "Wis mijn gegevens", "Erase my data")) } }
        }
    };
    Ok(visit.page(area, status, &body))
}

/// What erasing means, and the button that does it.
fn before_erasing(visit: &Visit<'_>, view: &InvitationView) -> Markup {
    let locale = visit.locale;
    let comes = matches!(
        view.invitation.status,
        InvitationStatus::Accepted | InvitationStatus::Waiting
    );
    html! {
        section.standing {
            h2 { (say(locale, "Weet u het zeker?", "Are you sure?")) }
            p { (say(
                locale,
                "Er is nog niets gewist. Drukt u op de knop, dan wissen we alles wat we van u weten. Dat kan niemand ongedaan maken.",
                "Nothing has been erased yet. If you press the button, we erase everything that we know about you. Nobody can undo that.",
            )) }
            @if comes {
                p { (say(
                    locale,
                    "We verwachten u dan niet meer: uw plaats kan naar iemand anders gaan.",
                    "We then no longer expect you: your place may go to somebody else.",
                )) }
            }
            p { (say(
                locale,
                "U krijgt hierover geen mail, want uw adres is dan ook gewist. Uw persoonlijke link werkt daarna niet meer.",
                "You get no mail about it, for your address is erased too. Your personal link no longer works then.",
            )) }
            form method="post" {
                button name="act" value=(ERASE) { (say(locale, "Ja, wis alles", "Yes, erase everything")) }
            }
        }
        p { a href={ "?page=data" (visit.query.lang()) } { (say(locale, "Nee, terug", "No, back")) } }
    }
}

/// Carries out what the form asks for; none: it is not one of ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let (app, caller, once) = (visit.parts.app.clone(), visit.caller.clone(), Repeatable::default());
    match form.get("act") {
        Some(CORRECT) => {
            let corrections = GuestCorrections {
                name: form.get("name").map(str::to_owned),
                locale: form.get("locale").and_then(Locale::from_tag),
            };
            let act = async move { app.update_invitation(&caller, None, &corrections, &once).await };
            match visit.parts.carry_out(act).await {
                Ok(_) => Ok(Some(visit.done(area, CORRECT))),
                Err(AppError::Refused(refusals)) => {
                    let view = own(visit).await?;
                    page(visit, area, &view, StatusCode::UNPROCESSABLE_ENTITY, form, &refusals)
                        .await
                        .map(Some)
                }
                Err(other) => Err(other),
            }
        }
        Some(ERASE) => {
            let act = async move { app.erase_guest(&caller, None, false, &once).await };
            visit.parts.carry_out(act).await?;
            Ok(Some(erased(visit.locale)))
        }
        _ => Ok(None),
    }
}
