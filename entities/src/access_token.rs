//! A token, stored hashed: a personal link, or an API token.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A token, stored hashed: a personal link, or an API token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_token")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub hash: String,
    /// Whose link.
    pub registration_id: Option<Uuid>,
    /// Whose link.
    pub team_member_id: Option<Uuid>,
    /// Whose link.
    pub invitation_id: Option<Uuid>,
    /// organiser or administrator, of an API token.
    #[sea_orm(column_type = "Text")]
    pub role: Option<String>,
    /// What it is for.
    #[sea_orm(column_type = "Text")]
    pub label: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
