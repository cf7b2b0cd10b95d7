//! What the kind of a mail and its circumstances mean for sending it: whether it is sent again when nobody knows what became
//! of it, whether it is kept back, and whether an address that refused mail is tried.

use chrono::{DateTime, Duration, Utc};

use super::{
    fate::Fate,
    message::{MessageKind, MessageStatus},
};

/// What to do with a mail when nobody knows whether the relay took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmbiguityPolicy {
    /// Send the same bytes once more: two are better than none.
    RetryOnce,
    /// Take it for sent: none is better than two.
    AssumeSent,
    /// Let a person decide.
    Hold,
}

/// Why a mail is kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldCause {
    /// Somebody holds it, or everything, or its programme.
    Person,
    /// Nobody knows whether the relay took it, and its kind is not sent again unasked.
    Ambiguous,
    /// It came late, after downtime, and how many such mails there are is still being found out.
    CatchingUp,
    /// It came late together with more such mails than go out unasked.
    TooMany,
}

impl HoldCause {
    /// Every cause.
    pub const ALL: [Self; 4] = [Self::Person, Self::Ambiguous, Self::CatchingUp, Self::TooMany];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Ambiguous => "ambiguous",
            Self::CatchingUp => "catching-up",
            Self::TooMany => "too-many",
        }
    }

    /// The cause of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.word() == word)
    }
}

/// How long after a failure a mail that could not be made is tried again; a start tries all at once.
const MADE_AGAIN_AFTER: Duration = Duration::hours(1);

/// When a mail that could not be made at `now` is tried again.
#[must_use]
pub fn made_again_at(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_add_signed(MADE_AGAIN_AFTER).unwrap_or(now)
}

/// A mail that is made later than this after its reason was due is catching up.
pub const ON_TIME_WITHIN: Duration = Duration::minutes(15);

/// So many mails that catch up go out unasked.
pub const CATCHING_UP_AT_MOST: usize = 500;

impl MessageKind {
    /// What to do when nobody knows whether the relay took it.
    #[must_use]
    pub fn ambiguity_policy(self) -> AmbiguityPolicy {
        match self {
            Self::ConfirmRegistration
            | Self::RegistrationReceived
            | Self::RegistrationState
            | Self::RegistrationExpired
            | Self::WaitingListJoined
            | Self::PlaceOffered
            | Self::PlaceOfferExpired
            | Self::RegistrationWithdrawn
            | Self::PersonalLink
            | Self::TeamWelcome
            | Self::DecisionRequested
            | Self::DecisionReport
            | Self::DeadlineExtended
            | Self::ProgrammeGoesAhead
            | Self::ProgrammeCancelled
            | Self::Agenda
            | Self::FacilitatorsAsked
            | Self::HostAssigned
            | Self::HostReleased
            | Self::MeetingInformation
            | Self::MeetingChanged
            | Self::HarvestSubmitted
            | Self::HarvestReturned
            | Self::HarvestAccepted
            | Self::HarvestScheduled
            | Self::ShowcaseInvitation
            | Self::ShowcasePlace
            | Self::ShowcaseDirections
            | Self::ShowcaseChanged
            | Self::ShowcaseCancelled
            | Self::AddressRefused
            | Self::QuestionAsked => AmbiguityPolicy::RetryOnce,
            // Nobody else can judge whether it bears being read twice.
            Self::Announcement => AmbiguityPolicy::Hold,
            // The next one comes in some days, and says the same; thanks are not given twice.
            // What a digest tells stands on the page as well.
            Self::BelowMinimum
            | Self::ProgrammeCompleted
            | Self::LearningWishRequest
            | Self::LearningWishDigest
            | Self::AgendaMissing
            | Self::VenueRequest
            | Self::HostReminder
            | Self::HostMissing
            | Self::HarvestRequest
            | Self::HarvestReminder
            // The invitation says the same.
            | Self::ShowcaseReminder => AmbiguityPolicy::AssumeSent,
        }
    }

    /// Whether it may wait for a person when a great many mails are late at once: not when it tells what somebody did or what was
    /// decided, or when the recipient has until a certain moment to answer it.
    #[must_use]
    pub fn may_wait_when_late(self) -> bool {
        match self {
            Self::RegistrationExpired
            | Self::PlaceOfferExpired
            | Self::BelowMinimum
            | Self::LearningWishRequest
            | Self::LearningWishDigest
            | Self::AgendaMissing
            | Self::Announcement
            | Self::ProgrammeCompleted
            | Self::VenueRequest
            | Self::HostReminder
            | Self::HarvestRequest
            | Self::Agenda
            | Self::HostMissing
            | Self::MeetingInformation
            | Self::HarvestReminder
            | Self::ShowcaseDirections
            | Self::ShowcaseReminder => true,
            Self::ConfirmRegistration
            | Self::RegistrationReceived
            | Self::RegistrationState
            | Self::WaitingListJoined
            | Self::PlaceOffered
            | Self::RegistrationWithdrawn
            | Self::PersonalLink
            | Self::TeamWelcome
            | Self::DecisionRequested
            | Self::DecisionReport
            | Self::DeadlineExtended
            | Self::ProgrammeGoesAhead
            | Self::ProgrammeCancelled
            | Self::FacilitatorsAsked
            | Self::HostAssigned
            | Self::HostReleased
            | Self::MeetingChanged
            | Self::HarvestSubmitted
            | Self::HarvestReturned
            | Self::HarvestAccepted
            | Self::HarvestScheduled
            | Self::ShowcaseInvitation
            | Self::ShowcasePlace
            | Self::ShowcaseChanged
            | Self::ShowcaseCancelled
            | Self::AddressRefused
            | Self::QuestionAsked => false,
        }
    }

