//! The command line: the two commands that serve, and commands over the intents of [`crate::app`]. Whoever can run these
//! on the database is its administrator.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 well, 1 not well, 2 a command line that
//! was not understood.

pub mod demo;
pub mod doctor;
pub mod export;
pub mod holding;
pub mod messages;
pub mod programme;
pub mod programme_file;
pub mod serve;
pub mod simulate;
mod table;
pub mod templates;
pub mod terminal;
pub mod timeline;
pub mod tokens;
pub mod unlock;
mod words;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use clap::Subcommand;

use self::{
    export::ExportCommand,
    holding::{HoldArguments, ReleaseArguments},
    messages::MessagesCommand,
    programme::ProgrammeCommand,
    simulate::SimulateArguments,
    templates::TemplatesCommand,
    terminal::{Exit, Terminal},
    timeline::TimelineArguments,
    tokens::TokenCommand,
    unlock::UnlockArguments,
};
use crate::{
    app::{App, Caller},
    mail::compose::Composer,
    simulation::Stage,
};

/// Who the command line is.
pub(super) const ADMINISTRATOR: Caller = Caller::Administrator { token: None };

/// What commands work with, made when a command needs it: `programme check` works without a database, `schema` without
/// settings.
pub trait Wiring: Sync {
    /// The intents over the database of the settings, which is there already.
    fn app(&self) -> impl Future<Output = anyhow::Result<App>> + Send;

    /// The same, for commands that only look: nothing is written, not even when the clock starts.
    fn reading_app(&self) -> impl Future<Output = anyhow::Result<App>> + Send {
        self.app()
    }

    /// The same; a database that is not there is made.
    fn founding_app(&self) -> impl Future<Output = anyhow::Result<App>> + Send {
        self.app()
    }

    /// A stage in memory to play a programme on, beginning at an instant.
    fn stage(&self, seed: u64, starts_at: DateTime<Utc>) -> impl Future<Output = anyhow::Result<Stage>> + Send;

    /// What makes mails.
    fn composer(&self) -> anyhow::Result<Composer>;

    /// The schema in GraphQL's schema definition language.
    fn schema(&self) -> String;
}

/// The commands that look at a programme, its mails and who may do what.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Enter, export, check and list programmes; each is one TOML file with its rules
    #[command(subcommand)]
    Programme(ProgrammeCommand),
    /// Show who got and will get what, when and why (not)
    ///
    /// ✓ done, ○ planned if nobody acts, – skipped for a reason, ! missed because nobody looked in time, ✗ failed: the mail
    /// cannot be made. Times are those of the programme's zone.
    Timeline(TimelineArguments),
    /// Play a whole programme on a virtual clock, with invented people: in memory, nothing is sent or stored
    ///
    /// ● a person does something, ✗ refused: what the person wanted could not be; the other signs are those of `timeline`.
    Simulate(SimulateArguments),
    /// List, show, retry and call back mails
    #[command(subcommand)]
    Messages(MessagesCommand),
    /// Write what a programme knows as CSV for spreadsheets, or as JSON
    #[command(subcommand)]
    Export(ExportCommand),
    /// Keep mails back: some, a programme's, or all; also those made later, until they are released
    Hold(HoldArguments),
    /// Let mails go that are held, after showing them
    Release(ReleaseArguments),
    /// Let mail go from here, where the database was moved or restored, or the base URL has changed
    Unlock(UnlockArguments),
    /// Check the templates of mails, or render them all
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Print the GraphQL schema
    Schema,
}

impl Command {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        match self {
            Self::Programme(command) => command.run(wiring, terminal).await,
            Self::Timeline(arguments) => timeline::run(&wiring.reading_app().await?, &arguments, terminal).await,
            Self::Simulate(arguments) => simulate::run(wiring, &arguments, terminal).await,
            Self::Messages(command) => command.run(wiring, terminal).await,
            Self::Export(command) => command.run(wiring, terminal).await,
            Self::Hold(arguments) => arguments.run(wiring, terminal).await,
            Self::Release(arguments) => arguments.run(wiring, terminal).await,
            Self::Unlock(arguments) => arguments.run(wiring, terminal).await,
            Self::Templates(command) => command.run(wiring, terminal),
            Self::Token(command) => command.run(wiring, terminal).await,
            Self::Schema => {
                terminal.print(wiring.schema())?;
                Ok(Exit::Success)
            }
        }
    }
}
