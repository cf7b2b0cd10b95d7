//! What a mail says, before anybody words it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    AgendaLine, CancellationCause, Colleague, ExpiryCause, HarvestProgress, InvitationEnd, MessageKind, WishNews,
};
use crate::domain::{
    announcement::LONGEST_BODY,
    decision::DecisionOutcome,
    guests::{InvitationStatus, LONGEST_MESSAGE, ShowcaseNote},
    hosting::{MeetingNote, Told},
    programme::{MeetingDay, TeamRole},
    registration::RegistrationStatus,
    text::{EmailAddress, Line, Organisation, Paragraphs, PersonName},
};

/// The most characters of a question.
pub const LONGEST_QUESTION: usize = 2_000;

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
