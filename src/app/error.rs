//! How an intent can end other than well.

use thiserror::Error;

use crate::{domain::refusal::Refusal, settle::SettleError, store::StoreError};

/// Why an intent was not carried out.
#[derive(Debug, Error)]
pub enum AppError {
    /// What was asked for cannot be; the person can mend it.
    #[error("refused: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    /// Nobody in particular asked, and somebody in particular is needed.
    #[error("this needs a token: send it as `Authorization: Bearer …`")]
    Unauthenticated,
    /// The caller may not.
    #[error("this token does not give access to that")]
    Forbidden,
    /// Something is broken.
    #[error("something is broken")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl From<Vec<Refusal>> for AppError {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Refused(refusals)
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Broken(Box::new(error))
    }
}

impl From<SettleError> for AppError {
    fn from(error: SettleError) -> Self {
        Self::Broken(Box::new(error))
    }
}
