//! A mail handed to a relay that follows the protocol: every reply class at every step, using a
//! connection again, encryption, credentials, and the bytes that arrive.

use leernetwerk::domain::delivery::{AttemptOutcome, SmtpVerb, Verdict};
use leernetwerk::mail::smtp::{Deadlines, Envelope, MAILS_PER_CONNECTION, SmtpSender};

use crate::harness::smtp::{Act, Rule, SmtpOptions, SmtpServer};
use AttemptOutcome::{Accepted, Deferred, Refused, RelayFailed};
use SmtpVerb::{Auth, Connect, Data, Dot, Ehlo, Greeting, Mail, Rcpt, Rset};

/// The envelope and the bytes of the `nth` mail of a test.
pub(super) fn mail(nth: usize) -> (Envelope, Vec<u8>) {
    let envelope = Envelope {
        from: "bounce@leer.example".into(),
        to: format!("p{nth}@people.example"),
    };
    let raw = format!("Message-ID: <{nth}@leer.example>\r\nSubject: {nth}\r\n\r\nMail {nth}\r\n");
    (envelope, raw.into_bytes())
}

/// Sends the `nth` mail of a test.
pub(super) async fn send(sender: &mut SmtpSender, nth: usize) -> Verdict {
    let (envelope, raw) = mail(nth);
    sender.send(&envelope, &raw).await
}

pub(super) fn sender(server: &SmtpServer) -> SmtpSender {
    SmtpSender::with_roots(
        server.relay(),
        "leer.example",
        Deadlines::default(),
        vec![server.root()],
    )
}

fn recipients(server: &SmtpServer) -> Vec<String> {
    server.accepted().into_iter().map(|mail| mail.envelope_to).collect()
}

pub(super) fn with_password() -> SmtpOptions {
    SmtpOptions {
        credentials: Some(("jan".into(), "s3cret".into())),
        ..SmtpOptions::default()
    }
}

#[tokio::test]
async fn an_accepted_mail_is_in_the_log_as_it_was() {
    let server = SmtpServer::start().await;
    let mut sender = sender(&server);
    let verdict = send(&mut sender, 1).await;
    assert_eq!(
        (verdict.outcome, verdict.verb, verdict.code),
        (Accepted, Some(Dot), Some(250))
    );
    assert_eq!(verdict.enhanced.as_deref(), Some("2.0.0"));
    assert_eq!(verdict.text.as_deref(), Some("2.0.0 queued as 1"));
    let accepted = server.wait_for(1).await;
    let (envelope, raw) = mail(1);
    assert_eq!(
        (&accepted[0].envelope_from, &accepted[0].envelope_to),
        (&envelope.from, &envelope.to)
    );
    assert_eq!(accepted[0].raw, raw);
    assert_eq!(accepted[0].message_id.as_deref(), Some("1@leer.example"));
    sender.quit().await;
    let said: Vec<String> = server.commands().into_iter().map(|(_, line)| line).collect();
    let mail_command = format!("MAIL FROM:<bounce@leer.example> SIZE={}", raw.len());
    assert_eq!(
        said,
        [
            "EHLO leer.example",
            &mail_command,
            "RCPT TO:<p1@people.example>",
            "DATA",
            "QUIT"
        ]
    );
}

#[tokio::test]
async fn every_code_at_every_step() {
    let table = [
        // code, greeting to AUTH, MAIL to DATA, dot
        (421, RelayFailed, RelayFailed, Deferred),
        (450, RelayFailed, Deferred, Deferred),
        (451, RelayFailed, Deferred, Deferred),
        (452, RelayFailed, Deferred, Deferred),
        (535, RelayFailed, RelayFailed, Refused),
        (550, RelayFailed, Refused, Refused),
        (552, RelayFailed, Refused, Refused),
        (554, RelayFailed, Refused, Refused),
    ];
    let server = SmtpServer::start_with(with_password()).await;
    let mut handed_over = Vec::new();
    for (code, early, mail, dot) in table {
        let steps = [
            (Greeting, early),
            (Ehlo, early),
            (Auth, early),
            (Mail, mail),
            (Rcpt, mail),
            (Data, mail),
            (Dot, dot),
        ];
        for (verb, outcome) in steps {
            let what = format!("{code} at {verb:?}");
            server.on(Rule::at(verb, Act::Reply(code, "no")).times(1));
            let mut sender = sender(&server);
            let verdict = send(&mut sender, 0).await;
            assert_eq!(
                (verdict.outcome, verdict.verb, verdict.code),
                (outcome, Some(verb), Some(code)),
                "{what}"
            );
            assert_eq!(verdict.text.as_deref(), Some("no"), "{what}");
            // A refusal of this mail leaves the connection good; all else ends it.
            let is_kept = matches!(outcome, Deferred | Refused) && code != 421;
            assert_eq!(sender.is_connected(), is_kept, "{what}");
            let connections = server.connections();
            assert_eq!(
                send(&mut sender, handed_over.len() + 1).await.outcome,
                Accepted,
                "after {what}"
            );
            assert_eq!(server.connections() - connections, u64::from(!is_kept), "after {what}");
            handed_over.push(format!("p{}@people.example", handed_over.len() + 1));
        }
    }
    assert_eq!(recipients(&server), handed_over);
}

