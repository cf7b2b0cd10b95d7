//! A rule of a programme.

use chrono::{DateTime, NaiveTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A rule of a programme.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Which rule.
    #[sea_orm(column_type = "Text")]
    pub rule_key: String,
    /// From 1.
    pub version: i32,
    /// What it counts from; none: the event of its key.
    #[sea_orm(column_type = "Text")]
    pub anchor: Option<String>,
    /// Days after the anchor.
    pub offset_days: Option<i32>,
    /// Minutes after the anchor's moment.
    pub offset_minutes: Option<i32>,
    /// A day of the week.
    #[sea_orm(column_type = "Text")]
    pub weekday: Option<String>,
    /// Time of day.
    pub at_time: Option<NaiveTime>,
    /// How late it may be.
    pub lateness_hours: Option<i32>,
    /// once or again.
    #[sea_orm(column_type = "Text")]
    pub when_moved: String,
    /// The organiser's.
    #[sea_orm(column_type = "Text")]
    pub own_sentence: Option<String>,
    /// Paused, and why.
    #[sea_orm(column_type = "Text")]
    pub pause_note: Option<String>,
    /// It does not reach back beyond this.
    pub valid_from: DateTime<Utc>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
