//! The database, the clock and secret that belong to it, and how the outbox stands.

use std::{fs, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::{clock_words, report::Report};
use crate::{
    boot::{
        SECRET_FINGERPRINT,
        secret::{Kept, kept},
    },
    chain::Chain,
    clock::Clock,
    config::Settings,
    domain::message::MessageStatus,
    store::{Result, Seal, Store, Vitals},
};

/// Clocks that differ by more are told.
const SKEW_TOLD: TimeDelta = TimeDelta::seconds(2);
/// By more than this people would be told wrong times.
const SKEW_TOO_MUCH: TimeDelta = TimeDelta::seconds(60);
/// A mail that could have gone for so long, or something due, does not move.
const STANDS_STILL_AFTER: TimeDelta = TimeDelta::minutes(15);

/// Looks the database over, and everything that is in it.
pub(super) async fn examine(settings: &Settings, report: &mut Report) {
    if let Some(file) = settings.sqlite_file()
        && !is_usable(&file, &settings.database_named_by, report)
    {
        return;
    }
    let store = match Store::connect_to_existing(&settings.database_url).await {
        Ok(store) => store,
        Err(error) => {
            let advice = "check LEERNETWERK_DATABASE_URL, and that the server runs and lets this user in";
            return report.problem("database", Chain(&error).to_string(), advice);
        }
    };
    if let Err(error) = look(settings, &store, report).await {
        report.problem(
            "database",
            Chain(&error).to_string(),
            "look at what it says; a restart helps where a connection broke",
        );
    }
    if let Err(error) = store.close().await {
        tracing::debug!(error = %Chain(&error), "the database connections did not close");
    }
}

/// Whether the file can be opened: it is there, and it and its directory can be written to.
fn is_usable(file: &Path, named_by: &str, report: &mut Report) -> bool {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let (told, directory) = (path.display(), path.parent().unwrap_or(Path::new("/")));
    if !path.is_file() {
        report.problem(
            "database",
            format!("{told} is not there; that path comes from {named_by}"),
            "`leernetwerk migrate` makes it, in a new installation; otherwise run this in the right directory, or set LEERNETWERK_DATABASE_URL",
        );
        return false;
    }
    if let Err(error) = fs::OpenOptions::new().read(true).write(true).open(&path) {
        let advice = "let the user that runs the server read and write it";
        report.problem("database", format!("{told} cannot be written to: {error}"), advice);
        return false;
    }
    // SQLite keeps files beside it. An unnamed file that is gone when it is closed is the one way to know.
    if let Err(error) = tempfile::tempfile_in(directory) {
        let what = format!("the directory of {told} cannot be written to: {error}");
        report.problem("database", what, "let the user that runs the server write there");
        return false;
    }
    true
}

async fn look(settings: &Settings, store: &Store, report: &mut Report) -> Result<()> {
    let about = store.about().await?;
    let place = match settings.sqlite_file() {
        Some(file) => format!(" at {}", std::path::absolute(&file).unwrap_or(file).display()),
        None => String::new(),
    };
    let product = format!("{}{place}, named by {}", about.product, settings.database_named_by);
    match about.journal_mode.as_deref() {
        None | Some("wal") => report.well("database", format!("{product}, answers")),
        Some(mode) => report.warning(
            "database",
            format!("{product}, answers; its journal mode is {mode}, so readers wait for the writer"),
            "put the file on a disk of this machine, not on a network",
        ),
    }
    let ahead = store.ahead().await?;
    let skew = format!(
        "the database's clock and this machine's differ by {} ms",
        ahead.num_milliseconds().abs()
    );
    if ahead.abs() > SKEW_TOO_MUCH {
        report.problem("clock", skew, "set both clocks by NTP");
    } else if ahead.abs() > SKEW_TOLD {
        report.warning("clock", skew, "set both clocks by NTP");
    }
    match store.pending_migrations().await? {
        0 => report.well("schema", "is up to date"),
        pending => {
            let what = format!(
                "{pending} migrations have not run; the clock, the secret and the outbox are looked at after that"
            );
            report.problem("schema", what, "run `leernetwerk migrate`, or let `serve` do it");
            return Ok(());
        }
    }
    clock(settings, store, report).await?;
    secret(settings, store, report).await?;
    outbox(settings, store, report).await
}

async fn clock(settings: &Settings, store: &Store, report: &mut Report) -> Result<()> {
    let (travelled, words) = (store.has_travelled().await?, clock_words(settings.clock));
    match settings.clock {
        Clock::System if travelled => report.problem(
            "clock",
            format!("{words} is set, and this database ran on a test clock"),
            "set LEERNETWERK_CLOCK=test:…, or use another database",
        ),
        Clock::System => {
            let now = store.now(settings.clock).await?;
            match store.settled_until().await?.filter(|until| *until - now > SKEW_TOO_MUCH) {
                None => report.well("clock", format!("{words}, as this database always had")),
                Some(until) => report.warning(
                    "clock",
                    format!(
                        "{words}, which was ahead: a programme was carried out as of {}, and stays there until then",
                        until.to_rfc3339()
                    ),
                    "what was decided stands and mail goes on; set the clock by NTP, and tell people whatever came too early",
                ),
            }
        }
        Clock::Test { .. } if travelled => {
            let stands_at = store.now(settings.clock).await?;
            report.well("clock", format!("{words} that stands at {}", stands_at.to_rfc3339()));
        }
        Clock::Test { .. } if store.has_programmes().await? => report.problem(
            "clock",
            format!("{words} is set, and this database runs on the system clock"),
            "rehearse in a database of its own: `programme export`, then `programme import` there",
        ),
        Clock::Test { starts_at } => {
            report.well(
                "clock",
                format!("{words} that is to start at {}", starts_at.to_rfc3339()),
            );
        }
    }
    Ok(())
}

async fn secret(settings: &Settings, store: &Store, report: &mut Report) -> Result<()> {
    let known = store.setting(SECRET_FINGERPRINT).await?;
    let secret = match kept(settings) {
        Err(error) => {
            report.problem("secret", format!("{error:#}"), "restore it from a backup");
            return Ok(());
        }
        Ok(Kept::Missing(path)) if known.is_some() => {
            let what = format!("{} is missing, and the database was used with it", path.display());
            report.problem("secret", what, "put it back, or set LEERNETWERK_SECRET to what it held");
            return Ok(());
        }
        Ok(Kept::Missing(path)) => {
            report.well(
                "secret",
                format!("is made at the first start and kept in {}", path.display()),
            );
            return Ok(());
        }
        Ok(Kept::Here(secret)) => Seal::new(&SecretString::from(secret))?,
    };
    match known {
        Some(known) if known != secret.fingerprint() => report.problem(
            "secret",
            "is another one than this database was used with: stored mails cannot be read with it",
            "set LEERNETWERK_SECRET to the earlier one",
        ),
        Some(_) => report.well("secret", "is the one that this database was used with"),
        None => report.well("secret", "is set; this database was used with none yet"),
    }
    Ok(())
}

async fn outbox(settings: &Settings, store: &Store, report: &mut Report) -> Result<()> {
    let vitals = store.vitals().await?;
    let alive = store.instances_alive().await?;
    match alive {
        0 => report.warning(
            "servers",
            "no server that carries out and sends was here in the last half minute",
            "start `leernetwerk serve`; with --no-engine, another one with --engine-only",
        ),
        1 => report.well("servers", "one server carries out and sends"),
        more => report.well("servers", format!("{more} servers carry out and send")),
    }
    let what = [
        (
            MessageStatus::Unknown,
            "may or may not have arrived",
            "ask, then `leernetwerk messages retry` or leave it",
        ),
        (
            MessageStatus::Failed,
            "were refused or could not be made",
            "`leernetwerk messages list --status failed` tells why",
        ),
        (
            MessageStatus::Held,
            "are held back",
            "`leernetwerk messages list --status held` tells why",
        ),
    ];
    let mut is_well = true;
    for (status, words, advice) in what {
        let count = vitals.mails(status);
        if count > 0 {
            is_well = false;
            report.warning(
                "outbox",
                format!("{count} mails are {}: they {words}", status.word()),
                advice,
            );
        }
    }
    is_well &= moves(settings, store, &vitals, report).await?;
    if is_well {
        let queued = vitals.mails(MessageStatus::Queued);
        report.well("outbox", format!("nothing is stuck; {queued} mails are queued"));
    }
    Ok(())
}

/// Whether what could be done is done. On a standing clock nothing gets late.
async fn moves(settings: &Settings, store: &Store, vitals: &Vitals, report: &mut Report) -> Result<bool> {
    if settings.clock.is_test() {
        return Ok(true);
    }
    let now = store.now(settings.clock).await?;
    let waits = |since: Option<DateTime<Utc>>| {
        since
            .map(|since| now - since)
            .filter(|waits| *waits > STANDS_STILL_AFTER)
    };
    let mut is_well = true;
    if let Some(waits) = waits(vitals.oldest_ready_at) {
        is_well = false;
        let what = format!(
            "the oldest queued mail could have gone {} minutes ago",
            waits.num_minutes()
        );
        report.warning("outbox", what, "see what is said of servers and relay");
    }
    if let Some(waits) = waits(vitals.oldest_wake_at) {
        is_well = false;
        let what = format!("a programme has something due since {} minutes", waits.num_minutes());
        report.warning(
            "outbox",
            what,
            "see what is said of servers; the server's log names the programme if it cannot be settled",
        );
    }
    if vitals.to_compose > 0 {
        is_well = false;
        let what = format!("{} mails are decided and not made", vitals.to_compose);
        report.warning(
            "outbox",
            what,
            "`leernetwerk timeline SLUG` shows those that cannot be made as failed",
        );
    }
    Ok(is_well)
}
