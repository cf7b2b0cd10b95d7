//! What the slots of this server have in hand: so that a claim that the database committed, and whose answer was lost on the way,
//! is known for what it is.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::domain::ids::MessageId;

/// The mails in the hands of slots.
#[derive(Debug, Default)]
pub(super) struct Hands {
    /// Read by a slot from before its claim until the mail is noted here; written by whoever looks for strays.
    claiming: RwLock<()>,
    mails: Mutex<BTreeSet<MessageId>>,
}

impl Hands {
    fn mails(&self) -> MutexGuard<'_, BTreeSet<MessageId>> {
        // A set is as good after a panic as before.
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a claim.
    pub(super) async fn claiming(&self) -> Claiming<'_> {
        Claiming {
            hands: self,
            _claiming: self.claiming.read().await,
        }
    }

    /// All that is in hand, while nobody can claim; none: somebody claims just now.
    pub(super) fn at_rest(&self) -> Option<AtRest<'_>> {
        self.claiming.try_write().ok().map(|claiming| AtRest {
            hands: self,
            _claiming: claiming,
        })
    }
}

/// A claim that is being made.
#[derive(Debug)]
pub(super) struct Claiming<'a> {
    hands: &'a Hands,
    _claiming: RwLockReadGuard<'a, ()>,
}

impl<'a> Claiming<'a> {
    /// The claim was made.
    pub(super) fn take(self, mail: MessageId) -> InHand<'a> {
        self.hands.mails().insert(mail);
        InHand {
            hands: self.hands,
            mail,
        }
    }
}

/// A mail in the hands of a slot. Of a slot that breaks off nobody knows whether it was sent, so it stays in hand until the whole
/// server is known to be gone, and dropping this changes nothing.
#[derive(Debug)]
#[must_use = "a mail that is not put down is never given back while this server lives"]
pub(super) struct InHand<'a> {
    hands: &'a Hands,
    mail: MessageId,
}

impl InHand<'_> {
    /// Its verdict is written down, or it was never sent.
    pub(super) fn put_down(self) {
        self.hands.mails().remove(&self.mail);
    }
}

/// See [`Hands::at_rest`].
#[derive(Debug)]
pub(super) struct AtRest<'a> {
    hands: &'a Hands,
    _claiming: RwLockWriteGuard<'a, ()>,
}

impl AtRest<'_> {
    /// The mails in hand.
    pub(super) fn all(&self) -> Vec<MessageId> {
        self.hands.mails().iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn nobody_looks_for_strays_while_somebody_claims() {
        let hands = Hands::default();
        let (one, two) = (MessageId(Uuid::from_u128(1)), MessageId(Uuid::from_u128(2)));
        let first = hands.claiming().await;
        let second = hands.claiming().await;
        assert!(hands.at_rest().is_none(), "a claim may be committed and not noted yet");
        let first = first.take(one);
        assert!(hands.at_rest().is_none());
        let second = second.take(two);
        assert_eq!(hands.at_rest().map(|at_rest| at_rest.all()), Some(vec![one, two]));
        first.put_down();
        assert_eq!(hands.at_rest().map(|at_rest| at_rest.all()), Some(vec![two]));
        drop(second);
        let still = hands.at_rest().map(|at_rest| at_rest.all());
        assert_eq!(still, Some(vec![two]), "a slot that breaks off may have sent it");
    }
}
