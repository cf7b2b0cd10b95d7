//! A server that is suspended until it is taken for dead, and goes on after another has sent its mail.

use std::time::Duration;

use leernetwerk::{
    domain::delivery::SmtpVerb::{Dot, Rcpt},
    store::ALIVE_SECONDS,
};
use sea_orm::DatabaseConnection;
use tokio::time::Instant;

use super::{
    Counts, Plan,
    world::{PATIENCE, World, stop},
};
use crate::harness::smtp::{Act, Rule};

sampled! { suspended_servers: Postgres; }

/// What the relay tells the one that was suspended, and meanwhile the other.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tale {
    /// It took the mail from both.
    AcceptedAfterAll,
    /// It took the mail from the other, and refused it from the first.
    RefusedAfterAll,
    /// It deferred the mail of the other, and took it from the first.
    AcceptedWhileDeferred,
    /// It took it from the first while the other was still sending, and then from the other.
    AcceptedWhileSending,
}

use Tale::{AcceptedAfterAll, AcceptedWhileDeferred, AcceptedWhileSending, RefusedAfterAll};

/// How the suspended server comes to be taken for dead.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Silence {
    /// Its last beat is made older than it is.
    Aged,
    /// It is silent for as long as it takes.
    WaitedOut,
}

/// A server beats this often: its last beat may have been so long before it was suspended.
const BEAT: Duration = Duration::from_secs(5);

/// SIGSTOP past the lease, another server takes over, SIGCONT.
pub async fn suspended_servers(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    let mut all = [
        AcceptedAfterAll,
        RefusedAfterAll,
        AcceptedWhileDeferred,
        AcceptedWhileSending,
    ]
    .map(|tale| (tale, Silence::Aged))
    .to_vec();
    if plan.is_full() {
        all.push((AcceptedAfterAll, Silence::WaitedOut));
    }
    for (tale, silence) in all {
        let world = World::with_people(plan, 1).await;
        let relay = &world.relay;
        let before = relay.accepted().len();
        relay.on(Rule::at(
            Dot,
            match tale {
                RefusedAfterAll => Act::StallThenReply(554, "5.7.1 no"),
                _ => Act::Stall,
            },
        )
        .times(1));
        let first = world.serve().await;
        world.close_registration().await;
        relay.wait_for_stall(Dot).await;
        // The other of the two mails has gone by then: what is left is the one.
        world.all_sent_but(1).await;
        first.signal("STOP");
        let suspended_at = Instant::now();
        counts.add("suspensions", 1);
        if silence == Silence::Aged {
            world.bury().await;
        }
        match tale {
            AcceptedWhileDeferred => relay.on(Rule::at(Rcpt, Act::Reply(451, "4.7.1 later")).times(1)),
            AcceptedWhileSending => relay.on(Rule::at(Dot, Act::Stall).times(1)),
            _ => {}
        }
        let second = world.serve().await;
        if tale == AcceptedWhileSending {
            relay.wait_for_stalls(Dot, 2).await;
            relay.release();
            relay.wait_for(before + 3).await;
        } else {
            world.quiet(PATIENCE).await;
            relay.release();
        }
        if silence == Silence::WaitedOut {
            let lease = Duration::from_secs(ALIVE_SECONDS.unsigned_abs());
            let silent = suspended_at.elapsed();
            assert!(silent >= lease - BEAT, "taken for dead after {silent:?}");
            counts.add("leases waited out", 1);
        }
        first.signal("CONT");
        let told = async |_: &DatabaseConnection| first.logged().contains("had been taken over").then_some(());
        if tale != AcceptedWhileSending {
            world.until("the late verdict", told).await;
        }
        world.quiet(PATIENCE).await;
        stop(first).await;
        stop(second).await;
        let held = world.hold().await;
        let twice = u64::from(matches!(tale, AcceptedAfterAll | AcceptedWhileSending));
        assert_eq!(held.get("accepted twice"), twice, "{tale:?}");
        // Taken over means that nobody knew, and it stays to be seen, whatever was learned later.
        assert_eq!(held.get("attempts without a verdict"), 1, "{tale:?}");
        assert_eq!((held.get("to be tried later"), held.get("failed")), (0, 0), "{tale:?}");
        counts.merge(&held);
    }
    counts
}
