//! Two servers on one PostgreSQL, of which the one that sends never hears of what the other commits.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use sea_orm::DatabaseConnection;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use tokio::time::Instant;

use super::{
    Counts, Plan,
    plan::pause,
    world::{PATIENCE, World, stop},
};
use crate::harness::{
    app::{TestApp, address},
    binary::Binary,
};

sampled! { deaf_servers: Postgres; }

/// The connections that listen are cut off again and again.
const CUT_OFF: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE '%LISTEN%' AND pid <> pg_backend_pid()";

/// What one commits the other finds, by looking every few seconds.
pub async fn deaf_servers(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 1).await;
    let sender = world.serve().await;
    let environment = world.environment();
    let start = move || Binary::start_in(&environment, &["serve", "--no-engine"], "info");
    let speaker = tokio::task::spawn_blocking(start).await.unwrap();
    let url = world.database.url.clone();
    let cutting = tokio::spawn(async move {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        loop {
            let cut: i64 = sqlx::query_scalar(CUT_OFF).fetch_one(&mut connection).await.unwrap();
            CUT.fetch_add(usize::try_from(cut).unwrap(), Ordering::Relaxed);
            pause(Duration::from_millis(20)).await;
        }
    });
    // Before anything is said.
    let is_cut = async |_: &DatabaseConnection| (CUT.load(Ordering::Relaxed) > 0).then_some(());
    world.until("a listener that is cut off", is_cut).await;
    let client = reqwest::Client::new();
    let mut counts = Counts::default();
    for n in 0..plan.by_size(1, 8) {
        let query = "mutation ($input: RegisterInput!) { register(input: $input) { errors { code } } }";
        let input = TestApp::newcomer(100 + n);
        let answer = client
            .post(format!("{}/graphql", speaker.base_url))
            .json(&json!({ "query": query, "variables": { "input": input } }))
            .send()
            .await
            .unwrap();
        let answer: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(answer["data"]["register"]["errors"], json!([]), "{answer}");
        let began = Instant::now();
        let to = address(100 + n);
        let relay = &world.relay;
        world
            .until("the mail", async |_| {
                relay.accepted().iter().any(|mail| mail.envelope_to == to).then_some(())
            })
            .await;
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
        counts.add("mails found without being told", 1);
    }
    cutting.abort();
    let cut = CUT.swap(0, Ordering::Relaxed);
    counts.add("listeners cut off", cut);
    world.quiet(PATIENCE).await;
    stop(speaker).await;
    stop(sender).await;
    counts.merge(&world.hold().await);
    counts
}

static CUT: AtomicUsize = AtomicUsize::new(0);
