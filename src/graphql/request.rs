//! What lives as long as one request: who asks, what was loaded, and what time it is for all of the answer.

use std::time::Duration;

use async_graphql::{Context, Data, Result, dataloader::DataLoader};
use chrono::{DateTime, Utc};
use tokio::sync::Mutex;

use super::{
    batching::Loads,
    failure,
    loaders::Loading,
    user_error::{self, UserError},
};
use crate::app::{self, App, Caller};

/// One request.
pub struct RequestScope {
    /// The intents.
    pub app: App,
    /// Who is asking.
    pub caller: Caller,
    /// Relations, loaded in batches and as this caller.
    pub loader: DataLoader<Loading>,
    now: Mutex<Option<DateTime<Utc>>>,
}

/// Readies a request's data for the schema: everything in it is bound to this caller.
pub fn furnish(app: &App, caller: Caller, data: &mut Data) {
    let loading = Loading {
        app: app.clone(),
        caller: caller.clone(),
    };
    let (sender, loads) = Loads::new();
    data.insert(loads);
    // A load that finds no receiver belongs to a request that has ended.
    let run = move |load| drop(sender.send(load));
    data.insert(RequestScope {
        app: app.clone(),
        caller,
        // No delay: a batch is run when every resolver waits.
        loader: DataLoader::new(loading, run).delay(Duration::ZERO),
        now: Mutex::new(None),
    });
}

/// The request that a field belongs to.
pub fn scope<'a>(ctx: &Context<'a>) -> Result<&'a RequestScope> {
    ctx.data::<RequestScope>()
}

impl RequestScope {
    /// What time it is, read once: one answer tells of one moment.
    pub async fn now(&self) -> Result<DateTime<Utc>> {
        let mut known = self.now.lock().await;
        match *known {
            Some(now) => Ok(now),
            None => {
                let now = self.app.now().await.map_err(|failed| failure::error(&failed))?;
                Ok(*known.insert(now))
            }
        }
    }

    /// What an act came to. What is told after it is told as of a new moment: the act may have moved the clock.
    pub async fn acted<T>(&self, result: app::Result<T>) -> Result<(Option<T>, Vec<UserError>)> {
        *self.now.lock().await = None;
        user_error::outcome(result)
    }
}
