//! A mail is in one sender's hands at a time.

use std::{collections::HashSet, sync::Arc};

use entities::message;
use leernetwerk::{
    domain::{
        delivery::{AttemptOutcome, LONGEST_BACKOFF, SmtpVerb, Verdict, backoff, may_be_tried},
        ids::InstanceId,
        message::MessageStatus,
    },
    store::{Finalised, Priority, Reach},
};
use sea_orm::{ActiveModelTrait, Set};
use tokio::{sync::Barrier, task::JoinSet};
use uuid::Uuid;

use super::{HERE, Outbox, THERE, at, verdict};
use crate::harness::engines::on_both;

on_both!(
    each_mail_is_claimed_once_by_eight_at_a_time,
    acts_go_first_and_then_what_was_due_first,
    what_the_relay_chokes_on_goes_behind_the_others_and_an_act_otherwise_never_does,
    one_may_take_only_what_somebody_waits_for,
    nothing_is_claimed_before_its_moment,
    a_mail_does_not_wait_for_a_clock_that_was_set_back,
    a_mail_that_is_given_back_is_as_if_never_taken,
    what_was_taken_over_cannot_be_given_back,
);

async fn each_mail_is_claimed_once_by_eight_at_a_time(outbox: &Outbox) {
    let posted: HashSet<_> = outbox.post_many(100).await.into_iter().collect();
    let (first, second) = (outbox.another_store().await, outbox.another_store().await);
    let start = Arc::new(Barrier::new(8));
    let mut claimers = JoinSet::new();
    for nth in 0..8_u128 {
        let store = if nth % 2 == 0 { first.clone() } else { second.clone() };
        let start = Arc::clone(&start);
        claimers.spawn(async move {
            let me = InstanceId(Uuid::from_u128(100 + nth));
            let mut mine = Vec::new();
            start.wait().await;
            loop {
                let claims = store.claim(me, at(0), Reach::All, 3).await.unwrap();
                if claims.is_empty() {
                    return mine;
                }
                mine.extend(claims);
            }
        });
    }
    let claims: Vec<_> = claimers.join_all().await.into_iter().flatten().collect();
    assert_eq!(claims.len(), 100);
    assert_eq!(
        claims.iter().map(|claim| claim.message_id).collect::<HashSet<_>>(),
        posted
    );
    for claim in &claims {
        assert_eq!(claim.number, 1);
        assert_eq!(outbox.outcomes(claim.message_id).await, [None]);
    }
    outbox.store.release(&claims).await.unwrap();
}

async fn acts_go_first_and_then_what_was_due_first(outbox: &Outbox) {
    let mut late = outbox.letter(Priority::Time);
    late.due_at = at(2);
    let late = outbox.post(&late).await;
    let early = outbox.post_one().await;
    let mut act = outbox.letter(Priority::Act);
    act.due_at = at(3);
    let act = outbox.post(&act).await;
    let claims = outbox.claim(at(3), 10).await;
    let order: Vec<_> = claims.iter().map(|claim| claim.message_id).collect();
    assert_eq!(order, [act, early, late]);
    outbox.store.release(&claims).await.unwrap();
}

async fn what_the_relay_chokes_on_goes_behind_the_others_and_an_act_otherwise_never_does(outbox: &Outbox) {
    let unreachable = verdict(AttemptOutcome::RelayFailed);
    let chokes = Verdict::of_silence(SmtpVerb::Content, "closed the connection");
    let deferred = verdict(AttemptOutcome::Deferred);
    let mut tried = Vec::new();
    for verdict in [&unreachable, &chokes, &deferred] {
        let id = outbox.post(&outbox.letter(Priority::Act)).await;
        tried.push((id, verdict));
    }
    for claim in outbox.claim(at(0), 3).await {
        let (_, verdict) = tried.iter().find(|(id, _)| *id == claim.message_id).unwrap();
        outbox.store.finalise(&claim, verdict, at(0)).await.unwrap();
    }
    let bulk = outbox.post_many(100).await;
    let claims = outbox.claim(at(0) + LONGEST_BACKOFF, 200).await;
    let order: Vec<_> = claims.iter().map(|claim| claim.message_id).collect();
    let [unreachable, chokes, deferred] = [0, 1, 2].map(|nth: usize| tried[nth].0);
    assert_eq!(order[..2], [unreachable, deferred], "a person waits for these");
    assert_eq!(order[2..102], bulk);
    assert_eq!(order[102..], [chokes]);
    outbox.store.release(&claims).await.unwrap();
}

