//! The heartbeat is a metronome and nothing more: without it, with a hundred times as much of it, and with fifty looks at
//! once, the same steps are decided and the same mails made.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use entities::{ledger_entry, message};
use leernetwerk::{
    domain::ids::InstanceId,
    engine::{
        DispatchLimits, DispatcherParts, Engine, SmtpRoute, Transport,
        heartbeat::Heartbeat,
        tick::{next_due, tick},
    },
    mail::smtp::Deadlines,
    settle::Settle,
};
use sea_orm::EntityTrait;
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::{
    Counts, Plan,
    plan::pause,
    world::{PATIENCE, World},
};
use crate::harness::foundation::at;

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

/// The programme's whole life under each heartbeat.
pub async fn heartbeats(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    let mut usual = None;
    for beat in BEATS {
        let world = World::with_people(plan, 3).await;
        live(&world, beat, plan).await;
        let found = outcome(&world).await;
        counts.add("lives", 1);
        counts.add("steps and mails compared", found.len());
        match &usual {
            None => usual = Some(found),
            Some(usual) => {
                let differences: Vec<_> = usual.symmetric_difference(&found).collect();
                assert!(differences.is_empty(), "{beat:?}: {differences:#?}");
            }
        }
        counts.merge(&world.hold_so_far().await);
    }
    counts
}

/// Lets the programme pass, from one moment at which something is due to the next.
async fn live(world: &World, beat: Beat, plan: &Plan) {
    let settle = &world.foundation.settle;
    let store = &settle.store;
    let look = Arc::new(Notify::new());
    let parts = DispatcherParts {
        store: store.clone(),
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
    let engine = Engine::start(Arc::clone(settle), parts, Arc::clone(&look))
        .await
        .unwrap();
    let metronome = match beat {
        Beat::Usual => Some(Heartbeat::start(Arc::clone(&look)).await.unwrap()),
        _ => None,
    };
    let beating = AbortOnDropHandle::new(tokio::spawn(beats(beat, Arc::clone(settle), Arc::clone(&look))));
    let last = at(plan.by_size("2014-07-01T00:00:00Z", "2015-03-01T00:00:00Z"));
    let mut now = world.now().await;
    while let Some(next) = next_due(settle, Some(now)).await.unwrap().filter(|next| *next <= last) {
        now = store.advance_test_clock(next).await.unwrap();
        // What wakes an engine besides the heartbeat, as after any act.
        settle.tell_committed();
        world.quiet(PATIENCE).await;
    }
    drop(beating);
    if let Some(metronome) = metronome {
        metronome.stop().await;
    }
    engine.stop().await;
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
