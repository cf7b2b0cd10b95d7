//! Moments at which the machine itself does something, beside those of registrations, offers and the decision.

use super::{BuiltIn, Fold, Outcome, Source, Step, StepKey, StepKind, hosting};
use crate::domain::{
    calendar::{self, USUAL_TIME},
    facts::Facts,
    privacy::{self, Erasure},
    programme::Phase,
    trigger::Occurrence,
};

/// Every such moment, also those whose step is in the ledger.
pub(super) fn all(facts: &Facts) -> Vec<(BuiltIn, Occurrence)> {
    let retention = facts.programme.announced.retention;
    let once = [
        completion(facts),
        erasure(facts, BuiltIn::GuestErasure, retention.guests_months),
        erasure(facts, BuiltIn::ParticipantErasure, retention.participants_months),
    ];
    let mut moments = hosting::assignment_moments(facts);
    moments.extend(once.into_iter().flatten());
    moments
}

/// Rule 14: some time after the last meeting personal data goes, whatever became of the programme.
fn erasure(facts: &Facts, step: BuiltIn, months: u32) -> Option<(BuiltIn, Occurrence)> {
    let occurrence = Occurrence {
        at: privacy::erased_at(&facts.programme, months)?,
        name: calendar::day_of(facts.programme.ends_at()?, facts.programme.announced.time_zone).to_string(),
        meeting: None,
    };
    Some((step, occurrence))
}

/// Rule 12: a programme is completed the day after its last meeting.
fn completion(facts: &Facts) -> Option<(BuiltIn, Occurrence)> {
    let zone = facts.programme.announced.time_zone;
    let last_on = calendar::day_of(facts.programme.ends_at()?, zone);
    let at = calendar::resolve(calendar::days_after(last_on, 1), USUAL_TIME, zone);
    let occurrence = Occurrence {
        at,
        // A last meeting that is moved away brings the moment again.
        name: last_on.to_string(),
        meeting: None,
    };
    (facts.programme.phase == Phase::GoingAhead).then_some((BuiltIn::Completion, occurrence))
}

impl Fold {
    /// Does what the machine has to do at a moment.
    pub(super) fn keep_moment(&mut self, step: BuiltIn, occurrence: Occurrence) {
        match step {
            BuiltIn::Completion => self.facts.programme.phase = Phase::Completed,
            BuiltIn::GuestErasure => self.erase_guests(occurrence.at),
            BuiltIn::ParticipantErasure => self.facts.erasures.push(Erasure::Participants),
            BuiltIn::HostAssignment => return self.keep_assignment(occurrence),
            // They have no moments of this kind.
            BuiltIn::RegistrationExpiry
            | BuiltIn::Offer
            | BuiltIn::DecisionProposal
            | BuiltIn::Decision
            | BuiltIn::GuestPlace => return,
        }
        self.steps.push(Step {
            key: StepKey {
                source: Source::BuiltIn(step),
                subject: None,
                occurrence: occurrence.name,
            },
            kind: StepKind::Change,
            due_at: occurrence.at,
            outcome: Outcome::Done(None),
        });
    }
}
