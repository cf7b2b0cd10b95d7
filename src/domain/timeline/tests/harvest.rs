//! Harvests over the brochure's dates: when they can be written and handed in, who is told what, and who presents when
//! (rule 11). The showcase is on 11 December 2014: harvests open on 30 October and are due on 1 December.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    brochure::{published, published_with},
    instant,
    life::Life,
};
use crate::domain::{
    acts::{self, Review, RuleChange},
    announcement::Audience,
    harvest::{HarvestStatus, HarvestVerb as Verb, HarvestWords, Slot},
    ids::{HarvestId, RegistrationId},
    message::{HarvestProgress, Letter, Recipient},
    programme::Showcase,
    refusal::{HarvestClosed, Refusal},
    rule::RuleKey,
    timeline::{Outcome, Why},
    trigger::Trigger,
};

/// The first moment at which harvests can be written.
pub(super) const OPENS: &str = "2014-10-30T08:00:00Z";
/// From here on they are late.
const CLOSES: &str = "2014-12-01T23:00:00Z";

pub(super) fn words(title: &str) -> HarvestWords {
    HarvestWords {
        title: title.parse().unwrap(),
        summary: "Doorvragen helpt.".parse().unwrap(),
        body: None,
    }
}

impl Life {
    pub(super) fn save_harvest(&mut self, author: RegistrationId, title: &str) -> Result<HarvestId, Refusal> {
        let id = HarvestId(self.fresh());
        self.act(|facts, now| acts::save_harvest(facts, id, author, words(title), BTreeSet::new(), now))
    }

    pub(super) fn submit_harvest(&mut self, author: RegistrationId) -> Result<HarvestId, Refusal> {
        let act = self.fresh();
        self.act(|facts, now| acts::submit_harvest(facts, author, act, now))
    }

    pub(super) fn hand_in(&mut self, author: RegistrationId, title: &str) -> HarvestId {
        self.save_harvest(author, title).unwrap();
        self.submit_harvest(author).unwrap()
    }

    pub(super) fn review(&mut self, id: HarvestId, verdict: Verb, remark: Option<&str>) -> Result<HarvestId, Refusal> {
        self.review_as_read(id, verdict, remark, None)
    }

    /// A verdict on what the harvest said at a moment.
    pub(super) fn review_as_read(
        &mut self,
        id: HarvestId,
        verdict: Verb,
        remark: Option<&str>,
        unchanged_since: Option<DateTime<Utc>>,
    ) -> Result<HarvestId, Refusal> {
        let act = self.fresh();
        let review = Review {
            verdict,
            remark: remark.map(|remark| remark.parse().unwrap()),
            unchanged_since,
        };
        self.act(|facts, now| acts::review_harvest(facts, id, review, act, now))
    }

    pub(super) fn schedule(&mut self, id: HarvestId, starts_at: &str, minutes: u32) -> Result<HarvestId, Refusal> {
        let act = self.fresh();
        let slot = Slot {
            starts_at: instant(starts_at),
            minutes,
        };
        self.act(|facts, now| acts::schedule_harvest(facts, id, slot, act, now))
    }

    pub(super) fn harvest_status(&self, author: RegistrationId) -> HarvestStatus {
        self.facts.harvests[&author].status
    }

    pub(super) fn slot(&self, author: RegistrationId) -> Option<Slot> {
        let announced = &self.facts.programme.announced;
        self.facts.harvests[&author].slot_within(announced.showcase.as_ref(), announced.time_zone)
    }

    pub(super) fn move_showcase(&mut self, on: &str) -> Result<(), Refusal> {
        self.revise(|announced| {
            if let Some(showcase) = announced.showcase.as_mut() {
                showcase.on = on.parse().unwrap();
            }
        })
    }

