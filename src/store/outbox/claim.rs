//! Taking mails in hand, one sender each, and giving them back untouched.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use entities::{delivery_attempt, message, message_body};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType},
};
use uuid::Uuid;

use super::{
    super::{Result, Store, StoreError, Tx, suppression::Person},
    Priority,
    read::whom,
};
use crate::domain::{
    delivery::waits_at_most_until,
    ids::{InstanceId, MessageId, ProgrammeId},
    message::{MessageKind, MessageStatus},
    pace::Pace,
    sending::{AmbiguityPolicy, HELD_BY_A_PERSON, HoldCause},
    whereabouts::{SendLock, Whereabouts},
};

/// The turn of mails that go before all others.
pub(super) const FIRST: i32 = -1;

/// The queued mails that may be tried, as [`may_be_tried`](crate::domain::delivery::may_be_tried) has it.
pub(super) fn ready(now: DateTime<Utc>) -> Condition {
    let is_later_than = |latest| message::Column::NextAttemptAt.gt(latest);
    let was_set_back = Condition::any()
        .add(
            Condition::all()
                .add(message::Column::Failures.eq(0))
                .add(is_later_than(waits_at_most_until(0, now))),
        )
        .add(is_later_than(waits_at_most_until(1, now)));
    Condition::all()
        .add(message::Column::Status.eq(MessageStatus::Queued.word()))
        .add(was_set_back.add(message::Column::NextAttemptAt.lte(now)))
}

/// Which mails a sender takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All: those that are sent once more, then those tried least; of these those of [`Priority::Act`] first.
    All,
    /// Those of [`Priority::Act`] only.
    ActsOnly,
}

/// A mail in the hands of one sender: the right to end it, until somebody else has the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The mail.
    pub message_id: MessageId,
    /// Which mail it is.
    pub kind: MessageKind,
    /// The one address that it goes to.
    pub address: String,
    /// The sealed bytes; none if they were dropped.
    pub sealed: Option<Vec<u8>>,
    /// Which attempt this is, from 1.
    pub number: u32,
    /// What to do if no verdict comes.
    pub policy: AmbiguityPolicy,
    /// The number of the claim; a later one takes the right away.
    pub(super) seq: i64,
    /// Deferrals before.
    pub(super) failures: u32,
    /// Attempts without a verdict before.
    pub(super) ambiguities: u32,
    /// From when on it could be tried.
    pub(super) next_attempt_at: DateTime<Utc>,
    /// Went before all others.
    pub(super) is_urgent: bool,
    /// Who it is for, where.
    pub(in crate::store) person: Person,
}

impl Claim {
    /// The claim that a row in hand stands for.
    pub(super) fn of(row: &message::Model, sealed: Option<Vec<u8>>) -> Result<Self> {
        let count = |column: &'static str, value: i32| {
            u32::try_from(value).map_err(|_| StoreError::inconsistent("message", column, row.id, "a negative count"))
        };
        let kind = MessageKind::from_word(&row.kind)
            .ok_or_else(|| StoreError::inconsistent("message", "kind", row.id, "unknown"))?;
        Ok(Self {
            message_id: row.id.into(),
            kind,
            address: row.recipient.clone(),
            sealed,
            number: count("attempts", row.attempts)?,
            policy: kind.ambiguity_policy(),
            seq: row.claim_seq,
            failures: count("failures", row.failures)?,
            ambiguities: count("ambiguities", row.ambiguities)?,
            next_attempt_at: row.next_attempt_at,
            is_urgent: row.turn == FIRST,
            person: Person {
                programme_id: row.programme_id,
                whom: whom(row),
                address_hash: row.address_hash.clone(),
            },
        })
    }

    /// The row as long as the claim holds.
    pub(super) fn held(&self) -> Condition {
        Condition::all()
            .add(message::Column::Id.eq(self.message_id.0))
            .add(message::Column::Status.eq(MessageStatus::Sending.word()))
            .add(message::Column::ClaimSeq.eq(self.seq))
    }

    /// This attempt's row.
    pub(super) fn attempt(&self) -> Condition {
        Condition::all()
            .add(delivery_attempt::Column::MessageId.eq(self.message_id.0))
            .add(delivery_attempt::Column::Number.eq(self.number))
            .add(delivery_attempt::Column::ClaimSeq.eq(self.seq))
    }
}

/// What a relay and its operator ask of whoever claims.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// How fast the relay of this name may be given mails.
    pub pace: Option<(String, Pace)>,
    /// Where this is: nothing goes from elsewhere than before. None: that does not matter.
    pub here: Option<Whereabouts>,
}

/// What came of claiming one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// It is in the claimer's hands.
    One(Box<Claim>),
    /// None is due.
    Nothing,
    /// One is due, but the relay may not be given it before this is over. Nobody has it.
    Wait(Duration),
    /// Nothing may go from here.
    Locked(Box<SendLock>),
}

impl Store {
    /// Takes the next mail that is due into the hands of `instance`, as [`Store::claim`] does, if the terms allow it.
    pub async fn claim_on(
        &self,
        terms: &Terms,
        instance: InstanceId,
        now: DateTime<Utc>,
        reach: Reach,
    ) -> Result<Claimed> {
        let tx = self.begin().await?;
        if let Some(here) = &terms.here
            && let Some(lock) = tx.send_lock(here).await?
        {
            return Ok(Claimed::Locked(Box::new(lock)));
        }
        let Some(claim) = tx.claim(instance, now, reach, 1).await?.pop() else {
            return Ok(Claimed::Nothing);
        };
        if let Some((relay, pace)) = &terms.pace
            && let Err(wait) = tx.admit(relay, *pace, 1).await?
        {
            tx.rollback().await?;
            return Ok(Claimed::Wait(wait));
        }
        tx.commit().await?;
        Ok(Claimed::One(Box::new(claim)))
    }

