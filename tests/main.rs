//! The one integration test binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a broken expectation of a test is a panic, also in the code that several tests share"
)]

mod api;
mod harness;
