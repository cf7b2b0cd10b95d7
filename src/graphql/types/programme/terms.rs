//! What a programme says of itself in a few values.

use async_graphql::{Enum, SimpleObject};

use crate::{
    app::programmes,
    domain::{privacy, programme},
};

/// How far a programme has come.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::programme::ProgrammeStatus")]
pub enum ProgrammeStatus {
    /// Not published.
    Draft,
    /// Published; registration has not closed.
    Open,
    /// Registration is closed and nothing is decided.
    AwaitingDecision,
    /// It goes ahead.
    GoingAhead,
    /// A no-go, or cancelled by an organiser.
    Cancelled,
    /// Over.
    Completed,
}

/// What taking part costs, per person for the whole programme.
#[derive(Debug, SimpleObject)]
pub struct Price {
    /// The amount, in cents.
    cents: u32,
    /// The currency (ISO 4217).
    currency: &'static str,
    /// Whether VAT is in it.
    vat_included: bool,
    /// VAT, in per cent.
    vat_percentage: f64,
    /// The part of the real cost that a subsidy already pays, in per cent.
    subsidy_percentage: Option<f64>,
    /// The part of it that somebody pays who withdraws after the go, in per cent.
    withdrawal_percentage: f64,
}

impl From<&programme::Price> for Price {
    fn from(price: &programme::Price) -> Self {
        let per_cent = |basis_points: u32| f64::from(basis_points) / 100.0;
        Self {
            cents: price.cents,
            currency: "EUR",
            vat_included: price.vat_included,
            vat_percentage: per_cent(price.vat_basis_points),
            subsidy_percentage: price.subsidy_basis_points.map(per_cent),
            withdrawal_percentage: per_cent(price.withdrawal_basis_points),
        }
    }
}

/// How long personal data is kept after the last meeting, in calendar months. Then it goes; counts stay.
#[derive(Debug, SimpleObject)]
pub struct Retention {
    /// Of everybody who registered.
    participants_months: u32,
    /// Of guests of the showcase.
    guests_months: u32,
}

impl From<privacy::Retention> for Retention {
    fn from(retention: privacy::Retention) -> Self {
        Self {
            participants_months: retention.participants_months,
            guests_months: retention.guests_months,
        }
    }
}

/// A participant as the other members see one.
#[derive(Debug, SimpleObject)]
pub struct Participant {
    /// What to call the person.
    given_name: String,
    /// The employer.
    organisation: String,
}

impl From<&programmes::Participant> for Participant {
    fn from(participant: &programmes::Participant) -> Self {
        Self {
            given_name: participant.given_name.to_string(),
            organisation: participant.organisation.to_string(),
        }
    }
}
