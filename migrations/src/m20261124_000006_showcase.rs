//! The showcase of a programme: its day, its hours, and how many guests there may be.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// In words that both databases understand.
const COLUMNS: &[(&str, &str)] = &[
    ("showcase_on", "DATE"),
    ("showcase_starts", "TIME"),
    ("showcase_ends", "TIME"),
    ("showcase_capacity", "INTEGER"),
    ("guest_quota", "INTEGER"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (column, kind) in COLUMNS {
            let statement = format!("ALTER TABLE programme ADD COLUMN {column} {kind}");
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (column, _) in COLUMNS.iter().rev() {
            let statement = format!("ALTER TABLE programme DROP COLUMN {column}");
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}
