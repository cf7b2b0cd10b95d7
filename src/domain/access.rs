//! What a token gives access to.

use super::ids::{ProgrammeId, RegistrationId, TeamMemberId};

/// Whom or what a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// The personal link of somebody who registered: the capability for that registration.
    Registration(RegistrationId),
    /// The personal link of a member of a programme's team.
    TeamMember(TeamMemberId),
    /// An API token of an organiser of one programme.
    Organiser(ProgrammeId),
    /// An API token for everything.
    Administrator,
}