    /// What became of a rule's steps: day, for whom, and why not; each with how many there are of it.
    pub(super) fn tally(&self, rule: RuleKey) -> Vec<String> {
        let mut counted: Vec<(String, usize)> = Vec::new();
        for step in self.of_rule(rule) {
            let why = match &step.outcome {
                Outcome::Done(_) => "told".to_owned(),
                Outcome::Skipped(why) | Outcome::Missed(why) => {
                    let why = format!("{why:?}");
                    format!("not: {}", why.split([' ', '{']).next().unwrap())
                }
            };
            let line = format!("{} {why}", step.due_at.format("%d %b %H:%M"));
            match counted.last_mut().filter(|(last, _)| *last == line) {
                Some((_, count)) => *count += 1,
                None => counted.push((line, 1)),
            }
        }
        counted.iter().map(|(line, count)| format!("{line} {count}")).collect()
    }
}

/// Eight people, and the go.
pub(super) fn under_way() -> (Life, Vec<RegistrationId>) {
    let mut life = published();
    let people = life.crowd(8);
    life.on("2014-05-25T22:00:00Z");
    (life, people)
}

/// Them, with a showcase so near that people can still join when harvests are written.
fn with_showcase_on(on: &str) -> (Life, Vec<RegistrationId>) {
    let mut life = published_with(|draft| {
        draft.programme.announced.showcase = Some(Showcase {
            on: on.parse().unwrap(),
            starts: "13:00:00".parse().unwrap(),
            ends: "16:00:00".parse().unwrap(),
            capacity: None,
            guest_quota: Showcase::USUAL_QUOTA,
        });
    });
    let people = life.crowd(8);
    life.on("2014-05-25T22:00:00Z");
    (life, people)
}

pub(super) fn conflict(answer: Result<impl std::fmt::Debug, Refusal>, told: &str) {
    let refusal = answer.unwrap_err();
    assert_eq!(refusal.word(), "STATE_CONFLICT", "{refusal}");
    assert!(refusal.to_string().contains(told), "{refusal}");
}

fn closed(error: HarvestClosed) -> Refusal {
    Refusal::HarvestClosed { error }
}

#[test]
fn everybody_is_asked_six_weeks_before_and_reminded_until_it_is_in() {
    let (mut life, people) = under_way();
    let not_open = life.on("2014-10-30T07:59:59Z").save_harvest(people[0], "Luisteren");
    assert_eq!(
        not_open,
        Err(closed(HarvestClosed::NotOpen {
            opens_at: instant(OPENS)
        }))
    );
    life.on(OPENS);
    assert_eq!(
        life.letter(RuleKey::HarvestRequest, people[7]),
        Some(&Letter::HarvestRequest {
            opens_at: None,
            due_on: "2014-12-01".parse().unwrap(),
            showcase_on: "2014-12-11".parse().unwrap(),
        })
    );
    life.hand_in(people[0], "Luisteren");
    life.save_harvest(people[1], "Durven").unwrap();
    let returned = life.hand_in(people[2], "Zwijgen");
    life.review(returned, Verb::Return, Some("Vertel meer.")).unwrap();
    life.on("2014-11-20T08:00:00Z");
    let progress = |who| match life.letter(RuleKey::HarvestReminder21Days, who) {
        Some(Letter::HarvestReminder {
            progress, days_left, ..
        }) => Some((*progress, *days_left)),
        _ => None,
    };
    assert_eq!(
        [0, 1, 2, 3].map(|n| progress(people[n])),
        [
            None,
            Some((HarvestProgress::Draft, 11)),
            Some((HarvestProgress::Returned, 11)),
            Some((HarvestProgress::None, 11))
        ]
    );
    life.submit_harvest(people[1]).unwrap();
    life.withdraw(people[3]).unwrap();
    life.on("2014-11-29T08:00:00Z").on("2014-12-15T08:00:00Z");
    assert_eq!(life.tally(RuleKey::HarvestRequest), ["30 Oct 08:00 told 8"]);
    assert_eq!(
        life.tally(RuleKey::HarvestReminder21Days),
        ["20 Nov 08:00 not: HasHandedIn 1", "20 Nov 08:00 told 7"]
    );
    assert_eq!(
        life.tally(RuleKey::HarvestReminder12Days),
        ["29 Nov 08:00 not: HasHandedIn 2", "29 Nov 08:00 told 5"]
    );
}

