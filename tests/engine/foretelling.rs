//! What is foretold is what happens: random programmes with random rules, people and edits, through the API, on the test clock.
//! When nobody acts any more, the timeline that is told now is, entry by entry, the one that is told later; only that what was
//! planned is done, at its own moment.
//!
//! Each case follows from its seed. `FORETOLD_CASES=500` tells so many, and `FORETOLD_SEED=17` begins with that one.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use leernetwerk::{
    domain::{rule::RuleKey, trigger::Anchor},
    entropy::Entropy,
};
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
const AUDIENCES: [&str; 6] = [
    "PARTICIPANTS",
    "WITHOUT_HARVEST",
    "WAITING",
    "TEAM",
    "ORGANISERS",
    "EVERYONE",
];
const WEEKDAYS: [&str; 3] = ["MONDAY", "THURSDAY", "SUNDAY"];

/// What is done to the programme, each as likely as it is often named.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Register,
    Add,
    Verify,
    Accept,
    Decline,
    Withdraw,
    MoveRule,
    PauseRule,
    Announce,
    Extend,
    Shorten,
    Resize,
    MoveMeeting,
    Decide,
    Harvest,
    MoveShowcase,
    Cancel,
}

use Deed::{
    Accept, Add, Announce, Cancel, Decide, Decline, Extend, Harvest, MoveMeeting, MoveRule, MoveShowcase, PauseRule,
    Register, Resize, Shorten, Verify, Withdraw,
};

const DEEDS: [Deed; 31] = [
    Register,
    Register,
    Register,
    Register,
    Add,
    Add,
    Add,
    Add,
    Add,
    Verify,
    Verify,
    Verify,
    Verify,
    Accept,
    Decline,
    Withdraw,
    Withdraw,
    MoveRule,
    MoveRule,
    MoveRule,
    PauseRule,
    Announce,
    Announce,
    Extend,
    Shorten,
    Resize,
    MoveMeeting,
    Decide,
    Harvest,
    Harvest,
    MoveShowcase,
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
    /// For a report of what failed.
    deeds: Vec<String>,
}

/// A number that is set for this test, or the usual one.
#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

