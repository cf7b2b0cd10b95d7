//! Guests of the showcase.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};

use super::{programme::Participant, registration::Locale};
use crate::{
    app::guests::InvitationView,
    domain::ids::InvitationId,
    graphql::{connection::Listed, failure, global_id::global_id, request::scope, scalars::DateTime},
};

/// What a guest is to whoever invites.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::guests::GuestRelation")]
pub enum GuestRelation {
    /// Works at the same employer.
    Colleague,
    /// Leads the person.
    Manager,
    /// Belongs to an organisation that the municipality works with.
    NetworkPartner,
    /// Works at another municipality.
    OtherMunicipality,
}

/// Where an invitation stands.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::guests::InvitationStatus")]
pub enum InvitationStatus {
    /// Not answered.
    Invited,
    /// The guest comes.
    Accepted,
    /// The guest does not come. Until the showcase begins guests may change their minds.
    Declined,
    /// The guest wants to come and waits for a place.
    Waiting,
    /// Called back, or there is no showcase any more. This is final.
    Cancelled,
}

/// An invitation to the showcase.
#[derive(Debug, Clone)]
pub struct Invitation(Arc<InvitationView>);

impl From<InvitationView> for Invitation {
    fn from(view: InvitationView) -> Self {
        Self(Arc::new(view))
    }
}

impl Invitation {
    /// The bare id.
    pub fn key_id(&self) -> InvitationId {
        self.0.invitation.id
    }

    /// The invitation of an id, if the caller may see it.
    pub async fn load(ctx: &Context<'_>, id: InvitationId) -> Result<Option<Self>> {
        let scope = scope(ctx)?;
        let found = scope.app.invitations_by_id(&scope.caller, &[id]).await;
        let mut found = found.map_err(|failed| failure::error(&failed))?;
        Ok(found.pop().map(Self::from))
    }
}

impl Listed for Invitation {
    const NAME: &'static str = "Invitation";
    type Key = i64;

    fn key(&self) -> i64 {
        self.0.invitation.arrival
    }
}

/// An invitation to the showcase, as the guest, whoever invites and the organiser see it.
#[Object]
impl Invitation {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.0.invitation.id)
    }

    /// The guest's whole name.
    async fn guest_name(&self) -> &str {
        &self.0.invitation.guest.name
    }

    /// Where mail to the guest goes.
    async fn email(&self) -> &str {
        &self.0.invitation.guest.email
    }

    /// What the guest is to whoever invites.
    async fn relation(&self) -> GuestRelation {
        self.0.invitation.guest.relation.into()
    }

    /// The language of the guest's mails and pages.
    async fn locale(&self) -> Locale {
        self.0.invitation.guest.locale.into()
    }

    /// Where it stands.
    async fn status(&self) -> InvitationStatus {
        self.0.invitation.status.into()
    }

    /// What whoever invites wrote to the guest.
    async fn message(&self) -> Option<&str> {
        self.0.invitation.message.as_deref()
    }

    /// The participant who invites; null: an organiser, or somebody who was erased.
    async fn invited_by(&self) -> Option<Participant> {
        self.0.inviter.as_ref().map(Participant::from)
    }

    /// When the guest was invited.
    async fn invited_at(&self) -> DateTime {
        self.0.invitation.invited_at.into()
    }

    /// When the guest last answered; null: not yet.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.invitation.answered_at.map(DateTime)
    }
}
