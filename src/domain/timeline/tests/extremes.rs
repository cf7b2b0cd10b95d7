//! Dates from the ends of the calendar: nothing here may panic, overflow or run on for ever.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::{America::Los_Angeles, Asia::Tokyo, Europe::Amsterdam, Pacific::Kiritimati};

use super::{brochure::draft, life::person};
use crate::domain::{
    acts, calendar,
    facts::Facts,
    ids::RegistrationId,
    programme::Phase,
    timeline::{advance, forecast, next_wake},
    trigger::Trigger,
};

fn instants() -> [DateTime<Utc>; 7] {
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let epoch = DateTime::<Utc>::UNIX_EPOCH;
    [
        first,
        first + Duration::seconds(1),
        epoch - Duration::days(2_000_000),
        epoch,
        epoch + Duration::days(3_000_000),
        last - Duration::seconds(1),
        last,
    ]
}

fn days() -> [NaiveDate; 6] {
    let day = |year, month, on| NaiveDate::from_ymd_opt(year, month, on).unwrap();
    [
        NaiveDate::MIN,
        day(0, 1, 1),
        day(1, 1, 1),
        day(9999, 12, 31),
        day(10_000, 1, 1),
        NaiveDate::MAX,
    ]
}

#[test]
fn civil_time_has_no_end() {
    for zone in [Amsterdam, Los_Angeles, Tokyo, Kiritimati] {
        for on in days() {
            for at in [NaiveTime::MIN, calendar::USUAL_TIME] {
                calendar::resolve(on, at, zone);
            }
            calendar::end_of_day(on, zone);
            for distance in [i64::MIN, -1, 0, 1, i64::MAX] {
                calendar::days_after(on, distance);
            }
            calendar::is_working_day(on);
        }
        for at in instants() {
            calendar::day_of(at, zone);
            calendar::end_of_working_day_after(at, 2, zone);
            calendar::end_of_working_day_after(at, 400, zone);
        }
    }
}

/// SQLite compares instants as text, which is right for years of four digits only.
#[test]
fn no_moment_is_beyond_the_year_9999() {
    for zone in [Amsterdam, Los_Angeles, Tokyo, Kiritimati, chrono_tz::Etc::GMTPlus12] {
        for on in days() {
            let at = NaiveTime::from_hms_opt(23, 58, 0).unwrap();
            let moments = [
                calendar::resolve(on, at, zone),
                calendar::end_of_day(on, zone),
                calendar::later(calendar::resolve(on, at, zone), Duration::hours(72)),
            ];
            assert!(moments.iter().all(|at| (1..=9999).contains(&at.year())), "{moments:?}");
        }
    }
}

fn lived(mut facts: Facts, now: DateTime<Utc>) {
    let ids = (1..=4).map(|number| RegistrationId(uuid::Uuid::from_u128(number)));
    for (id, name) in ids.clone().zip(["Anna", "Bram", "Carla", "Daan"]) {
        let _ = acts::register(&mut facts, id, person(name), id.0, now);
    }
    for id in ids.clone().take(2) {
        let _ = acts::verify(&mut facts, id, now);
    }
    let _ = acts::withdraw(&mut facts, RegistrationId(uuid::Uuid::from_u128(1)), None, now);
    for on in days() {
        let _ = acts::extend_deadline(&mut facts, on, &"More time.".parse().unwrap(), uuid::Uuid::nil(), now);
    }
    let _ = acts::add_registration(&mut facts, RegistrationId(uuid::Uuid::from_u128(5)), person("Eva"), now);
    facts = advance(facts, now).1;
    for until in instants() {
        let (_, after) = forecast(facts.clone(), now, until);
        let (_, jumped) = advance(facts.clone(), until);
        next_wake(&after);
        next_wake(&jumped);
    }
}

#[test]
fn a_programme_may_lie_anywhere() {
    for zone in [Amsterdam, Los_Angeles, Kiritimati] {
        for deadline in days() {
            for kick_off in days() {
                let mut facts = draft();
                let announced = &mut facts.programme.announced;
                (announced.time_zone, announced.registration_deadline) = (zone, deadline);
                (announced.min_participants, announced.max_participants) = (1, 1);
                announced.meetings[0].days[0].on = kick_off;
                for now in instants() {
                    let mut facts = facts.clone();
                    let _ = acts::publish(&mut facts, now);
                    facts.programme.phase = Phase::Open;
                    facts.programme.published_at = Some(now);
                    lived(facts, now);
                }
            }
        }
    }
}

#[test]
fn offsets_and_windows_may_be_anything() {
    for offset in [i32::MIN, -1, 0, i32::MAX] {
        for lateness in [None, Some(Duration::MIN), Some(Duration::MAX)] {
            let mut facts = draft();
            for rule in &mut facts.rules {
                rule.lateness = lateness;
                if let Trigger::Anchored { offset_days, .. } = &mut rule.trigger {
                    *offset_days = offset;
                }
            }
            let now = "2014-05-01T07:00:00Z".parse().unwrap();
            acts::publish(&mut facts, now).unwrap();
            lived(facts, now);
        }
    }
}

#[test]
fn numbers_may_be_anything() {
    for (min, max) in [(0, 0), (u32::MAX, 0), (0, u32::MAX), (u32::MAX, u32::MAX)] {
        let mut facts = draft();
        (
            facts.programme.announced.min_participants,
            facts.programme.announced.max_participants,
        ) = (min, max);
        let now = "2014-05-01T07:00:00Z".parse().unwrap();
        acts::publish(&mut facts, now).unwrap();
        lived(facts, now);
    }
}
