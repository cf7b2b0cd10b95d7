//! What should happen in a programme, and when: the one function that everything else carries out or asks.
//!
//! Facts are folded forward instant by instant. At one instant the order is: expiries, count, decision, statuses, offers,
//! mails (rule 6). Each step is judged with the facts as of the moment it was due, so walking day by day and jumping to the
//! end give the same facts; only how late a mail is depends on when somebody looked.

mod by_calendar;
mod guests;
mod harvest;
mod hosting;
mod left_out;
mod letters;
mod moments;
mod refusals;
mod sharing;
mod step;

use std::{cmp::Reverse, collections::BinaryHeap};

use chrono::{DateTime, Utc};

use super::{
    decision::{Decision, DecisionOutcome, Verdict, decide},
    facts::{Facts, Happened},
    ids::RegistrationId,
    message::{ExpiryCause, Letter, Recipient},
    programme::Phase,
    registration::{Registration, RegistrationStatus as Status, Transition, Verb},
    rule::{Rule, RuleKey},
};
use by_calendar::Mailing;
pub use by_calendar::calendar_occurrences;
pub use guests::GuestsWhy;
pub use hosting::HostingWhy;
pub use left_out::LeftOut;
pub use step::{BuiltIn, Outcome, Source, Step, StepKey, StepKind, Why};

/// What should have happened by `now` and has not, in due order, and the facts after it. Asked again of those facts, it
/// answers nothing.
pub fn advance(facts: Facts, now: DateTime<Utc>) -> (Vec<Step>, Facts) {
    let mut fold = Fold::of(facts, now);
    // What an act left behind, before time brings more.
    fold.offer_freed_places(now);
    fold.answer(now);
    fold.follow_up(now);
    while let Some(at) = fold.next_due_at().filter(|at| *at <= now) {
        fold.expire(at);
        fold.decide(at);
        fold.offer_freed_places(at);
        fold.answer(at);
        fold.tell_of_refusals(at);
        fold.keep_calendar(at);
        fold.follow_up(at);
    }
    (fold.steps, fold.facts)
}

/// When to ask again, if nobody acts before: the moment of the next step. In the past when [`advance`] has something to do.
pub fn next_wake(facts: &Facts) -> Option<DateTime<Utc>> {
    Agenda::of(facts).next_due_at(facts)
}

/// What will happen up to and including `until` if nobody acts, each step carried out at its own moment.
pub fn forecast(facts: Facts, now: DateTime<Utc>, until: DateTime<Utc>) -> (Vec<Step>, Facts) {
    let (mut steps, mut facts) = advance(facts, now);
    while let Some(at) = next_wake(&facts).filter(|at| *at <= until) {
        let (more, after) = advance(facts, at);
        steps.extend(more);
        facts = after;
    }
    (steps, facts)
}

/// The ends of registrations by time. Entries that changes have overtaken stay in the heap and are passed over.
struct Agenda(BinaryHeap<Reverse<(DateTime<Utc>, i64, RegistrationId)>>);

impl Agenda {
    fn of(facts: &Facts) -> Self {
        let entry = |registration: &Registration| {
            facts
                .expires_at(registration)
                .map(|at| Reverse((at, registration.arrival, registration.id)))
        };
        Self(facts.registrations.values().filter_map(entry).collect())
    }

    fn drop_overtaken(&mut self, facts: &Facts) {
        while let Some(Reverse((at, _, id))) = self.0.peek() {
            if facts
                .registrations
                .get(id)
                .and_then(|registration| facts.expires_at(registration))
                == Some(*at)
            {
                return;
            }
            self.0.pop();
        }
    }

    fn next_due_at(mut self, facts: &Facts) -> Option<DateTime<Utc>> {
        self.peek_due_at(facts)
    }

    fn peek_due_at(&mut self, facts: &Facts) -> Option<DateTime<Utc>> {
        self.drop_overtaken(facts);
        let expiry = self.0.peek().map(|Reverse((at, ..))| *at);
        let by_calendar = by_calendar::due(facts).map(|(_, occurrence)| occurrence.at).min();
        let refusal = refusals::next_due_at(facts);
        [expiry, decision_due_at(facts), by_calendar, refusal]
            .into_iter()
            .flatten()
            .min()
    }

    fn add(&mut self, facts: &Facts, id: RegistrationId) {
        if let Some(registration) = facts.registrations.get(&id)
            && let Some(at) = facts.expires_at(registration)
        {
            self.0.push(Reverse((at, registration.arrival, id)));
        }
    }
}

/// The closing instant; once people were asked, the kick-off, where undecided becomes a no-go.
fn decision_due_at(facts: &Facts) -> Option<DateTime<Utc>> {
    if facts.programme.phase != Phase::Open || facts.decision_for_deadline().is_some() {
        return None;
    }
    if was_asked(facts) {
        facts.programme.kick_off_at()
    } else {
        Some(facts.programme.registration_closes_at())
    }
}

/// Whether the deadline has had its answer: it was decided, or people were asked to.
pub fn is_answered(facts: &Facts) -> bool {
    facts.decision_for_deadline().is_some() || was_asked(facts)
}

