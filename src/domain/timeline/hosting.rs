//! Hosting over time (rule 8): venues are asked for, hosts assigned and reminded, everybody is told when and where.
//!
//! What is told as soon as something becomes so (a host, a complete venue, a change) follows from how things stand and whom
//! the ledger says was told; [`Fold::follow_up_hosting`] looks at that after everything that happens. It opens with the
//! moments of the calendar that are settled, never with the time itself: so catching up goes the way that waiting goes.

mod why;

use chrono::{DateTime, Utc};

pub use why::HostingWhy;

use super::{BuiltIn, Fold, Mailing, Outcome, Source, Step, StepKey, StepKind, Why, by_calendar::Content};
use crate::domain::{
    calendar::{self, USUAL_TIME},
    facts::Facts,
    hosting::{ASSIGNED_DAYS_BEFORE, MeetingNote, Told, Venue},
    ids::{MeetingId, RegistrationId},
    message::{Letter, Recipient},
    programme::{Meeting, Phase, TeamMember, TeamRole},
    registration::RegistrationStatus as Status,
    rule::RuleKey,
    trigger::Occurrence,
};

/// The moments at which hosts are assigned: 35 days before each meeting.
pub(super) fn assignment_moments(facts: &Facts) -> Vec<(BuiltIn, Occurrence)> {
    if facts.programme.phase != Phase::GoingAhead {
        return Vec::new();
    }
    let moment = |meeting: &Meeting| Some((BuiltIn::HostAssignment, assignment_moment(facts, meeting)?));
    facts.programme.announced.meetings.iter().filter_map(moment).collect()
}

fn assignment_moment(facts: &Facts, meeting: &Meeting) -> Option<Occurrence> {
    let first_on = meeting.days.first()?.on;
    let on = calendar::days_after(first_on, -i64::from(ASSIGNED_DAYS_BEFORE));
    Some(Occurrence {
        at: calendar::resolve(on, USUAL_TIME, facts.programme.announced.time_zone),
        // A meeting that is moved has the moment again.
        name: format!("{}@{first_on}", meeting.id),
        meeting: Some(meeting.id),
    })
}

fn municipality(facts: &Facts, meeting: MeetingId) -> String {
    let offer = facts.hosting.offer_for(meeting);
    offer
        .map(|offer| offer.venue.municipality.to_string())
        .unwrap_or_default()
}

/// How many come to a meeting: those who take part, and those who guide and run it.
fn people(facts: &Facts) -> u32 {
    let comes = |role| facts.programme.team_with(role);
    let team: std::collections::BTreeSet<_> = comes(TeamRole::Facilitator)
        .chain(comes(TeamRole::Organiser))
        .map(|member| member.id)
        .collect();
    facts
        .counts
        .counted
        .saturating_add(u32::try_from(team.len()).unwrap_or(u32::MAX))
}

/// Everybody who has to know when and where a meeting is: those who take part, and those who guide and run it.
fn everybody(facts: &Facts) -> Vec<Recipient> {
    let people = facts.in_line(|registration| registration.status == Status::Confirmed);
    let comes = |member: &&TeamMember| member.is(TeamRole::Facilitator) || member.is(TeamRole::Organiser);
    let team = facts.programme.announced.team.iter().filter(comes);
    people
        .into_iter()
        .map(Recipient::Registration)
        .chain(team.map(|member| Recipient::TeamMember(member.id)))
        .collect()
}

fn information_for(facts: &Facts, meeting: &Meeting) -> Vec<Mailing> {
    let note = facts.meeting_note(meeting);
    let host = facts.hosting.host_of(meeting.id).map(Recipient::Registration);
    let mailing = |recipient| Mailing {
        recipient,
        letter: Letter::MeetingInformation {
            meeting: Box::new(note.clone()),
            is_host: host == Some(recipient),
        },
        unless: None,
    };
    everybody(facts).into_iter().map(mailing).collect()
}

fn is_venue_complete(facts: &Facts, meeting: MeetingId) -> bool {
    facts
        .hosting
        .offer_for(meeting)
        .is_some_and(|offer| offer.venue.is_complete())
}

