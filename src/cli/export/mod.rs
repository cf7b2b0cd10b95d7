//! `export`: what a programme knows, for spreadsheets and other systems.

mod sheet;

use anyhow::Context;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand};

use self::sheet::{Cell, Row, Separator};
use super::{
    ADMINISTRATOR, Wiring,
    programme::programme_of,
    terminal::{Exit, Terminal},
};
use crate::{
    app::{App, exporting, guests::InvitationView, programmes::ProgrammeRecord},
    domain::{calendar, money::Invoice, registration::Registration},
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
        let (rows, arguments) = match self {
            Self::Billing(arguments) => (billing(&app, &arguments.slug).await?, arguments),
            Self::Participants(arguments) => (participants(&app, &arguments.slug).await?, arguments),
            Self::Guests(arguments) => (guests(&app, &arguments.slug).await?, arguments),
        };
        if rows.is_empty() {
            terminal.hint(nobody)?;
        }
        if arguments.json {
            terminal.print(format!("{:#}", sheet::json(&rows)))?;
        } else {
            terminal.print_raw(&sheet::csv(&rows, arguments.separator)?)?;
        }
        Ok(Exit::Success)
    }
}

/// The day of a moment where the programme is.
fn on(at: Option<DateTime<Utc>>, zone: Tz) -> Cell {
    Cell::optional(at.map(|at| calendar::day_of(at, zone)))
}

async fn billing(app: &App, slug: &str) -> anyhow::Result<Vec<Row>> {
    let record = programme_of(app, slug).await?;
    let found = app.registrations_to_invoice(&ADMINISTRATOR, record.programme.id).await;
    let found = found.context("cannot read the registrations")?;
    let invoices = exporting::invoices(&record.programme, &found)?;
    Ok(invoices.iter().map(|invoice| invoice_row(&record, invoice)).collect())
}

fn invoice_row(record: &ProgrammeRecord, invoice: &Invoice<'_>) -> Row {
    let announced = &record.programme.announced;
    let (registration, zone) = (invoice.registration, announced.time_zone);
    let amount = invoice.amount;
    vec![
        ("programme", Cell::text(&announced.slug)),
        ("registration", Cell::text(registration.id)),
        ("status", Cell::text(registration.status.word())),
        ("name", Cell::text(&registration.person.name)),
        ("employer", Cell::text(&registration.person.organisation)),
        ("invoice_to", Cell::text(invoice.organisation)),
        ("invoice_reference", Cell::optional(invoice.reference)),
        ("invoice_email", Cell::text(invoice.email)),
        ("confirmed_on", on(registration.confirmed_at, zone)),
        ("withdrawn_on", on(invoice.withdrawn_at, zone)),
        ("percentage", Cell::percentage(invoice.basis_points)),
        ("net_cents", Cell::Number(amount.net_cents)),
        ("vat_percentage", Cell::percentage(announced.price.vat_basis_points)),
        ("vat_cents", Cell::Number(amount.vat_cents)),
        ("total_cents", Cell::Number(amount.total_cents())),
        ("currency", Cell::text("EUR")),
    ]
}

async fn participants(app: &App, slug: &str) -> anyhow::Result<Vec<Row>> {
    let record = programme_of(app, slug).await?;
    let found = app.those_who_take_part(&ADMINISTRATOR, record.programme.id).await;
    let found = found.context("cannot read the registrations")?;
    let row = |registration| participant_row(&record, registration);
    Ok(found.iter().map(row).collect())
}

fn participant_row(record: &ProgrammeRecord, registration: &Registration) -> Row {
    let announced = &record.programme.announced;
    let (person, zone) = (&registration.person, announced.time_zone);
    vec![
        ("programme", Cell::text(&announced.slug)),
        ("registration", Cell::text(registration.id)),
        ("status", Cell::text(registration.status.word())),
        ("name", Cell::text(&person.name)),
        ("given_name", Cell::text(&person.given_name)),
        ("email", Cell::text(&person.email)),
        ("phone", Cell::optional(person.phone.as_ref())),
        ("organisation", Cell::text(&person.organisation)),
        ("job_title", Cell::optional(person.job_title.as_ref())),
        ("language", Cell::text(person.locale.tag())),
        ("registered_on", on(Some(registration.registered_at), zone)),
        ("confirmed_on", on(registration.confirmed_at, zone)),
    ]
}

async fn guests(app: &App, slug: &str) -> anyhow::Result<Vec<Row>> {
    let record = programme_of(app, slug).await?;
    let found = app.all_invitations(&ADMINISTRATOR, record.programme.id).await;
    let found = found.context("cannot read the invitations")?;
    Ok(found.iter().map(|view| guest_row(&record, view)).collect())
}

fn guest_row(record: &ProgrammeRecord, view: &InvitationView) -> Row {
    let announced = &record.programme.announced;
    let (invitation, guest, zone) = (&view.invitation, &view.invitation.guest, announced.time_zone);
    let inviter = view.inviter.as_ref();
    vec![
        ("programme", Cell::text(&announced.slug)),
        ("invitation", Cell::text(invitation.id)),
        ("status", Cell::text(invitation.status.word())),
        ("name", Cell::text(&guest.name)),
        ("email", Cell::text(&guest.email)),
        ("relation", Cell::text(guest.relation.word())),
        ("language", Cell::text(guest.locale.tag())),
        ("invited_by", Cell::optional(inviter.map(|inviter| &inviter.given_name))),
        ("employer", Cell::optional(inviter.map(|inviter| &inviter.organisation))),
        ("invited_on", on(Some(invitation.invited_at), zone)),
        ("answered_on", on(invitation.answered_at, zone)),
    ]
}
