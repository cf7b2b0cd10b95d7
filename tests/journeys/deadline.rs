//! From open registration to go or no-go.

use leernetwerk::domain::message::MessageKind;
use serde_json::json;

use crate::harness::{app::TestApp, engines::on_both};

on_both!(eight_verified_go_ahead, seven_do_not);

async fn eight_verified_go_ahead(app: &TestApp) {
    app.verified(0..8).await;
    app.travel("2014-05-25T23:59:59+02:00").await;
    assert_eq!(
        app.programme(None, "status isRegistrationOpen").await,
        json!({ "status": "OPEN", "isRegistrationOpen": true })
    );
    app.travel("2014-05-26T00:00:00+02:00").await;
    let told = app
        .programme(
            None,
            "status isRegistrationOpen decision { outcome counted minimum effectiveAt }",
        )
        .await;
    assert_eq!(
        told,
        json!({ "status": "GOING_AHEAD", "isRegistrationOpen": false,
                "decision": { "outcome": "GO", "counted": 8, "minimum": 8, "effectiveAt": "2014-05-25T22:00:00.000Z" } })
    );
    assert_eq!(app.count(MessageKind::ProgrammeGoesAhead).await, 8);
    let before = app.mails().await;
    app.restart().await;
    app.restart().await;
    app.settle().await;
    assert_eq!(app.mails().await, before, "restarts add no mail");
}

async fn seven_do_not(app: &TestApp) {
    app.verified(0..7).await;
    app.register(7).await;
    app.travel("2014-05-26T09:00:00+02:00").await;
    let told = app.programme(None, "status decision { outcome counted }").await;
    assert_eq!(
        told,
        json!({ "status": "CANCELLED", "decision": { "outcome": "NO_GO", "counted": 7 } })
    );
    assert_eq!(app.count(MessageKind::ProgrammeCancelled).await, 7);
    assert_eq!(app.count(MessageKind::BelowMinimum).await, 4);
}
