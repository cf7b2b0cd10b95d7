//! Relays that refuse, vanish or fall silent, and servers that die: what was sent twice, and what shows of it.

use std::time::Duration;

use leernetwerk::{
    domain::{
        delivery::{AttemptOutcome, SmtpVerb},
        message::MessageStatus,
    },
    engine::DispatcherParts,
    store::{MessageBody, Priority, Reach},
};
use tokio::time::timeout;

use super::{
    HERE, Outbox, THERE, at,
    delivery::{copies, idle, limits, start, to},
};
use crate::harness::{
    engines::on_both,
    smtp::{Act, Rule, SmtpServer},
};
use AttemptOutcome::{Accepted, Ambiguous, Refused, RelayFailed};

on_both!(
    a_refused_mail_fails_and_the_others_go,
    a_relay_that_was_down_loses_nothing_and_counts_for_nothing,
    a_mail_that_the_relay_chokes_on_does_not_hold_up_the_others,
    a_mail_without_a_verdict_goes_once_more_with_the_same_bytes,
    a_mail_twice_without_a_verdict_is_unknown,
    a_claim_whose_answer_was_lost_is_given_back,
    the_mail_of_a_server_that_died_goes_once_more_with_the_same_bytes,
    a_stop_does_not_wait_for_ever,
    a_mail_that_cannot_be_opened_fails_by_itself,
);

const PATIENCE: Duration = Duration::from_secs(30);
/// How long a verdict is waited for that does not come.
const SHORT: Duration = Duration::from_millis(300);

async fn a_refused_mail_fails_and_the_others_go(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let ids = outbox.post_many(6).await;
    let address = outbox.mail(ids[2]).await.address;
    server.on(Rule::at(SmtpVerb::Rcpt, Act::Reply(550, "5.1.1 no such user")).to(address));
    let dispatcher = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &ids), [1, 1, 0, 1, 1, 1]);
    let mail = outbox.mail(ids[2]).await;
    assert_eq!(mail.status, MessageStatus::Failed);
    assert_eq!(mail.reason.as_deref(), Some("RCPT: 550 5.1.1 no such user"));
    assert_eq!(outbox.outcomes(ids[2]).await, [Some(Refused)]);
    dispatcher.stop().await;
}

async fn a_relay_that_was_down_loses_nothing_and_counts_for_nothing(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    server.stop().await;
    let ids = outbox.post_many(5).await;
    let dispatcher = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    let mut is_up = dispatcher.relay_is_up();
    timeout(PATIENCE, is_up.wait_for(|is_up| !is_up))
        .await
        .expect("the breaker opens")
        .unwrap();
    server.start_again().await;
    idle(&dispatcher).await;
    assert!(*is_up.borrow());
    assert_eq!(copies(&server.accepted(), &ids), [1; 5]);
    let mut failed = 0;
    for id in ids {
        let mail = outbox.mail(id).await;
        assert_eq!(
            (mail.status, mail.failures, mail.ambiguities),
            (MessageStatus::Sent, 0, 0)
        );
        let outcomes = outbox.outcomes(id).await;
        assert_eq!(outcomes.last(), Some(&Some(Accepted)));
        failed += outcomes.iter().filter(|outcome| **outcome == Some(RelayFailed)).count();
        assert_eq!(outcomes.len(), usize::try_from(mail.attempts).unwrap());
    }
    assert!(failed >= 3, "{failed} attempts failed");
    dispatcher.stop().await;
}

async fn a_mail_that_the_relay_chokes_on_does_not_hold_up_the_others(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let choking = outbox.post(&outbox.letter(Priority::Act)).await;
    let address = outbox.mail(choking).await.address;
    server.on(Rule::at(SmtpVerb::Data, Act::Drop).to(address));
    outbox.store.start_test_clock(at(0)).await.unwrap();
    let dispatcher = start(DispatcherParts {
        limits: limits(1),
        ..outbox.parts(HERE, to(&server, PATIENCE))
    })
    .await;
    let mut is_up = dispatcher.relay_is_up();
    let opened = timeout(PATIENCE, is_up.wait_for(|is_up| !is_up)).await;
    drop(opened.expect("the breaker opens").unwrap());
    let others = outbox.post_many(10).await;
    dispatcher.wake();
    assert_eq!(copies(&server.wait_for(10).await, &others), [1; 10]);
    dispatcher.stop().await;
    let mail = outbox.mail(choking).await;
    assert_eq!((mail.status, mail.failures), (MessageStatus::Queued, 0));
    assert!(mail.reason.unwrap().starts_with("DATA: "));
}