fn deadline_word(facts: &Facts) -> String {
    facts.programme.announced.registration_deadline.to_string()
}

fn was_asked(facts: &Facts) -> bool {
    facts
        .settled
        .contains(&(BuiltIn::DecisionProposal.word(), deadline_word(facts)))
}

struct Fold {
    facts: Facts,
    agenda: Agenda,
    steps: Vec<Step>,
    now: DateTime<Utc>,
}

impl Fold {
    fn of(facts: Facts, now: DateTime<Utc>) -> Self {
        Self {
            agenda: Agenda::of(&facts),
            facts,
            steps: Vec::new(),
            now,
        }
    }

    fn next_due_at(&mut self) -> Option<DateTime<Utc>> {
        self.agenda.peek_due_at(&self.facts)
    }

    fn expire(&mut self, at: DateTime<Utc>) {
        loop {
            self.agenda.drop_overtaken(&self.facts);
            match self.agenda.0.peek() {
                Some(Reverse((due_at, _, id))) if *due_at <= at => self.expire_one(*id, *due_at),
                _ => return,
            }
        }
    }

    fn expire_one(&mut self, id: RegistrationId, at: DateTime<Utc>) {
        self.agenda.0.pop();
        let Some((before, was_verified)) = self
            .facts
            .registrations
            .get(&id)
            .map(|one| (one.status, one.is_verified()))
        else {
            return;
        };
        self.facts.apply(id, Verb::Expire, at);
        let kick_off_passed = self
            .facts
            .programme
            .kick_off_at()
            .is_some_and(|kick_off_at| kick_off_at <= at);
        let (why, happened) = match before {
            Status::Offered => (Why::OfferUnanswered, Happened::OfferExpired(id)),
            _ if was_verified || kick_off_passed => (
                Why::ProgrammeStarted,
                Happened::RegistrationExpired(id, ExpiryCause::ProgrammeStarted),
            ),
            _ => (
                Why::NotVerifiedInTime,
                Happened::RegistrationExpired(id, ExpiryCause::NotVerified),
            ),
        };
        self.facts.happened.push_back(happened);
        let who = Some(Recipient::Registration(id));
        self.change(BuiltIn::RegistrationExpiry, who, "1".to_owned(), at, why);
    }

    fn decide(&mut self, at: DateTime<Utc>) {
        if decision_due_at(&self.facts).is_none_or(|due_at| due_at > at) {
            return;
        }
        let announced = &self.facts.programme.announced;
        let minimum = announced.min_participants;
        let counted = self.facts.counts.counted;
        let verdict = if was_asked(&self.facts) {
            Verdict::NoGo
        } else {
            decide(&self.facts.counts, minimum, announced.decision_mode)
        };
        let outcome = match verdict {
            Verdict::Go => DecisionOutcome::Go,
            Verdict::NoGo => DecisionOutcome::NoGo,
            Verdict::Ask => {
                let occurrence = deadline_word(&self.facts);
                let why = match announced.decision_mode {
                    super::decision::DecisionMode::Propose => Why::OrganisersDecide { counted, minimum },
                    super::decision::DecisionMode::Automatic => Why::WaitingWouldReachMinimum { counted, minimum },
                };
                self.facts
                    .settled
                    .insert((BuiltIn::DecisionProposal.word(), occurrence.clone()));
                self.facts.happened.push_back(Happened::DecisionRequested);
                self.change(BuiltIn::DecisionProposal, None, occurrence, at, why);
                return;
            }
        };
        let why = if was_asked(&self.facts) {
            Why::UndecidedAtKickOff { counted, minimum }
        } else {
            Why::Counted { counted, minimum }
        };
        let occurrence = deadline_word(&self.facts);
        let decision = Decision {
            registration_deadline: announced.registration_deadline,
            outcome,
            decided_at: self.now,
            effective_at: at,
            counted,
            minimum,
            // Only what a person says about it: mails repeat it as that.
            reason: None,
        };
        self.facts.decide(decision);
        let mut step = self.built_in(BuiltIn::Decision, None, occurrence, at, why);
        step.kind = StepKind::Decision(outcome);
        self.steps.push(step);
    }

    /// Offers places to verified people in line, in the act that frees them; not between the closing instant and the
    /// decision (rule 4).
    fn offer_freed_places(&mut self, at: DateTime<Utc>) {
        let programme = &self.facts.programme;
        let may_offer = match programme.phase {
            Phase::Open => at < programme.registration_closes_at(),
            Phase::GoingAhead => true,
            _ => false,
        } && programme.kick_off_at().is_some_and(|kick_off_at| at < kick_off_at);
        if !may_offer || self.facts.places_left() == 0 || self.facts.counts.waiting_verified == 0 {
            return;
        }
        let free = usize::try_from(self.facts.places_left()).unwrap_or(usize::MAX);
        let line = self
            .facts
            .in_line(|registration| registration.status == Status::Waiting && registration.is_verified());
        for id in line.into_iter().take(free) {
            if let Some(Transition::To(_)) = self.facts.apply(id, Verb::Offer, at) {
                self.agenda.add(&self.facts, id);
                self.facts.happened.push_back(Happened::PlaceOffered(id));
                let who = Some(Recipient::Registration(id));
                self.change(BuiltIn::Offer, who, "1".to_owned(), at, Why::PlaceFreed);
            }
        }
    }

