//! A database that turns up elsewhere decides, and sends nothing before a person says so.

use leernetwerk::{
    app::{Caller, Repeatable},
    boot::{Roles, Running, Start},
    config::Given,
    domain::message::MessageStatus,
    store::{Claimed, Reach, Terms},
};
use serde_json::Value;
use uuid::Uuid;

use crate::harness::{
    app::{SLUG, STARTS_AT, TestApp, start},
    engines::{Database, Schema, Subject, on_both},
    foundation::{ADMINISTRATOR, person, schema},
    smtp::SmtpServer,
};

on_both!(
    a_restored_copy_sends_nothing_until_it_is_unlocked,
    a_changed_base_url_locks_too,
    a_start_in_the_same_place_locks_nothing,
);

const HERE: &str = "https://leernetwerk.example";

/// An instance with a relay that has gone, and a mail for it.
struct Moved {
    app: TestApp,
    relay: SmtpServer,
}

impl Subject for Moved {
    fn schema() -> &'static Schema {
        schema()
    }

    async fn on(database: Database) -> Self {
        let relay = SmtpServer::start().await;
        let (mail, mail_from) = (Some(relay.url()), Some("leernetwerk@afzender.example".to_owned()));
        let app = TestApp::with(database, |given| Given {
            mail,
            mail_from,
            base_url: Some(HERE.to_owned()),
            ..given
        })
        .await;
        app.settle().await;
        relay.stop().await;
        app.register(0).await;
        app.stop().await;
        Self { app, relay }
    }

    async fn check(&self) {}
}

impl Moved {
    /// Mails that the relay took after the beginning.
    fn taken(&self) -> usize {
        let accepted = self.relay.accepted();
        accepted
            .iter()
            .filter(|mail| mail.envelope_to.starts_with("deelnemer"))
            .count()
    }

    async fn start(&self, change: impl FnOnce(Given) -> Given) -> Running {
        self.app.try_to_start(change, start()).await.unwrap()
    }
}

async fn register(running: &Running, n: usize) {
    let app = &running.foundation.app;
    app.register(&Caller::Public, SLUG, person(n), &Repeatable::default())
        .await
        .unwrap();
}

async fn readiness(running: &Running) -> Value {
    let url = format!("http://{}/readyz", running.address);
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 200, "it is ready all the same");
    answer.json().await.unwrap()
}

/// What somebody gets who wants to send a mail.
async fn claimed(running: &Running) -> Claimed {
    let foundation = &running.foundation;
    let now = foundation.app.now().await.unwrap();
    let terms = Terms {
        here: Some(foundation.settle.here.clone()),
        ..Terms::default()
    };
    let nobody = Uuid::from_u128(1).into();
    foundation
        .store
        .claim_on(&terms, nobody, now, Reach::All)
        .await
        .unwrap()
}

async fn statuses(running: &Running) -> Vec<MessageStatus> {
    let wanted = leernetwerk::app::outbox::Wanted::default();
    let window = leernetwerk::domain::page::Window::first(100);
    let app = &running.foundation.app;
    let page = app.messages(&ADMINISTRATOR, wanted, &window).await.unwrap();
    page.items
        .iter()
        .filter(|mail| mail.address.starts_with("deelnemer"))
        .map(|mail| mail.status)
        .collect()
}

async fn a_restored_copy_sends_nothing_until_it_is_unlocked(story: &Moved) {
    let copy = story.app.database.copy().await;
    story.relay.start_again().await;
    let url = copy.url.clone();
    let elsewhere = move |given| Given {
        database_url: Some(url.clone()),
        ..given
    };
    let running = story.start(elsewhere.clone()).await;
    // People are answered and things are decided; mails are made.
    register(&running, 1).await;
    assert!(matches!(claimed(&running).await, Claimed::Locked(_)));
    assert_eq!(statuses(&running).await, [MessageStatus::Queued; 2]);
    let ready = readiness(&running).await;
    assert!(
        ready["notices"][0].as_str().unwrap().contains("sending is locked"),
        "{ready}"
    );
    assert!(!ready.to_string().contains(HERE), "where it was is not for everybody");
    let app = &running.foundation.app;
    let lock = app.send_lock(&ADMINISTRATOR).await.unwrap().unwrap();
    assert_eq!(lock.difference(), "this is another database, such as a restored copy");
    // After a graceful stop nothing is on its way any more.
    running.stop().await;
    assert_eq!(story.taken(), 0);
    let running = story.start(elsewhere.clone()).await;
    assert!(matches!(claimed(&running).await, Claimed::Locked(_)));
    assert_eq!(story.taken(), 0);

    // Somebody unlocks it from elsewhere, as the command line does; the running server goes on by itself.
    let aside = Start {
        roles: Roles::WithoutEngine,
        ..start()
    };
    let desk = story.app.try_to_start(elsewhere, aside).await.unwrap();
    let before = story.relay.accepted().len();
    let app = &desk.foundation.app;
    app.unlock_sending(&ADMINISTRATOR, &Repeatable::default())
        .await
        .unwrap();
    story.relay.wait_for(before + 2).await;
    desk.stop().await;
    running.dispatcher().unwrap().idle().await.unwrap();
    assert_eq!(story.taken(), 2);
    assert_eq!(statuses(&running).await, [MessageStatus::Sent; 2]);
    assert_eq!(readiness(&running).await.get("notices"), None);
    running.stop().await;
}

async fn a_changed_base_url_locks_too(story: &Moved) {
    story.relay.start_again().await;
    let running = story
        .start(|given| Given {
            base_url: Some("https://proef.example".to_owned()),
            ..given
        })
        .await;
    register(&running, 1).await;
    let app = &running.foundation.app;
    let lock = app.send_lock(&ADMINISTRATOR).await.unwrap().unwrap();
    let told = lock.to_string();
    for said in [
        "the base URL has changed",
        HERE,
        "https://proef.example",
        "leernetwerk unlock",
    ] {
        assert!(told.contains(said), "{said} in {told}");
    }
    assert!(matches!(claimed(&running).await, Claimed::Locked(_)));
    running.stop().await;
    assert_eq!(story.taken(), 0);

    // Set right, it sends what is there, and needs nobody.
    let running = story.start(|given| given).await;
    running.dispatcher().unwrap().idle().await.unwrap();
    assert_eq!(story.taken(), 2);
    running.stop().await;
}

async fn a_start_in_the_same_place_locks_nothing(story: &Moved) {
    story.relay.start_again().await;
    story.app.start_at(STARTS_AT).await;
    story.app.settle().await;
    assert_eq!(story.taken(), 1);
    // Nor does mail that is only kept.
    story.app.stop().await;
    let running = story
        .start(|given| Given {
            mail: Some("capture".to_owned()),
            base_url: Some("https://proef.example".to_owned()),
            ..given
        })
        .await;
    register(&running, 1).await;
    running.dispatcher().unwrap().idle().await.unwrap();
    assert_eq!(statuses(&running).await, [MessageStatus::Sent; 2]);
    running.stop().await;
}
