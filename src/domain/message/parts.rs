//! What letters are made of.

use serde::{Deserialize, Serialize};

use crate::domain::text::{Organisation, PersonName};

/// Why a registration ended by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiryCause {
    /// The address was not verified in time.
    NotVerified,
    /// The programme started while the person was waiting.
    ProgrammeStarted,
}

/// Why a programme does not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancellationCause {
    /// A no-go.
    NoGo {
        /// Who counted for the minimum.
        counted: u32,
        /// The minimum.
        minimum: u32,
    },
    /// An organiser cancelled.
    Organiser,
}

/// Why an invitation to the showcase no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvitationEnd {
    /// Whoever invited, or an organiser, called it back.
    CalledBack,
    /// There is no showcase any more.
    ShowcaseOff,
    /// The programme does not go on.
    ProgrammeOff,
}

/// What is new about a learning wish, as a mail tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishNews {
    /// The beginning of what its author wants to learn.
    pub wish: String,
    /// Its author; none: the recipient.
    pub author: Option<Colleague>,
    /// Its words changed.
    pub was_edited: bool,
    /// Support that was offered.
    pub support: Vec<SupportNews>,
}

/// Support that was offered, as a mail tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportNews {
    /// Who offers it.
    pub from: Colleague,
    /// The beginning of what is offered.
    pub text: String,
}

/// A participant as others know one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// What to call the person.
    pub given_name: PersonName,
    /// Where the person works.
    pub organisation: Organisation,
}

/// A line of an agenda, as a mail tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaLine {
    /// What it is about.
    pub title: String,
    /// How long it takes.
    pub minutes: Option<u32>,
}

/// How far a participant has come with the harvest that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HarvestProgress {
    /// There is none.
    None,
    /// It is a draft.
    Draft,
    /// It came back.
    Returned,
}
