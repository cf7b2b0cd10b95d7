//! Too few people: the organisers hear of it 14, 7, 3 and 1 days before, and the timeline tells what was and what will be.

use std::collections::BTreeMap;

use leernetwerk::domain::message::MessageKind::BelowMinimum;
use serde_json::{Value, json};

use crate::harness::{app::TestApp, engines::on_both};

on_both!(
    four_warnings_while_below,
    no_warning_once_the_minimum_is_reached,
    published_late_there_are_two,
    what_is_foretold_is_what_comes,
    foretold_with_a_waiting_list_it_comes_too,
    foretold_with_changed_rules_and_announcements_it_comes_too,
);

async fn warnings(app: &TestApp, slug: &str) -> Vec<Value> {
    app.timeline_of(slug)
        .await
        .into_iter()
        .filter(|entry| entry["messageKind"] == json!("BELOW_MINIMUM"))
        .collect()
}

fn told(entries: &[Value]) -> Vec<(&str, &str)> {
    entries
        .iter()
        .map(|entry| (entry["at"].as_str().unwrap(), entry["state"].as_str().unwrap()))
        .collect()
}

const MOMENTS: [&str; 4] = [
    "2014-05-11T07:00:00.000Z",
    "2014-05-18T07:00:00.000Z",
    "2014-05-22T07:00:00.000Z",
    "2014-05-24T07:00:00.000Z",
];

async fn four_warnings_while_below(app: &TestApp) {
    let planned = warnings(app, "werken-in-het-westen-2014").await;
    assert_eq!(told(&planned), MOMENTS.map(|at| (at, "PLANNED")));
    assert!(
        planned
            .iter()
            .all(|entry| entry["doneAt"] == json!(null) && entry["recipient"] == json!("marc@leernetwerk.example"))
    );
    app.verified(0..5).await;
    for (n, at) in MOMENTS.into_iter().enumerate() {
        app.travel(at).await;
        assert_eq!(app.count(BelowMinimum).await, n + 1);
        let (kind, text) = app.newest_mail("marc@leernetwerk.example").await;
        assert_eq!(kind, BelowMinimum);
        assert!(
            text.contains("tellen nu 5 aanmeldingen mee") && text.contains("nog 3"),
            "{text}"
        );
    }
    let done = warnings(app, "werken-in-het-westen-2014").await;
    assert_eq!(told(&done), MOMENTS.map(|at| (at, "DONE")));
    assert!(
        done.iter()
            .all(|entry| entry["message"]["status"] == json!("SENT") && entry["doneAt"] == entry["at"])
    );
}

async fn no_warning_once_the_minimum_is_reached(app: &TestApp) {
    app.travel("2014-05-12T09:00:00+02:00").await;
    app.verified(0..8).await;
    let planned = warnings(app, "werken-in-het-westen-2014").await;
    let states = ["DONE", "SKIPPED", "SKIPPED", "SKIPPED"];
    assert_eq!(
        told(&planned).iter().map(|(_, state)| *state).collect::<Vec<_>>(),
        states
    );
    assert!(
        planned[1..].iter().all(|entry| entry["doneAt"] == json!(null)),
        "foretold, not done"
    );
    app.travel("2014-05-25T09:00:00+02:00").await;
    let done = warnings(app, "werken-in-het-westen-2014").await;
    assert_eq!(told(&done).iter().map(|(_, state)| *state).collect::<Vec<_>>(), states);
    for entry in &done[1..] {
        assert_eq!(entry["reason"], json!("8 count, which is at least the minimum of 8"));
        assert_eq!((&entry["doneAt"], &entry["message"]), (&entry["at"], &json!(null)));
    }
    assert_eq!(app.count(BelowMinimum).await, 1);
}

async fn published_late_there_are_two(app: &TestApp) {
    app.travel("2014-05-20T12:00:00+02:00").await;
    let day = |on: &str| json!([{ "on": on, "startsAt": "09:30", "endsAt": "16:30" }]);
    let input = json!({
        "slug": "later", "title": "Later", "description": "Later aangekondigd.", "minParticipants": 8, "maxParticipants": 12,
        "registrationDeadline": "2014-05-25", "price": { "cents": 155000, "vatIncluded": false },
        "meetings": [{ "title": "Start", "days": day("2014-06-12") }],
        "team": [{ "name": "Marc Jetten", "email": "marc@leernetwerk.example", "roles": ["ORGANISER"] }],
    });
    let created = app
        .act(
            Some(&app.administrator),
            "createProgramme",
            "programme { id status }",
            input,
        )
        .await;
    assert_eq!(created["errors"], json!([]));
    assert_eq!(created["programme"]["status"], json!("DRAFT"));
    app.travel("2014-05-20T13:00:00+02:00").await;
    let id = created["programme"]["id"].clone();
    let published = app
        .act(
            Some(&app.administrator),
            "publishProgramme",
            "programme { status }",
            json!({ "programmeId": id }),
        )
        .await;
    assert_eq!(published["programme"]["status"], json!("OPEN"));
    app.travel("2014-05-25T12:00:00+02:00").await;
    let all = warnings(app, "later").await;
    let states = ["SKIPPED", "SKIPPED", "DONE", "DONE"];
    assert_eq!(told(&all), MOMENTS.into_iter().zip(states).collect::<Vec<_>>());
    for entry in &all[..2] {
        assert!(
            entry["reason"]
                .as_str()
                .unwrap()
                .starts_with("the moment was past when the programme was published"),
            "{entry}"
        );
    }
}

