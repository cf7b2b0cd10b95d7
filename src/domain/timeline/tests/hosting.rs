//! Hosting, day by day (rule 8).

use std::collections::BTreeSet;

use super::{CLOSING, brochure::published, instant, life::Life};
use crate::domain::{
    acts,
    hosting::{ChecklistItem, Venue, VenueDraft},
    ids::{MeetingId, RegistrationId, VenueOfferId},
    message::Letter,
    programme::MeetingDay,
    refusal::Refusal,
    rule::RuleKey,
    timeline::{BuiltIn, HostingWhy, Outcome, Source, StepKind, Why, forecast},
};

/// Eight people, just after the go of 26 May 2014.
fn gone_ahead() -> (Life, Vec<RegistrationId>) {
    let mut life = published();
    let people = life.crowd(8);
    life.on(CLOSING);
    (life, people)
}

fn draft(municipality: &str, is_complete: bool, meetings: &[MeetingId]) -> VenueDraft {
    VenueDraft {
        venue: Venue {
            municipality: municipality.parse().unwrap(),
            name: is_complete.then(|| "Gemeentehuis".parse().unwrap()),
            address: is_complete.then(|| "Plein 1".parse().unwrap()),
            is_step_free: None,
            directions: None,
        },
        capacity: None,
        rooms: None,
        meetings: meetings.iter().copied().collect(),
    }
}

fn meeting(life: &Life, number: usize) -> MeetingId {
    life.facts.programme.announced.meetings[number - 1].id
}

fn offer(life: &mut Life, by: RegistrationId, draft: VenueDraft) -> Result<VenueOfferId, Refusal> {
    let id = VenueOfferId(life.fresh());
    life.act(|facts, now| acts::offer_venue(facts, id, by, draft, now).map(|()| id))
}

/// Time goes on day by day: somebody looks at every moment in time.
fn walk(life: &mut Life, until: &str) {
    let until = instant(until);
    while life.now < until {
        let tomorrow = (life.now + chrono::Duration::days(1)).min(until);
        life.to(tomorrow);
    }
}

fn update(life: &mut Life, id: VenueOfferId, draft: VenueDraft) {
    life.act(|facts, now| acts::update_venue_offer(facts, id, draft, now))
        .unwrap();
}

fn pin(life: &mut Life, meeting: MeetingId, offer: Option<VenueOfferId>) -> Result<(), Refusal> {
    let act = life.fresh();
    life.act(|facts, now| acts::assign_host(facts, meeting, offer, act, now))
}

fn host(life: &Life, number: usize) -> Option<RegistrationId> {
    life.facts.hosting.host_of(meeting(life, number))
}

/// What came of a rule: the day and time in UTC, for whom, and why not.
fn happened(life: &Life, rule: RuleKey) -> Vec<(String, Option<Why>)> {
    life.of_rule(rule)
        .map(|step| (step.due_at.to_rfc3339(), step.outcome.why().cloned()))
        .collect()
}

fn days(life: &Life, rule: RuleKey) -> BTreeSet<String> {
    life.of_rule(rule)
        .filter(|step| matches!(step.outcome, Outcome::Done(_)))
        .map(|step| step.due_at.date_naive().to_string())
        .collect()
}

fn whys(life: &Life, source: BuiltIn) -> Vec<Why> {
    let steps = life
        .steps
        .iter()
        .filter(|step| step.key.source == Source::BuiltIn(source));
    steps.filter_map(|step| step.outcome.why().cloned()).collect()
}

