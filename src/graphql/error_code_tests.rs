use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema, Variables};

use super::*;
use crate::graphql::limits::limited;

/// A schema with one way to fail each. A nullable field that fails is an `Option<Result<T>>`: an `Err` outside of the
/// `Option` would take its parent with it.
struct Query;

#[Object]
impl Query {
    async fn this(&self) -> Query {
        Query
    }
    async fn number(&self, #[graphql(validator(maximum = 5))] of: Option<i32>) -> i32 {
        of.unwrap_or_default()
    }
    async fn identifier(&self, of: uuid::Uuid) -> String {
        of.to_string()
    }
    async fn forbidden(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(ErrorCode::Forbidden.error("for organisers only")))
    }
    async fn broken(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(
            std::io::Error::other("Failed to parse \"secret\" at 10.0.0.7").into()
        ))
    }
    async fn careless(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(Error::new("password wrong for user postgres")))
    }
    #[graphql(complexity = 100_000)]
    async fn expensive(&self) -> i32 {
        1
    }
}

async fn answer(request: impl Into<Request>) -> (Response, usize) {
    let schema = limited(Schema::build(Query, EmptyMutation, EmptySubscription)).finish();
    let ids = std::cell::Cell::new(0);
    let mut response = schema.execute(request).await;
    disclose(&mut response, &|| {
        ids.set(ids.get() + 1);
        "id-1".to_owned()
    });
    (response, ids.get())
}

fn codes(response: &Response) -> Vec<String> {
    response
        .errors
        .iter()
        .map(
            |error| match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
                Some(Value::String(code)) => code.clone(),
                other => format!("{other:?}"),
            },
        )
        .collect()
}

/// The engine gives its refusals no codes: this holds our reading of its wording against the engine itself.
#[tokio::test]
async fn refusals_of_the_engine_get_their_codes() {
    let deep = format!("{}number{}", "{this".repeat(15) + "{", "}".repeat(16));
    let deeper = format!("{}number{}", "{...on Query".repeat(40) + "{", "}".repeat(41));
    for (query, code) in [
        (deep.as_str(), "QUERY_TOO_COMPLEX"),
        (deeper.as_str(), "QUERY_TOO_COMPLEX"),
        ("{expensive}", "QUERY_TOO_COMPLEX"),
        (
            "{number @skip(if:true)@skip(if:true)@skip(if:true)@skip(if:true)@skip(if:true)@skip(if:true)}",
            "QUERY_TOO_COMPLEX",
        ),
        ("{numbr}", "GRAPHQL_VALIDATION_FAILED"),
        ("{number(of:\"five\")}", "GRAPHQL_VALIDATION_FAILED"),
        ("query A{number} query B{number}", "BAD_USER_INPUT"),
    ] {
        let (response, _) = answer(query).await;
        assert!(is_request_error(&response), "{query}");
        assert_eq!(codes(&response), [code], "{query}: {:?}", response.errors);
    }
    let (response, _) = answer(Request::new("query A{number} query B{number}").operation_name("C")).await;
    assert_eq!(codes(&response), ["BAD_USER_INPUT"]);
}

#[tokio::test]
async fn unusable_values_found_while_executing_are_the_clients() {
    for query in ["{number(of:6)}", "{identifier(of:\"no\")}"] {
        let (response, ids) = answer(query).await;
        assert!(!is_request_error(&response), "{query}: {response:?}");
        assert_eq!(
            (codes(&response), ids),
            (vec!["BAD_USER_INPUT".to_owned()], 0),
            "{query}: {:?}",
            response.errors
        );
    }
    let variables = Variables::from_json(serde_json::json!({"of": "no"}));
    let (response, _) = answer(Request::new("query($of:UUID!){identifier(of:$of)}").variables(variables)).await;
    assert_eq!(codes(&response), ["BAD_USER_INPUT"]);
}

#[tokio::test]
async fn what_has_no_code_is_hidden_behind_one_id() {
    let (response, ids) = answer("{number forbidden broken careless}").await;
    assert_eq!(
        codes(&response),
        ["FORBIDDEN", "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR"]
    );
    assert_eq!(ids, 1);
    let text = serde_json::to_string(&response).expect("an answer");
    assert!(
        text.contains(r#""correlationId":"id-1""#)
            && text.contains(r#""path":["broken"]"#)
            && text.contains("for organisers only"),
        "{text}"
    );
    for secret in ["10.0.0.7", "secret", "postgres"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn a_long_list_of_errors_is_cut() {
    let (response, _) = answer(format!(
        "{{{}}}",
        (0..40).map(|number| format!("a{number} ")).collect::<String>()
    ))
    .await;
    assert_eq!(response.errors.len(), MAX_ERRORS);
}
