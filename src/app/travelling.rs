//! Moving the test clock: who may, and what is kept about it. Getting there is the engine's work.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;

use super::{About, App, Caller, Repeatable, Result};
use crate::domain::refusal::Refusal;

impl App {
    /// The next moment after `after` at which something is due by time, in whatever programme; none: nothing is, if nobody
    /// acts.
    pub async fn next_due_after(&self, caller: &Caller, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        if !matches!(caller, Caller::Administrator { .. }) {
            return Err(caller.refusal());
        }
        Ok(self.store().next_wake(Some(after)).await?)
    }

    /// Lets the caller move the test clock forward to an instant, and records it; the travel itself comes after this.
    ///
    /// A repetition with the same idempotency key is let through also when the clock has gone on since: what was asked for
    /// has been reached then.
    pub async fn admit_travel(&self, caller: &Caller, instant: DateTime<Utc>, repeatable: &Repeatable) -> Result<()> {
        if !caller.is_organiser() {
            return Err(caller.refusal());
        }
        if !self.clock().is_test() {
            let explanation = "the system clock does not travel; start the server with LEERNETWERK_CLOCK=test:INSTANT, \
                               such as test:2014-05-01T09:00:00+02:00, on a new database";
            return Err(Refusal::StateConflict(explanation.to_owned()).into());
        }
        let about = About {
            programme: None,
            target: Some(instant.to_rfc3339()),
        };
        self.act_aside(caller, "travelTo", about, repeatable, move |_, now| {
            async move {
                if instant < now {
                    let explanation = format!("is earlier than now, {now}; the clock never goes back");
                    return Err(Refusal::invalid("instant", explanation).into());
                }
                Ok(())
            }
            .boxed()
        })
        .await
    }
}
