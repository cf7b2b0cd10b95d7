//! What participants share: learning wishes with followers and support, assignments, agendas, questions to the facilitators.

use sea_orm_migration::{
    prelude::*,
    schema::{integer_null, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables in the order in which they refer to each other.
const TABLES: &[&str] = &[
    "learning_wish",
    "wish_follower",
    "support_offer",
    "assignment",
    "agenda_item",
    "agenda_vote",
    "question",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns, is_unique) in [
            (
                "learning_wish_programme",
                "learning_wish",
                &["programme_id", "id"][..],
                false,
            ),
            (
                "learning_wish_registration",
                "learning_wish",
                &["registration_id"],
                false,
            ),
            ("support_offer_wish", "support_offer", &["learning_wish_id"], false),
            (
                "support_offer_registration",
                "support_offer",
                &["registration_id"],
                false,
            ),
            (
                "wish_follower_registration",
                "wish_follower",
                &["registration_id"],
                false,
            ),
            ("assignment_programme", "assignment", &["programme_id", "id"], false),
            ("assignment_registration", "assignment", &["registration_id"], true),
            ("agenda_item_programme", "agenda_item", &["programme_id", "id"], false),
            ("agenda_item_meeting", "agenda_item", &["meeting_id"], false),
            ("agenda_vote_registration", "agenda_vote", &["registration_id"], false),
            (
                "question_programme",
                "question",
                &["programme_id", "registration_id"],
                false,
            ),
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
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).to_owned()).await?;
        }
        Ok(())
    }
}

/// A reference that goes with what it refers to.
fn refers(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_{column}"))
        .from(table, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("learning_wish")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(uuid("registration_id"))
            .col(text("text"))
            .col(text_null("own_steps"))
            .col(text_null("learning_line"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("edited_at"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("learning_wish", "programme_id", "programme"))
            .foreign_key(&mut refers("learning_wish", "registration_id", "registration"))
            .to_owned(),
        table("wish_follower")
            .col(uuid("learning_wish_id"))
            .col(uuid("registration_id"))
            .col(timestamp_with_time_zone("followed_at"))
            .primary_key(Index::create().col("learning_wish_id").col("registration_id"))
            .foreign_key(&mut refers("wish_follower", "learning_wish_id", "learning_wish"))
            .foreign_key(&mut refers("wish_follower", "registration_id", "registration"))
            .to_owned(),
        table("support_offer")
            .col(uuid("id"))
            .col(uuid("learning_wish_id"))
            .col(uuid("registration_id"))
            .col(text("text"))
            .col(timestamp_with_time_zone("offered_at"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("support_offer", "learning_wish_id", "learning_wish"))
            .foreign_key(&mut refers("support_offer", "registration_id", "registration"))
            .to_owned(),
        table("assignment")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(uuid("registration_id"))
            .col(text("title"))
            .col(text("description"))
            .col(text_null("intended_result"))
            .col(text("status"))
            .col(text_null("result"))
            .col(timestamp_with_time_zone("saved_at"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("assignment", "programme_id", "programme"))
            .foreign_key(&mut refers("assignment", "registration_id", "registration"))
            .to_owned(),
        table("agenda_item")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(uuid("meeting_id"))
            .col(uuid_null("registration_id"))
            .col(text("title"))
            .col(integer_null("minutes"))
            .col(integer_null("position"))
            .col(timestamp_with_time_zone("proposed_at"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("agenda_item", "programme_id", "programme"))
            .foreign_key(&mut refers("agenda_item", "meeting_id", "meeting"))
            .foreign_key(&mut refers("agenda_item", "registration_id", "registration"))
            .to_owned(),
        table("agenda_vote")
            .col(uuid("agenda_item_id"))
            .col(uuid("registration_id"))
            .primary_key(Index::create().col("agenda_item_id").col("registration_id"))
            .foreign_key(&mut refers("agenda_vote", "agenda_item_id", "agenda_item"))
            .foreign_key(&mut refers("agenda_vote", "registration_id", "registration"))
            .to_owned(),
        table("question")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(uuid("registration_id"))
            .col(timestamp_with_time_zone("asked_at"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("question", "programme_id", "programme"))
            .foreign_key(&mut refers("question", "registration_id", "registration"))
            .to_owned(),
    ]
}
