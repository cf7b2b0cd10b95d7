//! Refusals in plain words.

use chrono_tz::Tz;

use super::layout::say;
use crate::domain::{
    formats,
    message::Locale,
    refusal::{HarvestClosed, PastAct, Refusal, SlotError},
    text::TextError,
};

/// What somebody did, and when.
fn past_act(act: &PastAct, zone: Tz, locale: Locale) -> String {
    let what = match &*act.action {
        "register" | "registerAnew" => say(locale, "iemand meldde zich aan", "somebody registered"),
        "addRegistration" => say(
            locale,
            "de organisatie meldde iemand aan",
            "the organisers registered somebody",
        ),
        "confirmRegistration" => say(
            locale,
            "iemand bevestigde een aanmelding",
            "somebody confirmed a registration",
        ),
        "withdrawRegistration" => say(
            locale,
            "iemand doet niet meer mee",
            "somebody withdrew or was withdrawn",
        ),
        "acceptPlace" => say(locale, "iemand nam een plaats aan", "somebody accepted a place"),
        "declinePlace" => say(locale, "iemand zag van een plaats af", "somebody declined a place"),
        "extendDeadline" => say(locale, "de deadline werd verlengd", "the deadline was extended"),
        "decideProgramme" => say(locale, "er werd een besluit genomen", "a decision was made"),
        "setRule" => say(locale, "een regel werd aangepast", "a rule was changed"),
        "announce" => say(locale, "er werd een mededeling gemaakt", "an announcement was made"),
        "updateProgramme" => say(locale, "het programma werd aangepast", "the programme was changed"),
        _ => say(locale, "er werd iets aangepast", "something was changed"),
    };
    let at = formats::weekday_and_moment(act.at, zone, locale);
    format!("{what} ({at})")
}

/// What a refusal means for the person who reads it, and what to do. The page shows beside it how things stand.
pub fn in_words(refusal: &Refusal, zone: Tz, locale: Locale) -> String {
    let own = |nl, en| say(locale, nl, en).to_owned();
    match refusal {
        Refusal::Text { field, error } => of_text(name(field, locale), error, locale),
        Refusal::Required { field, .. } => of_text(name(field, locale), &TextError::Empty, locale),
        Refusal::Invalid { field, .. } => match locale {
            Locale::Nl => format!(
                "Wat u hebt ingevuld bij '{}' klopt niet. Pas het aan en probeer het opnieuw.",
                name(field, locale)
            ),
            Locale::En => format!(
                "What you filled in for '{}' is not right. Please change it and try again.",
                name(field, locale)
            ),
        },
        Refusal::NotFound { what: "programme", .. } => own(
            "Dit programma bestaat niet (meer). Kies een ander programma.",
            "This programme does not exist (any more). Please choose another one.",
        ),
        Refusal::NotFound { .. } => own("Dit bestaat niet (meer).", "This does not exist (any more)."),
        Refusal::StateConflict(_) => own(
            "Dit kan nu niet, want er is intussen iets veranderd. Hieronder ziet u hoe het ervoor staat.",
            "This cannot be done now, because something has changed meanwhile. Below you see how things stand.",
        ),
        Refusal::StalePlan { since } => {
            let since: Vec<_> = since.iter().map(|act| past_act(act, zone, locale)).collect();
            let told = match (since.is_empty(), locale) {
                (true, Locale::Nl) => " De tijd is verder gegaan.".to_owned(),
                (true, Locale::En) => " Time has gone on.".to_owned(),
                (false, Locale::Nl) => format!(" Sinds u keek: {}.", since.join("; ")),
                (false, Locale::En) => format!(" Since you looked: {}.", since.join("; ")),
            };
            match locale {
                Locale::Nl => format!(
                    "Er is intussen iets veranderd.{told} Hieronder ziet u wat er nu zou gebeuren. Kijk het na en bevestig het dan."
                ),
                Locale::En => format!(
                    "Something has changed meanwhile.{told} Below you see what would happen now. Please check it, then confirm."
                ),
            }
        }
        Refusal::RegistrationNotOpen {
            opens_at: Some(opens_at),
        } => {
            let opens = formats::weekday_and_moment(*opens_at, zone, locale);
            match locale {
                Locale::Nl => format!("U kunt zich nog niet aanmelden. Dat kan vanaf {opens}."),
                Locale::En => format!("You cannot register yet. Registration opens on {opens}."),
            }
        }
        Refusal::RegistrationNotOpen { opens_at: None } => own(
            "U kunt zich niet aanmelden, want het programma gaat niet door of is afgelopen.",
            "You cannot register, because the programme does not go ahead or is over.",
        ),
        Refusal::DeadlinePassed { closed_at } => {
            let until = formats::until(*closed_at, zone, locale);
            match locale {
                Locale::Nl => format!("De aanmelding is gesloten. Aanmelden kon {until}."),
                Locale::En => format!("Registration is closed. It was possible {until}."),
            }
        }
        Refusal::AlreadyRegistered => own("U bent al aangemeld.", "You are registered already."),
        Refusal::OfferExpired => own(
            "U bent te laat: de plaats die wij u aanboden, is naar de volgende op de wachtlijst gegaan.",
            "You are too late: the place that we offered you has gone to the next person on the waiting list.",
        ),
        Refusal::HarvestClosed { error } => of_harvest(error, zone, locale),
        Refusal::Slot { error, .. } => of_slot(error, zone, locale),
        Refusal::InvitationQuotaReached(_) => own(
            "U hebt zoveel gasten uitgenodigd als u mag. Trek een uitnodiging in, of vraag de organisatie om iemand uit te nodigen.",
            "You have invited as many guests as you may. Call an invitation back, or ask the organisers to invite somebody.",
        ),
        Refusal::IdempotencyKeyReused => own(
            "Deze opdracht was al eens gegeven, met andere gegevens. Laad de pagina opnieuw en probeer het nog eens.",
            "This was asked before with other details. Please reload the page and try again.",
        ),
    }
}

