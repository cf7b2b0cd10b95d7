//! `export`: what a programme knows, for spreadsheets and other systems.

mod sheet;

use anyhow::Context;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand};

#[cfg(test)]
pub(super) use self::sheet::lines;
use self::sheet::{Cell, Separator, Sheet};
use super::{
    ADMINISTRATOR, Wiring,
    programme::programme_of,
    terminal::{Exit, Terminal},
};
use crate::{
    app::{App, exporting},
    domain::{calendar, registration::Registration, text::EmailAddress},
};

/// What to export.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// What to invoice to whom, once the programme goes ahead: places, and withdrawals after the go
    ///
    /// Amounts are in cents. A withdrawal after the go is invoiced by the programme's percentage of the price. No payments are taken
    /// or known.
    Billing(ExportArguments),
    /// Who takes part: everybody who holds a place for good
    Participants(ExportArguments),
    /// Who is invited to the showcase, by whom, and who comes
    Guests(ExportArguments),
}

/// Of which programme, and in which form.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The programme's name in addresses, such as werken-in-het-westen-2014
    slug: String,
    /// What stands between two cells; spreadsheets set to Dutch read ';', others ','
    #[arg(long, default_value = ";", conflicts_with = "json")]
    separator: Separator,
    /// Print JSON instead of CSV
    #[arg(long)]
    json: bool,
}

impl ExportCommand {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        let app = wiring.reading_app().await?;
        let nobody = match self {
            Self::Billing(_) | Self::Participants(_) => "nobody takes part, so there are no rows",
            Self::Guests(_) => "nobody is invited to the showcase, so there are no rows",
        };
        let (sheet, arguments) = match self {
            Self::Billing(arguments) => (billing(&app, &arguments.slug).await?, arguments),
            Self::Participants(arguments) => (participants(&app, &arguments.slug).await?, arguments),
            Self::Guests(arguments) => (guests(&app, &arguments.slug).await?, arguments),
        };
        if sheet.is_empty() {
            terminal.hint(nobody)?;
        }
        if arguments.json {
            terminal.print(format!("{:#}", sheet.json()))?;
        } else {
            terminal.print_raw(&sheet.csv(arguments.separator)?)?;
        }
        Ok(Exit::Success)
    }
}

/// The day of a moment where the programme is.
fn on(at: Option<DateTime<Utc>>, zone: Tz) -> Cell {
    Cell::optional(at.map(|at| calendar::day_of(at, zone)))
}

/// Where a person is reached; nothing where the person was erased: what stands there then is no address.
fn reached_at(registration: &Registration, email: &EmailAddress) -> Cell {
    Cell::optional(registration.erased_at.is_none().then_some(email))
}

async fn billing(app: &App, slug: &str) -> anyhow::Result<Sheet> {
    let record = programme_of(app, slug).await?;
    let found = app.registrations_to_invoice(&ADMINISTRATOR, record.programme.id).await;
    let found = found.context("cannot read the registrations")?;
    let invoices = exporting::invoices(&record.programme, &found)?;
    let announced = &record.programme.announced;
    let zone = announced.time_zone;
    Ok(Sheet::of(
        &invoices,
        &[
            ("programme", &|_| Cell::text(&announced.slug)),
            ("registration", &|invoice| Cell::text(invoice.registration.id)),
            ("status", &|invoice| Cell::text(invoice.registration.status.word())),
            ("name", &|invoice| Cell::text(&invoice.registration.person.name)),
            ("employer", &|invoice| {
                Cell::text(&invoice.registration.person.organisation)
            }),
            ("invoice_to", &|invoice| Cell::text(invoice.organisation)),
            ("invoice_reference", &|invoice| Cell::optional(invoice.reference)),
            ("invoice_email", &|invoice| {
                reached_at(invoice.registration, invoice.email)
            }),
            ("confirmed_on", &|invoice| on(invoice.registration.confirmed_at, zone)),
            ("withdrawn_on", &|invoice| on(invoice.withdrawn_at, zone)),
            ("percentage", &|invoice| Cell::percentage(invoice.basis_points)),
            ("net_cents", &|invoice| Cell::Number(invoice.amount.net_cents)),
            ("vat_percentage", &|_| {
                Cell::percentage(announced.price.vat_basis_points)
            }),
            ("vat_cents", &|invoice| Cell::Number(invoice.amount.vat_cents)),
            ("total_cents", &|invoice| Cell::Number(invoice.amount.total_cents())),
            ("currency", &|_| Cell::text("EUR")),
        ],
    ))
}

async fn participants(app: &App, slug: &str) -> anyhow::Result<Sheet> {
    let record = programme_of(app, slug).await?;
    let found = app.those_who_take_part(&ADMINISTRATOR, record.programme.id).await;
    let found = found.context("cannot read the registrations")?;
    let announced = &record.programme.announced;
    let zone = announced.time_zone;
    Ok(Sheet::of(
        &found,
        &[
            ("programme", &|_| Cell::text(&announced.slug)),
            ("registration", &|one| Cell::text(one.id)),
            ("status", &|one| Cell::text(one.status.word())),
            ("name", &|one| Cell::text(&one.person.name)),
            ("given_name", &|one| Cell::text(&one.person.given_name)),
            ("email", &|one| reached_at(one, &one.person.email)),
            ("phone", &|one| Cell::optional(one.person.phone.as_ref())),
            ("organisation", &|one| Cell::text(&one.person.organisation)),
            ("job_title", &|one| Cell::optional(one.person.job_title.as_ref())),
            ("language", &|one| Cell::text(one.person.locale.tag())),
            ("registered_on", &|one| on(Some(one.registered_at), zone)),
            ("confirmed_on", &|one| on(one.confirmed_at, zone)),
        ],
    ))
}

async fn guests(app: &App, slug: &str) -> anyhow::Result<Sheet> {
    let record = programme_of(app, slug).await?;
    let found = app.all_invitations(&ADMINISTRATOR, record.programme.id).await;
    let found = found.context("cannot read the invitations")?;
    let announced = &record.programme.announced;
    let zone = announced.time_zone;
    Ok(Sheet::of(
        &found,
        &[
            ("programme", &|_| Cell::text(&announced.slug)),
            ("invitation", &|view| Cell::text(view.invitation.id)),
            ("status", &|view| Cell::text(view.invitation.status.word())),
            ("name", &|view| Cell::text(&view.invitation.guest.name)),
            ("email", &|view| Cell::text(&view.invitation.guest.email)),
            ("relation", &|view| Cell::text(view.invitation.guest.relation.word())),
            ("language", &|view| Cell::text(view.invitation.guest.locale.tag())),
            ("invited_by", &|view| {
                Cell::optional(view.inviter.as_ref().map(|inviter| &inviter.given_name))
            }),
            ("employer", &|view| {
                Cell::optional(view.inviter.as_ref().map(|inviter| &inviter.organisation))
            }),
            ("invited_on", &|view| on(Some(view.invitation.invited_at), zone)),
            ("answered_on", &|view| on(view.invitation.answered_at, zone)),
        ],
    ))
}
