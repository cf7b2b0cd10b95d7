//! Hosting: offering venues, choosing hosts, ticking the checklist, moving meetings.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::{inputs::MeetingDayInput, repeatable};
use crate::{
    app::{hosting::HostingView, planning::PlanView, programmes::ProgrammeRecord, venue_fields::VenueFields},
    domain::ids::{MeetingId, VenueOfferId},
    graphql::{
        global_id::id_in,
        request::scope,
        types::{
            hosting::VenueOffer,
            meeting::Meeting,
            plan::{TimelineDifference, differences},
        },
        user_error::UserError,
    },
};

/// What participants, hosts and organisers can do about hosting.
#[derive(Default)]
pub struct Hosting;

/// A venue. The municipality comes first; the rest can follow. It is complete once its name and address are known.
#[derive(Debug, InputObject)]
pub struct VenueInput {
    /// The municipality that it is in.
    municipality: String,
    /// What it is called.
    name: Option<String>,
    /// Street, number and town.
    address: Option<String>,
    /// Whether one can get everywhere without steps.
    is_step_free: Option<bool>,
    /// How to get there and where to park.
    directions: Option<String>,
}

/// What is offered, by whom.
#[derive(Debug, InputObject)]
pub struct OfferVenueInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// The venue.
    venue: VenueInput,
    /// How many people fit in.
    capacity: Option<i32>,
    /// The rooms there are.
    rooms: Option<String>,
    /// The meetings that it is offered for; any, when left out or empty.
    meeting_ids: Option<Vec<ID>>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What is said of an offer now: it takes the place of all that was said before.
#[derive(Debug, InputObject)]
pub struct UpdateVenueOfferInput {
    /// The offer.
    venue_offer_id: ID,
    /// The venue.
    venue: VenueInput,
    /// How many people fit in.
    capacity: Option<i32>,
    /// The rooms there are.
    rooms: Option<String>,
    /// The meetings that it is offered for; any, when left out or empty. One that it is held for and no longer offered for
    /// gets another host.
    meeting_ids: Option<Vec<ID>>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which offer is withdrawn.
#[derive(Debug, InputObject)]
pub struct WithdrawVenueOfferInput {
    /// The offer.
    venue_offer_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Who hosts which meeting.
#[derive(Debug, InputObject)]
pub struct AssignHostInput {
    /// The meeting.
    meeting_id: ID,
    /// The offer that it is held at from now on; the rotation chooses again when left out.
    venue_offer_id: Option<ID>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What of the checklist is done.
#[derive(Debug, InputObject)]
pub struct TickChecklistItemInput {
    /// The meeting.
    meeting_id: ID,
    /// The item, as `checklist` names it.
    key: String,
    /// Whether it is done.
    is_done: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Where a meeting moves to, and why.
#[derive(Debug, InputObject)]
pub struct RescheduleMeetingInput {
    /// The meeting.
    meeting_id: ID,
    /// All its days from now on, in order.
    days: Vec<MeetingDayInput>,
    /// What people are told about it.
    reason: Option<String>,
    /// Only tell what it would bring.
    #[graphql(default = false)]
    dry_run: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What became of an offer.
#[derive(Debug, SimpleObject)]
pub struct VenueOfferPayload {
    /// The offer as it is now; null when it was refused.
    venue_offer: Option<VenueOffer>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl From<(Option<(Arc<HostingView>, VenueOfferId)>, Vec<UserError>)> for VenueOfferPayload {
    fn from((offer, errors): (Option<(Arc<HostingView>, VenueOfferId)>, Vec<UserError>)) -> Self {
        Self {
            venue_offer: offer.and_then(|(view, id)| VenueOffer::find(view, id)),
            errors,
        }
    }
}

/// What became of a meeting.
#[derive(Debug, SimpleObject)]
pub struct MeetingPayload {
    /// The meeting as it is now; null when it was refused.
    meeting: Option<Meeting>,
    /// What the change makes different in the timeline, or would, where that can be looked at beforehand.
    difference: Vec<TimelineDifference>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl MeetingPayload {
    /// The answer about a meeting of a programme.
    pub(super) fn of(
        record: Option<&ProgrammeRecord>,
        meeting: MeetingId,
        plan: Option<&PlanView>,
        errors: Vec<UserError>,
    ) -> Self {
        Self {
            meeting: record.and_then(|record| Meeting::of(record, meeting)),
            difference: differences(plan),
            errors,
        }
    }
}

fn fields(
    venue: VenueInput,
    capacity: Option<i32>,
    rooms: Option<String>,
    meeting_ids: Option<Vec<ID>>,
) -> VenueFields {
    VenueFields {
        municipality: venue.municipality,
        name: venue.name,
        address: venue.address,
        is_step_free: venue.is_step_free,
        directions: venue.directions,
        capacity: capacity.map(Into::into),
        rooms,
        meetings: meeting_ids.unwrap_or_default().iter().map(id_in).collect(),
    }
}

/// What participants, hosts and organisers can do about hosting.
#[Object]
impl Hosting {
    /// Offers a venue for meetings of a programme that goes ahead; one person at most ten. A meeting within 35 days that has no
    /// host is held there at once.
    async fn offer_venue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is offered, by whom.")] mut input: OfferVenueInput,
    ) -> Result<VenueOfferPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let registration = input.registration_id.as_ref().map(id_in);
        let fields = fields(input.venue, input.capacity, input.rooms, input.meeting_ids);
        let result = scope
            .app
            .offer_venue(&scope.caller, registration, &fields, &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Completes or corrects an offer. What everybody was told of a meeting and changes is told again.
    async fn update_venue_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is said of it now.")] mut input: UpdateVenueOfferInput,
    ) -> Result<VenueOfferPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.venue_offer_id);
        let fields = fields(input.venue, input.capacity, input.rooms, input.meeting_ids);
        let result = scope
            .app
            .update_venue_offer(&scope.caller, id, &fields, &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Withdraws an offer. Meetings to come that were held there get another host.
    async fn withdraw_venue_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offer.")] mut input: WithdrawVenueOfferInput,
    ) -> Result<VenueOfferPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.venue_offer_id);
        let result = scope.app.withdraw_venue_offer(&scope.caller, id, &repeatable).await;
        Ok(scope.acted(result).await?.into())
    }

