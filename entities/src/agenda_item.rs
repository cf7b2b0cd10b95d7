//! Something to speak about at a meeting.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Something to speak about at a meeting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agenda_item")]
pub struct Model {
    /// The id, in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// At which meeting.
    pub meeting_id: Uuid,
    /// Who proposed it; none: somebody of the team.
    pub registration_id: Option<Uuid>,
    /// What it is about.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// How long it takes.
    pub minutes: Option<i32>,
    /// Its place in the final agenda, from 1.
    pub position: Option<i32>,
    /// When it was proposed.
    pub proposed_at: DateTime<Utc>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
