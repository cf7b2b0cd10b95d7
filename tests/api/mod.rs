//! The API as clients meet it.

mod errors;
mod hostile;
mod http;
mod idempotency;
mod introspection;
mod mutations;
mod pages;
mod paging;
mod privacy;
mod releasing;
mod roles;
mod secrets;
mod socket;
mod watching;
