//! Organisers change what is sent when, and write themselves.

use leernetwerk::domain::message::MessageKind::{Announcement, BelowMinimum};
use serde_json::{Value, json};

use crate::harness::{app::TestApp, cast::text, dump, engines::on_both};

on_both!(
    a_rule_is_looked_at_changed_and_keeps_to_it,
    what_has_gone_out_is_told_as_done_and_what_was_skipped_is_not,
    nonsense_is_refused_with_what_there_is,
    an_announcement_goes_to_whom_it_was_shown,
    an_announcement_at_a_moment_can_be_taken_back,
    programmes_from_before_get_new_rules,
);

const RULE: &str = "rule { key version trigger { anchor offsetDays offsetMinutes at weekday } latenessHours isPaused pauseNote ownSentence } \
                    difference { change at movedFrom key recipients }";

async fn set_rule(app: &TestApp, more: Value) -> Value {
    let mut input = json!({ "programmeId": app.programme(None, "id").await["id"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.act(Some(&app.organiser), "setRule", RULE, input).await
}

async fn a_rule_is_looked_at_changed_and_keeps_to_it(app: &TestApp) {
    let earlier = json!({ "key": "below-minimum-7-days", "trigger": { "anchor": "REGISTRATION_DEADLINE", "offsetDays": -5, "at": "08:30" },
                          "ownSentence": "Bel gerust.", "dryRun": true });
    let looked = set_rule(app, earlier.clone()).await;
    assert_eq!(looked["errors"], json!([]));
    assert_eq!(
        (
            &looked["rule"]["version"],
            looked["difference"].as_array().unwrap().len()
        ),
        (&json!(2), 1)
    );
    let difference = &looked["difference"][0];
    assert_eq!(
        (
            &difference["change"],
            &difference["at"],
            &difference["movedFrom"],
            &difference["key"]
        ),
        (
            &json!("MOVED"),
            &json!("2014-05-20T06:30:00.000Z"),
            &json!("2014-05-18T07:00:00.000Z"),
            &json!("below-minimum-7-days")
        )
    );
    let rules = app.programme(Some(&app.organiser), "rules { key version }").await;
    assert!(
        rules["rules"]
            .as_array()
            .unwrap()
            .iter()
            .all(|rule| rule["version"] == 1),
        "looking does nothing"
    );

    let mut change = earlier;
    change["dryRun"] = json!(false);
    let done = set_rule(app, change).await;
    assert_eq!(done["rule"]["trigger"]["at"], "08:30");
    let paused = set_rule(app, json!({ "key": "below-minimum-3-days", "pauseNote": "wij bellen" })).await;
    assert_eq!(
        (&paused["rule"]["isPaused"], &paused["rule"]["pauseNote"]),
        (&json!(true), &json!("wij bellen"))
    );
    app.restart().await;
    app.travel("2014-05-23T10:00:00+02:00").await;
    let moments: Vec<_> = app
        .timeline()
        .await
        .iter()
        .filter(|entry| entry["messageKind"] == "BELOW_MINIMUM" && entry["doneAt"] != json!(null))
        .map(|entry| (text(&entry["at"]), text(&entry["state"]), entry["reason"].clone()))
        .collect();
    assert_eq!(
        moments,
        [
            ("2014-05-11T07:00:00.000Z".to_owned(), "DONE".to_owned(), json!(null)),
            ("2014-05-20T06:30:00.000Z".to_owned(), "DONE".to_owned(), json!(null)),
            (
                "2014-05-22T07:00:00.000Z".to_owned(),
                "SKIPPED".to_owned(),
                json!("the rule is paused: wij bellen")
            ),
        ]
    );
    let (_, words) = app.newest_mail("marc@leernetwerk.example").await;
    assert!(words.contains("Bel gerust."), "{words}");
    // Back to what the product brings; what is past stays past.
    let back = set_rule(
        app,
        json!({ "key": "below-minimum-7-days", "trigger": null, "ownSentence": null }),
    )
    .await;
    assert_eq!(
        (&back["rule"]["version"], &back["rule"]["trigger"]["offsetDays"]),
        (&json!(3), &json!(-7))
    );
    app.travel("2014-05-24T10:00:00+02:00").await;
    assert_eq!(app.count(BelowMinimum).await, 3);
}

async fn what_has_gone_out_is_told_as_done_and_what_was_skipped_is_not(app: &TestApp) {
    let later = json!({ "key": "below-minimum-14-days", "trigger": { "anchor": "REGISTRATION_DEADLINE", "offsetDays": -2, "at": "09:00" },
                        "dryRun": true });
    // Too few, so the organiser was warned; then enough, so the next warning is not due.
    app.travel("2014-05-12T10:00:00+02:00").await;
    let looked = set_rule(app, later.clone()).await;
    assert_eq!(
        looked["difference"],
        json!([{ "change": "ALREADY_DONE", "at": "2014-05-23T07:00:00.000Z", "movedFrom": "2014-05-11T07:00:00.000Z",
                 "key": "below-minimum-14-days", "recipients": ["marc@leernetwerk.example"] }])
    );
    app.verified(0..8).await;
    app.travel("2014-05-19T10:00:00+02:00").await;
    let mut skipped = later;
    skipped["key"] = json!("below-minimum-7-days");
    assert_eq!(
        set_rule(app, skipped).await["difference"],
        json!([]),
        "its moment came, and nobody was warned"
    );
}

async fn nonsense_is_refused_with_what_there_is(app: &TestApp) {
    let query = "mutation ($input: SetRuleInput!) { setRule(input: $input) { errors { message } } }";
    let id = app.programme(None, "id").await["id"].clone();
    for (what, value, known) in [
        ("anchor", "NO_SUCH", "PROGRAMME_END"),
        ("weekday", "SOMEDAY", "MONDAY, TUESDAY"),
    ] {
        let input = json!({ "programmeId": id, "key": "below-minimum-7-days", "trigger": { what: value } });
        let answer = app.ask(Some(&app.organiser), query, json!({ "input": input })).await;
        let message = text(&answer["errors"][0]["message"]);
        assert!(
            message.contains(value) && message.contains("; it has ") && message.contains(known),
            "{message}"
        );
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }
    for (input, code, field, told) in [
        (json!({ "key": "nonsense" }), "INVALID", "key", "below-minimum-14-days"),
        (
            json!({ "key": "below-minimum-7-days", "trigger": { "anchor": "PROGRAMME_END" } }),
            "INVALID",
            "trigger",
            "registration-deadline",
        ),
        (
            json!({ "key": "below-minimum-7-days", "trigger": {} }),
            "REQUIRED",
            "trigger",
            "meeting-start",
        ),
        (
            json!({ "key": "below-minimum-7-days", "trigger": { "anchor": "REGISTRATION_DEADLINE", "offsetDays": 1000000 } }),
            "INVALID",
            "trigger",
            "400 days",
        ),
        (
            json!({ "key": "below-minimum-7-days", "latenessHours": -1 }),
            "INVALID",
            "latenessHours",
            "from 1 to",
        ),
        (
            json!({ "key": "decision-report", "trigger": { "weekday": "MONDAY" } }),
            "INVALID",
            "trigger",
            "fires when",
        ),
        (
            json!({ "key": "decision-report", "ownSentence": "x".repeat(501) }),
            "TOO_LONG",
            "ownSentence",
            "500",
        ),
        (
            json!({ "key": "confirm-registration", "pauseNote": "even niet" }),
            "INVALID",
            "pauseNote",
            "nobody could take part",
        ),
    ] {
        let refused = set_rule(app, input.clone()).await;
        let error = &refused["errors"][0];
        assert_eq!(
            (&error["code"], &error["field"][0]),
            (&json!(code), &json!(field)),
            "{input}"
        );
        assert!(text(&error["message"]).contains(told), "{input}: {error}");
        assert_eq!(refused["rule"], Value::Null);
    }
}

async fn an_announcement_goes_to_whom_it_was_shown(app: &TestApp) {
    app.verified(0..2).await;
    app.register(2).await;
    let done = app.announce(json!({ "audience": "PARTICIPANTS", "subject": "<b>kom</b> langs", "body": "Eerste regel.\n\n[klik](https://elders.example)" })).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(done["recipients"].as_array().unwrap().len(), 2);
    assert_eq!(done["messages"].as_array().unwrap().len(), 2);
    assert_eq!(done["messages"][0]["kind"], "ANNOUNCEMENT");
    assert!(
        text(&done["messages"][0]["subject"]).contains("<b>kom</b> langs"),
        "a subject is text"
    );
    app.settle().await;
    assert_eq!(app.count(Announcement).await, 2);
    let address = text(&done["recipients"][0]);
    let again = json!({ "programmeId": app.programme(None, "id").await["id"], "audience": "PARTICIPANTS", "subject": "<b>kom</b> langs",
                        "body": "Eerste regel.\n\n[klik](https://elders.example)", "planHash": done["planHash"] });
    let again = app.act(Some(&app.organiser), "announce", "announcementId", again).await;
    assert_eq!(TestApp::codes(&again), ["STALE_PLAN"], "pressing twice sends once");
    let (_, words) = app.newest_mail(&address).await;
    assert!(
        words.contains("Eerste regel.") && words.contains("[klik](https://elders.example)"),
        "as it was typed: {words}"
    );
    // The plan of before is not the plan of now.
    let id = app.programme(None, "id").await["id"].clone();
    let mut input =
        json!({ "programmeId": id, "audience": "PARTICIPANTS", "subject": "nog iets", "body": "Nog iets." });
    let organiser = Some(app.organiser.as_str());
    let looked = app
        .act(organiser, "announce", "planHash recipients", input.clone())
        .await;
    app.verify(2).await;
    input["planHash"] = looked["planHash"].clone();
    let refused = app
        .act(organiser, "announce", "planHash recipients announcementId", input)
        .await;
    assert_eq!(TestApp::codes(&refused), ["STALE_PLAN"]);
    assert_eq!(refused["recipients"].as_array().unwrap().len(), 3);
    assert_eq!(app.count(Announcement).await, 2);
    let nobody = json!({ "programmeId": id, "audience": "WAITING", "subject": "x", "body": "x" });
    let refused = app.act(organiser, "announce", "planHash", nobody).await;
    assert_eq!(
        (TestApp::codes(&refused), &refused["errors"][0]["field"]),
        (vec!["INVALID".to_owned()], &json!(["audience"]))
    );
}

async fn an_announcement_at_a_moment_can_be_taken_back(app: &TestApp) {
    let at = json!({ "audience": "ORGANISERS", "trigger": { "anchor": "REGISTRATION_DEADLINE", "offsetDays": -1, "at": "12:00" } });
    let (kept, gone) = (app.announce(at.clone()).await, app.announce(at).await);
    assert_eq!(kept["difference"][0]["at"], "2014-05-24T10:00:00.000Z");
    assert_eq!(kept["messages"], json!([]));
    let input = json!({ "announcementId": gone["announcementId"] });
    let taken = app
        .act(
            Some(&app.organiser),
            "withdrawAnnouncement",
            "announcement { withdrawnAt }",
            input,
        )
        .await;
    assert_ne!(taken["announcement"]["withdrawnAt"], Value::Null);
    app.restart().await;
    app.travel("2014-05-24T12:00:00+02:00").await;
    assert_eq!(app.count(Announcement).await, 1);
    let list = app
        .programme(
            Some(&app.organiser),
            "announcements { totalCount nodes { withdrawnAt } }",
        )
        .await;
    assert_eq!(list["announcements"]["totalCount"], 2);
    let late = json!({ "announcementId": kept["announcementId"] });
    let refused = app
        .act(
            Some(&app.organiser),
            "withdrawAnnouncement",
            "announcement { withdrawnAt }",
            late,
        )
        .await;
    assert_eq!(TestApp::codes(&refused), ["STATE_CONFLICT"]);
}

async fn programmes_from_before_get_new_rules(app: &TestApp) {
    app.stop().await;
    dump::execute(
        &app.database,
        "DELETE FROM rule WHERE rule_key IN ('announcement', 'decision-reminder-7-days')",
    )
    .await;
    app.start_at("2014-05-01T09:00:00+02:00").await;
    let done = app.announce(json!({ "audience": "TEAM" })).await;
    assert_eq!(done["errors"], json!([]));
    assert!(!done["messages"].as_array().unwrap().is_empty());
    let entries = app.timeline().await;
    assert!(
        entries
            .iter()
            .any(|entry| text(&entry["key"]).starts_with("decision-reminder-7-days/"))
    );
}
