//! Organisers change rules and write announcements; neither reaches back (rule 16).

use chrono::Weekday;
use uuid::Uuid;

use super::{
    CLOSING,
    brochure::published,
    instant,
    life::{Life, person},
};
use crate::domain::{
    acts::{self, RuleChange, TriggerFields},
    announcement::{Audience, OwnMail},
    calendar::USUAL_TIME,
    ids::AnnouncementId,
    plan::{Confirms, DifferenceKind, Plan},
    refusal::Refusal,
    rule::RuleKey,
    timeline::{Outcome, Source, Why},
    trigger::{Anchor, Trigger, WhenMoved},
};

fn set(life: &mut Life, key: RuleKey, change: RuleChange) -> Result<(), Refusal> {
    life.act(|facts, now| acts::set_rule(facts, key, change, now))
}

fn days_before_deadline(days: i32) -> RuleChange {
    RuleChange {
        trigger: Some(Some(Trigger::Anchored {
            anchor: Anchor::RegistrationDeadline,
            offset_days: -days,
            at: USUAL_TIME,
        })),
        ..RuleChange::default()
    }
}

fn announce(life: &mut Life, audience: Audience, trigger: Option<Trigger>) -> Result<AnnouncementId, Refusal> {
    let id = AnnouncementId(life.fresh());
    life.act(|facts, now| {
        let mail = OwnMail {
            id,
            audience,
            subject: "nieuws".parse().unwrap(),
            body: "Er is nieuws.".parse().unwrap(),
            trigger,
            announced_at: now,
            withdrawn_at: None,
        };
        acts::announce(facts, mail, now)
    })?;
    Ok(id)
}

fn dues(life: &Life, key: RuleKey) -> Vec<String> {
    life.of_rule(key)
        .map(|step| {
            let state = if matches!(step.outcome, Outcome::Done(_)) {
                ""
            } else {
                " not"
            };
            format!("{}{state}", step.due_at.format("%d %b %H:%M"))
        })
        .collect()
}

#[test]
fn a_moved_rule_fires_at_its_new_moment_only() {
    let mut life = published();
    set(&mut life, RuleKey::BelowMinimum7Days, days_before_deadline(5)).unwrap();
    life.on("2014-05-18T07:00:00Z").on("2014-05-20T07:00:00Z").on(CLOSING);
    assert_eq!(dues(&life, RuleKey::BelowMinimum7Days), ["20 May 07:00"]);
    let rule = life.facts.rule(RuleKey::BelowMinimum7Days).unwrap();
    assert_eq!((rule.version, rule.valid_from), (2, instant("2014-05-01T07:00:00Z")));
}

#[test]
fn a_rule_moved_to_the_past_stands_as_skipped_and_one_that_fired_does_not_fire_again() {
    let mut life = published();
    life.on("2014-05-19T10:00:00Z");
    set(&mut life, RuleKey::BelowMinimum3Days, days_before_deadline(10)).unwrap();
    set(&mut life, RuleKey::BelowMinimum7Days, days_before_deadline(2)).unwrap();
    life.on(CLOSING);
    let skipped = life.of_rule(RuleKey::BelowMinimum3Days).last().unwrap();
    assert_eq!(
        (skipped.due_at, &skipped.outcome),
        (
            instant("2014-05-15T07:00:00Z"),
            &Outcome::Skipped(Why::BeforeRule {
                valid_from: instant("2014-05-19T10:00:00Z")
            })
        )
    );
    assert_eq!(
        dues(&life, RuleKey::BelowMinimum7Days),
        ["18 May 07:00 not"],
        "seen a day late"
    );
}

#[test]
fn minutes_count_from_the_closing_instant() {
    let mut life = published();
    let change = RuleChange {
        trigger: Some(Some(Trigger::Counted {
            anchor: Anchor::RegistrationDeadline,
            offset_minutes: -90,
        })),
        ..RuleChange::default()
    };
    set(&mut life, RuleKey::BelowMinimum1Day, change).unwrap();
    life.on("2014-05-25T20:30:00Z");
    assert_eq!(dues(&life, RuleKey::BelowMinimum1Day), ["25 May 20:30"]);
}

#[test]
fn what_does_not_change_makes_no_version_and_nonsense_is_refused_with_what_is_known() {
    let mut life = published();
    set(&mut life, RuleKey::BelowMinimum7Days, days_before_deadline(7)).unwrap();
    assert_eq!(life.facts.rule(RuleKey::BelowMinimum7Days).unwrap().version, 1);
    let anchored = |anchor, offset_days| RuleChange {
        trigger: Some(Some(Trigger::Anchored {
            anchor,
            offset_days,
            at: USUAL_TIME,
        })),
        ..RuleChange::default()
    };
    for (key, change, told) in [
        (
            RuleKey::BelowMinimum7Days,
            anchored(Anchor::ProgrammeEnd, 0),
            "registration-opens, registration-deadline",
        ),
        (
            RuleKey::BelowMinimum7Days,
            anchored(Anchor::RegistrationDeadline, -401),
            "at most 400 days",
        ),
        (
            RuleKey::DecisionReport,
            anchored(Anchor::RegistrationDeadline, 1),
            "below-minimum-14-days",
        ),
        (
            RuleKey::ConfirmRegistration,
            RuleChange {
                pause_note: Some("even niet".parse().ok()),
                ..RuleChange::default()
            },
            "nobody could take part",
        ),
        (
            RuleKey::DecisionReport,
            RuleChange {
                lateness_hours: Some(Some(0)),
                ..RuleChange::default()
            },
            "from 1 to",
        ),
    ] {
        let refusal = set(&mut life, key, change).unwrap_err();
        assert!(refusal.to_string().contains(told), "{refusal}");
    }
}

