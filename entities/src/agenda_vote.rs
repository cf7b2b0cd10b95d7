//! A vote for an item of an agenda.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A vote for an item of an agenda.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agenda_vote")]
pub struct Model {
    /// The item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agenda_item_id: Uuid,
    /// Who votes for it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
