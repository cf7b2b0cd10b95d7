//! Logging in to the relay and encrypting the conversation.

use leernetwerk::domain::delivery::{AttemptOutcome, SmtpVerb};
use leernetwerk::mail::smtp::{Deadlines, SmtpSender, TlsMode};

use super::smtp_session::{send, sender, with_password};
use crate::harness::smtp::{Act, Rule, SmtpOptions, SmtpServer};
use AttemptOutcome::{Accepted, RelayFailed};
use SmtpVerb::{Auth, Connect, Mail, StartTls};

#[tokio::test]
async fn credentials() {
    for mechanisms in ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 plain"] {
        let server = SmtpServer::start_with(SmtpOptions {
            mechanisms,
            ..with_password()
        })
        .await;
        assert_eq!(send(&mut sender(&server), 1).await.outcome, Accepted, "{mechanisms}");

        let wrong = server.url().replace("s3cret", "wrong").parse().unwrap();
        let mut wrong = SmtpSender::new(wrong, "leer.example", Deadlines::default());
        let verdict = send(&mut wrong, 2).await;
        assert_eq!(
            (verdict.outcome, verdict.verb, verdict.code),
            (RelayFailed, Some(Auth), Some(535))
        );

        let anonymous = server.url().replace("jan:s3cret@", "").parse().unwrap();
        let mut anonymous = SmtpSender::new(anonymous, "leer.example", Deadlines::default());
        let verdict = send(&mut anonymous, 3).await;
        assert_eq!(
            (verdict.outcome, verdict.verb, verdict.code),
            (RelayFailed, Some(Mail), Some(530))
        );
        assert_eq!(server.accepted().len(), 1);
    }
    let server = SmtpServer::start_with(SmtpOptions {
        mechanisms: "GSSAPI",
        ..with_password()
    })
    .await;
    let verdict = send(&mut sender(&server), 1).await;
    assert_eq!(
        (verdict.outcome, verdict.verb, verdict.code),
        (RelayFailed, Some(Auth), None)
    );
}

#[tokio::test]
async fn encryption() {
    for (tls, verb) in [(TlsMode::StartTls, StartTls), (TlsMode::Implicit, Connect)] {
        let server = SmtpServer::start_with(SmtpOptions { tls, ..with_password() }).await;
        let mut trusting = sender(&server);
        for nth in 1..=3 {
            assert_eq!(send(&mut trusting, nth).await.outcome, Accepted);
        }
        assert_eq!((server.accepted().len(), server.connections()), (3, 1));

        let mut stranger = SmtpSender::new(server.relay(), "leer.example", Deadlines::default());
        let verdict = send(&mut stranger, 4).await;
        assert_eq!(
            (verdict.outcome, verdict.verb),
            (RelayFailed, Some(verb)),
            "{verdict:?}"
        );
        let said = server
            .commands()
            .into_iter()
            .filter(|(at, _)| *at == 2)
            .map(|(_, line)| line);
        assert!(
            said.clone().all(|line| !line.starts_with("AUTH")),
            "{:?}",
            said.collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn a_relay_without_starttls_never_sees_the_password() {
    let server = SmtpServer::start_with(with_password()).await;
    let relay = server.url().replace("tls=none", "tls=starttls").parse().unwrap();
    let verdict = send(&mut SmtpSender::new(relay, "leer.example", Deadlines::default()), 1).await;
    assert_eq!((verdict.outcome, verdict.verb), (RelayFailed, Some(StartTls)));
    assert_eq!(server.commands(), [(1, "EHLO leer.example".to_owned())]);
}

#[tokio::test]
async fn words_slipped_in_before_the_handshake_are_not_taken_for_encrypted_ones() {
    let server = SmtpServer::start_with(SmtpOptions {
        tls: TlsMode::StartTls,
        ..SmtpOptions::default()
    })
    .await;
    server.on(Rule::at(StartTls, Act::Reply(220, "go on\r\n250 injected")));
    let verdict = send(&mut sender(&server), 1).await;
    assert_eq!((verdict.outcome, verdict.verb), (RelayFailed, Some(StartTls)));
    assert_eq!(server.accepted(), []);
}

#[tokio::test]
async fn a_probe_goes_as_far_as_a_login_and_sends_nothing() {
    for tls in [TlsMode::None, TlsMode::StartTls, TlsMode::Implicit] {
        let server = SmtpServer::start_with(SmtpOptions { tls, ..with_password() }).await;
        let probed = sender(&server).probe().await;
        assert!(probed.failure.is_none() && probed.has_credentials, "{probed:?}");
        assert_eq!(probed.tls.as_deref(), (tls != TlsMode::None).then_some("TLS 1.3"));
        let names = probed.certificate.map(|certificate| certificate.names);
        assert_eq!(names, (tls != TlsMode::None).then(|| vec!["localhost".to_owned()]));
        let said: Vec<_> = server.commands().into_iter().map(|(_, line)| line).collect();
        assert!(said.iter().all(|line| !line.starts_with("MAIL")), "{said:?}");
        assert_eq!(
            (said.last().map(String::as_str), server.accepted().len()),
            (Some("QUIT"), 0)
        );
    }
    let server = SmtpServer::start_with(SmtpOptions {
        tls: TlsMode::StartTls,
        ..with_password()
    })
    .await;
    let stranger = SmtpSender::new(server.relay(), "leer.example", Deadlines::default());
    let failure = stranger.probe().await.failure.unwrap();
    assert_eq!(failure.verb, Some(StartTls));
    assert!(failure.text.unwrap().contains("certificate"));
    let wrong = server.url().replace("s3cret", "wrong").parse().unwrap();
    let wrong = SmtpSender::with_roots(wrong, "leer.example", Deadlines::default(), vec![server.root()]);
    let probed = wrong.probe().await;
    assert_eq!(probed.failure.and_then(|failure| failure.code), Some(535));
    assert!(probed.tls.is_some(), "so far it came");
}
