//! What may be done to a programme at any time, each as likely as it is often named.

use chrono::Days;
use leernetwerk::domain::{rule::RuleKey, trigger::Anchor};
use serde_json::{Value, json};

use super::Case;

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

impl Case<'_> {
    /// A registration, if there is any.
    pub(super) async fn somebody(&self) -> Value {
        self.one("registrations(first: 100) { nodes { id } }", "registrations/nodes")
            .await["id"]
            .clone()
    }

    /// One of the things that the programme tells at a path; null: there is none.
    pub(super) async fn one(&self, fields: &str, path: &str) -> Value {
        let query = format!("query ($slug: String!) {{ programme(slug: $slug) {{ {fields} }} }}");
        let token = Some(self.app.administrator.as_str());
        let told = self.app.data(token, &query, json!({ "slug": self.slug })).await;
        let found = told.pointer(&format!("/programme/{path}")).and_then(Value::as_array);
        let found = found.map(Vec::as_slice).unwrap_or_default();
        let place = usize::try_from(self.below(found.len().max(1) as u64)).unwrap();
        found.get(place).cloned().unwrap_or_default()
    }

    fn trigger(&self) -> Value {
        if self.below(4) == 0 {
            self.on_a_weekday()
        } else {
            self.counted_from(self.one_of(Anchor::ALL))
        }
    }

    /// One that a rule of this key may have.
    fn trigger_of(&self, key: RuleKey) -> Value {
        match key.anchors() {
            [] if key.is_weekly() => self.on_a_weekday(),
            [] => self.trigger(),
            anchors => self.counted_from(self.one_of(anchors)),
        }
    }

    fn on_a_weekday(&self) -> Value {
        json!({ "weekday": self.one_of(&WEEKDAYS), "at": self.one_of(&["02:30", "10:00"]) })
    }

    fn counted_from(&self, anchor: Anchor) -> Value {
        let anchor = anchor.word().to_uppercase().replace('-', "_");
        match self.below(3) {
            0 => json!({ "anchor": anchor, "offsetMinutes": self.below(400) - 200 }),
            _ => {
                json!({ "anchor": anchor, "offsetDays": self.below(17) - 8, "at": self.one_of(&["02:30", "09:00", "23:59"]) })
            }
        }
    }

    /// Something; what of a programme that goes ahead, mostly what belongs to that.
    pub(super) async fn do_something(&mut self) {
        if self.has_gone_ahead && self.below(4) > 0 {
            return self.do_something_under_way().await;
        }
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
                self.decide(outcome).await;
            }
            Cancel => {
                let input = json!({ "programmeId": self.id, "reason": "Het gaat niet door." });
                self.act("cancelProgramme", "programme { id }", input).await;
            }
        }
    }

    /// Looks what a decision would bring, and decides.
    pub(super) async fn decide(&mut self, outcome: &str) {
        let query = "query ($slug: String!, $outcome: DecisionOutcome!) { programme(slug: $slug) { decisionPreview(outcome: $outcome) { planHash } } }";
        let token = Some(self.app.administrator.as_str());
        let told = self
            .app
            .ask(token, query, json!({ "slug": self.slug, "outcome": outcome }))
            .await;
        let seen = &told["data"]["programme"]["decisionPreview"]["planHash"];
        if seen.is_string() {
            let input =
                json!({ "programmeId": self.id, "outcome": outcome, "planHash": seen, "reason": "Omdat het kan." });
            self.act("decideProgramme", "programme { id }", input).await;
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
        let mut key = self.one_of(RuleKey::ALL);
        // Most rules answer an event, and have no moment to be moved.
        while matches!(deed, MoveRule) && !key.is_by_calendar() {
            key = self.one_of(RuleKey::ALL);
        }
        let mut input = json!({ "programmeId": self.id, "key": key.word() });
        if matches!(deed, PauseRule) {
            input["pauseNote"] = json!("even niet");
        } else {
            // Also one that does not fit, now and then.
            input["trigger"] = if self.below(8) == 0 {
                self.trigger()
            } else {
                self.trigger_of(key)
            };
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
}
