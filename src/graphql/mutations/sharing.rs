//! What participants share, what facilitators make of it, and asking them.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::{hosting::MeetingPayload, repeatable};
use crate::{
    app::{
        self,
        agendas::ProposalFields,
        sharing::{AssignmentFields, Shared, WishFields},
    },
    domain::ids::{AgendaItemId, LearningWishId, MeetingId},
    graphql::{
        global_id::id_in,
        request::{RequestScope, scope},
        types::sharing::{AgendaItem, Assignment, AssignmentStatus, LearningWish},
        user_error::UserError,
    },
};

/// What members do with what is shared.
#[derive(Default)]
pub struct Sharing;

/// What became of a learning wish.
#[derive(Debug, SimpleObject)]
pub struct LearningWishPayload {
    /// The wish as it is now; null when it was refused.
    learning_wish: Option<LearningWish>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// What became of an assignment.
#[derive(Debug, SimpleObject)]
pub struct AssignmentPayload {
    /// The assignment as it is now; null when it was refused.
    assignment: Option<Assignment>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// What became of an agenda item.
#[derive(Debug, SimpleObject)]
pub struct AgendaItemPayload {
    /// The item as it is now; null when it was refused.
    agenda_item: Option<AgendaItem>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// What became of a question.
#[derive(Debug, SimpleObject)]
pub struct AskFacilitatorsPayload {
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl LearningWishPayload {
    async fn of(scope: &RequestScope, result: app::Result<(Arc<Shared>, LearningWishId)>) -> Result<Self> {
        let (done, errors) = scope.acted(result).await?;
        Ok(Self {
            learning_wish: done.and_then(|(shared, id)| LearningWish::find(&shared, id)),
            errors,
        })
    }
}

impl AgendaItemPayload {
    async fn of(scope: &RequestScope, result: app::Result<(Arc<Shared>, AgendaItemId)>) -> Result<Self> {
        let (done, errors) = scope.acted(result).await?;
        Ok(Self {
            agenda_item: done.and_then(|(shared, id)| AgendaItem::find(&shared, id)),
            errors,
        })
    }
}

/// What somebody wants to learn.
#[derive(Debug, InputObject)]
pub struct AddLearningWishInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// What its author wants to learn, in at most 1000 characters.
    text: String,
    /// What its author will do for it, in at most 1000 characters.
    own_steps: Option<String>,
    /// The theme that it shares with other wishes, in at most 80 characters. Spellings that differ in case or spacing are one.
    learning_line: Option<String>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What a wish says from now on; what is left out is empty.
#[derive(Debug, InputObject)]
pub struct EditLearningWishInput {
    /// The wish.
    learning_wish_id: ID,
    /// What its author wants to learn, in at most 1000 characters.
    text: String,
    /// What its author will do for it, in at most 1000 characters.
    own_steps: Option<String>,
    /// The theme that it shares with other wishes, in at most 80 characters. Spellings that differ in case or spacing are one.
    learning_line: Option<String>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which wish is followed.
#[derive(Debug, InputObject)]
pub struct FollowLearningWishInput {
    /// The wish.
    learning_wish_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which wish is no longer followed.
#[derive(Debug, InputObject)]
pub struct UnfollowLearningWishInput {
    /// The wish.
    learning_wish_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What support is offered with which wish.
#[derive(Debug, InputObject)]
pub struct OfferSupportInput {
    /// The wish.
    learning_wish_id: ID,
    /// What is offered, in at most 500 characters.
    text: String,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What somebody works on; what is left out is empty.
#[derive(Debug, InputObject)]
pub struct SaveAssignmentInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// What it is called, in at most 150 characters.
    title: String,
    /// What is done, in at most 2000 characters.
    description: String,
    /// What it should bring, in at most 1000 characters.
    intended_result: Option<String>,
    /// How far it has come.
    status: AssignmentStatus,
    /// What it brought, in at most 2000 characters.
    result: Option<String>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What is proposed for which meeting.
#[derive(Debug, InputObject)]
pub struct ProposeAgendaItemInput {
    /// The meeting.
    meeting_id: ID,
    /// What it is about, in at most 150 characters.
    title: String,
    /// How long it takes, from 1 to 480.
    minutes: Option<i32>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which item somebody votes for, or no longer.
#[derive(Debug, InputObject)]
pub struct VoteForAgendaItemInput {
    /// The item.
    agenda_item_id: ID,
    /// Whether whoever asks votes for it from now on.
    vote: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What a meeting speaks about, in which order.
#[derive(Debug, InputObject)]
pub struct SetAgendaInput {
    /// The meeting.
    meeting_id: ID,
    /// Its items in their order, at most 40; none: the agenda is open again for proposals and votes.
    agenda_item_ids: Vec<ID>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What the facilitators are asked.
#[derive(Debug, InputObject)]
pub struct AskFacilitatorsInput {
    /// The question, in at most 2000 characters.
    question: String,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What members do with what is shared.
#[Object]
impl Sharing {
    /// Says what one wants to learn. At most 20 wishes a person, once the programme goes ahead; an organiser can do it for somebody.
    async fn add_learning_wish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What somebody wants to learn.")] mut input: AddLearningWishInput,
    ) -> Result<LearningWishPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let author = input.registration_id.as_ref().map(id_in);
        let fields = WishFields {
            text: input.text,
            own_steps: input.own_steps,
            learning_line: input.learning_line,
        };
        let result = scope
            .app
            .add_learning_wish(&scope.caller, author, &fields, &repeatable)
            .await;
        LearningWishPayload::of(scope, result).await
    }

