//! Who runs and guides a programme, and what callers are.

use async_graphql::{Enum, Object};

use crate::{
    app::Caller,
    domain::{
        ids::ProgrammeId,
        programme::{self, TeamRole as DomainRole},
    },
};

/// What somebody is in a programme, or for the whole server.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Holds a place for good: registered or confirmed.
    Participant,
    /// Is invited to the showcase.
    Guest,
    /// Answers questions before somebody registers.
    Contact,
    /// Guides the learning.
    Facilitator,
    /// Runs the programme.
    Organiser,
    /// Runs the server: all programmes, tokens and operation.
    Administrator,
}

impl From<DomainRole> for Role {
    fn from(role: DomainRole) -> Self {
        match role {
            DomainRole::Contact => Self::Contact,
            DomainRole::Facilitator => Self::Facilitator,
            DomainRole::Organiser => Self::Organiser,
        }
    }
}

/// What a member of the team does. Roles overlap; none of them makes a participant.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::programme::TeamRole")]
pub enum TeamRole {
    /// Answers questions before somebody registers.
    Contact,
    /// Guides the learning.
    Facilitator,
    /// Runs the programme.
    Organiser,
}

/// A member of a programme's team, with what the caller may know of it.
pub struct TeamMember {
    member: programme::TeamMember,
    shows_email: bool,
}

impl TeamMember {
    /// A member of this programme's team as the caller sees it: contacts give their address to everyone, the others to the
    /// organiser.
    pub fn seen_by(caller: &Caller, programme: ProgrammeId, member: programme::TeamMember) -> Self {
        Self {
            shows_email: member.is(DomainRole::Contact) || caller.organises(programme),
            member,
        }
    }
}

/// Somebody who runs or guides a programme.
#[Object]
impl TeamMember {
    /// The name.
    async fn name(&self) -> &str {
        &self.member.name
    }

    /// Where the member works.
    async fn organisation(&self) -> Option<&str> {
        self.member.organisation.as_deref()
    }

    /// What the member does.
    async fn roles(&self) -> Vec<Role> {
        self.member.roles.iter().map(|role| Role::from(*role)).collect()
    }

    /// A few words about the member.
    async fn biography(&self) -> Option<&str> {
        self.member.biography.as_deref()
    }

    /// The address: of contacts to everyone, of the others to the organiser; else null, without an error.
    async fn email(&self) -> Option<&str> {
        self.shows_email.then_some(&*self.member.email)
    }
}
