//! When the closing instant does not decide by itself, and when the organisers end it.

use leernetwerk::domain::message::MessageKind::{
    DecisionReport, DecisionRequested, PlaceOfferExpired, PlaceOffered, ProgrammeCancelled,
};
use serde_json::json;

use crate::harness::{
    app::{TestApp, address},
    engines::on_both,
};

on_both!(
    the_waiting_list_could_make_it_so_people_decide,
    an_offer_over_the_deadline_is_accepted_while_awaiting,
    a_programme_that_proposes_asks_and_ends_undecided,
    a_cancelled_programme_tells_everybody_why,
);

const ORGANISER: &str = "marc@leernetwerk.example";

/// Eight places: seven registered, the eighth on offer, one more in line; then the deadline passes.
async fn seven_one_offered_one_waiting(app: &TestApp) {
    app.organise("updateProgramme", json!({ "maxParticipants": 8 })).await;
    app.verified(0..10).await;
    app.travel("2014-05-23T12:00:00+02:00").await;
    app.respond(&app.first_token(0).await, "withdrawRegistration").await;
    assert_eq!(
        (app.status(8).await.as_str(), app.status(9).await.as_str()),
        ("OFFERED", "WAITING")
    );
    app.travel("2014-05-26T00:00:00+02:00").await;
    let told = app
        .programme(None, "status isRegistrationOpen countedForMinimum decision { outcome }")
        .await;
    assert_eq!(
        told,
        json!({ "status": "AWAITING_DECISION", "isRegistrationOpen": false, "countedForMinimum": 7, "decision": null })
    );
}

async fn the_waiting_list_could_make_it_so_people_decide(app: &TestApp) {
    seven_one_offered_one_waiting(app).await;
    let (kind, text) = app.newest_mail(ORGANISER).await;
    assert_eq!(kind, DecisionRequested);
    assert!(
        text.contains("Aanmeldingen die meetellen: 7") && text.contains("met een aanbod: 2"),
        "{text}"
    );
    let refused = app.try_to_register(TestApp::newcomer(20)).await;
    assert_eq!(TestApp::codes(&refused), ["DEADLINE_PASSED"]);
    // A place that comes free now is not offered before the decision.
    app.respond(&app.link_token(&address(8)).await, "declinePlace").await;
    app.respond(&app.first_token(1).await, "withdrawRegistration").await;
    assert_eq!(app.status(9).await, "WAITING");
    assert_eq!(app.count(PlaceOffered).await, 1);

    app.travel("2014-06-12T09:29:59+02:00").await;
    assert_eq!(
        app.programme(None, "status").await,
        json!({ "status": "AWAITING_DECISION" })
    );
    app.travel("2014-06-13T12:00:00+02:00").await;
    let told = app
        .programme(None, "status decisions { outcome counted effectiveAt }")
        .await;
    assert_eq!(
        told,
        json!({ "status": "CANCELLED", "decisions": [{ "outcome": "NO_GO", "counted": 6, "effectiveAt": "2014-06-12T07:30:00.000Z" }] })
    );
    // Six who were registered and the one who waited; nobody who had left.
    assert_eq!(app.count(ProgrammeCancelled).await, 7);
    assert_eq!(app.newest_mail(&address(9)).await.0, ProgrammeCancelled);
    assert_eq!(app.count(DecisionReport).await, 1);
}

async fn an_offer_over_the_deadline_is_accepted_while_awaiting(app: &TestApp) {
    seven_one_offered_one_waiting(app).await;
    let link = app.link_token(&address(8)).await;
    assert_eq!(app.respond(&link, "acceptPlace").await, "REGISTERED");
    let told = app.programme(None, "status countedForMinimum").await;
    assert_eq!(
        told,
        json!({ "status": "AWAITING_DECISION", "countedForMinimum": 8 }),
        "it is the organisers' to decide now"
    );
    assert_eq!(app.count(PlaceOfferExpired).await, 0);
}

