//! `/graphql` over HTTP: media types, methods, parameters, statuses, and what must not happen.

use std::time::Duration;

use leernetwerk::web::graphql_http::{MAX_ANONYMOUS_BODY_BYTES, MAX_BODY_BYTES, TIME_LIMIT};
use leernetwerk::web::rate_limits::{MAILING_MUTATIONS_PER_MINUTE, RateLimits};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};

use crate::harness::small_schema::{SmallServer, TOKEN};

const NEW: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

struct Answer {
    status: StatusCode,
    headers: header::HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> Option<&str> {
        self.body.pointer("/errors/0/extensions/code")?.as_str()
    }

    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn has_data(&self) -> bool {
        self.body.get("data").is_some()
    }
}

async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.json().await.expect("a JSON answer");
    Answer { status, headers, body }
}

fn post(server: &SmallServer, query: &str) -> RequestBuilder {
    Client::new().post(server.graphql()).json(&json!({ "query": query }))
}

#[tokio::test]
async fn media_types_are_negotiated() {
    let server = SmallServer::unlimited().await;
    for (accept, status, content_type) in [
        (None, 200, "application/json; charset=utf-8"),
        (Some("*/*"), 200, "application/json; charset=utf-8"),
        (Some(JSON), 200, "application/json; charset=utf-8"),
        (Some(NEW), 200, "application/graphql-response+json; charset=utf-8"),
        (
            Some("application/graphql-response+json;q=0.3, application/json;q=0.7"),
            200,
            "application/json; charset=utf-8",
        ),
        (Some("text/html"), 406, "application/json; charset=utf-8"),
        (Some("multipart/mixed"), 406, "application/json; charset=utf-8"),
    ] {
        let mut request = post(&server, "{__typename}");
        if let Some(accept) = accept {
            request = request.header(header::ACCEPT, accept);
        }
        let answer = send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header(header::CONTENT_TYPE)),
            (status, Some(content_type)),
            "{accept:?}"
        );
        assert_eq!(answer.has_data(), status == 200, "{accept:?}");
    }
}

#[tokio::test]
async fn only_json_is_read_and_nothing_else_acts() {
    let server = SmallServer::unlimited().await;
    let body = json!({"query": "mutation{register}"}).to_string();
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/graphql"),
        Some("application/json; charset=utf-16"),
    ] {
        let mut request = Client::new().post(server.graphql()).body(body.clone());
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let answer = send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code(), answer.has_data()),
            (415, Some("BAD_USER_INPUT"), false),
            "{content_type:?}"
        );
    }
    assert_eq!(server.acts_done(), 0);
    let answer = send(
        Client::new()
            .post(server.graphql())
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(body),
    )
    .await;
    assert_eq!(
        (answer.status.as_u16(), answer.body),
        (200, json!({"data": {"register": 1}}))
    );
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let server = SmallServer::unlimited().await;
    for body in [
        "",
        "{",
        "null",
        "\"{__typename}\"",
        "[]",
        r#"[{"query":"{__typename}"}]"#,
        r#"[{"query":"{__typename}"},{"query":"{__typename}"}]"#,
        "{}",
        r#"{"query":null}"#,
        r#"{"query":1}"#,
        r#"{"query":{}}"#,
        r#"{"query":"{__typename}","operationName":7}"#,
        r#"{"query":"{__typename}","variables":[]}"#,
        r#"{"query":"{__typename}","variables":"{}"}"#,
        r#"{"query":"{__typename}","extensions":1}"#,
        &format!(
            r#"{{"query":"{{__typename}}","variables":{{"a":{}}}}}"#,
            "[".repeat(50_000)
        ),
    ] {
        for accept in [NEW, JSON] {
            let request = Client::new()
                .post(server.graphql())
                .header(header::CONTENT_TYPE, JSON)
                .header(header::ACCEPT, accept);
            let answer = send(request.body(body.to_owned())).await;
            let beginning: String = body.chars().take(60).collect();
            assert_eq!(
                (answer.status.as_u16(), answer.code(), answer.has_data()),
                (400, Some("BAD_USER_INPUT"), false),
                "{beginning}"
            );
        }
    }
    for body in [
        json!({"query": "{__typename}", "variables": null, "operationName": null, "extensions": null}),
        json!({"query": "query A{__typename}", "variables": {}, "operationName": "A", "extensions": {"a": 1}, "unknown": [1]}),
    ] {
        let answer = send(Client::new().post(server.graphql()).json(&body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body),
            (200, json!({"data": {"__typename": "Query"}}))
        );
    }
    let hash_only = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}});
    let answer = send(Client::new().post(server.graphql()).json(&hash_only)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (200, Some("PERSISTED_QUERY_NOT_FOUND"))
    );
}

