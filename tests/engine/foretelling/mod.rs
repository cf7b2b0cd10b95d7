//! What is foretold is what happens: random programmes with random rules, people and edits, through the API, on the test clock.
//! When nobody acts any more, the timeline that is told now is, entry by entry, the one that is told later; only that what was
//! planned is done, at its own moment.
//!
//! In half of the cases the programme goes ahead first, so that what belongs to its life is done too: hosting, wishes, agendas,
//! harvests, guests, and people who are erased.
//!
//! Each case follows from its seed. `FORETOLD_CASES=500` tells so many, and `FORETOLD_SEED=17` begins with that one.

mod after_the_go;
mod deeds;

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use leernetwerk::{domain::message::MessageStatus, entropy::Entropy};
use serde_json::{Value, json};

use crate::harness::{app::TestApp, cast::text, engines::on_both, foundation::at};

on_both!(what_is_foretold_happens_entry_by_entry);

/// How many cases every test run tells, on each database.
const CASES: u64 = 6;

const ZONES: [&str; 5] = [
    "Europe/Amsterdam",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Santiago",
];
/// One programme, and the chances of its life.
struct Case<'a> {
    app: &'a TestApp,
    chance: Entropy,
    seed: u64,
    slug: String,
    id: Value,
    deadline: NaiveDate,
    kick_off: NaiveDate,
    /// It went ahead before anything else was done.
    has_gone_ahead: bool,
    /// For a report of what failed.
    deeds: Vec<String>,
    /// Those of them that were not refused, by their mutations.
    done: Vec<String>,
}

/// A number that is set for this test, or the usual one.
#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

async fn what_is_foretold_happens_entry_by_entry(app: &TestApp) {
    let (first, cases) = (number("FORETOLD_SEED", 1), number("FORETOLD_CASES", CASES));
    // Whoever is erased is not written to any more.
    app.acknowledge(MessageStatus::Cancelled).await;
    let (mut done, mut happened) = (BTreeMap::<String, usize>::new(), 0);
    for seed in first..first + cases {
        let mut case = Case::begin(app, seed).await;
        if case.below(2) == 0 {
            case.go_ahead().await;
        }
        // More of what can only follow upon something else.
        let most = if case.has_gone_ahead { 32 } else { 16 };
        for _ in 0..case.below(most) {
            case.do_something().await;
            if case.below(3) == 0 {
                let hours = case.below(60);
                case.travel(TimeDelta::hours(hours)).await;
            }
        }
        happened += case.is_as_foretold().await;
        for mutation in case.done {
            *done.entry(mutation).or_default() += 1;
        }
    }
    let deeds: usize = done.values().sum();
    println!("{cases} programmes, {deeds} deeds that were not refused, {happened} entries that were foretold");
    println!("{done:?}");
    assert!(happened > 0, "nothing ever happened");
}

impl<'a> Case<'a> {
    async fn begin(app: &'a TestApp, seed: u64) -> Self {
        let mut case = Self {
            app,
            chance: Entropy::seeded(seed),
            seed,
            slug: format!("voorspeld-{seed}"),
            id: Value::Null,
            deadline: NaiveDate::MIN,
            kick_off: NaiveDate::MIN,
            has_gone_ahead: false,
            deeds: Vec::new(),
            done: Vec::new(),
        };
        let today = case.now().await.date_naive();
        let days = |count: i64| Days::new(count.unsigned_abs());
        case.deadline = today + days(1 + case.below(30));
        case.kick_off = case.deadline + days(1 + case.below(25));
        let min = 1 + case.below(4);
        let input = json!({
            "slug": case.slug, "title": "Voorspeld", "description": "Een leernetwerk.",
            "timeZone": case.one_of(&ZONES), "minParticipants": min, "maxParticipants": min + case.below(4),
            "registrationDeadline": case.deadline, "decisionMode": case.one_of(&["AUTOMATIC", "AUTOMATIC", "PROPOSE"]),
            "price": { "cents": 1000, "vatIncluded": true }, "meetings": case.meetings(), "showcase": case.showcase(),
            "team": [{ "name": "Marc Jetten", "email": "marc@leernetwerk.example", "roles": ["ORGANISER", "CONTACT"] }],
        });
        let made = case.act("createProgramme", "programme { id }", input).await;
        case.id = made["programme"]["id"].clone();
        assert_ne!(case.id, Value::Null, "seed {seed}: {made}");
        case.act(
            "publishProgramme",
            "programme { id }",
            json!({ "programmeId": case.id }),
        )
        .await;
        case
    }

    fn below(&self, bound: u64) -> i64 {
        i64::try_from(u64::from_le_bytes(self.chance.bytes()) % bound).unwrap()
    }

