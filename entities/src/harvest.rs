//! What a participant brings home and presents.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What a participant brings home and presents.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "harvest")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Whose it is.
    pub registration_id: Uuid,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// What it comes down to.
    #[sea_orm(column_type = "Text")]
    pub summary: String,
    /// All there is to tell.
    #[sea_orm(column_type = "Text")]
    pub body: Option<String>,
    /// Where it stands.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// It can be handed in late.
    pub is_reopened: bool,
    /// What an organiser last said about it.
    #[sea_orm(column_type = "Text")]
    pub remark: Option<String>,
    /// When its author last changed it.
    pub saved_at: DateTime<Utc>,
    /// When it was last handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it is presented.
    pub slot_starts_at: Option<DateTime<Utc>>,
    /// How long that takes.
    pub slot_minutes: Option<i32>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
