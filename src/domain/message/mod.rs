//! Mails: which there are, to whom, in which language, what they say, and what becomes of them.
//!
//! A [`Letter`] is the content of one mail to one person as of the moment that caused it. The words are the templates'
//! (`email-templates/<language>/<kind>.md`), the bytes are made once and never change.

mod kind;
mod letter;
mod parts;
mod status;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use kind::MessageKind;
pub use letter::{LONGEST_QUESTION, Letter};
pub use parts::{
    AgendaLine, CancellationCause, Colleague, ExpiryCause, HarvestProgress, InvitationEnd, SupportNews, WishNews,
};
pub use status::MessageStatus;

use super::ids::{InvitationId, RegistrationId, TeamMemberId};

/// The language somebody is written to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Locale {
    /// Every language that mails and pages are written in.
    pub const ALL: [Self; 2] = [Self::Nl, Self::En];

    /// The language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// The language of a tag, if we write it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }
}

/// Who a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// The person behind a registration.
    Registration(RegistrationId),
    /// A member of the programme's team.
    TeamMember(TeamMemberId),
    /// A guest of the showcase.
    Guest(InvitationId),
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registration(id) => id.fmt(f),
            Self::TeamMember(id) => id.fmt(f),
            Self::Guest(id) => id.fmt(f),
        }
    }
}
