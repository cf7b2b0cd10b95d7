//! Go or no-go (rule 6).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    facts::Counts,
    registration::{Registration, RegistrationStatus},
    text::Paragraphs,
};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionOutcome {
    /// The programme goes ahead.
    Go,
    /// It does not.
    NoGo,
}

impl DecisionOutcome {
    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::NoGo => "no-go",
        }
    }

    /// The outcome of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Go, Self::NoGo]
            .into_iter()
            .find(|outcome| outcome.word() == word)
    }
}

/// Whether the closing instant decides by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionMode {
    /// At the closing instant, by the count.
    Automatic,
    /// The organisers are asked.
    Propose,
}

impl DecisionMode {
    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Propose => "propose",
        }
    }

    /// The mode of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Automatic, Self::Propose]
            .into_iter()
            .find(|mode| mode.word() == word)
    }
}

/// A decision that was made. It stays in the record, also when the programme is reopened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The deadline that it was made for: one decision per deadline.
    pub registration_deadline: NaiveDate,
    /// Go or no-go.
    pub outcome: DecisionOutcome,
    /// When it was done.
    pub decided_at: DateTime<Utc>,
    /// As of when.
    pub effective_at: DateTime<Utc>,
    /// Who counted.
    pub counted: u32,
    /// The minimum then.
    pub minimum: u32,
    /// What was said about it.
    pub reason: Option<Paragraphs<1000>>,
}

/// Whether a no-go ended a registration: then it can be registered anew in one press while registration is open again (rule 6).
pub fn ended_by_no_go(decisions: &[Decision], registration: &Registration) -> bool {
    registration.status == RegistrationStatus::Cancelled
        && registration.is_verified()
        && decisions.iter().any(|decision| {
            decision.outcome == DecisionOutcome::NoGo && registration.ended_at == Some(decision.effective_at)
        })
}

/// What the closing instant brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// At least the minimum counts.
    Go,
    /// Too few count, and nobody else could make it up.
    NoGo,
    /// People decide: the mode says so, or verified people who wait or were offered a place would reach the minimum.
    Ask,
}

/// Judges the counts at the closing instant.
pub fn decide(counts: &Counts, minimum: u32, mode: DecisionMode) -> Verdict {
    let counted = counts.counted;
    match mode {
        DecisionMode::Propose => Verdict::Ask,
        DecisionMode::Automatic if counted >= minimum => Verdict::Go,
        DecisionMode::Automatic
            if counted
                .saturating_add(counts.offered)
                .saturating_add(counts.waiting_verified)
                >= minimum =>
        {
            Verdict::Ask
        }
        DecisionMode::Automatic => Verdict::NoGo,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(counted: u32, offered: u32, waiting_verified: u32) -> Counts {
        Counts {
            taken: counted + offered,
            counted,
            offered,
            waiting: waiting_verified,
            waiting_verified,
            unverified: 0,
        }
    }

    #[test]
    fn decisions() {
        use DecisionMode::{Automatic, Propose};
        for (counted, offered, waiting, mode, verdict) in [
            (8, 0, 0, Automatic, Verdict::Go),
            (12, 0, 5, Automatic, Verdict::Go),
            (7, 0, 0, Automatic, Verdict::NoGo),
            (0, 0, 0, Automatic, Verdict::NoGo),
            (7, 1, 0, Automatic, Verdict::Ask),
            (7, 0, 1, Automatic, Verdict::Ask),
            (5, 1, 1, Automatic, Verdict::NoGo),
            (8, 0, 0, Propose, Verdict::Ask),
            (0, 0, 0, Propose, Verdict::Ask),
        ] {
            assert_eq!(
                decide(&counts(counted, offered, waiting), 8, mode),
                verdict,
                "{counted} {offered} {waiting} {mode:?}"
            );
        }
    }
}
