//! Reading the outbox.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::{delivery_attempt, message, message_body};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func, Query, WindowStatement},
};
use uuid::Uuid;

use super::{
    super::{Result, Seal, Store, StoreError, people::WhomColumns},
    claim::ready,
};
use crate::domain::{
    delivery::{AttemptOutcome, SmtpVerb},
    ids::{InstanceId, InvitationId, MessageId, ProgrammeId, RegistrationId},
    message::{Locale, MessageKind, MessageStatus, Recipient},
    page::{Page, Window},
};

/// A mail as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The id, in order of time.
    pub id: MessageId,
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// The person.
    pub recipient: Recipient,
    /// Which mail.
    pub kind: MessageKind,
    /// Its language.
    pub locale: Locale,
    /// The one address that it goes to.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// The Message-ID, without angle brackets.
    pub message_id_header: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// Why it stands there, where that is a question.
    pub reason: Option<String>,
    /// When what it tells happened.
    pub caused_at: DateTime<Utc>,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// From when on it may be tried; of use while it is queued.
    pub next_attempt_at: DateTime<Utc>,
    /// When the relay took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it came to its end, whichever.
    pub ended_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: u32,
    /// How often the relay deferred it, of late.
    pub failures: u32,
    /// How often no verdict came, of late.
    pub ambiguities: u32,
}

/// One attempt to hand a mail over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Who made it.
    pub instance_id: InstanceId,
    /// When it began, by the mail's clock.
    pub started_at: DateTime<Utc>,
    /// How it ended; none while it is under way.
    pub outcome: Option<AttemptOutcome>,
    /// The step at which it ended.
    pub verb: Option<SmtpVerb>,
    /// The relay's reply code.
    pub code: Option<u16>,
    /// The relay's enhanced status code (RFC 3463).
    pub enhanced: Option<String>,
    /// What the relay said, or what went wrong.
    pub text: Option<String>,
}

/// Which mails to list; an empty filter takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Of one of these kinds; empty: any.
    pub kinds: Vec<MessageKind>,
    /// In one of these statuses; empty: any.
    pub statuses: Vec<MessageStatus>,
    /// Of one of these programmes; none: any. An empty list takes nothing.
    pub programmes: Option<Vec<ProgrammeId>>,
    /// To the person behind this registration.
    pub registration: Option<RegistrationId>,
    /// To the guest of this invitation.
    pub invitation: Option<InvitationId>,
    /// To this address, without regard to case.
    pub recipient: Option<String>,
}

fn condition(filter: &MessageFilter) -> Condition {
    let words = |words: Vec<&'static str>| (!words.is_empty()).then_some(words);
    let kinds = words(filter.kinds.iter().map(|kind| kind.word()).collect());
    let statuses = words(filter.statuses.iter().map(|status| status.word()).collect());
    let programmes = filter.programmes.as_ref();
    Condition::all()
        .add_option(kinds.map(|kinds| message::Column::Kind.is_in(kinds)))
        .add_option(statuses.map(|statuses| message::Column::Status.is_in(statuses)))
        .add_option(programmes.map(|ids| message::Column::ProgrammeId.is_in(ids.iter().map(|id| id.0))))
        .add_option(filter.registration.map(|id| message::Column::RegistrationId.eq(id.0)))
        .add_option(filter.invitation.map(|id| message::Column::InvitationId.eq(id.0)))
        .add_option(filter.recipient.as_ref().map(|address| {
            Expr::expr(Func::lower(Expr::col(message::Column::Recipient)))
                .eq(Func::lower(Expr::value(address.as_str())))
        }))
}

impl Store {
    /// A mail.
    pub async fn message(&self, id: MessageId) -> Result<Option<Message>> {
        message::Entity::find_by_id(id.0)
            .one(&self.reader)
            .await?
            .map(read)
            .transpose()
    }

    /// Mails by their ids; those that are not there are left out.
    pub async fn messages_by_id(&self, ids: &[MessageId]) -> Result<HashMap<MessageId, Message>> {
        let rows = message::Entity::find()
            .filter(message::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.reader)
            .await?;
        rows.into_iter().map(|row| Ok((row.id.into(), read(row)?))).collect()
    }

