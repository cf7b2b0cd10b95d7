//! `timeline`: who got and will get what, when, and why (not).

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    str::FromStr,
};

use anyhow::Context;
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde_json::json;
use thiserror::Error;

use super::{
    ADMINISTRATOR,
    programme::programme_of,
    table::aligned,
    terminal::{Exit, Terminal},
    words::kind_words,
};
use crate::{
    app::{
        App,
        timeline::{ItemKind, ItemState, Span, TimelineItem},
    },
    domain::{
        calendar, formats,
        ids::ProgrammeId,
        message::{Locale, MessageStatus},
        timeline::{BuiltIn, Source},
    },
};

/// What of the timeline to show.
#[derive(Debug, Args)]
pub struct TimelineArguments {
    /// The programme's name in addresses, such as werken-in-het-westen-2014
    slug: String,
    /// Up to a day in the programme's zone (2014-06-12, that day included) or a moment (2014-06-12T09:00:00+02:00);
    /// otherwise as far as anything is planned
    #[arg(long, value_name = "T")]
    until: Option<Until>,
    /// Only what is about this person: the address of somebody who registered or of a member of the team. Of somebody who
    /// registered also each mail that participants get by the calendar and this person does not, with why
    #[arg(long, value_name = "EMAIL")]
    person: Option<String>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// The end of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

/// A text that is neither a day nor a moment.
#[derive(Debug, Error)]
#[error("give a day such as 2014-06-12, or a moment such as 2014-06-12T09:00:00+02:00")]
struct NoUntil;

impl FromStr for Until {
    type Err = NoUntil;

    fn from_str(text: &str) -> Result<Self, NoUntil> {
        let day = text.parse().map(Self::Day);
        day.or_else(|_| DateTime::parse_from_rfc3339(text).map(|moment| Self::Moment(moment.to_utc())))
            .map_err(|_| NoUntil)
    }
}

impl Until {
    fn resolve(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Moment(at) => at,
            // The next day begins at the first instant that is not shown.
            Self::Day(on) => calendar::end_of_day(on, zone) - TimeDelta::microseconds(1),
        }
    }
}

/// Shows a programme's timeline, past and planned.
pub async fn run(app: &App, arguments: &TimelineArguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let programme = programme_of(app, &arguments.slug).await?.programme;
    let zone = programme.announced.time_zone;
    let span = Span {
        until: arguments.until.map(|until| until.resolve(zone)),
        ..Span::default()
    };
    let items = app
        .whole_timeline(&ADMINISTRATOR, programme.id, span)
        .await
        .context("cannot read the timeline")?;
    let person = arguments.person.as_ref().map(|person| person.trim().to_lowercase());
    let is_about = |item: &TimelineItem| {
        person.as_ref().is_none_or(|person| {
            item.recipient
                .as_ref()
                .is_some_and(|recipient| recipient.to_lowercase() == *person)
        })
    };
    let mut items: Vec<_> = items.into_iter().filter(is_about).collect();
    if person.is_some() {
        add_what_others_get(app, programme.id, span, &mut items).await?;
    }
    // At one instant mails come last (rule 6): they tell what was decided. Among themselves they have no order.
    items.sort_by_cached_key(|item| {
        let is_mail = matches!(item.kind, ItemKind::Mail(_));
        (item.at, is_mail, item.recipient.clone().filter(|_| is_mail))
    });
    tell_fates(app, &mut items).await?;
    if arguments.json {
        let list = items.iter().map(|item| json(item, zone)).collect();
        terminal.print(format!("{:#}", serde_json::Value::Array(list)))?;
        return Ok(Exit::Success);
    }
    let now = app.now().await.context("cannot read the clock")?;
    let now_words = formats::weekday_and_moment(now, zone, Locale::En);
    terminal.print(format!("{} ({zone}); now it is {now_words}", programme.announced.title))?;
    if items.is_empty() {
        let whom = arguments
            .person
            .as_ref()
            .map(|person| format!(" for {person}"))
            .unwrap_or_default();
        terminal.hint(format!("nothing has happened or is planned{whom}"))?;
    } else {
        terminal.print(table(&items, zone))?;
    }
    Ok(Exit::Success)
}

/// Adds the mails that participants get and the person does not who these items are about, with why.
async fn add_what_others_get(
    app: &App,
    programme: ProgrammeId,
    span: Span,
    items: &mut Vec<TimelineItem>,
) -> anyhow::Result<()> {
    let known: HashSet<String> = items.iter().map(|item| item.key.clone()).collect();
    let registrations: BTreeSet<_> = items.iter().filter_map(|item| item.registration).collect();
    for id in registrations {
        let span = Span {
            registration: Some(id),
            ..span
        };
        let found = app.whole_timeline(&ADMINISTRATOR, programme, span).await;
        let found = found.context("cannot read the timeline")?;
        items.extend(found.into_iter().filter(|item| !known.contains(&item.key)));
    }
    Ok(())
}

