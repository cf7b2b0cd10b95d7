//! kill -9 at every named point between the decision and the commit after the relay's acceptance.

use std::time::Duration;

use leernetwerk::domain::delivery::SmtpVerb;
use sea_orm::{DatabaseConnection, EntityTrait, PaginatorTrait};

use super::{
    Counts, Plan,
    lock::{Lock, Trap},
    plan::pause,
    world::{DEADLINE, World, stop},
};
use crate::harness::{
    binary::Binary,
    engines::Engine,
    foundation::at,
    smtp::{Act, Rule},
};

sampled! { kill_points: Sqlite Postgres; }

/// Where a server is killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Point {
    /// It wants to decide, and something else holds what it needs.
    BeforeTheDecision,
    /// The decision's transaction has begun and cannot end.
    InTheDecision,
    /// The decision is committed, and no mail can be claimed.
    InTheClaim,
    /// The decision has just become visible: before a claim, in one, or after it.
    AfterTheDecision,
    /// The relay waits to answer this step, and the mail is not taken.
    At(SmtpVerb),
    /// The relay takes the mail, if it has the whole of it by then, although nobody hears that.
    Taken(SmtpVerb),
    /// The relay has said 250, and that cannot be committed.
    InTheFinalise,
    /// Some moment around the 250.
    AroundTheReply,
    /// The acceptance is committed.
    AfterTheFinalise,
}

use SmtpVerb::{Connect, Content, Data, Dot, Ehlo, Greeting, Mail, Rcpt};

const POINTS: [Point; 20] = [
    Point::BeforeTheDecision,
    Point::InTheDecision,
    Point::InTheDecision,
    Point::InTheDecision,
    Point::InTheClaim,
    Point::AfterTheDecision,
    Point::At(Connect),
    Point::At(Greeting),
    Point::At(Ehlo),
    Point::At(Mail),
    Point::At(Rcpt),
    Point::At(Data),
    Point::At(Content),
    Point::Taken(Content),
    Point::At(Dot),
    Point::Taken(Dot),
    Point::InTheFinalise,
    Point::AroundTheReply,
    Point::AroundTheReply,
    Point::AfterTheFinalise,
];

/// Those that differ most.
const SAMPLES: [Point; 6] = [
    Point::InTheDecision,
    Point::InTheClaim,
    Point::At(Rcpt),
    Point::Taken(Content),
    Point::Taken(Dot),
    Point::InTheFinalise,
];

/// Decides, sends, and is killed at each point; another server finds what it left.
pub async fn kill_points(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    for point in plan.by_size(&SAMPLES[..], &POINTS[..]) {
        let world = World::with_people(plan, 3).await;
        let before = world.relay.accepted().len();
        let mut server = world.serve().await;
        kill_at(plan, &world, &mut server, *point).await;
        counts.add("kills", 1);
        world.relay.behave();
        world.bury().await;
        let next = world.serve().await;
        world.quiet(super::world::PATIENCE).await;
        stop(next).await;
        let held = world.hold().await;
        assert_eq!(held.get("decisions"), 1, "{point:?}");
        // A go for each person and a report; nothing is left in doubt after one death.
        let twice = held.get("accepted twice");
        assert_eq!(
            world.relay.accepted().len() - before,
            4 + usize::try_from(twice).unwrap(),
            "{point:?}"
        );
        assert_eq!(held.get("unknown"), 0, "{point:?}");
        match point {
            Point::BeforeTheDecision | Point::InTheDecision | Point::InTheClaim => {
                assert_eq!((twice, held.get("attempts without a verdict")), (0, 0), "{point:?}");
            }
            Point::At(_) => assert_eq!(
                (twice, held.get("attempts without a verdict") >= 1),
                (0, true),
                "{point:?}: handed over once, and nobody could know"
            ),
            Point::Taken(Dot) | Point::InTheFinalise => {
                assert!(twice >= 1, "{point:?}: what was taken and not written down goes again");
            }
            _ => {}
        }
        counts.merge(&held);
    }
    counts
}

