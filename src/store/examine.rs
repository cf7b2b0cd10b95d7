//! What a database is, for whoever looks for what is wrong.

use sea_orm::{ConnectionTrait, Statement};

use super::{Result, Store};

/// What a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name and version, such as `SQLite 3.50.4`.
    pub product: String,
    /// How SQLite keeps its journal.
    pub journal_mode: Option<String>,
}

impl Store {
    /// What the database is.
    pub async fn about(&self) -> Result<About> {
        if self.is_postgres() {
            let version = self.word("SELECT current_setting('server_version')").await?;
            return Ok(About {
                product: format!("PostgreSQL {version}"),
                journal_mode: None,
            });
        }
        let version = self.word("SELECT sqlite_version()").await?;
        Ok(About {
            product: format!("SQLite {version}"),
            journal_mode: Some(self.word("PRAGMA journal_mode").await?),
        })
    }

    async fn word(&self, sql: &str) -> Result<String> {
        let statement = Statement::from_string(self.reader.get_database_backend(), sql);
        let row = self.reader.query_one_raw(statement).await?;
        Ok(match row {
            Some(row) => row.try_get_by_index(0)?,
            None => String::new(),
        })
    }
}
