//! Civil time: days and times of day in a zone, resolved to instants; Dutch working days.
//!
//! Day offsets are calendar arithmetic in the programme's zone, never multiples of 24 hours.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// The time of day of a rule that gives none (rule 7), and of a meeting's first hour in no programme.
pub const USUAL_TIME: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// The first year in which anything can be planned: mails tell no time before 1970, and what is planned may be told some weeks before.
pub const FIRST_YEAR: i32 = 1971;

/// The days that are reckoned with are those of the years that ISO 8601 writes with four digits. All of them lie so far from
/// the ends of chrono's calendar that no zone and no sum in this file reaches those: days outside count as the nearest inside.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(on) => on,
    None => NaiveDate::MIN,
};
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(on) => on,
    None => NaiveDate::MAX,
};

/// The instants that are reckoned with: those of the same years in UTC. SQLite keeps an instant as text, and `+10000-01-01` sorts
/// before every other year: a moment beyond the last one would be due for ever.
const FIRST_INSTANT: DateTime<Utc> = FIRST_DAY.and_time(NaiveTime::MIN).and_utc();
/// The last second of them.
const LAST_INSTANT: DateTime<Utc> = match LAST_DAY.and_hms_opt(23, 59, 59) {
    Some(civil) => civil.and_utc(),
    None => DateTime::<Utc>::MAX_UTC,
};

/// The instant of a day and time in a zone: a time that a clock change skips is the first instant after the gap, one that
/// occurs twice is its first occurrence.
pub fn resolve(on: NaiveDate, at: NaiveTime, zone: Tz) -> DateTime<Utc> {
    resolve_in_calendar(on, at, zone).clamp(FIRST_INSTANT, LAST_INSTANT)
}

fn resolve_in_calendar(on: NaiveDate, at: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let civil = on.clamp(FIRST_DAY, LAST_DAY).and_time(at);
    if let Some(instant) = zone.from_local_datetime(&civil).earliest() {
        return instant.to_utc();
    }
    // In a gap: with the offset from before it, the civil time lies as far beyond the change as it lies inside the gap.
    // The change itself is the first instant whose civil time is later than the one asked for.
    let before = zone.offset_from_utc_datetime(&(civil - Duration::days(1)));
    let mut low = (civil - Duration::days(1)).and_utc() - chrono::Offset::fix(&before).local_minus_utc_duration();
    let mut high = low + Duration::days(3);
    while high - low > Duration::seconds(1) {
        let middle = low + (high - low) / 2;
        if middle.with_timezone(&zone).naive_local() > civil {
            high = middle;
        } else {
            low = middle;
        }
    }
    whole_second(high)
}

trait LocalMinusUtc {
    fn local_minus_utc_duration(&self) -> Duration;
}

impl LocalMinusUtc for chrono::FixedOffset {
    fn local_minus_utc_duration(&self) -> Duration {
        Duration::seconds(self.local_minus_utc().into())
    }
}

fn whole_second(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(instant.timestamp(), 0).unwrap_or(instant)
}

/// The first instant after a day in a zone: a deadline that includes the day ends here (rule 1).
pub fn end_of_day(on: NaiveDate, zone: Tz) -> DateTime<Utc> {
    resolve(days_after(on, 1), NaiveTime::MIN, zone)
}

/// The day in a zone at an instant.
pub fn day_of(instant: DateTime<Utc>, zone: Tz) -> NaiveDate {
    let (first, last) = (
        FIRST_DAY.and_time(NaiveTime::MIN).and_utc(),
        LAST_DAY.and_time(NaiveTime::MIN).and_utc(),
    );
    instant.clamp(first, last).with_timezone(&zone).date_naive()
}

/// An instant some time later; the last one that is reckoned with when it would go beyond.
pub fn later(instant: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    instant
        .checked_add_signed(by)
        .map_or(LAST_INSTANT, |there| there.min(LAST_INSTANT))
}

/// A day some days later, or earlier; the last or first day that is reckoned with when it would go beyond.
pub fn days_after(on: NaiveDate, days: i64) -> NaiveDate {
    let distance = Days::new(days.unsigned_abs());
    let there = if days < 0 {
        on.checked_sub_days(distance)
    } else {
        on.checked_add_days(distance)
    };
    there
        .unwrap_or(if days < 0 { FIRST_DAY } else { LAST_DAY })
        .clamp(FIRST_DAY, LAST_DAY)
}

/// The end of the n-th working day after the day of an instant (rule 3: an offer stands until the end of the second).
pub fn end_of_working_day_after(instant: DateTime<Utc>, working_days: u32, zone: Tz) -> DateTime<Utc> {
    let mut on = day_of(instant, zone);
    let mut left = working_days;
    // No run of days off comes near a fortnight, so this ends.
    while left > 0 && on < LAST_DAY {
        on = days_after(on, 1);
        if is_working_day(on) {
            left -= 1;
        }
    }
    end_of_day(on, zone)
}

/// Monday to Friday without Dutch public holidays.
pub fn is_working_day(on: NaiveDate) -> bool {
    !matches!(on.weekday(), Weekday::Sat | Weekday::Sun) && !is_public_holiday(on)
}

