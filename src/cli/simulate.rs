//! `simulate`: a whole programme on a virtual clock, in memory, with the production code.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context, anyhow};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use serde_json::json;

use super::{
    Wiring,
    programme::{bullets, enter, exported, status_words},
    programme_file::ProgrammeFile,
    table::aligned,
    terminal::{Exit, Terminal},
    timeline::{state_words, what},
};
use crate::{
    app::timeline::{ItemState, TimelineItem},
    domain::{calendar, formats, message::Locale},
    simulation::{Acted, Happening, Play, Scene, Story, Summary, begins_at},
};

/// What to play.
#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// A programme file, or the name in addresses of a stored programme, which is read and not changed
    #[arg(value_name = "FILE|SLUG")]
    what: String,
    /// The same seed tells the same story
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many people register [default: drawn, from too few to too many]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=500))]
    registrations: Option<u32>,
    /// Print JSON instead of a story
    #[arg(long)]
    json: bool,
}

/// Plays a programme and tells what happened.
pub async fn run(
    wiring: &impl Wiring,
    arguments: &SimulateArguments,
    terminal: &mut Terminal<'_>,
) -> anyhow::Result<Exit> {
    let mut file = file_of(wiring, &arguments.what).await?;
    // A draft is played as if it were published.
    file.is_draft = false;
    if let Err(problems) = file.must_be_mended() {
        anyhow::bail!("{} cannot be played:\n{}", arguments.what, bullets(&problems));
    }
    let stage = wiring.stage(arguments.seed, begins_at(&file.announcement)).await?;
    let entered = enter(&stage.app, &file)
        .await
        .context("the programme cannot be played")?;
    let play = Play::begin(stage, entered.programme.id, arguments.seed, arguments.registrations).await?;
    let story = play.to_the_end().await?;
    if arguments.json {
        terminal.print(format!("{:#}", as_json(&story, arguments.seed)))?;
        return Ok(Exit::Success);
    }
    terminal.print(told(&story, arguments.seed))?;
    terminal.hint("this was played in memory with invented people; nothing was sent or stored")?;
    Ok(Exit::Success)
}

/// A file if there is one of that name, else the file that a stored programme would be exported to.
async fn file_of(wiring: &impl Wiring, what: &str) -> anyhow::Result<ProgrammeFile> {
    if Path::new(what).exists() || what.contains('/') || what.to_lowercase().ends_with(".toml") {
        return Ok(ProgrammeFile::open(Path::new(what))?);
    }
    let text = exported(&wiring.reading_app().await?, what).await?;
    ProgrammeFile::read(&text).map_err(|problems| anyhow!("{what} cannot be played:\n{}", bullets(&problems)))
}

fn told(story: &Story, seed: u64) -> String {
    let (zone, first) = (story.zone, calendar::day_of(story.began_at, story.zone));
    let mut told = format!(
        "{} ({zone}), played with seed {seed} from {} to {}\n",
        story.title,
        formats::day(first, Locale::En),
        formats::day(calendar::day_of(story.ended_at, zone), Locale::En),
    );
    // What was not done for several people for one reason is one line.
    let groups: Vec<&[Scene]> = story.scenes.chunk_by(is_left_alike).collect();
    let rows: Vec<[String; 5]> = groups
        .iter()
        .filter_map(|scenes| {
            let scene = scenes.first()?;
            let time = format!("  {}", formats::time(scene.at.with_timezone(&zone).time()));
            Some(match &scene.happening {
                Happening::Act(act) => act_row(time, act),
                Happening::Item(item) => item_row(time, item, scenes.len()),
            })
        })
        .collect();
    let mut last = None;
    for (scene, line) in groups.iter().filter_map(|scenes| scenes.first()).zip(aligned(&rows)) {
        let on = calendar::day_of(scene.at, zone);
        if last != Some(on) {
            // Writing to a String cannot fail.
            let _ = writeln!(told, "\n{}", formats::weekday_and_day(on, Locale::En));
            last = Some(on);
        }
        let _ = writeln!(told, "{line}");
    }
    let _ = write!(told, "\nIn numbers\n{}", summary(&story.summary).join("\n"));
    told
}

