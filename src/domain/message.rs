//! What a mail says, before anybody words it.
//!
//! A [`Letter`] is the content of one mail to one person as of the moment that caused it. The words are the templates'
//! (`email-templates/<language>/<kind>.md`), the bytes are made once and never change.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    announcement::LONGEST_BODY,
    decision::DecisionOutcome,
    guests::{InvitationStatus, LONGEST_MESSAGE, ShowcaseNote},
    hosting::{MeetingNote, Told},
    ids::{InvitationId, RegistrationId, TeamMemberId},
    programme::{MeetingDay, TeamRole},
    registration::RegistrationStatus,
    text::{EmailAddress, Line, Organisation, Paragraphs, PersonName},
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

/// What one mail to one person says. Instants are told in the programme's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Letter {
    /// See [`MessageKind::ConfirmRegistration`].
    ConfirmRegistration {
        /// The position in the waiting list; none: a place is held.
        waiting_position: Option<u32>,
        /// The instant from which the button no longer verifies.
        confirm_before: DateTime<Utc>,
    },
    /// See [`MessageKind::RegistrationReceived`].
    RegistrationReceived {
        /// The programme already goes ahead, so this is a confirmed place.
        is_confirmed: bool,
    },
    /// See [`MessageKind::RegistrationState`].
    RegistrationState {
        /// Where the registration stands.
        status: RegistrationStatus,
        /// The address was verified.
        is_verified: bool,
        /// The position, while waiting.
        waiting_position: Option<u32>,
        /// Until when to verify or to accept, where either is due.
        act_before: Option<DateTime<Utc>>,
    },
    /// See [`MessageKind::RegistrationExpired`].
    RegistrationExpired {
        /// Why.
        cause: ExpiryCause,
        /// People can register anew now.
        can_register_anew: bool,
    },
    /// See [`MessageKind::WaitingListJoined`].
    WaitingListJoined {
        /// The position, from 1.
        waiting_position: u32,
    },
    /// See [`MessageKind::PlaceOffered`].
    PlaceOffered {
        /// The instant from which it can no longer be accepted.
        accept_before: DateTime<Utc>,
    },
    /// See [`MessageKind::PlaceOfferExpired`].
    PlaceOfferExpired {
        /// People can register anew now.
        can_register_anew: bool,
    },
    /// See [`MessageKind::RegistrationWithdrawn`].
    RegistrationWithdrawn {
        /// The place was certain already.
        after_go: bool,
        /// What is due then, with or without VAT like the price; none: the organisers tell.
        #[serde(default)]
        cents_due: Option<u32>,
    },
    /// See [`MessageKind::PersonalLink`].
    PersonalLink {
        /// Where the registration stands; none: not somebody who registered.
        status: Option<RegistrationStatus>,
        /// Where the invitation stands; neither: a member of the team.
        #[serde(default)]
        invitation: Option<InvitationStatus>,
    },
    /// See [`MessageKind::TeamWelcome`].
    TeamWelcome {
        /// What the member does.
        roles: Vec<TeamRole>,
    },
    /// See [`MessageKind::BelowMinimum`].
    BelowMinimum {
        /// Who counts now.
        counted: u32,
        /// The minimum.
        minimum: u32,
        /// Registrations that are not verified yet.
        unverified: u32,
        /// Whole days left until the deadline day; none: the programme goes ahead already.
        days_left: Option<u32>,
    },
    /// See [`MessageKind::DecisionRequested`].
    DecisionRequested {
        /// Who counted at the closing instant.
        counted: u32,
        /// The minimum.
        minimum: u32,
        /// Verified people waiting or offered a place.
        waiting: u32,
        /// Undecided at this instant it is a no-go: the kick-off.
        decide_before: DateTime<Utc>,
        /// It repeats an earlier request.
        #[serde(default)]
        is_reminder: bool,
    },
    /// See [`MessageKind::DecisionReport`].
    DecisionReport {
        /// What was decided.
        outcome: DecisionOutcome,
        /// Who counted.
        counted: u32,
        /// The minimum.
        minimum: u32,
        /// As of when it was decided.
        effective_at: DateTime<Utc>,
        /// Verified people waiting.
        waiting: u32,
        /// What was said about it.
        reason: Option<String>,
    },
    /// See [`MessageKind::DeadlineExtended`].
    DeadlineExtended {
        /// The new last day on which one can register.
        registration_deadline: NaiveDate,
        /// What the organiser says about it.
        reason: Paragraphs<1000>,
        /// The recipient was cancelled by the earlier no-go and can register anew in one press.
        can_register_anew: bool,
    },
    /// See [`MessageKind::ProgrammeGoesAhead`].
    ProgrammeGoesAhead {
        /// How many take part.
        participants: u32,
    },
    /// See [`MessageKind::ProgrammeCancelled`].
    ProgrammeCancelled {
        /// Why.
        cause: CancellationCause,
        /// What the organiser says about it.
        reason: Option<Paragraphs<1000>>,
        /// The meetings that are taken out of people's calendars again.
        #[serde(default)]
        in_calendars: Vec<MeetingNote>,
    },
    /// See [`MessageKind::VenueRequest`].
    VenueRequest {
        /// The meetings that have no host.
        meetings: Vec<MeetingNote>,
        /// How many people come to a meeting.
        people: u32,
        /// It repeats an earlier request.
        is_reminder: bool,
    },
    /// See [`MessageKind::HostAssigned`].
    HostAssigned {
        /// The meeting.
        meeting: Box<MeetingNote>,
        /// How many people come.
        people: u32,
    },
    /// See [`MessageKind::HostReleased`].
    HostReleased {
        /// The meeting.
        meeting: Box<MeetingNote>,
    },
    /// See [`MessageKind::HostReminder`].
    HostReminder {
        /// The meeting.
        meeting: Box<MeetingNote>,
        /// Days left until it.
        days_left: u32,
    },
    /// See [`MessageKind::HostMissing`].
    HostMissing {
        /// The meeting.
        meeting: Box<MeetingNote>,
        /// Days left until it.
        days_left: u32,
        /// It had a host, who fell away.
        fell_away: bool,
    },
    /// See [`MessageKind::MeetingInformation`].
    MeetingInformation {
        /// The meeting.
        meeting: Box<MeetingNote>,
        /// The recipient hosts it.
        is_host: bool,
    },
    /// See [`MessageKind::MeetingChanged`].
    MeetingChanged {
        /// The meeting as it is now.
        meeting: Box<MeetingNote>,
        /// What people were told before.
        told: Box<Told>,
        /// What an organiser says about it.
        reason: Option<Paragraphs<1000>>,
    },
    /// See [`MessageKind::ShowcaseInvitation`].
    ShowcaseInvitation {
        /// When and where.
        showcase: Box<ShowcaseNote>,
        /// Who invites; none: the organisers, or somebody who does not take part any more.
        inviter: Option<Colleague>,
        /// What that person writes.
        message: Option<Paragraphs<LONGEST_MESSAGE>>,
    },
    /// See [`MessageKind::ShowcasePlace`].
    ShowcasePlace {
        /// When and where.
        showcase: Box<ShowcaseNote>,
        /// The guest was waiting for the place.
        was_waiting: bool,
    },
    /// See [`MessageKind::ShowcaseReminder`].
    ShowcaseReminder {
        /// When and where.
        showcase: Box<ShowcaseNote>,
        /// Who invites, as in the invitation.
        inviter: Option<Colleague>,
    },
    /// See [`MessageKind::ShowcaseDirections`].
    ShowcaseDirections {
        /// When and where.
        showcase: Box<ShowcaseNote>,
    },
    /// See [`MessageKind::ShowcaseChanged`].
    ShowcaseChanged {
        /// When and where it is now.
        showcase: Box<ShowcaseNote>,
        /// When it was to be; none: that stays.
        was: Option<MeetingDay>,
        /// It is elsewhere than the guest was told.
        place_changed: bool,
        /// The guest comes, and so has it in the calendar.
        comes: bool,
    },
    /// See [`MessageKind::ShowcaseCancelled`].
    ShowcaseCancelled {
        /// When and where it was to be.
        showcase: Box<ShowcaseNote>,
        /// Why.
        cause: InvitationEnd,
        /// The guest was coming, and so has it in the calendar.
        was_coming: bool,
    },
    /// See [`MessageKind::LearningWishRequest`].
    LearningWishRequest {
        /// It repeats an earlier request.
        is_reminder: bool,
    },
    /// See [`MessageKind::LearningWishDigest`].
    LearningWishDigest {
        /// What changed, by time of the wishes.
        wishes: Vec<WishNews>,
        /// How many more changed than are told of.
        others: u32,
    },
    /// See [`MessageKind::AgendaMissing`].
    AgendaMissing {
        /// What the meeting is called.
        meeting: String,
        /// When it starts.
        starts_at: DateTime<Utc>,
        /// When its agenda would go out.
        goes_out_at: Option<DateTime<Utc>>,
        /// How many items are proposed.
        proposals: u32,
    },
    /// See [`MessageKind::Agenda`].
    Agenda {
        /// What the meeting is called.
        meeting: String,
        /// When it starts.
        starts_at: DateTime<Utc>,
        /// In order.
        items: Vec<AgendaLine>,
    },
    /// See [`MessageKind::FacilitatorsAsked`].
    FacilitatorsAsked {
        /// Who asks.
        name: PersonName,
        /// Where that person works.
        organisation: Organisation,
        /// Where an answer goes.
        email: EmailAddress,
        /// What is asked.
        question: Paragraphs<2000>,
    },
    /// See [`MessageKind::HarvestRequest`].
    HarvestRequest {
        /// From when it can be written; none: it can be now.
        opens_at: Option<DateTime<Utc>>,
        /// The last day on which it can be handed in.
        due_on: NaiveDate,
        /// The day of the showcase.
        showcase_on: NaiveDate,
    },
    /// See [`MessageKind::HarvestReminder`].
    HarvestReminder {
        /// The last day on which it can be handed in.
        due_on: NaiveDate,
        /// Days left until then.
        days_left: u32,
        /// How far the recipient has come.
        progress: HarvestProgress,
    },
    /// See [`MessageKind::HarvestSubmitted`].
    HarvestSubmitted {
        /// Whose it is.
        author: Colleague,
        /// What it is called.
        title: Line<150>,
        /// It had been handed in before.
        is_again: bool,
    },
    /// See [`MessageKind::HarvestReturned`].
    HarvestReturned {
        /// What it is called.
        title: Line<150>,
        /// What an organiser says about it.
        remark: Option<Paragraphs<2000>>,
        /// An organiser reopened it.
        is_reopened: bool,
    },
    /// See [`MessageKind::HarvestAccepted`].
    HarvestAccepted {
        /// What it is called.
        title: Line<150>,
        /// What an organiser says about it.
        remark: Option<Paragraphs<2000>>,
        /// The showcase is to come, so it will be presented there.
        is_presented: bool,
    },
    /// See [`MessageKind::HarvestScheduled`].
    HarvestScheduled {
        /// What it is called.
        title: Line<150>,
        /// When it is presented.
        starts_at: DateTime<Utc>,
        /// How long that takes.
        minutes: u32,
        /// It had another time before.
        is_moved: bool,
    },
    /// See [`MessageKind::Announcement`].
    Announcement {
        /// The subject of the mail.
        subject: Line<150>,
        /// What the organiser writes.
        body: Paragraphs<LONGEST_BODY>,
    },
    /// See [`MessageKind::AddressRefused`].
    AddressRefused {
        /// Whose address it is.
        name: String,
        /// The address.
        address: String,
        /// What the relay said.
        reply: Option<String>,
        /// It is a member of the team, not somebody who registered.
        is_team_member: bool,
        /// It is a guest of the showcase.
        #[serde(default)]
        is_guest: bool,
    },
    /// See [`MessageKind::ProgrammeCompleted`].
    ProgrammeCompleted {
        /// The recipient took part; else a member of the team.
        is_participant: bool,
    },
    /// See [`MessageKind::QuestionAsked`].
    QuestionAsked {
        /// Who asks.
        name: PersonName,
        /// Where the answer goes.
        email: EmailAddress,
        /// What is asked.
        question: Paragraphs<LONGEST_QUESTION>,
    },
}

