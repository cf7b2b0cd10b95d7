//! Harvests (rule 11): what participants bring home from a programme and present at its showcase.
//!
//! Where a harvest stands changes in one place only, [`transition`]. A time on the day of the showcase counts as long as it lies
//! within the showcase's hours: a showcase that is moved leaves its slots behind, and they are given again. Nothing has to be
//! undone for that, and a showcase that is moved back finds them as they were.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::{
    facts::Facts,
    ids::{HarvestId, LearningWishId, RegistrationId},
    programme::Showcase,
    text::{Line, Paragraphs},
};

/// The shortest time that somebody presents, in minutes.
pub const SHORTEST_SLOT_MINUTES: u32 = 5;

/// The longest time that somebody presents, in minutes.
pub const LONGEST_SLOT_MINUTES: u32 = 120;

/// Where a harvest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HarvestStatus {
    /// Its author works on it.
    Draft,
    /// It was handed in.
    Submitted,
    /// It went back to its author with a remark.
    Returned,
    /// It is good as it is, and gets a time at the showcase.
    Accepted,
    /// Everybody can read it.
    Published,
}

impl HarvestStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Submitted,
        Self::Returned,
        Self::Accepted,
        Self::Published,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
            Self::Published => "published",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Its author has done what was asked: it is not theirs to work on.
    pub fn is_handed_in(self) -> bool {
        matches!(self, Self::Submitted | Self::Accepted | Self::Published)
    }

    /// It can be presented.
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Accepted | Self::Published)
    }
}

/// What is done with a harvest: by its author, and by an organiser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HarvestVerb {
    /// Its author writes.
    Save,
    /// Its author hands it in.
    Submit,
    /// It goes back with a remark.
    Return,
    /// It is good as it is.
    Accept,
    /// Everybody may read it.
    Publish,
    /// It goes back to be written on, late or not.
    Reopen,
}

impl HarvestVerb {
    /// Every verb.
    pub const ALL: [Self; 6] = [
        Self::Save,
        Self::Submit,
        Self::Return,
        Self::Accept,
        Self::Publish,
        Self::Reopen,
    ];
}

/// What a verb does to where a harvest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HarvestTransition {
    /// It stands there from now on.
    To(HarvestStatus),
    /// It stands there already.
    Same,
    /// It would have been possible until the due day was over.
    Late,
    /// It cannot be done, and why.
    Refused(&'static str),
}

/// The table of rule 11. `is_late`: the due day is over and no organiser reopened it.
pub fn transition(status: HarvestStatus, verb: HarvestVerb, is_late: bool) -> HarvestTransition {
    use HarvestStatus::{Accepted, Draft, Published, Returned, Submitted};
    use HarvestTransition::{Late, Refused, Same, To};
    use HarvestVerb as Verb;
    const STANDS: &str = "this harvest has been accepted; ask an organiser to reopen it if it has to change";
    match (verb, status) {
        // So that nothing is lost, a draft can be saved late as well.
        (Verb::Save, Draft | Returned) => Same,
        (Verb::Save, Submitted) | (Verb::Submit, Draft) if is_late => Late,
        (Verb::Save | Verb::Submit, Submitted) => Same,
        // A return reopens it.
        (Verb::Submit, Draft | Returned) => To(Submitted),
        (Verb::Save | Verb::Submit, Accepted | Published) => Refused(STANDS),
        (Verb::Return, Submitted) => To(Returned),
        (Verb::Return, Draft | Returned) => Refused("this harvest is with its author, who has to submit it first"),
        (Verb::Return, Accepted | Published) => {
            Refused("this harvest has been accepted; reopen it if its author has to change it")
        }
        (Verb::Accept, Submitted) => To(Accepted),
        (Verb::Accept, Accepted) | (Verb::Publish, Published) => Same,
        (Verb::Accept, Draft | Returned) => Refused("this harvest is with its author, who has to submit it first"),
        (Verb::Accept, Published) => Refused("this harvest has been accepted and published"),
        (Verb::Publish, Accepted) => To(Published),
        (Verb::Publish, Draft | Submitted | Returned) => {
            Refused("only an accepted harvest can be published; accept it first")
        }
        (Verb::Reopen, Submitted | Returned | Accepted | Published) => To(Draft),
        (Verb::Reopen, Draft) if is_late => To(Draft),
        (Verb::Reopen, Draft) => Refused("this harvest is a draft that its author can still submit"),
    }
}

