//! The only door to time.
//!
//! Everything about people, rules and mail runs on the clock given here. With the test clock the instant is a row of the
//! database, shared by all instances and commands; [`crate::store`] reads it inside the transaction that needs it.

use async_trait::async_trait;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};

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

/// Moves the test clock forward, from one moment at which something is due to the next.
#[async_trait]
pub trait TimeMachine: Send + Sync {
    /// Moves to an instant and answers when everything due until then is decided; mail goes out behind it. Returns where
    /// the clock stands, which is later when somebody else moved it on.
    ///
    /// # Errors
    /// Why it did not get there; what was decided on the way stays.
    async fn travel_to(&self, instant: DateTime<Utc>) -> Result<DateTime<Utc>, TravelError>;
}

/// Why the clock did not get where it was sent.
#[derive(Debug, thiserror::Error)]
pub enum TravelError {
    /// The clock stands later already and never goes back.
    #[error("the clock stands at {stands_at} and never goes back")]
    Backwards {
        /// Where it stands.
        stands_at: DateTime<Utc>,
    },
    /// Farther than one travel goes.
    #[error("that is farther than one travel goes")]
    TooFar,
    /// Something is broken.
    #[error("the travel broke off")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}
