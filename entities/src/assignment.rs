//! What a participant works on at their own employer.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What a participant works on at their own employer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
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
    /// What is done.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// What it should bring.
    #[sea_orm(column_type = "Text")]
    pub intended_result: Option<String>,
    /// How far it has come.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// What it brought.
    #[sea_orm(column_type = "Text")]
    pub result: Option<String>,
    /// When it was last saved.
    pub saved_at: DateTime<Utc>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
