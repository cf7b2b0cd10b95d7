//! Go or no-go by people, extending and cancelling: each with a look at what it would bring.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    App, Caller, Repeatable, Result,
    fields::Parsing,
    planning::{Confirmation, Intent, PlanView, Planned},
    timeline::{TimelineItem, planned_items},
};
use crate::{
    domain::{
        acts,
        decision::DecisionOutcome,
        facts::Facts,
        ids::ProgrammeId,
        plan::{Confirms, Plan},
        text::Paragraphs,
    },
    store::{ProgrammeRecord, Scope},
};

/// What a choice would bring, as things stand now.
#[derive(Debug, Clone)]
pub struct DecisionPreview {
    /// The choice.
    pub outcome: DecisionOutcome,
    /// When it was looked at: what a choice brings at once is due then.
    pub looked_at: DateTime<Utc>,
    /// What it brings, and its hash.
    pub plan: PlanView,
    /// All that happens then, in due order, if nobody acts.
    pub entries: Vec<TimelineItem>,
}

impl App {
    /// What a go or a no-go would bring now; none: there is nothing to decide now.
    pub async fn decision_preview(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        outcome: DecisionOutcome,
    ) -> Result<Option<DecisionPreview>> {
        caller.must_organise(programme)?;
        let (before, now) = self.settled_facts(programme, &Scope::Live).await?;
        if acts::can_decide(&before, now).is_err() {
            return Ok(None);
        }
        let mut after = before.clone();
        acts::choose(&mut after, outcome, None, now)?;
        let plan = Plan::of(&choice(outcome), Confirms::Numbers, &before, &after, now);
        Ok(Some(DecisionPreview {
            outcome,
            looked_at: now,
            entries: planned_items(&plan.steps, &plan.facts),
            plan: self.view(programme, &plan, now).await?,
        }))
    }

    /// An organiser chooses, by the hash of the preview that was seen.
    pub async fn decide_programme(
        &self,
        caller: &Caller,
        id: ProgrammeId,
        outcome: DecisionOutcome,
        plan_hash: &str,
        reason: Option<&str>,
        repeatable: &Repeatable,
    ) -> Result<Planned<ProgrammeRecord>> {
        self.organised(caller, id, "programmeId").await?;
        let mut parsing = Parsing::default();
        let reason: Option<Paragraphs<1000>> = parsing.optional("reason", reason);
        parsing.finish(Some(()))?;
        let confirmation = Confirmation {
            is_dry_run: false,
            plan_hash: Some(plan_hash.to_owned()),
        };
        let has_reason = reason.is_some();
        let demand = |facts: &Facts| acts::must_be_explained(facts, outcome, has_reason);
        let intent = Intent {
            action: "decideProgramme",
            change: choice(outcome),
            confirms: Confirms::Numbers,
            scope: Scope::Live,
            confirmation: &confirmation,
            demand: Some(&demand),
        };
        let planned = self
            .act_by_plan(caller, id, intent, repeatable, move |facts, now| {
                acts::choose(facts, outcome, reason, now)
            })
            .await?;
        Ok(planned.with(self.own_programme(id).await?))
    }

    /// Moves the deadline to a later day.
    pub async fn extend_deadline(
        &self,
        caller: &Caller,
        id: ProgrammeId,
        registration_deadline: NaiveDate,
        reason: &str,
        confirmation: &Confirmation,
        repeatable: &Repeatable,
    ) -> Result<Planned<ProgrammeRecord>> {
        self.organised(caller, id, "programmeId").await?;
        let mut parsing = Parsing::default();
        let reason: Option<Paragraphs<1000>> = parsing.text("reason", reason);
        let reason = parsing.finish(reason)?;
        let act = self.settle.entropy.id(self.now().await?);
        let intent = Intent {
            action: "extendDeadline",
            change: format!("extend to {registration_deadline}: {reason}"),
            confirms: Confirms::Numbers,
            // Everybody: those cancelled by a no-go get a link that registers them anew.
            scope: Scope::Everybody,
            confirmation,
            demand: None,
        };
        let planned = self
            .act_by_plan(caller, id, intent, repeatable, move |facts, now| {
                acts::extend_deadline(facts, registration_deadline, &reason, act, now)
            })
            .await?;
        Ok(planned.with(self.own_programme(id).await?))
    }

    /// Cancels a programme.
    pub async fn cancel_programme(
        &self,
        caller: &Caller,
        id: ProgrammeId,
        reason: &str,
        confirmation: &Confirmation,
        repeatable: &Repeatable,
    ) -> Result<Planned<ProgrammeRecord>> {
        self.organised(caller, id, "programmeId").await?;
        let mut parsing = Parsing::default();
        let reason: Option<Paragraphs<1000>> = parsing.text("reason", reason);
        let reason = parsing.finish(reason)?;
        let intent = Intent {
            action: "cancelProgramme",
            change: format!("cancel: {reason}"),
            confirms: Confirms::Numbers,
            scope: Scope::Live,
            confirmation,
            demand: None,
        };
        let planned = self
            .act_by_plan(caller, id, intent, repeatable, move |facts, now| {
                acts::cancel(facts, reason, now)
            })
            .await?;
        Ok(planned.with(self.own_programme(id).await?))
    }
}

/// The choice as it stands in the plan's hash. The reason is not part of it: it changes nothing in the timeline, and is given
/// after looking.
fn choice(outcome: DecisionOutcome) -> String {
    format!("decide {}", outcome.word())
}
