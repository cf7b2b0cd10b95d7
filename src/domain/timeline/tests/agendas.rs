//! Agendas over the brochure's dates: whom they go to and when (rule 10).

use super::{
    brochure::published_with,
    sharing::{refused, under_way},
};
use crate::domain::{
    acts::{self, RuleChange},
    message::Letter,
    rule::RuleKey,
    timeline::{Outcome, Why},
};

#[test]
fn a_final_agenda_goes_out_a_week_before() {
    let (mut life, people) = under_way();
    let kick_off = life.meeting(1);
    life.on("2014-05-30T10:00:00Z");
    let listening = life.propose(Some(people[0]), kick_off, "Luisteren").unwrap();
    let welcome = life.propose(None, kick_off, "Welkom").unwrap();
    life.vote(listening, people[1], true).unwrap();
    life.vote(listening, people[1], true).unwrap();
    assert_eq!(life.facts.sharing.agenda_items[&listening].votes.len(), 1);
    life.on("2014-06-03T07:00:00Z");
    assert_eq!(
        life.fates(RuleKey::AgendaReminder),
        ["03 Jun 07:00 Birgit Oelkerts", "03 Jun 07:00 Marc Jetten"]
    );
    life.on("2014-06-04T10:00:00Z");
    life.set_agenda(kick_off, &[welcome, listening]).unwrap();
    refused(life.vote(listening, people[2], true), "votes are closed");
    refused(life.propose(Some(people[2]), kick_off, "Nog iets"), "is final");
    assert!(life.told(RuleKey::Agenda).is_empty());
    life.on("2014-06-05T07:00:00Z");
    assert_eq!(life.told(RuleKey::Agenda).len(), 8 + 2);
    let Some(Letter::Agenda { items, meeting, .. }) = life.letter(RuleKey::Agenda, people[0]) else {
        panic!("no agenda");
    };
    let titles: Vec<_> = items.iter().map(|item| &*item.title).collect();
    assert_eq!((&**meeting, titles), ("Kick-off", vec!["Welkom", "Luisteren"]));
    // Changed afterwards it stands on the page, and is not mailed again.
    life.set_agenda(kick_off, &[listening]).unwrap();
    // Who gets a place after that gets it too, once.
    life.on("2014-06-06T07:00:00Z");
    life.extend("2014-06-08").unwrap();
    let late = life.join("Zoë Late");
    life.on("2014-06-10T07:00:00Z");
    assert_eq!(life.told(RuleKey::Agenda)[10..], ["Zoë Late"]);
    assert!(life.letter(RuleKey::Agenda, late).is_some());
    life.on("2014-06-12T07:30:00Z");
    refused(life.set_agenda(kick_off, &[welcome]), "has begun");
    assert_eq!(life.told(RuleKey::Agenda).len(), 11);
}

#[test]
fn an_agenda_that_is_late_goes_as_soon_as_it_is_final_and_never_after_the_meeting_began() {
    let (mut life, _) = under_way();
    let (kick_off, second) = (life.meeting(1), life.meeting(2));
    let welcome = life.propose(None, kick_off, "Welkom").unwrap();
    let other = life.propose(None, second, "Terugblik").unwrap();
    life.on("2014-06-03T07:00:00Z").on("2014-06-05T07:00:00Z");
    assert_eq!(
        life.fates(RuleKey::Agenda),
        ["05 Jun 07:00 nobody not: AgendaIsNotFinal"]
    );
    life.on("2014-06-10T15:00:00Z");
    life.set_agenda(kick_off, &[welcome]).unwrap();
    assert_eq!(life.told(RuleKey::Agenda).len(), 8 + 2, "at once");
    // Opened again and made again it is not mailed again.
    life.set_agenda(kick_off, &[]).unwrap();
    life.set_agenda(kick_off, &[welcome]).unwrap();
    assert_eq!(life.told(RuleKey::Agenda).len(), 8 + 2);
    refused(
        life.set_agenda(kick_off, &[other]),
        "no such agenda item of this meeting",
    );
    refused(life.set_agenda(kick_off, &[welcome, welcome]), "twice");
    // Of the next one nobody made an agenda.
    life.on("2014-09-14T07:00:00Z")
        .on("2014-09-16T07:00:00Z")
        .on("2014-09-24T07:00:00Z");
    assert_eq!(life.told(RuleKey::Agenda).len(), 8 + 2);
    assert_eq!(life.told(RuleKey::AgendaReminder).len(), 2 + 2);
}

#[test]
fn a_go_within_a_week_of_the_kick_off_still_brings_the_agenda() {
    let mut life = published_with(|draft| {
        draft.programme.announced.registration_deadline = "2014-06-09".parse().unwrap();
    });
    life.crowd(8);
    life.on("2014-06-10T08:00:00Z");
    let kick_off = life.meeting(1);
    let welcome = life.propose(None, kick_off, "Welkom").unwrap();
    assert!(life.told(RuleKey::Agenda).is_empty());
    life.set_agenda(kick_off, &[welcome]).unwrap();
    assert_eq!(life.told(RuleKey::Agenda).len(), 8 + 2);
}

#[test]
fn a_paused_agenda_is_not_sent_and_says_why() {
    let (mut life, _) = under_way();
    let pause = RuleChange {
        pause_note: Some(Some("per post".parse().unwrap())),
        ..RuleChange::default()
    };
    life.act(|facts, now| acts::set_rule(facts, RuleKey::Agenda, pause, now))
        .unwrap();
    let kick_off = life.meeting(1);
    let welcome = life.propose(None, kick_off, "Welkom").unwrap();
    life.set_agenda(kick_off, &[welcome]).unwrap();
    life.on("2014-06-05T07:00:00Z");
    assert!(life.told(RuleKey::Agenda).is_empty());
    let step = life.of_rule(RuleKey::Agenda).next().unwrap();
    assert!(
        matches!(&step.outcome, Outcome::Skipped(Why::Paused { .. })),
        "{step:?}"
    );
}
