//! The calendar over every zone of the tz database: what is asked for as a day and a time falls on exactly one instant, in
//! order, also where the clocks change.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use leernetwerk::domain::calendar::{FIRST_YEAR, day_of, days_after, end_of_day, resolve};

use super::{Counts, Plan};

sampled! { every_zone: Sqlite; }

/// The last year that the tz database tells the changes of one by one.
const LAST_YEAR: i32 = 2037;

/// Every zone, over years in which laws about clocks changed: times around the clock on every day, and every half hour around
/// each change.
pub async fn every_zone(plan: &Plan) -> Counts {
    let years = plan.by_size(&[2014][..], &[2011, 2014, 2016, 2026][..]);
    let minutes = plan.by_size(720, 30);
    // In 2011 Samoa lost a day; in 2014 Russia changed its offsets for good, and Troll began to change by two hours.
    let of_changes: Vec<i32> = plan.by_size(vec![2011, 2014, 2026], (FIRST_YEAR..=LAST_YEAR).collect());
    let mut counts = Counts::default();
    for zone in TZ_VARIANTS {
        for year in years {
            counts.add("days", year_in(zone, *year, minutes));
        }
        for year in &of_changes {
            counts.merge(&changes_in(zone, *year));
        }
    }
    counts.add("zones", TZ_VARIANTS.len());
    for met in ["changes", "times in gaps", "times in folds"] {
        assert!(counts.get(met) > 0, "no {met}: {counts}");
    }
    counts
}

/// A stretch of time over which a zone keeps its offset.
struct Stretch {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    offset: Duration,
}

impl Stretch {
    /// What clocks show at an instant as long as this offset holds.
    fn civil(&self, at: DateTime<Utc>) -> NaiveDateTime {
        (at + self.offset).naive_utc()
    }
}

fn offset_at(zone: Tz, at: DateTime<Utc>) -> Duration {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    Duration::seconds(offset.local_minus_utc().into())
}

/// The stretches of a year and some days around it, found by looking once a day and halving the days whose ends differ.
fn stretches(zone: Tz, year: i32) -> Vec<Stretch> {
    let new_year = |year| {
        NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .and_time(NaiveTime::MIN)
            .and_utc()
    };
    let mut from = new_year(year) - Duration::days(5);
    let end = new_year(year + 1) + Duration::days(5);
    let mut offset = offset_at(zone, from);
    let mut found = Vec::new();
    let mut day = from;
    while day < end {
        let next = day + Duration::days(1);
        let then = offset_at(zone, next);
        if then != offset {
            let (mut low, mut high) = (day, next);
            while high - low > Duration::seconds(1) {
                let middle = low + Duration::seconds((high - low).num_seconds() / 2);
                if offset_at(zone, middle) == offset {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            found.push(Stretch {
                from,
                until: high,
                offset,
            });
            (from, offset) = (high, then);
        }
        day = next;
    }
    found.push(Stretch {
        from,
        until: day,
        offset,
    });
    found
}

/// Every half hour from some hours before each change to some hours after it is the first instant at which clocks show that
/// much or more.
fn changes_in(zone: Tz, year: i32) -> Counts {
    let mut counts = Counts::default();
    let stretches = stretches(zone, year);
    // Those of the days around it belong to another year, and what lies before or after them is not known here.
    let of_year = stretches.windows(2).filter(|pair| pair[1].from.year() == year);
    for pair in of_year {
        let (before, after) = (pair[0].civil(pair[0].until), pair[1].civil(pair[1].from));
        let (low, high) = (before.min(after), before.max(after));
        counts.add("changes", 1);
        let midnight = low.date().and_time(NaiveTime::MIN);
        let half_hours = (-6..).map(|nth| midnight + Duration::minutes(30 * nth));
        let near = half_hours
            .skip_while(|asked| *asked < low - Duration::hours(3))
            .take_while(|asked| *asked <= high + Duration::hours(3));
        for asked in near {
            let reached = stretches.iter().find_map(|stretch| {
                let at = (asked.and_utc() - stretch.offset).max(stretch.from);
                (at < stretch.until).then_some(at)
            });
            assert_eq!(
                Some(resolve(asked.date(), asked.time(), zone)),
                reached,
                "{asked} in {zone}"
            );
            if (low..high).contains(&asked) {
                let met = if before < after {
                    "times in gaps"
                } else {
                    "times in folds"
                };
                counts.add(met, 1);
            }
        }
    }
    counts
}

fn year_in(zone: Tz, year: i32, step: u32) -> usize {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let mut before: Option<DateTime<Utc>> = None;
    let mut days = 0;
    for on in first.iter_days().take_while(|on| on.year() == year) {
        days += 1;
        for minute in (0..1440).step_by(step as usize) {
            let at = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
            let instant = resolve(on, at, zone);
            let civil = instant.with_timezone(&zone).naive_local();
            let asked = on.and_time(at);
            // Outside a gap it is exactly what was asked for, and the first time it is that; in a gap the first instant after it.
            let second_before = (instant - Duration::seconds(1)).with_timezone(&zone).naive_local();
            if civil == asked {
                let earlier = (instant - Duration::minutes(1)..instant)
                    .start
                    .with_timezone(&zone)
                    .naive_local();
                assert!(earlier != asked, "{asked} in {zone} is not the first");
                for hours in 1..=3 {
                    let earlier = (instant - Duration::hours(hours)).with_timezone(&zone).naive_local();
                    assert!(earlier < asked, "{asked} in {zone} occurred before");
                }
            } else {
                assert!(
                    second_before < asked && asked < civil,
                    "{asked} in {zone} became {civil}"
                );
            }
            // In civil order the instants never go back.
            assert!(
                before.is_none_or(|before| before <= instant),
                "{asked} in {zone} goes back"
            );
            before = Some(instant);
        }
        whole_day(on, zone);
    }
    days
}

/// A day ends where the next begins; a deadline that includes it closes then; offsets are days, not hours.
fn whole_day(on: NaiveDate, zone: Tz) {
    let (begins, ends) = (resolve(on, NaiveTime::MIN, zone), end_of_day(on, zone));
    assert_eq!(ends, resolve(days_after(on, 1), NaiveTime::MIN, zone), "{on} in {zone}");
    assert!(begins <= ends, "{on} in {zone} ends before it begins");
    let hours = (ends - begins).num_hours();
    assert!((0..=49).contains(&hours), "{on} in {zone} has {hours} hours");
    if begins < ends {
        assert_eq!(day_of(begins, zone), on, "{on} in {zone}");
        assert_eq!(day_of(ends - Duration::seconds(1), zone), on, "{on} in {zone}");
        assert!(
            day_of(ends, zone) > on,
            "the closing instant of {on} in {zone} is another day"
        );
    }
    for days in [-42_i64, -14, -7, -3, -1, 1, 7, 35] {
        let there = days_after(on, days);
        assert_eq!(days_after(there, -days), on);
        let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
        let local = resolve(there, nine, zone).with_timezone(&zone).naive_local();
        assert!(local >= there.and_time(nine), "{there} in {zone}");
    }
}
