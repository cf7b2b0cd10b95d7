//! Settings: flags, then `LEERNETWERK_*` variables, then `leernetwerk.toml`. Parsed once; unknown names are errors that list the
//! known ones.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
};

use chrono::{DateTime, Utc};
use clap::{Args, Command, CommandFactory, Parser};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use thiserror::Error;

use crate::{
    clock::Clock,
    domain::text::EmailAddress,
    mail::smtp::{Relay, RelayError},
};

/// Every variable of ours begins with this.
pub const PREFIX: &str = "LEERNETWERK_";
/// Read when it is there and no other is named.
const DEFAULT_FILE: &str = "leernetwerk.toml";
/// A token from outside must be as hard to guess as one of ours.
const SHORTEST_API_TOKEN: usize = 32;
/// A secret shorter than this is no secret.
const SHORTEST_SECRET: usize = 16;

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
    #[error("{setting} {problem}")]
    Value {
        /// The setting.
        setting: &'static str,
        /// What is wrong and what to write.
        problem: String,
    },
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
    /// smtp://USER:PASSWORD@HOST:PORT?tls=none|starttls|implicit [default: capture]
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
        let file = match &self.config {
            Some(path) => read(path)?,
            None if Path::new(DEFAULT_FILE).is_file() => read(Path::new(DEFAULT_FILE))?,
            None => Self::default(),
        };
        self.or(file).parse()
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

    /// Parses the values, and refuses those that do not go together.
    pub fn parse(self) -> Result<Settings, ConfigError> {
        let database_url = self
            .database_url
            .unwrap_or_else(|| "sqlite://leernetwerk.db".to_owned());
        let is_postgres = database_url.starts_with("postgres:") || database_url.starts_with("postgresql:");
        if !is_postgres && !database_url.starts_with("sqlite://") {
            return Err(wrong(
                "LEERNETWERK_DATABASE_URL",
                "must be sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME",
            ));
        }
        let listen: SocketAddr = self
            .listen
            .as_deref()
            .unwrap_or("127.0.0.1:8000")
            .parse()
            .map_err(|_| {
                wrong(
                    "LEERNETWERK_LISTEN",
                    "must be an address and a port, such as 127.0.0.1:8000 or [::]:8000",
                )
            })?;
        let mail = match self.mail.as_deref().unwrap_or("capture") {
            "capture" => MailRoute::Capture,
            other => match other.split_once(':') {
                Some(("file", directory)) if Path::new(directory).is_dir() => MailRoute::File(directory.into()),
                Some(("file", _)) => {
                    return Err(wrong(
                        "LEERNETWERK_MAIL",
                        "names a directory that is not there; make it first",
                    ));
                }
                Some(("smtp", _)) => MailRoute::Smtp(
                    Relay::from_str(other).map_err(|error: RelayError| wrong("LEERNETWERK_MAIL", error.to_string()))?,
                ),
                _ => {
                    return Err(wrong(
                        "LEERNETWERK_MAIL",
                        "must be capture, file:DIR or smtp://USER:PASSWORD@HOST:PORT?tls=…",
                    ));
                }
            },
        };
        let mail_from = match (&self.mail_from, &mail) {
            (Some(address), _) => address,
            (None, MailRoute::Smtp(_)) => {
                return Err(wrong(
                    "LEERNETWERK_MAIL_FROM",
                    "is needed with smtp: the address that mail comes from",
                ));
            }
            (None, _) => "leernetwerk@leernetwerk.example",
        };
        let mail_from = mail_from
            .parse()
            .map_err(|error| wrong("LEERNETWERK_MAIL_FROM", format!("{error}")))?;
        let clock = clock(self.clock.as_deref().unwrap_or("system"))?;
        if let (Clock::Test { .. }, MailRoute::Smtp(relay)) = (clock, &mail)
            && !relay.is_loopback()
        {
            return Err(wrong(
                "LEERNETWERK_CLOCK",
                "is a test clock and the relay is not on loopback: a rehearsal must not reach people. Use capture, or a relay on 127.0.0.1",
            ));
        }
        let has_rate_limits = match self.rate_limits.as_deref().unwrap_or("on") {
            "on" => true,
            "off" if listen.ip().is_loopback() => false,
            "off" => {
                return Err(wrong(
                    "LEERNETWERK_RATE_LIMITS",
                    "can be off only when listening on loopback",
                ));
            }
            _ => return Err(wrong("LEERNETWERK_RATE_LIMITS", "must be on or off")),
        };
        if self.secret.is_none() && is_postgres {
            return Err(wrong(
                "LEERNETWERK_SECRET",
                "is needed with PostgreSQL, the same on all instances; make one with: openssl rand -base64 32",
            ));
        }
        if self
            .secret
            .as_ref()
            .is_some_and(|secret| secret.len() < SHORTEST_SECRET)
        {
            return Err(wrong(
                "LEERNETWERK_SECRET",
                format!("must have at least {SHORTEST_SECRET} characters"),
            ));
        }
        let fits =
            |token: &String| token.len() >= SHORTEST_API_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
        if self.api_token.as_ref().is_some_and(|token| !fits(token)) {
            return Err(wrong(
                "LEERNETWERK_API_TOKEN",
                format!("must have at least {SHORTEST_API_TOKEN} characters, all visible ASCII"),
            ));
        }
        Ok(Settings {
            base_url: self.base_url.as_deref().map(base_url).transpose()?,
            database_url,
            listen,
            mail,
            mail_from,
            secret: self.secret.map(SecretString::from),
            clock,
            has_rate_limits,
            api_token: self.api_token.map(SecretString::from),
            templates: self.templates,
        })
    }
}

