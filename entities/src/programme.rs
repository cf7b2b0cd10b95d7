//! A programme, with the counts and the moment that the engine looks at it again.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A programme, with the counts and the moment that the engine looks at it again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its name in addresses.
    #[sea_orm(column_type = "Text")]
    pub slug: String,
    /// Title.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Second line of title.
    #[sea_orm(column_type = "Text")]
    pub subtitle: Option<String>,
    /// Markdown.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// For whom.
    #[sea_orm(column_type = "Text")]
    pub audience: Option<String>,
    /// Language tag.
    #[sea_orm(column_type = "Text")]
    pub locale: String,
    /// IANA zone.
    #[sea_orm(column_type = "Text")]
    pub time_zone: String,
    /// Minimum.
    pub min_participants: i32,
    /// Places.
    pub max_participants: i32,
    /// From when one can register.
    pub registration_opens_at: Option<DateTime<Utc>>,
    /// Last day to register.
    pub registration_deadline: NaiveDate,
    /// The closing instant that follows from it.
    pub registration_closes_at: DateTime<Utc>,
    /// Since when that is the deadline.
    pub deadline_set_at: DateTime<Utc>,
    /// automatic or propose.
    #[sea_orm(column_type = "Text")]
    pub decision_mode: String,
    /// Euro cents per person.
    pub price_cents: i32,
    /// VAT is in the price.
    pub vat_included: bool,
    /// Hundredths of a per cent.
    pub vat_basis_points: i32,
    /// Hundredths of a per cent.
    pub subsidy_basis_points: Option<i32>,
    /// The day of the showcase; with it go the next four.
    pub showcase_on: Option<NaiveDate>,
    /// When the showcase starts, in the programme's zone.
    pub showcase_starts: Option<NaiveTime>,
    /// When it ends.
    pub showcase_ends: Option<NaiveTime>,
    /// How many guests fit.
    pub showcase_capacity: Option<i32>,
    /// How many guests one person may invite.
    pub guest_quota: Option<i32>,
    /// How long personal data of those who registered is kept.
    pub participant_retention_months: i32,
    /// How long that of guests is kept.
    pub guest_retention_months: i32,
    /// How far it has come.
    #[sea_orm(column_type = "Text")]
    pub phase: String,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// When it ended before its time.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// no-go or organiser.
    #[sea_orm(column_type = "Text")]
    pub cancellation_cause: Option<String>,
    /// Who counted at the no-go.
    pub cancellation_counted: Option<i32>,
    /// The minimum at the no-go.
    pub cancellation_minimum: Option<i32>,
    /// What was said about it.
    #[sea_orm(column_type = "Text")]
    pub cancellation_reason: Option<String>,
    /// Number in line of the next registration.
    pub next_arrival: i64,
    /// Places taken.
    pub taken: i32,
    /// Counting for the minimum.
    pub counted: i32,
    /// Holding a place unverified.
    pub unverified: i32,
    /// Offered a place.
    pub offered: i32,
    /// Waiting.
    pub waiting: i32,
    /// Waiting and verified.
    pub waiting_verified: i32,
    /// When the engine looks again.
    pub wake_at: Option<DateTime<Utc>>,
    /// The moment as of which everything due is carried out.
    pub settled_at: DateTime<Utc>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

/// None: rows are joined by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
