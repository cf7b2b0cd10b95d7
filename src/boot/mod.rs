//! The one place that wires everything, for production and tests alike.

mod running;
mod server;

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context, bail};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Notify, watch};

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
    settle::Settle,
    store::{Seal, Store},
};

pub use running::{Roles, Running, Start};

/// The setting under which a database remembers which secret it was used with.
const SECRET_FINGERPRINT: &str = "secret-fingerprint";

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

/// Whether the schema is brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrating {
    /// Yes.
    Yes,
    /// No: a schema that is behind is an error.
    No,
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
        if let Some(file) = settings.sqlite_file() {
            make_private(&file).with_context(|| {
                let file = file.display();
                format!("{file} cannot be made; check LEERNETWERK_DATABASE_URL, and that the file's directory is there and writable")
            })?;
        }
        let store = Store::connect(&settings.database_url).await.context(
            "the database cannot be used; check LEERNETWERK_DATABASE_URL, that the server runs, and that the file's directory is there and writable",
        )?;
        match migrating {
            Migrating::Yes => store
                .migrate()
                .await
                .context("the schema cannot be brought up to date")?,
            Migrating::No if store.pending_migrations().await? > 0 => {
                bail!("the schema is behind; run `leernetwerk migrate`")
            }
            Migrating::No => {}
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
        let secret = secret(&settings, &entropy, is_known)?;
        let seal = Seal::new(&secret)?;
        let fingerprint = store.keep_first(SECRET_FINGERPRINT, seal.fingerprint()).await?;
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
        if let Clock::Test { starts_at } = settings.clock {
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
        });
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

/// The secret that was set; with SQLite, one that is made at the first start and kept beside the file, readable by its owner.
fn secret(settings: &Settings, entropy: &Entropy, is_known: bool) -> anyhow::Result<SecretString> {
    use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

    if let Some(secret) = &settings.secret {
        return Ok(SecretString::from(secret.expose_secret().to_owned()));
    }
    let Some(database) = settings.sqlite_file() else {
        bail!("LEERNETWERK_SECRET is needed with PostgreSQL")
    };
    let path = database.with_extension("secret");
    match std::fs::read_to_string(&path) {
        Ok(kept) if !kept.trim().is_empty() => Ok(SecretString::from(kept.trim().to_owned())),
        Ok(_) => bail!(
            "{} is empty; restore it, or remove it together with the database",
            path.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_known => bail!(
            "{} is missing, and the database was used with it; put it back, or set LEERNETWERK_SECRET to what it held",
            path.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let made = BASE64_STANDARD_NO_PAD.encode(entropy.bytes::<32>());
            keep(&path, &made).with_context(|| format!("{} cannot be written", path.display()))?;
            Ok(SecretString::from(made))
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

fn keep(path: &Path, secret: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = private_file().open(path)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()
}

/// Makes an empty file that only its owner can read, unless it is there: personal data goes into it. SQLite gives the files
/// beside it the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    match private_file().open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn private_file() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// What links in mails begin with when nothing was set.
pub fn usual_base_url(address: SocketAddr) -> String {
    format!("http://{address}")
}
