//! Everything that a database holds, as text: to see whether something was written, and what must not be.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use super::engines::{Database, Engine};

/// The heartbeats of processes are written all the time and are about nobody.
const OF_PROCESSES: &str = "instance";

/// A row of a table, its values written one after the other.
fn describe(table: &str, row: &str) -> String {
    format!("{table}: {row}")
}

/// Every row of every table, in order, but those about processes.
pub async fn rows(database: &Database) -> Vec<String> {
    let mut rows = match database.engine {
        Engine::Sqlite => of_sqlite(&database.url).await,
        Engine::Postgres => of_postgres(&database.url).await,
    };
    rows.sort();
    assert!(
        rows.iter().any(|row| row.starts_with("programme:")),
        "a database without a programme is not the right one"
    );
    rows
}

/// What stands in one dump and not in the other.
pub fn difference<'a>(before: &'a [String], after: &'a [String]) -> Vec<&'a String> {
    let lacks = |all: &[String], row: &String| all.binary_search(row).is_err();
    let gone = before.iter().filter(|row| lacks(after, row));
    gone.chain(after.iter().filter(|row| lacks(before, row))).collect()
}

async fn of_sqlite(url: &str) -> Vec<String> {
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut rows = Vec::new();
    for table in texts_of_sqlite(&mut connection, tables.to_owned()).await {
        if table == OF_PROCESSES {
            continue;
        }
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns: Vec<String> = texts_of_sqlite(&mut connection, columns)
            .await
            .iter()
            .map(|column| format!("quote(\"{column}\")"))
            .collect();
        let all = format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || "));
        rows.extend(
            texts_of_sqlite(&mut connection, all)
                .await
                .iter()
                .map(|row| describe(&table, row)),
        );
    }
    connection.close().await.unwrap();
    rows
}

async fn texts_of_sqlite(connection: &mut SqliteConnection, query: String) -> Vec<String> {
    let found = sqlx::query(AssertSqlSafe(query)).fetch_all(connection).await.unwrap();
    found.iter().map(|row| row.get(0)).collect()
}

async fn of_postgres(url: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut rows = Vec::new();
    for table in texts_of_postgres(&mut connection, tables.to_owned()).await {
        if table != OF_PROCESSES {
            let all = format!("SELECT t::text FROM \"{table}\" t");
            rows.extend(
                texts_of_postgres(&mut connection, all)
                    .await
                    .iter()
                    .map(|row| describe(&table, row)),
            );
        }
    }
    connection.close().await.unwrap();
    rows
}

async fn texts_of_postgres(connection: &mut PgConnection, query: String) -> Vec<String> {
    let found = sqlx::query(AssertSqlSafe(query)).fetch_all(connection).await.unwrap();
    found.iter().map(|row| row.get(0)).collect()
}

/// Puts a mail into another status, deferred once and to be tried again at an instant: what a relay would bring about.
pub async fn set_message(database: &Database, id: &str, status: &str, next_attempt_at: &str) {
    let at = chrono::DateTime::parse_from_rfc3339(next_attempt_at).unwrap().to_utc();
    let id = uuid::Uuid::parse_str(id).unwrap();
    let written = match database.engine {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
            let statement = "UPDATE message SET status = ?1, next_attempt_at = ?2, due_at = ?2, failures = 1, sent_at = NULL WHERE id = ?3";
            let bound = sqlx::query(statement)
                .bind(status)
                .bind(at)
                .bind(id.as_bytes().as_slice());
            bound.execute(&mut connection).await.unwrap().rows_affected()
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(&database.url).await.unwrap();
            let statement = "UPDATE message SET status = $1, next_attempt_at = $2, due_at = $2, failures = 1, sent_at = NULL WHERE id = $3::text::uuid";
            let bound = sqlx::query(statement).bind(status).bind(at).bind(id.to_string());
            bound.execute(&mut connection).await.unwrap().rows_affected()
        }
    };
    assert_eq!(written, 1);
}

/// Lets a statement happen behind everybody's back.
pub async fn execute(database: &Database, statement: &'static str) {
    match database.engine {
        Engine::Sqlite => {
            let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(&database.url).await.unwrap();
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }
    }
}
