//! One SMTP conversation, from connecting to the last mail.
//!
//! A session is consumed by each act and handed back only if the connection is known to be at a
//! point where the next command's reply will be the next thing to be read. A dropped future, a
//! passed deadline or an unexpected reply ends the connection, so no mail is told another's
//! verdict.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::ExposeSecret;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use super::body::{TERMINATOR, dot_stuffed, ended};
use super::relay::Credentials;
use super::reply::Reply;
use super::sender::{Envelope, MAILS_PER_CONNECTION};
use super::tls::Trust;
use super::wire::{Silence, Wire};
use super::{Deadlines, Relay, TlsMode};
use crate::domain::delivery::{AttemptOutcome, SmtpVerb, Verdict};

/// How much content is written within one [`Deadlines::data_block`].
const BLOCK_BYTES: usize = 64 * 1024;

pub(super) struct Session {
    wire: Wire,
    deadlines: Deadlines,
    /// Whether the relay takes the size of a mail with MAIL (RFC 1870), to refuse it early.
    takes_size: bool,
    opened_at: Instant,
    used_at: Instant,
    mails: u32,
}

/// The end of a conversation about one mail.
struct Ended {
    verdict: Verdict,
    /// Whether the connection can be used for the next mail.
    is_usable: bool,
}

impl Ended {
    fn unusable(verdict: Verdict) -> Self {
        Self {
            verdict,
            is_usable: false,
        }
    }

    fn silence(verb: SmtpVerb, silence: &Silence) -> Self {
        Self::unusable(Verdict::of_silence(verb, &silence.to_string()))
    }
}

impl Session {
    /// Connects, encrypts and logs in, as `relay` says.
    pub(super) async fn open(
        relay: &Relay,
        hello_name: &str,
        deadlines: Deadlines,
        trust: &mut Trust,
    ) -> Result<Self, Verdict> {
        let mut wire = Wire::new(connected(relay, deadlines).await?);
        if relay.tls() == TlsMode::Implicit {
            wire = encrypted(wire, relay, deadlines, trust, SmtpVerb::Connect).await?;
        }
        let opened_at = Instant::now();
        let mut session = Self {
            wire,
            deadlines,
            takes_size: false,
            opened_at,
            used_at: opened_at,
            mails: 0,
        };
        session.greeting().await?;
        let mut offers = session.command(SmtpVerb::Ehlo, &format!("EHLO {hello_name}")).await?;
        if relay.tls() == TlsMode::StartTls {
            if offers.extension("STARTTLS").is_none() {
                return Err(Verdict::of_silence(
                    SmtpVerb::StartTls,
                    "the relay does not offer STARTTLS",
                ));
            }
            session.command(SmtpVerb::StartTls, "STARTTLS").await?;
            session.wire = encrypted(session.wire, relay, deadlines, trust, SmtpVerb::StartTls).await?;
            // What was offered in clear may have been anybody's words (RFC 3207, section 4.2).
            offers = session.command(SmtpVerb::Ehlo, &format!("EHLO {hello_name}")).await?;
        }
        session.takes_size = offers.extension("SIZE").is_some();
        if let Some(credentials) = relay.credentials() {
            session.log_in(credentials, &offers).await?;
        }
        Ok(session)
    }

    async fn greeting(&mut self) -> Result<(), Verdict> {
        let verb = SmtpVerb::Greeting;
        let reply = self.wire.reply(self.deadlines.greeting).await;
        let reply = reply.map_err(|silence| Verdict::of_silence(verb, &silence.to_string()))?;
        reply.verdict(verb).map_or(Ok(()), Err)
    }

