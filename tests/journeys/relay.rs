//! Mail goes to a real relay; what the relay accepted is the oracle.

use std::collections::HashMap;

use leernetwerk::{
    config::Given,
    domain::{
        delivery::SmtpVerb,
        message::{MessageKind, MessageStatus},
    },
    store::Message,
};
use mail_parser::{HeaderValue, MessageParser};
use serde_json::json;

use crate::harness::{
    acts::token_in,
    app::{TestApp, address},
    engines::{Database, Schema, Subject, on_both},
    foundation::schema,
    smtp::{AcceptedMail, Act, Rule, SmtpServer},
};

on_both!(
    eight_verified_go_ahead_by_mail,
    seven_verified_do_not,
    a_dead_relay_and_a_long_stop_lose_nothing,
    an_address_that_is_refused_fails_alone,
    no_more_connections_are_made_than_set,
);

/// An instance with a relay.
pub(super) struct Relayed {
    /// The instance.
    pub app: TestApp,
    /// The relay.
    pub relay: SmtpServer,
}

impl Subject for Relayed {
    fn schema() -> &'static Schema {
        schema()
    }

    async fn on(database: Database) -> Self {
        Self::with(database, "").await
    }

    /// Every mail of the outbox was accepted once, with the bytes that are stored, and nothing else was.
    async fn check(&self) {
        self.app.settle().await;
        let mut accepted: HashMap<String, Vec<AcceptedMail>> = HashMap::new();
        for mail in self.relay.accepted() {
            accepted
                .entry(mail.message_id.clone().expect("a Message-ID"))
                .or_default()
                .push(mail);
        }
        for mail in self.app.mails().await {
            let taken = accepted.remove(&mail.message_id_header).unwrap_or_default();
            if matches!(mail.status, MessageStatus::Failed | MessageStatus::Suppressed) {
                assert_eq!(taken, [], "what did not go was not accepted");
                continue;
            }
            assert_eq!(taken.len(), 1, "the {} mail to {}", mail.kind.word(), mail.address);
            // Of somebody who was erased only the relay knows where it went.
            if !mail.address.ends_with("@erased.invalid") {
                assert_eq!(taken[0].envelope_to, mail.address);
            }
            // The relay sees the last line ended; the store keeps it as it was made.
            // Its text may have been dropped meanwhile, thirty days after its end.
            if let Some(stored) = self.app.source_if_kept(&mail).await {
                assert_eq!(taken[0].raw.trim_ascii_end(), stored.trim_ascii_end());
            }
        }
        assert_eq!(accepted.len(), 0, "the relay has mails that the outbox does not know");
        self.app.check().await;
    }
}

impl Relayed {
    /// With parameters of the relay's address.
    async fn with(database: Database, parameters: &str) -> Self {
        let relay = SmtpServer::start().await;
        let (mail, mail_from) = (
            Some(format!("{}{parameters}", relay.url())),
            Some("leernetwerk@afzender.example".to_owned()),
        );
        let app = TestApp::with(database, |given| Given {
            mail,
            mail_from,
            ..given
        })
        .await;
        Self { app, relay }
    }

    /// What the relay accepted for an address, in order.
    pub(super) fn taken_for(&self, to: &str) -> Vec<AcceptedMail> {
        self.relay
            .accepted()
            .into_iter()
            .filter(|mail| mail.envelope_to == to)
            .collect()
    }

    /// The accepted mails of a kind.
    async fn taken(&self, kind: MessageKind) -> Vec<AcceptedMail> {
        let ids: Vec<_> = self
            .app
            .mails()
            .await
            .into_iter()
            .filter(|mail| mail.kind == kind)
            .map(|mail| mail.message_id_header)
            .collect();
        self.relay
            .accepted()
            .into_iter()
            .filter(|mail| ids.contains(mail.message_id.as_ref().unwrap()))
            .collect()
    }

    /// Somebody registers, and verifies with the link that the relay was given.
    pub(super) async fn verified_by_mail(&self, n: usize) {
        self.app.register(n).await;
        self.app.settle().await;
        let link = token_in(&body(
            self.taken_for(&address(n))
                .last()
                .expect("the mail that asks to verify"),
        ));
        assert_eq!(self.app.respond(&link, "confirmRegistration").await, "REGISTERED");
    }
}

fn body(mail: &AcceptedMail) -> String {
    MessageParser::default()
        .parse(&mail.raw)
        .expect("a mail")
        .body_text(0)
        .expect("a plain part")
        .into_owned()
}