/// A day on which Dutch municipalities are closed: the days of the Algemene termijnenwet, article 3 (Good Friday is equated
/// with a holiday there; 5 May is a day off in the municipal collective agreement).
pub fn is_public_holiday(on: NaiveDate) -> bool {
    let easter = easter_sunday(on.year());
    let from_easter = on.signed_duration_since(easter).num_days();
    let kings_day = kings_day(on.year());
    // Good Friday, Easter, Ascension Day, Whitsun.
    matches!(from_easter, -2 | 0 | 1 | 39 | 49 | 50)
        || matches!((on.month(), on.day()), (1, 1) | (5, 5) | (12, 25) | (12, 26))
        || Some(on) == kings_day
}

/// 27 April since 2014, 30 April before; the Saturday before (until 1980 the Monday after) when that is a Sunday.
fn kings_day(year: i32) -> Option<NaiveDate> {
    let birthday = NaiveDate::from_ymd_opt(year, 4, if year >= 2014 { 27 } else { 30 })?;
    if birthday.weekday() != Weekday::Sun {
        return Some(birthday);
    }
    Some(days_after(birthday, if year >= 1980 { -1 } else { 1 }))
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature, 20 April 1876).
fn easter_sunday(year: i32) -> NaiveDate {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    NaiveDate::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs()).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America::Santiago, Europe::Amsterdam, TZ_VARIANTS};
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn time(text: &str) -> NaiveTime {
        format!("{text}:00").parse().unwrap()
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn registration_until_25_may_closes_at_midnight_in_amsterdam() {
        assert_eq!(
            end_of_day(day("2014-05-25"), Amsterdam),
            instant("2014-05-25T22:00:00Z")
        );
    }

    #[test]
    fn a_gap_goes_to_the_first_instant_after_it() {
        for at in ["02:00", "02:01", "02:30", "02:59"] {
            assert_eq!(
                resolve(day("2014-03-30"), time(at), Amsterdam),
                instant("2014-03-30T01:00:00Z"),
                "{at}"
            );
        }
        assert_eq!(
            resolve(day("2014-03-30"), time("03:00"), Amsterdam),
            instant("2014-03-30T01:00:00Z")
        );
        // Chile's clocks skip midnight itself.
        assert_eq!(end_of_day(day("2014-09-06"), Santiago), instant("2014-09-07T04:00:00Z"));
    }

    #[test]
    fn a_fold_goes_to_the_first() {
        assert_eq!(
            resolve(day("2014-10-26"), time("02:30"), Amsterdam),
            instant("2014-10-26T00:30:00Z")
        );
    }

    #[test]
    fn nine_in_the_morning_stays_nine_across_a_change() {
        assert_eq!(
            resolve(day("2014-03-29"), USUAL_TIME, Amsterdam),
            instant("2014-03-29T08:00:00Z")
        );
        assert_eq!(
            resolve(days_after(day("2014-03-29"), 1), USUAL_TIME, Amsterdam),
            instant("2014-03-30T07:00:00Z")
        );
    }

    #[test]
    fn two_holidays_lie_between_deadline_and_kick_off_of_2014() {
        let off: Vec<_> = day("2014-05-26")
            .iter_days()
            .take_while(|on| *on < day("2014-06-12"))
            .filter(|on| is_public_holiday(*on) && !matches!(on.weekday(), Weekday::Sat | Weekday::Sun))
            .collect();
        assert_eq!(off, [day("2014-05-29"), day("2014-06-09")]);
    }

    #[test]
    fn an_offer_before_ascension_day_stands_until_monday() {
        // Wednesday 28 May 2014: Thursday is Ascension Day, so Friday and Monday are the two working days.
        let offered_at = instant("2014-05-28T10:00:00Z");
        assert_eq!(
            end_of_working_day_after(offered_at, 2, Amsterdam),
            instant("2014-06-02T22:00:00Z")
        );
    }

    #[test]
    fn holidays_of_some_years() {
        for (on, is_off) in [
            ("2014-04-18", true),
            ("2014-04-21", true),
            ("2014-04-26", true), // King's Day: the 27th was a Sunday
            ("2014-04-27", false),
            ("2015-04-27", true),
            ("2014-05-05", true),
            ("2015-05-14", true),
            ("2014-12-24", false),
            ("2014-12-25", true),
            ("2014-12-26", true),
            ("2015-01-01", true),
            ("2013-04-30", true),
        ] {
            assert_eq!(is_public_holiday(day(on)), is_off, "{on}");
        }
    }

    proptest! {
        #[test]
        fn resolving_is_exact_outside_gaps_and_never_earlier(zone in 0..TZ_VARIANTS.len(), days in 0i64..20_000, minutes in 0u32..1440) {
            let zone = TZ_VARIANTS[zone];
            let on = days_after(day("1990-01-01"), days);
            let at = NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap();
            let resolved = resolve(on, at, zone);
            let civil = resolved.with_timezone(&zone).naive_local();
            prop_assert!(civil >= on.and_time(at));
            let just_before = (resolved - Duration::seconds(1)).with_timezone(&zone).naive_local();
            prop_assert!(civil == on.and_time(at) || just_before < on.and_time(at));
        }

        #[test]
        fn days_follow_each_other(zone in 0..TZ_VARIANTS.len(), days in 0i64..20_000) {
            let zone = TZ_VARIANTS[zone];
            let on = days_after(day("1990-01-01"), days);
            prop_assert!(end_of_day(on, zone) <= end_of_day(days_after(on, 1), zone));
        }
    }
}