    /// Takes at most `limit` mails that are due into the hands of `instance`: those that are sent once
    /// more first, then those tried least, of these those of acts, then by due moment. No mail is in two hands. Each is sending from now on, with an attempt that has no outcome yet.
    pub async fn claim(
        &self,
        instance: InstanceId,
        now: DateTime<Utc>,
        reach: Reach,
        limit: u64,
    ) -> Result<Vec<Claim>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let tx = self.begin().await?;
        let claims = tx.claim(instance, now, reach, limit).await?;
        tx.commit().await?;
        Ok(claims)
    }

    /// Gives back what `instance` has claimed and nobody has in hand: the database committed such a claim, and its answer was lost
    /// on the way. Nothing was sent. Which they are.
    pub async fn give_back_strays(&self, instance: InstanceId, in_hand: Vec<MessageId>) -> Result<Vec<MessageId>> {
        let strays = message::Entity::find()
            .filter(message::Column::Status.eq(MessageStatus::Sending.word()))
            .filter(message::Column::ClaimedBy.eq(instance.0))
            .filter(message::Column::Id.is_not_in(in_hand.iter().map(|id| id.0)))
            .all(&self.reader)
            .await?;
        if strays.is_empty() {
            return Ok(Vec::new());
        }
        let claims: Vec<Claim> = strays.iter().map(|row| Claim::of(row, None)).collect::<Result<_>>()?;
        self.release(&claims).await?;
        Ok(claims.iter().map(|claim| claim.message_id).collect())
    }

    /// Gives claims back whose sending was never begun: the mails are queued as if nobody had taken them, or held, if that was
    /// said meanwhile.
    pub async fn release(&self, claims: &[Claim]) -> Result<()> {
        let tx = self.begin().await?;
        let holds = tx.locked_holds().await?;
        for claim in claims {
            let mut back = message::Entity::update_many()
                .col_expr(message::Column::Attempts, Expr::col(message::Column::Attempts).sub(1))
                .col_expr(message::Column::ClaimedBy, Expr::value(None::<Uuid>));
            back = if holds.hold(ProgrammeId(claim.person.programme_id)) {
                back.col_expr(message::Column::Status, Expr::value(MessageStatus::Held.word()))
                    .col_expr(message::Column::Hold, Expr::value(HoldCause::Person.word()))
                    .col_expr(message::Column::Reason, Expr::value(HELD_BY_A_PERSON))
            } else {
                back.col_expr(message::Column::Status, Expr::value(MessageStatus::Queued.word()))
            };
            let released = back.filter(claim.held()).exec(&tx.0).await?;
            // Taken over meanwhile: then the attempt stays in the record.
            if released.rows_affected == 1 {
                delivery_attempt::Entity::delete_many()
                    .filter(claim.attempt())
                    .exec(&tx.0)
                    .await?;
            }
        }
        tx.commit().await
    }
}

impl Tx {
    async fn claim(&self, instance: InstanceId, now: DateTime<Utc>, reach: Reach, limit: u64) -> Result<Vec<Claim>> {
        let mut due = message::Entity::find().filter(ready(now));
        if reach == Reach::ActsOnly {
            due = due.filter(message::Column::Priority.lte(Priority::Act.rank()));
        }
        // Two statements, not an update of a sub-select: PostgreSQL may run a sub-select with a limit more than once.
        // SQLite knows no row locks and needs none: the transaction holds the one write lock.
        let mut rows = due
            // A mail that the relay chokes on every time must not stand in the way of the others, whatever its priority.
            .order_by_asc(message::Column::Turn)
            .order_by_asc(message::Column::Priority)
            .order_by_asc(message::Column::NextAttemptAt)
            .order_by_asc(message::Column::Id)
            .limit(limit)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(&self.0)
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let taken = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Sending.word()))
            .col_expr(message::Column::ClaimSeq, Expr::col(message::Column::ClaimSeq).add(1))
            .col_expr(message::Column::Attempts, Expr::col(message::Column::Attempts).add(1))
            .col_expr(message::Column::ClaimedBy, Expr::value(instance.0))
            .filter(message::Column::Id.is_in(ids.iter().copied()))
            .filter(message::Column::Status.eq(MessageStatus::Queued.word()))
            .exec(&self.0)
            .await?;
        if taken.rows_affected != rows.len() as u64 {
            return Err(StoreError::Stale { what: "a queued mail" });
        }
        let bodies = message_body::Entity::find()
            .filter(message_body::Column::MessageId.is_in(ids))
            .all(&self.0)
            .await?;
        let mut bodies: HashMap<Uuid, Vec<u8>> =
            bodies.into_iter().map(|body| (body.message_id, body.sealed)).collect();
        for row in &mut rows {
            row.claim_seq += 1;
            row.attempts += 1;
        }
        let attempts = rows.iter().map(|row| delivery_attempt::ActiveModel {
            message_id: Set(row.id),
            number: Set(row.attempts),
            claim_seq: Set(row.claim_seq),
            instance_id: Set(instance.0),
            started_at: Set(now),
            outcome: Set(None),
            verb: Set(None),
            code: Set(None),
            enhanced: Set(None),
            text: Set(None),
        });
        delivery_attempt::Entity::insert_many(attempts)
            .exec_without_returning(&self.0)
            .await?;
        rows.iter().map(|row| Claim::of(row, bodies.remove(&row.id))).collect()
    }
}
