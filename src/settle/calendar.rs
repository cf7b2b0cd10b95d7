//! The calendar of a programme, to subscribe to.

use chrono::{DateTime, Utc};

use super::Settle;
use crate::{
    domain::{hosting::Hosting, programme::Programme},
    mail::calendar::Calendar,
};

impl Settle {
    /// The meetings of a programme for everybody's calendar, as last changed at a moment.
    pub fn public_calendar(&self, programme: &Programme, hosting: &Hosting, changed_at: DateTime<Utc>) -> String {
        let page = format!("{}/programmes/{}", self.base_url, &*programme.announced.slug);
        Calendar::of(programme, hosting, &page, changed_at).feed(&self.sender)
    }
}
