//! The one thing the rest of the program sees: a mail in, a verdict out.

use super::body::unsendable;
use super::probe::Probed;
use super::session::Session;
use super::tls::Trust;
use super::{CertificateDer, Deadlines, Relay};
use crate::domain::delivery::Verdict;

/// How many mails one connection carries; relays cut off those that go on for long.
pub const MAILS_PER_CONNECTION: u32 = 100;

/// The longest address (RFC 5321, section 4.5.3.1.3, without the angle brackets).
const ADDRESS_MAX_BYTES: usize = 254;

/// Whom a mail is from and for, as the relay is told (RFC 5321, section 2.3.1). One recipient
/// each, so that a verdict is about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports of non-delivery go; empty for none.
    pub from: String,
    /// The recipient.
    pub to: String,
}

impl Envelope {
    /// Why this cannot be said in SMTP without SMTPUTF8, or none if it can.
    ///
    /// Stricter than the RFC: an address with a space or an angle bracket (which only a quoted
    /// local part may have) is refused, so that no address can end its command's argument.
    fn unsendable(&self) -> Option<String> {
        let fault = |address: &str| {
            if address.len() > ADDRESS_MAX_BYTES {
                Some("is longer than 254 characters")
            } else if !address.is_ascii() {
                Some("has characters outside ASCII")
            } else if !address
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'))
            {
                Some("has control characters, spaces or angle brackets")
            } else if !address
                .rsplit_once('@')
                .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            {
                Some("is not of the form name@domain")
            } else {
                None
            }
        };
        let from = if self.from.is_empty() { None } else { fault(&self.from) };
        from.map(|fault| format!("the sender's address {fault}"))
            .or_else(|| fault(&self.to).map(|fault| format!("the recipient's address {fault}")))
    }
}

/// Sends mails to one relay, one at a time, over at most one connection that it opens when
/// needed and uses again while the relay plays along.
pub struct SmtpSender {
    relay: Relay,
    hello_name: String,
    deadlines: Deadlines,
    trust: Trust,
    session: Option<Session>,
}

impl SmtpSender {
    /// A sender that calls itself `hello_name` (our host or mail domain) and trusts the system's
    /// root certificates. Connects at the first mail.
    #[must_use]
    pub fn new(relay: Relay, hello_name: &str, deadlines: Deadlines) -> Self {
        Self::with_roots(relay, hello_name, deadlines, Vec::new())
    }

    /// As [`SmtpSender::new`], trusting `extra_roots` beside the system's.
    #[must_use]
    pub fn with_roots(
        relay: Relay,
        hello_name: &str,
        deadlines: Deadlines,
        extra_roots: Vec<CertificateDer<'static>>,
    ) -> Self {
        let is_name = !hello_name.is_empty()
            && hello_name.len() <= 255
            && hello_name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        // A literal stands in for a name that SMTP cannot carry (RFC 5321, section 4.1.4).
        let hello_name = if is_name { hello_name } else { "[127.0.0.1]" }.to_owned();
        Self {
            relay,
            hello_name,
            deadlines,
            trust: Trust::with_roots(extra_roots),
            session: None,
        }
    }

    /// Hands `raw` over for `envelope.to` and tells how that went.
    ///
    /// `raw` is a whole message in 7-bit lines ending in CRLF; it reaches the relay byte for byte,
    /// with a CRLF added only if the last line has none. An envelope or a message that SMTP cannot
    /// carry is refused without a word to the relay. Every failure is a verdict.
    ///
    /// If the future is dropped before it is done, the connection is closed and the mail's fate
    /// is unknown: the caller treats it as ambiguous.
    pub async fn send(&mut self, envelope: &Envelope, raw: &[u8]) -> Verdict {
        let unsendable = envelope.unsendable().or_else(|| unsendable(raw).map(str::to_owned));
        if let Some(reason) = unsendable {
            return Verdict::refused_unsent(&reason);
        }
        // The session is this future's own until there is a verdict.
        let session = match self.session.take() {
            Some(session) => session.reset().await,
            None => None,
        };
        let session = match session {
            Some(session) => session,
            None => match Session::open(&self.relay, &self.hello_name, self.deadlines, &mut self.trust).await {
                Ok(session) => session,
                Err(verdict) => return verdict,
            },
        };
        let (verdict, session) = session.deliver(envelope, raw).await;
        self.session = session;
        verdict
    }

    /// Connects, encrypts and logs in as for a mail, says goodbye, and tells how far that went. No mail is sent.
    pub async fn probe(mut self) -> Probed {
        let opened = Session::open(&self.relay, &self.hello_name, self.deadlines, &mut self.trust).await;
        let failure = match opened {
            Ok(session) => {
                session.quit().await;
                None
            }
            Err(verdict) => Some(verdict),
        };
        Probed::of(self.trust.seen.as_ref(), self.relay.credentials().is_some(), failure)
    }

    /// Whether a connection is open, as far as we know.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.session.is_some()
    }

    /// Says goodbye to the relay, if connected, and closes.
    pub async fn quit(self) {
        if let Some(session) = self.session {
            session.quit().await;
        }
    }
}
