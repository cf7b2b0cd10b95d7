//! Whoever registered has an answer to every mail that the calendar brings: got, will get, or why not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    engines::on_both,
};

on_both!(
    everybody_has_an_answer_to_every_mail_of_the_calendar,
    an_answer_stays_when_the_rule_is_changed,
    whoever_never_registered_has_no_timeline,
);

async fn registrations(app: &TestApp) -> BTreeMap<String, Value> {
    let fields = "registrations(first: 100) { nodes { id email } }";
    let found = app.programme(Some(&app.organiser), fields).await;
    let nodes = found["registrations"]["nodes"].as_array().unwrap().clone();
    nodes
        .into_iter()
        .map(|node| (text(&node["email"]), node["id"].clone()))
        .collect()
}

/// State and reason of each entry about one person, by rule and occurrence.
async fn answers(app: &TestApp, id: &Value) -> BTreeMap<(String, String), (String, Value)> {
    let mut answers = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let query = "query ($slug: String!, $id: ID!, $after: String) { programme(slug: $slug) {
            timeline(registrationId: $id, first: 100, after: $after) {
                nodes { key state reason registration { id } } pageInfo { hasNextPage endCursor } } } }";
        let variables = json!({ "slug": SLUG, "id": id, "after": after });
        let page = app.data(Some(&app.organiser), query, variables).await["programme"]["timeline"].clone();
        for node in page["nodes"].as_array().unwrap() {
            assert_eq!(node["registration"]["id"], *id);
            let key = text(&node["key"]);
            let [rule, _, occurrence] = key.splitn(3, '/').collect::<Vec<_>>().try_into().unwrap();
            let answer = (text(&node["state"]), node["reason"].clone());
            let earlier = answers.insert((rule.to_owned(), occurrence.to_owned()), answer);
            assert_eq!(earlier, None, "{key} has one answer");
        }
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return answers;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// What the calendar brings to participants.
const BY_CALENDAR: [&str; 13] = [
    "venue-request",
    "venue-request-again",
    "host-reminder-28-days",
    "host-reminder-21-days",
    "meeting-information",
    "learning-wish-request",
    "learning-wish-reminder",
    "learning-wish-digest",
    "agenda",
    "harvest-request",
    "harvest-reminder-21-days",
    "harvest-reminder-12-days",
    "programme-completed",
];

async fn everybody_has_an_answer_to_every_mail_of_the_calendar(app: &TestApp) {
    app.verified(0..13).await;
    app.register(13).await;
    // The day after the go.
    app.travel("2014-05-27T10:00:00+02:00").await;
    app.respond(&app.first_token(0).await, "withdrawRegistration").await;
    app.settle().await;
    app.respond(&app.first_token(12).await, "acceptPlace").await;
    let ids = registrations(app).await;
    let mut asked = BTreeSet::new();
    for moment in [
        "2014-06-20T10:00:00+02:00",
        "2014-11-20T10:00:00+01:00",
        "2015-03-20T10:00:00+01:00",
    ] {
        app.travel(moment).await;
        let mut all = BTreeMap::new();
        for n in [0, 1, 12, 13] {
            let mut answers = answers(app, &ids[&address(n)]).await;
            answers.retain(|(rule, _), _| BY_CALENDAR.contains(&rule.as_str()));
            for (key, (state, reason)) in &answers {
                let is_explained = matches!(state.as_str(), "DONE" | "PLANNED") || reason.is_string();
                assert!(is_explained, "{n} {key:?}: {state} {reason}");
            }
            all.insert(n, answers);
        }
        let keys: Vec<BTreeSet<_>> = all.values().map(|answers| answers.keys().cloned().collect()).collect();
        for of_one in &keys {
            assert_eq!(*of_one, keys[0], "the same for everybody");
        }
        let rules: BTreeSet<_> = keys[0].iter().map(|(rule, _)| rule.as_str()).collect();
        assert_eq!(rules, BY_CALENDAR.into(), "each rule is answered");
        let why = |n: usize, rule: &str| {
            let found = all[&n].iter().find(|((of, _), _)| of == rule);
            let (_, (state, reason)) = found.unwrap();
            format!("{state} {}", reason.as_str().unwrap_or_default())
        };
        assert!(
            why(0, "programme-completed").starts_with("SKIPPED this registration has ended before that (withdrawn, ")
        );
        assert!(why(0, "venue-request").starts_with("DONE"));
        assert!(why(13, "venue-request").starts_with("SKIPPED this registration has ended before that (expired, "));
        assert!(why(12, "venue-request").starts_with("SKIPPED this person has no confirmed place"));
        assert_eq!(
            why(1, "learning-wish-digest"),
            "SKIPPED this person follows no learning wish"
        );
        asked.insert((why(1, "programme-completed"), why(12, "programme-completed")));
    }
    let twice = |state: &str| (state.to_owned(), state.to_owned());
    assert_eq!(
        asked,
        [twice("DONE "), twice("PLANNED ")].into(),
        "foretold, and come true"
    );
}

async fn an_answer_stays_when_the_rule_is_changed(app: &TestApp) {
    app.verified(0..9).await;
    app.register(9).await;
    app.travel("2014-05-27T10:00:00+02:00").await;
    let expired = registrations(app).await[&address(9)].clone();
    let before = answers(app, &expired).await;
    let of_rule =
        |answers: &BTreeMap<(String, String), _>| answers.keys().filter(|(rule, _)| rule == "venue-request").count();
    assert_eq!(of_rule(&before), 1);
    let change = json!({ "programmeId": app.programme(None, "id").await["id"], "key": "venue-request", "whenMoved": "ONCE",
                         "trigger": { "anchor": "DECISION", "offsetDays": 30 } });
    let done = app
        .act(Some(&app.organiser), "setRule", "rule { version }", change)
        .await;
    assert_eq!(done["errors"], json!([]));
    let after = answers(app, &expired).await;
    assert!(before.keys().all(|key| after.contains_key(key)), "what came stays");
    assert_eq!(of_rule(&after), 2);
}

async fn whoever_never_registered_has_no_timeline(app: &TestApp) {
    let query =
        "query ($slug: String!, $id: ID!) { programme(slug: $slug) { timeline(registrationId: $id) { totalCount } } }";
    for nobody in [json!("garbage"), app.programme(None, "id").await["id"].clone()] {
        let answer = app
            .ask(Some(&app.organiser), query, json!({ "slug": SLUG, "id": nobody }))
            .await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}
