//! Random lives of guests: capacity holds, the line is kept, and what is foretold happens.

use proptest::{prelude::*, sample::select};

use super::*;
use crate::domain::timeline::{forecast, next_wake};

/// What somebody does about guests; numbers name people and invitations, modulo how many there are.
#[derive(Debug, Clone)]
enum Act {
    Invite(u8, u8),
    Reply(u8, bool),
    CallBack(u8),
    Erase(u8),
    Capacity(u8),
    Hours(u8),
    Host(u8),
    Withdraw(u8),
}

fn some_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (any::<u8>(), any::<u8>()).prop_map(|(by, who)| Act::Invite(by, who)),
        12 => (any::<u8>(), select(vec![true, true, false])).prop_map(|(who, accepts)| Act::Reply(who, accepts)),
        2 => any::<u8>().prop_map(Act::CallBack),
        1 => any::<u8>().prop_map(Act::Erase),
        3 => (0u8..5).prop_map(Act::Capacity),
        1 => (9u8..15).prop_map(Act::Hours),
        1 => any::<u8>().prop_map(Act::Host),
        1 => any::<u8>().prop_map(Act::Withdraw),
    ]
}

fn carry_out(life: &mut Life, people: &[RegistrationId], act: &Act) {
    let ids: Vec<_> = life
        .facts
        .guests
        .in_order(|_| true)
        .into_iter()
        .map(|one| one.id)
        .collect();
    let pick = |number: u8| ids.get(usize::from(number) % ids.len().max(1)).copied();
    let person = |number: u8| people[usize::from(number) % people.len()];
    let change = |life: &mut Life, change: &dyn Fn(&mut crate::domain::programme::Showcase)| {
        let _ = life.revise(|announced| announced.showcase.iter_mut().for_each(change));
    };
    // What is refused changes nothing, as every act of a life is held to.
    match *act {
        Act::Invite(by, who) => {
            let by = (by % 9 > 0).then(|| person(by));
            let _ = life.invite(by, &format!("Gast{}", who % 12));
        }
        Act::Reply(who, accepts) => {
            let _ = pick(who).map(|id| life.reply(id, accepts));
        }
        Act::CallBack(who) => {
            let _ = pick(who).map(|id| life.call_back(id));
        }
        Act::Erase(who) => {
            let _ = pick(who).map(|id| life.act(|facts, now| acts::erase_guest(facts, id, now)));
        }
        Act::Capacity(capacity) => change(life, &|showcase| {
            showcase.capacity = (capacity > 0).then_some(capacity.into());
        }),
        Act::Hours(hour) => change(life, &|showcase| {
            showcase.starts = chrono::NaiveTime::from_hms_opt(hour.into(), 0, 0).unwrap();
        }),
        Act::Host(who) => {
            let by = person(who);
            let is_few = life.facts.hosting.offers.len() < 9;
            if is_few
                && life.facts.takes_part(by)
                && life.now < crate::domain::timeline::tests::instant("2014-12-09T12:00:00Z")
            {
                life.host(by, &format!("Huis{}", who % 3));
            }
        }
        Act::Withdraw(who) => {
            let _ = life.withdraw(person(who));
        }
    }
}

/// Nobody gets a place that is not there, and nobody overtakes somebody who waits.
fn in_line(before: &Facts, after: &Facts) {
    let fit = after
        .programme
        .announced
        .showcase
        .and_then(|showcase| showcase.capacity);
    let came = |facts: &Facts, id| {
        facts
            .guests
            .invitations
            .get(id)
            .is_some_and(|one| one.status == Status::Accepted)
    };
    let newly: Vec<_> = after
        .guests
        .invitations
        .keys()
        .filter(|id| came(after, *id) && !came(before, *id))
        .collect();
    if newly.is_empty() {
        return;
    }
    assert!(
        fit.is_none_or(|fit| after.guests.accepted() <= fit),
        "more come than fit"
    );
    let waited = |id| before.guests.invitations.get(id).and_then(|one| one.in_line);
    for one in after
        .guests
        .invitations
        .values()
        .filter(|one| one.status == Status::Waiting)
    {
        let Some(place) = waited(&one.id) else { continue };
        for id in &newly {
            assert!(
                waited(id).is_some_and(|theirs| theirs < place),
                "{id} overtakes {}",
                one.id
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn capacity_holds_the_line_is_kept_and_what_is_foretold_happens(
        acts in prop::collection::vec((0i64..5_000, some_act()), 1..50),
        jumps in any::<bool>(),
    ) {
        let (mut life, people) = under_way();
        life.on("2014-11-01T07:00:00Z");
        let mut at = life.now;
        for (minutes, act) in &acts {
            at += chrono::Duration::minutes(*minutes);
            if !jumps {
                while let Some(wake_at) = next_wake(&life.facts).filter(|wake_at| *wake_at <= at) {
                    life.to(wake_at);
                }
            }
            life.to(at);
            let before = life.facts.clone();
            carry_out(&mut life, &people, act);
            in_line(&before, &life.facts);
        }
        // What is foretold happens, step by step, in one go or from wake to wake.
        let until = crate::domain::timeline::tests::instant("2015-06-01T07:00:00Z").max(life.now);
        let (foretold, facts) = forecast(life.facts.clone(), life.now, until);
        let told = life.steps.len();
        while let Some(wake_at) = next_wake(&life.facts).filter(|wake_at| *wake_at <= until) {
            life.to(wake_at);
        }
        prop_assert_eq!(&life.steps[told..], &foretold[..]);
        prop_assert_eq!(&life.facts, &facts);
    }
}
