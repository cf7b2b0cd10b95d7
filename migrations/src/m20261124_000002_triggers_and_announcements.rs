//! Rules that count minutes or name a weekday; organisers' own mails.

use sea_orm_migration::{
    prelude::*,
    schema::{integer_null, text, text_null, time_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite adds no more.
        for column in [integer_null("offset_minutes"), text_null("weekday")] {
            let added = Table::alter().table("rule").add_column(column).to_owned();
            manager.alter_table(added).await?;
        }
        let announcement = Table::create()
            .table("announcement")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(text("audience"))
            .col(text("subject"))
            .col(text("body"))
            .col(text_null("anchor"))
            .col(integer_null("offset_days"))
            .col(integer_null("offset_minutes"))
            .col(text_null("weekday"))
            .col(time_null("at_time"))
            .col(timestamp_with_time_zone("announced_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .primary_key(Index::create().col("id"))
            .foreign_key(
                ForeignKey::create()
                    .name("announcement_programme_id")
                    .from("announcement", "programme_id")
                    .to("programme", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(announcement).await?;
        let index = Index::create()
            .name("announcement_programme")
            .table("announcement")
            .col("programme_id")
            .col("id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("announcement").to_owned())
            .await?;
        for column in ["weekday", "offset_minutes"] {
            let dropped = Table::alter().table("rule").drop_column(column).to_owned();
            manager.alter_table(dropped).await?;
        }
        Ok(())
    }
}
