//! One mail at a time, from claim to verdict.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::timeout};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::{
    breaker::Pass,
    dispatch::{DispatcherParts, Shared},
    transport::Carrier,
};
use crate::chain::Chain;
use crate::{
    domain::delivery::{AttemptOutcome, Verdict},
    store::{Claim, Claimed, Finalised, Reach, Result, Terms},
};

/// The pauses between attempts to write a verdict down while the database cannot be used.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Sends mails until it is told to stop.
pub(super) struct Slot {
    shared: Arc<Shared>,
    reach: Reach,
    terms: Terms,
    wakes: watch::Receiver<u64>,
    /// None after a send that broke.
    carrier: Option<Carrier>,
    /// Mails in a row that told of trouble with the relay.
    troubles: u32,
}

/// What a look at the queue came to.
enum Turn {
    /// Nothing is due for this slot.
    Nothing,
    /// The relay may not be given the next mail before this is over.
    Wait(Duration),
    /// A mail has its verdict.
    Done,
    /// A mail has its verdict, and it tells of trouble with the relay.
    Trouble,
}

impl Slot {
    pub(super) fn new(shared: Arc<Shared>, reach: Reach) -> Self {
        Self {
            wakes: shared.wakes.subscribe(),
            carrier: None,
            troubles: 0,
            terms: shared.parts.transport.terms(),
            shared,
            reach,
        }
    }

    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        while !shared.stop.is_cancelled() {
            // What is said from here on is news: it leads to another look.
            self.wakes.borrow_and_update();
            // The pass comes first: who waits for the relay has no mail in hand.
            let pass = tokio::select! {
                () = shared.stop.cancelled() => break,
                pass = shared.breaker.pass() => pass,
            };
            let turn = self.send_one(pass).await.unwrap_or_else(|error| {
                tracing::warn!(error = %Chain(&error), "the queue cannot be read");
                Turn::Nothing
            });
            shared.turns.send_modify(|count| *count = count.wrapping_add(1));
            match turn {
                Turn::Done => self.troubles = 0,
                // The breaker is about the relay; this is about a mail that has trouble while others have none.
                Turn::Trouble => {
                    self.troubles = self.troubles.saturating_add(1);
                    let pause = shared.parts.limits.breaker.pause(self.troubles);
                    let _ = timeout(pause, shared.stop.cancelled()).await;
                }
                Turn::Wait(pause) => drop(timeout(pause, shared.stop.cancelled()).await),
                Turn::Nothing => tokio::select! {
                    () = shared.stop.cancelled() => {}
                    // `shared` holds the sender.
                    _ = self.wakes.changed() => {}
                },
            }
        }
        if let Some(carrier) = self.carrier {
            carrier.close().await;
        }
    }

    /// Sends the next mail that is due.
    async fn send_one(&mut self, pass: Pass<'_>) -> Result<Turn> {
        let shared = Arc::clone(&self.shared);
        let DispatcherParts {
            store, clock, instance, ..
        } = &shared.parts;
        let now = store.now(*clock).await?;
        let claiming = shared.hands.claiming().await;
        let claim = match store.claim_on(&self.terms, *instance, now, self.reach).await? {
            Claimed::One(claim) => {
                shared.unlocked();
                *claim
            }
            Claimed::Nothing => {
                shared.unlocked();
                return Ok(Turn::Nothing);
            }
            Claimed::Locked(lock) => {
                shared.locked(&lock);
                return Ok(Turn::Nothing);
            }
            Claimed::Wait(pause) => return Ok(Turn::Wait(pause)),
        };
        let claim = &claim;
        let in_hand = claiming.take(claim.message_id);
        if shared.stop.is_cancelled() {
            in_hand.put_down();
            store.release(std::slice::from_ref(claim)).await?;
            return Ok(Turn::Nothing);
        }
        let span =
            tracing::info_span!("send", message = %claim.message_id, kind = claim.kind.word(), attempt = claim.number);
        let attempt = async {
            let verdict = self.deliver(claim).await;
            report(pass, &verdict);
            shared.parts.metrics.attempted(verdict.outcome, verdict.verb);
            self.finalise(claim, &verdict).await;
            verdict.outcome
        };
        let outcome = attempt.instrument(span).await;
        in_hand.put_down();
        Ok(match outcome {
            AttemptOutcome::RelayFailed | AttemptOutcome::Ambiguous => Turn::Trouble,
            _ => Turn::Done,
        })
    }

    /// Hands the mail over, in a task of its own: whatever breaks there breaks only that.
    async fn deliver(&mut self, claim: &Claim) -> Verdict {
        let DispatcherParts { seal, transport, .. } = &self.shared.parts;
        let opened = claim
            .sealed
            .as_ref()
            .map(|sealed| seal.open(claim.message_id.0, sealed));
        let raw = match opened {
            Some(Ok(raw)) => raw,
            Some(Err(error)) => return Verdict::refused_unsent(&error.to_string()),
            None => return Verdict::refused_unsent("the mail's content was removed"),
        };
        let mut carrier = self.carrier.take().unwrap_or_else(|| Carrier::new(transport));
        let (id, address) = (claim.message_id, claim.address.clone());
        let sent = isolated(async move {
            let verdict = carrier.carry(id, &address, &raw).await;
            (carrier, verdict)
        });
        match sent.await {
            Some((carrier, verdict)) => {
                self.carrier = Some(carrier);
                verdict
            }
            None => Verdict::unheard("sending broke off before it told how it ended"),
        }
    }

    /// Writes the verdict down, however long the database takes to come back: an acceptance that is forgotten is a second
    /// copy.
    async fn finalise(&mut self, claim: &Claim, verdict: &Verdict) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.write_down(claim, verdict).await {
                Ok(finalised) => return tell(verdict, finalised),
                Err(error) => {
                    tracing::warn!(
                        error = %Chain(&error),
                        outcome = verdict.outcome.word(),
                        "a verdict cannot be written down"
                    );
                }
            }
            let _ = timeout(pause, self.wakes.changed()).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    async fn write_down(&self, claim: &Claim, verdict: &Verdict) -> Result<Finalised> {
        let DispatcherParts { store, clock, .. } = &self.shared.parts;
        let now = store.now(*clock).await?;
        store.finalise(claim, verdict, now).await
    }
}

