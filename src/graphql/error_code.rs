//! The closed list of `extensions.code` values of top-level errors, and what each error of the GraphQL engine
//! is called in it.
//!
//! A resolver that refuses a request names a code itself (`ErrorCode::Forbidden.error("…")`). An error that reaches
//! the door without one was not meant for the client: it is logged under a correlation id, and the id is all that
//! leaves the server ([`disclose`]).
//!
//! A nullable field whose failure must not blank its parent returns `Option<Result<T>>`: in async-graphql an `Err`
//! outside of the `Option` goes to the nearest nullable parent.

use async_graphql::{Error, ErrorExtensionValues, Response, ServerError, Value};

/// At most this many errors are returned in one answer; the rest would only repeat what they say.
pub const MAX_ERRORS: usize = 20;

/// Why a request, or a field of it, was refused, for programs.
///
/// What a person can mend by another input is a `UserError` of the mutation's payload instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The document is not GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// A parameter, a variable or an argument has an unusable value.
    BadUserInput,
    /// The token presented is not valid (any more).
    Unauthenticated,
    /// The caller may not do or see this.
    Forbidden,
    /// Too many requests from one address.
    RateLimited,
    /// The document asks for more than one request may cost.
    QueryTooComplex,
    /// Only a hash was sent, and the server keeps no persisted queries.
    PersistedQueryNotFound,
    /// The server failed; a correlation id is all it tells.
    InternalServerError,
}

impl ErrorCode {
    /// The value of `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// An error for a resolver to return; the message is shown to the client.
    pub fn error(self, message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            source: None,
            extensions: Some(self.extensions()),
        }
    }

    /// An error of the whole request; the message is shown to the client.
    pub fn server_error(self, message: impl Into<String>) -> ServerError {
        let mut error = ServerError::new(message, None);
        error.extensions = Some(self.extensions());
        error
    }

    fn extensions(self) -> ErrorExtensionValues {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.as_str());
        extensions
    }
}

/// Whether the answer says that the request was refused before any field was resolved.
///
/// Such an answer has no `data` entry at all (GraphQL, section 7.1 "Response Format"). Errors of resolved fields
/// carry the path of the field, errors of the request do not.
pub fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Gives every error of an answer its code, hides what is internal, and cuts the list to [`MAX_ERRORS`].
///
/// `new_correlation_id` is called at most once, when there is something to hide; the messages hidden are logged
/// under that id.
pub fn disclose(response: &mut Response, new_correlation_id: &dyn Fn() -> String) {
    response.errors.truncate(MAX_ERRORS);
    let before_execution = is_request_error(response);
    let mut correlation_id = None;
    for error in &mut response.errors {
        match code_of(error, before_execution) {
            Some(code) => error.extensions.get_or_insert_default().set("code", code),
            None => {
                let id = correlation_id.get_or_insert_with(new_correlation_id);
                tracing::error!(correlation_id = %id, path = ?error.path, error = %error.message, "a field failed");
                *error = ServerError {
                    locations: std::mem::take(&mut error.locations),
                    ..internal(id)
                }
                .with_path(std::mem::take(&mut error.path));
            }
        }
    }
}

/// The error that stands for every failure of the server's own: it tells nothing but the id under which the log has
/// the rest.
pub fn internal(correlation_id: &str) -> ServerError {
    let mut error = ErrorCode::InternalServerError.server_error(format!(
        "Something went wrong on the server. Please mention {correlation_id} when you report it."
    ));
    if let Some(extensions) = &mut error.extensions {
        extensions.set("correlationId", correlation_id);
    }
    error
}

/// The code of an error, or nothing when the error is internal.
fn code_of(error: &ServerError, before_execution: bool) -> Option<String> {
    let given = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    match given {
        Some(Value::String(code)) if code == ErrorCode::InternalServerError.as_str() => return None,
        Some(Value::String(code)) => return Some(code.clone()),
        Some(_) | None => {}
    }
    // An error made from another error (`?` in a resolver) is never the engine's own.
    if error.source.is_some() {
        return None;
    }
    let code = if before_execution {
        engine_refusal(&error.message)
    } else {
        engine_coercion(&error.message)?
    };
    Some(code.as_str().to_owned())
}

/// What async-graphql 7.0.19 refuses before it executes (`schema.rs`, `validation/mod.rs`); it gives no codes, so its
/// wording decides. A test holds the wording against the engine.
fn engine_refusal(message: &str) -> ErrorCode {
    const TOO_COMPLEX: [&str; 4] = [
        "Query is too complex.",
        "Query is nested too deep.",
        "The recursion depth of the query cannot be greater than",
        "The number of directives on the field",
    ];
    const OPERATION: [&str; 3] = [
        "Unknown operation named",
        "Operation name required in request.",
        "Subscriptions are not supported on this transport.",
    ];
    if TOO_COMPLEX.iter().any(|beginning| message.starts_with(beginning)) {
        ErrorCode::QueryTooComplex
    } else if OPERATION.iter().any(|beginning| message.starts_with(beginning)) {
        ErrorCode::BadUserInput
    } else {
        ErrorCode::ValidationFailed
    }
}

/// Input values that only the execution finds unusable: custom scalars and validators of arguments
/// (`InputValueError`, `Context::var_value`).
fn engine_coercion(message: &str) -> Option<ErrorCode> {
    const COERCION: [&str; 3] = [
        "Failed to parse \"",
        "Expected input type \"",
        "Invalid value for argument",
    ];
    let is_missing_variable = message.starts_with("Variable ") && message.ends_with(" is not defined.");
    (is_missing_variable || COERCION.iter().any(|beginning| message.starts_with(beginning)))
        .then_some(ErrorCode::BadUserInput)
}

#[cfg(test)]
#[path = "error_code_tests.rs"]
mod tests;
