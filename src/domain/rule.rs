//! Rules as data: what makes a mail due, how late it may be, and what a moved anchor means.
//!
//! The set is the product's: audience, condition and mail belong to a rule's key. A programme holds its own copy, so that an
//! organiser can change when a rule fires. Expiries, offers and the decision are built-in steps, not rules.

use chrono::{DateTime, Duration, Utc};

use super::{
    calendar::USUAL_TIME,
    ids::RuleId,
    message::MessageKind,
    programme::{HARVEST_OPENS_DAYS_BEFORE, MeetingKind},
    text::{Line, Paragraphs},
    trigger::{Anchor, Trigger, TriggerEvent, WhenMoved},
};

macro_rules! rule_keys {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $kind:ident, $trigger:expr, $lateness:expr, $moved:ident;)+) => {
        /// The rules that exist.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleKey {
            $($(#[$doc])* $name),+
        }

        impl RuleKey {
            /// Every rule, in the order of a programme's life.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name in the API, in files and in the ledger.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// The rule of that name.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|key| key.word() == word)
            }

            /// The mail that it sends.
            pub fn message_kind(self) -> MessageKind {
                match self { $(Self::$name => MessageKind::$kind),+ }
            }

            /// Whether the calendar makes it fire, and not an event. An organiser changes the moment, never this.
            pub fn is_by_calendar(self) -> bool {
                !matches!(self.default_trigger(), Trigger::Event(_))
            }

            /// Whether the calendar makes it fire for people who take part: all of them, or some.
            pub fn is_for_participants(self) -> bool {
                matches!(
                    self,
                    Self::VenueRequest
                        | Self::VenueRequestAgain
                        | Self::HostReminder28Days
                        | Self::HostReminder21Days
                        | Self::MeetingInformation
                        | Self::LearningWishRequest
                        | Self::LearningWishReminder
                        | Self::LearningWishDigest
                        | Self::Agenda
                        | Self::HarvestRequest
                        | Self::HarvestReminder21Days
                        | Self::HarvestReminder12Days
                        | Self::ProgrammeCompleted
                )
            }

            /// Whether it fires every week on a day of the week.
            pub fn is_weekly(self) -> bool {
                matches!(self.default_trigger(), Trigger::Weekday { .. })
            }

            fn default_trigger(self) -> Trigger {
                match self { $(Self::$name => $trigger),+ }
            }

            fn default_lateness(self) -> Option<Duration> {
                match self { $(Self::$name => $lateness),+ }
            }

            fn default_when_moved(self) -> WhenMoved {
                match self { $(Self::$name => WhenMoved::$moved),+ }
            }
        }
    };
}

const fn days_before_deadline(days: i32) -> Trigger {
    days_after_deadline(-days)
}

const fn days_after_deadline(offset_days: i32) -> Trigger {
    Trigger::Anchored {
        anchor: Anchor::RegistrationDeadline,
        offset_days,
        at: USUAL_TIME,
    }
}

const fn days_after_decision(offset_days: i32) -> Trigger {
    Trigger::Anchored {
        anchor: Anchor::Decision,
        offset_days,
        at: USUAL_TIME,
    }
}

const fn days_before_meeting(days: i32) -> Trigger {
    Trigger::Anchored {
        anchor: Anchor::MeetingStart,
        offset_days: -days,
        at: USUAL_TIME,
    }
}

const fn days_before_showcase(days: i32) -> Trigger {
    Trigger::Anchored {
        anchor: Anchor::Showcase,
        offset_days: -days,
        at: USUAL_TIME,
    }
}

/// The second request comes a week after the first, and says the same.
const FIVE_DAYS: Option<Duration> = Some(Duration::days(5));

const fn days_after_end(offset_days: i32) -> Trigger {
    Trigger::Anchored {
        anchor: Anchor::ProgrammeEnd,
        offset_days,
        at: USUAL_TIME,
    }
}

/// What is still welcome some time after its day.
const TWO_WEEKS: Option<Duration> = Some(Duration::days(14));

/// A warning or reminder that is a day late has been overtaken by the next one, or by what it is about.
const ONE_DAY: Option<Duration> = Some(Duration::hours(24));

