//! What letters about harvests say, in words of the recipient's language. Titles are their authors', who write to others with
//! them; what an organiser says stands as it was said.

use chrono_tz::Tz;
use serde::Serialize;

use super::sharing::named;
use crate::{
    domain::{
        formats,
        message::{HarvestProgress, Letter, Locale},
    },
    mail::unlinked::unlinked,
};

/// The names that their templates have beside those that all have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum HarvestWords<'a> {
    Request {
        /// "donderdag 30 oktober 2014 om 09:00 uur"; none: it can be written now.
        opens: Option<String>,
        /// "maandag 1 december 2014".
        due: String,
        showcase: String,
    },
    Reminder {
        due: String,
        days_left: u32,
        is_draft: bool,
        is_returned: bool,
    },
    Submitted {
        /// "Anna (Gemeente Veere)".
        author: String,
        title: String,
        is_again: bool,
    },
    Returned {
        title: String,
        remark: Option<&'a str>,
        is_reopened: bool,
    },
    Accepted {
        title: String,
        remark: Option<&'a str>,
        is_presented: bool,
    },
    Scheduled {
        title: String,
        starts: String,
        minutes: u32,
        is_moved: bool,
    },
}

impl<'a> HarvestWords<'a> {
    /// The words of a letter; none: it is about something else.
    pub(super) fn of(letter: &'a Letter, zone: Tz, locale: Locale) -> Option<Self> {
        Some(match letter {
            Letter::HarvestRequest {
                opens_at,
                due_on,
                showcase_on,
            } => Self::Request {
                opens: opens_at.map(|at| formats::weekday_and_moment(at, zone, locale)),
                due: formats::weekday_and_day(*due_on, locale),
                showcase: formats::weekday_and_day(*showcase_on, locale),
            },
            Letter::HarvestReminder {
                due_on,
                days_left,
                progress,
            } => Self::Reminder {
                due: formats::weekday_and_day(*due_on, locale),
                days_left: *days_left,
                is_draft: *progress == HarvestProgress::Draft,
                is_returned: *progress == HarvestProgress::Returned,
            },
            Letter::HarvestSubmitted {
                author,
                title,
                is_again,
            } => Self::Submitted {
                author: named(author),
                title: unlinked(title),
                is_again: *is_again,
            },
            Letter::HarvestReturned {
                title,
                remark,
                is_reopened,
            } => Self::Returned {
                title: unlinked(title),
                remark: remark.as_deref(),
                is_reopened: *is_reopened,
            },
            Letter::HarvestAccepted {
                title,
                remark,
                is_presented,
            } => Self::Accepted {
                title: unlinked(title),
                remark: remark.as_deref(),
                is_presented: *is_presented,
            },
            Letter::HarvestScheduled {
                title,
                starts_at,
                minutes,
                is_moved,
            } => Self::Scheduled {
                title: unlinked(title),
                starts: formats::weekday_and_moment(*starts_at, zone, locale),
                minutes: *minutes,
                is_moved: *is_moved,
            },
            _ => return None,
        })
    }
}
