//! Who is asking, and what that allows (rule 15). Default: nothing.

use secrecy::{ExposeSecret, SecretString};

use super::{App, AppError, Result};
use crate::{
    domain::{
        access::Holder,
        guests::InvitationStatus,
        ids::{InvitationId, ProgrammeId, RegistrationId, TeamMemberId, TokenId},
        programme::TeamRole,
        registration::RegistrationStatus,
    },
    store::hash_token,
};

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Public,
    /// The holder of a registration's personal link.
    Registrant {
        /// The registration.
        registration: RegistrationId,
        /// Its programme.
        programme: ProgrammeId,
        /// Where it stood when asking.
        status: RegistrationStatus,
    },
    /// The holder of a team member's personal link.
    TeamMember {
        /// The member.
        member: TeamMemberId,
        /// The programme.
        programme: ProgrammeId,
        /// What the member does there.
        roles: Vec<TeamRole>,
    },
    /// The holder of a guest's personal link.
    Guest {
        /// The invitation.
        invitation: InvitationId,
        /// Its programme.
        programme: ProgrammeId,
        /// Where it stood when asking.
        status: InvitationStatus,
    },
    /// An organiser's API token.
    Organiser {
        /// The token.
        token: TokenId,
        /// The programmes it is for.
        programmes: Vec<ProgrammeId>,
    },
    /// An administrator's API token, or the command line.
    Administrator {
        /// The token; none: the one given from outside, or the command line.
        token: Option<TokenId>,
    },
}

impl Caller {
    /// Who, by id: for the record and for the scope of idempotency keys.
    pub fn word(&self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::Registrant { registration, .. } => format!("registration:{registration}"),
            Self::TeamMember { member, .. } => format!("team-member:{member}"),
            Self::Guest { invitation, .. } => format!("invitation:{invitation}"),
            Self::Organiser { token, .. } => format!("organiser-token:{token}"),
            Self::Administrator { token: Some(token) } => format!("administrator-token:{token}"),
            Self::Administrator { token: None } => "administrator".to_owned(),
        }
    }

    /// Whether everything of a programme is open to the caller.
    pub fn organises(&self, programme: ProgrammeId) -> bool {
        match self {
            Self::Administrator { .. } => true,
            Self::Organiser { programmes, .. } => programmes.contains(&programme),
            Self::TeamMember {
                programme: own, roles, ..
            } => *own == programme && roles.contains(&TeamRole::Organiser),
            Self::Public | Self::Registrant { .. } | Self::Guest { .. } => false,
        }
    }

    /// The programmes that the caller organises; none: all of them.
    pub fn organised(&self) -> Option<Vec<ProgrammeId>> {
        match self {
            Self::Administrator { .. } => None,
            Self::Organiser { programmes, .. } => Some(programmes.clone()),
            Self::TeamMember { programme, roles, .. } if roles.contains(&TeamRole::Organiser) => Some(vec![*programme]),
            Self::Public | Self::Registrant { .. } | Self::TeamMember { .. } | Self::Guest { .. } => Some(Vec::new()),
        }
    }

    /// Whether the caller organises anything.
    pub fn is_organiser(&self) -> bool {
        self.organised()
            .is_none_or(|programmes| !programmes.is_empty() || matches!(self, Self::Organiser { .. }))
    }

    /// Whether a programme belongs to the caller's own, in whatever role: those see its draft too.
    pub fn belongs_to(&self, programme: ProgrammeId) -> bool {
        match self {
            Self::TeamMember { programme: own, .. }
            | Self::Registrant { programme: own, .. }
            | Self::Guest { programme: own, .. } => *own == programme,
            _ => self.organises(programme),
        }
    }

    /// Whether the caller sees what the members of a programme share: participants, facilitators and organisers do.
    pub fn is_member_of(&self, programme: ProgrammeId) -> bool {
        match self {
            Self::Registrant {
                programme: own, status, ..
            } => *own == programme && status.counts(),
            Self::TeamMember {
                programme: own, roles, ..
            } => {
                *own == programme
                    && roles
                        .iter()
                        .any(|role| matches!(role, TeamRole::Facilitator | TeamRole::Organiser))
            }
            _ => self.organises(programme),
        }
    }

    /// Refuses callers who do not organise a programme.
    pub fn must_organise(&self, programme: ProgrammeId) -> Result<()> {
        if self.organises(programme) {
            Ok(())
        } else {
            Err(self.refusal())
        }
    }

    /// What a caller without the role is told.
    pub fn refusal(&self) -> AppError {
        if *self == Self::Public {
            AppError::Unauthenticated
        } else {
            AppError::Forbidden
        }
    }
}

impl App {
    /// Who holds a token. None: nobody does, or it was revoked. `master` is the administrator's token given from outside.
    pub async fn caller_of(&self, token: &str, master: Option<&SecretString>) -> Result<Option<Caller>> {
        let hash = hash_token(token);
        // Hashes are compared, so that the time taken tells nothing of the token.
        if master.is_some_and(|master| hash_token(master.expose_secret()) == hash) {
            return Ok(Some(Caller::Administrator { token: None }));
        }
        let store = self.store();
        Ok(match store.holder_of(&hash).await? {
            None => None,
            Some(Holder::Administrator { token }) => Some(Caller::Administrator { token }),
            Some(Holder::Organiser { token, programmes }) => Some(Caller::Organiser { token, programmes }),
            Some(Holder::TeamMember(id)) => {
                store
                    .team_member(id)
                    .await?
                    .map(|(programme, member)| Caller::TeamMember {
                        member: id,
                        programme,
                        roles: member.roles,
                    })
            }
            Some(Holder::Guest(id)) => {
                let found = store.invitations_by_id(&[id]).await?.pop();
                found.map(|(programme, invitation)| Caller::Guest {
                    invitation: id,
                    programme,
                    status: invitation.status,
                })
            }
            Some(Holder::Registration(id)) => {
                store
                    .registrations_by_id(&[id])
                    .await?
                    .pop()
                    .map(|(programme, registration)| Caller::Registrant {
                        registration: id,
                        programme,
                        status: registration.status,
                    })
            }
        })
    }
}
