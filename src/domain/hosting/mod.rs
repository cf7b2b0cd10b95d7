//! Hosting (rule 8): participants offer venues, each meeting gets a host in turn, and everybody is told where to go.
//!
//! Who hosts is chosen by a rotation, see [`rotation`]. What people were last told of a meeting is remembered with it, so that
//! a change of time or place is noticed whatever brought it about.

mod rotation;
mod venue;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    facts::Facts,
    ids::{MeetingId, RegistrationId, VenueOfferId},
    message::Locale,
    programme::{Announcement, Meeting, MeetingDay, Phase},
    text::{Line, Organisation, Paragraphs, PersonName},
};
pub use venue::{Venue, VenueDraft, VenueOffer, VenueOfferStatus};

/// Hosts are assigned so many days before a meeting, at the usual time.
pub const ASSIGNED_DAYS_BEFORE: i32 = 35;

/// What a host sees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChecklistItem {
    /// A room that everybody fits in.
    Room,
    /// Coffee and tea.
    CoffeeAndTea,
    /// Lunch.
    Lunch,
}

impl ChecklistItem {
    /// Every item, in order.
    pub const ALL: [Self; 3] = [Self::Room, Self::CoffeeAndTea, Self::Lunch];

    /// What is stored, and its key in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::CoffeeAndTea => "coffee-and-tea",
            Self::Lunch => "lunch",
        }
    }

    /// What it is called.
    pub fn label(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Room, Locale::Nl) => "Een ruimte waar iedereen in past",
            (Self::Room, Locale::En) => "A room that everybody fits in",
            (Self::CoffeeAndTea, Locale::Nl) => "Koffie en thee",
            (Self::CoffeeAndTea, Locale::En) => "Coffee and tea",
            (Self::Lunch, Locale::Nl | Locale::En) => "Lunch",
        }
    }

    /// The item of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.word() == word)
    }
}

/// What people were last told of when and where a meeting is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its days.
    pub days: Vec<MeetingDay>,
    /// Where it is; none: the practical information has not gone out.
    pub venue: Option<Venue>,
}

/// Who hosts a meeting, and what that has brought so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignment {
    /// The offer that it is held at.
    pub offer: Option<VenueOfferId>,
    /// An organiser chose it; the rotation would not have to.
    pub is_pinned: bool,
    /// How many times a host was assigned to it.
    pub times: u32,
    /// What is done of the checklist.
    pub done: BTreeSet<ChecklistItem>,
    /// What people were last told; none: nothing since the go.
    pub told: Option<Told>,
    /// How many times that changed; calendar programs tell an update by it.
    pub sequence: u32,
    /// When it last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

impl Assignment {
    /// The practical information has gone out.
    pub fn is_announced(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.venue.is_some())
    }

    pub(super) fn assign(&mut self, offer: VenueOfferId, is_pinned: bool) {
        if self.offer != Some(offer) {
            self.times += 1;
            self.done.clear();
        }
        self.offer = Some(offer);
        self.is_pinned = is_pinned;
    }

    pub(super) fn free(&mut self) {
        self.offer = None;
        self.is_pinned = false;
        self.done.clear();
    }
}

/// The hosting of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hosting {
    /// Every offer, in the order of offering, those withdrawn too.
    pub offers: Vec<VenueOffer>,
    /// What there is to say of each meeting; nothing of one that nobody has hosted and nobody was told of.
    pub meetings: BTreeMap<MeetingId, Assignment>,
    /// Why an act moved a meeting, for the mail that the act brings. Never stored.
    pub moved_because: BTreeMap<MeetingId, Paragraphs<1000>>,
    /// Hosts in whose place an act chose again: the meeting, who hosted it, the act's id. Never stored.
    pub chosen_again: Vec<(MeetingId, RegistrationId, Uuid)>,
}

impl Hosting {
    /// An offer by its id.
    pub fn offer(&self, id: VenueOfferId) -> Option<&VenueOffer> {
        self.offers.iter().find(|offer| offer.id == id)
    }

    /// The offer that a meeting is held at.
    pub fn offer_for(&self, meeting: MeetingId) -> Option<&VenueOffer> {
        self.offer(self.meetings.get(&meeting)?.offer?)
    }

    /// Who hosts a meeting.
    pub fn host_of(&self, meeting: MeetingId) -> Option<RegistrationId> {
        self.offer_for(meeting).map(|offer| offer.registration)
    }

