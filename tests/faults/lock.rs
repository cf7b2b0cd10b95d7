//! Locks that are held from outside, so that a server has to wait in the middle of a transaction.

use std::time::Duration;

use chrono::{DateTime, Utc};
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

/// What is locked in PostgreSQL where commits have to wait; nobody else locks this number.
const COMMITS: u32 = 1_234_567;

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

    /// Whoever inserts into (updates) a table of PostgreSQL does all of it but the commit, while this is held.
    pub async fn of_commits(url: &str, event: &str, table: &str) -> Self {
        let mut holder = PgConnection::connect(url).await.unwrap();
        let statements = format!(
            "CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({COMMITS}); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER wait_at_commit AFTER {event} ON {table}
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit();"
        );
        for statements in [statements, format!("BEGIN; SELECT pg_advisory_xact_lock({COMMITS})")] {
            sqlx::raw_sql(AssertSqlSafe(statements))
                .execute(&mut holder)
                .await
                .unwrap();
        }
        Self::Postgres(holder, PgConnection::connect(url).await.unwrap())
    }

    /// SQLite's one write lock, taken in the instant in which the test clock has been moved: before anybody can know of that.
    pub async fn as_the_clock_moves(url: &str, to: DateTime<Utc>) -> Self {
        let mut holder = SqliteConnection::connect(url).await.unwrap();
        let begin = "PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE";
        sqlx::raw_sql(begin).execute(&mut holder).await.unwrap();
        let moved = sqlx::query("UPDATE test_clock SET now = ?1").bind(to);
        assert_eq!(moved.execute(&mut holder).await.unwrap().rows_affected(), 1);
        sqlx::raw_sql("COMMIT; BEGIN IMMEDIATE")
            .execute(&mut holder)
            .await
            .unwrap();
        Self::Sqlite(holder)
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

/// A place in a transaction of SQLite that nobody leaves: rows of a table cannot be finished.
pub struct Trap {
    connection: SqliteConnection,
    /// Looks whether somebody is caught.
    looker: SqliteConnection,
}

/// Whoever writes for so long is caught: nothing else takes half as long.
const CAUGHT_AFTER: u32 = 50;

impl Trap {
    /// Set for the next row of a table.
    pub async fn on(url: &str, table: &str) -> Self {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        // It counts for ever.
        let trap = format!(
            "PRAGMA busy_timeout = 60000; CREATE TRIGGER trap BEFORE INSERT ON {table} BEGIN
             SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n); END"
        );
        sqlx::raw_sql(AssertSqlSafe(trap))
            .execute(&mut connection)
            .await
            .unwrap();
        let mut looker = SqliteConnection::connect(url).await.unwrap();
        sqlx::raw_sql("PRAGMA busy_timeout = 0")
            .execute(&mut looker)
            .await
            .unwrap();
        Self { connection, looker }
    }

    /// Waits until somebody is caught in a transaction.
    pub async fn somebody_is_caught(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let mut refusals = 0;
        while refusals < CAUGHT_AFTER {
            let begun = sqlx::raw_sql("BEGIN IMMEDIATE; ROLLBACK")
                .execute(&mut self.looker)
                .await;
            refusals = if begun.is_err() { refusals + 1 } else { 0 };
            assert!(Instant::now() < deadline, "nobody walks into the trap");
            pause(Duration::from_millis(10)).await;
        }
    }

    /// Takes it away, when whoever was caught is dead.
    pub async fn remove(mut self) {
        sqlx::raw_sql("DROP TRIGGER trap")
            .execute(&mut self.connection)
            .await
            .unwrap();
        self.connection.close().await.unwrap();
        self.looker.close().await.unwrap();
    }
}

/// Rows of a table of SQLite that cannot be made, or changed: the statement fails in its transaction.
pub struct Failure(SqliteConnection);

impl Failure {
    /// `event`: INSERT or UPDATE.
    pub async fn of(url: &str, event: &str, table: &str) -> Self {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        let failure = format!(
            "PRAGMA busy_timeout = 60000; CREATE TRIGGER failure BEFORE {event} ON {table}
             BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        );
        sqlx::raw_sql(AssertSqlSafe(failure))
            .execute(&mut connection)
            .await
            .unwrap();
        Self(connection)
    }

    /// They can again.
    pub async fn mend(mut self) {
        sqlx::raw_sql("DROP TRIGGER failure")
            .execute(&mut self.0)
            .await
            .unwrap();
        self.0.close().await.unwrap();
    }
}
