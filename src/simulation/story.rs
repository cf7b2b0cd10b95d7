//! What happened in a play, for telling.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{ADMINISTRATOR, AT_ONCE, Play, Result, SimulationError};
use crate::{
    app::timeline::{ItemKind, ItemState, Span, TimelineItem},
    domain::{decision::Decision, page::Window, programme::ProgrammeStatus},
};

/// Somebody did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// When.
    pub at: DateTime<Utc>,
    /// The address.
    pub who: String,
    /// In words that follow the name.
    pub what: String,
    /// It was refused.
    pub is_refused: bool,
    /// What came of it, in words.
    pub answer: String,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Happening {
    /// A person did it.
    Act(Acted),
    /// The workflow did it, or did not, for a reason.
    Item(TimelineItem),
}

/// One line of the story.
#[derive(Debug, Clone)]
pub struct Scene {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub happening: Happening,
}

/// Steps of one sort that were not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The rule or built-in step.
    pub source: &'static str,
    /// Skipped, missed or failed.
    pub state: ItemState,
    /// Why.
    pub reason: String,
    /// How many.
    pub count: u32,
}

/// The story in numbers.
#[derive(Debug, Clone)]
pub struct Summary {
    /// How the programme stands at the end.
    pub status: ProgrammeStatus,
    /// Every decision, the latest last.
    pub decisions: Vec<Decision>,
    /// Registrations by status.
    pub registrations: BTreeMap<&'static str, u32>,
    /// Mails by kind.
    pub mails: BTreeMap<&'static str, u32>,
    /// What was not carried out.
    pub left: Vec<Left>,
}

/// A play from its first line to its last.
#[derive(Debug, Clone)]
pub struct Story {
    /// The programme's title.
    pub title: String,
    /// Its zone.
    pub zone: Tz,
    /// When the curtain rose.
    pub began_at: DateTime<Utc>,
    /// When it fell.
    pub ended_at: DateTime<Utc>,
    /// Everything that happened, in order.
    pub scenes: Vec<Scene>,
    /// In numbers.
    pub summary: Summary,
}

/// Tells what happened in a play that is over.
pub(super) async fn tell(play: Play) -> Result<Story> {
    let app = &play.stage.app;
    let found = app.programmes_by_id(&ADMINISTRATOR, &[play.programme]).await?;
    let record = found.into_iter().next().ok_or(SimulationError::Lost)?;
    let items = app
        .whole_timeline(&ADMINISTRATOR, play.programme, Span::default())
        .await?;
    let items: Vec<_> = items.into_iter().filter(|item| item.done_at.is_some()).collect();
    let mut registrations = BTreeMap::new();
    let mut window = Window::first(AT_ONCE);
    loop {
        let page = app.registrations(&ADMINISTRATOR, play.programme, None, &window).await?;
        for view in &page.items {
            *registrations.entry(view.registration.status.word()).or_default() += 1;
        }
        window.after = page.items.last().map(|view| view.registration.arrival);
        if !page.has_next {
            break;
        }
    }
    let mut mails = BTreeMap::new();
    for item in &items {
        if let (ItemKind::Mail(kind), ItemState::Done) = (item.kind, item.state) {
            *mails.entry(kind.word()).or_default() += 1;
        }
    }
    Ok(Story {
        title: record.programme.announced.title.to_string(),
        zone: record.programme.announced.time_zone,
        began_at: play.began_at,
        ended_at: play.now,
        summary: Summary {
            status: record.programme.status(play.now),
            decisions: record.decisions,
            registrations,
            mails,
            left: left(&items),
        },
        scenes: scenes(play.acted, items),
    })
}

/// In order: at one instant an act comes before what it brought about, and mails come last, for they tell of the rest.
fn scenes(acted: Vec<Acted>, items: Vec<TimelineItem>) -> Vec<Scene> {
    let acts = acted.into_iter().map(|act| Scene {
        at: act.at,
        happening: Happening::Act(act),
    });
    let items = items.into_iter().map(|item| Scene {
        at: item.done_at.unwrap_or(item.at),
        happening: Happening::Item(item),
    });
    let mut scenes: Vec<Scene> = acts.chain(items).collect();
    // What has no order by these keeps the order in which it stands in the record.
    scenes.sort_by_cached_key(|scene| match &scene.happening {
        Happening::Act(_) => (scene.at, 0, None),
        Happening::Item(item) if matches!(item.kind, ItemKind::Mail(_)) => (scene.at, 2, item.recipient.clone()),
        Happening::Item(_) => (scene.at, 1, None),
    });
    scenes
}

fn left(items: &[TimelineItem]) -> Vec<Left> {
    let mut counts: BTreeMap<(&'static str, ItemState, String), u32> = BTreeMap::new();
    for item in items {
        if matches!(item.state, ItemState::Skipped | ItemState::Missed | ItemState::Failed) {
            let reason = item.reason.clone().unwrap_or_default();
            *counts.entry((item.source.word(), item.state, reason)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((source, state, reason), count)| Left {
            source,
            state,
            reason,
            count,
        })
        .collect()
}
