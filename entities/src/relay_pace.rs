//! How fast a relay is given mail, over all instances.

use sea_orm::entity::prelude::*;

/// How fast a relay is given mail, over all instances.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "relay_pace")]
pub struct Model {
    /// Host and port.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub relay: String,
    /// When the next mail may go, in microseconds since 1970 of the database's own time.
    pub next_at_us: i64,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
