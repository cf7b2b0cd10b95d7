//! Tokens, stored as hashes; idempotency keys; who did what.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use entities::{access_token, audit_entry, idempotency_key, token_programme};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, TryInsertResult,
    sea_query::OnConflict,
};
use uuid::Uuid;

use super::{Result, Store, StoreError, Tx, people::WhomColumns};
use crate::domain::{
    access::Holder,
    ids::{ProgrammeId, TokenId},
    message::Recipient,
    refusal::PastAct,
};

/// How long a repeated mutation with the same key gets the same answer.
const KEYS_ARE_KEPT: Duration = Duration::hours(24);

/// A token as listed: never the token itself.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    /// Its id.
    pub id: TokenId,
    /// What it gives access to.
    pub holder: Holder,
    /// What it is for.
    pub label: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What became of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyClaim {
    /// Nobody used it: the act goes on, and is answered with [`Tx::keep_answer`].
    New,
    /// It was used for the same input: this was the answer.
    Answered(String),
    /// It was used for another input.
    Reused,
}

/// One line of the record of who did what.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by id; never a name.
    pub actor: String,
    /// What.
    pub action: &'static str,
    /// In which programme.
    pub programme_id: Option<ProgrammeId>,
    /// To what, by id.
    pub target: Option<String>,
    /// Done, or refused with which code.
    pub result: String,
}

fn holder(row: &access_token::Model, programmes: Vec<ProgrammeId>) -> Result<Holder> {
    let whom = WhomColumns {
        registration_id: row.registration_id,
        team_member_id: row.team_member_id,
        invitation_id: row.invitation_id,
    };
    match (whom.recipient(), row.role.as_deref()) {
        (Some(Recipient::Registration(id)), None) => Ok(Holder::Registration(id)),
        (Some(Recipient::TeamMember(id)), None) => Ok(Holder::TeamMember(id)),
        (Some(Recipient::Guest(id)), None) => Ok(Holder::Guest(id)),
        (None, Some("organiser")) => Ok(Holder::Organiser {
            token: TokenId(row.id),
            programmes,
        }),
        (None, Some("administrator")) => Ok(Holder::Administrator {
            token: Some(TokenId(row.id)),
        }),
        _ => Err(StoreError::inconsistent(
            "access_token",
            "role",
            row.id,
            "no such holder",
        )),
    }
}

impl Tx {
    /// Stores a token by its hash.
    pub async fn insert_token(
        &self,
        id: TokenId,
        hash: String,
        holder: Holder,
        label: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (recipient, role) = match &holder {
            Holder::Registration(id) => (Some(Recipient::Registration(*id)), None),
            Holder::TeamMember(id) => (Some(Recipient::TeamMember(*id)), None),
            Holder::Guest(id) => (Some(Recipient::Guest(*id)), None),
            Holder::Organiser { .. } => (None, Some("organiser")),
            Holder::Administrator { .. } => (None, Some("administrator")),
        };
        let whom = WhomColumns::from(recipient);
        let row = access_token::ActiveModel {
            id: Set(id.0),
            hash: Set(hash),
            registration_id: Set(whom.registration_id),
            team_member_id: Set(whom.team_member_id),
            invitation_id: Set(whom.invitation_id),
            role: Set(role.map(str::to_owned)),
            label: Set(label),
            created_at: Set(now),
            revoked_at: Set(None),
        };
        row.insert(&self.0).await?;
        if let Holder::Organiser { programmes, .. } = holder {
            for programme in programmes {
                self.open_programme_to(id, programme).await?;
            }
        }
        Ok(())
    }

    /// Lets an organiser's API token act for one more programme.
    pub async fn open_programme_to(&self, token: TokenId, programme: ProgrammeId) -> Result<()> {
        token_programme::ActiveModel {
            token_id: Set(token.0),
            programme_id: Set(programme.0),
        }
        .insert(&self.0)
        .await?;
        Ok(())
    }

    /// Revokes an API token; whether there was one.
    pub async fn revoke_token(&self, id: TokenId, now: DateTime<Utc>) -> Result<bool> {
        let written = access_token::Entity::update_many()
            .set(access_token::ActiveModel {
                revoked_at: Set(Some(now)),
                ..Default::default()
            })
            .filter(access_token::Column::Id.eq(id.0))
            .filter(access_token::Column::RevokedAt.is_null())
            .exec(&self.0)
            .await?;
        Ok(written.rows_affected == 1)
    }

