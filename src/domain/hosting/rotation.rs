//! Whose turn it is to host (rule 8): the same offers always give the same host.
//!
//! - A meeting goes to one of those who can host it and have hosted least. So nobody hosts twice before everybody who offered,
//!   and could host it, has hosted once.
//! - Among them it goes to the one after whom most of the others still get a turn at the meetings that are left: who offered
//!   for all of them leaves this one to whom no other suits.
//! - Then to the one who offered first, at what that person offered first.
//!
//! Only a meeting without a host is assigned, so later offers unseat nobody, and a pin stands.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{Hosting, VenueOffer};
use crate::domain::ids::{MeetingId, RegistrationId};

impl Hosting {
    /// Gives each meeting that is due and has no host one, if somebody can host it; those that got one. `to_come` are all
    /// meetings to come, in order of time, those due among them.
    pub fn rotate(&mut self, due: &[MeetingId], to_come: &[MeetingId]) -> Vec<MeetingId> {
        let mut assigned = Vec::new();
        for meeting in due {
            let is_open = |other: &MeetingId| self.host_of(*other).is_none();
            if !is_open(meeting) {
                continue;
            }
            let left: Vec<_> = to_come
                .iter()
                .copied()
                .filter(|other| other != meeting && is_open(other))
                .collect();
            if let Some(offer) = self.choose(*meeting, &left).map(|offer| offer.id) {
                self.of(*meeting).assign(offer, false);
                assigned.push(*meeting);
            }
        }
        assigned
    }

    /// The offer that a meeting is to be held at; none: nobody who offers can host it. `left` are the other meetings to come
    /// that have no host.
    pub fn choose(&self, meeting: MeetingId, left: &[MeetingId]) -> Option<&VenueOffer> {
        let hosted = self.hosted(meeting);
        let times = |person: RegistrationId| hosted.get(&person).copied().unwrap_or(0);
        let fewest = self.for_meeting(meeting).map(|offer| times(offer.registration)).min()?;
        let peers: BTreeSet<RegistrationId> = self
            .offers
            .iter()
            .filter(|offer| offer.is_live() && times(offer.registration) == fewest)
            .map(|offer| offer.registration)
            .collect();
        self.for_meeting(meeting)
            .filter(|offer| peers.contains(&offer.registration))
            .min_by_key(|offer| {
                let others = peers.iter().copied().filter(|peer| *peer != offer.registration);
                (Reverse(self.turns(&others.collect(), left)), offer.arrival)
            })
    }

    fn for_meeting(&self, meeting: MeetingId) -> impl Iterator<Item = &VenueOffer> {
        self.offers.iter().filter(move |offer| offer.can_host(meeting))
    }

    /// How many times each person hosts, this meeting apart.
    fn hosted(&self, except: MeetingId) -> BTreeMap<RegistrationId, u32> {
        let mut hosted = BTreeMap::new();
        for meeting in self.meetings.keys().filter(|meeting| **meeting != except) {
            if let Some(person) = self.host_of(*meeting) {
                *hosted.entry(person).or_default() += 1;
            }
        }
        hosted
    }

    /// How many of these people can get a turn, each at one of these meetings: the size of a largest matching (Kuhn).
    fn turns(&self, people: &BTreeSet<RegistrationId>, meetings: &[MeetingId]) -> usize {
        let mut taken = BTreeMap::new();
        let found = |meeting: &&MeetingId| self.find_turn(**meeting, people, &mut taken, &mut BTreeSet::new());
        meetings.iter().filter(found).count()
    }

    /// Finds somebody for a meeting, if need be by moving others to another one.
    fn find_turn(
        &self,
        meeting: MeetingId,
        people: &BTreeSet<RegistrationId>,
        taken: &mut BTreeMap<RegistrationId, MeetingId>,
        asked: &mut BTreeSet<RegistrationId>,
    ) -> bool {
        for offer in self.for_meeting(meeting) {
            let person = offer.registration;
            if !people.contains(&person) || !asked.insert(person) {
                continue;
            }
            let is_free = match taken.get(&person).copied() {
                None => true,
                Some(other) => self.find_turn(other, people, taken, asked),
            };
            if is_free {
                taken.insert(person, meeting);
                return true;
            }
        }
        false
    }
}
