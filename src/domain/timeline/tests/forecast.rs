//! What lies ahead, in words that an organiser can check against the rules.

use chrono::{DateTime, Utc};

use super::{
    brochure::{proposing, published, published_with},
    instant,
    life::{Life, person},
};
use crate::domain::{
    programme::Phase,
    timeline::{Outcome, Step, StepKind, forecast},
};

/// One line for each step: when, what, for whom, and what will become of it.
fn told(life: &Life, steps: &[Step]) -> String {
    let zone = life.facts.programme.announced.time_zone;
    let lines = steps.iter().map(|step| {
        let when = step.due_at.with_timezone(&zone).format("%a %e %b %Y %H:%M");
        let what = match &step.kind {
            StepKind::Mail(_) => format!("mail {}", step.key.source.word()),
            StepKind::Decision(outcome) => format!("DECISION {}", outcome.word()),
            StepKind::Change => step.key.source.word().to_owned(),
        };
        let who = step
            .key
            .subject
            .map_or(String::new(), |subject| format!(" · {}", life.name(subject)));
        let state = match &step.outcome {
            Outcome::Done(None) => String::new(),
            Outcome::Done(Some(why)) => format!(" · {}", why.words(zone)),
            Outcome::Skipped(why) => format!(" · NOT SENT: {}", why.words(zone)),
            Outcome::Missed(why) => format!(" · MISSED: {}", why.words(zone)),
        };
        format!("{when}  {what}{who}{state}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn ahead(life: &Life) -> String {
    let until = life.facts.programme.ends_at().unwrap();
    let (steps, _) = forecast(life.facts.clone(), life.now, until);
    told(life, &steps)
}

/// So many verified and one not, on Tuesday 20 May.
fn on_20_may(mut life: Life, verified: usize) -> Life {
    life.on("2014-05-11T07:00:00Z")
        .on("2014-05-18T07:00:00Z")
        .on("2014-05-20T08:00:00Z")
        .crowd(verified);
    life.register(person("Zoë")).unwrap();
    life
}

#[test]
fn with_enough_people() {
    insta::assert_snapshot!(ahead(&on_20_may(published(), 8)));
}

#[test]
fn from_the_beginning_with_too_few_people() {
    let mut life = published();
    life.crowd(5);
    life.register(person("Zoë")).unwrap();
    insta::assert_snapshot!(ahead(&life));
}

#[test]
fn when_the_organisers_decide() {
    insta::assert_snapshot!(ahead(&on_20_may(published_with(proposing), 8)));
}

#[test]
fn the_whole_past_of_a_full_programme() {
    let mut life = published();
    let crowd = life.crowd(11);
    life.on("2014-05-11T07:00:00Z")
        .on("2014-05-18T07:00:00Z")
        .on("2014-05-22T07:00:00Z")
        .on("2014-05-24T07:00:00Z");
    life.register(person("Lotte")).unwrap();
    let [first, second] = ["Xander", "Willem"].map(|name| life.join(name));
    life.on("2014-05-24T12:00:00Z").withdraw(crowd[0]).unwrap();
    life.on("2014-05-26T06:00:00Z").decline(first).unwrap();
    life.on("2014-05-30T12:00:00Z");
    assert_eq!(
        (life.facts.programme.phase, life.facts.counts.counted),
        (Phase::GoingAhead, 10)
    );
    assert!(life.facts.registrations[&second].status.is_final());
    insta::assert_snapshot!(told(&life, &life.steps));
}

#[test]
fn a_forecast_is_what_then_happens() {
    let life = on_20_may(published(), 8);
    let until: DateTime<Utc> = instant("2014-07-01T00:00:00Z");
    let (steps, facts) = forecast(life.facts.clone(), life.now, until);
    let mut lived = life.clone();
    let from = lived.steps.len();
    while let Some(at) = crate::domain::timeline::next_wake(&lived.facts).filter(|at| *at <= until) {
        lived.to(at);
    }
    assert_eq!((&lived.steps[from..], &lived.facts), (&steps[..], &facts));
}