    /// Removes the personal links of people who left a team.
    pub(super) async fn revoke_links_of(&self, team_members: &[Uuid]) -> Result<()> {
        access_token::Entity::delete_many()
            .filter(access_token::Column::TeamMemberId.is_in(team_members.iter().copied()))
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Claims an idempotency key for this transaction. A twin that runs at the same time waits here until the first has
    /// committed, and then gets its answer.
    pub async fn claim_key(&self, scope: &str, key: &str, input_hash: &str, now: DateTime<Utc>) -> Result<KeyClaim> {
        idempotency_key::Entity::delete_many()
            .filter(idempotency_key::Column::CreatedAt.lt(now - KEYS_ARE_KEPT))
            .exec(&self.0)
            .await?;
        let row = idempotency_key::ActiveModel {
            scope: Set(scope.to_owned()),
            key: Set(key.to_owned()),
            input_hash: Set(input_hash.to_owned()),
            response: Set(None),
            created_at: Set(now),
        };
        let columns = [idempotency_key::Column::Scope, idempotency_key::Column::Key];
        let inserted = idempotency_key::Entity::insert(row)
            .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(&self.0)
            .await?;
        if let TryInsertResult::Inserted(1..) = inserted {
            return Ok(KeyClaim::New);
        }
        let found = idempotency_key::Entity::find_by_id((scope.to_owned(), key.to_owned()))
            .one(&self.0)
            .await?;
        Ok(match found {
            Some(row) if row.input_hash == input_hash => KeyClaim::Answered(row.response.unwrap_or_default()),
            _ => KeyClaim::Reused,
        })
    }

    /// Keeps the answer to a claimed key.
    pub async fn keep_answer(&self, scope: &str, key: &str, response: String) -> Result<()> {
        let written = idempotency_key::Entity::update_many()
            .set(idempotency_key::ActiveModel {
                response: Set(Some(response)),
                ..Default::default()
            })
            .filter(idempotency_key::Column::Scope.eq(scope))
            .filter(idempotency_key::Column::Key.eq(key))
            .exec(&self.0)
            .await?;
        if written.rows_affected == 1 {
            Ok(())
        } else {
            Err(StoreError::Stale {
                what: "an idempotency key",
            })
        }
    }

    /// Lets go of a claimed key whose act was refused: only successes are kept.
    pub async fn release_key(&self, scope: &str, key: &str) -> Result<()> {
        idempotency_key::Entity::delete_by_id((scope.to_owned(), key.to_owned()))
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Records who did what.
    pub async fn audit(&self, entry: AuditEntry) -> Result<()> {
        let row = audit_entry::ActiveModel {
            id: Set(entry.id),
            at: Set(entry.at),
            actor: Set(entry.actor),
            action: Set(entry.action.to_owned()),
            programme_id: Set(entry.programme_id.map(|id| id.0)),
            target: Set(entry.target),
            result: Set(entry.result),
        };
        row.insert(&self.0).await?;
        Ok(())
    }
}

/// Acts that change nothing about what will happen.
const CHANGE_NO_PLAN: [&str; 6] = [
    "askQuestion",
    "requestPersonalLink",
    "holdMessages",
    "releaseMessages",
    "retryMessage",
    "cancelMessage",
];

impl Store {
    /// When somebody last did one of these things to a programme.
    pub async fn last_done(&self, programme: ProgrammeId, actions: &[&str]) -> Result<Option<DateTime<Utc>>> {
        let at = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::At)
            .filter(audit_entry::Column::ProgrammeId.eq(programme.0))
            .filter(audit_entry::Column::Action.is_in(actions.iter().copied()))
            .filter(audit_entry::Column::Result.eq("done"))
            .order_by_desc(audit_entry::Column::Id)
            .limit(1)
            .into_tuple()
            .one(&self.reader)
            .await?;
        Ok(at)
    }

    /// What people did to a programme and in it from a moment on that can change what will happen, the newest first.
    pub async fn acts_since(&self, programme: ProgrammeId, from: DateTime<Utc>, limit: u64) -> Result<Vec<PastAct>> {
        let found: Vec<(DateTime<Utc>, String)> = audit_entry::Entity::find()
            .select_only()
            .column(audit_entry::Column::At)
            .column(audit_entry::Column::Action)
            .filter(audit_entry::Column::ProgrammeId.eq(programme.0))
            .filter(audit_entry::Column::At.gte(from))
            .filter(audit_entry::Column::Action.is_not_in(CHANGE_NO_PLAN))
            .filter(audit_entry::Column::Result.eq("done"))
            .order_by_desc(audit_entry::Column::At)
            .order_by_desc(audit_entry::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(found.into_iter().map(|(at, action)| PastAct { at, action }).collect())
    }

    /// What a token that is not revoked gives access to.
    pub async fn holder_of(&self, hash: &str) -> Result<Option<Holder>> {
        let row = access_token::Entity::find()
            .filter(access_token::Column::Hash.eq(hash))
            .filter(access_token::Column::RevokedAt.is_null())
            .one(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut programmes = match row.role {
            Some(_) => self.programmes_of_tokens(&[row.id]).await?,
            // A personal link.
            None => HashMap::new(),
        };
        holder(&row, programmes.remove(&row.id).unwrap_or_default()).map(Some)
    }

    /// The API tokens, the newest last.
    pub async fn api_tokens(&self) -> Result<Vec<TokenRecord>> {
        let found = access_token::Entity::find()
            .filter(access_token::Column::Role.is_not_null())
            .order_by_asc(access_token::Column::Id)
            .all(&self.reader)
            .await?;
        let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
        let mut programmes = self.programmes_of_tokens(&ids).await?;
        let mut record = |row: &access_token::Model| {
            Ok(TokenRecord {
                id: TokenId(row.id),
                holder: holder(row, programmes.remove(&row.id).unwrap_or_default())?,
                label: row.label.clone(),
                created_at: row.created_at,
                revoked_at: row.revoked_at,
            })
        };
        found.iter().map(&mut record).collect()
    }

    async fn programmes_of_tokens(&self, tokens: &[Uuid]) -> Result<HashMap<Uuid, Vec<ProgrammeId>>> {
        let found = token_programme::Entity::find()
            .filter(token_programme::Column::TokenId.is_in(tokens.iter().copied()))
            .all(&self.reader)
            .await?;
        let mut programmes: HashMap<Uuid, Vec<ProgrammeId>> = HashMap::new();
        for row in found {
            programmes
                .entry(row.token_id)
                .or_default()
                .push(ProgrammeId(row.programme_id));
        }
        Ok(programmes)
    }
}
