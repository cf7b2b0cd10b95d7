//! `programme import`: shows what a file would change, asks, and does it.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use clap::Args;
use similar::TextDiff;
use uuid::Uuid;

use super::bullets;
use crate::{
    app::{App, AppError, Repeatable, arranging::RuleFields, programmes::ProgrammeRecord},
    cli::{
        ADMINISTRATOR,
        programme_file::{Exported, Problems, ProgrammeFile, export},
        table::aligned,
        terminal::{Exit, Terminal},
    },
    domain::{
        acts,
        facts::Facts,
        formats,
        ids::ProgrammeId,
        message::Locale,
        programme::{Announcement, Phase},
        refusal::Refusal,
        rule::Rule,
    },
};

/// What to import.
#[derive(Debug, Args)]
pub struct Import {
    /// The programme file
    pub(super) file: PathBuf,
    /// Do not ask; needed where there is no terminal
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// What an import would do.
enum Plan {
    Nothing,
    Create,
    Change { diff: String, publishes: bool },
}

/// Shows what a file would change, asks, and does it.
pub async fn import(
    app: &App,
    path: &Path,
    file: &ProgrammeFile,
    yes: bool,
    terminal: &mut Terminal<'_>,
) -> anyhow::Result<Exit> {
    let slug = file.announcement.slug.to_string();
    let stored = app
        .programme(&ADMINISTRATOR, &slug)
        .await
        .context("cannot look the programme up")?;
    let now = app.now().await.context("cannot read the clock")?;
    rehearse(file, stored.as_ref(), now)
        .map_err(|problems| anyhow!("{} cannot be imported:\n{}", path.display(), bullets(&problems)))?;
    let rules = match &stored {
        Some(stored) => rules_of(app, stored).await?,
        None => Vec::new(),
    };
    let question = match plan(file, stored.as_ref().map(|stored| (stored, &*rules)), path) {
        Plan::Nothing => {
            terminal.print(format!(
                "{slug} is stored as {} says; nothing to change",
                path.display()
            ))?;
            return Ok(Exit::Success);
        }
        Plan::Create => {
            terminal.print(outline(&file.announcement, file.is_draft))?;
            if file.is_draft {
                "Enter it?"
            } else {
                "Enter and publish it?"
            }
        }
        Plan::Change { diff, publishes } => {
            terminal.print(diff)?;
            if publishes {
                "Change it so, and publish it?"
            } else {
                "Change it so?"
            }
        }
    };
    let (base_url, from) = app.mail_is_made_with();
    terminal.hint(format!(
        "mails are made with these settings: from {from}, with links to {base_url}"
    ))?;
    if !terminal.may_go_on(question, yes)? {
        return Ok(Exit::Failure);
    }
    let entered = enter(app, file).await?;
    let is_draft = entered.programme.phase == Phase::Draft;
    terminal.print(format!(
        "{slug} is {}",
        if is_draft {
            "stored as a draft"
        } else {
            "stored and published"
        }
    ))?;
    Ok(Exit::Success)
}

/// Makes the stored programme what a file says, and publishes it unless the file says otherwise.
pub async fn enter(app: &App, file: &ProgrammeFile) -> anyhow::Result<ProgrammeRecord> {
    let once = Repeatable::default();
    let stored = app
        .programme(&ADMINISTRATOR, &file.announcement.slug)
        .await
        .context("cannot look the programme up")?;
    let told = |error: AppError| match &error {
        AppError::Refused(refusals) => anyhow::Error::from(file.problems(refusals)),
        _ => error.into(),
    };
    let mut record = match stored {
        None => app
            .create_programme(&ADMINISTRATOR, &file.fields, &once)
            .await
            .map_err(told)
            .context("cannot enter the programme")?,
        Some(stored) if is_same(file, &stored) => stored,
        Some(stored) => {
            let changed = app
                .update_programme(&ADMINISTRATOR, stored.programme.id, &file.fields, &once)
                .await;
            changed.map_err(told).context("cannot change the programme")?
        }
    };
    for stored in rules_of(app, &record).await? {
        let wanted = file.rules.iter().find(|rule| rule.key == stored.key);
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_as(&stored)) else {
            continue;
        };
        let (id, key) = (record.programme.id, stored.key.word());
        app.set_rule(&ADMINISTRATOR, id, key, &RuleFields::of(wanted), false, &once)
            .await
            .map_err(told)
            .with_context(|| format!("the rule {key} cannot be changed"))?;
    }
    if record.programme.phase == Phase::Draft && !file.is_draft {
        let published = app.publish_programme(&ADMINISTRATOR, record.programme.id, &once).await;
        record = published
            .map_err(told)
            .context("the programme is stored as a draft, and cannot be published")?;
    }
    Ok(record)
}

