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

/// So many of the last acts are told with a plan that has changed since it was looked at.
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
    /// Names the plan: equal for equal plans.
    pub hash: String,
    /// What it changes in the timeline.
    pub differences: Vec<DifferenceItem>,
}

impl PlanView {
    pub(super) fn of(plan: &Plan) -> Self {
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
            hash: plan.hash.clone(),
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
}

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
        } = intent;
        if confirmation.is_dry_run {
            let (before, now) = self.settled_facts(programme, &scope).await?;
            let mut after = before.clone();
            let left = act(&mut after, now)?;
            return Ok(Planned {
                left: Some(left),
                plan: Some(PlanView::of(&Plan::of(&change, &before, &after, now))),
                stale: None,
            });
        }
        let mut plan = None;
        let made = self
            .act(caller, programme, action, repeatable, scope, |facts, now| {
                let before = facts.clone();
                let left = act(facts, now)?;
                let made = PlanView::of(&Plan::of(&change, &before, facts, now));
                let is_as_seen = confirmation.plan_hash.as_ref().is_none_or(|seen| *seen == made.hash);
                plan = Some(made);
                if is_as_seen {
                    Ok(left)
                } else {
                    Err(Refusal::StalePlan { latest: Vec::new() })
                }
            })
            .await;
        match made {
            Ok(left) => Ok(Planned {
                left: Some(left),
                plan,
                stale: None,
            }),
            Err(AppError::Refused(refusals)) if matches!(refusals[..], [Refusal::StalePlan { .. }]) => {
                let latest = self.store().last_acts(programme, ACTS_TOLD).await?;
                Ok(Planned {
                    left: None,
                    plan,
                    stale: Some(Refusal::StalePlan { latest }),
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
