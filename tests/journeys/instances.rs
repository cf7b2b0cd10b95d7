//! Several instances on one database; starts that are refused.

use leernetwerk::{
    boot::{Roles, Start},
    config::Given,
    domain::message::MessageKind::{DecisionReport, ProgrammeGoesAhead},
};
use serde_json::json;

use super::relay::Relayed;
use crate::harness::{
    app::{TestApp, address, start},
    engines::{Engine, on_both, tell},
};

on_both!(a_start_that_is_refused_harms_nothing);

// SQLite belongs to one instance; what several share is PostgreSQL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_share_the_work() {
    tell(Engine::Postgres, module_path!(), async |story: &Relayed| {
        let app = &story.app;
        app.start_other(start()).await;
        for n in 0..8 {
            app.register(n).await;
            app.settle().await;
            // The link in the mail is good wherever it is pressed.
            app.switch().await;
            app.verify(n).await;
        }
        app.travel("2014-05-25T23:59:59+02:00").await;
        app.switch().await;
        assert_eq!(app.programme(None, "status").await, json!({ "status": "OPEN" }));
        app.travel("2014-05-26T00:00:00+02:00").await;
        for _ in 0..2 {
            app.switch().await;
            let told = app.programme(None, "status decisions { outcome counted }").await;
            assert_eq!(
                told,
                json!({ "status": "GOING_AHEAD", "decisions": [{ "outcome": "GO", "counted": 8 }] })
            );
            let refused = app.try_to_register(TestApp::newcomer(20)).await;
            assert_eq!(TestApp::codes(&refused), ["DEADLINE_PASSED"]);
        }
        assert_eq!(
            (app.count(ProgrammeGoesAhead).await, app.count(DecisionReport).await),
            (8, 1)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_instance_decides_another_sends() {
    tell(Engine::Postgres, module_path!(), async |story: &Relayed| {
        let app = &story.app;
        app.verified(0..8).await;
        app.settle().await;
        let sent = story.relay.accepted().len();
        // The one that is spoken to has no engine: whatever it decides, the other has to hear of.
        app.start_other(Start {
            roles: Roles::WithoutEngine,
            ..start()
        })
        .await;
        app.switch().await;
        app.travel_without_mail("2014-05-26T00:00:00+02:00").await;
        assert_eq!(app.programme(None, "status").await, json!({ "status": "GOING_AHEAD" }));
        // Eight goes and a report.
        story.relay.wait_for(sent + 9).await;
        app.switch().await;
        assert_eq!(app.status(3).await, "CONFIRMED");
    })
    .await;
}

async fn a_start_that_is_refused_harms_nothing(app: &TestApp) {
    app.register(1).await;
    app.settle().await;
    let link = app.first_token(1).await;
    app.stop().await;
    let refused = async |change: fn(Given) -> Given| {
        let error = app.try_to_start(change, start()).await.map(|_| ()).unwrap_err();
        format!("{error:#}")
    };
    let other_secret = refused(|given| Given {
        secret: Some("quite another secret".to_owned()),
        clock: Some("test:2015-01-01T00:00:00Z".to_owned()),
        ..given
    });
    let problem = other_secret.await;
    assert!(
        problem.contains("LEERNETWERK_SECRET") && !problem.contains("quite another"),
        "{problem}"
    );
    let problem = refused(|given| Given { clock: None, ..given }).await;
    assert!(
        problem.contains("ran on a test clock") && problem.contains("LEERNETWERK_CLOCK"),
        "{problem}"
    );
    let problem = refused(|given| Given {
        mail: Some("smtp://mail.gemeente.example".to_owned()),
        mail_from: Some("leernetwerk@afzender.example".to_owned()),
        ..given
    });
    let problem = problem.await;
    assert!(problem.contains("not on loopback"), "{problem}");
    let problem = refused(|given| Given {
        templates: Some("/no/such/directory".into()),
        clock: Some("test:2015-01-01T00:00:00Z".to_owned()),
        ..given
    });
    let problem = problem.await;
    assert!(
        problem.contains("templates") && problem.contains("/no/such/directory"),
        "{problem}"
    );
    // Nobody listens on port 1.
    let problem = refused(|given| Given {
        database_url: Some("postgres://leernetwerk:geheim@127.0.0.1:1/leernetwerk".to_owned()),
        ..given
    });
    let problem = problem.await;
    assert!(
        problem.contains("LEERNETWERK_DATABASE_URL") && !problem.contains("geheim"),
        "{problem}"
    );
    let problem = refused(|given| Given {
        database_url: Some("sqlite:///no/such/directory/leernetwerk.db".to_owned()),
        ..given
    });
    let problem = problem.await;
    assert!(problem.contains("LEERNETWERK_DATABASE_URL"), "{problem}");

    // The right settings find everything as it was, the clock too.
    app.start_at("2014-05-01T09:00:00+02:00").await;
    let clock = app.data(Some(&app.organiser), "{ clock { now } }", json!({})).await;
    assert_eq!(clock["clock"]["now"], json!("2014-05-01T07:00:00.000Z"));
    assert_eq!(app.respond(&link, "confirmRegistration").await, "REGISTERED");
    assert_eq!(app.kinds(1).await.len(), 2, "{}", address(1));
}