async fn eight_verified_go_ahead_by_mail(story: &Relayed) {
    for n in 0..8 {
        story.verified_by_mail(n).await;
    }
    story.app.travel("2014-05-25T23:59:59+02:00").await;
    assert_eq!(story.taken(MessageKind::ProgrammeGoesAhead).await, []);
    story.app.travel("2014-05-26T00:00:00+02:00").await;
    let taken = story.taken(MessageKind::ProgrammeGoesAhead).await;
    let mut recipients: Vec<_> = taken.iter().map(|mail| mail.envelope_to.clone()).collect();
    recipients.sort();
    assert_eq!(
        recipients,
        (0..8).map(address).collect::<Vec<_>>(),
        "one mail for each person"
    );
    // Every mail of the whole story, not only these.
    for accepted in story.relay.accepted() {
        let mail = MessageParser::default().parse(&accepted.raw).unwrap();
        let header = |name: &'static str| mail.header(name).and_then(HeaderValue::as_text).map(str::to_owned);
        assert_eq!(accepted.envelope_from, "leernetwerk@afzender.example");
        assert_eq!(header("Auto-Submitted").as_deref(), Some("auto-generated"));
        let written = String::from_utf8_lossy(&accepted.raw).to_lowercase();
        assert!(written.contains("\r\ncontent-language: nl\r\n"), "{written}");
        let to = mail.to().unwrap();
        assert_eq!(to.iter().count(), 1);
        assert_eq!(to.first().unwrap().address(), Some(accepted.envelope_to.as_str()));
        assert!(mail.cc().is_none() && mail.bcc().is_none());
        assert_eq!(
            mail.reply_to().and_then(|to| to.first()).and_then(|to| to.address()),
            Some("marc@leernetwerk.example")
        );
        assert!(accepted.message_id.unwrap().ends_with("@afzender.example"));
    }
    // The API's messageId is the one that the relay saw, and the link of the last mail is one's own.
    let query = "query { messages(filter: { kind: [PROGRAMME_GOES_AHEAD] }, first: 20) { totalCount edges { node { messageId recipient status sentAt } } } }";
    let told = story.app.data(Some(&story.app.organiser), query, json!({})).await;
    assert_eq!(told["messages"]["totalCount"], json!(8));
    for edge in told["messages"]["edges"].as_array().unwrap() {
        let mail = taken
            .iter()
            .find(|mail| json!(mail.envelope_to) == edge["node"]["recipient"])
            .unwrap();
        assert_eq!(edge["node"]["messageId"], json!(mail.message_id));
        assert_eq!(edge["node"]["status"], json!("SENT"));
        let link = token_in(&body(mail));
        let own = story
            .app
            .data(Some(&link), "{ viewer { registration { email status } } }", json!({}))
            .await;
        assert_eq!(
            own["viewer"]["registration"],
            json!({ "email": mail.envelope_to, "status": "CONFIRMED" })
        );
        assert!(
            story.app.page(&link).await.contains("U doet mee"),
            "the page says so too"
        );
    }
    story.app.restart().await;
}

async fn seven_verified_do_not(story: &Relayed) {
    for n in 0..7 {
        story.verified_by_mail(n).await;
    }
    story.app.register(7).await;
    story.app.travel("2014-05-26T00:00:00+02:00").await;
    let decision = story.app.programme(None, "decision { outcome counted minimum }").await;
    assert_eq!(
        decision["decision"],
        json!({ "outcome": "NO_GO", "counted": 7, "minimum": 8 })
    );
    assert_eq!(story.taken(MessageKind::ProgrammeCancelled).await.len(), 7);
    // The one who never verified held a place for 72 hours and was told when that ended, nothing more.
    let kinds = story.app.kinds(7).await;
    assert_eq!(
        kinds,
        [MessageKind::ConfirmRegistration, MessageKind::RegistrationExpired]
    );
    story.app.restart().await;
}

async fn an_address_that_is_refused_fails_alone(story: &Relayed) {
    use MessageStatus::{Failed, Sent};
    let app = &story.app;
    for n in [1, 2] {
        let refuse = Act::Reply(550, "5.1.1 no such mailbox");
        story.relay.on(Rule::at(SmtpVerb::Rcpt, refuse).to(address(n)));
    }
    for n in 0..4 {
        app.register(n).await;
    }
    app.settle().await;
    let statuses = async || {
        let mails = app.mails().await;
        [0, 1, 2, 3].map(|n| {
            mails
                .iter()
                .find(|mail| mail.address == address(n))
                .expect("a mail")
                .status
        })
    };
    assert_eq!(statuses().await, [Sent, Failed, Failed, Sent]);
    let query = "query ($to: String) { messages(filter: { recipient: $to, status: [FAILED] }) {
        edges { node { id reason sentAt attempts { outcome verb code } } } } }";
    let told = app.data(Some(&app.organiser), query, json!({ "to": address(1) })).await;
    let failed = &told["messages"]["edges"][0]["node"];
    assert!(
        failed["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("no such mailbox")),
        "{failed}"
    );
    assert_eq!(
        failed["attempts"],
        json!([{ "outcome": "REFUSED", "verb": "RCPT", "code": 550 }])
    );
    // The mailbox is there after all: an organiser tries again, and the one mail goes.
    story.relay.behave();
    let input = json!({ "messageId": failed["id"] });
    let retried = app
        .act(Some(&app.organiser), "retryMessage", "message { id }", input)
        .await;
    assert_eq!(retried["errors"], json!([]));
    app.settle().await;
    assert_eq!(statuses().await, [Sent, Sent, Failed, Sent]);
    app.acknowledge(Failed).await;
}

