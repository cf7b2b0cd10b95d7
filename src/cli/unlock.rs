//! `unlock`: letting mail go from a database that was moved or restored.

use anyhow::Context;
use clap::Args;

use super::{
    ADMINISTRATOR, Wiring,
    table::aligned,
    terminal::{Exit, Terminal},
};
use crate::app::Repeatable;

/// Whether to ask.
#[derive(Debug, Args)]
pub struct UnlockArguments {
    /// Do not ask; needed where there is no terminal
    #[arg(long, short)]
    yes: bool,
}

impl UnlockArguments {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        let app = wiring.app().await?;
        let lock = app
            .send_lock(&ADMINISTRATOR)
            .await
            .context("cannot look up whether sending is locked")?;
        let Some(lock) = lock else {
            terminal.hint("sending is not locked")?;
            return Ok(Exit::Success);
        };
        terminal.print(format!("sending is locked: {}", lock.difference()))?;
        let rows = [
            ["", "mail went out from", "here is"].map(str::to_owned),
            ["where", &lock.known.place, &lock.here.place].map(str::to_owned),
            ["links begin with", &lock.known.base_url, &lock.here.base_url].map(str::to_owned),
        ];
        terminal.print(aligned(&rows).join("\n"))?;
        let question = "If the other one still sends, people get mails twice. Send from here from now on?";
        if !terminal.may_go_on(question, self.yes)? {
            return Ok(Exit::Failure);
        }
        app.unlock_sending(&ADMINISTRATOR, &Repeatable::default())
            .await
            .context("cannot unlock sending")?;
        terminal.print("sending is unlocked; a running server with these settings goes on by itself")?;
        Ok(Exit::Success)
    }
}
