//! A person of a programme whose address refuses mail.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A person of a programme whose address refuses mail.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refused_address")]
pub struct Model {
    /// The mail whose refusal it was.
    #[sea_orm(primary_key, auto_increment = false)]
    pub suppressed_by: Uuid,
    /// The registration, the member of the team, or the guest's invitation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The programme.
    pub programme_id: Uuid,
    /// The person.
    pub registration_id: Option<Uuid>,
    /// The member of the team.
    pub team_member_id: Option<Uuid>,
    /// The guest.
    pub invitation_id: Option<Uuid>,
    /// The first mail to that person that did not go.
    pub message_id: Uuid,
    /// What the relay said.
    #[sea_orm(column_type = "Text")]
    pub reply: Option<String>,
    /// When that mail ended.
    pub refused_at: DateTime<Utc>,
    /// When that was answered.
    pub told_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
