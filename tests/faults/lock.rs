//! Locks that are held from outside, so that a server has to wait in the middle of a transaction.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tokio::time::Instant;

use super::{plan::pause, world::PATIENCE};

/// A lock; it ends with this value.
pub enum Lock {
    /// SQLite's one write lock.
    Sqlite(SqliteConnection),
    /// A table of PostgreSQL, and a connection that looks who waits.
    Postgres(PgConnection, PgConnection),
}

/// Nothing tells that somebody waits for SQLite's lock. Whoever wants it tries again and again, for some seconds.
const SQLITE_IS_TRIED: Duration = Duration::from_millis(400);

impl Lock {
    /// Nobody writes to a table of PostgreSQL, or to SQLite at all, while this is held.
    pub async fn of(url: &str, table: &str) -> Self {
        if url.starts_with("sqlite") {
            let mut holder = SqliteConnection::connect(url).await.unwrap();
            let statements = "PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE";
            sqlx::raw_sql(statements).execute(&mut holder).await.unwrap();
            return Self::Sqlite(holder);
        }
        let mut holder = PgConnection::connect(url).await.unwrap();
        let statements = format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE");
        sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(&mut holder)
            .await
            .unwrap();
        Self::Postgres(holder, PgConnection::connect(url).await.unwrap())
    }

    /// Waits until somebody waits for it.
    pub async fn somebody_waits(&mut self) {
        let Self::Postgres(_, looker) = self else {
            return pause(SQLITE_IS_TRIED).await;
        };
        let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let deadline = Instant::now() + PATIENCE;
        loop {
            let count: i64 = sqlx::query_scalar(waiting).fetch_one(&mut *looker).await.unwrap();
            if count > 0 {
                return;
            }
            assert!(Instant::now() < deadline, "nobody waits for the lock");
            pause(Duration::from_millis(10)).await;
        }
    }

    /// Gives it back.
    pub async fn release(self) {
        match self {
            Self::Sqlite(mut holder) => {
                sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
                holder.close().await.unwrap();
            }
            Self::Postgres(mut holder, looker) => {
                sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
                holder.close().await.unwrap();
                looker.close().await.unwrap();
            }
        }
    }
}
