//! A programme that is lived through: acts at moments, settled before and after, with everything kept that came of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::instant;
use crate::domain::{
    acts::{self, Receipt},
    facts::{Counts, Facts},
    ids::RegistrationId,
    message::{Letter, Locale, Recipient},
    programme::Announcement,
    refusal::Refusal,
    registration::{Billing, Registrant, RegistrationStatus as Status, given_name_of},
    rule::RuleKey,
    timeline::{BuiltIn, Outcome, Source, Step, StepKey, StepKind, Why, advance, next_wake},
};

/// Names for people who only fill places.
const CROWD: [&str; 24] = [
    "Anna", "Bram", "Carla", "Daan", "Eva", "Fatima", "Gijs", "Hanna", "Ilse", "Joris", "Kim", "Lotte", "Mees", "Noor",
    "Omar", "Puck", "Quinten", "Roos", "Sem", "Tess", "Umar", "Vera", "Wout", "Yara",
];

/// A programme with its past.
#[derive(Clone)]
pub struct Life {
    pub facts: Facts,
    pub now: DateTime<Utc>,
    /// Everything that ever came of it, in order.
    pub steps: Vec<Step>,
    keys: BTreeSet<StepKey>,
    serial: u128,
}

/// Somebody with an address of their own.
pub fn person(name: &str) -> Registrant {
    registrant(
        name,
        &format!(
            "{}@gemeente.example",
            name.to_lowercase().replace(' ', ".").replace('ë', "e")
        ),
    )
}

/// Somebody with that address.
pub fn registrant(name: &str, email: &str) -> Registrant {
    let name = name.parse().unwrap();
    Registrant {
        given_name: given_name_of(&name),
        name,
        email: email.parse().unwrap(),
        organisation: "Gemeente Voorbeeld".parse().unwrap(),
        job_title: None,
        phone: None,
        locale: Locale::Nl,
        motivation: None,
        billing: Billing::default(),
    }
}

impl Life {
    pub fn of(facts: Facts, now: DateTime<Utc>) -> Self {
        Self {
            facts,
            now,
            steps: Vec::new(),
            keys: BTreeSet::new(),
            serial: 0x1000,
        }
    }

    /// Time goes on to a moment in one go; what holds always is checked. What came of it.
    pub fn to(&mut self, now: DateTime<Utc>) -> Vec<Step> {
        assert!(now >= self.now, "time goes back");
        let is_at_once = now == self.now;
        self.now = now;
        let before = self.facts.clone();
        let (steps, facts) = advance(before.clone(), now);
        self.facts = facts;
        self.holds_always(&before, &steps, is_at_once);
        for step in &steps {
            assert!(self.keys.insert(step.key.clone()), "twice: {}", step.key);
        }
        self.steps.extend(steps.clone());
        steps
    }

    fn holds_always(&self, before: &Facts, steps: &[Step], is_at_once: bool) {
        let facts = &self.facts;
        assert_eq!(
            facts.counts,
            Counts::of(facts.registrations.values()),
            "the counts are a recount"
        );
        assert!(facts.happened.is_empty(), "everything that happened is answered");
        for (id, was) in &before.registrations {
            assert!(
                !was.status.is_final() || facts.registrations.get(id) == Some(was),
                "a final state stays: {was:?}"
            );
        }
        // What was past when it came to be known, such as with the go, stands after what made it known.
        let was_known = |step: &&Step| !matches!(step.outcome, Outcome::Skipped(Why::BeforeKnown { .. }));
        // What an act or the go brings with a moment that was past by then comes at once.
        let came_to_be = facts.goes_ahead_since().filter(|_| before.goes_ahead_since().is_none());
        let known_from = came_to_be.unwrap_or_default().max(before.programme.deadline_set_at);
        assert!(
            is_at_once
                || steps
                    .iter()
                    .filter(was_known)
                    .is_sorted_by_key(|step| step.due_at.max(known_from)),
            "in due order"
        );
        let (more, same) = advance(facts.clone(), self.now);
        assert!(more.is_empty() && same == *facts, "advancing again gives {more:?}");
        if let Some(wake_at) = next_wake(facts) {
            assert!(wake_at > self.now, "nothing is left due");
            let just_before = (wake_at - Duration::microseconds(1)).max(self.now);
            let (early, same) = advance(facts.clone(), just_before);
            assert!(
                early.is_empty() && same == *facts,
                "due before the wake at {wake_at}: {early:?}"
            );
            assert!(
                !advance(facts.clone(), wake_at).0.is_empty(),
                "woken for nothing at {wake_at}"
            );
        }
    }

    /// Time goes on to a moment as written in UTC.
    pub fn on(&mut self, at: &str) -> &mut Self {
        self.to(instant(at));
        self
    }

