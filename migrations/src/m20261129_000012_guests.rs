//! Guests of the showcase: who is invited, and that mails, links and steps can be theirs.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, integer, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What can be a guest's from now on.
const THEIRS: [&str; 4] = ["message", "ledger_entry", "access_token", "refused_address"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(invitation()).await?;
        for table in THEIRS {
            let add = Table::alter()
                .table(table)
                .add_column(uuid_null("invitation_id"))
                .to_owned();
            manager.alter_table(add).await?;
        }
        for statement in INDEXES {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in THEIRS {
            let index = format!("DROP INDEX {table}_invitation");
            manager.get_connection().execute_unprepared(&index).await?;
            let drop = Table::alter().table(table).drop_column("invitation_id").to_owned();
            manager.alter_table(drop).await?;
        }
        manager.drop_table(Table::drop().table("invitation").to_owned()).await
    }
}

/// In words that both databases understand; most rows are no guest's. One live invitation per person and programme.
const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX invitation_live_person ON invitation (programme_id, person_key) \
     WHERE status IN ('invited', 'accepted', 'waiting')",
    "CREATE UNIQUE INDEX invitation_arrival ON invitation (programme_id, arrival)",
    "CREATE INDEX invitation_registration ON invitation (registration_id) WHERE registration_id IS NOT NULL",
    "CREATE INDEX message_invitation ON message (invitation_id) WHERE invitation_id IS NOT NULL",
    "CREATE INDEX ledger_entry_invitation ON ledger_entry (invitation_id) WHERE invitation_id IS NOT NULL",
    "CREATE INDEX access_token_invitation ON access_token (invitation_id) WHERE invitation_id IS NOT NULL",
    "CREATE INDEX refused_address_invitation ON refused_address (invitation_id) WHERE invitation_id IS NOT NULL",
];

fn refers(column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("invitation_{column}"))
        .from("invitation", column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

fn invitation() -> TableCreateStatement {
    Table::create()
        .table("invitation")
        .col(uuid("id"))
        .col(uuid("programme_id"))
        .col(uuid_null("registration_id"))
        .col(big_integer("arrival"))
        .col(text("status"))
        .col(text("person_key"))
        .col(text("name"))
        .col(text("email"))
        .col(text("relation"))
        .col(text("locale"))
        .col(text_null("message"))
        .col(timestamp_with_time_zone("invited_at"))
        .col(timestamp_with_time_zone_null("answered_at"))
        .col(big_integer_null("in_line"))
        .col(integer("acceptances"))
        .col(text("told"))
        .col(integer("sequence"))
        .col(timestamp_with_time_zone("changed_at"))
        .col(timestamp_with_time_zone_null("erased_at"))
        .primary_key(Index::create().col("id"))
        .foreign_key(&mut refers("programme_id", "programme"))
        .foreign_key(&mut refers("registration_id", "registration"))
        .to_owned()
}
