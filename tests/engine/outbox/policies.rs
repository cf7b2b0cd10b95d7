//! What becomes of a mail that nobody knows the end of, by its kind; and how soon it goes once more.

use leernetwerk::{
    domain::{
        delivery::{AttemptOutcome, SmtpVerb, Verdict},
        message::{MessageKind, MessageStatus},
    },
    store::{Finalised, NewMessage, Priority, Requeue},
};

use super::{HERE, Outbox, at, verdict};
use crate::harness::engines::on_both;

on_both!(
    what_is_sent_once_more_passes_ten_thousand,
    a_warning_is_not_sent_twice,
    an_announcement_without_a_verdict_waits_for_a_person,
);

async fn what_is_sent_once_more_passes_ten_thousand(outbox: &Outbox) {
    let (in_doubt, orphan) = (outbox.post_one().await, outbox.post_one().await);
    let claims = outbox.claim(at(0), 2).await;
    outbox.post(&outbox.letter(Priority::Act)).await;
    outbox.post_many(10_000).await;
    let of = |id| claims.iter().find(|claim| claim.message_id == id).unwrap();
    let ambiguous = verdict(AttemptOutcome::Ambiguous);
    outbox.store.finalise(of(in_doubt), &ambiguous, at(0)).await.unwrap();
    // The other one's server never says anything.
    assert_eq!(outbox.store.take_over(at(0)).await.unwrap(), [orphan]);
    let next = outbox.claim(at(0), 2).await;
    let mut ids: Vec<_> = next.iter().map(|claim| claim.message_id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [in_doubt, orphan], "before ten thousand others, and one of an act");

    // A relay that is not there yet does not send it to the end of the line; one that chokes on it does.
    let unreachable = Verdict::of_silence(SmtpVerb::Connect, "connection refused");
    let chokes = Verdict::of_silence(SmtpVerb::Content, "closed the connection");
    for claim in &next {
        let verdict = if claim.message_id == orphan {
            &chokes
        } else {
            &unreachable
        };
        outbox.store.finalise(claim, verdict, at(0)).await.unwrap();
    }
    let next = outbox.claim(at(0), 100).await;
    assert_eq!(next[0].message_id, in_doubt);
    assert!(next.iter().all(|claim| claim.message_id != orphan));
    outbox.store.release(&next).await.unwrap();
}

async fn a_warning_is_not_sent_twice(outbox: &Outbox) {
    let mut warning = outbox.letter(Priority::Time);
    warning.kind = MessageKind::BelowMinimum;
    let id = outbox.post(&warning).await;
    let claim = outbox.claim_one(at(0)).await;
    let finalised = outbox
        .store
        .finalise(&claim, &verdict(AttemptOutcome::Ambiguous), at(1))
        .await
        .unwrap();
    assert_eq!(finalised, Finalised::Now(MessageStatus::Unknown));
    let mail = outbox.mail(id).await;
    assert_eq!((mail.ambiguities, mail.ended_at), (1, Some(at(1))));
    assert!(
        mail.reason.as_deref().unwrap().contains("not sent again unasked"),
        "{mail:?}"
    );

    // Nor when its server died.
    let orphan = outbox
        .post(&NewMessage {
            kind: MessageKind::BelowMinimum,
            ..outbox.letter(Priority::Time)
        })
        .await;
    outbox.claim_one(at(0)).await;
    assert_eq!(outbox.store.take_over(at(1)).await.unwrap(), [orphan]);
    assert_eq!(outbox.status(orphan).await, MessageStatus::Unknown);
    assert!(outbox.claim(at(1000), 10).await.is_empty());
}

async fn an_announcement_without_a_verdict_waits_for_a_person(outbox: &Outbox) {
    let announcement = || NewMessage {
        kind: MessageKind::Announcement,
        ..outbox.letter(Priority::Time)
    };
    let id = outbox.post(&announcement()).await;
    let claim = outbox.claim_one(at(0)).await;
    let finalised = outbox
        .store
        .finalise(&claim, &verdict(AttemptOutcome::Ambiguous), at(1))
        .await
        .unwrap();
    assert_eq!(finalised, Finalised::Now(MessageStatus::Held));
    // The same when its server died.
    let orphan = outbox.post(&announcement()).await;
    outbox.claim_one(at(0)).await;
    assert_eq!(outbox.store.take_over(at(1)).await.unwrap(), [orphan]);
    for held in [id, orphan] {
        let mail = outbox.mail(held).await;
        assert_eq!(
            (mail.status, mail.ambiguities, mail.ended_at),
            (MessageStatus::Held, 1, None)
        );
        assert!(
            mail.reason.as_deref().unwrap().contains("leernetwerk release"),
            "{mail:?}"
        );
    }
    outbox.store.beat(HERE).await.unwrap();
    assert!(outbox.claim(at(1000), 10).await.is_empty(), "not unasked");

    for (released, hours) in [(id, 2), (orphan, 3)] {
        let tx = outbox.store.begin().await.unwrap();
        assert_eq!(tx.retry_message(released, at(hours)).await.unwrap(), Requeue::Queued);
        tx.commit().await.unwrap();
        let claim = outbox.claim_one(at(hours)).await;
        assert_eq!((claim.message_id, claim.number), (released, 2));
        outbox
            .store
            .finalise(&claim, &verdict(AttemptOutcome::Accepted), at(hours))
            .await
            .unwrap();
        assert_eq!(outbox.status(released).await, MessageStatus::Sent);
    }
}
