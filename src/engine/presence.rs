//! Tells that this server lives, and finds what dead ones left.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::dispatch::{DispatcherParts, Shared};
use crate::chain::Chain;
use crate::store::Result;

/// When the database's clock goes so much faster than time does, it was set.
const SET_AHEAD: Duration = Duration::from_secs(15);
/// In so many beats everybody who lives has told so by a clock that was set.
const BEATS_OF_EVERYBODY: u32 = 3;

/// What is known of the database's clock, by which the silence of other servers is measured. After it was set ahead everybody
/// seems to have been silent for long: then nobody is taken for dead until all have had the time to tell otherwise.
#[derive(Debug, Default)]
struct Watch {
    /// Where it stood at a moment.
    last: Option<(Instant, i64)>,
    /// Until when nobody is taken for dead.
    doubted_until: Option<Instant>,
}

impl Watch {
    /// Reads the clock; whether the silence of others can be told by it.
    fn read(&mut self, now: Instant, database_ms: i64, beat: Duration) -> bool {
        if let Some((earlier, earlier_ms)) = self.last.replace((now, database_ms)) {
            let passed = now.saturating_duration_since(earlier) + SET_AHEAD;
            let passed_there = u64::try_from(database_ms.saturating_sub(earlier_ms)).unwrap_or(0);
            if Duration::from_millis(passed_there) > passed {
                self.doubted_until = Some(now + beat * BEATS_OF_EVERYBODY);
            }
        }
        self.doubted_until.is_none_or(|until| until <= now)
    }
}

/// Beats until `gone`, also while the slots wait for their last verdicts.
pub(super) async fn run(shared: Arc<Shared>, gone: CancellationToken) {
    let instance = shared.parts.instance;
    let mut watch = Watch::default();
    let mut beats = interval(shared.parts.limits.beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = gone.cancelled() => return,
            _ = beats.tick() => {}
        }
        if let Err(error) = beat(&shared, &mut watch).await {
            tracing::warn!(instance = %instance, error = %Chain(&error), "no heartbeat");
        }
    }
}

async fn beat(shared: &Shared, watch: &mut Watch) -> Result<()> {
    let DispatcherParts {
        store,
        clock,
        instance,
        limits,
        ..
    } = &shared.parts;
    let database_ms = store.beat(*instance).await?;
    if !watch.read(Instant::now(), database_ms, limits.beat) {
        tracing::warn!(instance = %instance, "the database's clock was set ahead; nobody is taken for dead until all have had a beat");
        return Ok(());
    }
    // Only while no slot claims: what is in nobody's hands then is lost.
    if let Some(in_hand) = shared.hands.at_rest() {
        for message in store.give_back_strays(*instance, in_hand.all()).await? {
            tracing::warn!(instance = %instance, message = %message, "its claim was committed and never heard of; it is given back");
            shared.wake();
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_not_told_by_a_clock_that_was_just_set_ahead() {
        let (start, beat) = (Instant::now(), Duration::from_secs(5));
        let mut watch = Watch::default();
        // Seconds that passed, and where the database's clock stands then.
        let hour = 3600;
        for (passed, stands_at, is_told) in [
            (0, 0, true),
            (5, 5, true),
            (10, 10 + hour, false),
            (15, 15 + hour, false),
            (24, 24 + hour, false),
            (25, 25 + hour, true),
            // Set back, and far ahead.
            (30, 30, true),
            (35, 35 + 400 * 24 * hour, false),
            (50, 50 + 400 * 24 * hour, true),
            // A beat that came late, as after the database was away.
            (100, 100 + 400 * 24 * hour, true),
            (105, 115 + 400 * 24 * hour, true),
        ] {
            let now = start + Duration::from_secs(passed);
            assert_eq!(watch.read(now, stands_at * 1000, beat), is_told, "{passed} {stands_at}");
        }
    }
}
