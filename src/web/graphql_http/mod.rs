//! `/graphql` over HTTP, after the GraphQL-over-HTTP draft of August 2026 where the published audit suite
//! (graphql-http 1.23) agrees with it, and after the suite where not:
//!
//! | situation | answer |
//! |---|---|
//! | POST of anything but JSON | 415 |
//! | no `Accept`, or anything | `application/json` |
//! | neither of our media types accepted | 406 |
//! | body too long, not JSON, a batch, malformed parameters | 413, 400 |
//! | document does not parse or fit the schema, variables do not fit | 400; 200 as `application/json` |
//! | document asks for too much | 400 |
//! | mutation by GET | 405 with `Allow: POST` |
//! | errors beside data | 200 (294 is not registered) |
//!
//! There is no CORS: other sites' pages cannot read answers, and cannot send JSON without asking first.

mod denied;
mod door;
mod negotiation;
mod parameters;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Response as GraphqlResponse, ServerError, Value};
use poem::error::ReadBodyError;
use poem::http::{Method, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Request, Response};
use serde::Serialize;

pub(crate) use denied::Denied;
pub(crate) use door::{Admitted, bearer, bearer_token};
pub use door::{Authenticate, AuthenticationFailed, Door, NewCorrelationId, TIME_LIMIT};
use negotiation::MediaType;
pub(crate) use parameters::Parameters;

use super::graphql_socket;
use super::observed::Kind;
use super::rate_limits::peer_of;
use crate::graphql::error_code::{ErrorCode, is_request_error};

/// Longest body of a caller without a token, in bytes.
pub const MAX_ANONYMOUS_BODY_BYTES: usize = 64 * 1024;
/// Longest body of a caller with a valid token, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// The endpoint at `/graphql`: POST, GET, and WebSocket.
pub struct GraphqlEndpoint<E, A>(Arc<Door<E, A>>);

impl<E: Executor, A: Authenticate> GraphqlEndpoint<E, A> {
    /// An endpoint at this door.
    pub fn new(door: Arc<Door<E, A>>) -> Self {
        Self(door)
    }

    async fn answer(
        &self,
        request: Request,
        media_type: MediaType,
        kind: &mut &'static str,
    ) -> Result<GraphqlResponse, Denied> {
        let door = &self.0;
        let address = peer_of(&request);
        let is_get = match *request.method() {
            Method::GET => true,
            Method::POST if negotiation::is_json(request.headers()) => false,
            Method::POST => return Err(Denied::UnsupportedMediaType),
            _ => return Err(Denied::MethodNotAllowed),
        };
        tracing::trace!(?media_type, is_get, "a GraphQL request");
        let (request, body) = request.split();
        let bearer = bearer(request.headers())?;
        let caller = door.caller(bearer).await?;
        let parameters = if is_get {
            let pairs = request
                .params()
                .map_err(|_| parameters::UnusableParameters::UnreadableQueryString)?;
            Parameters::from_query_string(pairs)?
        } else {
            let limit = if bearer.is_some() {
                MAX_BODY_BYTES
            } else {
                MAX_ANONYMOUS_BODY_BYTES
            };
            Parameters::from_body(&read(body, limit).await?)?
        };
        let admitted = door.admit(parameters, caller, address)?;
        *kind = match admitted.operation {
            OperationType::Query => "graphql-query",
            OperationType::Mutation => "graphql-mutation",
            OperationType::Subscription => "graphql-subscription",
        };
        match admitted.operation {
            OperationType::Mutation if is_get => Err(Denied::MutationByGet),
            OperationType::Subscription => Err(Denied::SubscriptionOverHttp),
            OperationType::Query | OperationType::Mutation => door.execute(admitted).await,
        }
    }
}

impl<E: Executor, A: Authenticate> Endpoint for GraphqlEndpoint<E, A> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        if let Err(exceeded) = self.0.rate_limits.admit_request(peer_of(&request)) {
            return Ok(refuse(MediaType::Json, &exceeded.into()));
        }
        if request.header(header::UPGRADE).is_some() {
            let upgraded = graphql_socket::upgrade(Arc::clone(&self.0), request).await;
            let mut response = upgraded.unwrap_or_else(|denied| refuse(MediaType::Json, &denied));
            response.set_data(Kind("graphql-socket"));
            return Ok(response);
        }
        let Some(media_type) = negotiation::negotiate(request.headers()) else {
            return Ok(refuse(MediaType::Json, &Denied::NotAcceptable));
        };
        let mut kind = "graphql-refused";
        let mut response = match self.answer(request, media_type, &mut kind).await {
            Ok(response) => reply(media_type, status(&response, media_type), &response),
            Err(denied) => refuse(media_type, &denied),
        };
        response.set_data(Kind(kind));
        Ok(response)
    }
}

/// The endpoint at `/schema.graphql`: the schema in its definition language.
pub fn schema_endpoint(sdl: String) -> impl Endpoint {
    poem::get(poem::endpoint::make_sync(move |_| {
        Response::builder()
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(sdl.clone())
    }))
}

async fn read(
    mut body: poem::RequestBody,
    limit: usize,
) -> Result<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]>, Denied> {
    let body: Body = body.take().map_err(|_| Denied::BodyUnreadable)?;
    body.into_bytes_limit(limit).await.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => Denied::BodyTooLarge { limit },
        _ => Denied::BodyUnreadable,
    })
}

/// The status of what the engine answered.
fn status(response: &GraphqlResponse, media_type: MediaType) -> StatusCode {
    let too_complex = Value::from(ErrorCode::QueryTooComplex.as_str());
    let is_too_complex = response
        .errors
        .iter()
        .any(|error| error.extensions.as_ref().and_then(|extensions| extensions.get("code")) == Some(&too_complex));
    match is_request_error(response) {
        true if is_too_complex => StatusCode::BAD_REQUEST,
        true => denied::executed_or_bad(media_type),
        false => StatusCode::OK,
    }
}

fn refuse(media_type: MediaType, denied: &Denied) -> Response {
    let answer = GraphqlResponse::from_errors(vec![denied.to_server_error()]);
    let mut response = reply(media_type, denied.status(media_type), &answer);
    if let Some((name, value)) = denied.headers() {
        response.headers_mut().insert(name, value);
    }
    response
}

fn reply(media_type: MediaType, status: StatusCode, answer: &GraphqlResponse) -> Response {
    match serde_json::to_vec(&AnswerBody::from(answer)) {
        Ok(body) => Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, media_type.content_type())
            .header(header::CACHE_CONTROL, "no-store")
            .header(header::VARY, "Accept")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(body),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An answer as it is sent: `data` is absent when the request was refused before execution (GraphQL, section 7.1);
/// errors come first, so that they are seen.
#[derive(Debug, Serialize)]
pub(crate) struct AnswerBody<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

impl<'a> From<&'a GraphqlResponse> for AnswerBody<'a> {
    fn from(response: &'a GraphqlResponse) -> Self {
        Self {
            errors: &response.errors,
            data: (!is_request_error(response)).then_some(&response.data),
            extensions: &response.extensions,
        }
    }
}
