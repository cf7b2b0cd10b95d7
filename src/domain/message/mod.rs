//! What a mail says, before anybody words it.
//!
//! A [`Letter`] is the content of one mail to one person as of the moment that caused it. The words are the templates'
//! (`email-templates/<language>/<kind>.md`), the bytes are made once and never change.

mod letter;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use letter::Letter;

use super::{
    ids::{InvitationId, RegistrationId, TeamMemberId},
    text::{Organisation, PersonName},
};

/// The most characters of a question.
pub const LONGEST_QUESTION: usize = 2_000;

/// The language somebody is written to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Locale {
    /// Every language that mails and pages are written in.
    pub const ALL: [Self; 2] = [Self::Nl, Self::En];

    /// The language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// The language of a tag, if we write it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }
}

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
    /// Brings what an organiser writes.
    Announcement = "announcement",
    /// Tells the organisers that somebody's address refuses mail.
    AddressRefused = "address-refused",
    /// Thanks everyone when the programme is over.
    ProgrammeCompleted = "programme-completed",
    /// Brings a question that somebody asked on the public page.
    QuestionAsked = "question-asked",
}

/// Who a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// The person behind a registration.
    Registration(RegistrationId),
    /// A member of the programme's team.
    TeamMember(TeamMemberId),
    /// A guest of the showcase.
    Guest(InvitationId),
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registration(id) => id.fmt(f),
            Self::TeamMember(id) => id.fmt(f),
            Self::Guest(id) => id.fmt(f),
        }
    }
}

/// Why a registration ended by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiryCause {
    /// The address was not verified in time.
    NotVerified,
    /// The programme started while the person was waiting.
    ProgrammeStarted,
}

/// Why a programme does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancellationCause {
    /// A no-go.
    NoGo {
        /// Who counted for the minimum.
        counted: u32,
        /// The minimum.
        minimum: u32,
    },
    /// An organiser cancelled.
    Organiser,
}

/// Why an invitation to the showcase no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvitationEnd {
    /// Whoever invited, or an organiser, called it back.
    CalledBack,
    /// There is no showcase any more.
    ShowcaseOff,
    /// The programme does not go on.
    ProgrammeOff,
}

/// What is new about a learning wish, as a mail tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishNews {
    /// The beginning of what its author wants to learn.
    pub wish: String,
    /// Its author; none: the recipient.
    pub author: Option<Colleague>,
    /// Its words changed.
    pub was_edited: bool,
    /// Support that was offered.
    pub support: Vec<SupportNews>,
}

/// Support that was offered, as a mail tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportNews {
    /// Who offers it.
    pub from: Colleague,
    /// The beginning of what is offered.
    pub text: String,
}

/// A participant as others know one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// What to call the person.
    pub given_name: PersonName,
    /// Where the person works.
    pub organisation: Organisation,
}

/// A line of an agenda, as a mail tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaLine {
    /// What it is about.
    pub title: String,
    /// How long it takes.
    pub minutes: Option<u32>,
}

/// How far a participant has come with the harvest that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HarvestProgress {
    /// There is none.
    None,
    /// It is a draft.
    Draft,
    /// It came back.
    Returned,
}

/// What becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageStatus {
    /// Waits for its moment or for the relay.
    Queued,
    /// A server is handing it over.
    Sending,
    /// The relay took it.
    Sent,
    /// It cannot be made or delivered; the reason says why.
    Failed,
    /// No verdict after the whole mail was handed over, and it is not sent again unasked: it may have arrived.
    Unknown,
    /// Kept back until released.
    Held,
    /// Its use was over before it could go.
    Expired,
    /// Somebody called it back.
    Cancelled,
    /// The address refused mail before.
    Suppressed,
    /// It came back.
    Bounced,
}

impl MessageStatus {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::Unknown,
        Self::Held,
        Self::Expired,
        Self::Cancelled,
        Self::Suppressed,
        Self::Bounced,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Suppressed => "suppressed",
            Self::Bounced => "bounced",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}
