//! The database as such.

mod migrations;
