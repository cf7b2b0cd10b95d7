//! The API as clients meet it.

mod answers;
mod errors;
mod every_mutation;
mod hostile;
mod http;
mod idempotency;
mod introspection;
mod mutations;
mod pages;
mod paging;
mod privacy;
mod releasing;
mod role_table;
mod roles;
mod secrets;
mod socket;
mod watching;