    /// Carries out what follows from how things stand, whatever brought them there: it does nothing when asked again.
    fn follow_up(&mut self, at: DateTime<Utc>) {
        self.answer(at);
        self.tell_of_agendas(at);
        self.follow_up_hosting(at);
        self.follow_up_harvests(at);
        self.follow_up_guests(at);
    }

    /// Lets rules answer what happened.
    fn answer(&mut self, at: DateTime<Utc>) {
        while let Some(happened) = self.facts.happened.pop_front() {
            if happened == Happened::DecidedByPeople {
                self.record_choice(at);
                continue;
            }
            for mail in letters::answers(&self.facts, &happened, at) {
                let Some(rule) = self.facts.rule(mail.rule) else {
                    continue;
                };
                let outcome = match mail.unless {
                    Some(why) => Outcome::Skipped(why),
                    None => self.judge(rule, at, mail.useful_until),
                };
                let key = StepKey::mail(rule.key, mail.recipient, mail.occurrence);
                self.push_mail(key, at, outcome, mail.recipient, mail.letter);
            }
        }
    }

    /// A mail among the steps; where a rule goes by whom it told, that is remembered.
    fn push_mail(&mut self, key: StepKey, at: DateTime<Utc>, outcome: Outcome, recipient: Recipient, letter: Letter) {
        if let Source::Rule(rule) = key.source
            && rule.remembers_whom()
        {
            self.facts.told.insert((rule, recipient, key.occurrence.clone()));
        }
        self.steps.push(Step::mail(key, at, outcome, recipient, letter));
    }

    /// Tells one person, once, what a rule has to say, when that becomes so and not by the calendar.
    fn tell(
        &mut self,
        key: RuleKey,
        mail: Mailing,
        occurrence: &str,
        at: DateTime<Utc>,
        useful_until: Option<DateTime<Utc>>,
    ) {
        let told = (key, mail.recipient, occurrence.to_owned());
        let Some(rule) = self.facts.rule(key).filter(|_| !self.facts.told.contains(&told)) else {
            return;
        };
        let outcome = match mail.unless {
            Some(why) => Outcome::Skipped(why),
            None => self.judge(rule, at, useful_until),
        };
        let step_key = StepKey::mail(key, mail.recipient, told.2);
        self.push_mail(step_key, at, outcome, mail.recipient, mail.letter);
    }

    /// The decision that people made stands among the steps like one that the closing instant makes.
    fn record_choice(&mut self, at: DateTime<Utc>) {
        let Some(decision) = self.facts.decisions.last().cloned() else {
            return;
        };
        let why = Why::Chosen {
            counted: decision.counted,
            minimum: decision.minimum,
            reason: decision.reason.as_ref().map(ToString::to_string),
        };
        let occurrence = decision.registration_deadline.to_string();
        let mut step = self.built_in(BuiltIn::Decision, None, occurrence, at, why);
        step.kind = StepKind::Decision(decision.outcome);
        self.steps.push(step);
    }

    /// Whether a rule still acts for a moment: not when paused, not for moments before it was there, not too late.
    fn judge(&self, rule: &Rule, due_at: DateTime<Utc>, useful_until: Option<DateTime<Utc>>) -> Outcome {
        if let Some(note) = &rule.pause_note {
            return Outcome::Skipped(Why::Paused { note: note.to_string() });
        }
        if due_at < rule.valid_from {
            return Outcome::Skipped(Why::BeforeRule {
                valid_from: rule.valid_from,
            });
        }
        if let Some(lateness) = rule.lateness.filter(|lateness| self.now - due_at > *lateness) {
            return Outcome::Missed(Why::TooLate {
                seen_at: self.now,
                lateness_hours: lateness.num_hours(),
            });
        }
        if useful_until.is_some_and(|until| until <= self.now) {
            return Outcome::Missed(Why::NoLongerUseful { seen_at: self.now });
        }
        Outcome::Done(None)
    }

    fn built_in(
        &self,
        step: BuiltIn,
        subject: Option<Recipient>,
        occurrence: String,
        at: DateTime<Utc>,
        why: Why,
    ) -> Step {
        Step {
            key: StepKey {
                source: Source::BuiltIn(step),
                subject,
                occurrence,
            },
            kind: StepKind::Change,
            due_at: at,
            outcome: Outcome::Done(Some(why)),
        }
    }

    fn change(&mut self, step: BuiltIn, subject: Option<Recipient>, occurrence: String, at: DateTime<Utc>, why: Why) {
        let step = self.built_in(step, subject, occurrence, at, why);
        self.steps.push(step);
    }
}

#[cfg(test)]
mod tests;
