//! Guests of the showcase: inviting them, calling invitations back, answering one.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::repeatable;
use crate::{
    app::{
        self,
        guests::{GuestCorrections, InvitationFields, InvitationView},
    },
    graphql::{
        global_id::id_in,
        request::{RequestScope, scope},
        types::{
            guests::{GuestRelation, Invitation},
            registration::Locale,
        },
        user_error::UserError,
    },
};

/// What can be done about guests.
#[derive(Default)]
pub struct Guests;

/// Who is invited.
#[derive(Debug, InputObject)]
pub struct InviteGuestInput {
    /// The programme, named by an organiser; a personal link says whose showcase it is.
    programme_id: Option<ID>,
    /// The guest's whole name.
    name: String,
    /// Where the invitation goes.
    email: String,
    /// What the guest is to whoever invites.
    relation: GuestRelation,
    /// The language of the guest's mails and pages; the programme's, when left out.
    locale: Option<Locale>,
    /// What the guest reads in the invitation, in at most 500 characters. Web addresses in it are not made into links.
    message: Option<String>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Which invitation is called back.
#[derive(Debug, InputObject)]
pub struct CancelInvitationInput {
    /// The invitation.
    invitation_id: ID,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What the guest answers.
#[derive(Debug, InputObject)]
pub struct ReplyToInvitationInput {
    /// Whether the guest comes.
    accept: bool,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What is corrected about a guest. What is left out stays. The e-mail address stays: it is where the invitation went.
#[derive(Debug, InputObject)]
pub struct UpdateInvitationInput {
    /// The invitation, named by an organiser; a guest's personal link says whose it is.
    invitation_id: Option<ID>,
    /// The guest's whole name.
    name: Option<String>,
    /// The language of the guest's mails and pages.
    locale: Option<Locale>,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// What became of an invitation.
#[derive(Debug, SimpleObject)]
pub struct InvitationPayload {
    /// The invitation as it is now; null when it was refused.
    invitation: Option<Invitation>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl InvitationPayload {
    async fn of(scope: &RequestScope, result: app::Result<InvitationView>) -> Result<Self> {
        let (view, errors) = scope.acted(result).await?;
        Ok(Self {
            invitation: view.map(Invitation::from),
            errors,
        })
    }
}

/// What can be done about guests.
#[Object]
impl Guests {
    /// Invites somebody to the showcase, from the go until it begins; the guest gets a mail. A participant may have invited as many as `guestQuota` at one time, and three times as many in all; what was declined or called back no longer counts. Organisers name the programme and have no quota.
    async fn invite_guest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is invited.")] mut input: InviteGuestInput,
    ) -> Result<InvitationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let programme = input.programme_id.as_ref().map(id_in);
        let fields = InvitationFields {
            name: input.name,
            email: input.email,
            relation: input.relation.into(),
            locale: input.locale.map(Into::into),
            message: input.message,
        };
        let result = scope
            .app
            .invite_guest(&scope.caller, programme, &fields, &repeatable)
            .await;
        InvitationPayload::of(scope, result).await
    }

    /// Calls an invitation back; for whoever invites, and for the organiser. A guest who had answered to come is told. This is final.
    async fn cancel_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invitation is called back.")] mut input: CancelInvitationInput,
    ) -> Result<InvitationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = id_in(&input.invitation_id);
        let result = scope.app.cancel_invitation(&scope.caller, id, &repeatable).await;
        InvitationPayload::of(scope, result).await
    }

    /// Answers one's own invitation, or changes the answer, until the showcase begins. When the showcase is full, whoever accepts waits in line, and is told by mail as soon as there is a place.
    async fn reply_to_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the guest answers.")] mut input: ReplyToInvitationInput,
    ) -> Result<InvitationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let result = scope
            .app
            .reply_to_invitation(&scope.caller, input.accept, &repeatable)
            .await;
        InvitationPayload::of(scope, result).await
    }

    /// Corrects what is stored of a guest; for the guest, and for the organiser.
    async fn update_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is corrected.")] mut input: UpdateInvitationInput,
    ) -> Result<InvitationPayload> {
        let scope = scope(ctx)?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let id = input.invitation_id.as_ref().map(id_in);
        let corrections = GuestCorrections {
            name: input.name,
            locale: input.locale.map(Into::into),
        };
        let result = scope
            .app
            .update_invitation(&scope.caller, id, &corrections, &repeatable)
            .await;
        InvitationPayload::of(scope, result).await
    }
}
