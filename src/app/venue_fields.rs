//! A venue as it is offered, checked once.

use std::collections::BTreeSet;

use super::{Result, fields::Parsing};
use crate::domain::{
    hosting::{Venue, VenueDraft},
    ids::MeetingId,
    text::Line,
};

/// Meetings that one offer can name.
const MOST_MEETINGS: usize = 100;
/// People that fit into a venue, at most.
const LARGEST_CAPACITY: u32 = 100_000;

/// What is given of a venue.
#[derive(Debug, Clone, Default)]
pub struct VenueFields {
    /// The municipality that it is in.
    pub municipality: String,
    /// What it is called.
    pub name: Option<String>,
    /// Street, number and town.
    pub address: Option<String>,
    /// Whether one can get everywhere without steps.
    pub is_step_free: Option<bool>,
    /// How to get there.
    pub directions: Option<String>,
    /// How many people fit in.
    pub capacity: Option<i64>,
    /// The rooms there are.
    pub rooms: Option<String>,
    /// The meetings that it is offered for; none: any.
    pub meetings: Vec<MeetingId>,
}

impl VenueFields {
    pub(super) fn parse(&self) -> Result<VenueDraft> {
        let mut parsing = Parsing::default();
        let venue = parsing.within("venue", |parsing| {
            let municipality: Option<Line<100>> = parsing.text("municipality", &self.municipality);
            let name = parsing.optional("name", self.name.as_deref());
            let address = parsing.optional("address", self.address.as_deref());
            let directions = parsing.optional("directions", self.directions.as_deref());
            Some(Venue {
                municipality: municipality?,
                name,
                address,
                is_step_free: self.is_step_free,
                directions,
            })
        });
        let capacity = self.capacity.and_then(|given| {
            let capacity = u32::try_from(given)
                .ok()
                .filter(|fit| (1..=LARGEST_CAPACITY).contains(fit));
            if capacity.is_none() {
                parsing.refuse("capacity", format!("must be from 1 to {LARGEST_CAPACITY}"));
            }
            capacity
        });
        let rooms = parsing.optional("rooms", self.rooms.as_deref());
        if self.meetings.len() > MOST_MEETINGS {
            parsing.refuse("meetingIds", format!("are too many; at most {MOST_MEETINGS}"));
        }
        let meetings: BTreeSet<_> = self.meetings.iter().copied().collect();
        parsing.finish(venue.map(|venue| VenueDraft {
            venue,
            capacity,
            rooms,
            meetings,
        }))
    }
}
