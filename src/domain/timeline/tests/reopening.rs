//! Extending, reopening and cancelling (rule 6).

use super::{
    CLOSING, KICK_OFF,
    brochure::{draft, member, proposing, published, published_with},
    instant,
    life::{Life, person},
};
use crate::domain::{
    acts,
    decision::DecisionOutcome::{Go, NoGo},
    message::{CancellationCause, Letter},
    programme::{Announcement, Phase, ProgrammeStatus, TeamRole},
    refusal::Refusal,
    registration::RegistrationStatus as Status,
    rule::RuleKey,
    timeline::{Outcome, Why},
};

/// The last instant of 1 June in Amsterdam.
const NEW_CLOSING: &str = "2014-06-01T22:00:00Z";

fn extended(can_register_anew: bool) -> Letter {
    Letter::DeadlineExtended {
        registration_deadline: "2014-06-01".parse().unwrap(),
        reason: "More time.".parse().unwrap(),
        can_register_anew,
    }
}

#[test]
fn while_open_the_day_moves_with_its_warnings() {
    let mut life = published();
    let anna = life.join("Anna");
    let (unverified, _) = life.on("2014-05-24T08:00:00Z").register(person("Bram")).unwrap();
    life.extend("2014-06-01").unwrap();
    assert_eq!(life.letter(RuleKey::DeadlineExtended, anna), Some(&extended(false)));
    assert_eq!(
        life.letter(RuleKey::DeadlineExtended, unverified),
        None,
        "an unverified address gets no more mail"
    );
    life.on(CLOSING);
    assert_eq!(
        (life.facts.decisions.len(), life.status(unverified)),
        (0, Status::Unverified)
    );
    life.on("2014-05-27T08:00:00Z");
    assert_eq!(life.status(unverified), Status::Expired, "72 hours it has, not more");
    life.on("2014-05-29T07:00:00Z")
        .on("2014-05-31T07:00:00Z")
        .on(NEW_CLOSING);
    let fourteen: Vec<_> = life
        .of_rule(RuleKey::BelowMinimum14Days)
        .map(|step| step.outcome.clone())
        .collect();
    assert!(
        matches!(fourteen[1], Outcome::Skipped(Why::BeforeKnown { .. })),
        "18 May was past when 1 June was set"
    );
    let days = [
        RuleKey::BelowMinimum7Days,
        RuleKey::BelowMinimum3Days,
        RuleKey::BelowMinimum1Day,
    ]
    .map(|rule| life.told(rule).len());
    assert_eq!(
        days,
        [1, 1, 2],
        "25, 29 and 31 May for the new deadline; 24 May for the old one"
    );
    assert_eq!(
        (life.facts.decisions[0].outcome, life.facts.decisions[0].effective_at),
        (NoGo, instant(NEW_CLOSING))
    );
}

#[test]
fn while_awaiting_registration_reopens_and_the_new_deadline_is_decided_for_itself() {
    let mut life = published_with(proposing);
    life.crowd(7);
    life.on("2014-05-27T08:00:00Z").extend("2014-06-01").unwrap();
    assert_eq!(life.facts.programme.status(life.now), ProgrammeStatus::Open);
    assert_eq!(life.told(RuleKey::DeadlineExtended).len(), 7);
    life.join("Hanna");
    life.on(NEW_CLOSING);
    assert_eq!(
        life.told(RuleKey::DecisionRequested).len(),
        2,
        "asked again for the new deadline"
    );
    life.on(KICK_OFF);
    assert_eq!(life.facts.decisions.len(), 1);
}

#[test]
fn after_a_go_newcomers_are_confirmed_and_nothing_is_decided_again() {
    let mut life = published();
    let crowd = life.crowd(8);
    life.on("2014-05-26T08:00:00Z").extend("2014-06-01").unwrap();
    assert_eq!(life.facts.programme.status(life.now), ProgrammeStatus::GoingAhead);
    let late = life.join("Zoë");
    assert_eq!(life.status(late), Status::Confirmed);
    let received = Letter::RegistrationReceived { is_confirmed: true };
    assert_eq!(life.letter(RuleKey::RegistrationReceived, late), Some(&received));
    let added = life.add(person("Yara")).unwrap();
    assert_eq!(life.status(added), Status::Confirmed);
    let (unverified, _) = life.on("2014-06-01T12:00:00Z").register(person("Wout")).unwrap();
    for id in &crowd[..5] {
        life.withdraw(*id).unwrap();
    }
    life.on("2014-06-20T00:00:00Z");
    assert_eq!(life.status(unverified), Status::Expired);
    assert_eq!(
        (life.facts.decisions.len(), life.facts.programme.phase),
        (1, Phase::GoingAhead)
    );
    let last = life.of_rule(RuleKey::BelowMinimum1Day).last().unwrap();
    assert_eq!(last.outcome, Outcome::Skipped(Why::AlreadyDecided));
}

fn after_a_no_go() -> (Life, Vec<crate::domain::ids::RegistrationId>) {
    let mut life = published();
    let crowd = life.crowd(6);
    life.on("2014-05-26T08:00:00Z");
    assert_eq!(life.facts.decisions[0].outcome, NoGo);
    (life, crowd)
}

