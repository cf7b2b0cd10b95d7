//! What participants share once the programme goes ahead: what they want to learn, what they work on, what they want to speak
//! about (rules 9 and 10).
//!
//! What somebody who left has shared is no longer shown: others see only what comes from people who take part. A topic that
//! such a person proposed stays, without the name: it is the group's.

mod agenda;
mod assignment;
mod wish;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

pub use agenda::{AGENDA_ITEMS_AT_MOST, AgendaItem, LONGEST_ITEM_MINUTES, PROPOSALS_A_PERSON, TEAM_PROPOSALS};
pub use assignment::{Assignment, AssignmentStatus, AssignmentWords};
pub use wish::{LearningLine, LearningWish, News, SUPPORT_A_PERSON, SupportOffer, WISHES_A_PERSON, WishWords};

use super::ids::{AgendaItemId, LearningWishId, QuestionId, RegistrationId};

/// So many questions a person may ask the facilitators within a day.
pub const QUESTIONS_A_DAY: usize = 5;

/// That somebody asked the facilitators something; what was asked stands only in the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// Who asked.
    pub asked_by: RegistrationId,
    /// When.
    pub asked_at: DateTime<Utc>,
}

/// All that the participants of a programme share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sharing {
    /// What they want to learn, by id, which is by time.
    pub wishes: BTreeMap<LearningWishId, LearningWish>,
    /// What they work on; one a person.
    pub assignments: BTreeMap<RegistrationId, Assignment>,
    /// What they want to speak about.
    pub agenda_items: BTreeMap<AgendaItemId, AgendaItem>,
    /// Questions to the facilitators.
    pub questions: Vec<Question>,
}

impl Sharing {
    /// What others see of it: only what comes from those who take part.
    pub fn among(&self, takes_part: impl Fn(RegistrationId) -> bool) -> Self {
        let wishes = self.wishes.values().filter(|wish| takes_part(wish.author));
        let assignments = self.assignments.iter().filter(|(id, _)| takes_part(**id));
        let agenda_items = self.agenda_items.values();
        Self {
            wishes: wishes.map(|wish| (wish.id, wish.among(&takes_part))).collect(),
            assignments: assignments.map(|(id, one)| (*id, one.clone())).collect(),
            agenda_items: agenda_items.map(|item| (item.id, item.among(&takes_part))).collect(),
            questions: Vec::new(),
        }
    }

    /// How many questions somebody asked within the day before a moment.
    pub fn questions_lately(&self, by: RegistrationId, now: DateTime<Utc>) -> usize {
        let is_late = |question: &&Question| question.asked_by == by && now - question.asked_at < Duration::days(1);
        self.questions.iter().filter(is_late).count()
    }
}

/// The beginning of a text, on one line, for a mail that leads to the whole of it.
pub fn excerpt(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let mut cut: String = line.chars().take(most).collect();
    // Not within a word, unless the word is all there is.
    if let Some(end) = cut.rfind(' ').filter(|end| *end > 0) {
        cut.truncate(end);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests;
