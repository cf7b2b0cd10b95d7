//! Guests of the showcase: most come, some do not, some have to be asked twice.

use super::{
    Actor, Plan, View,
    chance::Chance,
    deed::{Deed, GuestDeed},
};
use crate::{
    app::outbox::Message,
    domain::{guests::GuestRelation, message::MessageKind},
};

/// Somebody whom a participant may invite.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    pub name: String,
    pub email: String,
    pub relation: GuestRelation,
}

impl Guest {
    /// Whom a person would invite: nobody, or up to three.
    pub(super) fn some_of(number: u32, place: &str, names: &[&'static str], chance: &Chance) -> Vec<Self> {
        let guest = |index: u32| {
            let given = chance.one_of(names).copied().unwrap_or("Robin");
            let relation = chance.one_of(&GuestRelation::ALL).copied();
            Self {
                name: format!("{given} de gast"),
                email: format!("gast{index}.{}.{number}@{place}.example", given.to_lowercase()),
                relation: relation.unwrap_or(GuestRelation::Colleague),
            }
        };
        (1..=chance.between(0, 3)).map(guest).collect()
    }

    /// What a guest answers to being asked.
    fn answers(view: &View<'_>, in_time: u32) -> Option<Plan> {
        let accepts = view.chance.percent(80);
        let zone = view.programme.announced.time_zone;
        let at = view.chance.in_minutes(view.now, 30, 4 * 24 * 60, zone);
        view.chance.percent(in_time).then_some(Plan {
            at,
            deed: Deed::Invite(GuestDeed::Reply { accepts }),
        })
    }
}

impl Actor for Guest {
    fn address(&self) -> &str {
        &self.email
    }

    fn begin(&mut self, _: &View<'_>) -> Vec<Plan> {
        Vec::new()
    }

    fn read(&mut self, mail: &Message, view: &View<'_>) -> Vec<Plan> {
        let plan = match mail.kind {
            MessageKind::ShowcaseInvitation => Self::answers(view, 65),
            MessageKind::ShowcaseReminder => Self::answers(view, 70),
            // Something came in between.
            MessageKind::ShowcasePlace => view.chance.percent(8).then(|| Plan {
                at: view
                    .chance
                    .in_minutes(view.now, 24 * 60, 6 * 24 * 60, view.programme.announced.time_zone),
                deed: Deed::Invite(GuestDeed::Reply { accepts: false }),
            }),
            _ => None,
        };
        plan.into_iter().collect()
    }
}
