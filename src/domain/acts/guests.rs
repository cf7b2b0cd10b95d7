//! What people do about guests of the showcase (rule 12): inviting them, calling an invitation back, answering one.

use chrono::{DateTime, Utc};

use crate::domain::{
    facts::{Facts, GuestHappened, Happened},
    guests::{
        ACCEPTANCES_AT_MOST, Guest, GuestTransition, GuestVerb, Invitation, InvitationStatus as Status,
        LONGEST_MESSAGE, ORGANISERS_QUOTA, QUOTAS_IN_ALL,
    },
    ids::{InvitationId, RegistrationId},
    message::{InvitationEnd, Locale},
    programme::Phase,
    refusal::Refusal,
    registration::PersonKey,
    text::{Paragraphs, PersonName},
};

/// Whom somebody invites, and what the guest reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationDraft {
    /// The guest.
    pub guest: Guest,
    /// What whoever invites writes.
    pub message: Option<Paragraphs<LONGEST_MESSAGE>>,
}

fn conflict(explanation: impl Into<String>) -> Refusal {
    Refusal::StateConflict(explanation.into())
}

/// Guests are invited, and answer, from the go until the showcase begins.
fn must_be_to_come(facts: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    match facts.programme.phase {
        Phase::GoingAhead | Phase::Completed => {}
        Phase::Draft | Phase::Open => {
            return Err(conflict(
                "guests are invited from the moment that the programme goes ahead; please come back then",
            ));
        }
        Phase::Cancelled => {
            return Err(conflict(
                "this programme does not go ahead, so there is no showcase to come to",
            ));
        }
    }
    if facts.programme.announced.showcase.is_none() {
        return Err(conflict(
            "this programme has no showcase; ask the organisers whether one is planned",
        ));
    }
    match facts.showcase_to_come(now) {
        Some(_) => Ok(()),
        None => Err(conflict(
            "the showcase has begun, so nothing can be changed about its guests any more",
        )),
    }
}

fn find(facts: &Facts, id: InvitationId) -> Result<&Invitation, Refusal> {
    facts
        .guests
        .invitations
        .get(&id)
        .ok_or_else(|| Refusal::not_found("invitation", "invitationId"))
}

/// Whether somebody may invite one more. `by`: a participant; none: an organiser.
fn must_have_quota(facts: &Facts, by: Option<RegistrationId>) -> Result<(), Refusal> {
    let showcase = facts.programme.announced.showcase;
    let quota = match by {
        Some(_) => showcase.map_or(0, |showcase| showcase.guest_quota),
        None => ORGANISERS_QUOTA,
    };
    let refused = |explanation: String| Err(Refusal::InvitationQuotaReached(explanation));
    if quota == 0 {
        return refused(
            "participants invite no guests to this showcase; ask the organisers to invite somebody".to_owned(),
        );
    }
    let own = |invitation: &Invitation| invitation.invited_by == by;
    if facts.guests.count(|one| own(one) && one.status.is_live()) >= quota {
        return refused(format!(
            "{quota} guests are invited already, which is the most; call an invitation back to invite somebody else"
        ));
    }
    let in_all = quota.saturating_mul(QUOTAS_IN_ALL);
    if facts.guests.count(own) >= in_all {
        return refused(format!(
            "{in_all} people have been invited in all, also those whose invitations were declined or called back, which is the most; ask the organisers to invite somebody"
        ));
    }
    Ok(())
}

fn must_be_somebody_else(facts: &Facts, person: &PersonKey) -> Result<(), Refusal> {
    let is_same = |one: &Invitation| one.status.is_live() && one.person_key() == *person;
    if facts.guests.invitations.values().any(is_same) {
        return Err(conflict(
            "this person is invited already, by you or by somebody else; that invitation stands",
        ));
    }
    if facts.comes_anyway(person) {
        return Err(conflict(
            "this person belongs to the programme, and comes to the showcase without an invitation",
        ));
    }
    Ok(())
}

