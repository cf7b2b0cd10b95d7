//! Hands the mails of the outbox over: several at a time, each by one slot with a connection of its own.
//!
//! A slot claims one mail, sends it outside any transaction and writes down how that ended. So there are never more claims
//! than free slots, and a server that dies leaves at most one mail per slot in doubt. Where there are several slots, one
//! takes only mails that somebody is waiting for, so that none of these stands in line behind a thousand reminders.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    breaker::{Breaker, BreakerLimits},
    hands::Hands,
    presence,
    slot::Slot,
    transport::Transport,
};
use crate::{
    clock::Clock,
    domain::{ids::InstanceId, whereabouts::SendLock},
    metrics::Metrics,
    store::{Reach, Result, Seal, Store},
};

/// How often whoever waits for the end of the queue has it looked at.
const GLANCE: Duration = Duration::from_millis(100);

/// How many and how fast; all times are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DispatchLimits {
    /// Mails under way at once; at least one.
    pub slots: usize,
    /// When a relay is left in peace; and how long a slot is, after a mail that had trouble with it.
    pub breaker: BreakerLimits,
    /// How often the queue is looked at when nobody says that there is something in it; shortened or lengthened by up to a
    /// fifth, so that servers do not look at the same time.
    pub poll: Duration,
    /// How often this server tells that it lives, and looks for the mails of those that do not.
    pub beat: Duration,
    /// How long a stop waits for verdicts.
    pub stop_grace: Duration,
}

impl Default for DispatchLimits {
    fn default() -> Self {
        Self {
            slots: 4,
            breaker: BreakerLimits::default(),
            poll: Duration::from_secs(5),
            beat: Duration::from_secs(5),
            stop_grace: Duration::from_secs(60),
        }
    }
}

/// What a dispatcher works with.
#[derive(Debug, Clone)]
pub struct DispatcherParts {
    /// The database.
    pub store: Store,
    /// Opens the stored bytes.
    pub seal: Seal,
    /// The clock of the mails.
    pub clock: Clock,
    /// This server: an id of its own at every start.
    pub instance: InstanceId,
    /// Where mails go.
    pub transport: Transport,
    /// How many and how fast.
    pub limits: DispatchLimits,
    /// Where attempts are counted.
    pub metrics: Metrics,
}

/// What the slots share.
pub(super) struct Shared {
    pub(super) parts: DispatcherParts,
    pub(super) breaker: Breaker,
    /// Set when no further mail is to be taken.
    pub(super) stop: CancellationToken,
    /// Counts the reasons to look at the queue.
    pub(super) wakes: watch::Sender<u64>,
    /// Counts mails that were ended and looks that found nothing.
    pub(super) turns: watch::Sender<u64>,
    /// Set while nothing may go from here.
    pub(super) is_locked: AtomicBool,
    /// What the slots have in hand.
    pub(super) hands: Hands,
}

impl Shared {
    /// Nothing may go from here: told once.
    pub(super) fn locked(&self, lock: &SendLock) {
        if !self.is_locked.swap(true, Ordering::Relaxed) {
            tracing::error!("{lock}");
        }
    }

    /// Mail may go from here: told when it might not before.
    pub(super) fn unlocked(&self) {
        if self.is_locked.swap(false, Ordering::Relaxed) {
            tracing::info!("sending is unlocked");
        }
    }

    pub(super) fn wake(&self) {
        self.wakes.send_modify(|count| *count = count.wrapping_add(1));
    }
}

/// The running dispatcher. Dropped without [`Dispatcher::stop`] it breaks off: what was under way is in doubt.
pub struct Dispatcher {
    shared: Arc<Shared>,
    slots: JoinSet<()>,
    _waker: AbortOnDropHandle<()>,
    presence: AbortOnDropHandle<()>,
    /// Ends the presence, after the slots.
    gone: CancellationToken,
}

