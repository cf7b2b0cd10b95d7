//! Long lists, stretch by stretch: the same order both ways, each thing once, and bounds.

use std::collections::HashSet;

use leernetwerk::{
    app::{Repeatable, guests::InvitationFields, programme_fields::ProgrammeFields},
    domain::guests::GuestRelation,
};
use serde_json::{Value, json};

use crate::harness::{
    app::{SLUG, STARTS_AT, TestApp, address},
    binary::Binary,
    engines::on_both,
    foundation::{ADMINISTRATOR, person, programme_fields},
};

on_both!(
    every_list_is_walked_both_ways,
    bounds_and_cursors_are_checked,
    a_cursor_outlives_its_row,
    one_instant_is_told_in_causal_order,
    a_long_page_costs_no_more_statements,
    guests_are_walked_both_ways,
);

/// A list: its way with `…` where the connection's arguments go, what tells its things apart, and more arguments.
struct List {
    way: &'static str,
    key: &'static str,
    more: &'static str,
}

const LISTS: [List; 4] = [
    List {
        way: "{ programmes… }",
        key: "id",
        more: "",
    },
    List {
        way: "{ programme(slug: \"werken-in-het-westen-2014\") { registrations… } }",
        key: "id",
        more: "",
    },
    List {
        way: "{ messages… }",
        key: "id",
        more: "",
    },
    List {
        way: "{ programme(slug: \"werken-in-het-westen-2014\") { timeline… } }",
        key: "key",
        more: "",
    },
];

