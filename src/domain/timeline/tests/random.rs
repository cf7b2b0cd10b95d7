//! Random programmes and random lives of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::{
    America::{New_York, Santiago},
    Asia::Kolkata,
    Australia::Lord_Howe,
    Europe::Amsterdam,
    Pacific::Apia,
    Tz,
};
use proptest::{prelude::*, sample::select};

use super::{
    brochure::draft,
    life::{Life, person},
};
use crate::domain::{
    acts::{self, Review, RuleChange},
    announcement::{Audience, OwnMail},
    calendar,
    decision::{DecisionMode, DecisionOutcome},
    facts::Facts,
    harvest::{HarvestVerb, HarvestWords, Slot},
    ids::{AnnouncementId, HarvestId, RegistrationId},
    refusal::Refusal,
    registration::RegistrationStatus as Status,
    rule::RuleKey,
    timeline::next_wake,
    trigger::{Anchor, Trigger, WhenMoved},
};

/// What somebody does; numbers name people and registrations, modulo how many there are.
#[derive(Debug, Clone)]
pub enum Act {
    Register(u8),
    Add(u8),
    Verify(u8),
    VerifyLatest,
    Accept(u8),
    AcceptOffer,
    Decline(u8),
    DeclineOffer,
    Withdraw(u8),
    RegisterAnew(u8),
    RequestLinks(u8),
    Extend(u8),
    Shorten(u8),
    Resize(u8),
    MoveKickOff(i8),
    Decide(bool),
    MoveRule(u8, i8),
    Pause(u8, bool),
    Announce(u8, i8),
    SaveHarvest(u8),
    SubmitHarvest(u8),
    ReviewHarvest(u8, u8),
    ScheduleHarvest(u8),
    MoveShowcase(i8),
    Cancel,
}

/// How time goes on between two acts.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// In one go.
    Jump,
    /// From wake to wake.
    Wakes,
    /// A day at a time.
    Days,
}

/// A programme and what people do to it, each some minutes after the one before.
#[derive(Debug, Clone)]
pub struct Plan {
    pub zone: Tz,
    pub published_on: NaiveDate,
    pub open_days: i64,
    pub days_to_kick_off: i64,
    pub min: u32,
    pub max: u32,
    pub mode: DecisionMode,
    pub acts: Vec<(i64, Act)>,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        10 => any::<u8>().prop_map(Act::Register),
        3 => any::<u8>().prop_map(Act::Add),
        3 => any::<u8>().prop_map(Act::Verify),
        10 => Just(Act::VerifyLatest),
        1 => any::<u8>().prop_map(Act::Accept),
        3 => Just(Act::AcceptOffer),
        1 => any::<u8>().prop_map(Act::Decline),
        2 => Just(Act::DeclineOffer),
        4 => any::<u8>().prop_map(Act::Withdraw),
        3 => any::<u8>().prop_map(Act::RegisterAnew),
        1 => any::<u8>().prop_map(Act::RequestLinks),
        2 => (0u8..20).prop_map(Act::Extend),
        1 => (0u8..6).prop_map(Act::Shorten),
        1 => (0u8..10).prop_map(Act::Resize),
        1 => (-9i8..9).prop_map(Act::MoveKickOff),
        2 => any::<bool>().prop_map(Act::Decide),
        2 => (any::<u8>(), -9i8..9).prop_map(|(rule, days)| Act::MoveRule(rule, days)),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(rule, pause)| Act::Pause(rule, pause)),
        2 => (any::<u8>(), -9i8..9).prop_map(|(what, days)| Act::Announce(what, days)),
        3 => any::<u8>().prop_map(Act::SaveHarvest),
        3 => any::<u8>().prop_map(Act::SubmitHarvest),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(whose, verdict)| Act::ReviewHarvest(whose, verdict)),
        1 => any::<u8>().prop_map(Act::ScheduleHarvest),
        1 => (-20i8..20).prop_map(Act::MoveShowcase),
        1 => prop_oneof![9 => Just(Act::VerifyLatest), 1 => Just(Act::Cancel)],
    ]
}

fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![4 => Just(0), 4 => 1i64..90, 4 => 90i64..1440, 3 => 1440i64..6000]
}

/// A programme of some weeks around some day of 2014, small enough to be full often.
pub fn plan() -> impl Strategy<Value = Plan> {
    let zone = select(vec![Amsterdam, Santiago, Lord_Howe, New_York, Kolkata, Apia]);
    let mode = prop_oneof![3 => Just(DecisionMode::Automatic), 1 => Just(DecisionMode::Propose)];
    let places = (1u32..5).prop_flat_map(|min| (Just(min), min..min + 4));
    let acts = prop::collection::vec((pause(), act()), 0..60);
    (zone, 0i64..365, 0i64..30, 1i64..25, places, mode, acts).prop_map(
        |(zone, day, open_days, days_to_kick_off, (min, max), mode, acts)| Plan {
            zone,
            published_on: calendar::days_after("2014-01-01".parse().unwrap(), day),
            open_days,
            days_to_kick_off,
            min,
            max,
            mode,
            acts,
        },
    )
}