async fn what_is_foretold_happens_entry_by_entry(app: &TestApp) {
    let (first, cases) = (number("FORETOLD_SEED", 1), number("FORETOLD_CASES", CASES));
    let (mut deeds, mut happened) = (0, 0);
    for seed in first..first + cases {
        let mut case = Case::begin(app, seed).await;
        for _ in 0..case.below(16) {
            case.do_something().await;
            if case.below(3) == 0 {
                let hours = case.below(60);
                case.travel(TimeDelta::hours(hours)).await;
            }
        }
        happened += case.is_as_foretold().await;
        deeds += case.deeds.iter().filter(|deed| deed.ends_with(": []")).count();
    }
    println!("{cases} programmes, {deeds} deeds that were not refused, {happened} entries that were foretold");
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
            deeds: Vec::new(),
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
        self.deeds
            .push(format!("{} {mutation} {input}: {}", self.now().await, answer["errors"]));
        answer
    }

    /// A registration, if there is any.
    async fn somebody(&self) -> Value {
        let query =
            "query ($slug: String!) { programme(slug: $slug) { registrations(first: 100) { edges { node { id } } } } }";
        let token = Some(self.app.administrator.as_str());
        let told = self.app.data(token, query, json!({ "slug": self.slug })).await;
        let edges = told["programme"]["registrations"]["edges"].as_array().unwrap();
        let place = usize::try_from(self.below(edges.len().max(1) as u64)).unwrap();
        edges.get(place).map_or(Value::Null, |edge| edge["node"]["id"].clone())
    }

    fn trigger(&self) -> Value {
        if self.below(4) == 0 {
            return json!({ "weekday": self.one_of(&WEEKDAYS), "at": "10:00" });
        }
        let anchor = self.one_of(Anchor::ALL).word().to_uppercase().replace('-', "_");
        match self.below(3) {
            0 => json!({ "anchor": anchor, "offsetMinutes": self.below(400) - 200 }),
            _ => {
                json!({ "anchor": anchor, "offsetDays": self.below(17) - 8, "at": self.one_of(&["02:30", "09:00", "23:59"]) })
            }
        }
    }

    async fn do_something(&mut self) {
        let deed = if self.below(60) == 0 {
            Cancel
        } else {
            self.one_of(&DEEDS)
        };
        match deed {
            Register | Add => self.enter(deed).await,
            Verify => self.of_somebody("confirmRegistration").await,
            Accept => self.of_somebody("acceptPlace").await,
            Decline => self.of_somebody("declinePlace").await,
            Withdraw => self.of_somebody("withdrawRegistration").await,
            MoveRule | PauseRule => self.change_rule(deed).await,
            Announce => {
                let trigger = if self.below(3) == 0 {
                    Value::Null
                } else {
                    self.trigger()
                };
                let input = json!({ "audience": self.one_of(&AUDIENCES), "subject": "nieuws", "body": "Er is nieuws.", "trigger": trigger });
                self.by_plan("announce", input).await;
            }
            Extend => {
                let later = self.deadline + Days::new(self.below(12).unsigned_abs());
                let input =
                    json!({ "programmeId": self.id, "registrationDeadline": later, "reason": "Er is nog plaats." });
                let answer = self.act("extendDeadline", "programme { id }", input).await;
                if answer["errors"] == json!([]) {
                    self.deadline = later;
                }
            }
            Shorten => {
                let earlier = self.deadline - Days::new(self.below(5).unsigned_abs());
                if self.update(json!({ "registrationDeadline": earlier })).await {
                    self.deadline = earlier;
                }
            }
            Resize => {
                let places = self.below(9);
                self.update(json!({ "maxParticipants": places })).await;
            }
            MoveMeeting => {
                self.kick_off = self.deadline + Days::new(self.below(20).unsigned_abs());
                let meetings = self.meetings();
                self.update(json!({ "meetings": meetings })).await;
            }
            Harvest => {
                let id = self.somebody().await;
                let input = json!({ "registrationId": id, "title": "Luisteren", "summary": "Doorvragen helpt." });
                self.act("saveHarvest", "harvest { id }", input).await;
                if self.below(2) == 0 {
                    self.act("submitHarvest", "harvest { id }", json!({ "registrationId": id }))
                        .await;
                }
            }
            MoveShowcase => {
                let showcase = self.showcase();
                self.update(json!({ "showcase": showcase })).await;
            }
            Decide => {
                let outcome = self.one_of(&["GO", "NO_GO"]);
                let query = "query ($slug: String!, $outcome: DecisionOutcome!) { programme(slug: $slug) { decisionPreview(outcome: $outcome) { planHash } } }";
                let token = Some(self.app.administrator.as_str());
                let told = self
                    .app
                    .ask(token, query, json!({ "slug": self.slug, "outcome": outcome }))
                    .await;
                let seen = &told["data"]["programme"]["decisionPreview"]["planHash"];
                if seen.is_string() {
                    let input = json!({ "programmeId": self.id, "outcome": outcome, "planHash": seen, "reason": "Omdat het kan." });
                    self.act("decideProgramme", "programme { id }", input).await;
                }
            }
            Cancel => {
                let input = json!({ "programmeId": self.id, "reason": "Het gaat niet door." });
                self.act("cancelProgramme", "programme { id }", input).await;
            }
        }
    }

    /// One of a few people registers, or is entered by an organiser.
    async fn enter(&mut self, deed: Deed) {
        let n = self.below(12);
        let mut input = json!({ "name": format!("Deelnemer {n}"), "email": format!("d{n}@gemeente.example"), "organisation": "gemeente" });
        if matches!(deed, Register) {
            input["programmeSlug"] = json!(self.slug);
            self.act("register", "receipt { place }", input).await;
        } else {
            input["programmeId"] = self.id.clone();
            self.act("addRegistration", "registration { id }", input).await;
        }
    }

    async fn of_somebody(&mut self, mutation: &str) {
        let id = self.somebody().await;
        if id != Value::Null {
            self.act(mutation, "registration { id }", json!({ "registrationId": id }))
                .await;
        }
    }

    async fn change_rule(&mut self, deed: Deed) {
        let mut input = json!({ "programmeId": self.id, "key": self.one_of(RuleKey::ALL).word() });
        if matches!(deed, PauseRule) {
            input["pauseNote"] = json!("even niet");
        } else {
            input["trigger"] = self.trigger();
            input["whenMoved"] = json!(self.one_of(&["ONCE", "AGAIN"]));
            if self.below(2) == 0 {
                input["latenessHours"] = json!(self.below(72));
            }
        }
        self.act("setRule", "rule { version }", input).await;
    }

    async fn update(&mut self, mut input: Value) -> bool {
        input["programmeId"] = self.id.clone();
        let answer = self.act("updateProgramme", "programme { id }", input).await;
        answer["errors"] == json!([])
    }

    /// Looks, and confirms what was seen.
    async fn by_plan(&mut self, mutation: &str, mut input: Value) {
        input["programmeId"] = self.id.clone();
        let seen = self.act(mutation, "planHash", input.clone()).await;
        if seen["planHash"].is_string() {
            input["planHash"] = seen["planHash"].clone();
            self.act(mutation, "planHash", input).await;
        }
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
