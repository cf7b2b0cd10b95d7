//! A programme as one TOML file: what `programme import` reads and `programme export` writes.
//!
//! The file is the whole programme: what it leaves out has its default, also where the stored programme had something
//! else. Days are TOML's local dates, times of day its local times, the opening of registration its offset date-time,
//! amounts are cents. Beside the programme it may hold `draft = true`, and a table `[announced]` with what leaflets say,
//! which is only compared and never stored.
//!
//! Rules: a table `[rules.KEY]` says what differs from the product's own rule; a rule without a table is the product's. An
//! export writes the tables of those that differ and lists all of them as comments.

mod check;
mod rules;
mod source;
mod write;
mod written;

#[cfg(test)]
mod tests;

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

pub use self::write::{Exported, export};
use self::{source::Source, written::Written};
use crate::{
    app::{AppError, fields::Parsing, programme_fields::ProgrammeFields},
    domain::{programme::Announcement, refusal::Refusal, rule::Rule},
};

/// The programme of 2014 that every feature is tried on.
pub const SAMPLE: &str = include_str!("werken-in-het-westen-2014.toml");

/// No programme comes near it; a file that does is some other file.
const MOST_BYTES: usize = 1024 * 1024;

/// More problems than a person mends before trying again.
const MOST_PROBLEMS: usize = 50;

/// A file that could be read, with everything in it valid by itself.
#[derive(Debug, Clone)]
pub struct ProgrammeFile {
    /// What to enter; everything is given, so nothing of a stored programme stays by being left out.
    pub fields: ProgrammeFields,
    /// The same, parsed. Its ids are nil: the stored ones are found when it is entered.
    pub announcement: Announcement,
    /// Every rule as it is to be; ids and versions are nobody's.
    pub rules: Vec<Rule>,
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
    #[serde(default, deserialize_with = "written::optional_day")]
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
    Unreadable(PathBuf, #[source] io::Error),
    /// What it says cannot be used.
    #[error("{path} cannot be used as it is:\n{problems}", path = path.display(), problems = indented(problems))]
    Problems {
        /// The file.
        path: PathBuf,
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
        let (rules, refused) = rules::read(&written.rules);
        problems.extend(refused.into_iter().map(|(path, what)| Problem {
            line: source.line_of(&path),
            what,
        }));
        let is_draft = written.draft;
        let announced = written.announced;
        let fields = ProgrammeFields::from(written);
        let mut parsing = Parsing::default();
        let parsed = fields.parse(&mut parsing, None, Uuid::nil);
        match parsing.finish(parsed) {
            Ok(announcement) if problems.is_empty() => Ok(Self {
                fields,
                announcement,
                rules,
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
