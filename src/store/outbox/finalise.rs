//! Writing down how an attempt ended, and ending those whose sender died.

use chrono::{DateTime, Utc};
use entities::{delivery_attempt, message};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use uuid::Uuid;

use super::{
    super::{Result, Store, Tx},
    Claim,
    claim::FIRST,
};
use crate::domain::{
    delivery::{AttemptOutcome, Verdict},
    fate::{Fate, Tries, Turn, fate},
    ids::{MessageId, ProgrammeId},
    message::MessageStatus,
    sending::{HoldCause, held},
};

/// What came of writing an attempt's end down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finalised {
    /// The mail stands there now.
    Now(MessageStatus),
    /// The claim was not held any more, but the relay took the mail: it is sent, whatever was thought of it meanwhile.
    LateAcceptance,
    /// The claim was not held any more. The attempt is on record, the mail is as it was.
    Stale,
}

/// How many of a dead server's mails are taken over in one transaction.
const TAKEN_AT_ONCE: u64 = 200;

impl Store {
    /// Writes down how the attempt behind `claim` ended; `now` is the mail's clock, read after the attempt.
    pub async fn finalise(&self, claim: &Claim, verdict: &Verdict, now: DateTime<Utc>) -> Result<Finalised> {
        let tx = self.begin().await?;
        let finalised = tx.finalise(claim, verdict, now).await?;
        tx.commit().await?;
        Ok(finalised)
    }

    /// Ends the attempts whose server is dead: nobody knows whether the relay took those mails. Returns which they are.
    pub async fn take_over(&self, now: DateTime<Utc>) -> Result<Vec<MessageId>> {
        let tx = self.begin().await?;
        let orphans = message::Entity::find()
            .filter(message::Column::Status.eq(MessageStatus::Sending.word()))
            .filter(tx.claimer_is_dead())
            .order_by_asc(message::Column::Id)
            .limit(TAKEN_AT_ONCE)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(&tx.0)
            .await?;
        let verdict = Verdict::unheard("the server that was sending it stopped before it told how that ended");
        let mut taken = Vec::with_capacity(orphans.len());
        for orphan in &orphans {
            let claim = Claim::of(orphan, None)?;
            tx.finalise(&claim, &verdict, now).await?;
            taken.push(claim.message_id);
        }
        tx.forget_the_dead().await?;
        tx.commit().await?;
        Ok(taken)
    }
}

impl Tx {
    async fn finalise(&self, claim: &Claim, verdict: &Verdict, now: DateTime<Utc>) -> Result<Finalised> {
        let tries = Tries {
            message_id: claim.message_id.0,
            failures: claim.failures,
            ambiguities: claim.ambiguities,
            deferred_since: match verdict.outcome {
                AttemptOutcome::Deferred => self.deferred_since(claim).await?,
                _ => None,
            },
            next_attempt_at: claim.next_attempt_at,
            is_urgent: claim.is_urgent,
            policy: claim.policy,
        };
        let mut fate = fate(&tries, verdict, now);
        if fate.status == MessageStatus::Queued {
            // Its programme may have been held while it was in hand.
            let holds = self.locked_holds().await?;
            if holds.hold(ProgrammeId(claim.person.programme_id)) {
                fate = held(fate);
            }
        }
        let is_held = self.end(claim, &fate, now).await?;
        self.record(claim, verdict).await?;
        if verdict.outcome == AttemptOutcome::Accepted {
            // The address is good, whatever was thought of it.
            self.lift_suppression(&claim.person).await?;
        }
        if is_held {
            if verdict.refuses_address() {
                self.suppress(claim.message_id, &claim.person, verdict, now).await?;
            }
            Ok(Finalised::Now(fate.status))
        } else if verdict.outcome == AttemptOutcome::Accepted && self.accept_late(claim, now).await? {
            Ok(Finalised::LateAcceptance)
        } else {
            Ok(Finalised::Stale)
        }
    }

