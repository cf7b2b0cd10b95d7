//! What people do to a programme. Each act finds everything settled that was due by `now`, changes the facts, and leaves what
//! happened for the rules to answer.

mod arranging;
mod deciding;
mod guests;
mod harvest;
mod hosting;
mod organising;
mod privacy;
mod questions;
mod sharing;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    calendar,
    decision::ended_by_no_go,
    facts::{Facts, GuestHappened, Happened},
    guests::InvitationStatus,
    ids::RegistrationId,
    message::CancellationCause,
    programme::Phase,
    refusal::Refusal,
    registration::{
        PersonKey, Registrant, Registration, RegistrationStatus as Status, TIME_TO_VERIFY, Transition, Verb,
    },
    text::Paragraphs,
};
pub use arranging::{
    FARTHEST_DAYS, RuleChange, TriggerFields, announce, changed_rule, set_rule, withdraw_announcement,
};
pub use deciding::{can_decide, choose, must_be_explained};
pub use guests::{InvitationDraft, cancel_invitation, correct_guest, invite_guest, reply_to_invitation};
pub use harvest::{Review, review_harvest, save_harvest, schedule_harvest, submit_harvest};
pub use hosting::{
    MOST_LIVE_OFFERS, assign_host, offer_venue, reschedule, tick, update_venue_offer, withdraw_venue_offer,
};
pub use organising::{cancel, extend_deadline, publish, revise, welcome};
pub use privacy::{erase, erase_guest};
pub use questions::ask_question;
pub use sharing::{
    Proposal, add_learning_wish, ask_facilitators, edit_learning_wish, follow_learning_wish, offer_support,
    propose_agenda_item, save_assignment, set_agenda, unfollow_learning_wish, vote_for_agenda_item,
};

/// What somebody who registers is told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The position in the waiting list; none: a place is held.
    pub waiting_position: Option<u32>,
    /// From when on the address can no longer be verified.
    pub confirm_before: DateTime<Utc>,
}

fn must_be_open(facts: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    let programme = &facts.programme;
    if programme.is_registration_open(now) {
        return Ok(());
    }
    let closed_at = programme.registration_closes_at();
    let ended_by_organiser = matches!(
        programme.cancellation.as_ref().map(|by| by.cause),
        Some(CancellationCause::Organiser)
    );
    match programme.phase {
        // The same answer whatever the closing instant decided: who comes a second late, came late.
        Phase::Open | Phase::GoingAhead | Phase::Cancelled if closed_at <= now && !ended_by_organiser => {
            Err(Refusal::DeadlinePassed { closed_at })
        }
        Phase::Open | Phase::GoingAhead => Err(Refusal::RegistrationNotOpen {
            opens_at: programme.opens_at(),
        }),
        _ => Err(Refusal::RegistrationNotOpen { opens_at: None }),
    }
}

fn same_person(facts: &Facts, person: &Registrant) -> Option<RegistrationId> {
    let key = PersonKey::of(&person.name, &person.email);
    facts
        .registrations
        .values()
        .find(|registration| !registration.status.is_final() && registration.person_key() == key)
        .map(|registration| registration.id)
}

fn newcomer(
    facts: &Facts,
    id: RegistrationId,
    person: Registrant,
    is_verified: bool,
    now: DateTime<Utc>,
) -> Registration {
    let status = match (facts.newcomer_gets_place(), is_verified) {
        (false, _) => Status::Waiting,
        (true, false) => Status::Unverified,
        (true, true) if facts.is_after_go() => Status::Confirmed,
        (true, true) => Status::Registered,
    };
    Registration {
        id,
        arrival: 0,
        status,
        person,
        registered_at: now,
        verified_at: is_verified.then_some(now),
        offered_at: None,
        offer_expires_at: None,
        confirmed_at: (status == Status::Confirmed).then_some(now),
        ended_at: None,
        end_reason: None,
        erased_at: None,
    }
}

