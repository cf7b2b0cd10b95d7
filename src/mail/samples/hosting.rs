//! Examples of letters about hosts and meetings.

use chrono::DateTime;
use uuid::Uuid;

use super::{clock, on};
use crate::domain::{
    hosting::{HostName, MeetingNote, Told, Venue},
    ids::MeetingId,
    message::Letter,
    programme::MeetingDay,
    text::{Paragraphs, TextError},
};

/// What is said of the venue in the samples.
struct Setting<'a> {
    /// In the samples that are hostile, whatever a person can write.
    text: &'a Paragraphs<1000>,
}

/// Every kind of letter in each of its variants.
pub(super) fn letters(text: &Paragraphs<1000>) -> Result<Vec<(&'static str, Letter)>, TextError> {
    let setting = Setting { text };
    let autumn = || setting.meeting(&[23, 24]);
    let only_municipality = |note: MeetingNote| -> Result<MeetingNote, TextError> {
        let venue = Some(venue("Veere")?);
        Ok(MeetingNote { venue, ..note })
    };
    let complete = autumn()?;
    let moved = Told {
        days: days(&[16, 17]),
        venue: complete.venue.clone(),
    };
    let elsewhere = Told {
        days: complete.days.clone(),
        venue: Some(venue("Gouda")?),
    };
    let early = Told {
        venue: None,
        ..moved.clone()
    };
    let shorter = setting.meeting(&[23])?;
    let changed = |meeting: &MeetingNote, told: &Told, reason: Option<&Paragraphs<1000>>| Letter::MeetingChanged {
        meeting: Box::new(MeetingNote {
            sequence: 1,
            ..meeting.clone()
        }),
        told: Box::new(told.clone()),
        reason: reason.cloned(),
    };
    let without_place = MeetingNote {
        venue: None,
        host: None,
        ..autumn()?
    };
    let request = |is_reminder| Letter::VenueRequest {
        meetings: vec![without_place.clone(), without_place.clone()],
        people: 14,
        is_reminder,
    };
    let missing = |days_left, fell_away| Letter::HostMissing {
        meeting: Box::new(without_place.clone()),
        days_left,
        fell_away,
    };
    Ok(vec![
        ("first", request(false)),
        ("again", request(true)),
        (
            "incomplete",
            Letter::HostAssigned {
                meeting: Box::new(only_municipality(autumn()?)?),
                people: 14,
            },
        ),
        (
            "complete",
            Letter::HostAssigned {
                meeting: Box::new(complete.clone()),
                people: 14,
            },
        ),
        (
            "swapped",
            Letter::HostReleased {
                meeting: Box::new(complete.clone()),
            },
        ),
        (
            "one-day",
            Letter::HostReleased {
                meeting: Box::new(shorter.clone()),
            },
        ),
        (
            "early",
            Letter::HostReminder {
                meeting: Box::new(only_municipality(autumn()?)?),
                days_left: 28,
            },
        ),
        (
            "late",
            Letter::HostReminder {
                meeting: Box::new(only_municipality(shorter.clone())?),
                days_left: 21,
            },
        ),
        ("nobody", missing(28, false)),
        ("fell-away", missing(9, true)),
        ("tomorrow", missing(1, true)),
        (
            "guest",
            Letter::MeetingInformation {
                meeting: Box::new(complete.clone()),
                is_host: false,
            },
        ),
        (
            "host",
            Letter::MeetingInformation {
                meeting: Box::new(setting.with_steps(shorter.clone())),
                is_host: true,
            },
        ),
        ("moved", changed(&complete, &moved, Some(text))),
        ("moved-before-information", changed(&without_place, &early, None)),
        ("elsewhere", changed(&complete, &elsewhere, None)),
        ("shorter", changed(&shorter, &moved, Some(text))),
    ])
}

/// The meetings that a cancelled programme takes out of calendars.
pub(super) fn in_calendars(text: &Paragraphs<1000>) -> Result<Vec<MeetingNote>, TextError> {
    let note = Setting { text }.meeting(&[23, 24])?;
    Ok(vec![MeetingNote { sequence: 2, ..note }])
}

fn days(of_september: &[u32]) -> Vec<MeetingDay> {
    let day = |day: &u32| MeetingDay {
        on: on(2014, 9, *day),
        starts: clock(9, 30),
        ends: clock(16, 30),
    };
    of_september.iter().map(day).collect()
}

fn venue(municipality: &str) -> Result<Venue, TextError> {
    Ok(Venue {
        municipality: municipality.parse()?,
        name: None,
        address: None,
        is_step_free: None,
        directions: None,
    })
}

impl Setting<'_> {
    fn line(&self, usual: &str) -> String {
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        // The usual reason is no name of a building.
        if text.contains("gemeenten") {
            usual.to_owned()
        } else {
            text.chars().take(100).collect()
        }
    }

    fn meeting(&self, of_september: &[u32]) -> Result<MeetingNote, TextError> {
        Ok(MeetingNote {
            id: MeetingId(Uuid::from_u128(2)),
            title: self.line("Tweede bijeenkomst").parse()?,
            days: days(of_september),
            venue: Some(Venue {
                municipality: self.line("Schouwen-Duiveland").parse()?,
                name: Some(self.line("Gemeentehuis").parse()?),
                address: Some(self.line("Laan van Voorbeeld 1, Zierikzee").parse()?),
                is_step_free: Some(true),
                directions: Some(self.text.parse()?),
            }),
            host: Some(HostName {
                given_name: self.line("Anna").parse()?,
                organisation: self.line("Gemeente Schouwen-Duiveland").parse()?,
            }),
            sequence: 0,
            changed_at: Some(DateTime::UNIX_EPOCH),
        })
    }

    fn with_steps(&self, mut note: MeetingNote) -> MeetingNote {
        if let Some(venue) = &mut note.venue {
            venue.is_step_free = Some(false);
            venue.directions = None;
        }
        note
    }
}
