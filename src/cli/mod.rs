//! The command line: the two commands that serve, and commands over the intents of [`crate::app`]. Whoever can run these
//! on the database is its administrator.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 well, 1 not well, 2 a command line that
//! was not understood.

pub mod demo;
pub mod holding;
pub mod messages;
pub mod programme;
pub mod programme_file;
pub mod serve;
mod table;
pub mod templates;
pub mod terminal;
pub mod timeline;
pub mod tokens;
pub mod unlock;
mod words;

#[cfg(test)]
mod tests;

use clap::Subcommand;

use self::{
    holding::{HoldArguments, ReleaseArguments},
    messages::MessagesCommand,
    programme::ProgrammeCommand,
    templates::TemplatesCommand,
    terminal::{Exit, Terminal},
    timeline::TimelineArguments,
    tokens::TokenCommand,
    unlock::UnlockArguments,
};
use crate::{
    app::{App, Caller},
    mail::compose::Composer,
};

/// Who the command line is.
pub(super) const ADMINISTRATOR: Caller = Caller::Administrator { token: None };

/// What commands work with, made when a command needs it: `programme check` works without a database, `schema` without
/// settings.
pub trait Wiring: Sync {
    /// The intents over the database of the settings.
    fn app(&self) -> impl Future<Output = anyhow::Result<App>> + Send;

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
    /// List, show, retry and call back mails
    #[command(subcommand)]
    Messages(MessagesCommand),
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
            Self::Timeline(arguments) => timeline::run(&wiring.app().await?, &arguments, terminal).await,
            Self::Messages(command) => command.run(wiring, terminal).await,
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