#[tokio::test]
async fn queries_by_get_and_nothing_else() {
    let server = SmallServer::unlimited().await;
    let get = |pairs: &[(&str, &str)]| Client::new().get(server.graphql()).query(pairs);
    let answer = send(get(&[
        ("query", "query D($n:Int!){double(number:$n)} query V{viewer}"),
        ("operationName", "D"),
        ("variables", r#"{"n":21}"#),
    ]))
    .await;
    assert_eq!(
        (answer.status.as_u16(), answer.body),
        (200, json!({"data": {"double": 42}}))
    );
    let answer = send(get(&[
        ("query", "{viewer}"),
        ("operationName", ""),
        ("variables", ""),
        ("extensions", "{}"),
        ("other", "x"),
    ]))
    .await;
    assert_eq!(answer.body, json!({"data": {"viewer": "PUBLIC"}}));
    for (pairs, status) in [
        (&[("variables", "{}")][..], 400),
        (&[("query", "{viewer}"), ("variables", "[]")], 400),
        (&[("query", "{viewer}"), ("variables", "{")], 400),
        (&[("query", "{viewer}"), ("extensions", "7")], 400),
        (&[("query", "{viewer}"), ("query", "{viewer}")], 400),
        (&[("query", "mutation{register}")], 405),
        (
            &[
                ("query", "query A{viewer} mutation B{register}"),
                ("operationName", "B"),
            ],
            405,
        ),
        (&[("query", "subscription{count(to:1)}")], 400),
    ] {
        let answer = send(get(pairs)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code(), answer.has_data()),
            (status, Some("BAD_USER_INPUT"), false),
            "{pairs:?}"
        );
        assert_eq!(
            answer.header(header::ALLOW),
            (status == 405).then_some("POST"),
            "{pairs:?}"
        );
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = send(
            Client::new()
                .request(method.clone(), server.graphql())
                .json(&json!({"query": "mutation{register}"})),
        )
        .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header(header::ALLOW)),
            (405, Some("GET, POST")),
            "{method}"
        );
        assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
    }
    assert_eq!(server.acts_done(), 0);
}

