//! Settings: flags, then `LEERNETWERK_*` variables, then `leernetwerk.toml`. Parsed once; unknown names are errors that list the
//! known ones.

mod values;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{Args, Command, CommandFactory, Parser};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use thiserror::Error;

use crate::{clock::Clock, domain::text::EmailAddress, mail::smtp::Relay};

/// Every variable of ours begins with this.
pub const PREFIX: &str = "LEERNETWERK_";
/// What names a setting that nobody named.
const BY_DEFAULT: &str = "the default";
/// Read when it is there and no other is named.
const DEFAULT_FILE: &str = "leernetwerk.toml";

/// A setting that cannot be used, and what to do about it.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A variable of ours that means nothing.
    #[error("{name} is no setting; the settings are {known}")]
    UnknownVariable {
        /// The variable.
        name: String,
        /// Every setting's variable.
        known: String,
    },
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file means nothing.
    #[error("{path}: {problem}", path = path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Where and what.
        problem: String,
    },
    /// A value that does not fit.
    #[error("{setting} ({flag}) {problem}", flag = flag_of(setting))]
    Value {
        /// The setting.
        setting: &'static str,
        /// What is wrong and what to write.
        problem: String,
    },
}

/// The flag that sets the same as a variable.
fn flag_of(variable: &str) -> String {
    let name = variable.strip_prefix(PREFIX).unwrap_or(variable);
    format!("--{}", name.to_ascii_lowercase().replace('_', "-"))
}

fn wrong(setting: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Value {
        setting,
        problem: problem.into(),
    }
}

/// The settings as given; each is a flag of every command.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Given {
    /// Where the database is: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME [default: sqlite://leernetwerk.db]
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Settings"
    )]
    pub database_url: Option<String>,
    /// The address to listen on; port 0 picks a free one [default: 127.0.0.1:8000]
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_LISTEN",
        value_name = "ADDRESS:PORT",
        help_heading = "Settings"
    )]
    pub listen: Option<String>,
    /// What links in mails begin with; the same on all instances [default: http:// and the address listened on]
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_BASE_URL",
        value_name = "URL",
        help_heading = "Settings"
    )]
    pub base_url: Option<String>,
    /// Where mail goes: capture (kept in the database, shown at /mailbox), file:DIR, or
    /// smtp://USER:PASSWORD@HOST:PORT?tls=none|starttls|implicit&rate=MAILS_A_SECOND&connections=NUMBER [default: capture]
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_MAIL",
        hide_env_values = true,
        value_name = "WHERE",
        help_heading = "Settings"
    )]
    pub mail: Option<String>,
    /// The sender's address; its domain makes the Message-IDs. Required with smtp
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_MAIL_FROM",
        value_name = "ADDRESS",
        help_heading = "Settings"
    )]
    pub mail_from: Option<String>,
    /// What keys are made from; at least 16 characters. Required with PostgreSQL [default: made and kept beside the SQLite file]
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        help_heading = "Settings"
    )]
    pub secret: Option<String>,
    /// system, or test:INSTANT for a clock that stands still between travels, such as test:2014-05-01T09:00:00+02:00
    /// [default: system]
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_CLOCK",
        value_name = "CLOCK",
        help_heading = "Settings"
    )]
    pub clock: Option<String>,
    /// on, or off (on loopback only, for load tests) [default: on]
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_RATE_LIMITS",
        value_name = "ON|OFF",
        help_heading = "Settings"
    )]
    pub rate_limits: Option<String>,
    /// An administrator's token given from outside, at least 32 characters, for automation
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_API_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN",
        help_heading = "Settings"
    )]
    pub api_token: Option<String>,
    /// A directory whose mail templates replace those in the binary, file by file
    #[arg(
        long,
        global = true,
        env = "LEERNETWERK_TEMPLATES",
        value_name = "DIR",
        help_heading = "Settings"
    )]
    pub templates: Option<PathBuf>,
    /// A file with settings, used where neither flag nor variable says otherwise [default: leernetwerk.toml, if there]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum MailRoute {
    /// Into the database only.
    Capture,
    /// Into a directory.
    File(PathBuf),
    /// To a relay.
    Smtp(Relay),
}

