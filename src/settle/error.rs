//! What can break while settling.

use thiserror::Error;

use crate::{domain::ids::ProgrammeId, store::StoreError};

/// A breakdown; nothing of its transaction has happened.
#[derive(Debug, Error)]
pub enum SettleError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An answer cannot be kept or read back.
    #[error("the answer to an idempotency key cannot be kept or read")]
    Answer(#[source] serde_json::Error),
    /// A letter cannot be kept or read back.
    #[error("a letter cannot be kept or read")]
    Letter(#[source] serde_json::Error),
    /// What is due in one programme cannot be carried out; the others are not touched by it.
    #[error("programme {id} cannot be settled")]
    Programme {
        /// Which.
        id: ProgrammeId,
        /// Why.
        #[source]
        source: Box<SettleError>,
    },
}
