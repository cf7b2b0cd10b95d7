//! The outbox as people see it.

use leernetwerk::{
    domain::{
        delivery::AttemptOutcome,
        ids::{MessageId, ProgrammeId},
        message::{MessageKind, MessageStatus, Recipient},
        page::{Page, Window},
    },
    store::{Holds, Message, MessageFilter, Priority, Seal, StoreError},
};
use secrecy::SecretString;
use uuid::Uuid;

use super::{Outbox, PROGRAMME, at, raw, verdict};
use crate::harness::engines::on_both;

on_both!(
    a_list_is_read_in_windows,
    a_filter_takes_what_it_names,
    bytes_are_stored_sealed,
    what_is_not_committed_is_not_there
);

fn ids(page: &Page<Message>) -> Vec<MessageId> {
    page.items.iter().map(|mail| mail.id).collect()
}

async fn a_list_is_read_in_windows(outbox: &Outbox) {
    let mut newest_first = outbox.post_many(7).await;
    newest_first.sort();
    newest_first.reverse();
    let read = async |window| outbox.store.messages(&MessageFilter::default(), &window).await.unwrap();

    let page = read(Window::first(3)).await;
    assert_eq!(
        (ids(&page), page.total, page.has_next),
        (newest_first[..3].to_vec(), 7, true)
    );
    let page = read(Window {
        after: Some(newest_first[2]),
        ..Window::first(4)
    })
    .await;
    assert_eq!(
        (ids(&page), page.total, page.has_next),
        (newest_first[3..].to_vec(), 7, false)
    );
    let page = read(Window {
        is_from_end: true,
        ..Window::first(2)
    })
    .await;
    assert_eq!((ids(&page), page.has_previous), (newest_first[5..].to_vec(), true));
    let page = read(Window {
        is_from_end: true,
        before: Some(newest_first[5]),
        ..Window::first(9)
    })
    .await;
    assert_eq!((ids(&page), page.has_previous), (newest_first[..5].to_vec(), false));
    let between = Window {
        after: Some(newest_first[0]),
        before: Some(newest_first[3]),
        ..Window::first(9)
    };
    assert_eq!(ids(&read(between).await), newest_first[1..3]);
    assert!(ids(&read(Window::first(0)).await).is_empty());
}

async fn a_filter_takes_what_it_names(outbox: &Outbox) {
    let ordinary = outbox.letter(Priority::Time);
    let mut other = outbox.letter(Priority::Act);
    other.kind = MessageKind::PlaceOffered;
    other.address = "Jan.Jansen@People.example".into();
    let (ordinary_id, other_id) = (outbox.post(&ordinary).await, outbox.post(&other).await);
    let claim = outbox
        .store
        .claim(super::HERE, at(0), leernetwerk::store::Reach::ActsOnly, 1)
        .await
        .unwrap();
    outbox
        .store
        .finalise(&claim[0], &verdict(AttemptOutcome::Accepted), at(0))
        .await
        .unwrap();

    let found = async |filter| {
        let page = outbox.store.messages(&filter, &Window::first(9)).await.unwrap();
        assert_eq!(page.total, page.items.len() as u64);
        ids(&page)
    };
    let any = MessageFilter::default;
    assert_eq!(found(any()).await.len(), 2);
    assert_eq!(
        found(MessageFilter {
            kinds: vec![MessageKind::PlaceOffered],
            ..any()
        })
        .await,
        [other_id]
    );
    assert_eq!(
        found(MessageFilter {
            statuses: vec![MessageStatus::Queued],
            ..any()
        })
        .await,
        [ordinary_id]
    );
    assert_eq!(
        found(MessageFilter {
            recipient: Some("jan.jansen@people.EXAMPLE".into()),
            ..any()
        })
        .await,
        [other_id]
    );
    assert_eq!(
        found(MessageFilter {
            recipient: Some("%".into()),
            ..any()
        })
        .await,
        []
    );
    let Recipient::Registration(registration) = ordinary.recipient else {
        panic!("a registration")
    };
    assert_eq!(
        found(MessageFilter {
            registration: Some(registration),
            ..any()
        })
        .await,
        [ordinary_id]
    );
    assert_eq!(
        found(MessageFilter {
            programmes: Some(vec![PROGRAMME]),
            ..any()
        })
        .await
        .len(),
        2
    );
    let elsewhere = ProgrammeId(Uuid::from_u128(99));
    assert_eq!(
        found(MessageFilter {
            programmes: Some(vec![elsewhere]),
            ..any()
        })
        .await,
        []
    );
    assert_eq!(
        found(MessageFilter {
            programmes: Some(vec![]),
            ..any()
        })
        .await,
        []
    );
    let both = MessageFilter {
        kinds: vec![MessageKind::PlaceOffered],
        statuses: vec![MessageStatus::Queued],
        ..any()
    };
    assert_eq!(found(both).await, []);

    let mails = outbox
        .store
        .messages_by_id(&[ordinary_id, MessageId(Uuid::from_u128(9))])
        .await
        .unwrap();
    let mail = &mails[&ordinary_id];
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (
            mail.programme_id,
            mail.recipient,
            mail.kind,
            mail.locale,
            &mail.address,
            &mail.subject,
            &mail.message_id_header
        ),
        (
            PROGRAMME,
            ordinary.recipient,
            ordinary.kind,
            ordinary.locale,
            &ordinary.address,
            &ordinary.subject,
            &ordinary.message_id_header
        )
    );
    assert_eq!(
        (mail.caused_at, mail.due_at, mail.next_attempt_at),
        (at(0), at(0), at(0))
    );
}

async fn bytes_are_stored_sealed(outbox: &Outbox) {
    let id = outbox.post_one().await;
    assert_eq!(outbox.store.body(id, &outbox.seal).await.unwrap(), Some(raw(id)));
    let claim = outbox.claim_one(at(0)).await;
    let sealed = claim.sealed.clone().unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("live-link"));
    let other = Seal::new(&SecretString::from("another secret")).unwrap();
    assert!(matches!(outbox.store.body(id, &other).await, Err(StoreError::Sealed)));
    outbox.store.release(&[claim]).await.unwrap();
}

async fn what_is_not_committed_is_not_there(outbox: &Outbox) {
    let tx = outbox.store.begin().await.unwrap();
    let new = outbox.letter(Priority::Act);
    tx.insert_message(&new, &Holds::default()).await.unwrap();
    assert_eq!(outbox.store.message(new.id).await.unwrap(), None);
    tx.rollback().await.unwrap();
    assert_eq!(outbox.store.message(new.id).await.unwrap(), None);
    assert!(outbox.claim(at(9), 1).await.is_empty());
}