fn of_harvest(error: &HarvestClosed, zone: Tz, locale: Locale) -> String {
    match (error, locale) {
        (HarvestClosed::NotOpen { opens_at }, Locale::Nl) => format!(
            "U kunt uw oogst nog niet opschrijven. Dat kan vanaf {}.",
            formats::weekday_and_moment(*opens_at, zone, locale)
        ),
        (HarvestClosed::NotOpen { opens_at }, Locale::En) => format!(
            "You cannot write your harvest yet. You can do so from {} on.",
            formats::weekday_and_moment(*opens_at, zone, locale)
        ),
        (HarvestClosed::Over { closed_at }, Locale::Nl) => format!(
            "U bent te laat: inleveren kon {}. Wat u schreef, is bewaard. Vraag de organisatie om uw oogst weer open te zetten.",
            formats::until(*closed_at, zone, locale)
        ),
        (HarvestClosed::Over { closed_at }, Locale::En) => format!(
            "You are too late: handing in was possible {}. What you wrote is kept. Please ask the organisers to open your harvest again.",
            formats::until(*closed_at, zone, locale)
        ),
        (HarvestClosed::NoShowcase, Locale::Nl) => {
            "Dit programma heeft geen manifestatie, dus er wordt geen oogst gevraagd.".to_owned()
        }
        (HarvestClosed::NoShowcase, Locale::En) => {
            "This programme has no showcase, so no harvest is asked for.".to_owned()
        }
    }
}

