//! The integration tests: one binary, so that they are linked once and share one PostgreSQL cluster.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a broken expectation of a test is a panic, also in the code that several tests share"
)]

mod api;
mod architecture;
mod browser;
mod engine;
mod faults;
mod harness;
mod journeys;
mod mails;
mod pages;
mod store;
