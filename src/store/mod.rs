//! The database: the only place that names sea-orm and sqlx.
//!
//! Rows become domain values here, once, or a named error. Writes are guarded: an update that finds another row than expected
//! is an error, not silence. SQLite has one writer connection, whose transactions are `IMMEDIATE`, and a few read-only
//! readers; PostgreSQL has one pool. Where the two differ it is one function in this module.

mod access;
mod announcements;
mod busy;
mod changes;
mod clock;
mod erasing;
mod error;
mod examine;
mod facts;
mod guests;
mod harvest;
mod hosting;
mod instances;
mod ledger;
mod outbox;
mod people;
mod programmes;
mod rows;
mod rules;
mod scope;
mod seal;
mod settings;
mod sharing;
mod suppression;
mod vitals;
mod whereabouts;

use std::{str::FromStr, time::Duration};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};
use sqlx::{
    Connection, PgConnection, SqliteConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::timeout;

pub use access::{AuditEntry, KeyClaim, TokenRecord};
pub use busy::Busy;
pub use changes::Changes;
pub use error::StoreError;
pub use examine::About;
pub use guests::{GuestCounts, InvitationFilter};
pub use instances::ALIVE_SECONDS;
pub use ledger::{EntryKind, EntryState, LedgerEntry, LedgerFilter, NewEntry, ToCompose};
pub use outbox::{
    Attempt, Cancellation, CaughtUp, Claim, Claimed, Finalised, Holds, Message, MessageBody, MessageFilter, NewMessage,
    Priority, Reach, Requeue, Selection, Terms,
};
pub use programmes::{ProgrammeFilter, ProgrammeRecord};
pub use scope::{Locked, Scope, Touched};
pub use seal::{NONCE_BYTES, Seal, hash_token};
pub use vitals::Vitals;

/// A result of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Readers beside the one writer of SQLite.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL; more brought nothing when measured.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long a request waits for a connection, or for a lock, before it fails: so that whoever asks is answered within five
/// seconds while the database cannot be used.
const PATIENCE: Duration = Duration::from_secs(4);

/// The channel on which PostgreSQL tells of changes.
const CHANNEL: &str = "leernetwerk_changed";

/// The advisory lock under which PostgreSQL is migrated; any number that nobody else uses.
const MIGRATION_LOCK: i64 = 0x6c65_6572_6e65_7477;

/// Connections to the database.
#[derive(Debug, Clone)]
pub struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

/// A transaction that may write. Dropped without [`Tx::commit`] it has not happened.
#[derive(Debug)]
pub struct Tx(pub(in crate::store) DatabaseTransaction);

impl Store {
    /// Connects to `sqlite://PATH` (made when absent) or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::open(url, true).await
    }

    /// The same, where the file is there already.
    pub async fn connect_to_existing(url: &str) -> Result<Self> {
        Self::open(url, false).await
    }

    async fn open(url: &str, makes_file: bool) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Self::connect_sqlite(url, makes_file).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::connect_postgres(url).await
        } else {
            Err(StoreError::UnknownUrl)
        }
    }

    async fn connect_sqlite(url: &str, makes_file: bool) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(StoreError::connecting)?
            .create_if_missing(makes_file)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A mail that was accepted stays so through a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_out_of_transactions(connection)))
            .connect_with(options.clone())
            .await
            .map_err(StoreError::connecting)?;
        let reader = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
            .await
            .map_err(StoreError::connecting)?;
        Ok(Self {
            writer: writer.into(),
            reader: reader.into(),
        })
    }

    /// A database in memory that ends with this value, for one user: whoever reads waits for whoever writes. What looks at it
    /// inside a transaction has to look through that.
    pub async fn in_memory() -> Result<Self> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")
            .map_err(StoreError::connecting)?
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new()
            // The database lives as long as its one connection.
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(StoreError::connecting)?;
        let connection: DatabaseConnection = pool.into();
        Ok(Self {
            writer: connection.clone(),
            reader: connection,
        })
    }

    async fn connect_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(StoreError::connecting)?
            .options([
                ("lock_timeout", "4000"),
                ("statement_timeout", "30000"),
                ("idle_in_transaction_session_timeout", "30000"),
            ]);
        // A pool only ever says that it timed out; one connection says why.
        let first = timeout(PATIENCE, PgConnection::connect_with(&options)).await;
        first
            .map_err(StoreError::connecting)?
            .map_err(StoreError::connecting)?
            .close()
            .await
            .map_err(StoreError::connecting)?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(StoreError::connecting)?;
        let connection: DatabaseConnection = pool.into();
        Ok(Self {
            writer: connection.clone(),
            reader: connection,
        })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<()> {
        if !self.is_postgres() {
            return Ok(Migrator::up(&self.writer, None).await?);
        }
        // Several servers may start at once: the others wait here for the first. The lock belongs to its connection.
        let pool = self.writer.get_postgres_connection_pool();
        let mut lock = pool.acquire().await.map_err(StoreError::connecting)?.detach();
        let locked = sqlx::query("SELECT pg_advisory_lock($1)")
            .bind(MIGRATION_LOCK)
            .execute(&mut lock)
            .await;
        locked.map_err(StoreError::connecting)?;
        let migrated = Migrator::up(&self.writer, None).await;
        lock.close().await.map_err(StoreError::connecting)?;
        Ok(migrated?)
    }

    /// How many migrations have not run.
    pub async fn pending_migrations(&self) -> Result<usize> {
        Ok(Migrator::get_pending_migrations(&self.reader).await?.len())
    }

    /// Whether several servers may share it.
    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// Begins a transaction that may write. On SQLite it takes the one write lock at once, so it never fails half-way for
    /// want of it.
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        // One patience for both: waiting for SQLite's one writer connection, and then with it for another process's lock.
        let begun = timeout(PATIENCE, self.writer.begin_with_options(options)).await;
        Ok(Tx(begun.map_err(StoreError::connecting)??))
    }

    /// Answers whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.reader
            .execute_raw(Statement::from_string(self.reader.get_database_backend(), "SELECT 1"))
            .await?;
        Ok(())
    }

    /// Closes every connection.
    pub async fn close(self) -> Result<()> {
        self.reader.close().await?;
        Ok(self.writer.close().await?)
    }
}

/// Whether SQLite and the library agree that no transaction is open; a connection of which this cannot be said is closed.
///
/// When the disk is full SQLite may end a transaction by itself, and the library counts it as open: what comes next would be
/// inside of it, be told to be committed, and never last.
async fn is_out_of_transactions(connection: &mut SqliteConnection) -> std::result::Result<bool, sqlx::Error> {
    // Answered after the rollback that was queued, if one was.
    connection.ping().await?;
    if connection.is_in_transaction() {
        return Ok(false);
    }
    // Takes no lock; fails within a transaction.
    Ok(sqlx::raw_sql("BEGIN; ROLLBACK").execute(connection).await.is_ok())
}

impl Tx {
    /// Tells other instances, once this is committed, that there may be something to do.
    pub async fn announce_change(&self) -> Result<()> {
        if self.0.get_database_backend() == DbBackend::Postgres {
            let notify = format!("NOTIFY {CHANNEL}");
            self.0.execute_unprepared(&notify).await?;
        }
        Ok(())
    }

    /// Makes it last.
    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    /// Undoes it.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.0.rollback().await?)
    }
}