#[test]
fn after_a_no_go_those_cancelled_register_anew_in_one_press() {
    let (mut life, crowd) = after_a_no_go();
    assert!(life.register_anew(crowd[0]).is_err(), "not while it is cancelled");
    life.extend("2014-06-01").unwrap();
    assert_eq!(
        (life.facts.programme.phase, &life.facts.programme.cancellation),
        (Phase::Open, &None)
    );
    assert!(
        crowd
            .iter()
            .all(|id| life.letter(RuleKey::DeadlineExtended, *id) == Some(&extended(true)))
    );
    let stranger = life.join("Zoë");
    let anew = life.register_anew(crowd[0]).unwrap();
    assert_eq!(life.register_anew(crowd[0]), Ok(anew), "pressed twice");
    let registration = &life.facts.registrations[&anew];
    assert_eq!(
        (registration.status, registration.verified_at),
        (Status::Registered, Some(life.now))
    );
    assert_eq!(registration.person, life.facts.registrations[&crowd[0]].person);
    assert!(
        registration.arrival > life.facts.registrations[&stranger].arrival,
        "at the end of the line"
    );
    let (by_hand, _) = life.register(person("Bram")).unwrap();
    assert_eq!(life.register_anew(crowd[1]), Ok(by_hand));
    assert_eq!(life.status(by_hand), Status::Registered, "the link proves the address");
    for id in &crowd[2..] {
        life.register_anew(*id).unwrap();
    }
    life.join("Yara");
    life.on(NEW_CLOSING);
    let outcomes: Vec<_> = life
        .facts
        .decisions
        .iter()
        .map(|decision| (decision.outcome, decision.counted))
        .collect();
    assert_eq!(
        outcomes,
        [(NoGo, 6), (Go, 8)],
        "the earlier decision stays in the record"
    );
}

#[test]
fn a_full_programme_puts_those_who_register_anew_at_the_end_of_the_line() {
    let mut life = published_with(|facts| {
        (
            facts.programme.announced.min_participants,
            facts.programme.announced.max_participants,
        ) = (2, 2)
    });
    let anna = life.join("Anna");
    life.on("2014-05-26T08:00:00Z").extend("2014-06-01").unwrap();
    let others = ["Bram", "Carla", "Daan"].map(|name| life.join(name));
    let anew = life.register_anew(anna).unwrap();
    assert_eq!(
        (life.status(others[2]), life.status(anew)),
        (Status::Waiting, Status::Waiting)
    );
    assert_eq!(
        life.letter(RuleKey::WaitingListJoined, anew),
        Some(&Letter::WaitingListJoined { waiting_position: 2 })
    );
}

#[test]
fn a_second_no_go_and_extension_tells_nobody_twice() {
    let (mut life, crowd) = after_a_no_go();
    life.extend("2014-05-30").unwrap();
    let anew = life.register_anew(crowd[0]).unwrap();
    life.on("2014-05-30T22:00:00Z");
    assert_eq!((life.facts.decisions.len(), life.status(anew)), (2, Status::Cancelled));
    let told = life.told(RuleKey::DeadlineExtended).len();
    life.extend("2014-06-01").unwrap();
    assert_eq!(life.told(RuleKey::DeadlineExtended)[told..], ["Anna"]);
    assert!(
        life.register_anew(crowd[1]).is_ok(),
        "an earlier link still does what it said"
    );
}

#[test]
fn only_verified_people_whom_the_no_go_ended_register_anew() {
    let mut life = published();
    let anna = life.join("Anna");
    life.withdraw(anna).unwrap();
    let (unverified, _) = life.on("2014-05-24T08:00:00Z").register(person("Bram")).unwrap();
    life.on("2014-05-26T08:00:00Z").extend("2014-06-01").unwrap();
    assert!(life.told(RuleKey::DeadlineExtended).is_empty());
    for id in [anna, unverified] {
        assert!(matches!(life.register_anew(id), Err(Refusal::StateConflict(_))));
    }
}

#[test]
fn a_deadline_that_cannot_be_is_refused_with_its_field() {
    let mut life = published();
    let fields = |refusal: Refusal| refusal.field().map(<[String]>::to_vec);
    for bad in ["2014-05-25", "2014-05-01", "2014-06-12", "2014-12-01"] {
        assert_eq!(
            fields(life.extend(bad).unwrap_err()),
            Some(vec!["registrationDeadline".to_owned()]),
            "{bad}"
        );
    }
    life.on("2014-06-05T10:00:00Z");
    assert_eq!(
        fields(life.extend("2014-06-01").unwrap_err()),
        Some(vec!["registrationDeadline".to_owned()]),
        "passed"
    );
    assert_eq!(life.extend("2014-06-11"), Ok(()), "the day before the kick-off");
    let mut life = Life::of(draft(), instant("2014-04-02T00:00:00Z"));
    assert!(matches!(life.extend("2014-06-01"), Err(Refusal::StateConflict(_))));
}

