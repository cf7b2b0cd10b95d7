//! Each way to be refused, through the real API; and what is told when the server itself fails.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::timeout;

use super::introspection::{named, names, types};
use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    engines::{Engine, on_both},
};

on_both!(
    every_user_error_is_reachable_with_its_field,
    ids_of_nothing_and_of_other_types_name_nothing,
    requests_are_refused_with_a_code,
    a_lost_database_is_told_by_an_id_alone,
    a_database_that_comes_back_is_used_again,
);

/// Carries a mutation out; its user errors as code and field.
async fn refused(app: &TestApp, token: Option<&str>, name: &str, input: Value) -> Vec<(String, Value)> {
    let mut kind = name.to_owned();
    kind[..1].make_ascii_uppercase();
    let query =
        format!("mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code message field }} }} }}");
    let data = app.data(token, &query, json!({ "input": input })).await;
    let errors = data[name]["errors"].as_array().unwrap();
    errors
        .iter()
        .inspect(|error| assert!(text(&error["message"]).len() > 10, "{error}"))
        .map(|error| (text(&error["code"]), error["field"].clone()))
        .collect()
}

fn person(n: usize, change: (&str, Value)) -> Value {
    let mut input = json!({ "programmeSlug": SLUG, "name": format!("Deelnemer Nummer {n}"), "email": address(n), "organisation": "gemeente" });
    input[change.0] = change.1;
    input
}

async fn every_user_error_is_reachable_with_its_field(app: &TestApp) {
    let mut seen = Vec::new();
    let mut expect = async |token: Option<&str>, name: &str, input: Value, code: &str, field: Value| {
        assert_eq!(
            refused(app, token, name, input.clone()).await,
            [(code.to_owned(), field)],
            "{name} {input}"
        );
        seen.push(code.to_owned());
    };
    let organiser = Some(app.organiser.as_str());
    let id = app.programme(None, "id").await["id"].clone();
    for (change, code, field) in [
        (("name", json!(" \t\u{a0} ")), "REQUIRED", json!(["name"])),
        (("name", json!("\u{200b}")), "INVALID", json!(["name"])),
        (("name", json!("x".repeat(5_000))), "TOO_LONG", json!(["name"])),
        (("name", json!("Jan\u{0}Jansen")), "INVALID", json!(["name"])),
        (("name", json!("Jan\u{202e}Jansen")), "INVALID", json!(["name"])),
        (("email", json!("jan@")), "INVALID_EMAIL", json!(["email"])),
        (
            ("email", json!("jan@gemeente.example\r\nBcc: iemand@elders.example")),
            "INVALID",
            json!(["email"]),
        ),
        (("organisation", json!("")), "REQUIRED", json!(["organisation"])),
        (
            ("billing", json!({ "email": "geen adres" })),
            "INVALID_EMAIL",
            json!(["billing", "email"]),
        ),
        (
            ("programmeSlug", json!("onbekend")),
            "NOT_FOUND",
            json!(["programmeSlug"]),
        ),
        (
            ("programmeSlug", json!("'; DROP TABLE programme; --")),
            "NOT_FOUND",
            json!(["programmeSlug"]),
        ),
        (("idempotencyKey", json!("")), "INVALID", json!(["idempotencyKey"])),
    ] {
        expect(None, "register", person(0, change), code, field).await;
    }
    let all = refused(
        app,
        None,
        "register",
        json!({ "programmeSlug": SLUG, "name": "", "email": "", "organisation": "" }),
    )
    .await;
    let fields: Vec<_> = all.iter().map(|(_, field)| field[0].as_str().unwrap()).collect();
    assert_eq!(
        fields,
        ["name", "email", "organisation"],
        "everything that is wrong is told at once"
    );

    let keyed = |n| person(n, ("idempotencyKey", json!("een")));
    assert_eq!(refused(app, None, "register", keyed(0)).await, []);
    expect(None, "register", keyed(1), "IDEMPOTENCY_KEY_REUSED", Value::Null).await;
    let news =
        json!({ "programmeId": id, "audience": "TEAM", "subject": "nieuws", "body": "Er is nieuws.", "planHash": "0" });
    expect(organiser, "announce", news, "STALE_PLAN", Value::Null).await;
    expect(
        organiser,
        "publishProgramme",
        json!({ "programmeId": id }),
        "STATE_CONFLICT",
        Value::Null,
    )
    .await;
    app.verify(0).await;
    let add = |n| json!({ "programmeId": id, "name": format!("Deelnemer Nummer {n}"), "email": address(n), "organisation": "gemeente" });
    expect(organiser, "addRegistration", add(0), "ALREADY_REGISTERED", Value::Null).await;

    // Two places: the third waits, is offered one, and lets the offer pass.
    app.mutate(
        organiser,
        "mutation ($input: UpdateProgrammeInput!) { updateProgramme(input: $input) { errors { code } } }",
        json!({ "input": { "programmeId": id, "minParticipants": 1, "maxParticipants": 2 } }),
    )
    .await;
    app.verified(1..3).await;
    let third = app.link_token(&address(2)).await;
    let first = app.link_token(&address(0)).await;
    assert_eq!(refused(app, Some(&first), "withdrawRegistration", json!({})).await, []);
    app.travel("2014-05-10T00:00:00+02:00").await;
    expect(Some(&third), "acceptPlace", json!({}), "OFFER_EXPIRED", Value::Null).await;

    app.travel("2014-05-26T00:00:00+02:00").await;
    expect(
        None,
        "register",
        person(5, ("phone", Value::Null)),
        "DEADLINE_PASSED",
        Value::Null,
    )
    .await;

    // It goes ahead without a showcase, then with one to which participants invite nobody.
    let second = app.link_token(&address(1)).await;
    let harvest = json!({ "title": "Regie", "summary": "Wie vraagt, krijgt." });
    expect(Some(&second), "saveHarvest", harvest, "HARVEST_CLOSED", Value::Null).await;
    let showcase = json!({ "programmeId": id, "showcase": { "on": "2014-12-18", "startsAt": "13:00", "endsAt": "16:00", "guestQuota": 0 } });
    assert_eq!(refused(app, organiser, "updateProgramme", showcase).await, []);
    let guest = json!({ "name": "Gerda Gast", "email": "gerda@elders.example", "relation": "COLLEAGUE" });
    expect(
        Some(&second),
        "inviteGuest",
        guest,
        "INVITATION_QUOTA_REACHED",
        Value::Null,
    )
    .await;
    assert_eq!(
        refused(
            app,
            organiser,
            "cancelProgramme",
            json!({ "programmeId": id, "reason": "Het gaat niet." })
        )
        .await,
        []
    );
    expect(
        None,
        "register",
        person(5, ("phone", Value::Null)),
        "REGISTRATION_NOT_OPEN",
        Value::Null,
    )
    .await;

    let codes = names(&named(&types(app).await, "UserErrorCode")["enumValues"]);
    for code in codes {
        assert!(seen.contains(&code), "{code} was not met");
    }
}

