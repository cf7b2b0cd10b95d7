//! Examples of letters to guests of the showcase.

use chrono::DateTime;
use uuid::Uuid;

use super::{clock, on};
use crate::domain::{
    guests::{InvitationStatus, ShowcaseNote},
    hosting::Venue,
    ids::InvitationId,
    message::{Colleague, InvitationEnd, Letter},
    programme::MeetingDay,
    sharing::excerpt,
    text::{Paragraphs, TextError},
};

/// Every kind of letter in each of its variants; with what the setting lets people write.
pub(super) fn letters(words: &Paragraphs<1000>) -> Result<Vec<(String, Letter)>, TextError> {
    let nowhere = note(None);
    let somewhere = note(Some(Venue::in_municipality("Veere".parse()?)));
    let there = note(Some(venue(words, Some(true))?));
    let upstairs = note(Some(Venue {
        directions: None,
        ..venue(words, Some(false))?
    }));
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_usual = words.contains("gemeenten");
    let inviter = Colleague {
        given_name: if is_usual {
            "Anna".parse()?
        } else {
            excerpt(&line, 90).parse()?
        },
        organisation: if is_usual {
            "Gemeente Veere".parse()?
        } else {
            excerpt(&line, 190).parse()?
        },
    };
    let invitation =
        |note: &ShowcaseNote, inviter: Option<&Colleague>, message: Option<&str>| -> Result<_, TextError> {
            Ok(Letter::ShowcaseInvitation {
                showcase: Box::new(note.clone()),
                inviter: inviter.cloned(),
                message: message.map(str::parse).transpose()?,
            })
        };
    let changed = |note: &ShowcaseNote, was: Option<MeetingDay>, place_changed, comes| Letter::ShowcaseChanged {
        showcase: Box::new(ShowcaseNote {
            sequence: 1,
            ..note.clone()
        }),
        was,
        place_changed,
        comes,
    };
    let cancelled = |cause, was_coming| Letter::ShowcaseCancelled {
        showcase: Box::new(there.clone()),
        cause,
        was_coming,
    };
    let earlier = MeetingDay {
        on: on(2014, 12, 4),
        ..there.day
    };
    let mut letters = vec![
        (
            "by-participant",
            invitation(&there, Some(&inviter), Some(&excerpt(words, 500)))?,
        ),
        ("by-participant-early", invitation(&somewhere, Some(&inviter), None)?),
        ("by-organisers", invitation(&nowhere, None, Some("Graag tot ziens."))?),
        (
            "at-once",
            Letter::ShowcasePlace {
                showcase: Box::new(nowhere.clone()),
                was_waiting: false,
            },
        ),
        (
            "after-waiting",
            Letter::ShowcasePlace {
                showcase: Box::new(there.clone()),
                was_waiting: true,
            },
        ),
        (
            "by-participant",
            Letter::ShowcaseReminder {
                showcase: Box::new(there.clone()),
                inviter: Some(inviter),
            },
        ),
        (
            "by-organisers",
            Letter::ShowcaseReminder {
                showcase: Box::new(nowhere.clone()),
                inviter: None,
            },
        ),
        (
            "step-free",
            Letter::ShowcaseDirections {
                showcase: Box::new(there.clone()),
            },
        ),
        (
            "with-steps",
            Letter::ShowcaseDirections {
                showcase: Box::new(upstairs.clone()),
            },
        ),
        (
            "without-place",
            Letter::ShowcaseDirections {
                showcase: Box::new(nowhere.clone()),
            },
        ),
        ("moved", changed(&there, Some(earlier), false, true)),
        ("elsewhere", changed(&upstairs, None, true, true)),
        ("not-answered", changed(&nowhere, Some(earlier), false, false)),
        ("called-back", cancelled(InvitationEnd::CalledBack, true)),
        ("called-back-waiting", cancelled(InvitationEnd::CalledBack, false)),
        ("no-showcase", cancelled(InvitationEnd::ShowcaseOff, true)),
        ("no-programme", cancelled(InvitationEnd::ProgrammeOff, false)),
    ];
    for (name, status) in [
        ("guest-invited", InvitationStatus::Invited),
        ("guest-accepted", InvitationStatus::Accepted),
        ("guest-declined", InvitationStatus::Declined),
        ("guest-waiting", InvitationStatus::Waiting),
    ] {
        let letter = Letter::PersonalLink {
            status: None,
            invitation: Some(status),
        };
        letters.push((name, letter));
    }
    Ok(letters
        .into_iter()
        .map(|(name, letter)| (name.to_owned(), letter))
        .collect())
}

fn note(venue: Option<Venue>) -> ShowcaseNote {
    ShowcaseNote {
        invitation: InvitationId(Uuid::from_u128(3)),
        day: MeetingDay {
            on: on(2014, 12, 11),
            starts: clock(9, 30),
            ends: clock(16, 30),
        },
        venue,
        sequence: 0,
        changed_at: DateTime::UNIX_EPOCH,
    }
}

fn venue(words: &Paragraphs<1000>, is_step_free: Option<bool>) -> Result<Venue, TextError> {
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let usual = |usual: &str| {
        // The usual reason is no name of a building.
        if line.contains("gemeenten") {
            usual.to_owned()
        } else {
            excerpt(&line, 90)
        }
    };
    Ok(Venue {
        municipality: usual("Gouda").parse()?,
        name: Some(usual("Huis van de Stad").parse()?),
        address: Some(usual("Voorbeeldplein 1, Gouda").parse()?),
        is_step_free,
        directions: Some(words.parse()?),
    })
}