#[test]
fn cancelling_tells_everybody_who_is_in_and_is_final() {
    let mut life = published();
    let crowd = life.crowd(12);
    let waiting = life.join("Zoë");
    let (unverified, _) = life.register(person("Yara")).unwrap();
    let mut gone_ahead = life.clone();
    life.cancel().unwrap();
    let letter = Letter::ProgrammeCancelled {
        cause: CancellationCause::Organiser,
        reason: Some("Too few hands.".parse().unwrap()),
        in_calendars: Vec::new(),
    };
    for id in crowd.iter().chain([&waiting]) {
        assert_eq!(
            (life.status(*id), life.letter(RuleKey::ProgrammeCancelled, *id)),
            (Status::Cancelled, Some(&letter))
        );
    }
    assert_eq!(
        (
            life.status(unverified),
            life.letter(RuleKey::ProgrammeCancelled, unverified)
        ),
        (Status::Cancelled, None)
    );
    assert!(life.cancel().is_err());
    assert!(life.extend("2014-06-01").is_err());
    assert!(life.register(person("Wout")).is_err());
    life.on("2014-12-31T00:00:00Z");
    assert!(life.facts.decisions.is_empty(), "nothing is left to decide");
    gone_ahead.on("2014-06-20T00:00:00Z").cancel().unwrap();
    assert_eq!(gone_ahead.told(RuleKey::ProgrammeCancelled).len(), 12);
}

#[test]
fn publishing_welcomes_the_team_and_happens_once() {
    let mut life = published();
    assert_eq!(
        life.told(RuleKey::TeamWelcome),
        ["Birgit Oelkerts", "Marc Jetten", "Richard Zondag"]
    );
    assert!(matches!(life.act(acts::publish), Err(Refusal::StateConflict(_))));
    let mut late = Life::of(draft(), instant(CLOSING));
    assert!(late.act(acts::publish).is_err(), "the deadline has passed");
    let mut without = Life::of(draft(), instant("2014-05-01T07:00:00Z"));
    without.facts.programme.announced.meetings.clear();
    assert!(without.act(acts::publish).is_err(), "no kick-off");
}

#[test]
fn a_published_programme_changes_only_in_ways_that_break_no_word() {
    let mut life = published();
    life.crowd(8);
    let on = |text: &str| text.parse().unwrap();
    let field = |refusal: Refusal| refusal.field().map(|path| path.join("."));
    let refused =
        |life: &mut Life, change: fn(&mut Announcement)| life.revise(change).map_err(field).unwrap_err().unwrap();
    assert_eq!(refused(&mut life, |it| it.slug = "another".parse().unwrap()), "slug");
    assert_eq!(refused(&mut life, |it| it.max_participants = 7), "maxParticipants");
    assert_eq!(
        refused(&mut life, |it| it.registration_deadline = "2014-05-26".parse().unwrap()),
        "registrationDeadline"
    );
    assert_eq!(
        refused(&mut life, |it| it.registration_deadline = "2014-04-30".parse().unwrap()),
        "registrationDeadline"
    );
    assert_eq!(refused(&mut life, |it| it.meetings.clear()), "meetings");
    assert_eq!(refused(&mut life, |it| it.team.clear()), "team");
    life.revise(|it| it.registration_deadline = on("2014-05-20")).unwrap();
    life.on("2014-05-20T22:00:00Z");
    assert_eq!(life.facts.decisions[0].effective_at, life.now);
    life.on("2014-06-01T00:00:00Z");
    assert_eq!(
        refused(&mut life, |it| it.meetings[0].days[0].on =
            "2014-05-31".parse().unwrap()),
        "meetings"
    );
    life.revise(|it| it.meetings[0].days[0].on = on("2014-06-02")).unwrap();
    assert_eq!(
        life.facts.programme.kick_off_at(),
        Some(instant("2014-06-02T07:30:00Z"))
    );
}

#[test]
fn somebody_new_in_the_team_is_welcomed_once() {
    let mut life = published();
    let sanne = member(4, "Sanne", "sanne@leernetwerk.example", &[TeamRole::Facilitator]);
    life.revise(|it| it.team.push(sanne)).unwrap();
    life.revise(|it| it.max_participants = 14).unwrap();
    assert_eq!(life.told(RuleKey::TeamWelcome)[3..], ["Sanne"]);
}

#[test]
fn a_change_of_zone_does_not_bring_a_decided_deadline_back() {
    let mut life = published();
    life.join("Anna");
    life.on(CLOSING);
    life.on("2014-05-25T23:00:00Z").extend("2014-06-01").unwrap();
    let mut announced = life.facts.programme.announced.clone();
    announced.registration_deadline = "2014-05-25".parse().unwrap();
    announced.time_zone = chrono_tz::America::Los_Angeles;
    let refusal = acts::revise(&mut life.facts, announced, instant("2014-05-25T23:00:00Z")).unwrap_err();
    assert!(matches!(refusal, Refusal::Invalid { .. }), "{refusal:?}");
    assert_eq!(
        life.facts.programme.announced.registration_deadline,
        "2014-06-01".parse().unwrap()
    );
}
