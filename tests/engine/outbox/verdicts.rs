//! What becomes of a mail after an attempt, whoever tells it and however late.

use chrono::Duration;
use leernetwerk::{
    domain::{
        delivery::{AttemptOutcome, SmtpVerb, backoff},
        fate::GIVE_UP_AFTER_DEFERRALS,
        message::MessageStatus,
    },
    store::{Cancellation, Finalised, MessageBody, Priority, Reach, Requeue},
};

use super::{HERE, Outbox, THERE, at, verdict};
use crate::harness::engines::on_both;
use AttemptOutcome::{Accepted, Ambiguous, Deferred, Refused, RelayFailed};

on_both!(
    what_the_relay_said_is_on_record,
    a_deferred_mail_waits_on_the_mails_clock_and_fails_after_two_days,
    a_relay_that_cannot_be_used_does_not_count_against_a_mail,
    without_a_verdict_it_goes_once_more_and_is_then_unknown,
    a_stale_verdict_changes_nothing_but_the_record,
    an_acceptance_wins_however_late,
    the_mails_of_a_server_that_stopped_beating_are_taken_over,
    a_beat_from_before_the_clock_was_set_back_is_no_sign_of_life,
    a_person_queues_again_or_calls_back,
    a_mail_that_could_not_be_made_is_failed_from_the_start,
);

async fn what_the_relay_said_is_on_record(outbox: &Outbox) {
    let (sent, failed) = (outbox.post_one().await, outbox.post_one().await);
    for claim in outbox.claim(at(0), 2).await {
        let outcome = if claim.message_id == sent { Accepted } else { Refused };
        outbox.store.finalise(&claim, &verdict(outcome), at(1)).await.unwrap();
    }
    let mail = outbox.mail(sent).await;
    assert_eq!(
        (mail.status, mail.sent_at, mail.reason),
        (MessageStatus::Sent, Some(at(1)), None)
    );
    let mail = outbox.mail(failed).await;
    assert_eq!((mail.status, mail.ended_at), (MessageStatus::Failed, Some(at(1))));
    assert_eq!(mail.reason.as_deref(), Some("RCPT: 550 5.1.1 no such user"));
    let [attempt] = &outbox.attempts(failed).await[..] else {
        panic!("one attempt")
    };
    assert_eq!(
        (
            attempt.number,
            attempt.instance_id,
            attempt.started_at,
            attempt.outcome,
            attempt.verb,
            attempt.code
        ),
        (1, HERE, at(0), Some(Refused), Some(SmtpVerb::Rcpt), Some(550))
    );
    assert_eq!(
        (attempt.enhanced.as_deref(), attempt.text.as_deref()),
        (Some("5.1.1"), Some("5.1.1 no such user"))
    );
}

async fn a_deferred_mail_waits_on_the_mails_clock_and_fails_after_two_days(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let claim = outbox.claim_one(at(0)).await;
    outbox.store.finalise(&claim, &verdict(Deferred), at(1)).await.unwrap();
    let next = at(1) + backoff(1, id.0);
    let mail = outbox.mail(id).await;
    assert_eq!(
        (mail.status, mail.failures, mail.next_attempt_at),
        (MessageStatus::Queued, 1, next)
    );
    assert!(outbox.claim(next - Duration::microseconds(1), 1).await.is_empty());

    let claim = outbox.claim_one(next).await;
    outbox.store.finalise(&claim, &verdict(Deferred), at(47)).await.unwrap();
    assert_eq!(outbox.mail(id).await.next_attempt_at, at(47) + backoff(2, id.0));
    for _ in 2..GIVE_UP_AFTER_DEFERRALS {
        assert_eq!(outbox.status(id).await, MessageStatus::Queued);
        let claim = outbox.claim_one(at(100)).await;
        outbox.store.finalise(&claim, &verdict(Deferred), at(90)).await.unwrap();
    }
    let mail = outbox.mail(id).await;
    assert_eq!(mail.status, MessageStatus::Failed);
    assert_eq!(
        mail.reason.as_deref(),
        Some("deferred for 48 hours: RCPT: 450 4.2.0 later")
    );
}

async fn a_relay_that_cannot_be_used_does_not_count_against_a_mail(outbox: &Outbox) {
    let id = outbox.post_one().await;
    for number in 1..=5 {
        let claim = outbox.claim_one(at(100)).await;
        assert_eq!(claim.number, number);
        let finalised = outbox
            .store
            .finalise(&claim, &verdict(RelayFailed), at(100))
            .await
            .unwrap();
        assert_eq!(finalised, Finalised::Now(MessageStatus::Queued));
    }
    let mail = outbox.mail(id).await;
    assert_eq!(
        (mail.failures, mail.ambiguities, mail.attempts, mail.next_attempt_at),
        (0, 0, 5, at(0))
    );
    assert_eq!(outbox.outcomes(id).await, [Some(RelayFailed); 5]);
    // Days of it, and then "not now": that is the first time.
    let claim = outbox.claim_one(at(100)).await;
    outbox
        .store
        .finalise(&claim, &verdict(Deferred), at(100))
        .await
        .unwrap();
    assert_eq!(outbox.status(id).await, MessageStatus::Queued);
}

