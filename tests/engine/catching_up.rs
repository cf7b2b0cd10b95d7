//! After downtime: what is late goes when it is little, and waits for a person when it is much; decisions never wait.

use std::collections::BTreeMap;

use entities::{programme, registration};
use leernetwerk::{
    app::{
        Repeatable,
        outbox::{Message, Selection, Wanted},
    },
    domain::{
        message::{MessageKind, MessageStatus},
        page::Window,
    },
    engine::tick::tick,
    store::Busy,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use uuid::Uuid;

use crate::harness::{
    engines::on_both,
    foundation::{ADMINISTRATOR, TestFoundation, at},
};

on_both!(
    five_hundred_late_mails_go,
    five_hundred_and_one_wait_for_a_person,
    a_crash_between_lets_none_go_early,
    walking_is_never_late,
    who_acts_first_after_downtime_is_answered_at_once,
);

const EXPIRED: MessageKind = MessageKind::RegistrationExpired;

/// So many wait for a place and never verify: their registrations end on the fourth of May at nine, with a mail each.
async fn waiting(test: &TestFoundation, count: i64) {
    let behind = sea_orm::Database::connect(&test.database.url).await.unwrap();
    let first = test.register(0).await;
    let row = registration::Entity::find_by_id(first.0)
        .one(&behind)
        .await
        .unwrap()
        .unwrap();
    registration::Entity::delete_by_id(first.0).exec(&behind).await.unwrap();
    let people = (0..count).map(|n| registration::Model {
        id: Uuid::from_u128(1_000_000 + u128::from(n.unsigned_abs())),
        arrival: 100 + n,
        status: "waiting".to_owned(),
        person_key: format!("person {n}"),
        name: format!("Deelnemer Nummer {n}"),
        email: format!("p{n}@gemeente.example"),
        email_key: format!("p{n}@gemeente.example"),
        ..row.clone()
    });
    for some in people.collect::<Vec<_>>().chunks(500) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        registration::Entity::insert_many(rows)
            .exec_without_returning(&behind)
            .await
            .unwrap();
    }
    programme::ActiveModel {
        id: Set(test.programme.0),
        taken: Set(0),
        unverified: Set(0),
        waiting: Set(i32::try_from(count).unwrap()),
        next_arrival: Set(10_000),
        ..Default::default()
    }
    .update(&behind)
    .await
    .unwrap();
    behind.close().await.unwrap();
}

/// Nobody looked until then.
async fn wake_up_at(test: &TestFoundation, instant: &str) {
    test.foundation.store.advance_test_clock(at(instant)).await.unwrap();
}

async fn mails(test: &TestFoundation, kinds: &[MessageKind]) -> Vec<Message> {
    let wanted = Wanted {
        kinds: kinds.to_vec(),
        ..Wanted::default()
    };
    let page = test.app().messages(&ADMINISTRATOR, wanted, &Window::first(2000)).await;
    page.unwrap().items
}

async fn expired(test: &TestFoundation) -> BTreeMap<MessageStatus, usize> {
    let mut counts = BTreeMap::new();
    for mail in mails(test, &[EXPIRED]).await {
        *counts.entry(mail.status).or_default() += 1;
    }
    counts
}

async fn five_hundred_late_mails_go(test: &TestFoundation) {
    waiting(test, 500).await;
    wake_up_at(test, "2014-05-04T10:00:00+02:00").await;
    tick(&test.foundation.settle).await.unwrap();
    assert_eq!(expired(test).await, [(MessageStatus::Queued, 500)].into());
}

