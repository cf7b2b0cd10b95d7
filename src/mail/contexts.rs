//! What templates can name: one typed context per kind of letter, in words of the recipient's language.
//!
//! Templates hold the sentences; days, moments, amounts and lists come here, ready to be read. Names of fields are the
//! names in the templates.

mod guests;
mod harvest;
mod hosting;
mod letter;
mod sharing;

use serde::Serialize;

use self::letter::LetterWords;
use super::compose::{Addressee, is_answered_elsewhere};
use crate::domain::{
    decision::DecisionMode,
    formats,
    message::{Letter, Locale},
    programme::{Meeting, Phase, Programme},
};

/// Everything that the template of one letter can name.
#[derive(Debug, Serialize)]
pub struct Context<'a> {
    recipient: Person<'a>,
    programme: ProgrammeWords<'a>,
    /// Who answers; none to the contact, who need not ask themselves.
    contact: Option<Contact<'a>>,
    /// The recipient's personal link.
    link: Option<&'a str>,
    /// What the organiser adds to this kind of mail.
    own_sentence: Option<&'a str>,
    #[serde(flatten)]
    letter: LetterWords<'a>,
}

#[derive(Debug, Serialize)]
struct Person<'a> {
    name: &'a str,
    given_name: &'a str,
    organisation: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Contact<'a> {
    name: &'a str,
    email: &'a str,
    /// The address as a link (RFC 6068).
    mailto: String,
}

#[derive(Debug, Serialize)]
struct ProgrammeWords<'a> {
    title: &'a str,
    subtitle: Option<&'a str>,
    /// "tot en met zondag 25 mei 2014".
    registration_until: String,
    /// The day of the first meeting.
    kick_off: Option<String>,
    minimum: u32,
    maximum: u32,
    /// It goes ahead already.
    goes_ahead: bool,
    /// The count decides at the deadline, not a person.
    decides_automatically: bool,
    /// None: it is free.
    price: Option<String>,
    vat_included: bool,
    vat: Option<String>,
    subsidy: Option<String>,
    /// What withdrawing after the go costs. None: nothing.
    withdrawal: Option<Withdrawal>,
    meetings: Vec<MeetingWords<'a>>,
    /// One meeting or more lasts longer than a day.
    has_overnight_stay: bool,
}

#[derive(Debug, Serialize)]
struct Withdrawal {
    part: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct MeetingWords<'a> {
    title: &'a str,
    when: String,
    place: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// Words a letter about a programme for its recipient.
    pub fn of(
        letter: &'a Letter,
        to: &'a Addressee,
        programme: &'a Programme,
        link: Option<&'a str>,
        own_sentence: Option<&'a str>,
    ) -> Self {
        let is_answered_elsewhere = is_answered_elsewhere(letter.kind());
        Self {
            recipient: Person {
                name: &to.name,
                given_name: greeted(&to.given_name, to.locale),
                organisation: to.organisation.as_deref(),
            },
            programme: ProgrammeWords::of(programme, to.locale),
            contact: programme
                .contact()
                .filter(|contact| contact.email != to.email && !is_answered_elsewhere)
                .map(|contact| Contact {
                    name: &contact.name,
                    email: &contact.email,
                    mailto: mailto(&contact.email),
                }),
            // Whoever answers by mail sends along what it says, and a link opens the recipient's own page.
            link: link.filter(|_| !is_answered_elsewhere),
            own_sentence,
            letter: LetterWords::of(letter, programme, to.locale),
        }
    }
}

impl<'a> ProgrammeWords<'a> {
    fn of(programme: &'a Programme, locale: Locale) -> Self {
        let announced = &programme.announced;
        let price = &announced.price;
        let zone = announced.time_zone;
        Self {
            title: &announced.title,
            subtitle: announced.subtitle.as_deref(),
            registration_until: formats::until(programme.registration_closes_at(), zone, locale),
            kick_off: announced
                .meetings
                .first()
                .and_then(|meeting| meeting.days.first())
                .map(|day| formats::weekday_and_day(day.on, locale)),
            minimum: announced.min_participants,
            maximum: announced.max_participants,
            goes_ahead: programme.phase == Phase::GoingAhead,
            decides_automatically: announced.decision_mode == DecisionMode::Automatic,
            price: (price.cents > 0).then(|| formats::euros(price.cents, locale)),
            vat_included: price.vat_included,
            vat: (price.vat_basis_points > 0).then(|| formats::percentage(price.vat_basis_points, locale)),
            subsidy: price
                .subsidy_basis_points
                .filter(|part| *part > 0)
                .map(|part| formats::percentage(part, locale)),
            withdrawal: (price.withdrawal_cents() > 0).then(|| Withdrawal {
                part: formats::percentage(price.withdrawal_basis_points, locale),
                amount: formats::euros(price.withdrawal_cents(), locale),
            }),
            meetings: announced
                .meetings
                .iter()
                .map(|meeting| MeetingWords::of(meeting, locale))
                .collect(),
            has_overnight_stay: announced.meetings.iter().any(|meeting| meeting.days.len() > 1),
        }
    }
}

impl<'a> MeetingWords<'a> {
    fn of(meeting: &'a Meeting, locale: Locale) -> Self {
        Self {
            title: &meeting.title,
            when: formats::meeting_days(&meeting.days, locale),
            place: meeting.municipality.as_deref(),
        }
    }
}

/// What to call a person. Anybody can register anybody, so a name could be an advertisement: one that holds an address,
/// which mail programs turn into a link, is not repeated to the person.
fn greeted(given_name: &str, locale: Locale) -> &str {
    let names_a_host = given_name
        .split('.')
        .skip(1)
        .any(|rest| rest.chars().take(2).filter(|c| c.is_alphanumeric()).count() == 2);
    if !names_a_host && !given_name.contains(['/', '@', ':']) {
        return given_name;
    }
    match locale {
        Locale::Nl => "heer of mevrouw",
        Locale::En => "Sir or Madam",
    }
}

/// The address as a link: marks that would end it or add a header are written as per cent and two digits (RFC 6068, 2).
fn mailto(address: &str) -> String {
    let mut link = "mailto:".to_owned();
    for c in address.chars() {
        if c.is_ascii_alphanumeric() || "@.-_+~!$'*".contains(c) {
            link.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                link.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_holds_an_address_is_not_repeated() {
        for name in [
            "Anna",
            "J.P.",
            "A.",
            "Anne-Marie",
            "d'Artagnan",
            "Dr. Anna",
            "李小龙",
            ".",
            "...",
        ] {
            assert_eq!(greeted(name, Locale::Nl), name);
        }
        for name in [
            "https://evil.example",
            "evil.example",
            "a@b",
            "Win: bit.ly/x",
            "www.evil.example",
            "x.co",
        ] {
            assert_eq!(greeted(name, Locale::Nl), "heer of mevrouw");
            assert_eq!(greeted(name, Locale::En), "Sir or Madam");
        }
    }

    #[test]
    fn a_mail_link_carries_no_further_headers() {
        assert_eq!(
            mailto("anna.o'neil+hr@gemeente.example"),
            "mailto:anna.o'neil+hr@gemeente.example"
        );
        assert_eq!(mailto("a?bcc=b@x.example"), "mailto:a%3Fbcc%3Db@x.example");
    }
}