async fn without_a_verdict_it_goes_once_more_and_is_then_unknown(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let first = outbox.claim_one(at(0)).await;
    outbox.store.finalise(&first, &verdict(Ambiguous), at(0)).await.unwrap();
    // The clock stands still, and it goes all the same.
    let second = outbox.claim_one(at(0)).await;
    assert_eq!(second.sealed, first.sealed);
    let finalised = outbox
        .store
        .finalise(&second, &verdict(Ambiguous), at(0))
        .await
        .unwrap();
    assert_eq!(finalised, Finalised::Now(MessageStatus::Unknown));
    assert_eq!(
        outbox.mail(id).await.reason.as_deref(),
        Some("DOT: the relay closed the connection")
    );
    assert!(outbox.claim(at(1000), 1).await.is_empty());
}

async fn a_stale_verdict_changes_nothing_but_the_record(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let stale = outbox.claim_one(at(0)).await;
    outbox.store.take_over(at(0)).await.unwrap();
    let held = outbox.store.claim(THERE, at(0), Reach::All, 1).await.unwrap();
    for outcome in [Refused, Deferred, RelayFailed, Ambiguous] {
        let before = outbox.mail(id).await;
        assert_eq!(
            outbox.store.finalise(&stale, &verdict(outcome), at(1)).await.unwrap(),
            Finalised::Stale
        );
        assert_eq!(outbox.mail(id).await, before);
        assert_eq!(outbox.outcomes(id).await, [Some(outcome), None]);
    }
    outbox
        .store
        .finalise(&held[0], &verdict(Accepted), at(2))
        .await
        .unwrap();
    // Told twice, nothing happens twice.
    assert_eq!(
        outbox
            .store
            .finalise(&held[0], &verdict(Accepted), at(3))
            .await
            .unwrap(),
        Finalised::Stale
    );
    assert_eq!(outbox.mail(id).await.sent_at, Some(at(2)));
}

async fn an_acceptance_wins_however_late(outbox: &Outbox) {
    let accepted = verdict(Accepted);
    // Over a mail that is queued again.
    let id = outbox.post_one().await;
    let late = outbox.claim_one(at(0)).await;
    outbox.store.take_over(at(0)).await.unwrap();
    assert_eq!(outbox.status(id).await, MessageStatus::Queued);
    assert_eq!(
        outbox.store.finalise(&late, &accepted, at(1)).await.unwrap(),
        Finalised::LateAcceptance
    );
    assert_eq!(outbox.status(id).await, MessageStatus::Sent);
    assert_eq!(outbox.outcomes(id).await, [Some(Accepted)]);

    // Over one in another's hands, who then has nothing to say.
    let id = outbox.post_one().await;
    let late = outbox.claim_one(at(0)).await;
    outbox.store.take_over(at(0)).await.unwrap();
    let held = outbox.store.claim(THERE, at(0), Reach::All, 1).await.unwrap();
    assert_eq!(
        outbox.store.finalise(&late, &accepted, at(1)).await.unwrap(),
        Finalised::LateAcceptance
    );
    assert_eq!(
        outbox.store.finalise(&held[0], &verdict(Refused), at(2)).await.unwrap(),
        Finalised::Stale
    );
    assert_eq!(outbox.mail(id).await.sent_at, Some(at(1)));

    // Over one that was given up.
    let id = outbox.post_one().await;
    let late = outbox.claim_one(at(0)).await;
    outbox.store.take_over(at(0)).await.unwrap();
    let second = outbox.claim_one(at(0)).await;
    outbox
        .store
        .finalise(&second, &verdict(Ambiguous), at(0))
        .await
        .unwrap();
    assert_eq!(outbox.status(id).await, MessageStatus::Unknown);
    assert_eq!(
        outbox.store.finalise(&late, &accepted, at(1)).await.unwrap(),
        Finalised::LateAcceptance
    );
    assert_eq!(outbox.status(id).await, MessageStatus::Sent);
}

