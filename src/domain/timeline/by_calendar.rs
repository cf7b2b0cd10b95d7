//! What the calendar makes due: rules that count from a moment of the programme, and announcements with a moment of their own.

use chrono::{DateTime, NaiveTime, Utc, Weekday};

use super::{Fold, Outcome, Source, Step, StepKey, StepKind, Why, moments, was_asked};
use crate::domain::{
    announcement::OwnMail,
    calendar,
    facts::Facts,
    message::{Letter, Recipient},
    programme::{Phase, TeamRole},
    registration::RegistrationStatus as Status,
    rule::{Rule, RuleKey},
    trigger::{Occurrence, Trigger, weekly},
};

/// Every moment that the calendar brings, also those whose step is in the ledger.
pub fn calendar_occurrences(facts: &Facts) -> impl Iterator<Item = (Source, Occurrence)> {
    let is_meant = |rule: &Rule, occurrence: &Occurrence| {
        let meeting = occurrence.meeting.and_then(|id| facts.programme.meeting(id));
        let goes_ahead = facts.goes_ahead_since().is_some();
        (goes_ahead || !rule.key.follows_the_go()) && meeting.is_none_or(|meeting| rule.key.is_about(meeting.kind))
    };
    let occurrences_of = move |rule: &Rule| {
        let mut occurrences = match rule.trigger {
            Trigger::Weekday { weekday, at } => every_week(facts, weekday, at),
            trigger => trigger.occurrences(
                &facts.programme,
                facts.decisions.last(),
                rule.when_moved,
                rule.valid_from,
            ),
        };
        occurrences.retain(|occurrence| is_meant(rule, occurrence));
        occurrences
    };
    let built_in = moments::all(facts)
        .into_iter()
        .map(|(step, occurrence)| (Source::BuiltIn(step), occurrence));
    let rules = facts.rules.iter().flat_map(move |rule| {
        occurrences_of(rule)
            .into_iter()
            .map(move |one| (Source::Rule(rule.key), one))
    });
    let announcements = facts.announcements.iter().flat_map(|mail| {
        mail.occurrences(facts)
            .into_iter()
            .map(|one| (Source::Rule(RuleKey::Announcement), one))
    });
    built_in
        .chain(rules)
        .chain(announcements)
        .filter(|_| facts.programme.published_at.is_some())
}

/// Every such day of the week from the go until the end of the programme.
fn every_week(facts: &Facts, weekday: Weekday, at: NaiveTime) -> Vec<Occurrence> {
    let (Some(since), Some(ends_at)) = (facts.goes_ahead_since(), facts.programme.ends_at()) else {
        return Vec::new();
    };
    weekly(weekday, at, facts.programme.announced.time_zone, since, ends_at).collect()
}

/// Those moments whose step is not in the ledger.
pub(super) fn due(facts: &Facts) -> impl Iterator<Item = (Source, Occurrence)> {
    calendar_occurrences(facts)
        .filter(|(source, occurrence)| !facts.settled.contains(&(source.word(), occurrence.name.clone())))
}

/// What one person is told.
#[derive(Debug, Clone)]
pub(super) struct Mailing {
    pub recipient: Recipient,
    pub letter: Letter,
    /// Why it is not sent to this person.
    pub unless: Option<Why>,
}

impl Mailing {
    /// The same letter for several people.
    pub fn to_all(recipients: impl IntoIterator<Item = Recipient>, letter: &Letter) -> Vec<Self> {
        let mailing = |recipient| Self {
            recipient,
            letter: letter.clone(),
            unless: None,
        };
        recipients.into_iter().map(mailing).collect()
    }
}

/// What a moment brings: what there is to say, to whom, and why not.
pub(super) struct Content {
    pub mails: Vec<Mailing>,
    /// Why nobody is told.
    pub unless: Option<Why>,
    pub useful_until: Option<DateTime<Utc>>,
    /// A moment from before this is none (rule 16).
    pub known_from: DateTime<Utc>,
}

impl Fold {
    /// Carries out what the calendar makes due.
    pub(super) fn keep_calendar(&mut self, at: DateTime<Utc>) {
        let mut due: Vec<(Source, Occurrence)> =
            due(&self.facts).filter(|(_, occurrence)| occurrence.at <= at).collect();
        // In due order; at one instant what the machine does, then the order of the rules.
        due.sort_by_key(|(_, occurrence)| occurrence.at);
        for (source, occurrence) in due {
            self.facts.settled.insert((source.word(), occurrence.name.clone()));
            match source {
                Source::BuiltIn(step) => self.keep_moment(step, occurrence),
                Source::Rule(key) => self.keep_rule(key, &occurrence),
            }
        }
    }

