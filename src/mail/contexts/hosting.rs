//! What letters about hosts and meetings say, in words of the recipient's language.

use serde::Serialize;

use crate::domain::{
    formats,
    hosting::{MeetingNote, Told, Venue},
    message::Locale,
};

/// The names that their templates have beside those that all have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum HostingWords<'a> {
    Request {
        meetings: Vec<NoteWords<'a>>,
        people: u32,
        is_reminder: bool,
    },
    Host {
        meeting: NoteWords<'a>,
        people: u32,
    },
    Released {
        meeting: NoteWords<'a>,
    },
    Reminder {
        meeting: NoteWords<'a>,
        days_left: u32,
    },
    Missing {
        meeting: NoteWords<'a>,
        days_left: u32,
        fell_away: bool,
    },
    Information {
        meeting: NoteWords<'a>,
        is_host: bool,
    },
    Changed {
        meeting: NoteWords<'a>,
        /// When it was to be; none: that stays.
        was_when: Option<String>,
        place_changed: bool,
        /// It is in the recipient's calendar.
        is_in_calendars: bool,
        reason: Option<&'a str>,
    },
}

/// A meeting in words.
#[derive(Debug, Serialize)]
pub(super) struct NoteWords<'a> {
    title: &'a str,
    when: String,
    /// "donderdag 12 juni 2014"
    first_day: Option<String>,
    lasts_longer_than_a_day: bool,
    /// The lines that tell where it is, none of them twice.
    place: Vec<&'a str>,
    // Each by itself, for an operator's own wording.
    municipality: Option<&'a str>,
    venue: Option<&'a str>,
    address: Option<&'a str>,
    is_step_free: bool,
    has_steps: bool,
    directions: Option<&'a str>,
    /// "de naam en het adres"; none: all that people need is known.
    missing: Option<String>,
    /// What would help beside that.
    helpful: Option<String>,
    host: Option<HostWords<'a>>,
}

#[derive(Debug, Serialize)]
struct HostWords<'a> {
    given_name: &'a str,
    organisation: &'a str,
}

impl<'a> NoteWords<'a> {
    fn of(note: &'a MeetingNote, locale: Locale) -> Self {
        let venue = note.venue.as_ref();
        let dutch = locale == Locale::Nl;
        let word = |nl: &'static str, en: &'static str| if dutch { nl } else { en };
        let listed = |words: Vec<&str>| (!words.is_empty()).then(|| formats::enumeration(&words, locale));
        let wanted = |is_missing: bool, what: &'static str| is_missing.then_some(what);
        let missing = venue.map(|venue| {
            let name = wanted(
                venue.name.is_none(),
                word("de naam van het gebouw", "the name of the building"),
            );
            let address = wanted(venue.address.is_none(), word("het adres", "the address"));
            [name, address].into_iter().flatten().collect()
        });
        let helpful = venue.map(|venue| {
            let steps = wanted(
                venue.is_step_free.is_none(),
                word("of er trappen zijn", "whether there are steps"),
            );
            let directions = wanted(
                venue.directions.is_none(),
                word("hoe mensen er komen", "how people get there"),
            );
            [steps, directions].into_iter().flatten().collect()
        });
        Self {
            title: &note.title,
            when: formats::meeting_days(&note.days, locale),
            first_day: note.days.first().map(|day| formats::weekday_and_day(day.on, locale)),
            lasts_longer_than_a_day: note.days.len() > 1,
            place: venue.map(Venue::lines).unwrap_or_default(),
            municipality: venue.map(|venue| &*venue.municipality),
            venue: venue.and_then(|venue| venue.name.as_deref()),
            address: venue.and_then(|venue| venue.address.as_deref()),
            is_step_free: venue.and_then(|venue| venue.is_step_free) == Some(true),
            has_steps: venue.and_then(|venue| venue.is_step_free) == Some(false),
            directions: venue.and_then(|venue| venue.directions.as_deref()),
            missing: missing.and_then(listed),
            helpful: helpful.and_then(listed),
            host: note.host.as_ref().map(|host| HostWords {
                given_name: &host.given_name,
                organisation: &host.organisation,
            }),
        }
    }
}

impl<'a> HostingWords<'a> {
    pub(super) fn request(meetings: &'a [MeetingNote], people: u32, is_reminder: bool, locale: Locale) -> Self {
        Self::Request {
            meetings: meetings.iter().map(|note| NoteWords::of(note, locale)).collect(),
            people,
            is_reminder,
        }
    }

    pub(super) fn host(meeting: &'a MeetingNote, people: u32, locale: Locale) -> Self {
        let meeting = NoteWords::of(meeting, locale);
        Self::Host { meeting, people }
    }

    pub(super) fn released(meeting: &'a MeetingNote, locale: Locale) -> Self {
        let meeting = NoteWords::of(meeting, locale);
        Self::Released { meeting }
    }

    pub(super) fn reminder(meeting: &'a MeetingNote, days_left: u32, locale: Locale) -> Self {
        let meeting = NoteWords::of(meeting, locale);
        Self::Reminder { meeting, days_left }
    }

    pub(super) fn missing(meeting: &'a MeetingNote, days_left: u32, fell_away: bool, locale: Locale) -> Self {
        Self::Missing {
            meeting: NoteWords::of(meeting, locale),
            days_left,
            fell_away,
        }
    }

    pub(super) fn information(meeting: &'a MeetingNote, is_host: bool, locale: Locale) -> Self {
        let meeting = NoteWords::of(meeting, locale);
        Self::Information { meeting, is_host }
    }

    pub(super) fn changed(meeting: &'a MeetingNote, told: &Told, reason: Option<&'a str>, locale: Locale) -> Self {
        Self::Changed {
            was_when: (told.days != meeting.days).then(|| formats::meeting_days(&told.days, locale)),
            place_changed: told.venue.is_some() && told.venue != meeting.venue,
            is_in_calendars: told.venue.is_some(),
            reason,
            meeting: NoteWords::of(meeting, locale),
        }
    }
}
