//! Which servers live, in the database's own time: the only file that asks the database what time it is.
//!
//! Servers beat. One that has not for [`ALIVE_SECONDS`] is taken for dead, and what it was sending is taken over. The
//! machines' clocks may differ, the database's is one; and it has nothing to do with the clock that people and mails see.

use entities::{
    instance::{Column, Entity},
    message,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement},
};

use super::{Result, Store, Tx};
use crate::domain::ids::InstanceId;

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
    /// Tells that this server lives. Comes before its first claim, and then every few seconds.
    pub async fn beat(&self, instance: InstanceId) -> Result<()> {
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
            );
        self.writer.execute(&upsert).await?;
        Ok(())
    }

    /// Removes this server, when it stops: what it still has in hand can be taken over at once.
    pub async fn forget(&self, instance: InstanceId) -> Result<()> {
        Entity::delete_by_id(instance.0).exec(&self.writer).await?;
        Ok(())
    }

    /// Whether this server has beaten lately.
    pub async fn is_alive(&self, instance: InstanceId) -> Result<bool> {
        let backend = self.reader.get_database_backend();
        let beaten =
            Entity::find_by_id(instance.0).filter(Expr::col(Column::LastSeenMs).gt(ms_ago(backend, ALIVE_SECONDS)));
        Ok(beaten.count(&self.reader).await? > 0)
    }
}

impl Tx {
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