async fn ids_of_nothing_and_of_other_types_name_nothing(app: &TestApp) {
    app.verified(0..1).await;
    let query = "{ programme(slug: \"werken-in-het-westen-2014\") { id registrations { nodes { id } } rules { id } } messages(first: 1) { nodes { id } } }";
    let found = app.data(Some(&app.organiser), query, json!({})).await;
    let ids = [
        &found["programme"]["id"],
        &found["programme"]["registrations"]["nodes"][0]["id"],
        &found["messages"]["nodes"][0]["id"],
        &found["programme"]["rules"][0]["id"],
    ]
    .map(text);
    let [programme, registration, message, rule] = &ids;
    let nonsense = [
        "",
        "7",
        "é",
        "UHJvZ3JhbW1lOg",
        "UHJvZ3JhbW1lOjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA",
        &"A".repeat(4_000),
    ]
    .map(str::to_owned);
    for (name, field, own, more) in [
        ("publishProgramme", "programmeId", programme, json!({})),
        ("updateProgramme", "programmeId", programme, json!({})),
        (
            "cancelProgramme",
            "programmeId",
            programme,
            json!({ "reason": "Omdat." }),
        ),
        (
            "extendDeadline",
            "programmeId",
            programme,
            json!({ "reason": "Omdat.", "registrationDeadline": "2014-06-01" }),
        ),
        (
            "addRegistration",
            "programmeId",
            programme,
            json!({ "name": "A", "email": "a@b.example", "organisation": "c" }),
        ),
        ("retryMessage", "messageId", message, json!({})),
        ("cancelMessage", "messageId", message, json!({})),
        ("releaseMessages", "programmeId", programme, json!({})),
        ("confirmRegistration", "registrationId", registration, json!({})),
        ("updateRegistration", "registrationId", registration, json!({})),
        ("withdrawRegistration", "registrationId", registration, json!({})),
        ("acceptPlace", "registrationId", registration, json!({})),
        ("declinePlace", "registrationId", registration, json!({})),
        ("erasePerson", "registrationId", registration, json!({ "dryRun": true })),
    ] {
        for id in ids.iter().chain([rule]).chain(&nonsense).filter(|id| *id != own) {
            let mut input = more.clone();
            input[field] = json!(id);
            let token = Some(app.organiser.as_str());
            assert_eq!(
                refused(app, token, name, input).await,
                [("NOT_FOUND".to_owned(), json!([field]))],
                "{name} {id}"
            );
        }
    }
    let answer = app
        .data(
            Some(&app.organiser),
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": nonsense }),
        )
        .await;
    assert_eq!(answer["nodes"], json!([null, null, null, null, null, null]));
}

