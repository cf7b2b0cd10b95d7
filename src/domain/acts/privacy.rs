//! A person is erased, on the own wish or by an organiser (rule 14).

use chrono::{DateTime, Utc};

use super::{attempt, find};
use crate::domain::{
    facts::{Facts, Happened},
    guests::GuestVerb,
    ids::{InvitationId, RegistrationId},
    privacy::Erasure,
    refusal::Refusal,
    registration::Verb,
};

/// Everything about the person goes. Whoever is still in leaves by it, without a mail: there is no address any more to send
/// one to. Erasing twice changes nothing.
pub fn erase(facts: &mut Facts, id: RegistrationId, now: DateTime<Utc>) -> Result<(), Refusal> {
    let registration = find(facts, id)?;
    if registration.erased_at.is_some() {
        return Ok(());
    }
    let (counted, is_final) = (registration.status.counts(), registration.status.is_final());
    if !is_final {
        attempt(facts, id, Verb::Withdraw, now)?;
        if counted && facts.is_after_go() && facts.counts.counted < facts.programme.announced.min_participants {
            facts.happened.push_back(Happened::FellBelowMinimum(id));
        }
    }
    if let Some(registration) = facts.registrations.get_mut(&id) {
        registration.erased_at = Some(now);
    }
    facts.erasures.push(Erasure::Registration(id));
    Ok(())
}

/// Everything about a guest goes. Whoever was coming leaves the place to the next by it, without a mail. Erasing twice changes
/// nothing.
pub fn erase_guest(facts: &mut Facts, id: InvitationId, now: DateTime<Utc>) -> Result<(), Refusal> {
    let found = facts.guests.invitations.get(&id);
    let invitation = found.ok_or_else(|| Refusal::not_found("invitation", "invitationId"))?;
    if invitation.erased_at.is_some() {
        return Ok(());
    }
    if invitation.status.is_live() && facts.showcase_to_come(now).is_some() {
        facts.apply_guest(id, GuestVerb::Decline, now);
    }
    if let Some(invitation) = facts.guests.invitations.get_mut(&id) {
        invitation.erased_at = Some(now);
    }
    facts.erasures.push(Erasure::Guest(id));
    Ok(())
}