#[test]
fn everybody_is_asked_the_day_after_the_go_and_again_a_week_later_unless_they_offered() {
    let (mut life, people) = gone_ahead();
    life.on("2014-05-27T06:59:00Z");
    assert!(life.told(RuleKey::VenueRequest).is_empty());
    life.on("2014-05-27T07:00:00Z");
    assert_eq!(life.told(RuleKey::VenueRequest).len(), 8);
    offer(&mut life, people[3], draft("Veere", false, &[])).unwrap();
    life.on("2014-06-03T07:00:00Z");
    assert_eq!(life.told(RuleKey::VenueRequestAgain).len(), 7);
    let why = Why::Hosting(HostingWhy::HasOffered);
    assert_eq!(
        happened(&life, RuleKey::VenueRequestAgain)
            .iter()
            .filter(|(_, not)| *not == Some(why.clone()))
            .count(),
        1
    );
    match life.letter(RuleKey::VenueRequestAgain, people[0]).unwrap() {
        Letter::VenueRequest {
            meetings, is_reminder, ..
        } => assert_eq!((meetings.len(), *is_reminder), (4, true), "the kick-off has a host"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_joins_after_the_second_request_is_asked_at_once_and_once() {
    let (mut life, _) = gone_ahead();
    life.extend("2014-06-08").unwrap();
    life.on("2014-06-03T07:00:00Z").on("2014-06-05T10:00:00Z");
    let late = life.join("Zoë");
    let letter = life.letter(RuleKey::VenueRequestAgain, late).unwrap();
    assert!(matches!(letter, Letter::VenueRequest { is_reminder: false, .. }));
    life.on("2014-06-20T10:00:00Z");
    assert_eq!(life.told(RuleKey::VenueRequestAgain).len(), 9);
}

#[test]
fn near_the_kick_off_the_first_offer_is_taken_at_once_and_people_are_told_as_soon_as_it_is_complete() {
    let (mut life, people) = gone_ahead();
    life.on("2014-05-28T08:00:00Z");
    assert_eq!(host(&life, 1), None);
    let id = offer(&mut life, people[2], draft("Veere", false, &[])).unwrap();
    assert_eq!((host(&life, 1), host(&life, 2)), (Some(people[2]), None));
    assert!(life.letter(RuleKey::HostAssigned, people[2]).is_some());
    // Its moment comes, and nobody can be told yet.
    life.on("2014-05-29T07:00:00Z");
    assert!(life.told(RuleKey::MeetingInformation).is_empty());
    assert!(
        happened(&life, RuleKey::MeetingInformation)
            .iter()
            .any(|(_, why)| *why == Some(Why::Hosting(HostingWhy::VenueIncomplete)))
    );
    life.on("2014-06-02T12:00:00Z");
    update(&mut life, id, draft("Veere", true, &[]));
    let told = life.told(RuleKey::MeetingInformation);
    assert_eq!(
        told.len(),
        8 + 2,
        "those who take part, the facilitators and the organiser: {told:?}"
    );
    assert_eq!(
        days(&life, RuleKey::MeetingInformation),
        ["2014-06-02".to_owned()].into()
    );
    // Saying it again says nothing new.
    update(&mut life, id, draft("Veere", true, &[]));
    life.on("2014-06-13T00:00:00Z");
    assert_eq!(life.told(RuleKey::MeetingInformation).len(), 10);
    assert!(life.told(RuleKey::MeetingChanged).is_empty());
}

#[test]
fn in_september_hosts_are_assigned_35_days_before_and_everybody_is_told_14_days_before() {
    let (mut life, people) = gone_ahead();
    life.on("2014-05-28T08:00:00Z");
    offer(&mut life, people[0], draft("Gouda", true, &[])).unwrap();
    let second = offer(&mut life, people[1], draft("Veere", false, &[])).unwrap();
    walk(&mut life, "2014-08-19T06:59:59Z");
    assert_eq!(host(&life, 2), None);
    life.on("2014-08-19T07:00:00Z");
    assert_eq!(host(&life, 2), Some(people[1]), "the first one hosted the kick-off");
    walk(&mut life, "2014-09-30T00:00:00Z");
    let reminded = |rule| days(&life, rule);
    assert_eq!(reminded(RuleKey::HostReminder28Days), ["2014-08-26".to_owned()].into());
    assert_eq!(reminded(RuleKey::HostReminder21Days), ["2014-09-02".to_owned()].into());
    // Nobody completed it in time.
    assert_eq!(
        days(&life, RuleKey::MeetingInformation),
        ["2014-05-29".to_owned()].into()
    );
    let mut complete = life.clone();
    let _ = second;
    complete.on("2014-10-02T07:00:00Z");
    assert_eq!(host(&complete, 3), Some(people[0]), "in turn");
    complete.on("2014-10-23T07:00:00Z");
    assert!(days(&complete, RuleKey::MeetingInformation).contains("2014-10-23"));
    assert_eq!(life.told(RuleKey::HostMissing28Days).len(), 0);
}

#[test]
fn without_offers_the_organisers_are_warned_three_times_and_the_ledger_says_why() {
    let (mut life, _) = gone_ahead();
    walk(&mut life, "2014-09-24T00:00:00Z");
    let warned = [
        RuleKey::HostMissing28Days,
        RuleKey::HostMissing14Days,
        RuleKey::HostMissing7Days,
    ]
    .map(|rule| days(&life, rule).into_iter().collect::<Vec<_>>());
    assert_eq!(
        warned,
        [
            vec!["2014-08-26"],
            vec!["2014-05-29", "2014-09-09"],
            vec!["2014-06-05", "2014-09-16"]
        ]
    );
    assert!(whys(&life, BuiltIn::HostAssignment).contains(&Why::Hosting(HostingWhy::NobodyOffers)));
    assert!(life.told(RuleKey::HostFellAway).is_empty());
}

#[test]
fn when_a_host_falls_away_the_next_takes_over_and_when_nobody_can_the_organisers_are_warned_at_once() {
    let (mut life, people) = gone_ahead();
    life.on("2014-05-28T08:00:00Z");
    offer(&mut life, people[0], draft("Gouda", true, &[])).unwrap();
    let second = offer(&mut life, people[1], draft("Veere", true, &[])).unwrap();
    life.on("2014-05-30T08:00:00Z");
    assert_eq!(life.told(RuleKey::MeetingInformation).len(), 10);
    life.withdraw(people[0]).unwrap();
    assert_eq!(host(&life, 1), Some(people[1]));
    assert!(life.letter(RuleKey::HostAssigned, people[1]).is_some());
    // Everybody who was told where it is, is told where it is now; the one who left is not.
    assert_eq!(life.told(RuleKey::MeetingChanged).len(), 9);
    match life.letter(RuleKey::MeetingChanged, people[4]).unwrap() {
        Letter::MeetingChanged { meeting, .. } => assert_eq!(meeting.sequence, 1),
        other => panic!("{other:?}"),
    }
    assert!(life.told(RuleKey::HostFellAway).is_empty());
    life.on("2014-06-01T08:00:00Z");
    life.act(|facts, now| acts::withdraw_venue_offer(facts, second, now))
        .unwrap();
    assert_eq!(host(&life, 1), None);
    assert_eq!(life.told(RuleKey::HostFellAway), ["Marc Jetten"]);
    assert_eq!(
        life.told(RuleKey::MeetingChanged).len(),
        9,
        "where it is instead is not known"
    );
}

#[test]
fn a_pin_wins_stands_and_can_be_left_to_the_rotation_again() {
    let (mut life, people) = gone_ahead();
    life.on("2014-05-28T08:00:00Z");
    let first = offer(&mut life, people[0], draft("Gouda", false, &[])).unwrap();
    let second = offer(&mut life, people[1], draft("Veere", false, &[])).unwrap();
    let kick_off = meeting(&life, 1);
    pin(&mut life, kick_off, Some(second)).unwrap();
    assert_eq!(host(&life, 1), Some(people[1]));
    assert!(life.letter(RuleKey::HostReleased, people[0]).is_some());
    assert!(life.letter(RuleKey::HostAssigned, people[1]).is_some());
    // Pinning what is so tells nobody anything.
    let steps = life.steps.len();
    pin(&mut life, kick_off, Some(second)).unwrap();
    assert_eq!(life.steps.len(), steps);
    pin(&mut life, kick_off, None).unwrap();
    assert_eq!(host(&life, 1), Some(people[0]));
    assert!(life.letter(RuleKey::HostReleased, people[1]).is_some());
    // The rotation would choose the same: nothing changes.
    let steps = life.steps.len();
    pin(&mut life, kick_off, None).unwrap();
    assert_eq!((host(&life, 1), life.steps.len()), (Some(people[0]), steps));
    let _ = first;
    life.on("2014-06-12T07:30:00Z");
    let refused = pin(&mut life, kick_off, Some(second)).unwrap_err();
    assert_eq!(refused.word(), "STATE_CONFLICT", "it has begun");
}

fn on(day: &str) -> Vec<MeetingDay> {
    vec![MeetingDay {
        on: day.parse().unwrap(),
        starts: "10:00:00".parse().unwrap(),
        ends: "15:00:00".parse().unwrap(),
    }]
}

fn reschedule(life: &mut Life, number: usize, days: Vec<MeetingDay>) -> Result<(), Refusal> {
    let id = meeting(life, number);
    let reason = Some("De zaal is dubbel geboekt.".parse().unwrap());
    life.act(|facts, now| acts::reschedule(facts, id, days, reason, now))
}

#[test]
fn a_meeting_that_moves_is_told_to_all_and_updates_the_entry_once_they_have_one() {
    let (mut life, people) = gone_ahead();
    life.on("2014-05-28T08:00:00Z");
    offer(&mut life, people[0], draft("Gouda", true, &[])).unwrap();
    reschedule(&mut life, 1, on("2014-06-13")).unwrap();
    match life.letter(RuleKey::MeetingChanged, people[5]).unwrap() {
        Letter::MeetingChanged { meeting, told, reason } => {
            assert_eq!(meeting.days, on("2014-06-13"));
            assert!(told.venue.is_none() && reason.is_some());
        }
        other => panic!("{other:?}"),
    }
    life.on("2014-05-30T07:00:00Z");
    assert_eq!(
        life.told(RuleKey::MeetingInformation).len(),
        10,
        "14 days before the new day"
    );
    reschedule(&mut life, 1, on("2014-06-16")).unwrap();
    match life.letter(RuleKey::MeetingChanged, people[5]).unwrap() {
        Letter::MeetingChanged { meeting, told, .. } => {
            assert_eq!((meeting.sequence, told.days.clone()), (2, on("2014-06-13")));
            assert_eq!(meeting.venue, told.venue);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(life.told(RuleKey::MeetingInformation).len(), 10);
    life.cancel().unwrap();
    match life.letter(RuleKey::ProgrammeCancelled, people[5]).unwrap() {
        Letter::ProgrammeCancelled { in_calendars, .. } => {
            assert_eq!(in_calendars.len(), 1);
            assert_eq!(
                (in_calendars[0].sequence, &in_calendars[0].days),
                (3, &on("2014-06-16"))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn meetings_stay_in_order_and_what_was_stays() {
    let (mut life, _) = gone_ahead();
    for (number, day) in [
        (1, "2014-05-25"),
        (1, "2014-09-23"),
        (1, "2014-10-01"),
        (2, "2014-11-06"),
        (2, "2014-06-12"),
    ] {
        let refused = reschedule(&mut life, number, on(day)).unwrap_err();
        assert_eq!(refused.word(), "INVALID", "{number} to {day}: {refused}");
    }
    reschedule(&mut life, 5, on("2015-02-05")).unwrap();
    life.on("2014-06-12T07:30:00Z");
    assert_eq!(
        reschedule(&mut life, 1, on("2014-06-20")).unwrap_err().word(),
        "STATE_CONFLICT"
    );
    // Before the go only the dates change.
    let mut early = published();
    early.crowd(8);
    reschedule(&mut early, 1, on("2014-06-19")).unwrap();
    early.on(CLOSING);
    assert!(early.told(RuleKey::MeetingChanged).is_empty());
}

#[test]
fn only_participants_offer_and_only_ten_at_a_time() {
    let mut life = published();
    let people = life.crowd(8);
    assert_eq!(
        offer(&mut life, people[0], draft("Veere", false, &[]))
            .unwrap_err()
            .word(),
        "STATE_CONFLICT"
    );
    life.on(CLOSING);
    for _ in 0..acts::MOST_LIVE_OFFERS {
        offer(&mut life, people[0], draft("Veere", false, &[])).unwrap();
    }
    assert_eq!(
        offer(&mut life, people[0], draft("Veere", false, &[]))
            .unwrap_err()
            .word(),
        "STATE_CONFLICT"
    );
    let nowhere = MeetingId(life.fresh());
    assert_eq!(
        offer(&mut life, people[1], draft("Veere", false, &[nowhere]))
            .unwrap_err()
            .word(),
        "NOT_FOUND"
    );
    life.withdraw(people[1]).unwrap();
    assert_eq!(
        offer(&mut life, people[1], draft("Veere", false, &[]))
            .unwrap_err()
            .word(),
        "STATE_CONFLICT"
    );
}

#[test]
fn the_checklist_is_the_hosts_and_begins_anew_with_another() {
    let (mut life, people) = gone_ahead();
    let kick_off = meeting(&life, 1);
    let tick = |life: &mut Life, by| life.act(|facts, _| acts::tick(facts, kick_off, ChecklistItem::Lunch, true, by));
    assert_eq!(tick(&mut life, None).unwrap_err().word(), "STATE_CONFLICT");
    offer(&mut life, people[0], draft("Gouda", false, &[])).unwrap();
    tick(&mut life, Some(people[0])).unwrap();
    assert_eq!(tick(&mut life, Some(people[1])).unwrap_err().word(), "STATE_CONFLICT");
    assert_eq!(life.facts.hosting.meetings[&kick_off].done.len(), 1);
    let other = offer(&mut life, people[1], draft("Veere", false, &[])).unwrap();
    pin(&mut life, kick_off, Some(other)).unwrap();
    assert!(life.facts.hosting.meetings[&kick_off].done.is_empty());
}

#[test]
fn an_offer_that_no_longer_names_its_meeting_leaves_it_to_the_next() {
    let (mut life, people) = gone_ahead();
    let first = offer(&mut life, people[0], draft("Gouda", false, &[])).unwrap();
    offer(&mut life, people[1], draft("Veere", false, &[])).unwrap();
    let autumn = meeting(&life, 2);
    update(&mut life, first, draft("Gouda", true, &[autumn]));
    assert_eq!(host(&life, 1), Some(people[1]));
}

#[test]
fn what_lies_ahead_is_what_happens_then_and_waiting_is_the_same_as_jumping() {
    let (mut life, people) = gone_ahead();
    life.on("2014-05-28T08:00:00Z");
    for (index, person) in people.iter().take(4).enumerate() {
        offer(&mut life, *person, draft("Gouda", index % 2 == 0, &[])).unwrap();
    }
    let end = instant("2015-03-01T00:00:00Z");
    let (ahead, facts) = forecast(life.facts.clone(), life.now, end);
    let mut jumped = life.clone();
    let jumped_steps = jumped.to(end);
    assert_eq!(jumped.facts.hosting, facts.hosting);
    let before = life.steps.len();
    walk(&mut life, "2015-03-01T00:00:00Z");
    let names = |steps: &[crate::domain::timeline::Step]| {
        let mails = steps.iter().filter(|step| matches!(step.kind, StepKind::Mail(_)));
        mails.map(|step| (step.due_at, step.key.clone())).collect::<Vec<_>>()
    };
    assert_eq!(names(&life.steps[before..]), names(&ahead));
    assert_eq!(names(&jumped_steps), names(&ahead));
    assert_eq!(life.facts.hosting, facts.hosting);
}