    /// When the attempt began that was deferred first, of the deferrals that count.
    async fn deferred_since(&self, claim: &Claim) -> Result<Option<DateTime<Utc>>> {
        let Some(earlier) = claim.failures.checked_sub(1) else {
            return Ok(None);
        };
        let first = delivery_attempt::Entity::find()
            .filter(delivery_attempt::Column::MessageId.eq(claim.message_id.0))
            .filter(delivery_attempt::Column::Outcome.eq(AttemptOutcome::Deferred.word()))
            .order_by_desc(delivery_attempt::Column::Number)
            .offset(u64::from(earlier))
            .limit(1)
            .one(&self.0)
            .await?;
        Ok(first.map(|attempt| attempt.started_at))
    }

    /// Ends the claim. False: it is not held any more.
    async fn end(&self, claim: &Claim, fate: &Fate, now: DateTime<Utc>) -> Result<bool> {
        let has_ended = !matches!(fate.status, MessageStatus::Queued | MessageStatus::Held);
        let turn = match fate.turn {
            Turn::First => Some(FIRST),
            Turn::AsBefore => None,
            Turn::Behind => Some(column(claim.number)),
        };
        let sent_at = (fate.status == MessageStatus::Sent).then_some(now);
        let mut ended = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(fate.status.word()))
            .col_expr(message::Column::Reason, Expr::value(fate.reason.clone()))
            .col_expr(message::Column::Hold, Expr::value(fate.hold.map(HoldCause::word)))
            .col_expr(message::Column::NextAttemptAt, Expr::value(fate.next_attempt_at))
            .col_expr(message::Column::Failures, Expr::value(column(fate.failures)))
            .col_expr(message::Column::Ambiguities, Expr::value(column(fate.ambiguities)))
            .col_expr(message::Column::SentAt, Expr::value(sent_at))
            .col_expr(message::Column::EndedAt, Expr::value(has_ended.then_some(now)))
            .col_expr(message::Column::ClaimedBy, Expr::value(None::<Uuid>))
            .filter(claim.held());
        if let Some(turn) = turn {
            ended = ended.col_expr(message::Column::Turn, Expr::value(turn));
        }
        Ok(ended.exec(&self.0).await?.rows_affected == 1)
    }

    /// Puts the verdict on record, also in place of "nobody knows".
    async fn record(&self, claim: &Claim, verdict: &Verdict) -> Result<()> {
        delivery_attempt::Entity::update_many()
            .col_expr(delivery_attempt::Column::Outcome, Expr::value(verdict.outcome.word()))
            .col_expr(
                delivery_attempt::Column::Verb,
                Expr::value(verdict.verb.map(|verb| verb.word())),
            )
            .col_expr(delivery_attempt::Column::Code, Expr::value(verdict.code.map(i32::from)))
            .col_expr(
                delivery_attempt::Column::Enhanced,
                Expr::value(verdict.enhanced.clone()),
            )
            .col_expr(delivery_attempt::Column::Text, Expr::value(verdict.text.clone()))
            .filter(claim.attempt())
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// The relay took it after all. A claim that somebody else holds by now ends with it: its own verdict will be stale.
    async fn accept_late(&self, claim: &Claim, now: DateTime<Utc>) -> Result<bool> {
        let settled = [MessageStatus::Sent, MessageStatus::Bounced].map(MessageStatus::word);
        let accepted = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Sent.word()))
            .col_expr(
                message::Column::Reason,
                Expr::value("the relay's acceptance was learned late"),
            )
            .col_expr(message::Column::SentAt, Expr::value(now))
            .col_expr(message::Column::EndedAt, Expr::value(now))
            .col_expr(message::Column::ClaimedBy, Expr::value(None::<Uuid>))
            .col_expr(message::Column::Hold, Expr::value(None::<String>))
            .filter(message::Column::Id.eq(claim.message_id.0))
            .filter(message::Column::Status.is_not_in(settled))
            .exec(&self.0)
            .await?;
        Ok(accepted.rows_affected == 1)
    }
}

fn column(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
