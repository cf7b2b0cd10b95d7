//! Floor 1: mail.

pub mod smtp;
