//! Telling organisers whose address refuses mail: each refusal once, never at the address that refuses.

use chrono::{DateTime, Utc};

use super::{Fold, Outcome, Source, Step, StepKey, StepKind, Why};
use crate::domain::{
    facts::{Facts, RefusedAddress},
    message::{Letter, Recipient},
    programme::TeamRole,
    rule::RuleKey,
};

/// When the next refusal is to be told.
pub(super) fn next_due_at(facts: &Facts) -> Option<DateTime<Utc>> {
    facts.refused_addresses.iter().map(|refused| refused.refused_at).min()
}

/// The refusal, for one person: two who share a mailbox are two.
fn occurrence(refused: &RefusedAddress) -> String {
    format!("{}.{}", refused.suppressed_by, refused.recipient)
}

/// The organisers who can be told: those whose own address it is would not get it.
fn organisers(facts: &Facts, refused: &RefusedAddress) -> Vec<Recipient> {
    let refusing = refused.address.to_lowercase();
    facts
        .programme
        .team_with(TeamRole::Organiser)
        .filter(|member| Recipient::TeamMember(member.id) != refused.recipient)
        .filter(|member| member.email.to_lowercase() != refusing)
        .map(|member| Recipient::TeamMember(member.id))
        .collect()
}

impl Fold {
    /// Tells of the refusals until then.
    pub(super) fn tell_of_refusals(&mut self, at: DateTime<Utc>) {
        let (due, later) = std::mem::take(&mut self.facts.refused_addresses)
            .into_iter()
            .partition(|refused| refused.refused_at <= at);
        self.facts.refused_addresses = later;
        for refused in due {
            self.tell_of_refusal(&refused);
        }
    }

    fn tell_of_refusal(&mut self, refused: &RefusedAddress) {
        let Some(rule) = self.facts.rule(RuleKey::AddressRefused) else {
            return;
        };
        let (due_at, occurrence) = (refused.refused_at, occurrence(refused));
        let outcome = self.judge(rule, due_at, None);
        let organisers = organisers(&self.facts, refused);
        if organisers.is_empty() {
            // It still has to end in the ledger.
            self.steps.push(Step {
                key: StepKey {
                    source: Source::Rule(RuleKey::AddressRefused),
                    subject: None,
                    occurrence,
                },
                kind: StepKind::Change,
                due_at,
                outcome: Outcome::Skipped(Why::NobodyToTell),
            });
            return;
        }
        let letter = Letter::AddressRefused {
            name: refused.name.clone(),
            address: refused.address.clone(),
            reply: refused.reply.clone(),
            is_team_member: matches!(refused.recipient, Recipient::TeamMember(_)),
            is_guest: matches!(refused.recipient, Recipient::Guest(_)),
        };
        for recipient in organisers {
            let key = StepKey::mail(RuleKey::AddressRefused, recipient, occurrence.clone());
            self.steps
                .push(Step::mail(key, due_at, outcome.clone(), recipient, letter.clone()));
        }
    }
}