#[test]
fn a_verdict_is_on_what_was_read() {
    let (mut life, people) = under_way();
    let anna = people[0];
    life.on("2014-11-10T08:00:00.123456Z");
    let id = life.hand_in(anna, "Luisteren");
    // Answers tell milliseconds only.
    let read_at = instant("2014-11-10T08:00:00.123Z");
    life.save_harvest(anna, "Luisteren").unwrap();
    assert!(
        life.facts.harvests[&anna].is_unchanged_since(read_at),
        "the same words are no change"
    );
    // At the same instant, by a clock that stands still.
    life.save_harvest(anna, "Zwijgen").unwrap();
    for verdict in [Verb::Return, Verb::Accept, Verb::Publish, Verb::Reopen] {
        for remark in [None, Some("Mooi.")] {
            conflict(life.review_as_read(id, verdict, remark, Some(read_at)), "read it again");
        }
    }
    assert_eq!(life.harvest_status(anna), HarvestStatus::Submitted);
    assert_eq!(life.facts.harvests[&anna].remark, None);
    let read_at = read_at + TimeDelta::milliseconds(1);
    life.review_as_read(id, Verb::Accept, None, Some(read_at)).unwrap();
    assert_eq!(life.harvest_status(anna), HarvestStatus::Accepted);
    // Twice is once, unless it is about another text.
    life.review_as_read(id, Verb::Accept, None, Some(read_at)).unwrap();
    // Another was first: what is said about it is not lost in silence.
    conflict(
        life.review_as_read(id, Verb::Accept, Some("Neem plaatjes mee."), Some(read_at)),
        "given already",
    );
    let earlier = instant("2014-11-10T08:00:00Z");
    conflict(
        life.review_as_read(id, Verb::Accept, None, Some(earlier)),
        "read it again",
    );
}

#[test]
fn late_is_refused_unless_it_came_back_and_a_draft_is_never_lost() {
    let (mut life, people) = under_way();
    let (anna, bram, carla, daan) = (people[0], people[1], people[2], people[3]);
    life.on("2014-11-10T08:00:00Z");
    let handed_in = life.hand_in(anna, "Luisteren");
    life.save_harvest(bram, "Durven").unwrap();
    let returned = life.hand_in(carla, "Zwijgen");
    life.review(returned, Verb::Return, Some("Vertel meer.")).unwrap();
    // The due day itself is in time; the instant at which it ends is not.
    life.on("2014-12-01T22:59:59Z");
    life.save_harvest(anna, "Luisteren en zwijgen").unwrap();
    assert_eq!(
        life.harvest_status(anna),
        HarvestStatus::Submitted,
        "it stays handed in"
    );
    life.on(CLOSES);
    let over = closed(HarvestClosed::Over {
        closed_at: instant(CLOSES),
    });
    assert_eq!(life.save_harvest(anna, "Te laat"), Err(over.clone()));
    assert_eq!(life.submit_harvest(anna), Ok(handed_in), "it is handed in already");
    assert_eq!(life.submit_harvest(bram), Err(over.clone()));
    let draft = life.save_harvest(bram, "Durven, toch").unwrap();
    life.save_harvest(daan, "Laat begonnen").unwrap();
    assert_eq!(life.submit_harvest(daan), Err(over.clone()));
    // A return reopens it, and so does an organiser.
    life.submit_harvest(carla).unwrap();
    life.review(draft, Verb::Reopen, None).unwrap();
    conflict(life.review(draft, Verb::Reopen, None), "can still submit");
    life.submit_harvest(bram).unwrap();
    assert_eq!(life.save_harvest(bram, "Nog eens"), Err(over), "that was for once");
    assert_eq!(
        life.letter(RuleKey::HarvestReturned, bram),
        Some(&Letter::HarvestReturned {
            title: "Durven, toch".parse().unwrap(),
            remark: None,
            is_reopened: true
        })
    );
}

