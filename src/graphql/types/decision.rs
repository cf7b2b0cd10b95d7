//! Go or no-go.

use async_graphql::{Enum, SimpleObject};

use crate::{domain::decision, graphql::scalars::DateTime};

/// Whether the closing instant decides by itself.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::decision::DecisionMode")]
pub enum DecisionMode {
    /// At the closing instant, by the count.
    Automatic,
    /// The organisers are asked.
    Propose,
}

/// What was decided.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::decision::DecisionOutcome")]
pub enum DecisionOutcome {
    /// The programme goes ahead.
    Go,
    /// It does not.
    NoGo,
}

/// A decision that was made. It stays in the record, also when the programme is reopened.
#[derive(Debug, SimpleObject)]
pub struct Decision {
    /// Go or no-go.
    outcome: DecisionOutcome,
    /// When it was done.
    decided_at: DateTime,
    /// As of when it counts: the closing instant, however late it was done.
    effective_at: DateTime,
    /// How many counted for the minimum.
    counted: u32,
    /// The minimum then.
    minimum: u32,
    /// What was said about it.
    reason: Option<String>,
}

impl From<&decision::Decision> for Decision {
    fn from(decision: &decision::Decision) -> Self {
        Self {
            outcome: decision.outcome.into(),
            decided_at: decision.decided_at.into(),
            effective_at: decision.effective_at.into(),
            counted: decision.counted,
            minimum: decision.minimum,
            reason: decision.reason.as_ref().map(ToString::to_string),
        }
    }
}