/// What asks one person for a venue.
fn request_to(facts: &Facts, id: RegistrationId, is_reminder: bool, at: DateTime<Utc>) -> Mailing {
    let lacking: Vec<MeetingNote> = facts
        .meetings_to_come(at)
        .filter(|meeting| facts.needs_host(meeting, at))
        .map(|meeting| facts.meeting_note(meeting))
        .collect();
    let unless = if lacking.is_empty() {
        Some(HostingWhy::NoneLacksHost)
    } else {
        facts.hosting.has_offered(id).then_some(HostingWhy::HasOffered)
    };
    Mailing {
        recipient: Recipient::Registration(id),
        letter: Letter::VenueRequest {
            meetings: lacking,
            people: people(facts),
            is_reminder,
        },
        unless: unless.map(Why::Hosting),
    }
}

fn days_left(facts: &Facts, meeting: &Meeting, at: DateTime<Utc>) -> u32 {
    let today = calendar::day_of(at, facts.programme.announced.time_zone);
    let left = meeting.days.first().map(|day| (day.on - today).num_days());
    left.and_then(|days| days.try_into().ok()).unwrap_or(0)
}

impl Fold {
    /// What a rule about hosting says when its moment comes.
    pub(super) fn hosting_content(&self, key: RuleKey, occurrence: &Occurrence) -> Option<Content> {
        let facts = &self.facts;
        let at = occurrence.at;
        let meeting = occurrence.meeting.and_then(|id| facts.programme.meeting(id));
        let zone = facts.programme.announced.time_zone;
        // Told of a moment that is none, they would not be told when they have to be: then it is as soon as possible.
        let valid_from = facts
            .rule(key)
            .map(|rule| rule.valid_from)
            .filter(|valid_from| at < *valid_from);
        let hosting = |why: Option<HostingWhy>| why.map(Why::Hosting);
        let (mails, unless) = match (key, meeting) {
            (RuleKey::VenueRequest | RuleKey::VenueRequestAgain, _) => {
                let confirmed = facts.in_line(|registration| registration.status == Status::Confirmed);
                let is_reminder = key == RuleKey::VenueRequestAgain;
                let ask = |id| request_to(facts, id, is_reminder, at);
                (confirmed.into_iter().map(ask).collect(), None)
            }
            (RuleKey::HostReminder28Days | RuleKey::HostReminder21Days, Some(meeting)) => {
                let host = facts.hosting.host_of(meeting.id).map(Recipient::Registration);
                let letter = Letter::HostReminder {
                    meeting: Box::new(facts.meeting_note(meeting)),
                    days_left: days_left(facts, meeting, at),
                };
                let unless = match host {
                    None => Some(HostingWhy::HasNone),
                    Some(_) => is_venue_complete(facts, meeting.id).then_some(HostingWhy::VenueComplete),
                };
                (Mailing::to_all(host, &letter), hosting(unless))
            }
            (RuleKey::HostMissing28Days | RuleKey::HostMissing14Days | RuleKey::HostMissing7Days, Some(meeting)) => {
                let has_host = facts.hosting.host_of(meeting.id).is_some();
                let letter = self.host_missing(meeting, false, at);
                let unless = has_host.then_some(HostingWhy::HasHost);
                (Mailing::to_all(self.organisers(), &letter), hosting(unless))
            }
            (RuleKey::MeetingInformation, Some(_)) if at < self.goes_ahead_since() => (Vec::new(), None),
            (RuleKey::MeetingInformation, Some(_)) if valid_from.is_some() => {
                (Vec::new(), valid_from.map(|valid_from| Why::BeforeRule { valid_from }))
            }
            (RuleKey::MeetingInformation, Some(meeting)) if is_venue_complete(facts, meeting.id) => {
                (information_for(facts, meeting), None)
            }
            (RuleKey::MeetingInformation, Some(_)) => (Vec::new(), hosting(Some(HostingWhy::VenueIncomplete))),
            _ => return None,
        };
        Some(Content {
            mails,
            unless,
            useful_until: match meeting {
                Some(meeting) => meeting.starts_at(zone),
                None => facts
                    .programme
                    .announced
                    .meetings
                    .last()
                    .and_then(|last| last.starts_at(zone)),
            },
            known_from: self.goes_ahead_since(),
        })
    }

