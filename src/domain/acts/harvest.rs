//! What participants bring home, and what organisers make of it (rule 11).

use std::collections::BTreeSet;

use chrono::{DateTime, Timelike, Utc};
use uuid::Uuid;

use crate::domain::{
    facts::{Facts, Happened},
    harvest::{
        Harvest, HarvestStatus, HarvestTransition as Transition, HarvestVerb as Verb, HarvestWords,
        LONGEST_SLOT_MINUTES, SHORTEST_SLOT_MINUTES, Slot, transition,
    },
    ids::{HarvestId, LearningWishId, RegistrationId},
    programme::{Phase, Showcase},
    refusal::{HarvestClosed, Refusal, SlotError, path},
    text::Paragraphs,
};

fn conflict(explanation: impl Into<String>) -> Refusal {
    Refusal::StateConflict(explanation.into())
}

fn closed(error: HarvestClosed) -> Refusal {
    Refusal::HarvestClosed { error }
}

fn showcase(facts: &Facts) -> Result<&Showcase, Refusal> {
    let showcase = facts.programme.announced.showcase.as_ref();
    showcase.ok_or_else(|| closed(HarvestClosed::NoShowcase))
}

/// An author writes while the programme goes on; what came back or was reopened can be mended after it as well.
fn must_be_the_authors(facts: &Facts, author: RegistrationId) -> Result<(), Refusal> {
    let is_back = facts.harvests.get(&author).is_some_and(Harvest::is_back);
    match facts.programme.phase {
        Phase::GoingAhead => {}
        Phase::Completed if is_back => {}
        Phase::Draft | Phase::Open => {
            return Err(conflict(
                "harvests are written once the programme goes ahead; please come back then",
            ));
        }
        Phase::Cancelled => return Err(conflict("this programme does not go ahead")),
        Phase::Completed => {
            return Err(conflict(
                "this programme is over; an organiser can reopen a harvest that has to change",
            ));
        }
    }
    if facts.takes_part(author) {
        Ok(())
    } else {
        Err(conflict("this registration does not take part in the programme"))
    }
}

/// What a verb comes to, with its refusals; none: it is so already.
fn attempt(facts: &Facts, harvest: &Harvest, verb: Verb, now: DateTime<Utc>) -> Result<Option<HarvestStatus>, Refusal> {
    let announced = &facts.programme.announced;
    let is_late = harvest.is_late(announced.showcase.as_ref(), announced.time_zone, now);
    match transition(harvest.status, verb, is_late) {
        Transition::To(status) => Ok(Some(status)),
        Transition::Same => Ok(None),
        Transition::Late => {
            let closed_at = showcase(facts)?.harvest_closes_at(facts.programme.announced.time_zone);
            Err(closed(HarvestClosed::Over { closed_at }))
        }
        Transition::Refused(why) => Err(conflict(why)),
    }
}

/// A participant writes; each has one harvest, `id` is for the first time. The wishes that it grew from are the author's own.
pub fn save_harvest(
    facts: &mut Facts,
    id: HarvestId,
    author: RegistrationId,
    words: HarvestWords,
    wishes: BTreeSet<LearningWishId>,
    now: DateTime<Utc>,
) -> Result<HarvestId, Refusal> {
    must_be_the_authors(facts, author)?;
    let zone = facts.programme.announced.time_zone;
    let opens_at = showcase(facts)?.harvest_opens_at(zone);
    let is_own = |id: &LearningWishId| facts.sharing.wishes.get(id).is_some_and(|wish| wish.author == author);
    if !wishes.iter().all(is_own) {
        return Err(Refusal::not_found("learning wish of this person", "learningWishIds"));
    }
    match facts.harvests.get(&author) {
        Some(harvest) => attempt(facts, harvest, Verb::Save, now).map(drop)?,
        // What is there can be written on, also when the showcase was moved away meanwhile.
        None if now < opens_at => return Err(closed(HarvestClosed::NotOpen { opens_at })),
        None => {}
    }
    let saved = facts.harvests.entry(author).or_insert_with(|| Harvest {
        id,
        author,
        words: words.clone(),
        wishes: wishes.clone(),
        status: HarvestStatus::Draft,
        is_reopened: false,
        remark: None,
        saved_at: now,
        submitted_at: None,
        slot: None,
    });
    saved.rewrite(words, wishes, now);
    Ok(saved.id)
}

/// A participant hands the harvest in; twice is once.
pub fn submit_harvest(
    facts: &mut Facts,
    author: RegistrationId,
    act: Uuid,
    now: DateTime<Utc>,
) -> Result<HarvestId, Refusal> {
    must_be_the_authors(facts, author)?;
    let harvest = facts
        .harvests
        .get(&author)
        .ok_or_else(|| conflict("there is no harvest to hand in yet; save one first"))?;
    let id = harvest.id;
    let Some(status) = attempt(facts, harvest, Verb::Submit, now)? else {
        return Ok(id);
    };
    if let Some(harvest) = facts.harvests.get_mut(&author) {
        let is_again = harvest.submitted_at.is_some();
        harvest.status = status;
        harvest.is_reopened = false;
        harvest.submitted_at = Some(now);
        let happened = Happened::HarvestSubmitted { author, is_again, act };
        facts.happened.push_back(happened);
    }
    Ok(id)
}

/// What an organiser says of a harvest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The verdict: return, accept, publish or reopen.
    pub verdict: Verb,
    /// What is said about it.
    pub remark: Option<Paragraphs<2000>>,
    /// What it said then was read, and the verdict is about that; none: about whatever it says.
    pub unchanged_since: Option<DateTime<Utc>>,
}

