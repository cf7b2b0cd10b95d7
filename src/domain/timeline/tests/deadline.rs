//! The closing instant and the decision (rules 1, 3, 6).

use chrono::Duration;

use super::{
    CLOSING, KICK_OFF,
    brochure::{proposing, published, published_with},
    instant,
    life::person,
};
use crate::domain::{
    decision::DecisionOutcome::{Go, NoGo},
    message::{CancellationCause, ExpiryCause, Letter},
    programme::{Phase, ProgrammeStatus},
    refusal::Refusal,
    registration::RegistrationStatus as Status,
    rule::RuleKey,
    timeline::{BuiltIn, Outcome, Source, StepKind},
};

#[test]
fn eight_verified_is_a_go_with_a_mail_for_each() {
    let mut life = published();
    let crowd = life.crowd(8);
    life.on(CLOSING);
    let [decision] = &life.facts.decisions[..] else {
        panic!("one decision")
    };
    assert_eq!((decision.outcome, decision.counted, decision.minimum), (Go, 8, 8));
    assert_eq!(
        (decision.effective_at, decision.decided_at),
        (instant(CLOSING), instant(CLOSING))
    );
    assert_eq!(life.facts.programme.phase, Phase::GoingAhead);
    for id in crowd {
        assert_eq!(life.status(id), Status::Confirmed);
        assert_eq!(life.facts.registrations[&id].confirmed_at, Some(instant(CLOSING)));
        assert_eq!(
            life.letter(RuleKey::ProgrammeGoesAhead, id),
            Some(&Letter::ProgrammeGoesAhead { participants: 8 })
        );
    }
    let mails = life.mails_since(CLOSING);
    assert_eq!(
        mails.into_iter().collect::<Vec<_>>(),
        [("decision-report", 1), ("programme-goes-ahead", 8)]
    );
    assert_eq!(
        life.told(RuleKey::DecisionReport),
        ["Marc Jetten"],
        "organisers, not facilitators or contacts"
    );
}

#[test]
fn seven_verified_and_one_unverified_is_a_no_go() {
    let mut life = published();
    let crowd = life.crowd(7);
    let (eighth, receipt) = life.on("2014-05-24T10:00:00Z").register(person("Hanna")).unwrap();
    assert_eq!(
        receipt.confirm_before,
        instant(CLOSING),
        "a held place ends at the deadline"
    );
    life.on(CLOSING);
    let [decision] = &life.facts.decisions[..] else {
        panic!("one decision")
    };
    assert_eq!(
        (decision.outcome, decision.counted, decision.effective_at),
        (NoGo, 7, instant(CLOSING))
    );
    assert_eq!(life.status(eighth), Status::Expired);
    assert!(crowd.into_iter().all(|id| life.status(id) == Status::Cancelled));
    assert_eq!(life.told(RuleKey::ProgrammeCancelled).len(), 7);
    let expired = Letter::RegistrationExpired {
        cause: ExpiryCause::NotVerified,
        can_register_anew: false,
    };
    assert_eq!(life.letter(RuleKey::RegistrationExpired, eighth), Some(&expired));
}

#[test]
fn eight_of_whom_one_leaves_before_the_deadline_is_a_no_go_and_one_after_it_changes_nothing() {
    let mut life = published();
    let crowd = life.crowd(8);
    let mut after = life.clone();
    life.withdraw(crowd[0]).unwrap();
    life.on(CLOSING);
    assert_eq!(life.facts.decisions[0].outcome, NoGo);
    assert!(life.told(RuleKey::BelowMinimumAfterGo).is_empty());
    after.on(CLOSING).withdraw(crowd[0]).unwrap();
    assert_eq!(
        (after.facts.programme.phase, after.facts.decisions.len()),
        (Phase::GoingAhead, 1)
    );
    assert_eq!(after.told(RuleKey::BelowMinimumAfterGo), ["Marc Jetten"]);
    let withdrawn = after.letter(RuleKey::RegistrationWithdrawn, crowd[0]);
    assert_eq!(
        withdrawn,
        Some(&Letter::RegistrationWithdrawn {
            after_go: true,
            cents_due: Some(77_500)
        })
    );
    after.withdraw(crowd[1]).unwrap();
    assert_eq!(
        after.told(RuleKey::BelowMinimumAfterGo).len(),
        2,
        "each further one is told"
    );
}

#[test]
fn only_who_counted_brings_a_programme_below_its_minimum() {
    let mut life = published();
    let crowd = life.crowd(12);
    let waiting = life.join("Zoë");
    let last = life.join("Yara");
    life.on(CLOSING);
    for id in &crowd[..5] {
        life.withdraw(*id).unwrap();
    }
    assert_eq!(
        (life.facts.counts.counted, life.told(RuleKey::BelowMinimumAfterGo).len()),
        (7, 1)
    );
    assert_eq!(
        (life.status(waiting), life.status(last)),
        (Status::Offered, Status::Offered)
    );
    life.withdraw(waiting).unwrap();
    life.decline(last).unwrap();
    assert_eq!(life.told(RuleKey::BelowMinimumAfterGo).len(), 1);
}

