//! Databases that refuse, hang, are locked or restarted in the middle of the work. Whoever asks meanwhile is answered, and
//! afterwards everything goes on without anybody's help.

use std::time::Duration;

use leernetwerk::domain::delivery::SmtpVerb::Dot;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Counts, Plan,
    lock::Lock,
    plan::pause,
    proxy::Proxy,
    world::{PATIENCE, World, stop},
};
use crate::harness::{
    app::{SLUG, TestApp},
    binary::Binary,
    engines::{Database, Engine},
    foundation::schema,
    postgres::Cluster,
    smtp::{Act, Rule},
};

sampled! {
    database_outages: Sqlite Postgres;
}

/// What happens to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outage {
    /// SQLite: another process writes for so long.
    Locked,
    /// PostgreSQL: connections break, new ones are refused.
    Refusing,
    /// PostgreSQL: nothing is answered any more, and then it is.
    Hanging,
    /// PostgreSQL: nothing is answered any more, and then the connections break.
    HangingAndCut,
}

/// What the server is doing when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Nothing: the decision falls due meanwhile.
    Idle,
    /// It claims mails and writes verdicts down.
    Busy,
    /// The relay has just taken a mail.
    Finalising,
}

use Moment::{Busy, Finalising, Idle};
use Outage::{Hanging, HangingAndCut, Locked, Refusing};

/// Who asks is answered within this time.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

/// Outages of every kind at every moment.
pub async fn database_outages(plan: &Plan) -> Counts {
    let long = plan.by_size(Duration::from_secs(6), Duration::from_secs(30));
    let short = Duration::from_secs(6);
    let outages: &[(Outage, Moment, Duration)] = match (plan.engine, plan.is_full()) {
        (Engine::Sqlite, false) => &[(Locked, Finalising, long)],
        (Engine::Sqlite, true) => &[(Locked, Idle, short), (Locked, Busy, short), (Locked, Finalising, long)],
        (Engine::Postgres, false) => &[(Refusing, Finalising, short), (Hanging, Busy, short)],
        (Engine::Postgres, true) => &[
            (Refusing, Idle, short),
            (Refusing, Busy, short),
            (Refusing, Finalising, long),
            (Hanging, Idle, short),
            (Hanging, Busy, short),
            (Hanging, Finalising, long),
            (HangingAndCut, Idle, short),
            (HangingAndCut, Busy, short),
            (HangingAndCut, Finalising, short),
        ],
    };
    let mut counts = Counts::default();
    // They have nothing to do with each other, and mostly wait.
    let all = outages.iter().map(async |(outage, moment, lasting)| {
        let world = World::with_people(plan, 3).await;
        let held = outage_at(&world, *outage, *moment, *lasting).await;
        // A verdict that is known is kept until it can be written down.
        let doubts = (
            held.get("attempts without a verdict"),
            held.get("accepted twice"),
            held.get("decisions"),
        );
        assert_eq!(doubts, (0, 0, 1), "{outage:?} {moment:?}");
        held
    });
    for held in futures_util::future::join_all(all).await {
        counts.merge(&held);
        counts.add("outages", 1);
    }
    counts
}

