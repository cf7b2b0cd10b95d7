//! The schema goes up, down and up again, and what the migrations made is what the entities say, on both engines.

use std::collections::BTreeMap;

use leernetwerk::{
    domain::rule::{Rule, RuleKey},
    store::Store,
};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, Database as Connections, DatabaseConnection, DbBackend, EntityTrait,
    IdenStatic, Iterable, Statement,
};

use crate::harness::{
    engines::{Database, Schema, Subject, on_both, say_skipped},
    foundation::{TestFoundation, schema},
    postgres,
};

on_both!(
    the_schema_goes_down_and_up_again,
    the_entities_say_what_the_migrations_made,
    migrating_twice_changes_nothing,
    programmes_that_are_there_get_the_rule_that_is_new,
);

/// A migrated database with a connection of its own.
struct Migrated {
    database: Database,
    connection: DatabaseConnection,
}

impl Subject for Migrated {
    fn schema() -> &'static Schema {
        schema()
    }

    async fn on(database: Database) -> Self {
        let connection = Connections::connect(&database.url).await.unwrap();
        Self { database, connection }
    }

    async fn check(&self) {}
}

/// Column name → (may be null, type as the entity or the database words it, unified).
type Columns = BTreeMap<String, (bool, &'static str)>;

impl Migrated {
    async fn tables(&self) -> Vec<String> {
        let sql = match self.connection.get_database_backend() {
            DbBackend::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            }
            _ => {
                "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
            }
        };
        let rows = self
            .connection
            .query_all_raw(Statement::from_string(self.connection.get_database_backend(), sql))
            .await
            .unwrap();
        let names: Vec<String> = rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
        names.into_iter().filter(|name| name != "seaql_migrations").collect()
    }

    async fn columns(&self, table: &str) -> Columns {
        let backend = self.connection.get_database_backend();
        let sql = match backend {
            DbBackend::Sqlite => format!(
                "SELECT name, lower(type) AS type, (\"notnull\" = 0 AND pk = 0) AS nullable FROM pragma_table_info('{table}')"
            ),
            _ => format!(
                "SELECT column_name::text AS name, data_type::text AS type, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_name = '{table}'"
            ),
        };
        let rows = self
            .connection
            .query_all_raw(Statement::from_string(backend, sql))
            .await
            .unwrap();
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get("", "type").unwrap();
                (
                    row.try_get("", "name").unwrap(),
                    (row.try_get("", "nullable").unwrap(), unified(&kind)),
                )
            })
            .collect()
    }
}

fn unified(database_type: &str) -> &'static str {
    let bare = database_type.split('(').next().unwrap_or("");
    match bare {
        "uuid" | "uuid_text" => "uuid",
        "text" | "varchar" => "text",
        "integer" => "integer",
        "bigint" => "big integer",
        "boolean" => "boolean",
        "date" | "date_text" => "date",
        "time" | "time without time zone" | "time_text" => "time",
        "timestamp with time zone" | "timestamp_with_timezone_text" => "instant",
        "blob" | "bytea" | "varbinary_blob" => "bytes",
        other => panic!("a column of type {other}"),
    }
}

fn of_entity<E: EntityTrait>() -> (String, Columns) {
    let columns = E::Column::iter().map(|column| {
        let definition = column.def();
        let kind = match definition.get_column_type() {
            ColumnType::Uuid => "uuid",
            ColumnType::Text | ColumnType::String(_) => "text",
            ColumnType::Integer => "integer",
            ColumnType::BigInteger => "big integer",
            ColumnType::Boolean => "boolean",
            ColumnType::Date => "date",
            ColumnType::Time => "time",
            ColumnType::TimestampWithTimeZone => "instant",
            ColumnType::VarBinary(_) | ColumnType::Blob | ColumnType::Binary(_) => "bytes",
            other => panic!("a column of type {other:?}"),
        };
        (column.as_str().to_owned(), (definition.is_null(), kind))
    });
    (E::default().table_name().to_owned(), columns.collect())
}

async fn the_schema_goes_down_and_up_again(test: &Migrated) {
    let before = test.tables().await;
    assert!(before.len() > 10, "{before:?}");
    Migrator::down(&test.connection, None).await.unwrap();
    assert_eq!(test.tables().await, Vec::<String>::new(), "nothing is left");
    Migrator::up(&test.connection, None).await.unwrap();
    assert_eq!(test.tables().await, before);
}