    /// Whether it is tried also at an address that refused mail before: the person just asked for it, so the address may be
    /// good again.
    #[must_use]
    pub fn is_asked_for(self) -> bool {
        matches!(self, Self::ConfirmRegistration | Self::PersonalLink)
    }

    /// Whether a mail is catching up: it was decided so late after its moment that many others may be as late, and it may wait
    /// until it is known how many. What an act makes due is due in that instant, and never late.
    #[must_use]
    pub fn is_catching_up(self, due_at: DateTime<Utc>, decided_at: DateTime<Utc>) -> bool {
        self.may_wait_when_late() && decided_at - due_at > ON_TIME_WITHIN
    }
}

/// What is known about a mail when it is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circumstances {
    /// Its address refused mail: what the relay said, if it said something.
    pub refused: Option<Option<String>>,
    /// Mail is held.
    pub is_held: bool,
    /// It is catching up.
    pub is_catching_up: bool,
}

/// Where a mail begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// Queued, held or suppressed.
    pub status: MessageStatus,
    /// Why it is kept back, if it is.
    pub hold: Option<HoldCause>,
    /// Why, in words.
    pub reason: Option<String>,
}

impl Beginning {
    fn held(cause: HoldCause, reason: &str) -> Self {
        Self {
            status: MessageStatus::Held,
            hold: Some(cause),
            reason: Some(reason.to_owned()),
        }
    }
}

/// A mail that would be tried again, where mail is held.
#[must_use]
pub fn held(fate: Fate) -> Fate {
    let attempt = fate.reason.map(|reason| format!("; the last attempt: {reason}"));
    Fate {
        status: MessageStatus::Held,
        hold: Some(HoldCause::Person),
        reason: Some(format!("{HELD_BY_A_PERSON}{}", attempt.unwrap_or_default())),
        ..fate
    }
}

/// What a mail says that somebody holds.
pub const HELD_BY_A_PERSON: &str = "held by a person; `leernetwerk release` lets it go";

/// Where a mail of a kind begins.
#[must_use]
pub fn beginning(kind: MessageKind, circumstances: &Circumstances) -> Beginning {
    match circumstances {
        Circumstances {
            refused: Some(reply), ..
        } if !kind.is_asked_for() => Beginning {
            status: MessageStatus::Suppressed,
            hold: None,
            reason: Some(suppressed(reply.as_deref())),
        },
        Circumstances { is_held: true, .. } => Beginning::held(HoldCause::Person, HELD_BY_A_PERSON),
        Circumstances {
            is_catching_up: true, ..
        } => Beginning::held(
            HoldCause::CatchingUp,
            "late after downtime; it goes when it is known how many are as late",
        ),
        _ => Beginning {
            status: MessageStatus::Queued,
            hold: None,
            reason: None,
        },
    }
}

fn suppressed(reply: Option<&str>) -> String {
    let said = reply.map(|reply| format!(" ({reply})")).unwrap_or_default();
    format!(
        "the address refused an earlier mail{said}; if it is right after all, `leernetwerk messages retry` with this mail's id \
         sends it and lifts the suppression"
    )
}

