//! Every fault at its full size: `cargo test --test chaos -- [--seed N] [--only NAME] [--minutes M] [--list]`.
//!
//! Prints what was done and counted, scenario by scenario, and fails if a promise was broken. The same seed makes the same
//! choices; what processes and the kernel make of them differs from run to run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a broken promise is a panic, and so is anything that keeps the run from finding out"
)]
#![allow(
    dead_code,
    unused_imports,
    reason = "the harness is that of the integration tests, which use more of it"
)]

#[path = "../faults/mod.rs"]
mod faults;
#[path = "../harness/mod.rs"]
mod harness;

use std::{panic::AssertUnwindSafe, process::ExitCode, time::Duration};

use clap::Parser;
use faults::{Counts, Plan, SCENARIOS, Scenario, Size};
use futures_util::FutureExt;
use harness::{engines::Engine, postgres};
use tokio::time::Instant;

/// Faults on real servers, at their full size
#[derive(Debug, Parser)]
struct Arguments {
    /// What the chances follow from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only scenarios whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Goes on with the next seeds until so many minutes have passed
    #[arg(long, default_value_t = 0)]
    minutes: u64,
    /// Tells which scenarios there are
    #[arg(long)]
    list: bool,
}

fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

/// Tells one scenario; none if a promise was broken.
async fn tell(scenario: &Scenario, engine: Engine, seed: u64) -> Option<Counts> {
    let name = format!("{} on {}", scenario.name, engine_name(engine));
    println!("--- {name}, seed {seed}: {}", scenario.about);
    let started = Instant::now();
    let told = AssertUnwindSafe((scenario.run)(Plan::new(engine, seed, Size::Full)));
    let told = told.catch_unwind().await;
    let seconds = started.elapsed().as_secs_f64();
    match told {
        Ok(counts) => {
            println!("    kept after {seconds:.1} s: {counts}");
            Some(counts)
        }
        // The panic's message stands on standard error already.
        Err(_) => {
            println!("    BROKEN after {seconds:.1} s: {name}, seed {seed}");
            None
        }
    }
}

async fn run(arguments: &Arguments) -> bool {
    let has_postgres = match postgres::cluster().await {
        Ok(cluster) => cluster.is_some(),
        Err(error) => panic!("{error}"),
    };
    let chosen: Vec<&Scenario> = SCENARIOS
        .iter()
        .filter(|scenario| {
            arguments
                .only
                .as_deref()
                .is_none_or(|only| scenario.name.contains(only))
        })
        .collect();
    assert!(
        !chosen.is_empty(),
        "no scenario is called that; --list tells which there are"
    );
    let started = Instant::now();
    let (mut told, mut broken, mut skipped, mut total) = (0, Vec::new(), 0, Counts::default());
    let mut seed = arguments.seed;
    loop {
        for scenario in &chosen {
            for engine in scenario.engines {
                if *engine == Engine::Postgres && !has_postgres {
                    println!("--- SKIPPED {} on postgres: no PostgreSQL is installed", scenario.name);
                    skipped += 1;
                    continue;
                }
                told += 1;
                match tell(scenario, *engine, seed).await {
                    Some(counts) => total.merge(&counts),
                    None => broken.push(format!("{} on {}, seed {seed}", scenario.name, engine_name(*engine))),
                }
            }
        }
        seed += 1;
        if started.elapsed() >= Duration::from_secs(arguments.minutes * 60) {
            break;
        }
    }
    println!(
        "=== {told} told, {skipped} skipped, {} broken, {:.0} s",
        broken.len(),
        started.elapsed().as_secs_f64()
    );
    println!("=== {total}");
    for name in &broken {
        println!("=== BROKEN {name}");
    }
    broken.is_empty()
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        for scenario in SCENARIOS {
            let engines: Vec<_> = scenario.engines.iter().map(|engine| engine_name(*engine)).collect();
            println!("{:<28} {:<16} {}", scenario.name, engines.join(", "), scenario.about);
        }
        return ExitCode::SUCCESS;
    }
    if run(&arguments).await {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
