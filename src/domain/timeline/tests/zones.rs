//! A programme in every zone of the tz database, with rules at a local time that a change of the clocks skips or repeats.

use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{brochure::draft, life::person};
use crate::domain::{
    acts, calendar,
    facts::Facts,
    ids::RegistrationId,
    programme::Meeting,
    rule::RuleKey,
    timeline::{Source, Step, advance, forecast, next_wake},
    trigger::{Anchor, Trigger},
};

/// What a change of the clocks does to a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Skips,
    Repeats,
}

/// A local time that clocks skip or show twice, and the instant that is meant by it.
struct Oddity {
    zone: Tz,
    civil: NaiveDateTime,
    change: Change,
    meant: DateTime<Utc>,
}

/// One such time of each change of the clocks in 2014.
fn oddities(zone: Tz) -> Vec<Oddity> {
    let offset = |on: NaiveDate| zone.offset_from_utc_datetime(&on.and_time(NaiveTime::MIN)).to_string();
    let new_year = NaiveDate::from_ymd_opt(2014, 1, 1).unwrap();
    new_year
        .iter_days()
        .take_while(|on| on.year() == 2014)
        .filter(|on| offset(*on) != offset(calendar::days_after(*on, 1)))
        .map(|on| {
            // Clocks are up to a day away from UTC.
            let first = calendar::days_after(on, -1).and_time(NaiveTime::MIN);
            let half_hours = (0..).map(|nth| first + Duration::minutes(30 * nth));
            let of = |civil: NaiveDateTime| {
                let odd = |change, meant| Oddity {
                    zone,
                    civil,
                    change,
                    meant,
                };
                match zone.from_local_datetime(&civil) {
                    LocalResult::Single(_) => None,
                    LocalResult::Ambiguous(earliest, _) => Some(odd(Change::Repeats, earliest.to_utc())),
                    // The first minute that clocks show again.
                    LocalResult::None => {
                        let mut later = (1..).map(|minutes| civil + Duration::minutes(minutes));
                        let shown = later.find_map(|civil| zone.from_local_datetime(&civil).earliest());
                        Some(odd(Change::Skips, shown.unwrap().to_utc()))
                    }
                }
            };
            let found = half_hours.take(4 * 48).find_map(of);
            found.unwrap_or_else(|| panic!("nothing odd around {on} in {zone}"))
        })
        .collect()
}

const RULES: [RuleKey; 3] = [
    RuleKey::LearningWishDigest,
    RuleKey::HostMissing7Days,
    RuleKey::VenueRequest,
];

impl Oddity {
    fn day(&self, distance: i64) -> NaiveDate {
        calendar::days_after(self.civil.date(), distance)
    }

    /// A programme that goes ahead three weeks before and ends ten days after, one person in it, and nothing but rules that have
    /// a moment at that time on that day.
    fn programme(&self) -> (Facts, DateTime<Utc>) {
        let mut facts = draft();
        let published_at = calendar::resolve(self.day(-30), calendar::USUAL_TIME, self.zone);
        let (at, weekday) = (self.civil.time(), self.civil.weekday());
        facts.rules.retain(|rule| RULES.contains(&rule.key));
        for rule in &mut facts.rules {
            rule.valid_from = published_at;
            rule.lateness = None;
            rule.trigger = match rule.key {
                RuleKey::LearningWishDigest => Trigger::Weekday { weekday, at },
                RuleKey::HostMissing7Days => Trigger::Anchored {
                    anchor: Anchor::MeetingStart,
                    offset_days: -10,
                    at,
                },
                _ => Trigger::Anchored {
                    anchor: Anchor::Decision,
                    offset_days: 20,
                    at,
                },
            };
        }
        let announced = &mut facts.programme.announced;
        announced.time_zone = self.zone;
        announced.registration_deadline = self.day(-21);
        (announced.min_participants, announced.max_participants) = (1, 2);
        announced.showcase = None;
        announced.meetings.truncate(2);
        let move_to = |meeting: &mut Meeting, on| {
            meeting.days.truncate(1);
            meeting.days[0].on = on;
        };
        move_to(&mut announced.meetings[0], self.day(-9));
        move_to(&mut announced.meetings[1], self.day(10));
        acts::publish(&mut facts, published_at).unwrap();
        let facts = advance(facts, published_at).1;
        let (mut facts, id) = (facts, RegistrationId(uuid::Uuid::from_u128(1)));
        acts::add_registration(&mut facts, id, person("Zoë"), published_at).unwrap();
        acts::verify(&mut facts, id, published_at).unwrap();
        (advance(facts, published_at).1, published_at)
    }

    /// What the rules did, in order: which, and when it was due.
    fn moments(&self, steps: &[Step]) -> Vec<(RuleKey, DateTime<Utc>)> {
        let of_rule = |step: &Step| match step.key.source {
            Source::Rule(key) => Some((key, step.due_at)),
            Source::BuiltIn(_) => None,
        };
        let moments: Vec<_> = steps.iter().filter_map(of_rule).collect();
        assert!(
            moments.is_sorted_by_key(|(_, due_at)| due_at),
            "{} in {}: not in order: {moments:?}",
            self.civil,
            self.zone
        );
        moments
    }

    /// Which moments there have to be.
    fn expected(&self) -> Vec<(RuleKey, DateTime<Utc>)> {
        let on = |distance: i64| calendar::resolve(self.day(distance), self.civil.time(), self.zone);
        let mut expected: Vec<_> = [-14, -7, 0, 7]
            .map(|distance| (RuleKey::LearningWishDigest, on(distance)))
            .to_vec();
        expected.extend([-19, 0].map(|distance| (RuleKey::HostMissing7Days, on(distance))));
        expected.push((RuleKey::VenueRequest, on(0)));
        expected.sort_unstable();
        expected
    }
}

#[test]
fn a_local_time_that_clocks_skip_or_repeat_comes_once_and_in_order_in_every_zone() {
    let mut met = [(Change::Skips, 0), (Change::Repeats, 0)];
    for odd in TZ_VARIANTS.into_iter().flat_map(oddities) {
        let what = format!("{} in {}, which it {:?}", odd.civil, odd.zone, odd.change);
        for (change, count) in &mut met {
            *count += usize::from(*change == odd.change);
        }
        assert_eq!(
            calendar::resolve(odd.civil.date(), odd.civil.time(), odd.zone),
            odd.meant,
            "{what}"
        );
        let (facts, now) = odd.programme();
        let until = odd.meant + Duration::days(12);

        let (foretold, at_end) = forecast(facts.clone(), now, until);
        let mut moments = odd.moments(&foretold);
        moments.sort_unstable();
        assert_eq!(moments, odd.expected(), "{what}");

        // In one go, and by looking every quarter of an hour while the clocks change: the same steps.
        let (at_once, jumped) = advance(facts.clone(), until);
        assert_eq!(odd.moments(&at_once), odd.moments(&foretold), "{what}");
        assert_eq!(jumped.settled, at_end.settled, "{what}");
        let (mut looked, mut facts) = advance(facts, odd.meant - Duration::minutes(165));
        for quarter in -10..=10 {
            let (steps, after) = advance(facts, odd.meant + Duration::minutes(15 * quarter));
            looked.extend(steps);
            facts = after;
        }
        assert!(next_wake(&facts).is_none_or(|at| at > odd.meant), "{what}");
        looked.extend(advance(facts, until).0);
        assert_eq!(odd.moments(&looked), odd.moments(&foretold), "{what}");
    }
    assert!(met.iter().all(|(_, count)| *count > 100), "{met:?}");
}
