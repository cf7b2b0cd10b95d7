//! Venues, offers of them, and what a host sees to.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, Result, SimpleObject};

use super::{meeting::Meeting, programme::Participant};
use crate::{
    app::hosting::HostingView,
    domain::{hosting, ids::VenueOfferId, message::Locale},
    graphql::{connection::Listed, error_code::ErrorCode, global_id::global_id, scalars::DateTime},
};

/// Where a meeting is held, or can be.
#[derive(Debug, SimpleObject)]
pub struct Venue {
    /// The municipality that it is in.
    municipality: String,
    /// What it is called.
    name: Option<String>,
    /// Street, number and town.
    address: Option<String>,
    /// Whether one can get everywhere without steps; null: not known.
    is_step_free: Option<bool>,
    /// How to get there and where to park.
    directions: Option<String>,
    /// Whether people can find it: its name and its address are known. As soon as they are, practical information can go out.
    is_complete: bool,
}

impl From<&hosting::Venue> for Venue {
    fn from(venue: &hosting::Venue) -> Self {
        Self {
            municipality: venue.municipality.to_string(),
            name: venue.name.as_ref().map(ToString::to_string),
            address: venue.address.as_ref().map(ToString::to_string),
            is_step_free: venue.is_step_free,
            directions: venue.directions.as_ref().map(ToString::to_string),
            is_complete: venue.is_complete(),
        }
    }
}

/// Where an offer of a venue stands.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::hosting::VenueOfferStatus")]
pub enum VenueOfferStatus {
    /// It stands; no meeting is held there yet.
    Offered,
    /// One meeting or more is held there.
    Assigned,
    /// It was withdrawn, or who offered it left.
    Withdrawn,
}

/// What a host sees to.
#[derive(Debug, SimpleObject)]
pub struct ChecklistItem {
    /// What names it to `tickChecklistItem`.
    key: &'static str,
    /// What it is, in the programme's language.
    label: &'static str,
    /// Whether it is done.
    is_done: bool,
}

impl ChecklistItem {
    /// An item in a language.
    pub fn of((item, is_done): (hosting::ChecklistItem, bool), locale: Locale) -> Self {
        Self {
            key: item.word(),
            label: item.label(locale),
            is_done,
        }
    }
}

/// Somebody's offer to host.
#[derive(Debug, Clone)]
pub struct VenueOffer {
    view: Arc<HostingView>,
    offer: hosting::VenueOffer,
}

impl VenueOffer {
    /// An offer among a programme's others.
    pub fn within(view: Arc<HostingView>, offer: hosting::VenueOffer) -> Self {
        Self { view, offer }
    }

    /// The offer of an id, if the caller may see it.
    pub fn find(view: Arc<HostingView>, id: VenueOfferId) -> Option<Self> {
        let offer = view.offer(id)?.clone();
        Some(Self { view, offer })
    }
}

impl Listed for VenueOffer {
    const NAME: &'static str = "VenueOffer";
    type Key = i64;

    fn key(&self) -> i64 {
        self.offer.arrival
    }
}

/// Somebody's offer of a venue, as that person and the organiser see it.
#[Object]
impl VenueOffer {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.offer.id)
    }

    /// Who offers it.
    async fn host(&self) -> Result<Participant> {
        let person = self.view.person(&self.offer).map(Participant::from);
        person.ok_or_else(|| ErrorCode::InternalServerError.error("a stored offer is nobody's"))
    }

    /// The venue.
    async fn venue(&self) -> Venue {
        (&self.offer.venue).into()
    }

    /// How many people fit in. Whose turn it is does not depend on it; an organiser can choose a larger one.
    async fn capacity(&self) -> Option<u32> {
        self.offer.capacity
    }

    /// The rooms there are.
    async fn rooms(&self) -> Option<&str> {
        self.offer.rooms.as_deref()
    }

    /// The meetings that it is offered for, in order of time; none: any.
    async fn meetings(&self) -> Vec<Meeting> {
        let meetings = self.view.offered_for(&self.offer).into_iter();
        meetings
            .map(|meeting| Meeting::within(self.view.programme(), meeting))
            .collect()
    }

    /// The meetings that are held there, in order of time.
    async fn hosted_meetings(&self) -> Vec<Meeting> {
        let meetings = self.view.held_at(&self.offer).into_iter();
        meetings
            .map(|meeting| Meeting::within(self.view.programme(), meeting))
            .collect()
    }

    /// Where it stands.
    async fn status(&self) -> VenueOfferStatus {
        self.view.status_of(&self.offer).into()
    }

    /// When it was offered.
    async fn offered_at(&self) -> DateTime {
        self.offer.offered_at.into()
    }
}
