//! A day of a meeting, in the programme's zone.

use chrono::{NaiveDate, NaiveTime};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A day of a meeting, in the programme's zone.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meeting_day")]
pub struct Model {
    /// Its meeting.
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting_id: Uuid,
    /// The day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub held_on: NaiveDate,
    /// Start.
    pub starts: NaiveTime,
    /// End.
    pub ends: NaiveTime,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
