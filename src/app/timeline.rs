//! The timeline: what became of every reason for something to happen, and what will, if nobody acts.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{App, Caller, Result};
use crate::{
    domain::{
        facts::Facts,
        ids::{InvitationId, MessageId, ProgrammeId, RegistrationId, TeamMemberId},
        message::{MessageKind, Recipient},
        page::{Page, Window},
        refusal::Refusal,
        registration::Registration,
        rule::RuleKey,
        timeline::{BuiltIn, LeftOut, Outcome, Source, Step, StepKey, StepKind, Why, calendar_occurrences, forecast},
    },
    store::{EntryKind, EntryState, LedgerEntry, LedgerFilter, Scope},
};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A mail.
    Mail(MessageKind),
    /// A decision.
    Decision,
    /// A change.
    Change,
}

/// What became of it, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemState {
    /// It happens if nobody acts meanwhile; or it is decided, and its mail is being made.
    Planned,
    /// Carried out.
    Done,
    /// Not carried out, for a reason.
    Skipped,
    /// Too late.
    Missed,
    /// Its mail cannot be made.
    Failed,
}

/// One entry: a rule or built-in step, one occurrence, one person.
#[derive(Debug, Clone)]
pub struct TimelineItem {
    /// When it was or is due.
    pub at: DateTime<Utc>,
    /// When it was decided.
    pub done_at: Option<DateTime<Utc>>,
    /// `rule/subject/occurrence`.
    pub key: String,
    /// What makes it.
    pub source: Source,
    /// What it is.
    pub kind: ItemKind,
    /// What became of it.
    pub state: ItemState,
    /// Why.
    pub reason: Option<String>,
    /// The person's address.
    pub recipient: Option<String>,
    /// The person's registration.
    pub registration: Option<RegistrationId>,
    /// The mail, once it is made.
    pub message: Option<MessageId>,
}

/// The part of a timeline that is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// Due at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Due at this instant or earlier; else as far as anything is planned.
    pub until: Option<DateTime<Utc>>,
    /// About one person only. Then it also tells of each mail of the calendar that participants get and this person does not.
    pub registration: Option<RegistrationId>,
}

/// The place of an entry in a timeline. What is due at one instant stands in the order in which one thing brings the other
/// about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimelineKey {
    /// When it was or is due.
    pub at: DateTime<Utc>,
    /// Its place at that instant, as rule 6 has it: expiries, decision, offers, mails.
    pub rank: u8,
    /// `rule/subject/occurrence`.
    pub key: String,
}

impl TimelineItem {
    /// Where it stands in its timeline.
    pub fn place(&self) -> TimelineKey {
        let rank = match self.source {
            Source::BuiltIn(BuiltIn::RegistrationExpiry) => 0,
            Source::BuiltIn(BuiltIn::DecisionProposal | BuiltIn::Decision) => 1,
            Source::BuiltIn(BuiltIn::Offer) => 2,
            Source::BuiltIn(
                BuiltIn::Completion
                | BuiltIn::HostAssignment
                | BuiltIn::GuestPlace
                | BuiltIn::GuestErasure
                | BuiltIn::ParticipantErasure,
            ) => 3,
            Source::Rule(_) => 4,
        };
        TimelineKey {
            at: self.at,
            rank,
            key: self.key.clone(),
        }
    }
}

impl App {
    /// A stretch of a programme's timeline, past and planned, in due order.
    pub async fn timeline(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        span: Span,
        window: &Window<TimelineKey>,
    ) -> Result<Page<TimelineItem>> {
        let items = self.whole_timeline(caller, programme, span).await?;
        Ok(Page::of_list(items, TimelineItem::place, window))
    }

