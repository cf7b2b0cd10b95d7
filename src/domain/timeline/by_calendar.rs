//! What the calendar makes due: rules that count from a moment of the programme, and announcements with a moment of their own.

use chrono::{DateTime, Utc};

use super::{Fold, Outcome, Source, Step, StepKey, StepKind, Why, was_asked};
use crate::domain::{
    announcement::OwnMail,
    calendar,
    facts::Facts,
    message::{Letter, Recipient},
    programme::{Phase, TeamRole},
    rule::{Rule, RuleKey},
    trigger::Occurrence,
};

/// Every moment that the calendar brings, also those whose step is in the ledger.
pub fn calendar_occurrences(facts: &Facts) -> impl Iterator<Item = (Source, Occurrence)> {
    all(facts).map(|(cause, occurrence)| (cause.source(), occurrence))
}

/// What makes it due.
#[derive(Clone, Copy)]
pub(super) enum Cause<'a> {
    Rule(&'a Rule),
    Announcement(&'a OwnMail),
}

impl Cause<'_> {
    fn source(self) -> Source {
        Source::Rule(match self {
            Self::Rule(rule) => rule.key,
            Self::Announcement(_) => RuleKey::Announcement,
        })
    }
}

fn all(facts: &Facts) -> impl Iterator<Item = (Cause<'_>, Occurrence)> {
    let occurrences_of = |rule: &Rule| {
        rule.trigger.occurrences(
            &facts.programme,
            facts.decisions.last(),
            rule.when_moved,
            rule.valid_from,
        )
    };
    let rules = facts.rules.iter().flat_map(move |rule| {
        occurrences_of(rule)
            .into_iter()
            .map(move |one| (Cause::Rule(rule), one))
    });
    let announcements = facts.announcements.iter().flat_map(|mail| {
        mail.occurrences(facts)
            .into_iter()
            .map(move |one| (Cause::Announcement(mail), one))
    });
    rules
        .chain(announcements)
        .filter(|_| facts.programme.published_at.is_some())
}

/// Those moments whose step is not in the ledger.
pub(super) fn due(facts: &Facts) -> impl Iterator<Item = (Cause<'_>, Occurrence)> {
    all(facts).filter(|(cause, occurrence)| {
        !facts
            .settled
            .contains(&(cause.source().word(), occurrence.name.clone()))
    })
}

/// What there is to say, to whom, and why not.
struct Content {
    letter: Letter,
    recipients: Vec<Recipient>,
    unless: Option<Why>,
    useful_until: Option<DateTime<Utc>>,
    /// A moment from before this is none (rule 16).
    known_from: DateTime<Utc>,
}

impl Fold {
    /// Carries out what the calendar makes due.
    pub(super) fn keep_calendar(&mut self, at: DateTime<Utc>) {
        let mut steps = Vec::new();
        let mut settled = Vec::new();
        for (cause, occurrence) in due(&self.facts).filter(|(_, occurrence)| occurrence.at <= at) {
            settled.push((cause.source().word(), occurrence.name.clone()));
            steps.extend(self.steps_of(cause, occurrence));
        }
        // In due order; at one instant in the order of the rules.
        steps.sort_by_key(|step| step.due_at);
        self.facts.settled.extend(settled);
        self.steps.append(&mut steps);
    }

    fn steps_of(&self, cause: Cause<'_>, occurrence: Occurrence) -> Vec<Step> {
        let due_at = occurrence.at;
        let Some(rule) = (match cause {
            Cause::Rule(rule) => Some(rule),
            Cause::Announcement(_) => self.facts.rule(RuleKey::Announcement),
        }) else {
            return Vec::new();
        };
        let content = match cause {
            Cause::Rule(rule) => self.content_of(rule.key, due_at),
            Cause::Announcement(mail) => Some(self.announced(mail)),
        };
        let Some(content) = content else { return Vec::new() };
        let outcome = if due_at < content.known_from {
            let known_from = content.known_from;
            Outcome::Skipped(Why::BeforeKnown { known_from })
        } else {
            match content.unless {
                Some(why) => Outcome::Skipped(why),
                None => self.judge(rule, due_at, content.useful_until),
            }
        };
        if content.recipients.is_empty() {
            // The moment still has to end in the ledger, or it would stay due for ever.
            return vec![Step {
                key: StepKey {
                    source: cause.source(),
                    subject: None,
                    occurrence: occurrence.name,
                },
                kind: StepKind::Change,
                due_at,
                outcome: Outcome::Skipped(Why::NobodyToTell),
            }];
        }
        let step = |recipient: Recipient| {
            let key = StepKey::mail(rule.key, recipient, occurrence.name.clone());
            Step::mail(key, due_at, outcome.clone(), recipient, content.letter.clone())
        };
        content.recipients.iter().copied().map(step).collect()
    }

