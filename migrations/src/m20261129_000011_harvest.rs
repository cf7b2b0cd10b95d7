//! What participants bring home and present at the showcase.

use sea_orm_migration::{
    prelude::*,
    schema::{boolean, integer_null, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A reference that goes with what it refers to.
fn refers(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}"))
        .from(table, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let harvest = Table::create()
            .table("harvest")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(uuid("registration_id"))
            .col(text("title"))
            .col(text("summary"))
            .col(text_null("body"))
            .col(text("status"))
            .col(boolean("is_reopened"))
            .col(text_null("remark"))
            .col(timestamp_with_time_zone("saved_at"))
            .col(timestamp_with_time_zone_null("submitted_at"))
            .col(timestamp_with_time_zone_null("slot_starts_at"))
            .col(integer_null("slot_minutes"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("harvest", "programme_id", "programme"))
            .foreign_key(&mut refers("harvest", "registration_id", "registration"))
            .to_owned();
        manager.create_table(harvest).await?;
        let wishes = Table::create()
            .table("harvest_wish")
            .col(uuid("harvest_id"))
            .col(uuid("learning_wish_id"))
            .primary_key(Index::create().col("harvest_id").col("learning_wish_id"))
            .foreign_key(&mut refers("harvest_wish", "harvest_id", "harvest"))
            .foreign_key(&mut refers("harvest_wish", "learning_wish_id", "learning_wish"))
            .to_owned();
        manager.create_table(wishes).await?;
        for (name, table, columns, is_unique) in [
            ("harvest_programme", "harvest", &["programme_id", "id"][..], false),
            ("harvest_registration", "harvest", &["registration_id"], true),
            ("harvest_wish_wish", "harvest_wish", &["learning_wish_id"], false),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            if is_unique {
                index.unique();
            }
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["harvest_wish", "harvest"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
