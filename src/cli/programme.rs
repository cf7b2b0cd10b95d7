//! `programme`: programmes as files, and the list of them.

mod clone;
mod import;

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Subcommand;
use serde_json::json;

pub use self::import::{Import, enter, import};
use super::{
    ADMINISTRATOR, Wiring,
    programme_file::{Exported, Problems, ProgrammeFile, export},
    table::with_headings,
    terminal::{Exit, Terminal},
};
use crate::{
    app::{App, programmes::ProgrammeRecord},
    domain::{
        page::Window,
        programme::{Phase, ProgrammeStatus},
    },
};

/// Programmes fetched at once.
const AT_ONCE: usize = 100;

/// What to do with programmes.
#[derive(Debug, Subcommand)]
pub enum ProgrammeCommand {
    /// Enter a programme from a file, or change the stored one of that slug
    ///
    /// Shows first what would change, and asks. The programme is published unless the file says `draft = true`. Importing
    /// the same file again changes nothing.
    Import(Import),
    /// Make the next edition of a programme, as a draft
    ///
    /// Every date moves by the same number of days; team, price and rules go along, registrations do not. Shows first what
    /// it would make, and asks.
    Clone(clone::Clone),
    /// Write a programme as a file to standard output
    Export {
        /// The programme's name in addresses, such as werken-in-het-westen-2014
        slug: String,
    },
    /// Tell what is wrong with a file (exit code 1) and what is odd about it (warnings, exit code 0)
    ///
    /// Looks at the file only; no database is needed.
    Check {
        /// The programme file
        file: PathBuf,
    },
    /// List all programmes with their status and counts
    List {
        /// Print JSON instead of a table
        #[arg(long)]
        json: bool,
    },
}

impl ProgrammeCommand {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        match self {
            Self::Check { file } => check(&file, terminal),
            Self::Import(arguments) => {
                let file = ProgrammeFile::open(&arguments.file)?;
                import(
                    &wiring.founding_app().await?,
                    &arguments.file,
                    &file,
                    arguments.yes,
                    terminal,
                )
                .await
            }
            Self::Clone(arguments) => clone::clone(&wiring.app().await?, &arguments, terminal).await,
            Self::Export { slug } => {
                let exported = exported(&wiring.reading_app().await?, &slug).await?;
                terminal.print_raw(exported.as_bytes())?;
                Ok(Exit::Success)
            }
            Self::List { json } => list(&wiring.reading_app().await?, json, terminal).await,
        }
    }
}

/// The programme of a slug, or where to find the right one.
pub(super) async fn programme_of(app: &App, slug: &str) -> anyhow::Result<ProgrammeRecord> {
    let found = app
        .programme(&ADMINISTRATOR, slug)
        .await
        .context("cannot look the programme up")?;
    found.ok_or_else(|| anyhow!("there is no programme {slug:?}; `leernetwerk programme list` shows all"))
}

/// Tells what is wrong with a file and what is odd about it.
pub fn check(path: &Path, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let file = ProgrammeFile::open(path)?;
    let unready = file.must_be_mended();
    let slug = &file.announcement.slug;
    if let Err(problems) = &unready
        && !file.is_draft
    {
        bail!(
            "{} cannot be published as it is:\n{}\n  (with `draft = true` it can be imported)",
            path.display(),
            bullets(problems)
        );
    }
    let mut warnings = file.warnings();
    if let Err(Problems(problems)) = unready {
        warnings.extend(problems.into_iter().map(|mut problem| {
            problem.what = format!("before it can be published: {}", problem.what);
            problem
        }));
        warnings.sort();
    }
    let what = if file.is_draft { "is a valid draft" } else { "is valid" };
    match warnings.len() {
        0 => terminal.print(format!("{slug} {what}"))?,
        count => {
            let warnings = bullets(&Problems(warnings));
            terminal.print(format!(
                "{slug} {what}; {count} {}:\n{warnings}",
                if count == 1 { "warning" } else { "warnings" }
            ))?;
        }
    }
    Ok(Exit::Success)
}

pub(super) fn bullets(problems: &Problems) -> String {
    problems
        .0
        .iter()
        .map(|problem| format!("  {problem}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The file of a stored programme.
pub async fn exported(app: &App, slug: &str) -> anyhow::Result<String> {
    let stored = programme_of(app, slug).await?;
    let rules = app
        .rules(&ADMINISTRATOR, stored.programme.id)
        .await
        .context("cannot read its rules")?;
    let is_draft = stored.programme.phase == Phase::Draft;
    Ok(export(Exported {
        announcement: &stored.programme.announced,
        is_draft,
        rules: &rules,
    }))
}

/// How far a programme has come, for people.
pub(super) fn status_words(status: ProgrammeStatus) -> &'static str {
    match status {
        ProgrammeStatus::Draft => "draft",
        ProgrammeStatus::Open => "open",
        ProgrammeStatus::AwaitingDecision => "awaiting decision",
        ProgrammeStatus::GoingAhead => "going ahead",
        ProgrammeStatus::Cancelled => "cancelled",
        ProgrammeStatus::Completed => "completed",
    }
}

/// Lists all programmes.
pub async fn list(app: &App, as_json: bool, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let now = app.now().await.context("cannot read the clock")?;
    let mut window = Window::first(AT_ONCE);
    let mut records = Vec::new();
    loop {
        let page = app
            .programmes(&ADMINISTRATOR, false, None, &window)
            .await
            .context("cannot list the programmes")?;
        window.after = page.items.last().map(|record| record.programme.id.0);
        records.extend(page.items);
        if !page.has_next {
            break;
        }
    }
    if as_json {
        let list: Vec<_> = records
            .iter()
            .map(|record| {
                let (programme, counts) = (&record.programme, &record.counts);
                json!({
                    "slug": &*programme.announced.slug,
                    "title": &*programme.announced.title,
                    "status": status_words(programme.status(now)),
                    "registration_deadline": programme.announced.registration_deadline,
                    "min_participants": programme.announced.min_participants,
                    "max_participants": programme.announced.max_participants,
                    "counted": counts.counted,
                    "taken": counts.taken,
                    "unverified": counts.unverified,
                    "offered": counts.offered,
                    "waiting": counts.waiting,
                })
            })
            .collect();
        terminal.print(format!("{:#}", serde_json::Value::Array(list)))?;
    } else if records.is_empty() {
        terminal.hint("there is no programme yet; `leernetwerk programme import FILE` enters one")?;
    } else {
        let rows = records.iter().map(|record| {
            let (announced, counts) = (&record.programme.announced, &record.counts);
            [
                announced.slug.to_string(),
                status_words(record.programme.status(now)).to_owned(),
                announced.registration_deadline.to_string(),
                format!("{} of {}", counts.counted, announced.min_participants),
                format!("{} of {}", counts.taken, announced.max_participants),
                counts.waiting.to_string(),
                announced.title.to_string(),
            ]
        });
        terminal.print(with_headings(
            ["SLUG", "STATUS", "DEADLINE", "COUNTED", "TAKEN", "WAITING", "TITLE"],
            rows.collect(),
        ))?;
    }
    Ok(Exit::Success)
}
