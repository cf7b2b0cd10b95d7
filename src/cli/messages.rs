//! `messages`: the outbox.

use std::{collections::HashMap, str::FromStr};

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use super::{
    ADMINISTRATOR, Wiring,
    programme::programme_of,
    table::{aligned, with_headings},
    terminal::{Exit, Terminal},
    words::kind_words,
};
use crate::{
    app::{
        App, Repeatable,
        outbox::{Attempt, Message, Wanted},
    },
    domain::{
        delivery::{AttemptOutcome, SmtpVerb},
        ids::{MessageId, ProgrammeId},
        message::MessageStatus,
        page::Window,
    },
    graphql::global_id,
    mail::reading,
};

/// What to do with mails.
#[derive(Debug, Subcommand)]
pub enum MessagesCommand {
    /// List mails, the newest first
    List(Filter),
    /// Show one mail: where it stands, every attempt, its text
    Show {
        /// The mail's id: as listed here, or as the API gives it
        id: MessageRef,
        /// Print the mail itself instead, headers and all, as it is sent
        #[arg(long, conflicts_with = "text")]
        source: bool,
        /// Print only the mail's plain text instead
        #[arg(long)]
        text: bool,
    },
    /// Try a mail again that failed, was suppressed or called back, expired, or may not have arrived
    ///
    /// The same bytes are sent. A mail that is `unknown` may have arrived already; then it arrives twice. One that is `suppressed`,
    /// or failed because its address refused it, has its address tried again, also with later mails.
    Retry {
        /// The mail's id: as listed here, or as the API gives it
        id: MessageRef,
    },
    /// Call a mail back that has not gone
    Cancel {
        /// The mail's id: as listed here, or as the API gives it
        id: MessageRef,
        /// Do not ask; needed where there is no terminal
        #[arg(long, short)]
        yes: bool,
    },
}

/// Which mails to list.
#[derive(Debug, Args)]
pub struct Filter {
    /// Only mails with this status; may be given several times
    #[arg(long, value_parser = statuses())]
    status: Vec<MessageStatus>,
    /// Only mails of this programme
    #[arg(long, value_name = "SLUG")]
    programme: Option<String>,
    /// Only mails to this address
    #[arg(long, value_name = "EMAIL")]
    recipient: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

fn statuses() -> impl TypedValueParser<Value = MessageStatus> {
    PossibleValuesParser::new(MessageStatus::ALL.map(MessageStatus::word))
        .try_map(|word| MessageStatus::from_word(&word).ok_or("is no status"))
}

/// A mail by its id, in either spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageRef(pub(super) MessageId);

/// A text that is no mail's id.
#[derive(Debug, Error)]
#[error("is no mail's id; `leernetwerk messages list` shows them")]
pub struct NoMessageRef;

impl FromStr for MessageRef {
    type Err = NoMessageRef;

    fn from_str(text: &str) -> Result<Self, NoMessageRef> {
        let text = text.trim();
        let bare = text.parse::<Uuid>().ok();
        let global = || {
            global_id::parts(&text.into())
                .filter(|(name, _)| name == "Message")
                .map(|(_, id)| id)
        };
        bare.or_else(global).map(|id| Self(id.into())).ok_or(NoMessageRef)
    }
}

impl MessagesCommand {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        let app = match self {
            Self::List(_) | Self::Show { .. } => wiring.reading_app().await?,
            Self::Retry { .. } | Self::Cancel { .. } => wiring.app().await?,
        };
        match self {
            Self::List(filter) => list(&app, &filter, terminal).await,
            Self::Show {
                id: MessageRef(id),
                source: true,
                ..
            } => {
                terminal.print_raw(&source_of(&app, id).await?)?;
                Ok(Exit::Success)
            }
            Self::Show {
                id: MessageRef(id),
                text: true,
                ..
            } => {
                let text = text_of(&source_of(&app, id).await?)?;
                terminal.print(text)?;
                Ok(Exit::Success)
            }
            Self::Show { id: MessageRef(id), .. } => show(&app, id, terminal).await,
            Self::Retry { id: MessageRef(id) } => {
                let message = app
                    .retry_message(&ADMINISTRATOR, id, &Repeatable::default())
                    .await
                    .context("cannot try it again")?;
                terminal.print(format!(
                    "{} is {} again; a running server sends it",
                    message.id,
                    message.status.word()
                ))?;
                Ok(Exit::Success)
            }
            Self::Cancel {
                id: MessageRef(id),
                yes,
            } => cancel(&app, id, yes, terminal).await,
        }
    }
}

