//! The heartbeat is a metronome and nothing more: without it, with a hundred times as much of it, and with fifty looks at
//! once, the same steps are decided and the same mails made. The engine runs in this process, where its beat can be changed.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entities::{ledger_entry, message};
use leernetwerk::{
    domain::ids::InstanceId,
    engine::{
        self, DispatchLimits, DispatcherParts, SmtpRoute, Transport,
        heartbeat::Heartbeat,
        tick::{next_due, tick},
    },
    mail::smtp::Deadlines,
    settle::Settle,
};
use sea_orm::EntityTrait;
use tokio::{sync::Notify, time::Instant};
use tokio_util::task::AbortOnDropHandle;

use super::{
    Counts, Plan,
    plan::pause,
    world::{DEADLINE, PATIENCE, World},
};
use crate::harness::{engines::Engine, foundation::at};

sampled! { heartbeats: Sqlite Postgres; }

/// What becomes of the heartbeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beat {
    /// As it is.
    Usual,
    /// None.
    Removed,
    /// A hundred in place of each.
    Hundredfold,
    /// Nine of ten do not come.
    NineOfTenLost,
    /// With every beat, fifty looks at once.
    FiftyLooksAtOnce,
}

const BEATS: [Beat; 5] = [
    Beat::Usual,
    Beat::Removed,
    Beat::Hundredfold,
    Beat::NineOfTenLost,
    Beat::FiftyLooksAtOnce,
];

/// How much faster than time the running clock goes: half a second is an hour.
const CLOCK_PER_TIME: i32 = 7200;
/// Who looks every five seconds only has not looked for so long, sooner or later; who is woken by beats always has.
const LONG: Duration = Duration::from_secs(4);

/// The programme's whole life under each heartbeat, and days of it with nothing else to wake the engine.
pub async fn heartbeats(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    let last = at(plan.by_size("2014-07-01T00:00:00Z", "2015-03-01T00:00:00Z"));
    let mut usual = None;
    for beat in BEATS {
        let world = World::with_people(plan, 3).await;
        let life = Life::begin(&world, beat).await;
        life.tell_until(last).await;
        life.end().await;
        counts.merge(&compared(&world, beat, &mut usual).await);
    }
    // SQLite has every commit heard, that of the clock too: there is no life in which nothing else wakes the engine.
    if plan.engine == Engine::Postgres {
        counts.merge(&nothing_else_wakes(plan).await);
    }
    counts
}

/// Holds what came of a life against what came of the first.
async fn compared(world: &World, beat: Beat, usual: &mut Option<BTreeSet<String>>) -> Counts {
    let found = outcome(world).await;
    let mut counts = world.hold_so_far().await;
    counts.add("lives", 1);
    counts.add("steps and mails compared", found.len());
    let usual = usual.get_or_insert_with(|| found.clone());
    let differences: Vec<_> = usual.symmetric_difference(&found).collect();
    assert!(differences.is_empty(), "{beat:?}: {differences:#?}");
    counts
}

/// The days around the deadline on a clock that runs and of whose running nobody tells: only beats wake the engine, or its own
/// look every few seconds.
async fn nothing_else_wakes(plan: &Plan) -> Counts {
    let (before, after) = plan.by_size((6, 6), (12, 48));
    let begins = at(DEADLINE) - TimeDelta::hours(before);
    let ends = at(DEADLINE) + TimeDelta::hours(after);
    let world = World::with_people(plan, 3).await;
    let life = Life::begin(&world, Beat::Usual).await;
    life.tell_until(ends).await;
    life.end().await;
    let mut usual = None;
    let mut counts = compared(&world, Beat::Usual, &mut usual).await;
    let beats = plan.by_size(
        &[Beat::Removed, Beat::Hundredfold][..],
        &[Beat::Usual, Beat::Removed, Beat::Hundredfold, Beat::NineOfTenLost][..],
    );
    // They have nothing to do with each other, and mostly wait.
    let lives = beats.iter().map(async |beat| {
        let world = World::with_people(plan, 3).await;
        let life = Life::begin(&world, *beat).await;
        life.tell_until(begins).await;
        let longest = life.run_until(ends).await;
        life.end().await;
        (*beat, world, longest)
    });
    for (beat, world, longest) in futures_util::future::join_all(lives).await {
        match beat {
            Beat::Removed => assert!(longest >= LONG, "{beat:?}: something else woke it within {longest:?}"),
            Beat::Usual => {}
            _ => assert!(longest < LONG, "{beat:?}: nothing woke it for {longest:?}"),
        }
        counts.merge(&compared(&world, beat, &mut usual).await);
        counts.add("lives on a running clock", 1);
    }
    counts
}

/// A programme that passes, and the engine that carries it out.
struct Life<'a> {
    world: &'a World,
    engine: engine::Engine,
    metronome: Option<Heartbeat>,
    _beating: AbortOnDropHandle<()>,
}