/// Tells the breaker what the verdict says about the relay. One that takes mails and does not say so is none to go on with.
fn report(pass: Pass<'_>, verdict: &Verdict) {
    match verdict.outcome {
        AttemptOutcome::RelayFailed | AttemptOutcome::Ambiguous => pass.failed(),
        // Refused here: the relay was not asked.
        AttemptOutcome::Refused if verdict.verb.is_none() => drop(pass),
        _ => pass.succeeded(),
    }
}

/// Codes and words of ours only: what the relay says may name people.
fn tell(verdict: &Verdict, finalised: Finalised) {
    let (outcome, verb, code) = (
        verdict.outcome.word(),
        verdict.verb.map(|verb| verb.word()),
        verdict.code,
    );
    match finalised {
        Finalised::Now(status) => tracing::info!(outcome, verb, code, status = status.word(), "attempted"),
        Finalised::LateAcceptance | Finalised::Stale => tracing::warn!(
            outcome,
            verb,
            code,
            ?finalised,
            "attempted; the mail had been taken over"
        ),
    }
}

/// Runs something apart; none if it panicked. It ends with this future.
async fn isolated<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    match AbortOnDropHandle::new(tokio::spawn(work.in_current_span())).await {
        Ok(done) => Some(done),
        Err(error) => {
            tracing::error!(panicked = error.is_panic(), "sending broke off");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_breaks_apart_breaks_only_that() {
        assert_eq!(isolated(async { 1 }).await, Some(1));
        assert_eq!(isolated(async { panic!("broken on purpose") }).await, None::<()>);
    }
}
