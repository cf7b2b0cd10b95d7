//! An operator's template that renders every sample and fails for one person.

use std::{fs, path::Path};

use leernetwerk::{config::Given, domain::message::MessageKind::RegistrationReceived};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{
    app::{SLUG, TestApp, address},
    engines::{Database, Schema, Subject, on_both},
    foundation::schema,
};

on_both!(one_mail_that_cannot_be_made_holds_up_no_other);

/// An instance with templates of its own.
struct Overridden {
    app: TestApp,
    templates: TempDir,
}

/// The product's own source.
fn source() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("email-templates/nl/registration-received.md"))
        .unwrap()
}

impl Subject for Overridden {
    fn schema() -> &'static Schema {
        schema()
    }

    async fn on(database: Database) -> Self {
        let templates = TempDir::new().unwrap();
        fs::create_dir(templates.path().join("nl")).unwrap();
        let poisoned = format!(
            "{}\n{{{{#if (eq recipient.given_name \"Vergif\")}}}}{{{{no_such_value}}}}{{{{/if}}}}\n",
            source()
        );
        fs::write(templates.path().join("nl/registration-received.md"), poisoned).unwrap();
        let directory = templates.path().to_owned();
        let app = TestApp::with(database, |given| Given {
            templates: Some(directory),
            ..given
        })
        .await;
        Self { app, templates }
    }

    async fn check(&self) {
        self.app.check().await;
    }
}

async fn entry(app: &TestApp) -> Value {
    let timeline = app.timeline().await;
    let its = |entry: &&Value| {
        entry["recipient"] == json!("vergif@gemeente.example") && entry["messageKind"] == json!("REGISTRATION_RECEIVED")
    };
    timeline.iter().find(its).expect("an entry").clone()
}

async fn one_mail_that_cannot_be_made_holds_up_no_other(story: &Overridden) {
    let app = &story.app;
    let poison = json!({ "programmeSlug": SLUG, "name": "Vergif Janssen", "email": "vergif@gemeente.example", "organisation": "gemeente" });
    assert_eq!(app.try_to_register(poison).await["errors"], json!([]));
    let link = app.link_token("vergif@gemeente.example").await;
    assert_eq!(
        app.respond(&link, "confirmRegistration").await,
        "REGISTERED",
        "the act itself succeeds"
    );
    app.verified(0..3).await;
    assert_eq!(app.newest_mail(&address(2)).await.0, RegistrationReceived);
    let failed = entry(app).await;
    assert_eq!((&failed["state"], &failed["message"]), (&json!("FAILED"), &json!(null)));
    assert!(failed["reason"].as_str().unwrap().contains("no_such_value"), "{failed}");
    // Time goes on, and it stays as it is.
    app.travel("2014-05-03T09:00:00+02:00").await;
    assert_eq!(entry(app).await["state"], json!("FAILED"));
    assert_eq!(app.mails_to("vergif@gemeente.example").await.len(), 1);

    app.stop().await;
    fs::write(story.templates.path().join("nl/registration-received.md"), source()).unwrap();
    app.start_at("2014-05-03T09:00:00+02:00").await;
    app.travel("2014-05-03T09:00:00+02:00").await;
    let made = entry(app).await;
    assert_eq!(
        (&made["state"], &made["message"]["status"]),
        (&json!("DONE"), &json!("SENT"))
    );
    assert_eq!((&made["key"], &made["reason"]), (&failed["key"], &json!(null)));
    let (kind, text) = app.newest_mail("vergif@gemeente.example").await;
    assert_eq!(kind, RegistrationReceived);
    assert!(text.contains("Beste Vergif"), "{text}");
}
