//! Who hosts a meeting, and what people were told of it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Who hosts a meeting, and what people were told of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hosting")]
pub struct Model {
    /// The meeting.
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting_id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// The offer that it is held at.
    pub venue_offer_id: Option<Uuid>,
    /// An organiser chose it.
    pub is_pinned: bool,
    /// How many times a host was assigned.
    pub times: i32,
    /// What is done of the checklist, parted by spaces.
    #[sea_orm(column_type = "Text")]
    pub done: String,
    /// Days and place as people were last told, in JSON.
    #[sea_orm(column_type = "Text")]
    pub told: Option<String>,
    /// How many times that changed.
    pub sequence: i32,
    /// When it last changed.
    pub changed_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
