//! Journeys of the test clock: walking, not jumping, so that everything happens in its order and at its own moment. The
//! traveller waits for what the engine, here or on another server, is busy with: nothing due is left behind.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Datelike, Utc};
use tokio::sync::Mutex;

use super::tick::{next_due, tick_to_the_end};
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

    async fn walk(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<DateTime<Utc>, SettleError> {
        let store = &self.settle.store;
        let mut stands_at = from;
        // Where the clock stood at the last look; what was due before the journey is due still.
        let mut looked_at = None;
        while let Some(next) = next_due(&self.settle, looked_at).await?.filter(|next| *next <= to) {
            if next > stands_at {
                stands_at = store.advance_test_clock(next).await?;
            }
            tick_to_the_end(&self.settle).await?;
            looked_at = Some(stands_at);
        }
        // The last look is at the end of the journey: it waits for what the engine is busy with.
        if looked_at.is_none_or(|looked_at| looked_at < to) {
            stands_at = store.advance_test_clock(to).await?;
            tick_to_the_end(&self.settle).await?;
        }
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
        self.walk(stands_at, to).await.map_err(broken)
    }
}
