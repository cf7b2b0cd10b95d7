//! Every reply code that says no, at every step of the conversation: its class by step and code, and whether the connection is
//! used again.

use futures_util::future::join_all;
use leernetwerk::domain::delivery::{AttemptOutcome, SmtpVerb, Verdict};
use leernetwerk::mail::smtp::TlsMode;

use super::smtp_session::{send, sender, with_password};
use crate::harness::smtp::{Act, Rule, SmtpOptions, SmtpServer};
use AttemptOutcome::{Accepted, Deferred, Refused, RelayFailed};
use SmtpVerb::{Auth, Connect, Content, Data, Dot, Ehlo, Greeting, Mail, Quit, Rcpt, Rset, StartTls};

/// What is about the relay, whatever the mail: it closes (RFC 5321, section 3.8), or wants a login or encryption (RFC 4954,
/// section 6).
const ABOUT_THE_RELAY: [u16; 5] = [421, 530, 534, 535, 538];
/// What says at RCPT, without an enhanced code, that there is no such mailbox (RFC 5321, section 4.2.3).
const ABOUT_THE_ADDRESS: [u16; 3] = [550, 551, 553];

/// What a code means at a step.
fn expected(verb: SmtpVerb, code: u16) -> AttemptOutcome {
    let of_mail = if code < 500 { Deferred } else { Refused };
    match verb {
        Dot => of_mail,
        Mail | Rcpt | Data | Content if !ABOUT_THE_RELAY.contains(&code) => of_mail,
        _ => RelayFailed,
    }
}

/// Says each code once at a step, and a mail goes over the same connection or another one after it.
async fn every_code_at(verb: SmtpVerb) {
    let server = SmtpServer::start_with(SmtpOptions {
        tls: if verb == StartTls {
            TlsMode::StartTls
        } else {
            TlsMode::None
        },
        ..with_password()
    })
    .await;
    let mut sender = sender(&server);
    for code in 400..600 {
        let what = format!("{code} at {verb:?}");
        server.on(Rule::at(verb, Act::Reply(code, "no")).times(1));
        let verdict = send(&mut sender, 0).await;
        let outcome = expected(verb, code);
        assert_eq!(
            (verdict.outcome, verdict.verb, verdict.code),
            (outcome, Some(verb), Some(code)),
            "{what}"
        );
        assert_eq!(
            verdict.refuses_address(),
            verb == Rcpt && ABOUT_THE_ADDRESS.contains(&code),
            "{what}"
        );
        let is_kept = outcome != RelayFailed && code != 421;
        assert_eq!(sender.is_connected(), is_kept, "{what}");
        let connections = server.connections();
        assert_eq!(send(&mut sender, 1).await.outcome, Accepted, "after {what}");
        assert_eq!(server.connections() - connections, u64::from(!is_kept), "after {what}");
        // So that the next code meets a conversation from its beginning.
        server.say_goodbye();
    }
    assert_eq!(server.accepted().len(), 200, "one after each: {verb:?}");
}

#[tokio::test]
async fn every_code_that_says_no_has_its_class_at_every_step() {
    join_all([Greeting, Ehlo, StartTls, Auth, Mail, Rcpt, Data, Dot].map(every_code_at)).await;
}

#[tokio::test]
async fn whatever_a_relay_says_to_a_reset_costs_no_mail() {
    let server = SmtpServer::start_with(with_password()).await;
    let mut sender = sender(&server);
    assert_eq!(send(&mut sender, 0).await.outcome, Accepted);
    for code in 400..600 {
        server.on(Rule::at(Rset, Act::Reply(code, "no")).times(1));
        assert_eq!(send(&mut sender, 1).await.outcome, Accepted, "{code}");
    }
    assert_eq!((server.accepted().len(), server.connections()), (201, 201));
}

/// Also where no relay is made to say it: while content is written, and where nothing hangs on it.
#[test]
fn no_code_that_says_no_means_more_or_less_than_that() {
    let all = [
        Connect, Greeting, Ehlo, StartTls, Auth, Mail, Rcpt, Data, Content, Dot, Rset, Quit,
    ];
    for verb in all {
        for code in 400..600 {
            let outcome = AttemptOutcome::of_reply(verb, code);
            assert_eq!(outcome, Some(expected(verb, code)), "{code} at {verb:?}");
            let verdict = Verdict::of_reply(outcome.unwrap(), verb, code, None, "no");
            let is_about_the_address = verb == Rcpt && ABOUT_THE_ADDRESS.contains(&code);
            assert_eq!(verdict.refuses_address(), is_about_the_address, "{code} at {verb:?}");
        }
    }
}