    async fn log_in(&mut self, credentials: &Credentials, offers: &Reply) -> Result<(), Verdict> {
        let verb = SmtpVerb::Auth;
        let mechanisms = offers.extension("AUTH").unwrap_or_default();
        let offered = |name: &str| mechanisms.iter().any(|mechanism| mechanism == name);
        let (user, password) = (&credentials.user, credentials.password.expose_secret());
        // Each answer goes out on a 334; PLAIN's goes with the command (RFC 4954, section 4).
        let (command, answers) = if offered("PLAIN") {
            (
                format!("AUTH PLAIN {}", BASE64.encode(format!("\0{user}\0{password}"))),
                vec![],
            )
        } else if offered("LOGIN") {
            (
                "AUTH LOGIN".to_owned(),
                vec![BASE64.encode(user), BASE64.encode(password)],
            )
        } else {
            let reason = "a user and password are set, but the relay offers neither AUTH PLAIN nor AUTH LOGIN";
            return Err(Verdict::of_silence(verb, reason));
        };
        let mut reply = self.command(verb, &command).await?;
        for answer in answers {
            if reply.code == 334 {
                reply = self.command(verb, &answer).await?;
            }
        }
        if reply.code == 235 {
            Ok(())
        } else {
            Err(reply.verdict_as(verb, AttemptOutcome::RelayFailed))
        }
    }

    /// Makes sure that the connection can carry another mail; none if a new one is needed, which
    /// is no failure: relays close idle and much used connections at will.
    pub(super) async fn reset(mut self) -> Option<Self> {
        let now = Instant::now();
        if self.mails >= MAILS_PER_CONNECTION
            || now.duration_since(self.opened_at) >= self.deadlines.lifetime
            || now.duration_since(self.used_at) >= self.deadlines.idle
        {
            self.quit().await;
            return None;
        }
        // With a shorter deadline than other commands: connecting anew is cheaper than waiting.
        self.command_within(SmtpVerb::Rset, "RSET", self.deadlines.connect)
            .await
            .ok()?;
        Some(self)
    }

    /// Hands one mail over, and itself back if it can carry another.
    pub(super) async fn deliver(mut self, envelope: &Envelope, raw: &[u8]) -> (Verdict, Option<Self>) {
        let Ended { verdict, is_usable } = self.transaction(envelope, raw).await;
        self.mails += 1;
        self.used_at = Instant::now();
        (verdict, is_usable.then_some(self))
    }

    /// MAIL, RCPT, DATA, content, dot. The sender has checked envelope and message.
    async fn transaction(&mut self, envelope: &Envelope, raw: &[u8]) -> Ended {
        let content = ended(raw);
        let size = if self.takes_size {
            format!(" SIZE={}", content.len())
        } else {
            String::new()
        };
        let commands = [
            (SmtpVerb::Mail, format!("MAIL FROM:<{}>{size}", envelope.from)),
            (SmtpVerb::Rcpt, format!("RCPT TO:<{}>", envelope.to)),
            (SmtpVerb::Data, "DATA".to_owned()),
        ];
        for (verb, command) in commands {
            if let Err(ended) = self.step(verb, &command, self.deadlines.command).await {
                return ended;
            }
        }
        if let Err(verdict) = self.content(&dot_stuffed(&content)).await {
            return Ended::unusable(verdict);
        }
        let verb = SmtpVerb::Dot;
        match self.wire.ask(TERMINATOR, self.deadlines.final_dot).await {
            Err(silence) => Ended::silence(verb, &silence),
            Ok(reply) => {
                let outcome = AttemptOutcome::of_reply(verb, reply.code).unwrap_or(AttemptOutcome::Ambiguous);
                let is_usable = outcome != AttemptOutcome::Ambiguous && reply.code != 421;
                Ended {
                    verdict: reply.verdict_as(verb, outcome),
                    is_usable,
                }
            }
        }
    }

