//! A step: what became of one reason for something to happen.

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{guests::GuestsWhy, hosting::HostingWhy};
use crate::domain::{
    decision::DecisionOutcome,
    formats,
    message::{Letter, Locale, Recipient},
    rule::RuleKey,
};

/// A step that belongs to the machine and is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuiltIn {
    /// A registration ends because its time is over.
    RegistrationExpiry,
    /// A freed place is offered.
    Offer,
    /// The organisers are asked to decide.
    DecisionProposal,
    /// Go or no-go.
    Decision,
    /// The programme is over.
    Completion,
    /// A host is assigned to a meeting.
    HostAssignment,
    /// A guest who waits gets a place.
    GuestPlace,
    /// The personal data of guests goes.
    GuestErasure,
    /// The personal data of everybody who registered goes.
    ParticipantErasure,
}

impl BuiltIn {
    /// Every built-in step.
    pub const ALL: [Self; 9] = [
        Self::RegistrationExpiry,
        Self::Offer,
        Self::DecisionProposal,
        Self::Decision,
        Self::Completion,
        Self::HostAssignment,
        Self::GuestPlace,
        Self::GuestErasure,
        Self::ParticipantErasure,
    ];

    /// Its name in the ledger and the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::RegistrationExpiry => "registration-expiry",
            Self::Offer => "offer",
            Self::DecisionProposal => "decision-proposal",
            Self::Decision => "decision",
            Self::Completion => "completion",
            Self::HostAssignment => "host-assignment",
            Self::GuestPlace => "guest-place",
            Self::GuestErasure => "guest-erasure",
            Self::ParticipantErasure => "participant-erasure",
        }
    }
}

/// What makes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A rule of the programme.
    Rule(RuleKey),
    /// The machine.
    BuiltIn(BuiltIn),
}

impl Source {
    /// Its name in the ledger and the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rule(key) => key.word(),
            Self::BuiltIn(step) => step.word(),
        }
    }

    /// The source of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        RuleKey::from_word(word).map(Self::Rule).or_else(|| {
            BuiltIn::ALL
                .into_iter()
                .find(|step| step.word() == word)
                .map(Self::BuiltIn)
        })
    }
}

/// The reason of a step, once per programme: `rule / subject / occurrence`. It names the reason, never the moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepKey {
    /// The rule or built-in step.
    pub source: Source,
    /// Whom it is about; none: the programme.
    pub subject: Option<Recipient>,
    /// Which time.
    pub occurrence: String,
}

impl StepKey {
    /// The key of a mail.
    pub fn mail(rule: RuleKey, recipient: Recipient, occurrence: String) -> Self {
        Self {
            source: Source::Rule(rule),
            subject: Some(recipient),
            occurrence,
        }
    }

    /// The subject as stored.
    pub fn subject_word(&self) -> String {
        match self.subject {
            None => "programme".to_owned(),
            Some(recipient) => recipient.to_string(),
        }
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.source.word(), self.subject_word(), self.occurrence)
    }
}

/// What a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// A mail to its subject.
    Mail(Letter),
    /// A decision.
    Decision(DecisionOutcome),
    /// A change of a registration or of the programme.
    Change,
}

/// Why a step ended as it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A registration was not verified.
    NotVerifiedInTime,
    /// The programme started.
    ProgrammeStarted,
    /// An offer ended.
    OfferUnanswered,
    /// A place came free.
    PlaceFreed,
    /// The count decided.
    Counted {
        /// Who counted.
        counted: u32,
        /// The minimum.
        minimum: u32,
    },
    /// The programme leaves decisions to people.
    OrganisersDecide {
        /// Who counted.
        counted: u32,
        /// The minimum.
        minimum: u32,
    },
    /// The waiting list could make it.
    WaitingWouldReachMinimum {
        /// Who counted.
        counted: u32,
        /// The minimum.
        minimum: u32,
    },
    /// Nobody decided.
    UndecidedAtKickOff {
        /// Who counted.
        counted: u32,
        /// The minimum.
        minimum: u32,
    },
    /// People decided.
    Chosen {
        /// Who counted.
        counted: u32,
        /// The minimum.
        minimum: u32,
        /// What they said about it.
        reason: Option<String>,
    },
    /// Enough people.
    MinimumReached {
        /// Who counted.
        counted: u32,
        /// The minimum.
        minimum: u32,
    },
    /// It was over.
    AlreadyDecided,
    /// An organiser ended it.
    ProgrammeCancelled,
    /// The programme had ended.
    ProgrammeIsOver,
    /// The person has a learning wish.
    HasLearningWish,
    /// The person has handed a harvest in.
    HasHandedIn,
    /// Nothing happened to what the person follows.
    NothingChanged,
    /// There is nothing to remind of.
    AgendaIsFinal,
    /// There is nothing to send yet.
    AgendaIsNotFinal,
    /// Nobody belongs to those who would be told.
    NobodyToTell,
    /// The moment was past when it came to be.
    BeforeKnown {
        /// Since when the moment is known.
        known_from: DateTime<Utc>,
    },
    /// Rule 16.
    BeforeRule {
        /// Since when the rule is as it is.
        valid_from: DateTime<Utc>,
    },
    /// Somebody paused the rule.
    Paused {
        /// Why.
        note: String,
    },
    /// Nobody looked in time.
    TooLate {
        /// When somebody looked.
        seen_at: DateTime<Utc>,
        /// The rule's window.
        lateness_hours: i64,
    },
    /// What it says was over.
    NoLongerUseful {
        /// When somebody looked.
        seen_at: DateTime<Utc>,
    },
    /// Something better took its place.
    OfferedAtOnce,
    /// As hosting stood.
    Hosting(HostingWhy),
    /// As it stood with guests.
    Guests(GuestsWhy),
}

