//! Whole programmes, played: nothing breaks, and what the timeline foretells right before a moment is what that moment brings.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use leernetwerk::{
    app::timeline::{ItemState, Span, TimelineItem},
    boot::stage,
    cli::{
        programme::enter,
        programme_file::{ProgrammeFile, SAMPLE},
    },
    domain::{decision::DecisionMode, timeline::Source},
    mail::compose::{Composer, Sender},
    simulation::{Moment, Play, Stage, begins_at},
};

use crate::harness::foundation::ADMINISTRATOR;

/// As many plays as the test tells of.
const SEEDS: u64 = 50;

async fn stage_for(file: &ProgrammeFile, seed: u64) -> Stage {
    let sender = Sender {
        from: "post@leernetwerk.example".parse().unwrap(),
    };
    let composer = Composer::new(&sender, None).unwrap();
    stage(composer, sender, seed, begins_at(&file.announcement))
        .await
        .unwrap()
}

async fn play(seed: u64) -> Play {
    let mut file = ProgrammeFile::read(SAMPLE).unwrap();
    // Every third programme leaves the decision to people.
    if seed.is_multiple_of(3) {
        file.fields.decision_mode = Some(DecisionMode::Propose);
        file.announcement.decision_mode = DecisionMode::Propose;
    }
    let stage = stage_for(&file, seed).await;
    let programme = enter(&stage.app, &file).await.unwrap().programme.id;
    Play::begin(stage, programme, seed, None).await.unwrap()
}

type Told = BTreeMap<String, (DateTime<Utc>, ItemState, Option<String>, Option<String>)>;

/// What is told of some entries; what is planned to be done is done.
fn told(items: Vec<TimelineItem>, is_of: impl Fn(&TimelineItem) -> bool) -> Told {
    let state = |state| {
        if state == ItemState::Planned {
            ItemState::Done
        } else {
            state
        }
    };
    items
        .into_iter()
        .filter(is_of)
        .map(|item| (item.key, (item.at, state(item.state), item.reason, item.recipient)))
        .collect()
}

async fn timeline(play: &Play) -> Vec<TimelineItem> {
    let whole = play
        .app()
        .whole_timeline(&ADMINISTRATOR, play.programme_id(), Span::default());
    whole.await.unwrap()
}

/// A moment that lies before the go, the publishing or the rule that it belongs to: it is written down when that comes to be.
fn was_past_before_it_came_to_be(item: &TimelineItem) -> bool {
    let reason = item.reason.as_deref().unwrap_or_default();
    item.state == ItemState::Skipped && reason.starts_with("the moment was past when")
}

/// Each mail that the calendar brings to participants has one answer for each person: got, or why not.
async fn everybody_has_an_answer_to_every_rule(play: &Play) {
    let people: BTreeSet<_> = timeline(play)
        .await
        .iter()
        .filter_map(|item| item.registration)
        .collect();
    let mut first: Option<Vec<String>> = None;
    for id in people {
        let span = Span {
            registration: Some(id),
            ..Span::default()
        };
        let items = play
            .app()
            .whole_timeline(&ADMINISTRATOR, play.programme_id(), span)
            .await;
        let mut occurrences = Vec::new();
        for item in items.unwrap() {
            let Source::Rule(key) = item.source else { continue };
            if !key.is_by_calendar() {
                continue;
            }
            assert!(key.is_for_participants(), "{}", item.key);
            let is_explained = item.state == ItemState::Done || item.reason.is_some();
            assert!(is_explained, "{} is {:?} without a reason", item.key, item.state);
            occurrences.push(item.key.replacen(&id.to_string(), "", 1));
        }
        occurrences.sort_unstable();
        let once: BTreeSet<_> = occurrences.iter().collect();
        assert_eq!(once.len(), occurrences.len(), "one answer each");
        let first = first.get_or_insert_with(|| occurrences.clone());
        assert_eq!(occurrences, *first, "the same for everybody");
    }
}

/// Plays to the end, and holds each moment that time brings against what was foretold of it.
async fn play_as_foretold(seed: u64) -> usize {
    let mut play = play(seed).await;
    let mut moments = 0;
    while let Some(next) = play.next().await.unwrap() {
        let Moment::Due(at) = next else {
            play.step().await.unwrap();
            continue;
        };
        let foretold = told(timeline(&play).await, |item| {
            item.done_at.is_none() && item.at <= at && !was_past_before_it_came_to_be(item)
        });
        play.step().await.unwrap();
        let happened = told(timeline(&play).await, |item| {
            item.done_at == Some(at) && !was_past_before_it_came_to_be(item)
        });
        assert_eq!(foretold, happened, "seed {seed}, at {at}");
        moments += 1;
    }
    everybody_has_an_answer_to_every_rule(&play).await;
    let story = play.to_the_end().await.unwrap();
    assert!(!story.scenes.is_empty());
    assert!(
        story.summary.left.iter().all(|left| left.state == ItemState::Skipped),
        "seed {seed}: on a clock that stops at every moment nothing is late or fails: {:?}",
        story.summary.left
    );
    moments
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_seeds_play_to_the_end_as_was_foretold() {
    let halves = [0, 1].map(|half| {
        tokio::spawn(async move {
            let mut moments = 0;
            for seed in (0..SEEDS).filter(|seed| seed % 2 == half) {
                moments += play_as_foretold(seed).await;
            }
            moments
        })
    });
    for half in halves {
        assert!(half.await.unwrap() > 50, "time brings something in every programme");
    }
}
