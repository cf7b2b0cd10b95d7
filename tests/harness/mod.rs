//! What the tests stand on.

pub mod small_schema;