#[test]
fn whoever_joins_before_it_is_due_is_asked_too() {
    let (mut life, _) = with_showcase_on("2014-07-12");
    life.on("2014-05-31T07:00:00Z");
    assert_eq!(life.tally(RuleKey::HarvestRequest), ["31 May 07:00 told 8"]);
    life.on("2014-06-02T07:00:00Z");
    life.extend("2014-06-08").unwrap();
    life.join("Zoë Late");
    life.on("2014-06-09T07:00:00Z").on("2014-07-20T07:00:00Z");
    assert_eq!(
        life.tally(RuleKey::HarvestRequest),
        ["31 May 07:00 told 8", "02 Jun 07:00 told 1"]
    );
    assert_eq!(life.told(RuleKey::HarvestRequest)[8], "Zoë Late");
}

#[test]
fn with_the_go_everybody_is_asked_whose_moment_was_before_it_and_nobody_after_the_due_day() {
    let (mut life, _) = with_showcase_on("2014-06-20");
    // Open since 9 May, due on 10 June.
    assert_eq!(
        life.tally(RuleKey::HarvestRequest),
        ["09 May 07:00 not: BeforeKnown 1", "25 May 22:00 told 8"]
    );
    life.extend("2014-06-11").unwrap();
    life.on("2014-05-30T07:00:00Z").on("2014-06-08T07:00:00Z");
    life.on("2014-06-10T21:59:59Z");
    life.join("Zoë Late");
    life.on("2014-06-10T22:00:00Z");
    life.join("Xander Later");
    assert_eq!(life.told(RuleKey::HarvestRequest).len(), 9);
    life.on("2014-06-30T07:00:00Z");
    assert_eq!(life.told(RuleKey::HarvestRequest)[8], "Zoë Late");
    assert_eq!(life.tally(RuleKey::HarvestReminder21Days), ["30 May 07:00 told 8"]);
    assert_eq!(life.tally(RuleKey::HarvestReminder12Days), ["08 Jun 07:00 told 8"]);
}

#[test]
fn what_is_too_late_is_left_to_the_next_and_nothing_asks_after_the_due_day() {
    let (mut life, people) = under_way();
    life.on("2014-10-29T08:00:00Z");
    let asleep = life.clone();
    life.on("2014-11-22T08:00:00Z");
    assert_eq!(life.tally(RuleKey::HarvestRequest), ["30 Oct 08:00 not: TooLate 8"]);
    assert_eq!(life.tally(RuleKey::HarvestReminder21Days), ["20 Nov 08:00 told 8"]);
    let mut longer = asleep.clone();
    longer.on("2014-12-03T08:00:00Z");
    for rule in [
        RuleKey::HarvestRequest,
        RuleKey::HarvestReminder21Days,
        RuleKey::HarvestReminder12Days,
    ] {
        assert!(longer.told(rule).is_empty(), "{}", rule.word());
    }
    // Late by some days it still goes.
    let mut shorter = asleep;
    shorter.on("2014-11-10T08:00:00Z");
    assert_eq!(shorter.told(RuleKey::HarvestRequest).len(), 8);
    assert!(shorter.letter(RuleKey::HarvestRequest, people[0]).is_some());
}