async fn five_hundred_and_one_wait_for_a_person(test: &TestFoundation) {
    waiting(test, 501).await;
    // Past the deadline as well: the decision is as late, and does not wait.
    wake_up_at(test, "2014-05-27T10:00:00+02:00").await;
    // Several look at once, as instances do.
    let settle = &test.foundation.settle;
    let (first, second, third) = tokio::join!(tick(settle), tick(settle), tick(settle));
    for looked in [first, second, third] {
        looked.unwrap();
    }
    tick(settle).await.unwrap();
    assert_eq!(expired(test).await, [(MessageStatus::Held, 501)].into());
    for mail in mails(test, &[EXPIRED]).await {
        let reason = mail.reason.unwrap();
        assert!(
            reason.starts_with("501 mails") && reason.contains("leernetwerk release"),
            "{reason}"
        );
    }
    let report = mails(test, &[MessageKind::DecisionReport]).await;
    assert_eq!(
        report.iter().map(|mail| mail.status).collect::<Vec<_>>(),
        [MessageStatus::Queued]
    );

    // They stay until somebody lets them go, and only then.
    tick(settle).await.unwrap();
    assert_eq!(expired(test).await, [(MessageStatus::Held, 501)].into());
    let released = test
        .app()
        .release_messages(
            &ADMINISTRATOR,
            Selection::Programme(test.programme),
            &Repeatable::default(),
        )
        .await
        .unwrap();
    assert_eq!(released, 501);
    assert_eq!(expired(test).await, [(MessageStatus::Queued, 501)].into());
}

async fn a_crash_between_lets_none_go_early(test: &TestFoundation) {
    waiting(test, 501).await;
    wake_up_at(test, "2014-05-04T10:00:00+02:00").await;
    let settle = &test.foundation.settle;
    // The first commit of the look, and then nothing more.
    assert!(settle.settle_one(&[], Busy::PassOver).await.unwrap().is_some());
    let made = expired(test).await;
    assert!(made.keys().all(|status| *status == MessageStatus::Held), "{made:?}");
    assert!(made[&MessageStatus::Held] < 501, "{made:?}");
    // Whoever looks next does not know how many were meant to come, but that some are still to be made.
    settle.catch_up(&[]).await.unwrap();
    assert_eq!(expired(test).await, made);
    tick(settle).await.unwrap();
    assert_eq!(expired(test).await, [(MessageStatus::Held, 501)].into());
}

async fn walking_is_never_late(test: &TestFoundation) {
    waiting(test, 501).await;
    // It is not late for the walker, however late somebody lets it walk.
    let behind = sea_orm::Database::connect(&test.database.url).await.unwrap();
    test.travel("2014-05-27T10:00:00+02:00").await;
    assert_eq!(expired(test).await, [(MessageStatus::Queued, 501)].into());
    let held = entities::message::Entity::find()
        .filter(entities::message::Column::Hold.is_not_null())
        .filter(entities::message::Column::Kind.eq(EXPIRED.word()))
        .one(&behind)
        .await
        .unwrap();
    assert_eq!(held, None);
}

/// The act carries out what is due before it, in the same transaction; its answer does not wait until those mails are made.
async fn who_acts_first_after_downtime_is_answered_at_once(test: &TestFoundation) {
    waiting(test, 501).await;
    wake_up_at(test, "2014-05-04T10:00:00+02:00").await;
    test.register(0).await;
    let behind = sea_orm::Database::connect(&test.database.url).await.unwrap();
    let since = entities::message::Entity::find()
        .filter(entities::message::Column::Status.eq(MessageStatus::Queued.word()))
        .filter(entities::message::Column::CausedAt.gte(at("2014-05-04T10:00:00+02:00")))
        .all(&behind)
        .await
        .unwrap();
    let queued: Vec<_> = since.iter().map(|mail| (mail.kind.as_str(), mail.priority)).collect();
    assert_eq!(queued, [(MessageKind::ConfirmRegistration.word(), 0)]);
    // Of the others some are made and wait to be counted, and the rest is still to be made.
    let made = expired(test).await;
    assert!(made[&MessageStatus::Held] < 501, "{made:?}");
    tick(&test.foundation.settle).await.unwrap();
    assert_eq!(expired(test).await, [(MessageStatus::Held, 501)].into());
}
