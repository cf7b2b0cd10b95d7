//! The HTTP server: who asks, what is ready, and the site itself.

use std::{sync::Arc, time::Duration};

use async_graphql::Data;
use async_trait::async_trait;
use poem::{EndpointExt, Route, listener::TcpAcceptor};
use secrecy::SecretString;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Foundation,
    observing::{EngineSigns, Observing},
    running::Roles,
};
use crate::chain::Chain;
use crate::{
    app::{App, Caller},
    config::MailRoute,
    domain::whereabouts::Whereabouts,
    engine::Pulse,
    entropy::Entropy,
    graphql,
    store::Store,
    web::{
        graphql_http::{Authenticate, AuthenticationFailed, Door, TIME_LIMIT},
        health::{self, Readiness},
        metrics::{MetricsAccess, MetricsPage, metrics},
        observed::Observed,
        pages::mailbox::MailboxAccess,
        rate_limits::RateLimits,
        server::{Site, site},
    },
};

/// How long requests under way may take when the process is to end.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// The running server.
pub(super) struct Server {
    task: JoinHandle<()>,
    shutdown: CancellationToken,
    acts: TaskTracker,
}

impl Server {
    pub(super) fn start(
        foundation: &Foundation,
        listener: TcpListener,
        base_url: &str,
        roles: Roles,
        signs: EngineSigns,
    ) -> anyhow::Result<Self> {
        let (shutdown, acts) = (CancellationToken::new(), TaskTracker::new());
        let readiness: Arc<dyn Readiness> = Arc::new(Checks {
            store: foundation.store.clone(),
            pulse: signs.pulse.clone(),
            here: matches!(foundation.settings.mail, MailRoute::Smtp(_)).then(|| foundation.settle.here.clone()),
        });
        let settings = &foundation.settings;
        let metrics_page = MetricsPage {
            app: foundation.app.clone(),
            access: if settings.is_reached_on_loopback_only() {
                MetricsAccess::Everybody
            } else {
                MetricsAccess::Administrators {
                    master: settings.api_token.clone(),
                }
            },
            metrics: foundation.settle.metrics.clone(),
            observe: Arc::new(Observing::new(foundation.store.clone(), settings.clock, signs)),
        };
        let endpoint = if roles == Roles::EngineOnly {
            Route::new()
                .at("/healthz", health::liveness())
                .at("/readyz", health::readiness(readiness))
                .at("/metrics", metrics(metrics_page))
                .with(Observed {
                    metrics: foundation.settle.metrics.clone(),
                    new_correlation_id: correlation_ids(Arc::clone(&foundation.entropy)),
                })
                .boxed()
        } else {
            let is_test = settings.clock.is_test();
            let door = Door {
                executor: graphql::schema(foundation.time_machine()),
                authenticate: Callers {
                    app: foundation.app.clone(),
                    master: settings.api_token.clone(),
                },
                new_correlation_id: correlation_ids(Arc::clone(&foundation.entropy)),
                rate_limits: if settings.has_rate_limits {
                    RateLimits::on()
                } else {
                    RateLimits::Off
                },
                // A journey of the clock decides everything on its way before it answers.
                time_limit: if is_test { TIME_LIMIT * 12 } else { TIME_LIMIT },
                acts: acts.clone(),
                shutdown: shutdown.clone(),
            };
            let mailbox = match &settings.mail {
                MailRoute::Capture if settings.is_reached_on_loopback_only() => MailboxAccess::Everybody,
                MailRoute::Capture => MailboxAccess::Administrators {
                    master: settings.api_token.clone(),
                },
                MailRoute::File(_) | MailRoute::Smtp(_) => MailboxAccess::None,
            };
            let whole = Site {
                app: foundation.app.clone(),
                door: Arc::new(door),
                sdl: graphql::sdl(),
                readiness,
                metrics: metrics_page,
                mailbox,
                is_reached_over_tls: base_url.starts_with("https://"),
            };
            site(whole).boxed()
        };
        let acceptor = TcpAcceptor::from_tokio(listener)?;
        let until = shutdown.clone();
        let task = tokio::spawn(async move {
            let served = poem::Server::new_with_acceptor(acceptor)
                .run_with_graceful_shutdown(endpoint, until.cancelled_owned(), Some(STOP_GRACE))
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "the server broke");
            }
        });
        Ok(Self { task, shutdown, acts })
    }

    /// Takes no more requests, answers those under way, and lets acts end whose clients have gone.
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the server's task broke");
        }
        self.acts.close();
        self.acts.wait().await;
    }
}

/// Who is asking: the holder of a bearer token.
struct Callers {
    app: App,
    master: Option<SecretString>,
}

#[async_trait]
impl Authenticate for Callers {
    type Caller = Caller;

    async fn caller(&self, bearer: Option<&str>) -> Result<Caller, AuthenticationFailed> {
        let Some(token) = bearer else { return Ok(Caller::Public) };
        let caller = self.app.caller_of(token, self.master.as_ref()).await;
        caller
            .map_err(|error| AuthenticationFailed::Unavailable(Box::new(error)))?
            .ok_or(AuthenticationFailed::InvalidToken)
    }

    fn furnish(&self, caller: Caller, data: &mut Data) {
        graphql::furnish(&self.app, caller, data);
    }
}

/// What has to be well for this instance to do its work.
struct Checks {
    store: Store,
    pulse: Option<Pulse>,
    /// Where this is, if mail goes to a relay.
    here: Option<Whereabouts>,
}

#[async_trait]
impl Readiness for Checks {
    async fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match self.store.pending_migrations().await {
            Ok(0) => {}
            Ok(pending) => problems.push(format!("{pending} migrations have not run; run `leernetwerk migrate`")),
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "not ready");
                problems.push("the database does not answer".to_owned());
            }
        }
        if let Some(pulse) = self.pulse.as_ref().filter(|pulse| !pulse.is_alive()) {
            problems.push(format!(
                "the engine last looked at what is due {} seconds ago",
                pulse.age().as_secs()
            ));
        }
        problems
    }

    async fn notices(&self) -> Vec<String> {
        let Some(here) = &self.here else { return Vec::new() };
        // Where that is, is not for everybody.
        match self.store.send_lock(here).await {
            Ok(Some(_)) => vec!["sending is locked; `leernetwerk messages list` says why".to_owned()],
            // A database that does not answer is told above.
            Ok(None) | Err(_) => Vec::new(),
        }
    }
}

fn correlation_ids(entropy: Arc<Entropy>) -> Arc<dyn Fn() -> String + Send + Sync> {
    Arc::new(move || entropy.bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use tokio::{sync::watch, time::Instant};

    use super::*;

    #[tokio::test]
    async fn an_engine_that_stopped_looking_and_a_schema_that_is_behind_are_told() {
        let store = Store::in_memory().await.unwrap();
        let (beat, last) = watch::channel(Instant::now());
        let checks = Checks {
            store: store.clone(),
            here: None,
            pulse: Some(Pulse::of(last)),
        };
        let problems = checks.problems().await;
        assert!(
            matches!(problems.as_slice(), [one] if one.contains("have not run; run `leernetwerk migrate`")),
            "{problems:?}"
        );
        store.migrate().await.unwrap();
        assert_eq!(checks.problems().await, Vec::<String>::new());
        beat.send_replace(Instant::now() - Duration::from_secs(31));
        assert_eq!(
            checks.problems().await,
            ["the engine last looked at what is due 31 seconds ago"]
        );
    }
}
