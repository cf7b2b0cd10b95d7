//! A running instance: what it listens on, its engine, and how it ends.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use tokio::{net::TcpListener, time::timeout};

use super::{Foundation, Migrating, observing::EngineSigns, server::Server, usual_base_url};
use crate::chain::Chain;
use crate::{
    config::Settings,
    engine::{DispatchLimits, Dispatcher, Engine, heartbeat::Heartbeat},
    entropy::Entropy,
    mail::smtp::Deadlines,
};

/// How long connections may take to close when the process is to end: a database that is gone does not keep it.
const CLOSING_GRACE: Duration = Duration::from_secs(5);

/// What an instance does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roles {
    /// Answers requests, carries out what is due, sends.
    All,
    /// Answers requests only.
    WithoutEngine,
    /// Carries out and sends; of the endpoints only those about its health.
    EngineOnly,
}

/// How an instance is started.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// What it does.
    pub roles: Roles,
    /// Whether it brings the schema up to date.
    pub migrating: Migrating,
    /// How many mails at once, and the paces of processes.
    pub limits: DispatchLimits,
    /// How long the steps of a conversation with the relay may take.
    pub deadlines: Deadlines,
}

impl Default for Start {
    fn default() -> Self {
        Self {
            roles: Roles::All,
            migrating: Migrating::Yes,
            limits: DispatchLimits::default(),
            deadlines: Deadlines::default(),
        }
    }
}

/// A running instance.
pub struct Running {
    /// What it stands on.
    pub foundation: Foundation,
    /// The address really listened on.
    pub address: SocketAddr,
    /// What links begin with.
    pub base_url: String,
    engine: Option<(Engine, Heartbeat)>,
    server: Server,
}

impl Running {
    /// Starts an instance.
    pub async fn start(settings: Settings, entropy: Entropy, start: Start) -> anyhow::Result<Self> {
        // Bound first: with port 0 the base URL depends on it.
        let listener = TcpListener::bind(settings.listen).await.with_context(|| {
            format!(
                "cannot listen on {}; is it taken? Choose another with --listen; port 0 picks a free one",
                settings.listen
            )
        })?;
        let address = listener.local_addr()?;
        let base_url = settings.base_url.clone().unwrap_or_else(|| usual_base_url(address));
        let foundation = Foundation::lay(settings, entropy, base_url.clone(), start.migrating).await?;
        let engine = match start.roles {
            Roles::WithoutEngine => None,
            Roles::All | Roles::EngineOnly => Some(foundation.start_engine(start.limits, start.deadlines).await?),
        };
        let signs = EngineSigns::of(engine.as_ref().map(|(engine, _)| engine));
        let server = Server::start(&foundation, listener, &base_url, start.roles, signs)?;
        Ok(Self {
            foundation,
            address,
            base_url,
            engine,
            server,
        })
    }

    /// The dispatcher, where the engine runs.
    pub fn dispatcher(&self) -> Option<&Dispatcher> {
        self.engine.as_ref().map(|(engine, _)| engine.dispatcher())
    }

    /// Stops gracefully: requests under way are answered, verdicts of mails awaited.
    pub async fn stop(self) {
        self.server.stop().await;
        if let Some((engine, heartbeat)) = self.engine {
            heartbeat.stop().await;
            engine.stop().await;
        }
        match timeout(CLOSING_GRACE, self.foundation.store.clone().close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(
                error = %Chain(&error),
                "the database connections did not close"
            ),
            Err(_) => tracing::warn!("the database connections did not close in time"),
        }
    }
}