/// What will be, by its reason: its moment, what it is, for whom, and how it ends.
fn foretold(timeline: &[Value]) -> BTreeMap<String, Value> {
    let still_to_come = timeline.iter().filter(|entry| entry["doneAt"] == json!(null));
    still_to_come
        .map(|entry| (entry["key"].as_str().unwrap().to_owned(), story(entry)))
        .collect()
}

/// An entry without what only carrying it out can tell.
fn story(entry: &Value) -> Value {
    let state = if entry["state"] == json!("DONE") {
        json!("PLANNED")
    } else {
        entry["state"].clone()
    };
    let mut story = json!({ "state": state });
    for field in ["at", "kind", "recipient", "messageKind", "reason"] {
        story[field] = entry[field].clone();
    }
    story
}

/// Walks in steps through the whole programme, and holds what came against what was foretold.
async fn walk_and_compare(app: &TestApp) {
    let timeline = app.timeline().await;
    let (done, foretold) = (
        timeline.iter().filter(|entry| entry["doneAt"] != json!(null)).count(),
        foretold(&timeline),
    );
    assert!(foretold.len() > 5, "{timeline:#?}");
    for to in [
        "2014-05-05T00:00:00Z",
        "2014-05-18T07:00:00Z",
        "2014-05-25T21:59:59Z",
        "2014-06-12T07:29:59Z",
        "2014-07-01T00:00:00Z",
        "2014-10-31T12:00:00Z",
        "2015-03-01T00:00:00Z",
        "2017-02-01T00:00:00Z",
    ] {
        app.travel(to).await;
    }
    let after = app.timeline().await;
    assert!(
        after.iter().all(|entry| entry["doneAt"] != json!(null)),
        "nothing is left to come"
    );
    let came: BTreeMap<_, _> = after
        .iter()
        .map(|entry| (entry["key"].as_str().unwrap().to_owned(), story(entry)))
        .filter(|(key, _)| foretold.contains_key(key))
        .collect();
    assert_eq!(came, foretold);
    assert_eq!(after.len(), done + foretold.len(), "nothing came that was not foretold");
    let mails = app.mails().await.len();
    let made = after.iter().filter(|entry| entry["message"] != json!(null)).count();
    assert_eq!(made, mails, "every mail has its entry");
}

async fn what_is_foretold_is_what_comes(app: &TestApp) {
    app.verified(0..7).await;
    app.register(7).await;
    walk_and_compare(app).await;
}

async fn foretold_with_a_waiting_list_it_comes_too(app: &TestApp) {
    app.verified(0..10).await;
    app.register(10).await;
    app.register(11).await;
    app.register(12).await;
    app.verified(13..17).await;
    app.respond(&app.first_token(0).await, "withdrawRegistration").await;
    walk_and_compare(app).await;
}

async fn foretold_with_changed_rules_and_announcements_it_comes_too(app: &TestApp) {
    app.verified(0..6).await;
    app.register(6).await;
    for change in [
        json!({ "key": "below-minimum-7-days", "trigger": { "anchor": "REGISTRATION_DEADLINE", "offsetDays": -2, "at": "23:15" } }),
        json!({ "key": "below-minimum-1-day", "trigger": { "anchor": "REGISTRATION_OPENS", "offsetMinutes": 4321 } }),
        json!({ "key": "below-minimum-3-days", "pauseNote": "wij bellen" }),
        json!({ "key": "decision-report", "ownSentence": "Dank voor het meedenken." }),
    ] {
        app.organise_rule(change).await;
    }
    for what in [
        json!({ "audience": "EVERYONE", "trigger": { "weekday": "WEDNESDAY", "at": "12:00" } }),
        json!({ "audience": "PARTICIPANTS", "trigger": { "anchor": "DECISION", "offsetDays": 1 } }),
        json!({ "audience": "TEAM", "trigger": { "anchor": "REGISTRATION_DEADLINE", "offsetMinutes": -1 } }),
    ] {
        app.announce(what).await;
    }
    walk_and_compare(app).await;
}