fn base_url(given: &str) -> Result<String, ConfigError> {
    let trimmed = given.trim_end_matches('/');
    let rest = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"));
    let fits = rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"?#\"'<>\\".contains(&byte))
    });
    if fits {
        Ok(trimmed.to_owned())
    } else {
        Err(wrong(
            "LEERNETWERK_BASE_URL",
            "must be an address such as https://leernetwerk.example",
        ))
    }
}

fn clock(given: &str) -> Result<Clock, ConfigError> {
    match given.split_once(':') {
        None if given == "system" => Ok(Clock::System),
        Some(("test", instant)) => match DateTime::parse_from_rfc3339(instant) {
            Ok(starts_at) => Ok(Clock::Test {
                starts_at: starts_at.with_timezone(&Utc),
            }),
            Err(error) => Err(wrong(
                "LEERNETWERK_CLOCK",
                format!("has an instant that cannot be read ({error}); write it like test:2014-05-01T09:00:00+02:00"),
            )),
        },
        _ => Err(wrong("LEERNETWERK_CLOCK", "must be system or test:INSTANT")),
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

    /// The administrator's token given from outside.
    pub fn api_token(&self) -> Option<&str> {
        self.api_token.as_ref().map(ExposeSecret::expose_secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(given: Given) -> String {
        given.parse().unwrap_err().to_string()
    }

    #[test]
    fn defaults() {
        let settings = Given::default().parse().unwrap();
        assert_eq!(settings.database_url, "sqlite://leernetwerk.db");
        assert_eq!(settings.sqlite_file(), Some("leernetwerk.db".into()));
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8000");
        assert!(settings.has_rate_limits);
        assert_eq!(settings.clock, Clock::System);
    }

    #[test]
    fn each_wrong_value_is_named_with_the_way_out() {
        let some = |text: &str| Some(text.to_owned());
        for (given, expected) in [
            (
                Given {
                    database_url: some("mysql://x"),
                    ..Given::default()
                },
                "LEERNETWERK_DATABASE_URL must be sqlite://FILE",
            ),
            (
                Given {
                    database_url: some("postgres://x/y"),
                    ..Given::default()
                },
                "LEERNETWERK_SECRET is needed with PostgreSQL",
            ),
            (
                Given {
                    listen: some("8000"),
                    ..Given::default()
                },
                "LEERNETWERK_LISTEN must be an address and a port",
            ),
            (
                Given {
                    mail: some("sendmail"),
                    ..Given::default()
                },
                "LEERNETWERK_MAIL must be capture",
            ),
            (
                Given {
                    mail: some("file:/no/such/directory"),
                    ..Given::default()
                },
                "LEERNETWERK_MAIL names a directory that is not there",
            ),
            (
                Given {
                    mail: some("smtp://127.0.0.1:2525"),
                    ..Given::default()
                },
                "LEERNETWERK_MAIL_FROM is needed with smtp",
            ),
            (
                Given {
                    clock: some("test:yesterday"),
                    ..Given::default()
                },
                "LEERNETWERK_CLOCK has an instant that cannot be read",
            ),
            (
                Given {
                    rate_limits: some("off"),
                    listen: some("0.0.0.0:80"),
                    ..Given::default()
                },
                "LEERNETWERK_RATE_LIMITS can be off only",
            ),
            (
                Given {
                    secret: some("short"),
                    ..Given::default()
                },
                "LEERNETWERK_SECRET must have at least 16",
            ),
            (
                Given {
                    api_token: some("short"),
                    ..Given::default()
                },
                "LEERNETWERK_API_TOKEN must have at least 32",
            ),
            (
                Given {
                    base_url: some("leernetwerk.example"),
                    ..Given::default()
                },
                "LEERNETWERK_BASE_URL must be an address",
            ),
            (
                Given {
                    clock: some("test:2014-05-01T09:00:00+02:00"),
                    mail: some("smtp://mail.gemeente.example"),
                    mail_from: some("a@b.example"),
                    ..Given::default()
                },
                "LEERNETWERK_CLOCK is a test clock and the relay is not on loopback",
            ),
        ] {
            let problem = problem(given);
            assert!(problem.starts_with(expected), "{problem}");
        }
    }

    #[test]
    fn unknown_variables_are_refused_and_the_known_ones_listed() {
        let error = refuse_unknown_variables(vec!["PATH".into(), "LEERNETWERK_MIAL".into()])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("LEERNETWERK_MIAL is no setting") && error.contains("LEERNETWERK_MAIL_FROM"),
            "{error}"
        );
        assert!(refuse_unknown_variables(known_variables()).is_ok());
    }

    #[test]
    fn unknown_keys_of_the_file_are_refused() {
        let error = toml::from_str::<Given>("mial = \"capture\"").unwrap_err().to_string();
        assert!(error.contains("mial") && error.contains("mail_from"), "{error}");
    }
}
