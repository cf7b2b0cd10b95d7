//! Early warning (rule 7), lateness, and rules that do not reach back (rule 16).

use chrono::{DateTime, Utc};

use super::{
    CLOSING,
    brochure::{member, published, published_at, published_with},
    instant,
    life::{Life, person},
};
use crate::domain::{
    message::Letter,
    programme::TeamRole,
    rule::RuleKey,
    timeline::{Outcome, Step, StepKind, Why},
};

const WARNINGS: [RuleKey; 4] = [
    RuleKey::BelowMinimum14Days,
    RuleKey::BelowMinimum7Days,
    RuleKey::BelowMinimum3Days,
    RuleKey::BelowMinimum1Day,
];
/// Nine in the morning in Amsterdam.
const MOMENTS: [&str; 4] = [
    "2014-05-11T07:00:00Z",
    "2014-05-18T07:00:00Z",
    "2014-05-22T07:00:00Z",
    "2014-05-24T07:00:00Z",
];

fn warnings(life: &Life) -> Vec<&Step> {
    WARNINGS.iter().flat_map(|rule| life.of_rule(*rule)).collect()
}

fn outcomes(life: &Life) -> Vec<(DateTime<Utc>, Outcome)> {
    warnings(life)
        .into_iter()
        .map(|step| (step.due_at, step.outcome.clone()))
        .collect()
}

