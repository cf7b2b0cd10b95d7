//! People decide (rule 6), after a look at what their choice would bring.

use super::{
    CLOSING, KICK_OFF,
    brochure::{proposing, published, published_with},
    instant,
    life::{Life, person},
};
use crate::domain::{
    acts,
    decision::DecisionOutcome::{self, Go, NoGo},
    message::Letter,
    plan::{Confirms, DifferenceKind, Plan},
    programme::Phase,
    refusal::Refusal,
    registration::RegistrationStatus as Status,
    rule::RuleKey,
    timeline::{BuiltIn, Outcome, Source, StepKind, Why},
};

fn choose(life: &mut Life, outcome: DecisionOutcome, reason: Option<&str>) -> Result<(), Refusal> {
    let reason = reason.map(|reason| reason.parse().unwrap());
    life.act(|facts, now| {
        acts::can_decide(facts, now)?;
        acts::must_be_explained(facts, outcome, reason.is_some())?;
        acts::choose(facts, outcome, reason, now)
    })
}

fn plan_of(life: &Life, outcome: DecisionOutcome) -> Plan {
    let mut after = life.facts.clone();
    acts::choose(&mut after, outcome, None, life.now).unwrap();
    Plan::of(outcome.word(), Confirms::Numbers, &life.facts, &after, life.now)
}

/// Registration is closed with so many registered; the programme proposes.
fn awaiting(registered: usize) -> Life {
    let mut life = published_with(proposing);
    life.crowd(registered);
    life.on(CLOSING).on("2014-05-27T10:00:00Z");
    life
}

#[test]
fn a_go_is_chosen_and_counts_the_moment_it_is_made() {
    let mut life = awaiting(9);
    let leaving = life.facts.in_line(|_| true)[0];
    life.withdraw(leaving).unwrap();
    choose(&mut life, Go, None).unwrap();
    let decision = life.facts.decisions.last().unwrap();
    assert_eq!(
        (decision.outcome, decision.effective_at, decision.counted),
        (Go, life.now, 8)
    );
    assert_eq!(life.facts.programme.phase, Phase::GoingAhead);
    assert_eq!(life.told(RuleKey::ProgrammeGoesAhead).len(), 8);
    let recorded = life
        .steps
        .iter()
        .find(|step| step.key.source == Source::BuiltIn(BuiltIn::Decision))
        .unwrap();
    assert_eq!(recorded.kind, StepKind::Decision(Go));
    assert_eq!(
        recorded.outcome,
        Outcome::Done(Some(Why::Chosen {
            counted: 8,
            minimum: 8,
            reason: None
        }))
    );
}

#[test]
fn a_go_below_the_minimum_needs_a_reason_which_stays_on_record() {
    let mut life = awaiting(5);
    let refusal = choose(&mut life, Go, None).unwrap_err();
    assert_eq!(
        (refusal.word(), refusal.field()),
        ("REQUIRED", Some(&["reason".to_owned()][..]))
    );
    assert!(life.facts.decisions.is_empty());
    choose(&mut life, Go, Some("De groep wil het.")).unwrap();
    let decision = life.facts.decisions.last().unwrap();
    assert_eq!(decision.reason.as_deref(), Some("De groep wil het."));
    assert_eq!(life.told(RuleKey::ProgrammeGoesAhead).len(), 5);
}

#[test]
fn a_no_go_above_the_minimum_can_be_chosen_and_tells_everybody_why() {
    let mut life = awaiting(12);
    choose(&mut life, NoGo, Some("De locatie is afgebrand.")).unwrap();
    assert_eq!(life.facts.programme.phase, Phase::Cancelled);
    let first = life.facts.in_line(|_| true)[0];
    assert_eq!(life.status(first), Status::Cancelled);
    assert!(matches!(
        life.letter(RuleKey::ProgrammeCancelled, first),
        Some(Letter::ProgrammeCancelled { reason: Some(reason), .. }) if &**reason == "De locatie is afgebrand."
    ));
}

#[test]
fn it_is_chosen_once_and_only_between_the_closing_instant_and_the_kick_off() {
    let mut life = published_with(proposing);
    life.crowd(8);
    assert_eq!(choose(&mut life, Go, None).unwrap_err().word(), "STATE_CONFLICT");
    life.on(CLOSING);
    choose(&mut life, Go, None).unwrap();
    for outcome in [Go, NoGo] {
        assert_eq!(choose(&mut life, outcome, None).unwrap_err().word(), "STATE_CONFLICT");
    }
    let mut late = awaiting(8);
    late.on(KICK_OFF);
    assert_eq!(choose(&mut late, Go, None).unwrap_err().word(), "STATE_CONFLICT");
    assert_eq!(late.facts.decisions.last().unwrap().outcome, NoGo);
}

