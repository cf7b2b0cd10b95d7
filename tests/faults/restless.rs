//! Servers that are killed and started again at random while thousands of mails are due: several on one PostgreSQL, and the
//! one that SQLite belongs to.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Counts, Plan,
    plan::pause,
    world::{PATIENCE, World, stop},
};
use crate::harness::engines::Engine;

sampled! { restless_servers: Sqlite Postgres; }

/// The longest that killing goes on.
const KILLING: Duration = Duration::from_secs(240);

/// Decides about a crowd and writes to everybody in it, with servers of which one is killed every few seconds.
pub async fn restless_servers(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 2).await;
    let (count, crowd) = match plan.engine {
        Engine::Sqlite => (1, plan.by_size(150, 3000)),
        Engine::Postgres => (3, plan.by_size(300, 10_000)),
    };
    world.crowd(crowd).await;
    let mut servers = Vec::new();
    for _ in 0..count {
        servers.push(world.serve().await);
    }
    world.close_registration().await;
    let mut counts = Counts::default();
    let (soonest, latest) = plan.by_size((100, 600), (500, 3000));
    let until = Instant::now() + KILLING;
    while world.outstanding().await.unwrap() > 0 && Instant::now() < until {
        pause(plan.between(Duration::from_millis(soonest), Duration::from_millis(latest))).await;
        let unlucky = usize::try_from(plan.below(count as u64)).unwrap();
        servers[unlucky].kill();
        servers[unlucky] = world.serve().await;
        counts.add("kills", 1);
        if !plan.is_full() && counts.get("kills") >= 6 {
            break;
        }
    }
    if plan.is_full() {
        // What the dead had in hand is found when they have been silent for half a minute.
        world.quiet(Duration::from_secs(600)).await;
        for server in servers {
            stop(server).await;
        }
    } else {
        for server in servers {
            stop(server).await;
        }
        world.bury().await;
        let last = world.serve().await;
        world.quiet(PATIENCE).await;
        stop(last).await;
    }
    let held = world.hold().await;
    assert_eq!(held.get("decisions"), 1);
    // A go for everybody, a report, and what was sent before.
    assert!(held.get("mails") >= crowd as u64 + 3, "{held}");
    counts.merge(&held);
    counts
}
