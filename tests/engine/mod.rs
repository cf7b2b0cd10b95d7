//! The engine as seen from outside.

mod outbox;
mod smtp_faults;
mod smtp_session;
