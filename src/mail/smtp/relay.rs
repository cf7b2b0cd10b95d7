//! The relay as the operator names it: `smtp://user:pass@host:port?tls=none|starttls|implicit`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use thiserror::Error;
use url::{Host, Url};

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
}

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
    /// A setting other than `tls`.
    #[error("the relay's address sets \"{0}\"; the only setting is tls, as in smtp://host?tls=starttls")]
    Setting(String),
    /// `tls` given twice.
    #[error("the relay's address sets tls more than once; keep one")]
    TlsTwice,
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

    /// Reads `smtp://[user:password@]host[:port][?tls=none|starttls|implicit]`.
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
        let tls = match tls(&url)? {
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

fn tls(url: &Url) -> Result<Option<TlsMode>, RelayError> {
    let mut found = None;
    for (name, value) in url.query_pairs() {
        if name != "tls" {
            return Err(RelayError::Setting(name.into_owned()));
        }
        if found.is_some() {
            return Err(RelayError::TlsTwice);
        }
        found = Some(match &*value {
            "none" => TlsMode::None,
            "starttls" => TlsMode::StartTls,
            "implicit" => TlsMode::Implicit,
            other => return Err(RelayError::Tls(other.to_owned())),
        });
    }
    Ok(found)
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
        write!(f, "{}:{}?tls={}", self.host, self.port, self.tls.as_str())
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Relay({self})")
    }
}

#[cfg(test)]
mod tests;
