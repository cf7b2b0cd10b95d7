//! The clock that everything about people, rules and mail runs on.

use async_graphql::{Enum, SimpleObject};

use crate::{clock, graphql::scalars::DateTime};

/// Which clock the server runs on.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
pub enum ClockMode {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved with `travelTo`.
    Test,
}

impl From<clock::Clock> for ClockMode {
    fn from(clock: clock::Clock) -> Self {
        match clock {
            clock::Clock::System => Self::System,
            clock::Clock::Test { .. } => Self::Test,
        }
    }
}

/// The clock that everything about people, rules and mail runs on.
#[derive(Debug, SimpleObject)]
pub struct Clock {
    /// What time it is on that clock.
    pub now: DateTime,
    /// Which clock it is.
    pub mode: ClockMode,
}