    fn host_missing(&self, meeting: &Meeting, fell_away: bool, at: DateTime<Utc>) -> Letter {
        Letter::HostMissing {
            meeting: Box::new(self.facts.meeting_note(meeting)),
            days_left: days_left(&self.facts, meeting, at),
            fell_away,
        }
    }

    /// The moment at which a meeting's host is assigned.
    pub(super) fn keep_assignment(&mut self, occurrence: Occurrence) {
        let Some(id) = occurrence.meeting else { return };
        let why = |why| Some(Why::Hosting(why));
        let known_from = self.goes_ahead_since();
        let outcome = if occurrence.at < known_from {
            Outcome::Skipped(Why::BeforeKnown { known_from })
        } else if self.facts.hosting.host_of(id).is_some() {
            Outcome::Done(why(HostingWhy::HasHost))
        } else if self.rotate(&[id], occurrence.at).is_empty() {
            Outcome::Done(why(HostingWhy::NobodyOffers))
        } else {
            Outcome::Done(why(HostingWhy::Assigned {
                municipality: municipality(&self.facts, id),
            }))
        };
        self.steps.push(Step {
            key: StepKey {
                source: Source::BuiltIn(BuiltIn::HostAssignment),
                subject: None,
                occurrence: occurrence.name,
            },
            kind: StepKind::Change,
            due_at: occurrence.at,
            outcome,
        });
    }

    /// Gives those meetings hosts that have none, where somebody can host them.
    fn rotate(&mut self, due: &[MeetingId], at: DateTime<Utc>) -> Vec<MeetingId> {
        let to_come: Vec<_> = self.facts.meetings_to_come(at).map(|meeting| meeting.id).collect();
        self.facts.hosting.rotate(due, &to_come)
    }

    /// What follows from how hosting stands: it does nothing when asked again.
    pub(super) fn follow_up_hosting(&mut self, at: DateTime<Utc>) {
        if self.facts.programme.phase != Phase::GoingAhead {
            return;
        }
        self.let_go_of_those_who_left(at);
        self.assign_hosts(at);
        self.tell_former_hosts(at);
        for meeting in self.facts.meetings_to_come(at).cloned().collect::<Vec<_>>() {
            self.tell_host(&meeting, at);
            self.tell_of_change(&meeting, at);
            self.inform(&meeting, at);
        }
        self.ask_latecomers(at);
    }

    /// Whoever leaves offers nothing any more, and what was assigned is free again. A meeting that is dropped has no host.
    fn let_go_of_those_who_left(&mut self, at: DateTime<Utc>) {
        let facts = &mut self.facts;
        let announced = &facts.programme.announced;
        let is_there = |id: &MeetingId| announced.meetings.iter().any(|meeting| meeting.id == *id);
        facts.hosting.meetings.retain(|id, _| is_there(id));
        let left: Vec<_> = facts
            .hosting
            .offers
            .iter()
            .filter(|offer| offer.is_live())
            .filter(|offer| {
                let who = facts.registrations.get(&offer.registration);
                who.is_some_and(|registration| registration.status.is_final())
            })
            .map(|offer| offer.id)
            .collect();
        for id in left {
            facts.withdraw_offer(id, at);
        }
    }

    /// Meetings whose moment has come get a host as soon as somebody can host them.
    fn assign_hosts(&mut self, at: DateTime<Utc>) {
        let facts = &self.facts;
        let due: Vec<_> = facts
            .meetings_to_come(at)
            .filter(|meeting| facts.is_host_due(meeting.id))
            .map(|meeting| meeting.id)
            .collect();
        for id in self.rotate(&due, at) {
            let facts = &self.facts;
            let times = facts.hosting.meetings.get(&id).map_or(0, |meeting| meeting.times);
            let why = Why::Hosting(HostingWhy::Assigned {
                municipality: municipality(facts, id),
            });
            let host = facts.hosting.host_of(id).map(Recipient::Registration);
            self.change(BuiltIn::HostAssignment, host, format!("{id}@{times}"), at, why);
        }
    }

