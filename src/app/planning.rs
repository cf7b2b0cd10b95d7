//! Changes that can be looked at before they are made, and confirmed by the hash of what was seen.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{App, AppError, Caller, Repeatable, Result, timeline::addresses};
use crate::{
    domain::{
        facts::Facts,
        ids::ProgrammeId,
        plan::{Difference, Plan},
        refusal::Refusal,
        timeline::{Source, advance},
    },
    store::Scope,
};

pub use crate::domain::plan::DifferenceKind;

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
}

impl PlanView {
    pub(super) fn of(plan: &Plan, looked_at: DateTime<Utc>) -> Self {
        let addresses = addresses(&plan.facts);
        let item = |difference: &Difference| DifferenceItem {
            change: difference.change,
            at: difference.at,
            moved_from: difference.moved_from,
            source: difference.source,
            recipients: difference
                .recipients
                .iter()
                .filter_map(|recipient| addresses.get(recipient).cloned())
                .collect(),
        };
        Self {
            hash: format!("{}-{:x}", plan.hash, looked_at.timestamp_micros()),
            differences: plan.differences.iter().map(item).collect(),
        }
    }

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

    /// Whether it is that plan, whenever it was looked at.
    fn names(self, hash: &str) -> bool {
        Seen::of(hash).hash == self.hash
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
            scope,
            confirmation,
            demand,
        } = intent;
        if confirmation.is_dry_run {
            let (before, now) = self.settled_facts(programme, &scope).await?;
            let mut after = before.clone();
            let left = act(&mut after, now)?;
            return Ok(Planned {
                left: Some(left),
                plan: Some(PlanView::of(&Plan::of(&change, &before, &after, now), now)),
                stale: None,
            });
        }
        let seen = confirmation.plan_hash.as_deref().map(Seen::of);
        let mut plan = None;
        let made = self
            .act(caller, programme, action, repeatable, scope, |facts, now| {
                let before = facts.clone();
                let left = act(facts, now)?;
                let made = PlanView::of(&Plan::of(&change, &before, facts, now), now);
                let is_as_seen = seen.is_none_or(|seen| seen.names(&made.hash));
                plan = Some(made);
                if !is_as_seen {
                    return Err(Refusal::StalePlan { since: Vec::new() });
                }
                demand.map_or(Ok(()), |demand| demand(&before))?;
                Ok(left)
            })
            .await;
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
