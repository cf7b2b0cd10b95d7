//! What a person may do with a mail in the outbox.

use chrono::{DateTime, Utc};
use entities::{message, message_body};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, Query},
};

use super::{
    super::{Result, Tx},
    read::status,
};
use crate::domain::{ids::MessageId, message::MessageStatus};

/// What came of queueing a mail again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requeue {
    /// It is queued: the same bytes, its failures forgotten, its attempts kept.
    Queued,
    /// There is no such mail.
    NotFound,
    /// Its bytes were never made, or were dropped.
    NoBody,
    /// It stands there, from where it does not go back.
    Not(MessageStatus),
}

/// What came of calling a mail back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// It does not go out.
    Cancelled,
    /// There is no such mail.
    NotFound,
    /// It stands there: in hand, gone, or ended already.
    Not(MessageStatus),
}

/// From where a mail can be queued again. Not from sent or bounced: that would be another mail.
const REQUEUED_FROM: [MessageStatus; 6] = [
    MessageStatus::Failed,
    MessageStatus::Unknown,
    MessageStatus::Held,
    MessageStatus::Cancelled,
    MessageStatus::Expired,
    MessageStatus::Suppressed,
];

/// From where a mail can be called back.
const CANCELLED_FROM: [MessageStatus; 2] = [MessageStatus::Queued, MessageStatus::Held];

impl Tx {
    /// Queues a mail again that failed, may not have arrived, was kept back or called back. Its address is tried again, also
    /// with later mails.
    pub async fn retry_message(&self, id: MessageId, now: DateTime<Utc>) -> Result<Requeue> {
        let bodies = Query::select()
            .column(message_body::Column::MessageId)
            .from(message_body::Entity)
            .to_owned();
        let requeued = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Queued.word()))
            .col_expr(message::Column::Reason, Expr::value(None::<String>))
            .col_expr(message::Column::NextAttemptAt, Expr::value(now))
            .col_expr(message::Column::EndedAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(message::Column::Failures, Expr::value(0))
            .col_expr(message::Column::Ambiguities, Expr::value(0))
            .col_expr(message::Column::Turn, Expr::value(0))
            .col_expr(message::Column::Hold, Expr::value(None::<String>))
            .filter(message::Column::Id.eq(id.0))
            .filter(message::Column::Status.is_in(REQUEUED_FROM.map(MessageStatus::word)))
            .filter(message::Column::Id.in_subquery(bodies))
            .exec(&self.0)
            .await?;
        if requeued.rows_affected == 1 {
            self.lift_suppression_of(id).await?;
            return Ok(Requeue::Queued);
        }
        Ok(match self.message_status(id).await? {
            None => Requeue::NotFound,
            Some(status) if REQUEUED_FROM.contains(&status) => Requeue::NoBody,
            Some(status) => Requeue::Not(status),
        })
    }

    /// Calls a mail back that nobody has in hand.
    pub async fn cancel_message(&self, id: MessageId, now: DateTime<Utc>) -> Result<Cancellation> {
        let cancelled = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Cancelled.word()))
            .col_expr(message::Column::Reason, Expr::value("called back"))
            .col_expr(message::Column::Hold, Expr::value(None::<String>))
            .col_expr(message::Column::EndedAt, Expr::value(now))
            .filter(message::Column::Id.eq(id.0))
            .filter(message::Column::Status.is_in(CANCELLED_FROM.map(MessageStatus::word)))
            .exec(&self.0)
            .await?;
        if cancelled.rows_affected == 1 {
            return Ok(Cancellation::Cancelled);
        }
        Ok(self
            .message_status(id)
            .await?
            .map_or(Cancellation::NotFound, Cancellation::Not))
    }

    async fn message_status(&self, id: MessageId) -> Result<Option<MessageStatus>> {
        message::Entity::find_by_id(id.0)
            .one(&self.0)
            .await?
            .map(|row| status(&row))
            .transpose()
    }
}
