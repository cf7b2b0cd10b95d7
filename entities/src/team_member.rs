//! A member of a programme's team.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A member of a programme's team.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_member")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Order to show.
    pub position: i32,
    /// Name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Where the member works.
    #[sea_orm(column_type = "Text")]
    pub organisation: Option<String>,
    /// Address.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// Address in lower case.
    #[sea_orm(column_type = "Text")]
    pub email_key: String,
    /// Roles, separated by spaces.
    #[sea_orm(column_type = "Text")]
    pub roles: String,
    /// For the public.
    #[sea_orm(column_type = "Text")]
    pub biography: Option<String>,
    /// Language tag.
    #[sea_orm(column_type = "Text")]
    pub locale: String,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
