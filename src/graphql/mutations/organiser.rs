//! What an organiser can do in the programmes of the token, and an administrator in all.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::{
    RegistrationPayload,
    inputs::{MeetingInput, PersonInput, PriceInput, RetentionInput, ShowcaseInput, TeamMemberInput, change},
    repeatable,
};
use crate::{
    app::{outbox, planning::PlanView, programme_fields::ProgrammeFields, programmes::ProgrammeRecord},
    graphql::{
        global_id::id_in,
        request::scope,
        scalars::{DateTime, LocalDate},
        types::{
            decision::DecisionMode,
            message::Message,
            plan::{PlanSummary, TimelineDifference, differences},
            programme::Programme,
            registration::Locale,
        },
        user_error::UserError,
    },
};

/// What an organiser can do.
#[derive(Default)]
pub struct Organiser;

/// What became of a programme.
#[derive(Debug, SimpleObject)]
pub struct ProgrammePayload {
    /// The programme as it is now; null when it was refused.
    programme: Option<Programme>,
    /// Names what the change brings, where that can be looked at beforehand.
    plan_hash: Option<String>,
    /// What the change makes different in the timeline, or would, where that can be looked at beforehand.
    difference: Vec<TimelineDifference>,
    /// What the change comes to in numbers, where that can be looked at beforehand.
    summary: Option<PlanSummary>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl ProgrammePayload {
    /// The answer with what the change brings.
    pub(super) fn of(programme: Option<Programme>, plan: Option<&PlanView>, errors: Vec<UserError>) -> Self {
        Self {
            programme,
            plan_hash: plan.map(|plan| plan.hash.clone()),
            difference: differences(plan),
            summary: plan.map(|plan| (&plan.summary).into()),
            errors,
        }
    }
}

impl From<(Option<ProgrammeRecord>, Vec<UserError>)> for ProgrammePayload {
    fn from((record, errors): (Option<ProgrammeRecord>, Vec<UserError>)) -> Self {
        Self::of(record.map(Programme::from), None, errors)
    }
}

/// What became of a mail.
#[derive(Debug, SimpleObject)]
pub struct MessagePayload {
    /// The mail as it stands now; null when it was refused.
    message: Option<Message>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl From<(Option<outbox::Message>, Vec<UserError>)> for MessagePayload {
    fn from((message, errors): (Option<outbox::Message>, Vec<UserError>)) -> Self {
        Self {
            message: message.map(Message),
            errors,
        }
    }
}

/// A new programme.
#[derive(Debug, InputObject)]
pub struct CreateProgrammeInput {
    /// Its name in addresses: lower-case letters, digits and single hyphens.
    slug: String,
    /// Its title.
    title: String,
    /// A second line of title.
    subtitle: Option<String>,
    /// What it is about, in Markdown without HTML.
    description: String,
    /// For whom it is.
    audience: Option<String>,
    /// Its language; Dutch when left out.
    locale: Option<Locale>,
    /// Where its days and times are, as a name of the tz database; Europe/Amsterdam when left out.
    time_zone: Option<String>,
    /// At least so many, or it does not go ahead.
    min_participants: i32,
    /// At most so many.
    max_participants: i32,
    /// From when one can register; from publishing on when left out.
    registration_opens_at: Option<DateTime>,
    /// The last day on which one can register, that day included.
    registration_deadline: LocalDate,
    /// Whether the closing instant decides by itself; it does when left out.
    decision_mode: Option<DecisionMode>,
    /// What taking part costs.
    price: PriceInput,
    /// Its meetings, in order of time; the first is the kick-off. They can be added later, before publishing.
    meetings: Option<Vec<MeetingInput>>,
    /// Where participants present what they bring home; null or left out: there is none.
    showcase: MaybeUndefined<ShowcaseInput>,
    /// How long personal data is kept after the last meeting.
    retention: Option<RetentionInput>,
    /// Who runs and guides it, in the order to show. They can be added later; publishing needs an organiser.
    team: Option<Vec<TeamMemberInput>>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What changes about a programme. What is left out stays; null clears what may be empty.
#[derive(Debug, InputObject)]
pub struct UpdateProgrammeInput {
    /// The programme.
    programme_id: ID,
    /// Its name in addresses; it cannot change once the programme is published.
    slug: Option<String>,
    /// Its title.
    title: Option<String>,
    /// A second line of title.
    subtitle: MaybeUndefined<String>,
    /// What it is about, in Markdown without HTML.
    description: Option<String>,
    /// For whom it is.
    audience: MaybeUndefined<String>,
    /// Its language.
    locale: Option<Locale>,
    /// Where its days and times are, as a name of the tz database.
    time_zone: Option<String>,
    /// At least so many, or it does not go ahead.
    min_participants: Option<i32>,
    /// At most so many; not fewer than the places taken.
    max_participants: Option<i32>,
    /// From when one can register; null: from publishing on.
    registration_opens_at: MaybeUndefined<DateTime>,
    /// The last day on which one can register. A later day than the present one is for `extendDeadline`, once the programme is
    /// published.
    registration_deadline: Option<LocalDate>,
    /// Whether the closing instant decides by itself.
    decision_mode: Option<DecisionMode>,
    /// What taking part costs.
    price: Option<PriceInput>,
    /// All its meetings, in order of time. They keep their ids by their order.
    meetings: Option<Vec<MeetingInput>>,
    /// Where participants present what they bring home; null: there is none.
    showcase: MaybeUndefined<ShowcaseInput>,
    /// How long personal data is kept after the last meeting.
    retention: Option<RetentionInput>,
    /// All of its team, in the order to show. Members keep their ids by name and address; who is new gets a personal link.
    team: Option<Vec<TeamMemberInput>>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which programme is published.
#[derive(Debug, InputObject)]
pub struct PublishProgrammeInput {
    /// The programme.
    programme_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Whom an organiser adds.
#[derive(Debug, InputObject)]
pub struct AddRegistrationInput {
    /// The programme.
    programme_id: ID,
    #[graphql(flatten)]
    person: PersonInput,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which mail is tried again.
#[derive(Debug, InputObject)]
pub struct RetryMessageInput {
    /// The mail.
    message_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which mail is called back.
#[derive(Debug, InputObject)]
pub struct CancelMessageInput {
    /// The mail.
    message_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

impl From<CreateProgrammeInput> for ProgrammeFields {
    fn from(input: CreateProgrammeInput) -> Self {
        Self {
            slug: Some(input.slug),
            title: Some(input.title),
            subtitle: Some(input.subtitle),
            description: Some(input.description),
            audience: Some(input.audience),
            locale: input.locale.map(Into::into),
            time_zone: input.time_zone,
            min_participants: Some(input.min_participants.into()),
            max_participants: Some(input.max_participants.into()),
            registration_opens_at: Some(input.registration_opens_at.map(|instant| instant.0)),
            registration_deadline: Some(input.registration_deadline.0),
            decision_mode: input.decision_mode.map(Into::into),
            price: Some(input.price.into()),
            meetings: input
                .meetings
                .map(|meetings| meetings.into_iter().map(Into::into).collect()),
            showcase: change(input.showcase, Into::into),
            participants_retention_months: input
                .retention
                .as_ref()
                .and_then(|kept| kept.participants_months.map(Into::into)),
            guests_retention_months: input
                .retention
                .as_ref()
                .and_then(|kept| kept.guests_months.map(Into::into)),
            team: input.team.map(|team| team.into_iter().map(Into::into).collect()),
        }
    }
}

impl From<UpdateProgrammeInput> for ProgrammeFields {
    fn from(input: UpdateProgrammeInput) -> Self {
        Self {
            slug: input.slug,
            title: input.title,
            subtitle: change(input.subtitle, |text| text),
            description: input.description,
            audience: change(input.audience, |text| text),
            locale: input.locale.map(Into::into),
            time_zone: input.time_zone,
            min_participants: input.min_participants.map(Into::into),
            max_participants: input.max_participants.map(Into::into),
            registration_opens_at: change(input.registration_opens_at, |instant| instant.0),
            registration_deadline: input.registration_deadline.map(|day| day.0),
            decision_mode: input.decision_mode.map(Into::into),
            price: input.price.map(Into::into),
            meetings: input
                .meetings
                .map(|meetings| meetings.into_iter().map(Into::into).collect()),
            showcase: change(input.showcase, Into::into),
            participants_retention_months: input
                .retention
                .as_ref()
                .and_then(|kept| kept.participants_months.map(Into::into)),
            guests_retention_months: input
                .retention
                .as_ref()
                .and_then(|kept| kept.guests_months.map(Into::into)),
            team: input.team.map(|team| team.into_iter().map(Into::into).collect()),
        }
    }
}

/// What an organiser can do.
#[Object]
impl Organiser {
    /// Enters a programme, as a draft that only its own people know of.
    async fn create_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The programme.")] mut input: CreateProgrammeInput,
    ) -> Result<ProgrammePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .create_programme(&scope.caller, &input.into(), &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Changes what was entered about a programme.
    async fn update_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateProgrammeInput,
    ) -> Result<ProgrammePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.programme_id);
        let result = scope
            .app
            .update_programme(&scope.caller, id, &input.into(), &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Publishes a draft: people can register, rules count from now on, and the team gets personal links.
    async fn publish_programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which programme.")] mut input: PublishProgrammeInput,
    ) -> Result<ProgrammePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .publish_programme(&scope.caller, id_in(&input.programme_id), &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Registers somebody, verified at once. Somebody who registered and is not verified yet is verified by it.
    async fn add_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and for what.")] mut input: AddRegistrationInput,
    ) -> Result<RegistrationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.programme_id);
        let result = scope
            .app
            .add_registration(&scope.caller, id, input.person.into(), &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Tries a mail again that did not go.
    async fn retry_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail.")] mut input: RetryMessageInput,
    ) -> Result<MessagePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .retry_message(&scope.caller, id_in(&input.message_id), &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Calls a mail back that has not gone.
    async fn cancel_message(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail.")] mut input: CancelMessageInput,
    ) -> Result<MessagePayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .cancel_message(&scope.caller, id_in(&input.message_id), &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }
}