const fn days_after_meeting(anchor: Anchor, offset_days: i32) -> Trigger {
    Trigger::Anchored {
        anchor,
        offset_days,
        at: USUAL_TIME,
    }
}

/// A request that is this late has been overtaken by the one of a week later.
const SIX_DAYS: Option<Duration> = Some(Duration::hours(6 * 24));

rule_keys! {
    /// Asks somebody who registered to verify the address.
    ConfirmRegistration = "confirm-registration", ConfirmRegistration, Trigger::Event(TriggerEvent::Registered), None, Once;
    /// Tells that a verified registration holds a place.
    RegistrationReceived = "registration-received", RegistrationReceived, Trigger::Event(TriggerEvent::PlaceTaken), None, Once;
    /// Repeats the state to somebody who registered again.
    RegistrationState = "registration-state", RegistrationState, Trigger::Event(TriggerEvent::RegisteredAgain), None, Once;
    /// Tells the position in the waiting list.
    WaitingListJoined = "waiting-list-joined", WaitingListJoined, Trigger::Event(TriggerEvent::WaitingListJoined), None, Once;
    /// Offers a freed place.
    PlaceOffered = "place-offered", PlaceOffered, Trigger::Event(TriggerEvent::PlaceOffered), None, Once;
    /// Tells that an offer ended.
    PlaceOfferExpired = "place-offer-expired", PlaceOfferExpired, Trigger::Event(TriggerEvent::OfferExpired), None, Once;
    /// Tells that a registration ended.
    RegistrationExpired = "registration-expired", RegistrationExpired, Trigger::Event(TriggerEvent::RegistrationExpired), None, Once;
    /// Confirms a withdrawal.
    RegistrationWithdrawn = "registration-withdrawn", RegistrationWithdrawn, Trigger::Event(TriggerEvent::Withdrawn), None, Once;
    /// Brings a new personal link.
    PersonalLink = "personal-link", PersonalLink, Trigger::Event(TriggerEvent::LinkRequested), None, Once;
    /// Brings the team their links.
    TeamWelcome = "team-welcome", TeamWelcome, Trigger::Event(TriggerEvent::TeamMemberWelcomed), None, Once;
    /// Warns the organisers two weeks before the deadline day (rule 7).
    BelowMinimum14Days = "below-minimum-14-days", BelowMinimum, days_before_deadline(14), ONE_DAY, Again;
    /// Warns them a week before.
    BelowMinimum7Days = "below-minimum-7-days", BelowMinimum, days_before_deadline(7), ONE_DAY, Again;
    /// Warns them three days before.
    BelowMinimum3Days = "below-minimum-3-days", BelowMinimum, days_before_deadline(3), ONE_DAY, Again;
    /// Warns them the day before.
    BelowMinimum1Day = "below-minimum-1-day", BelowMinimum, days_before_deadline(1), ONE_DAY, Again;
    /// Asks the organisers to decide.
    DecisionRequested = "decision-requested", DecisionRequested, Trigger::Event(TriggerEvent::DecisionRequested), None, Again;
    /// Reminds them while nothing is decided, three days after the deadline.
    DecisionReminder3Days = "decision-reminder-3-days", DecisionRequested, days_after_deadline(3), ONE_DAY, Again;
    /// Reminds them a week after the deadline.
    DecisionReminder7Days = "decision-reminder-7-days", DecisionRequested, days_after_deadline(7), ONE_DAY, Again;
    /// Reminds them two weeks after the deadline.
    DecisionReminder14Days = "decision-reminder-14-days", DecisionRequested, days_after_deadline(14), ONE_DAY, Again;
    /// Tells the organisers what was decided.
    DecisionReport = "decision-report", DecisionReport, Trigger::Event(TriggerEvent::Decided), None, Again;
    /// Tells participants that it goes ahead.
    ProgrammeGoesAhead = "programme-goes-ahead", ProgrammeGoesAhead, Trigger::Event(TriggerEvent::Confirmed), None, Once;
    /// Tells those who were in that it does not.
    ProgrammeCancelled = "programme-cancelled", ProgrammeCancelled, Trigger::Event(TriggerEvent::Cancelled), None, Once;
    /// Tells that people can register longer.
    DeadlineExtended = "deadline-extended", DeadlineExtended, Trigger::Event(TriggerEvent::DeadlineExtended), None, Again;
    /// Tells the organisers of a withdrawal that leaves fewer than the minimum after the go.
    BelowMinimumAfterGo = "below-minimum-after-go", BelowMinimum, Trigger::Event(TriggerEvent::FellBelowMinimum), None, Once;
    /// Asks participants for a venue the day after the go (rule 8).
    VenueRequest = "venue-request", VenueRequest, days_after_decision(1), FIVE_DAYS, Again;
    /// Asks those who have not offered one a week later, and whoever joins after that, while a meeting has no host.
    VenueRequestAgain = "venue-request-again", VenueRequest, days_after_decision(8), FIVE_DAYS, Again;
    /// Tells somebody to host a meeting.
    HostAssigned = "host-assigned", HostAssigned, Trigger::Event(TriggerEvent::HostAssigned), None, Once;
    /// Tells somebody that another hosts the meeting now.
    HostReleased = "host-released", HostReleased, Trigger::Event(TriggerEvent::HostReleased), None, Once;
    /// Warns the organisers at once when a host falls away and nobody else can host the meeting.
    HostFellAway = "host-fell-away", HostMissing, Trigger::Event(TriggerEvent::HostFellAway), None, Once;
    /// Reminds a host without complete details four weeks before the meeting.
    HostReminder28Days = "host-reminder-28-days", HostReminder, days_before_meeting(28), ONE_DAY, Again;
    /// Reminds such a host three weeks before.
    HostReminder21Days = "host-reminder-21-days", HostReminder, days_before_meeting(21), ONE_DAY, Again;
    /// Warns the organisers that a meeting has no host, four weeks before it.
    HostMissing28Days = "host-missing-28-days", HostMissing, days_before_meeting(28), ONE_DAY, Again;
    /// Warns them two weeks before.
    HostMissing14Days = "host-missing-14-days", HostMissing, days_before_meeting(14), ONE_DAY, Again;
    /// Warns them a week before.
    HostMissing7Days = "host-missing-7-days", HostMissing, days_before_meeting(7), ONE_DAY, Again;
    /// Tells everybody when and where a meeting is two weeks before it, or as soon as that is known after that.
    MeetingInformation = "meeting-information", MeetingInformation, days_before_meeting(14), None, Once;
    /// Tells everybody that the time or place changed.
    MeetingChanged = "meeting-changed", MeetingChanged, Trigger::Event(TriggerEvent::MeetingChanged), None, Again;
    /// Invites a guest to the showcase (rule 12).
    ShowcaseInvitation = "showcase-invitation", ShowcaseInvitation, Trigger::Event(TriggerEvent::GuestInvited), None, Once;
    /// Tells a guest that there is a place.
    ShowcasePlace = "showcase-place", ShowcasePlace, Trigger::Event(TriggerEvent::GuestComes), None, Once;
    /// Reminds guests who have not answered, a week before the showcase.
    ShowcaseReminder = "showcase-reminder", ShowcaseReminder, days_before_showcase(7), ONE_DAY, Again;
    /// Tells guests who come how to get there two days before, or as soon as the place is known, and whoever accepts after that at once.
    ShowcaseDirections = "showcase-directions", ShowcaseDirections, days_before_showcase(2), None, Again;
    /// Tells guests that the time or place of the showcase changed.
    ShowcaseChanged = "showcase-changed", ShowcaseChanged, Trigger::Event(TriggerEvent::ShowcaseChanged), None, Again;
    /// Tells guests that they are no longer expected.
    ShowcaseCancelled = "showcase-cancelled", ShowcaseCancelled, Trigger::Event(TriggerEvent::InvitationCancelled), None, Once;
    /// Thanks everyone the day after the last meeting (rule 12).
    ProgrammeCompleted = "programme-completed", ProgrammeCompleted, days_after_end(1), TWO_WEEKS, Once;
    /// Asks participants for a learning wish, two days after the kick-off (rule 9).
    LearningWishRequest = "learning-wish-request", LearningWishRequest, days_after_meeting(Anchor::MeetingEnd, 2), SIX_DAYS, Once;
    /// Asks those who have none once more, a week later.
    LearningWishReminder = "learning-wish-reminder", LearningWishRequest, days_after_meeting(Anchor::MeetingEnd, 9), SIX_DAYS, Once;
    /// Tells on Mondays what changed about learning wishes that somebody follows. Late is better than never: nobody else tells it.
    LearningWishDigest = "learning-wish-digest", LearningWishDigest, Trigger::Weekday { weekday: chrono::Weekday::Mon, at: USUAL_TIME }, None, Once;
    /// Reminds the facilitators of an agenda that is to go out in two days and is not final (rule 10).
    AgendaReminder = "agenda-reminder", AgendaMissing, days_after_meeting(Anchor::MeetingStart, -9), ONE_DAY, Once;
    /// Brings the final agenda of a meeting a week before, or as soon as it is final after that.
    Agenda = "agenda", Agenda, days_after_meeting(Anchor::MeetingStart, -7), None, Once;
    /// Brings the facilitators what a participant asks.
    FacilitatorsAsked = "facilitators-asked", FacilitatorsAsked, Trigger::Event(TriggerEvent::FacilitatorsAsked), None, Once;
    /// Asks participants for a harvest when it can be written, and whoever joins before it is due (rule 11).
    HarvestRequest = "harvest-request", HarvestRequest, days_before_showcase(HARVEST_OPENS_DAYS_BEFORE), TWO_WEEKS, Again;
    /// Reminds those who have not handed one in, three weeks before the showcase.
    HarvestReminder21Days = "harvest-reminder-21-days", HarvestReminder, days_before_showcase(21), SIX_DAYS, Again;
    /// Reminds them two days before it is due.
    HarvestReminder12Days = "harvest-reminder-12-days", HarvestReminder, days_before_showcase(12), ONE_DAY, Again;
    /// Tells organisers and facilitators that a harvest was handed in.
    HarvestSubmitted = "harvest-submitted", HarvestSubmitted, Trigger::Event(TriggerEvent::HarvestSubmitted), None, Once;
    /// Tells its author that a harvest came back.
    HarvestReturned = "harvest-returned", HarvestReturned, Trigger::Event(TriggerEvent::HarvestReturned), None, Once;
    /// Tells its author that a harvest was accepted.
    HarvestAccepted = "harvest-accepted", HarvestAccepted, Trigger::Event(TriggerEvent::HarvestAccepted), None, Once;
    /// Tells its author when to present.
    HarvestScheduled = "harvest-scheduled", HarvestScheduled, Trigger::Event(TriggerEvent::HarvestScheduled), None, Once;
    /// Brings what an organiser writes.
    Announcement = "announcement", Announcement, Trigger::Event(TriggerEvent::Announced), ONE_DAY, Once;
    /// Tells the organisers that somebody's address refuses mail.
    AddressRefused = "address-refused", AddressRefused, Trigger::Event(TriggerEvent::AddressRefused), None, Once;
    /// Brings a question from the public page to the contacts.
    QuestionAsked = "question-asked", QuestionAsked, Trigger::Event(TriggerEvent::QuestionAsked), None, Once;
}

