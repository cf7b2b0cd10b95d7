//! What this process counts while it works, and the text that Prometheus reads: the only place that names its client library.
//!
//! Labels are words of ours, so there is a known number of series; none says anything about a person.

use std::{fmt, sync::Arc, sync::atomic::AtomicU64, time::Duration};

use chrono::TimeDelta;
use prometheus_client::{
    encoding::{
        EncodeLabelSet,
        text::{encode_eof, encode_registry},
    },
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};

use crate::domain::{
    delivery::{AttemptOutcome, SmtpVerb},
    message::MessageStatus,
};

/// The media type of the text: OpenMetrics, which Prometheus asks for first.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Every series begins with this.
const PREFIX: &str = "leernetwerk";

/// Seconds up to which requests are counted together.
const REQUEST_SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Seconds up to which steps are counted together: at once, some seconds, a minute, five, an hour, a day.
const LATENESS_SECONDS: [f64; 8] = [0.1, 1.0, 5.0, 15.0, 60.0, 300.0, 3_600.0, 86_400.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AttemptLabels {
    outcome: &'static str,
    verb: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    kind: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    status: &'static str,
}

/// What a process counts. Clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Counted>);

struct Counted {
    attempts: Family<AttemptLabels, Counter>,
    lateness: Histogram,
    requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
    registry: Registry,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let attempts = Family::<AttemptLabels, Counter>::default();
        registry.register(
            "mail_attempts",
            "Attempts to hand a mail over, by how they ended and at which step of the conversation",
            attempts.clone(),
        );
        let lateness = Histogram::new(LATENESS_SECONDS);
        registry.register_with_unit(
            "step_lateness",
            "How late steps that time brings were carried out",
            Unit::Seconds,
            lateness.clone(),
        );
        let requests = Family::<RequestLabels, Histogram, fn() -> Histogram>::new_with_constructor(|| {
            Histogram::new(REQUEST_SECONDS)
        });
        registry.register_with_unit(
            "request",
            "How long requests took, by what was asked for and the class of the answer",
            Unit::Seconds,
            requests.clone(),
        );
        registry.register(
            "build",
            "What is running",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        Self(Arc::new(Counted {
            attempts,
            lateness,
            requests,
            registry,
        }))
    }
}

impl Metrics {
    /// A mail was tried.
    pub fn attempted(&self, outcome: AttemptOutcome, verb: Option<SmtpVerb>) {
        let labels = AttemptLabels {
            outcome: outcome.word(),
            verb: verb.map_or("none", SmtpVerb::word),
        };
        self.0.attempts.get_or_create(&labels).inc();
    }

    /// A step that time brought was carried out so late.
    pub fn carried_out(&self, late: TimeDelta) {
        self.0.lateness.observe(late.to_std().unwrap_or_default().as_secs_f64());
    }

    /// A request was answered. `kind` is one of a few words.
    pub fn requested(&self, kind: &'static str, status: u16, took: Duration) {
        let status = match status {
            100..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.0
            .requests
            .get_or_create(&RequestLabels { kind, status })
            .observe(took.as_secs_f64());
    }

    /// Everything as text, together with what was just looked up.
    pub fn text(&self, reading: &Reading) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.0.registry)?;
        encode_registry(&mut text, &reading.registry())?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// What is looked up when somebody asks.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// From the database; none: it does not answer.
    pub work: Option<Work>,
    /// How long ago this instance's engine last looked at what is due; none: it runs no engine.
    pub pulse_age: Option<Duration>,
    /// Whether the relay can be used; none: this instance sends nothing.
    pub relay_is_up: Option<bool>,
}

/// How the work stands.
#[derive(Debug, Clone, Default)]
pub struct Work {
    /// Mails by status, but those that were sent.
    pub outbox: Vec<(MessageStatus, u64)>,
    /// How long the oldest queued mail could have been tried.
    pub oldest_ready_age: TimeDelta,
    /// Mails that are decided and still to be made.
    pub to_compose: u64,
    /// How long the programme that has waited longest has something due.
    pub oldest_due_age: TimeDelta,
}

type Seconds = Gauge<f64, AtomicU64>;

fn seconds(of: f64) -> Seconds {
    let gauge = Seconds::default();
    gauge.set(of);
    gauge
}

fn number(of: u64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(i64::try_from(of).unwrap_or(i64::MAX));
    gauge
}

impl Reading {
    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        let is_up = number(u64::from(self.work.is_some()));
        registry.register("database_up", "Whether the database answers (1) or not (0)", is_up);
        if let Some(work) = &self.work {
            let outbox = Family::<StatusLabel, Gauge>::default();
            // Every status every time, so that nobody has to tell nothing from none.
            for status in MessageStatus::ALL
                .into_iter()
                .filter(|status| *status != MessageStatus::Sent)
            {
                let count = work.outbox.iter().find(|(known, _)| *known == status);
                let count = count.map_or(0, |(_, count)| *count);
                outbox
                    .get_or_create(&StatusLabel { status: status.word() })
                    .set(i64::try_from(count).unwrap_or(i64::MAX));
            }
            registry.register("outbox_mails", "Mails by status, but those that were sent", outbox);
            let age = |of: TimeDelta| seconds(of.to_std().unwrap_or_default().as_secs_f64());
            registry.register_with_unit(
                "outbox_oldest_ready_age",
                "How long the oldest queued mail could have been tried",
                Unit::Seconds,
                age(work.oldest_ready_age),
            );
            registry.register_with_unit(
                "oldest_due_age",
                "How long something is due that nobody has carried out",
                Unit::Seconds,
                age(work.oldest_due_age),
            );
            registry.register(
                "mails_to_compose",
                "Mails that are decided and not made: some at a bulk run; for long if they cannot be made",
                number(work.to_compose),
            );
        }
        if let Some(age) = self.pulse_age {
            registry.register_with_unit(
                "engine_pulse_age",
                "How long ago this instance's engine last looked at what is due, and could",
                Unit::Seconds,
                seconds(age.as_secs_f64()),
            );
        }
        if let Some(is_up) = self.relay_is_up {
            registry.register(
                "relay_up",
                "Whether this instance uses the relay (1) or leaves it in peace after failures (0)",
                number(u64::from(is_up)),
            );
        }
        registry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_and_looked_up_is_one_text() {
        let metrics = Metrics::default();
        metrics.attempted(AttemptOutcome::Accepted, Some(SmtpVerb::Dot));
        metrics.attempted(AttemptOutcome::RelayFailed, None);
        metrics.carried_out(TimeDelta::seconds(2));
        metrics.requested("graphql-query", 200, Duration::from_millis(7));
        let reading = Reading {
            work: Some(Work {
                outbox: vec![(MessageStatus::Queued, 3), (MessageStatus::Unknown, 1)],
                oldest_ready_age: TimeDelta::seconds(12),
                to_compose: 0,
                oldest_due_age: TimeDelta::zero(),
            }),
            pulse_age: Some(Duration::from_millis(1500)),
            relay_is_up: Some(true),
        };
        let text = metrics.text(&reading).unwrap();
        // Series of one family have no order.
        let mut lines: Vec<_> = text.lines().filter(|line| !line.contains("_bucket{le=")).collect();
        lines.sort_unstable();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_database_that_does_not_answer_is_told() {
        let text = Metrics::default().text(&Reading::default()).unwrap();
        assert!(text.contains("leernetwerk_database_up 0\n"), "{text}");
        assert!(
            !text.contains("outbox") && !text.contains("pulse") && text.ends_with("# EOF\n"),
            "{text}"
        );
    }
}
