//! A relay on loopback that does what the test says, and remembers what it accepted.
//!
//! It behaves well until a [`Rule`] says otherwise. Its log of accepted mails is the oracle for
//! "was this mail handed over, and how often": a mail is entered before the 250 is written.

mod authority;
mod conversation;
mod handshake;
mod script;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use leernetwerk::domain::delivery::SmtpVerb;
use leernetwerk::mail::smtp::{CertificateDer, Relay, TlsMode};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

pub use script::{Act, Handshake, Rule};

/// How long the harness waits for something that must happen, before it fails the test.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the relay offers.
#[derive(Clone, Debug)]
pub struct SmtpOptions {
    /// How the conversation is encrypted.
    pub tls: TlsMode,
    /// User and password that must be given; none for a relay without AUTH.
    pub credentials: Option<(String, String)>,
    /// The AUTH mechanisms offered, if there are credentials.
    pub mechanisms: &'static str,
}

impl Default for SmtpOptions {
    fn default() -> Self {
        Self {
            tls: TlsMode::None,
            credentials: None,
            mechanisms: "PLAIN LOGIN",
        }
    }
}

/// A mail whose final dot was answered with 2xx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedMail {
    /// The reverse path, without angle brackets.
    pub envelope_from: String,
    /// The one recipient, without angle brackets.
    pub envelope_to: String,
    /// The content with dot-stuffing undone.
    pub raw: Vec<u8>,
    /// SHA-256 of `raw`, in hexadecimal.
    pub sha256: String,
    /// The `Message-ID` header as written, without angle brackets.
    pub message_id: Option<String>,
}

impl AcceptedMail {
    fn new(envelope_from: String, envelope_to: String, raw: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&raw).iter().map(|byte| format!("{byte:02x}")).collect();
        let message_id = String::from_utf8_lossy(&raw)
            .lines()
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("message-id"))
            .map(|(_, id)| id.trim().trim_matches(['<', '>']).to_owned());
        Self {
            envelope_from,
            envelope_to,
            raw,
            sha256,
            message_id,
        }
    }
}

/// What the server's connections share with the test.
struct Shared {
    options: SmtpOptions,
    acceptor: TlsAcceptor,
    script: Mutex<script::Script>,
    accepted: Mutex<Vec<AcceptedMail>>,
    /// When each of them was.
    arrivals: Mutex<Vec<Instant>>,
    /// Commands with the number of their connection.
    commands: Mutex<Vec<(u64, String)>>,
    connections: Mutex<u64>,
    /// How many of them have ended.
    ended: Mutex<u64>,
    /// How many TLS handshakes the client has begun.
    handshakes: Mutex<u64>,
    /// The verbs that connections are stalled at.
    stalled: Mutex<Vec<SmtpVerb>>,
    /// Something above has changed.
    changed: Notify,
    /// Counts releases of stalled connections.
    releases: watch::Sender<u64>,
    /// Counts goodbyes to idle connections.
    goodbyes: watch::Sender<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

impl Shared {
    fn accept(&self, mail: AcceptedMail) {
        lock(&self.arrivals).push(Instant::now());
        lock(&self.accepted).push(mail);
        self.changed.notify_waiters();
    }

    /// Waits until `look` sees something, asking again at every change.
    async fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let seen = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if let Some(found) = look() {
                    return found;
                }
                changed.await;
            }
        };
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(found) => found,
            Err(_) => panic!(
                "waited {PATIENCE:?} for {what}; the server saw {:#?}",
                lock(&self.commands)
            ),
        }
    }
}

/// The scriptable relay. Stops when dropped.
pub struct SmtpServer {
    address: SocketAddr,
    root: CertificateDer<'static>,
    shared: Arc<Shared>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl SmtpServer {
    /// A relay without TLS and AUTH, on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        Self::start_with(SmtpOptions::default()).await
    }