async fn kill_at(plan: &Plan, world: &World, server: &mut Binary, point: Point) {
    let relay = &world.relay;
    let url = &world.database.url;
    let attempts = async || {
        let attempts = entities::delivery_attempt::Entity::find().count(&world.behind).await;
        attempts.unwrap()
    };
    let attempts_before = attempts().await;
    match point {
        Point::BeforeTheDecision if plan.engine == Engine::Postgres => {
            let mut lock = Lock::of(url, "programme").await;
            world.close_registration().await;
            lock.somebody_waits().await;
            server.kill();
            lock.release().await;
        }
        Point::InTheDecision if plan.engine == Engine::Postgres => {
            let mut lock = Lock::of(url, "message").await;
            world.close_registration().await;
            lock.somebody_waits().await;
            server.kill();
            lock.release().await;
        }
        // SQLite has one lock, which the decision takes first of all.
        Point::BeforeTheDecision => {
            let mut lock = Lock::as_the_clock_moves(url, at(DEADLINE)).await;
            lock.somebody_waits().await;
            server.kill();
            lock.release().await;
        }
        Point::InTheDecision => {
            // Its first row, or a later one.
            let tables = ["message", "decision", "ledger_entry"];
            let nth = usize::try_from(plan.below(3)).unwrap();
            let mut trap = Trap::on(url, tables[nth]).await;
            world.close_registration().await;
            trap.somebody_is_caught().await;
            server.kill();
            trap.remove().await;
        }
        Point::InTheClaim if plan.engine == Engine::Postgres => {
            let mut lock = Lock::of(url, "delivery_attempt").await;
            world.close_registration().await;
            lock.somebody_waits().await;
            world.decided().await;
            server.kill();
            lock.release().await;
        }
        Point::InTheClaim => {
            // Nothing else writes there, so whoever is caught has an attempt to note, of a mail of the decision.
            let mut trap = Trap::on(url, "delivery_attempt").await;
            world.close_registration().await;
            trap.somebody_is_caught().await;
            server.kill();
            trap.remove().await;
        }
        Point::AfterTheDecision => {
            world.close_registration().await;
            world.decided().await;
            pause(plan.between(Duration::ZERO, Duration::from_millis(20))).await;
            server.kill();
        }
        Point::At(verb) => {
            relay.on(Rule::at(verb, Act::Stall).times(1));
            world.close_registration().await;
            relay.wait_for_stall(verb).await;
            // One of the others may be taken and not written down just now, and would go again.
            world.all_sent_but(1).await;
            server.kill();
        }
        Point::Taken(verb) => {
            relay.on(Rule::at(verb, Act::Stall).times(1));
            world.close_registration().await;
            relay.wait_for_stall(verb).await;
            let taken = relay.accepted().len();
            server.kill();
            relay.release();
            // In the middle of the content it is chance whether the kernel had the end of it by then.
            if verb == Dot {
                relay.wait_for(taken + 1).await;
            }
        }
        Point::InTheFinalise => {
            relay.on(Rule::at(Dot, Act::Stall));
            world.close_registration().await;
            relay.wait_for_stall(Dot).await;
            let mut lock = Lock::of(url, "message").await;
            let taken = relay.accepted().len();
            relay.release();
            relay.wait_for(taken + 1).await;
            lock.somebody_waits().await;
            server.kill();
            lock.release().await;
        }
        Point::AroundTheReply => {
            let taken = relay.accepted().len();
            world.close_registration().await;
            relay.wait_for(taken + 1).await;
            pause(plan.between(Duration::ZERO, Duration::from_millis(4))).await;
            server.kill();
        }
        Point::AfterTheFinalise => {
            let sent = async |behind: &DatabaseConnection| {
                let sent = entities::message::Entity::find()
                    .all(behind)
                    .await
                    .unwrap()
                    .iter()
                    .filter(|mail| mail.status == "sent")
                    .count();
                u64::try_from(sent).unwrap()
            };
            let before = sent(&world.behind).await;
            world.close_registration().await;
            world
                .until("a commit", async |behind| (sent(behind).await > before).then_some(()))
                .await;
            server.kill();
        }
    }
    if point == Point::InTheClaim {
        // Only the mails before it have attempts: none of the decision's was claimed when it was killed.
        assert_eq!(
            attempts().await,
            attempts_before,
            "{point:?}: attempts when it was killed"
        );
    }
    let total = entities::decision::Entity::find().count(&world.behind).await.unwrap();
    let is_decided = !matches!(point, Point::BeforeTheDecision | Point::InTheDecision);
    assert_eq!(total, u64::from(is_decided), "{point:?}: decisions when it was killed");
}
