//! What to do about rows that somebody else has locked.

use sea_orm::{
    EntityTrait, QuerySelect, Select,
    sea_query::{LockBehavior, LockType},
};

/// What a look does about that which another look or act is busy with. SQLite has one writer: there it never meets any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Passes it over: whoever is busy with it carries it out.
    PassOver,
    /// Waits for it: afterwards nothing that was due is left undone.
    Wait,
}

impl Busy {
    /// Locks what is found.
    pub(super) fn lock<E: EntityTrait>(self, found: Select<E>) -> Select<E> {
        match self {
            Self::PassOver => found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked),
            Self::Wait => found.lock_exclusive(),
        }
    }
}
