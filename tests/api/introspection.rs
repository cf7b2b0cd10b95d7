//! The schema as its introspection tells it.

use serde_json::{Value, json};

use crate::harness::app::TestApp;

const QUERY: &str =
    "{ __schema { types { kind name fields { name type { ...T } } enumValues { name } inputFields { name } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The types of the API, without those of the language.
pub async fn types(app: &TestApp) -> Vec<Value> {
    let data = app.data(None, QUERY, json!({})).await;
    let types = data["__schema"]["types"].as_array().unwrap().iter();
    types
        .filter(|one| !one["name"].as_str().unwrap().starts_with("__"))
        .cloned()
        .collect()
}

/// Values of a name in a list of named things.
pub fn names(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The type of a name.
pub fn named<'a>(types: &'a [Value], name: &str) -> &'a Value {
    types
        .iter()
        .find(|one| one["name"] == name)
        .unwrap_or_else(|| panic!("no type {name}"))
}

/// A field with as much behind it as the language demands.
pub fn selection(types: &[Value], of: &str, field: &str) -> String {
    let fields = named(types, of)["fields"].as_array().unwrap();
    let mut kind = &fields
        .iter()
        .find(|one| one["name"] == field)
        .unwrap_or_else(|| panic!("no {of}.{field}"))["type"];
    while !kind["ofType"].is_null() {
        kind = &kind["ofType"];
    }
    let is_leaf = matches!(kind["kind"].as_str(), Some("SCALAR" | "ENUM"));
    format!("{field}{} ", if is_leaf { "" } else { " { __typename }" })
}