async fn one_may_take_only_what_somebody_waits_for(outbox: &Outbox) {
    outbox.post_many(5).await;
    let act = outbox.post(&outbox.letter(Priority::Act)).await;
    let claims = outbox.store.claim(HERE, at(0), Reach::ActsOnly, 5).await.unwrap();
    assert_eq!(claims.iter().map(|claim| claim.message_id).collect::<Vec<_>>(), [act]);
    outbox.store.release(&claims).await.unwrap();
}

async fn nothing_is_claimed_before_its_moment(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let claim = outbox.claim_one(at(0)).await;
    let deferred = verdict(AttemptOutcome::Deferred);
    outbox.store.finalise(&claim, &deferred, at(0)).await.unwrap();
    let next = at(0) + backoff(1, id.0);
    let microsecond = chrono::Duration::microseconds(1);
    assert!(outbox.claim(next - microsecond, 1).await.is_empty());
    assert_eq!(outbox.store.queued_due(next - microsecond).await.unwrap(), 0);
    assert_eq!(outbox.store.next_attempt_at().await.unwrap(), Some(next));
    assert_eq!(outbox.store.queued_due(next).await.unwrap(), 1);
    let claims = outbox.claim(next, 1).await;
    assert_eq!(claims.len(), 1);
    assert_eq!(outbox.store.next_attempt_at().await.unwrap(), None);
    assert_eq!(outbox.store.outstanding(HERE, at(1)).await.unwrap(), 1);
    assert_eq!(outbox.store.outstanding(THERE, at(1)).await.unwrap(), 0);
    outbox.store.release(&claims).await.unwrap();
}

async fn a_mail_does_not_wait_for_a_clock_that_was_set_back(outbox: &Outbox) {
    let microsecond = chrono::Duration::microseconds(1);
    for deferrals in [0, 1, 9] {
        for ahead in [
            -microsecond,
            chrono::Duration::zero(),
            microsecond,
            LONGEST_BACKOFF,
            LONGEST_BACKOFF + microsecond,
            chrono::Duration::days(400),
        ] {
            let id = outbox.post_one().await;
            let row = message::ActiveModel {
                id: Set(id.0),
                failures: Set(deferrals),
                next_attempt_at: Set(at(0) + ahead),
                ..Default::default()
            };
            row.update(&outbox.behind).await.unwrap();
            let is_ready = may_be_tried(deferrals.unsigned_abs(), at(0) + ahead, at(0));
            let what = format!("{deferrals} deferrals, {ahead} ahead");
            assert_eq!(
                outbox.store.queued_due(at(0)).await.unwrap(),
                u64::from(is_ready),
                "{what}"
            );
            assert_eq!(
                outbox.store.outstanding(HERE, at(0)).await.unwrap(),
                u64::from(is_ready),
                "{what}"
            );
            let claims = outbox.claim(at(0), 1).await;
            assert_eq!(claims.len(), usize::from(is_ready), "{what}");
            outbox.store.release(&claims).await.unwrap();
            let tx = outbox.store.begin().await.unwrap();
            tx.cancel_message(id, at(0)).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

async fn a_mail_that_is_given_back_is_as_if_never_taken(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let before = outbox.mail(id).await;
    let released = outbox.claim_one(at(0)).await;
    assert_eq!(outbox.status(id).await, MessageStatus::Sending);
    outbox.store.release(std::slice::from_ref(&released)).await.unwrap();
    assert_eq!(outbox.mail(id).await, before);
    assert!(outbox.attempts(id).await.is_empty());

    let again = outbox.claim_one(at(0)).await;
    assert_eq!(again.number, 1);
    // The one that was given back gives no right any more, though it had the same number.
    let refused = verdict(AttemptOutcome::Refused);
    let stale = outbox.store.finalise(&released, &refused, at(0)).await.unwrap();
    assert_eq!(stale, Finalised::Stale);
    assert_eq!(outbox.outcomes(id).await, [None]);
    outbox.store.release(&[again]).await.unwrap();
}

async fn what_was_taken_over_cannot_be_given_back(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let claim = outbox.claim_one(at(0)).await;
    // This server never told that it lives.
    assert_eq!(outbox.store.take_over(at(0)).await.unwrap(), [id]);
    let theirs = outbox.store.claim(THERE, at(0), Reach::All, 1).await.unwrap();
    outbox.store.release(&[claim]).await.unwrap();
    assert_eq!(outbox.status(id).await, MessageStatus::Sending);
    assert_eq!(outbox.outcomes(id).await, [Some(AttemptOutcome::Ambiguous), None]);
    outbox.store.release(&theirs).await.unwrap();
}
