//! Documents that want to cost much, against the real endpoint: refused at once, and the server lives on.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::introspection::{names, types};
use crate::harness::{app::TestApp, engines::on_both};

on_both!(
    hostile_documents_are_refused_at_once,
    the_schema_is_the_same_wherever_it_is_told
);

/// What the issue of denial of service allows: measured in a debug build on a shared machine.
const AT_ONCE: Duration = Duration::from_millis(200);

fn bomb(levels: usize, on: &str, last: &str) -> String {
    let fragment = |level: usize| format!("fragment f{level} on {on}{{...f{next} ...f{next}}}", next = level + 1);
    let fragments: String = (0..levels).map(fragment).collect();
    format!("{{...f0}}{fragments}fragment f{levels} on {on}{{{last}}}")
}

fn documents() -> Vec<(&'static str, String)> {
    let aliases = |count: usize| {
        (0..count)
            .map(|n| format!("a{n}: clock {{ now }} "))
            .collect::<String>()
    };
    let nested = "programme { registrations { nodes { ".repeat(8);
    vec![
        (
            "31 fragments, each spreading the next twice",
            bomb(30, "Query", "clock{now}"),
        ),
        (
            "the same of mutations",
            format!("mutation{}", bomb(30, "Mutation", "__typename")),
        ),
        ("the same of introspection", bomb(30, "Query", "__schema{types{name}}")),
        ("ten thousand braces", "{".repeat(10_000)),
        (
            "ten thousand pairs of braces",
            format!("{}{}", "{a".repeat(10_000), "}".repeat(10_000)),
        ),
        (
            "ten thousand brackets",
            format!(
                "{{ nodes(ids: {}{}) {{ id }} }}",
                "[".repeat(10_000),
                "]".repeat(10_000)
            ),
        ),
        ("sixteen aliases", format!("{{ {} }}", aliases(16))),
        ("a thousand aliases", format!("{{ {} }}", aliases(1_000))),
        (
            "deep",
            format!(
                "{{ viewer {{ registration {{ {nested} id {} }} }} }}",
                "} } } ".repeat(8)
            ),
        ),
        (
            "a fragment in itself",
            "{ ...a } fragment a on Query { clock { now } ...a }".to_owned(),
        ),
        (
            "three fragments in a circle",
            "{...a} fragment a on Query{...b} fragment b on Query{...c} fragment c on Query{...a}".to_owned(),
        ),
        (
            "a thousand directives",
            format!("{{ clock {{ now {} }} }}", "@include(if: true) ".repeat(1_000)),
        ),
        (
            "a thousand operations",
            (0..1_000).map(|n| format!("query q{n}{{clock{{now}}}}")).collect(),
        ),
        (
            "six mutations",
            format!(
                "mutation {{ {} }}",
                (0..6)
                    .map(|n| format!("a{n}: acceptPlace(input: {{}}) {{ errors {{ code }} }} "))
                    .collect::<String>()
            ),
        ),
        (
            "long lists of long lists",
            "{ programmes(first: 100) { nodes { registrations(first: 100) { nodes { id } } } } }".to_owned(),
        ),
        (
            "a long list of ids of everything",
            format!("{{ nodes(ids: [{}]) {{ id }} }}", "\"x\" ".repeat(5_000)),
        ),
    ]
}

async fn send(app: &TestApp, query: &str) -> (u16, Value, Duration) {
    let url = format!("{}/graphql", app.base_url().await);
    let began = Instant::now();
    let request = app
        .client()
        .post(url)
        .bearer_auth(&app.organiser)
        .json(&json!({ "query": query }))
        .send();
    let response = timeout(Duration::from_secs(10), request)
        .await
        .expect("an answer")
        .unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap(), began.elapsed())
}

async fn hostile_documents_are_refused_at_once(app: &TestApp) {
    // The first request of a client connects.
    send(app, "{ clock { now } }").await;
    for (what, document) in documents() {
        let mut fastest = Duration::MAX;
        for _ in 0..3 {
            let (status, answer, took) = send(app, &document).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
            let is_refused = ["QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"].contains(&code);
            assert!(
                is_refused && answer.get("data").is_none(),
                "{what}: {status} {answer:#}"
            );
            assert!(answer.to_string().len() < 4_000, "{what}: the refusal is short");
            // Other tests run beside this one: what counts is what it costs when nothing is in the way.
            fastest = fastest.min(took);
        }
        assert!(fastest < AT_ONCE, "{what} took {fastest:?}");
    }
    for body in [
        ",".repeat(1 << 20),
        " ".repeat(1 << 20),
        format!("{{\"query\":\"{}\"}}", ",".repeat(1 << 20)),
    ] {
        let url = format!("{}/graphql", app.base_url().await);
        // The server may hang up on a body that long before it has read it; nothing else goes over that connection.
        let request = reqwest::Client::new()
            .post(url)
            .header("content-type", "application/json")
            .body(body);
        if let Ok(answer) = request.send().await {
            assert_eq!(answer.status(), 413);
        }
    }
    // As much as a body may hold, and all of it commas.
    let (_, answer, took) = send(app, &",".repeat(200_000)).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX");
    assert!(took < AT_ONCE * 5, "{took:?}");
    let (status, answer, _) = send(app, "{ clock { mode } }").await;
    assert_eq!(
        (status, answer),
        (200, json!({ "data": { "clock": { "mode": "TEST" } } })),
        "the server lives"
    );
}

async fn the_schema_is_the_same_wherever_it_is_told(app: &TestApp) {
    let query = include_str!("../../src/graphql/limits/introspection.graphql");
    let answer = app.data(None, query, json!({})).await;
    let told: Vec<String> = names(&answer["__schema"]["types"]);
    let response = app
        .client()
        .get(format!("{}/schema.graphql", app.base_url().await))
        .send()
        .await
        .unwrap();
    let served = response.text().await.unwrap();
    assert_eq!(
        served,
        include_str!("../../src/graphql/schema.graphql"),
        "served and committed"
    );
    for one in types(app).await {
        let (kind, name) = (one["kind"].as_str().unwrap(), one["name"].as_str().unwrap());
        assert!(told.contains(&name.to_owned()));
        let keyword = match kind {
            "OBJECT" => "type",
            "INPUT_OBJECT" => "input",
            "ENUM" => "enum",
            "INTERFACE" => "interface",
            "SCALAR" if ["Boolean", "Float", "ID", "Int", "String"].contains(&name) => continue,
            "SCALAR" => "scalar",
            other => panic!("{other}"),
        };
        let start = served
            .find(&format!("\n{keyword} {name}"))
            .unwrap_or_else(|| panic!("no {keyword} {name}"))
            + 1;
        let part = &served[start..];
        let part = &part[..part.find("\n}").unwrap_or(part.len())];
        for member in ["fields", "inputFields", "enumValues"]
            .iter()
            .flat_map(|members| names(&one[*members]))
        {
            let starts = |line: &str| {
                line.trim_start()
                    .strip_prefix(&member)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '(', ' ']))
            };
            assert!(
                part.lines().any(starts),
                "{name}.{member} is not in the committed schema"
            );
        }
    }
}