fn of_slot(error: &SlotError, zone: Tz, locale: Locale) -> String {
    let time = |at: &chrono::DateTime<chrono::Utc>| formats::time(at.with_timezone(&zone).time());
    match (error, locale) {
        (SlotError::Taken { starts_at, ends_at }, Locale::Nl) => format!(
            "Van {} tot {} presenteert iemand anders. Kies een tijd die vrij is.",
            time(starts_at),
            time(ends_at)
        ),
        (SlotError::Taken { starts_at, ends_at }, Locale::En) => format!(
            "Somebody else presents from {} to {}. Please choose a time that is free.",
            time(starts_at),
            time(ends_at)
        ),
        (SlotError::Outside { starts_at, ends_at }, Locale::Nl) => format!(
            "De manifestatie duurt van {} tot {}. Begin en einde van de presentatie moeten daarbinnen vallen.",
            time(starts_at),
            time(ends_at)
        ),
        (SlotError::Outside { starts_at, ends_at }, Locale::En) => format!(
            "The showcase lasts from {} to {}. Start and end of the presentation have to be within it.",
            time(starts_at),
            time(ends_at)
        ),
        (SlotError::Past, Locale::Nl) => "Dit tijdstip is voorbij. Kies een later tijdstip.".to_owned(),
        (SlotError::Past, Locale::En) => "This time has passed. Please choose a later one.".to_owned(),
    }
}

/// What a field is called on the pages.
fn name(field: &[String], locale: Locale) -> &str {
    let is_of = |part: &str| field.len() > 1 && field.first().is_some_and(|first| first == part);
    match field.last().map(String::as_str) {
        Some("name") if is_of("venue") => say(locale, "naam van het gebouw", "name of the building"),
        Some("organisation") if is_of("billing") => say(locale, "organisatie", "organisation"),
        Some("email") => say(locale, "e-mailadres", "e-mail address"),
        Some("reason") => say(locale, "reden", "reason"),
        Some("name") => say(locale, "voor- en achternaam", "full name"),
        Some("givenName") => say(locale, "hoe we u mogen noemen", "what we may call you"),
        Some("organisation") => say(locale, "werkgever", "employer"),
        Some("jobTitle") => say(locale, "functie", "role"),
        Some("phone") => say(locale, "telefoonnummer", "telephone number"),
        Some("motivation") => say(locale, "waarom u mee wilt doen", "why you want to take part"),
        Some("reference") => say(locale, "kenmerk", "reference"),
        Some("programmeSlug") => say(locale, "programma", "programme"),
        Some("text") => say(locale, "tekst", "text"),
        Some("ownSteps") => say(locale, "wat u zelf gaat doen", "what you will do yourself"),
        Some("learningLine") => say(locale, "leerlijn", "learning line"),
        Some("title") => say(locale, "titel", "title"),
        Some("description") => say(locale, "wat u gaat doen", "what you will do"),
        Some("intendedResult") => say(locale, "wat het moet opleveren", "what it should bring"),
        Some("result") => say(locale, "wat het heeft opgeleverd", "what it brought"),
        Some("minutes") => say(locale, "aantal minuten", "minutes"),
        Some("summary") => say(locale, "samenvatting", "summary"),
        Some("body") => say(locale, "uw verhaal", "your story"),
        Some("remark") => say(locale, "opmerking", "remark"),
        Some("startsAt") => say(locale, "begintijd", "starting time"),
        Some("learningWishIds") => say(locale, "leerwensen", "learning wishes"),
        Some("message") => say(locale, "uw bericht", "your message"),
        Some("municipality") => say(locale, "gemeente", "municipality"),
        Some("address") => say(locale, "straat, nummer en plaats", "street, number and town"),
        Some("directions") => say(locale, "hoe men er komt", "how to get there"),
        Some("capacity") => say(locale, "hoeveel mensen erin passen", "how many people fit in"),
        Some("rooms") => say(locale, "ruimtes", "rooms"),
        Some("meetingIds") => say(locale, "bijeenkomsten", "meetings"),
        Some("days") => say(locale, "de dagen", "the days"),
        Some("question") => say(locale, "uw vraag", "your question"),
        Some(other) => other,
        None => say(locale, "dit veld", "this field"),
    }
}

