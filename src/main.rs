//! The binary: reads the command line and hands over.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use leernetwerk::{
    app::App,
    boot::{self, Foundation, Migrating, usual_base_url},
    cli::{
        self, Wiring,
        doctor::{self, DoctorArguments},
        serve::{self, ServeArguments},
        terminal::{self, Exit, Terminal},
    },
    config::Given,
    entropy::Entropy,
    graphql,
    mail::compose::{Composer, Sender},
    simulation::Stage,
    telemetry,
};
use tokio::runtime::Builder;

/// A GraphQL server with a scheduled e-mail workflow engine for learning networks
#[derive(Debug, Parser)]
#[command(name = "leernetwerk", version, disable_help_subcommand = false)]
struct CommandLine {
    #[command(flatten)]
    given: Given,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a programme to play with, on a test clock and a database that is thrown away
    Demo,
    /// Serve: the API, the pages, and the engine that carries out what is due and sends mail
    Serve(ServeArguments),
    /// Bring the database's schema up to date
    Migrate,
    /// Look settings, database, relay, clock, templates, secret and outbox over, and tell what to do (exit code 1: a problem)
    ///
    /// Nothing is written and no mail is sent; with a relay it is connected to and logged in to, for a moment.
    Doctor(DoctorArguments),
    #[command(flatten)]
    Other(cli::Command),
}

/// What the commands work with, by the settings.
struct BySettings(Given);

impl BySettings {
    async fn foundation(&self, migrating: Migrating) -> anyhow::Result<Foundation> {
        let settings = self.0.clone().settle()?;
        let base_url = settings
            .base_url
            .clone()
            .unwrap_or_else(|| usual_base_url(settings.listen));
        Foundation::lay(settings, Entropy::from_system(), base_url, migrating).await
    }
}

impl Wiring for BySettings {
    async fn app(&self) -> anyhow::Result<App> {
        Ok(self.foundation(Migrating::No).await?.app)
    }

    async fn reading_app(&self) -> anyhow::Result<App> {
        Ok(self.foundation(Migrating::ReadOnly).await?.app)
    }

    async fn founding_app(&self) -> anyhow::Result<App> {
        Ok(self.foundation(Migrating::Yes).await?.app)
    }

    fn composer(&self) -> anyhow::Result<Composer> {
        let settings = self.0.clone().settle()?;
        Ok(Composer::new(
            &Sender {
                from: settings.mail_from,
            },
            settings.templates.as_deref(),
        )?)
    }

    async fn stage(&self, seed: u64, starts_at: DateTime<Utc>) -> anyhow::Result<Stage> {
        let sender = Sender {
            from: self.0.clone().settle()?.mail_from,
        };
        boot::stage(self.composer()?, sender, seed, starts_at).await
    }

    fn schema(&self) -> String {
        graphql::sdl()
    }
}

async fn run(given: Given, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Demo => serve::demo(given).await.map(|()| Exit::Success),
        Command::Serve(arguments) => serve::serve(given, arguments).await.map(|()| Exit::Success),
        Command::Migrate => {
            let foundation = BySettings(given).foundation(Migrating::Yes).await?;
            foundation.store.close().await?;
            eprintln!("the schema is up to date");
            Ok(Exit::Success)
        }
        Command::Doctor(arguments) => doctor::run(given, arguments, &mut Terminal::of_process()).await,
        Command::Other(command) => command.run(&BySettings(given), &mut Terminal::of_process()).await,
    }
}

/// Keeps this thread, and those that it starts, on the core it runs on. SQLite has a thread of its own, and in a play the two
/// take turns thousands of times; between cores each turn costs several times what it does on one. Not being allowed to only
/// makes it slower.
#[cfg(target_os = "linux")]
fn stay_on_one_core() {
    use rustix::thread::{CpuSet, sched_getcpu, sched_setaffinity};
    let mut this_core = CpuSet::new();
    this_core.set(sched_getcpu());
    if let Err(error) = sched_setaffinity(None, &this_core) {
        tracing::debug!(%error, "not kept on one core");
    }
}

#[cfg(not(target_os = "linux"))]
fn stay_on_one_core() {}

fn main() -> ExitCode {
    let CommandLine { given, command } = CommandLine::parse();
    let is_serving = matches!(command, Command::Demo | Command::Serve(_));
    telemetry::start(!is_serving);
    if matches!(command, Command::Other(cli::Command::Simulate(_))) {
        stay_on_one_core();
    }
    // What is not a server does one thing after the other, and several threads would only wait for each other.
    let mut runtime = if is_serving {
        Builder::new_multi_thread()
    } else {
        Builder::new_current_thread()
    };
    match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(async { terminal::end(run(given, command).await) }),
        Err(error) => terminal::end(Err(anyhow::Error::new(error).context("no thread can be started"))),
    }
}
