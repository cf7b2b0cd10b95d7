//! Where this database is, and from where it was sent.

use std::{fs, path::Path, time::UNIX_EPOCH};

use entities::setting;
use sea_orm::{ConnectionTrait, EntityTrait, QueryResult, Set, Statement, sea_query::OnConflict};

use super::{Result, Store, StoreError, Tx};
use crate::domain::whereabouts::{SendLock, Whereabouts};

/// The setting that tells from where mail was sent.
const KNOWN: &str = "whereabouts";

impl Store {
    /// Where this database is.
    ///
    /// PostgreSQL is told by the identifier of its cluster, where an ordinary user may read it, and the database's own number in
    /// it: a dump that is restored, and a database made after another, have others. A SQLite file is told by its inode and the
    /// moment at which it was made: a copy has others, and neither changes when the machine starts again.
    pub async fn whereabouts(&self, base_url: &str) -> Result<Whereabouts> {
        let (identity, place) = if self.is_postgres() {
            self.postgres_whereabouts().await?
        } else {
            self.sqlite_whereabouts().await?
        };
        Ok(Whereabouts {
            base_url: base_url.to_owned(),
            identity,
            place,
        })
    }

    /// Keeps from where mail is sent, unless that is known already.
    pub async fn keep_whereabouts(&self, here: &Whereabouts) -> Result<()> {
        self.keep_first(KNOWN, &written(here)?).await?;
        Ok(())
    }

    /// Why nothing may be sent from here; none: it may, or nothing was ever sent.
    pub async fn send_lock(&self, here: &Whereabouts) -> Result<Option<SendLock>> {
        let kept = self.setting(KNOWN).await?;
        lock(kept.as_deref(), here)
    }

    async fn asked(&self, sql: &str) -> Result<QueryResult> {
        let statement = Statement::from_string(self.reader.get_database_backend(), sql);
        let row = self.reader.query_one_raw(statement).await?;
        row.ok_or_else(|| StoreError::Mismatch("the database does not say where it is".into()))
    }

    async fn postgres_whereabouts(&self) -> Result<(String, String)> {
        let row = self
            .asked(
                "SELECT oid::text AS oid, datname::text AS name, host(inet_server_addr()) AS host, inet_server_port() AS port \
                 FROM pg_database WHERE datname = current_database()",
            )
            .await?;
        let (oid, name): (String, String) = (row.try_get("", "oid")?, row.try_get("", "name")?);
        let (host, port): (Option<String>, Option<i32>) = (row.try_get("", "host")?, row.try_get("", "port")?);
        // Some hosts keep it from ordinary users; then the number alone has to do.
        let cluster = match self
            .asked("SELECT system_identifier::text AS cluster FROM pg_control_system()")
            .await
        {
            Ok(row) => row.try_get("", "cluster")?,
            Err(error) => {
                tracing::debug!(%error, "the cluster does not tell its identifier");
                String::new()
            }
        };
        let at = match (host, port) {
            (Some(host), Some(port)) => format!(" at {host}:{port}"),
            _ => " on this machine".to_owned(),
        };
        Ok((
            format!("postgresql:{cluster}:{oid}"),
            format!("the PostgreSQL database {name}{at}"),
        ))
    }

    async fn sqlite_whereabouts(&self) -> Result<(String, String)> {
        let row = self
            .asked("SELECT file FROM pragma_database_list WHERE name = 'main'")
            .await?;
        let path: String = row.try_get("", "file")?;
        if path.is_empty() {
            // Gone with the process, so there is no copy to tell it from.
            return Ok(("sqlite:memory".to_owned(), "a database in memory".to_owned()));
        }
        let identity = file_identity(Path::new(&path)).map_err(|error| {
            StoreError::Mismatch(format!("the database's file {path} cannot be looked at: {error}"))
        })?;
        Ok((format!("sqlite:{identity}"), format!("the SQLite file {path}")))
    }
}

fn file_identity(path: &Path) -> std::io::Result<String> {
    let file = fs::metadata(path)?;
    #[cfg(unix)]
    let (inode, device) = {
        use std::os::unix::fs::MetadataExt;
        (file.ino(), file.dev())
    };
    #[cfg(not(unix))]
    let (inode, device) = (0, 0);
    // Numbers of devices may change when the machine starts again, so they are the second choice.
    let born = file.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Ok(match born {
        Some(born) => format!("{inode}:{}", born.as_nanos()),
        None => format!("{inode}:device {device}"),
    })
}

impl Tx {
    /// Lets mail go from here.
    pub async fn adopt_whereabouts(&self, here: &Whereabouts) -> Result<()> {
        let row = setting::ActiveModel {
            key: Set(KNOWN.to_owned()),
            value: Set(written(here)?),
        };
        setting::Entity::insert(row)
            .on_conflict(
                OnConflict::column(setting::Column::Key)
                    .update_column(setting::Column::Value)
                    .to_owned(),
            )
            .exec_without_returning(&self.0)
            .await?;
        Ok(())
    }

    /// Why nothing may be sent from here.
    pub(super) async fn send_lock(&self, here: &Whereabouts) -> Result<Option<SendLock>> {
        let kept = setting::Entity::find_by_id(KNOWN).one(&self.0).await?;
        lock(kept.as_ref().map(|row| row.value.as_str()), here)
    }
}

fn written(here: &Whereabouts) -> Result<String> {
    serde_json::to_string(here).map_err(|error| StoreError::Mismatch(format!("whereabouts cannot be written: {error}")))
}

fn lock(kept: Option<&str>, here: &Whereabouts) -> Result<Option<SendLock>> {
    let Some(kept) = kept else { return Ok(None) };
    let known = serde_json::from_str(kept)
        .map_err(|error| StoreError::inconsistent("setting", "value", KNOWN, error.to_string()))?;
    Ok(SendLock::between(known, here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_a_file_is_another_and_a_moved_file_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name| directory.path().join(name);
        fs::write(path("one"), "x").unwrap();
        let one = file_identity(&path("one")).unwrap();
        fs::copy(path("one"), path("copy")).unwrap();
        assert_ne!(file_identity(&path("copy")).unwrap(), one);
        fs::rename(path("one"), path("moved")).unwrap();
        assert_eq!(file_identity(&path("moved")).unwrap(), one);
        fs::write(path("moved"), "y").unwrap();
        assert_eq!(
            file_identity(&path("moved")).unwrap(),
            one,
            "what it holds does not matter"
        );
    }
}
