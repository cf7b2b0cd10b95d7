//! From open registration to go or no-go.

use leernetwerk::domain::message::MessageKind;
use serde_json::json;

use crate::harness::{
    app::{TestApp, address},
    engines::on_both,
};

on_both!(
    eight_verified_go_ahead,
    seven_do_not,
    at_the_closing_instant_registration_is_closed,
    who_comes_late_is_told_so_whatever_was_decided,
);

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

async fn at_the_closing_instant_registration_is_closed(app: &TestApp) {
    app.verified(0..7).await;
    app.travel("2014-05-25T23:59:59+02:00").await;
    let receipt = app.register(7).await;
    assert_eq!(
        receipt,
        json!({ "place": "HELD", "waitingPosition": null, "confirmBefore": "2014-05-25T22:00:00.000Z" })
    );
    app.verify(7).await;
    app.register(8).await;
    let (eighth, ninth) = (app.first_token(7).await, app.first_token(8).await);
    app.travel("2014-05-26T00:00:00+02:00").await;
    for late in [7, 9] {
        let refused = app.try_to_register(TestApp::newcomer(late)).await;
        assert_eq!(TestApp::codes(&refused), ["DEADLINE_PASSED"]);
        assert_eq!(refused["receipt"], json!(null));
    }
    let unpressed = app
        .act(Some(&ninth), "confirmRegistration", "registration { id }", json!({}))
        .await;
    assert_eq!(TestApp::codes(&unpressed), ["STATE_CONFLICT"]);
    assert_eq!(app.status(8).await, "EXPIRED");
    assert_eq!(app.newest_mail(&address(8)).await.0, MessageKind::RegistrationExpired);
    // Whoever was verified a second before counts, and pressing once more changes nothing.
    assert_eq!(app.respond(&eighth, "confirmRegistration").await, "CONFIRMED");
    let told = app.programme(None, "placesTaken decision { outcome counted }").await;
    assert_eq!(
        told,
        json!({ "placesTaken": 8, "decision": { "outcome": "GO", "counted": 8 } })
    );
}

async fn who_comes_late_is_told_so_whatever_was_decided(app: &TestApp) {
    app.travel("2014-05-26T00:00:00+02:00").await;
    assert_eq!(app.programme(None, "status").await, json!({ "status": "CANCELLED" }));
    let refused = app.try_to_register(TestApp::newcomer(1)).await;
    assert_eq!(TestApp::codes(&refused), ["DEADLINE_PASSED"]);
}