#[test]
fn a_pause_and_a_moment_of_ones_own_are_kept() {
    let (mut life, people) = under_way();
    let pause = RuleChange {
        pause_note: Some(Some("wij bellen".parse().unwrap())),
        ..RuleChange::default()
    };
    life.act(|facts, now| acts::set_rule(facts, RuleKey::HarvestRequest, pause, now))
        .unwrap();
    let sooner = RuleChange {
        trigger: Some(Some(Trigger::Anchored {
            anchor: crate::domain::trigger::Anchor::HarvestDue,
            offset_days: -1,
            at: "10:00:00".parse().unwrap(),
        })),
        ..RuleChange::default()
    };
    life.act(|facts, now| acts::set_rule(facts, RuleKey::HarvestReminder12Days, sooner, now))
        .unwrap();
    life.on("2014-11-30T09:00:00Z");
    assert_eq!(life.tally(RuleKey::HarvestRequest), ["30 Oct 08:00 not: Paused 8"]);
    assert_eq!(life.tally(RuleKey::HarvestReminder12Days), ["30 Nov 09:00 told 8"]);
    // Asked for sooner than it can be written, people are told from when on it can.
    let mut early = under_way().0;
    let before = RuleChange {
        trigger: Some(Some(Trigger::Anchored {
            anchor: crate::domain::trigger::Anchor::Showcase,
            offset_days: -50,
            at: "09:00:00".parse().unwrap(),
        })),
        ..RuleChange::default()
    };
    early
        .act(|facts, now| acts::set_rule(facts, RuleKey::HarvestRequest, before, now))
        .unwrap();
    early.on("2014-10-22T07:00:00Z");
    let Some(Letter::HarvestRequest { opens_at, .. }) = early.letter(RuleKey::HarvestRequest, people[0]) else {
        panic!("nobody was asked");
    };
    assert_eq!(*opens_at, Some(instant(OPENS)));
}

#[test]
fn nothing_is_brought_to_a_programme_that_is_no_more_or_has_no_showcase() {
    let (mut life, people) = under_way();
    let mut cancelled = life.clone();
    cancelled.on("2014-11-10T08:00:00Z");
    let id = cancelled.hand_in(people[0], "Luisteren");
    cancelled.cancel().unwrap();
    conflict(cancelled.save_harvest(people[0], "Toch"), "does not go ahead");
    conflict(cancelled.review(id, Verb::Accept, None), "does not go ahead");
    conflict(cancelled.schedule(id, "2014-12-11T09:00:00Z", 20), "does not go ahead");
    let told = cancelled.steps.len();
    cancelled.on("2014-12-20T08:00:00Z");
    let harvests = |step: &&crate::domain::timeline::Step| step.key.source.word().starts_with("harvest");
    assert_eq!(cancelled.steps[told..].iter().filter(harvests).count(), 0);

    life.revise(|announced| announced.showcase = None).unwrap();
    life.on("2014-11-10T08:00:00Z");
    assert_eq!(
        life.save_harvest(people[0], "Luisteren"),
        Err(closed(HarvestClosed::NoShowcase))
    );
    assert!(life.told(RuleKey::HarvestRequest).is_empty());
}

#[test]
fn an_announcement_reaches_those_whose_harvest_is_not_in() {
    let (mut life, people) = under_way();
    life.on("2014-11-10T08:00:00Z");
    life.hand_in(people[0], "Luisteren");
    life.save_harvest(people[1], "Durven").unwrap();
    let back = life.hand_in(people[2], "Zwijgen");
    life.review(back, Verb::Return, Some("Vertel meer.")).unwrap();
    let recipients = Audience::WithoutHarvest.recipients(&life.facts, life.now);
    assert_eq!(
        recipients,
        people[1..]
            .iter()
            .map(|id| Recipient::Registration(*id))
            .collect::<Vec<_>>()
    );
}

#[test]
fn why_a_moment_before_the_go_was_none_is_told() {
    let (life, _) = with_showcase_on("2014-06-20");
    let step = life.of_rule(RuleKey::HarvestRequest).next().unwrap();
    assert_eq!(
        step.outcome,
        Outcome::Skipped(Why::BeforeKnown {
            known_from: instant("2014-05-25T22:00:00Z")
        })
    );
    assert_eq!(step.key.subject, None, "nobody counts as told");
}
