//! Announcements: organisers' own mails.

use async_graphql::{Enum, ID, Object};
use uuid::Uuid;

use super::rule::Trigger;
use crate::{
    domain::announcement::OwnMail,
    graphql::{connection::Listed, global_id::global_id, scalars::DateTime},
};

/// Who gets an announcement: those who belong to it when it goes out. Of the people who registered, only those whose address
/// is verified.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::announcement::Audience")]
pub enum Audience {
    /// Those who hold a place for good.
    Participants,
    /// Those of them who have no learning wish.
    WithoutWish,
    /// Those of them who have handed no harvest in, or have it back.
    WithoutHarvest,
    /// Those who wait for a place or were offered one.
    Waiting,
    /// Those who host a meeting to come.
    Hosts,
    /// Guests of the showcase who come, or wait for a place.
    Guests,
    /// Everybody who runs or guides the programme.
    Team,
    /// Those who run it.
    Organisers,
    /// Participants, those who wait, and the team. Not guests: they gave their addresses for the showcase only.
    Everyone,
}

/// An organiser's own mail.
#[derive(Debug, Clone)]
pub struct Announcement(pub OwnMail);

impl Listed for Announcement {
    const NAME: &'static str = "Announcement";
    type Key = Uuid;

    fn key(&self) -> Uuid {
        self.0.id.0
    }
}

/// An organiser's own mail to people of a programme.
#[Object]
impl Announcement {
    /// Its id, by which it is taken back.
    async fn announcement_id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Who gets it.
    async fn audience(&self) -> Audience {
        self.0.audience.into()
    }

    /// The subject.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What it says.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// When it goes out; null: it went out at once.
    async fn trigger(&self) -> Option<Trigger> {
        self.0.trigger.map(Into::into)
    }

    /// When it was announced.
    async fn announced_at(&self) -> DateTime {
        self.0.announced_at.into()
    }

    /// When it was taken back.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.withdrawn_at.map(DateTime)
    }
}
