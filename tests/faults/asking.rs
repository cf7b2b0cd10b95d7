//! Somebody who asks while the database is away: answered in time, and told nothing of what is inside.

use std::{cell::Cell, time::Duration};

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Counts, plan::pause};
use crate::harness::{
    app::{SLUG, TestApp},
    binary::Binary,
};

/// Who asks is answered within this time.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

const QUERY: &str = "query ($slug: String!) { programme(slug: $slug) { status } }";
const MUTATION: &str = "mutation ($input: RegisterInput!) { register(input: $input) { errors { code } } }";

/// What nobody is told.
const INTERNALS: [&str; 12] = [
    "sql",
    "pool",
    "postgres",
    "connection",
    "locked",
    "socket",
    "refused",
    "busy",
    "terminating",
    "shutting down",
    "starting up",
    "recovery",
];

/// Asks as long as the outage lasts, for a page of facts and for something to be done.
pub async fn ask_while(server: &Binary, what: &str, outage: impl Future<Output = ()>) -> Counts {
    let is_over = Cell::new(false);
    let outage = async {
        outage.await;
        is_over.set(true);
    };
    let asking = async {
        let mut counts = Counts::default();
        while !is_over.get() {
            ask_once(server, what, &mut counts).await;
            pause(Duration::from_millis(200)).await;
        }
        counts
    };
    let ((), counts) = tokio::join!(outage, asking);
    counts
}

async fn ask_once(server: &Binary, what: &str, counts: &mut Counts) {
    let began = Instant::now();
    let mut newcomer = TestApp::newcomer(900);
    newcomer["idempotencyKey"] = json!("the-one-who-asks-meanwhile");
    let (query, mutation) = tokio::join!(
        ask(server, QUERY, json!({ "slug": SLUG })),
        ask(server, MUTATION, json!({ "input": newcomer }))
    );
    assert!(
        began.elapsed() <= ANSWERED_WITHIN,
        "{what}: answered after {:?}",
        began.elapsed()
    );
    for answer in [query, mutation] {
        counts.add("answers during an outage", 1);
        let Some(error) = answer["errors"].get(0) else {
            // SQLite can be read while somebody writes.
            assert!(answer["data"].is_object(), "{what}: {answer}");
            continue;
        };
        assert_eq!(
            error["extensions"]["code"],
            json!("INTERNAL_SERVER_ERROR"),
            "{what}: {answer}"
        );
        counts.add("of which internal errors", 1);
        let text = answer.to_string().to_lowercase();
        for internal in INTERNALS {
            assert!(!text.contains(internal), "{what}: {answer}");
        }
    }
}

/// Afterwards everybody gets what they ask for.
pub async fn is_answered(server: &Binary, what: &str) {
    let answered = ask(server, QUERY, json!({ "slug": SLUG })).await;
    assert!(answered.get("errors").is_none(), "{what}: {answered}");
}

async fn ask(server: &Binary, query: &str, variables: Value) -> Value {
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.base_url))
        .json(&json!({ "query": query, "variables": variables }));
    request.send().await.expect("an answer").json().await.expect("JSON")
}
