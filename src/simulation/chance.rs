//! What people happen to do: drawn from the seed, so that a story repeats itself.

use chrono::{DateTime, Duration, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::{domain::calendar, entropy::Entropy};

/// When people are awake, in minutes of the day.
const MORNING: u32 = 7 * 60 + 30;
const NIGHT: u32 = 22 * 60;

/// A source of what happens to happen, apart from that of ids and secrets: another mail more does not change what people do.
pub(super) struct Chance(Entropy);

impl Chance {
    pub(super) fn seeded(seed: u64) -> Self {
        // Not the stream that ids are made from.
        Self(Entropy::seeded(seed ^ 0x5e1f_ca57))
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&self, low: u32, high: u32) -> u32 {
        let choices = u64::from(high.saturating_sub(low)) + 1;
        let drawn = u64::from_le_bytes(self.0.bytes()) % choices;
        low.saturating_add(u32::try_from(drawn).unwrap_or(0))
    }

    /// Whether something happens that happens so often in a hundred times.
    pub(super) fn percent(&self, often: u32) -> bool {
        self.between(1, 100) <= often
    }

    /// One of some things; none of none.
    pub(super) fn one_of<'a, T>(&self, things: &'a [T]) -> Option<&'a T> {
        let last = u32::try_from(things.len().checked_sub(1)?).unwrap_or(u32::MAX);
        things.get(self.between(0, last) as usize)
    }

    /// A moment so many minutes later; not in the night.
    pub(super) fn in_minutes(&self, now: DateTime<Utc>, low: u32, high: u32, zone: Tz) -> DateTime<Utc> {
        self.by_day(now + Duration::minutes(self.between(low, high).into()), zone)
    }

    /// A moment some days later, by day.
    pub(super) fn in_days(&self, now: DateTime<Utc>, low: u32, high: u32, zone: Tz) -> DateTime<Utc> {
        let on = calendar::days_after(calendar::day_of(now, zone), self.between(low, high).into());
        let minute = self.between(MORNING, NIGHT);
        let at = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60 + self.odd_second(), 0);
        calendar::resolve(on, at.unwrap_or(calendar::USUAL_TIME), zone).max(now)
    }

    /// That moment, or the next morning if it lies in the night.
    fn by_day(&self, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let local = at.with_timezone(&zone);
        let minute = local.time().signed_duration_since(NaiveTime::MIN).num_minutes();
        let odd = Duration::seconds(self.odd_second().into());
        if (i64::from(MORNING)..i64::from(NIGHT)).contains(&minute) {
            return at + odd;
        }
        let on = calendar::day_of(at, zone);
        let on = if minute < i64::from(MORNING) {
            on
        } else {
            calendar::days_after(on, 1)
        };
        let morning = MORNING + self.between(0, 60);
        let at = NaiveTime::from_num_seconds_from_midnight_opt(morning * 60, 0).unwrap_or(calendar::USUAL_TIME);
        calendar::resolve(on, at, zone) + odd
    }

    /// People do not act on the stroke of a minute; rules do. So what one did is told apart from what the time brought.
    fn odd_second(&self) -> u32 {
        self.between(1, 59)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Timelike;
    use chrono_tz::Europe::Amsterdam;

    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        let draw = |seed| {
            let chance = Chance::seeded(seed);
            (0..50).map(|_| chance.between(3, 9)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!(draw(3).iter().all(|drawn| (3..=9).contains(drawn)));
    }

    #[test]
    fn nobody_acts_in_the_night_or_earlier_than_now() {
        let chance = Chance::seeded(1);
        let now: DateTime<Utc> = "2014-05-01T19:30:00Z".parse().unwrap();
        for _ in 0..200 {
            for at in [
                chance.in_minutes(now, 0, 3000, Amsterdam),
                chance.in_days(now, 0, 3, Amsterdam),
            ] {
                let hour = at.with_timezone(&Amsterdam).hour();
                assert!(at >= now && (at == now || (7..=22).contains(&hour)), "{at}");
            }
        }
    }
}