async fn outage_at(world: &World, outage: Outage, moment: Moment, lasting: Duration) -> Counts {
    let mut way = (outage != Locked).then(|| Proxy::to(&world.database.url));
    let mut environment = world.environment();
    if let Some(way) = &way {
        for (name, value) in &mut environment {
            if name == "LEERNETWERK_DATABASE_URL" {
                value.clone_from(&way.url);
            }
        }
    }
    let server = world.serve_in(environment).await;
    let what = format!("{outage:?} {moment:?}");
    match moment {
        Idle => {}
        Busy => {
            world.crowd(60).await;
            let taken = world.relay.accepted().len();
            world.close_registration().await;
            world.relay.wait_for(taken + 10).await;
        }
        Finalising => {
            world.relay.on(Rule::at(Dot, Act::Stall));
            world.close_registration().await;
            world.relay.wait_for_stalls(Dot, 3).await;
        }
    }
    let mut lock = None;
    match (outage, &mut way) {
        (Refusing, Some(way)) => way.refuse().await,
        (_, Some(way)) => way.hang(),
        (_, None) => lock = Some(Lock::of(&world.database.url, "").await),
    }
    if moment == Idle && outage != Locked {
        world.close_registration().await;
    }
    if moment == Finalising {
        let taken = world.relay.accepted().len();
        world.relay.release();
        world.relay.wait_for(taken + 3).await;
    }
    let mut counts = ask_meanwhile(&server, lasting, &what).await;
    match (outage, &mut way, lock) {
        (HangingAndCut, Some(way), _) => {
            way.refuse().await;
            way.open();
        }
        (_, Some(way), _) => way.open(),
        (_, None, Some(lock)) => lock.release().await,
        (_, None, None) => {}
    }
    if moment == Idle && outage == Locked {
        world.close_registration().await;
    }
    world.relay.behave();
    world.quiet(PATIENCE).await;
    let answered = ask(&server, QUERY, json!({ "slug": SLUG })).await;
    assert!(answered.get("errors").is_none(), "{what}: {answered}");
    stop(server).await;
    counts.merge(&world.hold().await);
    counts
}

const QUERY: &str = "query ($slug: String!) { programme(slug: $slug) { status } }";
const MUTATION: &str = "mutation ($input: RegisterInput!) { register(input: $input) { errors { code } } }";

/// Asks as long as the outage lasts, for a page of facts and for something to be done.
async fn ask_meanwhile(server: &Binary, lasting: Duration, what: &str) -> Counts {
    let mut counts = Counts::default();
    let until = Instant::now() + lasting;
    while Instant::now() < until {
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
            let text = answer.to_string().to_lowercase();
            for internal in [
                "sql",
                "pool",
                "postgres",
                "connection",
                "locked",
                "socket",
                "refused",
                "busy",
            ] {
                assert!(!text.contains(internal), "{what}: {answer}");
            }
        }
        pause(Duration::from_millis(200)).await;
    }
    counts
}

async fn ask(server: &Binary, query: &str, variables: Value) -> Value {
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.base_url))
        .json(&json!({ "query": query, "variables": variables }));
    request.send().await.expect("an answer").json().await.expect("JSON")
}

/// PostgreSQL itself is restarted in the middle of claims and verdicts.
pub async fn postgres_restarts(plan: &Plan) -> Counts {
    let cluster = Cluster::another().unwrap().expect("PostgreSQL");
    let url = cluster.create("leernetwerk").await.unwrap();
    // The cluster of the tests may forget what it committed when it is stopped hard, which this is not about.
    cluster
        .command("ALTER DATABASE leernetwerk SET synchronous_commit = on")
        .await
        .unwrap();
    schema().migrate(&url).await.unwrap();
    let world = World::on(
        Database::at(Engine::Postgres, url),
        2,
        crate::harness::app::STARTS_AT,
        |given| given,
    )
    .await;
    world.crowd(400).await;
    let server = world.serve().await;
    world.close_registration().await;
    let mut counts = Counts::default();
    for mode in ["fast", "immediate", "fast", "immediate"] {
        let taken = world.relay.accepted().len();
        world.relay.wait_for(taken + 10).await;
        cluster.stop(mode);
        pause(plan.between(Duration::from_millis(200), Duration::from_secs(8))).await;
        cluster.start_again();
        counts.add("restarts of PostgreSQL", 1);
    }
    let deadline = Instant::now() + PATIENCE * 2;
    // Connections of this process broke as well; the pool makes new ones.
    while world.outstanding().await.map_or(true, |left| left > 0) {
        assert!(Instant::now() < deadline, "something is left");
        pause(Duration::from_millis(100)).await;
    }
    stop(server).await;
    let held = world.hold().await;
    assert_eq!((held.get("attempts without a verdict"), held.get("decisions")), (0, 1));
    counts.merge(&held);
    counts
}