/// An instance that may make two connections to its relay.
struct Narrow(Relayed);

impl Subject for Narrow {
    fn schema() -> &'static Schema {
        schema()
    }

    async fn on(database: Database) -> Self {
        Self(Relayed::with(database, "&rate=1000&connections=2").await)
    }

    async fn check(&self) {
        self.0.check().await;
    }
}

async fn no_more_connections_are_made_than_set(story: &Narrow) {
    let Relayed { app, relay } = &story.0;
    app.settle().await;
    // The relay takes its time, so that every connection is in use.
    relay.on(Rule::at(SmtpVerb::Dot, Act::Stall));
    for n in 0..6 {
        app.register(n).await;
    }
    relay.wait_for_stalls(SmtpVerb::Dot, 2).await;
    relay.behave();
    relay.release();
    app.settle().await;
    assert!(relay.connections() <= 2, "{}", relay.connections());
}

/// In the queue, or in the hands of an attempt that will fail.
fn is_waiting(mail: &Message) -> bool {
    matches!(mail.status, MessageStatus::Queued | MessageStatus::Sending)
}

async fn a_dead_relay_and_a_long_stop_lose_nothing(story: &Relayed) {
    let app = &story.app;
    for n in 0..7 {
        story.verified_by_mail(n).await;
    }
    app.travel("2014-05-17T12:00:00+02:00").await;
    story.relay.stop().await;
    // What happens meanwhile is answered as ever; its mail waits, and failed attempts are not held against it.
    app.register(8).await;
    let waiting = app.mails_to(&address(8)).await;
    assert!(matches!(waiting[..], [ref one] if is_waiting(one)), "{waiting:#?}");
    app.stop().await;

    app.start_at("2014-05-29T10:00:00+02:00").await;
    // Nothing travels: the instance finds out by itself what time it is.
    app.travel_without_mail("2014-05-29T10:00:00+02:00").await;
    let decided = app
        .programme(None, "status decisions { outcome counted effectiveAt decidedAt }")
        .await;
    assert_eq!(
        decided,
        json!({ "status": "CANCELLED", "decisions": [{ "outcome": "NO_GO", "counted": 7,
                "effectiveAt": "2014-05-25T22:00:00.000Z", "decidedAt": "2014-05-29T08:00:00.000Z" }] })
    );
    let timeline = app.timeline().await;
    let warnings: Vec<_> = timeline
        .iter()
        .filter(|entry| entry["messageKind"] == json!("BELOW_MINIMUM"))
        .collect();
    let states: Vec<_> = warnings.iter().map(|entry| entry["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["DONE", "MISSED", "MISSED", "MISSED"]);
    assert!(
        warnings[1..]
            .iter()
            .all(|entry| entry["reason"].as_str().is_some_and(|reason| !reason.is_empty()))
    );
    assert!(
        warnings[1..]
            .iter()
            .all(|entry| entry["doneAt"] == json!("2014-05-29T08:00:00.000Z")),
        "{warnings:#?}"
    );
    let queued = app
        .mails()
        .await
        .into_iter()
        .filter(|mail| mail.status != MessageStatus::Sent)
        .collect::<Vec<_>>();
    // The report, seven no-goes, the mail that asked to verify and the one that tells it is too late.
    assert_eq!(queued.len(), 10, "{queued:#?}");
    assert!(queued.iter().all(is_waiting), "{queued:#?}");

    let made = app.mails().await.len();
    app.stop().await;
    app.start_at("2014-05-29T10:00:00+02:00").await;
    story.relay.start_again().await;
    app.settle().await;
    assert_eq!(app.mails().await.len(), made, "restarts add no mail");
    assert_eq!(story.relay.accepted().len(), made);
    let query = "query ($to: String) { messages(filter: { recipient: $to }) { edges { node { status attempts { number outcome } } } } }";
    let told = app.data(Some(&app.organiser), query, json!({ "to": address(8) })).await;
    for edge in told["messages"]["edges"].as_array().unwrap() {
        assert_eq!(edge["node"]["status"], json!("SENT"));
        assert_eq!(
            edge["node"]["attempts"].as_array().unwrap().last().unwrap()["outcome"],
            json!("ACCEPTED")
        );
    }
}