#[test]
fn people_who_wait_unverified_could_not_make_it_up() {
    let mut life = published_with(|facts| facts.programme.announced.max_participants = 8);
    life.crowd(7);
    life.on("2014-05-24T10:00:00Z").register(person("Zoë")).unwrap();
    let (waiting, receipt) = life.register(person("Yara")).unwrap();
    assert_eq!(receipt.waiting_position, Some(1));
    life.on(CLOSING);
    assert_eq!(life.facts.decisions[0].outcome, NoGo);
    assert_eq!(
        (life.status(waiting), life.letter(RuleKey::ProgrammeCancelled, waiting)),
        (Status::Cancelled, None)
    );
}

#[test]
fn twelve_of_whom_four_leave_after_the_go_are_still_enough() {
    let mut life = published();
    let crowd = life.crowd(12);
    life.on(CLOSING);
    for id in &crowd[..4] {
        life.withdraw(*id).unwrap();
    }
    assert!(life.told(RuleKey::BelowMinimumAfterGo).is_empty());
}

#[test]
fn one_second_before_the_closing_instant_is_open_and_at_it_closed() {
    let mut life = published();
    life.to(instant(CLOSING) - Duration::seconds(1));
    assert_eq!(life.facts.programme.status(life.now), ProgrammeStatus::Open);
    let (_, receipt) = life.register(person("Anna")).unwrap();
    assert_eq!(receipt.confirm_before, instant(CLOSING));
    life.add(person("Bram")).unwrap();
    life.on(CLOSING);
    let passed = Refusal::DeadlinePassed {
        closed_at: instant(CLOSING),
    };
    assert_eq!(life.register(person("Carla")).unwrap_err(), passed);
    assert_eq!(life.add(person("Carla")).unwrap_err(), passed);

    let mut life = published_with(proposing);
    life.on(CLOSING);
    assert_eq!(life.facts.programme.status(life.now), ProgrammeStatus::AwaitingDecision);
    assert_eq!(life.register(person("Carla")).unwrap_err(), passed);
}

#[test]
fn registration_opens_at_its_moment_and_not_before() {
    let opens_at = instant("2014-05-05T06:00:00Z");
    let mut life = published_with(|facts| facts.programme.announced.registration_opens_at = Some(opens_at));
    life.to(opens_at - Duration::microseconds(1));
    assert_eq!(
        life.register(person("Anna")).unwrap_err(),
        Refusal::RegistrationNotOpen {
            opens_at: Some(opens_at)
        }
    );
    life.to(opens_at);
    life.join("Anna");
}

/// Seven hold a place for good and the eighth place is on offer over the deadline (eight places in all).
fn seven_and_one_offered() -> (super::life::Life, crate::domain::ids::RegistrationId) {
    let mut life = published_with(|facts| facts.programme.announced.max_participants = 8);
    let crowd = life.crowd(8);
    let waiting = life.join("Zoë");
    // Friday: the offer stands until the end of Tuesday the 27th.
    life.on("2014-05-23T10:00:00Z").withdraw(crowd[7]).unwrap();
    assert_eq!(life.status(waiting), Status::Offered);
    life.on(CLOSING);
    (life, waiting)
}

#[test]
fn seven_and_one_offered_is_asked_and_undecided_at_the_kick_off_a_no_go() {
    let (mut life, waiting) = seven_and_one_offered();
    assert!(life.facts.decisions.is_empty());
    assert_eq!(life.facts.programme.status(life.now), ProgrammeStatus::AwaitingDecision);
    assert_eq!(life.told(RuleKey::DecisionRequested), ["Marc Jetten"]);
    let asked = life.of_rule(RuleKey::DecisionRequested).last().unwrap();
    let letter = Letter::DecisionRequested {
        counted: 7,
        minimum: 8,
        waiting: 1,
        decide_before: instant(KICK_OFF),
        is_reminder: false,
    };
    assert_eq!(asked.kind, StepKind::Mail(letter));
    life.accept(waiting).unwrap();
    assert_eq!(
        (life.facts.counts.counted, life.status(waiting)),
        (8, Status::Registered)
    );
    life.on("2014-06-12T07:29:59Z");
    assert!(life.facts.decisions.is_empty());
    life.on(KICK_OFF);
    let [decision] = &life.facts.decisions[..] else {
        panic!("one decision")
    };
    assert_eq!(
        (decision.outcome, decision.effective_at, decision.counted),
        (NoGo, instant(KICK_OFF), 8)
    );
    assert_eq!(decision.reason, None, "nobody said anything");
    assert_eq!(life.told(RuleKey::ProgrammeCancelled).len(), 8);
    let why = life
        .steps
        .iter()
        .find(|step| step.key.source == Source::BuiltIn(BuiltIn::Decision))
        .and_then(|step| step.outcome.why());
    assert_eq!(
        why.unwrap().words(life.facts.programme.announced.time_zone),
        "nothing was decided before the kick-off (8 counted, the minimum is 8)"
    );
}

