//! The clock, where it is a row: one instant for all instances and commands of a database.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use entities::test_clock::{ActiveModel, Column, Entity};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use super::{Result, Store, StoreError, Tx};
use crate::clock::{Clock, system_now};

/// The row's id.
const THE_ONE: i32 = 1;

async fn stored(connection: &impl ConnectionTrait) -> Result<DateTime<Utc>> {
    let row = Entity::find_by_id(THE_ONE).one(connection).await?;
    row.map(|row| row.now)
        .ok_or_else(|| StoreError::Mismatch("the test clock was never started in this database".into()))
}

async fn now(clock: Clock, connection: &impl ConnectionTrait) -> Result<DateTime<Utc>> {
    match clock {
        Clock::System => Ok(system_now()),
        Clock::Test { .. } => stored(connection).await,
    }
}

/// To the microsecond, which is what both databases keep.
fn to_the_microsecond(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

/// Moves the hands forward, never back. Returns where they stand.
async fn advance(connection: &impl ConnectionTrait, to: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let moved = Entity::update_many()
        .col_expr(Column::Now, Expr::value(to))
        .filter(Column::Id.eq(THE_ONE))
        .filter(Column::Now.lt(to))
        .exec_with_returning(connection)
        .await?;
    match moved.first() {
        Some(row) => Ok(row.now),
        None => stored(connection).await,
    }
}

impl Store {
    /// The instant by that clock. Inside a transaction ask [`Tx::now`].
    pub async fn now(&self, clock: Clock) -> Result<DateTime<Utc>> {
        now(clock, &self.reader).await
    }

    /// Starts the test clock: it stands at `starts_at`, or later if it stood later. Returns where it stands.
    pub async fn start_test_clock(&self, starts_at: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let starts_at = to_the_microsecond(starts_at);
        let tx = self.begin().await?;
        let row = ActiveModel {
            id: Set(THE_ONE),
            now: Set(starts_at),
        };
        let unless_there = OnConflict::column(Column::Id).do_nothing().to_owned();
        Entity::insert(row)
            .on_conflict(unless_there)
            .exec_without_returning(&tx.0)
            .await?;
        let stands_at = advance(&tx.0, starts_at).await?;
        tx.commit().await?;
        Ok(stands_at)
    }

    /// Moves the test clock forward to `to`, unless it stands later already. Returns where it stands.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it was never started.
    pub async fn advance_test_clock(&self, to: DateTime<Utc>) -> Result<DateTime<Utc>> {
        advance(&self.writer, to_the_microsecond(to)).await
    }

    /// Whether this database ever ran on the test clock; the system clock has no place in it then.
    pub async fn has_travelled(&self) -> Result<bool> {
        Ok(Entity::find_by_id(THE_ONE).one(&self.reader).await?.is_some())
    }
}

impl Tx {
    /// The instant by that clock, read in this transaction: after the lock that the act waits for.
    pub async fn now(&self, clock: Clock) -> Result<DateTime<Utc>> {
        now(clock, &self.0).await
    }
}
