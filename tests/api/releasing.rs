//! Letting held mail go, through the API.

use leernetwerk::{
    app::{Repeatable, outbox::Selection},
    domain::message::MessageStatus,
};
use serde_json::{Value, json};

use crate::harness::{
    app::{TestApp, address},
    engines::on_both,
    foundation::ADMINISTRATOR,
};

on_both!(
    an_organiser_lets_the_mail_of_the_programme_go,
    what_is_not_one_choice_is_refused,
    what_an_administrator_holds_an_administrator_releases,
);

async fn release(app: &TestApp, token: &str, input: Value) -> Value {
    app.act(Some(token), "releaseMessages", "releasedCount", input).await
}

async fn hold(app: &TestApp, selection: Selection) -> u64 {
    let intents = app.intents().await;
    intents
        .hold_messages(&ADMINISTRATOR, selection, &Repeatable::default())
        .await
        .unwrap()
}

async fn statuses(app: &TestApp, n: usize) -> Vec<MessageStatus> {
    let mails = app.mails_to(&address(n)).await;
    mails.iter().map(|mail| mail.status).collect()
}

async fn an_organiser_lets_the_mail_of_the_programme_go(app: &TestApp) {
    // The team's welcome is gone, so nothing is there to be held.
    app.settle().await;
    assert_eq!(hold(app, Selection::Programme(app.programme)).await, 0);
    app.register(0).await;
    app.register(1).await;
    app.settle().await;
    assert_eq!(statuses(app, 0).await, [MessageStatus::Held]);
    let query = "query ($to: String) { messages(filter: { recipient: $to, status: [HELD] }) { nodes { id reason } } }";
    let told = app.data(Some(&app.organiser), query, json!({ "to": address(0) })).await;
    let mail = &told["messages"]["nodes"][0];
    assert!(mail["reason"].as_str().unwrap().contains("held by a person"), "{mail}");
    let released = release(app, &app.organiser, json!({ "messageIds": [mail["id"]] })).await;
    assert_eq!(released, json!({ "releasedCount": 1, "errors": [] }));
    app.settle().await;
    assert_eq!(statuses(app, 0).await, [MessageStatus::Sent]);
    assert_eq!(statuses(app, 1).await, [MessageStatus::Held]);
    let id = app.programme(None, "id").await["id"].take();
    let released = release(app, &app.organiser, json!({ "programmeId": id })).await;
    assert_eq!(released["releasedCount"], json!(1));
    app.register(2).await;
    app.settle().await;
    assert_eq!(statuses(app, 2).await, [MessageStatus::Sent]);
}

async fn what_is_not_one_choice_is_refused(app: &TestApp) {
    let id = app.programme(None, "id").await["id"].take();
    for (input, code) in [
        (json!({}), "REQUIRED"),
        (json!({ "all": false }), "REQUIRED"),
        (json!({ "messageIds": [] }), "INVALID"),
        (json!({ "messageIds": vec![id.clone(); 101] }), "INVALID"),
        (json!({ "messageIds": [id], "programmeId": id }), "INVALID"),
        (json!({ "programmeId": id, "all": true }), "INVALID"),
        // An id of something else is no mail's.
        (json!({ "messageIds": [id] }), "NOT_FOUND"),
    ] {
        let refused = release(app, &app.administrator, input.clone()).await;
        assert_eq!(TestApp::codes(&refused), [code], "{input}");
        assert_eq!(refused["errors"][0]["field"], json!(["messageIds"]), "{input}");
        assert_eq!(refused["releasedCount"], Value::Null);
    }
}

async fn what_an_administrator_holds_an_administrator_releases(app: &TestApp) {
    app.settle().await;
    hold(app, Selection::All).await;
    app.register(0).await;
    let id = app.programme(None, "id").await["id"].take();
    let refused = release(app, &app.organiser, json!({ "programmeId": id })).await;
    assert_eq!(TestApp::codes(&refused), ["STATE_CONFLICT"]);
    assert_eq!(statuses(app, 0).await, [MessageStatus::Held]);
    let released = release(app, &app.administrator, json!({ "all": true })).await;
    assert_eq!(released["releasedCount"], json!(1));
    app.settle().await;
    assert_eq!(statuses(app, 0).await, [MessageStatus::Sent]);
}
