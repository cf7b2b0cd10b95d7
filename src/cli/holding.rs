//! `hold` and `release`: keeping mails back and letting them go.

use clap::Args;

use super::{
    ADMINISTRATOR, Wiring,
    messages::{MessageRef, hint_at_what_keeps_mail_back, message, rows_of, with_message_headings},
    programme::programme_of,
    terminal::{Exit, Terminal},
};
use crate::{
    app::{
        App, Repeatable,
        outbox::{Message, Selection, Wanted},
    },
    domain::{message::MessageStatus, page::Window},
};

use anyhow::Context;

/// So many mails are shown before they are released.
const SHOWN: usize = 20;

/// Which mails: some by id, those of a programme, or all.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// These mails, by their ids: as listed by `messages list`, or as the API gives them
    #[arg(value_name = "ID")]
    ids: Vec<MessageRef>,
    /// All mails of this programme
    #[arg(long, value_name = "SLUG")]
    programme: Option<String>,
    /// All mails
    #[arg(long)]
    all: bool,
}

/// Which mails to hold.
#[derive(Debug, Args)]
pub struct HoldArguments {
    #[command(flatten)]
    which: Which,
}

/// Which mails to release.
#[derive(Debug, Args)]
pub struct ReleaseArguments {
    #[command(flatten)]
    which: Which,
    /// Do not ask; needed where there is no terminal
    #[arg(long, short)]
    yes: bool,
}

impl Which {
    async fn selection(&self, app: &App) -> anyhow::Result<Selection> {
        if let Some(slug) = &self.programme {
            return Ok(Selection::Programme(programme_of(app, slug).await?.programme.id));
        }
        Ok(if self.all {
            Selection::All
        } else {
            Selection::Messages(self.ids.iter().map(|id| id.0).collect())
        })
    }
}

fn mails(count: u64) -> String {
    match count {
        1 => "1 mail".to_owned(),
        count => format!("{count} mails"),
    }
}

impl HoldArguments {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        let app = wiring.app().await?;
        let selection = self.which.selection(&app).await?;
        let later = match &selection {
            Selection::Messages(_) => "",
            Selection::Programme(_) => ", and so will be what this programme sends from now on",
            Selection::All => ", and so will be whatever is sent from now on",
        };
        let held = app
            .hold_messages(&ADMINISTRATOR, selection, &Repeatable::default())
            .await
            .context("cannot hold them")?;
        let are = if held == 1 { "is" } else { "are" };
        terminal.print(format!("{} {are} held now{later}", mails(held)))?;
        terminal.hint("`leernetwerk release` lets them go")?;
        Ok(Exit::Success)
    }
}

impl ReleaseArguments {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        let app = wiring.app().await?;
        let selection = self.which.selection(&app).await?;
        let (held, total) = held(&app, &selection).await?;
        if held.is_empty() {
            terminal.hint("no such mail is held")?;
        } else {
            terminal.print(with_message_headings(rows_of(&app, &held).await?))?;
            if total > held.len() as u64 {
                terminal.hint(format!("and {} more", total - held.len() as u64))?;
            }
            if !terminal.may_go_on(&format!("Send {}?", mails(total)), self.yes)? {
                return Ok(Exit::Failure);
            }
        }
        let released = app
            .release_messages(&ADMINISTRATOR, selection, &Repeatable::default())
            .await
            .context("cannot release them")?;
        terminal.print(format!("{} released; a running server sends them", mails(released)))?;
        // A programme that was released may still be held with everything else.
        hint_at_what_keeps_mail_back(&app, terminal).await?;
        Ok(Exit::Success)
    }
}

/// Some of the held mails that are meant, and how many there are.
async fn held(app: &App, selection: &Selection) -> anyhow::Result<(Vec<Message>, u64)> {
    let programme = match selection {
        Selection::Messages(ids) => {
            let mut named = Vec::new();
            for id in ids {
                named.push(message(app, *id).await?);
            }
            named.retain(|message| message.status == MessageStatus::Held);
            let total = named.len() as u64;
            return Ok((named, total));
        }
        Selection::Programme(id) => Some(*id),
        Selection::All => None,
    };
    let wanted = Wanted {
        statuses: vec![MessageStatus::Held],
        programme,
        ..Wanted::default()
    };
    let page = app
        .messages(&ADMINISTRATOR, wanted, &Window::first(SHOWN))
        .await
        .context("cannot list the mails")?;
    Ok((page.items, page.total))
}
