//! What an organiser can look at before it is done: deciding, extending, cancelling, rules and announcements.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::{
    inputs::{TriggerInput, change},
    organiser::ProgrammePayload,
    repeatable,
};
use crate::{
    app::{
        arranging::{Announced, AnnouncementFields, RuleFields},
        planning::{Confirmation, Planned},
        programmes::ProgrammeRecord,
    },
    domain,
    graphql::{
        global_id::id_in,
        request::scope,
        scalars::LocalDate,
        types::{
            announcement::{Announcement, Audience},
            decision::DecisionOutcome,
            message::Message,
            plan::{TimelineDifference, differences},
            programme::Programme,
            rule::{Rule, WhenMoved},
        },
        user_error::UserError,
    },
};

/// What an organiser can look at before it is done.
#[derive(Default)]
pub struct Planning;

/// An organiser's choice.
#[derive(Debug, InputObject)]
pub struct DecideProgrammeInput {
    /// The programme.
    programme_id: ID,
    /// Go or no-go.
    outcome: DecisionOutcome,
    /// The `planHash` of the `decisionPreview` that was looked at.
    plan_hash: String,
    /// What is said about it; needed for a go below the minimum. With a no-go people are told it.
    reason: Option<String>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Until when people can register.
#[derive(Debug, InputObject)]
pub struct ExtendDeadlineInput {
    /// The programme.
    programme_id: ID,
    /// The new last day on which one can register; later than the present one, before the day of the kick-off.
    registration_deadline: LocalDate,
    /// What people are told about it.
    reason: String,
    /// The hash of the plan that was looked at with `dryRun`; when left out it is done whatever it brings.
    plan_hash: Option<String>,
    /// Only tell what it would bring.
    #[graphql(default = false)]
    dry_run: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which programme is cancelled, and why.
#[derive(Debug, InputObject)]
pub struct CancelProgrammeInput {
    /// The programme.
    programme_id: ID,
    /// What people are told about it.
    reason: String,
    /// The hash of the plan that was looked at with `dryRun`; when left out it is done whatever it brings.
    plan_hash: Option<String>,
    /// Only tell what it would bring.
    #[graphql(default = false)]
    dry_run: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What changes about a rule. What is left out stays; null means none, and for the trigger the product's own.
#[derive(Debug, InputObject)]
pub struct SetRuleInput {
    /// The programme.
    programme_id: ID,
    /// Which rule; `rules` lists them.
    key: String,
    /// When it fires, for a rule with a moment of its own.
    trigger: MaybeUndefined<TriggerInput>,
    /// How many hours late it may still be carried out; null: it is never too late.
    lateness_hours: MaybeUndefined<i32>,
    /// What a moved anchor means for it.
    when_moved: Option<WhenMoved>,
    /// A sentence of the organiser's own, shown in the mail; null: none.
    own_sentence: MaybeUndefined<String>,
    /// Pauses it, with the reason that the timeline will show; null: it goes on.
    pause_note: MaybeUndefined<String>,
    /// Only tell what it would bring.
    #[graphql(default = false)]
    dry_run: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What is announced, to whom and when.
#[derive(Debug, InputObject)]
pub struct AnnounceInput {
    /// The programme.
    programme_id: ID,
    /// Who gets it: those who belong to it when it goes out.
    audience: Audience,
    /// The subject, after the programme's title.
    subject: String,
    /// What it says; empty lines part paragraphs.
    body: String,
    /// When it goes out: counted from an anchor, each of whose moments to come is one; or on the first such day of the week.
    /// At once when left out.
    trigger: Option<TriggerInput>,
    /// The hash of the plan that was looked at. Without it nothing is done: it only tells whom it would reach.
    plan_hash: Option<String>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which announcement is taken back.
#[derive(Debug, InputObject)]
pub struct WithdrawAnnouncementInput {
    /// The announcement.
    announcement_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What became of a rule.
#[derive(Debug, SimpleObject)]
pub struct RulePayload {
    /// The rule as it is now, or would be; null when it was refused.
    rule: Option<Rule>,
    /// What it changes in the timeline.
    difference: Vec<TimelineDifference>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// What became of an announcement.
#[derive(Debug, SimpleObject)]
pub struct AnnouncePayload {
    /// The announcement; null while it is only looked at, and when it was refused.
    announcement_id: Option<ID>,
    /// Names what was looked at; the same mutation with this hash does it.
    plan_hash: Option<String>,
    /// The addresses that it reaches, as things stand now.
    recipients: Vec<String>,
    /// When it goes out, to whom.
    difference: Vec<TimelineDifference>,
    /// The first hundred mails made of it.
    messages: Vec<Message>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// What became of an announcement that was taken back.
#[derive(Debug, SimpleObject)]
pub struct WithdrawAnnouncementPayload {
    /// The announcement; null when it was refused.
    announcement: Option<Announcement>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl From<(Option<Planned<ProgrammeRecord>>, Vec<UserError>)> for ProgrammePayload {
    fn from((planned, mut errors): (Option<Planned<ProgrammeRecord>>, Vec<UserError>)) -> Self {
        let Some(planned) = planned else {
            return Self::of(None, None, errors);
        };
        errors.extend(planned.stale.map(UserError::from));
        Self::of(planned.left.map(Programme::from), planned.plan.as_ref(), errors)
    }
}

impl From<SetRuleInput> for RuleFields {
    fn from(input: SetRuleInput) -> Self {
        Self {
            trigger: change(input.trigger, Into::into),
            lateness_hours: change(input.lateness_hours, |hours| hours),
            when_moved: input.when_moved.map(Into::into),
            own_sentence: change(input.own_sentence, |text| text),
            pause_note: change(input.pause_note, |text| text),
        }
    }
}

/// What an organiser can look at before it is done.
#[Object]
impl Planning {
    /// Decides go or no-go where that was left to people. The state counts at this moment. It is refused with STALE_PLAN when
    /// what would happen is no longer what was looked at; then `difference` and `planHash` tell how it is now, and the message
    /// what people did since.
    async fn decide_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice, and what was looked at.")] mut input: DecideProgrammeInput,
    ) -> Result<ProgrammePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .decide_programme(
                &scope.caller,
                id_in(&input.programme_id),
                input.outcome.into(),
                &input.plan_hash,
                input.reason.as_deref(),
                &repeatable,
            )
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Moves the deadline to a later day and tells people. After a no-go the programme reopens, and those cancelled by it can
    /// register anew.
    async fn extend_deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Until when, and why.")] mut input: ExtendDeadlineInput,
    ) -> Result<ProgrammePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let (id, day) = (id_in(&input.programme_id), input.registration_deadline.0);
        let confirmation = Confirmation {
            is_dry_run: input.dry_run,
            plan_hash: input.plan_hash,
        };
        let result = scope
            .app
            .extend_deadline(&scope.caller, id, day, &input.reason, &confirmation, &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Cancels a programme and tells everybody who is still in.
    async fn cancel_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which programme, and why.")] mut input: CancelProgrammeInput,
    ) -> Result<ProgrammePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let confirmation = Confirmation {
            is_dry_run: input.dry_run,
            plan_hash: input.plan_hash,
        };
        let result = scope
            .app
            .cancel_programme(
                &scope.caller,
                id_in(&input.programme_id),
                &input.reason,
                &confirmation,
                &repeatable,
            )
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Changes a rule: when it fires, how late it may be, what a moved anchor means, a sentence of one's own, a pause. The
    /// change does not reach back.
    async fn set_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rule, and what changes.")] mut input: SetRuleInput,
    ) -> Result<RulePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let (id, key, dry_run) = (id_in(&input.programme_id), input.key.clone(), input.dry_run);
        let result = scope
            .app
            .set_rule(&scope.caller, id, &key, &input.into(), dry_run, &repeatable)
            .await;
        let (planned, errors) = scope.acted(result).await?;
        Ok(RulePayload {
            difference: differences(planned.as_ref().and_then(|planned| planned.plan.as_ref())),
            rule: planned.and_then(|planned| planned.left).map(Rule),
            errors,
        })
    }

