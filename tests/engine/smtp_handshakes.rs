//! A TLS handshake that comes to nothing, after STARTTLS and where TLS comes first: the connection is dropped in time, and
//! whatever happened costs the mail nothing.

use std::time::Duration;

use leernetwerk::domain::delivery::{AttemptOutcome, SmtpVerb, Verdict};
use leernetwerk::mail::smtp::{Deadlines, SmtpSender, TlsMode};
use tokio::time::{Instant, timeout};

use super::smtp_session::{send, sender, with_password};
use crate::harness::smtp::{Handshake, SmtpOptions, SmtpServer};
use AttemptOutcome::{Accepted, RelayFailed};
use SmtpVerb::{Connect, StartTls};

/// Longer than any deadline before a mail.
const PATIENCE: Duration = Duration::from_secs(60);
/// How TLS begins, and the step at which a failure of it shows.
const WAYS: [(TlsMode, SmtpVerb); 2] = [(TlsMode::StartTls, StartTls), (TlsMode::Implicit, Connect)];

async fn relay(tls: TlsMode, how: Handshake) -> SmtpServer {
    let server = SmtpServer::start_with(SmtpOptions { tls, ..with_password() }).await;
    server.spoil_handshakes(how);
    server
}

/// The relay has failed, it has not heard of the mail or of the password, the connection is gone, and the next attempt is good.
async fn costs_nothing(server: &SmtpServer, sender: &mut SmtpSender, verdict: &Verdict, verb: SmtpVerb, what: &str) {
    assert_eq!(
        (verdict.outcome, verdict.verb, verdict.code),
        (RelayFailed, Some(verb), None),
        "{what}: {verdict:?}"
    );
    let text = verdict.text.as_deref().unwrap_or_default();
    assert!(text.starts_with("no TLS"), "{what}: {text}");
    assert!(!sender.is_connected(), "{what}");
    server.wait_for_ends(1).await;
    let said: Vec<String> = server.commands().into_iter().map(|(_, line)| line).collect();
    let in_clear = ["EHLO leer.example", "STARTTLS"];
    let expected = if verb == StartTls { &in_clear[..] } else { &[] };
    assert_eq!(said, expected, "{what}");
    server.behave();
    assert_eq!(send(sender, 1).await.outcome, Accepted, "after {what}");
    assert_eq!((server.accepted().len(), server.connections()), (1, 2), "{what}");
}

/// The clock of the connection moves by itself once the handshake has begun: it ends by the deadline.
async fn ends_by_the_deadline(how: Handshake) {
    for (tls, verb) in WAYS {
        let what = format!("{how:?}, {tls:?}");
        let server = relay(tls, how).await;
        let mut sender = sender(&server);
        let sending = async {
            let verdict = send(&mut sender, 1).await;
            (verdict, Instant::now())
        };
        let begun = async {
            server.wait_for_handshakes(1).await;
            tokio::time::pause();
            Instant::now()
        };
        let both = timeout(PATIENCE, async { tokio::join!(sending, begun) }).await;
        let ((verdict, ended), begun) = both.expect("it ends");
        tokio::time::resume();
        let (took, allowed) = (ended - begun, Deadlines::default().connect);
        assert!(took <= allowed, "{what}: {took:?}");
        let text = verdict.text.as_deref().unwrap_or_default();
        assert_eq!(text, format!("no TLS within {allowed:?}"), "{what}");
        costs_nothing(&server, &mut sender, &verdict, verb, &what).await;
    }
}

#[tokio::test]
async fn a_relay_that_falls_silent_in_the_handshake() {
    ends_by_the_deadline(Handshake::Stall).await;
}

#[tokio::test]
async fn a_relay_that_trickles_the_handshake() {
    ends_by_the_deadline(Handshake::Dribble(Duration::from_millis(900))).await;
}

#[tokio::test]
async fn a_relay_that_breaks_the_handshake_off() {
    for how in [Handshake::Drop, Handshake::Reset, Handshake::Garbage] {
        for (tls, verb) in WAYS {
            let what = format!("{how:?}, {tls:?}");
            let server = relay(tls, how).await;
            let mut sender = sender(&server);
            let verdict = send(&mut sender, 1).await;
            costs_nothing(&server, &mut sender, &verdict, verb, &what).await;
        }
    }
}
