//! What people do about hosting (rule 8): offering a venue, pinning a host, ticking the checklist, moving a meeting.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::organising::revise;
use crate::domain::{
    calendar,
    facts::Facts,
    formats,
    hosting::{ChecklistItem, VenueDraft, VenueOffer},
    ids::{MeetingId, RegistrationId, VenueOfferId},
    message::Locale,
    programme::{Meeting, MeetingDay, Phase},
    refusal::Refusal,
    text::Paragraphs,
};

/// Offers of one person that stand.
pub const MOST_LIVE_OFFERS: usize = 10;
/// Offers of one person, those withdrawn too.
const MOST_OFFERS: usize = 50;

fn must_be_under_way(facts: &Facts) -> Result<(), Refusal> {
    match facts.programme.phase {
        Phase::GoingAhead => Ok(()),
        Phase::Draft | Phase::Open => Err(Refusal::StateConflict(
            "venues are offered once the programme goes ahead; participants are asked for them the day after that"
                .to_owned(),
        )),
        Phase::Cancelled => Err(Refusal::StateConflict("this programme is cancelled".to_owned())),
        Phase::Completed => Err(Refusal::StateConflict("this programme is over".to_owned())),
    }
}

fn check_meetings(facts: &Facts, draft: &VenueDraft) -> Result<(), Refusal> {
    let is_there = |id: &MeetingId| facts.programme.meeting(*id).is_some();
    if draft.meetings.iter().all(is_there) {
        Ok(())
    } else {
        Err(Refusal::not_found("meeting in this programme", "meetingIds"))
    }
}

/// A participant offers a venue.
pub fn offer_venue(
    facts: &mut Facts,
    id: VenueOfferId,
    registration: RegistrationId,
    draft: VenueDraft,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    must_be_under_way(facts)?;
    let takes_part = facts
        .registrations
        .get(&registration)
        .is_some_and(|registration| registration.status.counts());
    if !takes_part {
        return Err(Refusal::StateConflict(
            "only participants can offer a venue; this registration is not one of them".to_owned(),
        ));
    }
    check_meetings(facts, &draft)?;
    let own = || {
        facts
            .hosting
            .offers
            .iter()
            .filter(|offer| offer.registration == registration)
    };
    if own().filter(|offer| offer.is_live()).count() >= MOST_LIVE_OFFERS {
        return Err(Refusal::StateConflict(format!(
            "one person can offer at most {MOST_LIVE_OFFERS} venues; change or withdraw one of them"
        )));
    }
    if own().count() >= MOST_OFFERS {
        return Err(Refusal::StateConflict(
            "this person has offered and withdrawn too often; change one of the offers that stand".to_owned(),
        ));
    }
    let arrival = facts.hosting.next_arrival();
    let VenueDraft {
        venue,
        capacity,
        rooms,
        meetings,
    } = draft;
    facts.hosting.offers.push(VenueOffer {
        id,
        registration,
        arrival,
        venue,
        capacity,
        rooms,
        meetings,
        offered_at: now,
        withdrawn_at: None,
    });
    Ok(())
}

fn live_offer(facts: &Facts, id: VenueOfferId) -> Result<&VenueOffer, Refusal> {
    let offer = facts.hosting.offer(id);
    let offer = offer.ok_or_else(|| Refusal::not_found("venue offer", "venueOfferId"))?;
    if offer.is_live() {
        Ok(offer)
    } else {
        Err(Refusal::StateConflict(
            "this offer was withdrawn; please offer the venue again".to_owned(),
        ))
    }
}

/// The person, or an organiser, completes or corrects an offer. A meeting that it is no longer meant for is free again.
pub fn update_venue_offer(
    facts: &mut Facts,
    id: VenueOfferId,
    draft: VenueDraft,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    must_be_under_way(facts)?;
    check_meetings(facts, &draft)?;
    let before = live_offer(facts, id)?.clone();
    let mut after = before.clone();
    after.revise(draft);
    let to_come: Vec<_> = facts.meetings_to_come(now).map(|meeting| meeting.id).collect();
    let given_up: Vec<_> = facts
        .hosting
        .meetings_at(id)
        .filter(|meeting| to_come.contains(meeting))
        // One that was pinned without being asked for was never on the list.
        .filter(|meeting| before.can_host(*meeting) && !after.can_host(*meeting))
        .collect();
    for meeting in given_up {
        facts.hosting.of(meeting).free();
    }
    if let Some(offer) = facts.hosting.offers.iter_mut().find(|offer| offer.id == id) {
        *offer = after;
    }
    Ok(())
}

/// The person, or an organiser, withdraws an offer: what it was chosen for is free again.
pub fn withdraw_venue_offer(facts: &mut Facts, id: VenueOfferId, now: DateTime<Utc>) -> Result<(), Refusal> {
    let offer = facts.hosting.offer(id);
    let offer = offer.ok_or_else(|| Refusal::not_found("venue offer", "venueOfferId"))?;
    if offer.is_live() {
        facts.withdraw_offer(id, now);
    }
    Ok(())
}

impl Facts {
    /// Withdraws an offer. Meetings that have begun stay where they were.
    pub(in crate::domain) fn withdraw_offer(&mut self, id: VenueOfferId, at: DateTime<Utc>) {
        let to_come: Vec<_> = self.meetings_to_come(at).map(|meeting| meeting.id).collect();
        let held: Vec<_> = self.hosting.meetings_at(id).collect();
        for meeting in held.into_iter().filter(|meeting| to_come.contains(meeting)) {
            self.hosting.of(meeting).free();
        }
        if let Some(offer) = self.hosting.offers.iter_mut().find(|offer| offer.id == id) {
            offer.withdrawn_at = Some(at);
        }
    }
}

