//! Nothing that opens a door is kept or logged.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::harness::{
    app::{SLUG, TestApp, link_in},
    binary::Binary,
    cast::Cast,
    dump,
    engines::on_both,
};

on_both!(nothing_stored_opens_a_door);

async fn nothing_stored_opens_a_door(app: &TestApp) {
    let cast = Cast::gather(app).await;
    let rows = dump::rows(&app.database).await;
    for role in crate::harness::cast::EVERYBODY {
        if let Some(token) = cast.token(*role) {
            assert!(
                !rows.iter().any(|row| row.contains(token)),
                "the token of {role:?} is kept"
            );
        }
    }
    let bounds = |c: char| !(c.is_ascii_alphanumeric() || "-_.~+/=:".contains(c));
    let words: HashSet<&str> = rows
        .iter()
        .flat_map(|row| row.split(bounds))
        .filter(|word| (16..512).contains(&word.len()))
        .collect();
    assert!(words.len() > 100, "{}", words.len());
    let intents = app.intents().await;
    for word in words {
        assert_eq!(
            intents.caller_of(word, None).await.unwrap(),
            None,
            "{word} opens a door"
        );
    }
}

/// Registers, looks at the mail, verifies by page and by API, corrects, asks for a link, leaves; with everything logged that
/// can be.
#[tokio::test]
async fn logs_hold_no_person_and_no_key() {
    let server = Binary::start(&["demo"], "trace");
    let client = reqwest::Client::new();
    let organiser = server
        .said
        .split("Organiser's token")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    let ask = async |token: Option<&str>, query: &str, variables: Value| {
        let mut request = client
            .post(format!("{}/graphql", server.base_url))
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
        answer["data"].clone()
    };
    let get = async |path: &str| client.get(format!("{}{path}", server.base_url)).send().await.unwrap();
    let person = json!({ "programmeSlug": SLUG, "name": "Quirina Zandstra", "email": "quirina@polderveen.example",
        "organisation": "gemeente Polderveen", "phone": "0612345678", "motivation": "Omdat ik nieuwsgierig ben." });
    let register = "mutation ($input: RegisterInput!) { register(input: $input) { errors { code } } }";
    ask(None, register, json!({ "input": person })).await;
    ask(None, register, json!({ "input": { "programmeSlug": SLUG, "name": "Kapot", "email": "kapot@@stuk.example", "organisation": "x" } })).await;

    let list = get("/mailbox/?to=quirina%40polderveen.example")
        .await
        .text()
        .await
        .unwrap();
    let mail = list
        .split("/mailbox/")
        .find_map(|part| part.get(..36).filter(|id| id.contains('-')))
        .expect("a mail")
        .to_owned();
    let text = get(&format!("/mailbox/{mail}")).await.text().await.unwrap();
    let token = link_in(&text).expect("a link");
    get(&format!("/mailbox/{mail}/html")).await.text().await.unwrap();
    assert_eq!(get(&format!("/p/{token}?lang=en")).await.status(), 200);
    let pressed = client
        .post(format!("{}/p/{token}", server.base_url))
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(pressed.body("act=verify").send().await.unwrap().status(), 200);
    ask(
        Some(&token),
        "mutation { updateRegistration(input: { jobTitle: \"Dijkgravin\" }) { errors { code } } }",
        json!({}),
    )
    .await;
    ask(
        Some(&token),
        "{ viewer { registration { name email messages { nodes { subject } } } } }",
        json!({}),
    )
    .await;
    let asked = json!({ "input": { "programmeSlug": SLUG, "email": "quirina@polderveen.example" } });
    ask(
        None,
        "mutation ($input: RequestPersonalLinkInput!) { requestPersonalLink(input: $input) { errors { code } } }",
        asked,
    )
    .await;
    let question = json!({ "input": { "programmeSlug": SLUG, "name": "Quirina Vragensteller", "email": "vraag@polderveen.example",
        "question": "Mag mijn hamster mee?" } });
    ask(
        None,
        "mutation ($input: AskQuestionInput!) { askQuestion(input: $input) { errors { code } } }",
        question,
    )
    .await;
    ask(
        Some(&organiser),
        "{ messages(filter: { recipient: \"quirina@polderveen.example\" }) { nodes { recipient } } }",
        json!({}),
    )
    .await;
    ask(
        Some(&token),
        "mutation { withdrawRegistration(input: { reason: \"Wegens zwangerschap.\" }) { errors { code } } }",
        json!({}),
    )
    .await;
    ask(
        Some(&organiser),
        "mutation { travelTo(input: { instant: \"2014-05-26T09:00:00+02:00\" }) { errors { code } } }",
        json!({}),
    )
    .await;

    let named = json!({ "query": "query Clock { clock { now } }", "operationName": "Clock" });
    let url = format!("{}/graphql", server.base_url);
    assert_eq!(client.post(url).json(&named).send().await.unwrap().status(), 200);

    let logged = server.logged();
    assert!(
        logged.contains("sqlx::query") && logged.contains("\"TRACE\""),
        "everything is logged"
    );
    for span in [
        "\"route\":\"/p/{token}\"",
        "\"route\":\"/graphql\"",
        "\"method\":\"POST\"",
        "\"action\":\"register\"",
        "\"action\":\"withdrawRegistration\"",
        "\"operation\":\"Clock\"",
        "\"correlation_id\":\"",
        "\"name\":\"settle\"",
        "\"name\":\"tick\"",
        "\"name\":\"send\"",
    ] {
        assert!(logged.contains(span), "no span {span}");
    }
    for secret in [
        token.as_str(),
        &organiser,
        "uirina",
        "Zandstra",
        "olderveen",
        "0612345678",
        "nieuwsgierig",
        "Dijkgravin",
        "zwangerschap",
        "Vragensteller",
        "hamster",
        "Kapot",
        "kapot@",
        "Saskia",
        "lekstroom.example",
    ] {
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is logged");
    }
}
