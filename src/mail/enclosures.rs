//! What lies beside the words of a letter: meetings for the recipient's calendar.

use chrono::{DateTime, Utc};

use super::{
    calendar::{Calendar, CalendarFile, Entry, Method, Standing},
    compose::Sender,
};
use crate::domain::{
    calendar,
    guests::ShowcaseNote,
    hosting::{MeetingNote, Venue},
    message::{Letter, Locale},
    programme::{MeetingDay, Programme},
};

/// The calendar files of a letter.
pub(super) fn of(
    letter: &Letter,
    programme: &Programme,
    locale: Locale,
    made_at: DateTime<Utc>,
    sender: &Sender,
) -> Vec<CalendarFile> {
    let files = |entries: Vec<Entry>, method| {
        let calendar = Calendar {
            name: programme.announced.title.to_string(),
            zone: programme.announced.time_zone,
            entries,
        };
        calendar.files(method, made_at, sender)
    };
    let all_days = |note: &MeetingNote| entries(note, &note.days, 0, programme, locale, made_at);
    match letter {
        Letter::MeetingInformation { meeting, .. } => files(all_days(meeting), Method::Publish),
        Letter::MeetingChanged { meeting, told, .. } if told.venue.is_some() => {
            let mut changed = files(all_days(meeting), Method::Publish);
            // Days that it has no more.
            let dropped = told.days.get(meeting.days.len()..).unwrap_or_default();
            let dropped = entries(meeting, dropped, meeting.days.len(), programme, locale, made_at);
            changed.extend(files(dropped, Method::Cancel));
            changed
        }
        Letter::ProgrammeCancelled { in_calendars, .. } => {
            let each = in_calendars.iter().flat_map(all_days);
            files(each.collect(), Method::Cancel)
        }
        Letter::ShowcasePlace { showcase, .. }
        | Letter::ShowcaseDirections { showcase }
        | Letter::ShowcaseChanged {
            showcase, comes: true, ..
        } => files(vec![entry_of_showcase(showcase, programme, locale)], Method::Publish),
        Letter::ShowcaseCancelled {
            showcase,
            was_coming: true,
            ..
        } => files(vec![entry_of_showcase(showcase, programme, locale)], Method::Cancel),
        _ => Vec::new(),
    }
}

/// The showcase, for one guest.
fn entry_of_showcase(note: &ShowcaseNote, programme: &Programme, locale: Locale) -> Entry {
    let (announced, day) = (&programme.announced, note.day);
    let word = match locale {
        Locale::Nl => "manifestatie",
        Locale::En => "showcase",
    };
    Entry {
        about: note.invitation.0,
        day: 1,
        starts_at: calendar::resolve(day.on, day.starts, announced.time_zone),
        ends_at: calendar::resolve(day.on, day.ends, announced.time_zone),
        summary: format!("{}: {word}", announced.title),
        location: note.venue.as_ref().map(location),
        description: note.venue.as_ref().and_then(|venue| description(venue, locale)),
        url: None,
        standing: Standing::Confirmed,
        sequence: note.sequence,
        changed_at: note.changed_at,
    }
}

fn location(venue: &Venue) -> String {
    venue.lines().join(", ")
}

/// The entries of some days of a meeting, of which `before` come before them.
fn entries(
    note: &MeetingNote,
    days: &[MeetingDay],
    before: usize,
    programme: &Programme,
    locale: Locale,
    made_at: DateTime<Utc>,
) -> Vec<Entry> {
    let zone = programme.announced.time_zone;
    let venue = note.venue.as_ref();
    let entry = |(index, day): (usize, &MeetingDay)| Entry {
        about: note.id.0,
        day: u32::try_from(before + index + 1).unwrap_or(u32::MAX),
        starts_at: calendar::resolve(day.on, day.starts, zone),
        ends_at: calendar::resolve(day.on, day.ends, zone),
        summary: format!("{}: {}", programme.announced.title, note.title),
        location: venue.map(location),
        description: venue.and_then(|venue| description(venue, locale)),
        url: None,
        standing: Standing::Confirmed,
        sequence: note.sequence,
        changed_at: note.changed_at.unwrap_or(made_at),
    };
    days.iter().enumerate().map(entry).collect()
}

fn description(venue: &Venue, locale: Locale) -> Option<String> {
    let step_free = venue.is_step_free.map(|is_step_free| match (is_step_free, locale) {
        (true, Locale::Nl) => "U komt er zonder trappen.",
        (true, Locale::En) => "You can get there without steps.",
        (false, Locale::Nl) => "Er zijn trappen.",
        (false, Locale::En) => "There are steps.",
    });
    let lines: Vec<&str> = step_free.into_iter().chain(venue.directions.as_deref()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_its_municipality_once() {
        let mut venue = Venue::in_municipality("Zoetermeer".parse().expect("a line"));
        assert_eq!(location(&venue), "Zoetermeer");
        for (address, place) in [
            ("Dorpsstraat 1", "Raadhuis, Dorpsstraat 1, Zoetermeer"),
            ("Dorpsstraat 1, Zoetermeer", "Raadhuis, Dorpsstraat 1, Zoetermeer"),
        ] {
            venue.name = Some("Raadhuis".parse().expect("a line"));
            venue.address = Some(address.parse().expect("a line"));
            assert_eq!(location(&venue), place);
        }
    }
}
