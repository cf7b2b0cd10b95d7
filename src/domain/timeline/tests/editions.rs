//! Editions of a programme: the same again, some days later.

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::{brochure::announcement, instant};
use crate::domain::{
    calendar,
    edition::{Edition, days_of_years, rules_of_edition},
    programme::Announcement,
    rule::{Rule, RuleKey},
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn years_are_whole_weeks_and_never_drift() {
    assert_eq!([0, 1, 2, 3].map(days_of_years), [0, 364, 728, 1099]);
    for years in 0..100 {
        let days = days_of_years(years);
        assert_eq!(days % 7, 0);
        let there = calendar::days_after(day("2014-06-12"), days);
        let exact = there.with_year(2014 + i32::try_from(years).unwrap()).unwrap();
        assert!((there - exact).num_days().abs() <= 3, "{years}: {there}");
        assert_eq!(there.weekday(), day("2014-06-12").weekday());
    }
}

#[test]
fn the_year_in_a_slug_goes_along() {
    let of = |slug: &str, days| {
        let announced = Announcement {
            slug: slug.parse().unwrap(),
            ..announcement()
        };
        announced.slug_some_days_later(days).map(|slug| slug.to_string())
    };
    assert_eq!(
        of("werken-in-het-westen-2014", 364).as_deref(),
        Some("werken-in-het-westen-2015")
    );
    assert_eq!(
        of("westen-2014-voorjaar", days_of_years(3)).as_deref(),
        Some("westen-2017-voorjaar")
    );
    assert_eq!(of("werken-in-het-westen", 364), None, "no year");
    assert_eq!(of("werken-2014", 28), None, "the same year");
    assert_eq!(of("zaal-1250", 364), None, "no year either");
}

#[test]
fn everything_is_as_many_days_later_at_the_same_time_of_day() {
    let first = Announcement {
        registration_opens_at: Some("2014-03-28T08:00:00Z".parse().unwrap()),
        ..announcement()
    };
    let edition = Edition {
        slug: "next".parse().unwrap(),
        days: 364,
    };
    let mut ids = 1..;
    let next = first
        .as_edition(&edition, || Uuid::from_u128(ids.next().unwrap()))
        .unwrap();
    assert_eq!(
        next.registration_deadline,
        calendar::days_after(first.registration_deadline, 364)
    );
    // 28 March 2014 was in winter time, 27 March 2015 is too; 09:00 there.
    assert_eq!(
        next.registration_opens_at,
        Some("2015-03-27T08:00:00Z".parse().unwrap())
    );
    assert_eq!(next.meetings.len(), first.meetings.len());
    for (next, first) in next.meetings.iter().zip(&first.meetings) {
        assert_ne!(next.id, first.id);
        for (next, first) in next.days.iter().zip(&first.days) {
            assert_eq!((next.on - first.on).num_days(), 364);
            assert_eq!((next.starts, next.ends), (first.starts, first.ends));
        }
    }
    let mut unlike = next.clone();
    unlike.slug = first.slug.clone();
    unlike.registration_deadline = first.registration_deadline;
    unlike.registration_opens_at = first.registration_opens_at;
    unlike.meetings = first.meetings.clone();
    assert_eq!(unlike.showcase.unwrap().on, "2015-12-10".parse().unwrap());
    unlike.showcase = first.showcase;
    unlike.team = first.team.clone();
    assert_eq!(unlike, first, "nothing else differs");
    let across = first
        .as_edition(
            &Edition {
                days: 7,
                ..edition.clone()
            },
            Uuid::nil,
        )
        .unwrap();
    assert_eq!(
        across.registration_opens_at,
        Some("2014-04-04T07:00:00Z".parse().unwrap()),
        "09:00 there"
    );
    assert!(
        first
            .as_edition(
                &Edition {
                    days: 40_000,
                    ..edition
                },
                Uuid::nil
            )
            .is_err()
    );
}

#[test]
fn rules_go_along_as_they_were_changed_and_count_from_now() {
    let (then, now) = (instant("2014-01-01T00:00:00Z"), instant("2015-01-01T00:00:00Z"));
    let changed = Rule {
        version: 7,
        own_sentence: Some("Neem uw collega mee.".parse().unwrap()),
        pause_note: Some("na overleg".parse().unwrap()),
        ..Rule::default_of(RuleKey::BelowMinimum7Days, Uuid::from_u128(1).into(), then)
    };
    let next = rules_of_edition(std::slice::from_ref(&changed), now, || Uuid::from_u128(2));
    let expected = Rule {
        id: Uuid::from_u128(2).into(),
        version: 1,
        valid_from: now,
        ..changed
    };
    assert_eq!(next, [expected]);
}