#[tokio::test]
async fn data_is_answered_by_354_and_nothing_else() {
    let server = SmtpServer::start().await;
    for code in [200, 250, 334, 355] {
        server.on(Rule::at(Data, Act::Reply(code, "sure")).times(1));
        let mut sender = sender(&server);
        let verdict = send(&mut sender, 1).await;
        assert_eq!((verdict.outcome, verdict.code), (RelayFailed, Some(code)));
        assert!(!sender.is_connected());
    }
    assert_eq!(server.accepted(), []);
}

#[tokio::test]
async fn a_refused_recipient_does_not_end_the_connection() {
    let server = SmtpServer::start().await;
    server.on(Rule::at(Rcpt, Act::Reply(550, "5.1.1 unknown")).to("p1@people.example"));
    let mut sender = sender(&server);
    let refused = send(&mut sender, 1).await;
    assert_eq!((refused.outcome, refused.enhanced.as_deref()), (Refused, Some("5.1.1")));
    assert_eq!(send(&mut sender, 2).await.outcome, Accepted);
    let said: Vec<String> = server
        .commands()
        .into_iter()
        .filter(|(at, _)| *at == 1)
        .map(|(_, line)| line)
        .collect();
    assert_eq!(said.iter().filter(|line| *line == "RSET").count(), 1, "{said:?}");
    assert_eq!(
        (recipients(&server), server.connections()),
        (vec!["p2@people.example".to_owned()], 1)
    );
}

#[tokio::test]
async fn a_relay_that_says_goodbye_between_mails_costs_no_attempt() {
    let server = SmtpServer::start().await;
    let mut sender = sender(&server);
    for nth in 1..=20 {
        assert_eq!(send(&mut sender, nth).await.outcome, Accepted, "mail {nth}");
        assert_eq!(server.connections(), nth as u64);
        server.say_goodbye();
    }
    assert_eq!(server.accepted().len(), 20);
}

#[tokio::test]
async fn a_connection_that_cannot_be_reset_is_replaced_in_silence() {
    for act in [
        Act::Reply(221, "bye"),
        Act::Reply(421, "bye"),
        Act::Reply(500, "what?"),
        Act::Reply(251, "hm"),
        Act::Drop,
        Act::Reset,
        Act::Garbage,
        Act::Huge(200_000),
        Act::Stall,
    ] {
        let server = SmtpServer::start().await;
        server.on(Rule::at(Rset, act.clone()));
        let deadlines = Deadlines {
            connect: std::time::Duration::from_millis(300),
            ..Deadlines::default()
        };
        let mut sender = SmtpSender::new(server.relay(), "leer.example", deadlines);
        for nth in 1..=2 {
            assert_eq!(send(&mut sender, nth).await.outcome, Accepted, "{act:?}");
        }
        assert_eq!((server.accepted().len(), server.connections()), (2, 2), "{act:?}");
    }
}

#[tokio::test]
async fn a_connection_is_used_for_so_many_mails_and_so_long() {
    let server = SmtpServer::start().await;
    let mut patient = sender(&server);
    for nth in 0..=MAILS_PER_CONNECTION as usize {
        assert_eq!(send(&mut patient, nth).await.outcome, Accepted);
    }
    assert_eq!(server.connections(), 2);

    let standard = Deadlines::default();
    let none = std::time::Duration::ZERO;
    for deadlines in [
        Deadlines { idle: none, ..standard },
        Deadlines {
            lifetime: none,
            ..standard
        },
    ] {
        let connections = server.connections();
        let mut hasty = SmtpSender::new(server.relay(), "leer.example", deadlines);
        for nth in 0..3 {
            assert_eq!(send(&mut hasty, nth).await.outcome, Accepted);
        }
        assert_eq!(server.connections() - connections, 3);
    }
}

#[tokio::test]
async fn the_bytes_that_arrive_are_ours() {
    let server = SmtpServer::start().await;
    let mut sender = sender(&server);
    let long: String = (0..40_000)
        .map(|n| format!("{}line {n}\r\n", ".".repeat(n % 4)))
        .collect();
    let bodies = [
        ".\r\n",
        "..\r\n",
        ".\r\n.\r\n",
        "\r\n",
        "\r\n\r\n.\r\n\r\n",
        "a\r\n.a\r\n..a\r\n.\r\nb\r\n",
        ".QUIT\r\n",
        &long,
    ];
    for (nth, body) in bodies.into_iter().enumerate() {
        let raw = format!("Subject: dots\r\n\r\n{body}");
        let verdict = sender.send(&mail(nth).0, raw.as_bytes()).await;
        assert_eq!(verdict.outcome, Accepted, "{verdict:?}");
        assert!(server.accepted()[nth].raw == raw.as_bytes(), "body {nth}");
    }
    // The terminator needs a line end; nothing else is added.
    assert_eq!(
        sender.send(&mail(9).0, b"Subject: x\r\n\r\nno end").await.outcome,
        Accepted
    );
    assert_eq!(server.accepted().pop().unwrap().raw, b"Subject: x\r\n\r\nno end\r\n");
}