#[test]
fn whoever_waits_for_a_kick_off_that_brings_a_no_go_is_told_that_and_not_that_it_started() {
    let mut life = published_with(|facts| {
        (
            facts.programme.announced.min_participants,
            facts.programme.announced.max_participants,
        ) = (8, 8)
    });
    let crowd = life.crowd(8);
    let waiting = life.join("Zoë");
    let other = life.join("Yara");
    life.on("2014-05-25T21:00:00Z").withdraw(crowd[0]).unwrap();
    life.decline(waiting).unwrap();
    life.decline(other).unwrap();
    assert_eq!(life.facts.counts.counted, 7);
    let late = life.join("Wout");
    let last = life.join("Sem");
    assert_eq!(
        (life.status(late), life.status(last)),
        (Status::Registered, Status::Waiting)
    );
    life.withdraw(crowd[1]).unwrap();
    assert_eq!(life.status(last), Status::Offered);
    let behind = life.join("Tess");
    assert_eq!(life.status(behind), Status::Waiting);
    life.on(CLOSING);
    assert!(life.facts.decisions.is_empty(), "seven, one offered, one waiting");
    life.on(KICK_OFF);
    assert_eq!(
        (life.status(last), life.status(behind)),
        (Status::Expired, Status::Expired)
    );
    let cause = CancellationCause::NoGo { counted: 7, minimum: 8 };
    assert_eq!(
        life.letter(RuleKey::ProgrammeCancelled, behind),
        Some(&Letter::ProgrammeCancelled {
            cause,
            reason: None,
            in_calendars: Vec::new()
        })
    );
    assert_eq!(life.letter(RuleKey::RegistrationExpired, behind), None);
}

#[test]
fn a_programme_that_proposes_asks_whatever_the_count() {
    for size in [0, 7, 8, 12] {
        let mut life = published_with(proposing);
        life.crowd(size);
        life.on(CLOSING);
        assert!(life.facts.decisions.is_empty(), "{size}");
        assert_eq!(life.built_in(BuiltIn::DecisionProposal), [instant(CLOSING)]);
        assert_eq!(life.told(RuleKey::DecisionRequested), ["Marc Jetten"]);
        life.on("2014-12-31T00:00:00Z");
        assert_eq!(life.facts.decisions[0].outcome, NoGo);
        assert_eq!(life.built_in(BuiltIn::Decision), [instant(KICK_OFF)]);
        assert_eq!(life.facts.decisions[0].decided_at, life.now);
    }
}

#[test]
fn at_one_instant_expiries_come_first_then_the_decision_the_offers_and_the_mails() {
    let mut life = published_with(|facts| {
        (
            facts.programme.announced.min_participants,
            facts.programme.announced.max_participants,
        ) = (2, 3)
    });
    life.join("Anna");
    life.join("Bram");
    life.on("2014-05-24T10:00:00Z").register(person("Carla")).unwrap();
    life.join("Daan");
    let from = life.steps.len();
    life.on(CLOSING);
    // Moments of the kick-off that the go comes too late for are skipped, as the ledger says.
    let told: Vec<_> = life.steps[from..]
        .iter()
        .filter(|step| matches!(step.outcome, Outcome::Done(_)))
        .map(|step| {
            let who = step
                .key
                .subject
                .map_or("the programme".to_owned(), |subject| life.name(subject));
            format!("{} {who}", step.key.source.word())
        })
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(String::as_str)
        .filter(|line| !line.starts_with("below-minimum"))
        .collect();
    assert_eq!(
        told,
        [
            "registration-expiry Carla",
            "decision the programme",
            "offer Daan",
            "registration-expired Carla",
            "decision-report Marc Jetten",
            "programme-goes-ahead Anna",
            "programme-goes-ahead Bram",
            "place-offered Daan",
        ]
    );
}

#[test]
fn a_server_that_was_down_for_three_days_decides_the_same_once_as_of_the_closing_instant() {
    let mut life = published();
    life.crowd(7);
    let (late, _) = life.on("2014-05-23T12:00:00Z").register(person("Hanna")).unwrap();
    let mut punctual = life.clone();
    life.on("2014-05-28T22:00:00Z");
    punctual.on(CLOSING).on("2014-05-28T22:00:00Z");
    let [decision] = &life.facts.decisions[..] else {
        panic!("one decision")
    };
    assert_eq!(
        (decision.effective_at, decision.decided_at),
        (instant(CLOSING), instant("2014-05-28T22:00:00Z"))
    );
    assert_eq!((decision.outcome, life.status(late)), (NoGo, Status::Expired));
    assert_eq!(life.facts.registrations, punctual.facts.registrations);
    assert_eq!(
        life.mails_since(CLOSING),
        punctual.mails_since(CLOSING),
        "decisions and what follows are never too late"
    );
}
