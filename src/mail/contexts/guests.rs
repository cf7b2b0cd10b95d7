//! What letters to guests of the showcase say, in words of the recipient's language. What a participant wrote, of the guest, of
//! the venue or of the own name, was written by somebody else than the reader.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    domain::{
        calendar, formats,
        guests::ShowcaseNote,
        message::{Colleague, InvitationEnd, Locale},
        privacy,
        programme::{MeetingDay, Programme},
    },
    mail::unlinked::unlinked,
};

/// The names that their templates have beside those that all have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum GuestWords {
    Invitation {
        showcase: ShowcaseWords,
        /// "Anna (Gemeente Veere)"
        inviter: Option<String>,
        message: Option<String>,
        /// "29 april 2015"
        kept_until: Option<String>,
    },
    Place {
        showcase: ShowcaseWords,
        was_waiting: bool,
    },
    Reminder {
        showcase: ShowcaseWords,
        inviter: Option<String>,
    },
    Directions {
        showcase: ShowcaseWords,
    },
    Changed {
        showcase: ShowcaseWords,
        /// When it was to be; none: that stays.
        was_when: Option<String>,
        place_changed: bool,
        comes: bool,
    },
    Cancelled {
        showcase: ShowcaseWords,
        is_called_back: bool,
        is_programme_off: bool,
        was_coming: bool,
    },
}

/// When and where the showcase is, in words.
#[derive(Debug, Serialize)]
pub(super) struct ShowcaseWords {
    /// "donderdag 11 december 2014"
    day: String,
    /// The day and its hours.
    when: String,
    /// Something is known of the place.
    has_place: bool,
    /// It can be found: name and address are known.
    is_complete: bool,
    /// The lines that tell where it is, none of them twice.
    place: Vec<String>,
    // Each by itself, for an operator's own wording.
    municipality: Option<String>,
    venue: Option<String>,
    address: Option<String>,
    is_step_free: bool,
    has_steps: bool,
    directions: Option<String>,
}

impl ShowcaseWords {
    fn of(note: &ShowcaseNote, locale: Locale) -> Self {
        let venue = note.venue.as_ref();
        let written = |text: Option<&str>| text.map(unlinked);
        Self {
            day: formats::weekday_and_day(note.day.on, locale),
            when: formats::meeting_days(&[note.day], locale),
            has_place: venue.is_some(),
            is_complete: venue.is_some_and(|venue| venue.is_complete()),
            place: venue.iter().flat_map(|venue| venue.lines()).map(unlinked).collect(),
            municipality: written(venue.map(|venue| &*venue.municipality)),
            venue: written(venue.and_then(|venue| venue.name.as_deref())),
            address: written(venue.and_then(|venue| venue.address.as_deref())),
            is_step_free: venue.and_then(|venue| venue.is_step_free) == Some(true),
            has_steps: venue.and_then(|venue| venue.is_step_free) == Some(false),
            directions: written(venue.and_then(|venue| venue.directions.as_deref())),
        }
    }
}

fn named(inviter: Option<&Colleague>) -> Option<String> {
    inviter.map(|inviter| unlinked(&format!("{} ({})", inviter.given_name, inviter.organisation)))
}

/// The day on which what is known of guests goes.
fn kept_until(programme: &Programme) -> Option<NaiveDate> {
    let announced = &programme.announced;
    let erased_at = privacy::erased_at(programme, announced.retention.guests_months)?;
    Some(calendar::day_of(erased_at, announced.time_zone))
}

impl GuestWords {
    pub(super) fn invitation(
        showcase: &ShowcaseNote,
        inviter: Option<&Colleague>,
        message: Option<&str>,
        programme: &Programme,
        locale: Locale,
    ) -> Self {
        Self::Invitation {
            showcase: ShowcaseWords::of(showcase, locale),
            inviter: named(inviter),
            message: message.map(unlinked),
            kept_until: kept_until(programme).map(|on| formats::day(on, locale)),
        }
    }

    pub(super) fn place(showcase: &ShowcaseNote, was_waiting: bool, locale: Locale) -> Self {
        let showcase = ShowcaseWords::of(showcase, locale);
        Self::Place { showcase, was_waiting }
    }

    pub(super) fn reminder(showcase: &ShowcaseNote, inviter: Option<&Colleague>, locale: Locale) -> Self {
        Self::Reminder {
            showcase: ShowcaseWords::of(showcase, locale),
            inviter: named(inviter),
        }
    }

    pub(super) fn directions(showcase: &ShowcaseNote, locale: Locale) -> Self {
        let showcase = ShowcaseWords::of(showcase, locale);
        Self::Directions { showcase }
    }

    pub(super) fn changed(
        showcase: &ShowcaseNote,
        was: Option<MeetingDay>,
        place_changed: bool,
        comes: bool,
        locale: Locale,
    ) -> Self {
        Self::Changed {
            showcase: ShowcaseWords::of(showcase, locale),
            was_when: was.map(|day| formats::meeting_days(&[day], locale)),
            place_changed,
            comes,
        }
    }

    pub(super) fn cancelled(showcase: &ShowcaseNote, cause: InvitationEnd, was_coming: bool, locale: Locale) -> Self {
        Self::Cancelled {
            showcase: ShowcaseWords::of(showcase, locale),
            is_called_back: cause == InvitationEnd::CalledBack,
            is_programme_off: cause == InvitationEnd::ProgrammeOff,
            was_coming,
        }
    }
}