    fn one_of<T: Copy>(&self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn meetings(&self) -> Value {
        let day = |on: NaiveDate| json!({ "on": on, "startsAt": "09:30", "endsAt": "16:30" });
        json!([
            { "title": "Start", "days": [day(self.kick_off)] },
            { "title": "Slot", "days": [day(self.kick_off + Days::new(30))] },
        ])
    }

    /// Often so near that harvests can be written before the programme goes ahead; now and then there is none.
    fn showcase(&self) -> Value {
        if self.below(5) == 0 {
            return Value::Null;
        }
        let on = self.kick_off + Days::new(self.below(60).unsigned_abs());
        json!({ "on": on, "startsAt": "13:00", "endsAt": "16:00" })
    }

    async fn now(&self) -> DateTime<Utc> {
        let told = self.app.data(None, "{ clock { now } }", json!({})).await;
        at(&text(&told["clock"]["now"]))
    }

    async fn travel(&self, for_a_while: TimeDelta) {
        let to = self.now().await + for_a_while;
        self.app.travel_without_mail(&to.to_rfc3339()).await;
    }

    /// Does something as an administrator; it may be refused.
    async fn act(&mut self, mutation: &str, selection: &str, input: Value) -> Value {
        let token = Some(self.app.administrator.as_str());
        let answer = self.app.act(token, mutation, selection, input.clone()).await;
        self.write_down(mutation, &input, &answer["errors"]).await;
        answer
    }

    /// Keeps what was done, and what came of it, for a report.
    async fn write_down(&mut self, mutation: &str, input: &Value, errors: &Value) {
        if *errors == json!([]) {
            self.done.push(mutation.to_owned());
        }
        self.deeds
            .push(format!("{} {mutation} {input}: {errors}", self.now().await));
    }

    /// Nobody acts any more: holds every later timeline against the first. How many entries came to pass.
    async fn is_as_foretold(&self) -> usize {
        let mut told = self.app.timeline_of(&self.slug).await;
        let mut happened = 0;
        while let Some(last) = told.iter().filter(|entry| is_to_come(entry)).map(due).max() {
            let now = self.now().await;
            // In steps of any length, and to the end at last.
            let to = if happened > 0 && self.below(4) == 0 {
                last
            } else {
                last.min(now + TimeDelta::minutes(self.below(60 * 24 * 12)))
            };
            self.app.travel_without_mail(&to.to_rfc3339()).await;
            let now_told = self.app.timeline_of(&self.slug).await;
            for entry in told.iter_mut().filter(|entry| is_to_come(entry) && due(entry) <= to) {
                if was_past_before_it_came_to_be(entry) {
                    // It is written down when what it belongs to comes to be, which is later than its moment.
                    let same = now_told.iter().find(|one| one["key"] == entry["key"]);
                    entry["doneAt"] = same.map_or(Value::Null, |one| one["doneAt"].clone());
                    continue;
                }
                happened += 1;
                if entry["state"] == json!("PLANNED") {
                    entry["state"] = json!("DONE");
                }
                entry["doneAt"] = entry["at"].clone();
            }
            self.compare(&told, &now_told, to);
        }
        happened
    }

    fn compare(&self, foretold: &[Value], told: &[Value], when: DateTime<Utc>) {
        // What became of the mail itself is not foretold.
        let lines = |entries: &[Value]| -> Vec<String> {
            let without_mail = entries.iter().cloned().map(|mut entry| {
                entry["message"].take();
                entry.to_string()
            });
            without_mail.collect()
        };
        // Whose personal data has gone is not told any more.
        let erased: Vec<Value> = told
            .iter()
            .filter(|entry| {
                entry["recipient"]
                    .as_str()
                    .is_some_and(|address| address.ends_with("@erased.invalid"))
            })
            .map(|entry| entry["key"].clone())
            .collect();
        let nameless = |entries: &[Value]| -> Vec<Value> {
            let mut entries = entries.to_vec();
            for entry in entries.iter_mut().filter(|entry| erased.contains(&entry["key"])) {
                entry["recipient"].take();
            }
            entries
        };
        let (foretold, told) = (lines(&nameless(foretold)), lines(&nameless(told)));
        if foretold == told {
            return;
        }
        let only = |these: &[String], those: &[String]| -> String {
            these
                .iter()
                .filter(|line| !those.contains(line))
                .cloned()
                .collect::<Vec<_>>()
                .join("\n  ")
        };
        panic!(
            "seed {} (FORETOLD_SEED={} FORETOLD_CASES=1), at {when}: foretold was\n  {}\nand what happened is\n  {}\nafter\n  {}",
            self.seed,
            self.seed,
            only(&foretold, &told),
            only(&told, &foretold),
            self.deeds.join("\n  ")
        );
    }
}

/// A moment that lies before the go, the publishing or the rule that it belongs to.
fn was_past_before_it_came_to_be(entry: &Value) -> bool {
    entry["state"] == json!("SKIPPED")
        && entry["reason"]
            .as_str()
            .is_some_and(|reason| reason.starts_with("the moment was past when"))
}

fn is_to_come(entry: &Value) -> bool {
    entry["doneAt"] == Value::Null
}

fn due(entry: &Value) -> DateTime<Utc> {
    at(&text(&entry["at"]))
}
