//! A programme as one TOML file: what `programme import` reads and `programme export` writes.
//!
//! The file is the whole programme: what it leaves out has its default, also where the stored programme had something
//! else. Days are TOML's local dates, times of day its local times, the opening of registration its offset date-time,
//! amounts are cents. Beside the programme it may hold `draft = true`, and a table `[announced]` with what leaflets say,
//! which is only compared and never stored.
//!
//! Rules: a table `[rules.KEY]` is the place for what differs from the product's own set. Nothing can differ yet, so such
//! a table is refused, and an export lists the rules as comments.

mod source;
mod write;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, path::Path};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, de::Error as _, de::IgnoredAny};
use thiserror::Error;
use toml::value::Datetime;
use uuid::Uuid;

use self::source::Source;
pub use self::write::{Exported, export};
use crate::{
    app::{
        AppError,
        fields::Parsing,
        programme_fields::{MeetingFields, PriceFields, ProgrammeFields, TeamMemberFields},
    },
    domain::{
        decision::DecisionMode,
        message::Locale,
        programme::{Announcement, MeetingDay, MeetingKind, TeamRole},
        refusal::Refusal,
        rule::RuleKey,
    },
};

/// The programme of 2014 that every feature is tried on.
pub const SAMPLE: &str = include_str!("werken-in-het-westen-2014.toml");

/// No programme comes near it; a file that does is some other file.
const MOST_BYTES: usize = 1024 * 1024;

/// More problems than a person mends before trying again.
const MOST_PROBLEMS: usize = 50;

/// The zone of a file that names none.
const USUAL_ZONE: &str = "Europe/Amsterdam";

/// A file that could be read, with everything in it valid by itself.
#[derive(Debug, Clone)]
pub struct ProgrammeFile {
    /// What to enter; everything is given, so nothing of a stored programme stays by being left out.
    pub fields: ProgrammeFields,
    /// The same, parsed. Its ids are nil: the stored ones are found when it is entered.
    pub announcement: Announcement,
    /// It is not to be published.
    pub is_draft: bool,
    /// What leaflets say.
    pub announced: Announced,
    text: String,
}

/// What leaflets say about a programme, for comparison only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// Half-days of the whole programme.
    pub half_days: Option<u32>,
    /// Meetings of one day.
    pub one_day_meetings: Option<u32>,
    /// Meetings of two days.
    pub two_day_meetings: Option<u32>,
    /// The last day.
    #[serde(default, deserialize_with = "optional_day")]
    pub ends_on: Option<NaiveDate>,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Its line, from 1; none: it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// Everything that is wrong with a file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// One problem of the whole file.
    fn whole(what: impl Into<String>) -> Self {
        Self(vec![Problem {
            line: None,
            what: what.into(),
        }])
    }

    fn sorted(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        problems.truncate(MOST_PROBLEMS);
        Self(problems)
    }
}

/// Why a file gives no programme.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read at all.
    #[error("cannot read {path}", path = .0.display())]
    Unreadable(std::path::PathBuf, #[source] std::io::Error),
    /// What it says cannot be used.
    #[error("{path} cannot be used as it is:\n{problems}", path = path.display(), problems = indented(problems))]
    Problems {
        /// The file.
        path: std::path::PathBuf,
        /// All that is wrong.
        problems: Problems,
    },
}