impl<'a> Life<'a> {
    async fn begin(world: &'a World, beat: Beat) -> Self {
        let settle = &world.foundation.settle;
        let look = Arc::new(Notify::new());
        let parts = DispatcherParts {
            store: settle.store.clone(),
            seal: world.foundation.seal.clone(),
            clock: settle.clock,
            instance: InstanceId(world.foundation.entropy.id(world.now().await)),
            transport: Transport::Smtp(Box::new(SmtpRoute {
                relay: world.relay.relay(),
                hello_name: "afzender.example".to_owned(),
                envelope_from: "leernetwerk@afzender.example".to_owned(),
                deadlines: Deadlines::default(),
                here: None,
            })),
            limits: DispatchLimits::default(),
            metrics: leernetwerk::metrics::Metrics::default(),
        };
        let engine = engine::Engine::start(Arc::clone(settle), parts, Arc::clone(&look))
            .await
            .unwrap();
        let metronome = match beat {
            Beat::Usual => Some(Heartbeat::start(Arc::clone(&look)).await.unwrap()),
            _ => None,
        };
        let beating = AbortOnDropHandle::new(tokio::spawn(beats(beat, Arc::clone(settle), look)));
        Self {
            world,
            engine,
            metronome,
            _beating: beating,
        }
    }

    /// Goes from one moment at which something is due to the next, and tells the engine each time.
    async fn tell_until(&self, last: DateTime<Utc>) {
        let settle = &self.world.foundation.settle;
        let mut now = self.world.now().await;
        while let Some(next) = next_due(settle, Some(now)).await.unwrap().filter(|next| *next <= last) {
            now = settle.store.advance_test_clock(next).await.unwrap();
            // What wakes an engine besides the heartbeat, as after any act.
            settle.tell_committed();
            self.world.quiet(PATIENCE).await;
        }
    }

    /// Lets the clock run, and tells nobody. The longest that the engine did not look.
    async fn run_until(&self, ends: DateTime<Utc>) -> Duration {
        let store = &self.world.foundation.store;
        let (begins, started) = (self.world.now().await, Instant::now());
        let pulse = self.engine.pulse();
        let mut longest = Duration::ZERO;
        loop {
            let passed = TimeDelta::from_std(started.elapsed()).unwrap() * CLOCK_PER_TIME;
            let now = ends.min(begins + passed);
            store.advance_test_clock(now).await.unwrap();
            longest = longest.max(pulse.age());
            if now == ends {
                break;
            }
            pause(Duration::from_millis(50)).await;
        }
        self.world.quiet(PATIENCE).await;
        longest
    }

    async fn end(self) {
        if let Some(metronome) = self.metronome {
            metronome.stop().await;
        }
        self.engine.stop().await;
    }
}

async fn beats(beat: Beat, settle: Arc<Settle>, look: Arc<Notify>) {
    let mut nth = 0_u64;
    loop {
        nth += 1;
        match beat {
            Beat::Usual | Beat::Removed => return,
            Beat::Hundredfold => look.notify_one(),
            Beat::NineOfTenLost if nth.is_multiple_of(10) => look.notify_one(),
            Beat::NineOfTenLost => {}
            Beat::FiftyLooksAtOnce if nth.is_multiple_of(10) => {
                let looks = (0..50).map(|_| {
                    let settle = Arc::clone(&settle);
                    tokio::spawn(async move { tick(&settle).await })
                });
                for looked in futures_util::future::join_all(looks).await {
                    looked.unwrap().unwrap();
                }
            }
            Beat::FiftyLooksAtOnce => {}
        }
        // A beat in five seconds is what production has; a hundred in place of it.
        pause(Duration::from_millis(50)).await;
    }
}

/// Every step with what became of it, and every mail.
async fn outcome(world: &World) -> BTreeSet<String> {
    let entries = ledger_entry::Entity::find().all(&world.behind).await.unwrap();
    let people = people(world).await;
    let named = |text: &str| {
        people
            .iter()
            .fold(text.to_owned(), |text, (id, name)| text.replace(id, name))
    };
    let steps = entries.iter().map(|entry| {
        let (source, subject, occurrence) = (&entry.source, named(&entry.subject), named(&entry.occurrence));
        format!(
            "{source}/{subject}/{occurrence}: {} {} {:?}",
            entry.state, entry.due_at, entry.reason
        )
    });
    let mails = message::Entity::find().all(&world.behind).await.unwrap();
    let mails = mails.iter().map(|mail| {
        format!(
            "{} to {} due {}: {}",
            mail.kind, mail.recipient, mail.due_at, mail.status
        )
    });
    steps.chain(mails).collect()
}

/// Ids differ from life to life: what stands in their place.
async fn people(world: &World) -> Vec<(String, String)> {
    let registrations = entities::registration::Entity::find().all(&world.behind).await.unwrap();
    let members = entities::team_member::Entity::find().all(&world.behind).await.unwrap();
    let registrations = registrations.into_iter().map(|row| (row.id.to_string(), row.email));
    registrations
        .chain(members.into_iter().map(|row| (row.id.to_string(), row.email)))
        .collect()
}
