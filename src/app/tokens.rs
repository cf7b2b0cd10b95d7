//! API tokens: made, listed and revoked by administrators.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use futures_util::FutureExt;

use super::{About, App, Caller, Repeatable, Result};
use crate::{
    domain::{
        access::Holder,
        ids::{ProgrammeId, TokenId},
    },
    store::hash_token,
};

pub use crate::store::TokenRecord;

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenRole {
    /// Some programmes.
    Organiser(Vec<ProgrammeId>),
    /// Everything.
    Administrator,
}

impl App {
    /// Makes an API token. It is told here once and never again: only its hash is kept.
    pub async fn create_token(
        &self,
        caller: &Caller,
        role: TokenRole,
        label: Option<String>,
    ) -> Result<(TokenId, String)> {
        must_administer(caller)?;
        let now = self.now().await?;
        let id = TokenId(self.settle.entropy.id(now));
        let token = format!(
            "ln_{}",
            BASE64_URL_SAFE_NO_PAD.encode(self.settle.entropy.bytes::<32>())
        );
        let hash = hash_token(&token);
        let holder = match role {
            TokenRole::Organiser(programmes) => Holder::Organiser { token: id, programmes },
            TokenRole::Administrator => Holder::Administrator { token: Some(id) },
        };
        let about = About {
            programme: None,
            target: Some(id.to_string()),
        };
        self.act_aside(caller, "createToken", about, &Repeatable::default(), move |tx, now| {
            async move { Ok(tx.insert_token(id, hash, holder, label, now).await?) }.boxed()
        })
        .await?;
        Ok((id, token))
    }

    /// The API tokens.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenRecord>> {
        must_administer(caller)?;
        Ok(self.store().api_tokens().await?)
    }

    /// Revokes an API token; whether there was one.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<bool> {
        must_administer(caller)?;
        let about = About {
            programme: None,
            target: Some(id.to_string()),
        };
        self.act_aside(caller, "revokeToken", about, &Repeatable::default(), move |tx, now| {
            async move { Ok(tx.revoke_token(id, now).await?) }.boxed()
        })
        .await
    }
}

fn must_administer(caller: &Caller) -> Result<()> {
    if matches!(caller, Caller::Administrator { .. }) {
        Ok(())
    } else {
        Err(caller.refusal())
    }
}