    /// A programme's timeline in due order.
    pub async fn whole_timeline(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        span: Span,
    ) -> Result<Vec<TimelineItem>> {
        caller.must_organise(programme)?;
        let Some((facts, settled_at)) = self.store().facts(programme, &Scope::Live).await? else {
            return Err(Refusal::not_found("programme", "programmeId").into());
        };
        let now = self.now().await?.max(settled_at);
        let person = match span.registration {
            Some(id) => {
                let person = self.registration_in(programme, &facts, id).await?;
                Some(person.ok_or_else(|| Refusal::not_found("registration", "registrationId"))?)
            }
            None => None,
        };
        // What a person does not get is known from all that there is.
        let filter = match person {
            Some(_) => LedgerFilter::default(),
            None => LedgerFilter {
                from: span.from,
                until: span.until,
            },
        };
        let foreseen_until = span.until.filter(|_| person.is_none());
        let past = self.store().ledger(programme, &filter).await?;
        let zone = facts.programme.announced.time_zone;
        let addresses = self.addresses(&facts, &past).await?;
        let (planned, to_come) = forecast(facts, now, foreseen_until.unwrap_or(DateTime::<Utc>::MAX_UTC));
        // What stands in the ledger has happened, also when it was written between the two looks.
        let mut items: BTreeMap<TimelineKey, TimelineItem> = BTreeMap::new();
        let done: HashMap<&str, ()> = past.iter().map(|entry| (entry.key.as_str(), ())).collect();
        let planned = planned
            .iter()
            .filter(|step| !done.contains_key(step.key.to_string().as_str()))
            .map(|step| planned_item(step, zone));
        let mut found: Vec<TimelineItem> = planned.chain(past.iter().map(past_item)).collect();
        if let Some(person) = person {
            let person = to_come.registrations.get(&person.id).unwrap_or(&person);
            found.extend(left_out_items(&to_come, person, &found));
        }
        for mut item in found {
            let in_span =
                span.from.is_none_or(|from| from <= item.at) && span.until.is_none_or(|until| item.at <= until);
            if in_span && (span.registration.is_none() || span.registration == item.registration) {
                item.recipient = address_in(&item.key, &addresses);
                items.insert(item.place(), item);
            }
        }
        Ok(items.into_values().collect())
    }

    /// A registration of a programme, also one that has ended.
    async fn registration_in(
        &self,
        programme: ProgrammeId,
        facts: &Facts,
        id: RegistrationId,
    ) -> Result<Option<Registration>> {
        if let Some(live) = facts.registrations.get(&id) {
            return Ok(Some(live.clone()));
        }
        let found = self.store().registrations_by_id(&[id]).await?;
        let ended = found.into_iter().find(|(of, _)| *of == programme);
        Ok(ended.map(|(_, registration)| registration))
    }

    /// The addresses of everybody in a programme, and of those who have left it and are in some entries.
    pub(super) async fn addresses(&self, facts: &Facts, entries: &[LedgerEntry]) -> Result<Addresses> {
        let mut addresses = addresses(facts);
        let ended: Vec<RegistrationId> = entries
            .iter()
            .filter_map(|entry| entry.registration_id)
            .filter(|id| !addresses.contains_key(&Recipient::Registration(*id)))
            .collect();
        for (_, registration) in self.store().registrations_by_id(&ended).await? {
            addresses.insert(
                Recipient::Registration(registration.id),
                registration.person.email.to_string(),
            );
        }
        Ok(addresses)
    }
}

/// The mails of the calendar that a person does not get although participants do, each with why: so that there is an answer for
/// every rule. `found` is all that there is about anybody.
fn left_out_items(facts: &Facts, person: &Registration, found: &[TimelineItem]) -> Vec<TimelineItem> {
    let zone = facts.programme.announced.time_zone;
    let nobody = Why::NobodyToTell.words(zone);
    let known: HashMap<&str, &TimelineItem> = found.iter().map(|item| (item.key.as_str(), item)).collect();
    // A moment that came stays one, whatever became of its rule or its programme since.
    let came = found
        .iter()
        .map(|item| (item.source, occurrence_in(&item.key).to_owned(), item.at));
    let by_calendar = calendar_occurrences(facts).map(|(source, occurrence)| (source, occurrence.name, occurrence.at));
    let mut moments: BTreeMap<(RuleKey, String), DateTime<Utc>> = BTreeMap::new();
    for (source, name, at) in by_calendar.chain(came) {
        if let Source::Rule(key) = source
            && key.is_for_participants()
        {
            moments.entry((key, name)).or_insert(at);
        }
    }
    let item = |((key, occurrence), at): ((RuleKey, String), DateTime<Utc>)| {
        let of = |subject| StepKey {
            source: Source::Rule(key),
            subject,
            occurrence: occurrence.clone(),
        };
        let own_key = of(Some(Recipient::Registration(person.id))).to_string();
        if known.contains_key(own_key.as_str()) {
            return None;
        }
        let for_nobody = known.get(of(None).to_string().as_str()).copied();
        let at = for_nobody.map_or(at, |item| item.at);
        let why = LeftOut::of(person, key, at);
        // Where a moment brings nobody anything, that is the reason for those who would be among them.
        let for_all = for_nobody.filter(|item| !why.is_of_the_registration() && item.reason.as_ref() != Some(&nobody));
        Some(TimelineItem {
            at,
            done_at: for_nobody.and_then(|item| item.done_at),
            key: own_key,
            source: Source::Rule(key),
            kind: ItemKind::Mail(key.message_kind()),
            state: for_all.map_or(ItemState::Skipped, |item| item.state),
            reason: for_all
                .and_then(|item| item.reason.clone())
                .or_else(|| Some(why.words(zone))),
            recipient: None,
            registration: Some(person.id),
            message: None,
        })
    };
    moments.into_iter().filter_map(item).collect()
}