fn indented(problems: &Problems) -> String {
    problems
        .0
        .iter()
        .map(|problem| format!("  {problem}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The file as it is written; its fields are the known keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    slug: Option<String>,
    title: Option<String>,
    subtitle: Option<String>,
    description: Option<String>,
    audience: Option<String>,
    locale: Option<Locale>,
    time_zone: Option<String>,
    min_participants: Option<i64>,
    max_participants: Option<i64>,
    #[serde(default, deserialize_with = "optional_moment")]
    registration_opens_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "optional_day")]
    registration_deadline: Option<NaiveDate>,
    decision_mode: Option<DecisionMode>,
    #[serde(default)]
    draft: bool,
    price: Option<WrittenPrice>,
    #[serde(default)]
    meetings: Vec<WrittenMeeting>,
    #[serde(default)]
    team: Vec<WrittenMember>,
    #[serde(default)]
    rules: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    announced: Announced,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPrice {
    cents: i64,
    #[serde(default)]
    vat_included: bool,
    vat_percentage: Option<f64>,
    subsidy_percentage: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMeeting {
    kind: Option<MeetingKind>,
    title: String,
    half_days: Option<i64>,
    municipality: Option<String>,
    days: Vec<WrittenDay>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDay {
    #[serde(deserialize_with = "day")]
    on: NaiveDate,
    #[serde(deserialize_with = "time")]
    starts: NaiveTime,
    #[serde(deserialize_with = "time")]
    ends: NaiveTime,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMember {
    name: String,
    organisation: Option<String>,
    email: String,
    roles: Vec<TeamRole>,
    biography: Option<String>,
    locale: Option<Locale>,
}

impl ProgrammeFile {
    /// Reads a file from disk.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let unreadable = |error| FileError::Unreadable(path.to_owned(), error);
        // A file that is too long is told by its length, not read.
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        let read = if length > MOST_BYTES as u64 {
            Err(too_long())
        } else {
            Self::of_bytes(&std::fs::read(path).map_err(unreadable)?)
        };
        read.map_err(|problems| FileError::Problems {
            path: path.to_owned(),
            problems,
        })
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, Problems> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes
                .iter()
                .take(error.valid_up_to())
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            Problems(vec![Problem {
                line: Some(line),
                what: "holds bytes that are not UTF-8; save the file as UTF-8".to_owned(),
            }])
        })?;
        Self::read(text)
    }

    /// Reads the text of a file. Everything that is wrong is told at once.
    pub fn read(text: &str) -> Result<Self, Problems> {
        if text.len() > MOST_BYTES {
            return Err(too_long());
        }
        let mut source = Source::parse(text)?;
        let (written, mut problems) = source.read::<Written>(MOST_PROBLEMS);
        let Some(written) = written else {
            return Err(Problems::sorted(problems));
        };
        for key in written.rules.keys() {
            problems.push(Problem {
                line: source.line_of(&["rules".to_owned(), key.clone()]),
                what: refused_rule(key),
            });
        }
        let is_draft = written.draft;
        let announced = written.announced;
        let fields = ProgrammeFields::from(written);
        let mut parsing = Parsing::default();
        let parsed = fields.parse(&mut parsing, None, Uuid::nil);
        match parsing.finish(parsed) {
            Ok(announcement) if problems.is_empty() => Ok(Self {
                fields,
                announcement,
                is_draft,
                announced,
                text: text.to_owned(),
            }),
            Ok(_) => Err(Problems::sorted(problems)),
            Err(AppError::Refused(refusals)) => {
                problems.extend(source.problems(&refusals));
                Err(Problems::sorted(problems))
            }
            // Parsing reaches for nothing that could break.
            Err(error) => Err(Problems::whole(error.to_string())),
        }
    }

    /// What an act refuses of this file, at its lines.
    pub fn problems(&self, refusals: &[Refusal]) -> Problems {
        match Source::parse(&self.text) {
            Ok(source) => Problems::sorted(source.problems(refusals)),
            Err(problems) => problems,
        }
    }
}

fn too_long() -> Problems {
    Problems::whole(format!(
        "is longer than {} kB; a programme file has some pages at most",
        MOST_BYTES / 1024
    ))
}

fn refused_rule(key: &str) -> String {
    if RuleKey::from_word(key).is_some() {
        return format!(
            "rules.{key}: the rules of a programme cannot be changed yet; remove this table, and the product's own rule holds"
        );
    }
    let known: Vec<_> = RuleKey::ALL.iter().map(|key| key.word()).collect();
    format!("rules: there is no rule {key:?}; the rules are {}", known.join(", "))
}

impl From<Written> for ProgrammeFields {
    fn from(written: Written) -> Self {
        let meetings = written.meetings.into_iter().map(|meeting| MeetingFields {
            kind: meeting.kind,
            title: meeting.title,
            half_days: meeting.half_days,
            municipality: meeting.municipality,
            days: meeting
                .days
                .into_iter()
                .map(|day| MeetingDay {
                    on: day.on,
                    starts: day.starts,
                    ends: day.ends,
                })
                .collect(),
        });
        let team = written.team.into_iter().map(|member| TeamMemberFields {
            name: member.name,
            organisation: member.organisation,
            email: member.email,
            roles: member.roles,
            biography: member.biography,
            locale: member.locale,
        });
        Self {
            slug: written.slug,
            title: written.title,
            subtitle: Some(written.subtitle),
            description: written.description,
            audience: Some(written.audience),
            locale: Some(written.locale.unwrap_or(Locale::Nl)),
            time_zone: Some(written.time_zone.unwrap_or_else(|| USUAL_ZONE.to_owned())),
            min_participants: written.min_participants,
            max_participants: written.max_participants,
            registration_opens_at: Some(written.registration_opens_at),
            registration_deadline: written.registration_deadline,
            decision_mode: Some(written.decision_mode.unwrap_or(DecisionMode::Automatic)),
            price: written.price.map(|price| PriceFields {
                cents: price.cents,
                vat_included: price.vat_included,
                vat_percentage: price.vat_percentage,
                subsidy_percentage: price.subsidy_percentage,
            }),
            meetings: Some(meetings.collect()),
            team: Some(team.collect()),
        }
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let refused = || D::Error::custom("is not a day; write it without quotes, such as 2014-05-25");
    match Datetime::deserialize(deserializer).map_err(|_| refused())? {
        Datetime {
            date: Some(date),
            time: None,
            offset: None,
        } => NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()).ok_or_else(refused),
        _ => Err(refused()),
    }
}

fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    day(deserializer).map(Some)
}

fn time_of(time: toml::value::Time) -> Option<NaiveTime> {
    let (second, nano) = (time.second.unwrap_or(0), time.nanosecond.unwrap_or(0));
    // Both databases keep microseconds.
    NaiveTime::from_hms_nano_opt(time.hour.into(), time.minute.into(), second.into(), nano)
        .map(|time| time.trunc_subsecs(6))
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let refused = || D::Error::custom("is not a time of day; write it without quotes, such as 09:30:00");
    match Datetime::deserialize(deserializer).map_err(|_| refused())? {
        Datetime {
            date: None,
            time: Some(time),
            offset: None,
        } => time_of(time).ok_or_else(refused),
        _ => Err(refused()),
    }
}

fn optional_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let refused = || {
        D::Error::custom(
            "is not a moment; write day, time and distance from UTC without quotes, such as 2014-04-14T09:00:00+02:00",
        )
    };
    let Datetime {
        date: Some(date),
        time: Some(time),
        offset: Some(offset),
    } = Datetime::deserialize(deserializer).map_err(|_| refused())?
    else {
        return Err(refused());
    };
    let minutes = match offset {
        toml::value::Offset::Z => 0,
        toml::value::Offset::Custom { minutes } => i32::from(minutes),
    };
    let civil = NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()).zip(time_of(time));
    let moment = civil
        .zip(FixedOffset::east_opt(minutes * 60))
        .and_then(|((on, at), offset)| on.and_time(at).and_local_timezone(offset).single());
    moment.map(|moment| Some(moment.to_utc())).ok_or_else(refused)
}
