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
    #[error("what would happen has changed since you looked; look at the difference and confirm that")]
    StalePlan,
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
    /// No more guests can be invited by this person.
    #[error("{0}")]
    InvitationQuotaReached(String),
    /// The idempotency key was used for another input.
    #[error("this idempotency key was used with another input; take a new key for a new request")]
    IdempotencyKeyReused,
}

fn name(field: &[String]) -> &str {
    field.last().map_or("input", String::as_str)
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
            Self::Text { .. } | Self::Invalid { .. } => "INVALID",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::StateConflict(_) => "STATE_CONFLICT",
            Self::StalePlan => "STALE_PLAN",
            Self::RegistrationNotOpen { .. } => "REGISTRATION_NOT_OPEN",
            Self::DeadlinePassed { .. } => "DEADLINE_PASSED",
            Self::AlreadyRegistered => "ALREADY_REGISTERED",
            Self::OfferExpired => "OFFER_EXPIRED",
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
