//! Letters about what participants share.

use super::at;
use crate::domain::{
    message::{AgendaLine, Colleague, Letter, SupportNews, WishNews},
    sharing::excerpt,
    text::{Paragraphs, TextError},
};

/// Each of them, with what the setting lets people write.
pub(super) fn letters(words: &Paragraphs<1000>, is_hostile: bool) -> Result<Vec<(String, Letter)>, TextError> {
    let starts_at = at(2014, 6, 12, 7, 30);
    let colleague = |name: &str, organisation: &str| -> Result<Colleague, TextError> {
        Ok(Colleague {
            given_name: name.parse()?,
            organisation: organisation.parse()?,
        })
    };
    let bram = colleague("Bram", "Gemeente Veere")?;
    let other = if is_hostile {
        colleague("www.evil.example", "<b>https://evil.example</b>")?
    } else {
        colleague("Carla", "Gemeente Goes")?
    };
    let wish = excerpt(words, 300);
    let edited = WishNews {
        wish: wish.clone(),
        author: Some(bram.clone()),
        was_edited: true,
        support: Vec::new(),
    };
    let supported = WishNews {
        wish: wish.clone(),
        author: None,
        was_edited: false,
        support: vec![
            SupportNews {
                from: bram,
                text: wish.clone(),
            },
            SupportNews {
                from: other,
                text: wish.clone(),
            },
        ],
    };
    let digest = |wishes, others| Letter::LearningWishDigest { wishes, others };
    let line = |title: &str, minutes| AgendaLine {
        title: title.to_owned(),
        minutes,
    };
    let missing = |goes_out_at, proposals| Letter::AgendaMissing {
        meeting: "Startbijeenkomst".to_owned(),
        starts_at,
        goes_out_at,
        proposals,
    };
    let asked = |question: &str| -> Result<Letter, TextError> {
        Ok(Letter::FacilitatorsAsked {
            name: "Bram Jansen".parse()?,
            organisation: "Gemeente Veere".parse()?,
            email: "bram.jansen@veere.example".parse()?,
            question: question.parse()?,
        })
    };
    let letters = [
        ("first", Letter::LearningWishRequest { is_reminder: false }),
        ("reminder", Letter::LearningWishRequest { is_reminder: true }),
        ("edited", digest(vec![edited.clone()], 0)),
        ("supported", digest(vec![supported.clone(), edited], 1)),
        ("many", digest(vec![supported; 10], 4)),
        ("proposed", missing(Some(at(2014, 6, 5, 7, 0)), 3)),
        ("nothing-proposed", missing(None, 0)),
        (
            "one-item",
            Letter::Agenda {
                meeting: "Startbijeenkomst".to_owned(),
                starts_at,
                items: vec![line("Kennismaken", None)],
            },
        ),
        (
            "three-items",
            Letter::Agenda {
                meeting: "Startbijeenkomst".to_owned(),
                starts_at,
                items: vec![
                    line("Kennismaken", Some(45)),
                    line(&excerpt(words, 150), Some(1)),
                    line("Afspraken voor de volgende keer", None),
                ],
            },
        ),
        ("asked", asked(words)?),
        ("asked-shortly", asked("Kunt u mij bellen?")?),
    ];
    Ok(letters.map(|(name, letter)| (name.to_owned(), letter)).into())
}
