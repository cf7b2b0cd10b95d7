//! What anybody can do.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};

use super::{inputs::PersonInput, repeatable};
use crate::{
    app::{questions::QuestionFields, registering::Receipt},
    graphql::{request::scope, scalars::DateTime, user_error::UserError},
};

/// What anybody can do.
#[derive(Default)]
pub struct Public;

/// Whether somebody who registers has a place.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
pub enum PlaceOutcome {
    /// A place is held until the address is verified.
    Held,
    /// The programme is full: the person waits in line.
    Waiting,
}

/// What somebody who registers is told at once.
#[derive(Debug, SimpleObject)]
pub struct RegistrationReceipt {
    /// Whether there is a place.
    place: PlaceOutcome,
    /// The position in the waiting list, from 1; null when a place is held.
    waiting_position: Option<u32>,
    /// The instant from which the address can no longer be verified.
    confirm_before: DateTime,
}

impl From<Receipt> for RegistrationReceipt {
    fn from(receipt: Receipt) -> Self {
        Self {
            place: if receipt.waiting_position.is_some() {
                PlaceOutcome::Waiting
            } else {
                PlaceOutcome::Held
            },
            waiting_position: receipt.waiting_position,
            confirm_before: receipt.confirm_before.into(),
        }
    }
}

/// Who registers for what.
#[derive(Debug, InputObject)]
pub struct RegisterInput {
    /// The programme's name in addresses.
    programme_slug: String,
    #[graphql(flatten)]
    person: PersonInput,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What became of a registration.
#[derive(Debug, SimpleObject)]
pub struct RegisterPayload {
    /// What the person is told; null when the registration was refused.
    receipt: Option<RegistrationReceipt>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// Who wants new links.
#[derive(Debug, InputObject)]
pub struct RequestPersonalLinkInput {
    /// The programme's name in addresses.
    programme_slug: String,
    /// The address that was given to register.
    email: String,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// The answer is the same whether anybody is known at the address or not.
#[derive(Debug, SimpleObject)]
pub struct RequestPersonalLinkPayload {
    /// Why the request was refused; empty on success.
    errors: Vec<UserError>,
}

/// A question to the contacts of a programme.
#[derive(Debug, InputObject)]
pub struct AskQuestionInput {
    /// The programme's name in addresses.
    programme_slug: String,
    /// Who asks; at most 100 characters.
    name: String,
    /// Where the answer goes. Nothing is sent there but that.
    email: String,
    /// What is asked; at most 2,000 characters.
    question: String,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What became of a question.
#[derive(Debug, SimpleObject)]
pub struct AskQuestionPayload {
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// What anybody can do.
#[Object]
impl Public {
    /// Registers somebody for a programme. One mail asks to verify the address. Who is registered already gets the answer that
    /// a newcomer would get, and a mail that repeats where the registration stands.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who registers for what.")] mut input: RegisterInput,
    ) -> Result<RegisterPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .register(&scope.caller, &input.programme_slug, input.person.into(), &repeatable)
            .await;
        let (receipt, errors) = scope.acted(result).await?;
        Ok(RegisterPayload {
            receipt: receipt.map(Into::into),
            errors,
        })
    }

    /// Sends new personal links to an address: one mail per registration, and per membership of the team. Older links stay
    /// valid.
    async fn request_personal_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants new links.")] mut input: RequestPersonalLinkInput,
    ) -> Result<RequestPersonalLinkPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .request_personal_link(&scope.caller, &input.programme_slug, &input.email, &repeatable)
            .await;
        let (_, errors) = scope.acted(result).await?;
        Ok(RequestPersonalLinkPayload { errors })
    }

    /// Sends a question to every contact of a programme, or, where there is none, to every organiser. Their answer goes from them to
    /// the address given; the server sends nothing there.
    async fn ask_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who asks what.")] mut input: AskQuestionInput,
    ) -> Result<AskQuestionPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let fields = QuestionFields {
            name: input.name,
            email: input.email,
            question: input.question,
        };
        let result = scope
            .app
            .ask_question(&scope.caller, &input.programme_slug, fields, &repeatable)
            .await;
        let (_, errors) = scope.acted(result).await?;
        Ok(AskQuestionPayload { errors })
    }
}