pub(super) async fn message(app: &App, id: MessageId) -> anyhow::Result<Message> {
    let found = app
        .messages_by_id(&ADMINISTRATOR, &[id])
        .await
        .context("cannot look the mail up")?
        .remove(&id);
    found.ok_or_else(|| anyhow!("there is no mail {id}; `leernetwerk messages list` shows them"))
}

/// The zones of some mails' programmes.
async fn zones(app: &App, messages: &[Message]) -> anyhow::Result<HashMap<ProgrammeId, Tz>> {
    let mut ids: Vec<_> = messages.iter().map(|message| message.programme_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let programmes = app
        .programmes_by_id(&ADMINISTRATOR, &ids)
        .await
        .context("cannot look the programmes up")?;
    Ok(programmes
        .into_iter()
        .map(|record| (record.programme.id, record.programme.announced.time_zone))
        .collect())
}

fn zone_of(zones: &HashMap<ProgrammeId, Tz>, message: &Message) -> Tz {
    zones.get(&message.programme_id).copied().unwrap_or(Tz::UTC)
}

fn minutes(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

/// Lists mails, the newest first.
async fn list(app: &App, filter: &Filter, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let programme = match &filter.programme {
        Some(slug) => Some(programme_of(app, slug).await?.programme.id),
        None => None,
    };
    let wanted = Wanted {
        statuses: filter.status.clone(),
        programme,
        recipient: filter.recipient.clone(),
        ..Wanted::default()
    };
    let limit = usize::try_from(filter.limit).unwrap_or(usize::MAX);
    let page = app
        .messages(&ADMINISTRATOR, wanted, &Window::first(limit))
        .await
        .context("cannot list the mails")?;
    let zones = zones(app, &page.items).await?;
    if filter.json {
        let list = page
            .items
            .iter()
            .map(|message| json(message, zone_of(&zones, message)))
            .collect();
        terminal.print(format!("{:#}", serde_json::Value::Array(list)))?;
        return Ok(Exit::Success);
    }
    hint_at_what_keeps_mail_back(app, terminal).await?;
    if page.items.is_empty() {
        terminal.hint("there is no such mail")?;
        return Ok(Exit::Success);
    }
    terminal.print(with_message_headings(rows_of(app, &page.items).await?))?;
    if page.has_next {
        terminal.hint(format!(
            "{} of {} mails; --limit shows more",
            page.items.len(),
            page.total
        ))?;
    }
    Ok(Exit::Success)
}

/// Mails as rows of a table.
pub(super) async fn rows_of(app: &App, messages: &[Message]) -> anyhow::Result<Vec<[String; 6]>> {
    let zones = zones(app, messages).await?;
    let row = |message: &Message| {
        [
            message.id.to_string(),
            minutes(message.due_at, zone_of(&zones, message)),
            message.status.word().to_owned(),
            kind_words(message.kind).to_owned(),
            message.address.clone(),
            message.reason.clone().unwrap_or_default(),
        ]
    };
    Ok(messages.iter().map(row).collect())
}

/// The table of those rows.
pub(super) fn with_message_headings(rows: Vec<[String; 6]>) -> String {
    with_headings(["ID", "DUE", "STATUS", "WHAT", "TO", "REASON"], rows)
}

/// Says what keeps all mail back, or a programme's: no mail tells that which is yet to be made.
pub(super) async fn hint_at_what_keeps_mail_back(app: &App, terminal: &mut Terminal<'_>) -> anyhow::Result<()> {
    let lock = app.send_lock(&ADMINISTRATOR).await;
    if let Some(lock) = lock.context("cannot look up whether sending is locked")? {
        terminal.hint(lock.to_string())?;
    }
    let holds = app.holds(&ADMINISTRATOR).await.context("cannot look up what is held")?;
    if holds.all {
        terminal.hint("all mail is held; `leernetwerk release --all` lets it go")?;
    } else if !holds.programmes.is_empty() {
        let held = app
            .programmes_by_id(&ADMINISTRATOR, &holds.programmes)
            .await
            .context("cannot look the programmes up")?;
        for record in held {
            let slug = &record.programme.announced.slug;
            terminal.hint(format!(
                "the mail of {slug} is held; `leernetwerk release --programme {slug}` lets it go"
            ))?;
        }
    }
    Ok(())
}

fn json(message: &Message, zone: Tz) -> serde_json::Value {
    let moment = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    json!({
        "id": message.id.to_string(),
        "kind": message.kind.word(),
        "status": message.status.word(),
        "recipient": message.address,
        "subject": message.subject,
        "language": message.locale.tag(),
        "reason": message.reason,
        "due_at": moment(message.due_at),
        "sent_at": message.sent_at.map(moment),
        "ended_at": message.ended_at.map(moment),
        "attempts": message.attempts,
        "message_id": message.message_id_header,
    })
}

/// What came of one attempt, in words.
fn attempt_words(attempt: &Attempt, zone: Tz) -> String {
    let outcome = attempt.outcome.map_or("under way", AttemptOutcome::word);
    let verb = attempt
        .verb
        .map(|verb| format!(" at {}", SmtpVerb::word(verb)))
        .unwrap_or_default();
    let code = attempt.code.map(|code| format!(" {code}")).unwrap_or_default();
    let enhanced = attempt
        .enhanced
        .as_ref()
        .map(|enhanced| format!(" {enhanced}"))
        .unwrap_or_default();
    let text = attempt.text.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
    format!(
        "{} {outcome}{verb}{code}{enhanced}{text}",
        minutes(attempt.started_at, zone)
    )
}

async fn source_of(app: &App, id: MessageId) -> anyhow::Result<Vec<u8>> {
    let source = app
        .message_source(&ADMINISTRATOR, id)
        .await
        .context("cannot read the mail")?;
    source.ok_or_else(|| anyhow!("the text of this mail was never made, or has been dropped"))
}

fn text_of(source: &[u8]) -> anyhow::Result<String> {
    match reading::read(source) {
        Some(read) => Ok(read.text),
        None => bail!("the stored mail cannot be read; --source shows it as it is"),
    }
}

/// Shows one mail.
async fn show(app: &App, id: MessageId, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let message = message(app, id).await?;
    let zone = zone_of(&zones(app, std::slice::from_ref(&message)).await?, &message);
    let attempts = app
        .attempts(&[id])
        .await
        .context("cannot read its attempts")?
        .remove(&id)
        .unwrap_or_default();
    let moment =
        |at: Option<DateTime<Utc>>| at.map_or_else(|| "-".to_owned(), |at| format!("{} ({zone})", minutes(at, zone)));
    let mut rows = vec![
        ["id", &message.id.to_string()].map(str::to_owned),
        ["what", kind_words(message.kind)].map(str::to_owned),
        ["to", &message.address].map(str::to_owned),
        ["subject", &message.subject].map(str::to_owned),
        ["status", message.status.word()].map(str::to_owned),
        ["reason", message.reason.as_deref().unwrap_or("-")].map(str::to_owned),
        ["due", &moment(Some(message.due_at))].map(str::to_owned),
        ["sent", &moment(message.sent_at)].map(str::to_owned),
        ["ended", &moment(message.ended_at)].map(str::to_owned),
        ["Message-ID", &message.message_id_header].map(str::to_owned),
    ];
    rows.extend(
        attempts
            .iter()
            .map(|attempt| [format!("attempt {}", attempt.number), attempt_words(attempt, zone)]),
    );
    terminal.print(aligned(&rows).join("\n"))?;
    match app
        .message_source(&ADMINISTRATOR, id)
        .await
        .context("cannot read the mail")?
    {
        Some(source) => terminal.print(format!("\n{}", text_of(&source)?))?,
        None => terminal.hint("its text was never made, or has been dropped")?,
    }
    Ok(Exit::Success)
}

/// Calls a mail back, after asking.
async fn cancel(app: &App, id: MessageId, yes: bool, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let message = message(app, id).await?;
    let question = format!(
        "Call back \u{201c}{}\u{201d} to {} ({})?",
        message.subject,
        message.address,
        message.status.word()
    );
    if !terminal.may_go_on(&question, yes)? {
        return Ok(Exit::Failure);
    }
    app.cancel_message(&ADMINISTRATOR, id, &Repeatable::default())
        .await
        .context("cannot call it back")?;
    terminal.print(format!(
        "{id} is called back; `leernetwerk messages retry {id}` sends it after all"
    ))?;
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_an_id() {
        let id = MessageId(Uuid::from_u128(7));
        let global = |id| global_id::global_id(id).to_string();
        for spelling in [id.to_string(), format!(" {id} "), global(id)] {
            assert_eq!(spelling.parse::<MessageRef>().unwrap(), MessageRef(id), "{spelling}");
        }
        let of_a_programme = global_id::global_id(ProgrammeId(id.0)).to_string();
        for wrong in ["", "x", "é", of_a_programme.as_str()] {
            assert!(wrong.parse::<MessageRef>().is_err(), "{wrong}");
        }
    }
}
