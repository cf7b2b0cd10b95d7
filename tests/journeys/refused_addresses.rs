//! An address that refuses mail: nothing more is sent there, the organisers are told, and it is good again as soon as it is.

use leernetwerk::domain::{
    delivery::SmtpVerb,
    message::{
        MessageKind::{
            self, AddressRefused, BelowMinimum, ConfirmRegistration, PersonalLink, RegistrationReceived,
            RegistrationWithdrawn,
        },
        MessageStatus::{self, Failed, Sent, Suppressed},
    },
};
use serde_json::{Value, json};

use super::relay::Relayed;
use crate::harness::{
    app::{SLUG, STARTS_AT, address},
    engines::on_both,
    smtp::{Act, Rule},
};

on_both!(
    nothing_more_is_sent_and_the_organiser_is_told_once,
    a_person_tries_the_address_again,
    a_refusal_of_the_mail_is_none_of_the_address,
    an_organiser_whose_own_address_refuses_is_no_loop,
);

const ORGANISER: &str = "marc@leernetwerk.example";

impl Relayed {
    fn refuse(&self, address: &str, code: u16, text: &'static str) {
        self.relay
            .on(Rule::at(SmtpVerb::Rcpt, Act::Reply(code, text)).to(address));
    }

    /// What is due now is carried out, and the mail goes.
    async fn look(&self) {
        self.app.settle().await;
        self.app.travel(STARTS_AT).await;
    }

    async fn fates(&self, to: &str) -> Vec<(MessageKind, MessageStatus)> {
        let mails = self.app.mails_to(to).await;
        mails.iter().map(|mail| (mail.kind, mail.status)).collect()
    }

    async fn retry(&self, to: &str, status: MessageStatus) {
        let mails = self.app.mails_to(to).await;
        let mail = mails.iter().find(|mail| mail.status == status).expect("such a mail");
        let input = json!({ "messageId": leernetwerk::graphql::global_id::global_id(mail.id).to_string() });
        let organiser = Some(&*self.app.organiser);
        let payload = self.app.act(organiser, "retryMessage", "message { id }", input).await;
        assert_eq!(payload["errors"], json!([]));
        self.look().await;
    }

    /// What the timeline says of the rule, in due order.
    async fn tellings(&self) -> Vec<Value> {
        let timeline = self.app.timeline().await;
        let of_rule = |entry: &Value| {
            entry["key"]
                .as_str()
                .is_some_and(|key| key.starts_with("address-refused/"))
        };
        timeline.into_iter().filter(of_rule).collect()
    }
}

async fn nothing_more_is_sent_and_the_organiser_is_told_once(story: &Relayed) {
    let (app, to) = (&story.app, &*address(1));
    app.register(1).await;
    app.settle().await;
    let link = app.link_token(to).await;
    story.refuse(to, 550, "5.1.1 no such mailbox");
    assert_eq!(app.respond(&link, "confirmRegistration").await, "REGISTERED");
    story.look().await;
    assert_eq!(
        story.fates(to).await,
        [(ConfirmRegistration, Sent), (RegistrationReceived, Failed)]
    );
    let (kind, text) = app.newest_mail(ORGANISER).await;
    assert_eq!(kind, AddressRefused);
    for said in ["Deelnemer Nummer 1", to, "550 5.1.1 no such mailbox"] {
        assert!(text.contains(said), "{said} in {text}");
    }

    // Whoever asks for links there again and again does not bury the organiser in mail.
    for _ in 0..2 {
        let input = json!({ "programmeSlug": SLUG, "email": to });
        app.act(None, "requestPersonalLink", "__typename", input).await;
        story.look().await;
    }
    assert_eq!(story.fates(to).await[2..], [(PersonalLink, Failed); 2]);
    assert_eq!(app.count(AddressRefused).await, 1);

    assert_eq!(app.respond(&link, "withdrawRegistration").await, "WITHDRAWN");
    story.look().await;
    assert_eq!(story.fates(to).await[4], (RegistrationWithdrawn, Suppressed));
    let reason = app.mails_to(to).await[4].reason.clone().unwrap();
    assert!(
        reason.contains("550 5.1.1") && reason.contains("messages retry"),
        "{reason}"
    );
    assert_eq!(app.count(AddressRefused).await, 1, "told once");
    assert_eq!(story.tellings().await.len(), 1);

    // Whoever asks for a mail is tried, and once one arrives the others do.
    let newcomer = json!({ "programmeSlug": SLUG, "name": "Deelnemer Nummer 1", "email": to, "organisation": "x" });
    story.relay.behave();
    app.try_to_register(newcomer).await;
    story.look().await;
    let link = app.link_token(to).await;
    assert_eq!(app.respond(&link, "confirmRegistration").await, "REGISTERED");
    story.look().await;
    assert_eq!(
        story.fates(to).await[5..],
        [(ConfirmRegistration, Sent), (RegistrationReceived, Sent)]
    );
    app.acknowledge(Failed).await;
    app.acknowledge(Suppressed).await;
}

