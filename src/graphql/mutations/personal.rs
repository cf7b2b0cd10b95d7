//! What the holder of a registration's personal link can do, and an organiser for somebody.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use super::{
    RegistrationPayload,
    inputs::{BillingInput, change},
    repeatable,
};
use crate::{
    app::fields::PersonCorrections,
    graphql::{global_id::id_in, request::scope, types::registration::Locale},
};

/// What the holder of a personal link can do.
#[derive(Default)]
pub struct Personal;

/// Whose address is verified.
#[derive(Debug, InputObject)]
pub struct ConfirmRegistrationInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Who takes the offered place.
#[derive(Debug, InputObject)]
pub struct AcceptPlaceInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Who leaves the offered place to the next.
#[derive(Debug, InputObject)]
pub struct DeclinePlaceInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Who leaves, and why.
#[derive(Debug, InputObject)]
pub struct WithdrawRegistrationInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// Why, if the person wants to say.
    reason: Option<String>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What is corrected. What is left out stays; null clears what may be empty. The e-mail address stays: it is what was verified.
#[derive(Debug, InputObject)]
pub struct UpdateRegistrationInput {
    /// The registration, named by an organiser; a personal link says whose it is.
    registration_id: Option<ID>,
    /// The whole name.
    name: Option<String>,
    /// What to call the person; null: the first word of the name.
    given_name: MaybeUndefined<String>,
    /// The employer.
    organisation: Option<String>,
    /// What the person does there.
    job_title: MaybeUndefined<String>,
    /// A telephone number.
    phone: MaybeUndefined<String>,
    /// The language of mails and pages.
    locale: Option<Locale>,
    /// Why the person wants to take part.
    motivation: MaybeUndefined<String>,
    /// What an invoice needs; replaces what was given before.
    billing: MaybeUndefined<BillingInput>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What the holder of a personal link can do.
#[Object]
impl Personal {
    /// Verifies the address: the place is the person's now, or the person waits in line.
    async fn confirm_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose address is verified.")] mut input: ConfirmRegistrationInput,
    ) -> Result<RegistrationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = input.registration_id.as_ref().map(id_in);
        let result = scope.app.confirm_registration(&scope.caller, id, &repeatable).await;
        Ok(scope.acted(result).await?.into())
    }

    /// Corrects what was given to register.
    async fn update_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is corrected.")] mut input: UpdateRegistrationInput,
    ) -> Result<RegistrationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = input.registration_id.as_ref().map(id_in);
        let corrections = PersonCorrections {
            name: input.name,
            given_name: change(input.given_name, |text| text),
            organisation: input.organisation,
            job_title: change(input.job_title, |text| text),
            phone: change(input.phone, |text| text),
            locale: input.locale.map(Into::into),
            motivation: change(input.motivation, |text| text),
            billing: change(input.billing, Into::into),
        };
        let result = scope
            .app
            .update_registration(&scope.caller, id, corrections, &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Leaves the programme. The place goes to the first in line.
    async fn withdraw_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who leaves, and why.")] mut input: WithdrawRegistrationInput,
    ) -> Result<RegistrationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = input.registration_id.as_ref().map(id_in);
        let result = scope
            .app
            .withdraw_registration(&scope.caller, id, input.reason.as_deref(), &repeatable)
            .await;
        Ok(scope.acted(result).await?.into())
    }

    /// Takes the place that was offered.
    async fn accept_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who takes the offered place.")] mut input: AcceptPlaceInput,
    ) -> Result<RegistrationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = input.registration_id.as_ref().map(id_in);
        let result = scope.app.accept_place(&scope.caller, id, &repeatable).await;
        Ok(scope.acted(result).await?.into())
    }

    /// Leaves the place that was offered to the next in line.
    async fn decline_place(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who leaves the offered place to the next.")] mut input: DeclinePlaceInput,
    ) -> Result<RegistrationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = input.registration_id.as_ref().map(id_in);
        let result = scope.app.decline_place(&scope.caller, id, &repeatable).await;
        Ok(scope.acted(result).await?.into())
    }
}
