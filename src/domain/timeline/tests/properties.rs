//! What holds for every programme. While they are lived, `Life` and `random` also check that the counts are a recount, that
//! advancing again gives nothing, that nothing is due before the next wake, that no key occurs twice, that a final state
//! stays, that a refusal changes nothing, that places suffice and that nobody is overtaken.

use std::collections::BTreeMap;

use chrono::Duration;
use proptest::prelude::*;

use super::random::{Act, Pace, Plan, pass, plan};
use crate::domain::{
    decision::{DecisionMode, DecisionOutcome, Verdict, decide},
    facts::{Counts, Facts},
    timeline::{BuiltIn, Outcome, Source, Step, advance, forecast, next_wake},
};

/// The facts without what depends on when somebody looked.
fn as_of_their_own_time(mut facts: Facts) -> Facts {
    for decision in &mut facts.decisions {
        decision.decided_at = decision.effective_at;
    }
    facts
}

/// The steps by their keys, without how late they were.
fn by_key(steps: &[Step]) -> BTreeMap<String, Step> {
    let entry = |step: &Step| {
        let outcome = match &step.outcome {
            Outcome::Missed(_) => Outcome::Done(None),
            other => other.clone(),
        };
        (
            step.key.to_string(),
            Step {
                outcome,
                ..step.clone()
            },
        )
    };
    steps.iter().map(entry).collect()
}

fn outcome_at_closing(plan: &Plan, one_more: bool) -> Option<DecisionOutcome> {
    let mut life = plan.published();
    let closing = life.facts.programme.registration_closes_at();
    let last_moment = closing - Duration::seconds(1);
    // Without what moves the closing instant.
    let acts = plan
        .acts
        .iter()
        .filter(|(_, act)| !matches!(act, Act::Extend(_) | Act::Shorten(_) | Act::Cancel));
    let plan = Plan {
        acts: acts.cloned().collect(),
        ..plan.clone()
    };
    plan.play(&mut life, Pace::Wakes, last_moment);
    pass(&mut life, Pace::Wakes, last_moment);
    if one_more {
        life.add(super::life::person("One More")).unwrap();
    }
    pass(&mut life, Pace::Wakes, closing);
    life.facts.decisions.last().map(|decision| decision.outcome)
}

proptest! {
    #[test]
    fn walking_and_jumping_end_in_the_same_facts_with_the_same_steps(plan in plan()) {
        let (jumped, answers) = plan.lived(Pace::Jump);
        for pace in [Pace::Wakes, Pace::Days] {
            let (walked, same) = plan.lived(pace);
            prop_assert_eq!(&same, &answers);
            prop_assert_eq!(as_of_their_own_time(walked.facts), as_of_their_own_time(jumped.facts.clone()));
            prop_assert_eq!(by_key(&walked.steps), by_key(&jumped.steps));
        }
    }

    #[test]
    fn a_forecast_is_what_then_happens_entry_by_entry(plan in plan(), moment in 0i64..60, days in 0i64..60) {
        let mut life = plan.published();
        let at = life.now + Duration::days(moment);
        plan.play(&mut life, Pace::Jump, at);
        let until = life.now + Duration::days(days);
        let (planned, facts) = forecast(life.facts.clone(), life.now, until);
        let from = life.steps.len();
        let mut by_the_hour = life.clone();
        pass(&mut life, Pace::Wakes, until);
        prop_assert_eq!(&life.steps[from..], &planned[..]);
        prop_assert_eq!(&life.facts, &facts);
        pass(&mut by_the_hour, Pace::Days, until);
        prop_assert_eq!(by_key(&by_the_hour.steps[from..]), by_key(&planned));
    }

    #[test]
    fn a_life_ends_decided_or_cancelled_and_then_nothing_wakes(plan in plan()) {
        let (life, _) = plan.lived(Pace::Jump);
        prop_assert_eq!(next_wake(&life.facts), None);
        let kick_off_at = life.facts.programme.kick_off_at().unwrap();
        prop_assert!(advance(life.facts.clone(), kick_off_at + Duration::days(9_999)).0.is_empty());
        let decided: Vec<_> = life.steps.iter().filter(|step| step.key.source == Source::BuiltIn(BuiltIn::Decision)).collect();
        prop_assert_eq!(decided.len(), life.facts.decisions.len());
        let is_cancelled = life.facts.programme.cancellation.is_some();
        prop_assert!(is_cancelled || life.facts.decisions.iter().any(|decision| decision.outcome == DecisionOutcome::Go));
        let counts = life.facts.counts;
        prop_assert_eq!((counts.unverified, counts.offered, counts.waiting), (0, 0, 0));
        for decision in &life.facts.decisions {
            prop_assert!(decision.effective_at <= decision.decided_at);
            let counted_for_it = decision.counted >= decision.minimum && decision.effective_at < kick_off_at;
            let is_choice = decision.reason.is_some();
            // A kick-off that is past can be entered anew, as of an earlier moment than people decided.
            prop_assert!(is_choice || decision.effective_at <= kick_off_at);
            prop_assert!(is_choice || (decision.outcome == DecisionOutcome::Go) == counted_for_it);
        }
    }

    #[test]
    fn one_more_verified_person_never_turns_a_go_into_a_no_go(plan in plan()) {
        if outcome_at_closing(&plan, false) == Some(DecisionOutcome::Go) {
            prop_assert_eq!(outcome_at_closing(&plan, true), Some(DecisionOutcome::Go));
        }
    }

    #[test]
    fn more_people_never_bring_a_no_go_nearer(counted in 0u32..20, offered in 0u32..5, waiting in 0u32..5, minimum in 0u32..20, more in 0usize..3) {
        let counts = Counts { taken: counted + offered, counted, offered, waiting, waiting_verified: waiting, unverified: 0 };
        let mut after = counts;
        match more {
            0 => after.counted += 1,
            1 => after.offered += 1,
            _ => after.waiting_verified += 1,
        }
        let rank = |counts: &Counts| match decide(counts, minimum, DecisionMode::Automatic) {
            Verdict::NoGo => 0,
            Verdict::Ask => 1,
            Verdict::Go => 2,
        };
        prop_assert!(rank(&after) >= rank(&counts));
    }
}
