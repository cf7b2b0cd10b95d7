//! What can be done with many mails at once.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::repeatable;
use crate::{
    app::outbox::Selection,
    domain::{ids::MessageId, refusal::Refusal},
    graphql::{global_id::id_in, request::scope, user_error::UserError},
};

/// The most mails that can be named at once; more are chosen by their programme.
const NAMED_AT_MOST: usize = 100;

/// What can be done with many mails.
#[derive(Default)]
pub struct Mails;

/// Which held mails are let go: exactly one of the three.
#[derive(Debug, InputObject)]
pub struct ReleaseMessagesInput {
    /// These mails; at most 100. Those that are not held stay as they are.
    message_ids: Option<Vec<ID>>,
    /// All mails of this programme; what holds the programme as a whole is lifted.
    programme_id: Option<ID>,
    /// All mails, and all that holds any as a whole; administrators only.
    all: Option<bool>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What became of held mails.
#[derive(Debug, SimpleObject)]
pub struct ReleaseMessagesPayload {
    /// How many were let go; null when it was refused.
    released_count: Option<u64>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

fn selection(input: &ReleaseMessagesInput) -> Result<Selection, Refusal> {
    match (&input.message_ids, &input.programme_id, input.all) {
        (Some(ids), None, None | Some(false)) => {
            if ids.is_empty() || ids.len() > NAMED_AT_MOST {
                return Err(Refusal::invalid(
                    "messageIds",
                    format!("must name 1 to {NAMED_AT_MOST} mails; more are chosen with programmeId"),
                ));
            }
            // What is no mail's id is no mail's: it is not found, as any other.
            Ok(Selection::Messages(ids.iter().map(id_in).collect::<Vec<MessageId>>()))
        }
        (None, Some(id), None | Some(false)) => Ok(Selection::Programme(id_in(id))),
        (None, None, Some(true)) => Ok(Selection::All),
        (None, None, _) => Err(Refusal::required(
            "messageIds",
            "is needed, or programmeId, or all: say which mails",
        )),
        _ => Err(Refusal::invalid(
            "messageIds",
            "cannot be combined: give exactly one of messageIds, programmeId and all",
        )),
    }
}

#[Object]
impl Mails {
    /// Lets mails go that are held. Their reasons tell what each was held for.
    async fn release_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mails.")] mut input: ReleaseMessagesInput,
    ) -> Result<ReleaseMessagesPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = match selection(&input) {
            Ok(selection) => scope.app.release_messages(&scope.caller, selection, &repeatable).await,
            // Who may not do it at all is told that first.
            Err(refusal) => Err(scope.app.refused_to_organisers(&scope.caller, refusal)),
        };
        let (released_count, errors) = scope.acted(result).await?;
        Ok(ReleaseMessagesPayload { released_count, errors })
    }
}