/// Tries the acts on what is stored, in memory: what they would refuse is told before anything is asked or written.
fn rehearse(file: &ProgrammeFile, stored: Option<&ProgrammeRecord>, now: DateTime<Utc>) -> Result<(), Problems> {
    let rehearsed = || -> Result<(), Refusal> {
        let id = stored.map_or(ProgrammeId(Uuid::nil()), |stored| stored.programme.id);
        let mut facts = Facts::of_draft(id, file.announcement.clone(), now);
        if let Some(stored) = stored {
            facts.programme = stored.programme.clone();
            facts.counts = stored.counts;
            if file.is_draft && stored.programme.phase != Phase::Draft {
                return Err(Refusal::invalid(
                    "draft",
                    "the programme is published already; remove `draft = true`",
                ));
            }
            if !is_same(file, stored) {
                acts::revise(&mut facts, file.announcement.clone(), now)?;
            }
        }
        if facts.programme.phase == Phase::Draft && !file.is_draft {
            acts::publish(&mut facts, now)?;
        }
        Ok(())
    };
    rehearsed().map_err(|refusal| file.problems(&[refusal]))
}

async fn rules_of(app: &App, stored: &ProgrammeRecord) -> anyhow::Result<Vec<Rule>> {
    let rules = app.rules(&ADMINISTRATOR, stored.programme.id).await;
    rules.context("cannot read its rules")
}

fn of_stored(stored: &ProgrammeRecord, rules: &[Rule]) -> String {
    export(Exported {
        announcement: &stored.programme.announced,
        is_draft: stored.programme.phase == Phase::Draft,
        rules,
    })
}

/// Whether a file says of a programme what is stored, but for publishing it and its rules.
fn is_same(file: &ProgrammeFile, stored: &ProgrammeRecord) -> bool {
    let is_draft = stored.programme.phase == Phase::Draft;
    of_stored(stored, &[])
        == export(Exported {
            announcement: &file.announcement,
            is_draft,
            rules: &[],
        })
}

fn plan(file: &ProgrammeFile, stored: Option<(&ProgrammeRecord, &[Rule])>, path: &Path) -> Plan {
    let Some((stored, rules)) = stored else {
        return Plan::Create;
    };
    let (before, after) = (
        of_stored(stored, rules),
        export(Exported {
            announcement: &file.announcement,
            is_draft: file.is_draft,
            rules: &file.rules,
        }),
    );
    if before == after {
        return Plan::Nothing;
    }
    let diff = TextDiff::from_lines(&before, &after)
        .unified_diff()
        .header("stored", &path.display().to_string())
        .to_string();
    Plan::Change {
        diff,
        publishes: stored.programme.phase == Phase::Draft && !file.is_draft,
    }
}

/// A new programme in some lines.
pub(super) fn outline(programme: &Announcement, is_draft: bool) -> String {
    let day = |on| formats::weekday_and_day(on, Locale::En);
    let opens = match programme.registration_opens_at {
        Some(opens_at) => format!(
            "from {}",
            formats::weekday_and_moment(opens_at, programme.time_zone, Locale::En)
        ),
        None => "from publishing".to_owned(),
    };
    let days = || {
        programme
            .meetings
            .iter()
            .flat_map(|meeting| &meeting.days)
            .map(|day| day.on)
    };
    let meetings = match (days().min(), days().max()) {
        (Some(first), Some(last)) => format!("{}, from {} to {}", programme.meetings.len(), day(first), day(last)),
        _ => "none".to_owned(),
    };
    let team: Vec<&str> = programme.team.iter().map(|member| &*member.name).collect();
    let then = if is_draft {
        "a draft, which only organisers see".to_owned()
    } else {
        format!(
            "published; everybody in the team gets a mail with a personal link ({} of them)",
            team.len()
        )
    };
    let rows = [
        ("title", programme.title.to_string()),
        (
            "places",
            format!("{} to {}", programme.min_participants, programme.max_participants),
        ),
        (
            "open",
            format!("{opens} up to and including {}", day(programme.registration_deadline)),
        ),
        ("meetings", meetings),
        ("team", formats::enumeration(&team, Locale::En)),
        ("then", then),
    ];
    let mut told = format!("{} is new:", programme.slug);
    for line in aligned(&rows.map(|(name, value)| [format!("  {name}"), value])) {
        let _ = write!(told, "\n{line}");
    }
    told
}
