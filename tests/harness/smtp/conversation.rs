//! One connection, from the server's side.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use leernetwerk::domain::delivery::SmtpVerb;
use leernetwerk::mail::smtp::TlsMode;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::script::Act;
use super::{AcceptedMail, Shared, handshake, lock};

type Stream = BufReader<Either<TcpStream, TlsStream<TcpStream>>>;

/// Holds the conversation until either side ends it.
pub(super) async fn run(shared: Arc<Shared>, tcp: TcpStream, number: u64) {
    // The client may vanish at any point; what that means is the test's business.
    let _ = converse(Arc::clone(&shared), tcp, number).await;
    *lock(&shared.ended) += 1;
    shared.changed.notify_waiters();
}

/// The error that ends a conversation because the script says so.
fn over() -> io::Error {
    io::Error::other("the script ends the conversation")
}

async fn converse(shared: Arc<Shared>, tcp: TcpStream, number: u64) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let mut peer = Peer {
        stream: BufReader::new(Either::Left(tcp)),
        number,
        is_encrypted: false,
        is_known: shared.options.credentials.is_none(),
        mail: 0,
        from: None,
        to: String::new(),
        goodbyes: shared.goodbyes.subscribe(),
        shared,
    };
    peer.perform(SmtpVerb::Connect, "").await?;
    if peer.shared.options.tls == TlsMode::Implicit {
        peer = peer.encrypted().await?;
    }
    peer.perform(SmtpVerb::Greeting, "220 relay.test ESMTP\r\n").await?;
    while let Some(line) = peer.command().await? {
        let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                let offers = peer.offers();
                peer.perform(SmtpVerb::Ehlo, &offers).await?;
            }
            "STARTTLS" => {
                if peer.perform(SmtpVerb::StartTls, "220 2.0.0 go on\r\n").await? == 220 {
                    peer = peer.encrypted().await?;
                }
            }
            "AUTH" => peer.log_in(argument).await?,
            "MAIL" => peer.mail(argument).await?,
            "RCPT" => peer.recipient(argument).await?,
            "DATA" => peer.content().await?,
            "RSET" => {
                peer.from = None;
                peer.to.clear();
                peer.perform(SmtpVerb::Rset, "250 2.0.0 forgotten\r\n").await?;
            }
            "QUIT" => {
                peer.perform(SmtpVerb::Quit, "221 2.0.0 bye\r\n").await?;
                return Ok(());
            }
            _ => peer.say("500 5.5.2 what?\r\n").await?,
        }
    }
    Ok(())
}

struct Peer {
    shared: Arc<Shared>,
    stream: Stream,
    number: u64,
    is_encrypted: bool,
    /// Has logged in, or need not.
    is_known: bool,
    /// The number of the current mail.
    mail: u64,
    from: Option<String>,
    to: String,
    goodbyes: watch::Receiver<u64>,
}

impl Peer {
    /// The next line without its end; none at the end of the stream or after a goodbye.
    async fn command(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        tokio::select! {
            biased;
            _ = self.goodbyes.changed() => {
                self.say("421 4.4.2 idle for too long\r\n").await?;
                return Ok(None);
            }
            read = self.stream.read_until(b'\n', &mut line) => {
                if read? == 0 {
                    return Ok(None);
                }
            }
        }
        let line = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
        lock(&self.shared.commands).push((self.number, line.clone()));
        self.shared.changed.notify_waiters();
        Ok(Some(line))
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.flush().await
    }

    fn act(&self, verb: SmtpVerb) -> Option<Act> {
        lock(&self.shared.script).act(verb, &self.to, self.mail)
    }

    /// Does what the script says at `verb`, else gives the `usual` answer. Tells the code given.
    async fn perform(&mut self, verb: SmtpVerb, usual: &str) -> io::Result<u16> {
        let act = self.act(verb);
        self.carry_out(verb, act, usual, None).await
    }