    /// A stretch of the mails that a filter takes, newest first.
    pub async fn messages(&self, filter: &MessageFilter, window: &Window<MessageId>) -> Result<Page<Message>> {
        let taken = message::Entity::find().filter(condition(filter));
        let total = taken.clone().count(&self.reader).await?;
        let mut part = taken;
        if let Some(after) = window.after {
            part = part.filter(message::Column::Id.lt(after.0));
        }
        if let Some(before) = window.before {
            part = part.filter(message::Column::Id.gt(before.0));
        }
        part = if window.is_from_end {
            part.order_by_asc(message::Column::Id)
        } else {
            part.order_by_desc(message::Column::Id)
        };
        let rows = part.limit(window.limit as u64 + 1).all(&self.reader).await?;
        Ok(Page::of_fetched(
            rows.into_iter().map(read).collect::<Result<_>>()?,
            window,
            total,
        ))
    }

    /// The newest mails to the persons behind some registrations, each list newest first, and how many there are of each. At most
    /// `limit` each, only those older than `after`; a person without any is left out.
    pub async fn messages_to(
        &self,
        registrations: &[RegistrationId],
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<HashMap<RegistrationId, (Vec<Message>, u64)>> {
        let to_them = || message::Column::RegistrationId.is_in(registrations.iter().map(|id| id.0));
        let counts: Vec<(Uuid, i64)> = message::Entity::find()
            .select_only()
            .column(message::Column::RegistrationId)
            .column_as(message::Column::Id.count(), "total")
            .filter(to_them())
            .group_by(message::Column::RegistrationId)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut lists: HashMap<RegistrationId, (Vec<Message>, u64)> = counts
            .into_iter()
            .map(|(id, total)| (id.into(), (Vec::new(), total.unsigned_abs())))
            .collect();
        let newest_first = WindowStatement::partition_by(message::Column::RegistrationId)
            .order_by(message::Column::Id, Order::Desc)
            .take();
        let ranked = Query::select()
            .column(message::Column::Id)
            .expr_window_as(Expr::cust("ROW_NUMBER()"), newest_first, "place")
            .from(message::Entity)
            .and_where(to_them())
            .and_where_option(after.map(|after| message::Column::Id.lt(after.0)))
            .take();
        let wanted = Query::select()
            .column("id")
            .from_subquery(ranked, "ranked")
            .and_where(Expr::col("place").lte(limit as u64))
            .take();
        let rows = message::Entity::find()
            .filter(message::Column::Id.in_subquery(wanted))
            .order_by_desc(message::Column::Id)
            .all(&self.reader)
            .await?;
        for row in rows.into_iter().map(read) {
            let message = row?;
            if let Recipient::Registration(id) = message.recipient {
                lists.entry(id).or_default().0.push(message);
            }
        }
        Ok(lists)
    }

    /// The attempts of mails, in order; a mail without any is left out.
    pub async fn attempts(&self, ids: &[MessageId]) -> Result<HashMap<MessageId, Vec<Attempt>>> {
        let rows = delivery_attempt::Entity::find()
            .filter(delivery_attempt::Column::MessageId.is_in(ids.iter().map(|id| id.0)))
            .order_by_asc(delivery_attempt::Column::MessageId)
            .order_by_asc(delivery_attempt::Column::Number)
            .all(&self.reader)
            .await?;
        let mut attempts: HashMap<MessageId, Vec<Attempt>> = HashMap::new();
        for row in rows {
            attempts
                .entry(row.message_id.into())
                .or_default()
                .push(read_attempt(row)?);
        }
        Ok(attempts)
    }

    /// A mail's bytes; none if they were never made, or were dropped.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if this is not the secret that they were sealed with.
    pub async fn body(&self, id: MessageId, seal: &Seal) -> Result<Option<Vec<u8>>> {
        let row = message_body::Entity::find_by_id(id.0).one(&self.reader).await?;
        row.map(|row| seal.open(id.0, &row.sealed)).transpose()
    }

    /// When the next queued mail may be tried, past or future; none: the queue is empty.
    pub async fn next_attempt_at(&self) -> Result<Option<DateTime<Utc>>> {
        let next = message::Entity::find()
            .filter(message::Column::Status.eq(MessageStatus::Queued.word()))
            .order_by_asc(message::Column::NextAttemptAt)
            .one(&self.reader)
            .await?;
        Ok(next.map(|row| row.next_attempt_at))
    }

    /// How many queued mails may be tried now.
    pub async fn queued_due(&self, now: DateTime<Utc>) -> Result<u64> {
        let due = message::Entity::find().filter(ready(now));
        Ok(due.count(&self.reader).await?)
    }

    /// How many mails are left to do for a server: queued ones that may be tried now, and those in its hands. Seen in one look,
    /// so that none is missed which goes from one to the other.
    pub async fn outstanding(&self, instance: InstanceId, now: DateTime<Utc>) -> Result<u64> {
        let in_hand = Condition::all()
            .add(message::Column::Status.eq(MessageStatus::Sending.word()))
            .add(message::Column::ClaimedBy.eq(instance.0));
        let outstanding = message::Entity::find().filter(Condition::any().add(ready(now)).add(in_hand));
        Ok(outstanding.count(&self.reader).await?)
    }
}

pub(super) fn status(row: &message::Model) -> Result<MessageStatus> {
    MessageStatus::from_word(&row.status)
        .ok_or_else(|| StoreError::inconsistent("message", "status", row.id, "unknown"))
}

/// Whom a mail is for.
pub(super) fn whom(row: &message::Model) -> WhomColumns {
    WhomColumns {
        registration_id: row.registration_id,
        team_member_id: row.team_member_id,
        invitation_id: row.invitation_id,
    }
}

fn read(row: message::Model) -> Result<Message> {
    let inconsistent = |column, problem: &str| StoreError::inconsistent("message", column, row.id, problem);
    let count = |column, value: i32| u32::try_from(value).map_err(|_| inconsistent(column, "a negative count"));
    let recipient = whom(&row).recipient();
    let recipient = recipient.ok_or_else(|| inconsistent("registration_id", "not exactly one person"))?;
    Ok(Message {
        id: row.id.into(),
        programme_id: row.programme_id.into(),
        recipient,
        kind: MessageKind::from_word(&row.kind).ok_or_else(|| inconsistent("kind", "unknown"))?,
        locale: Locale::from_tag(&row.locale).ok_or_else(|| inconsistent("locale", "unknown"))?,
        status: status(&row)?,
        attempts: count("attempts", row.attempts)?,
        failures: count("failures", row.failures)?,
        ambiguities: count("ambiguities", row.ambiguities)?,
        address: row.recipient,
        subject: row.subject,
        message_id_header: row.message_id_header,
        reason: row.reason,
        caused_at: row.caused_at,
        due_at: row.due_at,
        next_attempt_at: row.next_attempt_at,
        sent_at: row.sent_at,
        ended_at: row.ended_at,
    })
}

fn read_attempt(row: delivery_attempt::Model) -> Result<Attempt> {
    let inconsistent = |column| StoreError::inconsistent("delivery_attempt", column, row.message_id, "unknown");
    let outcome = row
        .outcome
        .as_deref()
        .map(|word| AttemptOutcome::from_word(word).ok_or_else(|| inconsistent("outcome")));
    let verb = row
        .verb
        .as_deref()
        .map(|word| SmtpVerb::from_word(word).ok_or_else(|| inconsistent("verb")));
    let code = row
        .code
        .map(|code| u16::try_from(code).map_err(|_| inconsistent("code")));
    Ok(Attempt {
        number: u32::try_from(row.number).map_err(|_| inconsistent("number"))?,
        instance_id: row.instance_id.into(),
        started_at: row.started_at,
        outcome: outcome.transpose()?,
        verb: verb.transpose()?,
        code: code.transpose()?,
        enhanced: row.enhanced,
        text: row.text,
    })
}
