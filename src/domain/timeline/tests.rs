//! The life of programmes, told in tests: the real one in stories, random ones in properties.

mod agendas;
mod arranging;
mod brochure;
mod choosing;
mod deadline;
mod editions;
mod extremes;
mod forecast;
mod guests;
mod harvest;
mod hosting;
mod life;
mod people;
mod places;
mod presenting;
mod properties;
mod random;
mod refusals;
mod reopening;
mod sharing;
mod warnings;
mod zones;

use chrono::{DateTime, Utc};

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The closing instant of the brochure's programme.
const CLOSING: &str = "2014-05-25T22:00:00Z";
/// Its kick-off.
const KICK_OFF: &str = "2014-06-12T07:30:00Z";