/// What a harvest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarvestWords {
    /// What it is called.
    pub title: Line<150>,
    /// What it comes down to.
    pub summary: Paragraphs<1000>,
    /// All there is to tell.
    pub body: Option<Paragraphs<10000>>,
}

/// When somebody presents at the showcase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    pub minutes: u32,
}

impl Slot {
    /// When it ends.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at + Duration::minutes(self.minutes.into())
    }

    /// Whether two slots have a moment in common. One may begin at the instant at which the other ends.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at() && other.starts_at < self.ends_at()
    }

    /// Whether it lies within the hours of a showcase.
    pub fn is_within(&self, showcase: &Showcase, zone: Tz) -> bool {
        showcase.starts_at(zone) <= self.starts_at && self.ends_at() <= showcase.ends_at(zone)
    }
}

/// What a participant brings home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harvest {
    /// Its id.
    pub id: HarvestId,
    /// Whose it is.
    pub author: RegistrationId,
    /// What it says.
    pub words: HarvestWords,
    /// The author's learning wishes that it grew from.
    pub wishes: BTreeSet<LearningWishId>,
    /// Where it stands.
    pub status: HarvestStatus,
    /// An organiser reopened it, so that it can be handed in late, until it is.
    pub is_reopened: bool,
    /// What an organiser last said about it.
    pub remark: Option<Paragraphs<2000>>,
    /// When what it says last changed; each change is later than the one before, also for who counts in milliseconds.
    pub saved_at: DateTime<Utc>,
    /// When it was last handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was to be presented; it counts as long as it lies within the showcase.
    pub slot: Option<Slot>,
}

impl Harvest {
    /// Its author writes; the same words and wishes again are no change.
    pub fn rewrite(&mut self, words: HarvestWords, wishes: BTreeSet<LearningWishId>, now: DateTime<Utc>) {
        if (&self.words, &self.wishes) != (&words, &wishes) {
            self.words = words;
            self.wishes = wishes;
            // A clock that stands still, or was set back, must not make two texts look like one.
            self.saved_at = now.max(self.saved_at + Duration::milliseconds(1));
        }
    }

    /// Whether it still says what it said at a moment, which is told in milliseconds.
    pub fn is_unchanged_since(&self, moment: DateTime<Utc>) -> bool {
        self.saved_at.timestamp_millis() <= moment.timestamp_millis()
    }

    /// Its author has it back, to mend it: returned, or reopened.
    pub fn is_back(&self) -> bool {
        self.is_reopened || self.status == HarvestStatus::Returned
    }

    /// Whether the due day is over for it, so that handing in is refused.
    pub fn is_late(&self, showcase: Option<&Showcase>, zone: Tz, now: DateTime<Utc>) -> bool {
        !self.is_reopened && showcase.is_none_or(|showcase| showcase.harvest_closes_at(zone) <= now)
    }

    /// When it is presented; nothing where the showcase was moved away from that time.
    pub fn slot_within(&self, showcase: Option<&Showcase>, zone: Tz) -> Option<Slot> {
        self.slot
            .filter(|slot| showcase.is_some_and(|showcase| slot.is_within(showcase, zone)))
    }
}

/// The harvests of a programme; one a person.
pub type Harvests = BTreeMap<RegistrationId, Harvest>;

impl Facts {
    /// Whether somebody has handed a harvest in, and it is not back with them.
    pub fn has_handed_in(&self, author: RegistrationId) -> bool {
        self.harvests
            .get(&author)
            .is_some_and(|harvest| harvest.status.is_handed_in())
    }
}

#[cfg(test)]
mod tests;
