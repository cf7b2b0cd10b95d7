//! Databases that refuse, hang, fail or are locked in the middle of the work. Whoever asks meanwhile is answered, and
//! afterwards everything goes on without anybody's help.

use std::time::Duration;

use leernetwerk::domain::delivery::SmtpVerb::Dot;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    Counts, Plan,
    asking::{ask_while, is_answered},
    lock::{Failure, Lock},
    plan::pause,
    proxy::Proxy,
    world::{PATIENCE, World, stop},
};
use crate::harness::{
    binary::Binary,
    engines::Engine,
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
    /// SQLite: the statement that notes the attempt, or its end, fails in its transaction.
    Failing,
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
    /// The relay takes mails just after it has begun.
    Finalising,
    /// Claims have begun, and cannot end.
    InAClaim,
    /// The relay has taken mails; writing that down has begun, and cannot end.
    InAFinalise,
    /// Claims are committed, and their answers do not come.
    ClaimCommitted,
    /// Verdicts are committed, and their answers do not come.
    VerdictCommitted,
}

use Moment::{Busy, ClaimCommitted, Finalising, Idle, InAClaim, InAFinalise, VerdictCommitted};
use Outage::{Failing, Hanging, HangingAndCut, Locked, Refusing};

/// Outages of every kind at every moment.
pub async fn database_outages(plan: &Plan) -> Counts {
    let long = plan.by_size(Duration::from_secs(6), Duration::from_secs(30));
    let short = Duration::from_secs(6);
    let outages: &[(Outage, Moment, Duration)] = match (plan.engine, plan.is_full()) {
        // Whoever is in a transaction of SQLite has its one lock: nobody else can lock it there, but a statement can fail.
        (Engine::Sqlite, false) => &[(Locked, Finalising, long), (Failing, InAClaim, short)],
        (Engine::Sqlite, true) => &[
            (Locked, Idle, short),
            (Locked, Busy, short),
            (Locked, Finalising, long),
            (Failing, InAClaim, short),
            (Failing, InAFinalise, short),
        ],
        (Engine::Postgres, false) => &[
            (Refusing, Finalising, short),
            (Hanging, Busy, short),
            (Refusing, InAClaim, short),
            (HangingAndCut, VerdictCommitted, short),
        ],
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
            (Refusing, InAClaim, short),
            (Hanging, InAClaim, short),
            (Refusing, InAFinalise, short),
            (Hanging, InAFinalise, short),
            (HangingAndCut, ClaimCommitted, short),
            (HangingAndCut, VerdictCommitted, short),
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
    let url = &world.database.url;
    let mut way = matches!(outage, Refusing | Hanging | HangingAndCut).then(|| Proxy::to(url));
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
    let before = finished(&world.behind).await;
    let failure = match (outage, moment) {
        (Failing, InAClaim) => Some(Failure::of(url, "INSERT", "delivery_attempt").await),
        (Failing, InAFinalise) => Some(Failure::of(url, "UPDATE", "delivery_attempt").await),
        _ => None,
    };
    let caught = if outage == Failing {
        None
    } else {
        catch(world, moment).await
    };
    match moment {
        Busy => {
            world.crowd(60).await;
            let taken = world.relay.accepted().len();
            world.close_registration().await;
            world.relay.wait_for(taken + 10).await;
        }
        Finalising => stall_at_the_dot(world).await,
        InAClaim if outage == Failing => {
            world.close_registration().await;
            is_logged(world, &server, "the queue cannot be read").await;
        }
        InAFinalise if outage == Failing => {
            stall_at_the_dot(world).await;
            all_are_taken(world).await;
            is_logged(world, &server, "a verdict cannot be written down").await;
        }
        _ => {}
    }
    let mut lock = None;
    match (outage, &mut way) {
        (Refusing, Some(way)) => way.refuse().await,
        (_, Some(way)) => way.hang(),
        (Locked, None) => lock = Some(Lock::of(url, "").await),
        (_, None) => {}
    }
    if let Some(caught) = caught {
        caught.release().await;
    }
    match moment {
        Idle if outage != Locked => world.close_registration().await,
        Finalising => all_are_taken(world).await,
        // Nobody has told the server.
        ClaimCommitted => {
            world
                .until("the claims", async |behind| (begun(behind).await > 0).then_some(()))
                .await
        }
        VerdictCommitted => {
            let look = async |behind: &DatabaseConnection| (finished(behind).await > before).then_some(());
            world.until("the verdicts", look).await;
        }
        _ => {}
    }
    let mut counts = ask_while(&server, &what, pause(lasting)).await;
    assert!(
        outage == Failing || counts.get("of which internal errors") > 0,
        "{what}: nobody has noticed it"
    );
    match (outage, &mut way, lock, failure) {
        (HangingAndCut, Some(way), ..) => {
            way.refuse().await;
            way.open();
        }
        (_, Some(way), ..) => way.open(),
        (_, None, Some(lock), _) => lock.release().await,
        (_, None, None, Some(failure)) => failure.mend().await,
        (_, None, None, None) => {}
    }
    if moment == Idle && outage == Locked {
        world.close_registration().await;
    }
    world.relay.behave();
    world.quiet(PATIENCE).await;
    is_answered(&server, &what).await;
    if moment == ClaimCommitted {
        is_logged(world, &server, "its claim was committed and never heard of").await;
    }
    stop(server).await;
    counts.merge(&world.hold().await);
    counts
}

/// Keeps transactions of the server from ending, at a moment within them.
async fn catch(world: &World, moment: Moment) -> Option<Lock> {
    let url = &world.database.url;
    let mut lock = match moment {
        InAClaim => Lock::of(url, "delivery_attempt").await,
        ClaimCommitted => Lock::of_commits(url, "INSERT", "delivery_attempt").await,
        InAFinalise | VerdictCommitted => {
            stall_at_the_dot(world).await;
            if moment == InAFinalise {
                Lock::of(url, "delivery_attempt").await
            } else {
                Lock::of_commits(url, "UPDATE", "delivery_attempt").await
            }
        }
        Idle | Busy | Finalising => return None,
    };
    // Nobody but a claim makes rows there, and nobody but a verdict changes them.
    match moment {
        InAClaim | ClaimCommitted => world.close_registration().await,
        _ => all_are_taken(world).await,
    }
    lock.somebody_waits().await;
    Some(lock)
}

/// Three mails are handed over, and wait for what the relay says to them: whoever could take the fourth has one in hand.
async fn stall_at_the_dot(world: &World) {
    world.relay.on(Rule::at(Dot, Act::Stall));
    world.close_registration().await;
    world.relay.wait_for_stalls(Dot, 3).await;
}

/// The relay takes those three.
async fn all_are_taken(world: &World) {
    let taken = world.relay.accepted().len();
    world.relay.release();
    world.relay.wait_for(taken + 3).await;
}

async fn is_logged(world: &World, server: &Binary, line: &str) {
    let look = async |_: &DatabaseConnection| server.logged().contains(line).then_some(());
    world.until(line, look).await;
}

/// How many attempts have begun and not ended.
async fn begun(behind: &DatabaseConnection) -> u64 {
    entities::delivery_attempt::Entity::find().count(behind).await.unwrap() - finished(behind).await
}

/// How many have ended.
async fn finished(behind: &DatabaseConnection) -> u64 {
    let attempts = entities::delivery_attempt::Entity::find()
        .filter(entities::delivery_attempt::Column::Outcome.is_not_null())
        .count(behind)
        .await;
    attempts.unwrap()
}
