//! Which facts of a programme are at hand while it is locked.

use chrono::{DateTime, Utc};
use entities::programme;

use crate::domain::{
    ids::{InvitationId, ProgrammeId, RegistrationId},
    registration::PersonKey,
};

/// A locked programme: nobody else changes it until the transaction ends.
#[derive(Debug)]
pub struct Locked {
    pub(super) row: programme::Model,
}

impl Locked {
    /// Its id.
    pub fn id(&self) -> ProgrammeId {
        ProgrammeId(self.row.id)
    }

    /// The moment as of which everything due has been carried out: no later act may claim to be earlier.
    pub fn settled_at(&self) -> DateTime<Utc> {
        self.row.settled_at
    }

    /// When the engine looks again.
    pub fn wake_at(&self) -> Option<DateTime<Utc>> {
        self.row.wake_at
    }

    /// Whether something is due.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.row.wake_at.is_some_and(|wake_at| wake_at <= now)
    }
}

/// Which registrations are loaded.
#[derive(Debug, Clone)]
pub enum Scope {
    /// All that can still change: what looking ahead and what is due by time need.
    Live,
    /// Those that an act touches; the programme's counts stand for the others.
    Touched(Touched),
    /// Everybody, also those whose way has ended.
    Everybody,
}

/// What an act touches. Beside it come the verified people in line to whom a place could go.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// This registration, also if it has ended.
    pub registration: Option<RegistrationId>,
    /// The live registration of this person.
    pub person: Option<PersonKey>,
    /// The live registrations with this address, in its comparable form.
    pub address: Option<String>,
    /// This invitation, for the record: those are at hand anyway.
    pub invitation: Option<InvitationId>,
}

impl Scope {
    /// The scope of an act on one registration.
    pub fn registration(id: RegistrationId) -> Self {
        Self::Touched(Touched {
            registration: Some(id),
            ..Touched::default()
        })
    }

    /// The scope of an act on one invitation.
    pub fn invitation(id: InvitationId) -> Self {
        Self::Touched(Touched {
            invitation: Some(id),
            ..Touched::default()
        })
    }

    /// The scope of an act by or for one person.
    pub fn person(person: PersonKey) -> Self {
        Self::Touched(Touched {
            person: Some(person),
            ..Touched::default()
        })
    }
}
