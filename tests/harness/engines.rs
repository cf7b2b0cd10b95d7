//! One story, told on SQLite and on PostgreSQL.
//!
//! ```ignore
//! on_both!(a_freed_place_is_offered);
//!
//! async fn a_freed_place_is_offered(app: &TestApp) { … }
//! ```
//!
//! makes the tests `a_freed_place_is_offered::sqlite` and `a_freed_place_is_offered::postgres`, each with a database
//! of its own.

use std::io::Write;

use futures_util::future::BoxFuture;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::postgres::{self, PostgresError};

/// The databases that the server works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own in the cluster of the test run.
    Postgres,
}

/// A migrated database that nobody else uses.
#[derive(Debug)]
pub struct Database {
    /// Which of the two it is.
    pub engine: Engine,
    /// Its address, as the setting `LEERNETWERK_DATABASE_URL` takes it.
    pub url: String,
    /// Holds the file; removed with this value.
    _directory: Option<TempDir>,
}

impl Database {
    /// A copy, as of a backup that is restored elsewhere. Nobody may be connected.
    pub async fn copy(&self) -> Self {
        let Engine::Sqlite = self.engine else {
            let name = self.url.split('?').next().unwrap().rsplit('/').next().unwrap();
            let cluster = postgres::cluster().await.unwrap().unwrap();
            return Self {
                engine: self.engine,
                url: cluster.copy(name).await.unwrap(),
                _directory: None,
            };
        };
        let path = self.url.strip_prefix("sqlite://").unwrap();
        let path = std::path::Path::new(path.split('?').next().unwrap());
        let directory = TempDir::with_prefix("leernetwerk-").unwrap();
        for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), directory.path().join(file.file_name())).unwrap();
        }
        let copy = directory.path().join(path.file_name().unwrap());
        Self {
            engine: self.engine,
            url: format!("sqlite://{}?mode=rwc", copy.display()),
            _directory: Some(directory),
        }
    }

    /// One that somebody else holds.
    pub fn at(engine: Engine, url: String) -> Self {
        Self {
            engine,
            url,
            _directory: None,
        }
    }
}

/// Why a test has no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// No PostgreSQL.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// No place for the file.
    #[error("no directory for the SQLite file: {0}")]
    Directory(#[from] std::io::Error),
    /// The migrations failed.
    #[error("the migrations failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
}

/// Brings the empty database at an address up to date, and closes its connections.
pub type Migrate = fn(String) -> BoxFuture<'static, Result<(), Box<dyn std::error::Error + Send + Sync>>>;

/// What the tests' databases hold at the start. On PostgreSQL it is migrated once per test run and then copied.
#[derive(Debug)]
pub struct Schema {
    /// The name of the database that is copied.
    template: &'static str,
    migrate: Migrate,
    migrated: OnceCell<()>,
}

impl Schema {
    /// A schema for a `static`. Two of them need two names.
    pub const fn new(template: &'static str, migrate: Migrate) -> Self {
        Self {
            template,
            migrate,
            migrated: OnceCell::const_new(),
        }
    }

    /// Brings the empty database at an address up to date.
    ///
    /// # Errors
    /// When the migrations fail.
    pub async fn migrate(&self, url: &str) -> Result<(), DatabaseError> {
        (self.migrate)(url.to_owned()).await.map_err(DatabaseError::Migration)
    }

    /// A new database with this schema. `None`: there is no PostgreSQL on this machine, and none is demanded.
    ///
    /// # Errors
    /// When the database cannot be made or migrated.
    pub async fn database(&self, engine: Engine) -> Result<Option<Database>, DatabaseError> {
        match engine {
            Engine::Sqlite => {
                let directory = TempDir::with_prefix("leernetwerk-")?;
                let url = format!(
                    "sqlite://{}?mode=rwc",
                    directory.path().join("leernetwerk.db").display()
                );
                (self.migrate)(url.clone()).await.map_err(DatabaseError::Migration)?;
                Ok(Some(Database {
                    engine,
                    url,
                    _directory: Some(directory),
                }))
            }
            Engine::Postgres => {
                let Some(cluster) = postgres::cluster().await? else {
                    return Ok(None);
                };
                let prepare = async || {
                    let url = cluster.create(self.template).await?;
                    (self.migrate)(url).await.map_err(DatabaseError::Migration)?;
                    Ok::<(), DatabaseError>(cluster.freeze(self.template).await?)
                };
                self.migrated.get_or_try_init(prepare).await?;
                Ok(Some(Database {
                    engine,
                    url: cluster.copy(self.template).await?,
                    _directory: None,
                }))
            }
        }
    }
}