/// What will happen, with the addresses of those it is about.
pub(super) fn planned_items(steps: &[Step], facts: &Facts) -> Vec<TimelineItem> {
    let addresses = addresses(facts);
    let zone = facts.programme.announced.time_zone;
    let item = |step: &Step| {
        let mut item = planned_item(step, zone);
        item.recipient = address_in(&item.key, &addresses);
        item
    };
    let mut items: Vec<_> = steps.iter().map(item).collect();
    items.sort_by_cached_key(TimelineItem::place);
    items
}

/// The addresses of people.
pub(super) type Addresses = HashMap<Recipient, String>;

fn addresses(facts: &Facts) -> Addresses {
    let registrations = facts
        .registrations
        .values()
        .map(|one| (Recipient::Registration(one.id), one.person.email.to_string()));
    let team = facts
        .programme
        .announced
        .team
        .iter()
        .map(|member| (Recipient::TeamMember(member.id), member.email.to_string()));
    let guests = facts.guests.invitations.values();
    let guests = guests.map(|one| (Recipient::Guest(one.id), one.guest.email.to_string()));
    registrations.chain(team).chain(guests).collect()
}

/// Which time the key of an entry names.
pub(super) fn occurrence_in(key: &str) -> &str {
    key.splitn(3, '/').nth(2).unwrap_or_default()
}

fn address_in(key: &str, addresses: &Addresses) -> Option<String> {
    addresses.get(&recipient_in(key, addresses)?).cloned()
}

/// Whom the key of an entry names, of those whose address is known.
pub(super) fn recipient_in(key: &str, addresses: &Addresses) -> Option<Recipient> {
    let subject = key.split('/').nth(1)?;
    let id = subject.parse().ok()?;
    let anybody = [
        Recipient::Registration(RegistrationId(id)),
        Recipient::TeamMember(TeamMemberId(id)),
        Recipient::Guest(InvitationId(id)),
    ];
    anybody.into_iter().find(|who| addresses.contains_key(who))
}

fn planned_item(step: &Step, zone: Tz) -> TimelineItem {
    TimelineItem {
        at: step.due_at,
        done_at: None,
        key: step.key.to_string(),
        source: step.key.source,
        kind: match &step.kind {
            StepKind::Mail(letter) => ItemKind::Mail(letter.kind()),
            StepKind::Decision(_) => ItemKind::Decision,
            StepKind::Change => ItemKind::Change,
        },
        state: match step.outcome {
            Outcome::Done(_) => ItemState::Planned,
            Outcome::Skipped(_) => ItemState::Skipped,
            Outcome::Missed(_) => ItemState::Missed,
        },
        reason: step.reason(zone),
        recipient: None,
        registration: match step.key.subject {
            Some(Recipient::Registration(id)) => Some(id),
            _ => None,
        },
        message: None,
    }
}

fn past_item(entry: &LedgerEntry) -> TimelineItem {
    let state = match entry.state {
        EntryState::Pending => ItemState::Planned,
        EntryState::Done => ItemState::Done,
        EntryState::Skipped => ItemState::Skipped,
        EntryState::Missed => ItemState::Missed,
        EntryState::Failed => ItemState::Failed,
    };
    TimelineItem {
        at: entry.due_at,
        done_at: (state != ItemState::Planned).then_some(entry.done_at),
        key: entry.key.clone(),
        source: entry.source,
        kind: match entry.kind {
            EntryKind::Mail(kind) => ItemKind::Mail(kind),
            EntryKind::Decision => ItemKind::Decision,
            EntryKind::Change => ItemKind::Change,
        },
        state,
        reason: entry.reason.clone(),
        recipient: None,
        registration: entry.registration_id,
        message: entry.message_id,
    }
}
