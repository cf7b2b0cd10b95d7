//! Tells that this server lives, and finds what dead ones left.

use std::sync::Arc;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::dispatch::{DispatcherParts, Shared};
use crate::chain::Chain;
use crate::store::Result;

/// Beats until `gone`, also while the slots wait for their last verdicts.
pub(super) async fn run(shared: Arc<Shared>, gone: CancellationToken) {
    let instance = shared.parts.instance;
    let mut beats = interval(shared.parts.limits.beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = gone.cancelled() => return,
            _ = beats.tick() => {}
        }
        if let Err(error) = beat(&shared).await {
            tracing::warn!(instance = %instance, error = %Chain(&error), "no heartbeat");
        }
    }
}

async fn beat(shared: &Shared) -> Result<()> {
    let DispatcherParts {
        store, clock, instance, ..
    } = &shared.parts;
    store.beat(*instance).await?;
    let now = store.now(*clock).await?;
    let orphans = store.take_over(now).await?;
    for message in &orphans {
        tracing::warn!(instance = %instance, message = %message, "taken over from a server that stopped; it may have been sent");
    }
    if !orphans.is_empty() {
        shared.wake();
    }
    Ok(())
}