#[test]
fn organisers_are_warned_on_four_mornings_while_too_few_count() {
    let mut life = published();
    life.crowd(5);
    for moment in MOMENTS {
        life.on(moment);
    }
    let done: Vec<_> = MOMENTS
        .into_iter()
        .map(|moment| (instant(moment), Outcome::Done(None)))
        .collect();
    assert_eq!(outcomes(&life), done);
    let days: Vec<_> = warnings(&life)
        .into_iter()
        .map(|step| match &step.kind {
            StepKind::Mail(Letter::BelowMinimum {
                counted: 5,
                minimum: 8,
                unverified: 0,
                days_left: Some(days),
            }) => *days,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(days, [14, 7, 3, 1]);
}

#[test]
fn nobody_is_warned_once_the_minimum_is_reached_and_again_when_somebody_leaves() {
    let mut life = published();
    let crowd = life.crowd(8);
    life.on(MOMENTS[0])
        .on("2014-05-20T10:00:00Z")
        .withdraw(crowd[0])
        .unwrap();
    life.register(person("Zoë")).unwrap();
    life.on(CLOSING);
    let reached = Outcome::Skipped(Why::MinimumReached { counted: 8, minimum: 8 });
    let outcomes = outcomes(&life);
    assert_eq!(
        outcomes[..2],
        [(instant(MOMENTS[0]), reached.clone()), (instant(MOMENTS[1]), reached)]
    );
    assert!(
        matches!(outcomes[2].1, Outcome::Missed(Why::TooLate { lateness_hours: 24, .. })),
        "seen on the 25th at midnight"
    );
}

#[test]
fn warnings_missed_by_three_days_stand_with_their_reason() {
    let mut life = published();
    life.crowd(7);
    life.on("2014-05-23T06:00:00Z").on("2014-05-26T06:00:00Z");
    let missed = Why::TooLate {
        seen_at: life.now,
        lateness_hours: 24,
    };
    assert_eq!(
        outcomes(&life)[2..],
        [
            (instant(MOMENTS[2]), Outcome::Done(None)),
            (instant(MOMENTS[3]), Outcome::Missed(missed.clone()))
        ]
    );
    assert_eq!(
        missed.words(life.facts.programme.announced.time_zone),
        "not carried out until 26 May 2014 at 08:00; more than 24 hours late is too late"
    );
}

#[test]
fn a_warning_may_be_a_day_late_and_not_more() {
    let at = instant(MOMENTS[0]) + chrono::Duration::hours(24);
    for (seen_at, is_sent) in [(at, true), (at + chrono::Duration::microseconds(1), false)] {
        let mut life = published();
        life.to(seen_at);
        assert_eq!(
            matches!(outcomes(&life)[0].1, Outcome::Done(None)),
            is_sent,
            "{seen_at}"
        );
    }
}

#[test]
fn a_warning_that_comes_after_the_closing_instant_warns_of_nothing() {
    let mut life = published_with(|facts| {
        let last = facts
            .rules
            .iter_mut()
            .find(|rule| rule.key == RuleKey::BelowMinimum1Day)
            .unwrap();
        last.lateness = None;
    });
    life.on("2014-05-26T06:00:00Z");
    assert_eq!(
        outcomes(&life)[3].1,
        Outcome::Missed(Why::NoLongerUseful { seen_at: life.now })
    );
}

#[test]
fn published_on_20_may_the_moments_of_the_11th_and_18th_are_skipped_with_that_reason() {
    let mut life = published_at("2014-05-20T07:00:00Z", |_| {});
    let skipped = Outcome::Skipped(Why::BeforeKnown {
        known_from: instant("2014-05-20T07:00:00Z"),
    });
    assert_eq!(
        outcomes(&life),
        [(instant(MOMENTS[0]), skipped.clone()), (instant(MOMENTS[1]), skipped)]
    );
    life.on(MOMENTS[2]).on(MOMENTS[3]);
    assert_eq!(life.told(RuleKey::BelowMinimum3Days), ["Marc Jetten"]);
    assert_eq!(life.told(RuleKey::BelowMinimum1Day), ["Marc Jetten"]);
}

#[test]
fn a_moment_that_is_the_moment_of_publishing_counts() {
    let life = published_at(MOMENTS[1], |_| {});
    assert_eq!(outcomes(&life)[1], (instant(MOMENTS[1]), Outcome::Done(None)));
}

#[test]
fn a_rule_does_not_fire_for_moments_before_it_was_changed_nor_while_paused() {
    let valid_from = instant("2014-05-21T00:00:00Z");
    let mut life = published_with(|facts| {
        for rule in facts.rules.iter_mut() {
            match rule.key {
                RuleKey::BelowMinimum7Days => rule.valid_from = valid_from,
                RuleKey::BelowMinimum3Days => rule.pause_note = Some("we phone instead".parse().unwrap()),
                _ => {}
            }
        }
    });
    for moment in MOMENTS {
        life.on(moment);
    }
    let expected = [
        Outcome::Done(None),
        Outcome::Skipped(Why::BeforeRule { valid_from }),
        Outcome::Skipped(Why::Paused {
            note: "we phone instead".to_owned(),
        }),
        Outcome::Done(None),
    ];
    assert_eq!(
        outcomes(&life)
            .into_iter()
            .map(|(_, outcome)| outcome)
            .collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn every_organiser_is_warned_and_a_programme_without_one_says_so() {
    let mut life = published_with(|facts| {
        facts
            .programme
            .announced
            .team
            .push(member(4, "Sanne", "sanne@leernetwerk.example", &[TeamRole::Organiser]));
    });
    life.on(MOMENTS[0]);
    assert_eq!(life.told(RuleKey::BelowMinimum14Days), ["Marc Jetten", "Sanne"]);
    let mut life = published();
    life.facts.programme.announced.team.clear();
    life.on(MOMENTS[0]);
    assert_eq!(
        outcomes(&life),
        [(instant(MOMENTS[0]), Outcome::Skipped(Why::NobodyToTell))]
    );
}

#[test]
fn after_a_cancellation_the_moments_that_would_have_come_are_skipped() {
    let mut life = published();
    life.on(MOMENTS[0]).cancel().unwrap();
    life.on(MOMENTS[1]);
    assert_eq!(outcomes(&life)[1].1, Outcome::Skipped(Why::ProgrammeCancelled));
}
