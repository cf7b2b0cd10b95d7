//! leernetwerk.
pub mod graphql;
pub mod web;
