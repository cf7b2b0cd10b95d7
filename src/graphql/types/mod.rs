//! What can be read.

pub mod clock;
pub mod meeting;
pub mod message;
pub mod node;
pub mod programme;
pub mod registration;
pub mod rule;
pub mod team;
pub mod timeline;
pub mod viewer;
