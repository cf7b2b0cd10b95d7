//! A disk that is full when the decision falls and when verdicts are to be written down, and then not any more.

use std::{fs, time::Duration};

use entities::decision;
use leernetwerk::domain::delivery::SmtpVerb::Dot;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::time::Instant;

use super::{
    Counts, Plan,
    asking::ask_while,
    lock::Lock,
    plan::pause,
    world::{API_TOKEN, DEADLINE, PATIENCE, World, stop},
};
use crate::harness::{
    app::STARTS_AT,
    binary::Binary,
    engines::{Database, Engine},
    foundation::{at, schema},
    postgres::Cluster,
    small_disk::SmallDisk,
    smtp::{Act, Rule},
};

sampled! { full_disks: Sqlite Postgres; }

/// What the log says of a disk without room, on SQLite and on PostgreSQL.
const IS_FULL: [&str; 2] = ["database or disk is full", "No space left on device"];

/// Full while the decision falls and while verdicts are to be written: nobody crashes, and it goes on when there is room.
pub async fn full_disks(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    let Some(disk) = SmallDisk::of_megabytes(32, "full_disks") else {
        counts.add("SKIPPED for want of a small disk", 1);
        return counts;
    };
    let (url, cluster) = match plan.engine {
        Engine::Sqlite => {
            let file = disk.path().join("leernetwerk.db");
            (format!("sqlite://{}?mode=rwc", file.display()), None)
        }
        Engine::Postgres => {
            let (url, cluster) = database_on(&disk).await;
            (url, Some(cluster))
        }
    };
    schema().migrate(&url).await.unwrap();
    let world = World::on(Database::at(plan.engine, url), 3, STARTS_AT, |given| given).await;
    if plan.engine == Engine::Postgres {
        take_room_with_every_row(&world.database.url).await;
    }
    let mut server = world.serve().await;
    world.relay.on(Rule::at(Dot, Act::Stall));

    close_registration_on_a_full_disk(&world, &disk).await;
    failed(
        &world,
        &server,
        &["cannot be settled", "cannot be carried out"],
        &mut counts,
    )
    .await;
    let decided = decision::Entity::find().count(&world.behind).await.unwrap();
    assert_eq!(decided, 0, "there is no room for a decision");
    // Whoever wants to register now would have it decided first.
    let asked = ask_while(&server, "on a full disk", pause(Duration::from_secs(1))).await;
    assert!(asked.get("of which internal errors") > 0, "{asked}");
    counts.merge(&asked);
    assert!(server.is_running(), "{}", server.logged());
    disk.empty();

    // Now there is: it is decided, and verdicts of three mails wait to be written when the disk is full again.
    world.relay.wait_for_stalls(Dot, 3).await;
    leave_no_room(&world, &disk).await;
    let taken = world.relay.accepted().len();
    world.relay.release();
    world.relay.wait_for(taken + 3).await;
    failed(&world, &server, &["a verdict cannot be written down"], &mut counts).await;
    extend(&world, &server, &mut counts).await;
    assert!(server.is_running(), "{}", server.logged());
    disk.empty();

    world.relay.behave();
    let deadline = Instant::now() + PATIENCE / 2;
    while world.outstanding().await.unwrap() > 0 {
        assert!(
            Instant::now() < deadline,
            "it does not go on when there is room again: {}",
            world.left().await
        );
        pause(Duration::from_millis(100)).await;
    }
    stop(server).await;
    let held = world.hold().await;
    assert_eq!((held.get("attempts without a verdict"), held.get("decisions")), (0, 1));
    counts.merge(&held);
    drop(world);
    drop(cluster);
    counts
}

/// A database of PostgreSQL whose tables are on a disk; its log is elsewhere.
async fn database_on(disk: &SmallDisk) -> (String, Cluster) {
    let cluster = Cluster::another().unwrap().expect("PostgreSQL");
    let place = disk.path().join("tables");
    fs::create_dir(&place).unwrap();
    if let Some((user, group)) = cluster.owner() {
        std::os::unix::fs::chown(&place, Some(user), Some(group)).unwrap();
    }
    let url = cluster.create("leernetwerk").await.unwrap();
    let made = format!("CREATE TABLESPACE small LOCATION '{}'", place.display());
    for statement in [made.as_str(), "ALTER DATABASE leernetwerk SET TABLESPACE small"] {
        cluster.command(statement).await.unwrap();
    }
    (url, cluster)
}

/// Whether a small row of PostgreSQL needs a new page is a matter of chance: from now on a decision needs some, and a verdict.
async fn take_room_with_every_row(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let statements = "CREATE TABLE bulk (bytes BYTEA); ALTER TABLE bulk ALTER bytes SET STORAGE EXTERNAL;
        CREATE FUNCTION take_room() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO bulk VALUES (convert_to(repeat('x', 100000), 'UTF8')); RETURN NEW; END $$;
        CREATE TRIGGER take_room BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION take_room();
        CREATE TRIGGER take_room BEFORE UPDATE ON delivery_attempt FOR EACH ROW EXECUTE FUNCTION take_room();";
    sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The clock passes the deadline, and by the time that anybody can decide the disk is full.
async fn close_registration_on_a_full_disk(world: &World, disk: &SmallDisk) {
    let url = &world.database.url;
    let mut lock = match world.database.engine {
        Engine::Sqlite => {
            empty_the_log(url).await;
            Lock::as_the_clock_moves(url, at(DEADLINE)).await
        }
        Engine::Postgres => {
            let lock = Lock::of(url, "programme").await;
            world.close_registration().await;
            lock
        }
    };
    lock.somebody_waits().await;
    disk.fill();
    lock.release().await;
}

async fn leave_no_room(world: &World, disk: &SmallDisk) {
    if world.database.engine == Engine::Sqlite {
        empty_the_log(&world.database.url).await;
    }
    disk.fill();
}

/// The write-ahead log of SQLite keeps its room when it begins anew: only an empty one needs some for whatever is written.
async fn empty_the_log(url: &str) {
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let emptied = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection);
        let (is_busy, _, _): (i64, i64, i64) = emptied.await.unwrap();
        if is_busy == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "somebody reads or writes all the time");
    }
    connection.close().await.unwrap();
}

/// Waits until something could not be written, because the disk is full: otherwise nothing would be shown here.
async fn failed(world: &World, server: &Binary, what: &[&str], counts: &mut Counts) {
    let is_told =
        |line: &&str| what.iter().any(|what| line.contains(what)) && IS_FULL.iter().any(|is| line.contains(is));
    let look = async |_: &_| {
        let lines = server.logged().lines().filter(is_told).count();
        (lines > 0).then_some(lines)
    };
    let lines = world.until(&format!("{what:?} for want of room"), look).await;
    counts.add("writes that failed", lines);
}

/// Whoever asks for something that may need room gets it, or is told that it cannot be.
async fn extend(world: &World, server: &Binary, counts: &mut Counts) {
    let query = "mutation ($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { errors { code } } }";
    for day in ["2014-06-01", "2014-06-02", "2014-06-03"] {
        let input = json!({ "programmeId": world.global_id(), "registrationDeadline": day, "reason": "x".repeat(900) });
        let request = reqwest::Client::new()
            .post(format!("{}/graphql", server.base_url))
            .bearer_auth(API_TOKEN)
            .json(&json!({ "query": query, "variables": { "input": input } }));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let is_refused = answer["errors"][0]["extensions"]["code"] == json!("INTERNAL_SERVER_ERROR");
        assert!(is_refused || answer["data"].is_object(), "{answer}");
        counts.add("answers during an outage", 1);
        counts.add("of which internal errors", usize::from(is_refused));
    }
}
