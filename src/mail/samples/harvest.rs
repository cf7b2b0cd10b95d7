//! Letters about harvests.

use super::{at, on};
use crate::domain::{
    message::{Colleague, HarvestProgress, Letter},
    sharing::excerpt,
    text::{Line, Paragraphs, TextError},
};

/// Each of them, with what the setting lets people write.
pub(super) fn letters(words: &Paragraphs<1000>, is_hostile: bool) -> Result<Vec<(String, Letter)>, TextError> {
    let due_on = on(2014, 12, 1);
    let request = |opens_at| Letter::HarvestRequest {
        opens_at,
        due_on,
        showcase_on: on(2014, 12, 11),
    };
    let reminder = |days_left, progress| Letter::HarvestReminder {
        due_on,
        days_left,
        progress,
    };
    let title: Line<150> = excerpt(words, 140).parse()?;
    let remark: Option<Paragraphs<2000>> = Some(words.parse()?);
    let colleague = |name: &str, organisation: &str| -> Result<Colleague, TextError> {
        Ok(Colleague {
            given_name: name.parse()?,
            organisation: organisation.parse()?,
        })
    };
    let other = if is_hostile {
        colleague("www.evil.example", "<b>https://evil.example</b>")?
    } else {
        colleague("Carla", "Gemeente Goes")?
    };
    let submitted = |author, is_again| Letter::HarvestSubmitted {
        author,
        title: title.clone(),
        is_again,
    };
    let returned = |remark, is_reopened| Letter::HarvestReturned {
        title: title.clone(),
        remark,
        is_reopened,
    };
    let accepted = |remark, is_presented| Letter::HarvestAccepted {
        title: title.clone(),
        remark,
        is_presented,
    };
    let scheduled = |minutes, is_moved| Letter::HarvestScheduled {
        title: title.clone(),
        starts_at: at(2014, 12, 11, 9, 15),
        minutes,
        is_moved,
    };
    let letters = [
        ("open", request(None)),
        ("opens-later", request(Some(at(2014, 10, 30, 8, 0)))),
        ("nothing-yet", reminder(11, HarvestProgress::None)),
        ("draft", reminder(2, HarvestProgress::Draft)),
        ("returned", reminder(1, HarvestProgress::Returned)),
        ("last-day", reminder(0, HarvestProgress::None)),
        ("first", submitted(colleague("Bram", "Gemeente Veere")?, false)),
        ("again", submitted(other, true)),
        ("with-remark", returned(remark.clone(), false)),
        ("reopened", returned(None, true)),
        ("reopened-with-remark", returned(remark.clone(), true)),
        ("plain", accepted(None, true)),
        ("with-remark", accepted(remark, true)),
        ("after-the-showcase", accepted(None, false)),
        ("first", scheduled(20, false)),
        ("moved", scheduled(5, true)),
    ];
    Ok(letters.map(|(name, letter)| (name.to_owned(), letter)).into())
}