#[test]
fn the_same_desk_serves_when_the_waiting_list_could_make_it() {
    let mut life = published();
    life.facts.programme.announced.max_participants = 8;
    life.crowd(8);
    let waiting = life.join("Zoë");
    let first = life.facts.in_line(|_| true)[0];
    life.on("2014-05-25T21:00:00Z").withdraw(first).unwrap();
    life.on(CLOSING);
    assert_eq!(life.status(waiting), Status::Offered);
    choose(&mut life, Go, Some("Zoë komt.")).unwrap();
    life.accept(waiting).unwrap();
    assert_eq!(life.status(waiting), Status::Confirmed);
}

#[test]
fn while_undecided_they_are_reminded_three_times() {
    let mut life = awaiting(8);
    let reminders = [
        RuleKey::DecisionReminder3Days,
        RuleKey::DecisionReminder7Days,
        RuleKey::DecisionReminder14Days,
    ];
    for (rule, at) in
        reminders
            .into_iter()
            .zip(["2014-05-28T07:00:00Z", "2014-06-01T07:00:00Z", "2014-06-08T07:00:00Z"])
    {
        life.on(at);
        assert_eq!(life.told(rule), ["Marc Jetten"], "{at}");
    }
    let mut decided = awaiting(8);
    decided.on("2014-05-28T07:00:00Z");
    choose(&mut decided, Go, None).unwrap();
    decided.on("2014-06-09T07:00:00Z");
    assert_eq!(decided.told(RuleKey::DecisionReminder3Days), ["Marc Jetten"]);
    let second = decided.of_rule(RuleKey::DecisionReminder7Days).last().unwrap();
    assert_eq!(second.outcome, Outcome::Skipped(Why::AlreadyDecided));
}

#[test]
fn a_preview_is_what_then_happens() {
    for outcome in [Go, NoGo] {
        let mut life = awaiting(8);
        let plan = plan_of(&life, outcome);
        let before = life.steps.len();
        choose(&mut life, outcome, None).unwrap();
        assert_eq!(plan.summary.mails, 8 + 1, "eight people and the report");
        // Until personal data has gone, too.
        life.on(KICK_OFF).on("2018-01-01T00:00:00Z");
        let come: Vec<_> = life.steps[before..]
            .iter()
            .map(|step| (&step.key, &step.kind))
            .collect();
        let foretold: Vec<_> = plan.steps.iter().map(|step| (&step.key, &step.kind)).collect();
        assert_eq!(come, foretold, "{outcome:?}");
    }
}

#[test]
fn the_hash_stays_while_nothing_changes_and_changes_with_the_people() {
    let mut life = awaiting(9);
    let seen = plan_of(&life, Go).hash;
    assert_ne!(seen, plan_of(&life, NoGo).hash);
    life.on("2014-05-27T11:30:00Z");
    assert_eq!(seen, plan_of(&life, Go).hash, "an hour later");
    let leaving = life.facts.in_line(|_| true)[0];
    life.withdraw(leaving).unwrap();
    assert_ne!(seen, plan_of(&life, Go).hash);
}

#[test]
fn what_a_go_changes_is_told_against_what_happens_when_nobody_decides() {
    let life = awaiting(8);
    let plan = plan_of(&life, Go);
    let of = |source: Source| {
        let found = plan
            .differences
            .iter()
            .filter(move |difference| difference.source == source);
        found
            .map(|difference| (difference.change, difference.at, difference.recipients.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(Source::Rule(RuleKey::ProgrammeGoesAhead)),
        [(DifferenceKind::Added, life.now, 8)]
    );
    assert_eq!(
        of(Source::Rule(RuleKey::ProgrammeCancelled)),
        [(DifferenceKind::Dropped, instant(KICK_OFF), 8)]
    );
    assert_eq!(
        of(Source::Rule(RuleKey::DecisionReminder3Days)),
        [(DifferenceKind::Dropped, instant("2014-05-28T07:00:00Z"), 1)]
    );
    let decision = plan
        .differences
        .iter()
        .find(|difference| difference.source == Source::BuiltIn(BuiltIn::Decision))
        .unwrap();
    assert_eq!(
        (decision.change, decision.moved_from),
        (DifferenceKind::Moved, Some(instant(KICK_OFF))),
        "else it is a no-go at the kick-off"
    );
}

#[test]
fn nobody_is_asked_twice_after_the_deadline_moved() {
    let mut life = awaiting(5);
    life.extend("2014-06-01").unwrap();
    life.register(person("Zoë")).unwrap();
    assert_eq!(
        choose(&mut life, Go, Some("Toch.")).unwrap_err().word(),
        "STATE_CONFLICT"
    );
    life.on("2014-06-01T22:00:00Z");
    assert_eq!(
        life.of_rule(RuleKey::DecisionRequested).count(),
        2,
        "once for each deadline"
    );
    choose(&mut life, Go, Some("Toch.")).unwrap();
}
