//! Somebody's offer of a venue.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Somebody's offer of a venue.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "venue_offer")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Who offers it.
    pub registration_id: Uuid,
    /// Number in the order of offering.
    pub arrival: i64,
    /// Where.
    #[sea_orm(column_type = "Text")]
    pub municipality: String,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub name: Option<String>,
    /// Street, number and town.
    #[sea_orm(column_type = "Text")]
    pub address: Option<String>,
    /// Without steps.
    pub is_step_free: Option<bool>,
    /// How to get there.
    #[sea_orm(column_type = "Text")]
    pub directions: Option<String>,
    /// How many people fit in.
    pub capacity: Option<i32>,
    /// The rooms there are.
    #[sea_orm(column_type = "Text")]
    pub rooms: Option<String>,
    /// Ids of the meetings that it is offered for, parted by spaces; none: any.
    #[sea_orm(column_type = "Text")]
    pub meetings: Option<String>,
    /// When it was offered.
    pub offered_at: DateTime<Utc>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
