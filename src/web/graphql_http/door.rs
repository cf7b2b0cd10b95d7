//! What HTTP and WebSocket share: from parameters to a result.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Request, Response};
use async_trait::async_trait;
use poem::http::{HeaderMap, header};
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::Instrument;

use super::denied::Denied;
use super::parameters::Parameters;
use crate::graphql::error_code::disclose;
use crate::graphql::limits;
use crate::web::rate_limits::RateLimits;

/// How long a request may take before it is answered with 503.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// So much of an operation's name goes to the log.
const OPERATION_NAME_BYTES: usize = 64;

/// Longest bearer token that is looked up at all, in bytes.
const MAX_TOKEN_BYTES: usize = 512;

/// Finds out who is asking.
#[async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// Who is asking, the public included.
    type Caller: Clone + Send + Sync + 'static;

    /// The caller behind a bearer token; without a token, the public.
    ///
    /// # Errors
    /// The token is not valid, or could not be looked up.
    async fn caller(&self, bearer: Option<&str>) -> Result<Self::Caller, AuthenticationFailed>;

    /// Puts what resolvers need for one request into its data: the caller, and by an implementation's own choice more
    /// (dataloaders that live as long as the request).
    fn furnish(&self, caller: Self::Caller, data: &mut Data) {
        data.insert(caller);
    }
}

/// Why nobody can be named.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationFailed {
    /// Unknown, revoked or expired: which of them is not told.
    #[error("the token is not valid")]
    InvalidToken,
    /// The tokens could not be read; the client is told a correlation id only.
    #[error("the token could not be looked up: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Makes the id under which the log tells what the client is not told.
pub type NewCorrelationId = Arc<dyn Fn() -> String + Send + Sync>;

/// The way to a schema.
pub struct Door<E, A> {
    /// The schema. Build it with [`limits::limited`].
    pub executor: E,
    /// Who is asking.
    pub authenticate: A,
    /// Ids of internal errors.
    pub new_correlation_id: NewCorrelationId,
    /// What one address may ask for.
    pub rate_limits: RateLimits,
    /// How long a request may take; [`TIME_LIMIT`] but in tests.
    pub time_limit: Duration,
    /// Mutations under way. They run on when the client hangs up or time is up; wait for them before the process
    /// ends.
    pub acts: TaskTracker,
    /// Cancelled when the process is to end: WebSockets are closed then.
    pub shutdown: CancellationToken,
}

impl<E, A> std::fmt::Debug for Door<E, A> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Door")
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}

/// A request that may be executed.
pub(crate) struct Admitted {
    pub(crate) request: Request,
    pub(crate) operation: OperationType,
}

impl<E: Executor, A: Authenticate> Door<E, A> {
    /// The caller behind a token.
    pub(crate) async fn caller(&self, bearer: Option<&str>) -> Result<A::Caller, Denied> {
        let looked_up = tokio::time::timeout(self.time_limit, self.authenticate.caller(bearer)).await;
        looked_up.map_err(|_| self.timed_out())?.map_err(|failed| match failed {
            AuthenticationFailed::InvalidToken => Denied::Unauthenticated,
            AuthenticationFailed::Unavailable(cause) => self.failed("a token could not be looked up", &cause),
        })
    }

    /// Checks the document against every limit and readies it for the engine.
    pub(crate) fn admit(&self, parameters: Parameters, caller: A::Caller, address: IpAddr) -> Result<Admitted, Denied> {
        let checked = limits::check(
            &parameters.query,
            parameters.operation_name.as_deref(),
            &parameters.variables,
        )?;
        self.rate_limits.admit_mutations(address, checked.root_fields())?;
        let operation = checked.operation();
        // It names one of the document's operations by now, so it is a name of GraphQL's: letters, digits and underscores.
        if let Some(name) = &parameters.operation_name {
            tracing::Span::current().record("operation", name.get(..OPERATION_NAME_BYTES).unwrap_or(name));
        }
        let mut request = parameters.into_request();
        request.set_parsed_query(checked.into_document());
        self.authenticate.furnish(caller, &mut request.data);
        Ok(Admitted { request, operation })
    }

    /// Executes a query or a mutation in a task of its own: a panic in it is an answer, and a mutation is not cut in
    /// half by a client that hangs up. A query that nobody waits for any more is dropped.
    pub(crate) async fn execute(&self, Admitted { request, operation }: Admitted) -> Result<Response, Denied> {
        let executor = self.executor.clone();
        let work = async move { executor.execute(request).await }.in_current_span();
        let finished = match operation {
            OperationType::Mutation => tokio::time::timeout(self.time_limit, self.acts.spawn(work)).await,
            OperationType::Query | OperationType::Subscription => {
                tokio::time::timeout(self.time_limit, AbortOnDropHandle::new(tokio::spawn(work))).await
            }
        };
        match finished {
            Ok(Ok(response)) => Ok(self.disclosed(response)),
            Ok(Err(stopped)) => Err(self.stopped(stopped)),
            Err(_) => Err(self.timed_out()),
        }
    }

    fn timed_out(&self) -> Denied {
        let correlation_id = (self.new_correlation_id)();
        tracing::error!(%correlation_id, time_limit = ?self.time_limit, "a request took too long");
        Denied::TimedOut {
            time_limit: self.time_limit,
            correlation_id,
        }
    }

    /// An answer as it may leave the server.
    pub(crate) fn disclosed(&self, mut response: Response) -> Response {
        disclose(&mut response, self.new_correlation_id.as_ref());
        response
    }

    fn stopped(&self, stopped: JoinError) -> Denied {
        match stopped.try_into_panic() {
            Ok(panic) => self.panicked(panic.as_ref()),
            Err(cancelled) => self.failed("a request was cut off", &cancelled),
        }
    }

    /// The answer to a panic, whose message goes to the log.
    pub(crate) fn panicked(&self, panic: &(dyn Any + Send)) -> Denied {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        self.failed("a request panicked", &message.unwrap_or_default())
    }

    fn failed(&self, what: &'static str, cause: &dyn std::fmt::Display) -> Denied {
        let correlation_id = (self.new_correlation_id)();
        tracing::error!(%correlation_id, %cause, "{what}");
        Denied::Failed { correlation_id }
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1), if there is such a header.
///
/// # Errors
/// The header is of another scheme, malformed, or there are two: nobody is taken for the public by mistake.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Denied> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value
            .to_str()
            .map_err(|_| Denied::Unauthenticated)
            .and_then(bearer_token)
            .map(Some),
        (Some(_), Some(_)) => Err(Denied::Unauthenticated),
    }
}

/// The token in the value of an `Authorization` header.
pub(crate) fn bearer_token(value: &str) -> Result<&str, Denied> {
    let (scheme, token) = value.trim().split_once(' ').ok_or(Denied::Unauthenticated)?;
    let token = token.trim();
    let is_token = scheme.eq_ignore_ascii_case("bearer")
        && (1..=MAX_TOKEN_BYTES).contains(&token.len())
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
    if is_token {
        Ok(token)
    } else {
        Err(Denied::Unauthenticated)
    }
}
