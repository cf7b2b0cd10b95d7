//! Settle before you act (law 3): one transaction locks a programme, reads the clock, carries out what is due by then, lets an
//! act happen, and carries out what the act made due. So no act can slip in behind a deadline, and every mail is rendered and
//! stored in the transaction of the fact that caused it.

mod calendar;
mod compose;
mod error;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::watch;
use tracing::Instrument;

pub use crate::mail::reading::ReadMail;
use crate::{
    clock::Clock,
    domain::{
        facts::Facts,
        ids::{MessageId, ProgrammeId},
        programme::Announcement,
        refusal::Refusal,
        rule::{Rule, RuleKey},
        timeline::{Outcome, Step, advance, next_wake},
        whereabouts::Whereabouts,
    },
    entropy::Entropy,
    mail::{
        compose::{Composer, Sender},
        reading,
    },
    metrics::Metrics,
    store::{AuditEntry, Busy, CaughtUp, KeyClaim, Locked, Priority, Scope, Seal, Store, Tx},
};
pub use error::SettleError;

/// A result of settling.
pub type Result<T, E = SettleError> = std::result::Result<T, E>;

/// Mails made in the transaction of their cause; the others are made right after it, so that a lock is never held long.
const MAILS_A_COMMIT: usize = 200;

/// An act that makes more mails than this is a bulk run, and its mails stand behind those of other people's acts.
const MAILS_OF_A_SMALL_ACT: usize = 20;

/// What carries steps out.
pub struct Settle {
    /// The database.
    pub store: Store,
    /// What words and renders mails.
    pub composer: Composer,
    /// What seals stored mails.
    pub seal: Seal,
    /// Ids and secrets.
    pub entropy: Arc<Entropy>,
    /// The clock.
    pub clock: Clock,
    /// Where personal links lead, without a slash at the end.
    pub base_url: String,
    /// Where this database is.
    pub here: Whereabouts,
    /// Who mail comes from.
    pub sender: Sender,
    /// Counts commits, so that the engine looks after each.
    pub committed: watch::Sender<u64>,
    /// Counts what those who operate this want to know.
    pub metrics: Metrics,
}

/// A mutation's key, so that a repetition gets the first answer.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// Caller and mutation.
    pub scope: String,
    /// The client's key.
    pub key: String,
    /// A hash of the input.
    pub input_hash: String,
}

/// What surrounds an act.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Which registrations it needs.
    pub scope: Scope,
    /// The client's key, if one was given.
    pub key: Option<IdempotencyKey>,
    /// Who acts, by id, for the record.
    pub actor: String,
    /// What is done, for the record.
    pub action: &'static str,
}

/// A locked programme with everything due carried out.
struct Settled {
    before: Facts,
    facts: Facts,
    steps: Vec<Step>,
    now: DateTime<Utc>,
    /// What the clock said; earlier than `now` after it was set back.
    read_at: DateTime<Utc>,
    others_wake_at: Option<DateTime<Utc>>,
}

impl Settled {
    /// How late the steps are that time brought; what was never to be carried out is not late.
    fn late(&self) -> Vec<TimeDelta> {
        let is_counted = |step: &&Step| !matches!(step.outcome, Outcome::Skipped(_));
        let late = |step: &Step| self.now - step.due_at;
        self.steps.iter().filter(is_counted).map(late).collect()
    }
}

