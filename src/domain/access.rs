//! What a token gives access to.

use super::ids::{InvitationId, ProgrammeId, RegistrationId, TeamMemberId, TokenId};

/// Whom or what a token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// The personal link of somebody who registered: the capability for that registration.
    Registration(RegistrationId),
    /// The personal link of a member of a programme's team.
    TeamMember(TeamMemberId),
    /// The personal link of a guest of the showcase: the capability for that invitation.
    Guest(InvitationId),
    /// An API token of an organiser.
    Organiser {
        /// The token.
        token: TokenId,
        /// The programmes that it is for.
        programmes: Vec<ProgrammeId>,
    },
    /// An API token for everything.
    Administrator {
        /// The token; none: the one given from outside.
        token: Option<TokenId>,
    },
}
