use chrono_tz::{America::Santiago, Europe::Amsterdam};

use super::{
    Locale::{En, Nl},
    *,
};

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn clock(text: &str) -> NaiveTime {
    format!("{text}:00").parse().unwrap()
}

#[test]
fn days_and_moments() {
    for (date, dutch, english) in [
        ("2014-05-25", "zondag 25 mei 2014", "Sunday 25 May 2014"),
        ("2014-06-12", "donderdag 12 juni 2014", "Thursday 12 June 2014"),
        ("2026-03-01", "zondag 1 maart 2026", "Sunday 1 March 2026"),
        ("2024-02-29", "donderdag 29 februari 2024", "Thursday 29 February 2024"),
    ] {
        assert_eq!(weekday_and_day(on(date), Nl), dutch);
        assert_eq!(weekday_and_day(on(date), En), english);
    }
    let summer = instant("2014-05-25T07:00:00Z");
    assert_eq!(moment(summer, Amsterdam, Nl), "25 mei 2014 om 09:00 uur");
    assert_eq!(moment(summer, Amsterdam, En), "25 May 2014 at 09:00");
    assert_eq!(
        weekday_and_moment(summer, Amsterdam, Nl),
        "zondag 25 mei 2014 om 09:00 uur"
    );
    let winter = instant("2015-01-29T08:30:59Z");
    assert_eq!(
        weekday_and_moment(winter, Amsterdam, En),
        "Thursday 29 January 2015 at 09:30"
    );
}

#[test]
fn every_month_and_weekday_has_its_own_name() {
    let year: Vec<_> = on("2014-01-01").iter_days().take(365).collect();
    for locale in Locale::ALL {
        let months: std::collections::BTreeSet<_> = year.iter().map(|on| month(*on, locale)).collect();
        let weekdays: std::collections::BTreeSet<_> = year.iter().map(|on| weekday(*on, locale)).collect();
        assert_eq!((months.len(), weekdays.len()), (12, 7));
        assert!(!months.contains("") && !weekdays.contains(""));
    }
}

#[test]
fn ranges_of_days() {
    for (dates, dutch, english) in [
        (vec!["2014-06-12"], "12 juni 2014", "12 June 2014"),
        (
            vec!["2014-09-23", "2014-09-24"],
            "23 en 24 september 2014",
            "23 and 24 September 2014",
        ),
        (
            vec!["2014-12-10", "2014-12-11"],
            "10 en 11 december 2014",
            "10 and 11 December 2014",
        ),
        (
            vec!["2014-09-30", "2014-10-01"],
            "30 september en 1 oktober 2014",
            "30 September and 1 October 2014",
        ),
        (
            vec!["2014-12-31", "2015-01-01"],
            "31 december 2014 en 1 januari 2015",
            "31 December 2014 and 1 January 2015",
        ),
        (
            vec!["2014-09-22", "2014-09-23", "2014-09-24"],
            "22, 23 en 24 september 2014",
            "22, 23 and 24 September 2014",
        ),
        // The same month of two years is named twice.
        (
            vec!["2014-09-22", "2015-09-23"],
            "22 september 2014 en 23 september 2015",
            "22 September 2014 and 23 September 2015",
        ),
        (vec![], "", ""),
    ] {
        let dates: Vec<_> = dates.into_iter().map(on).collect();
        assert_eq!(days(&dates, Nl), dutch);
        assert_eq!(days(&dates, En), english);
    }
}

