//! Why a mail of the calendar is not for somebody who registered. It is told to whoever asks, beside the steps; nothing is
//! decided by it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Source, calendar_occurrences};
use crate::domain::{
    facts::Facts,
    formats,
    message::Locale,
    registration::{Registration, RegistrationStatus},
    rule::RuleKey,
    trigger::Occurrence,
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

/// Every mail of the calendar that is for participants, with why it would not be for this one. Which of them the person does get,
/// the steps tell. `facts` are as they will be when nobody acts.
pub fn left_out(facts: &Facts, person: &Registration) -> Vec<(RuleKey, Occurrence, LeftOut)> {
    let of_participants = |(source, occurrence)| match source {
        Source::Rule(key) if key.is_for_participants() => Some((key, occurrence)),
        Source::Rule(_) | Source::BuiltIn(_) => None,
    };
    calendar_occurrences(facts)
        .filter_map(of_participants)
        .map(|(key, occurrence)| {
            let why = why(person, key, occurrence.at);
            (key, occurrence, why)
        })
        .collect()
}

fn why(person: &Registration, key: RuleKey, at: DateTime<Utc>) -> LeftOut {
    if let Some(ended_at) = person.ended_at.filter(|ended_at| *ended_at <= at) {
        return LeftOut::Ended {
            status: person.status,
            ended_at,
        };
    }
    if person.confirmed_at.is_none_or(|confirmed_at| at < confirmed_at) {
        return LeftOut::NotConfirmed;
    }
    match key {
        RuleKey::HostReminder28Days | RuleKey::HostReminder21Days => LeftOut::NotTheHost,
        RuleKey::LearningWishDigest => LeftOut::FollowsNothing,
        _ => LeftOut::ForOthers,
    }
}