/// Somebody registers (rules 2, 4, 5). The answer is the one a newcomer would get, also to somebody who is registered already;
/// then nothing of the second input is taken over and the mail repeats the state.
pub fn register(
    facts: &mut Facts,
    id: RegistrationId,
    person: Registrant,
    act: Uuid,
    now: DateTime<Utc>,
) -> Result<Receipt, Refusal> {
    must_be_open(facts, now)?;
    let ends_at = if facts.newcomer_gets_place() {
        Some(facts.programme.registration_closes_at())
    } else {
        facts.programme.kick_off_at()
    };
    let hours_end_at = calendar::later(now, TIME_TO_VERIFY);
    let receipt = Receipt {
        waiting_position: (!facts.newcomer_gets_place()).then_some(facts.counts.waiting.saturating_add(1)),
        confirm_before: ends_at.map_or(hours_end_at, |ends_at| ends_at.min(hours_end_at)),
    };
    match same_person(facts, &person) {
        Some(existing) => facts.happened.push_back(Happened::RegisteredAgain(existing, act)),
        None => {
            let registration = newcomer(facts, id, person, false, now);
            facts.admit(registration);
            facts.happened.push_back(Happened::Registered(id));
        }
    }
    Ok(receipt)
}

/// An organiser adds somebody, verified at once; somebody who is in and unverified is verified by it.
pub fn add_registration(
    facts: &mut Facts,
    id: RegistrationId,
    person: Registrant,
    now: DateTime<Utc>,
) -> Result<RegistrationId, Refusal> {
    must_be_open(facts, now)?;
    if let Some(existing) = same_person(facts, &person) {
        let is_verified = facts
            .registrations
            .get(&existing)
            .is_some_and(Registration::is_verified);
        return if is_verified {
            Err(Refusal::AlreadyRegistered)
        } else {
            verify(facts, existing, now).map(|()| existing)
        };
    }
    let registration = newcomer(facts, id, person, true, now);
    admit_verified(facts, registration);
    Ok(id)
}

fn admit_verified(facts: &mut Facts, registration: Registration) {
    let status = registration.status;
    let id = facts.admit(registration);
    facts.happened.push_back(if status == Status::Waiting {
        Happened::WaitingListJoined(id)
    } else {
        Happened::PlaceTaken(id)
    });
}

/// Somebody cancelled by a no-go registers anew in one press, verified, with what was given before, at the end of the line
/// (rule 6). Pressing twice changes nothing; whoever registered again by hand meanwhile is verified by it.
pub fn register_anew(
    facts: &mut Facts,
    earlier: RegistrationId,
    id: RegistrationId,
    now: DateTime<Utc>,
) -> Result<RegistrationId, Refusal> {
    must_be_open(facts, now)?;
    let earlier = find(facts, earlier)?;
    if let Some(existing) = same_person(facts, &earlier.person) {
        return verify(facts, existing, now).map(|()| existing);
    }
    if !ended_by_no_go(&facts.decisions, earlier) {
        return Err(Refusal::StateConflict(
            "this registration did not end by a no-go; please register again".to_owned(),
        ));
    }
    let registration = newcomer(facts, id, earlier.person.clone(), true, now);
    admit_verified(facts, registration);
    Ok(id)
}

fn find(facts: &Facts, id: RegistrationId) -> Result<&Registration, Refusal> {
    facts
        .registrations
        .get(&id)
        .ok_or_else(|| Refusal::not_found("registration", "registrationId"))
}

/// Carries a verb out; whether it changed anything. A refusal tells where the registration stands.
fn attempt(facts: &mut Facts, id: RegistrationId, verb: Verb, now: DateTime<Utc>) -> Result<bool, Refusal> {
    let registration = find(facts, id)?;
    let (status, had_offer) = (registration.status, registration.offered_at.is_some());
    match facts.apply(id, verb, now) {
        Some(Transition::To(_)) => Ok(true),
        Some(Transition::Already) => Ok(false),
        Some(Transition::Refused) | None => Err(match (verb, status) {
            (Verb::Accept | Verb::Decline, Status::Expired) if had_offer => Refusal::OfferExpired,
            (Verb::Accept | Verb::Decline, live) if !live.is_final() => {
                Refusal::StateConflict("no place is on offer to this registration".to_owned())
            }
            (_, Status::Expired) => {
                Refusal::StateConflict("this registration has expired; please register again".to_owned())
            }
            (_, Status::Withdrawn) => {
                Refusal::StateConflict("this registration was withdrawn; please register again".to_owned())
            }
            (_, Status::Declined) => {
                Refusal::StateConflict("the offered place was declined; please register again".to_owned())
            }
            (_, Status::Cancelled) => Refusal::StateConflict("this registration was cancelled".to_owned()),
            (_, other) => Refusal::StateConflict(format!(
                "this cannot be done with a registration that is {}",
                other.word()
            )),
        }),
    }
}

