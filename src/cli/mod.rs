//! The command line: commands over the intents of [`crate::app`], and the two that serve.

pub mod demo;
pub mod programme_file;
pub mod serve;
pub mod table;
pub mod terminal;
