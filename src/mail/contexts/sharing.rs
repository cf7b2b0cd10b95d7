//! What mails say of what participants share. All of it was written by somebody else than the reader.

use serde::Serialize;

use crate::{
    domain::message::{AgendaLine, Colleague, WishNews},
    mail::unlinked::unlinked,
};

#[derive(Debug, Serialize)]
pub(super) struct DigestWords {
    wishes: Vec<WishWords>,
    /// So many wishes changed.
    changed: usize,
    others: u32,
}

#[derive(Debug, Serialize)]
struct WishWords {
    wish: String,
    /// "Anna (Gemeente Veere)"; none: the recipient's own wish.
    author: Option<String>,
    was_edited: bool,
    support: Vec<SupportWords>,
}

#[derive(Debug, Serialize)]
struct SupportWords {
    from: String,
    text: String,
}

#[derive(Debug, Serialize)]
pub(super) struct AgendaLineWords {
    title: String,
    minutes: Option<u32>,
}

pub(super) fn named(colleague: &Colleague) -> String {
    unlinked(&format!("{} ({})", colleague.given_name, colleague.organisation))
}

impl DigestWords {
    pub(super) fn of(wishes: &[WishNews], others: u32) -> Self {
        let word = |news: &WishNews| WishWords {
            wish: unlinked(&news.wish),
            author: news.author.as_ref().map(named),
            was_edited: news.was_edited,
            support: news
                .support
                .iter()
                .map(|offer| SupportWords {
                    from: named(&offer.from),
                    text: unlinked(&offer.text),
                })
                .collect(),
        };
        Self {
            changed: wishes.len().saturating_add(others as usize),
            wishes: wishes.iter().map(word).collect(),
            others,
        }
    }
}

impl AgendaLineWords {
    pub(super) fn of(line: &AgendaLine) -> Self {
        Self {
            title: unlinked(&line.title),
            minutes: line.minutes,
        }
    }
}
