//! A mail handed to a relay that fails in the middle: silence, noise and broken connections at
//! every step, and sends that are given up. The relay's own log tells what it has taken.

use std::time::Duration;

use futures_util::future::join_all;
use leernetwerk::domain::delivery::{AttemptOutcome, SmtpVerb};
use leernetwerk::mail::smtp::{Deadlines, Envelope, SmtpSender};

use super::smtp_session::{mail, send, with_password};
use crate::harness::smtp::{Act, Rule, SmtpServer};
use AttemptOutcome::{Accepted, Ambiguous, Refused, RelayFailed};
use SmtpVerb::{Auth, Connect, Content, Data, Dot, Ehlo, Greeting, Mail, Rcpt};

/// Long enough for a busy machine to answer, short enough to wait for in a test.
const SHORT: Duration = Duration::from_millis(700);

fn short() -> Deadlines {
    Deadlines {
        connect: SHORT,
        greeting: SHORT,
        command: SHORT,
        data_block: SHORT,
        final_dot: SHORT,
        ..Deadlines::default()
    }
}

/// Does `act` once at each step; before the dot the relay has failed, at it the mail's fate is
/// unknown, the connection is never used again, and the next mail gets a verdict of its own.
async fn fails_at_every_step(act: Act, is_taken_at_dot: bool, reason: &str) {
    let steps = [Greeting, Ehlo, Auth, Mail, Rcpt, Data, Dot];
    join_all(steps.map(|verb| {
        let act = act.clone();
        async move {
            let what = format!("{act:?} at {verb:?}");
            let server = SmtpServer::start_with(with_password()).await;
            server.on(Rule::at(verb, act).times(1));
            let mut sender = SmtpSender::new(server.relay(), "leer.example", short());
            let verdict = send(&mut sender, 1).await;
            let outcome = if verb == Dot { Ambiguous } else { RelayFailed };
            assert_eq!(
                (verdict.outcome, verdict.verb, verdict.code),
                (outcome, Some(verb), None),
                "{what}: {verdict:?}"
            );
            let text = verdict.text.unwrap_or_default();
            assert!(text.contains(reason), "{what}: {text}");
            assert!(!sender.is_connected(), "{what}");
            assert_eq!(send(&mut sender, 2).await.outcome, Accepted, "after {what}");
            let taken: Vec<String> = server.accepted().into_iter().map(|mail| mail.envelope_to).collect();
            let first = (verb == Dot && is_taken_at_dot).then_some("p1@people.example");
            let expected: Vec<&str> = first.into_iter().chain(["p2@people.example"]).collect();
            assert_eq!(taken, expected, "{what}");
            assert_eq!(server.connections(), 2, "{what}");
        }
    }))
    .await;
}

#[tokio::test]
async fn a_relay_that_hangs_up() {
    fails_at_every_step(Act::Drop, false, "closed the connection").await;
}

#[tokio::test]
async fn a_relay_that_resets() {
    fails_at_every_step(Act::Reset, false, "the connection broke").await;
}

#[tokio::test]
async fn a_relay_that_falls_silent() {
    fails_at_every_step(Act::Stall, false, "nothing within").await;
}

#[tokio::test]
async fn a_relay_that_talks_nonsense() {
    fails_at_every_step(Act::Garbage, false, "not an SMTP reply").await;
}

#[tokio::test]
async fn a_relay_that_trickles() {
    fails_at_every_step(Act::Dribble(SHORT / 3), true, "nothing within").await;
}

#[tokio::test]
async fn a_relay_that_never_stops_talking() {
    fails_at_every_step(Act::Huge(200_000), true, "longer than 64 kB").await;
}

#[tokio::test]
async fn a_relay_that_contradicts_itself_in_one_reply() {
    fails_at_every_step(Act::Contradiction, false, "not an SMTP reply").await;
}

#[tokio::test]
async fn a_relay_that_answers_the_phone_and_says_nothing() {
    for (act, verb) in [(Act::Drop, Greeting), (Act::Reset, Greeting), (Act::Stall, Greeting)] {
        let server = SmtpServer::start().await;
        server.on(Rule::at(Connect, act).times(1));
        let mut sender = SmtpSender::new(server.relay(), "leer.example", short());
        let verdict = send(&mut sender, 1).await;
        assert_eq!((verdict.outcome, verdict.verb), (RelayFailed, Some(verb)));
        assert_eq!(send(&mut sender, 1).await.outcome, Accepted);
        assert_eq!(server.accepted().len(), 1);
    }
}

