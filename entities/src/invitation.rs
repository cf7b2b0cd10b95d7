//! An invitation to the showcase.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// An invitation to the showcase.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Who invites; none: an organiser.
    pub registration_id: Option<Uuid>,
    /// Number in the order of inviting.
    pub arrival: i64,
    /// Where it stands.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// Address in lower case and name, as of people who register.
    #[sea_orm(column_type = "Text")]
    pub person_key: String,
    /// The guest's whole name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Where mail goes.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// What the guest is to whoever invites.
    #[sea_orm(column_type = "Text")]
    pub relation: String,
    /// Language tag.
    #[sea_orm(column_type = "Text")]
    pub locale: String,
    /// What whoever invites writes.
    #[sea_orm(column_type = "Text")]
    pub message: Option<String>,
    /// When the guest was invited.
    pub invited_at: DateTime<Utc>,
    /// When the guest last answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Number in line, while the guest waits.
    pub in_line: Option<i64>,
    /// How many times the guest got a place.
    pub acceptances: i32,
    /// When and where the guest was last told that it is, as JSON.
    #[sea_orm(column_type = "Text")]
    pub told: String,
    /// How many times that changed.
    pub sequence: i32,
    /// When that was last.
    pub changed_at: DateTime<Utc>,
    /// When everything about the guest was erased.
    pub erased_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
