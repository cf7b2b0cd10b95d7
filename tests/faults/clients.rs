//! Clients that hang up in the middle of a mutation: what was asked for happens once or not at all, never half.

use std::time::Duration;

use entities::{audit_entry, idempotency_key, registration};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{
    Counts, Plan,
    organising::organisers_hanging_up,
    plan::pause,
    world::{PATIENCE, World, stop},
};
use crate::harness::{
    app::{TestApp, address},
    binary::Binary,
    foundation::facts_agree,
};

sampled! { clients_hanging_up: Sqlite Postgres; }

const MUTATION: &str = "mutation ($input: RegisterInput!) { register(input: $input) {
    receipt { place waitingPosition confirmBefore } errors { code } } }";

fn body(n: usize) -> Value {
    let mut input = TestApp::newcomer(n);
    input["idempotencyKey"] = json!(format!("the-key-of-{n}"));
    json!({ "query": MUTATION, "variables": { "input": input } })
}

/// Requests that are cut at random bytes and times, and then asked again in full.
pub async fn clients_hanging_up(plan: &Plan) -> Counts {
    let mut counts = people_hanging_up(plan).await;
    counts.merge(&organisers_hanging_up(plan).await);
    counts
}

/// Sends a request, or a part of it, and hangs up within a time; whether it was the whole.
pub async fn hang_up(plan: &Plan, server: &Binary, token: Option<&str>, body: &Value, within: Duration) -> bool {
    let host = server.base_url.trim_start_matches("http://");
    let (token, body) = (
        token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n")),
        body.to_string(),
    );
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: {host}\r\n{token}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let length = request.len();
    let count = if plan.below(2) == 0 {
        usize::try_from(plan.below(length as u64)).unwrap()
    } else {
        length
    };
    let after = plan.between(Duration::ZERO, within);
    let is_by_reset = plan.below(2) == 0;
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(&request.as_bytes()[..count]).await.unwrap();
    pause(after).await;
    if is_by_reset {
        stream.set_zero_linger().unwrap();
    }
    drop(stream);
    count == length
}

async fn people_hanging_up(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 1).await;
    let server = world.serve().await;
    let people = plan.by_size(60, 600);
    let mut counts = Counts::default();
    let mut is_whole = Vec::new();
    for some in (0..people).collect::<Vec<_>>().chunks(20) {
        let hanging_up = some
            .iter()
            .map(async |n| hang_up(plan, &server, None, &body(1000 + n), Duration::from_millis(30)).await);
        is_whole.extend(join_all(hanging_up).await);
    }
    world.quiet(PATIENCE).await;
    let once = registered(&world, 0..people).await;
    for (n, rows) in once.iter().enumerate() {
        assert!(*rows <= 1, "{n} is registered {rows} times");
        assert!(*rows == 0 || is_whole[n], "{n} never said the whole of it");
    }
    counts.add("requests cut", people);
    counts.add("acts that happened all the same", once.iter().sum());
    // Whoever asks again with the same key gets the answer, of the act that happened or of the one that happens now.
    let client = reqwest::Client::new();
    for n in 0..people {
        let request = client
            .post(format!("{}/graphql", server.base_url))
            .json(&body(1000 + n));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["data"]["register"]["errors"], json!([]), "{answer}");
        assert!(
            answer["data"]["register"]["receipt"]["confirmBefore"].is_string(),
            "{answer}"
        );
    }
    world.quiet(PATIENCE * 2).await;
    assert!(registered(&world, 0..people).await.iter().all(|rows| *rows == 1));
    let acts = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("register"));
    let acts = acts.all(&world.behind).await.unwrap();
    assert_eq!(acts.len(), people, "each act is on record once");
    let keys = idempotency_key::Entity::find().all(&world.behind).await.unwrap();
    assert_eq!(keys.len(), people, "each key has its answer");
    facts_agree(&world.foundation, world.programme).await;
    stop(server).await;
    let held = world.hold().await;
    // Each got one mail, besides those before.
    assert_eq!(held.get("mails"), people as u64 + 3, "{held}");
    counts.merge(&held);
    counts
}

async fn registered(world: &World, people: std::ops::Range<usize>) -> Vec<usize> {
    let rows = registration::Entity::find().all(&world.behind).await.unwrap();
    let of = |n: usize| rows.iter().filter(|row| row.email == address(1000 + n)).count();
    people.map(of).collect()
}
