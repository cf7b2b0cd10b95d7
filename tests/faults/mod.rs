//! Faults on real servers: the binary as child processes, real sockets, both databases, and a relay whose log of accepted
//! mails tells what happened. A scenario does harm and lets [`promises`] look at what came of it.
//!
//! Where the harm is in a beat or a deadline that the binary has no setting for, the engine runs in the test's own process, on
//! the same sockets and databases: `heartbeats`, `relay_matrix`, `greylisting` and `late_replies`. `every_zone` is a
//! calculation.
//!
//! Each scenario is told at two sizes: a sample of each that can be quick in every test run (`sampled!`), and the whole by
//! `cargo test --test chaos`, which prints what was counted.

macro_rules! sampled {
    ($($scenario:ident: $($engine:ident)+;)+) => {$(
        #[cfg(test)]
        mod $scenario {
            $(
                #[expect(non_snake_case, reason = "the name of the engine")]
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $engine() {
                    $crate::faults::sample($crate::harness::engines::Engine::$engine, module_path!(), super::$scenario).await;
                }
            )+
        }
    )+};
}

mod asking;
mod clients;
mod clocks;
mod deadlines;
mod deaf;
mod disks;
mod heartbeats;
mod kill_points;
mod lock;
mod logins;
mod logs;
mod organising;
mod outages;
mod plan;
mod promises;
mod proxy;
mod relays;
mod restarts;
mod restless;
mod stopping;
mod suspended;
mod templates;
mod world;
mod zones;

use futures_util::future::LocalBoxFuture;

use crate::harness::engines::Engine;
pub use plan::{Counts, Plan, Size};

/// One kind of harm.
pub struct Scenario {
    /// What `--only` takes.
    pub name: &'static str,
    /// What is done, and what has to come of it.
    pub about: &'static str,
    /// The databases it is told on.
    pub engines: &'static [Engine],
    /// Does it.
    pub run: fn(Plan) -> LocalBoxFuture<'static, Counts>,
}

const BOTH: &[Engine] = &[Engine::Sqlite, Engine::Postgres];
/// What takes several servers: SQLite belongs to one.
const SHARED: &[Engine] = &[Engine::Postgres];
/// What takes no database of its own, or brings one along.
const ONCE: &[Engine] = &[Engine::Sqlite];

macro_rules! scenario {
    ($module:ident::$scenario:ident, $engines:expr, $about:literal) => {
        Scenario {
            name: stringify!($scenario),
            about: $about,
            engines: $engines,
            run: |plan| Box::pin(async move { $module::$scenario(&plan).await }),
        }
    };
}

/// Every scenario.
pub const SCENARIOS: &[Scenario] = &[
    scenario!(
        kill_points::kill_points,
        BOTH,
        "kill -9 at every named point from the decision to the commit after the acceptance"
    ),
    scenario!(
        restless::restless_servers,
        BOTH,
        "three servers, one of them killed every few seconds, while 10,000 mails are due; on SQLite the only one, and 3,000"
    ),
    scenario!(
        suspended::suspended_servers,
        SHARED,
        "SIGSTOP past the lease, once by waiting for its end, another server takes over, SIGCONT"
    ),
    scenario!(
        stopping::graceful_stops,
        BOTH,
        "SIGTERM under load, again and again: nothing is in doubt"
    ),
    scenario!(
        stopping::impatient_stops,
        BOTH,
        "a second SIGTERM ends at once; what was under way is in doubt"
    ),
    scenario!(
        deaf::deaf_servers,
        SHARED,
        "two servers without LISTEN/NOTIFY: looking every few seconds finds the work"
    ),
    scenario!(
        outages::database_outages,
        BOTH,
        "the database refuses, hangs, fails or is locked before, in and after claims and verdicts; who asks is answered"
    ),
    scenario!(
        restarts::postgres_restarts,
        SHARED,
        "PostgreSQL is restarted in the middle of claims and verdicts; who asks is answered"
    ),
    scenario!(
        heartbeats::heartbeats,
        BOTH,
        "the heartbeat removed, a hundredfold, nine of ten lost, fifty looks at once, and nothing else to wake the engine"
    ),
    scenario!(
        relays::relay_matrix,
        BOTH,
        "every code and every harm at every step of the conversation with the relay"
    ),
    scenario!(
        logins::relay_logins,
        BOTH,
        "encryption and login that fail, every way: it costs the mails nothing, is told, and they go when it is mended"
    ),
    scenario!(
        logs::nameless_logs,
        BOTH,
        "a relay that repeats whom a mail is for, and templates that fail for some: no log names anybody"
    ),
    scenario!(relays::greylisting, BOTH, "451 at first, accepted some minutes later"),
    scenario!(
        relays::late_replies,
        BOTH,
        "1,000 mails, 5 % answered too late and 5 % refused at the dot: none is told another's verdict"
    ),
    scenario!(
        deadlines::moved_deadlines,
        SHARED,
        "the deadline moved later, back, and before its own day from another server while it falls: go, no-go, both, or asked"
    ),
    scenario!(
        clocks::set_clocks,
        BOTH,
        "the machine's clock set an hour ahead and back, 400 days ahead and back, while it decides and sends"
    ),
    scenario!(
        templates::poisoned_templates,
        BOTH,
        "a template that fails for one in five, and a kill -9 in between: the others' mails go once, theirs when it is mended"
    ),
    scenario!(
        clients::clients_hanging_up,
        BOTH,
        "clients that hang up at any byte of registering, deciding, announcing, extending: done once or not at all"
    ),
    scenario!(
        zones::every_zone,
        ONCE,
        "the calendar over every zone of the tz database"
    ),
    scenario!(
        disks::full_disks,
        BOTH,
        "the disk is full when the decision falls and when verdicts are to be written, and then not any more"
    ),
];

/// A scenario as part of the ordinary test run.
#[cfg(test)]
async fn sample(engine: Engine, name: &'static str, scenario: impl AsyncFnOnce(&Plan) -> Counts) {
    if crate::harness::foundation::schema()
        .database(engine)
        .await
        .unwrap()
        .is_none()
    {
        return crate::harness::engines::say_skipped(name);
    }
    scenario(&Plan::new(engine, 1, Size::Sample)).await;
}

#[cfg(test)]
#[test]
fn every_scenario_has_a_name_of_its_own_and_says_what_it_does() {
    let names: std::collections::BTreeSet<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), SCENARIOS.len());
    for scenario in SCENARIOS {
        assert!(
            !scenario.about.is_empty() && !scenario.engines.is_empty(),
            "{}",
            scenario.name
        );
        // What `cargo test --test chaos` calls.
        let _run: fn(Plan) -> LocalBoxFuture<'static, Counts> = scenario.run;
    }
}
