//! The engine as seen from outside.

mod catching_up;
mod foretelling;
mod outbox;
mod races;
mod scopes;
mod settling;
mod simulating;
mod smtp_codes;
mod smtp_faults;
mod smtp_handshakes;
mod smtp_login;
mod smtp_session;
