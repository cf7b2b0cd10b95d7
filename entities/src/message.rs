//! A mail of the outbox.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A mail of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// The id, in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// The person.
    pub registration_id: Option<Uuid>,
    /// The member of the team.
    pub team_member_id: Option<Uuid>,
    /// The guest.
    pub invitation_id: Option<Uuid>,
    /// Which mail.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// Language tag.
    #[sea_orm(column_type = "Text")]
    pub locale: String,
    /// Address.
    #[sea_orm(column_type = "Text")]
    pub recipient: String,
    /// Subject.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Message-ID without brackets.
    #[sea_orm(column_type = "Text")]
    pub message_id_header: String,
    /// What becomes of it.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    /// 0: caused by a person's act; 1: by time.
    pub priority: i32,
    /// When it was made.
    pub caused_at: DateTime<Utc>,
    /// When its reason was due.
    pub due_at: DateTime<Utc>,
    /// Not before this.
    pub next_attempt_at: DateTime<Utc>,
    /// When the relay took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it reached an end.
    pub ended_at: Option<DateTime<Utc>>,
    /// Attempts begun.
    pub attempts: i32,
    /// Deferrals, which lengthen the wait.
    pub failures: i32,
    /// Attempts without a verdict.
    pub ambiguities: i32,
    /// Guards the verdict.
    pub claim_seq: i64,
    /// The instance that hands it over.
    pub claimed_by: Option<Uuid>,
    /// Its place in the queue, the least first: -1 when a second hand-over is urgent, else how often it was tried.
    pub turn: i32,
    /// Why it is kept back, while it is.
    #[sea_orm(column_type = "Text")]
    pub hold: Option<String>,
    /// The address under a key, as the list of suppressed addresses knows it.
    #[sea_orm(column_type = "Text")]
    pub address_hash: Option<String>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