#[tokio::test]
async fn statuses_follow_the_media_type() {
    let server = SmallServer::unlimited().await;
    let nested = format!("{}double(number:1){}", "{this".repeat(15) + "{", "}".repeat(16));
    let bomb: String = (0..31)
        .map(|level| format!("fragment f{level} on Query{{...f{next} ...f{next}}}", next = level + 1))
        .collect();
    let bomb = format!("{{...f0}}{bomb}fragment f31 on Query{{viewer}}");
    for (query, code, as_new, as_json, has_data) in [
        ("{", "GRAPHQL_PARSE_FAILED", 400, 200, false),
        ("{unknown}", "GRAPHQL_VALIDATION_FAILED", 400, 200, false),
        ("{double(number:\"x\")}", "GRAPHQL_VALIDATION_FAILED", 400, 200, false),
        ("query($n:Int!){double(number:$n)}", "BAD_USER_INPUT", 400, 200, false),
        ("query A{viewer} query B{viewer}", "BAD_USER_INPUT", 400, 200, false),
        (&nested, "QUERY_TOO_COMPLEX", 400, 400, false),
        (&bomb, "QUERY_TOO_COMPLEX", 400, 400, false),
        (
            "{...a}fragment a on Query{...a}",
            "GRAPHQL_VALIDATION_FAILED",
            400,
            400,
            false,
        ),
        ("{viewer forbidden}", "FORBIDDEN", 200, 200, true),
        ("{viewer broken}", "INTERNAL_SERVER_ERROR", 200, 200, true),
        ("{panicking}", "INTERNAL_SERVER_ERROR", 500, 500, false),
    ] {
        for (accept, status) in [(NEW, as_new), (JSON, as_json)] {
            let answer = send(post(&server, query).header(header::ACCEPT, accept)).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code(), answer.has_data()),
                (status, Some(code), has_data),
                "{query} {accept} {}",
                answer.body
            );
            let text = answer.body.to_string();
            assert!(!text.contains("10.0.0.7") && !text.contains("secret"), "{text}");
            let is_internal = code == "INTERNAL_SERVER_ERROR";
            assert_eq!(
                answer.body.pointer("/errors/0/extensions/correlationId").is_some(),
                is_internal,
                "{text}"
            );
        }
    }
    let answer = send(post(&server, "{viewer}")).await;
    assert_eq!(
        answer.body,
        json!({"data": {"viewer": "PUBLIC"}}),
        "the server lives on after a panic"
    );
}

#[tokio::test]
async fn fields_answer_in_the_order_asked() {
    let server = SmallServer::unlimited().await;
    let text = post(&server, "{c:double(number:1) a:viewer b:double(number:2)}")
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a text");
    assert_eq!(text, r#"{"data":{"c":2,"a":"PUBLIC","b":4}}"#);
}

#[tokio::test]
async fn bodies_are_limited_by_caller() {
    let server = SmallServer::unlimited().await;
    // The frame of the JSON around the text.
    let body = |bytes: usize| {
        let frame = json!({"query": "query($t:String!){length(text:$t)}", "variables": {"t": ""}}).to_string();
        frame.replace(r#""t":"""#, &format!(r#""t":"{}""#, "x".repeat(bytes - frame.len())))
    };
    for (token, bytes, status) in [
        (None, MAX_ANONYMOUS_BODY_BYTES, 200),
        (None, MAX_ANONYMOUS_BODY_BYTES + 1, 413),
        (Some(TOKEN), MAX_ANONYMOUS_BODY_BYTES + 1, 200),
        (Some(TOKEN), MAX_BODY_BYTES, 200),
        (Some(TOKEN), MAX_BODY_BYTES + 1, 413),
        (Some("bad-token"), MAX_ANONYMOUS_BODY_BYTES + 1, 401),
    ] {
        let mut request = Client::new()
            .post(server.graphql())
            .header(header::CONTENT_TYPE, JSON)
            .body(body(bytes));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        assert_eq!(send(request).await.status.as_u16(), status, "{token:?} {bytes}");
    }
}

#[tokio::test]
async fn tokens_name_the_caller_or_are_refused() {
    let server = SmallServer::unlimited().await;
    let ask = |authorization: &'static str| post(&server, "{viewer}").header(header::AUTHORIZATION, authorization);
    for authorization in ["Bearer good-token", "bearer good-token", "BEARER  good-token"] {
        assert_eq!(
            send(ask(authorization)).await.body,
            json!({"data": {"viewer": "ORGANISER"}}),
            "{authorization}"
        );
    }
    for authorization in [
        "Bearer bad",
        "Bearer",
        "Bearer ",
        "Basic Z29vZDp0b2tlbg==",
        "good-token",
        "Bearer good-token, Bearer x",
        "",
    ] {
        let answer = send(ask(authorization)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code(), answer.has_data()),
            (401, Some("UNAUTHENTICATED"), false),
            "{authorization}"
        );
        assert!(
            answer
                .header(header::WWW_AUTHENTICATE)
                .is_some_and(|value| value.starts_with("Bearer ")),
            "{authorization}"
        );
    }
    let answer = send(ask("Bearer broken-token")).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (500, Some("INTERNAL_SERVER_ERROR"))
    );
    assert!(!answer.body.to_string().contains("10.0.0.7"), "{}", answer.body);
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_an_act() {
    let server = SmallServer::unlimited().await;
    let request = tokio::spawn(post(&server, "mutation{wait}").send());
    server.hand.begun.acquire().await.expect("the act begins").forget();
    request.abort();
    assert!(request.await.expect_err("hung up").is_cancelled());
    server.hand.go_on.add_permits(1);
    server.acts.close();
    server.acts.wait().await;
    assert_eq!(server.acts_done(), 1);
}

#[tokio::test]
async fn what_takes_too_long_is_answered_and_acts_go_on() {
    let server = SmallServer::start(RateLimits::Off, Duration::from_millis(50)).await;
    for query in ["{stuck}", "mutation{wait}"] {
        let answer = send(post(&server, query)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code(), answer.has_data()),
            (503, Some("INTERNAL_SERVER_ERROR"), false),
            "{query}"
        );
        assert!(answer.header(header::RETRY_AFTER).is_some());
    }
    server.hand.go_on.add_permits(1);
    server.acts.close();
    server.acts.wait().await;
    assert_eq!(server.acts_done(), 1);
}

