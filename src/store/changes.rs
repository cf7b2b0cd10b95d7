//! Hearing that another process has committed something: PostgreSQL tells (LISTEN/NOTIFY), SQLite is asked for the version of
//! its data, which costs next to nothing.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection, postgres::PgListener};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{CHANNEL, Result, Store, StoreError};

/// How often SQLite is asked.
const POLL: Duration = Duration::from_millis(250);

/// A stream of hints that there may be something to do.
pub enum Changes {
    /// PostgreSQL tells.
    Told(Box<PgListener>),
    /// SQLite is asked.
    Asked {
        /// A connection of its own: the version is relative to it.
        connection: Box<SqliteConnection>,
        /// The beat.
        beat: Interval,
        /// The version seen last.
        version: i64,
    },
}

impl Store {
    /// Listens from now on.
    pub async fn changes(&self) -> Result<Changes> {
        if self.is_postgres() {
            let mut listener = PgListener::connect_with(self.writer.get_postgres_connection_pool())
                .await
                .map_err(StoreError::connecting)?;
            listener.listen(CHANNEL).await.map_err(StoreError::connecting)?;
            return Ok(Changes::Told(Box::new(listener)));
        }
        let options = self.reader.get_sqlite_connection_pool().connect_options();
        let mut connection = Box::new(
            SqliteConnection::connect_with(&options)
                .await
                .map_err(StoreError::connecting)?,
        );
        let version = data_version(&mut connection).await?;
        let mut beat = interval(POLL);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Changes::Asked {
            connection,
            beat,
            version,
        })
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64> {
    sqlx::query_scalar("PRAGMA data_version")
        .fetch_one(connection)
        .await
        .map_err(StoreError::connecting)
}

impl Changes {
    /// Waits for the next hint.
    pub async fn next(&mut self) -> Result<()> {
        match self {
            Self::Told(listener) => {
                listener.recv().await.map_err(StoreError::connecting)?;
                Ok(())
            }
            Self::Asked {
                connection,
                beat,
                version,
            } => loop {
                beat.tick().await;
                let seen = data_version(connection).await?;
                if seen != *version {
                    *version = seen;
                    return Ok(());
                }
            },
        }
    }
}
