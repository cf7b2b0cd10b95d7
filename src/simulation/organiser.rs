//! Those who run and guide the programme, where something is asked of them.

use super::{
    Actor, Plan, View,
    deed::{Deed, HarvestDeed, SharingDeed},
};
use crate::{
    app::outbox::Message,
    domain::{
        calendar,
        decision::DecisionOutcome,
        message::MessageKind,
        programme::{Announcement, TeamMember, TeamRole},
    },
};

/// The team of a programme: of each role the first acts for all, two would answer each other.
pub(super) fn team_of(announced: &Announcement) -> Vec<Box<dyn Actor>> {
    let first = |role| announced.team.iter().find(|member| member.is(role));
    let address = |member: &TeamMember| member.email.to_string();
    let (organiser, facilitator) = (first(TeamRole::Organiser), first(TeamRole::Facilitator));
    let is_same = organiser.map(address) == facilitator.map(address);
    let mut team: Vec<Box<dyn Actor>> = Vec::new();
    if let Some(member) = organiser {
        team.push(Box::new(Organiser {
            address: address(member),
            has_extended: false,
            makes_agendas: is_same || facilitator.is_none(),
        }));
    }
    if let Some(member) = facilitator.filter(|_| !is_same) {
        team.push(Box::new(Facilitator {
            address: address(member),
        }));
    }
    team
}

/// Somebody who guides the learning.
struct Facilitator {
    address: String,
}

/// Who is reminded of an agenda mostly makes it in time.
fn makes_agenda(view: &View<'_>) -> Option<Plan> {
    view.chance.percent(85).then(|| Plan {
        at: view
            .chance
            .in_minutes(view.now, 60, 40 * 60, view.programme.announced.time_zone),
        deed: Deed::Share(SharingDeed::SetAgenda),
    })
}

impl Actor for Facilitator {
    fn address(&self) -> &str {
        &self.address
    }

    fn is_of_the_team(&self) -> bool {
        true
    }

    fn begin(&mut self, _: &View<'_>) -> Vec<Plan> {
        Vec::new()
    }

    fn read(&mut self, mail: &Message, view: &View<'_>) -> Vec<Plan> {
        let plan = match mail.kind {
            MessageKind::AgendaMissing => makes_agenda(view),
            _ => None,
        };
        plan.into_iter().collect()
    }
}

/// An organiser of the programme.
struct Organiser {
    address: String,
    /// One gives people longer once, not week after week.
    has_extended: bool,
    /// There is no facilitator to do it.
    makes_agendas: bool,
}

impl Organiser {
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
    /// Most that is handed in is good as it is.
    fn reviews(view: &View<'_>) -> Plan {
        Plan {
            at: view
                .chance
                .in_minutes(view.now, 60, 48 * 60, view.programme.announced.time_zone),
            deed: Deed::Bring(HarvestDeed::Review {
                nth: view.chance.between(0, 99),
                is_good: view.chance.percent(80),
            }),
        }
    }

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
        let zone = view.programme.announced.time_zone;
        let plan = match mail.kind {
            MessageKind::BelowMinimum => self.extends(view, 10),
            MessageKind::DecisionRequested => self.extends(view, 40).or_else(|| Self::decides(view)),
            MessageKind::AgendaMissing if self.makes_agendas => makes_agenda(view),
            MessageKind::HarvestSubmitted => Some(Self::reviews(view)),
            // The showcase is over: everybody may read it.
            MessageKind::Agenda
                if view
                    .programme
                    .announced
                    .showcase
                    .is_some_and(|showcase| showcase.ends_at(zone) < view.now) =>
            {
                Some(Plan {
                    at: view.chance.in_minutes(view.now, 60, 600, zone),
                    deed: Deed::Bring(HarvestDeed::Publish),
                })
            }
            // A no-go can be reopened.
            MessageKind::DecisionReport if view.programme.cancellation.is_some() => self.extends(view, 40),
            _ => None,
        };
        plan.into_iter().collect()
    }
}