/// The author of a harvest that is shown: of somebody who takes part, in a programme that goes ahead or went.
fn author_of(facts: &Facts, id: HarvestId) -> Result<RegistrationId, Refusal> {
    let found = facts.harvests.values().find(|harvest| harvest.id == id);
    found
        .map(|harvest| harvest.author)
        .filter(|author| facts.takes_part(*author))
        .ok_or_else(|| Refusal::not_found("harvest", "harvestId"))
}

/// An organiser returns, accepts, publishes or reopens a harvest, the last three also when the programme is over: the harvest that
/// was read, where that is told. One that goes back to its author has no time at the showcase any more.
pub fn review_harvest(
    facts: &mut Facts,
    id: HarvestId,
    review: Review,
    act: Uuid,
    now: DateTime<Utc>,
) -> Result<HarvestId, Refusal> {
    if !facts.programme.is_under_way() {
        return Err(conflict(
            "this programme does not go ahead, so there is nothing to judge",
        ));
    }
    let author = author_of(facts, id)?;
    let Some(harvest) = facts.harvests.get(&author) else {
        return Ok(id);
    };
    let Review {
        verdict,
        remark,
        unchanged_since,
    } = review;
    if unchanged_since.is_some_and(|read_at| !harvest.is_unchanged_since(read_at)) {
        return Err(conflict(
            "this harvest has changed since it was read; read it again, then give the verdict on what it says now",
        ));
    }
    if verdict == Verb::Return && remark.is_none() {
        return Err(Refusal::required(
            "remark",
            "is needed to return a harvest: say what has to change",
        ));
    }
    let Some(status) = attempt(facts, harvest, verdict, now)? else {
        // Whoever says something about it does not know that another was first.
        return match remark {
            Some(remark) if harvest.remark.as_ref() != Some(&remark) => Err(conflict(
                "this verdict was given already, so what you said about it is not kept; reopen the harvest to say more",
            )),
            _ => Ok(id),
        };
    };
    if let Some(harvest) = facts.harvests.get_mut(&author) {
        harvest.status = status;
        harvest.remark = remark;
        let is_reopened = verdict == Verb::Reopen;
        harvest.is_reopened = is_reopened;
        match status {
            HarvestStatus::Draft | HarvestStatus::Returned => {
                harvest.slot = None;
                let happened = Happened::HarvestReturned {
                    author,
                    is_reopened,
                    act,
                };
                facts.happened.push_back(happened);
            }
            HarvestStatus::Accepted => facts.happened.push_back(Happened::HarvestAccepted(author, act)),
            HarvestStatus::Submitted | HarvestStatus::Published => {}
        }
    }
    Ok(id)
}

/// An organiser gives an accepted harvest its time at the showcase; the same time again is no change.
pub fn schedule_harvest(
    facts: &mut Facts,
    id: HarvestId,
    slot: Slot,
    act: Uuid,
    now: DateTime<Utc>,
) -> Result<HarvestId, Refusal> {
    match facts.programme.phase {
        Phase::GoingAhead => {}
        Phase::Completed => return Err(conflict("this programme is over, and so is its showcase")),
        Phase::Draft | Phase::Open | Phase::Cancelled => {
            return Err(conflict("this programme does not go ahead, so nothing is presented"));
        }
    }
    let author = author_of(facts, id)?;
    let showcase = *showcase(facts)?;
    let zone = facts.programme.announced.time_zone;
    let status = facts.harvests.get(&author).map(|harvest| harvest.status);
    if !status.is_some_and(HarvestStatus::is_accepted) {
        return Err(conflict(
            "only an accepted harvest gets a time at the showcase; accept it first",
        ));
    }
    if !(SHORTEST_SLOT_MINUTES..=LONGEST_SLOT_MINUTES).contains(&slot.minutes) {
        return Err(Refusal::invalid(
            "minutes",
            format!("must be from {SHORTEST_SLOT_MINUTES} to {LONGEST_SLOT_MINUTES}"),
        ));
    }
    if slot.starts_at.second() != 0 || slot.starts_at.nanosecond() != 0 {
        return Err(Refusal::invalid("startsAt", "must be a whole minute"));
    }
    let does_not_fit = |error| Refusal::Slot {
        field: path("startsAt"),
        error,
    };
    if !slot.is_within(&showcase, zone) {
        return Err(does_not_fit(SlotError::Outside {
            starts_at: showcase.starts_at(zone),
            ends_at: showcase.ends_at(zone),
        }));
    }
    if slot.starts_at <= now {
        return Err(does_not_fit(SlotError::Past));
    }
    let is_others = |harvest: &&Harvest| harvest.author != author && facts.takes_part(harvest.author);
    let others = facts.harvests.values().filter(is_others);
    let mut others = others.filter_map(|harvest| harvest.slot_within(Some(&showcase), zone));
    if let Some(taken) = others.find(|other| other.overlaps(&slot)) {
        return Err(does_not_fit(SlotError::Taken {
            starts_at: taken.starts_at,
            ends_at: taken.ends_at(),
        }));
    }
    for harvest in facts.harvests.values_mut() {
        if harvest.author == author && harvest.slot != Some(slot) {
            let is_moved = harvest.slot.is_some();
            harvest.slot = Some(slot);
            facts
                .happened
                .push_back(Happened::HarvestScheduled { author, is_moved, act });
        } else if harvest.author != author && harvest.slot.is_some_and(|other| other.overlaps(&slot)) {
            // It does not count, because the showcase has other hours by now; it must not come back beside this one.
            harvest.slot = None;
        }
    }
    Ok(id)
}
