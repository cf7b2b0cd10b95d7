//! Many at once: nobody is lost, nothing happens twice, no place is given away that there is not.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use entities::rule;
use leernetwerk::{
    app::{
        AppError, Caller, Repeatable, fields::PersonFields, programme_fields::ProgrammeFields, registering::Receipt,
    },
    boot::{Foundation, Migrating},
    domain::{page::Window, refusal::Refusal, registration::RegistrationStatus, rule::RuleKey},
    engine::tick::tick,
    entropy::Entropy,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio::{sync::Barrier, task::JoinSet};

use crate::harness::{
    engines::on_both,
    foundation::{ADMINISTRATOR, TestFoundation, at, person, programme_fields, settings},
};

on_both!(
    sixty_at_once_for_twelve_places,
    the_same_person_at_once_is_one_registration,
    a_key_used_by_twins_is_one_act,
    whoever_races_with_the_deadline_is_in_or_told,
    fifty_ticks_at_once_are_one,
    servers_that_start_together_give_the_same_new_rules,
);

const SLUG: &str = "werken-in-het-westen-2014";

async fn all_at_once<T: Send + 'static>(tasks: Vec<impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let barrier = Arc::new(Barrier::new(tasks.len()));
    let mut set = JoinSet::new();
    for task in tasks {
        let barrier = Arc::clone(&barrier);
        set.spawn(async move {
            barrier.wait().await;
            task.await
        });
    }
    set.join_all().await
}

async fn register(
    test: &TestFoundation,
    people: Vec<PersonFields>,
    keys: Option<&str>,
) -> Vec<Result<Receipt, AppError>> {
    let tasks = people.into_iter().map(|fields| {
        let app = test.app().clone();
        let repeatable = Repeatable {
            key: keys.map(str::to_owned),
            input: format!("{fields:?}"),
        };
        async move { app.register(&Caller::Public, SLUG, fields, &repeatable).await }
    });
    all_at_once(tasks.collect()).await
}

async fn sixty_at_once_for_twelve_places(test: &TestFoundation) {
    let receipts: Vec<Receipt> = register(test, (0..60).map(person).collect(), None)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let held = receipts
        .iter()
        .filter(|receipt| receipt.waiting_position.is_none())
        .count();
    let positions: BTreeSet<u32> = receipts.iter().filter_map(|receipt| receipt.waiting_position).collect();
    assert_eq!(held, 12);
    assert_eq!(positions, (1..=48).collect());
    // A freed place goes to the first verified person in line, not to the first in line.
    let everybody = test
        .app()
        .registrations(&ADMINISTRATOR, test.programme, None, &Window::first(100))
        .await
        .unwrap()
        .items;
    let waiting: Vec<_> = everybody
        .iter()
        .filter(|view| view.registration.status == RegistrationStatus::Waiting)
        .collect();
    let (verified, holder) = (waiting[5].registration.id, everybody[0].registration.id);
    test.verify(verified).await;
    test.app()
        .withdraw_registration(&ADMINISTRATOR, Some(holder), None, &Repeatable::default())
        .await
        .unwrap();
    let offered = test
        .app()
        .registrations(
            &ADMINISTRATOR,
            test.programme,
            Some(&[RegistrationStatus::Offered]),
            &Window::first(5),
        )
        .await
        .unwrap();
    assert_eq!(
        offered
            .items
            .iter()
            .map(|view| view.registration.id)
            .collect::<Vec<_>>(),
        [verified]
    );
}

async fn the_same_person_at_once_is_one_registration(test: &TestFoundation) {
    let spellings = ["Anna de Vries", "anna DE vries", "Anna  de  Vries", "ANNA DE VRIES"];
    let people = spellings
        .iter()
        .cycle()
        .take(20)
        .enumerate()
        .map(|(n, name)| PersonFields {
            name: (*name).to_owned(),
            email: if n % 2 == 0 {
                "Anna@Gemeente.example"
            } else {
                "anna@gemeente.example"
            }
            .to_owned(),
            organisation: "gemeente".to_owned(),
            ..PersonFields::default()
        });
    for receipt in register(test, people.collect(), None).await {
        assert_eq!(receipt.unwrap().waiting_position, None);
    }
    let record = test.record().await;
    assert_eq!((record.counts.taken, record.counts.waiting), (1, 0));
}

async fn a_key_used_by_twins_is_one_act(test: &TestFoundation) {
    let receipts: Vec<_> = register(test, vec![person(1); 20], Some("one"))
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(receipts.windows(2).all(|pair| pair[0] == pair[1]), "{receipts:?}");
    assert_eq!(test.record().await.counts.taken, 1);
    let mails = test
        .app()
        .messages(
            &ADMINISTRATOR,
            leernetwerk::app::outbox::Wanted::default(),
            &Window::first(100),
        )
        .await
        .unwrap();
    let confirmations = mails
        .items
        .iter()
        .filter(|mail| mail.kind.word() == "confirm-registration")
        .count();
    let states = mails
        .items
        .iter()
        .filter(|mail| mail.kind.word() == "registration-state")
        .count();
    assert_eq!((confirmations, states), (1, 0), "the twins' act happened once");
    let other = register(test, vec![person(2)], Some("one")).await.remove(0);
    assert!(matches!(other, Err(AppError::Refused(refusals)) if refusals == [Refusal::IdempotencyKeyReused]));
}

