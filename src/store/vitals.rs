//! How the work stands, in a few numbers that cost little: each is read from an index that holds only what is unfinished.

use chrono::{DateTime, Utc};
use entities::{ledger_entry, message, programme};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{Result, Store, StoreError};
use crate::domain::message::MessageStatus;

/// How the work stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vitals {
    /// How many mails there are of each status but sent; a status without any is left out.
    pub outbox: Vec<(MessageStatus, u64)>,
    /// From when on the oldest queued mail may be tried; it may be to come.
    pub oldest_ready_at: Option<DateTime<Utc>>,
    /// Mails that are decided and still to be made.
    pub to_compose: u64,
    /// When the programme that was to be looked at first was to be looked at; it may be to come.
    pub oldest_wake_at: Option<DateTime<Utc>>,
}

impl Vitals {
    /// How many mails there are of a status other than sent.
    pub fn mails(&self, status: MessageStatus) -> u64 {
        let of_status = self.outbox.iter().find(|(known, _)| *known == status);
        of_status.map_or(0, |(_, count)| *count)
    }
}

impl Store {
    /// How the work stands.
    pub async fn vitals(&self) -> Result<Vitals> {
        let not_sent: Vec<(String, i64, Option<DateTime<Utc>>)> = message::Entity::find()
            .select_only()
            .column(message::Column::Status)
            // Of the rows, not of a column: so the index says it all.
            .column_as(Expr::cust("COUNT(*)"), "mails")
            .column_as(message::Column::NextAttemptAt.min(), "ready_at")
            // A literal: the index is a partial one, and neither database takes it for a value that is bound.
            .filter(Expr::cust("status <> 'sent'"))
            .group_by(message::Column::Status)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut vitals = Vitals::default();
        for (word, count, ready_at) in not_sent {
            let status = MessageStatus::from_word(&word)
                .ok_or_else(|| StoreError::Mismatch(format!("a mail has the status {word:?}")))?;
            if status == MessageStatus::Queued {
                vitals.oldest_ready_at = ready_at;
            }
            vitals.outbox.push((status, count.unsigned_abs()));
        }
        vitals.outbox.sort_unstable();
        vitals.to_compose = ledger_entry::Entity::find()
            .filter(ledger_entry::Column::ComposeAt.is_not_null())
            .count(&self.reader)
            .await?;
        vitals.oldest_wake_at = programme::Entity::find()
            .select_only()
            .column_as(programme::Column::WakeAt.min(), "wake_at")
            .filter(programme::Column::WakeAt.is_not_null())
            .into_tuple::<Option<DateTime<Utc>>>()
            .one(&self.reader)
            .await?
            .flatten();
        Ok(vitals)
    }
}