/// "Done" is said of the decision to write; beside it stands what became of the mail, unless it went.
async fn tell_fates(app: &App, items: &mut [TimelineItem]) -> anyhow::Result<()> {
    let ids: Vec<_> = items.iter().filter_map(|item| item.message).collect();
    let mut mails = HashMap::new();
    for some in ids.chunks(500) {
        let found = app.messages_by_id(&ADMINISTRATOR, some).await;
        mails.extend(found.context("cannot read the mails")?);
    }
    for item in items {
        let Some(mail) = item.message.and_then(|id| mails.get(&id)) else {
            continue;
        };
        if mail.status != MessageStatus::Sent {
            let why = mail.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            item.reason = Some(format!("the mail is {}{why}", mail.status.word()));
        }
    }
    Ok(())
}

/// Entries under their days, in the programme's zone.
fn table(items: &[TimelineItem], zone: Tz) -> String {
    let rows: Vec<_> = items
        .iter()
        .map(|item| {
            let (sign, state) = state_words(item.state);
            [
                format!("  {}", formats::time(item.at.with_timezone(&zone).time())),
                format!("{sign} {state}"),
                what(item),
                item.recipient.clone().unwrap_or_else(|| "-".to_owned()),
                item.reason
                    .clone()
                    .unwrap_or_else(|| format!("rule {}", item.source.word())),
            ]
        })
        .collect();
    let mut lines = Vec::new();
    let mut last = None;
    for (item, line) in items.iter().zip(aligned(&rows)) {
        let on = calendar::day_of(item.at, zone);
        if last != Some(on) {
            lines.push(format!("\n{}", formats::weekday_and_day(on, Locale::En)));
            last = Some(on);
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// A sign and a word for what became of an entry.
pub(super) fn state_words(state: ItemState) -> (char, &'static str) {
    match state {
        ItemState::Planned => ('○', "planned"),
        ItemState::Done => ('✓', "done"),
        ItemState::Skipped => ('–', "skipped"),
        ItemState::Missed => ('!', "missed"),
        ItemState::Failed => ('✗', "failed"),
    }
}

/// What happens, in words.
pub(super) fn what(item: &TimelineItem) -> String {
    match (item.kind, item.source) {
        (ItemKind::Mail(kind), _) => format!("mail: {}", kind_words(kind)),
        (_, Source::BuiltIn(BuiltIn::RegistrationExpiry)) => "a registration ends".to_owned(),
        (_, Source::BuiltIn(BuiltIn::Offer)) => "a freed place is offered".to_owned(),
        (_, Source::BuiltIn(BuiltIn::DecisionProposal)) => "the organisers are to decide".to_owned(),
        (_, Source::BuiltIn(BuiltIn::Decision)) => "go or no-go".to_owned(),
        (_, Source::BuiltIn(BuiltIn::HostAssignment)) => "a meeting gets a host".to_owned(),
        (_, Source::BuiltIn(BuiltIn::Completion)) => "the programme is over".to_owned(),
        (_, Source::BuiltIn(BuiltIn::GuestPlace)) => "a waiting guest gets a place".to_owned(),
        (_, Source::BuiltIn(BuiltIn::GuestErasure)) => "personal data of guests is erased".to_owned(),
        (_, Source::BuiltIn(BuiltIn::ParticipantErasure)) => "personal data is erased".to_owned(),
        (ItemKind::Decision | ItemKind::Change, Source::Rule(key)) => key.word().to_owned(),
    }
}

pub(super) fn json(item: &TimelineItem, zone: Tz) -> serde_json::Value {
    let moment = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let (kind, message_kind) = match item.kind {
        ItemKind::Mail(kind) => ("mail", Some(kind.word())),
        ItemKind::Decision => ("decision", None),
        ItemKind::Change => ("change", None),
    };
    json!({
        "at": moment(item.at),
        "done_at": item.done_at.map(moment),
        "key": item.key,
        "source": item.source.word(),
        "kind": kind,
        "message_kind": message_kind,
        "state": state_words(item.state).1,
        "reason": item.reason,
        "recipient": item.recipient,
        "registration_id": item.registration.map(|id| id.to_string()),
        "message_id": item.message.map(|id| id.to_string()),
    })
}
