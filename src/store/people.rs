//! Whom a row is about: the columns that mails, steps, links and refusals have for it.

use uuid::Uuid;

use crate::domain::message::Recipient;

/// The columns; at most one of them is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WhomColumns {
    /// Somebody who registered.
    pub registration_id: Option<Uuid>,
    /// A member of the team.
    pub team_member_id: Option<Uuid>,
    /// A guest.
    pub invitation_id: Option<Uuid>,
}

impl WhomColumns {
    /// Whom they name; none: nobody, or several.
    pub fn recipient(self) -> Option<Recipient> {
        match (self.registration_id, self.team_member_id, self.invitation_id) {
            (Some(id), None, None) => Some(Recipient::Registration(id.into())),
            (None, Some(id), None) => Some(Recipient::TeamMember(id.into())),
            (None, None, Some(id)) => Some(Recipient::Guest(id.into())),
            _ => None,
        }
    }

    /// The id of whomever they name.
    pub fn id(self) -> Option<Uuid> {
        self.recipient().map(id_of)
    }
}

impl From<Option<Recipient>> for WhomColumns {
    fn from(recipient: Option<Recipient>) -> Self {
        recipient.map(Self::from).unwrap_or_default()
    }
}

impl From<Recipient> for WhomColumns {
    fn from(recipient: Recipient) -> Self {
        let nobody = Self::default();
        match recipient {
            Recipient::Registration(id) => Self {
                registration_id: Some(id.0),
                ..nobody
            },
            Recipient::TeamMember(id) => Self {
                team_member_id: Some(id.0),
                ..nobody
            },
            Recipient::Guest(id) => Self {
                invitation_id: Some(id.0),
                ..nobody
            },
        }
    }
}

/// The bare id of somebody.
pub(super) fn id_of(recipient: Recipient) -> Uuid {
    match recipient {
        Recipient::Registration(id) => id.0,
        Recipient::TeamMember(id) => id.0,
        Recipient::Guest(id) => id.0,
    }
}
