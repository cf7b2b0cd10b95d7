//! What each setting may be, and which do not go together.

use std::{net::SocketAddr, path::Path, str::FromStr};

use chrono::{DateTime, Datelike, Utc};
use secrecy::SecretString;

use super::{BY_DEFAULT, ConfigError, Given, MailRoute, Settings, wrong};
use crate::{
    clock::Clock,
    domain::calendar::FIRST_YEAR,
    mail::smtp::{Relay, RelayError},
};

/// A token from outside must be as hard to guess as one of ours.
const SHORTEST_API_TOKEN: usize = 32;
/// A secret shorter than this is no secret.
const SHORTEST_SECRET: usize = 16;

impl Given {
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
            database_named_by: BY_DEFAULT.to_owned(),
            file: None,
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
            Ok(starts_at) if starts_at.with_timezone(&Utc).year() < FIRST_YEAR => Err(wrong(
                "LEERNETWERK_CLOCK",
                format!("has an instant before {FIRST_YEAR}; nothing can be planned then"),
            )),
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
