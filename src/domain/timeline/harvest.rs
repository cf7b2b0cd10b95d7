//! Harvests over time (rule 11): they are asked for, reminded of, judged and given a time.

use chrono::{DateTime, Utc};

use super::{
    Fold, Why,
    by_calendar::{Content, Mailing},
    letters::{Answer, to},
};
use crate::domain::{
    calendar,
    facts::{Facts, Happened},
    harvest::{Harvest, HarvestStatus},
    ids::RegistrationId,
    message::{HarvestProgress, Letter, Recipient},
    programme::{Phase, Showcase, TeamRole},
    rule::RuleKey,
};

/// The letters that answer what happened to a harvest.
pub(super) fn answers(facts: &Facts, happened: &Happened, at: DateTime<Utc>) -> Vec<Answer> {
    match happened {
        Happened::HarvestSubmitted { author, is_again, act } => {
            let letter = |harvest: &Harvest| {
                Some(Letter::HarvestSubmitted {
                    author: facts.colleague(*author)?,
                    title: harvest.words.title.clone(),
                    is_again: *is_again,
                })
            };
            let Some(letter) = facts.harvests.get(author).and_then(letter) else {
                return Vec::new();
            };
            let team = facts.programme.announced.team.iter();
            let readers = team.filter(|member| member.is(TeamRole::Organiser) || member.is(TeamRole::Facilitator));
            let answer = |id| {
                let (rule, recipient) = (RuleKey::HarvestSubmitted, Recipient::TeamMember(id));
                to(rule, recipient, act.to_string(), letter.clone())
            };
            readers.map(|member| answer(member.id)).collect()
        }
        Happened::HarvestReturned {
            author,
            is_reopened,
            act,
        } => to_author(facts, *author, RuleKey::HarvestReturned, act.to_string(), |harvest| {
            Some(Letter::HarvestReturned {
                title: harvest.words.title.clone(),
                remark: harvest.remark.clone(),
                is_reopened: *is_reopened,
            })
        }),
        Happened::HarvestAccepted(author, act) => {
            let announced = &facts.programme.announced;
            let is_presented = announced
                .showcase
                .is_some_and(|showcase| showcase.starts_at(announced.time_zone) > at);
            to_author(facts, *author, RuleKey::HarvestAccepted, act.to_string(), |harvest| {
                Some(Letter::HarvestAccepted {
                    title: harvest.words.title.clone(),
                    remark: harvest.remark.clone(),
                    is_presented,
                })
            })
        }
        Happened::HarvestScheduled { author, is_moved, act } => {
            to_author(facts, *author, RuleKey::HarvestScheduled, act.to_string(), |harvest| {
                let slot = harvest.slot?;
                Some(Letter::HarvestScheduled {
                    title: harvest.words.title.clone(),
                    starts_at: slot.starts_at,
                    minutes: slot.minutes,
                    is_moved: *is_moved,
                })
            })
        }
        _ => Vec::new(),
    }
}

fn to_author(
    facts: &Facts,
    author: RegistrationId,
    rule: RuleKey,
    occurrence: String,
    letter: impl FnOnce(&Harvest) -> Option<Letter>,
) -> Vec<Answer> {
    let letter = facts.harvests.get(&author).and_then(letter);
    let answer = |letter| to(rule, Recipient::Registration(author), occurrence, letter);
    letter.map(answer).into_iter().collect()
}

fn progress(facts: &Facts, id: RegistrationId) -> HarvestProgress {
    match facts.harvests.get(&id).map(|harvest| harvest.status) {
        None => HarvestProgress::None,
        Some(HarvestStatus::Returned) => HarvestProgress::Returned,
        Some(_) => HarvestProgress::Draft,
    }
}

impl Fold {
    fn harvest_closes_at(&self, showcase: &Showcase) -> DateTime<Utc> {
        showcase.harvest_closes_at(self.facts.programme.announced.time_zone)
    }

    /// What asks everybody for a harvest.
    fn requests(&self, showcase: &Showcase, at: DateTime<Utc>) -> Vec<Mailing> {
        let opens_at = showcase.harvest_opens_at(self.facts.programme.announced.time_zone);
        let letter = Letter::HarvestRequest {
            opens_at: Some(opens_at).filter(|opens_at| *opens_at > at),
            due_on: showcase.harvest_due_on(),
            showcase_on: showcase.on,
        };
        let ask = |id: RegistrationId| Mailing {
            recipient: Recipient::Registration(id),
            letter: letter.clone(),
            unless: self.facts.has_handed_in(id).then_some(Why::HasHandedIn),
        };
        self.facts.participants().into_iter().map(ask).collect()
    }

    /// Everybody is told that harvests can be written. Of a moment from before the go nobody counts as told: they are asked at
    /// once, like whoever joins later ([`Self::follow_up_harvests`]).
    pub(super) fn harvest_request(&self, at: DateTime<Utc>) -> Option<Content> {
        let showcase = self.facts.programme.announced.showcase.as_ref()?;
        let known_from = self.goes_ahead_since();
        let mails = if at < known_from {
            Vec::new()
        } else {
            self.requests(showcase, at)
        };
        Some(Content {
            mails,
            unless: self.facts.unless_it_goes_on(),
            useful_until: Some(self.harvest_closes_at(showcase)),
            known_from,
        })
    }

    /// Whoever has not handed a harvest in is reminded of it.
    pub(super) fn harvest_reminder(&self, at: DateTime<Utc>) -> Option<Content> {
        let facts = &self.facts;
        let showcase = facts.programme.announced.showcase.as_ref()?;
        let due_on = showcase.harvest_due_on();
        let today = calendar::day_of(at, facts.programme.announced.time_zone);
        let remind = |id: RegistrationId| Mailing {
            recipient: Recipient::Registration(id),
            letter: Letter::HarvestReminder {
                due_on,
                days_left: (due_on - today).num_days().try_into().unwrap_or(0),
                progress: progress(facts, id),
            },
            unless: facts.has_handed_in(id).then_some(Why::HasHandedIn),
        };
        Some(Content {
            mails: facts.participants().into_iter().map(remind).collect(),
            unless: facts.unless_it_goes_on(),
            useful_until: Some(self.harvest_closes_at(showcase)),
            known_from: self.goes_ahead_since(),
        })
    }

    /// What follows from how harvests stand: it does nothing when asked again.
    pub(super) fn follow_up_harvests(&mut self, at: DateTime<Utc>) {
        let facts = &mut self.facts;
        for harvest in facts.harvests.values_mut().filter(|harvest| harvest.slot.is_some()) {
            // Whoever leaves presents nothing.
            let author = facts.registrations.get(&harvest.author);
            if author.is_some_and(|author| author.status.is_final()) {
                harvest.slot = None;
            }
        }
        self.ask_for_harvests(at);
    }

    /// Once the moment of the request has come, whoever has not got it gets it, until the due day is over.
    fn ask_for_harvests(&mut self, at: DateTime<Utc>) {
        let facts = &self.facts;
        let Some(showcase) = facts
            .programme
            .announced
            .showcase
            .filter(|_| facts.programme.phase == Phase::GoingAhead)
        else {
            return;
        };
        let closes_at = self.harvest_closes_at(&showcase);
        let key = RuleKey::HarvestRequest;
        let Some(occurrence) = self.settled_occurrence(key, None).filter(|_| at < closes_at) else {
            return;
        };
        // A moment that the go brought with it is asked about with the go.
        let at = at.max(self.goes_ahead_since());
        for mail in self.requests(&showcase, at) {
            self.tell(key, mail, &occurrence, at, Some(closes_at));
        }
    }
}
