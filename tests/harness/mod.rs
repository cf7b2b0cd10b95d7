//! What the tests stand on.

pub mod acts;
pub mod app;
pub mod binary;
pub mod browser;
pub mod cast;
pub mod dump;
pub mod engines;
pub mod faketime;
pub mod foundation;
pub mod metrics;
pub mod postgres;
pub mod small_disk;
pub mod small_schema;
pub mod smtp;
