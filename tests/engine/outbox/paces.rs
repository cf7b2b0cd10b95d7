//! A relay is given mails no faster than its operator allows, by all servers together.

use std::time::Duration;

use leernetwerk::{
    domain::{message::MessageStatus, pace::Pace},
    engine::DispatcherParts,
    store::{Claimed, Reach, Terms},
};

use tokio::time::Instant;

use super::{
    HERE, Outbox, THERE, at,
    delivery::{copies, limits, start, to_relay},
};
use crate::harness::{engines::on_both, smtp::SmtpServer};

on_both!(
    two_servers_keep_one_pace,
    a_mail_that_waits_for_the_pace_is_in_nobodys_hands,
    paces_of_relays_are_apart,
);

/// Mails under way at once, on each server.
const SLOTS: usize = 3;
const MAILS: usize = 40;

async fn two_servers_keep_one_pace(outbox: &Outbox) {
    let server = SmtpServer::start().await;
    let url = format!("{}&rate=40", server.url());
    let pace: Pace = "40".parse().unwrap();
    let ids = outbox.post_many(MAILS).await;
    outbox.store.start_test_clock(at(0)).await.unwrap();
    let began = Instant::now();
    let transport = || to_relay(url.parse().unwrap(), Duration::from_secs(30));
    let here = start(DispatcherParts {
        limits: limits(SLOTS),
        ..outbox.parts(HERE, transport())
    })
    .await;
    let there = start(DispatcherParts {
        store: outbox.another_store().await,
        limits: limits(SLOTS),
        ..outbox.parts(THERE, transport())
    })
    .await;
    server.wait_for(MAILS).await;
    here.stop().await;
    there.stop().await;
    assert_eq!(copies(&server.accepted(), &ids), [1; MAILS]);

    let arrivals = server.arrivals();
    // SQLite tells the time in whole milliseconds.
    let at_most = |stretch: Duration| {
        let stretch = stretch + Duration::from_millis(2);
        pace.burst() as usize + usize::try_from(stretch.as_micros() / pace.between().as_micros()).unwrap()
    };
    for (nth, arrival) in arrivals.iter().enumerate() {
        // Since the beginning nothing went that was not admitted.
        assert!(nth < at_most(*arrival - began), "{nth} mails in {:?}", *arrival - began);
        // Within any stretch, those may come on top that were admitted before it and were still under way.
        for (count, later) in arrivals[nth..].iter().enumerate() {
            let stretch = *later - *arrival;
            assert!(
                count <= at_most(stretch) + 2 * SLOTS,
                "{count} mails more in {stretch:?}"
            );
        }
    }
    let took = *arrivals.last().unwrap() - began;
    assert!(
        took >= pace.between() * (u32::try_from(MAILS).unwrap() - pace.burst() - 1),
        "{took:?}"
    );
}

async fn a_mail_that_waits_for_the_pace_is_in_nobodys_hands(outbox: &Outbox) {
    let ids = outbox.post_many(2).await;
    let terms = Terms {
        pace: Some(("relay.example:25".to_owned(), "0.01".parse().unwrap())),
        ..Terms::default()
    };
    let claim = async |instance| {
        let claimed = outbox.store.claim_on(&terms, instance, at(0), Reach::All).await;
        claimed.unwrap()
    };
    let Claimed::One(claim_of_one) = claim(HERE).await else {
        panic!("the first may go")
    };
    assert_eq!(claim_of_one.message_id, ids[0]);
    let Claimed::Wait(wait) = claim(THERE).await else {
        panic!("the second may not")
    };
    assert!(
        wait > Duration::from_secs(90) && wait <= Duration::from_secs(100),
        "{wait:?}"
    );
    let waiting = outbox.mail(ids[1]).await;
    assert_eq!((waiting.status, waiting.attempts), (MessageStatus::Queued, 0));
    assert_eq!(outbox.attempts(ids[1]).await, []);
    outbox.store.release(&[*claim_of_one]).await.unwrap();
}

async fn paces_of_relays_are_apart(outbox: &Outbox) {
    outbox.post_many(2).await;
    let mut claims = Vec::new();
    for relay in ["one.example:25", "two.example:25"] {
        let terms = Terms {
            pace: Some((relay.to_owned(), "0.01".parse().unwrap())),
            ..Terms::default()
        };
        match outbox.store.claim_on(&terms, HERE, at(0), Reach::All).await.unwrap() {
            Claimed::One(claim) => claims.push(*claim),
            other => panic!("{relay}: {other:?}"),
        }
    }
    // Without a mail nothing is used up.
    let terms = Terms {
        pace: Some(("three.example:25".to_owned(), "0.01".parse().unwrap())),
        ..Terms::default()
    };
    let claimed = outbox.store.claim_on(&terms, HERE, at(0), Reach::All).await.unwrap();
    assert_eq!(claimed, Claimed::Nothing);
    outbox.store.release(&claims).await.unwrap();
    assert!(matches!(
        outbox.store.claim_on(&terms, HERE, at(0), Reach::All).await.unwrap(),
        Claimed::One(_)
    ));
    outbox.store.forget(HERE).await.unwrap();
    outbox.store.take_over(at(0)).await.unwrap();
}