    /// A relay as `options` say, on a free port of 127.0.0.1.
    pub async fn start_with(options: SmtpOptions) -> Self {
        let (acceptor, root) = authority::acceptor();
        let shared = Arc::new(Shared {
            options,
            acceptor,
            script: Mutex::default(),
            accepted: Mutex::default(),
            arrivals: Mutex::default(),
            commands: Mutex::default(),
            connections: Mutex::default(),
            ended: Mutex::default(),
            handshakes: Mutex::default(),
            stalled: Mutex::default(),
            changed: Notify::new(),
            releases: watch::Sender::new(0),
            goodbyes: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the port");
        let listening = Mutex::new(Some(tokio::spawn(listen(listener, Arc::clone(&shared)))));
        Self {
            address,
            root,
            shared,
            listening,
        }
    }

    /// The port, the same through [`SmtpServer::stop`] and [`SmtpServer::start_again`].
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The relay's address as the program's setting takes it, with the right credentials.
    pub fn url(&self) -> String {
        let options = &self.shared.options;
        let user = options
            .credentials
            .as_ref()
            .map(|(user, pass)| format!("{user}:{pass}@"))
            .unwrap_or_default();
        format!("smtp://{user}{}?tls={}", self.address, options.tls.as_str())
    }

    /// The same, read.
    pub fn relay(&self) -> Relay {
        self.url().parse().expect("a relay's address")
    }

    /// The certificate authority that vouches for this relay.
    pub fn root(&self) -> CertificateDer<'static> {
        self.root.clone()
    }

    /// Adds a rule; it comes before those that are there.
    pub fn on(&self, rule: Rule) {
        lock(&self.shared.script).add(rule);
    }

    /// From now on does this where a TLS handshake is due.
    pub fn spoil_handshakes(&self, handshake: Handshake) {
        lock(&self.shared.script).spoil(handshake);
    }

    /// Waits until the client has begun so many of those handshakes.
    pub async fn wait_for_handshakes(&self, count: u64) {
        let shared = &self.shared;
        let begun = || (*lock(&shared.handshakes) >= count).then_some(());
        shared.until("a TLS handshake", begun).await;
    }

    /// Waits until so many connections have ended.
    pub async fn wait_for_ends(&self, count: u64) {
        let shared = &self.shared;
        let ended = || (*lock(&shared.ended) >= count).then_some(());
        shared.until("the end of a connection", ended).await;
    }

    /// Forgets all rules: the relay behaves well again.
    pub fn behave(&self) {
        lock(&self.shared.script).clear();
    }

    /// Lets the connections that are stalled go on as if nothing had happened.
    pub fn release(&self) {
        self.shared.releases.send_modify(|count| *count += 1);
    }

    /// Says 421 to the connections that wait for a command, and closes them.
    pub fn say_goodbye(&self) {
        self.shared.goodbyes.send_modify(|count| *count += 1);
    }

    /// Waits until a connection is stalled at `verb`.
    pub async fn wait_for_stall(&self, verb: SmtpVerb) {
        self.wait_for_stalls(verb, 1).await;
    }

    /// Waits until so many connections are stalled at `verb`.
    pub async fn wait_for_stalls(&self, verb: SmtpVerb, count: usize) {
        let shared = &self.shared;
        let stalled = || lock(&shared.stalled).iter().filter(|at| **at == verb).count();
        shared.until("a stall", || (stalled() >= count).then_some(())).await;
    }

    /// What was accepted so far, in order.
    pub fn accepted(&self) -> Vec<AcceptedMail> {
        lock(&self.shared.accepted).clone()
    }

    /// When each mail was accepted, in order.
    pub fn arrivals(&self) -> Vec<Instant> {
        lock(&self.shared.arrivals).clone()
    }

    /// What was accepted once that is at least `count` mails.
    pub async fn wait_for(&self, count: usize) -> Vec<AcceptedMail> {
        let shared = &self.shared;
        let look = || {
            let accepted = lock(&shared.accepted);
            (accepted.len() >= count).then(|| accepted.clone())
        };
        shared.until(&format!("{count} accepted mails"), look).await
    }

    /// The commands seen so far, with the number of their connection (from 1).
    pub fn commands(&self) -> Vec<(u64, String)> {
        lock(&self.shared.commands).clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> u64 {
        *lock(&self.shared.connections)
    }

    /// Closes all connections and refuses new ones.
    pub async fn stop(&self) {
        let listening = lock(&self.listening).take();
        if let Some(listening) = listening {
            listening.abort();
            // Aborting is what was asked for, so its report is no news.
            let _ = listening.await;
        }
    }

    /// Listens again, on the same port, with the same rules and log.
    pub async fn start_again(&self) {
        self.stop().await;
        let listener = TcpListener::bind(self.address).await.expect("the port is still free");
        *lock(&self.listening) = Some(tokio::spawn(listen(listener, Arc::clone(&self.shared))));
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        if let Some(listening) = lock(&self.listening).take() {
            listening.abort();
        }
    }
}

/// Accepts connections until aborted, which ends them too.
async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut conversations = JoinSet::new();
    loop {
        let Ok((tcp, _)) = listener.accept().await else {
            continue;
        };
        while conversations.try_join_next().is_some() {}
        let number = {
            let mut connections = lock(&shared.connections);
            *connections += 1;
            *connections
        };
        conversations.spawn(conversation::run(Arc::clone(&shared), tcp, number));
    }
}