    /// Somebody acts now: settled before, settled after, and a refusal changes nothing.
    pub fn act<T>(&mut self, act: impl FnOnce(&mut Facts, DateTime<Utc>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.to(self.now);
        let before = self.facts.clone();
        let answer = act(&mut self.facts, self.now);
        if answer.is_err() {
            assert_eq!(self.facts, before, "a refusal changes nothing");
        }
        self.to(self.now);
        answer
    }

    /// An id that nothing has.
    pub fn fresh(&mut self) -> Uuid {
        self.serial += 1;
        Uuid::from_u128(self.serial)
    }

    /// Somebody fills the form.
    pub fn register(&mut self, person: Registrant) -> Result<(RegistrationId, Receipt), Refusal> {
        let (id, act) = (RegistrationId(self.fresh()), self.fresh());
        self.act(|facts, now| acts::register(facts, id, person, act, now))
            .map(|receipt| (id, receipt))
    }

    /// Somebody fills the form and presses the button in the mail.
    pub fn join(&mut self, name: &str) -> RegistrationId {
        let (id, _) = self.register(person(name)).unwrap();
        self.verify(id).unwrap();
        id
    }

    /// So many people join.
    pub fn crowd(&mut self, size: usize) -> Vec<RegistrationId> {
        CROWD.iter().take(size).map(|name| self.join(name)).collect()
    }

    pub fn add(&mut self, person: Registrant) -> Result<RegistrationId, Refusal> {
        let id = RegistrationId(self.fresh());
        self.act(|facts, now| acts::add_registration(facts, id, person, now))
    }

    pub fn verify(&mut self, id: RegistrationId) -> Result<(), Refusal> {
        self.act(|facts, now| acts::verify(facts, id, now))
    }

    pub fn accept(&mut self, id: RegistrationId) -> Result<(), Refusal> {
        self.act(|facts, now| acts::accept_place(facts, id, now))
    }

    pub fn decline(&mut self, id: RegistrationId) -> Result<(), Refusal> {
        self.act(|facts, now| acts::decline_place(facts, id, now))
    }

    pub fn withdraw(&mut self, id: RegistrationId) -> Result<(), Refusal> {
        self.act(|facts, now| acts::withdraw(facts, id, None, now))
    }

    pub fn extend(&mut self, until: &str) -> Result<(), Refusal> {
        let (act, until, reason) = (self.fresh(), until.parse().unwrap(), "More time.".parse().unwrap());
        self.act(|facts, now| acts::extend_deadline(facts, until, &reason, act, now))
    }

    pub fn register_anew(&mut self, earlier: RegistrationId) -> Result<RegistrationId, Refusal> {
        let id = RegistrationId(self.fresh());
        self.act(|facts, now| acts::register_anew(facts, earlier, id, now))
    }

    /// An organiser changes what was entered.
    pub fn revise(&mut self, change: impl FnOnce(&mut Announcement)) -> Result<(), Refusal> {
        self.act(|facts, now| {
            let mut announced = facts.programme.announced.clone();
            change(&mut announced);
            acts::revise(facts, announced, now)
        })
    }

    pub fn cancel(&mut self) -> Result<(), Refusal> {
        self.act(|facts, now| acts::cancel(facts, "Too few hands.".parse().unwrap(), now))
    }

    pub fn request_links(&mut self, address: &str) {
        let act = self.fresh();
        self.act(|facts, _| {
            acts::request_links(facts, address, act);
            Ok(())
        })
        .unwrap();
    }

    pub fn status(&self, id: RegistrationId) -> Status {
        self.facts.registrations[&id].status
    }

    /// What somebody is called.
    pub fn name(&self, recipient: Recipient) -> String {
        match recipient {
            Recipient::Registration(id) => self.facts.registrations[&id].person.name.to_string(),
            Recipient::Guest(id) => self.facts.guests.invitations[&id].guest.name.to_string(),
            Recipient::TeamMember(id) => {
                let mut team = self.facts.programme.announced.team.iter();
                team.find(|member| member.id == id)
                    .map_or("?".to_owned(), |member| member.name.to_string())
            }
        }
    }

    /// The steps of a rule: when, for whom, and what became of it.
    pub fn of_rule(&self, rule: RuleKey) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(move |step| step.key.source == Source::Rule(rule))
    }

    /// The people a rule has written to, in order.
    pub fn told(&self, rule: RuleKey) -> Vec<String> {
        self.of_rule(rule)
            .filter(|step| matches!(step.outcome, Outcome::Done(_)))
            .map(|step| self.name(step.key.subject.unwrap()))
            .collect()
    }

    /// How many mails each rule has sent since a moment.
    pub fn mails_since(&self, at: &str) -> BTreeMap<&'static str, usize> {
        let mut mails = BTreeMap::new();
        let since = self
            .steps
            .iter()
            .filter(|step| step.due_at >= instant(at) && matches!(step.outcome, Outcome::Done(_)));
        for step in since.filter(|step| matches!(step.kind, StepKind::Mail(_))) {
            *mails.entry(step.key.source.word()).or_default() += 1;
        }
        mails
    }

    /// The last letter that a rule sent to a registration.
    pub fn letter(&self, rule: RuleKey, id: RegistrationId) -> Option<&Letter> {
        let mine = |step: &&Step| {
            step.key.subject == Some(Recipient::Registration(id)) && matches!(step.outcome, Outcome::Done(_))
        };
        match &self.of_rule(rule).filter(mine).last()?.kind {
            StepKind::Mail(letter) => Some(letter),
            _ => None,
        }
    }

    /// The built-in steps of a kind: when.
    pub fn built_in(&self, which: BuiltIn) -> Vec<DateTime<Utc>> {
        self.steps
            .iter()
            .filter(|step| step.key.source == Source::BuiltIn(which))
            .map(|step| step.due_at)
            .collect()
    }
}
