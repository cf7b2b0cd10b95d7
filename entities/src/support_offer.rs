//! Support that somebody offers with a learning wish.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Support that somebody offers with a learning wish.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "support_offer")]
pub struct Model {
    /// The id, in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The wish.
    pub learning_wish_id: Uuid,
    /// Who offers it.
    pub registration_id: Uuid,
    /// What is offered.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// When.
    pub offered_at: DateTime<Utc>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