fn of_text(name: &str, error: &TextError, locale: Locale) -> String {
    match (error, locale) {
        (TextError::Empty, Locale::Nl) => format!("Vul het veld '{name}' in."),
        (TextError::Empty, Locale::En) => format!("Please fill in the field '{name}'."),
        (TextError::TooLong { length, max }, Locale::Nl) => {
            format!("Uw tekst bij '{name}' is te lang: {length} tekens. Er passen er {max}. Maak de tekst korter.")
        }
        (TextError::TooLong { length, max }, Locale::En) => {
            format!("Your text for '{name}' is too long: {length} characters. There is room for {max}. Please shorten it.")
        }
        (TextError::Forbidden(code), Locale::Nl) => {
            format!("In uw tekst bij '{name}' staat een onzichtbaar teken dat we niet kunnen gebruiken (U+{code:04X}). Typ de tekst opnieuw.")
        }
        (TextError::Forbidden(code), Locale::En) => {
            format!("Your text for '{name}' holds an invisible character that we cannot use (U+{code:04X}). Please type it again.")
        }
        (TextError::NotAnAddress, Locale::Nl) => {
            "Dit is geen e-mailadres. Een e-mailadres ziet er zo uit: naam@organisatie.example.".to_owned()
        }
        (TextError::NotAnAddress, Locale::En) => "This is not an e-mail address. It should look like name@organisation.example.".to_owned(),
        (TextError::NotAscii, Locale::Nl) => {
            "Er staan letters in het e-mailadres die veel mailservers weigeren, zoals é. Gebruik een adres zonder zulke letters.".to_owned()
        }
        (TextError::NotAscii, Locale::En) => {
            "The e-mail address holds letters that many mail servers refuse, such as é. Please use an address without them.".to_owned()
        }
        (TextError::NotASlug, Locale::Nl) => "Kies een programma uit de lijst.".to_owned(),
        (TextError::NotASlug, Locale::En) => "Please choose a programme from the list.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Europe::Amsterdam;

    use super::*;

    fn every_refusal() -> Vec<Refusal> {
        let at = DateTime::from_timestamp(1_401_055_200, 0).expect("an instant");
        let text = |error| Refusal::Text {
            field: vec!["email".to_owned()],
            error,
        };
        let slot = |error| Refusal::Slot {
            field: vec!["startsAt".to_owned()],
            error,
        };
        vec![
            text(TextError::Empty),
            text(TextError::TooLong { length: 300, max: 254 }),
            text(TextError::Forbidden(0x202e)),
            text(TextError::NotAnAddress),
            text(TextError::NotAscii),
            text(TextError::NotASlug),
            Refusal::invalid("reason", "is odd"),
            Refusal::required("reason", "is needed"),
            Refusal::not_found("programme", "programmeSlug"),
            Refusal::not_found("registration", "registrationId"),
            Refusal::StateConflict("this registration was withdrawn".to_owned()),
            Refusal::RegistrationNotOpen { opens_at: Some(at) },
            Refusal::RegistrationNotOpen { opens_at: None },
            Refusal::DeadlinePassed { closed_at: at },
            Refusal::AlreadyRegistered,
            Refusal::OfferExpired,
            Refusal::HarvestClosed {
                error: HarvestClosed::NotOpen { opens_at: at },
            },
            Refusal::HarvestClosed {
                error: HarvestClosed::Over { closed_at: at },
            },
            Refusal::HarvestClosed {
                error: HarvestClosed::NoShowcase,
            },
            slot(SlotError::Taken {
                starts_at: at,
                ends_at: at,
            }),
            slot(SlotError::Outside {
                starts_at: at,
                ends_at: at,
            }),
            slot(SlotError::Past),
            Refusal::InvitationQuotaReached("no more".to_owned()),
            Refusal::IdempotencyKeyReused,
        ]
    }

    #[test]
    fn every_refusal_has_whole_sentences_of_its_own_in_both_languages() {
        for refusal in every_refusal() {
            let [nl, en] = Locale::ALL.map(|locale| in_words(&refusal, Amsterdam, locale));
            assert_ne!(nl, en, "{refusal:?}");
            for text in [nl, en] {
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
                assert!(
                    !text.contains(refusal.word()) && !text.contains("UTC") && !text.contains("registrationId"),
                    "{text}"
                );
            }
        }
        let closed = in_words(&every_refusal()[13], Amsterdam, Locale::Nl);
        assert_eq!(
            closed,
            "De aanmelding is gesloten. Aanmelden kon tot en met zondag 25 mei 2014."
        );
    }
}
