//! What a mutation answered, to answer it again.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// What a mutation answered, to answer it again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Caller and mutation.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub scope: String,
    /// The client's key.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    /// SHA-256 of the input.
    #[sea_orm(column_type = "Text")]
    pub input_hash: String,
    /// The answer, JSON.
    #[sea_orm(column_type = "Text")]
    pub response: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
