//! Faults on real processes: the binary as child processes, real sockets, both databases, and a relay whose log of accepted
//! mails tells what happened. A scenario does harm and lets [`promises`] look at what came of it.
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

mod kill_points;
mod lock;
mod plan;
mod promises;
mod world;

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
pub const SCENARIOS: &[Scenario] = &[scenario!(
    kill_points::kill_points,
    BOTH,
    "kill -9 at every named point from the decision to the commit after the acceptance"
)];

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
