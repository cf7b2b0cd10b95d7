//! A venue, and somebody's offer of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{MeetingId, RegistrationId, VenueOfferId},
    text::{Line, Paragraphs},
};

/// Where a meeting can be held. The municipality comes first, the rest can follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Venue {
    /// The municipality that it is in.
    pub municipality: Line<100>,
    /// What it is called.
    pub name: Option<Line<200>>,
    /// Street, number and town.
    pub address: Option<Line<300>>,
    /// Whether one can get everywhere without steps.
    pub is_step_free: Option<bool>,
    /// How to get there and where to park.
    pub directions: Option<Paragraphs<1000>>,
}

impl Venue {
    /// A venue of which only the municipality is known.
    pub fn in_municipality(municipality: Line<100>) -> Self {
        Self {
            municipality,
            name: None,
            address: None,
            is_step_free: None,
            directions: None,
        }
    }

    /// People can find it: its name and address are known. Everything else helps, and nobody waits for it.
    pub fn is_complete(&self) -> bool {
        self.name.is_some() && self.address.is_some()
    }

    /// Where it is, from the building to the municipality: what is known, and nothing twice.
    pub fn lines(&self) -> Vec<&str> {
        let known = [
            self.name.as_deref(),
            self.address.as_deref(),
            self.further_municipality(),
        ];
        known.into_iter().flatten().collect()
    }

    /// The municipality, unless the address ends with it.
    pub fn further_municipality(&self) -> Option<&str> {
        let is_told = self
            .address
            .as_deref()
            .is_some_and(|address| ends_with_word(address, &self.municipality));
        (!is_told).then_some(&*self.municipality)
    }

    /// What stays of it when the person who offered it is erased.
    pub fn bare(&self) -> Self {
        Self {
            municipality: self.municipality.clone(),
            name: None,
            address: None,
            is_step_free: self.is_step_free,
            directions: None,
        }
    }
}

/// Whether a text ends with a word or words, in capitals or not. What a hyphen joins is one word: Zoetermeer is not
/// Nieuw-Zoetermeer.
fn ends_with_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.strip_suffix(&word)
        .is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '-'))
}

/// What somebody says of a venue on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueDraft {
    /// The venue.
    pub venue: Venue,
    /// How many people fit in. The rotation does not look at it: an organiser can pin a larger one.
    pub capacity: Option<u32>,
    /// The rooms there are.
    pub rooms: Option<Line<500>>,
    /// The meetings that it is offered for; none: any.
    pub meetings: BTreeSet<MeetingId>,
}

/// Somebody's offer to host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueOffer {
    /// Its id.
    pub id: VenueOfferId,
    /// Who offers it.
    pub registration: RegistrationId,
    /// The number in the order of offering, given under the programme's lock.
    pub arrival: i64,
    /// The venue.
    pub venue: Venue,
    /// How many people fit in.
    pub capacity: Option<u32>,
    /// The rooms there are.
    pub rooms: Option<Line<500>>,
    /// The meetings that it is offered for; none: any.
    pub meetings: BTreeSet<MeetingId>,
    /// When it was offered.
    pub offered_at: DateTime<Utc>,
    /// When it was withdrawn, or who offered it left.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl VenueOffer {
    /// It stands.
    pub fn is_live(&self) -> bool {
        self.withdrawn_at.is_none()
    }

    /// It stands, and is meant for this meeting too.
    pub fn can_host(&self, meeting: MeetingId) -> bool {
        self.is_live() && (self.meetings.is_empty() || self.meetings.contains(&meeting))
    }

    /// Takes over what is said of it now.
    pub fn revise(&mut self, draft: VenueDraft) {
        self.venue = draft.venue;
        self.capacity = draft.capacity;
        self.rooms = draft.rooms;
        self.meetings = draft.meetings;
    }
}

/// Where an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VenueOfferStatus {
    /// It stands; no meeting is held there yet.
    Offered,
    /// One meeting or more is held there.
    Assigned,
    /// It was withdrawn.
    Withdrawn,
}
