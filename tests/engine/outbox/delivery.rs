//! The dispatcher hands mails over: all, once, the urgent ones first, and stops without leaving anything in doubt.

use std::{collections::HashMap, sync::Arc, time::Duration};

use leernetwerk::{
    clock::Clock,
    domain::{
        delivery::{AttemptOutcome, SmtpVerb, backoff},
        ids::{InstanceId, MessageId},
        message::MessageStatus,
    },
    engine::{BreakerLimits, DispatchLimits, Dispatcher, DispatcherParts, SmtpRoute, Transport},
    mail::smtp::{Deadlines, Relay},
    metrics::Metrics,
    store::{Priority, Store},
};
use sha2::{Digest, Sha256};
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{HERE, Outbox, THERE, at, raw};
use crate::harness::{
    engines::on_both,
    smtp::{AcceptedMail, Act, Rule, SmtpServer},
};

on_both!(
    every_mail_arrives_once_with_its_bytes,
    two_servers_on_one_database_send_each_mail_once,
    a_mail_that_somebody_waits_for_passes_a_bulk_run,
    a_word_wakes_it,
    a_deferred_mail_waits_for_the_next_travel,
    stopping_under_load_leaves_nothing_in_doubt,
    captured_mail_is_sent_and_stays_readable,
    mail_in_files_waits_for_its_directory,
);

/// How long something that must happen may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Times that a test can wait for; nothing is found by polling.
pub(super) fn limits(slots: usize) -> DispatchLimits {
    DispatchLimits {
        slots,
        breaker: BreakerLimits {
            failures: 3,
            first_pause: Duration::from_millis(20),
            longest_pause: Duration::from_millis(80),
        },
        poll: Duration::from_secs(3600),
        ..DispatchLimits::default()
    }
}

/// To that relay; a verdict after the final dot is waited for that long.
pub(super) fn to(server: &SmtpServer, final_dot: Duration) -> Transport {
    to_relay(server.relay(), final_dot)
}

/// To a relay named with parameters of its own.
pub(super) fn to_relay(relay: Relay, final_dot: Duration) -> Transport {
    Transport::Smtp(Box::new(SmtpRoute {
        relay,
        hello_name: "leer.example".into(),
        envelope_from: "bounce@leer.example".into(),
        deadlines: Deadlines {
            final_dot,
            ..Deadlines::default()
        },
        here: None,
    }))
}

impl Outbox {
    pub(super) fn parts(&self, instance: InstanceId, transport: Transport) -> DispatcherParts {
        DispatcherParts {
            store: self.store.clone(),
            seal: self.seal.clone(),
            clock: Clock::Test { starts_at: at(0) },
            instance,
            transport,
            limits: limits(4),
            metrics: Metrics::default(),
        }
    }

    /// A dispatcher with four slots, on the test clock.
    pub(super) async fn dispatcher(&self, instance: InstanceId, transport: Transport) -> Dispatcher {
        self.store.start_test_clock(at(0)).await.unwrap();
        start(self.parts(instance, transport)).await
    }
}

pub(super) async fn start(parts: DispatcherParts) -> Dispatcher {
    Dispatcher::start(parts, Arc::new(Notify::new()), &CancellationToken::new())
        .await
        .unwrap()
}

pub(super) async fn idle(dispatcher: &Dispatcher) {
    timeout(PATIENCE, dispatcher.idle())
        .await
        .expect("all mail goes out")
        .unwrap();
}

/// How often the relay took each mail; every copy is the mail that was stored.
pub(super) fn copies(accepted: &[AcceptedMail], ids: &[MessageId]) -> Vec<usize> {
    let mut by_id: HashMap<String, Vec<&AcceptedMail>> = HashMap::new();
    for mail in accepted {
        by_id.entry(mail.message_id.clone().unwrap()).or_default().push(mail);
    }
    let copies = ids.iter().map(|id| {
        let copies = by_id.remove(&format!("{id}@leer.example")).unwrap_or_default();
        let stored: String = Sha256::digest(raw(*id))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert!(copies.iter().all(|copy| copy.sha256 == stored), "{id} was altered");
        copies.len()
    });
    let copies = copies.collect();
    assert!(by_id.is_empty(), "others arrived: {:?}", by_id.keys());
    copies
}

async fn every_mail_arrives_once_with_its_bytes(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let ids = outbox.post_many(25).await;
    let dispatcher = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &ids), [1; 25]);
    for mail in outbox.mails().await {
        assert_eq!(
            (mail.status, mail.attempts, mail.sent_at),
            (MessageStatus::Sent, 1, Some(at(0)))
        );
        let envelope = server
            .accepted()
            .into_iter()
            .find(|taken| taken.envelope_to == mail.address);
        assert_eq!(envelope.unwrap().message_id, Some(mail.message_id_header));
    }
    // One slot takes only acts.
    assert!(server.connections() <= 3, "{} connections", server.connections());
    dispatcher.stop().await;
}

async fn two_servers_on_one_database_send_each_mail_once(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let ids = outbox.post_many(200).await;
    let here = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    let parts = DispatcherParts {
        store: outbox.another_store().await,
        ..outbox.parts(THERE, to(&server, PATIENCE))
    };
    let there = start(parts).await;
    let accepted = server.wait_for(200).await;
    idle(&here).await;
    idle(&there).await;
    assert_eq!(accepted.len(), 200);
    assert_eq!(copies(&server.accepted(), &ids), [1; 200]);
    let attempts = outbox.store.attempts(&ids).await.unwrap();
    assert!(attempts.values().all(|attempts| attempts.len() == 1));
    here.stop().await;
    there.stop().await;
}

