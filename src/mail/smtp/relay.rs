//! The relay as the operator names it: `smtp://user:pass@host:port?tls=none|starttls|implicit&rate=10&connections=4`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use thiserror::Error;
use url::{Host, Url};

use crate::domain::pace::{NoPace, Pace};

/// How the conversation with the relay is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// Not at all. Port 25 unless another is given.
    None,
    /// In clear until STARTTLS (RFC 3207), which the relay must offer. Port 587 unless another is
    /// given.
    StartTls,
    /// From the first byte on (RFC 8314). Port 465 unless another is given.
    Implicit,
}

impl TlsMode {
    /// The mode's name in the setting.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Implicit => "implicit",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Implicit => 465,
        }
    }
}

/// User name and password for the relay.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) password: SecretString,
}

/// Where mails are handed over, and how. Neither [`Debug`](fmt::Debug) nor
/// [`Display`](fmt::Display) shows the password.
#[derive(Clone)]
pub struct Relay {
    host: Host<String>,
    port: u16,
    tls: TlsMode,
    credentials: Option<Credentials>,
    pace: Option<Pace>,
    connections: Option<usize>,
}

/// The most connections that an instance makes to a relay.
const CONNECTIONS_AT_MOST: usize = 64;

/// What is wrong with a relay's address, and what to write instead. Never repeats the password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RelayError {
    /// Not an address at all. A password with a bare `/` or `#` ends up here as well.
    #[error(
        "the relay is not an address ({0}); write smtp://host:port, or smtp://user:password@host:port \
         with each @ : / ? # % in user and password percent-encoded (@ is %40)"
    )]
    Syntax(url::ParseError),
    /// Another scheme than `smtp`.
    #[error(
        "the relay's address begins with \"{0}:\"; write smtp://… (with TLS from the start: smtp://…?tls=implicit)"
    )]
    Scheme(String),
    /// No host.
    #[error("the relay's address names no host; write smtp://host or smtp://host:port")]
    NoHost,
    /// The host is neither a name nor an address.
    #[error(
        "the relay's host is neither a name nor an IP address ({0}); write smtp://mail.example.org, smtp://192.0.2.1 or smtp://[2001:db8::1]"
    )]
    Host(url::ParseError),
    /// Port 0.
    #[error("the relay's port is 0; leave it out for the usual one (25, starttls 587, implicit 465)")]
    Port,
    /// A path after the host. A password with a bare `/` may end up here.
    #[error("the relay's address has a path after the host; leave it out (in user and password write %2F for /)")]
    Path,
    /// A fragment. A password with a bare `#` may end up here.
    #[error("the relay's address has a # in it; leave it out (in user and password write %23 for #)")]
    Fragment,
    /// A setting that there is not.
    #[error(
        "the relay's address sets \"{0}\"; the settings are tls, rate and connections, as in smtp://host?tls=starttls&rate=10&connections=4"
    )]
    Setting(String),
    /// A setting given twice.
    #[error("the relay's address sets {0} more than once; keep one")]
    Twice(&'static str),
    /// A `rate` that is none.
    #[error("the relay's address sets rate to \"{0}\"; it {NoPace}, as in rate=10")]
    Rate(String),
    /// A number of `connections` that is none.
    #[error(
        "the relay's address sets connections to \"{0}\"; it must be a number from 1 to {CONNECTIONS_AT_MOST}, as in connections=4"
    )]
    Connections(String),
    /// An unknown value of `tls`.
    #[error("the relay's address sets tls to \"{0}\"; write tls=none, tls=starttls or tls=implicit")]
    Tls(String),
    /// A user without password or the other way round.
    #[error("the relay's address has only one of user and password; write smtp://user:password@host, or neither")]
    HalfCredentials,
    /// User or password that is not text, or holds control characters.
    #[error(
        "the relay's user or password is not text once its %XX are decoded; percent-encode its UTF-8 bytes, without control characters"
    )]
    Credentials,
}

impl FromStr for Relay {
    type Err = RelayError;

    /// Reads `smtp://[user:password@]host[:port][?tls=none|starttls|implicit][&rate=MAILS_A_SECOND][&connections=NUMBER]`.
    ///
    /// Without `tls`, port 465 means implicit TLS (RFC 8314), a relay on loopback none, and any
    /// other STARTTLS: nothing leaves the machine in clear unless somebody wrote so.
    fn from_str(address: &str) -> Result<Self, RelayError> {
        let url = Url::parse(address).map_err(RelayError::Syntax)?;
        if url.scheme() != "smtp" {
            return Err(RelayError::Scheme(url.scheme().to_owned()));
        }
        if url.fragment().is_some() {
            return Err(RelayError::Fragment);
        }
        if !matches!(url.path(), "" | "/") {
            return Err(RelayError::Path);
        }
        let host = host(&url)?;
        let parameters = Parameters::of(&url)?;
        let tls = match parameters.tls {
            Some(tls) => tls,
            None if url.port() == Some(465) => TlsMode::Implicit,
            None if is_loopback(&host) => TlsMode::None,
            None => TlsMode::StartTls,
        };
        let port = url.port().unwrap_or_else(|| tls.default_port());
        if port == 0 {
            return Err(RelayError::Port);
        }
        Ok(Self {
            host,
            port,
            tls,
            credentials: credentials(&url)?,
            pace: parameters.pace,
            connections: parameters.connections,
        })
    }
}