impl RuleKey {
    /// What its moment may be counted from; nothing for a rule that answers an event.
    pub fn anchors(self) -> &'static [Anchor] {
        match self {
            Self::BelowMinimum14Days | Self::BelowMinimum7Days | Self::BelowMinimum3Days | Self::BelowMinimum1Day => {
                &[Anchor::RegistrationOpens, Anchor::RegistrationDeadline]
            }
            Self::DecisionReminder3Days | Self::DecisionReminder7Days | Self::DecisionReminder14Days => {
                &[Anchor::RegistrationDeadline]
            }
            Self::ProgrammeCompleted => &[Anchor::ProgrammeEnd],
            Self::LearningWishRequest | Self::LearningWishReminder => &[Anchor::MeetingStart, Anchor::MeetingEnd],
            // An agenda that is to go out after the meeting has begun would never go.
            Self::AgendaReminder | Self::Agenda => &[Anchor::MeetingStart],
            Self::VenueRequest | Self::VenueRequestAgain => &[Anchor::Decision],
            Self::HostReminder28Days
            | Self::HostReminder21Days
            | Self::HostMissing28Days
            | Self::HostMissing14Days
            | Self::HostMissing7Days
            | Self::MeetingInformation => &[Anchor::MeetingStart],
            Self::HarvestRequest | Self::HarvestReminder21Days | Self::HarvestReminder12Days => {
                &[Anchor::Showcase, Anchor::HarvestDue]
            }
            Self::ShowcaseReminder | Self::ShowcaseDirections => &[Anchor::Showcase],
            _ => &[],
        }
    }

    /// Whether it belongs to the time after the go: its moments come to be with the go, and end with a programme that is
    /// called off.
    pub fn follows_the_go(self) -> bool {
        matches!(
            self,
            Self::ProgrammeCompleted
                | Self::LearningWishRequest
                | Self::LearningWishReminder
                | Self::LearningWishDigest
                | Self::AgendaReminder
                | Self::Agenda
                | Self::VenueRequest
                | Self::VenueRequestAgain
                | Self::HostReminder28Days
                | Self::HostReminder21Days
                | Self::HostMissing28Days
                | Self::HostMissing14Days
                | Self::HostMissing7Days
                | Self::MeetingInformation
                | Self::HarvestRequest
                | Self::HarvestReminder21Days
                | Self::HarvestReminder12Days
                | Self::ShowcaseReminder
                | Self::ShowcaseDirections
        )
    }

    /// Whether it counts from a meeting of this kind; a rule that counts from something else does not ask.
    pub fn is_about(self, meeting: MeetingKind) -> bool {
        match self {
            Self::LearningWishRequest | Self::LearningWishReminder => meeting == MeetingKind::KickOff,
            _ => true,
        }
    }

    /// Whether whom it told decides what it does later: it may tell somebody after its moment, and nobody twice.
    pub fn remembers_whom(self) -> bool {
        matches!(
            self,
            Self::Agenda
                | Self::VenueRequestAgain
                | Self::HostAssigned
                | Self::HostReleased
                | Self::HostFellAway
                | Self::MeetingInformation
                | Self::MeetingChanged
                | Self::HarvestRequest
                | Self::ShowcaseDirections
        )
    }

    /// Whether it can be paused: without the mail that verifies an address, the one that invites a guest, and the one that brings
    /// a lost link, nobody could take part at all; and a question would be lost to which somebody awaits an answer.
    pub fn can_be_paused(self) -> bool {
        !matches!(
            self,
            Self::ConfirmRegistration | Self::PersonalLink | Self::QuestionAsked | Self::ShowcaseInvitation
        )
    }
}