async fn a_mail_without_a_verdict_goes_once_more_with_the_same_bytes(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    server.on(Rule::at(SmtpVerb::Dot, Act::Late).times(1));
    let id = outbox.post_one().await;
    let dispatcher = outbox.dispatcher(HERE, to(&server, SHORT)).await;
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &[id]), [2]);
    assert_eq!(outbox.outcomes(id).await, [Some(Ambiguous), Some(Accepted)]);
    assert_eq!(outbox.status(id).await, MessageStatus::Sent);
    dispatcher.stop().await;
}

async fn a_mail_twice_without_a_verdict_is_unknown(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    server.on(Rule::at(SmtpVerb::Dot, Act::Late));
    let id = outbox.post_one().await;
    let dispatcher = outbox.dispatcher(HERE, to(&server, SHORT)).await;
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &[id]), [2]);
    assert_eq!(outbox.outcomes(id).await, [Some(Ambiguous); 2]);
    let mail = outbox.mail(id).await;
    assert_eq!(mail.status, MessageStatus::Unknown);
    assert!(mail.reason.unwrap().starts_with("DOT: "));
    dispatcher.stop().await;
}

async fn a_claim_whose_answer_was_lost_is_given_back(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let id = outbox.post_one().await;
    let lost = outbox.store.claim(HERE, at(0), Reach::All, 1).await.unwrap();
    assert_eq!((lost.len(), outbox.status(id).await), (1, MessageStatus::Sending));
    let dispatcher = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    server.wait_for(1).await;
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &[id]), [1]);
    assert_eq!(outbox.outcomes(id).await, [Some(Accepted)], "as if nobody had taken it");
    dispatcher.stop().await;
}

async fn the_mail_of_a_server_that_died_goes_once_more_with_the_same_bytes(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    server.on(Rule::at(SmtpVerb::Dot, Act::Late).times(1));
    let id = outbox.post_one().await;
    let dying = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    server.wait_for(1).await;
    drop(dying);
    assert_eq!(outbox.status(id).await, MessageStatus::Sending);

    outbox.age(HERE, 31).await;
    let next = outbox.dispatcher(THERE, to(&server, PATIENCE)).await;
    server.wait_for(2).await;
    idle(&next).await;
    assert_eq!(copies(&server.accepted(), &[id]), [2]);
    assert_eq!(outbox.outcomes(id).await, [Some(Ambiguous), Some(Accepted)]);
    let servers: Vec<_> = outbox
        .attempts(id)
        .await
        .into_iter()
        .map(|attempt| attempt.instance_id)
        .collect();
    assert_eq!(servers, [HERE, THERE]);
    next.stop().await;
}

async fn a_stop_does_not_wait_for_ever(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    server.on(Rule::at(SmtpVerb::Dot, Act::Stall).times(1));
    let id = outbox.post_one().await;
    outbox.store.start_test_clock(at(0)).await.unwrap();
    let mut parts = outbox.parts(HERE, to(&server, PATIENCE));
    parts.limits.stop_grace = SHORT;
    let dispatcher = start(parts).await;
    server.wait_for_stall(SmtpVerb::Dot).await;
    timeout(PATIENCE, dispatcher.stop()).await.expect("it stops");
    assert_eq!(outbox.status(id).await, MessageStatus::Sending);
    // It signed off, so nobody has to wait until it is taken for dead.
    assert_eq!(outbox.store.take_over(at(0)).await.unwrap(), [id]);
    assert_eq!(outbox.status(id).await, MessageStatus::Queued);
}

async fn a_mail_that_cannot_be_opened_fails_by_itself(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let mut new = outbox.letter(Priority::Act);
    new.body = MessageBody::Sealed(vec![0; 100]);
    let broken = outbox.post(&new).await;
    let id = outbox.post_one().await;
    let parts = DispatcherParts {
        limits: limits(1),
        ..outbox.parts(HERE, to(&server, PATIENCE))
    };
    outbox.store.start_test_clock(at(0)).await.unwrap();
    let dispatcher = start(parts).await;
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &[broken, id]), [0, 1]);
    let mail = outbox.mail(broken).await;
    assert_eq!(mail.status, MessageStatus::Failed);
    assert_eq!(
        mail.reason.as_deref(),
        Some("a stored mail cannot be opened with this secret")
    );
    dispatcher.stop().await;
}
