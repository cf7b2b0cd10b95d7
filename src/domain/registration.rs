//! One person's way through one programme: the states of rule 3 and what moves between them; the same person (rule 5).

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{
    ids::RegistrationId,
    message::Locale,
    text::{EmailAddress, Line, Organisation, Paragraphs, PersonName},
};

/// How long an anonymous registration may stay unverified (rule 2).
pub const TIME_TO_VERIFY: Duration = Duration::hours(72);

/// Working days that an offered place is kept (rule 3).
pub const OFFER_WORKING_DAYS: u32 = 2;

/// Where a registration stands. Whether the address is verified is a fact beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistrationStatus {
    /// Holds a place until verified or expired.
    Unverified,
    /// Waits for a place.
    Waiting,
    /// Was offered a freed place.
    Offered,
    /// Has a place.
    Registered,
    /// Has a place in a programme that goes ahead.
    Confirmed,
    /// Left by the person.
    Withdrawn,
    /// Its time was over.
    Expired,
    /// The offer was declined.
    Declined,
    /// Ended by a no-go or an organiser.
    Cancelled,
}

use RegistrationStatus as Status;

impl RegistrationStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Unverified,
        Self::Waiting,
        Self::Offered,
        Self::Registered,
        Self::Confirmed,
        Self::Withdrawn,
        Self::Expired,
        Self::Declined,
        Self::Cancelled,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Registered => "registered",
            Self::Confirmed => "confirmed",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Takes one of the places.
    pub fn takes_place(self) -> bool {
        matches!(
            self,
            Self::Unverified | Self::Offered | Self::Registered | Self::Confirmed
        )
    }

    /// Counts for the minimum.
    pub fn counts(self) -> bool {
        matches!(self, Self::Registered | Self::Confirmed)
    }

    /// Nothing follows it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Expired | Self::Declined | Self::Cancelled)
    }
}

/// What can be done with a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// The person proves the address.
    Verify,
    /// Its time is over.
    Expire,
    /// A freed place is offered.
    Offer,
    /// The person takes the offered place.
    Accept,
    /// The person leaves the offered place.
    Decline,
    /// The person leaves.
    Withdraw,
    /// The programme goes ahead.
    Confirm,
    /// A no-go or an organiser ends it.
    Cancel,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 8] = [
        Self::Verify,
        Self::Expire,
        Self::Offer,
        Self::Accept,
        Self::Decline,
        Self::Withdraw,
        Self::Confirm,
        Self::Cancel,
    ];
}

/// What a verb does to a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The registration has this status afterwards.
    To(Status),
    /// It is so already: saying it twice changes nothing.
    Already,
    /// It cannot be.
    Refused,
}

/// The table of rule 3. `is_after_go`: the programme goes ahead already, so a place is confirmed at once.
pub fn transition(status: Status, is_verified: bool, verb: Verb, is_after_go: bool) -> Transition {
    use Transition::{Already, Refused, To};
    let place = if is_after_go {
        Status::Confirmed
    } else {
        Status::Registered
    };
    match (verb, status) {
        (Verb::Verify, Status::Unverified) => To(place),
        (Verb::Verify, Status::Waiting) if !is_verified => To(Status::Waiting),
        (Verb::Verify, Status::Waiting | Status::Offered | Status::Registered | Status::Confirmed) => Already,
        (Verb::Expire, Status::Unverified | Status::Waiting | Status::Offered) => To(Status::Expired),
        (Verb::Offer, Status::Waiting) if is_verified => To(Status::Offered),
        (Verb::Accept, Status::Offered) => To(place),
        (Verb::Accept, Status::Registered | Status::Confirmed) => Already,
        (Verb::Decline, Status::Offered) => To(Status::Declined),
        (Verb::Decline, Status::Declined) => Already,
        (Verb::Withdraw, Status::Withdrawn) => Already,
        (Verb::Withdraw, live) if !live.is_final() => To(Status::Withdrawn),
        (Verb::Confirm, Status::Registered) => To(Status::Confirmed),
        (Verb::Cancel, live) if !live.is_final() => To(Status::Cancelled),
        _ => Refused,
    }
}

/// What an invoice needs; where the person gave nothing it is the employer and the own address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Billing {
    /// Who pays, if not the employer.
    pub organisation: Option<Organisation>,
    /// What to put on the invoice.
    pub reference: Option<Line<100>>,
    /// Where the invoice goes, if not to the person.
    pub email: Option<EmailAddress>,
}

/// What somebody gives to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registrant {
    /// The whole name.
    pub name: PersonName,
    /// What to call the person.
    pub given_name: PersonName,
    /// Where mail goes.
    pub email: EmailAddress,
    /// The employer.
    pub organisation: Organisation,
    /// What the person does there.
    pub job_title: Option<Line<100>>,
    /// A telephone number, as given.
    pub phone: Option<Line<40>>,
    /// The language of mails and pages.
    pub locale: Locale,
    /// Why the person wants to take part.
    pub motivation: Option<Paragraphs<2000>>,
    /// For the invoice.
    pub billing: Billing,
}

/// The given name of somebody who gave none: the first word of the name (rule 2).
pub fn given_name_of(name: &PersonName) -> PersonName {
    name.split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or_else(|| name.clone())
}

/// What makes two registrations one person's (rule 5): the address in lower case and the name without regard to case,
/// spacing and composed characters. The address alone identifies nobody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonKey(pub String);

