//! One person's way through one programme.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// One person's way through one programme.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registration")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its programme.
    pub programme_id: Uuid,
    /// Number in line.
    pub arrival: i64,
    /// Where it stands.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// The same for one person's registrations.
    #[sea_orm(column_type = "Text")]
    pub person_key: String,
    /// Name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Given name.
    #[sea_orm(column_type = "Text")]
    pub given_name: String,
    /// Address.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// Address in lower case.
    #[sea_orm(column_type = "Text")]
    pub email_key: String,
    /// Employer.
    #[sea_orm(column_type = "Text")]
    pub organisation: String,
    /// Role there.
    #[sea_orm(column_type = "Text")]
    pub job_title: Option<String>,
    /// Telephone.
    #[sea_orm(column_type = "Text")]
    pub phone: Option<String>,
    /// Language tag.
    #[sea_orm(column_type = "Text")]
    pub locale: String,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub motivation: Option<String>,
    /// Who pays.
    #[sea_orm(column_type = "Text")]
    pub billing_organisation: Option<String>,
    /// For the invoice.
    #[sea_orm(column_type = "Text")]
    pub billing_reference: Option<String>,
    /// Where the invoice goes.
    #[sea_orm(column_type = "Text")]
    pub billing_email: Option<String>,
    /// When it arrived.
    pub registered_at: DateTime<Utc>,
    /// When verified.
    pub verified_at: Option<DateTime<Utc>>,
    /// When a place was offered.
    pub offered_at: Option<DateTime<Utc>>,
    /// End of the offer.
    pub offer_expires_at: Option<DateTime<Utc>>,
    /// When confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended, as given.
    #[sea_orm(column_type = "Text")]
    pub end_reason: Option<String>,
    /// When everything about the person was erased.
    pub erased_at: Option<DateTime<Utc>>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