    /// Whom an act let go is told, unless the rotation chose the same person again.
    fn tell_former_hosts(&mut self, at: DateTime<Utc>) {
        for (meeting, former, act) in std::mem::take(&mut self.facts.hosting.chosen_again) {
            let facts = &self.facts;
            let takes_part = facts
                .registrations
                .get(&former)
                .is_some_and(|person| person.status.counts());
            let Some(meeting) = facts.programme.meeting(meeting).filter(|_| takes_part) else {
                continue;
            };
            if facts.hosting.host_of(meeting.id) == Some(former) {
                continue;
            }
            let letter = Letter::HostReleased {
                meeting: Box::new(facts.meeting_note(meeting)),
            };
            for mail in Mailing::to_all([Recipient::Registration(former)], &letter) {
                self.tell(RuleKey::HostReleased, mail, &act.to_string(), at, None);
            }
        }
    }

    /// A host is told once; where one fell away and nobody else can, the organisers are.
    fn tell_host(&mut self, meeting: &Meeting, at: DateTime<Utc>) {
        let facts = &self.facts;
        let times = facts
            .hosting
            .meetings
            .get(&meeting.id)
            .map_or(0, |meeting| meeting.times);
        let occurrence = format!("{}@{times}", meeting.id);
        let useful_until = meeting.starts_at(facts.programme.announced.time_zone);
        match facts.hosting.host_of(meeting.id) {
            Some(host) => {
                let letter = Letter::HostAssigned {
                    meeting: Box::new(facts.meeting_note(meeting)),
                    people: people(facts),
                };
                for mail in Mailing::to_all([Recipient::Registration(host)], &letter) {
                    self.tell(RuleKey::HostAssigned, mail, &occurrence, at, useful_until);
                }
            }
            None if times > 0 && facts.is_host_due(meeting.id) => {
                let letter = self.host_missing(meeting, true, at);
                for mail in Mailing::to_all(self.organisers(), &letter) {
                    self.tell(RuleKey::HostFellAway, mail, &occurrence, at, useful_until);
                }
            }
            None => {}
        }
    }

    /// A time or place that is another than people were told is told.
    fn tell_of_change(&mut self, meeting: &Meeting, at: DateTime<Utc>) {
        let venue = self
            .facts
            .hosting
            .offer_for(meeting.id)
            .map(|offer| offer.venue.clone())
            .filter(Venue::is_complete);
        let reason = self.facts.hosting.moved_because.remove(&meeting.id);
        let assignment = self.facts.hosting.of(meeting.id);
        let Some(told) = assignment.told.clone() else {
            // Of the days everybody was told with the go.
            assignment.told = Some(Told {
                days: meeting.days.clone(),
                venue: None,
            });
            return;
        };
        let now_so = Told {
            days: meeting.days.clone(),
            // As long as a place is not certain, the one that was told stands.
            venue: told.venue.as_ref().map(|told| venue.as_ref().unwrap_or(told).clone()),
        };
        if now_so == told {
            return;
        }
        assignment.sequence += 1;
        assignment.changed_at = Some(at);
        assignment.told = Some(now_so.clone());
        let occurrence = format!("{}@{}", meeting.id, assignment.sequence);
        let note = MeetingNote {
            venue: now_so.venue,
            ..self.facts.meeting_note(meeting)
        };
        let letter = Letter::MeetingChanged {
            meeting: Box::new(note),
            told: Box::new(told),
            reason,
        };
        let useful_until = meeting.starts_at(self.facts.programme.announced.time_zone);
        for mail in Mailing::to_all(everybody(&self.facts), &letter) {
            self.tell(RuleKey::MeetingChanged, mail, &occurrence, at, useful_until);
        }
    }

