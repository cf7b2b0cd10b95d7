//! What a person may do: one file per area, one method per intent. Who may is decided here and nowhere above.
//!
//! Every method takes the [`Caller`]. Without the role it is [`AppError::Forbidden`]; things that a caller may not know of are
//! not found.

pub mod agendas;
pub mod arranging;
mod calendar;
pub mod caller;
mod cloning;
pub mod deciding;
mod error;
pub mod exporting;
pub mod fields;
pub mod guests;
pub mod harvest;
pub mod hosting;
pub mod outbox;
pub mod planning;
pub mod privacy;
pub mod programme_fields;
pub mod programmes;
pub mod questions;
pub mod registering;
pub mod sharing;
pub mod timeline;
pub mod tokens;
pub mod travelling;
pub mod venue_fields;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use tracing::Instrument;

pub use caller::Caller;
pub use error::AppError;

use crate::{
    clock::Clock,
    domain::{facts::Facts, ids::ProgrammeId, refusal::Refusal},
    settle::{Envelope, IdempotencyKey, Settle},
    store::{AuditEntry, KeyClaim, Scope, Store, Tx},
};

/// A result of an intent.
pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// What a mutation brings along beside its meaning.
#[derive(Debug, Clone, Default)]
pub struct Repeatable {
    /// The client's key, if it gave one.
    pub key: Option<String>,
    /// The whole input in a form that is equal for equal inputs.
    pub input: String,
}

/// The intents.
#[derive(Clone)]
pub struct App {
    settle: Arc<Settle>,
}

impl App {
    /// The intents over a database.
    pub fn new(settle: Arc<Settle>) -> Self {
        Self { settle }
    }

    fn store(&self) -> &Store {
        &self.settle.store
    }

    /// The clock that everything runs on.
    pub fn clock(&self) -> Clock {
        self.settle.clock
    }

    /// What links in mails begin with, and the address that mail comes from: both stand in a mail from when it is made.
    pub fn mail_is_made_with(&self) -> (&str, &str) {
        (&self.settle.base_url, &self.settle.sender.from)
    }

    /// What time it is on that clock.
    pub async fn now(&self) -> Result<DateTime<Utc>> {
        Ok(self.store().now(self.settle.clock).await?)
    }

    /// Lets an act happen in a programme.
    async fn act<T>(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        action: &'static str,
        repeatable: &Repeatable,
        scope: Scope,
        act: impl FnOnce(&mut Facts, DateTime<Utc>) -> std::result::Result<T, Refusal> + Send,
    ) -> Result<T>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send,
    {
        let key = idempotency_key(caller, action, repeatable)?;
        let envelope = Envelope {
            scope,
            key,
            actor: caller.word(),
            action,
        };
        let span = tracing::info_span!("act", %programme, action);
        match self.settle.act(programme, &envelope, act).instrument(span).await? {
            Some(answer) => Ok(answer?),
            None => Err(Refusal::not_found("programme", "programmeId").into()),
        }
    }
}

/// What an act that changes no facts is about, for the record.
#[derive(Debug, Clone, Default)]
struct About {
    programme: Option<ProgrammeId>,
    target: Option<String>,
}

impl App {
    /// Lets an act happen that changes none of a programme's facts: key, act and record in one transaction.
    async fn act_aside<T>(
        &self,
        caller: &Caller,
        action: &'static str,
        about: About,
        repeatable: &Repeatable,
        act: impl for<'a> FnOnce(&'a Tx, DateTime<Utc>) -> BoxFuture<'a, Result<T>> + Send,
    ) -> Result<T>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send,
    {
        let programme = about.programme.map(|id| id.to_string());
        let span = tracing::info_span!("act", programme, action);
        self.carry_out_aside(caller, action, about, repeatable, act)
            .instrument(span)
            .await
    }

    async fn carry_out_aside<T>(
        &self,
        caller: &Caller,
        action: &'static str,
        about: About,
        repeatable: &Repeatable,
        act: impl for<'a> FnOnce(&'a Tx, DateTime<Utc>) -> BoxFuture<'a, Result<T>> + Send,
    ) -> Result<T>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send,
    {
        let unreadable = |error: serde_json::Error| AppError::Broken(Box::new(error));
        let key = idempotency_key(caller, action, repeatable)?;
        let tx = self.store().begin().await?;
        let now = tx.now(self.settle.clock).await?;
        if let Some(key) = &key {
            match tx.claim_key(&key.scope, &key.key, &key.input_hash, now).await? {
                KeyClaim::New => {}
                KeyClaim::Reused => return Err(Refusal::IdempotencyKeyReused.into()),
                KeyClaim::Answered(answer) => return serde_json::from_str(&answer).map_err(unreadable),
            }
        }
        let answer = act(&tx, now).await?;
        if let Some(key) = &key {
            let json = serde_json::to_string(&answer).map_err(unreadable)?;
            tx.keep_answer(&key.scope, &key.key, json).await?;
        }
        tx.audit(AuditEntry {
            id: self.settle.entropy.id(now),
            at: now,
            actor: caller.word(),
            action,
            programme_id: about.programme,
            target: about.target,
            result: "done".to_owned(),
        })
        .await?;
        tx.announce_change().await?;
        tx.commit().await?;
        self.settle.tell_committed();
        Ok(answer)
    }
}

/// The key of a mutation in the scope of its caller.
fn idempotency_key(caller: &Caller, action: &str, repeatable: &Repeatable) -> Result<Option<IdempotencyKey>> {
    let Some(key) = &repeatable.key else { return Ok(None) };
    if key.is_empty() || key.len() > 200 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::invalid("idempotencyKey", "must be 1 to 200 visible ASCII characters").into());
    }
    let input_hash = Sha256::digest(repeatable.input.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Some(IdempotencyKey {
        scope: format!("{}/{action}", caller.word()),
        key: key.clone(),
        input_hash,
    }))
}