    /// Writes the content, unless the relay breaks in: it has not seen the terminator then, so
    /// the mail was not accepted whatever it says.
    async fn content(&mut self, stuffed: &[u8]) -> Result<(), Verdict> {
        let verb = SmtpVerb::Content;
        for block in stuffed.chunks(BLOCK_BYTES) {
            let written = self.wire.write(block, self.deadlines.data_block).await;
            if self.wire.has_unasked() {
                let reply = self.wire.reply(self.deadlines.command).await;
                let reply = reply.map_err(|silence| Verdict::of_silence(verb, &silence.to_string()))?;
                let outcome = AttemptOutcome::of_reply(verb, reply.code).unwrap_or(AttemptOutcome::RelayFailed);
                return Err(reply.verdict_as(verb, outcome));
            }
            written.map_err(|silence| Verdict::of_silence(verb, &silence.to_string()))?;
        }
        Ok(())
    }

    /// A command before any mail; any end is the connection's.
    async fn command(&mut self, verb: SmtpVerb, line: &str) -> Result<Reply, Verdict> {
        self.command_within(verb, line, self.deadlines.command).await
    }

    async fn command_within(
        &mut self,
        verb: SmtpVerb,
        line: &str,
        deadline: std::time::Duration,
    ) -> Result<Reply, Verdict> {
        self.step(verb, line, deadline).await.map_err(|ended| ended.verdict)
    }

    /// One command and its reply; the end if the reply is not the one that lets us go on.
    async fn step(&mut self, verb: SmtpVerb, line: &str, deadline: std::time::Duration) -> Result<Reply, Ended> {
        if self.wire.has_unasked() {
            // Mostly a 421 from a relay that shuts down; never the answer to what comes next.
            let silence = match self.wire.reply(deadline).await {
                Ok(reply) => {
                    return Err(Ended::unusable(reply.verdict_as(verb, AttemptOutcome::RelayFailed)));
                }
                Err(silence) => silence,
            };
            return Err(Ended::silence(verb, &silence));
        }
        let asked = self.wire.ask(format!("{line}\r\n").as_bytes(), deadline).await;
        let reply = asked.map_err(|silence| Ended::silence(verb, &silence))?;
        match reply.verdict(verb) {
            None => Ok(reply),
            Some(verdict) => Err(Ended {
                is_usable: matches!(verdict.outcome, AttemptOutcome::Deferred | AttemptOutcome::Refused),
                verdict,
            }),
        }
    }

    /// Says goodbye and closes. Nobody depends on the answer, so it is not waited for long.
    pub(super) async fn quit(mut self) {
        let _ = self
            .command_within(SmtpVerb::Quit, "QUIT", self.deadlines.connect)
            .await;
    }
}

/// A connection to the first of the relay's addresses that answers.
async fn connected(relay: &Relay, deadlines: Deadlines) -> Result<TcpStream, Verdict> {
    let failed = |reason: String| Verdict::of_silence(SmtpVerb::Connect, &format!("{relay}: {reason}"));
    let late = || format!("nothing within {:?}", deadlines.connect);
    let addresses = timeout(deadlines.connect, lookup_host((relay.host(), relay.port())))
        .await
        .map_err(|_| failed(late()))?
        .map_err(|error| failed(error.to_string()))?;
    let mut reason = "the name has no address".to_owned();
    for address in addresses {
        match timeout(deadlines.connect, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Commands are small and each waits for its reply: Nagle's algorithm would hold
                // them back for the other side's delayed acknowledgement.
                stream.set_nodelay(true).map_err(|error| failed(error.to_string()))?;
                return Ok(stream);
            }
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => reason = late(),
        }
    }
    Err(failed(reason))
}

async fn encrypted(
    wire: Wire,
    relay: &Relay,
    deadlines: Deadlines,
    trust: &mut Trust,
    verb: SmtpVerb,
) -> Result<Wire, Verdict> {
    timeout(deadlines.connect, trust.encrypt(wire, relay.host()))
        .await
        .unwrap_or_else(|_| Err(format!("no TLS within {:?}", deadlines.connect)))
        .map_err(|reason| Verdict::of_silence(verb, &reason))
}
