//! What the metrics say when the work does not go on as it should: how old what waits is, and how late what came is.

use leernetwerk::{
    app::Repeatable,
    boot::{Roles, Start},
    domain::{delivery::SmtpVerb, message::MessageStatus},
    engine::BreakerLimits,
};
use tokio::time::{Duration, timeout};

use super::relay::Relayed;
use crate::harness::{
    app::start,
    engines::on_both,
    foundation::{ADMINISTRATOR, at, person},
    metrics::{metrics, metrics_of, value},
    smtp::{Act, Rule},
};

on_both!(
    mail_that_waits_for_its_relay_grows_old,
    what_nobody_carries_out_grows_old_and_comes_late,
    the_pulse_grows_old_when_the_engine_cannot_look,
    a_mail_that_nobody_knows_the_end_of_is_counted,
);

const READY: &str = "leernetwerk_outbox_oldest_ready_age_seconds";
const DUE: &str = "leernetwerk_oldest_due_age_seconds";
const PULSE: &str = "leernetwerk_engine_pulse_age_seconds";
const LATENESS: &str = "leernetwerk_step_lateness_seconds";

async fn mail_that_waits_for_its_relay_grows_old(story: &Relayed) {
    let app = &story.app;
    app.settle().await;
    app.stop().await;
    story.relay.stop().await;
    let mut slow = start();
    // One mail is tried, and none again while the test looks: so they are in nobody's hands.
    slow.limits.slots = 1;
    slow.limits.breaker = BreakerLimits {
        failures: 1,
        first_pause: Duration::from_secs(3_600),
        longest_pause: Duration::from_secs(3_600),
    };
    let running = app.try_to_start(|given| given, slow).await.unwrap();
    let mut is_up = running.dispatcher().unwrap().relay_is_up();
    for n in 0..2 {
        let intents = &running.foundation.app;
        intents
            .add_registration(&ADMINISTRATOR, app.programme, person(n), &Repeatable::default())
            .await
            .unwrap();
    }
    let given_up = timeout(Duration::from_secs(30), is_up.wait_for(|is_up| !is_up)).await;
    given_up.expect("the relay is left in peace").unwrap();
    let store = running.foundation.store.clone();
    let returned = async {
        while store.vitals().await.unwrap().mails(MessageStatus::Queued) < 2 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), returned).await.expect("both wait");
    store.advance_test_clock(at("2014-05-01T09:30:00Z")).await.unwrap();
    let text = metrics_of(app, &format!("http://{}", running.address)).await;
    assert_eq!(value(&text, "leernetwerk_relay_up"), 0.0);
    assert_eq!(value(&text, "leernetwerk_outbox_mails{status=\"queued\"}"), 2.0);
    assert_eq!(value(&text, READY), 2.5 * 3_600.0, "since nine in Amsterdam: {text}");
    assert_eq!(value(&text, DUE), 0.0, "nothing is to be decided: {text}");
    running.stop().await;

    story.relay.start_again().await;
    app.start_at("2014-05-01T09:30:00Z").await;
    app.settle().await;
    let text = metrics(app).await;
    assert_eq!(
        (value(&text, "leernetwerk_relay_up"), value(&text, READY)),
        (1.0, 0.0),
        "{text}"
    );
}

async fn what_nobody_carries_out_grows_old_and_comes_late(story: &Relayed) {
    let app = &story.app;
    app.settle().await;
    app.stop().await;
    let idle = Start {
        roles: Roles::WithoutEngine,
        ..start()
    };
    let running = app.try_to_start(|given| given, idle).await.unwrap();
    // The first warning is due at nine in Amsterdam.
    let store = running.foundation.store.clone();
    store.advance_test_clock(at("2014-05-11T12:00:00Z")).await.unwrap();
    let text = metrics_of(app, &format!("http://{}", running.address)).await;
    assert_eq!(value(&text, DUE), 5.0 * 3_600.0, "{text}");
    running.stop().await;

    app.start_at("2014-05-11T12:00:00Z").await;
    app.travel("2014-05-11T12:00:00Z").await;
    let text = metrics(app).await;
    assert_eq!(value(&text, DUE), 0.0, "{text}");
    assert_eq!(value(&text, &format!("{LATENESS}_count")), 1.0, "{text}");
    assert_eq!(value(&text, &format!("{LATENESS}_sum")), 5.0 * 3_600.0, "{text}");
    for (seconds, count) in [("3600.0", 0.0), ("86400.0", 1.0)] {
        let bucket = format!("{LATENESS}_bucket{{le=\"{seconds}\"}}");
        assert_eq!(value(&text, &bucket), count, "{text}");
    }
}

async fn the_pulse_grows_old_when_the_engine_cannot_look(story: &Relayed) {
    let app = &story.app;
    app.lose_database().await;
    let mut ages = Vec::new();
    for _ in 0..3 {
        ages.push(value(&metrics(app).await, PULSE));
    }
    // A look that had just succeeded may still be told between the first two.
    assert!(0.0 < ages[0] && ages[1] < ages[2], "{ages:?}");
    app.restart().await;
}

async fn a_mail_that_nobody_knows_the_end_of_is_counted(story: &Relayed) {
    let app = &story.app;
    app.settle().await;
    // The relay takes the warning and says so in words that nobody can make out.
    let rule = Rule::at(SmtpVerb::Dot, Act::Huge(200_000)).times(1);
    story.relay.on(rule.to("marc@leernetwerk.example"));
    app.travel("2014-05-11T09:00:00+02:00").await;
    let text = metrics(app).await;
    let attempts = |outcome: &str| {
        let series = format!("leernetwerk_mail_attempts_total{{outcome=\"{outcome}\",verb=\"DOT\"}}");
        value(&text, &series)
    };
    assert_eq!((attempts("ambiguous"), attempts("accepted")), (1.0, 2.0), "{text}");
    let unknown = value(&text, "leernetwerk_outbox_mails{status=\"unknown\"}");
    assert_eq!((unknown, value(&text, READY)), (1.0, 0.0), "{text}");
    app.acknowledge(MessageStatus::Unknown).await;
}
