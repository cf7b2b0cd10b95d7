//! What is stored about people: it can be taken along, and it goes, when they wish or when its time is over. Counts stay.

use leernetwerk::domain::message::{MessageKind, MessageStatus};
use serde_json::{Value, json};

use crate::harness::{
    acts::token_in,
    app::{SLUG, TestApp, address},
    dump,
    engines::on_both,
};

on_both!(
    a_person_erases_everything_and_the_counts_stay,
    an_organiser_erases_and_sees_beforehand_what_would_go,
    whoever_is_erased_leaves_the_place_to_the_next,
    personal_data_goes_two_years_after_the_last_meeting,
    texts_of_mails_go_thirty_days_after_their_end,
    a_copy_can_be_taken_along,
);

/// Everything that names the person, each value found nowhere else.
fn somebody() -> Value {
    json!({
        "programmeSlug": SLUG, "name": "Wilhelmina Uniekman", "givenName": "Mientje", "email": "mientje.uniekman@xyzzy.example",
        "organisation": "gemeente Xyzzydam", "jobTitle": "hoofd Xyzzyzaken", "phone": "0612345670",
        "motivation": "Om de xyzzy te leren.",
        "billing": { "organisation": "Xyzzy Financien", "reference": "XYZZY-77", "email": "rekening@xyzzy.example" }
    })
}

const TRACES: [&str; 6] = ["uniekman", "mientje", "xyzzy", "0612345670", "wilhelmina", "rekening@"];

/// The rows that hold something of that person, also within what is written in hexadecimal.
async fn traces(app: &TestApp) -> Vec<String> {
    let rows = dump::rows(&app.database).await;
    let holds = |row: &String| {
        let row = row.to_lowercase();
        TRACES.iter().any(|trace| {
            let hexadecimal: String = trace.bytes().map(|byte| format!("{byte:02x}")).collect();
            row.contains(trace) || row.contains(&hexadecimal)
        })
    };
    rows.into_iter().filter(holds).collect()
}

async fn joined(app: &TestApp) -> String {
    assert_eq!(app.try_to_register(somebody()).await["errors"], json!([]));
    let token = app.link_token("mientje.uniekman@xyzzy.example").await;
    assert_eq!(app.respond(&token, "confirmRegistration").await, "REGISTERED");
    token
}

async fn erase(app: &TestApp, token: &str, input: Value) -> Value {
    app.act(Some(token), "erasePerson", "erased { what count }", input)
        .await
}

async fn counts(app: &TestApp) -> Value {
    app.programme(None, "placesTaken countedForMinimum waitingCount").await
}

async fn a_person_erases_everything_and_the_counts_stay(app: &TestApp) {
    app.verified(0..8).await;
    let token = joined(app).await;
    app.travel("2014-05-26T12:00:00+02:00").await;
    let withdraw = json!({ "reason": "Vanwege xyzzy." });
    app.act(
        Some(&token),
        "withdrawRegistration",
        "registration { status }",
        withdraw,
    )
    .await;
    app.settle().await;
    assert!(traces(app).await.len() > 3);
    let before = counts(app).await;
    let erased = erase(app, &token, json!({})).await;
    assert_eq!(erased["errors"], json!([]));
    assert_eq!(erased["erased"][0], json!({ "what": "registrations", "count": 1 }));
    assert_eq!(erased["erased"][1]["what"], json!("mails"));
    app.settle().await;
    assert_eq!(traces(app).await, Vec::<String>::new());
    assert_eq!(counts(app).await, before);
    // The link opens nothing any more, and nobody is known at the address.
    let answer = app.ask(Some(&token), "{ viewer { roles } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"));
    let asked = json!({ "programmeSlug": SLUG, "email": "mientje.uniekman@xyzzy.example" });
    app.act(None, "requestPersonalLink", "errors { code }", asked).await;
    app.settle().await;
    assert_eq!(traces(app).await, Vec::<String>::new());
}

