//! The showcase of a programme: its day, its hours, and how many guests there may be.

use sea_orm_migration::{
    prelude::*,
    schema::{date_null, integer_null, time_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> [ColumnDef; 5] {
    [
        date_null("showcase_on"),
        time_null("showcase_starts"),
        time_null("showcase_ends"),
        integer_null("showcase_capacity"),
        integer_null("guest_quota"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in columns() {
            let add = Table::alter().table("programme").add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            let drop = Table::alter()
                .table("programme")
                .drop_column(column.get_column_name())
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
