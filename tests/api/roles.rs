//! Who may see what: every field of every type, asked by everybody. The rows are held against the introspection, so a field
//! without a row fails.

use serde_json::{Value, json};

use super::{
    introspection::{named, names, selection, types},
    role_table::{PAYLOADS, TABLE},
};
use crate::harness::{
    app::{SLUG, TestApp},
    cast::{
        Cast, EVERYBODY, MEMBERS, NOBODY, ORGANISERS, ORGANISERS_AND_PARTICIPANT, ORGANISERS_INVITER_AND_GUEST,
        Role::{self, Administrator, ForeignOrganiser},
    },
    engines::on_both,
};

on_both!(every_field_is_for_those_it_is_for, nodes_are_for_those_they_are_for,);

/// Asks with everything that a way may name.
async fn ask(app: &TestApp, cast: &Cast, role: Role, query: &str) -> Value {
    // Variables that a document does not use are refused.
    let all = [
        ("slug", "String!", SLUG),
        ("registration", "ID!", &cast.registration),
        ("message", "ID!", &cast.message),
        ("meeting", "ID!", &cast.meeting),
        ("offer", "ID!", &cast.venue_offer),
        ("invitation", "ID!", &cast.invitation),
    ];
    let used: Vec<_> = all
        .into_iter()
        .filter(|(name, ..)| query.contains(&format!("${name}")))
        .collect();
    let declared: String = used.iter().map(|(name, kind, _)| format!("${name}: {kind} ")).collect();
    let head = if declared.is_empty() {
        String::new()
    } else {
        format!("query ({declared})")
    };
    let variables = used
        .iter()
        .map(|(name, _, value)| ((*name).to_owned(), json!(value)))
        .collect();
    app.ask(cast.token(role), &format!("{head} {query}"), Value::Object(variables))
        .await
}

/// The object that the way of a row leads to: the one with the mark.
fn reached(answer: &Value) -> Option<&Value> {
    match answer {
        Value::Object(fields) if fields.contains_key("mark") => Some(answer),
        Value::Object(fields) => fields.values().find_map(reached),
        Value::Array(items) => items.iter().find_map(reached),
        _ => None,
    }
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| error["extensions"]["code"].as_str().unwrap_or("none"))
        .collect()
}

/// The arguments without which a field of the root is not asked for.
fn with_arguments(field: &str, selection: &str) -> String {
    let given = match field {
        "programme" => "(slug: $slug)",
        "node" => "(id: $registration)",
        "nodes" => "(ids: [$registration])",
        "decisionPreview" => "(outcome: GO)",
        _ => "",
    };
    selection.replacen(field, &format!("{field}{given}"), 1)
}

fn complete(types: &[Value]) {
    for one in types
        .iter()
        .filter(|one| one["kind"] == "OBJECT" && one["name"] != "Mutation")
    {
        let name = one["name"].as_str().unwrap();
        let mut expected: Vec<&str> = match TABLE.iter().find(|row| row.of == name) {
            Some(row) => row
                .open
                .split_whitespace()
                .chain(row.gated.iter().map(|(field, _)| *field))
                .collect(),
            None => PAYLOADS
                .iter()
                .find(|(of, _)| *of == name)
                .unwrap_or_else(|| panic!("{name} has no row"))
                .1
                .split(' ')
                .collect(),
        };
        let mut fields = names(&one["fields"]);
        expected.sort_unstable();
        fields.sort_unstable();
        assert_eq!(fields, expected, "the fields of {name} and its row differ");
    }
}

