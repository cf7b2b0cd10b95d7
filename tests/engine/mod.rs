//! The engine as seen from outside.

mod smtp_session;