impl Letter {
    /// The kind of mail that says it.
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::ConfirmRegistration { .. } => MessageKind::ConfirmRegistration,
            Self::RegistrationReceived { .. } => MessageKind::RegistrationReceived,
            Self::RegistrationState { .. } => MessageKind::RegistrationState,
            Self::RegistrationExpired { .. } => MessageKind::RegistrationExpired,
            Self::WaitingListJoined { .. } => MessageKind::WaitingListJoined,
            Self::PlaceOffered { .. } => MessageKind::PlaceOffered,
            Self::PlaceOfferExpired { .. } => MessageKind::PlaceOfferExpired,
            Self::RegistrationWithdrawn { .. } => MessageKind::RegistrationWithdrawn,
            Self::PersonalLink { .. } => MessageKind::PersonalLink,
            Self::TeamWelcome { .. } => MessageKind::TeamWelcome,
            Self::BelowMinimum { .. } => MessageKind::BelowMinimum,
            Self::DecisionRequested { .. } => MessageKind::DecisionRequested,
            Self::DecisionReport { .. } => MessageKind::DecisionReport,
            Self::DeadlineExtended { .. } => MessageKind::DeadlineExtended,
            Self::ProgrammeGoesAhead { .. } => MessageKind::ProgrammeGoesAhead,
            Self::ProgrammeCancelled { .. } => MessageKind::ProgrammeCancelled,
            Self::LearningWishRequest { .. } => MessageKind::LearningWishRequest,
            Self::LearningWishDigest { .. } => MessageKind::LearningWishDigest,
            Self::AgendaMissing { .. } => MessageKind::AgendaMissing,
            Self::Agenda { .. } => MessageKind::Agenda,
            Self::FacilitatorsAsked { .. } => MessageKind::FacilitatorsAsked,
            Self::VenueRequest { .. } => MessageKind::VenueRequest,
            Self::HostAssigned { .. } => MessageKind::HostAssigned,
            Self::HostReleased { .. } => MessageKind::HostReleased,
            Self::HostReminder { .. } => MessageKind::HostReminder,
            Self::HostMissing { .. } => MessageKind::HostMissing,
            Self::MeetingInformation { .. } => MessageKind::MeetingInformation,
            Self::MeetingChanged { .. } => MessageKind::MeetingChanged,
            Self::HarvestRequest { .. } => MessageKind::HarvestRequest,
            Self::HarvestReminder { .. } => MessageKind::HarvestReminder,
            Self::HarvestSubmitted { .. } => MessageKind::HarvestSubmitted,
            Self::HarvestReturned { .. } => MessageKind::HarvestReturned,
            Self::HarvestAccepted { .. } => MessageKind::HarvestAccepted,
            Self::HarvestScheduled { .. } => MessageKind::HarvestScheduled,
            Self::ShowcaseInvitation { .. } => MessageKind::ShowcaseInvitation,
            Self::ShowcasePlace { .. } => MessageKind::ShowcasePlace,
            Self::ShowcaseReminder { .. } => MessageKind::ShowcaseReminder,
            Self::ShowcaseDirections { .. } => MessageKind::ShowcaseDirections,
            Self::ShowcaseChanged { .. } => MessageKind::ShowcaseChanged,
            Self::ShowcaseCancelled { .. } => MessageKind::ShowcaseCancelled,
            Self::Announcement { .. } => MessageKind::Announcement,
            Self::AddressRefused { .. } => MessageKind::AddressRefused,
            Self::ProgrammeCompleted { .. } => MessageKind::ProgrammeCompleted,
            Self::QuestionAsked { .. } => MessageKind::QuestionAsked,
        }
    }
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