    /// Writes to people of a programme, at once or at a moment of its own. Without a plan hash it only tells whom it would
    /// reach and when.
    async fn announce(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, to whom and when.")] mut input: AnnounceInput,
    ) -> Result<AnnouncePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let fields = AnnouncementFields {
            audience: input.audience.into(),
            subject: input.subject,
            body: input.body,
            trigger: input.trigger.map(Into::into),
        };
        let result = scope
            .app
            .announce(
                &scope.caller,
                id_in(&input.programme_id),
                &fields,
                input.plan_hash.as_deref(),
                &repeatable,
            )
            .await;
        let (announced, mut errors) = scope.acted(result).await?;
        let Some(announced) = announced else {
            return Ok(AnnouncePayload {
                announcement_id: None,
                plan_hash: None,
                recipients: Vec::new(),
                difference: Vec::new(),
                messages: Vec::new(),
                errors,
            });
        };
        let Announced {
            id,
            recipients,
            plan,
            messages,
            stale,
        } = announced;
        errors.extend(stale.map(UserError::from));
        Ok(AnnouncePayload {
            announcement_id: id.map(crate::graphql::global_id::global_id::<domain::ids::AnnouncementId>),
            plan_hash: plan.as_ref().map(|plan| plan.hash.clone()),
            recipients,
            difference: differences(plan.as_ref()),
            messages: messages.into_iter().map(Message).collect(),
            errors,
        })
    }

    /// Takes back an announcement whose moment is to come.
    async fn withdraw_announcement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which announcement.")] mut input: WithdrawAnnouncementInput,
    ) -> Result<WithdrawAnnouncementPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .withdraw_announcement(&scope.caller, id_in(&input.announcement_id), &repeatable)
            .await;
        let (announcement, errors) = scope.acted(result).await?;
        Ok(WithdrawAnnouncementPayload {
            announcement: announcement.map(Announcement),
            errors,
        })
    }
}
