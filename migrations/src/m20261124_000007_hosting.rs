//! Hosting: venues on offer, and who hosts which meeting.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, boolean, boolean_null, integer, integer_null, text, text_null, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            ("venue_offer_programme", "venue_offer", ["programme_id", "arrival"]),
            (
                "venue_offer_registration",
                "venue_offer",
                ["registration_id", "arrival"],
            ),
            ("hosting_programme", "hosting", ["programme_id", "meeting_id"]),
            ("hosting_venue_offer", "hosting", ["venue_offer_id", "meeting_id"]),
        ] {
            let [first, second] = columns;
            let index = Index::create()
                .name(name)
                .table(table)
                .col(first)
                .col(second)
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["hosting", "venue_offer"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn reference(name: &str, (from, column): (&'static str, &'static str), to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(name)
        .from(from, column)
        .to(to, "id")
        .to_owned()
}

fn tables() -> [TableCreateStatement; 2] {
    let cascade = ForeignKeyAction::Cascade;
    [
        Table::create()
            .table("venue_offer")
            .col(uuid("id"))
            .col(uuid("programme_id"))
            .col(uuid("registration_id"))
            .col(big_integer("arrival"))
            .col(text("municipality"))
            .col(text_null("name"))
            .col(text_null("address"))
            .col(boolean_null("is_step_free"))
            .col(text_null("directions"))
            .col(integer_null("capacity"))
            .col(text_null("rooms"))
            // Ids of meetings, parted by spaces; none: any. No rows of their own: a meeting that is dropped from the
            // programme must not turn an offer for it into one for any.
            .col(text_null("meetings"))
            .col(timestamp_with_time_zone("offered_at"))
            .col(timestamp_with_time_zone_null("withdrawn_at"))
            .primary_key(Index::create().col("id"))
            .foreign_key(
                reference("venue_offer_programme_id", ("venue_offer", "programme_id"), "programme").on_delete(cascade),
            )
            .foreign_key(
                reference("venue_offer_registration_id", ("venue_offer", "registration_id"), "registration")
                    .on_delete(cascade),
            )
            .to_owned(),
        Table::create()
            .table("hosting")
            .col(uuid("meeting_id"))
            .col(uuid("programme_id"))
            .col(uuid_null("venue_offer_id"))
            .col(boolean("is_pinned"))
            .col(integer("times"))
            .col(text("done"))
            .col(text_null("told"))
            .col(integer("sequence"))
            .col(timestamp_with_time_zone_null("changed_at"))
            .primary_key(Index::create().col("meeting_id"))
            .foreign_key(reference("hosting_meeting_id", ("hosting", "meeting_id"), "meeting").on_delete(cascade))
            .foreign_key(
                reference("hosting_venue_offer_id", ("hosting", "venue_offer_id"), "venue_offer")
                    .on_delete(ForeignKeyAction::SetNull),
            )
            .to_owned(),
    ]
}
