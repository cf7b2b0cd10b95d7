//! How mail comes to be: letters become words, words become bytes.
//!
//! A [`crate::domain::message::Letter`] is worded by a Markdown source per kind and language ([`templates`]), rendered
//! from a typed context ([`contexts`]), parsed once and written as HTML and as plain text ([`markdown`]), and put
//! together as a message ([`compose`]). [`samples`] holds examples of every letter, [`check`] renders them all.
//! [`calendar`] writes meetings for people's calendars, in a mail or to subscribe to.
//!
//! [`smtp`] hands the bytes to a relay.
//!
//! To add a mail: a value of `MessageKind` and of `Letter`, its words in [`contexts`], examples in [`samples`], and a
//! source per language in `email-templates/`. The compiler and the tests name what is missing.

pub mod calendar;
pub mod check;
pub mod compose;
pub mod contexts;
mod enclosures;
pub mod markdown;
pub mod reading;
pub mod samples;
pub mod smtp;
pub mod templates;
mod unlinked;
