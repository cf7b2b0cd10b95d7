//! leernetwerk.

pub mod domain;
pub mod mail;