/// A mail too big for the buffers between us and the relay, so that it is seen in the middle.
fn big_mail() -> (Envelope, Vec<u8>) {
    let (envelope, mut raw) = mail(1);
    raw.extend(b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n".repeat(400_000));
    (envelope, raw)
}

#[tokio::test]
async fn the_fate_of_a_mail_is_known_until_the_terminator() {
    let (envelope, raw) = big_mail();
    let table = [
        (Act::Drop, RelayFailed, None),
        (Act::Reset, RelayFailed, None),
        (Act::Stall, RelayFailed, None),
        (Act::Reply(421, "4.3.2 going down"), RelayFailed, Some(421)),
        (Act::Reply(552, "5.3.4 too big"), Refused, Some(552)),
        (Act::Reply(250, "thanks already"), RelayFailed, Some(250)),
        (Act::Garbage, RelayFailed, None),
    ];
    for (act, outcome, code) in table {
        let server = SmtpServer::start().await;
        server.on(Rule::at(Content, act.clone()).times(1));
        let mut sender = SmtpSender::new(server.relay(), "leer.example", short());
        let verdict = sender.send(&envelope, &raw).await;
        assert_eq!(
            (verdict.outcome, verdict.verb, verdict.code),
            (outcome, Some(Content), code),
            "{act:?}: {verdict:?}"
        );
        assert!(!sender.is_connected(), "{act:?}");
        assert_eq!(send(&mut sender, 2).await.outcome, Accepted, "after {act:?}");
        assert_eq!(server.accepted().len(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn no_mail_is_told_anothers_verdict() {
    let server = SmtpServer::start().await;
    let is_late = |nth: usize| nth % 20 == 7;
    let is_refused = |nth: usize| nth % 20 == 8 || nth % 40 == 13;
    let recipient = |nth: usize| mail(nth).0.to;
    for nth in 0..200 {
        if is_late(nth) {
            server.on(Rule::at(Dot, Act::Late).to(recipient(nth)));
        }
        if is_refused(nth) {
            server.on(Rule::at(Dot, Act::Reply(554, "5.7.1 no")).to(recipient(nth)));
        }
    }
    let senders = (0..4).map(|of| {
        let server = &server;
        async move {
            let mut sender = SmtpSender::new(server.relay(), "leer.example", short());
            for nth in of * 50..(of + 1) * 50 {
                let verdict = send(&mut sender, nth).await;
                let expected = match nth {
                    late if is_late(late) => Ambiguous,
                    refused if is_refused(refused) => Refused,
                    _ => Accepted,
                };
                assert_eq!(
                    (verdict.outcome, verdict.verb),
                    (expected, Some(Dot)),
                    "mail {nth}: {verdict:?}"
                );
            }
        }
    });
    join_all(senders).await;
    let mut taken: Vec<(String, Vec<u8>)> = server
        .accepted()
        .into_iter()
        .map(|mail| (mail.envelope_to, mail.raw))
        .collect();
    let mut expected: Vec<(String, Vec<u8>)> = (0..200)
        .filter(|nth| !is_refused(*nth))
        .map(|nth| (recipient(nth), mail(nth).1))
        .collect();
    taken.sort();
    expected.sort();
    assert!(
        taken == expected,
        "{} mails taken, {} expected",
        taken.len(),
        expected.len()
    );
}

#[tokio::test]
async fn a_send_that_is_given_up_leaves_no_connection_behind() {
    let (envelope, raw) = big_mail();
    for verb in [Connect, Greeting, Ehlo, Mail, Rcpt, Data, Content, Dot] {
        let server = SmtpServer::start().await;
        server.on(Rule::at(verb, Act::Stall));
        let mut sender = SmtpSender::new(server.relay(), "leer.example", Deadlines::default());
        tokio::select! {
            verdict = sender.send(&envelope, &raw) => panic!("{verb:?}: {verdict:?}"),
            () = server.wait_for_stall(verb) => {}
        }
        assert!(!sender.is_connected(), "{verb:?}");
        server.behave();
        // The late reply goes out while the next mail is on its way.
        server.release();
        assert_eq!(send(&mut sender, 2).await.outcome, Accepted, "{verb:?}");
        let taken = server.accepted();
        assert_eq!(
            taken
                .iter()
                .filter(|mail| mail.envelope_to == "p2@people.example")
                .count(),
            1,
            "{verb:?}"
        );
        assert_eq!(taken.iter().any(|mail| mail.raw == raw), verb == Dot, "{verb:?}");
    }
}

#[tokio::test]
async fn giving_up_between_mails_is_safe_too() {
    let server = SmtpServer::start().await;
    let mut sender = SmtpSender::new(server.relay(), "leer.example", Deadlines::default());
    assert_eq!(send(&mut sender, 1).await.outcome, Accepted);
    server.on(Rule::at(SmtpVerb::Rset, Act::Stall));
    let (envelope, raw) = mail(2);
    tokio::select! {
        verdict = sender.send(&envelope, &raw) => panic!("{verdict:?}"),
        () = server.wait_for_stall(SmtpVerb::Rset) => {}
    }
    assert!(!sender.is_connected());
    server.behave();
    server.release();
    assert_eq!(send(&mut sender, 3).await.outcome, Accepted);
    let taken: Vec<String> = server.accepted().into_iter().map(|mail| mail.envelope_to).collect();
    assert_eq!(taken, ["p1@people.example", "p3@people.example"]);
}
