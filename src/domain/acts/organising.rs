//! What organisers do to a programme: publishing, revising, extending, cancelling.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::{
    calendar,
    facts::{Facts, Happened},
    ids::TeamMemberId,
    message::CancellationCause,
    programme::{Announcement, Phase, TeamRole},
    refusal::Refusal,
    registration::{Registration, RegistrationStatus as Status},
    text::Paragraphs,
    timeline,
};

/// Publishing: from now on the programme is public, rules count from here, and the team gets its links.
pub fn publish(facts: &mut Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    if facts.programme.phase != Phase::Draft {
        return Err(Refusal::StateConflict("this programme is published already".to_owned()));
    }
    check_ready(facts, now, true)?;
    facts.programme.phase = Phase::Open;
    facts.programme.published_at = Some(now);
    facts.programme.deadline_set_at = now;
    welcome(facts, |_| true);
    Ok(())
}

/// An organiser changes what was entered. Once it is published its name stays, a later deadline is an extension with a reason,
/// and nobody loses a place.
pub fn revise(facts: &mut Facts, announced: Announcement, now: DateTime<Utc>) -> Result<(), Refusal> {
    let earlier = std::mem::replace(&mut facts.programme.announced, announced);
    if let Err(refusal) = check_revision(facts, &earlier, now) {
        facts.programme.announced = earlier;
        return Err(refusal);
    }
    if is_deadline_moved(facts, &earlier) {
        facts.programme.deadline_set_at = now;
    }
    if facts.programme.phase != Phase::Draft {
        let known: Vec<_> = earlier.team.iter().map(|member| member.id).collect();
        welcome(facts, |id| !known.contains(&id));
    }
    Ok(())
}

fn is_deadline_moved(facts: &Facts, earlier: &Announcement) -> bool {
    let announced = &facts.programme.announced;
    announced.registration_deadline != earlier.registration_deadline || announced.time_zone != earlier.time_zone
}

/// Whether what was announced earlier may become what is announced now.
fn check_revision(facts: &Facts, earlier: &Announcement, now: DateTime<Utc>) -> Result<(), Refusal> {
    let announced = &facts.programme.announced;
    match facts.programme.phase {
        Phase::Draft => return Ok(()),
        Phase::Open | Phase::GoingAhead => {}
        Phase::Cancelled | Phase::Completed => {
            return Err(Refusal::StateConflict(
                "this programme is over; it can no longer be changed".to_owned(),
            ));
        }
    }
    let starts = |of: &Announcement| of.showcase.map(|showcase| showcase.starts_at(of.time_zone));
    if starts(announced) != starts(earlier) && starts(announced).is_some_and(|starts_at| starts_at <= now) {
        return Err(Refusal::invalid("showcase", "begins in the past; give a day to come"));
    }
    if announced.slug != earlier.slug {
        return Err(Refusal::invalid(
            "slug",
            "cannot change once the programme is published: links lead to it",
        ));
    }
    if announced.registration_deadline > earlier.registration_deadline {
        return Err(Refusal::invalid(
            "registrationDeadline",
            "is later than the present one; use extendDeadline, which asks for a reason and tells people",
        ));
    }
    if announced.max_participants < facts.counts.taken {
        return Err(Refusal::invalid(
            "maxParticipants",
            format!("is less than the {} places that are taken", facts.counts.taken),
        ));
    }
    let now_closed = calendar::end_of_day(earlier.registration_deadline, earlier.time_zone) <= now;
    if is_deadline_moved(facts, earlier) && now_closed {
        return Err(Refusal::invalid(
            "registrationDeadline",
            "has passed; use extendDeadline to reopen registration",
        ));
    }
    // There is one decision per deadline (rule 6), and a change of zone can make a past day one to come.
    if is_deadline_moved(facts, earlier) && timeline::is_answered(facts) {
        return Err(Refusal::invalid(
            "registrationDeadline",
            "is one that was decided before, or that a decision was asked for; choose another day",
        ));
    }
    // What a kick-off brings (the end of the waiting list, of offers, of deciding) cannot have happened before this act.
    let is_past = |kick_off_at: Option<DateTime<Utc>>| kick_off_at.is_some_and(|kick_off_at| kick_off_at <= now);
    if is_past(facts.programme.kick_off_at()) && !is_past(earlier.kick_off_at()) {
        return Err(Refusal::invalid("meetings", "would put the kick-off in the past"));
    }
    check_ready(facts, now, !now_closed)
}

