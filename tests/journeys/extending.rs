//! A later deadline: while registration is open, while people decide, after a go, after a no-go.

use leernetwerk::domain::message::MessageKind::{
    DeadlineExtended, ProgrammeCancelled, ProgrammeGoesAhead, RegistrationReceived,
};
use serde_json::{Value, json};

use crate::harness::{
    app::{TestApp, address},
    engines::on_both,
};

on_both!(
    while_open_the_day_moves,
    while_awaiting_registration_reopens,
    after_a_go_newcomers_are_confirmed,
    after_a_no_go_people_come_back
);

const REASON: &str = "We willen nog mensen de kans geven.";

async fn extend(app: &TestApp, to: &str) {
    app.organise(
        "extendDeadline",
        json!({ "registrationDeadline": to, "reason": REASON }),
    )
    .await;
    app.settle().await;
}

async fn decisions(app: &TestApp) -> Value {
    app.programme(None, "decisions { outcome counted effectiveAt }").await["decisions"].take()
}

async fn while_open_the_day_moves(app: &TestApp) {
    app.verified(0..3).await;
    app.register(3).await;
    let id = app.programme(None, "id").await["id"].take();
    for (day, reason, expected, field) in [
        ("2014-05-24", REASON, "INVALID", "registrationDeadline"),
        ("2014-06-12", REASON, "INVALID", "registrationDeadline"),
        ("2014-05-28", " ", "REQUIRED", "reason"),
    ] {
        let input = json!({ "programmeId": id, "registrationDeadline": day, "reason": reason });
        let refused = app
            .act(Some(&app.organiser), "extendDeadline", "programme { id }", input)
            .await;
        assert_eq!(
            (TestApp::codes(&refused), &refused["errors"][0]["field"]),
            (vec![expected.to_owned()], &json!([field]))
        );
    }
    extend(app, "2014-06-01").await;
    // Who verified is told once, with the reason; who did not got the one mail already.
    for n in 0..3 {
        let (kind, text) = app.newest_mail(&address(n)).await;
        assert_eq!(kind, DeadlineExtended);
        assert!(text.contains(REASON) && text.contains("1 juni 2014"), "{text}");
    }
    assert_eq!(app.count(DeadlineExtended).await, 3);
    app.travel("2014-05-26T00:00:00+02:00").await;
    assert_eq!(
        app.programme(None, "status isRegistrationOpen").await,
        json!({ "status": "OPEN", "isRegistrationOpen": true })
    );
    app.travel("2014-06-02T00:00:00+02:00").await;
    assert_eq!(
        decisions(app).await,
        json!([{ "outcome": "NO_GO", "counted": 3, "effectiveAt": "2014-06-01T22:00:00.000Z" }])
    );
}

async fn while_awaiting_registration_reopens(app: &TestApp) {
    app.organise("updateProgramme", json!({ "decisionMode": "PROPOSE" }))
        .await;
    app.verified(0..7).await;
    app.travel("2014-05-27T09:00:00+02:00").await;
    assert_eq!(
        app.programme(None, "status").await,
        json!({ "status": "AWAITING_DECISION" })
    );
    extend(app, "2014-06-05").await;
    assert_eq!(
        app.programme(None, "status isRegistrationOpen").await,
        json!({ "status": "OPEN", "isRegistrationOpen": true })
    );
    app.verified(7..9).await;
    assert_eq!(app.status(8).await, "REGISTERED");
    app.organise("updateProgramme", json!({ "decisionMode": "AUTOMATIC" }))
        .await;
    app.travel("2014-06-06T00:00:00+02:00").await;
    assert_eq!(
        decisions(app).await,
        json!([{ "outcome": "GO", "counted": 9, "effectiveAt": "2014-06-05T22:00:00.000Z" }])
    );
}

