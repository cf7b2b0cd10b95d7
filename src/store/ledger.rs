//! The ledger: what became of each reason for something to happen, once. A unique index, not a leader, makes it once.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entities::ledger_entry;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use super::{Busy, Result, Store, StoreError, Tx, people::WhomColumns};
use crate::domain::{
    ids::{MessageId, ProgrammeId, RegistrationId},
    message::{MessageKind, Recipient},
    sending::made_again_at,
    timeline::{Outcome, Source, Step, StepKind},
};

/// Rows in one INSERT; SQLite binds at most 32,766 values.
const ROWS_A_STATEMENT: usize = 500;

/// What became of a step, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryState {
    /// Decided; its mail is being made.
    Pending,
    /// Carried out.
    Done,
    /// Not carried out, for a reason.
    Skipped,
    /// Too late.
    Missed,
    /// Its mail cannot be made; it is tried again.
    Failed,
}

impl EntryState {
    const ALL: [Self; 5] = [Self::Pending, Self::Done, Self::Skipped, Self::Missed, Self::Failed];

    fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
            Self::Failed => "failed",
        }
    }
}

/// A step on its way into the ledger.
#[derive(Debug)]
pub struct NewEntry<'a> {
    /// Its id.
    pub id: Uuid,
    /// The step.
    pub step: &'a Step,
    /// When it was decided.
    pub done_at: DateTime<Utc>,
    /// The sealed letter and when to make its mail, if that is not done in this transaction.
    pub to_compose: Option<(Vec<u8>, DateTime<Utc>)>,
    /// Why its mail cannot be made.
    pub failure: Option<String>,
    /// The mail, if it was made.
    pub message: Option<MessageId>,
}

/// A mail that is still to be made.
#[derive(Debug, Clone)]
pub struct ToCompose {
    /// The entry's id.
    pub id: Uuid,
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// Whom it is for.
    pub recipient: Recipient,
    /// Its rule's key, or the built-in step's.
    pub source: Source,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// The letter, sealed.
    pub sealed_letter: Vec<u8>,
    /// How often making it failed.
    pub attempts: u32,
}