/// What has to be true of a published programme: it has a kick-off and an organiser, and registration closes before the
/// kick-off, in time to come unless it has closed already.
fn check_ready(facts: &Facts, now: DateTime<Utc>, must_be_to_come: bool) -> Result<(), Refusal> {
    let closes_at = facts.programme.registration_closes_at();
    let Some(kick_off_at) = facts.programme.kick_off_at() else {
        return Err(Refusal::required(
            "meetings",
            "need at least one: the first is the kick-off",
        ));
    };
    if facts.programme.team_with(TeamRole::Organiser).next().is_none() {
        return Err(Refusal::required(
            "team",
            "needs at least one organiser, who is told what has to be decided",
        ));
    }
    if must_be_to_come && closes_at <= now {
        return Err(Refusal::invalid(
            "registrationDeadline",
            format!("has passed: registration would have closed at {closes_at}"),
        ));
    }
    if closes_at > kick_off_at {
        return Err(Refusal::invalid(
            "registrationDeadline",
            "must be before the day of the kick-off",
        ));
    }
    if facts
        .programme
        .announced
        .registration_opens_at
        .is_some_and(|opens_at| opens_at >= closes_at)
    {
        return Err(Refusal::invalid(
            "registrationOpensAt",
            format!("is not before registration closes, at {closes_at}"),
        ));
    }
    Ok(())
}

/// Members of the team who joined a published programme get their links.
pub fn welcome(facts: &mut Facts, is_new: impl Fn(TeamMemberId) -> bool) {
    let new: Vec<_> = facts
        .programme
        .announced
        .team
        .iter()
        .map(|member| member.id)
        .filter(|id| is_new(*id))
        .collect();
    facts.happened.extend(new.into_iter().map(Happened::TeamMemberWelcomed));
}

/// An organiser moves the deadline to a later day, with a reason (rule 6): while open the day moves; while awaiting,
/// registration reopens; after a go it reopens for the free places; after a no-go the programme reopens, and those cancelled
/// by it can register anew.
pub fn extend_deadline(
    facts: &mut Facts,
    new: NaiveDate,
    reason: &Paragraphs<1000>,
    act: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let cancellation = facts.programme.cancellation.as_ref();
    let no_go_at = cancellation
        .filter(|by| matches!(by.cause, CancellationCause::NoGo { .. }))
        .map(|by| by.at);
    match facts.programme.phase {
        Phase::Open | Phase::GoingAhead => {}
        Phase::Cancelled if no_go_at.is_some() => {}
        Phase::Draft => {
            return Err(Refusal::StateConflict(
                "this programme is a draft; change its deadline with updateProgramme".to_owned(),
            ));
        }
        Phase::Cancelled => {
            return Err(Refusal::StateConflict(
                "an organiser cancelled this programme; it cannot be reopened".to_owned(),
            ));
        }
        Phase::Completed => return Err(Refusal::StateConflict("this programme is over".to_owned())),
    }
    let announced = &facts.programme.announced;
    if new <= announced.registration_deadline {
        return Err(Refusal::invalid(
            "registrationDeadline",
            format!(
                "must be later than the present one, {}",
                announced.registration_deadline
            ),
        ));
    }
    let kick_off_at = facts.programme.kick_off_at();
    let closes_at = calendar::end_of_day(new, announced.time_zone);
    if kick_off_at.is_none_or(|kick_off_at| closes_at > kick_off_at) {
        return Err(Refusal::invalid(
            "registrationDeadline",
            "must be before the day of the kick-off",
        ));
    }
    if closes_at <= now {
        return Err(Refusal::invalid("registrationDeadline", "has passed"));
    }
    let still_in = facts.in_line(|registration| !registration.status.is_final() && registration.is_verified());
    // Not those of an earlier no-go as well: whoever came back after that one would be told twice.
    let cancelled = no_go_at.map_or_else(Vec::new, |at| {
        facts.in_line(|registration| was_cancelled_at(registration, at))
    });
    facts.programme.announced.registration_deadline = new;
    facts.programme.deadline_set_at = now;
    if no_go_at.is_some() {
        facts.programme.phase = Phase::Open;
        facts.programme.cancellation = None;
    }
    let told = still_in
        .into_iter()
        .map(|id| (id, false))
        .chain(cancelled.into_iter().map(|id| (id, true)));
    for (registration, can_register_anew) in told {
        facts.happened.push_back(Happened::DeadlineExtended {
            registration,
            reason: reason.clone(),
            can_register_anew,
            act,
        });
    }
    Ok(())
}

/// An organiser cancels the programme, with a reason.
pub fn cancel(facts: &mut Facts, reason: Paragraphs<1000>, now: DateTime<Utc>) -> Result<(), Refusal> {
    match facts.programme.phase {
        Phase::Open | Phase::GoingAhead => {
            facts.end(now, CancellationCause::Organiser, Some(reason));
            Ok(())
        }
        Phase::Draft => Err(Refusal::StateConflict(
            "this programme is a draft that nobody knows; there is nothing to cancel".to_owned(),
        )),
        Phase::Cancelled => Err(Refusal::StateConflict("this programme is cancelled already".to_owned())),
        Phase::Completed => Err(Refusal::StateConflict("this programme is over".to_owned())),
    }
}

/// A verified registration that the no-go of that instant ended.
fn was_cancelled_at(registration: &Registration, no_go_at: DateTime<Utc>) -> bool {
    registration.status == Status::Cancelled && registration.is_verified() && registration.ended_at == Some(no_go_at)
}
