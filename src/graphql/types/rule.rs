//! Rules: what makes a mail due.

use async_graphql::{Enum, ID, Object, SimpleObject};

use super::message::MessageKind;
use crate::{
    domain::{rule, trigger},
    graphql::{global_id::global_id, scalars::LocalTime},
};

/// Something that happens and makes a rule fire.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::trigger::TriggerEvent")]
pub enum TriggerEvent {
    /// Somebody registered and has not verified the address.
    Registered,
    /// Somebody registered who was registered already.
    RegisteredAgain,
    /// Somebody holds a verified place.
    PlaceTaken,
    /// A verified person waits for a place.
    WaitingListJoined,
    /// A freed place was offered.
    PlaceOffered,
    /// An offer ended unanswered.
    OfferExpired,
    /// A registration ended because its time was over.
    RegistrationExpired,
    /// Somebody left.
    Withdrawn,
    /// After the go so many left that fewer than the minimum remain.
    FellBelowMinimum,
    /// Somebody asked for a new personal link.
    LinkRequested,
    /// The programme was published, or somebody joined its team after that.
    TeamMemberWelcomed,
    /// The closing instant passed and people have to decide.
    DecisionRequested,
    /// Go or no-go.
    Decided,
    /// Somebody's place became final by the go.
    Confirmed,
    /// Somebody's registration ended by a no-go or an organiser.
    Cancelled,
    /// People can register longer, or again.
    DeadlineExtended,
    /// A participant asked the facilitators something.
    FacilitatorsAsked,
    /// An organiser writes to people, or the moment chosen for that came.
    Announced,
    /// Somebody's address refuses mail.
    AddressRefused,
    /// Somebody was assigned as the host of a meeting.
    HostAssigned,
    /// Somebody was assigned in the place of a host.
    HostReleased,
    /// A host fell away, and nobody else can host the meeting.
    HostFellAway,
    /// The time or place of a meeting is another than people were told.
    MeetingChanged,
    /// A guest was invited to the showcase.
    GuestInvited,
    /// A guest got a place.
    GuestComes,
    /// The time or place of the showcase is another than guests were told.
    ShowcaseChanged,
    /// An invitation that was answered, or a showcase, was called off.
    InvitationCancelled,
    /// Somebody asked a question on the public page.
    QuestionAsked,
    /// A participant handed a harvest in.
    HarvestSubmitted,
    /// A harvest went back to its author.
    HarvestReturned,
    /// A harvest was accepted.
    HarvestAccepted,
    /// A harvest got a time at the showcase, or another one.
    HarvestScheduled,
}

/// A moment of the programme that rules count from.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::trigger::Anchor")]
pub enum Anchor {
    /// The first moment at which one can register.
    RegistrationOpens,
    /// The last day on which one can register; its moment is the closing instant.
    RegistrationDeadline,
    /// The latest decision.
    Decision,
    /// The start of each meeting.
    MeetingStart,
    /// The end of each meeting.
    MeetingEnd,
    /// The end of the last meeting.
    ProgrammeEnd,
    /// The start of the showcase.
    Showcase,
    /// The last day on which a harvest can be submitted; its moment is the end of that day.
    HarvestDue,
}

/// A day of the week.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "chrono::Weekday")]
pub enum Weekday {
    /// Monday.
    #[graphql(name = "MONDAY")]
    Mon,
    /// Tuesday.
    #[graphql(name = "TUESDAY")]
    Tue,
    /// Wednesday.
    #[graphql(name = "WEDNESDAY")]
    Wed,
    /// Thursday.
    #[graphql(name = "THURSDAY")]
    Thu,
    /// Friday.
    #[graphql(name = "FRIDAY")]
    Fri,
    /// Saturday.
    #[graphql(name = "SATURDAY")]
    Sat,
    /// Sunday.
    #[graphql(name = "SUNDAY")]
    Sun,
}

/// What a moved anchor means for a rule that has fired.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::trigger::WhenMoved")]
pub enum WhenMoved {
    /// What is done stays done.
    Once,
    /// It fires again for the new date.
    Again,
}

/// When something fires: whenever an event happens, so many days or minutes from an anchor, or on a day of the week.
#[derive(Debug, Default, SimpleObject)]
pub struct Trigger {
    /// What has to happen; null for what has a moment of its own.
    event: Option<TriggerEvent>,
    /// What it counts from; null for what waits for an event or a day of the week.
    anchor: Option<Anchor>,
    /// Calendar days after the anchor's day; before it, when negative.
    offset_days: Option<i32>,
    /// Minutes after the anchor's moment; before it, when negative.
    offset_minutes: Option<i32>,
    /// The time of day, in the programme's zone.
    at: Option<LocalTime>,
    /// The day of the week: the first to come.
    weekday: Option<Weekday>,
}

impl From<trigger::Trigger> for Trigger {
    fn from(trigger: trigger::Trigger) -> Self {
        match trigger {
            trigger::Trigger::Event(event) => Self {
                event: Some(event.into()),
                ..Self::default()
            },
            trigger::Trigger::Anchored {
                anchor,
                offset_days,
                at,
            } => Self {
                anchor: Some(anchor.into()),
                offset_days: Some(offset_days),
                at: Some(at.into()),
                ..Self::default()
            },
            trigger::Trigger::Counted { anchor, offset_minutes } => Self {
                anchor: Some(anchor.into()),
                offset_minutes: Some(offset_minutes),
                ..Self::default()
            },
            trigger::Trigger::Weekday { weekday, at } => Self {
                weekday: Some(weekday.into()),
                at: Some(at.into()),
                ..Self::default()
            },
        }
    }
}

/// A rule of one programme.
#[derive(Debug, Clone)]
pub struct Rule(pub rule::Rule);

/// A rule of one programme: when it fires, and which mail it sends then. Whom it is for and on what condition belongs to its
/// key.
#[Object]
impl Rule {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Which rule; the same in every programme.
    async fn key(&self) -> &str {
        self.0.key.word()
    }

    /// From 1; each change makes the next.
    async fn version(&self) -> u32 {
        self.0.version
    }

    /// When it fires.
    async fn trigger(&self) -> Trigger {
        self.0.trigger.into()
    }

    /// The mail that it sends.
    async fn message_kind(&self) -> Option<MessageKind> {
        Some(self.0.key.message_kind().into())
    }

    /// How many hours late it may still be carried out; null: it is never too late.
    async fn lateness_hours(&self) -> Option<i64> {
        self.0.lateness.map(|lateness| lateness.num_hours())
    }

    /// What a moved anchor means for it.
    async fn when_moved(&self) -> WhenMoved {
        self.0.when_moved.into()
    }

    /// A sentence of the organiser's own, shown in the mail.
    async fn own_sentence(&self) -> Option<&str> {
        self.0.own_sentence.as_deref()
    }

    /// Whether it is paused.
    async fn is_paused(&self) -> bool {
        self.0.pause_note.is_some()
    }

    /// Why it is paused.
    async fn pause_note(&self) -> Option<&str> {
        self.0.pause_note.as_deref()
    }
}