impl List {
    async fn ask(&self, app: &TestApp, arguments: &str) -> Value {
        let given = format!("{} {arguments}", self.more);
        let given = if given.trim().is_empty() {
            String::new()
        } else {
            format!("({given})")
        };
        let key = self.key;
        let connection = format!(
            "{given} {{ edges {{ cursor node {{ {key} }} }} nodes {{ {key} }} totalCount
                pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}"
        );
        app.ask(Some(&app.organiser), &self.way.replace('…', &connection), json!({}))
            .await
    }

    async fn page(&self, app: &TestApp, arguments: &str) -> Value {
        let answer = self.ask(app, arguments).await;
        assert!(answer.get("errors").is_none(), "{}: {answer:#}", self.way);
        connection(&answer).unwrap_or_else(|| panic!("{answer:#}")).clone()
    }

    fn keys(&self, page: &Value) -> Vec<String> {
        let of = |node: &Value| node[self.key].as_str().unwrap().to_owned();
        let keys: Vec<String> = page["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| of(&edge["node"]))
            .collect();
        let nodes: Vec<String> = page["nodes"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(keys, nodes);
        keys
    }
}

fn connection(answer: &Value) -> Option<&Value> {
    match answer {
        Value::Object(fields) if fields.contains_key("edges") => Some(answer),
        Value::Object(fields) => fields.values().find_map(connection),
        _ => None,
    }
}

/// 130 people, so 130 mails and more made at the same standing instant; 23 more programmes.
async fn fill(app: &TestApp) {
    let intents = app.intents().await;
    for n in 0..130 {
        intents
            .add_registration(&ADMINISTRATOR, app.programme, person(n), &Repeatable::default())
            .await
            .unwrap();
    }
    for n in 0..23 {
        let fields = ProgrammeFields {
            slug: Some(format!("nummer-{n}")),
            ..programme_fields()
        };
        let made = intents
            .create_programme(&ADMINISTRATOR, &fields, &Repeatable::default())
            .await
            .unwrap();
        intents
            .publish_programme(&ADMINISTRATOR, made.programme.id, &Repeatable::default())
            .await
            .unwrap();
    }
    app.settle().await;
}

async fn every_list_is_walked_both_ways(app: &TestApp) {
    fill(app).await;
    for list in LISTS {
        let total = list.page(app, "").await["totalCount"].as_u64().unwrap() as usize;
        assert!(total >= 24, "{}", list.way);
        assert_eq!(list.keys(&list.page(app, "").await).len(), 20, "{}", list.way);
        assert_eq!(
            list.keys(&list.page(app, "first: 100").await).len(),
            total.min(100),
            "{}",
            list.way
        );
        assert_eq!(list.page(app, "first: 0").await["edges"], json!([]));
        list.walk(app, total).await;
    }
}

impl List {
    /// Walks the whole list both ways.
    async fn walk(&self, app: &TestApp, total: usize) {
        let list = self;
        for size in [7, 100] {
            let (mut forwards, mut after) = (Vec::new(), String::new());
            loop {
                let page = list.page(app, &format!("first: {size} {after}")).await;
                forwards.extend(list.keys(&page));
                assert_eq!(page["totalCount"], total, "{}", list.way);
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
                after = format!("after: {}", page["pageInfo"]["endCursor"]);
            }
            let (mut backwards, mut before) = (Vec::new(), String::new());
            loop {
                let page = list.page(app, &format!("last: {size} {before}")).await;
                backwards.splice(0..0, list.keys(&page));
                if page["pageInfo"]["hasPreviousPage"] == false {
                    break;
                }
                before = format!("before: {}", page["pageInfo"]["startCursor"]);
            }
            assert_eq!(forwards.len(), total, "{}", list.way);
            assert_eq!(forwards, backwards, "{}", list.way);
            assert_eq!(
                forwards.iter().collect::<HashSet<_>>().len(),
                total,
                "{}: each once",
                list.way
            );
        }
    }
}

async fn guests_are_walked_both_ways(app: &TestApp) {
    app.verified(0..8).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
    let intents = app.intents().await;
    for n in 0..110 {
        let fields = InvitationFields {
            name: format!("Gast Nummer {n}"),
            email: format!("gast{n}@gast.example"),
            relation: GuestRelation::Colleague,
            locale: None,
            message: None,
        };
        let once = Repeatable::default();
        let invited = intents.invite_guest(&ADMINISTRATOR, Some(app.programme), &fields, &once);
        invited.await.unwrap();
    }
    let list = List {
        way: "{ programme(slug: \"werken-in-het-westen-2014\") { showcase { invitations… } } }",
        key: "id",
        more: "",
    };
    list.walk(app, 110).await;
    let answered = List {
        more: "status: [ACCEPTED, WAITING]",
        ..list
    };
    assert_eq!(answered.page(app, "").await["totalCount"], 0);
    let foreign = LISTS[1].page(app, "first: 1").await["pageInfo"]["endCursor"].to_string();
    let answer = answered.ask(app, &format!("after: {foreign}")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

async fn bounds_and_cursors_are_checked(app: &TestApp) {
    app.verified(0..2).await;
    let mut cursors = Vec::new();
    for list in LISTS {
        cursors.push(list.page(app, "first: 1").await["pageInfo"]["endCursor"].to_string());
    }
    for (index, list) in LISTS.iter().enumerate() {
        let foreign = &cursors[(index + 1) % LISTS.len()];
        let own = &cursors[index];
        let cut = format!("{}\"", &own[..own.len() - 4]);
        for refused in [
            "first: -1",
            "first: 101",
            "last: -1",
            "last: 101",
            "first: 1, last: 1",
            "first: -2147483648",
            "after: \"\"",
            "before: \"geen cursor\"",
            "after: \"AAAA\"",
            "last: 5, after: \"é\"",
            &format!("after: {foreign}"),
            &format!("last: 1, before: {foreign}"),
            &format!("after: {cut}"),
        ] {
            let answer = list.ask(app, refused).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            // A cursor cut short may still be a number of another row, never another list's.
            assert!(
                code == "BAD_USER_INPUT" || refused.contains(&cut),
                "{} {refused}: {answer:#}",
                list.way
            );
        }
        assert!(
            list.ask(app, &format!("first: 1, after: {own}"))
                .await
                .get("errors")
                .is_none()
        );
    }
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let answer = app.ask(None, query, json!({ "ids": vec!["x"; 101] })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(
        app.data(None, query, json!({ "ids": vec!["x"; 100] })).await["nodes"],
        json!(vec![Value::Null; 100])
    );
}

async fn a_cursor_outlives_its_row(app: &TestApp) {
    app.verified(0..6).await;
    // Registered people only: whoever withdraws leaves the list.
    let registered = List {
        way: LISTS[1].way,
        key: "id",
        more: "status: [REGISTERED]",
    };
    let first = registered.page(app, "first: 3").await;
    let all = registered.keys(&registered.page(app, "").await);
    let cursor = &first["pageInfo"]["endCursor"];
    let link = app.link_token(&address(2)).await;
    app.mutate(
        Some(&link),
        "mutation { withdrawRegistration(input: {}) { errors { code } } }",
        json!({}),
    )
    .await;
    let after = registered.page(app, &format!("first: 3, after: {cursor}")).await;
    let before = registered.page(app, &format!("last: 3, before: {cursor}")).await;
    assert_eq!(
        (registered.keys(&after), &after["totalCount"]),
        (all[3..].to_vec(), &json!(5))
    );
    assert_eq!(registered.keys(&before), all[..2]);

    // A planned warning that moves with the deadline.
    let timeline = &LISTS[3];
    let entries = timeline.page(app, "first: 100").await;
    let (index, planned) = entries["edges"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .rfind(|(_, edge)| edge["node"]["key"].as_str().unwrap().starts_with("below-minimum"))
        .expect("a planned warning");
    let rest = timeline.keys(&entries)[index + 1..].to_vec();
    let extend = "mutation ($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { errors { code } } }";
    let id = app.programme(None, "id").await["id"].clone();
    let input = json!({ "programmeId": id, "registrationDeadline": "2014-06-02", "reason": "Meer tijd." });
    app.mutate(Some(&app.organiser), extend, json!({ "input": input }))
        .await;
    let later = timeline.keys(
        &timeline
            .page(app, &format!("first: 100, after: {}", planned["cursor"]))
            .await,
    );
    assert!(!later.contains(&planned["node"]["key"].as_str().unwrap().to_owned()));
    assert!(!later.is_empty() && !rest.is_empty());
}

async fn one_instant_is_told_in_causal_order(app: &TestApp) {
    app.verified(0..8).await;
    app.travel("2014-05-25T12:00:00+02:00").await;
    app.register(8).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
    let told: Vec<(Value, Value)> = app
        .timeline()
        .await
        .iter()
        .map(|entry| (entry["at"].clone(), entry["kind"].clone()))
        .collect();
    let closing: Vec<&str> = told
        .iter()
        .filter(|(at, _)| at == "2014-05-25T22:00:00.000Z")
        .map(|(_, kind)| kind.as_str().unwrap())
        .collect();
    let mut expected = vec!["CHANGE", "DECISION"];
    expected.resize(closing.len(), "MAIL");
    assert!(closing.len() > 9, "{closing:?}");
    assert_eq!(closing, expected);
}

/// Everything that a page of each list can carry along.
const WITH_RELATIONS: [&str; 4] = [
    "{ programmes(first: LENGTH) { nodes { id status meetings { id } team { name } participants { givenName } rules { key }
        harvests(first: 5) { nodes { author { givenName } learningWishes { id } assignment { id } } } showcase { slots { minutes } } } } }",
    "{ programme(slug: \"SLUG\") { registrations(first: LENGTH) { nodes { id waitingPosition programme { id }
        messages(first: 2) { nodes { id attempts { number } } } } } } }",
    "{ messages(first: LENGTH) { nodes { id attempts { number } registration { id waitingPosition programme { id title } } } } }",
    "{ programme(slug: \"SLUG\") { timeline(first: LENGTH) { nodes { key rule { key } message { id attempts { number } }
        registration { id programme { id } } } } } }",
];