/// A rule of one programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// Which rule.
    pub key: RuleKey,
    /// From 1; each change makes the next.
    pub version: u32,
    /// When it fires.
    pub trigger: Trigger,
    /// How late it may still be carried out; none: it is never too late.
    pub lateness: Option<Duration>,
    /// What a moved anchor means.
    pub when_moved: WhenMoved,
    /// A sentence of the organiser's own, shown in the mail.
    pub own_sentence: Option<Paragraphs<500>>,
    /// It is paused, and why.
    pub pause_note: Option<Line<200>>,
    /// It never fires for moments before this (rule 16).
    pub valid_from: DateTime<Utc>,
}

impl Rule {
    /// A rule as the product brings it.
    pub fn default_of(key: RuleKey, id: RuleId, valid_from: DateTime<Utc>) -> Self {
        Self {
            id,
            key,
            version: 1,
            trigger: key.default_trigger(),
            lateness: key.default_lateness(),
            when_moved: key.default_when_moved(),
            own_sentence: None,
            pause_note: None,
            valid_from,
        }
    }

    /// Whether it says and does the same as another, whatever its version.
    pub fn is_as(&self, other: &Self) -> bool {
        let meaning = |rule: &Self| {
            (
                rule.key,
                rule.trigger,
                rule.lateness,
                rule.when_moved,
                rule.own_sentence.clone(),
                rule.pause_note.clone(),
            )
        };
        meaning(self) == meaning(other)
    }

    /// Whether it is other than the product brings it.
    pub fn is_changed(&self) -> bool {
        !self.is_as(&Self::default_of(self.key, self.id, self.valid_from))
    }
}
