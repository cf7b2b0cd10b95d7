//! Why a mail of the calendar is not for somebody who registered. It is told to whoever asks, beside the steps; nothing is
//! decided by it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::{
    formats,
    message::Locale,
    registration::{Registration, RegistrationStatus},
    rule::RuleKey,
};

/// Why a mail goes to others and not to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// The registration had ended.
    Ended {
        /// How.
        status: RegistrationStatus,
        /// When.
        ended_at: DateTime<Utc>,
    },
    /// The person's place was not final.
    NotConfirmed,
    /// Somebody else hosts the meeting, or nobody.
    NotTheHost,
    /// The person follows no learning wish.
    FollowsNothing,
    /// It is for others.
    ForOthers,
}

impl LeftOut {
    /// Why a mail that a rule brings to participants at a moment is not for this person; whether it is, the steps tell.
    pub fn of(person: &Registration, key: RuleKey, at: DateTime<Utc>) -> Self {
        if let Some(ended_at) = person.ended_at.filter(|ended_at| *ended_at <= at) {
            return Self::Ended {
                status: person.status,
                ended_at,
            };
        }
        if person.confirmed_at.is_none_or(|confirmed_at| at < confirmed_at) {
            return Self::NotConfirmed;
        }
        match key {
            RuleKey::HostReminder28Days | RuleKey::HostReminder21Days => Self::NotTheHost,
            RuleKey::LearningWishDigest => Self::FollowsNothing,
            _ => Self::ForOthers,
        }
    }

    /// Whether the person was no participant then.
    pub fn is_of_the_registration(self) -> bool {
        matches!(self, Self::Ended { .. } | Self::NotConfirmed)
    }

    /// The reason in words for an organiser; moments are told in `zone`.
    pub fn words(self, zone: Tz) -> String {
        let moment = |at: DateTime<Utc>| formats::moment(at, zone, Locale::En);
        match self {
            Self::Ended { status, ended_at } => format!(
                "this registration has ended before that ({}, {})",
                status.word(),
                moment(ended_at)
            ),
            Self::NotConfirmed => "this person has no confirmed place at that moment".to_owned(),
            Self::NotTheHost => "this person does not host that meeting".to_owned(),
            Self::FollowsNothing => "this person follows no learning wish".to_owned(),
            Self::ForOthers => "this person is not among those whom it is for".to_owned(),
        }
    }
}
