//! The only door to time.
//!
//! Everything about people, rules and mail runs on the clock given here. With the test clock the instant is a row of the
//! database, shared by all instances and commands; [`crate::store`] reads it inside the transaction that needs it.

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