async fn an_organiser_erases_and_sees_beforehand_what_would_go(app: &TestApp) {
    let token = joined(app).await;
    let viewer = app
        .data(Some(&token), "{ viewer { registration { id } } }", json!({}))
        .await;
    let id = &viewer["viewer"]["registration"]["id"];
    app.settle().await;
    let before = dump::rows(&app.database).await;
    let would = erase(app, &app.organiser, json!({ "registrationId": id, "dryRun": true })).await;
    let same = dump::rows(&app.database).await;
    assert_eq!(would["errors"], json!([]));
    assert_eq!(dump::difference(&before, &same), Vec::<&String>::new());
    let did = erase(app, &app.organiser, json!({ "registrationId": id })).await;
    assert_eq!(did, would);
    assert_eq!(traces(app).await, Vec::<String>::new());
    let known = app
        .data(
            Some(&app.organiser),
            "query ($id: ID!) { node(id: $id) { ... on Registration { name email organisation status } } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(known["node"]["status"], json!("WITHDRAWN"));
    assert_eq!(known["node"]["name"], json!("\u{2014}"));
    // Once more changes nothing.
    let again = erase(app, &app.organiser, json!({ "registrationId": id })).await;
    assert_eq!(again["errors"], json!([]));
}

async fn whoever_is_erased_leaves_the_place_to_the_next(app: &TestApp) {
    let token = joined(app).await;
    app.verified(0..12).await;
    assert_eq!(app.status(11).await, "WAITING");
    app.settle().await;
    erase(app, &token, json!({})).await;
    app.settle().await;
    assert_eq!(app.status(11).await, "OFFERED");
    assert_eq!(
        app.count(MessageKind::RegistrationWithdrawn).await,
        0,
        "there is no address to tell"
    );
    assert_eq!(traces(app).await, Vec::<String>::new());
}

async fn personal_data_goes_two_years_after_the_last_meeting(app: &TestApp) {
    joined(app).await;
    app.verified(0..8).await;
    // One who expires, one who waits in vain.
    app.register(8).await;
    app.travel("2014-06-01T12:00:00+02:00").await;
    let planned = app.timeline().await;
    let of = |key: &str| {
        let found = planned
            .iter()
            .find(|entry| entry["key"].as_str().unwrap().starts_with(key));
        found.map(|entry| (entry["at"].clone(), entry["state"].clone()))
    };
    assert_eq!(
        of("participant-erasure/"),
        Some((json!("2017-01-29T08:00:00.000Z"), json!("PLANNED"))),
        "two years after 29 January 2015, at nine"
    );
    assert_eq!(
        of("guest-erasure/"),
        Some((json!("2015-04-29T07:00:00.000Z"), json!("PLANNED")))
    );
    app.travel("2017-01-29T08:59:59+01:00").await;
    assert!(!traces(app).await.is_empty());
    let before = counts(app).await;
    app.travel("2017-01-29T09:00:00+01:00").await;
    assert_eq!(traces(app).await, Vec::<String>::new());
    let rows = dump::rows(&app.database).await;
    let somebody_else: Vec<_> = rows
        .iter()
        .filter(|row| (0..9).any(|n| row.contains(&address(n)) || row.contains(&format!("Nummer {n}"))))
        .collect();
    assert_eq!(somebody_else, Vec::<&String>::new());
    assert_eq!(counts(app).await, before, "what was counted stays counted");
    assert_eq!(before["countedForMinimum"], json!(9));
}

async fn texts_of_mails_go_thirty_days_after_their_end(app: &TestApp) {
    app.verified(0..1).await;
    app.settle().await;
    let mail = app.mails_to(&address(0)).await.remove(0);
    assert_eq!(mail.status, MessageStatus::Sent);
    assert!(!token_in(&app.text(&mail).await).is_empty());
    app.travel("2014-05-31T08:59:59+02:00").await;
    let bodies = |rows: &[String]| rows.iter().filter(|row| row.starts_with("message_body:")).count();
    let kept = bodies(&dump::rows(&app.database).await);
    app.travel("2014-05-31T09:00:01+02:00").await;
    let rows = dump::rows(&app.database).await;
    let of_then = app
        .mails()
        .await
        .iter()
        .filter(|mail| mail.caused_at < "2014-05-02T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap())
        .count();
    assert_eq!(bodies(&rows), kept - of_then);
    // What became of it stays; sending it again does not go.
    let mail = app.mails_to(&address(0)).await.remove(0);
    assert_eq!(mail.status, MessageStatus::Sent);
}

async fn a_copy_can_be_taken_along(app: &TestApp) {
    let token = joined(app).await;
    app.settle().await;
    let url = format!("{}/p/{token}?page=data&format=json", app.base_url().await);
    let answer = app.client().get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(
        answer.headers()["content-disposition"],
        format!("attachment; filename=\"{SLUG}.json\"").as_str()
    );
    let copy: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let given = somebody();
    for field in [
        "name",
        "givenName",
        "email",
        "organisation",
        "jobTitle",
        "phone",
        "motivation",
        "billing",
    ] {
        assert_eq!(copy["registrations"][0][field], given[field], "{field}");
    }
    let kinds: Vec<_> = copy["mails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mail| mail["kind"].clone())
        .collect();
    assert_eq!(kinds.len(), 2, "{copy}");
    assert!(kinds.contains(&json!("confirm-registration")) && kinds.contains(&json!("registration-received")));
}
