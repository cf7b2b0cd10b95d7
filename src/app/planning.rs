//! Changes that can be looked at before they are made, and confirmed by the hash of what was seen.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    App, AppError, Caller, Repeatable, Result,
    timeline::{occurrence_in, recipient_in},
};
use crate::{
    domain::{
        facts::Facts,
        ids::ProgrammeId,
        message::Recipient,
        plan::{Confirms, Difference, Plan},
        refusal::Refusal,
        timeline::{Source, advance},
    },
    store::{EntryState, LedgerEntry, LedgerFilter, Scope},
};

pub use crate::domain::plan::{DifferenceKind, PlanSummary};

/// So many of the acts since a plan was looked at are told with it when it has changed.
const ACTS_TOLD: u64 = 3;

/// Entries of one rule or built-in step that fare alike when a change is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceItem {
    /// What becomes of them.
    pub change: DifferenceKind,
    /// When they will happen, or would have.
    pub at: DateTime<Utc>,
    /// When they would have happened, of those that are moved.
    pub moved_from: Option<DateTime<Utc>>,
    /// The rule or built-in step.
    pub source: Source,
    /// The addresses of those they are about.
    pub recipients: Vec<String>,
}

/// What a change brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanView {
    /// Names the plan, and the moment at which it was looked at, for [`Seen`].
    pub hash: String,
    /// What it changes in the timeline.
    pub differences: Vec<DifferenceItem>,
    /// What it comes to in numbers.
    pub summary: PlanSummary,
}

impl PlanView {
    /// The addresses of those whom mails of a rule will reach that would not have.
    pub fn reached_by(&self, source: Source) -> Vec<String> {
        let added = self
            .differences
            .iter()
            .filter(|item| item.source == source && item.change == DifferenceKind::Added);
        let reached: BTreeSet<_> = added.flat_map(|item| item.recipients.iter().cloned()).collect();
        reached.into_iter().collect()
    }
}

/// A plan that somebody looked at, as the client gives it back.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    hash: &'a str,
    /// None: nothing that was told by us.
    looked_at: Option<DateTime<Utc>>,
}

impl<'a> Seen<'a> {
    fn of(given: &'a str) -> Self {
        let (hash, micros) = given.split_once('-').unwrap_or((given, ""));
        let micros = i64::from_str_radix(micros, 16).ok();
        Self {
            hash,
            looked_at: micros.and_then(DateTime::from_timestamp_micros),
        }
    }
}

/// How a change is asked for.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// Only look at what it would bring.
    pub is_dry_run: bool,
    /// The hash of the plan that was looked at; none: make it, whatever it brings.
    pub plan_hash: Option<String>,
}

/// What became of a change that can be looked at beforehand.
#[derive(Debug, Clone)]
pub struct Planned<T> {
    /// What it left, or would leave; none: what would happen has changed since it was looked at, and nothing was done.
    pub left: Option<T>,
    /// What it brought, or would bring; none for the repetition of an earlier request.
    pub plan: Option<PlanView>,
    /// Why nothing was done.
    pub stale: Option<Refusal>,
}

impl<T> Planned<T> {
    /// The same with what the thing is seen as.
    pub fn with<U>(self, left: U) -> Planned<U> {
        Planned {
            left: self.left.map(|_| left),
            plan: self.plan,
            stale: self.stale,
        }
    }
}

/// What is planned to be done: its name for the record, and for the plan's hash together with all that is confirmed by it.
pub(super) struct Intent<'a> {
    pub(super) action: &'static str,
    pub(super) change: String,
    pub(super) confirms: Confirms,
    pub(super) scope: Scope,
    pub(super) confirmation: &'a Confirmation,
    /// What else is demanded of the facts before it, once it is sure that what was seen is what will be: another plan can make
    /// other demands.
    pub(super) demand: Option<&'a Demand<'a>>,
}

/// See [`Intent::demand`].
pub(super) type Demand<'a> = dyn Fn(&Facts) -> std::result::Result<(), Refusal> + Sync + 'a;

