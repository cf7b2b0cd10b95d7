//! The calendar over every zone of the tz database: what is asked for as a day and a time falls on exactly one instant, in
//! order, also where the clocks change.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use leernetwerk::domain::calendar::{day_of, days_after, end_of_day, resolve};

use super::{Counts, Plan};

sampled! { every_zone: Sqlite; }

/// Every zone, over years in which laws about clocks changed, with times around the clock.
pub async fn every_zone(plan: &Plan) -> Counts {
    let years = plan.by_size(&[2014][..], &[2011, 2014, 2016, 2026][..]);
    let minutes = plan.by_size(720, 30);
    let mut counts = Counts::default();
    for zone in TZ_VARIANTS {
        for year in years {
            counts.add("days", year_in(zone, *year, minutes));
        }
    }
    counts.add("zones", TZ_VARIANTS.len());
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