impl PersonKey {
    /// The key of a person.
    pub fn of(name: &PersonName, email: &EmailAddress) -> Self {
        let name: String = name
            .nfkc()
            .flat_map(char::to_lowercase)
            .nfc()
            .filter(|c| !c.is_whitespace())
            .collect();
        Self(format!("{}\n{name}", email.comparable()))
    }
}

/// A registration as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// The number in line, given under the programme's lock: first come, first served.
    pub arrival: i64,
    /// Where it stands.
    pub status: RegistrationStatus,
    /// Who registered.
    pub person: Registrant,
    /// When it arrived.
    pub registered_at: DateTime<Utc>,
    /// When the address was verified.
    pub verified_at: Option<DateTime<Utc>>,
    /// When a place was offered.
    pub offered_at: Option<DateTime<Utc>>,
    /// From when the offer can no longer be accepted, as told.
    pub offer_expires_at: Option<DateTime<Utc>>,
    /// When it became confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it reached a final status.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended, as given by the person or the organiser.
    pub end_reason: Option<Paragraphs<1000>>,
    /// When everything about the person was erased; what stands in its place names nobody.
    pub erased_at: Option<DateTime<Utc>>,
}

impl Registration {
    /// The address was verified.
    pub fn is_verified(&self) -> bool {
        self.verified_at.is_some()
    }

    /// The key of its person.
    pub fn person_key(&self) -> PersonKey {
        PersonKey::of(&self.person.name, &self.person.email)
    }

    /// Who pays.
    pub fn billing_organisation(&self) -> &Organisation {
        self.person
            .billing
            .organisation
            .as_ref()
            .unwrap_or(&self.person.organisation)
    }

    /// Where the invoice goes.
    pub fn billing_email(&self) -> &EmailAddress {
        self.person.billing.email.as_ref().unwrap_or(&self.person.email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_verb() {
        use Transition::{Already as A, Refused as R, To};
        let to = To;
        let (reg, conf, exp, off, dec, wd, can, wait) = (
            Status::Registered,
            Status::Confirmed,
            Status::Expired,
            Status::Offered,
            Status::Declined,
            Status::Withdrawn,
            Status::Cancelled,
            Status::Waiting,
        );
        // status, verified; before the go: verify, expire, offer, accept, decline, withdraw, confirm, cancel
        let table = [
            (
                Status::Unverified,
                false,
                [to(reg), to(exp), R, R, R, to(wd), R, to(can)],
            ),
            (Status::Waiting, false, [to(wait), to(exp), R, R, R, to(wd), R, to(can)]),
            (Status::Waiting, true, [A, to(exp), to(off), R, R, to(wd), R, to(can)]),
            (
                Status::Offered,
                true,
                [A, to(exp), R, to(reg), to(dec), to(wd), R, to(can)],
            ),
            (Status::Registered, true, [A, R, R, A, R, to(wd), to(conf), to(can)]),
            (Status::Confirmed, true, [A, R, R, A, R, to(wd), R, to(can)]),
            (Status::Withdrawn, true, [R, R, R, R, R, A, R, R]),
            (Status::Expired, true, [R; 8]),
            (Status::Declined, true, [R, R, R, R, A, R, R, R]),
            (Status::Cancelled, true, [R; 8]),
        ];
        for (status, is_verified, row) in table {
            for (verb, expected) in Verb::ALL.into_iter().zip(row) {
                assert_eq!(
                    transition(status, is_verified, verb, false),
                    expected,
                    "{status:?} {verb:?}"
                );
                let after_go = if expected == To(reg) { To(conf) } else { expected };
                assert_eq!(
                    transition(status, is_verified, verb, true),
                    after_go,
                    "after the go: {status:?} {verb:?}"
                );
            }
        }
    }

    #[test]
    fn places_and_the_minimum() {
        for status in Status::ALL {
            let (takes, counts) = match status {
                Status::Unverified | Status::Offered => (true, false),
                Status::Registered | Status::Confirmed => (true, true),
                _ => (false, false),
            };
            assert_eq!((status.takes_place(), status.counts()), (takes, counts), "{status:?}");
            assert_eq!(Status::from_word(status.word()), Some(status));
        }
    }

    #[test]
    fn no_path_leaves_a_final_state() {
        for status in Status::ALL.into_iter().filter(|status| status.is_final()) {
            for verb in Verb::ALL {
                assert!(
                    !matches!(transition(status, true, verb, false), Transition::To(_)),
                    "{status:?} {verb:?}"
                );
            }
        }
    }

    fn key(name: &str, email: &str) -> PersonKey {
        PersonKey::of(&name.parse().unwrap(), &email.parse().unwrap())
    }

    #[test]
    fn the_same_person() {
        let anna = key("Anna de Vries", "anna@gemeente.example");
        for (name, email) in [
            ("anna  DE vries", "Anna@Gemeente.Example"),
            ("Anna\u{a0}de Vries", "anna@gemeente.example"),
        ] {
            assert_eq!(key(name, email), anna, "{name} {email}");
        }
        assert_eq!(key("José Ruiz", "j@x.example"), key("Jose\u{301} Ruiz", "j@x.example"));
        assert_ne!(
            key("Bert de Vries", "anna@gemeente.example"),
            anna,
            "two people share a mailbox"
        );
        assert_ne!(key("Anna de Vries", "hr@gemeente.example"), anna);
        assert_ne!(key("Jose Ruiz", "j@x.example"), key("José Ruiz", "j@x.example"));
    }

    #[test]
    fn given_names() {
        assert_eq!(&*given_name_of(&"Anna de Vries".parse().unwrap()), "Anna");
    }
}
