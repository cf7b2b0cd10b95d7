//! What those who watch over the service see: `/metrics` and `/readyz`, in every role.

use leernetwerk::{
    boot::{Roles, Start},
    config::Given,
};
use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{
    app::{TestApp, start},
    engines::on_both,
    metrics::{metrics, value},
};

on_both!(
    the_metrics_tell_how_the_work_stands,
    the_metrics_say_that_the_database_is_gone,
    off_loopback_the_metrics_are_for_administrators,
    each_role_answers_what_is_asked_of_it
);

async fn the_metrics_tell_how_the_work_stands(app: &TestApp) {
    app.verified(0..2).await;
    app.travel("2014-05-11T09:00:00+02:00").await;
    let text = metrics(app).await;
    assert!(text.ends_with("# EOF\n"), "{text}");
    // Two welcomes, two for each person, one warning.
    assert_eq!(
        value(
            &text,
            "leernetwerk_mail_attempts_total{outcome=\"accepted\",verb=\"none\"}"
        ),
        7.0
    );
    assert_eq!(value(&text, "leernetwerk_outbox_mails{status=\"queued\"}"), 0.0);
    assert_eq!(value(&text, "leernetwerk_outbox_mails{status=\"unknown\"}"), 0.0);
    assert_eq!(value(&text, "leernetwerk_oldest_due_age_seconds"), 0.0);
    assert_eq!(value(&text, "leernetwerk_outbox_oldest_ready_age_seconds"), 0.0);
    assert_eq!(value(&text, "leernetwerk_database_up"), 1.0);
    assert_eq!(value(&text, "leernetwerk_relay_up"), 1.0);
    assert!(value(&text, "leernetwerk_engine_pulse_age_seconds") < 30.0);
    assert!(value(&text, "leernetwerk_step_lateness_seconds_count") >= 1.0);
    assert!(
        value(
            &text,
            "leernetwerk_request_seconds_count{kind=\"graphql-mutation\",status=\"2xx\"}"
        ) >= 5.0
    );
    assert_eq!(
        value(
            &text,
            &format!("leernetwerk_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))
        ),
        1.0
    );
    for series in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(
            !series.contains('@') && !series.contains(".example") && !series.contains("gemeente"),
            "{series}"
        );
    }
}

async fn the_metrics_say_that_the_database_is_gone(app: &TestApp) {
    app.lose_database().await;
    let text = metrics(app).await;
    assert_eq!(value(&text, "leernetwerk_database_up"), 0.0);
    assert!(!text.contains("outbox_mails"), "nothing is made up: {text}");
    assert!(text.contains("leernetwerk_engine_pulse_age_seconds"), "{text}");
    app.restart().await;
}

async fn off_loopback_the_metrics_are_for_administrators(app: &TestApp) {
    let elsewhere = app
        .try_to_start(
            |given| Given {
                base_url: Some("https://leernetwerk.example".to_owned()),
                api_token: Some("a-token-from-outside-0123456789abcdef".to_owned()),
                ..given
            },
            start(),
        )
        .await
        .unwrap();
    let ask = async |token: Option<&str>| {
        let mut request = app.client().get(format!("http://{}/metrics", elsewhere.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        let scheme = answer.headers().get("www-authenticate").cloned();
        (
            answer.status(),
            scheme.map(|scheme| scheme.to_str().unwrap().to_owned()),
        )
    };
    assert_eq!(ask(None).await, (StatusCode::UNAUTHORIZED, Some("Bearer".to_owned())));
    assert_eq!(ask(Some("nobodys-token")).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(Some(&app.organiser)).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask(Some(&app.administrator)).await.0, StatusCode::OK);
    assert_eq!(
        ask(Some("a-token-from-outside-0123456789abcdef")).await.0,
        StatusCode::OK
    );
    elsewhere.stop().await;
}

async fn each_role_answers_what_is_asked_of_it(app: &TestApp) {
    app.stop().await;
    for (roles, has_api, has_engine) in [
        (Roles::WithoutEngine, true, false),
        (Roles::EngineOnly, false, true),
        (Roles::All, true, true),
    ] {
        let running = app
            .try_to_start(|given| given, Start { roles, ..start() })
            .await
            .unwrap();
        let get = async |path: &str| {
            app.client()
                .get(format!("http://{}{path}", running.address))
                .send()
                .await
                .unwrap()
        };
        let ready = get("/readyz").await;
        assert_eq!(ready.status(), 200, "{roles:?}");
        assert_eq!(ready.text().await.unwrap(), r#"{"ready":true,"problems":[]}"#);
        assert_eq!(get("/healthz").await.status(), 200);
        assert_eq!(get("/schema.graphql").await.status().is_success(), has_api, "{roles:?}");
        let text = get("/metrics").await.text().await.unwrap();
        assert_eq!(
            text.contains("leernetwerk_engine_pulse_age_seconds"),
            has_engine,
            "{roles:?}"
        );
        assert_eq!(text.contains("leernetwerk_relay_up"), has_engine, "{roles:?}");
        assert_eq!(value(&text, "leernetwerk_database_up"), 1.0);
        let store = running.foundation.store.clone();
        if has_engine {
            let idle = running.dispatcher().expect("an engine").idle();
            idle.await.unwrap();
        }
        store.close().await.unwrap();
        let lost = get("/readyz").await;
        assert_eq!(lost.status(), 503, "{roles:?}");
        let problems: serde_json::Value = lost.json().await.unwrap();
        assert_eq!(
            problems["problems"][0],
            json!("the database does not answer"),
            "{roles:?}"
        );
        assert_eq!(get("/healthz").await.status(), 200, "the process lives all the same");
        running.stop().await;
    }
    app.restart().await;
}