async fn a_person_tries_the_address_again(story: &Relayed) {
    let (app, to) = (&story.app, &*address(1));
    story.verified_by_mail(1).await;
    story.look().await;
    // Without an enhanced code the number counts.
    story.refuse(to, 551, "user not local");
    let link = app.link_token(to).await;
    app.act(
        None,
        "requestPersonalLink",
        "__typename",
        json!({ "programmeSlug": SLUG, "email": to }),
    )
    .await;
    story.look().await;
    assert_eq!(app.respond(&link, "withdrawRegistration").await, "WITHDRAWN");
    story.look().await;
    assert_eq!(
        story.fates(to).await[2..],
        [(PersonalLink, Failed), (RegistrationWithdrawn, Suppressed)]
    );
    // It still refuses: then that is news again.
    story.retry(to, Suppressed).await;
    assert_eq!(story.fates(to).await[3], (RegistrationWithdrawn, Failed));
    assert_eq!(app.count(AddressRefused).await, 2);
    story.relay.behave();
    story.retry(to, Failed).await;
    story.retry(to, Failed).await;
    assert_eq!(
        story.fates(to).await[2..],
        [(PersonalLink, Sent), (RegistrationWithdrawn, Sent)]
    );
    assert_eq!(app.count(AddressRefused).await, 2);
}

async fn a_refusal_of_the_mail_is_none_of_the_address(story: &Relayed) {
    let (app, to) = (&story.app, &*address(1));
    story.refuse(to, 550, "5.7.1 we do not like you");
    app.register(1).await;
    story.look().await;
    story.relay.behave();
    let link = app.link_token(to).await;
    assert_eq!(app.respond(&link, "confirmRegistration").await, "REGISTERED");
    story.look().await;
    assert_eq!(
        story.fates(to).await,
        [(ConfirmRegistration, Failed), (RegistrationReceived, Sent)]
    );
    assert_eq!(app.count(AddressRefused).await, 0);
    app.acknowledge(Failed).await;
}

async fn an_organiser_whose_own_address_refuses_is_no_loop(story: &Relayed) {
    let app = &story.app;
    // The welcome has gone.
    app.settle().await;
    story.refuse(ORGANISER, 550, "5.1.1 gone");
    app.travel("2014-05-11T09:00:00+02:00").await;
    app.travel("2014-05-11T09:00:00+02:00").await;
    app.travel("2014-05-18T09:00:00+02:00").await;
    app.travel("2014-05-18T09:00:00+02:00").await;
    let warnings: Vec<_> = story.fates(ORGANISER).await;
    assert_eq!(
        warnings[warnings.len() - 2..],
        [(BelowMinimum, Failed), (BelowMinimum, Suppressed)]
    );
    assert_eq!(app.count(AddressRefused).await, 0);
    let tellings = story.tellings().await;
    assert_eq!(tellings.len(), 1);
    assert_eq!(tellings[0]["state"], json!("SKIPPED"));
    app.acknowledge(Failed).await;
    app.acknowledge(Suppressed).await;
}
