//! The clock that is a row of the database.

use leernetwerk::{clock::Clock, store::StoreError};

use super::{Outbox, at};
use crate::harness::engines::on_both;

on_both!(
    the_test_clock_is_one_for_all_and_never_goes_back,
    the_system_clock_needs_no_row
);

async fn the_test_clock_is_one_for_all_and_never_goes_back(outbox: &Outbox) {
    let (store, other) = (&outbox.store, outbox.another_store().await);
    let clock = Clock::Test { starts_at: at(0) };
    assert!(!store.has_travelled().await.unwrap());
    assert!(matches!(store.now(clock).await, Err(StoreError::Mismatch(_))));
    assert!(matches!(
        store.advance_test_clock(at(1)).await,
        Err(StoreError::Mismatch(_))
    ));

    assert_eq!(store.start_test_clock(at(0)).await.unwrap(), at(0));
    assert!(other.has_travelled().await.unwrap());
    assert_eq!(other.advance_test_clock(at(5)).await.unwrap(), at(5));
    assert_eq!(store.now(clock).await.unwrap(), at(5));
    assert_eq!(store.advance_test_clock(at(4)).await.unwrap(), at(5));
    // A restart takes the later of the two.
    assert_eq!(store.start_test_clock(at(0)).await.unwrap(), at(5));
    assert_eq!(store.start_test_clock(at(6)).await.unwrap(), at(6));

    let nanosecond = chrono::Duration::nanoseconds(1);
    assert_eq!(store.advance_test_clock(at(7) + nanosecond).await.unwrap(), at(7));
    let tx = store.begin().await.unwrap();
    assert_eq!(tx.now(clock).await.unwrap(), at(7));
}

async fn the_system_clock_needs_no_row(outbox: &Outbox) {
    let before = outbox.store.now(Clock::System).await.unwrap();
    let tx = outbox.store.begin().await.unwrap();
    let after = tx.now(Clock::System).await.unwrap();
    assert!(before <= after && before > at(0));
    drop(tx);
    assert!(!outbox.store.has_travelled().await.unwrap());
}
