//! How an [`AppError`] that is not a user error leaves as an error of a field.

use async_graphql::{Error, Result};

use super::error_code::ErrorCode;
use crate::{
    app::{self, AppError},
    chain::Chain,
};

/// The error of a field, a mutation or an argument.
///
/// What is broken carries its whole chain: the door logs it once under a correlation id and tells the client nothing else
/// ([`super::error_code::disclose`]).
pub fn error(failed: &AppError) -> Error {
    match failed {
        AppError::Refused(_) => ErrorCode::BadUserInput.error(failed.to_string()),
        AppError::Unauthenticated => ErrorCode::Unauthenticated.error(failed.to_string()),
        AppError::Forbidden => ErrorCode::Forbidden.error(failed.to_string()),
        AppError::Broken(_) => ErrorCode::InternalServerError.error(Chain(failed).to_string()),
    }
}

/// The error of a field that needs a role: FORBIDDEN also when nobody in particular asked.
pub fn error_of_field(failed: &AppError) -> Error {
    match failed {
        AppError::Unauthenticated => ErrorCode::Forbidden.error(failed.to_string()),
        other => error(other),
    }
}

/// A field that needs a role: without it the field is null with a FORBIDDEN error, and its parent lives.
///
/// In async-graphql an `Err` outside of the `Option` would go to the nearest nullable parent.
pub fn for_role<T>(result: app::Result<T>) -> Option<Result<T>> {
    Some(result.map_err(|failed| error_of_field(&failed)))
}