    /// Carries `act` out. `mail` is what a 2xx answer accepts.
    async fn carry_out(
        &mut self,
        verb: SmtpVerb,
        act: Option<Act>,
        usual: &str,
        mail: Option<AcceptedMail>,
    ) -> io::Result<u16> {
        if let Some(Act::Stall | Act::StallThenReply(..)) = act {
            self.stall(verb).await?;
        }
        let answer = act.as_ref().map_or(Some(usual.to_owned()), |act| act.answer(usual));
        let code = answer
            .as_deref()
            .and_then(|answer| answer.get(..3)?.parse().ok())
            .unwrap_or(0);
        if let (200..300, Some(mail)) = (code, mail) {
            self.shared.accept(mail);
        }
        let answer = answer.unwrap_or_default();
        match act {
            None | Some(Act::Stall | Act::StallThenReply(..) | Act::Reply(..) | Act::Huge(_)) => {
                self.say(&answer).await?
            }
            Some(Act::Late) => {
                self.stream.fill_buf().await?;
                self.say(&answer).await?;
            }
            Some(Act::Dribble(pause)) => {
                for byte in answer.chars() {
                    // A slow relay: the pause is what is tested, nothing is waited for.
                    let _ = tokio::time::timeout(pause, std::future::pending::<()>()).await;
                    self.say(byte.encode_utf8(&mut [0; 4])).await?;
                }
            }
            Some(Act::Garbage) => {
                self.stream
                    .write_all(b"\x16\x03\x01\0\xff nothing like a reply\r\n")
                    .await?;
                self.stream.flush().await?;
            }
            Some(Act::Contradiction) => {
                let usual = usual.get(..3).unwrap_or("250");
                self.say(&format!("{usual}-on the one hand\r\n554 on the other\r\n"))
                    .await?;
            }
            Some(Act::ReplyAndClose(..)) => {
                self.say(&answer).await?;
                return Err(over());
            }
            Some(Act::Drop) => return Err(over()),
            Some(Act::Reset) => {
                match self.stream.get_ref() {
                    Either::Left(tcp) => tcp.set_zero_linger()?,
                    Either::Right(tls) => tls.get_ref().0.set_zero_linger()?,
                }
                return Err(over());
            }
        }
        Ok(code)
    }

    /// Waits for a release. Reads nothing meanwhile, so that a client's writes fill up.
    async fn stall(&self, verb: SmtpVerb) -> io::Result<()> {
        let mut releases = self.shared.releases.subscribe();
        lock(&self.shared.stalled).push(verb);
        self.shared.changed.notify_waiters();
        let released = releases.changed().await;
        let mut stalled = lock(&self.shared.stalled);
        if let Some(at) = stalled.iter().position(|other| *other == verb) {
            stalled.remove(at);
        }
        released.map_err(io::Error::other)
    }

    async fn encrypted(self) -> io::Result<Self> {
        let Either::Left(tcp) = self.stream.into_inner() else {
            return Err(over());
        };
        let spoilt = lock(&self.shared.script).handshake();
        if let Some(how) = spoilt {
            handshake::spoil(how, &self.shared, tcp).await?;
            return Err(over());
        }
        let tls = self.shared.acceptor.accept(tcp).await?;
        Ok(Self {
            stream: BufReader::new(Either::Right(tls)),
            is_encrypted: true,
            ..self
        })
    }

    fn offers(&self) -> String {
        let options = &self.shared.options;
        let mut lines = vec![
            "relay.test".to_owned(),
            "8BITMIME".to_owned(),
            "SIZE 10485760".to_owned(),
        ];
        if options.tls == TlsMode::StartTls && !self.is_encrypted {
            lines.push("STARTTLS".to_owned());
        }
        if options.credentials.is_some() {
            lines.push(format!("AUTH {}", options.mechanisms));
        }
        let lines: String = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
        format!("{lines}250 ENHANCEDSTATUSCODES\r\n")
    }

