//! Organisers look at what a choice would bring, and choose that and nothing else.

use leernetwerk::domain::message::MessageKind::{
    DecisionReport, DecisionRequested, ProgrammeCancelled, ProgrammeGoesAhead,
};
use serde_json::{Value, json};

use crate::harness::{app::TestApp, cast::text, engines::on_both};

on_both!(
    what_was_looked_at_is_what_is_done,
    what_changed_since_is_refused_and_told,
    another_price_or_minimum_is_another_plan,
    an_extension_is_looked_at_before_it_is_made,
    a_cancellation_is_looked_at_before_it_is_made,
);

const PREVIEW: &str = "outcome planHash counted minimum participants cancelled waiting offered mails amountCents \
                       difference { change at key recipients } entries { at state key kind recipient }";

/// Nine of at least eight are registered, the deadline has passed, and people decide.
async fn awaiting(app: &TestApp) {
    app.organise("updateProgramme", json!({ "decisionMode": "PROPOSE" }))
        .await;
    app.verified(0..9).await;
    app.travel("2014-05-27T10:00:00+02:00").await;
    assert_eq!(app.count(DecisionRequested).await, 1);
}

async fn preview(app: &TestApp, outcome: &str) -> Value {
    let fields = format!("decisionPreview(outcome: {outcome}) {{ {PREVIEW} }}");
    app.programme(Some(&app.organiser), &fields).await["decisionPreview"].clone()
}

async fn decide(app: &TestApp, outcome: &str, hash: &Value, reason: Option<&str>) -> Value {
    let id = app.programme(None, "id").await["id"].clone();
    let input = json!({ "programmeId": id, "outcome": outcome, "planHash": hash, "reason": reason });
    let selection = "programme { status decision { outcome counted reason } } planHash difference { change key recipients } summary { amountCents }";
    app.act(Some(&app.organiser), "decideProgramme", selection, input).await
}

/// So many addresses are in the difference of a rule.
fn reached(of: &Value, key: &str, change: &str) -> usize {
    let found = of["difference"].as_array().unwrap().iter();
    found
        .filter(|one| one["key"] == key && one["change"] == change)
        .map(|one| one["recipients"].as_array().unwrap().len())
        .sum()
}

async fn what_was_looked_at_is_what_is_done(app: &TestApp) {
    let open = app
        .programme(Some(&app.organiser), "decisionPreview(outcome: GO) { planHash }")
        .await;
    assert_eq!(open["decisionPreview"], Value::Null, "there is nothing to decide yet");
    awaiting(app).await;
    let (go, no_go) = (preview(app, "GO").await, preview(app, "NO_GO").await);
    assert_ne!(go["planHash"], no_go["planHash"]);
    for (preview, told) in [(&go, [9, 8, 9, 0, 10]), (&no_go, [9, 8, 0, 9, 10])] {
        let fields = ["counted", "minimum", "participants", "cancelled", "mails"];
        assert_eq!(
            fields.map(|field| preview[field].as_i64().unwrap()),
            told,
            "{preview:#}"
        );
    }
    assert_eq!(
        (&go["amountCents"], &no_go["amountCents"]),
        (&json!(9 * 155_000), &json!(0))
    );
    assert_eq!(reached(&go, "programme-goes-ahead", "ADDED"), 9);
    assert_eq!(
        reached(&go, "programme-cancelled", "DROPPED"),
        9,
        "which the kick-off would bring"
    );
    assert_eq!(
        (app.count(ProgrammeGoesAhead).await, app.count(ProgrammeCancelled).await),
        (0, 0),
        "looking does nothing"
    );

    // An hour later it is the same plan.
    app.travel("2014-05-27T11:00:00+02:00").await;
    let done = decide(app, "GO", &go["planHash"], None).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(
        done["programme"],
        json!({ "status": "GOING_AHEAD", "decision": { "outcome": "GO", "counted": 9, "reason": null } })
    );
    assert_eq!(reached(&done, "programme-goes-ahead", "ADDED"), 9);
    app.settle().await;
    assert_eq!(
        (app.count(ProgrammeGoesAhead).await, app.count(DecisionReport).await),
        (9, 1)
    );
    let keys = |entries: &[Value]| {
        entries
            .iter()
            .map(|one| text(&one["key"]))
            .collect::<std::collections::BTreeSet<_>>()
    };
    let foretold = keys(go["entries"].as_array().unwrap());
    app.travel("2015-03-01T10:00:00+01:00").await;
    // Until personal data has gone, too; mail that is under way then does not go.
    app.travel("2017-02-01T10:00:00+01:00").await;
    let came = app.timeline().await;
    let since: Vec<_> = came
        .into_iter()
        .filter(|one| text(&one["doneAt"]).as_str() >= "2014-05-27T09:00")
        .collect();
    assert_eq!(keys(&since), foretold);
    let again = decide(app, "NO_GO", &no_go["planHash"], None).await;
    assert_eq!(TestApp::codes(&again), ["STATE_CONFLICT"], "a go stands");
}

async fn what_changed_since_is_refused_and_told(app: &TestApp) {
    awaiting(app).await;
    let seen = preview(app, "GO").await;
    for n in 0..2 {
        app.respond(&app.first_token(n).await, "withdrawRegistration").await;
    }
    let refused = decide(app, "GO", &seen["planHash"], None).await;
    assert_eq!(TestApp::codes(&refused), ["STALE_PLAN"], "before what it demands now");
    assert_eq!(refused["programme"], Value::Null);
    let message = text(&refused["errors"][0]["message"]);
    assert_eq!(
        message.matches("withdrawRegistration at 2014-05-").count(),
        2,
        "{message}"
    );
    assert_eq!(reached(&refused, "programme-goes-ahead", "ADDED"), 7, "how it is now");
    assert_eq!(app.count(ProgrammeGoesAhead).await, 0);
    let unexplained = decide(app, "GO", &refused["planHash"], None).await;
    assert_eq!(
        TestApp::codes(&unexplained),
        ["REQUIRED"],
        "seven count now: a reason is needed"
    );
    let done = decide(app, "GO", &refused["planHash"], Some("Zeven is genoeg.")).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(
        done["programme"]["decision"],
        json!({ "outcome": "GO", "counted": 7, "reason": "Zeven is genoeg." })
    );
    app.settle().await;
    assert_eq!(app.count(ProgrammeGoesAhead).await, 7);
}