/// The settings, parsed.
#[derive(Clone)]
pub struct Settings {
    /// The database.
    pub database_url: String,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// What links begin with, without a slash at the end, if it was set.
    pub base_url: Option<String>,
    /// Where mail goes.
    pub mail: MailRoute,
    /// Who mail comes from.
    pub mail_from: EmailAddress,
    /// What keys are made from, if it was set.
    pub secret: Option<SecretString>,
    /// The clock.
    pub clock: Clock,
    /// Rate limits are on.
    pub has_rate_limits: bool,
    /// The administrator's token given from outside.
    pub api_token: Option<SecretString>,
    /// Templates that replace ours.
    pub templates: Option<PathBuf>,
    /// What names the database: a flag, a variable, a file, or nothing but the default.
    pub database_named_by: String,
    /// The file with settings, if one was read.
    pub file: Option<PathBuf>,
}

/// Secrets do not appear where settings are described.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl Given {
    /// The settings, with those of the file where nothing else was given; unknown variables of ours are refused.
    pub fn settle(self) -> Result<Settings, ConfigError> {
        refuse_unknown_variables(environment())?;
        let path = match &self.config {
            Some(path) => Some(path.clone()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()),
        };
        let file = path.as_deref().map(read).transpose()?.unwrap_or_default();
        let named_by = match (&self.database_url, &file.database_url, &path) {
            (Some(url), ..) if variable("LEERNETWERK_DATABASE_URL").as_ref() == Some(url) => {
                "LEERNETWERK_DATABASE_URL".to_owned()
            }
            (Some(_), ..) => "--database-url".to_owned(),
            (None, Some(_), Some(path)) => format!("database_url in {}", path.display()),
            _ => BY_DEFAULT.to_owned(),
        };
        let mut settings = self.or(file).parse()?;
        settings.database_named_by = named_by;
        settings.file = path;
        Ok(settings)
    }

    fn or(self, file: Self) -> Self {
        Self {
            database_url: self.database_url.or(file.database_url),
            listen: self.listen.or(file.listen),
            base_url: self.base_url.or(file.base_url),
            mail: self.mail.or(file.mail),
            mail_from: self.mail_from.or(file.mail_from),
            secret: self.secret.or(file.secret),
            clock: self.clock.or(file.clock),
            rate_limits: self.rate_limits.or(file.rate_limits),
            api_token: self.api_token.or(file.api_token),
            templates: self.templates.or(file.templates),
            config: self.config,
        }
    }
}

fn read(path: &Path) -> Result<Given, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
        path: path.into(),
        source,
    })?;
    toml::from_str(&text).map_err(|error| ConfigError::Toml {
        path: path.into(),
        problem: error.to_string(),
    })
}

#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
fn environment() -> Vec<String> {
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The variables that are settings.
fn known_variables() -> Vec<String> {
    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        given: Given,
    }
    let command: Command = Only::command();
    command
        .get_arguments()
        .filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned))
        .collect()
}

fn refuse_unknown_variables(names: Vec<String>) -> Result<(), ConfigError> {
    let known = known_variables();
    match names
        .into_iter()
        .find(|name| name.starts_with(PREFIX) && !known.contains(name))
    {
        Some(name) => Err(ConfigError::UnknownVariable {
            name,
            known: known.join(", "),
        }),
        None => Ok(()),
    }
}

impl Settings {
    /// Where the SQLite file is; none with PostgreSQL.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let rest = self.database_url.strip_prefix("sqlite://")?;
        Some(rest.split('?').next().unwrap_or(rest).into())
    }

    /// Whether only people on this machine reach the server. With a base URL of elsewhere there is a proxy before it.
    pub fn is_reached_on_loopback_only(&self) -> bool {
        let is_loopback = |url: &String| {
            let host = url.split_once("://").map_or("", |(_, rest)| rest);
            ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
                host.strip_prefix(name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
            })
        };
        self.listen.ip().is_loopback() && self.base_url.as_ref().is_none_or(is_loopback)
    }

    /// The administrator's token given from outside.
    pub fn api_token(&self) -> Option<&str> {
        self.api_token.as_ref().map(ExposeSecret::expose_secret)
    }
}

#[cfg(test)]
mod tests;
