//! Agendas: what participants propose and vote for, and what the facilitators make of it.

use std::{cmp::Reverse, collections::BTreeSet};

use chrono::{DateTime, Utc};

use super::Sharing;
use crate::domain::{
    ids::{AgendaItemId, MeetingId, RegistrationId},
    text::Line,
};

/// So many items a person may propose for one meeting.
pub const PROPOSALS_A_PERSON: usize = 5;

/// So many items facilitators and organisers may propose together for one meeting.
pub const TEAM_PROPOSALS: usize = 20;

/// So many items a final agenda may have.
pub const AGENDA_ITEMS_AT_MOST: usize = 40;

/// The longest that one item may take, in minutes: a day.
pub const LONGEST_ITEM_MINUTES: u32 = 480;

/// Something to speak about at a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaItem {
    /// Its id, in order of time.
    pub id: AgendaItemId,
    /// At which meeting.
    pub meeting: MeetingId,
    /// What it is about.
    pub title: Line<150>,
    /// How long it takes, where that is said.
    pub minutes: Option<u32>,
    /// Who proposed it; none: somebody of the team, or somebody who left.
    pub proposed_by: Option<RegistrationId>,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Who votes for it.
    pub votes: BTreeSet<RegistrationId>,
    /// Its place in the final agenda, from 1.
    pub position: Option<u32>,
}

impl AgendaItem {
    pub(super) fn among(&self, takes_part: impl Fn(RegistrationId) -> bool) -> Self {
        let mut shown = self.clone();
        shown.proposed_by = self.proposed_by.filter(|id| takes_part(*id));
        shown.votes.retain(|id| takes_part(*id));
        shown
    }
}

impl Sharing {
    /// What was proposed for a meeting: first the final agenda in its order, then the others by votes and time.
    pub fn agenda_items_of(&self, meeting: MeetingId) -> Vec<&AgendaItem> {
        let mut items: Vec<_> = self
            .agenda_items
            .values()
            .filter(|item| item.meeting == meeting)
            .collect();
        items.sort_by_key(|item| (item.position.unwrap_or(u32::MAX), Reverse(item.votes.len()), item.id));
        items
    }

    /// The final agenda of a meeting; empty: it is not made yet.
    pub fn final_agenda_of(&self, meeting: MeetingId) -> Vec<&AgendaItem> {
        let mut items = self.agenda_items_of(meeting);
        items.retain(|item| item.position.is_some());
        items
    }

    /// Whether the agenda of a meeting is final.
    pub fn is_agenda_final(&self, meeting: MeetingId) -> bool {
        self.agenda_items
            .values()
            .any(|item| item.meeting == meeting && item.position.is_some())
    }

    /// How many items somebody (none: the team) proposed for a meeting.
    pub fn proposals_of(&self, by: Option<RegistrationId>, meeting: MeetingId) -> usize {
        let items = self.agenda_items.values();
        items
            .filter(|item| item.meeting == meeting && item.proposed_by == by)
            .count()
    }
}