    /// Changes what one's own wish says. Whoever follows it is told on Monday.
    async fn edit_learning_wish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says from now on.")] mut input: EditLearningWishInput,
    ) -> Result<LearningWishPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.learning_wish_id);
        let fields = WishFields {
            text: input.text,
            own_steps: input.own_steps,
            learning_line: input.learning_line,
        };
        let result = scope
            .app
            .edit_learning_wish(&scope.caller, id, &fields, &repeatable)
            .await;
        LearningWishPayload::of(scope, result).await
    }

    /// Follows the wish of another participant: changes are told on Mondays. Following twice changes nothing.
    async fn follow_learning_wish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which wish is followed.")] mut input: FollowLearningWishInput,
    ) -> Result<LearningWishPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.learning_wish_id);
        let result = scope.app.follow_learning_wish(&scope.caller, id, &repeatable).await;
        LearningWishPayload::of(scope, result).await
    }

    /// Follows a wish no longer.
    async fn unfollow_learning_wish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which wish is no longer followed.")] mut input: UnfollowLearningWishInput,
    ) -> Result<LearningWishPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.learning_wish_id);
        let result = scope.app.unfollow_learning_wish(&scope.caller, id, &repeatable).await;
        LearningWishPayload::of(scope, result).await
    }

    /// Offers support with the wish of another participant, at most three times with one. Its author and followers are told on Monday.
    async fn offer_support(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What support is offered.")] mut input: OfferSupportInput,
    ) -> Result<LearningWishPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.learning_wish_id);
        let result = scope
            .app
            .offer_support(&scope.caller, id, &input.text, &repeatable)
            .await;
        LearningWishPayload::of(scope, result).await
    }

    /// Saves what one works on at one's own employer; each participant has one assignment. An organiser can do it for somebody.
    async fn save_assignment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What somebody works on.")] mut input: SaveAssignmentInput,
    ) -> Result<AssignmentPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let author = input.registration_id.as_ref().map(id_in);
        let fields = AssignmentFields {
            title: input.title,
            description: input.description,
            intended_result: input.intended_result,
            status: input.status.into(),
            result: input.result,
        };
        let result = scope
            .app
            .save_assignment(&scope.caller, author, &fields, &repeatable)
            .await;
        let (done, errors) = scope.acted(result).await?;
        Ok(AssignmentPayload {
            assignment: done.and_then(|(shared, author)| Assignment::of(&shared, author)),
            errors,
        })
    }

    /// Proposes something to speak about at a meeting to come. A participant proposes at most five items for one meeting, until its agenda is final; facilitators and organisers together at most twenty.
    async fn propose_agenda_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is proposed.")] mut input: ProposeAgendaItemInput,
    ) -> Result<AgendaItemPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let fields = ProposalFields {
            title: input.title,
            minutes: input.minutes.map(i64::from),
        };
        let meeting = id_in(&input.meeting_id);
        let result = scope
            .app
            .propose_agenda_item(&scope.caller, meeting, &fields, &repeatable)
            .await;
        AgendaItemPayload::of(scope, result).await
    }

    /// Votes for an item, once, or takes the vote back, until the agenda is final.
    async fn vote_for_agenda_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] mut input: VoteForAgendaItemInput,
    ) -> Result<AgendaItemPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.agenda_item_id);
        let result = scope
            .app
            .vote_for_agenda_item(&scope.caller, id, input.vote, &repeatable)
            .await;
        AgendaItemPayload::of(scope, result).await
    }

    /// Asks the facilitators something, by mail; they answer by mail. Where there is none, the organisers. At most five questions a day.
    async fn ask_facilitators(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are asked.")] mut input: AskFacilitatorsInput,
    ) -> Result<AskFacilitatorsPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .ask_facilitators(&scope.caller, &input.question, &repeatable)
            .await;
        let (_, errors) = scope.acted(result).await?;
        Ok(AskFacilitatorsPayload { errors })
    }

    /// Makes the final agenda of a meeting to come; for facilitators and organisers. It is mailed a week before, or at once when that moment has passed; one that was mailed is not mailed again.
    async fn set_agenda(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the meeting speaks about.")] mut input: SetAgendaInput,
    ) -> Result<MeetingPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let meeting: MeetingId = id_in(&input.meeting_id);
        let items: Vec<AgendaItemId> = input.agenda_item_ids.iter().map(id_in).collect();
        let result = scope.app.set_agenda(&scope.caller, meeting, &items, &repeatable).await;
        let (record, errors) = scope.acted(result).await?;
        Ok(MeetingPayload::of(record.as_ref(), meeting, None, errors))
    }
}
