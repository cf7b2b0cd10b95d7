//! Leaves a relay in peace that cannot be used, and tries it with one mail at a time.
//!
//! On real time: it is about a process on the other side, not about people or mails.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// When the breaker opens and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// It opens after this many failures without a success between them.
    pub failures: u32,
    /// The first pause; doubled after each probe that fails.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            failures: 3,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
        }
    }
}

impl BreakerLimits {
    /// The pause after so many failures in a row, from 1.
    pub(super) fn pause(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first_pause.saturating_mul(1 << doublings).min(self.longest_pause)
    }
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Everybody passes; so many failures since the last success.
    Closed { failures: u32 },
    /// Nobody passes until then, and then one.
    Open { until: Instant, pause: Duration },
    /// One has passed and not told yet.
    Probing,
}

/// Counts a relay's failures.
#[derive(Debug)]
pub struct Breaker {
    limits: BreakerLimits,
    state: Mutex<State>,
    /// Whether it is closed; changes whenever the state does.
    closed: watch::Sender<bool>,
}

/// Leave to use the relay once. Dropped without a word, it leaves the breaker as it found it.
#[derive(Debug)]
#[must_use]
pub struct Pass<'a> {
    breaker: &'a Breaker,
    /// Set while this is the one probe that has not told yet.
    probes_with: Option<Duration>,
}

impl Breaker {
    /// A closed one.
    pub fn new(limits: BreakerLimits) -> Self {
        Self {
            limits,
            state: Mutex::new(State::Closed { failures: 0 }),
            closed: watch::Sender::new(true),
        }
    }

    /// Waits until the relay may be used.
    pub async fn pass(&self) -> Pass<'_> {
        let mut changes = self.closed.subscribe();
        loop {
            let until = {
                let mut state = self.lock();
                match *state {
                    State::Closed { .. } => {
                        return Pass {
                            breaker: self,
                            probes_with: None,
                        };
                    }
                    State::Open { until, pause } if until <= Instant::now() => {
                        *state = State::Probing;
                        return Pass {
                            breaker: self,
                            probes_with: Some(pause),
                        };
                    }
                    State::Open { until, .. } => Some(until),
                    State::Probing => None,
                }
            };
            match until {
                // Either the pause is over or the state has changed: both ask for another look.
                Some(until) => drop(timeout_at(until, changes.changed()).await),
                None => drop(changes.changed().await),
            }
        }
    }

    /// Tells whenever the breaker opens (false) or closes (true), and what it is now.
    pub fn watch(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A state is replaced as a whole, so one that a panic left is a good one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, next: impl FnOnce(State) -> State) {
        let mut state = self.lock();
        *state = next(*state);
        self.closed.send_replace(matches!(*state, State::Closed { .. }));
    }
}

impl Pass<'_> {
    /// The relay could be used.
    pub fn succeeded(mut self) {
        self.probes_with = None;
        self.breaker.turn(|_| State::Closed { failures: 0 });
    }

    /// The relay could not be used.
    pub fn failed(mut self) {
        let limits = self.breaker.limits;
        let open = |pause: Duration| State::Open {
            until: Instant::now() + pause,
            pause,
        };
        let probed_with = self.probes_with.take();
        self.breaker.turn(|state| match (probed_with, state) {
            (Some(pause), _) => open(pause.saturating_mul(2).min(limits.longest_pause)),
            (None, State::Closed { failures }) if failures + 1 >= limits.failures => open(limits.first_pause),
            (None, State::Closed { failures }) => State::Closed { failures: failures + 1 },
            // Begun before it opened, so it is no news.
            (None, state) => state,
        });
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(pause) = self.probes_with {
            self.breaker.turn(|_| State::Open {
                until: Instant::now(),
                pause,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(BreakerLimits {
            failures: 3,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(4),
        })
    }

    async fn open() -> Breaker {
        let breaker = breaker();
        for _ in 0..3 {
            breaker.pass().await.failed();
        }
        breaker
    }

    /// How long it is until one may pass, on the paused clock of the test.
    async fn pause(breaker: &Breaker) -> (Duration, Pass<'_>) {
        let before = Instant::now();
        let pass = breaker.pass().await;
        (before.elapsed(), pass)
    }

    #[test]
    fn a_pause_is_never_longer_than_the_longest() {
        let limits = breaker().limits;
        let seconds = [0, 1, 2, 3, 4, 99, u32::MAX].map(|failures| limits.pause(failures).as_secs());
        assert_eq!(seconds, [1, 1, 2, 4, 4, 4, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn opens_after_failures_in_a_row_only() {
        let breaker = breaker();
        breaker.pass().await.failed();
        breaker.pass().await.failed();
        breaker.pass().await.succeeded();
        breaker.pass().await.failed();
        breaker.pass().await.failed();
        assert!(*breaker.watch().borrow());
        breaker.pass().await.failed();
        assert!(!*breaker.watch().borrow());
        assert!(breaker.pass().now_or_never().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_double_up_to_the_longest() {
        let breaker = open().await;
        for seconds in [1, 2, 4, 4] {
            let (waited, pass) = pause(&breaker).await;
            assert_eq!(waited.as_secs(), seconds);
            pass.failed();
        }
        pause(&breaker).await.1.succeeded();
        for _ in 0..3 {
            breaker.pass().await.failed();
        }
        assert_eq!(pause(&breaker).await.0.as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_probes_while_the_others_wait_for_what_it_tells() {
        let breaker = open().await;
        let probe = breaker.pass().await;
        assert!(
            tokio::time::timeout(Duration::from_secs(3600), breaker.pass())
                .await
                .is_err()
        );
        let (passed, ()) = tokio::join!(breaker.pass(), async { probe.succeeded() });
        assert!(passed.probes_with.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_found_no_mail_leaves_its_place_to_the_next() {
        let breaker = open().await;
        drop(breaker.pass().await);
        let (waited, pass) = pause(&breaker).await;
        assert_eq!(waited, Duration::ZERO);
        assert_eq!(pass.probes_with, Some(Duration::from_secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_begun_before_it_opened_counts_only_if_it_succeeds() {
        let breaker = breaker();
        let (early, other) = (breaker.pass().await, breaker.pass().await);
        for _ in 0..3 {
            breaker.pass().await.failed();
        }
        early.failed();
        assert_eq!(pause(&breaker).await.0.as_secs(), 1);
        other.succeeded();
        assert!(*breaker.watch().borrow());
    }
}
