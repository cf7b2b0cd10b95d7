//! Floor 4: the GraphQL API over `app`. Resolvers are thin: they translate, page and load; who may is decided in `app`.
//!
//! | file | what |
//! |---|---|
//! | `types/` | what can be read, one file per area |
//! | `queries.rs`, `mutations/` | the roots; one file per sort of caller |
//! | `connection.rs`, `global_id.rs`, `scalars.rs`, `user_error.rs` | what they share |
//! | `request.rs`, `loaders.rs`, `batching.rs` | what lives as long as one request |
//! | `error_code.rs`, `known_values.rs`, `limits/` | errors for programs and for those who write them; what one document may ask for |

mod batching;
pub mod connection;
pub mod error_code;
mod failure;
pub mod global_id;
mod known_values;
pub mod limits;
mod loaders;
pub mod mutations;
pub mod queries;
mod request;
pub mod scalars;
pub mod types;
pub mod user_error;

use std::sync::Arc;

use async_graphql::{EmptySubscription, SDLExportOptions};

pub use mutations::Mutation;
pub use queries::Query;
pub use request::furnish;

use crate::clock::TimeMachine;

/// The schema. It executes requests that were furnished with a caller ([`furnish`]).
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. `time_machine` moves the test clock; none: this server does not travel.
pub fn schema(time_machine: Option<Arc<dyn TimeMachine>>) -> Schema {
    let schema = Schema::build(Query, Mutation::default(), EmptySubscription)
        .data(time_machine)
        .extension(batching::Batching)
        .extension(known_values::KnownValues);
    limits::limited(schema).finish()
}

/// The schema in the schema definition language, as committed in `src/graphql/schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .prefer_single_line_descriptions()
        .include_specified_by()
        .use_space_ident();
    schema(None).sdl_with_options(options)
}

#[cfg(test)]
mod schema_tests;
