//! What is to be invoiced after the go, and to whom (rule 13). Amounts are integer cents; a half cent is rounded up.

use chrono::{DateTime, Utc};

use super::{
    programme::{Phase, Price, Programme},
    refusal::Refusal,
    registration::{Registration, RegistrationStatus as Status},
    text::{EmailAddress, Line, Organisation},
};

/// A whole, in hundredths of a per cent.
const WHOLE: u32 = 10_000;

/// What a withdrawal after the go costs where the programme says nothing: the whole price. The go counted on this person, the costs
/// are made for the number that it counted, and the place can seldom be filled again. People are told before they register.
pub const USUAL_WITHDRAWAL_BASIS_POINTS: u32 = WHOLE;

/// An amount with what VAT adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Without VAT.
    pub net_cents: u32,
    /// The VAT.
    pub vat_cents: u32,
}

impl Amount {
    /// With VAT.
    pub fn total_cents(self) -> u32 {
        self.net_cents.saturating_add(self.vat_cents)
    }
}

/// `cents * numerator / denominator`, a half rounded up.
fn share(cents: u32, numerator: u32, denominator: u32) -> u32 {
    let (cents, numerator, denominator) = (u64::from(cents), u64::from(numerator), u64::from(denominator.max(1)));
    u32::try_from((2 * cents * numerator + denominator) / (2 * denominator)).unwrap_or(u32::MAX)
}

impl Price {
    /// What a withdrawal after the go costs, with or without VAT like the price.
    pub fn withdrawal_cents(&self) -> u32 {
        share(self.cents, self.withdrawal_basis_points, WHOLE)
    }

    /// An amount that is told as the price is, split into what it is without VAT and the VAT.
    pub fn split(&self, cents: u32) -> Amount {
        let vat = self.vat_basis_points;
        if self.vat_included {
            let net_cents = share(cents, WHOLE, WHOLE.saturating_add(vat));
            Amount {
                net_cents,
                vat_cents: cents.saturating_sub(net_cents),
            }
        } else {
            Amount {
                net_cents: cents,
                vat_cents: share(cents, vat, WHOLE),
            }
        }
    }
}

/// What is to be invoiced for one registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice<'a> {
    /// The registration.
    pub registration: &'a Registration,
    /// Who pays: the billing organisation, else the employer.
    pub organisation: &'a Organisation,
    /// What to put on the invoice.
    pub reference: Option<&'a Line<100>>,
    /// Where the invoice goes: the billing address, else the person's.
    pub email: &'a EmailAddress,
    /// When the person left after the go.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The part of the price that is due, in hundredths of a per cent.
    pub basis_points: u32,
    /// What is due.
    pub amount: Amount,
}

/// Whether the registration had its place for good when it ended: then leaving has a price.
pub fn left_after_go(registration: &Registration) -> bool {
    registration.status == Status::Withdrawn && registration.confirmed_at.is_some()
}

/// What there is to invoice, in the order of the registrations: the places of those who take part, and the withdrawals after the go.
pub fn invoices<'a>(
    programme: &Programme,
    registrations: impl IntoIterator<Item = &'a Registration>,
) -> Result<Vec<Invoice<'a>>, Refusal> {
    let nothing = match programme.phase {
        Phase::GoingAhead | Phase::Completed => None,
        Phase::Draft => Some("this programme is a draft: there is nothing to invoice before it goes ahead"),
        Phase::Open => {
            Some("whether this programme goes ahead is not decided: there is nothing to invoice before the go")
        }
        Phase::Cancelled => Some("this programme does not go ahead: there is nothing to invoice"),
    };
    if let Some(why) = nothing {
        return Err(Refusal::StateConflict(why.to_owned()));
    }
    let price = &programme.announced.price;
    let invoice = |registration: &'a Registration| {
        let withdrawn = left_after_go(registration);
        let (basis_points, cents) = match (registration.status, withdrawn) {
            (Status::Confirmed, _) => (WHOLE, price.cents),
            (_, true) => (price.withdrawal_basis_points, price.withdrawal_cents()),
            _ => return None,
        };
        let person = &registration.person;
        Some(Invoice {
            registration,
            organisation: person.billing.organisation.as_ref().unwrap_or(&person.organisation),
            reference: person.billing.reference.as_ref(),
            email: person.billing.email.as_ref().unwrap_or(&person.email),
            withdrawn_at: registration.ended_at.filter(|_| withdrawn),
            basis_points,
            amount: price.split(cents),
        })
    };
    Ok(registrations.into_iter().filter_map(invoice).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(cents: u32, vat_included: bool, vat_basis_points: u32, withdrawal_basis_points: u32) -> Price {
        Price {
            cents,
            vat_included,
            vat_basis_points,
            subsidy_basis_points: None,
            withdrawal_basis_points,
        }
    }

    #[test]
    fn amounts() {
        for (cents, vat_included, vat, percentage, withdrawal, net, vat_cents) in [
            // The brochure's price, half of it, none of it, all of it.
            (155_000, false, 2_100, 10_000, 155_000, 155_000, 32_550),
            (155_000, false, 2_100, 5_000, 77_500, 77_500, 16_275),
            (155_000, false, 2_100, 0, 0, 0, 0),
            (155_000, true, 2_100, 10_000, 155_000, 128_099, 26_901),
            // Halves go up: 0.5 cent, 1.5 cents; just below a half goes down.
            (1, false, 0, 5_000, 1, 1, 0),
            (3, false, 0, 5_000, 2, 2, 0),
            (3, false, 0, 4_999, 1, 1, 0),
            (100, false, 50, 10_000, 100, 100, 1),
            (100, false, 49, 10_000, 100, 100, 0),
            // 12.34 % of 99.99.
            (9_999, false, 900, 1_234, 1_234, 1_234, 111),
            // VAT of nothing, of everything, and a free programme.
            (10_000, true, 0, 10_000, 10_000, 10_000, 0),
            (10_000, true, 10_000, 10_000, 10_000, 5_000, 5_000),
            (0, false, 2_100, 10_000, 0, 0, 0),
            // The highest price there can be.
            (
                100_000_000,
                false,
                10_000,
                10_000,
                100_000_000,
                100_000_000,
                100_000_000,
            ),
        ] {
            let price = price(cents, vat_included, vat, percentage);
            assert_eq!(price.withdrawal_cents(), withdrawal, "{price:?}");
            let amount = price.split(withdrawal);
            assert_eq!((amount.net_cents, amount.vat_cents), (net, vat_cents), "{price:?}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_never_more_than_the_whole_and_vat_that_is_in_it_adds_up(
            cents in 0..=100_000_000u32, vat in 0..=10_000u32, part in 0..=10_000u32
        ) {
            let included = price(cents, true, vat, part);
            prop_assert!(included.withdrawal_cents() <= cents);
            prop_assert_eq!(included.split(cents).total_cents(), cents);
            // Exact to half a cent.
            let exact = f64::from(cents) * f64::from(part) / 10_000.0;
            prop_assert!((f64::from(included.withdrawal_cents()) - exact).abs() <= 0.500_001);
        }
    }
}
