//! A meeting of a programme.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A meeting of a programme.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meeting")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// From 1.
    pub number: i32,
    /// Its part.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Title.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Half-days counted.
    pub half_days: i32,
    /// Where.
    #[sea_orm(column_type = "Text")]
    pub municipality: Option<String>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
