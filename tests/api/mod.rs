//! The API as clients meet it.

mod http;
mod socket;
