//! What a page says about a programme.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::layout::{facts, foreign, plain, say};
use crate::domain::{
    formats,
    message::Locale,
    programme::{Price, Programme, ProgrammeStatus, TeamMember},
};

/// What stands for itself in the address of a `mailto:` link (RFC 6068, section 2).
const MAILTO: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'+');

/// How far a programme has come, in a few words.
pub fn status(status: ProgrammeStatus, locale: Locale) -> &'static str {
    match status {
        ProgrammeStatus::Draft => say(locale, "nog niet gepubliceerd", "not published yet"),
        ProgrammeStatus::Open => say(locale, "open voor aanmelding", "open for registration"),
        ProgrammeStatus::AwaitingDecision => say(
            locale,
            "aanmelding gesloten, nog geen besluit",
            "registration closed, no decision yet",
        ),
        ProgrammeStatus::GoingAhead => say(locale, "gaat door", "goes ahead"),
        ProgrammeStatus::Cancelled => say(locale, "gaat niet door", "does not go ahead"),
        ProgrammeStatus::Completed => say(locale, "afgelopen", "over"),
    }
}

/// Until when one can or could register.
pub fn registration_until(programme: &Programme, now: DateTime<Utc>, locale: Locale) -> String {
    let (closes_at, zone) = (programme.registration_closes_at(), programme.announced.time_zone);
    let until = formats::until(closes_at, zone, locale);
    match programme.opens_at() {
        _ if closes_at <= now => match locale {
            Locale::Nl => format!("kon {until}"),
            Locale::En => format!("was possible {until}"),
        },
        Some(opens_at) if opens_at > now => {
            let opens = formats::weekday_and_moment(opens_at, zone, locale);
            match locale {
                Locale::Nl => format!("kan vanaf {opens}, {until}"),
                Locale::En => format!("is possible from {opens}, {until}"),
            }
        }
        _ => match locale {
            Locale::Nl => format!("kan {until}"),
            Locale::En => format!("is possible {until}"),
        },
    }
}

/// How few and how many can take part.
pub fn places(programme: &Programme, locale: Locale) -> String {
    let (minimum, maximum) = (
        programme.announced.min_participants,
        programme.announced.max_participants,
    );
    match locale {
        Locale::Nl => format!("minstens {minimum}, hoogstens {maximum}"),
        Locale::En => format!("at least {minimum}, at most {maximum}"),
    }
}

/// What it costs.
pub fn price(price: &Price, locale: Locale) -> String {
    let amount = formats::euros(price.cents, locale);
    let vat = match price.vat_included {
        true => say(locale, "inclusief btw", "VAT included"),
        false => say(locale, "exclusief btw", "VAT not included"),
    };
    match (locale, price.cents) {
        (Locale::Nl, 0) => "gratis".to_owned(),
        (Locale::En, 0) => "free".to_owned(),
        (Locale::Nl, _) => format!("{amount} per persoon, {vat}"),
        (Locale::En, _) => format!("{amount} per person, {vat}"),
    }
}

fn meetings(programme: &Programme, locale: Locale) -> Option<Markup> {
    let meetings = &programme.announced.meetings;
    (!meetings.is_empty()).then(|| {
        html! {
            ul {
                @for meeting in meetings {
                    li {
                        span lang=[foreign(programme.announced.locale, locale)] { (meeting.title) } ": " (formats::meeting_days(&meeting.days, locale))
                        @if let Some(municipality) = &meeting.municipality { ", in " (municipality) }
                    }
                }
            }
        }
    })
}

/// Somebody to write to.
pub fn contact(member: &TeamMember) -> Markup {
    html! { (member.name) ", " (address(member)) }
}

/// The address of a member of the team, to write to.
pub fn address(member: &TeamMember) -> Markup {
    let address = utf8_percent_encode(&member.email, MAILTO);
    html! { a href={ "mailto:" (address.to_string()) } { (*member.email) } }
}

/// What a programme is about.
pub fn about(programme: &Programme, now: DateTime<Utc>, locale: Locale) -> Markup {
    let announced = &programme.announced;
    let text_lang = foreign(announced.locale, locale);
    html! {
        section {
            h2 { (say(locale, "Over het programma", "About the programme")) }
            (facts([
                (say(locale, "Voor wie", "For whom"), announced.audience.as_deref().map(|text| html! { span lang=[text_lang] { (text) } })),
                (say(locale, "Stand", "Status"), plain(status(programme.status(now), locale))),
                (say(locale, "Aanmelden", "Registration"), plain(registration_until(programme, now, locale))),
                (say(locale, "Deelnemers", "Participants"), plain(places(programme, locale))),
                (say(locale, "Prijs", "Price"), plain(price(&announced.price, locale))),
                (say(locale, "Bijeenkomsten", "Meetings"), meetings(programme, locale)),
                (say(locale, "Vragen?", "Questions?"), programme.contact().map(contact)),
            ]))
        }
    }
}