/// The person proves the address by the link in the mail.
pub fn verify(facts: &mut Facts, id: RegistrationId, now: DateTime<Utc>) -> Result<(), Refusal> {
    if attempt(facts, id, Verb::Verify, now)? {
        let is_waiting = find(facts, id)?.status == Status::Waiting;
        facts.happened.push_back(if is_waiting {
            Happened::WaitingListJoined(id)
        } else {
            Happened::PlaceTaken(id)
        });
    }
    Ok(())
}

/// The person takes the offered place.
pub fn accept_place(facts: &mut Facts, id: RegistrationId, now: DateTime<Utc>) -> Result<(), Refusal> {
    if attempt(facts, id, Verb::Accept, now)? {
        facts.happened.push_back(Happened::PlaceTaken(id));
    }
    Ok(())
}

/// The person leaves the offered place to the next.
pub fn decline_place(facts: &mut Facts, id: RegistrationId, now: DateTime<Utc>) -> Result<(), Refusal> {
    attempt(facts, id, Verb::Decline, now).map(|_| ())
}

/// The person leaves.
pub fn withdraw(
    facts: &mut Facts,
    id: RegistrationId,
    reason: Option<Paragraphs<1000>>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let before = find(facts, id)?;
    let (counted, was_verified) = (before.status.counts(), before.is_verified());
    if attempt(facts, id, Verb::Withdraw, now)? {
        if let Some(registration) = facts.registrations.get_mut(&id) {
            registration.end_reason = reason;
        }
        // An address that was never verified got its one mail already.
        if was_verified {
            facts.happened.push_back(Happened::Withdrawn(id));
        }
        if counted && facts.is_after_go() && facts.counts.counted < facts.programme.announced.min_participants {
            facts.happened.push_back(Happened::FellBelowMinimum(id));
        }
    }
    Ok(())
}

/// The person, or an organiser, corrects what was given. The address stays: it is what was verified.
pub fn correct(facts: &mut Facts, id: RegistrationId, person: Registrant) -> Result<(), Refusal> {
    let registration = find(facts, id)?;
    if registration.status.is_final() {
        return Err(Refusal::StateConflict(
            "this registration has ended and can no longer be changed".to_owned(),
        ));
    }
    if same_person(facts, &person).is_some_and(|other| other != id) {
        return Err(Refusal::invalid(
            "name",
            "is the name of another registration with this address",
        ));
    }
    if let Some(registration) = facts.registrations.get_mut(&id) {
        registration.person = person;
    }
    Ok(())
}

/// Somebody asked for new links: one mail per registration that goes on, per membership of the team, and per invitation that
/// was not called back, at that address.
pub fn request_links(facts: &mut Facts, address: &str, act: Uuid) {
    let here: Vec<_> = facts
        .in_line(|registration| !registration.status.is_final() && registration.person.email.comparable() == address);
    facts
        .happened
        .extend(here.into_iter().map(|id| Happened::LinkRequested(id, act)));
    let members: Vec<_> = facts
        .programme
        .announced
        .team
        .iter()
        .filter(|member| member.email.comparable() == address)
        .map(|member| member.id)
        .collect();
    facts
        .happened
        .extend(members.into_iter().map(|id| Happened::TeamLinkRequested(id, act)));
    let invited = facts.guests.in_order(|invitation| {
        invitation.status != InvitationStatus::Cancelled && invitation.guest.email.comparable() == address
    });
    let asked = invited
        .into_iter()
        .map(|one| Happened::Guest(one.id, GuestHappened::LinkRequested(act)));
    facts.happened.extend(asked);
}
