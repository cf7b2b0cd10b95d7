//! Servers that are told to stop while they work.

use std::time::Duration;

use leernetwerk::domain::delivery::SmtpVerb::Dot;
use sea_orm::DatabaseConnection;

use super::{
    Counts, Plan,
    plan::pause,
    world::{PATIENCE, World, stop},
};
use crate::harness::smtp::{Act, Rule};

sampled! {
    graceful_stops: Sqlite Postgres;
    impatient_stops: Sqlite Postgres;
}

/// SIGTERM again and again while a crowd is written to: nothing is ever in doubt.
pub async fn graceful_stops(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 2).await;
    let crowd = plan.by_size(40, 600);
    world.crowd(crowd).await;
    world.jump_to(super::world::DEADLINE).await;
    let mut counts = Counts::default();
    for _ in 0..plan.by_size(3, 12) {
        let server = world.serve().await;
        let taken = world.relay.accepted().len();
        if world.outstanding().await.unwrap() > 0 {
            world.relay.wait_for(taken + 1).await;
        }
        pause(plan.between(Duration::ZERO, Duration::from_millis(plan.by_size(100, 800)))).await;
        stop(server).await;
        counts.add("stops", 1);
        let held = world.hold_so_far().await;
        assert_eq!(
            (held.get("attempts without a verdict"), held.get("accepted twice")),
            (0, 0)
        );
    }
    let last = world.serve().await;
    world.quiet(PATIENCE * 3).await;
    stop(last).await;
    let held = world.hold().await;
    assert_eq!((held.get("attempts without a verdict"), held.get("decisions")), (0, 1));
    counts.merge(&held);
    counts
}

/// A second SIGTERM does not wait for a verdict, and the next server finds the mail in doubt.
pub async fn impatient_stops(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 2).await;
    world.relay.on(Rule::at(Dot, Act::Stall).times(1));
    let mut server = world.serve().await;
    world.close_registration().await;
    world.relay.wait_for_stall(Dot).await;
    world.all_sent_but(1).await;
    server.signal("TERM");
    let told = async |_: &DatabaseConnection| server.logged().contains("stopping").then_some(());
    world.until("the first signal to be heard", told).await;
    assert!(server.is_running(), "it waits for the verdict");
    server.signal("TERM");
    let status = server.ended(Duration::from_secs(3)).await;
    assert!(!status.success(), "it left something behind: {status}");
    world.bury().await;
    let next = world.serve().await;
    world.quiet(PATIENCE).await;
    stop(next).await;
    let mut held = world.hold().await;
    assert!(held.get("attempts without a verdict") >= 1);
    assert_eq!(held.get("accepted twice"), 0, "the relay did not take the first copy");
    held.add("stops", 1);
    held
}
