//! Moving the test clock.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::repeatable;
use crate::{
    app::AppError,
    clock::{TimeMachine, TravelError},
    domain::refusal::Refusal,
    graphql::{request::scope, scalars::DateTime, types::clock::Clock, user_error::UserError},
};

/// Moving the test clock.
#[derive(Default)]
pub struct TestClock;

/// Where the clock is to go.
#[derive(Debug, InputObject)]
pub struct TravelToInput {
    /// The instant; not before the present one.
    instant: DateTime,
    /// Chosen by the client: for 24 hours a repetition with the same key and input does nothing and gets the first answer.
    idempotency_key: Option<String>,
}

/// Where the clock went.
#[derive(Debug, SimpleObject)]
pub struct TravelToPayload {
    /// The clock as it stands now; null when the travel was refused.
    clock: Option<Clock>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

/// Moving the test clock.
#[Object]
impl TestClock {
    /// Moves the test clock forward, and answers when everything due until then is decided; mail goes out behind it. For
    /// organisers and administrators, only on a server with a test clock. It is one clock for all programmes and servers; it
    /// stands still between travels and never goes back.
    async fn travel_to(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where the clock is to go.")] mut input: TravelToInput,
    ) -> Result<TravelToPayload> {
        let scope = scope(ctx)?;
        let machine = ctx.data::<Option<Arc<dyn TimeMachine>>>()?;
        let repeatable = repeatable(input.idempotency_key.take(), &input);
        let travel = async {
            scope
                .app
                .admit_travel(&scope.caller, input.instant.0, &repeatable)
                .await?;
            let Some(machine) = machine else {
                let explanation = "this server runs without the engine, which carries out what becomes due on the way; \
                                   ask a server that was started without --no-engine";
                return Err(Refusal::StateConflict(explanation.to_owned()).into());
            };
            match machine.travel_to(input.instant.0).await {
                // Somebody went farther meanwhile: what was asked for is reached.
                Ok(_) | Err(TravelError::Backwards { .. }) => Ok(()),
                Err(far @ TravelError::TooFar) => Err(Refusal::invalid("instant", far.to_string()).into()),
                Err(TravelError::Broken(cause)) => Err(AppError::Broken(cause)),
            }
        };
        let (there, errors) = scope.acted(travel.await).await?;
        let clock = match there {
            Some(()) => Some(Clock {
                now: scope.now().await?.into(),
                mode: scope.app.clock().into(),
            }),
            None => None,
        };
        Ok(TravelToPayload { clock, errors })
    }
}