async fn after_a_go_newcomers_are_confirmed(app: &TestApp) {
    app.verified(0..8).await;
    app.travel("2014-05-26T09:00:00+02:00").await;
    extend(app, "2014-06-08").await;
    assert_eq!(
        app.programme(None, "status isRegistrationOpen").await,
        json!({ "status": "GOING_AHEAD", "isRegistrationOpen": true })
    );
    assert_eq!(app.register(8).await["place"], json!("HELD"));
    app.verify(8).await;
    assert_eq!(app.status(8).await, "CONFIRMED");
    let (kind, text) = app.newest_mail(&address(8)).await;
    assert_eq!(kind, RegistrationReceived);
    assert!(text.contains("gaat door"), "{text}");
    // Somebody unverified when the new deadline comes is out; the go stands, nothing is decided again.
    app.travel("2014-06-08T12:00:00+02:00").await;
    app.register(9).await;
    app.respond(&app.first_token(0).await, "withdrawRegistration").await;
    app.travel("2014-06-09T00:00:00+02:00").await;
    assert_eq!(app.status(9).await, "EXPIRED");
    let refused = app.try_to_register(TestApp::newcomer(10)).await;
    assert_eq!(TestApp::codes(&refused), ["DEADLINE_PASSED"]);
    app.travel("2014-06-13T00:00:00+02:00").await;
    assert_eq!(
        decisions(app).await,
        json!([{ "outcome": "GO", "counted": 8, "effectiveAt": "2014-05-25T22:00:00.000Z" }])
    );
    assert_eq!(app.count(ProgrammeGoesAhead).await, 8);
    assert_eq!(app.programme(None, "status").await, json!({ "status": "GOING_AHEAD" }));
}

async fn after_a_no_go_people_come_back(app: &TestApp) {
    app.verified(0..7).await;
    app.travel("2014-05-26T09:00:00+02:00").await;
    assert_eq!(app.count(ProgrammeCancelled).await, 7);
    let too_early = app.link_token(&address(0)).await;
    assert_eq!(app.press(&too_early, "register-anew").await, 409);
    extend(app, "2014-06-05").await;
    assert_eq!(
        app.programme(None, "status placesTaken").await,
        json!({ "status": "OPEN", "placesTaken": 0 })
    );
    let told: Vec<_> = app
        .mails()
        .await
        .into_iter()
        .filter(|mail| mail.kind == DeadlineExtended)
        .collect();
    assert_eq!(told.len(), 7);
    // Newcomers are before those who come back: these join at the end of the line.
    app.verified(10..15).await;
    for n in 0..3 {
        let link = app.link_token(&address(n)).await;
        assert!(app.page(&link).await.contains("register-anew"), "there is a button");
        assert_eq!(app.press(&link, "register-anew").await, 303);
        assert_eq!(app.press(&link, "register-anew").await, 303, "twice is once");
        let both = app.registrations_at(&address(n)).await;
        let statuses: Vec<_> = both
            .iter()
            .map(|one| (one["status"].as_str().unwrap(), one["isVerified"] == json!(true)))
            .collect();
        assert_eq!(statuses, [("CANCELLED", true), ("REGISTERED", true)]);
        assert_eq!(both[1]["organisation"], both[0]["organisation"]);
        assert_eq!(app.newest_mail(&address(n)).await.0, RegistrationReceived);
        assert!(!app.page(&link).await.contains("register-anew"), "the button is gone");
    }
    assert_eq!(
        app.programme(None, "countedForMinimum").await,
        json!({ "countedForMinimum": 8 })
    );
    let everybody = app
        .programme(
            Some(&app.organiser),
            "registrations(status: [REGISTERED], first: 20) { edges { node { email } } }",
        )
        .await;
    let line: Vec<_> = everybody["registrations"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| edge["node"]["email"].clone())
        .collect();
    assert_eq!(
        line,
        (10..15).chain(0..3).map(|n| json!(address(n))).collect::<Vec<_>>()
    );
    app.travel("2014-06-06T00:00:00+02:00").await;
    assert_eq!(
        decisions(app).await,
        json!([
            { "outcome": "NO_GO", "counted": 7, "effectiveAt": "2014-05-25T22:00:00.000Z" },
            { "outcome": "GO", "counted": 8, "effectiveAt": "2014-06-05T22:00:00.000Z" },
        ])
    );
    assert_eq!(app.count(ProgrammeGoesAhead).await, 8);
    // Who did not come back hears nothing more.
    assert_eq!(app.newest_mail(&address(6)).await.0, DeadlineExtended);
}
