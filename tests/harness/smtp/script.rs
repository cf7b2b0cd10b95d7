//! What the relay is told to do, and when.

use std::time::Duration;

use leernetwerk::domain::delivery::SmtpVerb;

/// What the relay does at a step instead of answering as usual.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers this and goes on; a code other than the usual one has its usual consequence.
    Reply(u16, &'static str),
    /// Answers this and closes the connection, as with 421.
    ReplyAndClose(u16, &'static str),
    /// Closes the connection.
    Drop,
    /// Resets the connection (RST).
    Reset,
    /// Says nothing until [`SmtpServer::release`](super::SmtpServer::release), then goes on as
    /// usual.
    Stall,
    /// Says nothing until a release, then answers this.
    StallThenReply(u16, &'static str),
    /// Does the usual thing, but holds the answer back until the client says something else or
    /// hangs up: a client that goes on after its deadline reads it as the answer to that.
    Late,
    /// Gives the usual answer, byte by byte, with this pause before each.
    Dribble(Duration),
    /// Answers with something that is not SMTP.
    Garbage,
    /// Gives the usual code in a first line and another in a second.
    Contradiction,
    /// Gives the usual code with this many bytes of text.
    Huge(usize),
}

impl Act {
    /// The answer, given the usual one; none if there is no SMTP answer.
    pub(super) fn answer(&self, usual: &str) -> Option<String> {
        match self {
            Self::Reply(code, text) | Self::ReplyAndClose(code, text) | Self::StallThenReply(code, text) => {
                Some(format!("{code} {text}\r\n"))
            }
            Self::Stall | Self::Late | Self::Dribble(_) => Some(usual.to_owned()),
            Self::Huge(bytes) => {
                let code = usual.get(..3).unwrap_or_default();
                let line = format!("{code}-{}\r\n", "x".repeat(74));
                Some(format!("{}{code} x\r\n", line.repeat(bytes / line.len() + 1)))
            }
            Self::Drop | Self::Reset | Self::Garbage | Self::Contradiction => None,
        }
    }
}

/// What the relay does where a TLS handshake is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// Reads what the client says and never answers, until the client hangs up.
    Stall,
    /// Answers as usual, byte by byte, with this pause before each.
    Dribble(Duration),
    /// Closes the connection when the client has said something.
    Drop,
    /// Resets the connection (RST) then.
    Reset,
    /// Answers with something that is not TLS.
    Garbage,
}

/// An [`Act`] with the occasions it is for.
#[derive(Clone, Debug)]
pub struct Rule {
    verb: SmtpVerb,
    act: Act,
    recipient: Option<String>,
    nth: Option<u64>,
    times: Option<u32>,
}

impl Rule {
    /// `act` whenever the conversation is at `verb`.
    pub fn at(verb: SmtpVerb, act: Act) -> Self {
        Self {
            verb,
            act,
            recipient: None,
            nth: None,
            times: None,
        }
    }

    /// Only for mails to `recipient`; from RCPT on, since it is not known before.
    pub fn to(self, recipient: impl Into<String>) -> Self {
        Self {
            recipient: Some(recipient.into()),
            ..self
        }
    }

    /// Only for the `nth` MAIL command (from 1) that the server has seen, and what follows it.
    pub fn nth(self, nth: u64) -> Self {
        Self { nth: Some(nth), ..self }
    }

    /// Only this many times.
    pub fn times(self, times: u32) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }
}

/// The rules in force, the newest last.
#[derive(Default)]
pub(super) struct Script {
    rules: Vec<Rule>,
    handshake: Option<Handshake>,
    mails: u64,
}

impl Script {
    pub(super) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    pub(super) fn spoil(&mut self, handshake: Handshake) {
        self.handshake = Some(handshake);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
        self.handshake = None;
    }

    /// What to do in place of a TLS handshake.
    pub(super) fn handshake(&self) -> Option<Handshake> {
        self.handshake
    }

    /// The number of the mail whose MAIL command has just come.
    pub(super) fn next_mail(&mut self) -> u64 {
        self.mails += 1;
        self.mails
    }

    /// What to do now, if not the usual thing.
    pub(super) fn act(&mut self, verb: SmtpVerb, recipient: &str, mail: u64) -> Option<Act> {
        let rule = self.rules.iter_mut().rev().find(|rule| {
            rule.verb == verb
                && rule.times != Some(0)
                && rule.recipient.as_ref().is_none_or(|wanted| wanted == recipient)
                && rule.nth.is_none_or(|wanted| wanted == mail)
        })?;
        rule.times = rule.times.map(|times| times - 1);
        Some(rule.act.clone())
    }
}
