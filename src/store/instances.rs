//! Which servers live, in the database's own time: the only file that asks the database what time it is.
//!
//! Servers beat. One that has not for [`ALIVE_SECONDS`] is taken for dead, and what it was sending is taken over. The
//! machines' clocks may differ, the database's is one; and it has nothing to do with the clock that people and mails see.

use std::time::Duration;

use chrono::TimeDelta;
use entities::{
    instance::{Column, Entity},
    message, relay_pace,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set,
    sea_query::{Expr, ExprTrait, LockType, OnConflict, Query, SelectStatement},
};

use super::{Result, Store, Tx};
use crate::{
    clock::system_now,
    domain::{ids::InstanceId, pace::Pace},
};

/// A server whose last beat is older than this is dead.
pub const ALIVE_SECONDS: i64 = 30;
/// A row this old is removed; whose row is absent is dead as well.
const FORGOTTEN_SECONDS: i64 = 3600;

/// The database's time in milliseconds since 1970; not that at which the transaction began.
fn now_ms(backend: DbBackend) -> Expr {
    Expr::cust(match backend {
        DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        _ => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    })
}

/// The same in microseconds, as fine as the database has it.
fn now_us(backend: DbBackend) -> Expr {
    Expr::cust(match backend {
        DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        _ => "CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000",
    })
}

fn ms_ago(backend: DbBackend, seconds: i64) -> Expr {
    now_ms(backend).sub(seconds.saturating_mul(1000))
}

/// The servers that live, for `… IN (…)`. A beat from the future is one from before the clock was set back: who lives has
/// beaten since.
fn alive(backend: DbBackend) -> SelectStatement {
    Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Expr::col(Column::LastSeenMs).gt(ms_ago(backend, ALIVE_SECONDS)))
        .and_where(Expr::col(Column::LastSeenMs).lt(ms_ago(backend, -ALIVE_SECONDS)))
        .to_owned()
}

impl Store {
    /// Tells that this server lives. Comes before its first claim, and then every few seconds. Returns the database's time, in
    /// milliseconds since 1970.
    pub async fn beat(&self, instance: InstanceId) -> Result<i64> {
        let backend = self.writer.get_database_backend();
        let mut upsert = Query::insert();
        upsert
            .into_table(Entity)
            .columns([Column::Id, Column::LastSeenMs])
            .values([instance.0.into(), now_ms(backend)])
            .map_err(|error| sea_orm::DbErr::Custom(error.to_string()))?
            .on_conflict(
                OnConflict::column(Column::Id)
                    .update_column(Column::LastSeenMs)
                    .to_owned(),
            )
            .returning_col(Column::LastSeenMs);
        let row = self.writer.query_one(&upsert).await?;
        row.map_or(Ok(0), |row| Ok(row.try_get("", "last_seen_ms")?))
    }

    /// Removes this server, when it stops: what it still has in hand can be taken over at once.
    pub async fn forget(&self, instance: InstanceId) -> Result<()> {
        Entity::delete_by_id(instance.0).exec(&self.writer).await?;
        Ok(())
    }

    /// Whether this server has beaten lately.
    pub async fn is_alive(&self, instance: InstanceId) -> Result<bool> {
        let backend = self.reader.get_database_backend();
        let beaten = Entity::find_by_id(instance.0).filter(Column::Id.in_subquery(alive(backend)));
        Ok(beaten.count(&self.reader).await? > 0)
    }
}

impl Store {
    /// How many servers have beaten lately.
    pub async fn instances_alive(&self) -> Result<u64> {
        let backend = self.reader.get_database_backend();
        let alive = Entity::find().filter(Column::Id.in_subquery(alive(backend)));
        Ok(alive.count(&self.reader).await?)
    }

    /// How far the database's clock is ahead of this machine's; with PostgreSQL that may be another machine's.
    pub async fn ahead(&self) -> Result<TimeDelta> {
        let backend = self.reader.get_database_backend();
        let asked_at = system_now();
        let row = self
            .reader
            .query_one(Query::select().expr_as(now_ms(backend), "now_ms"))
            .await?;
        let answered_at = system_now();
        let there: i64 = match row {
            Some(row) => row.try_get("", "now_ms")?,
            None => return Ok(TimeDelta::zero()),
        };
        // It read its clock somewhere between the two.
        let here = asked_at + (answered_at - asked_at) / 2;
        Ok(TimeDelta::milliseconds(there - here.timestamp_millis()))
    }
}

impl Tx {
    /// Lets so many mails go to a relay, or says how long to wait. The row is locked until this transaction ends, so that servers
    /// ask one after the other.
    pub(super) async fn admit(&self, relay: &str, pace: Pace, mails: u32) -> Result<Result<(), Duration>> {
        let backend = self.0.get_database_backend();
        let known: Option<(i64,)> = self.pace_of(relay).await?;
        let next_at_us = match known {
            Some((next_at_us,)) => next_at_us,
            None => {
                let row = relay_pace::ActiveModel {
                    relay: Set(relay.to_owned()),
                    next_at_us: Set(0),
                };
                relay_pace::Entity::insert(row)
                    .on_conflict(OnConflict::column(relay_pace::Column::Relay).do_nothing().to_owned())
                    .exec_without_returning(&self.0)
                    .await?;
                self.pace_of(relay).await?.map_or(0, |(next_at_us,)| next_at_us)
            }
        };
        let mut what_time_is_it = Query::select();
        what_time_is_it.expr_as(now_us(backend), "now_us");
        let now_us: i64 = match self.0.query_one(&what_time_is_it).await? {
            Some(row) => row.try_get("", "now_us")?,
            None => 0,
        };
        let next_at_us = match pace.admit(next_at_us, now_us, mails) {
            Ok(next_at_us) => next_at_us,
            Err(wait) => return Ok(Err(wait)),
        };
        relay_pace::Entity::update_many()
            .col_expr(relay_pace::Column::NextAtUs, Expr::value(next_at_us))
            .filter(relay_pace::Column::Relay.eq(relay))
            .exec(&self.0)
            .await?;
        Ok(Ok(()))
    }

    async fn pace_of(&self, relay: &str) -> Result<Option<(i64,)>> {
        Ok(relay_pace::Entity::find_by_id(relay)
            .select_only()
            .column(relay_pace::Column::NextAtUs)
            .lock(LockType::Update)
            .into_tuple()
            .one(&self.0)
            .await?)
    }

    /// The condition that the server which claimed a mail is dead.
    pub(super) fn claimer_is_dead(&self) -> Expr {
        message::Column::ClaimedBy.not_in_subquery(alive(self.0.get_database_backend()))
    }

    /// Removes the servers that died long ago.
    pub(super) async fn forget_the_dead(&self) -> Result<()> {
        let long_ago = ms_ago(self.0.get_database_backend(), FORGOTTEN_SECONDS);
        Entity::delete_many()
            .filter(Expr::col(Column::LastSeenMs).lt(long_ago))
            .exec(&self.0)
            .await?;
        Ok(())
    }
}
