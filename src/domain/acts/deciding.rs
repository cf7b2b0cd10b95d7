//! People decide: go or no-go, where the closing instant left it to them (rule 6).

use chrono::{DateTime, Utc};

use crate::domain::{
    decision::{Decision, DecisionOutcome},
    facts::{Facts, Happened},
    programme::Phase,
    refusal::Refusal,
    text::Paragraphs,
};

/// Whether people can decide now: registration is closed, nothing is decided, and the kick-off is to come.
///
/// # Errors
/// Why they cannot.
pub fn can_decide(facts: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    let closes_at = facts.programme.registration_closes_at();
    let conflict = |text: String| Err(Refusal::StateConflict(text));
    match facts.programme.phase {
        Phase::Draft => conflict("this programme is a draft; there is nothing to decide".to_owned()),
        Phase::Open if now < closes_at => conflict(format!(
            "registration is open until {closes_at}; go or no-go can be chosen from then on"
        )),
        // What is settled before an act has asked, or decided.
        Phase::Open => Ok(()),
        Phase::GoingAhead => conflict("a go was decided already; it stands".to_owned()),
        Phase::Cancelled if facts.decision_for_deadline().is_some() => {
            conflict("a no-go was decided already; extendDeadline reopens the programme".to_owned())
        }
        Phase::Cancelled => conflict("this programme is cancelled".to_owned()),
        Phase::Completed => conflict("this programme is over".to_owned()),
    }
}

/// A go below the minimum takes a reason.
pub fn must_be_explained(facts: &Facts, outcome: DecisionOutcome, has_reason: bool) -> Result<(), Refusal> {
    let (counted, minimum) = (facts.counts.counted, facts.programme.announced.min_participants);
    if outcome == DecisionOutcome::Go && counted < minimum && !has_reason {
        return Err(Refusal::required(
            "reason",
            format!("is needed for a go below the minimum: {counted} count, the minimum is {minimum}"),
        ));
    }
    Ok(())
}

/// An organiser chooses. The state is counted at this moment; whether a reason is needed, [`must_be_explained`] tells.
pub fn choose(
    facts: &mut Facts,
    outcome: DecisionOutcome,
    reason: Option<Paragraphs<1000>>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    can_decide(facts, now)?;
    let (counted, minimum) = (facts.counts.counted, facts.programme.announced.min_participants);
    facts.happened.push_back(Happened::DecidedByPeople);
    facts.decide(Decision {
        registration_deadline: facts.programme.announced.registration_deadline,
        outcome,
        decided_at: now,
        effective_at: now,
        counted,
        minimum,
        reason,
    });
    Ok(())
}
