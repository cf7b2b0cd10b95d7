//! Erasing somebody.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::{
    app::{Caller, privacy},
    domain::refusal::Refusal,
    graphql::{global_id::id_in, request::scope, user_error::UserError},
};

use super::repeatable;

/// Who is erased.
#[derive(Debug, InputObject)]
pub struct ErasePersonInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// The invitation of a guest, named by an organiser; a guest's personal link says whose it is.
    invitation_id: Option<ID>,
    /// Only tells what would go.
    #[graphql(default = false)]
    dry_run: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What is stored of one sort.
#[derive(Debug, SimpleObject)]
pub struct StoredCount {
    /// Of which sort, such as `registrations` or `mails`.
    what: String,
    /// How many.
    count: u64,
}

impl From<privacy::Stored> for StoredCount {
    fn from(stored: privacy::Stored) -> Self {
        Self {
            what: stored.what,
            count: stored.count,
        }
    }
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub struct ErasePersonPayload {
    /// What was stored about the person, and is gone; with `dryRun`: would go.
    erased: Vec<StoredCount>,
    /// Why nothing was done; empty when it was.
    errors: Vec<UserError>,
}

/// Erasing somebody.
#[derive(Debug, Default)]
pub struct Privacy;

/// What the holder of a personal link, or an organiser, can do about what is stored.
#[Object]
impl Privacy {
    /// Erases everything about a person, or a guest; counts stay. Whoever is still in leaves the programme by it, a guest leaves
    /// the place to the next, and the personal link opens nothing any more. This cannot be undone.
    async fn erase_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is erased.")] mut input: ErasePersonInput,
    ) -> Result<ErasePersonPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let (app, caller) = (&scope.app, &scope.caller);
        let registration = input.registration_id.as_ref().map(id_in);
        let invitation = input.invitation_id.as_ref().map(id_in);
        let is_guest = invitation.is_some() || matches!(caller, Caller::Guest { .. });
        let result = if is_guest && registration.is_some() {
            Err(Refusal::invalid("registrationId", "must be left out where a guest is erased").into())
        } else if is_guest {
            app.erase_guest(caller, invitation, input.dry_run, &repeatable).await
        } else {
            app.erase_person(caller, registration, input.dry_run, &repeatable).await
        };
        let (erased, errors) = scope.acted(result).await?;
        Ok(ErasePersonPayload {
            erased: erased.unwrap_or_default().into_iter().map(Into::into).collect(),
            errors,
        })
    }
}