    /// The municipality where a meeting is held: the host's, else the one that was entered.
    pub fn municipality<'a>(&'a self, meeting: &'a Meeting) -> Option<&'a Line<100>> {
        let hosts = self.offer_for(meeting.id).map(|offer| &offer.venue.municipality);
        hosts.or(meeting.municipality.as_ref())
    }

    /// Where the showcase of a programme is, as far as that is known: at the venue of the meeting one of whose days it is on.
    pub fn venue_of_showcase(&self, announced: &Announcement) -> Option<Venue> {
        let meeting = announced.meeting_of_showcase()?;
        match self.offer_for(meeting.id) {
            Some(offer) => Some(offer.venue.clone()),
            None => meeting.municipality.clone().map(Venue::in_municipality),
        }
    }

    /// The meetings that are held at an offer.
    pub fn meetings_at(&self, offer: VenueOfferId) -> impl Iterator<Item = MeetingId> {
        let held = self.meetings.iter().filter(move |(_, of)| of.offer == Some(offer));
        held.map(|(meeting, _)| *meeting)
    }

    /// Where an offer stands.
    pub fn status_of(&self, offer: &VenueOffer) -> VenueOfferStatus {
        if offer.withdrawn_at.is_some() {
            VenueOfferStatus::Withdrawn
        } else if self.meetings_at(offer.id).next().is_some() {
            VenueOfferStatus::Assigned
        } else {
            VenueOfferStatus::Offered
        }
    }

    /// Somebody offers a venue at present.
    pub fn has_offered(&self, registration: RegistrationId) -> bool {
        self.offers
            .iter()
            .any(|offer| offer.registration == registration && offer.is_live())
    }

    /// The number of the next offer in the order of offering.
    pub fn next_arrival(&self) -> i64 {
        self.offers.iter().map(|offer| offer.arrival).max().unwrap_or(0) + 1
    }

    pub(super) fn of(&mut self, meeting: MeetingId) -> &mut Assignment {
        self.meetings.entry(meeting).or_default()
    }
}

impl Facts {
    /// The meetings that have not begun, in order of time.
    pub fn meetings_to_come(&self, at: DateTime<Utc>) -> impl Iterator<Item = &Meeting> {
        let zone = self.programme.announced.time_zone;
        let is_to_come = move |meeting: &&Meeting| meeting.starts_at(zone).is_some_and(|starts_at| starts_at > at);
        self.programme.announced.meetings.iter().filter(is_to_come)
    }

    /// Whether a meeting is to come in a programme that goes ahead, and nobody hosts it.
    pub fn needs_host(&self, meeting: &Meeting, at: DateTime<Utc>) -> bool {
        self.programme.phase == Phase::GoingAhead
            && self.hosting.host_of(meeting.id).is_none()
            && self.meetings_to_come(at).any(|other| other.id == meeting.id)
    }

    /// What letters say of a meeting as it stands.
    pub fn meeting_note(&self, meeting: &Meeting) -> MeetingNote {
        let offer = self.hosting.offer_for(meeting.id);
        let host = offer.and_then(|offer| self.registrations.get(&offer.registration));
        let assignment = self.hosting.meetings.get(&meeting.id);
        MeetingNote {
            id: meeting.id,
            title: meeting.title.clone(),
            days: meeting.days.clone(),
            venue: offer.map(|offer| offer.venue.clone()),
            host: host.map(|host| HostName {
                given_name: host.person.given_name.clone(),
                organisation: host.person.organisation.clone(),
            }),
            sequence: assignment.map_or(0, |assignment| assignment.sequence),
            changed_at: assignment
                .and_then(|assignment| assignment.changed_at)
                .or(self.programme.published_at),
        }
    }
}

/// The host of a meeting as others see the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostName {
    /// What to call the host.
    pub given_name: PersonName,
    /// The employer.
    pub organisation: Organisation,
}

/// What a letter says of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingNote {
    /// Which; a calendar entry is recognised by it.
    pub id: MeetingId,
    /// What it is called.
    pub title: Line<200>,
    /// When.
    pub days: Vec<MeetingDay>,
    /// Where, as far as that is known.
    pub venue: Option<Venue>,
    /// Who hosts it.
    pub host: Option<HostName>,
    /// How many times time or place changed.
    pub sequence: u32,
    /// When that was last.
    pub changed_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests;