async fn migrating_twice_changes_nothing(test: &Migrated) {
    let store = Store::connect(&test.database.url).await.unwrap();
    assert_eq!(store.pending_migrations().await.unwrap(), 0);
    store.migrate().await.unwrap();
    store.close().await.unwrap();
}

async fn the_entities_say_what_the_migrations_made(test: &Migrated) {
    let entities: BTreeMap<String, Columns> = [
        of_entity::<entities::access_token::Entity>(),
        of_entity::<entities::announcement::Entity>(),
        of_entity::<entities::wish_follower::Entity>(),
        of_entity::<entities::support_offer::Entity>(),
        of_entity::<entities::question::Entity>(),
        of_entity::<entities::learning_wish::Entity>(),
        of_entity::<entities::assignment::Entity>(),
        of_entity::<entities::agenda_vote::Entity>(),
        of_entity::<entities::agenda_item::Entity>(),
        of_entity::<entities::audit_entry::Entity>(),
        of_entity::<entities::decision::Entity>(),
        of_entity::<entities::delivery_attempt::Entity>(),
        of_entity::<entities::harvest::Entity>(),
        of_entity::<entities::harvest_wish::Entity>(),
        of_entity::<entities::hosting::Entity>(),
        of_entity::<entities::idempotency_key::Entity>(),
        of_entity::<entities::instance::Entity>(),
        of_entity::<entities::invitation::Entity>(),
        of_entity::<entities::ledger_entry::Entity>(),
        of_entity::<entities::meeting::Entity>(),
        of_entity::<entities::meeting_day::Entity>(),
        of_entity::<entities::message::Entity>(),
        of_entity::<entities::message_body::Entity>(),
        of_entity::<entities::programme::Entity>(),
        of_entity::<entities::refused_address::Entity>(),
        of_entity::<entities::registration::Entity>(),
        of_entity::<entities::relay_pace::Entity>(),
        of_entity::<entities::rule::Entity>(),
        of_entity::<entities::setting::Entity>(),
        of_entity::<entities::suppression::Entity>(),
        of_entity::<entities::team_member::Entity>(),
        of_entity::<entities::test_clock::Entity>(),
        of_entity::<entities::token_programme::Entity>(),
        of_entity::<entities::venue_offer::Entity>(),
    ]
    .into();
    assert_eq!(
        test.tables().await,
        entities.keys().cloned().collect::<Vec<_>>(),
        "a table without an entity, or the reverse"
    );
    // SQLite has one integer, of 64 bits.
    let is_sqlite = test.connection.get_database_backend() == DbBackend::Sqlite;
    for (table, mut columns) in entities {
        if is_sqlite {
            columns
                .values_mut()
                .filter(|column| column.1 == "big integer")
                .for_each(|column| column.1 = "integer");
        }
        assert_eq!(test.columns(&table).await, columns, "{table}");
    }
}

async fn programmes_that_are_there_get_the_rule_that_is_new(test: &TestFoundation) {
    let behind = Connections::connect(&test.database.url).await.unwrap();
    let all = Migrator::migrations();
    let since = all
        .iter()
        .position(|migration| migration.name() == "m20261124_000003_delivery")
        .unwrap();
    let steps = u32::try_from(all.len() - since).unwrap();
    Migrator::down(&behind, Some(steps)).await.unwrap();
    Migrator::up(&behind, None).await.unwrap();
    let rules = test.foundation.store.rules(test.programme).await.unwrap();
    let new = rules.iter().find(|rule| rule.key == RuleKey::AddressRefused).unwrap();
    let another = rules.iter().find(|rule| rule.key == RuleKey::TeamWelcome).unwrap();
    assert_eq!(new.version, 1);
    assert_eq!(new.trigger, Rule::default_of(new.key, new.id, new.valid_from).trigger);
    assert_eq!(new.valid_from, another.valid_from);
    // Everything goes on, with the mails that were there.
    let id = test.register(0).await;
    test.verify(id).await;
    behind.close().await.unwrap();
}

/// The other half of starting several instances at once; on SQLite only one process serves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_start_at_once_migrate_once() {
    let Some(cluster) = postgres::cluster().await.unwrap() else {
        return say_skipped("instances_that_start_at_once_migrate_once");
    };
    let url = cluster.create("migrated_at_once").await.unwrap();
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = url.clone();
        starts.spawn(async move {
            let store = Store::connect(&url).await.unwrap();
            store.migrate().await.unwrap();
            store.close().await.unwrap();
        });
    }
    starts.join_all().await;
}
