//! Expected refusals: what a person asked for cannot be done, and can be mended by that person.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::text::TextError;

/// Why an act was refused. Each variant has a code of the API (`UserErrorCode`).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A text was not taken.
    #[error("{} {error}", name(.field))]
    Text {
        /// The path of the input field.
        field: Vec<String>,
        /// What is wrong with it.
        error: TextError,
    },
    /// A value does not fit.
    #[error("{} {explanation}", name(.field))]
    Invalid {
        /// The path of the input field.
        field: Vec<String>,
        /// What is wrong and what to do.
        explanation: String,
    },
    /// A field that is needed was left out.
    #[error("{} {explanation}", name(.field))]
    Required {
        /// The path of the input field.
        field: Vec<String>,
        /// When it is needed.
        explanation: String,
    },
    /// There is no such thing, or not for this caller.
    #[error("there is no such {what}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// The path of the input field that named it.
        field: Vec<String>,
    },
    /// It cannot be done as things stand.
    #[error("{0}")]
    StateConflict(String),
    /// What was confirmed is not what would happen now.
    #[error("what would happen has changed since you looked{}; look at the difference and confirm that", done_since(.since))]
    StalePlan {
        /// What people did meanwhile in the programme, the newest first; nothing where that is not known, or time alone changed it.
        since: Vec<PastAct>,
    },
    /// Registration has not opened, or there is none.
    #[error("{}", not_open(.opens_at))]
    RegistrationNotOpen {
        /// From when it is open, if it will be.
        opens_at: Option<DateTime<Utc>>,
    },
    /// Registration is closed.
    #[error("registration closed at {closed_at}")]
    DeadlinePassed {
        /// The closing instant.
        closed_at: DateTime<Utc>,
    },
    /// The person is registered already; only organisers are told.
    #[error("this person is registered already")]
    AlreadyRegistered,
    /// The offered place went to the next.
    #[error("the offer of a place has ended")]
    OfferExpired,
    /// A harvest cannot be handed in now.
    #[error("{error}")]
    HarvestClosed {
        /// Why.
        error: HarvestClosed,
    },
    /// The time that somebody would present does not fit.
    #[error("{} {error}", name(.field))]
    Slot {
        /// The path of the input field.
        field: Vec<String>,
        /// What is wrong with it.
        error: SlotError,
    },
    /// No more guests can be invited by this person.
    #[error("{0}")]
    InvitationQuotaReached(String),
    /// The idempotency key was used for another input.
    #[error("this idempotency key was used with another input; take a new key for a new request")]
    IdempotencyKeyReused,
}

/// Why a harvest cannot be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HarvestClosed {
    /// It is too early.
    #[error("harvests can be written from {opens_at} on; please come back then")]
    NotOpen {
        /// From when on.
        opens_at: DateTime<Utc>,
    },
    /// The due day is over.
    #[error("harvests could be handed in until {closed_at}; a draft stays, and an organiser can reopen it")]
    Over {
        /// The end of the due day.
        closed_at: DateTime<Utc>,
    },
    /// There is nothing to bring it for.
    #[error("this programme has no showcase, so no harvest is asked for")]
    NoShowcase,
}

/// Why a time to present does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SlotError {
    /// Somebody else presents then.
    #[error("overlaps with the time of another harvest, from {starts_at} to {ends_at}; choose a time that is free")]
    Taken {
        /// When the other starts.
        starts_at: DateTime<Utc>,
        /// When the other ends.
        ends_at: DateTime<Utc>,
    },
    /// It is not within the showcase.
    #[error(
        "does not fit into the showcase, which lasts from {starts_at} to {ends_at}: start and end have to be within it"
    )]
    Outside {
        /// When the showcase starts.
        starts_at: DateTime<Utc>,
        /// When it ends.
        ends_at: DateTime<Utc>,
    },
    /// It is over.
    #[error("has passed; choose a time to come")]
    Past,
}

fn name(field: &[String]) -> &str {
    field.last().map_or("input", String::as_str)
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastAct {
    /// When.
    pub at: DateTime<Utc>,
    /// The mutation.
    pub action: String,
}

fn done_since(acts: &[PastAct]) -> String {
    let told: Vec<_> = acts.iter().map(|act| format!("{} at {}", act.action, act.at)).collect();
    if told.is_empty() {
        " (nobody did anything: time has gone on, or this is not the request that was looked at)".to_owned()
    } else {
        format!(" (done since: {})", told.join(", "))
    }
}

fn not_open(opens_at: &Option<DateTime<Utc>>) -> String {
    match opens_at {
        Some(opens_at) => format!("registration opens at {opens_at}"),
        None => "registration is not open: the programme does not go ahead or is over".to_owned(),
    }
}

impl Refusal {
    /// Its code in the API.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text {
                error: TextError::Empty,
                ..
            }
            | Self::Required { .. } => "REQUIRED",
            Self::Text {
                error: TextError::TooLong { .. },
                ..
            } => "TOO_LONG",
            Self::Text {
                error: TextError::NotAnAddress | TextError::NotAscii,
                ..
            } => "INVALID_EMAIL",
            Self::Text { .. } | Self::Invalid { .. } | Self::Slot { .. } => "INVALID",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::StateConflict(_) => "STATE_CONFLICT",
            Self::StalePlan { .. } => "STALE_PLAN",
            Self::RegistrationNotOpen { .. } => "REGISTRATION_NOT_OPEN",
            Self::DeadlinePassed { .. } => "DEADLINE_PASSED",
            Self::AlreadyRegistered => "ALREADY_REGISTERED",
            Self::OfferExpired => "OFFER_EXPIRED",
            Self::HarvestClosed { .. } => "HARVEST_CLOSED",
            Self::InvitationQuotaReached(_) => "INVITATION_QUOTA_REACHED",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
        }
    }

    /// The path of the input field it is about.
    pub fn field(&self) -> Option<&[String]> {
        match self {
            Self::Text { field, .. }
            | Self::Invalid { field, .. }
            | Self::Required { field, .. }
            | Self::Slot { field, .. }
            | Self::NotFound { field, .. } => Some(field),
            _ => None,
        }
    }

    /// A value that does not fit, by the name of its field (dots separate the parts of a path).
    pub fn invalid(field: &str, explanation: impl Into<String>) -> Self {
        Self::Invalid {
            field: path(field),
            explanation: explanation.into(),
        }
    }

    /// A field that was left out.
    pub fn required(field: &str, explanation: impl Into<String>) -> Self {
        Self::Required {
            field: path(field),
            explanation: explanation.into(),
        }
    }

    /// A thing that is not there, with the field that named it.
    pub fn not_found(what: &'static str, field: &str) -> Self {
        Self::NotFound {
            what,
            field: path(field),
        }
    }
}

/// The path of a field whose parts are separated by dots.
pub fn path(field: &str) -> Vec<String> {
    field.split('.').map(str::to_owned).collect()
}
