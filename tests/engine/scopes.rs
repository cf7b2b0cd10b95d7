//! An act loads what it touches, not the whole programme: what it then does is what it would do with everything at hand.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use leernetwerk::{
    app::{Caller, Repeatable},
    domain::{
        acts,
        facts::Facts,
        ids::RegistrationId,
        page::Window,
        refusal::Refusal,
        registration::{PersonKey, Registrant, Registration},
        timeline::{Step, advance},
    },
    store::{Scope, Touched},
};
use uuid::Uuid;

use crate::harness::{
    engines::on_both,
    foundation::{ADMINISTRATOR, TestFoundation, person},
};

on_both!(an_act_on_a_part_is_the_act_on_the_whole);

const SLUG: &str = "werken-in-het-westen-2014";

/// An act, as the domain has it.
type Pure = dyn Fn(&mut Facts, DateTime<Utc>) -> Result<(), Refusal>;

/// What an act came to, of what can be compared.
fn outcome(
    mut facts: Facts,
    now: DateTime<Utc>,
    act: &Pure,
    seen: &[RegistrationId],
) -> (
    Result<(), Refusal>,
    Vec<Step>,
    BTreeMap<RegistrationId, Registration>,
    String,
) {
    let answer = act(&mut facts, now);
    let (steps, after) = advance(facts, now);
    let numbers = format!("{:?} {}", after.counts, after.next_arrival);
    let mut registrations = after.registrations;
    registrations.retain(|id, _| seen.contains(id));
    (answer, steps, registrations, numbers)
}

struct Act {
    scope: Scope,
    pure: Box<Pure>,
}

fn on(id: RegistrationId, pure: fn(&mut Facts, RegistrationId, DateTime<Utc>) -> Result<(), Refusal>) -> Act {
    Act {
        scope: Scope::registration(id),
        pure: Box::new(move |facts, now| pure(facts, id, now)),
    }
}

fn registrant(n: usize) -> Registrant {
    let mut parsing = leernetwerk::app::fields::Parsing::default();
    person(n)
        .parse(&mut parsing, leernetwerk::domain::message::Locale::Nl)
        .unwrap()
}

async fn an_act_on_a_part_is_the_act_on_the_whole(test: &TestFoundation) {
    let store = &test.foundation.store;
    let mut chance = 20_140_525_u64;
    let mut draw = move |below: usize| {
        // Knuth's MMIX generator: enough to wander about, and the same every time.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(chance >> 33).unwrap() % below
    };
    let mut offers = 0;
    for round in 0..160 {
        let everybody = test
            .app()
            .registrations(&ADMINISTRATOR, test.programme, None, &Window::first(500))
            .await
            .unwrap()
            .items;
        let some = (!everybody.is_empty()).then(|| everybody[draw(everybody.len())].registration.clone());
        let new = RegistrationId(Uuid::from_u128(1_000_000 + round));
        let n = draw(60);
        let act = match (draw(10), some) {
            (4 | 5, Some(one)) => on(one.id, acts::verify),
            (6, Some(one)) => on(one.id, acts::accept_place),
            (7, Some(one)) => on(one.id, acts::decline_place),
            (8, Some(one)) => on(one.id, |facts, id, now| acts::withdraw(facts, id, None, now)),
            (9, Some(one)) => {
                let address = one.person.email.comparable();
                Act {
                    scope: Scope::Touched(Touched {
                        address: Some(address.clone()),
                        ..Touched::default()
                    }),
                    pure: Box::new(move |facts, _| {
                        acts::request_links(facts, &address, Uuid::from_u128(round));
                        Ok(())
                    }),
                }
            }
            (3, _) => {
                let who = registrant(n);
                Act {
                    scope: Scope::person(PersonKey::of(&who.name, &who.email)),
                    pure: Box::new(move |facts, now| acts::add_registration(facts, new, who.clone(), now).map(|_| ())),
                }
            }
            _ => {
                let who = registrant(n);
                Act {
                    scope: Scope::person(PersonKey::of(&who.name, &who.email)),
                    pure: Box::new(move |facts, now| {
                        acts::register(facts, new, who.clone(), Uuid::from_u128(round), now).map(|_| ())
                    }),
                }
            }
        };
        let now = store.now(test.foundation.settings.clock).await.unwrap();
        let (whole, _) = store.facts(test.programme, &Scope::Everybody).await.unwrap().unwrap();
        let (part, _) = store.facts(test.programme, &act.scope).await.unwrap().unwrap();
        assert!(part.registrations.len() <= whole.registrations.len());
        let seen: Vec<_> = part.registrations.keys().copied().chain([new]).collect();
        let of_part = outcome(part, now, &act.pure, &seen);
        let of_whole = outcome(whole, now, &act.pure, &seen);
        assert_eq!(of_part, of_whole, "round {round}");
        offers += of_part
            .1
            .iter()
            .filter(|step| step.key.to_string().starts_with("offer/"))
            .count();

        carry_out(test, round, n, &mut draw).await;
        if round % 8 == 7 {
            let later = now + Duration::hours(9);
            test.foundation.time_machine().unwrap().travel_to(later).await.unwrap();
        }
    }
    assert!(offers > 0, "the walk came past freed places");
}

/// Moves the programme on, through the intents.
async fn carry_out(test: &TestFoundation, round: u128, n: usize, draw: &mut impl FnMut(usize) -> usize) {
    let everybody = test
        .app()
        .registrations(&ADMINISTRATOR, test.programme, None, &Window::first(500))
        .await
        .unwrap()
        .items;
    let once = Repeatable::default();
    if everybody.is_empty() || draw(3) > 0 {
        // Refusals are part of the walk.
        let _ = test.app().register(&Caller::Public, SLUG, person(n), &once).await;
    }
    if let Some(one) = everybody.get(draw(everybody.len().max(1))) {
        let id = Some(one.registration.id);
        let _ = match (round + draw(6) as u128) % 6 {
            0..=2 => test.app().confirm_registration(&ADMINISTRATOR, id, &once).await,
            3 => test.app().accept_place(&ADMINISTRATOR, id, &once).await,
            4 => test.app().decline_place(&ADMINISTRATOR, id, &once).await,
            _ => test.app().withdraw_registration(&ADMINISTRATOR, id, None, &once).await,
        };
    }
}
