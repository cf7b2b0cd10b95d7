//! The command line, beside `serve` and `demo`: commands over the intents of [`crate::app`].

pub mod programme_file;
pub mod table;
pub mod terminal;