async fn a_mail_that_somebody_waits_for_passes_a_bulk_run(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let bulk = outbox.post_many(10).await;
    for mail in outbox.mails().await {
        server.on(Rule::at(SmtpVerb::Dot, Act::Stall).to(mail.address));
    }
    outbox.store.start_test_clock(at(0)).await.unwrap();
    let dispatcher = start(DispatcherParts {
        limits: limits(2),
        ..outbox.parts(HERE, to(&server, PATIENCE))
    })
    .await;
    // The one slot that takes everything is held up by a reminder.
    server.wait_for_stall(SmtpVerb::Dot).await;
    let act = outbox.post(&outbox.letter(Priority::Act)).await;
    dispatcher.wake();
    let accepted = server.wait_for(1).await;
    assert_eq!(copies(&accepted, &[act]), [1]);
    server.behave();
    server.release();
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &[&bulk[..], &[act]].concat()), [1; 11]);
    dispatcher.stop().await;
}

async fn a_word_wakes_it(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    outbox.store.start_test_clock(at(0)).await.unwrap();
    let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let parts = outbox.parts(HERE, to(&server, PATIENCE));
    let dispatcher = Dispatcher::start(parts, Arc::clone(&wake), &stop).await.unwrap();
    idle(&dispatcher).await;
    let id = outbox.post_one().await;
    wake.notify_one();
    assert_eq!(copies(&server.wait_for(1).await, &[id]), [1]);
    // The token that was handed in stops it as well.
    idle(&dispatcher).await;
    stop.cancel();
    dispatcher.stop().await;
    assert!(!outbox.store.is_alive(HERE).await.unwrap());
}

async fn a_deferred_mail_waits_for_the_next_travel(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    server.on(Rule::at(SmtpVerb::Rcpt, Act::Reply(451, "4.7.1 greylisted")).times(1));
    let id = outbox.post_one().await;
    let dispatcher = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    idle(&dispatcher).await;
    let mail = outbox.mail(id).await;
    assert_eq!((mail.status, mail.failures), (MessageStatus::Queued, 1));
    assert_eq!(mail.next_attempt_at, at(0) + backoff(1, id.0));
    outbox.store.advance_test_clock(mail.next_attempt_at).await.unwrap();
    idle(&dispatcher).await;
    assert_eq!(copies(&server.accepted(), &[id]), [1]);
    assert_eq!(outbox.mail(id).await.sent_at, Some(mail.next_attempt_at));
    dispatcher.stop().await;
}

async fn stopping_under_load_leaves_nothing_in_doubt(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let ids = outbox.post_many(60).await;
    let consistent = async || {
        let mails = outbox.mails().await;
        let in_status = |status| mails.iter().filter(|mail| mail.status == status).count();
        let taken = server.accepted().len();
        assert_eq!(
            (in_status(MessageStatus::Sent), in_status(MessageStatus::Queued)),
            (taken, 60 - taken)
        );
        assert!(
            mails
                .iter()
                .all(|mail| mail.attempts == u32::from(mail.status == MessageStatus::Sent))
        );
        assert!(!outbox.store.is_alive(HERE).await.unwrap());
        taken
    };
    // It waits for the verdicts of those under way, at most one per slot, and takes no others.
    server.on(Rule::at(SmtpVerb::Dot, Act::Stall));
    let dispatcher = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    server.wait_for_stall(SmtpVerb::Dot).await;
    let (stopped, ()) = tokio::join!(timeout(PATIENCE, dispatcher.stop()), async {
        server.behave();
        server.release();
    });
    stopped.expect("it stops");
    let taken = consistent().await;
    assert!((1..=3).contains(&taken), "{taken} were sent");

    // Somewhere in the middle.
    let dispatcher = outbox.dispatcher(HERE, to(&server, PATIENCE)).await;
    server.wait_for(taken + 10).await;
    timeout(PATIENCE, dispatcher.stop()).await.expect("it stops");
    consistent().await;

    let next = outbox.dispatcher(THERE, to(&server, PATIENCE)).await;
    idle(&next).await;
    assert_eq!(copies(&server.accepted(), &ids), [1; 60]);
    next.stop().await;
}

async fn captured_mail_is_sent_and_stays_readable(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let dispatcher = outbox.dispatcher(HERE, Transport::Capture).await;
    idle(&dispatcher).await;
    assert_eq!(outbox.status(id).await, MessageStatus::Sent);
    assert_eq!(outbox.outcomes(id).await, [Some(AttemptOutcome::Accepted)]);
    let later: Store = outbox.another_store().await;
    assert_eq!(later.body(id, &outbox.seal).await.unwrap(), Some(raw(id)));
    dispatcher.stop().await;
}

async fn mail_in_files_waits_for_its_directory(outbox: &Outbox) {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("mail");
    let id = outbox.post_one().await;
    let dispatcher = outbox.dispatcher(HERE, Transport::File(directory.clone())).await;
    let mut is_up = dispatcher.relay_is_up();
    timeout(PATIENCE, is_up.wait_for(|is_up| !is_up))
        .await
        .expect("the breaker opens")
        .unwrap();
    std::fs::create_dir(&directory).unwrap();
    idle(&dispatcher).await;
    assert_eq!(std::fs::read(directory.join(format!("{id}.eml"))).unwrap(), raw(id));
    let outcomes = outbox.outcomes(id).await;
    let (last, before) = outcomes.split_last().unwrap();
    assert_eq!(*last, Some(AttemptOutcome::Accepted));
    assert!(
        before.len() >= 3
            && before
                .iter()
                .all(|outcome| *outcome == Some(AttemptOutcome::RelayFailed))
    );
    dispatcher.stop().await;
}
