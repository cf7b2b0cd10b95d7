//! How long personal data is kept, who was erased, and which mails still have a text and an address to forget.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, timestamp_with_time_zone_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> [(&'static str, ColumnDef); 3] {
    [
        (
            "programme",
            integer("participant_retention_months").default(24).to_owned(),
        ),
        ("programme", integer("guest_retention_months").default(3).to_owned()),
        ("registration", timestamp_with_time_zone_null("erased_at")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in columns() {
            let add = Table::alter().table(table).add_column(column).to_owned();
            manager.alter_table(add).await?;
        }
        // A partial index, in words that both databases understand.
        let index = "CREATE INDEX message_to_forget ON message (ended_at) WHERE address_hash IS NOT NULL";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "DROP INDEX message_to_forget";
        manager.get_connection().execute_unprepared(index).await?;
        for (table, column) in columns() {
            let drop = Table::alter()
                .table(table)
                .drop_column(column.get_column_name())
                .to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }
}