#[test]
fn triggers_are_read_as_one_of_three_shapes() {
    let fields = TriggerFields {
        anchor: Some(Anchor::MeetingStart),
        ..TriggerFields::default()
    };
    assert_eq!(
        fields.parse().unwrap(),
        Trigger::Anchored {
            anchor: Anchor::MeetingStart,
            offset_days: 0,
            at: USUAL_TIME
        }
    );
    for wrong in [
        TriggerFields::default(),
        TriggerFields {
            weekday: Some(Weekday::Mon),
            ..fields
        },
        TriggerFields {
            offset_days: Some(1),
            offset_minutes: Some(1),
            ..fields
        },
        TriggerFields {
            offset_minutes: Some(1),
            at: Some(USUAL_TIME),
            ..fields
        },
        TriggerFields {
            anchor: None,
            weekday: Some(Weekday::Mon),
            offset_days: Some(1),
            ..fields
        },
    ] {
        let refusal = wrong.parse().unwrap_err();
        assert!(refusal.field().unwrap()[0] == "trigger", "{refusal}");
    }
}

#[test]
fn an_announcement_reaches_those_who_belong_to_it_when_it_goes_out() {
    let mut life = published();
    life.crowd(2);
    life.register(person("Onno")).unwrap();
    announce(&mut life, Audience::Participants, None).unwrap();
    assert_eq!(
        life.told(RuleKey::Announcement),
        ["Anna", "Bram"],
        "not the unverified one"
    );
    let tomorrow = Trigger::Anchored {
        anchor: Anchor::RegistrationOpens,
        offset_days: 1,
        at: USUAL_TIME,
    };
    announce(&mut life, Audience::Everyone, Some(tomorrow)).unwrap();
    life.join("Carla");
    life.on("2014-05-02T07:00:00Z");
    assert_eq!(
        life.told(RuleKey::Announcement).len(),
        2 + 3 + 3,
        "three people, three of the team"
    );
}

#[test]
fn before_each_meeting_to_come_and_never_for_those_that_were() {
    let mut life = published();
    life.crowd(8);
    life.on(CLOSING).on("2014-06-20T10:00:00Z");
    let day_before = Trigger::Anchored {
        anchor: Anchor::MeetingStart,
        offset_days: -1,
        at: USUAL_TIME,
    };
    announce(&mut life, Audience::Organisers, Some(day_before)).unwrap();
    let end = life.facts.programme.ends_at().unwrap();
    for at in [
        "2014-09-22T07:00:00Z",
        "2014-11-05T08:00:00Z",
        "2014-12-09T08:00:00Z",
        "2015-01-28T08:00:00Z",
    ] {
        life.on(at);
    }
    life.to(end);
    assert_eq!(
        dues(&life, RuleKey::Announcement),
        [
            "11 Jun 07:00 not",
            "22 Sep 07:00",
            "05 Nov 08:00",
            "09 Dec 08:00",
            "28 Jan 08:00"
        ]
    );
}

#[test]
fn a_weekday_is_the_first_to_come() {
    let mut life = published();
    // Published on Thursday 1 May at nine.
    for (weekday, due) in [(Weekday::Fri, "02 May 07:00"), (Weekday::Thu, "08 May 07:00")] {
        let mut life = life.clone();
        announce(
            &mut life,
            Audience::Organisers,
            Some(Trigger::Weekday {
                weekday,
                at: USUAL_TIME,
            }),
        )
        .unwrap();
        life.on(due_instant(due)).on("2014-05-20T07:00:00Z");
        assert_eq!(dues(&life, RuleKey::Announcement), [due]);
    }
    life.on(CLOSING);
}

fn due_instant(due: &str) -> &'static str {
    if due.starts_with("02") {
        "2014-05-02T07:00:00Z"
    } else {
        "2014-05-08T07:00:00Z"
    }
}

