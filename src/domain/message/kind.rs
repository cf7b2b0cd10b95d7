//! Every kind of mail that there is.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// One value per mail that can be sent; its template has the same name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum MessageKind {
            $($(#[$doc])* $name),+
        }

        impl MessageKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name of its template, and what is stored.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word),+
                }
            }

            /// The kind of that name.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }
        }
    };
}

kinds! {
    /// Asks somebody who registered to press the button that verifies the address.
    ConfirmRegistration = "confirm-registration",
    /// Tells that the registration holds a place.
    RegistrationReceived = "registration-received",
    /// Repeats where a registration stands, to somebody who registered again.
    RegistrationState = "registration-state",
    /// Tells that a registration ended because its time was over.
    RegistrationExpired = "registration-expired",
    /// Tells the position in the waiting list.
    WaitingListJoined = "waiting-list-joined",
    /// Offers a freed place.
    PlaceOffered = "place-offered",
    /// Tells that an offer ended unanswered.
    PlaceOfferExpired = "place-offer-expired",
    /// Confirms a withdrawal.
    RegistrationWithdrawn = "registration-withdrawn",
    /// Brings a new personal link to somebody who asked for it.
    PersonalLink = "personal-link",
    /// Brings a member of the team the personal link.
    TeamWelcome = "team-welcome",
    /// Warns the organisers that too few people count.
    BelowMinimum = "below-minimum",
    /// Asks the organisers to decide.
    DecisionRequested = "decision-requested",
    /// Tells the organisers what was decided.
    DecisionReport = "decision-report",
    /// Tells that people can register longer, or again.
    DeadlineExtended = "deadline-extended",
    /// Tells a participant that the programme goes ahead.
    ProgrammeGoesAhead = "programme-goes-ahead",
    /// Tells that the programme does not go ahead, or no longer.
    ProgrammeCancelled = "programme-cancelled",
    /// Asks a participant for a learning wish.
    LearningWishRequest = "learning-wish-request",
    /// Tells what changed about learning wishes that somebody follows.
    LearningWishDigest = "learning-wish-digest",
    /// Reminds facilitators of an agenda that is not final.
    AgendaMissing = "agenda-missing",
    /// Brings the final agenda of a meeting.
    Agenda = "agenda",
    /// Brings the facilitators what a participant asks.
    FacilitatorsAsked = "facilitators-asked",
    /// Asks participants for a venue.
    VenueRequest = "venue-request",
    /// Tells somebody to host a meeting, and what to see to.
    HostAssigned = "host-assigned",
    /// Tells somebody that another hosts the meeting now.
    HostReleased = "host-released",
    /// Asks a host for what is not known about the venue.
    HostReminder = "host-reminder",
    /// Warns the organisers that a meeting has no host.
    HostMissing = "host-missing",
    /// Tells when and where a meeting is, with an entry for the calendar.
    MeetingInformation = "meeting-information",
    /// Tells that the time or place of a meeting changed, and updates the entry.
    MeetingChanged = "meeting-changed",
    /// Asks a participant for a harvest.
    HarvestRequest = "harvest-request",
    /// Reminds a participant of the harvest that is due.
    HarvestReminder = "harvest-reminder",
    /// Tells those who run and guide a programme that a harvest was handed in.
    HarvestSubmitted = "harvest-submitted",
    /// Brings a harvest back to its author.
    HarvestReturned = "harvest-returned",
    /// Tells its author that a harvest was accepted.
    HarvestAccepted = "harvest-accepted",
    /// Tells its author when a harvest is presented.
    HarvestScheduled = "harvest-scheduled",
    /// Invites a guest to the showcase.
    ShowcaseInvitation = "showcase-invitation",
    /// Tells a guest that there is a place, with an entry for the calendar.
    ShowcasePlace = "showcase-place",
    /// Reminds a guest who has not answered.
    ShowcaseReminder = "showcase-reminder",
    /// Tells a guest who comes how to get to the showcase.
    ShowcaseDirections = "showcase-directions",
    /// Tells a guest that the time or place of the showcase changed, and updates the entry.
    ShowcaseChanged = "showcase-changed",
    /// Tells a guest that the invitation no longer holds, and takes the entry out.
    ShowcaseCancelled = "showcase-cancelled",
    /// Brings what an organiser writes.
    Announcement = "announcement",
    /// Tells the organisers that somebody's address refuses mail.
    AddressRefused = "address-refused",
    /// Thanks everyone when the programme is over.
    ProgrammeCompleted = "programme-completed",
    /// Brings a question that somebody asked on the public page.
    QuestionAsked = "question-asked",
}
