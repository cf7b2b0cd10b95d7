//! What is stored about somebody: to see, to correct, to take along and to erase (rule 14).

use maud::{Markup, html};
use poem::{
    Response,
    http::{StatusCode, header},
};

use super::{
    answer,
    areas::{Area, Visit},
    asking::Values,
    fields::{Field, Filled, Input},
    layout::{Sheet, Switch, facts, plain, say},
    private,
};
use crate::{
    app::{
        AppError, Caller, Repeatable,
        fields::{BillingFields, PersonCorrections},
        privacy::PersonalData,
        registering::RegistrationView,
    },
    domain::{
        formats,
        message::Locale,
        privacy::{self, MAIL_TEXT_KEPT},
        programme::Phase,
        refusal::Refusal,
        registration::{Registrant, RegistrationStatus as Status},
    },
};

/// The value of the form field `act` with which corrections are sent.
pub(super) const CORRECT: &str = "correct";
/// The value with which everything is erased.
pub(super) const ERASE: &str = "erase";

/// The fields that refusals can be about.
const NAMES: [&str; 9] = [
    "name",
    "givenName",
    "organisation",
    "jobTitle",
    "phone",
    "motivation",
    "billing.organisation",
    "billing.reference",
    "billing.email",
];

async fn own(visit: &Visit<'_>) -> Result<RegistrationView, AppError> {
    let Caller::Registrant { registration, .. } = visit.caller else {
        return Err(AppError::Forbidden);
    };
    let found = visit
        .parts
        .app
        .registrations_by_id(visit.caller, &[*registration])
        .await?;
    found.into_iter().next().ok_or(AppError::Forbidden)
}

/// Shows the area: as a page, or as a file to take along.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    if visit.query.get("format") == Some("json") {
        let data = visit.parts.app.personal_data(visit.caller, None).await?;
        return json_file(visit, &data);
    }
    let view = own(visit).await?;
    if visit.query.get("erase").is_some() {
        return Ok(visit.page(area, StatusCode::OK, &before_erasing(visit, &view)));
    }
    let filled = values_of(&view.registration.person);
    page(visit, area, &view, StatusCode::OK, &filled, &[]).await
}