async fn the_mails_of_a_server_that_stopped_beating_are_taken_over(outbox: &Outbox) {
    let id = outbox.post_one().await;
    outbox.store.beat(HERE).await.unwrap();
    outbox.claim_one(at(0)).await;
    assert!(outbox.store.take_over(at(0)).await.unwrap().is_empty());
    outbox.age(HERE, 20).await;
    assert!(outbox.store.is_alive(HERE).await.unwrap());
    assert!(outbox.store.take_over(at(0)).await.unwrap().is_empty());

    outbox.age(HERE, 11).await;
    assert!(!outbox.store.is_alive(HERE).await.unwrap());
    assert_eq!(outbox.store.take_over(at(0)).await.unwrap(), [id]);
    let mail = outbox.mail(id).await;
    assert_eq!((mail.status, mail.ambiguities), (MessageStatus::Queued, 1));
    assert_eq!(outbox.outcomes(id).await, [Some(Ambiguous)]);
    assert!(outbox.store.take_over(at(0)).await.unwrap().is_empty());

    // It lives after all, takes the mail once more and leaves for good.
    outbox.store.beat(HERE).await.unwrap();
    assert!(outbox.store.is_alive(HERE).await.unwrap());
    outbox.claim_one(at(0)).await;
    outbox.store.forget(HERE).await.unwrap();
    assert_eq!(outbox.store.take_over(at(0)).await.unwrap(), [id]);
    assert_eq!(outbox.status(id).await, MessageStatus::Unknown);
}

async fn a_beat_from_before_the_clock_was_set_back_is_no_sign_of_life(outbox: &Outbox) {
    let id = outbox.post_one().await;
    outbox.store.beat(HERE).await.unwrap();
    outbox.claim_one(at(0)).await;
    // Ahead by less than a server may be silent: the machines need not agree to the second.
    outbox.age(HERE, -20).await;
    assert_eq!(outbox.store.take_over(at(0)).await.unwrap(), []);
    // It died while the clock was 400 days ahead.
    outbox.age(HERE, -400 * 24 * 3600).await;
    assert_eq!(outbox.store.take_over(at(0)).await.unwrap(), [id]);
    assert_eq!(outbox.status(id).await, MessageStatus::Queued);
}

async fn a_person_queues_again_or_calls_back(outbox: &Outbox) {
    let retry = async |id| {
        let tx = outbox.store.begin().await.unwrap();
        let requeue = tx.retry_message(id, at(9)).await.unwrap();
        tx.commit().await.unwrap();
        requeue
    };
    let cancel = async |id| {
        let tx = outbox.store.begin().await.unwrap();
        let cancellation = tx.cancel_message(id, at(9)).await.unwrap();
        tx.commit().await.unwrap();
        cancellation
    };
    let nobody = outbox.letter(Priority::Act).id;
    assert_eq!(
        (retry(nobody).await, cancel(nobody).await),
        (Requeue::NotFound, Cancellation::NotFound)
    );

    let id = outbox.post_one().await;
    assert_eq!(retry(id).await, Requeue::Not(MessageStatus::Queued));
    assert_eq!(cancel(id).await, Cancellation::Cancelled);
    assert_eq!(cancel(id).await, Cancellation::Not(MessageStatus::Cancelled));
    assert!(outbox.claim(at(9), 1).await.is_empty());
    assert_eq!(retry(id).await, Requeue::Queued);

    let claim = outbox.claim_one(at(9)).await;
    assert_eq!(retry(id).await, Requeue::Not(MessageStatus::Sending));
    assert_eq!(cancel(id).await, Cancellation::Not(MessageStatus::Sending));
    outbox.store.finalise(&claim, &verdict(Ambiguous), at(9)).await.unwrap();
    let claim = outbox.claim_one(at(9)).await;
    outbox.store.finalise(&claim, &verdict(Ambiguous), at(9)).await.unwrap();
    assert_eq!(cancel(id).await, Cancellation::Not(MessageStatus::Unknown));
    assert_eq!(retry(id).await, Requeue::Queued);
    let mail = outbox.mail(id).await;
    assert_eq!(
        (mail.ambiguities, mail.reason, mail.ended_at, mail.attempts),
        (0, None, None, 2)
    );

    let claim = outbox.claim_one(at(9)).await;
    outbox.store.finalise(&claim, &verdict(Accepted), at(9)).await.unwrap();
    assert_eq!(retry(id).await, Requeue::Not(MessageStatus::Sent));
    assert_eq!(cancel(id).await, Cancellation::Not(MessageStatus::Sent));
}

async fn a_mail_that_could_not_be_made_is_failed_from_the_start(outbox: &Outbox) {
    let mut new = outbox.letter(Priority::Time);
    new.body = MessageBody::Failed("the template asks for a venue that is not known".into());
    let id = outbox.post(&new).await;
    assert_eq!(outbox.status(id).await, MessageStatus::Failed);
    assert!(outbox.claim(at(9), 1).await.is_empty());
    assert_eq!(outbox.store.body(id, &outbox.seal).await.unwrap(), None);
    let tx = outbox.store.begin().await.unwrap();
    assert_eq!(tx.retry_message(id, at(9)).await.unwrap(), Requeue::NoBody);
}
