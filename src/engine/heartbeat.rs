//! The heartbeat: the only place that names tokio-cron-scheduler, and nothing but a metronome.
//!
//! It calls for a look at what is due, every five seconds of wall time. What is due is computed from the database, so a beat
//! that is lost, doubled or late changes nothing; the engine also looks by itself, after each commit and at the next moment
//! due. The library keeps a fixed offset for named zones and forgets what it missed, so nothing is scheduled with it.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Every five seconds, in UTC.
const BEAT: &str = "*/5 * * * * *";

/// A running metronome.
pub struct Heartbeat(JobScheduler);

impl Heartbeat {
    /// Starts it.
    pub async fn start(look: Arc<Notify>) -> Result<Self, JobSchedulerError> {
        let scheduler = JobScheduler::new().await?;
        let job = Job::new(BEAT, move |_, _| look.notify_one())?;
        scheduler.add(job).await?;
        scheduler.start().await?;
        Ok(Self(scheduler))
    }

    /// Stops it.
    pub async fn stop(mut self) {
        if let Err(error) = self.0.shutdown().await {
            tracing::warn!(%error, "the metronome did not stop");
        }
    }
}