async fn every_field_is_for_those_it_is_for(app: &TestApp) {
    let (cast, types) = (Cast::gather(app).await, types(app).await);
    complete(&types);
    for row in TABLE {
        let select = |field: &str| {
            with_arguments(
                if row.of == "Query" || field == "decisionPreview" {
                    field
                } else {
                    ""
                },
                &selection(&types, row.of, field),
            )
        };
        let open: String = row.open.split_whitespace().map(select).collect();
        assert!(!named(&types, row.of)["fields"].is_null());
        for role in EVERYBODY {
            let answer = ask(
                app,
                &cast,
                *role,
                &row.way.replace('…', &format!("mark: __typename {open}")),
            )
            .await;
            let place = format!("{} asked by {role:?}: {answer:#}", row.of);
            if row.reach.contains(role) {
                assert_eq!(codes(&answer), [""; 0], "{place}");
                assert_eq!(reached(&answer).expect(&place)["mark"], row.of, "{place}");
            } else {
                assert_eq!(reached(&answer), None, "{place}");
                assert!(
                    answer["data"].is_object() && codes(&answer).iter().all(|code| *code == "FORBIDDEN"),
                    "{place}"
                );
            }
            for (field, audience) in row.gated {
                let answer = ask(
                    app,
                    &cast,
                    *role,
                    &row.way.replace('…', &format!("mark: __typename {}", select(field))),
                )
                .await;
                let place = format!("{}.{field} asked by {role:?}: {answer:#}", row.of);
                let parent = reached(&answer).expect(&place);
                if audience.contains(role) {
                    let is_told = !parent[field].is_null() || *field == "decisionPreview";
                    assert!(codes(&answer).is_empty() && is_told, "{place}");
                } else {
                    assert_eq!(
                        (codes(&answer), &parent[field]),
                        (vec!["FORBIDDEN"], &Value::Null),
                        "{place}"
                    );
                }
            }
        }
        for role in NOBODY {
            let answer = ask(app, &cast, *role, &row.way.replace('…', &open)).await;
            assert_eq!(
                (codes(&answer), answer.get("data")),
                (vec!["UNAUTHENTICATED"], None),
                "{} {role:?}",
                row.of
            );
        }
    }
}

async fn nodes_are_for_those_they_are_for(app: &TestApp) {
    let (cast, types) = (Cast::gather(app).await, types(app).await);
    let table: &[(&str, &str, &[Role])] = &[
        ("Programme", &cast.programme, EVERYBODY),
        ("Programme", &cast.draft, &[ForeignOrganiser, Administrator]),
        ("Meeting", &cast.meeting, EVERYBODY),
        ("Meeting", &cast.draft_meeting, &[ForeignOrganiser, Administrator]),
        ("Registration", &cast.registration, ORGANISERS_AND_PARTICIPANT),
        ("Message", &cast.message, ORGANISERS_AND_PARTICIPANT),
        ("Rule", &cast.rule, ORGANISERS),
        ("LearningWish", &cast.learning_wish, MEMBERS),
        ("Assignment", &cast.assignment, MEMBERS),
        ("AgendaItem", &cast.agenda_item, MEMBERS),
        ("VenueOffer", &cast.venue_offer, ORGANISERS_AND_PARTICIPANT),
        ("Invitation", &cast.invitation, ORGANISERS_INVITER_AND_GUEST),
        ("Harvest", &cast.harvest, EVERYBODY),
    ];
    for one in types
        .iter()
        .filter(|one| names(&one["fields"]).contains(&"id".to_owned()) && one["kind"] == "OBJECT")
    {
        assert!(
            table.iter().any(|(of, ..)| one["name"] == *of),
            "{} has no row",
            one["name"]
        );
    }
    let ids: Vec<&str> = table.iter().map(|(_, id, _)| *id).collect();
    for role in EVERYBODY {
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let together = app.data(cast.token(*role), query, json!({ "ids": ids })).await;
        for (index, (of, id, audience)) in table.iter().enumerate() {
            let expected = if audience.contains(role) {
                json!({ "__typename": of, "id": id })
            } else {
                Value::Null
            };
            assert_eq!(together["nodes"][index], expected, "{of} {role:?}");
            let alone = app
                .data(
                    cast.token(*role),
                    "query ($id: ID!) { node(id: $id) { __typename id } }",
                    json!({ "id": id }),
                )
                .await;
            assert_eq!(alone["node"], expected, "{of} {role:?}");
        }
    }
}