#[test]
fn deadlines_are_told_as_people_say_them() {
    for (at, dutch, english) in [
        (
            "2014-05-25T22:00:00Z",
            "tot en met zondag 25 mei 2014",
            "up to and including Sunday 25 May 2014",
        ),
        (
            "2014-05-25T22:00:59Z",
            "tot en met zondag 25 mei 2014",
            "up to and including Sunday 25 May 2014",
        ),
        (
            "2014-05-25T22:01:00Z",
            "vóór maandag 26 mei 2014 om 00:01 uur",
            "before Monday 26 May 2014 at 00:01",
        ),
        (
            "2014-05-25T21:59:59Z",
            "vóór zondag 25 mei 2014 om 23:59 uur",
            "before Sunday 25 May 2014 at 23:59",
        ),
        (
            "2014-05-28T12:30:00Z",
            "vóór woensdag 28 mei 2014 om 14:30 uur",
            "before Wednesday 28 May 2014 at 14:30",
        ),
        // Winter time: midnight lies an hour later in UTC.
        (
            "2014-12-31T23:00:00Z",
            "tot en met woensdag 31 december 2014",
            "up to and including Wednesday 31 December 2014",
        ),
    ] {
        assert_eq!(until(instant(at), Amsterdam, Nl), dutch);
        assert_eq!(until(instant(at), Amsterdam, En), english);
    }
    // Chile's clocks skip this midnight; the day still ends.
    assert_eq!(
        until(instant("2014-09-07T04:00:00Z"), Santiago, Nl),
        "tot en met zaterdag 6 september 2014"
    );
    assert_eq!(
        as_of(instant("2014-05-25T22:00:00Z"), Amsterdam, Nl),
        "aan het eind van zondag 25 mei 2014"
    );
    assert_eq!(
        as_of(instant("2014-05-25T22:00:00Z"), Amsterdam, En),
        "at the end of Sunday 25 May 2014"
    );
    assert_eq!(
        as_of(instant("2014-05-28T12:30:00Z"), Amsterdam, Nl),
        "op woensdag 28 mei 2014 om 14:30 uur"
    );
    assert_eq!(
        as_of(instant("2014-05-28T12:30:00Z"), Amsterdam, En),
        "on Wednesday 28 May 2014 at 14:30"
    );
}

#[test]
fn the_ends_of_the_calendar_do_no_harm() {
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for locale in Locale::ALL {
            assert!(!until(at, chrono_tz::UTC, locale).is_empty());
        }
    }
}

#[test]
fn days_of_meetings() {
    let one = |date, from, to| MeetingDay {
        on: on(date),
        starts: clock(from),
        ends: clock(to),
    };
    let kick_off = [one("2014-06-12", "09:30", "16:30")];
    assert_eq!(meeting_days(&kick_off, Nl), "donderdag 12 juni 2014, 09:30–16:30");
    let second = [one("2014-09-23", "09:30", "16:30"), one("2014-09-24", "09:30", "16:30")];
    assert_eq!(meeting_days(&second, Nl), "23 en 24 september 2014, 09:30–16:30");
    assert_eq!(meeting_days(&second, En), "23 and 24 September 2014, 09:30–16:30");
    let uneven = [one("2014-12-10", "09:30", "21:00"), one("2014-12-11", "09:00", "13:00")];
    assert_eq!(
        meeting_days(&uneven, Nl),
        "10 december 2014, 09:30–21:00; 11 december 2014, 09:00–13:00"
    );
    assert_eq!(meeting_days(&[], Nl), "");
}

#[test]
fn amounts() {
    for (cents, dutch, english) in [
        (155_000, "€\u{a0}1.550,00", "€1,550.00"),
        (0, "€\u{a0}0,00", "€0.00"),
        (5, "€\u{a0}0,05", "€0.05"),
        (99_999, "€\u{a0}999,99", "€999.99"),
        (100_000_050, "€\u{a0}1.000.000,50", "€1,000,000.50"),
        (u32::MAX, "€\u{a0}42.949.672,95", "€42,949,672.95"),
    ] {
        assert_eq!(euros(cents, Nl), dutch);
        assert_eq!(euros(cents, En), english);
    }
}

#[test]
fn percentages() {
    for (basis_points, dutch, english) in [
        (5000, "50%", "50%"),
        (2100, "21%", "21%"),
        (1250, "12,5%", "12.5%"),
        (625, "6,25%", "6.25%"),
        (5, "0,05%", "0.05%"),
        (0, "0%", "0%"),
    ] {
        assert_eq!(percentage(basis_points, Nl), dutch);
        assert_eq!(percentage(basis_points, En), english);
    }
}

#[test]
fn enumerations() {
    for (names, dutch, english) in [
        (vec![], "", ""),
        (vec!["Goes"], "Goes", "Goes"),
        (vec!["Goes", "Veere"], "Goes en Veere", "Goes and Veere"),
        (
            vec!["Goes", "Tholen", "Veere"],
            "Goes, Tholen en Veere",
            "Goes, Tholen and Veere",
        ),
    ] {
        assert_eq!(enumeration(&names, Nl), dutch);
        assert_eq!(enumeration(&names, En), english);
    }
}
