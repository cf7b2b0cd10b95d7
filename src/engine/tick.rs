//! One look at what is due: leaderless, re-entrant, the same on every instance, however often it is called.

use chrono::{DateTime, Utc};
use tracing::Instrument;

use crate::chain::Chain;
use crate::{
    domain::ids::ProgrammeId,
    settle::{Settle, SettleError},
    store::{Busy, CaughtUp},
};

/// What a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tick {
    /// Programmes whose due steps were carried out.
    pub settled: usize,
    /// Programmes that could not be settled; each is an alert of its own in the log.
    pub failed: usize,
    /// Mails that were decided before and have been taken up to be made.
    pub composed: usize,
}

/// Once nothing is due any more, it is known how many mails were late: few go, many wait for a person.
async fn catch_up(settle: &Settle, failed: &[ProgrammeId]) -> Result<(), SettleError> {
    match settle.catch_up(failed).await? {
        CaughtUp::Nothing => {}
        CaughtUp::Released(mails) => tracing::info!(mails, "late after downtime; they go now"),
        CaughtUp::Held(mails) => tracing::warn!(
            mails,
            "late after downtime, and too many to go unasked: they are held; `leernetwerk release` lets them go"
        ),
    }
    Ok(())
}

/// Carries out everything that is due now, one programme after the other. A programme that cannot be settled stops no other.
pub async fn tick(settle: &Settle) -> Result<Tick, SettleError> {
    look(settle, Busy::PassOver)
        .instrument(tracing::debug_span!("tick"))
        .await
}

/// The same, and waits for what others are carrying out: after it everything that was due is decided, whoever did it.
pub async fn tick_to_the_end(settle: &Settle) -> Result<Tick, SettleError> {
    look(settle, Busy::Wait).instrument(tracing::debug_span!("tick")).await
}

async fn look(settle: &Settle, busy: Busy) -> Result<Tick, SettleError> {
    let mut tick = Tick::default();
    let mut failed = Vec::new();
    loop {
        match settle.settle_one(&failed, busy).await {
            Ok(Some(_)) => tick.settled += 1,
            Ok(None) => break,
            Err(SettleError::Programme { id, source }) => {
                tracing::error!(programme = %id, error = %Chain(&*source), "a programme cannot be settled");
                failed.push(id);
            }
            Err(error) => return Err(error),
        }
    }
    tick.failed = failed.len();
    loop {
        let composed = settle.compose_pending(busy).await?;
        if composed == 0 {
            catch_up(settle, &failed).await?;
            settle.forget_mails().await?;
            return Ok(tick);
        }
        tick.composed += composed;
    }
}

/// The first moment at which something is due; of those after an instant, where one is given.
pub async fn next_due(settle: &Settle, after: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, SettleError> {
    let wake = settle.store.next_wake(after).await?;
    let compose = settle.store.next_compose(after).await?;
    Ok([wake, compose].into_iter().flatten().min())
}