/// What a story is told about: stands on a database, and is looked at once more when the story has ended.
pub trait Subject: Sized {
    /// The schema it needs.
    fn schema() -> &'static Schema;
    /// Sets it up on a database of its own.
    async fn on(database: Database) -> Self;
    /// Panics if the story left something that no story may leave.
    async fn check(&self);
}

/// Tells a story on one engine. Without PostgreSQL it says so and passes, unless PostgreSQL is demanded.
pub async fn tell<S: Subject>(engine: Engine, name: &str, story: impl AsyncFnOnce(&S)) {
    match S::schema().database(engine).await {
        Ok(Some(database)) => {
            let subject = S::on(database).await;
            story(&subject).await;
            subject.check().await;
        }
        Ok(None) => say_skipped(name),
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Says that a test was skipped for want of PostgreSQL. Straight to standard error: what `eprintln!` prints in a test
/// that passes is never shown.
pub fn say_skipped(name: &str) {
    let variable = postgres::VARIABLE;
    writeln!(
        std::io::stderr(),
        "SKIPPED {name}: no PostgreSQL is installed ({variable}=required makes this a failure)"
    )
    .expect("standard error takes a line");
}

/// Makes two tests of each story that is named: see the module. A story that is not named here is dead code, and the
/// compiler says so.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            use $crate::harness::engines::{Engine, tell};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                tell(Engine::Sqlite, module_path!(), super::$story).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                tell(Engine::Postgres, module_path!(), super::$story).await;
            }
        }
    )+};
}
pub(crate) use on_both;

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

    use super::*;

    /// A table `note` with the one row 0.
    struct Notes(Database);

    async fn execute(url: &str, statement: &'static str) -> Result<u64, sqlx::Error> {
        if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(url).await?;
            let rows = connection.execute(statement).await?.rows_affected();
            connection.close().await?;
            Ok(rows)
        } else {
            let mut connection = PgConnection::connect(url).await?;
            let rows = connection.execute(statement).await?.rows_affected();
            connection.close().await?;
            Ok(rows)
        }
    }

    impl Subject for Notes {
        fn schema() -> &'static Schema {
            static SCHEMA: Schema = Schema::new("template_notes", |url| {
                Box::pin(async move {
                    execute(&url, "CREATE TABLE note (id INTEGER PRIMARY KEY)").await?;
                    execute(&url, "INSERT INTO note VALUES (0)").await?;
                    Ok(())
                })
            });
            &SCHEMA
        }

        async fn on(database: Database) -> Self {
            Self(database)
        }

        async fn check(&self) {
            let zeros = execute(&self.0.url, "UPDATE note SET id = 0 WHERE id = 0")
                .await
                .unwrap();
            assert_eq!(zeros, 1, "the story removed the row 0");
        }
    }

    super::on_both!(
        each_story_starts_from_the_migrated_schema,
        stories_do_not_share_a_database,
        the_name_of_the_engine_is_that_of_the_database,
    );

    async fn each_story_starts_from_the_migrated_schema(notes: &Notes) {
        assert_eq!(execute(&notes.0.url, "INSERT INTO note VALUES (1)").await.unwrap(), 1);
    }

    // The same row as the story above: on a shared database, one of the two would meet the other's.
    async fn stories_do_not_share_a_database(notes: &Notes) {
        assert_eq!(execute(&notes.0.url, "INSERT INTO note VALUES (1)").await.unwrap(), 1);
    }

    async fn the_name_of_the_engine_is_that_of_the_database(notes: &Notes) {
        let scheme = match notes.0.engine {
            Engine::Sqlite => "sqlite://",
            Engine::Postgres => "postgres://",
        };
        assert!(notes.0.url.starts_with(scheme), "{}", notes.0.url);
    }

    #[tokio::test]
    #[should_panic(expected = "the story removed the row 0")]
    async fn what_a_story_leaves_is_looked_at() {
        let story = async |notes: &Notes| {
            execute(&notes.0.url, "DELETE FROM note").await.unwrap();
        };
        tell::<Notes>(Engine::Sqlite, "careless", story).await;
    }

    #[tokio::test]
    #[should_panic(expected = "the migrations failed: no such schema")]
    async fn a_failed_migration_fails_the_test() {
        struct Unmigrated;
        impl Subject for Unmigrated {
            fn schema() -> &'static Schema {
                static SCHEMA: Schema = Schema::new("unused", |_| Box::pin(async { Err("no such schema".into()) }));
                &SCHEMA
            }
            async fn on(_: Database) -> Self {
                Self
            }
            async fn check(&self) {}
        }
        tell::<Unmigrated>(Engine::Sqlite, "unmigrated", async |_: &Unmigrated| {}).await;
    }
}
