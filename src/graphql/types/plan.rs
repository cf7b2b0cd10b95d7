//! What a change would do, before it is made.

use async_graphql::{Enum, SimpleObject};

use super::{decision::DecisionOutcome, timeline::TimelineEntry};
use crate::{
    app::{deciding, planning},
    domain::ids::ProgrammeId,
    graphql::scalars::DateTime,
};

/// What becomes of entries of the timeline.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::plan::DifferenceKind")]
pub enum DifferenceKind {
    /// They will happen, and would not have.
    Added,
    /// They will happen at another moment.
    Moved,
    /// They will not happen, and would have.
    Dropped,
    /// Their moment changes, and they have happened: they do not happen again.
    AlreadyDone,
}

/// Entries of one rule or built-in step that fare alike.
#[derive(Debug, SimpleObject)]
pub struct TimelineDifference {
    /// What becomes of them.
    change: DifferenceKind,
    /// When they will happen, or would have.
    at: DateTime,
    /// When they would have happened, of those that are moved.
    moved_from: Option<DateTime>,
    /// The rule or built-in step.
    key: String,
    /// The addresses of those they are about; none: the programme.
    recipients: Vec<String>,
}

impl From<&planning::DifferenceItem> for TimelineDifference {
    fn from(item: &planning::DifferenceItem) -> Self {
        Self {
            change: item.change.into(),
            at: item.at.into(),
            moved_from: item.moved_from.map(DateTime),
            key: item.source.word().to_owned(),
            recipients: item.recipients.clone(),
        }
    }
}

/// What a change comes to in numbers.
#[derive(Debug, SimpleObject)]
pub struct PlanSummary {
    /// How many count for the minimum before it.
    counted: u32,
    /// The minimum. A go below it needs a reason.
    minimum: u32,
    /// Those who hold a place for good right after it.
    participants: u32,
    /// Registrations that it ends.
    cancelled: u32,
    /// Those who wait for a place right after it.
    waiting: u32,
    /// Those who are offered a place right after it.
    offered: u32,
    /// Mails that go out at once.
    mails: usize,
    /// What the participants pay together, in cents; with or without VAT like the price.
    amount_cents: i64,
}

impl From<&planning::PlanSummary> for PlanSummary {
    fn from(summary: &planning::PlanSummary) -> Self {
        Self {
            counted: summary.counted,
            minimum: summary.minimum,
            participants: summary.participants,
            cancelled: summary.cancelled,
            waiting: summary.waiting,
            offered: summary.offered,
            mails: summary.mails,
            amount_cents: summary.amount_cents().try_into().unwrap_or(i64::MAX),
        }
    }
}

/// The differences that a plan makes; none without a plan.
pub fn differences(plan: Option<&planning::PlanView>) -> Vec<TimelineDifference> {
    plan.map(|plan| plan.differences.iter().map(Into::into).collect())
        .unwrap_or_default()
}

/// What a choice would bring, as things stand now.
#[derive(Debug, SimpleObject)]
pub struct DecisionPreview {
    /// The choice.
    outcome: DecisionOutcome,
    /// Names what was looked at; `decideProgramme` takes it.
    plan_hash: String,
    #[graphql(flatten)]
    summary: PlanSummary,
    /// How it differs from what happens when nobody decides.
    difference: Vec<TimelineDifference>,
    /// All that happens then, in due order, if nobody acts after it.
    entries: Vec<TimelineEntry>,
}

impl DecisionPreview {
    /// A preview of this programme.
    pub fn of(programme: ProgrammeId, preview: deciding::DecisionPreview) -> Self {
        Self {
            outcome: preview.outcome.into(),
            plan_hash: preview.plan.hash.clone(),
            summary: (&preview.plan.summary).into(),
            difference: differences(Some(&preview.plan)),
            entries: preview
                .entries
                .into_iter()
                .map(|item| TimelineEntry::of(programme, item))
                .collect(),
        }
    }
}