impl Plan {
    /// The programme, just published at noon.
    pub fn published(&self) -> Life {
        let mut facts = draft();
        let deadline = calendar::days_after(self.published_on, self.open_days);
        let announced = &mut facts.programme.announced;
        announced.time_zone = self.zone;
        (announced.min_participants, announced.max_participants) = (self.min, self.max);
        announced.decision_mode = self.mode;
        announced.registration_deadline = deadline;
        announced.meetings.truncate(1);
        let kick_off = calendar::days_after(deadline, self.days_to_kick_off);
        announced.meetings[0].days[0].on = kick_off;
        // Now before, now after the programme's only meeting, and harvests open now before the go, now after it.
        if let Some(showcase) = announced.showcase.as_mut() {
            showcase.on = calendar::days_after(kick_off, 2 * self.open_days - 5);
        }
        let noon = calendar::resolve(self.published_on, "12:00:00".parse().unwrap(), self.zone);
        let mut life = Life::of(facts, noon);
        life.act(acts::publish).unwrap();
        life
    }

    /// Everything that people do before a moment, at that pace; what they were answered.
    pub fn play(&self, life: &mut Life, pace: Pace, before: DateTime<Utc>) -> Vec<Result<(), Refusal>> {
        let mut at = life.now;
        let mut answers = Vec::new();
        for (pause, act) in &self.acts {
            at += Duration::minutes(*pause);
            if at >= before {
                break;
            }
            pass(life, pace, at);
            let earlier = life.facts.clone();
            answers.push(carry_out(life, act));
            in_line(&earlier, &life.facts);
        }
        answers
    }

    /// The whole life, until everything is over.
    pub fn lived(&self, pace: Pace) -> (Life, Vec<Result<(), Refusal>>) {
        let mut life = self.published();
        let answers = self.play(&mut life, pace, DateTime::<Utc>::MAX_UTC);
        let programme = &life.facts.programme;
        let showcase = programme.announced.showcase.unwrap();
        let last = programme
            .ends_at()
            .unwrap()
            .max(showcase.ends_at(programme.announced.time_zone));
        let over = life.now.max(last) + Duration::days(40);
        pass(&mut life, pace, over);
        // What is left is that personal data goes, in years that bring nothing else: nobody has to walk them by day.
        pass(&mut life, Pace::Wakes, over + Duration::days(800));
        (life, answers)
    }
}

/// Time goes on.
pub fn pass(life: &mut Life, pace: Pace, until: DateTime<Utc>) {
    loop {
        let next = match pace {
            Pace::Jump => None,
            Pace::Wakes => next_wake(&life.facts),
            Pace::Days => Some(life.now + Duration::days(1)),
        };
        let earlier = life.facts.clone();
        let at = next.map_or(until, |next| next.min(until));
        life.to(at);
        in_line(&earlier, &life.facts);
        if at == until {
            return;
        }
    }
}

/// Nobody overtakes a verified person who waits, and no more places are given than there are (rule 4).
fn in_line(earlier: &Facts, later: &Facts) {
    assert!(
        later.counts.taken <= later.programme.announced.max_participants,
        "{:?}",
        later.counts
    );
    let had_place = |id| {
        earlier
            .registrations
            .get(id)
            .is_some_and(|one| one.status.takes_place())
    };
    let waits = |status, is_verified| status == Status::Waiting && is_verified;
    for (id, placed) in later
        .registrations
        .iter()
        .filter(|(id, one)| one.status.takes_place() && !had_place(id))
    {
        let overtaken = later
            .registrations
            .values()
            .find(|one| waits(one.status, one.is_verified()) && one.arrival < placed.arrival);
        assert!(overtaken.is_none(), "{id} overtakes {overtaken:?}");
    }
}

fn rule(number: u8) -> RuleKey {
    RuleKey::ALL[usize::from(number) % RuleKey::ALL.len()]
}

/// One of the harvests there are.
fn harvest(life: &Life, number: u8) -> HarvestId {
    let harvests = &life.facts.harvests;
    let chosen = harvests.values().nth(usize::from(number) % harvests.len().max(1));
    chosen.map_or(HarvestId(uuid::Uuid::nil()), |harvest| harvest.id)
}

fn anchored(anchor: Anchor, days: i8) -> Trigger {
    Trigger::Anchored {
        anchor,
        offset_days: days.into(),
        at: calendar::USUAL_TIME,
    }
}

