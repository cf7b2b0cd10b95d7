//! A learning wish that a harvest grew from.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A learning wish that a harvest grew from.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "harvest_wish")]
pub struct Model {
    /// The harvest.
    #[sea_orm(primary_key, auto_increment = false)]
    pub harvest_id: Uuid,
    /// The wish.
    #[sea_orm(primary_key, auto_increment = false)]
    pub learning_wish_id: Uuid,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
