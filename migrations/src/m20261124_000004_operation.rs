//! An index for those who watch over the outbox: mails that have not gone, by status. A count of them reads no other rows.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A partial index, in words that both databases understand.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX message_not_sent ON message (status, next_attempt_at) WHERE status <> 'sent'",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DROP INDEX message_not_sent")
            .await?;
        Ok(())
    }
}
