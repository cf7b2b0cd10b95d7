//! What other systems need of a programme: whom to invoice, and who takes part.

use super::{App, Caller, Result};
use crate::domain::{
    ids::ProgrammeId,
    money::{self, Invoice},
    page::Window,
    programme::Programme,
    registration::{Registration, RegistrationStatus as Status},
};

/// Registrations fetched at once.
const AT_ONCE: usize = 100;

impl App {
    /// The registrations that what is to be invoiced follows from, by arrival: those that hold a place for good, and those that left.
    pub async fn registrations_to_invoice(&self, caller: &Caller, programme: ProgrammeId) -> Result<Vec<Registration>> {
        self.all_with(caller, programme, &[Status::Confirmed, Status::Withdrawn])
            .await
    }

    /// Those who take part, by arrival.
    pub async fn those_who_take_part(&self, caller: &Caller, programme: ProgrammeId) -> Result<Vec<Registration>> {
        self.all_with(caller, programme, &[Status::Registered, Status::Confirmed])
            .await
    }

    async fn all_with(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        statuses: &[Status],
    ) -> Result<Vec<Registration>> {
        caller.must_organise(programme)?;
        let mut window = Window::first(AT_ONCE);
        let mut all: Vec<Registration> = Vec::new();
        loop {
            let page = self.store().registrations(programme, Some(statuses), &window).await?;
            all.extend(page.items);
            window.after = all.last().map(|registration| registration.arrival);
            if !page.has_next {
                return Ok(all);
            }
        }
    }
}

/// What is to be invoiced; refused, with the reason, unless the programme goes ahead.
pub fn invoices<'a>(programme: &Programme, registrations: &'a [Registration]) -> Result<Vec<Invoice<'a>>> {
    Ok(money::invoices(programme, registrations)?)
}
