//! People who register: some at once and carefully, some late, some not at all in the end.

use chrono::{DateTime, Duration, Utc};

use super::{Actor, Plan, View, chance::Chance, deed::Deed, guest::Guest, participant::Participant};
use crate::{
    app::{fields::PersonFields, outbox::Message},
    domain::{
        message::{Locale, MessageKind},
        registration::TIME_TO_VERIFY,
    },
};

const GIVEN_NAMES: [&str; 24] = [
    "Saskia",
    "Mehmet",
    "Femke",
    "Joost",
    "Anouk",
    "Ravi",
    "Ineke",
    "Karim",
    "Willemijn",
    "Sjoerd",
    "Fatma",
    "Hugo",
    "Lotte",
    "Daan",
    "Yasmin",
    "Pieter",
    "Noor",
    "Bram",
    "Eline",
    "Omar",
    "Tessa",
    "Ruben",
    "Marijke",
    "Jeroen",
];
const SURNAMES: [&str; 20] = [
    "van den Berg",
    "Yılmaz",
    "de Boer",
    "Hendriks",
    "Jansen",
    "Ramdin",
    "Visser",
    "El Amrani",
    "Dijkstra",
    "Postma",
    "Kaya",
    "Vermeulen",
    "Bos",
    "Mulder",
    "Haddad",
    "van Leeuwen",
    "Schouten",
    "Kok",
    "de Graaf",
    "Sanders",
];
const MUNICIPALITIES: [&str; 16] = [
    "Goudwaard",
    "Lekstroom",
    "Rijnbocht",
    "Duinzicht",
    "Veenmeer",
    "Vlietpolder",
    "Kustland",
    "Wetering",
    "Merwedam",
    "Hollandsdiep",
    "Zijlstede",
    "Oeverbroek",
    "Tolhuis",
    "Groenewoud",
    "Sluiswijk",
    "Binnenveld",
];

/// Somebody who hears of the programme.
pub(super) struct Person {
    fields: PersonFields,
    has_verified: bool,
    /// The programme ended before its time while this person was in.
    was_cancelled: bool,
    /// What the person does once it goes ahead.
    participant: Participant,
}

impl Person {
    /// So many people, no two with one address.
    pub(super) fn some(count: u32, chance: &Chance) -> impl Iterator<Item = Self> {
        (1..=count).map(move |number| Self::of_number(number, chance))
    }

    /// Whom this person would invite to the showcase.
    pub(super) fn guests(&self) -> Vec<Guest> {
        self.participant.guests.clone()
    }

    fn of_number(number: u32, chance: &Chance) -> Self {
        let pick = |names: &[&'static str]| chance.one_of(names).copied().unwrap_or("Robin");
        let (given, surname, municipality) = (pick(&GIVEN_NAMES), pick(&SURNAMES), pick(&MUNICIPALITIES));
        let place = municipality.to_lowercase();
        let locale = chance.percent(12).then_some(Locale::En);
        Self {
            fields: PersonFields {
                name: format!("{given} {surname}"),
                email: format!("{}.{number}@{place}.example", given.to_lowercase()),
                organisation: format!("gemeente {municipality}"),
                locale,
                ..PersonFields::default()
            },
            has_verified: false,
            was_cancelled: false,
            participant: Participant::of(municipality, Guest::some_of(number, &place, &GIVEN_NAMES, chance)),
        }
    }

    fn form(&self) -> Box<PersonFields> {
        Box::new(self.fields.clone())
    }

    /// Most verify within the hour, some the next day, a few too late or never.
    fn verifies(&self, view: &View<'_>) -> Option<DateTime<Utc>> {
        let (chance, zone) = (view.chance, view.programme.announced.time_zone);
        match chance.between(1, 100) {
            1..=70 => Some(chance.in_minutes(view.now, 2, 90, zone)),
            71..=85 => Some(chance.in_days(view.now, 1, 2, zone)),
            86..=92 => Some(chance.in_minutes(view.now + TIME_TO_VERIFY, 10, 600, zone)),
            _ => None,
        }
    }
}

impl Actor for Person {
    fn address(&self) -> &str {
        &self.fields.email
    }

    fn begin(&mut self, view: &View<'_>) -> Vec<Plan> {
        let (programme, chance) = (view.programme, view.chance);
        let zone = programme.announced.time_zone;
        let opens_at = programme.opens_at().unwrap_or(view.now).max(view.now);
        let open = programme.registration_closes_at() - opens_at;
        let days = u32::try_from(open.num_days()).unwrap_or(0);
        // A few hear of it too late.
        let last = if chance.percent(5) {
            days + 3
        } else {
            days.saturating_sub(1)
        };
        let at = chance.in_days(opens_at, 0, last, zone);
        let mut plans = vec![Plan {
            at,
            deed: Deed::Register(self.form()),
        }];
        if chance.percent(8) {
            plans.push(Plan {
                at: chance.in_days(at, 1, 6, zone),
                deed: Deed::RegisterAgain(self.form()),
            });
        }
        if chance.percent(5) {
            plans.push(Plan {
                at: chance.in_days(at, 1, 10, zone),
                deed: Deed::AskForLink(self.fields.email.clone()),
            });
        }
        plans
    }

    fn read(&mut self, mail: &Message, view: &View<'_>) -> Vec<Plan> {
        let (chance, zone) = (view.chance, view.programme.announced.time_zone);
        let plan = match mail.kind {
            MessageKind::ConfirmRegistration if !self.has_verified => {
                self.verifies(view).map(|at| Plan { at, deed: Deed::Verify })
            }
            MessageKind::RegistrationReceived | MessageKind::WaitingListJoined => {
                self.has_verified = true;
                chance.percent(12).then(|| Plan {
                    at: chance.in_days(view.now, 2, 25, zone),
                    deed: Deed::Withdraw,
                })
            }
            MessageKind::PlaceOffered => match chance.between(1, 100) {
                1..=65 => Some(Deed::Accept),
                66..=82 => Some(Deed::Decline),
                _ => None,
            }
            .map(|deed| Plan {
                at: chance.in_minutes(view.now, 20, 36 * 60, zone),
                deed,
            }),
            MessageKind::RegistrationExpired if !self.has_verified => chance.percent(40).then(|| Plan {
                at: chance.in_minutes(view.now, 30, 24 * 60, zone),
                deed: Deed::Register(self.form()),
            }),
            MessageKind::ProgrammeGoesAhead => chance.percent(6).then(|| Plan {
                at: chance.in_days(view.now + Duration::days(1), 1, 20, zone),
                deed: Deed::Withdraw,
            }),
            MessageKind::ProgrammeCancelled => {
                self.was_cancelled = true;
                None
            }
            // Also those hear of it who are still in; they have nothing to press.
            MessageKind::DeadlineExtended if self.was_cancelled => {
                self.was_cancelled = false;
                chance.percent(75).then(|| Plan {
                    at: chance.in_minutes(view.now, 15, 48 * 60, zone),
                    deed: Deed::RegisterAnew,
                })
            }
            _ => return self.participant.read(mail.kind, view),
        };
        plan.into_iter().collect()
    }
}
