//! Harvests: writing and handing in, judging, and times at the showcase.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::repeatable;
use crate::{
    app::{
        self,
        harvest::{HarvestFields, HarvestView},
    },
    domain::{harvest::Slot, ids::HarvestId},
    graphql::{
        global_id::id_in,
        request::{RequestScope, scope},
        scalars::DateTime,
        types::harvest::{Harvest, HarvestVerdict},
        user_error::UserError,
    },
};

/// What is done with harvests.
#[derive(Default)]
pub struct Harvests;

/// What became of a harvest.
#[derive(Debug, SimpleObject)]
pub struct HarvestPayload {
    /// The harvest as it is now; null when it was refused.
    harvest: Option<Harvest>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl HarvestPayload {
    async fn of(scope: &RequestScope, result: app::Result<(Arc<HarvestView>, HarvestId)>) -> Result<Self> {
        let (done, errors) = scope.acted(result).await?;
        Ok(Self {
            harvest: done.and_then(|(view, id)| Harvest::find(&view, id)),
            errors,
        })
    }
}

/// What somebody brings home; what is left out is empty.
#[derive(Debug, InputObject)]
pub struct SaveHarvestInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// What it is called, in at most 150 characters.
    title: String,
    /// What it comes down to, in at most 1000 characters.
    summary: String,
    /// All there is to tell, in at most 10000 characters.
    body: Option<String>,
    /// The author's own learning wishes that it grew from, at most 20.
    learning_wish_ids: Option<Vec<ID>>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Whose harvest is handed in.
#[derive(Debug, InputObject)]
pub struct SubmitHarvestInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What an organiser says of which harvest.
#[derive(Debug, InputObject)]
pub struct ReviewHarvestInput {
    /// The harvest.
    harvest_id: ID,
    /// The verdict.
    verdict: HarvestVerdict,
    /// What is said about it to its author, in at most 2000 characters; needed to return it. It takes the place of what was said before.
    remark: Option<String>,
    /// The `editedAt` of the harvest that was read, so that nothing is judged unread: when it has changed since, nothing happens (`STATE_CONFLICT`). Left out: whatever it says now.
    if_unchanged_since: Option<DateTime>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// When which harvest is presented.
#[derive(Debug, InputObject)]
pub struct ScheduleHarvestInput {
    /// The harvest, which has been accepted.
    harvest_id: ID,
    /// When it starts: a whole minute, within the hours of the showcase.
    starts_at: DateTime,
    /// How long it takes, from 5 to 120.
    minutes: i32,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What is done with harvests.
#[Object]
impl Harvests {
    /// Saves what one brings home; each participant has one harvest, from 42 days before the showcase on. A submitted one stays submitted, and can be changed until the due day is over; a draft can be saved after it as well. An organiser can do it for somebody.
    async fn save_harvest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What somebody brings home.")] mut input: SaveHarvestInput,
    ) -> Result<HarvestPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let author = input.registration_id.as_ref().map(id_in);
        let wishes = input.learning_wish_ids.unwrap_or_default();
        let fields = HarvestFields {
            title: input.title,
            summary: input.summary,
            body: input.body,
            wishes: wishes.iter().map(id_in).collect(),
        };
        let result = scope
            .app
            .save_harvest(&scope.caller, author, &fields, &repeatable)
            .await;
        HarvestPayload::of(scope, result).await
    }

    /// Hands in what was saved, until 10 days before the showcase, that day included; later only when an organiser returned or reopened it. Organisers and facilitators are told. Twice is once.
    async fn submit_harvest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose harvest is handed in.")] mut input: SubmitHarvestInput,
    ) -> Result<HarvestPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let author = input.registration_id.as_ref().map(id_in);
        let result = scope.app.submit_harvest(&scope.caller, author, &repeatable).await;
        HarvestPayload::of(scope, result).await
    }

    /// Returns, accepts, publishes or reopens a harvest; for the organiser. Its author is told, but for publishing.
    async fn review_harvest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is said of which harvest.")] mut input: ReviewHarvestInput,
    ) -> Result<HarvestPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let (id, verdict) = (id_in(&input.harvest_id), input.verdict.into());
        let (remark, unchanged_since) = (input.remark.as_deref(), input.if_unchanged_since.map(|at| at.0));
        let result = scope
            .app
            .review_harvest(&scope.caller, id, verdict, remark, unchanged_since, &repeatable)
            .await;
        HarvestPayload::of(scope, result).await
    }

    /// Gives an accepted harvest its time at the showcase, or another one; for the organiser. Its author is told. A showcase that is moved leaves such times behind: they are given again.
    async fn schedule_harvest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When which harvest is presented.")] mut input: ScheduleHarvestInput,
    ) -> Result<HarvestPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let slot = Slot {
            starts_at: input.starts_at.0,
            // What is no length at all is out of bounds like one that is too long.
            minutes: u32::try_from(input.minutes).unwrap_or(0),
        };
        let id = id_in(&input.harvest_id);
        let result = scope.app.schedule_harvest(&scope.caller, id, slot, &repeatable).await;
        HarvestPayload::of(scope, result).await
    }
}