/// A participant, or an organiser (none), invites a guest.
pub fn invite_guest(
    facts: &mut Facts,
    id: InvitationId,
    by: Option<RegistrationId>,
    draft: InvitationDraft,
    now: DateTime<Utc>,
) -> Result<InvitationId, Refusal> {
    must_be_to_come(facts, now)?;
    if by.is_some_and(|by| !facts.takes_part(by)) {
        return Err(conflict("this registration does not take part in the programme"));
    }
    must_be_somebody_else(facts, &PersonKey::of(&draft.guest.name, &draft.guest.email))?;
    must_have_quota(facts, by)?;
    let Some(told) = facts.showcase_certain() else {
        return Err(conflict("this programme has no showcase"));
    };
    let invitation = Invitation {
        id,
        arrival: facts.guests.next_arrival(),
        guest: draft.guest,
        invited_by: by,
        message: draft.message,
        status: Status::Invited,
        invited_at: now,
        answered_at: None,
        in_line: None,
        acceptances: 0,
        told,
        sequence: 0,
        changed_at: now,
        erased_at: None,
    };
    facts.guests.invitations.insert(id, invitation);
    facts.happened.push_back(Happened::Guest(id, GuestHappened::Invited));
    Ok(id)
}

/// Whoever invited, or an organiser, calls an invitation back. A guest who had answered that they come is told; one who had
/// not hears it on the page.
pub fn cancel_invitation(facts: &mut Facts, id: InvitationId, now: DateTime<Utc>) -> Result<(), Refusal> {
    let before = find(facts, id)?.status;
    if before == Status::Cancelled {
        return Ok(());
    }
    must_be_to_come(facts, now)?;
    facts.apply_guest(id, GuestVerb::Cancel, now);
    if matches!(before, Status::Accepted | Status::Waiting) {
        let ended = GuestHappened::Ended {
            cause: InvitationEnd::CalledBack,
            was_coming: before == Status::Accepted,
        };
        facts.happened.push_back(Happened::Guest(id, ended));
    }
    Ok(())
}

/// The guest answers, or answers otherwise than before.
pub fn reply_to_invitation(
    facts: &mut Facts,
    id: InvitationId,
    accepts: bool,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let invitation = find(facts, id)?;
    if invitation.status == Status::Cancelled {
        return Err(conflict(
            "this invitation no longer holds; ask whoever invited you if you want to know more",
        ));
    }
    must_be_to_come(facts, now)?;
    let is_newer =
        |one: &Invitation| one.id != id && one.status.is_live() && one.person_key() == invitation.person_key();
    if accepts && !invitation.status.is_live() && facts.guests.invitations.values().any(is_newer) {
        return Err(conflict(
            "you were invited once more after you declined; please answer with the link in that newer mail",
        ));
    }
    let verb = if accepts { GuestVerb::Accept } else { GuestVerb::Decline };
    if accepts && invitation.status == Status::Declined && invitation.acceptances >= ACCEPTANCES_AT_MOST {
        return Err(conflict(
            "you have changed your mind too often to do it here once more; please write to the organisers",
        ));
    }
    if let Some(GuestTransition::To(Status::Accepted)) = facts.apply_guest(id, verb, now) {
        let comes = GuestHappened::Comes { was_waiting: false };
        facts.happened.push_back(Happened::Guest(id, comes));
    }
    Ok(())
}

/// The guest, or an organiser, corrects the name or the language. The address stays: it is where the invitation went.
pub fn correct_guest(
    facts: &mut Facts,
    id: InvitationId,
    name: Option<PersonName>,
    locale: Option<Locale>,
) -> Result<(), Refusal> {
    let invitation = find(facts, id)?;
    if invitation.erased_at.is_some() {
        return Err(conflict("this guest was erased, and there is nothing to correct"));
    }
    let mut guest = invitation.guest.clone();
    guest.name = name.unwrap_or(guest.name);
    guest.locale = locale.unwrap_or(guest.locale);
    let key = PersonKey::of(&guest.name, &guest.email);
    let is_same = |one: &Invitation| one.id != id && one.status.is_live() && one.person_key() == key;
    if facts.guests.invitations.values().any(is_same) {
        return Err(Refusal::invalid(
            "name",
            "is the name of another guest with this address",
        ));
    }
    if key != invitation.person_key() && facts.comes_anyway(&key) {
        return Err(Refusal::invalid(
            "name",
            "is the name of somebody with this address who belongs to the programme, and needs no invitation",
        ));
    }
    if let Some(invitation) = facts.guests.invitations.get_mut(&id) {
        invitation.guest = guest;
    }
    Ok(())
}
