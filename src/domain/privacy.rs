//! How long personal data is kept, and what it means that somebody is erased (rule 14): whoever that was cannot be told any
//! more, and what was counted stays counted.

use chrono::{DateTime, Duration, Months, Utc};

use super::{
    calendar::{self, USUAL_TIME},
    ids::{InvitationId, RegistrationId},
    programme::Programme,
};

/// How long after its end a mail keeps its text.
pub const MAIL_TEXT_KEPT: Duration = Duration::days(30);

/// How long personal data is kept after the last meeting, in calendar months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Of everybody who registered.
    pub participants_months: u32,
    /// Of guests of the showcase.
    pub guests_months: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            participants_months: 24,
            guests_months: 3,
        }
    }
}

impl Retention {
    /// The longest that a programme may keep personal data, in months.
    pub const LONGEST_MONTHS: u32 = 120;
}

/// Whose personal data goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// One person's, who asked for it or for whom an organiser did.
    Registration(RegistrationId),
    /// One guest's.
    Guest(InvitationId),
    /// Everybody's who registered.
    Participants,
    /// Every guest's.
    Guests,
}

/// When the personal data of a programme goes: so many calendar months after the day of its last meeting.
pub fn erased_at(programme: &Programme, months: u32) -> Option<DateTime<Utc>> {
    let zone = programme.announced.time_zone;
    let last_on = calendar::day_of(programme.ends_at()?, zone);
    let on = last_on.checked_add_months(Months::new(months))?;
    Some(calendar::resolve(on, USUAL_TIME, zone))
}
