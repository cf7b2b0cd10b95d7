//! Floor 4: the GraphQL API over `app`.

pub mod error_code;
pub mod limits;