#[tokio::test]
async fn addresses_have_an_allowance() {
    let server = SmallServer::start(RateLimits::on(), TIME_LIMIT).await;
    let five = "mutation{a:register b:register c:register d:register e:register}";
    let mut refused = None;
    let allowance = usize::try_from(MAILING_MUTATIONS_PER_MINUTE.get()).unwrap();
    for _ in 0..2 * allowance / 5 {
        let answer = send(post(&server, five).header("X-Forwarded-For", "192.0.2.7")).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let answer = refused.expect("there is an end to the allowance");
    assert_eq!((answer.code(), answer.has_data()), (Some("RATE_LIMITED"), false));
    assert!(
        answer
            .header(header::RETRY_AFTER)
            .and_then(|seconds| seconds.parse::<u64>().ok())
            .is_some_and(|seconds| (1..=60).contains(&seconds))
    );
    // While they were asked for, a few came back.
    assert!(
        (allowance..2 * allowance).contains(&server.acts_done()),
        "{}",
        server.acts_done()
    );
    assert_eq!(
        send(post(&server, "{viewer}")).await.status,
        200,
        "queries have their own allowance"
    );
}

#[tokio::test]
async fn schema_and_graphiql_are_served_from_here() {
    let server = SmallServer::unlimited().await;
    let get = async |path: &str| {
        Client::new()
            .get(format!("{}{path}", server.base_url))
            .send()
            .await
            .expect("an answer")
    };
    let sdl = get("/schema.graphql").await.text().await.expect("a text");
    assert!(
        sdl.contains("type Mutation") && sdl.contains("double(number: Int!): Int!"),
        "{sdl}"
    );
    for (path, content_type) in [
        ("/graphiql", "text/html; charset=utf-8"),
        ("/graphiql/graphiql.js", "text/javascript; charset=utf-8"),
        ("/graphiql/graphiql.css", "text/css; charset=utf-8"),
    ] {
        let response = get(path).await;
        assert_eq!(
            response
                .headers()
                .get(header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok()),
            Some(content_type),
            "{path}"
        );
        let policy = response
            .headers()
            .get(header::CONTENT_SECURITY_POLICY)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("script-src 'self';"),
            "{policy}"
        );
        assert!(response.text().await.expect("a text").len() > 300, "{path}");
    }
    let unknown = get("/graphiql/unknown").await;
    assert_eq!(unknown.status(), 404);
    for name in [
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "x-frame-options",
    ] {
        assert!(unknown.headers().contains_key(name), "{name}");
    }
}