    async fn log_in(&mut self, argument: &str) -> io::Result<()> {
        let text = |base64: &str| String::from_utf8(BASE64.decode(base64).unwrap_or_default()).unwrap_or_default();
        let (user, password) = match argument.split_once(' ') {
            Some(("PLAIN", answer)) => {
                let answer = text(answer);
                let mut parts = answer.splitn(3, '\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            _ if argument == "LOGIN" => {
                self.say("334 VXNlcm5hbWU6\r\n").await?;
                let user = self.command().await?.unwrap_or_default();
                self.say("334 UGFzc3dvcmQ6\r\n").await?;
                let password = self.command().await?.unwrap_or_default();
                (text(&user), text(&password))
            }
            _ => return self.say("504 5.5.4 which mechanism?\r\n").await,
        };
        let is_right = self.shared.options.credentials == Some((user, password));
        let usual = if is_right {
            "235 2.7.0 welcome\r\n"
        } else {
            "535 5.7.8 wrong\r\n"
        };
        self.is_known = self.perform(SmtpVerb::Auth, usual).await? == 235;
        Ok(())
    }

    async fn mail(&mut self, argument: &str) -> io::Result<()> {
        self.mail = lock(&self.shared.script).next_mail();
        let from = path(argument, "FROM:");
        let usual = match (&from, &self.from) {
            _ if !self.is_known => "530 5.7.0 who are you?\r\n",
            (Some(_), None) => "250 2.1.0 sender ok\r\n",
            (Some(_), Some(_)) => "503 5.5.1 one mail at a time\r\n",
            (None, _) => "501 5.5.4 no address\r\n",
        };
        if self.perform(SmtpVerb::Mail, usual).await? == 250 {
            self.from = from;
        }
        Ok(())
    }

    async fn recipient(&mut self, argument: &str) -> io::Result<()> {
        let to = path(argument, "TO:")
            .filter(|_| self.from.is_some())
            .unwrap_or_default();
        let usual = if to.is_empty() {
            "503 5.5.1 not now\r\n"
        } else {
            "250 2.1.5 recipient ok\r\n"
        };
        self.to = to;
        if self.perform(SmtpVerb::Rcpt, usual).await? != 250 {
            self.to.clear();
        }
        Ok(())
    }

    async fn content(&mut self) -> io::Result<()> {
        let usual = if self.to.is_empty() {
            "503 5.5.1 for whom?\r\n"
        } else {
            "354 go on\r\n"
        };
        if self.perform(SmtpVerb::Data, usual).await? != 354 {
            return Ok(());
        }
        self.stream.fill_buf().await?;
        if let Some(act) = self.act(SmtpVerb::Content) {
            self.carry_out(SmtpVerb::Content, Some(act), "", None).await?;
        }
        let mut raw = Vec::new();
        loop {
            let start = raw.len();
            if self.stream.read_until(b'\n', &mut raw).await? == 0 {
                return Err(over());
            }
            if raw.get(start..) == Some(b".\r\n") && (start == 0 || raw[..start].ends_with(b"\r\n")) {
                raw.truncate(start);
                break;
            }
            if raw.get(start) == Some(&b'.') {
                raw.remove(start);
            }
        }
        let mail = AcceptedMail::new(self.from.take().unwrap_or_default(), self.to.clone(), raw);
        let act = self.act(SmtpVerb::Dot);
        let queued = format!("250 2.0.0 queued as {}\r\n", self.mail);
        self.carry_out(SmtpVerb::Dot, act, &queued, Some(mail)).await?;
        self.to.clear();
        Ok(())
    }
}

/// The address between angle brackets after `keyword`.
fn path(argument: &str, keyword: &str) -> Option<String> {
    let rest = argument.strip_prefix(keyword)?.strip_prefix('<')?;
    Some(rest.split_once('>')?.0.to_owned())
}
