//! PostgreSQL itself is restarted, in the middle of claims and verdicts and of people who ask.

use std::{sync::Arc, time::Duration};

use tokio::{task::spawn_blocking, time::Instant};

use super::{
    Counts, Plan,
    asking::{ask_while, is_answered},
    plan::pause,
    world::{PATIENCE, World, stop},
};
use crate::harness::{
    app::STARTS_AT,
    engines::{Database, Engine},
    foundation::schema,
    postgres::Cluster,
};

sampled! { postgres_restarts: Postgres; }

/// It is stopped, gently or not, and started again after some seconds. Whoever asks meanwhile is answered.
pub async fn postgres_restarts(plan: &Plan) -> Counts {
    let cluster = Arc::new(Cluster::another().unwrap().expect("PostgreSQL"));
    let url = cluster.create("leernetwerk").await.unwrap();
    // The cluster of the tests may forget what it committed when it is stopped hard, which this is not about.
    cluster
        .command("ALTER DATABASE leernetwerk SET synchronous_commit = on")
        .await
        .unwrap();
    schema().migrate(&url).await.unwrap();
    let world = World::on(Database::at(Engine::Postgres, url), 2, STARTS_AT, |given| given).await;
    world.crowd(400).await;
    let server = world.serve().await;
    world.close_registration().await;
    let mut counts = Counts::default();
    let (modes, longest) = plan.by_size(
        (&["fast", "immediate"][..], 3),
        (&["fast", "immediate", "fast", "immediate"][..], 8),
    );
    for mode in modes {
        let taken = world.relay.accepted().len();
        world.relay.wait_for(taken + 10).await;
        // Long enough for somebody to ask while it is away.
        let away = plan.between(Duration::from_secs(1), Duration::from_secs(longest));
        let asked = ask_while(&server, mode, restart(Arc::clone(&cluster), mode, away)).await;
        assert!(
            asked.get("of which internal errors") > 0,
            "{mode}: nobody has noticed it: {asked}"
        );
        counts.merge(&asked);
        counts.add("restarts of PostgreSQL", 1);
    }
    let deadline = Instant::now() + PATIENCE * 2;
    // Connections of this process broke as well; the pool makes new ones.
    while world.outstanding().await.map_or(true, |left| left > 0) {
        assert!(Instant::now() < deadline, "something is left");
        pause(Duration::from_millis(100)).await;
    }
    is_answered(&server, "afterwards").await;
    stop(server).await;
    let held = world.hold().await;
    assert_eq!((held.get("attempts without a verdict"), held.get("decisions")), (0, 1));
    counts.merge(&held);
    counts
}

async fn restart(cluster: Arc<Cluster>, mode: &'static str, away: Duration) {
    let stopped = Arc::clone(&cluster);
    spawn_blocking(move || stopped.stop(mode)).await.unwrap();
    pause(away).await;
    spawn_blocking(move || cluster.start_again()).await.unwrap();
}
