//! A go or no-go: one per deadline.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A go or no-go: one per deadline.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    /// Its programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: Uuid,
    /// The deadline it was made for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_deadline: NaiveDate,
    /// go or no-go.
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
    /// When it was done.
    pub decided_at: DateTime<Utc>,
    /// As of when.
    pub effective_at: DateTime<Utc>,
    /// Who counted.
    pub counted: i32,
    /// The minimum then.
    pub minimum: i32,
    /// What was said.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
