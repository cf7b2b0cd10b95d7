//! A stage to play a programme on: the production wiring over a database in memory, with nothing that sends.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tokio::sync::watch;

use crate::{
    app::App,
    clock::Clock,
    engine::travel::Journeys,
    entropy::Entropy,
    mail::compose::{Composer, Sender},
    metrics::Metrics,
    settle::Settle,
    simulation::Stage,
    store::{Seal, Store},
};

/// Where links in mails of a play lead. It shows in no story.
const BASE_URL: &str = "http://leernetwerk.example";

/// Lays a stage on which it is `starts_at`. The same seed gives the same ids and secrets.
pub async fn stage(composer: Composer, sender: Sender, seed: u64, starts_at: DateTime<Utc>) -> anyhow::Result<Stage> {
    let store = Store::in_memory().await?;
    store.migrate().await?;
    store.start_test_clock(starts_at).await?;
    let here = store.whereabouts(BASE_URL).await?;
    let settle = Arc::new(Settle {
        here,
        store,
        composer,
        // Nobody else ever opens what is sealed here.
        seal: Seal::new(&SecretString::from("the secret of a play"))?,
        entropy: Arc::new(Entropy::seeded(seed)),
        clock: Clock::Test { starts_at },
        base_url: BASE_URL.to_owned(),
        sender,
        committed: watch::Sender::new(0),
        metrics: Metrics::default(),
    });
    Ok(Stage {
        app: App::new(Arc::clone(&settle)),
        clock: Arc::new(Journeys::new(settle)),
    })
}
