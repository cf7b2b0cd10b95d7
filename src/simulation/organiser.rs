//! Those who run the programme, where something is asked of them.

use super::{Actor, Plan, View, deed::Deed};
use crate::{
    app::outbox::Message,
    domain::{
        calendar,
        decision::DecisionOutcome,
        message::MessageKind,
        programme::{Announcement, TeamRole},
    },
};

/// An organiser of the programme.
pub(super) struct Organiser {
    address: String,
    /// One gives people longer once, not week after week.
    has_extended: bool,
}

impl Organiser {
    /// The first organiser acts for all: two would answer each other.
    pub(super) fn all_of(announced: &Announcement) -> Vec<Box<dyn Actor>> {
        let first = announced.team.iter().find(|member| member.is(TeamRole::Organiser));
        first
            .map(|member| {
                Box::new(Self {
                    address: member.email.to_string(),
                    has_extended: false,
                }) as Box<dyn Actor>
            })
            .into_iter()
            .collect()
    }

    /// A week more, as far as the kick-off leaves room.
    fn extends(&mut self, view: &View<'_>, percent: u32) -> Option<Plan> {
        let announced = &view.programme.announced;
        let zone = announced.time_zone;
        if self.has_extended || !view.chance.percent(percent) {
            return None;
        }
        let at = view.chance.in_minutes(view.now, 30, 30 * 60, zone);
        let kick_off_on = calendar::day_of(announced.kick_off_at()?, zone);
        let earliest = calendar::day_of(at, zone).max(announced.registration_deadline);
        let until = calendar::days_after(earliest, 7).min(calendar::days_after(kick_off_on, -2));
        if until <= earliest {
            return None;
        }
        self.has_extended = true;
        Some(Plan {
            at,
            deed: Deed::Extend { until },
        })
    }
}

impl Organiser {
    /// Somebody who is asked mostly answers; who does not is reminded.
    fn decides(view: &View<'_>) -> Option<Plan> {
        if !view.chance.percent(60) {
            return None;
        }
        let zone = view.programme.announced.time_zone;
        let outcome = if view.chance.percent(70) {
            DecisionOutcome::Go
        } else {
            DecisionOutcome::NoGo
        };
        Some(Plan {
            at: view.chance.in_minutes(view.now, 30, 30 * 60, zone),
            deed: Deed::Decide { outcome },
        })
    }
}

impl Actor for Organiser {
    fn address(&self) -> &str {
        &self.address
    }

    fn begin(&mut self, _: &View<'_>) -> Vec<Plan> {
        Vec::new()
    }

    fn read(&mut self, mail: &Message, view: &View<'_>) -> Vec<Plan> {
        let plan = match mail.kind {
            MessageKind::BelowMinimum => self.extends(view, 10),
            MessageKind::DecisionRequested => self.extends(view, 40).or_else(|| Self::decides(view)),
            // A no-go can be reopened.
            MessageKind::DecisionReport if view.programme.cancellation.is_some() => self.extends(view, 40),
            _ => None,
        };
        plan.into_iter().collect()
    }
}
