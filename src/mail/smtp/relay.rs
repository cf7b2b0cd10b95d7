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
    #[error(
        "the relay's port is 0; leave it out for the usual one (25, starttls 587, implicit 465)"
    )]
    Port,
    /// A path after the host. A password with a bare `/` may end up here.
    #[error(
        "the relay's address has a path after the host; leave it out (in user and password write %2F for /)"
    )]
    Path,
    /// A fragment. A password with a bare `#` may end up here.
    #[error(
        "the relay's address has a # in it; leave it out (in user and password write %23 for #)"
    )]
    Fragment,
    /// A setting other than `tls`.
    #[error(
        "the relay's address sets \"{0}\"; the only setting is tls, as in smtp://host?tls=starttls"
    )]
    Setting(String),
    /// `tls` given twice.
    #[error("the relay's address sets tls more than once; keep one")]
    TlsTwice,
    /// An unknown value of `tls`.
    #[error(
        "the relay's address sets tls to \"{0}\"; write tls=none, tls=starttls or tls=implicit"
    )]
    Tls(String),
    /// A user without password or the other way round.
    #[error(
        "the relay's address has only one of user and password; write smtp://user:password@host, or neither"
    )]
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    fn relay(address: &str) -> Result<Relay, RelayError> {
        address.parse()
    }

    #[test]
    fn addresses_and_their_defaults() {
        let table = [
            (
                "smtp://mail.example.org",
                "smtp://mail.example.org:587?tls=starttls",
                false,
            ),
            (
                "smtp://mail.example.org:25",
                "smtp://mail.example.org:25?tls=starttls",
                false,
            ),
            (
                "smtp://mail.example.org:465",
                "smtp://mail.example.org:465?tls=implicit",
                false,
            ),
            (
                "smtp://mail.example.org?tls=none",
                "smtp://mail.example.org:25?tls=none",
                false,
            ),
            (
                "smtp://mail.example.org/?tls=implicit",
                "smtp://mail.example.org:465?tls=implicit",
                false,
            ),
            (
                "SMTP://Mail.Example.org",
                "smtp://mail.example.org:587?tls=starttls",
                false,
            ),
            ("smtp://localhost", "smtp://localhost:25?tls=none", true),
            (
                "smtp://127.0.0.1:2525",
                "smtp://127.0.0.1:2525?tls=none",
                true,
            ),
            ("smtp://127.9.9.9", "smtp://127.9.9.9:25?tls=none", true),
            ("smtp://[::1]:2525", "smtp://[::1]:2525?tls=none", true),
            (
                "smtp://[::ffff:127.0.0.1]",
                "smtp://[::ffff:7f00:1]:25?tls=none",
                true,
            ),
            (
                "smtp://127.0.0.1?tls=starttls",
                "smtp://127.0.0.1:587?tls=starttls",
                true,
            ),
            ("smtp://10.0.0.1", "smtp://10.0.0.1:587?tls=starttls", false),
            (
                "smtp://localhost.example.org",
                "smtp://localhost.example.org:587?tls=starttls",
                false,
            ),
            (
                "smtp://u:p@10.0.0.1:26?tls=none",
                "smtp://u:***@10.0.0.1:26?tls=none",
                false,
            ),
        ];
        for (written, shown, loopback) in table {
            let relay = relay(written).unwrap();
            assert_eq!(relay.to_string(), shown, "{written}");
            assert_eq!(relay.is_loopback(), loopback, "{written}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
        use url::ParseError;
        let table = [
            ("", RelayError::Syntax(ParseError::RelativeUrlWithoutBase)),
            (
                "mail.example.org",
                RelayError::Syntax(ParseError::RelativeUrlWithoutBase),
            ),
            (
                "mail.example.org:25",
                RelayError::Scheme("mail.example.org".into()),
            ),
            (
                "smtps://mail.example.org",
                RelayError::Scheme("smtps".into()),
            ),
            (
                "smtp://mail.example.org:99999",
                RelayError::Syntax(ParseError::InvalidPort),
            ),
            (
                "smtp://u:pa/ss@mail.example.org",
                RelayError::Syntax(ParseError::InvalidPort),
            ),
            ("smtp:mail.example.org", RelayError::Path),
            ("smtp://", RelayError::NoHost),
            ("smtp:///x", RelayError::Path),
            ("smtp://mail.example.org:0", RelayError::Port),
            ("smtp://mail.example.org/box", RelayError::Path),
            ("smtp://mail.example.org#x", RelayError::Fragment),
            (
                "smtp://mail.example.org?ssl=1",
                RelayError::Setting("ssl".into()),
            ),
            (
                "smtp://mail.example.org?tls=none&tls=none",
                RelayError::TlsTwice,
            ),
            (
                "smtp://mail.example.org?tls=yes",
                RelayError::Tls("yes".into()),
            ),
            ("smtp://user@mail.example.org", RelayError::HalfCredentials),
            ("smtp://:pass@mail.example.org", RelayError::HalfCredentials),
            ("smtp://u:p%0d%0a@mail.example.org", RelayError::Credentials),
            ("smtp://u:p%ff@mail.example.org", RelayError::Credentials),
        ];
        for (written, error) in table {
            assert_eq!(relay(written).err(), Some(error), "{written}");
        }
        assert!(matches!(
            relay("smtp://a%20b"),
            Err(RelayError::Host(_) | RelayError::Syntax(_))
        ));
    }

    #[test]
    fn the_password_is_decoded_and_never_shown() {
        let relay = relay("smtp://jan%40example.org:s%3Acr%2Ft%40%25@mail.example.org").unwrap();
        let credentials = relay.credentials().unwrap();
        assert_eq!(credentials.user, "jan@example.org");
        assert_eq!(credentials.password.expose_secret(), "s:cr/t@%");
        for shown in [
            format!("{relay}"),
            format!("{relay:?}"),
            format!("{relay:#?}"),
            format!("{credentials:?}"),
        ] {
            assert!(
                !shown.contains("cr/t") && !shown.contains("cr%2F"),
                "{shown}"
            );
        }
    }

    #[test]
    fn errors_do_not_repeat_the_password() {
        for address in [
            "smtps://u:geheim@h",
            "smtp://u:geheim@h:x",
            "smtp://u:geheim/@h",
            "smtp://u:geheim#@h",
            "smtp://u:geheim@h/p",
            "smtp://u:geheim@h#f",
            "smtp://u:geheim%00@h",
            "smtp://:geheim@h",
            "smtp://u:geheim@",
            "smtp://u:geheim@h?tls=x",
        ] {
            let error = relay(address).unwrap_err();
            assert!(
                !format!("{error} {error:?}").contains("geheim"),
                "{address}: {error}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_an_error(text: String) {
            let _ = relay(&text);
            let _ = relay(&format!("smtp://{text}"));
        }
    }
}