    /// Once its moment has come, everybody is told when and where the meeting is as soon as that is known, and whoever comes
    /// later then.
    fn inform(&mut self, meeting: &Meeting, at: DateTime<Utc>) {
        let Some(occurrence) = self.settled_occurrence(RuleKey::MeetingInformation, Some(meeting.id)) else {
            return;
        };
        let Some(venue) = self
            .facts
            .hosting
            .offer_for(meeting.id)
            .map(|offer| offer.venue.clone())
        else {
            return;
        };
        if !venue.is_complete() {
            return;
        }
        let assignment = self.facts.hosting.of(meeting.id);
        if let Some(told) = assignment.told.as_mut().filter(|told| told.venue.is_none()) {
            told.venue = Some(venue);
            assignment.changed_at = Some(at);
        }
        let useful_until = meeting.starts_at(self.facts.programme.announced.time_zone);
        for mail in information_for(&self.facts, meeting) {
            self.tell(RuleKey::MeetingInformation, mail, &occurrence, at, useful_until);
        }
    }

    /// Whoever joins after the second request is asked at once, as long as a meeting lacks a host.
    fn ask_latecomers(&mut self, at: DateTime<Utc>) {
        let key = RuleKey::VenueRequestAgain;
        let Some(occurrence) = self.settled_occurrence(key, None) else {
            return;
        };
        let confirmed = self
            .facts
            .in_line(|registration| registration.status == Status::Confirmed);
        for id in confirmed {
            let told = (key, Recipient::Registration(id), occurrence.clone());
            if self.facts.told.contains(&told) {
                continue;
            }
            let mail = request_to(&self.facts, id, false, at);
            let last = self.facts.programme.announced.meetings.last();
            let useful_until = last.and_then(|last| last.starts_at(self.facts.programme.announced.time_zone));
            self.tell(key, mail, &occurrence, at, useful_until);
        }
    }

    /// The name of a rule's moment, if it has come.
    pub(super) fn settled_occurrence(&self, key: RuleKey, meeting: Option<MeetingId>) -> Option<String> {
        let facts = &self.facts;
        let rule = facts.rule(key)?;
        let decision = facts.decisions.last();
        let occurrences = rule
            .trigger
            .occurrences(&facts.programme, decision, rule.when_moved, rule.valid_from);
        let of_meeting = occurrences
            .into_iter()
            .filter(|occurrence| occurrence.meeting == meeting);
        of_meeting
            .map(|occurrence| occurrence.name)
            .find(|name| facts.settled.contains(&(key.word(), name.clone())))
    }
}

impl Facts {
    /// The moment has come at which a meeting gets a host.
    pub(in crate::domain) fn is_host_due(&self, meeting: MeetingId) -> bool {
        let moment = self
            .programme
            .meeting(meeting)
            .and_then(|meeting| assignment_moment(self, meeting));
        moment.is_some_and(|moment| {
            let source = BuiltIn::HostAssignment.word();
            self.settled.contains(&(source, moment.name))
        })
    }

    /// The meetings to come that are in somebody's calendar, as they were last told of: one more change takes them out.
    pub(super) fn in_calendar_of(&self, recipient: Recipient, at: DateTime<Utc>) -> Vec<MeetingNote> {
        let was_told = |meeting: MeetingId| {
            let about = meeting.to_string();
            let is_it = |(key, who, occurrence): &(RuleKey, Recipient, String)| {
                *key == RuleKey::MeetingInformation && *who == recipient && occurrence.starts_with(&about)
            };
            self.told.iter().any(is_it)
        };
        let note = |meeting: &Meeting| {
            let assignment = self.hosting.meetings.get(&meeting.id)?;
            let told = assignment.told.clone().filter(|told| told.venue.is_some())?;
            Some(MeetingNote {
                days: told.days,
                venue: told.venue,
                sequence: assignment.sequence + 1,
                ..self.meeting_note(meeting)
            })
        };
        let known = self.meetings_to_come(at).filter(|meeting| was_told(meeting.id));
        known.filter_map(note).collect()
    }
}