#[tokio::test]
async fn what_smtp_cannot_carry_is_refused_without_a_word_to_the_relay() {
    let server = SmtpServer::start().await;
    let mut sender = sender(&server);
    let (good, raw) = mail(1);
    let long = format!("{}@people.example", "x".repeat(250));
    for hostile in [
        "",
        "@",
        "a@",
        "@b",
        "jan",
        "a@b\r\nDATA",
        "a@b\nRSET",
        "a\0@b",
        "a@b> SIZE=1",
        "<a@b>",
        "a b@c",
        "jan@zoë.example",
        "a@b\u{7f}",
        "a@b\u{2028}c",
        &long,
    ] {
        let to = Envelope {
            to: hostile.into(),
            ..good.clone()
        };
        let verdict = sender.send(&to, &raw).await;
        assert_eq!(
            (verdict.outcome, verdict.verb, verdict.code),
            (Refused, None, None),
            "{hostile:?}"
        );
        if !hostile.is_empty() {
            let from = Envelope {
                from: hostile.into(),
                ..good.clone()
            };
            assert_eq!(sender.send(&from, &raw).await.outcome, Refused, "{hostile:?}");
        }
    }
    for hostile in ["", "a\n.\nMAIL FROM:<x@y>\n", "a\r\n\r.\r\n", "caf\u{e9}\r\n", "\0"] {
        assert_eq!(
            sender.send(&good, hostile.as_bytes()).await.outcome,
            Refused,
            "{hostile:?}"
        );
    }
    assert_eq!((server.connections(), server.commands()), (0, vec![]));
    let reports_to_nobody = Envelope {
        from: String::new(),
        ..good
    };
    assert_eq!(sender.send(&reports_to_nobody, &raw).await.outcome, Accepted);
    assert_eq!(server.accepted()[0].envelope_from, "");
}

#[tokio::test]
async fn a_hello_name_cannot_be_an_injection() {
    let server = SmtpServer::start().await;
    let mut sender = SmtpSender::new(server.relay(), "x\r\nQUIT", Deadlines::default());
    assert_eq!(send(&mut sender, 1).await.outcome, Accepted);
    assert_eq!(server.commands()[0].1, "EHLO [127.0.0.1]");
}

#[tokio::test]
async fn a_greylisting_relay_takes_the_mail_later() {
    let server = SmtpServer::start().await;
    server.on(Rule::at(Rcpt, Act::Reply(451, "4.7.1 come back later")).nth(1));
    let mut sender = sender(&server);
    let deferred = send(&mut sender, 1).await;
    assert_eq!(
        (deferred.outcome, deferred.enhanced.as_deref()),
        (Deferred, Some("4.7.1"))
    );
    assert_eq!(send(&mut sender, 1).await.outcome, Accepted);
    assert_eq!((server.accepted().len(), server.connections()), (1, 1));
}

#[tokio::test]
async fn a_relay_that_shuts_down_between_two_commands() {
    let server = SmtpServer::start().await;
    for (verb, outcome) in [
        (Mail, RelayFailed),
        (Rcpt, RelayFailed),
        (Data, RelayFailed),
        (Dot, Deferred),
    ] {
        server.on(Rule::at(verb, Act::ReplyAndClose(421, "4.3.2 going down")).times(1));
        let mut sender = sender(&server);
        let verdict = send(&mut sender, 1).await;
        assert_eq!(
            (verdict.outcome, verdict.verb, verdict.code),
            (outcome, Some(verb), Some(421))
        );
        assert_eq!(send(&mut sender, 2).await.outcome, Accepted, "{verb:?}");
    }
    assert_eq!(recipients(&server), ["p2@people.example"; 4]);
}

#[tokio::test]
async fn a_relay_that_is_down_and_comes_back() {
    let server = SmtpServer::start().await;
    let mut sender = sender(&server);
    assert_eq!(send(&mut sender, 1).await.outcome, Accepted);
    server.stop().await;
    assert!(
        tokio::net::TcpStream::connect(("127.0.0.1", server.port()))
            .await
            .is_err()
    );
    let verdict = send(&mut sender, 2).await;
    assert_eq!(
        (verdict.outcome, verdict.verb, verdict.code),
        (RelayFailed, Some(Connect), None)
    );
    server.start_again().await;
    assert_eq!(send(&mut sender, 2).await.outcome, Accepted);
    assert_eq!(server.accepted().len(), 2);
}