async fn a_programme_that_proposes_asks_and_ends_undecided(app: &TestApp) {
    app.organise("updateProgramme", json!({ "decisionMode": "PROPOSE" }))
        .await;
    app.verified(0..9).await;
    app.travel("2014-05-30T00:00:00+02:00").await;
    assert_eq!(
        app.programme(None, "status decisionMode").await,
        json!({ "status": "AWAITING_DECISION", "decisionMode": "PROPOSE" })
    );
    assert_eq!(app.count(DecisionRequested).await, 1 + 1, "and reminded once");
    // Somebody who leaves meanwhile does not count, and the proposal is made once, also after a restart.
    app.respond(&app.first_token(0).await, "withdrawRegistration").await;
    app.restart().await;
    app.travel("2014-06-12T09:30:00+02:00").await;
    assert_eq!(app.count(DecisionRequested).await, 1 + 3);
    let told = app
        .programme(None, "decision { outcome counted minimum effectiveAt }")
        .await;
    assert_eq!(
        told["decision"],
        json!({ "outcome": "NO_GO", "counted": 8, "minimum": 8, "effectiveAt": "2014-06-12T07:30:00.000Z" })
    );
    let timeline = app.timeline().await;
    let of_the_decision = timeline
        .iter()
        .find(|entry| entry["kind"] == json!("DECISION"))
        .unwrap();
    assert_eq!(
        of_the_decision["reason"],
        json!("no-go: nothing was decided before the kick-off (8 counted, the minimum is 8)")
    );
    let (_, text) = app.newest_mail(&address(1)).await;
    assert!(!text.contains("te weinig aanmeldingen"), "there were enough: {text}");
}

async fn a_cancelled_programme_tells_everybody_why(app: &TestApp) {
    app.verified(0..13).await;
    app.register(13).await;
    app.respond(&app.first_token(0).await, "withdrawRegistration").await;
    let reason = "De begeleider is ziek.\nHet spijt ons; <b>mail</b> ons gerust.";
    app.organise("cancelProgramme", json!({ "reason": reason })).await;
    assert_eq!(
        app.programme(None, "status isRegistrationOpen").await,
        json!({ "status": "CANCELLED", "isRegistrationOpen": false })
    );
    app.settle().await;
    // Eleven with a place, one with an offer; not who left, and not who never verified.
    let told: Vec<_> = app
        .mails()
        .await
        .into_iter()
        .filter(|mail| mail.kind == ProgrammeCancelled)
        .collect();
    let mut addresses: Vec<_> = told.iter().map(|mail| mail.address.clone()).collect();
    addresses.sort();
    let mut expected: Vec<_> = (1..13).map(address).collect();
    expected.sort();
    assert_eq!(addresses, expected);
    for mail in &told {
        let text = app.text(mail).await;
        assert!(
            text.contains("De begeleider is ziek.") && text.contains("<b>mail</b> ons gerust."),
            "{text}"
        );
    }
    for n in 1..14 {
        assert_eq!(app.status(n).await, "CANCELLED");
    }
    assert!(
        app.page(&app.first_token(1).await)
            .await
            .contains("&lt;b&gt;mail&lt;/b&gt;")
    );
    let refused = app.try_to_register(TestApp::newcomer(20)).await;
    assert_eq!(TestApp::codes(&refused), ["REGISTRATION_NOT_OPEN"]);
    let id = app.programme(None, "id").await["id"].take();
    let again = json!({ "programmeId": id, "registrationDeadline": "2014-06-05", "reason": "Toch wel." });
    let refused = app
        .act(Some(&app.organiser), "extendDeadline", "programme { id }", again)
        .await;
    assert_eq!(TestApp::codes(&refused), ["STATE_CONFLICT"]);
    // Nothing comes after it.
    let before = app.mails().await.len();
    app.travel("2014-06-13T00:00:00+02:00").await;
    assert_eq!(app.mails().await.len(), before);
    assert_eq!(
        app.programme(None, "decision { outcome }").await,
        json!({ "decision": null })
    );
}