fn act_row(time: String, act: &Acted) -> [String; 5] {
    let (sign, answer) = if act.is_refused {
        ("✗ refused", act.answer.clone())
    } else {
        ("● person", act.answer.clone())
    };
    [time, sign.to_owned(), act.what.clone(), act.who.clone(), answer]
}

/// Whether two scenes that follow each other tell of the same that was not done, for the same reason.
fn is_left_alike(one: &Scene, next: &Scene) -> bool {
    let left = |scene: &Scene| match &scene.happening {
        Happening::Item(item) if matches!(item.state, ItemState::Skipped | ItemState::Missed) => {
            Some((scene.at, item.at, item.source, item.state, item.reason.clone()))
        }
        _ => None,
    };
    left(one).is_some_and(|one| left(next) == Some(one))
}

fn item_row(time: String, item: &TimelineItem, people: usize) -> [String; 5] {
    let (sign, state) = state_words(item.state);
    [
        time,
        format!("{sign} {state}"),
        what(item),
        if people > 1 {
            format!("{people} people")
        } else {
            item.recipient.clone().unwrap_or_else(|| "-".to_owned())
        },
        item.reason
            .clone()
            .unwrap_or_else(|| format!("rule {}", item.source.word())),
    ]
}

fn summary(summary: &Summary) -> Vec<String> {
    let counts = |of: &std::collections::BTreeMap<&'static str, u32>| {
        let all: Vec<_> = of.iter().map(|(word, count)| format!("{count} {word}")).collect();
        if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(", ")
        }
    };
    let mut rows = vec![["  programme".to_owned(), status_words(summary.status).to_owned()]];
    for decision in &summary.decisions {
        rows.push([
            "  decision".to_owned(),
            format!(
                "{} for the deadline of {}: {} counted, the minimum is {}",
                decision.outcome.word(),
                formats::day(decision.registration_deadline, Locale::En),
                decision.counted,
                decision.minimum
            ),
        ]);
    }
    if summary.decisions.is_empty() {
        rows.push(["  decision".to_owned(), "none".to_owned()]);
    }
    let mails: u32 = summary.mails.values().sum();
    rows.push(["  registrations".to_owned(), counts(&summary.registrations)]);
    rows.push(["  mails".to_owned(), format!("{mails}: {}", counts(&summary.mails))]);
    for left in &summary.left {
        rows.push([
            format!("  {}", state_words(left.state).1),
            format!("{} × {}: {}", left.count, left.source, left.reason),
        ]);
    }
    aligned(&rows)
}

fn as_json(story: &Story, seed: u64) -> serde_json::Value {
    let moment = |at: DateTime<Utc>| {
        at.with_timezone(&story.zone)
            .to_rfc3339_opts(SecondsFormat::AutoSi, true)
    };
    let scenes: Vec<_> = story
        .scenes
        .iter()
        .map(|scene| match &scene.happening {
            Happening::Act(act) => json!({
                "at": moment(act.at), "kind": "act", "who": act.who, "what": act.what,
                "is_refused": act.is_refused, "answer": act.answer,
            }),
            Happening::Item(item) => super::timeline::json(item, story.zone),
        })
        .collect();
    let summary = &story.summary;
    let decisions: Vec<_> = summary
        .decisions
        .iter()
        .map(|decision| {
            json!({
                "outcome": decision.outcome.word(), "registration_deadline": decision.registration_deadline,
                "decided_at": moment(decision.decided_at), "counted": decision.counted, "minimum": decision.minimum,
            })
        })
        .collect();
    let left: Vec<_> = summary
        .left
        .iter()
        .map(|left| {
            json!({ "source": left.source, "state": state_words(left.state).1, "reason": left.reason, "count": left.count })
        })
        .collect();
    json!({
        "title": story.title,
        "time_zone": story.zone.name(),
        "seed": seed,
        "began_at": moment(story.began_at),
        "ended_at": moment(story.ended_at),
        "story": scenes,
        "summary": {
            "status": status_words(summary.status),
            "decisions": decisions,
            "registrations": summary.registrations,
            "mails": summary.mails,
            "not_carried_out": left,
        },
    })
}
