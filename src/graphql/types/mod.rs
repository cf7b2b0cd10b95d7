//! What can be read.

pub mod announcement;
pub mod clock;
pub mod decision;
pub mod guests;
pub mod harvest;
pub mod hosting;
pub mod meeting;
pub mod message;
pub mod node;
pub mod plan;
pub mod programme;
pub mod registration;
pub mod rule;
pub mod sharing;
pub mod showcase;
pub mod team;
pub mod timeline;
pub mod viewer;
