//! Stories over time, through the real API.

mod arranging;
mod brochure;
mod choosing;
mod deadline;
mod deciding;
mod explaining;
mod extending;
mod guests;
mod harvest;
mod hostile;
mod hosting;
mod hosting_pages;
mod instances;
mod measured;
mod people;
mod privacy;
mod questions;
mod refused_addresses;
mod relay;
mod send_lock;
mod sharing;
mod sharing_pages;
mod templates;
mod waiting_list;
mod warnings;