impl App {
    /// Makes a change to a programme, or only tells what it would bring.
    pub(super) async fn act_by_plan<T>(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        intent: Intent<'_>,
        repeatable: &Repeatable,
        act: impl FnOnce(&mut Facts, DateTime<Utc>) -> std::result::Result<T, Refusal> + Send,
    ) -> Result<Planned<T>>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send,
    {
        let Intent {
            action,
            change,
            confirms,
            scope,
            confirmation,
            demand,
        } = intent;
        if confirmation.is_dry_run {
            let (before, now) = self.settled_facts(programme, &scope).await?;
            let mut after = before.clone();
            let left = act(&mut after, now)?;
            let plan = Plan::of(&change, confirms, &before, &after, now);
            return Ok(Planned {
                left: Some(left),
                plan: Some(self.view(programme, &plan, now).await?),
                stale: None,
            });
        }
        let seen = confirmation.plan_hash.as_deref().map(Seen::of);
        let mut plan = None;
        let made = self
            .act(caller, programme, action, repeatable, scope, |facts, now| {
                let before = facts.clone();
                let left = act(facts, now)?;
                let made = Plan::of(&change, confirms, &before, facts, now);
                let is_as_seen = seen.is_none_or(|seen| seen.hash == made.hash);
                plan = Some((made, now));
                if !is_as_seen {
                    return Err(Refusal::StalePlan { since: Vec::new() });
                }
                demand.map_or(Ok(()), |demand| demand(&before))?;
                Ok(left)
            })
            .await;
        let plan = match &plan {
            Some((plan, now)) => Some(self.view(programme, plan, *now).await?),
            None => None,
        };
        match made {
            Ok(left) => Ok(Planned {
                left: Some(left),
                plan,
                stale: None,
            }),
            Err(AppError::Refused(refusals)) if matches!(refusals[..], [Refusal::StalePlan { .. }]) => {
                let since = match seen.and_then(|seen| seen.looked_at) {
                    Some(looked_at) => self.store().acts_since(programme, looked_at, ACTS_TOLD).await?,
                    None => Vec::new(),
                };
                Ok(Planned {
                    left: None,
                    plan,
                    stale: Some(Refusal::StalePlan { since }),
                })
            }
            Err(error) => Err(error),
        }
    }

    /// A plan with the addresses of those it is about. What has come already is told with those to whom it was carried out.
    pub(super) async fn view(&self, programme: ProgrammeId, plan: &Plan, looked_at: DateTime<Utc>) -> Result<PlanView> {
        let has_come: BTreeSet<(Source, &str)> = plan
            .differences
            .iter()
            .filter_map(|difference| Some((difference.source, difference.occurrence.as_deref()?)))
            .collect();
        let mut past = match has_come.is_empty() {
            true => Vec::new(),
            false => self.store().ledger(programme, &LedgerFilter::default()).await?,
        };
        past.retain(|entry| is_carried_out(entry) && has_come.contains(&(entry.source, occurrence_in(&entry.key))));
        let addresses = self.addresses(&plan.facts, &past).await?;
        let item = |difference: &Difference| {
            let told: Vec<Recipient> = match &difference.occurrence {
                None => difference.recipients.clone(),
                Some(name) => {
                    let of_it = past
                        .iter()
                        .filter(|entry| entry.source == difference.source && occurrence_in(&entry.key) == name);
                    let told: Vec<_> = of_it.map(|entry| recipient_in(&entry.key, &addresses)).collect();
                    // Its moment came, and there was nothing to do or nobody to tell.
                    if told.is_empty() {
                        return None;
                    }
                    told.into_iter().flatten().collect()
                }
            };
            Some(DifferenceItem {
                change: difference.change,
                at: difference.at,
                moved_from: difference.moved_from,
                source: difference.source,
                recipients: told.iter().filter_map(|whom| addresses.get(whom).cloned()).collect(),
            })
        };
        Ok(PlanView {
            hash: format!("{}-{:x}", plan.hash, looked_at.timestamp_micros()),
            differences: plan.differences.iter().filter_map(item).collect(),
            summary: plan.summary.clone(),
        })
    }

    /// The facts of a programme as they are when everything due by now has been carried out, and now.
    pub(super) async fn settled_facts(&self, programme: ProgrammeId, scope: &Scope) -> Result<(Facts, DateTime<Utc>)> {
        let Some((facts, settled_at)) = self.store().facts(programme, scope).await? else {
            return Err(Refusal::not_found("programme", "programmeId").into());
        };
        let now = self.now().await?.max(settled_at);
        let (_, settled) = advance(facts, now);
        Ok((settled, now))
    }
}

/// Whether it happened, or will as soon as its mail can be made.
fn is_carried_out(entry: &LedgerEntry) -> bool {
    match entry.state {
        EntryState::Done | EntryState::Pending | EntryState::Failed => true,
        EntryState::Skipped | EntryState::Missed => false,
    }
}
