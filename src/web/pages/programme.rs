//! What a page says about a programme.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::layout::{facts, foreign, plain, say};
use crate::domain::{
    formats,
    message::Locale,
    programme::{Phase, Price, Programme, ProgrammeStatus, TeamMember},
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
    let subsidy = price
        .subsidy_basis_points
        .filter(|points| *points > 0)
        .map(|points| formats::percentage(points, locale));
    match (locale, price.cents, subsidy) {
        (Locale::Nl, 0, _) => "gratis".to_owned(),
        (Locale::En, 0, _) => "free".to_owned(),
        (Locale::Nl, _, None) => format!("{amount} per persoon, {vat}"),
        (Locale::En, _, None) => format!("{amount} per person, {vat}"),
        (Locale::Nl, _, Some(part)) => format!("{amount} per persoon, {vat}; een subsidie van {part} is er al af"),
        (Locale::En, _, Some(part)) => {
            format!("{amount} per person, {vat}; a subsidy of {part} is already taken off")
        }
    }
}

/// What somebody pays who withdraws after the go.
pub fn cost_of_leaving(of: &Price, locale: Locale) -> String {
    let part = formats::percentage(of.withdrawal_basis_points, locale);
    let amount = formats::euros(of.withdrawal_cents(), locale);
    match (of.withdrawal_cents(), locale) {
        (0, Locale::Nl) => "Meldt u zich af, dan betaalt u niets.".to_owned(),
        (0, Locale::En) => "If you withdraw, you pay nothing.".to_owned(),
        (_, Locale::Nl) => format!(
            "Meldt u zich af, dan betaalt u {part} van de prijs: {amount}{}.",
            vat(of, locale)
        ),
        (_, Locale::En) => format!(
            "If you withdraw, you pay {part} of the price: {amount}{}.",
            vat(of, locale)
        ),
    }
}

/// What withdrawing costs; nothing is said where nobody can withdraw any more, nor of a programme that is free.
pub fn leaving(programme: &Programme, locale: Locale) -> Option<Markup> {
    let price = &programme.announced.price;
    let part = formats::percentage(price.withdrawal_basis_points, locale);
    let goes_ahead = match programme.phase {
        Phase::Draft | Phase::Open => false,
        Phase::GoingAhead => true,
        Phase::Completed | Phase::Cancelled => return None,
    };
    let told = match (price.withdrawal_basis_points, goes_ahead, locale) {
        (0, _, Locale::Nl) => "kost niets".to_owned(),
        (0, _, Locale::En) => "costs nothing".to_owned(),
        (_, false, Locale::Nl) => format!("kost niets tot het programma doorgaat; daarna {part} van de prijs"),
        (_, false, Locale::En) => {
            format!("costs nothing until the programme goes ahead; after that {part} of the price")
        }
        (_, true, Locale::Nl) => format!("kost {part} van de prijs, nu het programma doorgaat"),
        (_, true, Locale::En) => format!("costs {part} of the price, now that the programme goes ahead"),
    };
    (price.cents > 0).then(|| html! { (told) })
}

/// What to say of VAT behind an amount of a price.
pub fn vat(price: &Price, locale: Locale) -> &'static str {
    match (price.vat_basis_points, price.vat_included) {
        (0, _) => "",
        (_, true) => say(locale, ", inclusief btw", ", VAT included"),
        (_, false) => say(locale, ", exclusief btw", ", VAT not included"),
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

/// Whom to write to with questions; nothing for a programme without anybody who answers.
pub fn contacts(programme: &Programme) -> Option<Markup> {
    let contacts: Vec<_> = programme.those_who_answer().collect();
    (!contacts.is_empty()).then(|| {
        html! {
            @for (index, member) in contacts.into_iter().enumerate() {
                @if index > 0 { br; }
                (member.name) ", " (address(member))
            }
        }
    })
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
                (say(locale, "Afmelden", "Withdrawing"), leaving(programme, locale)),
                (say(locale, "Bijeenkomsten", "Meetings"), meetings(programme, locale)),
                (say(locale, "Vragen?", "Questions?"), contacts(programme)),
            ]))
        }
    }
}
