//! `doctor`: looks everything over that a server stands on, and tells what to do. It writes nothing, makes nothing and sends
//! nothing; whatever is broken is a line of its answer.

mod database;
mod mail;
mod report;

use clap::Args;

use self::report::Report;
use super::terminal::{Exit, Terminal};
use crate::{
    clock::Clock,
    config::{Given, MailRoute, Settings},
};

/// How to tell.
#[derive(Debug, Clone, Copy, Args)]
pub struct DoctorArguments {
    /// Print JSON instead of lines
    #[arg(long)]
    json: bool,
}

/// Looks everything over.
pub async fn run(given: Given, arguments: DoctorArguments, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let report = examine(given).await;
    if arguments.json {
        terminal.print(format!("{:#}", report.json()))?;
    } else {
        terminal.print(report.lines())?;
    }
    Ok(if report.has_problems() {
        Exit::Failure
    } else {
        Exit::Success
    })
}

async fn examine(given: Given) -> Report {
    match given.settle() {
        Ok(settings) => look_over(&settings).await,
        Err(error) => {
            let mut report = Report::default();
            report.problem(
                "settings",
                error.to_string(),
                "mend it; the rest is looked at after that",
            );
            report
        }
    }
}

async fn look_over(settings: &Settings) -> Report {
    let mut report = Report::default();
    let read = match &settings.file {
        Some(path) => format!("flags, variables and {}", path.display()),
        None => "flags and variables; there is no leernetwerk.toml here".to_owned(),
    };
    report.well("settings", format!("every value can be used (from {read})"));
    base_url(settings, &mut report);
    mail::templates(settings, &mut report);
    mail::route(settings, &mut report).await;
    database::examine(settings, &mut report).await;
    report
}

fn base_url(settings: &Settings, report: &mut Report) {
    let area = "base url";
    let is_elsewhere = sends_to_people(settings);
    match &settings.base_url {
        Some(url) if url.starts_with("https://") => report.well(area, format!("links begin with {url}")),
        Some(url) if settings.is_reached_on_loopback_only() && !is_elsewhere => {
            report.well(area, format!("links begin with {url}: they work on this machine"));
        }
        None if !is_elsewhere && settings.is_reached_on_loopback_only() => report.well(
            area,
            format!(
                "not set; links begin with http://{}: they work on this machine",
                settings.listen
            ),
        ),
        Some(url) if settings.listen.ip().is_loopback() && settings.is_reached_on_loopback_only() => report.warning(
            area,
            format!("links in mails begin with {url}, and a real relay is set: nobody else can follow them"),
            "set LEERNETWERK_BASE_URL to the https address that people reach",
        ),
        Some(url) => report.warning(
            area,
            format!("links in mails begin with {url}: keys of people travel in clear"),
            "put a proxy with TLS before it and set LEERNETWERK_BASE_URL to its https address",
        ),
        None => report.warning(
            area,
            format!("not set: links in mails begin with http://{}", settings.listen),
            "set LEERNETWERK_BASE_URL to the https address that people reach, the same on all instances",
        ),
    }
}

/// Whether mail leaves the machine.
fn sends_to_people(settings: &Settings) -> bool {
    matches!(&settings.mail, MailRoute::Smtp(relay) if !relay.is_loopback())
}

/// What the clock setting is called.
fn clock_words(clock: Clock) -> &'static str {
    match clock {
        Clock::System => "the system clock",
        Clock::Test { .. } => "a test clock",
    }
}

#[cfg(test)]
mod tests;
