//! What a participant wants to learn.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What a participant wants to learn.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "learning_wish")]
pub struct Model {
    /// The id, in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Whose it is.
    pub registration_id: Uuid,
    /// What its author wants to learn.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// What the author will do for it.
    #[sea_orm(column_type = "Text")]
    pub own_steps: Option<String>,
    /// The theme that it shares with others.
    #[sea_orm(column_type = "Text")]
    pub learning_line: Option<String>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its words last changed.
    pub edited_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