fn carry_out(life: &mut Life, act: &Act) -> Result<(), Refusal> {
    let ids: Vec<RegistrationId> = life.facts.in_line(|_| true);
    let offered = life.facts.in_line(|one| one.status == Status::Offered);
    let pick = |number: u8| {
        ids.get(usize::from(number) % ids.len().max(1))
            .copied()
            .unwrap_or(RegistrationId(uuid::Uuid::nil()))
    };
    let one_of = |ids: &[RegistrationId]| ids.last().copied().unwrap_or(RegistrationId(uuid::Uuid::nil()));
    // Twenty people, so that the same one comes again.
    let somebody = |number: u8| format!("P{}", number % 20);
    match act {
        Act::Register(number) => life.register(person(&somebody(*number))).map(|_| ()),
        Act::Add(number) => life.add(person(&somebody(*number))).map(|_| ()),
        Act::Verify(number) => life.verify(pick(*number)),
        Act::VerifyLatest => life.verify(one_of(&ids)),
        Act::Accept(number) => life.accept(pick(*number)),
        Act::AcceptOffer => life.accept(one_of(&offered)),
        Act::Decline(number) => life.decline(pick(*number)),
        Act::DeclineOffer => life.decline(one_of(&offered)),
        Act::Withdraw(number) => life.withdraw(pick(*number)),
        Act::RegisterAnew(number) => life.register_anew(pick(*number)).map(|_| ()),
        Act::RequestLinks(number) => {
            life.request_links(&person(&somebody(*number)).email.comparable());
            Ok(())
        }
        Act::Extend(days) => {
            let until = calendar::days_after(life.facts.programme.announced.registration_deadline, (*days).into());
            life.extend(&until.to_string())
        }
        Act::Shorten(days) => life.revise(|announced| {
            announced.registration_deadline = calendar::days_after(announced.registration_deadline, -i64::from(*days));
        }),
        Act::Resize(places) => life.revise(|announced| announced.max_participants = (*places).into()),
        Act::MoveKickOff(days) => life.revise(|announced| {
            let day = &mut announced.meetings[0].days[0];
            day.on = calendar::days_after(day.on, (*days).into());
        }),
        Act::Decide(is_go) => {
            let outcome = if *is_go {
                DecisionOutcome::Go
            } else {
                DecisionOutcome::NoGo
            };
            let reason = "Omdat het kan.".parse().ok();
            life.act(|facts, now| acts::choose(facts, outcome, reason, now))
        }
        Act::MoveRule(number, days) => {
            let change = RuleChange {
                trigger: Some(Some(anchored(Anchor::RegistrationDeadline, *days))),
                when_moved: Some(if *number % 2 == 0 {
                    WhenMoved::Once
                } else {
                    WhenMoved::Again
                }),
                ..RuleChange::default()
            };
            life.act(|facts, now| acts::set_rule(facts, rule(*number), change, now))
        }
        Act::Pause(number, pause) => {
            let change = RuleChange {
                pause_note: Some(pause.then(|| "even niet".parse().unwrap())),
                ..RuleChange::default()
            };
            life.act(|facts, now| acts::set_rule(facts, rule(*number), change, now))
        }
        Act::Announce(number, days) => {
            let audience = Audience::ALL[usize::from(*number) % Audience::ALL.len()];
            let anchor = Anchor::ALL[usize::from(*number / 8) % Anchor::ALL.len()];
            let id = AnnouncementId(life.fresh());
            let trigger = match *number % 3 {
                0 => None,
                1 => Some(anchored(anchor, *days)),
                _ => Some(Trigger::Weekday {
                    weekday: chrono::Weekday::Mon,
                    at: calendar::USUAL_TIME,
                }),
            };
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
            })
        }
        Act::SaveHarvest(number) => {
            let (id, author) = (HarvestId(life.fresh()), pick(*number));
            let words = HarvestWords {
                title: "Luisteren".parse().unwrap(),
                summary: format!("Doorvragen helpt, {number} keer.").parse().unwrap(),
                body: None,
            };
            life.act(|facts, now| acts::save_harvest(facts, id, author, words, BTreeSet::new(), now))
                .map(|_| ())
        }
        Act::SubmitHarvest(number) => {
            let (act, author) = (life.fresh(), pick(*number));
            life.act(|facts, now| acts::submit_harvest(facts, author, act, now))
                .map(|_| ())
        }
        Act::ReviewHarvest(number, verdict) => {
            let (act, id) = (life.fresh(), harvest(life, *number));
            let verdicts = [
                HarvestVerb::Return,
                HarvestVerb::Accept,
                HarvestVerb::Publish,
                HarvestVerb::Reopen,
            ];
            let review = Review {
                verdict: verdicts[usize::from(*verdict) % verdicts.len()],
                remark: "Vertel meer.".parse().ok(),
                unchanged_since: None,
            };
            life.act(|facts, now| acts::review_harvest(facts, id, review, act, now))
                .map(|_| ())
        }
        Act::ScheduleHarvest(number) => {
            let (act, id) = (life.fresh(), harvest(life, *number));
            let announced = &life.facts.programme.announced;
            let starts_at = announced.showcase.unwrap().starts_at(announced.time_zone);
            let slot = Slot {
                starts_at: starts_at + Duration::minutes((*number).into()),
                minutes: 10,
            };
            life.act(|facts, now| acts::schedule_harvest(facts, id, slot, act, now))
                .map(|_| ())
        }
        Act::MoveShowcase(days) => life.revise(|announced| {
            if let Some(showcase) = announced.showcase.as_mut() {
                showcase.on = calendar::days_after(showcase.on, (*days).into());
            }
        }),
        Act::Cancel => life.cancel(),
    }
}
