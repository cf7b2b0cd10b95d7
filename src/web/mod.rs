//! Floor 5: HTTP.

pub mod conditional;
pub mod graphiql;
pub mod graphql_http;
pub mod graphql_socket;
pub mod headers;
pub mod health;
pub mod metrics;
pub mod observed;
pub mod pages;
pub mod rate_limits;
pub mod server;
