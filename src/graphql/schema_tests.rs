//! Promises about the schema as a whole, read from its introspection, so that they hold for what is added later too.

use serde_json::Value;

use super::*;

const INTROSPECTION: &str = "{ __schema { types { name kind description specifiedByURL
    fields { name description type { ...T } args { name description type { ...T } } }
    inputFields { name description type { ...T } }
    enumValues { name description }
    interfaces { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

async fn types() -> Vec<Value> {
    let response = schema(None).execute(INTROSPECTION).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let answer = response.data.into_json().unwrap();
    let own = |kind: &&Value| {
        let name = text(kind, "name");
        !name.starts_with("__") && !["Boolean", "Float", "ID", "Int", "String"].contains(&name)
    };
    answer["__schema"]["types"]
        .as_array()
        .unwrap()
        .iter()
        .filter(own)
        .cloned()
        .collect()
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn named<'a>(all: &'a [Value], name: &str) -> &'a Value {
    all.iter()
        .find(|one| text(one, "name") == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

/// A type as the schema definition language writes it.
fn written(of: &Value) -> String {
    match text(of, "kind") {
        "NON_NULL" => format!("{}!", written(&of["ofType"])),
        "LIST" => format!("[{}]", written(&of["ofType"])),
        _ => text(of, "name").to_owned(),
    }
}

#[test]
fn the_committed_schema_is_the_one_served() {
    let (served, committed) = (sdl(), include_str!("schema.graphql"));
    if served != committed {
        let difference = similar::TextDiff::from_lines(committed, &served);
        let difference = difference.unified_diff().header("committed", "served").to_string();
        panic!(
            "The schema has changed. If that is meant, renew the committed one with\n\n    \
             cargo run -- schema > src/graphql/schema.graphql\n\n{difference}"
        );
    }
}

#[tokio::test]
async fn everything_is_described() {
    let mut missing = Vec::new();
    let mut described = 0;
    let mut look = |path: String, thing: &Value| {
        // A description is a sentence.
        let description = text(thing, "description");
        if description.len() > 4 && description.ends_with('.') {
            described += 1
        } else {
            missing.push(path)
        }
    };
    for kind in types().await {
        let name = text(&kind, "name").to_owned();
        look(name.clone(), &kind);
        for field in list(&kind, "fields") {
            look(format!("{name}.{}", text(field, "name")), field);
            for argument in list(field, "args") {
                look(
                    format!("{name}.{}({})", text(field, "name"), text(argument, "name")),
                    argument,
                );
            }
        }
        for part in list(&kind, "inputFields").iter().chain(list(&kind, "enumValues")) {
            look(format!("{name}.{}", text(part, "name")), part);
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "without a description");
    assert!(described > 300, "{described}");
}

#[tokio::test]
async fn every_mutation_has_one_input_and_a_payload_with_errors() {
    let types = types().await;
    let mutations = list(named(&types, "Mutation"), "fields");
    assert!(mutations.len() >= 16, "{}", mutations.len());
    for mutation in mutations {
        let name = text(mutation, "name");
        let [input] = list(mutation, "args") else {
            panic!("{name} takes more or less than one input")
        };
        let mut input_name = name.to_owned();
        input_name[..1].make_ascii_uppercase();
        assert_eq!(
            (text(input, "name"), written(&input["type"])),
            ("input", format!("{input_name}Input!")),
            "{name}"
        );
        let input = named(&types, &format!("{input_name}Input"));
        let key = named(list(input, "inputFields"), "idempotencyKey");
        assert_eq!(written(&key["type"]), "String", "{name}");

        let payload = written(&mutation["type"]);
        let payload = payload
            .strip_suffix("Payload!")
            .unwrap_or_else(|| panic!("{name} answers {payload}"));
        let fields = list(named(&types, &format!("{payload}Payload")), "fields");
        assert_eq!(written(&named(fields, "errors")["type"]), "[UserError!]!", "{name}");
        for thing in fields.iter().filter(|field| text(field, "name") != "errors") {
            // A list is empty on refusal.
            assert!(
                !written(&thing["type"]).ends_with('!') || written(&thing["type"]).ends_with("!]!"),
                "{name}: {} must be null or empty on refusal",
                text(thing, "name")
            );
        }
    }
}

/// What an edge of this connection leads to.
fn written_node(types: &[Value], name: &str) -> String {
    let edge = named(types, &format!("{name}Edge"));
    written(&named(list(edge, "fields"), "node")["type"])
}

#[tokio::test]
async fn every_connection_is_one_of_relay_with_its_bounds_told() {
    let types = types().await;
    let mut connections = 0;
    for kind in &types {
        if let Some(name) = text(kind, "name").strip_suffix("Connection") {
            connections += 1;
            let fields = list(kind, "fields");
            let written = |field: &str| written(&named(fields, field)["type"]);
            assert_eq!(written("edges"), format!("[{name}Edge!]!"));
            assert_eq!(format!("[{}]!", written_node(&types, name)), written("nodes"));
            assert_eq!(
                (written("pageInfo"), written("totalCount")),
                ("PageInfo!".to_owned(), "Int!".to_owned())
            );
        }
        for field in list(kind, "fields")
            .iter()
            .filter(|field| written(&field["type"]).contains("Connection"))
        {
            let arguments: Vec<&str> = list(field, "args")
                .iter()
                .map(|argument| text(argument, "name"))
                .collect();
            assert!(
                arguments.ends_with(&["first", "after"]) || arguments.ends_with(&["first", "after", "last", "before"])
            );
        }
    }
    assert!(connections >= 5, "{connections}");
}

#[tokio::test]
async fn what_needs_a_role_is_nullable() {
    let types = types().await;
    for (kind, field) in [
        ("Query", "messages"),
        ("Programme", "participants"),
        ("Programme", "registrations"),
        ("Programme", "rules"),
        ("Programme", "timeline"),
        ("Registration", "messages"),
    ] {
        let field = named(list(named(&types, kind), "fields"), field);
        assert!(!written(&field["type"]).ends_with('!'), "{field}");
    }
}

#[tokio::test]
async fn the_nodes_are_those_with_global_ids() {
    let types = types().await;
    let nodes: Vec<&str> = types
        .iter()
        .filter(|kind| {
            list(kind, "interfaces")
                .iter()
                .any(|interface| text(interface, "name") == "Node")
        })
        .map(|kind| text(kind, "name"))
        .collect();
    assert_eq!(
        nodes,
        [
            "AgendaItem",
            "Assignment",
            "Harvest",
            "Invitation",
            "LearningWish",
            "Meeting",
            "Message",
            "Programme",
            "Registration",
            "Rule",
            "VenueOffer",
        ]
    );
}

#[tokio::test]
async fn scalars_say_where_they_are_specified() {
    let types = types().await;
    for (scalar, specified_by) in [
        ("DateTime", "https://scalars.graphql.org/andimarek/date-time"),
        ("LocalDate", "https://scalars.graphql.org/andimarek/local-date"),
    ] {
        assert_eq!(text(named(&types, scalar), "specifiedByURL"), specified_by);
    }
}

/// The costs stand in the schema, and are checked before anything is executed.
#[tokio::test]
async fn long_lists_of_long_lists_are_too_complex() {
    let query = |outer: u32, inner: u32| {
        format!(
            "{{ programmes(first: {outer}) {{ edges {{ node {{ registrations(first: {inner}) {{ edges {{ node {{ id name }} }} }} }} }} }} }}"
        )
    };
    for (outer, inner, is_refused) in [(20, 20, false), (100, 100, true), (1, 100, false)] {
        let response = schema(None).execute(query(outer, inner)).await;
        let refused = response
            .errors
            .iter()
            .any(|error| error.message == "Query is too complex.");
        assert_eq!(refused, is_refused, "{outer} {inner}: {:?}", response.errors);
    }
    let ids = vec!["\"x\""; 100].join(",");
    let fields: String = (0..14)
        .map(|number| format!("a{number}: id b{number}: id c{number}: id d{number}: id "))
        .collect();
    let response = schema(None)
        .execute(format!("{{ nodes(ids: [{ids}]) {{ {fields} }} }}"))
        .await;
    assert_eq!(response.errors[0].message, "Query is too complex.");
}