impl Dispatcher {
    /// Starts it. `wake` says that there may be mails to send; `stop` has the same effect as [`Dispatcher::stop`], which is
    /// to be called all the same, to wait for the end.
    ///
    /// # Errors
    /// If the database cannot be told that this server lives.
    pub async fn start(parts: DispatcherParts, wake: Arc<Notify>, stop: &CancellationToken) -> Result<Self> {
        // Before the first claim: whose beat is missing is dead.
        parts.store.beat(parts.instance).await?;
        let count = parts.limits.slots.max(1);
        let shared = Arc::new(Shared {
            breaker: Breaker::new(parts.limits.breaker),
            stop: stop.child_token(),
            wakes: watch::Sender::new(0),
            turns: watch::Sender::new(0),
            is_locked: AtomicBool::new(false),
            hands: Hands::default(),
            parts,
        });
        let mut slots = JoinSet::new();
        for index in 0..count {
            let reach = if index == 0 && count > 1 {
                Reach::ActsOnly
            } else {
                Reach::All
            };
            slots.spawn(Slot::new(Arc::clone(&shared), reach).run());
        }
        let gone = CancellationToken::new();
        Ok(Self {
            _waker: AbortOnDropHandle::new(tokio::spawn(forward(Arc::clone(&shared), wake))),
            presence: AbortOnDropHandle::new(tokio::spawn(presence::run(Arc::clone(&shared), gone.clone()))),
            shared,
            slots,
            gone,
        })
    }

    /// Looks at the queue now.
    pub fn wake(&self) {
        self.shared.wake();
    }

    /// Tells whenever the relay cannot be used any more (false) or again (true), and how it is now.
    pub fn relay_is_up(&self) -> watch::Receiver<bool> {
        self.shared.breaker.watch()
    }

    /// Waits until no mail is due and none is in this server's hands. While the relay cannot be used, that is not before it
    /// can.
    pub async fn idle(&self) -> Result<()> {
        let DispatcherParts {
            store, clock, instance, ..
        } = &self.shared.parts;
        let mut turns = self.shared.turns.subscribe();
        self.shared.wake();
        loop {
            turns.borrow_and_update();
            let now = store.now(*clock).await?;
            if store.outstanding(*instance, now).await? == 0 {
                return Ok(());
            }
            // The slots end something, or find nothing, sooner or later; `shared` keeps the sender alive. What another server had
            // locked for a moment is found by none of them, and nobody tells when it is free.
            if timeout(GLANCE, turns.changed()).await.is_err() {
                self.shared.wake();
            }
        }
    }

    /// Takes no more mails, waits for the verdicts of those under way, and leaves. What has no verdict by then is in doubt,
    /// and another server finds it at once.
    pub async fn stop(mut self) {
        self.shared.stop.cancel();
        let DispatcherParts {
            store,
            instance,
            limits,
            ..
        } = &self.shared.parts;
        let all_ended = async { while self.slots.join_next().await.is_some() {} };
        if timeout(limits.stop_grace, all_ended).await.is_err() {
            tracing::warn!(instance = %instance, slots = self.slots.len(), "stopped while mails were under way");
            self.slots.shutdown().await;
        }
        self.gone.cancel();
        let _ = (&mut self.presence).await;
        if let Err(error) = store.forget(*instance).await {
            // It will be dead soon in any case.
            tracing::warn!(instance = %instance, %error, "cannot sign off");
        }
    }
}

/// Wakes the slots: when told to, and now and then.
async fn forward(shared: Arc<Shared>, wake: Arc<Notify>) {
    let DispatcherParts { instance, limits, .. } = &shared.parts;
    let share = u32::from(instance.0.as_bytes().last().copied().unwrap_or(0));
    let poll = limits.poll * (800 + share * 400 / 255) / 1000;
    while !shared.stop.is_cancelled() {
        tokio::select! {
            () = shared.stop.cancelled() => {}
            // Told or not: look.
            _ = timeout(poll, wake.notified()) => shared.wake(),
        }
    }
}
