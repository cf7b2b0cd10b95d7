//! An address that refused mail: none is tried there.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// An address that refused mail: none is tried there.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "suppression")]
pub struct Model {
    /// The address under a key.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub address_hash: String,
    /// The mail that was refused.
    pub message_id: Uuid,
    /// What the relay said.
    #[sea_orm(column_type = "Text")]
    pub reply: Option<String>,
    /// Since when.
    pub suppressed_at: DateTime<Utc>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