/// An entry as read.
#[derive(Debug, Clone)]
pub struct LedgerEntry {
    /// Its id.
    pub id: Uuid,
    /// What made it.
    pub source: Source,
    /// The whole key, `rule/subject/occurrence`.
    pub key: String,
    /// `mail`, `decision` or `change`.
    pub kind: EntryKind,
    /// What became of it.
    pub state: EntryState,
    /// Why.
    pub reason: Option<String>,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// When it was decided.
    pub done_at: DateTime<Utc>,
    /// The registration of the person, if it is about one who registered.
    pub registration_id: Option<RegistrationId>,
    /// The mail, if it was made.
    pub message_id: Option<MessageId>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A mail of this kind.
    Mail(MessageKind),
    /// A decision.
    Decision,
    /// A change.
    Change,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct LedgerFilter {
    /// Due at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Due at this instant or earlier.
    pub until: Option<DateTime<Utc>>,
}

/// The mails that are to be made: at once, unless that failed before. Then their moment has to come; one that is further away than
/// the pause was set by a clock that has since been set back.
pub(super) fn to_be_made(now: DateTime<Utc>) -> Condition {
    let moment_has_come = Condition::any()
        .add(ledger_entry::Column::State.eq(EntryState::Pending.word()))
        .add(ledger_entry::Column::ComposeAt.lte(now))
        .add(ledger_entry::Column::ComposeAt.gt(made_again_at(now)));
    Condition::all()
        // What is in the index.
        .add(ledger_entry::Column::ComposeAt.is_not_null())
        .add(moment_has_come)
}

impl Tx {
    /// Writes steps into the ledger; their reasons tell moments in `zone`. A key that is there already is an error: the transaction has not happened.
    pub async fn record_steps(&self, programme: ProgrammeId, zone: Tz, entries: &[NewEntry<'_>]) -> Result<()> {
        for some in entries.chunks(ROWS_A_STATEMENT) {
            ledger_entry::Entity::insert_many(some.iter().map(|entry| row(programme, zone, entry)))
                .exec_without_returning(&self.0)
                .await?;
        }
        Ok(())
    }

    /// Mails that are to be made by now, in due order; of those that somebody else is making, `busy` tells.
    pub async fn take_to_compose(&self, now: DateTime<Utc>, limit: u64, busy: Busy) -> Result<Vec<ToCompose>> {
        let due = ledger_entry::Entity::find()
            .filter(to_be_made(now))
            .order_by_asc(ledger_entry::Column::DueAt)
            .order_by_asc(ledger_entry::Column::Id)
            .limit(limit);
        let rows = busy.lock(due).all(&self.0).await?;
        rows.into_iter().map(to_compose).collect()
    }

    /// Lets every mail that could not be made be tried at once: what failed may have been mended.
    pub async fn compose_all_again(&self, now: DateTime<Utc>) -> Result<()> {
        ledger_entry::Entity::update_many()
            .set(ledger_entry::ActiveModel {
                compose_at: Set(Some(now)),
                ..Default::default()
            })
            .filter(ledger_entry::Column::ComposeAt.gt(now))
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// The mail of an entry was made.
    pub async fn composed(&self, id: Uuid, message: MessageId, now: DateTime<Utc>) -> Result<()> {
        let row = ledger_entry::ActiveModel {
            id: Set(id),
            state: Set(EntryState::Done.word().to_owned()),
            reason: Set(None),
            done_at: Set(now),
            sealed_letter: Set(None),
            compose_at: Set(None),
            message_id: Set(Some(message.0)),
            ..Default::default()
        };
        row.update(&self.0).await?;
        Ok(())
    }

    /// The mail of an entry cannot be made; it is tried again at a moment.
    pub async fn compose_failed(
        &self,
        id: Uuid,
        attempts: u32,
        problem: String,
        again_at: DateTime<Utc>,
    ) -> Result<()> {
        let row = ledger_entry::ActiveModel {
            id: Set(id),
            state: Set(EntryState::Failed.word().to_owned()),
            reason: Set(Some(problem)),
            compose_at: Set(Some(again_at)),
            compose_attempts: Set(attempts.try_into().unwrap_or(i32::MAX)),
            ..Default::default()
        };
        row.update(&self.0).await?;
        Ok(())
    }
}

impl Store {
    /// Whether a mail is to be made by now that was decided before: also one that somebody is making, for what is not committed
    /// still shows as to be made.
    pub async fn is_any_mail_to_be_made(&self, now: DateTime<Utc>) -> Result<bool> {
        let one: Option<Uuid> = ledger_entry::Entity::find()
            .select_only()
            .column(ledger_entry::Column::Id)
            .filter(to_be_made(now))
            .into_tuple()
            .one(&self.reader)
            .await?;
        Ok(one.is_some())
    }

    /// A programme's entries in due order.
    pub async fn ledger(&self, programme: ProgrammeId, filter: &LedgerFilter) -> Result<Vec<LedgerEntry>> {
        let mut wanted = Condition::all().add(ledger_entry::Column::ProgrammeId.eq(programme.0));
        if let Some(from) = filter.from {
            wanted = wanted.add(ledger_entry::Column::DueAt.gte(from));
        }
        if let Some(until) = filter.until {
            wanted = wanted.add(ledger_entry::Column::DueAt.lte(until));
        }
        let rows = ledger_entry::Entity::find()
            .filter(wanted)
            .order_by_asc(ledger_entry::Column::DueAt)
            .order_by_asc(ledger_entry::Column::Id)
            .all(&self.reader)
            .await?;
        rows.into_iter().map(entry).collect()
    }

    /// When a step of a rule or built-in source was last carried out.
    pub async fn last_step_of(&self, programme: ProgrammeId, source: Source) -> Result<Option<DateTime<Utc>>> {
        let latest = ledger_entry::Entity::find()
            .select_only()
            .column_as(ledger_entry::Column::DoneAt.max(), "done_at")
            .filter(ledger_entry::Column::ProgrammeId.eq(programme.0))
            .filter(ledger_entry::Column::Source.eq(source.word()))
            .into_tuple::<Option<DateTime<Utc>>>()
            .one(&self.reader)
            .await?;
        Ok(latest.flatten())
    }

    /// The first moment at which a mail is tried to be made that could not be made before; of those after an instant, where
    /// one is given.
    pub async fn next_compose(&self, after: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>> {
        let earliest = ledger_entry::Entity::find()
            .select_only()
            .column(ledger_entry::Column::ComposeAt)
            .filter(ledger_entry::Column::ComposeAt.is_not_null())
            .filter(Condition::all().add_option(after.map(|after| ledger_entry::Column::ComposeAt.gt(after))))
            .order_by_asc(ledger_entry::Column::ComposeAt)
            .into_tuple()
            .one(&self.reader)
            .await?;
        Ok(earliest)
    }
}

fn row(programme: ProgrammeId, zone: Tz, entry: &NewEntry<'_>) -> ledger_entry::ActiveModel {
    let step = entry.step;
    let whom = WhomColumns::from(step.key.subject);
    let (kind, message_kind) = match &step.kind {
        StepKind::Mail(letter) => ("mail", Some(letter.kind().word().to_owned())),
        StepKind::Decision(_) => ("decision", None),
        StepKind::Change => ("change", None),
    };
    let state = match step.outcome {
        Outcome::Done(_) if entry.failure.is_some() => EntryState::Failed,
        Outcome::Done(_) if entry.to_compose.is_some() => EntryState::Pending,
        Outcome::Done(_) => EntryState::Done,
        Outcome::Skipped(_) => EntryState::Skipped,
        Outcome::Missed(_) => EntryState::Missed,
    };
    let (sealed_letter, compose_at) = entry.to_compose.clone().unzip();
    ledger_entry::ActiveModel {
        id: Set(entry.id),
        programme_id: Set(programme.0),
        source: Set(step.key.source.word().to_owned()),
        subject: Set(step.key.subject_word()),
        occurrence: Set(step.key.occurrence.clone()),
        kind: Set(kind.to_owned()),
        message_kind: Set(message_kind),
        state: Set(state.word().to_owned()),
        reason: Set(entry.failure.clone().or_else(|| step.reason(zone))),
        due_at: Set(step.due_at),
        done_at: Set(entry.done_at),
        registration_id: Set(whom.registration_id),
        team_member_id: Set(whom.team_member_id),
        invitation_id: Set(whom.invitation_id),
        sealed_letter: Set(sealed_letter),
        compose_at: Set(compose_at),
        compose_attempts: Set(0),
        message_id: Set(entry.message.map(|id| id.0)),
    }
}

fn source(row: &ledger_entry::Model) -> Result<Source> {
    Source::from_word(&row.source)
        .ok_or_else(|| StoreError::inconsistent("ledger_entry", "source", row.id, "unknown word"))
}

fn to_compose(row: ledger_entry::Model) -> Result<ToCompose> {
    let whom = WhomColumns {
        registration_id: row.registration_id,
        team_member_id: row.team_member_id,
        invitation_id: row.invitation_id,
    };
    let no_recipient = || StoreError::inconsistent("ledger_entry", "registration_id", row.id, "no recipient");
    let recipient = whom.recipient().ok_or_else(no_recipient)?;
    Ok(ToCompose {
        id: row.id,
        programme_id: ProgrammeId(row.programme_id),
        recipient,
        source: source(&row)?,
        due_at: row.due_at,
        decided_at: row.done_at,
        attempts: row.compose_attempts.try_into().unwrap_or(0),
        sealed_letter: row
            .sealed_letter
            .ok_or_else(|| StoreError::inconsistent("ledger_entry", "sealed_letter", row.id, "missing"))?,
    })
}

fn entry(row: ledger_entry::Model) -> Result<LedgerEntry> {
    let unknown = |column| StoreError::inconsistent("ledger_entry", column, row.id, "unknown word");
    let kind = match (row.kind.as_str(), row.message_kind.as_deref()) {
        ("mail", Some(word)) => EntryKind::Mail(MessageKind::from_word(word).ok_or_else(|| unknown("message_kind"))?),
        ("decision", _) => EntryKind::Decision,
        ("change", _) => EntryKind::Change,
        _ => return Err(unknown("kind")),
    };
    Ok(LedgerEntry {
        id: row.id,
        source: source(&row)?,
        key: format!("{}/{}/{}", row.source, row.subject, row.occurrence),
        kind,
        state: EntryState::ALL
            .into_iter()
            .find(|state| state.word() == row.state)
            .ok_or_else(|| unknown("state"))?,
        reason: row.reason,
        due_at: row.due_at,
        done_at: row.done_at,
        registration_id: row.registration_id.map(RegistrationId),
        message_id: row.message_id.map(MessageId),
    })
}