async fn requests_are_refused_with_a_code(app: &TestApp) {
    let plain = "{ programmes { nodes { meetings { id days { on } } id } } }";
    assert!(app.ask(None, plain, json!({})).await.get("errors").is_none());
    let long = "programme(slug: \"x\") { id } ".repeat(20);
    for (token, query, code) in [
        (None, "{ programmes(", "GRAPHQL_PARSE_FAILED"),
        (None, "", "GRAPHQL_PARSE_FAILED"),
        (
            None,
            "{ programmes { nodes { registrations { nodes { secret } } } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            None,
            "{ programmes(first: \"x\") { totalCount } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            None,
            "query ($slug: String!) { programme(slug: $slug) { id } }",
            "BAD_USER_INPUT",
        ),
        (None, "{ programmes(first: -1) { totalCount } }", "BAD_USER_INPUT"),
        (None, "{ messages { totalCount } }", "FORBIDDEN"),
        (
            None,
            "mutation { confirmRegistration(input: {}) { errors { code } } }",
            "UNAUTHENTICATED",
        ),
        (Some("geen-token"), "{ clock { now } }", "UNAUTHENTICATED"),
        (None, &format!("{{ {long} }}"), "QUERY_TOO_COMPLEX"),
    ] {
        let answer = app.ask(token, query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer:#}");
    }
    let hash = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "00" } } });
    let answer = app
        .client()
        .post(format!("{}/graphql", app.base_url().await))
        .json(&hash)
        .send()
        .await
        .unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
}

const ASKED: [&str; 3] = [
    "{ programmes { nodes { id } } }",
    "{ clock { now } }",
    "mutation { requestPersonalLink(input: { programmeSlug: \"werken-in-het-westen-2014\", email: \"iemand@elders.example\" }) { errors { code } } }",
];

/// Asks while the database is away: an id in place of an answer, soon, and nothing of what is behind it.
async fn fails_discreetly(app: &TestApp) {
    for token in [None, Some(app.organiser.as_str())] {
        for query in ASKED {
            let answer = timeout(Duration::from_secs(5), app.ask(token, query, json!({})))
                .await
                .expect("an answer within 5 seconds");
            let error = &answer["errors"][0];
            assert_eq!(
                error["extensions"]["code"], "INTERNAL_SERVER_ERROR",
                "{query}: {answer:#}"
            );
            let id = text(&error["extensions"]["correlationId"]);
            assert!(id.len() >= 8 && text(&error["message"]).contains(&id), "{answer:#}");
            let told = answer.to_string().to_lowercase();
            for word in [
                "sql",
                "pool",
                "connection",
                "postgres",
                "database",
                "leernetwerk.db",
                "panic",
                "tokio",
                "src/",
            ] {
                assert!(!told.contains(word), "{word} is told: {answer:#}");
            }
        }
    }
}

async fn a_lost_database_is_told_by_an_id_alone(app: &TestApp) {
    app.lose_database().await;
    fails_discreetly(app).await;
    let readiness = app
        .client()
        .get(format!("{}/readyz", app.base_url().await))
        .send()
        .await
        .unwrap();
    assert_eq!(readiness.status(), 503);
    let report: Value = readiness.json().await.unwrap();
    assert_eq!(report["ready"], false);
    assert_eq!(report["problems"][0], "the database does not answer");
    let liveness = app
        .client()
        .get(format!("{}/healthz", app.base_url().await))
        .send()
        .await
        .unwrap();
    assert_eq!(liveness.status(), 200, "the process lives all the same");
    app.restart().await;
    assert!(app.ask(None, ASKED[0], json!({})).await.get("errors").is_none());
}

async fn a_database_that_comes_back_is_used_again(app: &TestApp) {
    // A file is not taken away from under those who have it open.
    if app.database.engine == Engine::Sqlite {
        return;
    }
    let (server, rest) = app.database.url.split_once("/t_").unwrap();
    let (number, socket) = rest.split_once('?').unwrap();
    let mut connection = PgConnection::connect(&format!("{server}/postgres?{socket}"))
        .await
        .unwrap();
    let mut tell = async |statement: String| {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .unwrap();
    };
    let terminate = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 't_{number}'");
    // Connections that break are replaced, unnoticed.
    tell(terminate.clone()).await;
    for query in ASKED {
        assert!(
            app.ask(Some(&app.organiser), query, json!({}))
                .await
                .get("errors")
                .is_none(),
            "{query}"
        );
    }
    tell(format!("ALTER DATABASE t_{number} ALLOW_CONNECTIONS false")).await;
    tell(terminate).await;
    fails_discreetly(app).await;
    tell(format!("ALTER DATABASE t_{number} ALLOW_CONNECTIONS true")).await;
    for query in ASKED {
        assert!(
            app.ask(Some(&app.organiser), query, json!({}))
                .await
                .get("errors")
                .is_none(),
            "{query}"
        );
    }
    app.verified(0..1).await;
}
