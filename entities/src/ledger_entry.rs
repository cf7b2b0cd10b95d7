//! What became of one reason for something to happen, once.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What became of one reason for something to happen, once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    /// The id, in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Rule or built-in step.
    #[sea_orm(column_type = "Text")]
    pub source: String,
    /// Whom it is about.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Which time.
    #[sea_orm(column_type = "Text")]
    pub occurrence: String,
    /// mail, decision or change.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The mail.
    #[sea_orm(column_type = "Text")]
    pub message_kind: Option<String>,
    /// What became of it.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    /// When it was due.
    pub due_at: DateTime<Utc>,
    /// When it was decided.
    pub done_at: DateTime<Utc>,
    /// The person.
    pub registration_id: Option<Uuid>,
    /// The member of the team.
    pub team_member_id: Option<Uuid>,
    /// The guest.
    pub invitation_id: Option<Uuid>,
    /// The letter, while its mail is not made.
    #[sea_orm(column_type = "VarBinary(StringLen::None)")]
    pub sealed_letter: Option<Vec<u8>>,
    /// When to make the mail.
    pub compose_at: Option<DateTime<Utc>>,
    /// How often that failed.
    pub compose_attempts: i32,
    /// The mail.
    pub message_id: Option<Uuid>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
