//! One attempt to hand a mail over.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// One attempt to hand a mail over.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_attempt")]
pub struct Model {
    /// The mail.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: Uuid,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// The claim.
    pub claim_seq: i64,
    /// Who tried.
    pub instance_id: Uuid,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// None while under way.
    #[sea_orm(column_type = "Text")]
    pub outcome: Option<String>,
    /// The SMTP verb that was answered.
    #[sea_orm(column_type = "Text")]
    pub verb: Option<String>,
    /// The reply code.
    pub code: Option<i32>,
    /// Enhanced status code (RFC 3463).
    #[sea_orm(column_type = "Text")]
    pub enhanced: Option<String>,
    /// The reply, one line.
    #[sea_orm(column_type = "Text")]
    pub text: Option<String>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
