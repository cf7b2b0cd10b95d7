//! How a scenario is told: on which database, with which chances, how big; and what is counted.

use std::{collections::BTreeMap, fmt, time::Duration};

use leernetwerk::entropy::Entropy;

use crate::harness::engines::Engine;

/// How much of a scenario is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// What fits into every test run.
    Sample,
    /// All of it.
    Full,
}

/// How a scenario is told.
#[derive(Debug)]
pub struct Plan {
    /// On which database.
    pub engine: Engine,
    /// How much.
    pub size: Size,
    chance: Entropy,
}

impl Plan {
    /// A plan whose chances follow from a seed.
    pub fn new(engine: Engine, seed: u64, size: Size) -> Self {
        Self {
            engine,
            size,
            chance: Entropy::seeded(seed),
        }
    }

    /// Whether all of it is told.
    pub fn is_full(&self) -> bool {
        self.size == Size::Full
    }

    /// One of two, by size.
    pub fn by_size<T>(&self, sample: T, full: T) -> T {
        if self.is_full() { full } else { sample }
    }

    /// A number below a bound.
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.chance.bytes()) % bound.max(1)
    }

    /// A time between two.
    pub fn between(&self, low: Duration, high: Duration) -> Duration {
        let span = u64::try_from((high - low).as_micros()).unwrap();
        low + Duration::from_micros(self.below(span))
    }
}

/// What was counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    /// Adds to one.
    pub fn add(&mut self, what: &'static str, count: usize) {
        *self.0.entry(what).or_default() += count as u64;
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// One of them.
    pub fn get(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<_> = self.0.iter().map(|(what, count)| format!("{count} {what}")).collect();
        formatter.write_str(&all.join(", "))
    }
}

/// Lets time pass. Only where a fault is a matter of time, or where nothing tells of an event in another process.
pub async fn pause(time: Duration) {
    let _ = tokio::time::timeout(time, std::future::pending::<()>()).await;
}
