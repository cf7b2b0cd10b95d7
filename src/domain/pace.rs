//! How fast mails are given to a relay: the generic cell rate algorithm, as a function of one stored number.
//!
//! The number is when the next mail would go if they went evenly. A mail may go as much before that as a small burst allows;
//! so in any stretch of time there are never more than the burst and the rate times the stretch.

use std::{fmt, str::FromStr, time::Duration};

use thiserror::Error;

/// Mails a second, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From one mail to the next, in microseconds.
    interval_us: i64,
    /// So many may go at once after a pause.
    burst: u32,
}

/// Not a pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a number of mails a second from 0.01 to 1000")]
pub struct NoPace;

/// What is further ahead than this beyond what the pace itself reserves was reserved by a clock that has since been set back.
const SET_BACK_US: i64 = 1_000_000;

impl FromStr for Pace {
    type Err = NoPace;

    fn from_str(text: &str) -> Result<Self, NoPace> {
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(NoPace);
        }
        let per_second: f64 = text.parse().map_err(|_| NoPace)?;
        if !(0.01..=1000.0).contains(&per_second) {
            return Err(NoPace);
        }
        // Never faster than was said.
        let interval = Duration::from_secs_f64(1.0 / per_second);
        let interval_us = i64::try_from(interval.as_nanos().div_ceil(1000)).map_err(|_| NoPace)?;
        // A tenth of a second's worth, so that a server that was busy for a moment keeps the pace.
        let burst = u32::try_from(100_000 / interval_us).unwrap_or(1).max(1);
        Ok(Self { interval_us, burst })
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut per_second = format!("{:.3}", 1.0 / self.between().as_secs_f64())
            .trim_end_matches('0')
            .to_owned();
        if per_second.ends_with('.') {
            per_second.pop();
        }
        f.write_str(&per_second)
    }
}

impl Pace {
    /// How many may go at once after a pause.
    #[must_use]
    pub fn burst(self) -> u32 {
        self.burst
    }

    /// From one mail to the next.
    #[must_use]
    pub fn between(self) -> Duration {
        Duration::from_micros(self.interval_us.unsigned_abs())
    }

    /// Lets so many mails go now, or says how long to wait. `next_at_us` is the stored number, `now_us` the time in the same
    /// clock; what comes back is the number to store.
    ///
    /// # Errors
    /// The wait, when they may not go yet.
    pub fn admit(self, next_at_us: i64, now_us: i64, mails: u32) -> Result<i64, Duration> {
        let tolerance_us = self.interval_us.saturating_mul(i64::from(self.burst) - 1);
        let reserved_us = tolerance_us
            .saturating_add(self.interval_us.saturating_mul(i64::from(mails.max(1))))
            .saturating_add(SET_BACK_US);
        let ahead_us = next_at_us.saturating_sub(now_us);
        let ahead_us = if ahead_us > reserved_us { 0 } else { ahead_us.max(0) };
        if ahead_us > tolerance_us {
            return Err(Duration::from_micros((ahead_us - tolerance_us).unsigned_abs()));
        }
        let taken_us = self.interval_us.saturating_mul(i64::from(mails));
        Ok(now_us.saturating_add(ahead_us).saturating_add(taken_us))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pace(text: &str) -> Pace {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_a_pace() {
        for (text, shown, between_us, burst) in [
            ("10", "10", 100_000, 1),
            ("0.5", "0.5", 2_000_000, 1),
            ("1000", "1000", 1000, 100),
            ("0.01", "0.01", 100_000_000, 1),
            ("3", "3", 333_334, 1),
            ("25.0", "25", 40_000, 2),
        ] {
            let pace = pace(text);
            assert_eq!(
                (pace.to_string().as_str(), pace.between(), pace.burst()),
                (shown, Duration::from_micros(between_us), burst),
                "{text}"
            );
            assert_eq!(pace.to_string().parse::<Pace>().unwrap().burst(), burst);
        }
        for wrong in [
            "", "0", "-1", "0.001", "1001", "ten", "1e2", "NaN", "inf", "1/s", "+5", "1.2.3",
        ] {
            assert_eq!(wrong.parse::<Pace>(), Err(NoPace), "{wrong:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_the_mail() {
        let pace = pace("10");
        let next = pace.admit(0, 10_000_000_000, 1).unwrap();
        assert_eq!(pace.admit(next, 10_000_000_000, 1), Err(Duration::from_millis(100)));
        assert_eq!(pace.admit(next, 5_000_000_000, 1), Ok(5_000_100_000));
    }

    proptest! {
        #[test]
        fn never_more_than_the_burst_and_the_rate(
            rate in 1_u32..=1000,
            steps in proptest::collection::vec(0_i64..200_000, 1..300),
        ) {
            let pace = pace(&rate.to_string());
            let (mut next_at, mut now, mut admitted) = (0, 1_000_000_000, Vec::new());
            for step in steps {
                now += step;
                match pace.admit(next_at, now, 1) {
                    Ok(next) => {
                        next_at = next;
                        admitted.push(now);
                    }
                    Err(wait) => {
                        // Whoever waits so long may go, if nobody else came.
                        let then = now + i64::try_from(wait.as_micros()).unwrap();
                        prop_assert!(pace.admit(next_at, then, 1).is_ok());
                        prop_assert!(pace.admit(next_at, then - 1, 1).is_err());
                    }
                }
            }
            for (index, from) in admitted.iter().enumerate() {
                for (count, to) in admitted[index..].iter().enumerate() {
                    let allowed = i64::from(pace.burst()) + (to - from) / pace.interval_us;
                    prop_assert!(i64::try_from(count).unwrap() < allowed + 1);
                }
            }
        }
    }
}