impl Why {
    /// The reason in words for an organiser; moments are told in the programme's zone.
    pub fn words(&self, zone: Tz) -> String {
        let moment = |at: DateTime<Utc>| formats::moment(at, zone, Locale::En);
        match self {
            Self::NotVerifiedInTime => "the address was not verified in time".to_owned(),
            Self::ProgrammeStarted => "the programme started while this person was waiting".to_owned(),
            Self::OfferUnanswered => "the offer was not answered in time".to_owned(),
            Self::PlaceFreed => "a place came free and this person was the first verified one in line".to_owned(),
            Self::Counted { counted, minimum } => {
                format!("{counted} counted at the closing instant; the minimum is {minimum}")
            }
            Self::OrganisersDecide { counted, minimum } => format!(
                "{counted} counted at the closing instant, the minimum is {minimum}; this programme leaves the decision to its organisers"
            ),
            Self::WaitingWouldReachMinimum { counted, minimum } => format!(
                "{counted} counted at the closing instant, the minimum is {minimum}; verified people who wait or were offered a place would reach it, so the organisers decide"
            ),
            Self::UndecidedAtKickOff { counted, minimum } => {
                format!("nothing was decided before the kick-off ({counted} counted, the minimum is {minimum})")
            }
            Self::Chosen {
                counted,
                minimum,
                reason,
            } => {
                let said = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                format!("chosen by an organiser, when {counted} counted and the minimum was {minimum}{said}")
            }
            Self::MinimumReached { counted, minimum } => {
                format!("{counted} count, which is at least the minimum of {minimum}")
            }
            Self::AlreadyDecided => "go or no-go was decided already".to_owned(),
            Self::ProgrammeCancelled => "the programme was cancelled".to_owned(),
            Self::ProgrammeIsOver => "the programme is over".to_owned(),
            Self::HasLearningWish => "this person has a learning wish already".to_owned(),
            Self::HasHandedIn => "this person has handed a harvest in".to_owned(),
            Self::NothingChanged => "nothing changed about what this person follows".to_owned(),
            Self::AgendaIsFinal => "the agenda is final already".to_owned(),
            Self::AgendaIsNotFinal => {
                "the agenda was not final; it goes out as soon as it is, before the meeting".to_owned()
            }
            Self::NobodyToTell => "there was nobody who could be told".to_owned(),
            Self::BeforeKnown { known_from } => format!(
                "the moment was past when the programme was published, its deadline set, the go decided or this announced ({})",
                moment(*known_from)
            ),
            Self::BeforeRule { valid_from } => format!(
                "the moment was past when the rule was added or changed ({})",
                moment(*valid_from)
            ),
            Self::Paused { note } => format!("the rule is paused: {note}"),
            Self::TooLate {
                seen_at,
                lateness_hours,
            } => format!(
                "not carried out until {}; more than {lateness_hours} hours late is too late",
                moment(*seen_at)
            ),
            Self::NoLongerUseful { seen_at } => {
                format!("not carried out until {}, when what it says was over", moment(*seen_at))
            }
            Self::Hosting(why) => why.words(),
            Self::Guests(why) => why.words().to_owned(),
            Self::OfferedAtOnce => "a place was offered at once".to_owned(),
        }
    }
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Carried out, with what there is to say about it.
    Done(Option<Why>),
    /// Not carried out, for a reason that has nothing to do with lateness.
    Skipped(Why),
    /// Not carried out because nobody looked in time.
    Missed(Why),
}

impl Outcome {
    /// The reason, if one is told.
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Done(why) => why.as_ref(),
            Self::Skipped(why) | Self::Missed(why) => Some(why),
        }
    }
}

/// What became of one reason for something to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The reason, once.
    pub key: StepKey,
    /// What it is.
    pub kind: StepKind,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Step {
    /// Why it ended as it did, in words; moments are told in the programme's zone.
    pub fn reason(&self, zone: Tz) -> Option<String> {
        let why = self.outcome.why()?.words(zone);
        Some(match self.kind {
            StepKind::Decision(DecisionOutcome::Go) => format!("go: {why}"),
            StepKind::Decision(DecisionOutcome::NoGo) => format!("no-go: {why}"),
            _ => why,
        })
    }

    /// A mail.
    pub fn mail(key: StepKey, due_at: DateTime<Utc>, outcome: Outcome, recipient: Recipient, letter: Letter) -> Self {
        debug_assert_eq!(key.subject, Some(recipient));
        Self {
            key,
            kind: StepKind::Mail(letter),
            due_at,
            outcome,
        }
    }
}
