//! Mail that is kept back, and let go.

use leernetwerk::{
    domain::{
        delivery::AttemptOutcome::{Accepted, Ambiguous, Deferred},
        ids::ProgrammeId,
        message::MessageStatus::{self, Held, Queued, Sent},
        sending::AmbiguityPolicy,
    },
    store::{Holds, NewMessage, Priority, Selection},
};
use sea_orm::ActiveModelTrait;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{Outbox, PROGRAMME, at, programme, verdict};
use crate::harness::engines::on_both;

on_both!(
    what_is_held_does_not_go_until_released,
    a_programme_that_is_held_holds_what_comes_later,
    a_mail_in_hand_is_held_when_it_comes_back,
    none_slips_through_while_a_programme_is_being_held,
    what_is_released_keeps_its_past,
);

const OTHER: ProgrammeId = ProgrammeId(Uuid::from_u128(2));

impl Outbox {
    async fn hold(&self, selection: Selection) -> u64 {
        let tx = self.store.begin().await.unwrap();
        let held = tx.hold_messages(&selection).await.unwrap();
        tx.commit().await.unwrap();
        held
    }

    async fn let_go(&self, selection: Selection) -> u64 {
        let tx = self.store.begin().await.unwrap();
        let released = tx.release_messages(&selection).await.unwrap();
        tx.commit().await.unwrap();
        released
    }

    async fn statuses(&self) -> Vec<MessageStatus> {
        let mut mails = self.mails().await;
        mails.sort_by_key(|mail| mail.id);
        mails.iter().map(|mail| mail.status).collect()
    }
}

async fn what_is_held_does_not_go_until_released(outbox: &Outbox) {
    let ids = outbox.post_many(3).await;
    let some = Selection::Messages(vec![ids[0], ids[2]]);
    assert_eq!(outbox.hold(some.clone()).await, 2);
    assert_eq!(outbox.hold(some.clone()).await, 0, "they are held already");
    assert_eq!(outbox.statuses().await, [Held, Queued, Held]);
    assert!(
        outbox
            .mail(ids[0])
            .await
            .reason
            .unwrap()
            .contains("leernetwerk release")
    );
    let claim = outbox.claim_one(at(0)).await;
    assert_eq!(claim.message_id, ids[1]);
    outbox.store.release(&[claim]).await.unwrap();
    assert_eq!(outbox.store.holds().await.unwrap(), Holds::default());
    assert_eq!(outbox.let_go(Selection::Messages(vec![ids[0]])).await, 1);
    assert_eq!(outbox.let_go(Selection::All).await, 1);
    assert_eq!(outbox.statuses().await, [Queued; 3]);
    assert_eq!(outbox.mail(ids[0]).await.reason, None);
}

async fn a_programme_that_is_held_holds_what_comes_later(outbox: &Outbox) {
    programme(OTHER).insert(&outbox.behind).await.unwrap();
    outbox.post_one().await;
    assert_eq!(outbox.hold(Selection::Programme(PROGRAMME)).await, 1);
    outbox.post_one().await;
    let of_other = NewMessage {
        programme_id: OTHER,
        ..outbox.letter(Priority::Act)
    };
    outbox.post(&of_other).await;
    assert_eq!(outbox.statuses().await, [Held, Held, Queued]);
    assert_eq!(outbox.hold(Selection::All).await, 1);
    let holds = outbox.store.holds().await.unwrap();
    assert_eq!((holds.all, &holds.programmes[..]), (true, &[PROGRAMME][..]));
    // Everything is held: a programme alone cannot be let go for what comes.
    assert_eq!(outbox.let_go(Selection::All).await, 3);
    assert_eq!(outbox.store.holds().await.unwrap(), Holds::default());
    outbox.post_one().await;
    assert_eq!(outbox.statuses().await, [Queued; 4]);
}

async fn a_mail_in_hand_is_held_when_it_comes_back(outbox: &Outbox) {
    let id = outbox.post_one().await;
    let claim = outbox.claim_one(at(0)).await;
    assert_eq!(outbox.hold(Selection::All).await, 0, "it is under way");
    outbox.store.finalise(&claim, &verdict(Deferred), at(0)).await.unwrap();
    let mail = outbox.mail(id).await;
    assert_eq!((mail.status, mail.failures, mail.ended_at), (Held, 1, None));
    assert!(mail.reason.as_deref().unwrap().contains("450"), "{mail:?}");
    assert_eq!(outbox.let_go(Selection::All).await, 1);
    // Given back untouched, it is held as well.
    let claim = outbox.claim_one(at(1)).await;
    assert_eq!(outbox.hold(Selection::Programme(PROGRAMME)).await, 0);
    outbox.store.release(&[claim]).await.unwrap();
    assert_eq!(outbox.status(id).await, Held);
    assert_eq!(outbox.let_go(Selection::All).await, 1);
    // What a person let go waits as long as the relay asked for.
    assert!(outbox.claim(at(0), 1).await.is_empty());
    let claim = outbox.claim_one(at(1)).await;
    assert_eq!(outbox.hold(Selection::All).await, 0);
    outbox.store.finalise(&claim, &verdict(Accepted), at(1)).await.unwrap();
    assert_eq!(outbox.status(id).await, Sent);
}

async fn none_slips_through_while_a_programme_is_being_held(outbox: &Outbox) {
    let mut makers = JoinSet::new();
    let letters: Vec<NewMessage> = (0..40).map(|_| outbox.letter(Priority::Time)).collect();
    for letter in letters {
        let store = outbox.store.clone();
        makers.spawn(async move {
            let tx = store.begin().await.unwrap();
            let holds = tx.locked_holds().await.unwrap();
            tx.insert_message(&letter, &holds).await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    outbox.hold(Selection::Programme(PROGRAMME)).await;
    makers.join_all().await;
    assert_eq!(outbox.statuses().await, [Held; 40]);
}

async fn what_is_released_keeps_its_past(outbox: &Outbox) {
    // Once in doubt and held by a person: it is still sent once more at most.
    let id = outbox.post_one().await;
    let claim = outbox.claim_one(at(0)).await;
    outbox.store.finalise(&claim, &verdict(Ambiguous), at(0)).await.unwrap();
    outbox.hold(Selection::Messages(vec![id])).await;
    outbox.let_go(Selection::Messages(vec![id])).await;
    assert_eq!(outbox.mail(id).await.ambiguities, 1);
    // Held because of the doubt: whoever lets it go has it sent anew.
    let mut claim = outbox.claim_one(at(0)).await;
    claim.policy = AmbiguityPolicy::Hold;
    outbox.store.finalise(&claim, &verdict(Ambiguous), at(0)).await.unwrap();
    assert_eq!(outbox.status(id).await, Held);
    assert_eq!(outbox.let_go(Selection::Programme(PROGRAMME)).await, 1);
    let mail = outbox.mail(id).await;
    assert_eq!((mail.status, mail.ambiguities, mail.attempts), (Queued, 0, 2));
}