/// Everything that is stored, as a JSON file.
pub(super) fn json_file(visit: &Visit<'_>, data: &PersonalData) -> Result<Response, AppError> {
    let text = serde_json::to_string_pretty(&data.to_json()).map_err(|error| AppError::Broken(Box::new(error)))?;
    let name = format!(
        "attachment; filename=\"{}.json\"",
        visit.record.programme.announced.slug
    );
    Ok(private(
        Response::builder()
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(header::CONTENT_DISPOSITION, name)
            .body(text),
    ))
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    view: &RegistrationView,
    status: StatusCode,
    values: &Values,
    refused: &[Refusal],
) -> Result<Response, AppError> {
    let locale = visit.locale;
    let data = visit.parts.app.personal_data(visit.caller, None).await?;
    let filled = Filled {
        form: "own",
        values: Some(values),
        refused,
        zone: visit.record.programme.announced.time_zone,
        locale,
    };
    let is_over = view.registration.status.is_final();
    let lang = visit.query.lang();
    let counts: Vec<_> = data
        .counts()
        .into_iter()
        .map(|stored| (sort_in_words(&stored.what, locale), stored.count))
        .collect();
    let body = html! {
        @if visit.query.get("done") == Some(CORRECT) {
            p.done role="status" { (say(locale, "Uw gegevens zijn gewijzigd.", "Your data has been changed.")) }
        }
        section {
            h2 { (say(locale, "Wat wij van u bewaren", "What we store about you")) }
            (facts(counts.iter().map(|(what, count)| (*what, plain(*count)))))
            p { (kept_until(visit, visit.record.programme.announced.retention.participants_months)) }
            p { a href={ "?page=data&format=json" (lang) } download { (say(locale, "Download al uw gegevens (JSON)", "Download all your data (JSON)")) } }
        }
        section {
            h2 { (say(locale, "Gegevens wijzigen", "Change your data")) }
            @if is_over {
                p { (say(
                    locale,
                    "Uw aanmelding is geëindigd. De gegevens kunnen niet meer worden gewijzigd.",
                    "Your registration has ended. The data can no longer be changed.",
                )) }
            } @else {
                p { @match locale {
                    Locale::Nl => { "Uw e-mailadres is " b { (*view.registration.person.email) } ". Dat kunt u hier niet wijzigen. Vraag het aan de contactpersoon." },
                    Locale::En => { "Your e-mail address is " b { (*view.registration.person.email) } ". You cannot change it here. Please ask the contact." },
                } }
                (form(&filled))
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

/// Until when personal data is kept that is kept for so many months.
pub(super) fn kept_until(visit: &Visit<'_>, months: u32) -> String {
    let programme = &visit.record.programme;
    let on = privacy::erased_at(programme, months).map(|at| {
        formats::day(
            at.with_timezone(&programme.announced.time_zone).date_naive(),
            visit.locale,
        )
    });
    let days = MAIL_TEXT_KEPT.num_days();
    match (visit.locale, on) {
        (Locale::Nl, Some(on)) => {
            format!("We bewaren dit tot {on}. Daarna wissen we het. De tekst van mails wissen we al na {days} dagen.")
        }
        (Locale::En, Some(on)) => {
            format!("We keep this until {on}. Then we erase it. The text of mails is erased after {days} days already.")
        }
        (_, None) => String::new(),
    }
}

/// What is stored of one sort, in words.
pub(super) fn sort_in_words(what: &str, locale: Locale) -> &'static str {
    match what {
        "invitations" => say(locale, "Uitnodigingen", "Invitations"),
        "invitationsToGuests" => say(locale, "Gasten die u uitnodigde", "Guests that you invited"),
        "registrations" => say(locale, "Aanmeldingen", "Registrations"),
        "mails" => say(locale, "Mails aan u", "Mails to you"),
        "venueOffers" => say(locale, "Plekken die u aanbood", "Places that you offered"),
        "learningWishes" => say(locale, "Leerwensen", "Learning wishes"),
        "followedLearningWishes" => say(locale, "Leerwensen die u volgt", "Learning wishes that you follow"),
        "supportOffers" => say(locale, "Hulp die u aanbood", "Support that you offered"),
        "assignments" => say(locale, "Opdrachten", "Assignments"),
        "agendaItems" => say(locale, "Onderwerpen die u voorstelde", "Agenda items that you proposed"),
        "agendaVotes" => say(locale, "Stemmen voor onderwerpen", "Votes for agenda items"),
        "questionsToFacilitators" => say(locale, "Vragen aan de begeleiders", "Questions to the facilitators"),
        "harvests" => say(locale, "Oogst", "Harvest"),
        _ => say(locale, "Overig", "Other"),
    }
}

fn values_of(person: &Registrant) -> Values {
    let text = |line: Option<&str>| line.unwrap_or_default().to_owned();
    Values::of([
        ("name", person.name.to_string()),
        ("givenName", person.given_name.to_string()),
        ("organisation", person.organisation.to_string()),
        ("jobTitle", text(person.job_title.as_deref())),
        ("phone", text(person.phone.as_deref())),
        ("locale", person.locale.tag().to_owned()),
        ("motivation", text(person.motivation.as_deref())),
        ("billing.organisation", text(person.billing.organisation.as_deref())),
        ("billing.reference", text(person.billing.reference.as_deref())),
        ("billing.email", text(person.billing.email.as_deref())),
    ])
}

fn form(filled: &Filled<'_>) -> Markup {
    let locale = filled.locale;
    let line = |name, nl, en, kind, autocomplete, is_optional, max| {
        filled.field(&Field {
            name,
            label: say(locale, nl, en),
            hint: None,
            input: Input::Line(kind, autocomplete),
            is_optional,
            max,
        })
    };
    html! {
        (filled.alert(&NAMES))
        form method="post" {
            (line("name", "Uw voor- en achternaam", "Your full name", "text", "name", false, 100))
            (line("givenName", "Hoe mogen we u noemen?", "What may we call you?", "text", "given-name", true, 100))
            (line("organisation", "Uw werkgever", "Your employer", "text", "organization", false, 200))
            (line("jobTitle", "Uw functie", "Your role there", "text", "organization-title", true, 100))
            (line("phone", "Uw telefoonnummer", "Your telephone number", "tel", "tel", true, 40))
            (filled.choice(
                "locale",
                say(locale, "In welke taal schrijven we u?", "In which language shall we write to you?"),
                &[("nl", "Nederlands"), ("en", "English")],
                locale.tag(),
            ))
            (filled.field(&Field {
                name: "motivation",
                label: say(locale, "Waarom wilt u meedoen?", "Why do you want to take part?"),
                hint: None,
                input: Input::Text(5),
                is_optional: true,
                max: 2000,
            }))
            fieldset {
                legend { (say(locale, "Voor de factuur", "For the invoice")) }
                (line("billing.organisation", "Organisatie", "Organisation", "text", "section-billing organization", true, 200))
                (line("billing.reference", "Kenmerk of inkoopnummer", "Reference or purchase order", "text", "off", true, 100))
                (line("billing.email", "E-mailadres voor de factuur", "E-mail address for the invoice", "email", "section-billing email", true, 254))
            }
            button name="act" value=(CORRECT) { (say(locale, "Sla op", "Save")) }
        }
    }
}

/// What erasing means, and the button that does it.
fn before_erasing(visit: &Visit<'_>, view: &RegistrationView) -> Markup {
    let (locale, status) = (visit.locale, view.registration.status);
    let after_go = visit.record.programme.phase == Phase::GoingAhead && status == Status::Confirmed;
    html! {
        section.standing {
            h2 { (say(locale, "Weet u het zeker?", "Are you sure?")) }
            p { (say(
                locale,
                "Er is nog niets gewist. Drukt u op de knop, dan wissen we alles wat we van u weten. Dat kan niemand ongedaan maken.",
                "Nothing has been erased yet. If you press the button, we erase everything that we know about you. Nobody can undo that.",
            )) }
            @if !status.is_final() {
                p { (say(
                    locale,
                    "U doet dan ook niet meer mee: uw plaats kan naar iemand anders gaan.",
                    "You then no longer take part: your place may go to somebody else.",
                )) }
            }
            @if after_go {
                p { (say(
                    locale,
                    "Het programma gaat door en uw plaats was al zeker. Daarom kan het zijn dat u een deel van de prijs betaalt.",
                    "The programme goes ahead and your place was certain. So you may have to pay a part of the price.",
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

/// Carries out what the form asks for.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    match form.get("act") {
        Some(CORRECT) => correct(visit, area, form).await.map(Some),
        Some(ERASE) => erase(visit).await.map(Some),
        _ => Ok(None),
    }
}

async fn correct(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Response, AppError> {
    let text = |name: &str| form.get(name).map(str::to_owned);
    // A field that is left empty is cleared.
    let cleared = |name: &str| Some(text(name).filter(|text| !text.trim().is_empty()));
    let corrections = PersonCorrections {
        name: text("name"),
        given_name: cleared("givenName"),
        organisation: text("organisation"),
        job_title: cleared("jobTitle"),
        phone: cleared("phone"),
        locale: form.get("locale").and_then(Locale::from_tag),
        motivation: cleared("motivation"),
        billing: Some(Some(BillingFields {
            organisation: text("billing.organisation"),
            reference: text("billing.reference"),
            email: text("billing.email"),
        })),
    };
    let (app, caller) = (visit.parts.app.clone(), visit.caller.clone());
    let corrected = visit
        .parts
        .carry_out(async move {
            let once = Repeatable::default();
            app.update_registration(&caller, None, corrections, &once).await
        })
        .await;
    match corrected {
        Ok(_) => Ok(visit.done(area, CORRECT)),
        Err(AppError::Refused(refusals)) => {
            let view = own(visit).await?;
            page(visit, area, &view, StatusCode::UNPROCESSABLE_ENTITY, form, &refusals).await
        }
        Err(other) => Err(other),
    }
}

async fn erase(visit: &Visit<'_>) -> Result<Response, AppError> {
    let (app, caller) = (visit.parts.app.clone(), visit.caller.clone());
    visit
        .parts
        .carry_out(async move { app.erase_person(&caller, None, false, &Repeatable::default()).await })
        .await?;
    Ok(erased(visit.locale))
}

/// What whoever was erased is told, for the last time.
pub(super) fn erased(locale: Locale) -> Response {
    let body = html! {
        p { (say(
            locale,
            "Wij weten niets meer van u. De link naar deze pagina werkt niet meer.",
            "We no longer know anything about you. The link to this page no longer works.",
        )) }
    };
    let sheet = Sheet {
        locale,
        title: say(locale, "Uw gegevens zijn gewist", "Your data has been erased"),
        title_locale: locale,
        switch: &Switch::None,
        body,
    };
    answer(StatusCode::OK, sheet.render())
}
