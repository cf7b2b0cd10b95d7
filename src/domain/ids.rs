//! Typed ids: a registration's id cannot be handed over where a programme's is asked.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// One edition of a learning network.
    ProgrammeId,
    /// A meeting of a programme.
    MeetingId,
    /// A facilitator, organiser or contact of a programme.
    TeamMemberId,
    /// One person's way through one programme.
    RegistrationId,
    /// Somebody's offer of a venue.
    VenueOfferId,
    /// A rule of a programme's timeline.
    RuleId,
    /// An organiser's own mail to people of a programme.
    AnnouncementId,
    /// What a participant wants to learn.
    LearningWishId,
    /// Support that a participant offers with somebody's wish.
    SupportOfferId,
    /// What a participant works on at their own employer.
    AssignmentId,
    /// Something to speak about at a meeting.
    AgendaItemId,
    /// What a participant brings home and presents.
    HarvestId,
    /// That somebody asked the facilitators something.
    QuestionId,
    /// An invitation to the showcase.
    InvitationId,
    /// A mail in the outbox; its Message-ID is made from this.
    MessageId,
    /// An API token.
    TokenId,
    /// One running server, for leases and heartbeats.
    InstanceId,
}