    /// Ticks an item of a host's checklist, or unticks it; for the host and the organiser.
    async fn tick_checklist_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What of it is done.")] mut input: TickChecklistItemInput,
    ) -> Result<MeetingPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let meeting = id_in(&input.meeting_id);
        let result = scope
            .app
            .tick_checklist_item(&scope.caller, meeting, &input.key, input.is_done, &repeatable)
            .await;
        let (record, errors) = scope.acted(result).await?;
        Ok(MeetingPayload::of(record.as_ref(), meeting, None, errors))
    }

    /// Chooses the host of a meeting, in the place of one that it may have; for the organiser. What is chosen stands; without
    /// an offer the rotation chooses again, within 35 days of the meeting at once.
    async fn assign_host(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who hosts which meeting.")] mut input: AssignHostInput,
    ) -> Result<MeetingPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let (meeting, offer) = (id_in(&input.meeting_id), input.venue_offer_id.as_ref().map(id_in));
        let result = scope.app.assign_host(&scope.caller, meeting, offer, &repeatable).await;
        let (record, errors) = scope.acted(result).await?;
        Ok(MeetingPayload::of(record.as_ref(), meeting, None, errors))
    }

    /// Moves a meeting that has not begun to other days or times, between the meetings before and after it; for the organiser.
    /// After the go everybody is told.
    async fn reschedule_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it moves to, and why.")] mut input: RescheduleMeetingInput,
    ) -> Result<MeetingPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let meeting = id_in(&input.meeting_id);
        let days: Vec<_> = input.days.into_iter().map(Into::into).collect();
        let result = scope
            .app
            .reschedule_meeting(
                &scope.caller,
                meeting,
                days,
                input.reason.as_deref(),
                input.dry_run,
                &repeatable,
            )
            .await;
        let (planned, errors) = scope.acted(result).await?;
        let plan = planned.as_ref().and_then(|planned| planned.plan.as_ref());
        let record = planned.as_ref().and_then(|planned| planned.left.as_ref());
        Ok(MeetingPayload::of(record, meeting, plan, errors))
    }
}