    /// What a rule says when its moment comes; nothing for a rule that answers an event.
    fn content_of(&self, key: RuleKey, due_at: DateTime<Utc>) -> Option<Content> {
        match key {
            RuleKey::BelowMinimum14Days
            | RuleKey::BelowMinimum7Days
            | RuleKey::BelowMinimum3Days
            | RuleKey::BelowMinimum1Day => Some(self.warning(due_at)),
            RuleKey::DecisionReminder3Days | RuleKey::DecisionReminder7Days | RuleKey::DecisionReminder14Days => {
                self.decision_reminder()
            }
            _ => None,
        }
    }

    /// Since when the moments that count from the deadline are known.
    fn deadline_known_from(&self) -> DateTime<Utc> {
        let programme = &self.facts.programme;
        programme
            .published_at
            .unwrap_or(self.now)
            .max(programme.deadline_set_at)
    }

    fn organisers(&self) -> Vec<Recipient> {
        let members = self.facts.programme.team_with(TeamRole::Organiser);
        members.map(|member| Recipient::TeamMember(member.id)).collect()
    }

    /// Rule 7: too few count.
    fn warning(&self, due_at: DateTime<Utc>) -> Content {
        let announced = &self.facts.programme.announced;
        let (counts, minimum) = (self.facts.counts, announced.min_participants);
        let days_left = announced
            .registration_deadline
            .signed_duration_since(calendar::day_of(due_at, announced.time_zone))
            .num_days();
        let unless = match self.facts.programme.phase {
            Phase::Open if counts.counted >= minimum => Some(Why::MinimumReached {
                counted: counts.counted,
                minimum,
            }),
            Phase::Open => None,
            Phase::Cancelled if self.facts.decision_for_deadline().is_none() => Some(Why::ProgrammeCancelled),
            _ => Some(Why::AlreadyDecided),
        };
        Content {
            letter: Letter::BelowMinimum {
                counted: counts.counted,
                minimum,
                unverified: counts.unverified,
                days_left: Some(days_left.try_into().unwrap_or(0)),
            },
            recipients: self.organisers(),
            unless,
            // Once registration has closed a warning warns of nothing.
            useful_until: Some(self.facts.programme.registration_closes_at()),
            known_from: self.deadline_known_from(),
        }
    }

    /// Rule 6: people were asked to decide and have not. Nothing for a programme without a kick-off.
    fn decision_reminder(&self) -> Option<Content> {
        let facts = &self.facts;
        let unless = match facts.programme.phase {
            Phase::Open if facts.decision_for_deadline().is_none() && was_asked(facts) => None,
            Phase::Cancelled if facts.decision_for_deadline().is_none() => Some(Why::ProgrammeCancelled),
            _ => Some(Why::AlreadyDecided),
        };
        let decide_before = facts.programme.kick_off_at()?;
        Some(Content {
            letter: Letter::DecisionRequested {
                counted: facts.counts.counted,
                minimum: facts.programme.announced.min_participants,
                waiting: facts.counts.waiting_verified + facts.counts.offered,
                decide_before,
                is_reminder: true,
            },
            recipients: self.organisers(),
            unless,
            useful_until: Some(decide_before),
            known_from: self.deadline_known_from(),
        })
    }

    fn announced(&self, mail: &OwnMail) -> Content {
        Content {
            letter: mail.letter(),
            recipients: mail.audience.recipients(&self.facts),
            unless: None,
            useful_until: None,
            known_from: mail.announced_at,
        }
    }
}