/// What becomes of mails that are catching up once all of them are known: they go, or wait and say why.
#[must_use]
pub fn too_many(count: usize) -> Option<String> {
    (count > CATCHING_UP_AT_MOST).then(|| {
        format!(
            "{count} mails were late at once, more than the {CATCHING_UP_AT_MOST} that go out unasked; \
             look at them with `leernetwerk messages list --status held`, let them go with `leernetwerk release`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + Duration::minutes(minutes)
    }

    /// Every kind, with what is to be done when nobody knows whether the relay took it.
    const POLICIES: &[(MessageKind, AmbiguityPolicy)] = {
        use AmbiguityPolicy::{AssumeSent, Hold, RetryOnce};
        use MessageKind::*;
        &[
            (ConfirmRegistration, RetryOnce),
            (RegistrationReceived, RetryOnce),
            (RegistrationState, RetryOnce),
            (RegistrationExpired, RetryOnce),
            (WaitingListJoined, RetryOnce),
            (PlaceOffered, RetryOnce),
            (PlaceOfferExpired, RetryOnce),
            (RegistrationWithdrawn, RetryOnce),
            (PersonalLink, RetryOnce),
            (TeamWelcome, RetryOnce),
            (BelowMinimum, AssumeSent),
            (DecisionRequested, RetryOnce),
            (DecisionReport, RetryOnce),
            (DeadlineExtended, RetryOnce),
            (ProgrammeGoesAhead, RetryOnce),
            (ProgrammeCancelled, RetryOnce),
            (LearningWishRequest, AssumeSent),
            (LearningWishDigest, AssumeSent),
            (AgendaMissing, AssumeSent),
            (Agenda, RetryOnce),
            (FacilitatorsAsked, RetryOnce),
            (VenueRequest, AssumeSent),
            (HostAssigned, RetryOnce),
            (HostReleased, RetryOnce),
            (HostReminder, AssumeSent),
            (HostMissing, AssumeSent),
            (MeetingInformation, RetryOnce),
            (MeetingChanged, RetryOnce),
            (HarvestRequest, AssumeSent),
            (HarvestReminder, AssumeSent),
            (HarvestSubmitted, RetryOnce),
            (HarvestReturned, RetryOnce),
            (HarvestAccepted, RetryOnce),
            (HarvestScheduled, RetryOnce),
            (ShowcaseInvitation, RetryOnce),
            (ShowcasePlace, RetryOnce),
            (ShowcaseReminder, AssumeSent),
            (ShowcaseDirections, RetryOnce),
            (ShowcaseChanged, RetryOnce),
            (ShowcaseCancelled, RetryOnce),
            (Announcement, Hold),
            (AddressRefused, RetryOnce),
            (ProgrammeCompleted, AssumeSent),
            (QuestionAsked, RetryOnce),
        ]
    };

    #[test]
    fn what_becomes_of_each_kind_that_nobody_knows_the_end_of() {
        let named: Vec<_> = POLICIES.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(named, MessageKind::ALL, "every kind once, in the order of the kinds");
        for (kind, policy) in POLICIES {
            assert_eq!(kind.ambiguity_policy(), *policy, "{}", kind.word());
        }
    }

    #[test]
    fn a_mail_is_late_from_a_quarter_of_an_hour_on_unless_its_kind_never_is() {
        let late = |kind: MessageKind, minutes| kind.is_catching_up(at(0), at(minutes));
        assert!(!late(MessageKind::RegistrationExpired, 15));
        assert!(late(MessageKind::RegistrationExpired, 16));
        for kind in MessageKind::ALL {
            assert_eq!(late(*kind, 1_000_000), kind.may_wait_when_late(), "{}", kind.word());
            assert!(!late(*kind, -1_000_000));
        }
        for kind in [
            MessageKind::ProgrammeGoesAhead,
            MessageKind::ProgrammeCancelled,
            MessageKind::ConfirmRegistration,
            MessageKind::DecisionReport,
            MessageKind::PlaceOffered,
        ] {
            assert!(!kind.may_wait_when_late(), "{}", kind.word());
        }
    }

    #[test]
    fn where_a_mail_begins() {
        let all = Circumstances {
            refused: Some(Some("550 5.1.1 nobody".to_owned())),
            is_held: true,
            is_catching_up: true,
        };
        let begin = |kind, circumstances: &Circumstances| {
            let beginning = beginning(kind, circumstances);
            assert_eq!(
                beginning.reason.is_some(),
                beginning.status != MessageStatus::Queued,
                "{beginning:?}"
            );
            assert_eq!(beginning.hold.is_some(), beginning.status == MessageStatus::Held);
            (beginning.status, beginning.hold)
        };
        let expired = MessageKind::RegistrationExpired;
        assert_eq!(begin(expired, &all), (MessageStatus::Suppressed, None));
        // Who asked for it is tried, but not past a hold.
        let held = (MessageStatus::Held, Some(HoldCause::Person));
        assert_eq!(begin(MessageKind::PersonalLink, &all), held);
        let not_refused = Circumstances { refused: None, ..all };
        assert_eq!(begin(expired, &not_refused), held);
        let late = Circumstances {
            is_held: false,
            ..not_refused
        };
        assert_eq!(
            begin(expired, &late),
            (MessageStatus::Held, Some(HoldCause::CatchingUp))
        );
        assert_eq!(begin(expired, &Circumstances::default()), (MessageStatus::Queued, None));
    }

    #[test]
    fn five_hundred_go_and_one_more_waits() {
        assert_eq!(too_many(CATCHING_UP_AT_MOST), None);
        let reason = too_many(CATCHING_UP_AT_MOST + 1).unwrap();
        assert!(
            reason.starts_with("501 ") && reason.contains("leernetwerk release"),
            "{reason}"
        );
    }

    #[test]
    fn every_cause_has_a_word_of_its_own() {
        for cause in HoldCause::ALL {
            assert_eq!(HoldCause::from_word(cause.word()), Some(cause));
        }
    }
}
