//! Who did what.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Who did what.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// The id, in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by id.
    #[sea_orm(column_type = "Text")]
    pub actor: String,
    /// What.
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// Where.
    pub programme_id: Option<Uuid>,
    /// To what, by id.
    #[sea_orm(column_type = "Text")]
    pub target: Option<String>,
    /// done or refused.
    #[sea_orm(column_type = "Text")]
    pub result: String,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