impl Settle {
    /// Lets an act happen to a programme. The outer error is a breakdown; `None`: there is no such programme; the inner error
    /// is the act's refusal, which leaves what was due carried out and nothing else.
    pub async fn act<T>(
        &self,
        programme: ProgrammeId,
        envelope: &Envelope,
        act: impl FnOnce(&mut Facts, DateTime<Utc>) -> std::result::Result<T, Refusal> + Send,
    ) -> Result<Option<std::result::Result<T, Refusal>>>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let tx = self.store.begin().await?;
        let Some(locked) = tx.lock_programme(programme).await? else {
            return Ok(None);
        };
        let mut settled = self.settled(&tx, &locked, &envelope.scope).await?;
        let now = settled.now;
        let claim = match &envelope.key {
            Some(key) => {
                tx.claim_key(&key.scope, &key.key, &key.input_hash, settled.read_at)
                    .await?
            }
            None => KeyClaim::New,
        };
        let answer = match claim {
            KeyClaim::Answered(answer) => Ok(serde_json::from_str(&answer).map_err(SettleError::Answer)?),
            KeyClaim::Reused => Err(Refusal::IdempotencyKeyReused),
            KeyClaim::New => {
                let settled_facts = settled.facts.clone();
                let answer = act(&mut settled.facts, now);
                match (&answer, &envelope.key) {
                    (Ok(value), Some(key)) => {
                        let json = serde_json::to_string(value).map_err(SettleError::Answer)?;
                        tx.keep_answer(&key.scope, &key.key, json).await?;
                    }
                    (Err(_), Some(key)) => tx.release_key(&key.scope, &key.key).await?,
                    (_, None) => {}
                }
                if answer.is_err() {
                    settled.facts = settled_facts;
                }
                self.audit(&tx, programme, envelope, answer.as_ref().err(), now).await?;
                answer
            }
        };
        let late = settled.late();
        let priority = self.finish(&tx, settled).await?;
        tx.commit().await?;
        self.count(late);
        tracing::debug!(%programme, action = envelope.action, refused = answer.is_err(), ?priority, "acted");
        self.tell_committed();
        Ok(Some(answer))
    }

    /// Carries out what is due in one programme whose moment has come; none: there is none left, beside those to pass over
    /// and, as `busy` says, those that somebody else is busy with.
    pub async fn settle_one(&self, pass_over: &[ProgrammeId], busy: Busy) -> Result<Option<ProgrammeId>> {
        let now = self.store.now(self.clock).await?;
        // Most often there is none, and a look should not take the write lock to find that out.
        if !self.store.is_any_programme_due(now, pass_over).await? {
            return Ok(None);
        }
        let tx = self.store.begin().await?;
        let Some(locked) = tx.lock_due_programme(now, pass_over, busy).await? else {
            return Ok(None);
        };
        let id = locked.id();
        let span = tracing::info_span!("settle", programme = %id);
        let carried_out = async {
            let settled = self.settled(&tx, &locked, &Scope::Live).await?;
            let late = settled.late();
            self.finish(&tx, settled).await?;
            Ok(late)
        };
        match carried_out.instrument(span).await {
            Ok(late) => {
                tx.commit().await?;
                self.count(late);
                self.tell_committed();
                Ok(Some(id))
            }
            Err(error) => {
                tx.rollback().await?;
                Err(SettleError::Programme {
                    id,
                    source: Box::new(error),
                })
            }
        }
    }

    /// Counts how late steps were carried out, once that is committed.
    fn count(&self, late: Vec<TimeDelta>) {
        for late in late {
            self.metrics.carried_out(late);
        }
    }

    /// Tells that something was committed.
    pub fn tell_committed(&self) {
        self.committed.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells whenever something was committed here.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Lets every mail that could not be made be tried at once: what was wrong may have been mended.
    pub async fn compose_all_again(&self) -> Result<()> {
        let tx = self.store.begin().await?;
        let now = tx.now(self.clock).await?;
        tx.compose_all_again(now).await?;
        Ok(tx.commit().await?)
    }

    /// Gives every programme the rules that the product has got since it was entered. They do not reach back.
    pub async fn add_missing_rules(&self) -> Result<()> {
        let tx = self.store.begin().await?;
        let now = tx.now(self.clock).await?;
        for (programme, missing) in tx.missing_rules().await? {
            let rules: Vec<_> = missing
                .iter()
                .map(|key| Rule::default_of(*key, self.entropy.id(now).into(), now))
                .collect();
            tx.insert_rules(programme, &rules).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Lets the mails go that came late, once nothing is due any more; or leaves them to a person, when they are many. Programmes
    /// that cannot be settled do not count.
    pub async fn catch_up(&self, failed: &[ProgrammeId]) -> Result<CaughtUp> {
        // Most often there are none, and a look should not take the write lock to find that out.
        if !self.store.is_catching_up().await? {
            return Ok(CaughtUp::Nothing);
        }
        let tx = self.store.begin().await?;
        let now = tx.now(self.clock).await?;
        let caught_up = tx.catch_up(now, failed).await?;
        if caught_up == CaughtUp::Nothing {
            tx.rollback().await?;
        } else {
            tx.commit().await?;
            self.tell_committed();
        }
        Ok(caught_up)
    }

    /// Drops the texts of mails that ended long ago (rule 14: they hold live links).
    pub async fn forget_mails(&self) -> Result<()> {
        let now = self.store.now(self.clock).await?;
        // Most often there are none, and a look should not take the write lock to find that out.
        while self.store.has_mails_to_forget(now).await? {
            let tx = self.store.begin().await?;
            let forgotten = tx.forget_mails(now).await?;
            tx.commit().await?;
            tracing::info!(forgotten, "dropped the texts of mails that ended long ago");
        }
        Ok(())
    }

    /// Stores a new programme as a draft, with the product's rules.
    pub async fn create(&self, tx: &Tx, id: ProgrammeId, announced: Announcement, now: DateTime<Utc>) -> Result<()> {
        self.create_with_rules(tx, id, announced, Vec::new(), now).await
    }

    /// Stores a new programme as a draft, with these rules and the product's own where there is none of that key.
    pub async fn create_with_rules(
        &self,
        tx: &Tx,
        id: ProgrammeId,
        announced: Announcement,
        rules: Vec<Rule>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut facts = Facts::of_draft(id, announced, now);
        facts.rules = rules;
        for key in RuleKey::ALL {
            if facts.rule(*key).is_none() {
                facts
                    .rules
                    .push(Rule::default_of(*key, self.entropy.id(now).into(), now));
            }
        }
        Ok(tx.insert_programme(&facts, now).await?)
    }

    /// What a stored mail says; nothing, once its text has been dropped.
    pub async fn read_mail(&self, id: MessageId) -> Result<Option<ReadMail>> {
        let raw = self.store.body(id, &self.seal).await?;
        Ok(raw.as_deref().and_then(reading::read))
    }

    async fn settled(&self, tx: &Tx, locked: &Locked, scope: &Scope) -> Result<Settled> {
        // Never earlier than the programme was last settled, whatever the machine's clock says.
        let read_at = tx.now(self.clock).await?;
        let now = read_at.max(locked.settled_at());
        let before = tx.facts(locked, scope, now).await?;
        let (steps, facts) = advance(before.clone(), now);
        // Of what is not at hand, the moment of the next look says all.
        let others_wake_at = match scope {
            Scope::Touched(_) if !locked.is_due(now) => locked.wake_at(),
            _ => None,
        };
        Ok(Settled {
            before,
            facts,
            steps,
            now,
            read_at,
            others_wake_at,
        })
    }

    /// Carries out what the act made due, writes facts, steps and mails, and sets the moment of the next look.
    async fn finish(&self, tx: &Tx, settled: Settled) -> Result<Priority> {
        let Settled {
            before,
            facts,
            mut steps,
            now,
            read_at: _,
            others_wake_at,
        } = settled;
        let due_by_time = steps.len();
        let (made_due, facts) = advance(facts, now);
        let priority = if made_due.len() <= MAILS_OF_A_SMALL_ACT {
            Priority::Act
        } else {
            Priority::Time
        };
        steps.extend(made_due);
        // The programme first: a registration, a step and a mail refer to it.
        let wake_at = [others_wake_at, next_wake(&facts)].into_iter().flatten().min();
        tx.save(&before, &facts, wake_at, now).await?;
        self.carry_out(tx, &facts, &steps, due_by_time, priority, now).await?;
        // Last: nothing is written about anybody after that.
        for erasure in &facts.erasures {
            tx.erase(facts.programme.id, *erasure, now).await?;
        }
        tx.announce_change().await?;
        Ok(priority)
    }

    async fn audit(
        &self,
        tx: &Tx,
        programme: ProgrammeId,
        envelope: &Envelope,
        refusal: Option<&Refusal>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let target = match &envelope.scope {
            Scope::Touched(touched) => {
                let invitation = touched.invitation.map(|id| id.to_string());
                invitation.or(touched.registration.map(|id| id.to_string()))
            }
            Scope::Live | Scope::Everybody => None,
        };
        let entry = AuditEntry {
            id: self.entropy.id(now),
            at: now,
            actor: envelope.actor.clone(),
            action: envelope.action,
            programme_id: Some(programme),
            target,
            result: refusal.map_or_else(|| "done".to_owned(), |refusal| format!("refused: {}", refusal.word())),
        };
        Ok(tx.audit(entry).await?)
    }
}
