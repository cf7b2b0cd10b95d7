//! `serve` and `demo`: run until told to stop.

use std::io::Write;

use anyhow::Context;
use clap::Args;
use tempfile::TempDir;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    ADMINISTRATOR, demo,
    programme_file::{ProgrammeFile, SAMPLE},
};
use crate::{
    app::{Caller, Repeatable},
    boot::{Migrating, Roles, Running, Start},
    chain::Chain,
    config::{Given, MailRoute},
    entropy::Entropy,
};

/// What an instance does, as flags.
#[derive(Debug, Clone, Copy, Args)]
pub struct ServeArguments {
    /// Answer requests only; another instance carries out what is due and sends mail
    #[arg(long, conflicts_with = "engine_only")]
    no_engine: bool,
    /// Carry out what is due and send mail only; of the endpoints only /healthz, /readyz and /metrics
    #[arg(long)]
    engine_only: bool,
    /// Do not bring the schema up to date; refuse to start when it is behind
    #[arg(long)]
    no_migrate: bool,
}

/// Serves until told to stop.
pub async fn serve(given: Given, arguments: ServeArguments) -> anyhow::Result<()> {
    let roles = match arguments {
        ServeArguments { no_engine: true, .. } => Roles::WithoutEngine,
        ServeArguments { engine_only: true, .. } => Roles::EngineOnly,
        _ => Roles::All,
    };
    let migrating = if arguments.no_migrate {
        Migrating::No
    } else {
        Migrating::Yes
    };
    let start = Start {
        roles,
        migrating,
        ..Start::default()
    };
    let mut signals = Signals::listen()?;
    let running = tokio::select! {
        started = Running::start(given.settle()?, Entropy::from_system(), start) => started?,
        () = signals.next() => return Ok(()),
    };
    let address = format!("http://{}", running.address);
    let links = if running.base_url == address {
        String::new()
    } else {
        format!("; links begin with {}", running.base_url)
    };
    say(&format!("leernetwerk listens on {address}{links}"))?;
    if matches!(running.foundation.settings.mail, MailRoute::Smtp(_)) {
        match running.foundation.app.send_lock(&ADMINISTRATOR).await {
            Ok(Some(lock)) => say(&lock.to_string())?,
            Ok(None) => {}
            // It serves by now, and an outage of the database ends no server.
            Err(error) => tracing::warn!(error = %Chain(&error), "whether sending is locked cannot be told now"),
        }
    }
    until_told(running, signals).await
}

/// Serves the sample programme on a test clock, and throws everything away at the end.
pub async fn demo(given: Given) -> anyhow::Result<()> {
    refuse_what_the_demo_has(&given)?;
    let mut signals = Signals::listen()?;
    let directory = TempDir::with_prefix("leernetwerk-demo-").context("no place for the demo's database")?;
    let database_url = format!("sqlite://{}", directory.path().join("demo.db").display());
    let given = Given {
        database_url: Some(database_url.clone()),
        clock: Some(format!("test:{}", demo::STARTS_AT)),
        mail: Some("capture".to_owned()),
        secret: None,
        ..given
    };
    let running = tokio::select! {
        started = Running::start(given.settle()?, Entropy::from_system(), Start::default()) => started?,
        () = signals.next() => return Ok(()),
    };
    let app = &running.foundation.app;
    let administrator = Caller::Administrator { token: None };
    let file = ProgrammeFile::read(SAMPLE).context("the sample programme")?;
    let created = app
        .create_programme(&administrator, &file.fields, &Repeatable::default())
        .await?;
    let programme = created.programme.id;
    app.publish_programme(&administrator, programme, &Repeatable::default())
        .await?;
    let (slug, zone) = (created.programme.announced.slug, created.programme.announced.time_zone);
    let token = demo::populate(app, programme, &slug).await?;
    let now = app.now().await?;
    say(&demo::banner(
        &running.base_url,
        &database_url,
        &slug,
        &token,
        now,
        zone,
    ))?;
    until_told(running, signals).await
}

/// The demo has a database, a mailbox and a clock of its own; who names others is told, and not surprised later.
fn refuse_what_the_demo_has(given: &Given) -> anyhow::Result<()> {
    let named = [
        (&given.database_url, "--database-url (LEERNETWERK_DATABASE_URL)"),
        (&given.mail, "--mail (LEERNETWERK_MAIL)"),
        (&given.clock, "--clock (LEERNETWERK_CLOCK)"),
    ];
    match named.into_iter().find(|(value, _)| value.is_some()) {
        Some((_, setting)) => anyhow::bail!(
            "the demo has a throw-away database, captures mail and starts its own test clock; leave {setting} out, or use `serve`"
        ),
        None => Ok(()),
    }
}

/// Runs until the first signal. They are listened for from before the start on: one that comes right after it is none to die of.
async fn until_told(running: Running, mut signals: Signals) -> anyhow::Result<()> {
    signals.next().await;
    tracing::info!("stopping: requests and mails under way are finished first; a second signal ends it at once");
    tokio::select! {
        () = running.stop() => {}
        () = signals.next() => {
            tracing::warn!("ended at once: what had no verdict yet is in doubt");
            // Not by returning: that would wait for what the runtime is busy with.
            std::process::exit(1);
        }
    }
    Ok(())
}

/// What tells a process to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on.
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be listened for");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// On standard output, at once: whoever started the process may be waiting for it.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_refuses_what_it_would_not_use() {
        assert!(refuse_what_the_demo_has(&Given::default()).is_ok());
        let given = Given {
            mail: Some("capture".to_owned()),
            ..Given::default()
        };
        let error = refuse_what_the_demo_has(&given).unwrap_err().to_string();
        assert!(error.contains("leave --mail (LEERNETWERK_MAIL) out"), "{error}");
    }
}
