//! What was found: a line each.

use serde_json::{Value, json};

use crate::cli::table::aligned;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// As it should be.
    Well,
    /// It works, and somebody should look at it.
    Warning,
    /// It does not work.
    Problem,
    /// Nothing was looked at; something worth knowing.
    Advice,
}

impl Finding {
    fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::Advice => "advice",
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Well => '✓',
            Self::Warning => '!',
            Self::Problem => '✗',
            Self::Advice => '·',
        }
    }
}

struct Check {
    area: &'static str,
    finding: Finding,
    what: String,
    /// What to do about it.
    advice: Option<String>,
}

/// Everything that was found.
#[derive(Default)]
pub(super) struct Report(Vec<Check>);

impl Report {
    fn add(&mut self, area: &'static str, finding: Finding, what: String, advice: Option<String>) {
        // Causes may be told on several lines; a check is one.
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.0.push(Check {
            area,
            finding,
            what: one_line(what),
            advice: advice.map(one_line),
        });
    }

    pub(super) fn well(&mut self, area: &'static str, what: impl Into<String>) {
        self.add(area, Finding::Well, what.into(), None);
    }

    pub(super) fn advice(&mut self, area: &'static str, what: impl Into<String>) {
        self.add(area, Finding::Advice, what.into(), None);
    }

    pub(super) fn warning(&mut self, area: &'static str, what: impl Into<String>, advice: impl Into<String>) {
        self.add(area, Finding::Warning, what.into(), Some(advice.into()));
    }

    pub(super) fn problem(&mut self, area: &'static str, what: impl Into<String>, advice: impl Into<String>) {
        self.add(area, Finding::Problem, what.into(), Some(advice.into()));
    }

    pub(super) fn has_problems(&self) -> bool {
        self.0.iter().any(|check| check.finding == Finding::Problem)
    }

    pub(super) fn lines(&self) -> String {
        let rows: Vec<_> = self
            .0
            .iter()
            .map(|check| {
                let advice = check.advice.as_ref().map(|advice| format!(" → {advice}"));
                [
                    format!("{} {}", check.finding.sign(), check.finding.word()),
                    check.area.to_owned(),
                    format!("{}{}", check.what, advice.unwrap_or_default()),
                ]
            })
            .collect();
        aligned(&rows).join("\n")
    }

    pub(super) fn json(&self) -> Value {
        let checks = self.0.iter().map(|check| {
            json!({
                "area": check.area,
                "finding": check.finding.word(),
                "what": check.what,
                "advice": check.advice,
            })
        });
        checks.collect()
    }
}
