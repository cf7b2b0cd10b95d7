//! What can go wrong with the database. None of it is a person's mistake.

use sea_orm::DbErr;
use thiserror::Error;

/// A failure of the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address names no database we know.
    #[error("the database URL must start with sqlite:// or postgres://")]
    UnknownUrl,
    /// No connection.
    #[error("the database cannot be reached")]
    Connecting(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A statement failed.
    #[error("the database refused a statement")]
    Database(#[from] DbErr),
    /// A stored value is none that we ever wrote.
    #[error("{table}.{column} of {row} holds a value that means nothing: {problem}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
        /// What is wrong; never the value itself, which may be personal.
        problem: String,
    },
    /// A guarded write found another state than it expected.
    #[error("{what} changed while it was being written")]
    Stale {
        /// What was written.
        what: &'static str,
    },
    /// A stored body cannot be opened.
    #[error("a stored mail cannot be opened with this secret")]
    Sealed,
    /// The database was made or used under other settings.
    #[error("{0}")]
    Mismatch(String),
}

impl StoreError {
    pub(super) fn connecting(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Connecting(Box::new(error))
    }

    pub(super) fn inconsistent(
        table: &'static str,
        column: &'static str,
        row: impl ToString,
        problem: impl ToString,
    ) -> Self {
        Self::Inconsistent {
            table,
            column,
            row: row.to_string(),
            problem: problem.to_string(),
        }
    }
}
