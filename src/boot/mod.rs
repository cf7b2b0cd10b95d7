//! The one place that wires everything, for production and tests alike.

mod observing;
mod running;
pub(crate) mod secret;
mod server;
mod stage;

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context, bail};
use tokio::sync::{Notify, watch};

use self::secret::{make_private, secret};
use crate::{
    app::App,
    clock::{Clock, TimeMachine},
    config::{MailRoute, Settings},
    domain::ids::InstanceId,
    engine::{DispatchLimits, DispatcherParts, Engine, SmtpRoute, Transport, heartbeat::Heartbeat, travel::Journeys},
    entropy::Entropy,
    mail::{
        compose::{Composer, Sender},
        smtp::Deadlines,
    },
    metrics::Metrics,
    settle::Settle,
    store::{Seal, Store},
};

pub use running::{Roles, Running, Start};
pub use stage::stage;

/// The setting under which a database remembers which secret it was used with.
pub(crate) const SECRET_FINGERPRINT: &str = "secret-fingerprint";

/// Everything but the servers: what every command stands on.
pub struct Foundation {
    /// The settings.
    pub settings: Settings,
    /// The database.
    pub store: Store,
    /// Carries steps out.
    pub settle: Arc<Settle>,
    /// The intents.
    pub app: App,
    /// Seals stored mail.
    pub seal: Seal,
    /// Ids and secrets.
    pub entropy: Arc<Entropy>,
}

/// Whether the database is made where it is absent, and its schema brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrating {
    /// Yes.
    Yes,
    /// No: a file that is not there is an error, and so is a schema that is behind.
    No,
    /// No, and nothing else is written either.
    ReadOnly,
}

impl Foundation {
    /// Connects, migrates, starts the clock and reads the templates. `base_url` is what links in mails begin with.
    pub async fn lay(
        settings: Settings,
        entropy: Entropy,
        base_url: String,
        migrating: Migrating,
    ) -> anyhow::Result<Self> {
        let entropy = Arc::new(entropy);
        let makes = migrating == Migrating::Yes;
        if let Some(file) = settings.sqlite_file() {
            if makes {
                make_private(&file).with_context(|| {
                    let (file, named_by) = (file.display(), &settings.database_named_by);
                    format!(
                        "{file} cannot be made; check LEERNETWERK_DATABASE_URL (the path comes from {named_by}), and that the file's directory is there and writable"
                    )
                })?;
            } else if !file.is_file() {
                bail!(absent(&file, &settings.database_named_by));
            }
        }
        let connected = if makes {
            Store::connect(&settings.database_url).await
        } else {
            Store::connect_to_existing(&settings.database_url).await
        };
        let store = connected.context(
            "the database cannot be used; check LEERNETWERK_DATABASE_URL, that the server runs, and that the file's directory is there and writable",
        )?;
        if makes {
            store
                .migrate()
                .await
                .context("the schema cannot be brought up to date")?;
        } else if store.pending_migrations().await? > 0 {
            bail!("the schema is behind; run `leernetwerk migrate`")
        }
        if settings.clock == Clock::System && store.has_travelled().await? {
            bail!(
                "this database ran on a test clock; it cannot go on with the system clock. Set LEERNETWERK_CLOCK=test:…, or use another database"
            );
        }
        if settings.clock.is_test() && !store.has_travelled().await? && store.has_programmes().await? {
            bail!(
                "this database runs on the system clock; a test clock would end that for good. Rehearse in a database of its own: `programme export`, then `programme import` there"
            );
        }
        let is_known = store.setting(SECRET_FINGERPRINT).await?.is_some();
        let may_write = migrating != Migrating::ReadOnly;
        if settings.clock.is_test() && !may_write && !store.has_travelled().await? {
            bail!(
                "no clock was ever started in this database; `leernetwerk serve` and `programme import` start it with this LEERNETWERK_CLOCK"
            );
        }
        let secret = secret(&settings, &entropy, is_known, may_write)?;
        let seal = Seal::new(&secret)?;
        let fingerprint = if may_write {
            store.keep_first(SECRET_FINGERPRINT, seal.fingerprint()).await?
        } else {
            let kept = store.setting(SECRET_FINGERPRINT).await?;
            kept.unwrap_or_else(|| seal.fingerprint().to_owned())
        };
        if fingerprint != seal.fingerprint() {
            bail!(
                "this database was used with another LEERNETWERK_SECRET; stored mails cannot be read with this one. Set the earlier secret"
            );
        }
        let sender = Sender {
            from: settings.mail_from.clone(),
        };
        let composer =
            Composer::new(&sender, settings.templates.as_deref()).context("the mail templates cannot be used")?;
        // Last of all that can fail: the hands of this clock never go back, so a start that is refused must not move them.
        if let (Clock::Test { starts_at }, true) = (settings.clock, may_write) {
            let stands_at = store.start_test_clock(starts_at).await?;
            tracing::info!(%stands_at, "on the test clock");
        }
        // What was set, not the port that was found: that one may be another at every start.
        let links = settings.base_url.clone();
        let here = store
            .whereabouts(&links.unwrap_or_else(|| usual_base_url(settings.listen)))
            .await?;
        let settle = Arc::new(Settle {
            here,
            store: store.clone(),
            composer,
            seal: seal.clone(),
            entropy: Arc::clone(&entropy),
            clock: settings.clock,
            base_url,
            sender,
            committed: watch::Sender::new(0),
            metrics: Metrics::default(),
        });
        if migrating == Migrating::Yes {
            settle.add_missing_rules().await?;
        }
        let app = App::new(Arc::clone(&settle));
        Ok(Self {
            settings,
            store,
            settle,
            app,
            seal,
            entropy,
        })
    }

