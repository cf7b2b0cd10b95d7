//! The shape of rows, one module per table: nothing else.

pub mod access_token;
pub mod announcement;
pub mod audit_entry;
pub mod decision;
pub mod delivery_attempt;
pub mod hosting;
pub mod idempotency_key;
pub mod instance;
pub mod ledger_entry;
pub mod meeting;
pub mod meeting_day;
pub mod message;
pub mod message_body;
pub mod programme;
pub mod refused_address;
pub mod registration;
pub mod relay_pace;
pub mod rule;
pub mod setting;
pub mod suppression;
pub mod team_member;
pub mod test_clock;
pub mod token_programme;
pub mod venue_offer;
