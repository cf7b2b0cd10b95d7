//! Journeys of the test clock: walking, not jumping, so that everything happens in its order and at its own moment. The
//! traveller waits for what the engine, here or on another server, is busy with: nothing due is left behind.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Datelike, Utc};
use tokio::sync::Mutex;

use super::tick::{next_due_after, tick_to_the_end};
use crate::{
    clock::{TimeMachine, TravelError},
    settle::{Settle, SettleError},
};

/// Moves the test clock of a database.
pub struct Journeys {
    settle: Arc<Settle>,
    /// One journey at a time in this process; between processes the clock only goes forward, whoever moves it.
    one_at_a_time: Mutex<()>,
}

impl Journeys {
    /// Journeys of this database's clock.
    pub fn new(settle: Arc<Settle>) -> Self {
        Self {
            settle,
            one_at_a_time: Mutex::new(()),
        }
    }

    async fn walk(&self, to: DateTime<Utc>) -> Result<DateTime<Utc>, SettleError> {
        let store = &self.settle.store;
        let mut now = store.now(self.settle.clock).await?;
        tick_to_the_end(&self.settle).await?;
        while let Some(next) = next_due_after(&self.settle, now).await?.filter(|next| *next <= to) {
            now = store.advance_test_clock(next).await?;
            tick_to_the_end(&self.settle).await?;
        }
        let stands_at = store.advance_test_clock(to).await?;
        tick_to_the_end(&self.settle).await?;
        self.settle.tell_committed();
        Ok(stands_at)
    }
}

#[async_trait]
impl TimeMachine for Journeys {
    async fn travel_to(&self, to: DateTime<Utc>) -> Result<DateTime<Utc>, TravelError> {
        let _alone = self.one_at_a_time.lock().await;
        let broken = |error: SettleError| TravelError::Broken(Box::new(error));
        let stands_at = self
            .settle
            .store
            .now(self.settle.clock)
            .await
            .map_err(|error| broken(error.into()))?;
        if to < stands_at {
            return Err(TravelError::Backwards { stands_at });
        }
        if to.year() > 9999 {
            return Err(TravelError::TooFar);
        }
        self.walk(to).await.map_err(broken)
    }
}