async fn whoever_races_with_the_deadline_is_in_or_told(test: &TestFoundation) {
    for n in 0..7 {
        let id = test.register(n).await;
        test.verify(id).await;
    }
    let eighth = test.register(7).await;
    test.travel("2014-05-25T23:59:59.999999+02:00").await;
    let (app, machine) = (test.app().clone(), test.foundation.time_machine().unwrap());
    let verify = tokio::spawn(async move {
        app.confirm_registration(&ADMINISTRATOR, Some(eighth), &Repeatable::default())
            .await
    });
    let travel = tokio::spawn(async move { machine.travel_to(at("2014-05-25T22:00:00Z")).await });
    let late = register(test, (10..20).map(person).collect(), None).await;
    travel.await.unwrap().unwrap();
    let verified = verify.await.unwrap().is_ok();
    let record = test.record().await;
    let decision = record.decisions.last().unwrap();
    // Whichever came first, the two agree.
    assert_eq!(decision.counted, if verified { 8 } else { 7 });
    let last = Window::first(100);
    let everybody = test
        .app()
        .registrations(&ADMINISTRATOR, test.programme, None, &last)
        .await
        .unwrap();
    let accepted = late.iter().filter(|receipt| receipt.is_ok()).count();
    assert_eq!(everybody.total, 8 + accepted as u64);
    for refused in late.into_iter().filter_map(Result::err) {
        assert!(
            matches!(&refused, AppError::Refused(refusals) if matches!(refusals[0], Refusal::DeadlinePassed { .. } | Refusal::RegistrationNotOpen { .. })),
            "{refused:?}"
        );
    }
}

async fn fifty_ticks_at_once_are_one(test: &TestFoundation) {
    for n in 0..8 {
        let id = test.register(n).await;
        test.verify(id).await;
    }
    // A second instance on the same database, where there can be one.
    let other = if test.foundation.store.is_postgres() {
        let settings = settings(&test.database, "2014-05-01T09:00:00+02:00").parse().unwrap();
        let base_url = "http://leernetwerk.example".to_owned();
        Some(
            Foundation::lay(settings, Entropy::seeded(8), base_url, Migrating::No)
                .await
                .unwrap(),
        )
    } else {
        None
    };
    test.foundation
        .store
        .advance_test_clock(at("2014-05-26T09:00:00Z"))
        .await
        .unwrap();
    let settles = (0..50).map(|n| match &other {
        Some(other) if n % 2 == 0 => Arc::clone(&other.settle),
        _ => Arc::clone(&test.foundation.settle),
    });
    let ticks = all_at_once(settles.map(|settle| async move { tick(&settle).await }).collect()).await;
    assert!(
        ticks
            .iter()
            .all(|tick| tick.as_ref().is_ok_and(|tick| tick.failed == 0)),
        "{ticks:?}"
    );
    let wanted = leernetwerk::app::outbox::Wanted::default();
    let mails = test
        .app()
        .messages(&ADMINISTRATOR, wanted, &Window::first(100))
        .await
        .unwrap()
        .items;
    assert_eq!(
        mails
            .iter()
            .filter(|mail| mail.kind.word() == "programme-goes-ahead")
            .count(),
        8
    );
    assert_eq!(test.record().await.decisions.len(), 1);
}

async fn servers_that_start_together_give_the_same_new_rules(test: &TestFoundation) {
    let app = test.app();
    for n in 0..3 {
        let fields = ProgrammeFields {
            slug: Some(format!("nog-een-{n}")),
            ..programme_fields()
        };
        let made = app
            .create_programme(&ADMINISTRATOR, &fields, &Repeatable::default())
            .await;
        made.unwrap();
    }
    let behind = sea_orm::Database::connect(&test.database.url).await.unwrap();
    let mut every: Vec<&str> = RuleKey::ALL.iter().map(|key| key.word()).collect();
    every.sort_unstable();
    for round in 0..5_usize {
        // What the product did not have when they were entered.
        let new = every.iter().skip(round).step_by(3).copied();
        let taken = rule::Entity::delete_many().filter(rule::Column::RuleKey.is_in(new));
        assert!(taken.exec(&behind).await.unwrap().rows_affected > 0);
        let starts = (0..4).map(|nth| {
            let settings = settings(&test.database, "2014-05-01T09:00:00+02:00").parse().unwrap();
            let entropy = Entropy::seeded(100 * (round as u64 + 1) + nth);
            async move {
                let base_url = "http://leernetwerk.example".to_owned();
                let laid = Foundation::lay(settings, entropy, base_url, Migrating::Yes)
                    .await
                    .unwrap();
                laid.store.close().await.unwrap();
            }
        });
        all_at_once(starts.collect()).await;
        let mut known: BTreeMap<uuid::Uuid, Vec<String>> = BTreeMap::new();
        for rule in rule::Entity::find().all(&behind).await.unwrap() {
            known.entry(rule.programme_id).or_default().push(rule.rule_key);
        }
        assert_eq!(known.len(), 4);
        for mut keys in known.into_values() {
            keys.sort_unstable();
            assert_eq!(keys, every, "round {round}");
        }
    }
    // What is to be looked at anew is looked at, and finds nothing that was done before.
    tick(&test.foundation.settle).await.unwrap();
}
