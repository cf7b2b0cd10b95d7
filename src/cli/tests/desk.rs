//! A desk with a database in a directory of its own, a test clock at 2014-05-01 and somebody to ask, or nobody.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use clap::Parser;
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::watch;

use crate::{
    app::App,
    cli::{
        Command, Wiring,
        terminal::{Exit, Terminal, told},
    },
    clock::Clock,
    entropy::Entropy,
    mail::compose::{Composer, Sender},
    metrics::Metrics,
    settle::Settle,
    simulation::Stage,
    store::{Seal, Store},
};

/// Where the sample is.
pub const SAMPLE_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/werken-in-het-westen-2014.toml");

#[derive(Debug, Parser)]
#[command(name = "leernetwerk")]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

/// What a command line came to.
#[derive(Debug)]
pub struct Told {
    ended: Result<Exit, String>,
    pub out: String,
    pub hints: String,
}

impl Told {
    pub fn is_success(&self) -> bool {
        self.ended == Ok(Exit::Success)
    }

    pub fn error(&self) -> &str {
        self.ended.as_ref().expect_err("an error")
    }
}

pub struct Desk {
    settle: Arc<Settle>,
    directory: TempDir,
    answer: Option<bool>,
}

impl Wiring for Desk {
    async fn app(&self) -> anyhow::Result<App> {
        Ok(App::new(Arc::clone(&self.settle)))
    }

    fn composer(&self) -> anyhow::Result<Composer> {
        Ok(Composer::new(&sender(), None)?)
    }

    async fn stage(&self, seed: u64, starts_at: DateTime<Utc>) -> anyhow::Result<Stage> {
        crate::boot::stage(self.composer()?, sender(), seed, starts_at).await
    }

    fn schema(&self) -> String {
        "type Query".to_owned()
    }
}

fn sender() -> Sender {
    Sender {
        from: "post@leernetwerk.example".parse().unwrap(),
    }
}

impl Desk {
    pub async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let store = Store::connect(&format!("sqlite://{}", directory.path().join("test.db").display()))
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let starts_at = "2014-05-01T09:00:00+02:00".parse().unwrap();
        store.start_test_clock(starts_at).await.unwrap();
        let settle = Settle {
            here: store.whereabouts("https://leernetwerk.example").await.unwrap(),
            store,
            composer: Composer::new(&sender(), None).unwrap(),
            seal: Seal::new(&SecretString::from("the secret of a test")).unwrap(),
            entropy: Arc::new(Entropy::seeded(1)),
            clock: Clock::Test { starts_at },
            base_url: "https://leernetwerk.example".to_owned(),
            sender: sender(),
            committed: watch::Sender::new(0),
            metrics: Metrics::default(),
        };
        Self {
            settle: Arc::new(settle),
            directory,
            answer: None,
        }
    }

    /// With the sample programme, published.
    pub async fn with_sample() -> Self {
        let desk = Self::new().await;
        let told = desk.run(&["programme", "import", "--yes", SAMPLE_FILE]).await;
        assert!(told.is_success(), "{told:?}");
        desk
    }

    /// Somebody is there, who answers every question so.
    pub fn answers(&mut self, answer: bool) {
        self.answer = Some(answer);
    }

    /// Nobody is there to be asked.
    pub fn is_alone(&mut self) {
        self.answer = None;
    }

    /// A file in the desk's directory.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> String {
        Path::join(self.directory.path(), name).display().to_string()
    }

    /// Moves the clock and carries out what is due.
    pub async fn travel(&self, to: &str) {
        self.settle.store.advance_test_clock(to.parse().unwrap()).await.unwrap();
        while self
            .settle
            .settle_one(&[], crate::store::Busy::Wait)
            .await
            .unwrap()
            .is_some()
        {}
    }

    /// Mail went out from here once, with links that begin so.
    pub async fn sent_from(&self, base_url: &str) {
        let there = self.settle.store.whereabouts(base_url).await.unwrap();
        self.settle.store.keep_whereabouts(&there).await.unwrap();
    }

    /// Whether a token gives access to anything.
    pub async fn knows(&self, token: &str) -> bool {
        App::new(Arc::clone(&self.settle))
            .caller_of(token, None)
            .await
            .unwrap()
            .is_some()
    }

    /// The exit code of a command line that clap refuses.
    pub fn usage_error(&self, line: &str) -> i32 {
        CommandLine::try_parse_from(std::iter::once("leernetwerk").chain(line.split(' ')))
            .unwrap_err()
            .exit_code()
    }

    pub async fn run(&self, arguments: &[&str]) -> Told {
        let line = CommandLine::try_parse_from(std::iter::once(&"leernetwerk").chain(arguments)).unwrap();
        let (mut out, mut hints) = (Vec::new(), Vec::new());
        let answer = self.answer;
        let mut terminal = Terminal {
            out: Box::new(&mut out),
            hints: Box::new(&mut hints),
            ask: answer.map(|answer| Box::new(move |_: &str| Ok(answer)) as _),
        };
        let ended = line
            .command
            .run(self, &mut terminal)
            .await
            .map_err(|error| told(&error));
        drop(terminal);
        Told {
            ended,
            out: String::from_utf8(out).unwrap(),
            hints: String::from_utf8(hints).unwrap(),
        }
    }
}
