//! What a programme is and what should happen in it, as plain values and pure functions.
//!
//! Nothing here reads a clock, a database, a file or chance: `now` and new ids are arguments. The heart is
//! [`timeline::advance`]: facts and a moment go in, the steps that should have happened by then come out together with
//! the facts after them. Preview, dry run, catching up after downtime and the test clock are that one function.

pub mod access;
pub mod acts;
pub mod announcement;
pub mod calendar;
pub mod decision;
pub mod delivery;
pub mod edition;
pub mod facts;
pub mod fate;
pub mod formats;
pub mod guests;
pub mod harvest;
pub mod hosting;
pub mod ids;
pub mod message;
pub mod money;
pub mod pace;
pub mod page;
pub mod plan;
pub mod privacy;
pub mod programme;
pub mod refusal;
pub mod registration;
pub mod rule;
pub mod sending;
pub mod sharing;
pub mod text;
pub mod timeline;
pub mod trigger;
pub mod whereabouts;
