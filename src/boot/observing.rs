//! What `/metrics` looks up: the database, at most every few seconds, and the engine of this instance.

use std::time::Duration;

use async_trait::async_trait;
use tokio::{
    sync::{Mutex, watch},
    time::Instant,
};

use crate::chain::Chain;
use crate::{
    clock::Clock,
    engine::{Engine, Pulse},
    metrics::{Reading, Work},
    store::{Result, Store},
    web::metrics::Observe,
};

/// However many scrape, the database is asked no more often.
const GOOD_FOR: Duration = Duration::from_secs(3);

/// What an instance's engine shows of itself; nothing where none runs.
#[derive(Debug, Clone, Default)]
pub(super) struct EngineSigns {
    pub(super) pulse: Option<Pulse>,
    relay_is_up: Option<watch::Receiver<bool>>,
}

impl EngineSigns {
    pub(super) fn of(engine: Option<&Engine>) -> Self {
        Self {
            pulse: engine.map(Engine::pulse),
            relay_is_up: engine.map(|engine| engine.dispatcher().relay_is_up()),
        }
    }
}

/// Looks things up for `/metrics`.
pub(super) struct Observing {
    store: Store,
    clock: Clock,
    signs: EngineSigns,
    /// What the database said, and when; the lock lets one look at a time.
    work: Mutex<Option<(Instant, Option<Work>)>>,
}

impl Observing {
    pub(super) fn new(store: Store, clock: Clock, signs: EngineSigns) -> Self {
        Self {
            store,
            clock,
            signs,
            work: Mutex::new(None),
        }
    }

    async fn work(&self) -> Option<Work> {
        let mut known = self.work.lock().await;
        if let Some((looked_at, work)) = known.as_ref().filter(|(at, _)| at.elapsed() < GOOD_FOR) {
            tracing::trace!(
                age_ms = looked_at.elapsed().as_millis(),
                "metrics as they were looked up"
            );
            return work.clone();
        }
        let work = self.look().await;
        if let Err(error) = &work {
            tracing::warn!(error = %Chain(error), "the database does not answer to be measured");
        }
        let work = work.ok();
        *known = Some((Instant::now(), work.clone()));
        work
    }

    async fn look(&self) -> Result<Work> {
        let vitals = self.store.vitals().await?;
        let now = self.store.now(self.clock).await?;
        let age = |since: Option<chrono::DateTime<chrono::Utc>>| since.map(|since| now - since).unwrap_or_default();
        Ok(Work {
            oldest_ready_age: age(vitals.oldest_ready_at),
            oldest_due_age: age(vitals.oldest_wake_at),
            to_compose: vitals.to_compose,
            outbox: vitals.outbox,
        })
    }
}

#[async_trait]
impl Observe for Observing {
    async fn reading(&self) -> Reading {
        Reading {
            work: self.work().await,
            ..self.own()
        }
    }

    fn own(&self) -> Reading {
        Reading {
            work: None,
            pulse_age: self.signs.pulse.as_ref().map(Pulse::age),
            relay_is_up: self.signs.relay_is_up.as_ref().map(|is_up| *is_up.borrow()),
        }
    }
}
