//! The first schema: programmes, registrations, rules and ledger, outbox, tokens.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, blob, blob_null, boolean, date, integer, integer_null, text, text_null, time, time_null,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables in the order in which they refer to each other.
const TABLES: &[&str] = &[
    "programme",
    "meeting",
    "meeting_day",
    "team_member",
    "registration",
    "decision",
    "rule",
    "ledger_entry",
    "message",
    "message_body",
    "delivery_attempt",
    "access_token",
    "token_programme",
    "idempotency_key",
    "audit_entry",
    "test_clock",
    "instance",
    "setting",
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
        for index in indexes() {
            manager.create_index(index).await?;
        }
        // Partial indexes in words that both databases understand.
        for statement in PARTIAL_INDEXES {
            manager.get_connection().execute_unprepared(statement).await?;
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

/// One live registration per person and programme; the queue of the outbox; mails still to be made.
const PARTIAL_INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX registration_live_person ON registration (programme_id, person_key) \
     WHERE status IN ('unverified', 'waiting', 'offered', 'registered', 'confirmed')",
    "CREATE INDEX message_queue ON message (attempts, priority, next_attempt_at, id) WHERE status = 'queued'",
    "CREATE INDEX message_sending ON message (claimed_by) WHERE status = 'sending'",
    "CREATE INDEX ledger_entry_to_compose ON ledger_entry (compose_at) WHERE compose_at IS NOT NULL",
    "CREATE INDEX programme_wake ON programme (wake_at) WHERE wake_at IS NOT NULL",
];

fn index(name: &str, table: &str, columns: &[&str], is_unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    if is_unique {
        index.unique();
    }
    index.to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    [
        ("programme_slug", "programme", &["slug"][..], true),
        ("meeting_number", "meeting", &["programme_id", "number"], true),
        (
            "team_member_programme",
            "team_member",
            &["programme_id", "position"],
            false,
        ),
        ("team_member_email", "team_member", &["email_key"], false),
        (
            "registration_arrival",
            "registration",
            &["programme_id", "arrival"],
            true,
        ),
        (
            "registration_email",
            "registration",
            &["programme_id", "email_key"],
            false,
        ),
        ("rule_key", "rule", &["programme_id", "rule_key"], true),
        (
            "ledger_entry_once",
            "ledger_entry",
            &["programme_id", "source", "subject", "occurrence"],
            true,
        ),
        (
            "ledger_entry_due",
            "ledger_entry",
            &["programme_id", "due_at", "id"],
            false,
        ),
        ("ledger_entry_registration", "ledger_entry", &["registration_id"], false),
        ("message_id_header", "message", &["message_id_header"], true),
        ("message_programme", "message", &["programme_id", "id"], false),
        ("message_registration", "message", &["registration_id"], false),
        ("access_token_hash", "access_token", &["hash"], true),
        ("idempotency_key_age", "idempotency_key", &["created_at"], false),
        ("audit_entry_programme", "audit_entry", &["programme_id", "id"], false),
    ]
    .into_iter()
    .map(|(name, table, columns, is_unique)| index(name, table, columns, is_unique))
    .collect()
}

fn refers(name: &str, column: &str, to: &str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(name)
        .from_col(Alias::new(column))
        .to(Alias::new(to), Alias::new("id"))
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

#[expect(clippy::too_many_lines, reason = "a list of columns")]
fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("programme")
            .col(uuid("id"))
            .col(text("slug"))
            .col(text("title"))
            .col(text_null("subtitle"))
            .col(text("description"))
            .col(text_null("audience"))
            .col(text("locale"))
            .col(text("time_zone"))
            .col(integer("min_participants"))
            .col(integer("max_participants"))
            .col(timestamp_with_time_zone_null("registration_opens_at"))
            .col(date("registration_deadline"))
            .col(timestamp_with_time_zone("registration_closes_at"))
            .col(timestamp_with_time_zone("deadline_set_at"))
            .col(text("decision_mode"))
            .col(integer("price_cents"))
            .col(boolean("vat_included"))
            .col(integer("vat_basis_points"))
            .col(integer_null("subsidy_basis_points"))
            .col(text("phase"))
            .col(timestamp_with_time_zone_null("published_at"))
            .col(timestamp_with_time_zone_null("cancelled_at"))
            .col(text_null("cancellation_cause"))
            .col(integer_null("cancellation_counted"))
            .col(integer_null("cancellation_minimum"))
            .col(text_null("cancellation_reason"))
            .col(big_integer("next_arrival"))
            .col(integer("taken"))
            .col(integer("counted"))
            .col(integer("unverified"))
            .col(integer("offered"))
            .col(integer("waiting"))
            .col(integer("waiting_verified"))
            .col(timestamp_with_time_zone_null("wake_at"))
            .col(timestamp_with_time_zone("settled_at"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("id"))
            .to_owned(),
        Table::create()
            .table("meeting")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(integer("number"))
            .col(text("kind"))
            .col(text("title"))
            .col(integer("half_days"))
            .col(text_null("municipality"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("meeting_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("meeting_day")
            .col(uuid("meeting_id"))
            .col(date("held_on"))
            .col(time("starts"))
            .col(time("ends"))
            .primary_key(Index::create().col("meeting_id").col("held_on"))
            .foreign_key(&mut refers("meeting_day_meeting_id", "meeting_id", "meeting"))
            .to_owned(),
        Table::create()
            .table("team_member")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(integer("position"))
            .col(text("name"))
            .col(text_null("organisation"))
            .col(text("email"))
            .col(text("email_key"))
            .col(text("roles"))
            .col(text_null("biography"))
            .col(text("locale"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("team_member_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("registration")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(big_integer("arrival"))
            .col(text("status"))
            .col(text("person_key"))
            .col(text("name"))
            .col(text("given_name"))
            .col(text("email"))
            .col(text("email_key"))
            .col(text("organisation"))
            .col(text_null("job_title"))
            .col(text_null("phone"))
            .col(text("locale"))
            .col(text_null("motivation"))
            .col(text_null("billing_organisation"))
            .col(text_null("billing_reference"))
            .col(text_null("billing_email"))
            .col(timestamp_with_time_zone("registered_at"))
            .col(timestamp_with_time_zone_null("verified_at"))
            .col(timestamp_with_time_zone_null("offered_at"))
            .col(timestamp_with_time_zone_null("offer_expires_at"))
            .col(timestamp_with_time_zone_null("confirmed_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .col(text_null("end_reason"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("registration_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("decision")
            .col(uuid("programme_id"))
            .col(date("registration_deadline"))
            .col(text("outcome"))
            .col(timestamp_with_time_zone("decided_at"))
            .col(timestamp_with_time_zone("effective_at"))
            .col(integer("counted"))
            .col(integer("minimum"))
            .col(text_null("reason"))
            .primary_key(Index::create().col("programme_id").col("registration_deadline"))
            .foreign_key(&mut refers("decision_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("rule")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(text("rule_key"))
            .col(integer("version"))
            .col(text_null("anchor"))
            .col(integer_null("offset_days"))
            .col(time_null("at_time"))
            .col(integer_null("lateness_hours"))
            .col(text("when_moved"))
            .col(text_null("own_sentence"))
            .col(text_null("pause_note"))
            .col(timestamp_with_time_zone("valid_from"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("rule_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("ledger_entry")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(text("source"))
            .col(text("subject"))
            .col(text("occurrence"))
            .col(text("kind"))
            .col(text_null("message_kind"))
            .col(text("state"))
            .col(text_null("reason"))
            .col(timestamp_with_time_zone("due_at"))
            .col(timestamp_with_time_zone("done_at"))
            .col(uuid_null("registration_id"))
            .col(uuid_null("team_member_id"))
            .col(blob_null("sealed_letter"))
            .col(timestamp_with_time_zone_null("compose_at"))
            .col(integer("compose_attempts"))
            .col(uuid_null("message_id"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("ledger_entry_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("message")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(uuid_null("registration_id"))
            .col(uuid_null("team_member_id"))
            .col(text("kind"))
            .col(text("locale"))
            .col(text("recipient"))
            .col(text("subject"))
            .col(text("message_id_header"))
            .col(text("status"))
            .col(text_null("reason"))
            .col(integer("priority"))
            .col(timestamp_with_time_zone("caused_at"))
            .col(timestamp_with_time_zone("due_at"))
            .col(timestamp_with_time_zone("next_attempt_at"))
            .col(timestamp_with_time_zone_null("sent_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .col(integer("attempts"))
            .col(integer("failures"))
            .col(integer("ambiguities"))
            .col(big_integer("claim_seq"))
            .col(uuid_null("claimed_by"))
            .primary_key(Index::create().col("id"))
            .foreign_key(&mut refers("message_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("message_body")
            .col(uuid("message_id"))
            .col(blob("sealed"))
            .primary_key(Index::create().col("message_id"))
            .foreign_key(&mut refers("message_body_message_id", "message_id", "message"))
            .to_owned(),
        Table::create()
            .table("delivery_attempt")
            .col(uuid("message_id"))
            .col(integer("number"))
            .col(big_integer("claim_seq"))
            .col(uuid("instance_id"))
            .col(timestamp_with_time_zone("started_at"))
            .col(text_null("outcome"))
            .col(text_null("verb"))
            .col(integer_null("code"))
            .col(text_null("enhanced"))
            .col(text_null("text"))
            .primary_key(Index::create().col("message_id").col("number"))
            .foreign_key(&mut refers("delivery_attempt_message_id", "message_id", "message"))
            .to_owned(),
        Table::create()
            .table("access_token")
            .col(uuid("id"))
            .col(text("hash"))
            .col(uuid_null("registration_id"))
            .col(uuid_null("team_member_id"))
            .col(text_null("role"))
            .col(text_null("label"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .primary_key(Index::create().col("id"))
            .to_owned(),
        Table::create()
            .table("token_programme")
            .col(uuid("token_id"))
            .col(uuid("programme_id"))
            .primary_key(Index::create().col("token_id").col("programme_id"))
            .foreign_key(&mut refers("token_programme_token_id", "token_id", "access_token"))
            .foreign_key(&mut refers("token_programme_programme_id", "programme_id", "programme"))
            .to_owned(),
        Table::create()
            .table("idempotency_key")
            .col(text("scope"))
            .col(text("key"))
            .col(text("input_hash"))
            .col(text_null("response"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(Index::create().col("scope").col("key"))
            .to_owned(),
        Table::create()
            .table("audit_entry")
            .col(uuid("id"))
            .col(timestamp_with_time_zone("at"))
            .col(text("actor"))
            .col(text("action"))
            .col(uuid_null("programme_id"))
            .col(text_null("target"))
            .col(text("result"))
            .primary_key(Index::create().col("id"))
            .to_owned(),
        Table::create()
            .table("test_clock")
            .col(integer("id"))
            .col(timestamp_with_time_zone("now"))
            .primary_key(Index::create().col("id"))
            .to_owned(),
        Table::create()
            .table("instance")
            .col(uuid("id"))
            .col(big_integer("last_seen_ms"))
            .primary_key(Index::create().col("id"))
            .to_owned(),
        Table::create()
            .table("setting")
            .col(text("key"))
            .col(text("value"))
            .primary_key(Index::create().col("key"))
            .to_owned(),
    ]
}
