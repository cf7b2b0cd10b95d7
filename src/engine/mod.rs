//! What time may do: due steps are carried out, mails go out, and a server that stopped is noticed.
//!
//! Everything about people, rules and mail runs on the injected clock; what is about processes (the relay's breaker,
//! heartbeats, pauses of the dispatcher) runs on real time, [`tokio::time::Instant`].
//!
//! There is no leader and no queue of jobs: each look asks the database what is due ([`mod@tick`]). A look happens after each
//! commit, here or on another instance; at the next moment due; on each beat; and at least every five seconds.
//!
//! A machine's clock may jump. What is decided while it is ahead stands: it was decided, and people were told. After the return a
//! programme's acts are as of the moment to which it was settled, so nothing is decided twice. Nothing waits for the clock to catch
//! up: a mail whose moment only a clock can have set goes at once ([`may_be_tried`](crate::domain::delivery::may_be_tried)).

mod breaker;
mod dispatch;
mod hands;
pub mod heartbeat;
mod presence;
mod slot;
pub mod tick;
mod transport;
pub mod travel;

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

pub use breaker::BreakerLimits;
pub use dispatch::{DispatchLimits, Dispatcher, DispatcherParts};
pub use transport::{SmtpRoute, Transport};

use crate::chain::Chain;
use crate::settle::{Settle, SettleError};
use tick::{next_due, tick};

/// How long the engine sleeps at most.
const FALLBACK: Duration = Duration::from_secs(5);
/// How long it pauses after the database failed it.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// When an instance's engine last looked and succeeded. Without a look for this long it is not ready.
const PULSELESS_AFTER: Duration = Duration::from_secs(30);

/// The sign of life of this instance's engine.
#[derive(Debug, Clone)]
pub struct Pulse(watch::Receiver<Instant>);

impl Pulse {
    /// A pulse that was last felt at the moment that is told.
    pub(crate) fn of(last: watch::Receiver<Instant>) -> Self {
        Self(last)
    }

    /// How long ago the engine last looked and succeeded.
    pub fn age(&self) -> Duration {
        self.0.borrow().elapsed()
    }

    /// Whether that is recent.
    pub fn is_alive(&self) -> bool {
        self.age() < PULSELESS_AFTER
    }
}

/// The running engine.
pub struct Engine {
    pulse: Pulse,
    dispatcher: Dispatcher,
    tasks: Vec<JoinHandle<()>>,
    stop: CancellationToken,
}

impl Engine {
    /// Starts looking at what is due, and sending. `look` calls for a look; the heartbeat uses it.
    pub async fn start(settle: Arc<Settle>, parts: DispatcherParts, look: Arc<Notify>) -> Result<Self, SettleError> {
        let stop = CancellationToken::new();
        settle.compose_all_again().await?;
        let send = Arc::new(Notify::new());
        let dispatcher = Dispatcher::start(parts, Arc::clone(&send), &stop).await?;
        let (beat, pulse) = watch::channel(Instant::now());
        let tasks = vec![
            tokio::spawn(look_when_due(
                Arc::clone(&settle),
                Arc::clone(&look),
                send,
                beat,
                stop.clone(),
            )),
            tokio::spawn(hear_others(settle, look, stop.clone())),
        ];
        Ok(Self {
            pulse: Pulse::of(pulse),
            dispatcher,
            tasks,
            stop,
        })
    }

    /// The sign of life.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// The dispatcher.
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    /// Stops gracefully: no further look, no further mail, and verdicts are awaited.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the engine broke");
            }
        }
        self.dispatcher.stop().await;
    }
}

/// Looks when something was committed, when called, and when something becomes due.
async fn look_when_due(
    settle: Arc<Settle>,
    look: Arc<Notify>,
    send: Arc<Notify>,
    beat: watch::Sender<Instant>,
    stop: CancellationToken,
) {
    let mut committed = settle.commits();
    while !stop.is_cancelled() {
        // What is committed from here on is seen by the next look.
        committed.mark_unchanged();
        let pause = match look_once(&settle).await {
            Ok(pause) => {
                beat.send_replace(Instant::now());
                pause
            }
            Err(error) => {
                tracing::error!(
                    error = %Chain(&error),
                    "what is due cannot be carried out now"
                );
                PAUSE_AFTER_FAILURE
            }
        };
        send.notify_one();
        tokio::select! {
            () = stop.cancelled() => {}
            () = look.notified() => {}
            _ = committed.changed() => {}
            // The time is up.
            _ = timeout(pause, std::future::pending::<()>()) => {}
        }
    }
}

/// Looks, and tells how long there is nothing to do.
async fn look_once(settle: &Settle) -> Result<Duration, SettleError> {
    tick(settle).await?;
    let now = settle.store.now(settle.clock).await?;
    let next = next_due(settle, Some(now)).await?;
    // A standing clock brings nothing by itself.
    let until_next = next
        .filter(|_| !settle.clock.is_test())
        .and_then(|next| (next - now).to_std().ok());
    Ok(until_next.map_or(FALLBACK, |until_next| until_next.min(FALLBACK)))
}

/// Calls for a look when another instance or command has committed something.
async fn hear_others(settle: Arc<Settle>, look: Arc<Notify>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let heard = async {
            let mut changes = settle.store.changes().await?;
            loop {
                changes.next().await?;
                look.notify_one();
            }
            #[expect(unreachable_code, reason = "gives the block its type")]
            Ok::<(), crate::store::StoreError>(())
        };
        tokio::select! {
            () = stop.cancelled() => return,
            result = heard => {
                if let Err(error) = result {
                    tracing::warn!(error = %Chain(&error), "cannot hear of others' changes; looking every few seconds");
                }
            }
        }
        let _ = timeout(FALLBACK, stop.cancelled()).await;
    }
}