/// Neither moves a mail, and both stand in what an organiser looks at.
async fn another_price_or_minimum_is_another_plan(app: &TestApp) {
    awaiting(app).await;
    let mut seen = preview(app, "GO").await;
    for (change, amount) in [
        (
            json!({ "price": { "cents": 99_900, "vatIncluded": false } }),
            9 * 99_900,
        ),
        (json!({ "minParticipants": 3 }), 9 * 99_900),
    ] {
        app.organise("updateProgramme", change.clone()).await;
        let refused = decide(app, "GO", &seen["planHash"], None).await;
        assert_eq!(TestApp::codes(&refused), ["STALE_PLAN"], "{change}");
        let message = text(&refused["errors"][0]["message"]);
        assert!(message.contains("updateProgramme"), "{message}");
        assert_eq!(refused["summary"]["amountCents"], amount, "how it is now");
        seen = preview(app, "GO").await;
    }
    // What is not shown does not matter.
    app.organise("updateProgramme", json!({ "subtitle": "Anders" })).await;
    assert_eq!(
        preview(app, "GO").await["planHash"]
            .as_str()
            .unwrap()
            .split_once('-')
            .unwrap()
            .0,
        seen["planHash"].as_str().unwrap().split_once('-').unwrap().0
    );
    let done = decide(app, "GO", &seen["planHash"], None).await;
    assert_eq!(done["errors"], json!([]));
}

const CHANGE: &str = "programme { status registrationDeadline } planHash difference { change at movedFrom key recipients } \
     summary { counted minimum participants cancelled waiting offered mails amountCents }";

async fn an_extension_is_looked_at_before_it_is_made(app: &TestApp) {
    app.verified(0..3).await;
    app.travel("2014-05-20T10:00:00+02:00").await;
    let id = app.programme(None, "id").await["id"].clone();
    let mut input = json!({ "programmeId": id, "registrationDeadline": "2014-06-01", "reason": "Er is nog plaats.", "dryRun": true });
    let organiser = Some(app.organiser.as_str());
    let looked = app.act(organiser, "extendDeadline", CHANGE, input.clone()).await;
    assert_eq!(looked["errors"], json!([]));
    assert_eq!(
        looked["programme"]["registrationDeadline"], "2014-05-25",
        "nothing is done"
    );
    assert_eq!(reached(&looked, "deadline-extended", "ADDED"), 3);
    assert_eq!(reached(&looked, "below-minimum-3-days", "MOVED"), 1);
    assert_eq!(
        looked["summary"],
        json!({ "counted": 3, "minimum": 8, "participants": 3, "cancelled": 0, "waiting": 0, "offered": 0, "mails": 3,
                "amountCents": 3 * 155_000 })
    );
    assert_eq!(
        reached(&looked, "below-minimum-14-days", "ALREADY_DONE"),
        0,
        "it fires again"
    );
    let decision = looked["difference"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["key"] == "decision")
        .unwrap();
    assert_eq!(
        (&decision["change"], &decision["at"], &decision["movedFrom"]),
        (
            &json!("MOVED"),
            &json!("2014-06-01T22:00:00.000Z"),
            &json!("2014-05-25T22:00:00.000Z")
        )
    );
    app.verified(3..4).await;
    input["dryRun"] = json!(false);
    input["planHash"] = looked["planHash"].clone();
    let refused = app.act(organiser, "extendDeadline", CHANGE, input.clone()).await;
    assert_eq!(TestApp::codes(&refused), ["STALE_PLAN"]);
    assert_eq!(reached(&refused, "deadline-extended", "ADDED"), 4);
    input["planHash"] = refused["planHash"].clone();
    let done = app.act(organiser, "extendDeadline", CHANGE, input).await;
    assert_eq!(done["programme"]["registrationDeadline"], "2014-06-01");
}

async fn a_cancellation_is_looked_at_before_it_is_made(app: &TestApp) {
    app.verified(0..2).await;
    let id = app.programme(None, "id").await["id"].clone();
    let mut input = json!({ "programmeId": id, "reason": "De begeleider is ziek.", "dryRun": true });
    let organiser = Some(app.organiser.as_str());
    let looked = app.act(organiser, "cancelProgramme", CHANGE, input.clone()).await;
    assert_eq!(
        (&looked["summary"]["cancelled"], &looked["summary"]["participants"]),
        (&json!(2), &json!(0))
    );
    // They would have been told at the closing instant, by a no-go.
    assert_eq!(reached(&looked, "programme-cancelled", "MOVED"), 2);
    assert_eq!(reached(&looked, "decision", "DROPPED"), 0, "it is about nobody");
    assert!(
        looked["difference"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["key"] == "decision" && one["change"] == "DROPPED")
    );
    assert_eq!(app.programme(None, "status").await, json!({ "status": "OPEN" }));
    input["dryRun"] = json!(false);
    input["planHash"] = looked["planHash"].clone();
    let done = app.act(organiser, "cancelProgramme", CHANGE, input).await;
    assert_eq!(done["programme"]["status"], "CANCELLED");
    app.settle().await;
    assert_eq!(app.count(ProgrammeCancelled).await, 2);
}