async fn a_long_page_costs_no_more_statements(app: &TestApp) {
    fill(app).await;
    app.stop().await;
    let url = app.database.url.clone();
    let clock = format!("test:{STARTS_AT}");
    let arguments = [
        "--database-url",
        &url,
        "--secret",
        "a secret for the tests",
        "--clock",
        &clock,
        "--rate-limits",
        "off",
        "serve",
        "--no-engine",
    ];
    let server = Binary::start(&arguments, "off,sqlx::query=debug");
    for query in WITH_RELATIONS {
        let mut statements = Vec::new();
        // The short page too holds mails to people and to the team.
        for length in [50, 100] {
            let query = query.replace("LENGTH", &length.to_string()).replace("SLUG", SLUG);
            let before = server.statements();
            let request = app
                .client()
                .post(format!("{}/graphql", server.base_url))
                .bearer_auth(&app.administrator);
            let answer: Value = request
                .json(&json!({ "query": query }))
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
            statements.push(server.statements() - before);
        }
        // A statement is logged when its last row was read, which may be after the answer and so fall to the next request:
        // a few more or less. One for each of the fifty more rows would be fifty.
        assert!(
            statements[0] >= 2 && statements[1].abs_diff(statements[0]) < 25,
            "{query}: {statements:?} statements"
        );
    }
    drop(server);
    app.start_at(STARTS_AT).await;
}