fn meeting_to_come(facts: &Facts, id: MeetingId, now: DateTime<Utc>) -> Result<&Meeting, Refusal> {
    let meeting = facts.programme.meeting(id);
    let meeting = meeting.ok_or_else(|| Refusal::not_found("meeting", "meetingId"))?;
    if facts.meetings_to_come(now).any(|other| other.id == id) {
        Ok(meeting)
    } else {
        Err(Refusal::StateConflict(
            "this meeting has begun or is over; it can no longer be changed".to_owned(),
        ))
    }
}

/// An organiser pins or swaps the host of a meeting; without an offer the rotation chooses again when its moment has come.
pub fn assign_host(
    facts: &mut Facts,
    meeting: MeetingId,
    offer: Option<VenueOfferId>,
    act: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    must_be_under_way(facts)?;
    meeting_to_come(facts, meeting, now)?;
    let former = facts.hosting.host_of(meeting);
    match offer {
        Some(id) => {
            live_offer(facts, id)?;
            facts.hosting.of(meeting).assign(id, true);
        }
        None => unpin(facts, meeting, now),
    }
    if let Some(former) = former {
        facts.hosting.chosen_again.push((meeting, former, act));
    }
    Ok(())
}

/// Leaves a meeting to the rotation. One that chooses the same host again changes nothing.
fn unpin(facts: &mut Facts, meeting: MeetingId, now: DateTime<Utc>) {
    let before = facts.hosting.of(meeting).clone();
    facts.hosting.of(meeting).free();
    if !facts.is_host_due(meeting) {
        return;
    }
    let is_open = |id: &MeetingId| *id != meeting && facts.hosting.host_of(*id).is_none();
    let left: Vec<_> = facts
        .meetings_to_come(now)
        .map(|other| other.id)
        .filter(is_open)
        .collect();
    let chosen = facts.hosting.choose(meeting, &left).map(|offer| offer.id);
    if chosen.is_some() && chosen == before.offer {
        let kept = facts.hosting.of(meeting);
        *kept = before;
        kept.is_pinned = false;
    }
}

/// The host, or an organiser, ticks an item of the checklist. `by` is the person who does; none: an organiser.
pub fn tick(
    facts: &mut Facts,
    meeting: MeetingId,
    item: ChecklistItem,
    is_done: bool,
    by: Option<RegistrationId>,
) -> Result<(), Refusal> {
    must_be_under_way(facts)?;
    let Some(host) = facts.hosting.host_of(meeting) else {
        return Err(Refusal::StateConflict(
            "this meeting has no host yet, and so nothing to tick".to_owned(),
        ));
    };
    if by.is_some_and(|by| by != host) {
        return Err(Refusal::StateConflict(
            "somebody else hosts this meeting now".to_owned(),
        ));
    }
    let done = &mut facts.hosting.of(meeting).done;
    if is_done {
        done.insert(item);
    } else {
        done.remove(&item);
    }
    Ok(())
}

/// An organiser moves a meeting. The meetings stay in order; what hangs on their times moves along.
pub fn reschedule(
    facts: &mut Facts,
    id: MeetingId,
    days: Vec<MeetingDay>,
    reason: Option<Paragraphs<1000>>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    match facts.programme.phase {
        Phase::Open | Phase::GoingAhead => {}
        Phase::Draft => {
            return Err(Refusal::StateConflict(
                "this programme is a draft; change its meetings with updateProgramme".to_owned(),
            ));
        }
        Phase::Cancelled => return Err(Refusal::StateConflict("this programme is cancelled".to_owned())),
        Phase::Completed => return Err(Refusal::StateConflict("this programme is over".to_owned())),
    }
    meeting_to_come(facts, id, now)?;
    let zone = facts.programme.announced.time_zone;
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Err(Refusal::required("days", "need at least one"));
    };
    if calendar::resolve(first.on, first.starts, zone) <= now {
        return Err(Refusal::invalid("days", "begin in the past"));
    }
    let told = |day: &MeetingDay| formats::weekday_and_day(day.on, Locale::En);
    let (mut before, mut after) = (None, None);
    let mut is_before = true;
    for other in &facts.programme.announced.meetings {
        if other.id == id {
            is_before = false;
        } else if is_before {
            before = other.days.last().or(before);
        } else if after.is_none() {
            after = other.days.first();
        }
    }
    if let Some(before) = before.filter(|before| before.on >= first.on) {
        return Err(Refusal::invalid(
            "days",
            format!("must be after the meeting before it, which ends on {}", told(before)),
        ));
    }
    if let Some(after) = after.filter(|after| after.on <= last.on) {
        return Err(Refusal::invalid(
            "days",
            format!("must be before the meeting after it, which begins on {}", told(after)),
        ));
    }
    let mut announced = facts.programme.announced.clone();
    if let Some(meeting) = announced.meetings.iter_mut().find(|meeting| meeting.id == id) {
        meeting.days = days;
    }
    revise(facts, announced, now)?;
    if let Some(reason) = reason.filter(|_| facts.programme.phase == Phase::GoingAhead) {
        facts.hosting.moved_because.insert(id, reason);
    }
    Ok(())
}