#[test]
fn to_nobody_in_the_past_or_of_a_draft_is_refused_and_what_is_to_come_can_be_taken_back() {
    let mut life = published();
    let refusal = announce(&mut life, Audience::Waiting, None).unwrap_err();
    assert_eq!(refusal.field(), Some(&["audience".to_owned()][..]));
    let past = Trigger::Counted {
        anchor: Anchor::RegistrationOpens,
        offset_minutes: -5,
    };
    assert_eq!(
        announce(&mut life, Audience::Team, Some(past)).unwrap_err().field(),
        Some(&["trigger".to_owned()][..])
    );
    let back = Trigger::Anchored {
        anchor: Anchor::Decision,
        offset_days: -1,
        at: USUAL_TIME,
    };
    assert!(
        announce(&mut life, Audience::Team, Some(back))
            .unwrap_err()
            .to_string()
            .contains("counts back")
    );
    let after_decision = Trigger::Anchored {
        anchor: Anchor::Decision,
        offset_days: 0,
        at: USUAL_TIME,
    };
    let kept = announce(&mut life, Audience::Organisers, Some(after_decision)).unwrap();
    let taken_back = announce(&mut life, Audience::Organisers, Some(after_decision)).unwrap();
    life.act(|facts, now| acts::withdraw_announcement(facts, taken_back, now))
        .unwrap();
    life.on(CLOSING).on("2014-05-26T07:00:00Z");
    let came: Vec<_> = life
        .of_rule(RuleKey::Announcement)
        .map(|step| step.key.occurrence.clone())
        .collect();
    assert_eq!(came, [format!("{kept}@1")]);
    let gone = life
        .act(|facts, now| acts::withdraw_announcement(facts, kept, now))
        .unwrap_err();
    assert!(gone.to_string().contains("has gone out"));
    let unknown = AnnouncementId(Uuid::from_u128(9));
    assert_eq!(
        life.act(|facts, now| acts::withdraw_announcement(facts, unknown, now))
            .unwrap_err()
            .word(),
        "NOT_FOUND"
    );
}

#[test]
fn the_difference_names_what_is_added_moved_dropped_and_done() {
    let mut life = published();
    life.on("2014-05-11T07:00:00Z");
    let difference = |life: &Life, key: RuleKey, change: RuleChange| {
        let mut after = life.facts.clone();
        acts::set_rule(&mut after, key, change, life.now).unwrap();
        let plan = Plan::of("rule", Confirms::Differences, &life.facts, &after, life.now);
        plan.differences
            .iter()
            .map(|one| (one.change, one.source, one.at, one.moved_from, one.recipients.len()))
            .collect::<Vec<_>>()
    };
    let source = Source::Rule;
    assert_eq!(
        difference(&life, RuleKey::BelowMinimum7Days, days_before_deadline(5)),
        [(
            DifferenceKind::Moved,
            source(RuleKey::BelowMinimum7Days),
            instant("2014-05-20T07:00:00Z"),
            Some(instant("2014-05-18T07:00:00Z")),
            1
        )]
    );
    let pause = RuleChange {
        pause_note: Some("wij bellen".parse().ok()),
        ..RuleChange::default()
    };
    assert_eq!(
        difference(&life, RuleKey::BelowMinimum3Days, pause),
        [(
            DifferenceKind::Dropped,
            source(RuleKey::BelowMinimum3Days),
            instant("2014-05-22T07:00:00Z"),
            None,
            1
        )]
    );
    assert_eq!(
        difference(&life, RuleKey::BelowMinimum14Days, days_before_deadline(4)),
        [(
            DifferenceKind::AlreadyDone,
            source(RuleKey::BelowMinimum14Days),
            instant("2014-05-21T07:00:00Z"),
            Some(instant("2014-05-11T07:00:00Z")),
            0
        )]
    );
}

#[test]
fn an_extension_moves_the_warnings_that_fire_again_and_leaves_those_that_fire_once() {
    let mut life = published();
    let once = RuleChange {
        when_moved: Some(WhenMoved::Once),
        ..RuleChange::default()
    };
    set(&mut life, RuleKey::BelowMinimum14Days, once).unwrap();
    life.on("2014-05-11T07:00:00Z").on("2014-05-18T07:00:00Z");
    let mut after = life.facts.clone();
    acts::extend_deadline(
        &mut after,
        "2014-06-08".parse().unwrap(),
        &"Meer tijd.".parse().unwrap(),
        Uuid::from_u128(1),
        life.now,
    )
    .unwrap();
    let plan = Plan::of("extend", Confirms::Numbers, &life.facts, &after, life.now);
    let of = |key: RuleKey| {
        let found = plan.differences.iter().find(|one| one.source == Source::Rule(key));
        found.map(|one| (one.change, one.at.to_string(), one.moved_from.map(|at| at.to_string())))
    };
    let told = |change, at: &str, from: Option<&str>| Some((change, at.to_owned(), from.map(str::to_owned)));
    assert_eq!(
        of(RuleKey::BelowMinimum14Days),
        told(
            DifferenceKind::AlreadyDone,
            "2014-05-25 07:00:00 UTC",
            Some("2014-05-11 07:00:00 UTC")
        )
    );
    assert_eq!(
        of(RuleKey::BelowMinimum7Days),
        told(DifferenceKind::Added, "2014-06-01 07:00:00 UTC", None)
    );
    assert_eq!(
        of(RuleKey::BelowMinimum3Days),
        told(
            DifferenceKind::Moved,
            "2014-06-05 07:00:00 UTC",
            Some("2014-05-22 07:00:00 UTC")
        )
    );
}
