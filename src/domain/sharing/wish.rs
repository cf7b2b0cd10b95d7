//! Learning wishes: what one wants to learn and will do for it oneself; others follow them and offer support.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use unicode_normalization::UnicodeNormalization;

use super::Sharing;
use crate::domain::{
    ids::{LearningWishId, RegistrationId, SupportOfferId},
    text::{Line, Paragraphs},
};

/// So many wishes a person may have.
pub const WISHES_A_PERSON: usize = 20;

/// So many offers of support a person may make with one wish.
pub const SUPPORT_A_PERSON: usize = 3;

/// What a wish says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishWords {
    /// What its author wants to learn.
    pub text: Paragraphs<1000>,
    /// What the author will do for it.
    pub own_steps: Option<Paragraphs<1000>>,
    /// The theme that it shares with other wishes.
    pub learning_line: Option<Line<80>>,
}

/// Support that somebody offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportOffer {
    /// Its id, in order of time.
    pub id: SupportOfferId,
    /// Who offers it.
    pub from: RegistrationId,
    /// What is offered.
    pub text: Paragraphs<500>,
    /// When.
    pub offered_at: DateTime<Utc>,
}

/// What a participant wants to learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearningWish {
    /// Its id, in order of time.
    pub id: LearningWishId,
    /// Whose it is.
    pub author: RegistrationId,
    /// What it says.
    pub words: WishWords,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its words last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// Who follows it, and since when.
    pub followers: BTreeMap<RegistrationId, DateTime<Utc>>,
    /// What support is offered.
    pub support: BTreeMap<SupportOfferId, SupportOffer>,
}

/// What is new about a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The wish.
    pub wish: LearningWishId,
    /// Its words changed.
    pub was_edited: bool,
    /// Support that was offered.
    pub support: Vec<SupportOfferId>,
}

/// A theme that several wishes share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearningLine {
    /// The form in which two spellings of one line are equal.
    pub key: String,
    /// As its first wish spells it.
    pub name: Line<80>,
    /// Its wishes, by time.
    pub wishes: Vec<LearningWishId>,
}

impl LearningLine {
    /// The form in which two spellings of one line are equal: without regard to case, width and spacing.
    pub fn key_of(name: &str) -> String {
        let folded: String = name.nfkc().flat_map(char::to_lowercase).nfc().collect();
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl LearningWish {
    pub(super) fn among(&self, takes_part: impl Fn(RegistrationId) -> bool) -> Self {
        let mut shown = self.clone();
        shown.followers.retain(|id, _| takes_part(*id));
        shown.support.retain(|_, offer| takes_part(offer.from));
        shown
    }

    /// How many offers somebody made with it.
    pub fn support_from(&self, by: RegistrationId) -> usize {
        self.support.values().filter(|offer| offer.from == by).count()
    }

    /// What is new about it to somebody: to who follows it since then, and to its author what others offer.
    fn news_to(&self, reader: RegistrationId, happened_in: impl Fn(DateTime<Utc>) -> bool) -> Option<News> {
        let is_author = self.author == reader;
        let followed_at = self.followers.get(&reader).copied();
        let is_news = |at: DateTime<Utc>| {
            happened_in(at) && (is_author || followed_at.is_some_and(|followed_at| followed_at <= at))
        };
        let news = News {
            wish: self.id,
            was_edited: !is_author && self.edited_at.is_some_and(is_news),
            support: self
                .support
                .values()
                .filter(|offer| offer.from != reader && is_news(offer.offered_at))
                .map(|offer| offer.id)
                .collect(),
        };
        (news.was_edited || !news.support.is_empty()).then_some(news)
    }
}

impl Sharing {
    /// The wishes of a person, by time.
    pub fn wishes_of(&self, author: RegistrationId) -> impl Iterator<Item = &LearningWish> {
        self.wishes.values().filter(move |wish| wish.author == author)
    }

    /// Whether somebody has a wish.
    pub fn has_wish(&self, author: RegistrationId) -> bool {
        self.wishes_of(author).next().is_some()
    }

    /// Whether somebody follows a wish.
    pub fn follows_something(&self, reader: RegistrationId) -> bool {
        self.wishes.values().any(|wish| wish.followers.contains_key(&reader))
    }

    /// What is new to somebody from one moment on (none: the beginning) until before another: changes of wishes that the person
    /// follows, and support offered with the person's own.
    pub fn news_to(&self, reader: RegistrationId, since: Option<DateTime<Utc>>, until: DateTime<Utc>) -> Vec<News> {
        let happened_in = |at: DateTime<Utc>| since.is_none_or(|since| since <= at) && at < until;
        let wishes = self.wishes.values();
        wishes.filter_map(|wish| wish.news_to(reader, happened_in)).collect()
    }

    /// The learning lines with their wishes, by the form in which spellings are equal.
    pub fn learning_lines(&self) -> Vec<LearningLine> {
        let mut lines: BTreeMap<String, LearningLine> = BTreeMap::new();
        for wish in self.wishes.values() {
            let Some(name) = &wish.words.learning_line else {
                continue;
            };
            let key = LearningLine::key_of(name);
            let line = lines.entry(key.clone()).or_insert_with(|| LearningLine {
                key,
                name: name.clone(),
                wishes: Vec::new(),
            });
            line.wishes.push(wish.id);
        }
        lines.into_values().collect()
    }
}
