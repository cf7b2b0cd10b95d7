//! What is due is carried out in the database exactly as the pure rules say.

use leernetwerk::{
    app::{
        Repeatable,
        outbox::Wanted,
        timeline::{ItemState, Span, TimelineItem},
    },
    domain::{decision::DecisionOutcome, message::MessageKind, page::Window, programme::ProgrammeStatus},
};

use crate::harness::{
    engines::on_both,
    foundation::{ADMINISTRATOR, TestFoundation, at},
};

on_both!(
    eight_verified_make_a_go,
    seven_and_one_unverified_make_a_no_go,
    a_freed_place_is_offered_in_the_same_act
);

async fn mails(test: &TestFoundation, kind: MessageKind) -> u64 {
    let wanted = Wanted {
        kinds: vec![kind],
        ..Wanted::default()
    };
    test.app()
        .messages(&ADMINISTRATOR, wanted, &Window::first(1))
        .await
        .unwrap()
        .total
}

async fn eight_verified_make_a_go(test: &TestFoundation) {
    for n in 0..8 {
        let id = test.register(n).await;
        test.verify(id).await;
    }
    test.travel("2014-05-25T23:59:59+02:00").await;
    assert!(test.record().await.decisions.is_empty());
    test.travel("2014-05-26T00:00:00+02:00").await;
    let record = test.record().await;
    let decision = record.decisions.last().unwrap();
    assert_eq!(
        (decision.outcome, decision.counted, decision.effective_at),
        (DecisionOutcome::Go, 8, at("2014-05-25T22:00:00Z"))
    );
    assert_eq!(
        record.programme.status(at("2014-05-25T22:00:00Z")),
        ProgrammeStatus::GoingAhead
    );
    assert_eq!(mails(test, MessageKind::ProgrammeGoesAhead).await, 8);
    assert_eq!(mails(test, MessageKind::DecisionReport).await, 1);
    assert_eq!(mails(test, MessageKind::BelowMinimum).await, 0);
    let timeline = test
        .app()
        .whole_timeline(&ADMINISTRATOR, test.programme, Span::default())
        .await
        .unwrap();
    let is_of = |item: &&TimelineItem| {
        let kind = item.source.word();
        kind.starts_with("below-minimum-") || kind.starts_with("decision-reminder-")
    };
    let skipped = timeline
        .iter()
        .filter(is_of)
        .filter(|item| item.state == ItemState::Skipped)
        .count();
    assert_eq!(
        skipped,
        4 + 3,
        "four warnings and three reminders stand with their reason: {timeline:#?}"
    );
}

async fn seven_and_one_unverified_make_a_no_go(test: &TestFoundation) {
    for n in 0..8 {
        let id = test.register(n).await;
        if n < 7 {
            test.verify(id).await;
        }
    }
    test.travel("2014-05-27T09:00:00+02:00").await;
    let record = test.record().await;
    assert_eq!(record.decisions.last().unwrap().outcome, DecisionOutcome::NoGo);
    assert_eq!(mails(test, MessageKind::ProgrammeCancelled).await, 7);
    assert_eq!(mails(test, MessageKind::RegistrationExpired).await, 1);
    assert_eq!(mails(test, MessageKind::BelowMinimum).await, 4);
}

async fn a_freed_place_is_offered_in_the_same_act(test: &TestFoundation) {
    let mut ids = Vec::new();
    for n in 0..14 {
        let id = test.register(n).await;
        test.verify(id).await;
        ids.push(id);
    }
    assert_eq!(mails(test, MessageKind::PlaceOffered).await, 0);
    test.app()
        .withdraw_registration(&ADMINISTRATOR, Some(ids[3]), None, &Repeatable::default())
        .await
        .unwrap();
    assert_eq!(mails(test, MessageKind::PlaceOffered).await, 1);
    let accepted = test
        .app()
        .accept_place(&ADMINISTRATOR, Some(ids[12]), &Repeatable::default())
        .await
        .unwrap();
    assert_eq!(accepted.registration.status.word(), "registered");
}
