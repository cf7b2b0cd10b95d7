//! An organiser's own mail to people of a programme.

use chrono::{DateTime, NaiveTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// An organiser's own mail to people of a programme.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement")]
pub struct Model {
    /// The id, in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Who gets it.
    #[sea_orm(column_type = "Text")]
    pub audience: String,
    /// Subject.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// What it says.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// What its moment counts from; none of anchor and weekday: it went out at once.
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
    /// When it was announced.
    pub announced_at: DateTime<Utc>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
