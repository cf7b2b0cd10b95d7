//! The only door to time.
//!
//! Everything about people, rules and mail runs on the clock given here. With the test clock the instant is a row of the
//! database, shared by all instances and commands; [`crate::store`] reads it inside the transaction that needs it.

use async_trait::async_trait;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use thiserror::Error;

/// Where `now` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock in the database that stands still between travels; started at this instant, or later if it stood later.
    Test {
        /// Where it starts in a new database.
        starts_at: DateTime<Utc>,
    },
}

impl Clock {
    /// Whether it is the test clock.
    pub fn is_test(self) -> bool {
        matches!(self, Self::Test { .. })
    }
}

/// The machine's clock, to the microsecond, which is what both databases keep.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn system_now() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
}

/// Why a journey of the test clock did not happen.
#[derive(Debug, Error)]
pub enum TravelError {
    /// The clock never goes back.
    #[error("the clock stands at {stands_at} and never goes back")]
    Backwards {
        /// Where it stands.
        stands_at: DateTime<Utc>,
    },
    /// Beyond what a calendar is good for.
    #[error("that is too far: the year 9999 is the last")]
    TooFar,
    /// Something is broken; everything due until where the clock stands now is decided.
    #[error("the journey broke off")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Moves the test clock.
#[async_trait]
pub trait TimeMachine: Send + Sync {
    /// Walks to an instant, from one moment at which something is due to the next, and answers when everything due until then
    /// is decided. Mail goes out behind it. Returns where the clock stands.
    async fn travel_to(&self, to: DateTime<Utc>) -> Result<DateTime<Utc>, TravelError>;
}
