//! Everything that is answered in place of a result, with its HTTP status and its GraphQL error.

use std::time::Duration;

use async_graphql::ServerError;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};

use super::negotiation::MediaType;
use super::parameters::UnusableParameters;
use crate::graphql::error_code::{ErrorCode, internal};
use crate::graphql::limits::Refusal;
use crate::web::rate_limits::Exceeded;

/// Why a request got no result.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Denied {
    /// Another method than POST and GET.
    #[error("Use POST, or GET for queries.")]
    MethodNotAllowed,
    /// A mutation by GET: links are followed by scanners, crawlers and browsers that fetch ahead.
    #[error("Mutations must be sent by POST.")]
    MutationByGet,
    /// A subscription over plain HTTP.
    #[error("Subscriptions need a WebSocket with the subprotocol graphql-transport-ws.")]
    SubscriptionOverHttp,
    /// The client takes neither of our media types.
    #[error("Answers are application/graphql-response+json or application/json.")]
    NotAcceptable,
    /// The body is not declared as JSON: a form of a foreign site could have sent it.
    #[error("The body must be application/json in UTF-8.")]
    UnsupportedMediaType,
    /// The body is longer than this caller may send.
    #[error("The body is longer than {limit} bytes.")]
    BodyTooLarge {
        /// Bytes that are accepted.
        limit: usize,
    },
    /// The connection broke off inside the body.
    #[error("The body could not be read.")]
    BodyUnreadable,
    /// A WebSocket opened by a page of another site.
    #[error("WebSockets are opened by pages of this host only.")]
    ForeignOrigin,
    /// A WebSocket of another subprotocol, or none at all.
    #[error("A WebSocket here speaks the subprotocol graphql-transport-ws.")]
    UnknownSubprotocol,
    /// The token is not valid.
    #[error("The token is not valid, or not any more.")]
    Unauthenticated,
    /// The parameters cannot be used.
    #[error(transparent)]
    Parameters(#[from] UnusableParameters),
    /// The document, or its operation, is not executed.
    #[error(transparent)]
    Document(#[from] Refusal),
    /// The address has used up its allowance.
    #[error(transparent)]
    RateLimited(#[from] Exceeded),
    /// The connection runs as many operations as one may.
    #[error("This connection runs {limit} operations already.")]
    TooManyOperations {
        /// Operations that one connection may run at once.
        limit: usize,
    },
    /// Not done in time. An act goes on behind it.
    #[error(
        "The server did not finish within {} seconds. What was asked for may still be carried out; please mention {correlation_id} when \
         you report it.",
        time_limit.as_secs()
    )]
    TimedOut {
        /// The time there was.
        time_limit: Duration,
        /// Under which the log has the rest.
        correlation_id: String,
    },
    /// A defect of the server; the log has the rest.
    #[error("internal error {correlation_id}")]
    Failed {
        /// Under which the log has the rest.
        correlation_id: String,
    },
}

impl Denied {
    /// The GraphQL error.
    pub(crate) fn to_server_error(&self) -> ServerError {
        let code = match self {
            Self::Document(refusal) => return refusal.to_server_error(),
            Self::Failed { correlation_id } => return internal(correlation_id),
            Self::TimedOut { correlation_id, .. } => {
                let mut error = internal(correlation_id);
                error.message = self.to_string();
                return error;
            }
            Self::Parameters(UnusableParameters::PersistedQueryNotFound) => ErrorCode::PersistedQueryNotFound,
            Self::Unauthenticated => ErrorCode::Unauthenticated,
            Self::ForeignOrigin => ErrorCode::Forbidden,
            Self::RateLimited(_) | Self::TooManyOperations { .. } => ErrorCode::RateLimited,
            Self::MethodNotAllowed
            | Self::MutationByGet
            | Self::SubscriptionOverHttp
            | Self::NotAcceptable
            | Self::UnsupportedMediaType
            | Self::BodyTooLarge { .. }
            | Self::BodyUnreadable
            | Self::UnknownSubprotocol
            | Self::Parameters(_) => ErrorCode::BadUserInput,
        };
        code.server_error(self.to_string())
    }

    /// The status of the answer.
    ///
    /// A document that is no GraphQL, or cannot be executed with these variables, is 400, and 200 for clients that
    /// asked for `application/json`, which read the status as the transport's. A document that asks for too much is
    /// refused with 400 either way.
    pub(super) fn status(&self, media_type: MediaType) -> StatusCode {
        match self {
            Self::MethodNotAllowed | Self::MutationByGet => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::RateLimited(_) | Self::TooManyOperations { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TimedOut { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Parameters(UnusableParameters::PersistedQueryNotFound) => executed_or_bad(media_type),
            Self::Document(
                Refusal::Syntax { .. }
                | Refusal::UnknownOperation { .. }
                | Refusal::OperationNameMissing
                | Refusal::VariableMissing { .. },
            ) => executed_or_bad(media_type),
            Self::SubscriptionOverHttp
            | Self::BodyUnreadable
            | Self::UnknownSubprotocol
            | Self::Parameters(_)
            | Self::Document(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// Headers that belong to the status.
    pub(super) fn headers(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::MethodNotAllowed => Some((header::ALLOW, HeaderValue::from_static("GET, POST"))),
            Self::MutationByGet => Some((header::ALLOW, HeaderValue::from_static("POST"))),
            // RFC 6750, section 3.
            Self::Unauthenticated => Some((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"leernetwerk\", error=\"invalid_token\""),
            )),
            Self::RateLimited(exceeded) => Some((header::RETRY_AFTER, HeaderValue::from(exceeded.retry_after_seconds))),
            Self::TimedOut { time_limit, .. } => Some((header::RETRY_AFTER, HeaderValue::from(time_limit.as_secs()))),
            _ => None,
        }
    }
}

/// 400, or 200 for `application/json`.
pub(super) fn executed_or_bad(media_type: MediaType) -> StatusCode {
    match media_type {
        MediaType::GraphqlResponse => StatusCode::BAD_REQUEST,
        MediaType::Json => StatusCode::OK,
    }
}