/// The host; `url` leaves it unread for schemes that it does not know.
fn host(url: &Url) -> Result<Host<String>, RelayError> {
    match url.host() {
        None | Some(Host::Domain("")) => Err(RelayError::NoHost),
        Some(Host::Domain(name)) => Host::parse(name).map_err(RelayError::Host),
        Some(Host::Ipv4(ip)) => Ok(Host::Ipv4(ip)),
        Some(Host::Ipv6(ip)) => Ok(Host::Ipv6(ip)),
    }
}

/// What comes after the `?`.
#[derive(Default)]
struct Parameters {
    tls: Option<TlsMode>,
    pace: Option<Pace>,
    connections: Option<usize>,
}

impl Parameters {
    fn of(url: &Url) -> Result<Self, RelayError> {
        let mut found = Self::default();
        for (name, value) in url.query_pairs() {
            match &*name {
                "tls" => once("tls", &mut found.tls, tls(&value)?)?,
                "rate" => {
                    let pace = value.parse().map_err(|_| RelayError::Rate(value.into_owned()))?;
                    once("rate", &mut found.pace, pace)?;
                }
                "connections" => once("connections", &mut found.connections, connections(&value)?)?,
                _ => return Err(RelayError::Setting(name.into_owned())),
            }
        }
        Ok(found)
    }
}

fn once<T>(name: &'static str, place: &mut Option<T>, value: T) -> Result<(), RelayError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(RelayError::Twice(name)),
    }
}

fn tls(value: &str) -> Result<TlsMode, RelayError> {
    match value {
        "none" => Ok(TlsMode::None),
        "starttls" => Ok(TlsMode::StartTls),
        "implicit" => Ok(TlsMode::Implicit),
        other => Err(RelayError::Tls(other.to_owned())),
    }
}

fn connections(value: &str) -> Result<usize, RelayError> {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    value
        .parse()
        .ok()
        .filter(|number| is_number && (1..=CONNECTIONS_AT_MOST).contains(number))
        .ok_or_else(|| RelayError::Connections(value.to_owned()))
}

fn credentials(url: &Url) -> Result<Option<Credentials>, RelayError> {
    let decoded = |encoded: &str| {
        let text = percent_decode_str(encoded)
            .decode_utf8()
            .map_err(|_| RelayError::Credentials)?;
        if text.chars().any(char::is_control) {
            return Err(RelayError::Credentials);
        }
        Ok(text.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None | Some("")) => Err(RelayError::HalfCredentials),
        (user, Some(password)) => Ok(Some(Credentials {
            user: decoded(user)?,
            password: decoded(password)?.into(),
        })),
    }
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        // RFC 6761, section 6.3.
        Host::Domain(name) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(*ip).to_canonical().is_loopback(),
    }
}

impl Relay {
    /// Whether mails stay on this machine: the host is `localhost` or a loopback address. Other
    /// names are not looked up.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// The host: a name, or an IP address without brackets.
    #[must_use]
    pub fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        }
    }

    /// The TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How the conversation is encrypted.
    #[must_use]
    pub fn tls(&self) -> TlsMode {
        self.tls
    }

    /// How fast it may be given mails, by all instances together; none: as fast as it takes them.
    #[must_use]
    pub fn pace(&self) -> Option<Pace> {
        self.pace
    }

    /// How many connections an instance makes to it; none: the usual number.
    #[must_use]
    pub fn connections(&self) -> Option<usize> {
        self.connections
    }

    /// Host and port: which relay it is, whoever logs in how.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether the password crosses a network in clear, which an operator should be warned of.
    #[must_use]
    pub fn sends_password_in_clear(&self) -> bool {
        self.credentials.is_some() && self.tls == TlsMode::None && !self.is_loopback()
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("smtp://")?;
        if let Some(credentials) = &self.credentials {
            write!(f, "{}:***@", credentials.user)?;
        }
        write!(f, "{}:{}?tls={}", self.host, self.port, self.tls.as_str())?;
        if let Some(pace) = self.pace {
            write!(f, "&rate={pace}")?;
        }
        if let Some(connections) = self.connections {
            write!(f, "&connections={connections}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({self})")
    }
}

#[cfg(test)]
mod tests;