    /// The journeys of the test clock; none with the system clock.
    pub fn time_machine(&self) -> Option<Arc<dyn TimeMachine>> {
        self.settings
            .clock
            .is_test()
            .then(|| Arc::new(Journeys::new(Arc::clone(&self.settle))) as Arc<dyn TimeMachine>)
    }

    /// Starts the engine, with its heartbeat.
    async fn start_engine(&self, limits: DispatchLimits, deadlines: Deadlines) -> anyhow::Result<(Engine, Heartbeat)> {
        let now = self.store.now(self.settings.clock).await?;
        let limits = match &self.settings.mail {
            MailRoute::Smtp(relay) => DispatchLimits {
                slots: relay.connections().unwrap_or(limits.slots),
                ..limits
            },
            MailRoute::Capture | MailRoute::File(_) => limits,
        };
        if matches!(self.settings.mail, MailRoute::Smtp(_)) {
            self.store.keep_whereabouts(&self.settle.here).await?;
        }
        let parts = DispatcherParts {
            store: self.store.clone(),
            seal: self.seal.clone(),
            clock: self.settings.clock,
            instance: InstanceId(self.entropy.id(now)),
            transport: self.transport(deadlines),
            limits,
            metrics: self.settle.metrics.clone(),
        };
        let look = Arc::new(Notify::new());
        let engine = Engine::start(Arc::clone(&self.settle), parts, Arc::clone(&look)).await?;
        let heartbeat = Heartbeat::start(look)
            .await
            .context("the heartbeat cannot be started")?;
        Ok((engine, heartbeat))
    }

    fn transport(&self, deadlines: Deadlines) -> Transport {
        match &self.settings.mail {
            MailRoute::Capture => Transport::Capture,
            MailRoute::File(directory) => Transport::File(directory.clone()),
            MailRoute::Smtp(relay) => Transport::Smtp(Box::new(SmtpRoute {
                relay: relay.clone(),
                hello_name: self
                    .settings
                    .mail_from
                    .split_once('@')
                    .map_or("localhost", |(_, domain)| domain)
                    .to_owned(),
                envelope_from: self.settings.mail_from.to_string(),
                deadlines,
                here: Some(self.settle.here.clone()),
            })),
        }
    }
}

/// What is said of a file that is not there.
fn absent(file: &Path, named_by: &str) -> String {
    let looked_at = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    format!(
        "there is no database at {}; that path comes from {named_by}. Is it the right directory, and the right setting? \
         `leernetwerk serve`, `migrate` and `programme import` make a new one there",
        looked_at.display()
    )
}

/// What links in mails begin with when nothing was set.
pub fn usual_base_url(address: SocketAddr) -> String {
    format!("http://{address}")
}