    fn keep_rule(&mut self, key: RuleKey, occurrence: &Occurrence) {
        let due_at = occurrence.at;
        let content = match key {
            RuleKey::Announcement => self.announced(occurrence),
            _ => self.content_of(key, occurrence),
        };
        let Some(rule) = self.facts.rule(key) else { return };
        let content = content.unwrap_or_else(|| Content {
            mails: Vec::new(),
            unless: None,
            useful_until: None,
            known_from: due_at,
        });
        let for_all = if due_at < content.known_from {
            let known_from = content.known_from;
            Some(Outcome::Skipped(Why::BeforeKnown { known_from }))
        } else {
            content.unless.map(Outcome::Skipped)
        };
        let judged = self.judge(rule, due_at, content.useful_until);
        if content.mails.is_empty() {
            // The moment still has to end in the ledger, or it would stay due for ever.
            let outcome = match for_all {
                Some(outcome) => outcome,
                None => Outcome::Skipped(Why::NobodyToTell),
            };
            self.steps.push(Step {
                key: StepKey {
                    source: Source::Rule(key),
                    subject: None,
                    occurrence: occurrence.name.clone(),
                },
                kind: StepKind::Change,
                due_at,
                outcome,
            });
            return;
        }
        for mail in content.mails {
            let outcome = match (&for_all, mail.unless) {
                (Some(outcome), _) => outcome.clone(),
                (None, Some(why)) => Outcome::Skipped(why),
                (None, None) => judged.clone(),
            };
            let step_key = StepKey::mail(key, mail.recipient, occurrence.name.clone());
            self.push_mail(step_key, due_at, outcome, mail.recipient, mail.letter);
        }
    }

    /// What a rule says when its moment comes; nothing for a rule that answers an event.
    fn content_of(&self, key: RuleKey, occurrence: &Occurrence) -> Option<Content> {
        let due_at = occurrence.at;
        match key {
            RuleKey::BelowMinimum14Days
            | RuleKey::BelowMinimum7Days
            | RuleKey::BelowMinimum3Days
            | RuleKey::BelowMinimum1Day => Some(self.warning(due_at)),
            RuleKey::DecisionReminder3Days | RuleKey::DecisionReminder7Days | RuleKey::DecisionReminder14Days => {
                self.decision_reminder()
            }
            RuleKey::ProgrammeCompleted => Some(self.thanks()),
            RuleKey::LearningWishRequest => Some(self.wish_request(false)),
            RuleKey::LearningWishReminder => Some(self.wish_request(true)),
            RuleKey::LearningWishDigest => Some(self.wish_digest(occurrence)),
            RuleKey::AgendaReminder => self.agenda_reminder(occurrence),
            RuleKey::Agenda => self.agenda(occurrence),
            RuleKey::VenueRequest
            | RuleKey::VenueRequestAgain
            | RuleKey::HostReminder28Days
            | RuleKey::HostReminder21Days
            | RuleKey::HostMissing28Days
            | RuleKey::HostMissing14Days
            | RuleKey::HostMissing7Days
            | RuleKey::MeetingInformation => self.hosting_content(key, occurrence),
            RuleKey::HarvestRequest => self.harvest_request(occurrence.at),
            RuleKey::HarvestReminder21Days | RuleKey::HarvestReminder12Days => self.harvest_reminder(occurrence.at),
            RuleKey::ShowcaseReminder => self.reminder_to_guests(),
            RuleKey::ShowcaseDirections => self.directions_for_guests(occurrence),
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

    pub(super) fn organisers(&self) -> Vec<Recipient> {
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
        let letter = Letter::BelowMinimum {
            counted: counts.counted,
            minimum,
            unverified: counts.unverified,
            days_left: Some(days_left.try_into().unwrap_or(0)),
        };
        Content {
            mails: Mailing::to_all(self.organisers(), &letter),
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
        let letter = Letter::DecisionRequested {
            counted: facts.counts.counted,
            minimum: facts.programme.announced.min_participants,
            waiting: facts.counts.waiting_verified + facts.counts.offered,
            decide_before,
            is_reminder: true,
        };
        Some(Content {
            mails: Mailing::to_all(self.organisers(), &letter),
            unless,
            useful_until: Some(decide_before),
            known_from: self.deadline_known_from(),
        })
    }

    /// An organiser's own mail whose moment it is.
    fn announced(&self, occurrence: &Occurrence) -> Option<Content> {
        let is_meant = |mail: &&OwnMail| {
            let mut occurrences = mail.occurrences(&self.facts).into_iter();
            occurrences.any(|one| one == *occurrence)
        };
        let mail = self.facts.announcements.iter().find(is_meant)?;
        Some(Content {
            mails: Mailing::to_all(mail.audience.recipients(&self.facts, occurrence.at), &mail.letter()),
            unless: None,
            useful_until: None,
            known_from: mail.announced_at,
        })
    }

    /// Rule 12: the programme is over, and everyone is thanked.
    fn thanks(&self) -> Content {
        let facts = &self.facts;
        let people = facts.in_line(|registration| registration.status == Status::Confirmed);
        let team = facts.programme.announced.team.iter().map(|member| member.id);
        let thank = |is_participant| Letter::ProgrammeCompleted { is_participant };
        let mut mails = Mailing::to_all(people.into_iter().map(Recipient::Registration), &thank(true));
        mails.extend(Mailing::to_all(team.map(Recipient::TeamMember), &thank(false)));
        Content {
            mails,
            unless: None,
            useful_until: None,
            known_from: self.goes_ahead_since(),
        }
    }

    /// Since when the moments of what follows the go are known.
    pub(super) fn goes_ahead_since(&self) -> DateTime<Utc> {
        self.facts.goes_ahead_since().unwrap_or(self.now)
    }
}
