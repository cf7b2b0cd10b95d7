//! Delivery: whose turn it is, why a mail is kept back, addresses that refuse mail, and the pace of a relay.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null},
    sea_orm::DbBackend,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// In words that both databases understand.
const UP: &[&str] = &[
    "ALTER TABLE message ADD COLUMN turn INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE message ADD COLUMN hold TEXT",
    "ALTER TABLE message ADD COLUMN address_hash TEXT",
    "UPDATE message SET turn = attempts",
    "DROP INDEX message_queue",
    "CREATE INDEX message_queue ON message (turn, priority, next_attempt_at, id) WHERE status = 'queued'",
    "CREATE INDEX message_held ON message (hold, id) WHERE hold IS NOT NULL",
    "CREATE INDEX refused_address_untold ON refused_address (programme_id) WHERE told_at IS NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX message_held",
    "DROP INDEX message_queue",
    "CREATE INDEX message_queue ON message (attempts, priority, next_attempt_at, id) WHERE status = 'queued'",
    "ALTER TABLE message DROP COLUMN address_hash",
    "ALTER TABLE message DROP COLUMN hold",
    "ALTER TABLE message DROP COLUMN turn",
    "DELETE FROM rule WHERE rule_key = 'address-refused'",
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
        for statement in UP {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(&rule_for_those_there(manager.get_database_backend()))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in DOWN {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        for table in ["relay_pace", "refused_address", "suppression"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn tables() -> [TableCreateStatement; 3] {
    [
        Table::create()
            .table("suppression")
            .col(text("address_hash"))
            .col(uuid("message_id"))
            .col(text_null("reply"))
            .col(timestamp_with_time_zone("suppressed_at"))
            .primary_key(Index::create().col("address_hash"))
            .to_owned(),
        Table::create()
            .table("refused_address")
            .col(uuid("suppressed_by"))
            .col(uuid("person_id"))
            .col(uuid("programme_id"))
            .col(uuid_null("registration_id"))
            .col(uuid_null("team_member_id"))
            .col(uuid("message_id"))
            .col(text_null("reply"))
            .col(timestamp_with_time_zone("refused_at"))
            .col(timestamp_with_time_zone_null("told_at"))
            .primary_key(Index::create().col("suppressed_by").col("person_id"))
            .foreign_key(
                ForeignKey::create()
                    .name("refused_address_message_id")
                    .from_col("message_id")
                    .to("message", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned(),
        Table::create()
            .table("relay_pace")
            .col(text("relay"))
            .col(big_integer("next_at_us"))
            .primary_key(Index::create().col("relay"))
            .to_owned(),
    ]
}

/// Programmes have a rule each for whatever is told; those that are there get the new one.
fn rule_for_those_there(backend: DbBackend) -> String {
    let new_id = match backend {
        DbBackend::Postgres => "gen_random_uuid()",
        _ => "randomblob(16)",
    };
    format!(
        "INSERT INTO rule (id, programme_id, rule_key, version, when_moved, valid_from) \
         SELECT {new_id}, id, 'address-refused', 1, 'once', created_at FROM programme"
    )
}
