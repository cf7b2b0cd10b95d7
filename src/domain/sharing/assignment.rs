//! Assignments: what a participant works on at their own employer.

use chrono::{DateTime, Utc};

use crate::domain::{
    ids::{AssignmentId, RegistrationId},
    text::{Line, Paragraphs},
};

/// How far an assignment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssignmentStatus {
    /// Thought of.
    Planned,
    /// Being worked on.
    UnderWay,
    /// Finished.
    Done,
}

impl AssignmentStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Planned, Self::UnderWay, Self::Done];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::UnderWay => "under-way",
            Self::Done => "done",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// What an assignment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentWords {
    /// What it is called.
    pub title: Line<150>,
    /// What is done.
    pub description: Paragraphs<2000>,
    /// What it should bring.
    pub intended_result: Option<Paragraphs<1000>>,
    /// How far it has come.
    pub status: AssignmentStatus,
    /// What it brought.
    pub result: Option<Paragraphs<2000>>,
}

/// What a participant works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// Whose it is.
    pub author: RegistrationId,
    /// What it says.
    pub words: AssignmentWords,
    /// When it was last saved.
    pub saved_at: DateTime<Utc>,
}
