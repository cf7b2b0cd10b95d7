//! Guests of the showcase (rule 12): who is invited, by whom, who comes, and who waits for a place.
//!
//! What a guest was last told of when and where it is, is remembered with the invitation: so a change is noticed whatever
//! brought it about, and each guest hears of it once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    facts::Facts,
    hosting::Venue,
    ids::{InvitationId, RegistrationId},
    message::Locale,
    programme::MeetingDay,
    registration::{PersonKey, RegistrationStatus},
    text::{EmailAddress, Paragraphs, PersonName},
};

/// The most characters of what somebody writes to a guest.
pub const LONGEST_MESSAGE: usize = 500;
/// Guests whom the organisers of a programme may have invited at one time.
pub const ORGANISERS_QUOTA: u32 = 500;
/// One may invite so many times one's quota in all: places that come back are not there to write to ever more people.
pub const QUOTAS_IN_ALL: u32 = 3;
/// So many times one guest can accept.
pub const ACCEPTANCES_AT_MOST: u32 = 10;

/// What a guest is to whoever invites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuestRelation {
    /// Works at the same employer.
    Colleague,
    /// Leads the person.
    Manager,
    /// Belongs to an organisation that the municipality works with.
    NetworkPartner,
    /// Works at another municipality.
    OtherMunicipality,
}

impl GuestRelation {
    /// Every relation.
    pub const ALL: [Self; 4] = [
        Self::Colleague,
        Self::Manager,
        Self::NetworkPartner,
        Self::OtherMunicipality,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Colleague => "colleague",
            Self::Manager => "manager",
            Self::NetworkPartner => "network-partner",
            Self::OtherMunicipality => "other-municipality",
        }
    }

    /// The relation of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.word() == word)
    }
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvitationStatus {
    /// Not answered.
    Invited,
    /// The guest comes.
    Accepted,
    /// The guest does not come.
    Declined,
    /// The guest wants to come and waits for a place.
    Waiting,
    /// Called back, or there is no showcase any more.
    Cancelled,
}

use InvitationStatus as Status;

impl InvitationStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [
        Self::Invited,
        Self::Accepted,
        Self::Declined,
        Self::Waiting,
        Self::Cancelled,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Waiting => "waiting",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// The guest comes, waits, or may still answer: it counts for the quota of whoever invited.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Invited | Self::Accepted | Self::Waiting)
    }
}

/// What can be done with an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuestVerb {
    /// The guest wants to come.
    Accept,
    /// A place came free for the first in line.
    LetIn,
    /// The guest does not come.
    Decline,
    /// It is called back.
    Cancel,
}

impl GuestVerb {
    /// Every verb.
    pub const ALL: [Self; 4] = [Self::Accept, Self::LetIn, Self::Decline, Self::Cancel];
}

/// What a verb does to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestTransition {
    /// It has this status afterwards.
    To(InvitationStatus),
    /// It is so already: saying it twice changes nothing.
    Already,
    /// It cannot be.
    Refused,
}

/// A guest may change their mind; only calling an invitation back is final. `has_room`: a guest who accepts now gets a place.
pub fn transition(status: InvitationStatus, verb: GuestVerb, has_room: bool) -> GuestTransition {
    use GuestTransition::{Already, Refused, To};
    match (verb, status) {
        (GuestVerb::Cancel, Status::Cancelled) => Already,
        (GuestVerb::Cancel, _) => To(Status::Cancelled),
        (_, Status::Cancelled) => Refused,
        (GuestVerb::Accept, Status::Accepted | Status::Waiting) | (GuestVerb::Decline, Status::Declined) => Already,
        (GuestVerb::Accept, Status::Invited | Status::Declined) if has_room => To(Status::Accepted),
        (GuestVerb::Accept, Status::Invited | Status::Declined) => To(Status::Waiting),
        (GuestVerb::Decline, _) => To(Status::Declined),
        (GuestVerb::LetIn, Status::Waiting) if has_room => To(Status::Accepted),
        (GuestVerb::LetIn, _) => Refused,
    }
}

/// Who is invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The whole name.
    pub name: PersonName,
    /// Where mail goes.
    pub email: EmailAddress,
    /// What the guest is to whoever invites.
    pub relation: GuestRelation,
    /// The language of mails and pages.
    pub locale: Locale,
}

/// What guests are told of when and where the showcase is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowcaseTold {
    /// Its day and hours.
    pub day: MeetingDay,
    /// Where it is; none: that was not certain.
    pub venue: Option<Venue>,
}

impl ShowcaseTold {
    /// The same; as long as a place is not certain, the one that was told stands.
    pub(super) fn or_as(self, told: &Self) -> Self {
        Self {
            venue: self.venue.or_else(|| told.venue.clone()),
            ..self
        }
    }
}

/// An invitation to the showcase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The number in the order of inviting, given under the programme's lock.
    pub arrival: i64,
    /// Who is invited.
    pub guest: Guest,
    /// The participant who invites; none: an organiser.
    pub invited_by: Option<RegistrationId>,
    /// What whoever invites writes to the guest.
    pub message: Option<Paragraphs<LONGEST_MESSAGE>>,
    /// Where it stands.
    pub status: InvitationStatus,
    /// When the guest was invited.
    pub invited_at: DateTime<Utc>,
    /// When the guest last answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// The number in line, given under the programme's lock, while the guest waits.
    pub in_line: Option<i64>,
    /// How many times the guest got a place.
    pub acceptances: u32,
    /// What the guest was last told.
    pub told: ShowcaseTold,
    /// How many times that changed; calendar programs tell an update by it.
    pub sequence: u32,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
    /// When everything about the guest was erased; what stands in its place names nobody.
    pub erased_at: Option<DateTime<Utc>>,
}

impl Invitation {
    /// The key of its guest, as of people who register (rule 5).
    pub fn person_key(&self) -> PersonKey {
        PersonKey::of(&self.guest.name, &self.guest.email)
    }

    /// Remembers what the guest is told now: an update of what was told before.
    pub(super) fn tell(&mut self, now_so: ShowcaseTold, at: DateTime<Utc>) {
        self.told = now_so;
        self.sequence += 1;
        self.changed_at = at;
    }
}

/// What a letter to a guest says of the showcase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowcaseNote {
    /// Whose invitation; the guest's calendar entry is recognised by it.
    pub invitation: InvitationId,
    /// When.
    pub day: MeetingDay,
    /// Where, as far as that is known.
    pub venue: Option<Venue>,
    /// How many times that changed.
    pub sequence: u32,
    /// When that was last.
    pub changed_at: DateTime<Utc>,
}

/// Everybody who was ever invited, erased ones too: counts stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guests {
    /// By id.
    pub invitations: BTreeMap<InvitationId, Invitation>,
}

impl Guests {
    /// How many come.
    pub fn accepted(&self) -> u32 {
        self.count(|invitation| invitation.status == Status::Accepted)
    }

    /// How many of some sort there are.
    pub fn count(&self, wanted: impl Fn(&Invitation) -> bool) -> u32 {
        let found = self.invitations.values().filter(|invitation| wanted(invitation));
        u32::try_from(found.count()).unwrap_or(u32::MAX)
    }

    /// Some invitations in the order of inviting.
    pub fn in_order(&self, wanted: impl Fn(&Invitation) -> bool) -> Vec<&Invitation> {
        let mut found: Vec<_> = self
            .invitations
            .values()
            .filter(|invitation| wanted(invitation))
            .collect();
        found.sort_unstable_by_key(|invitation| invitation.arrival);
        found
    }

    /// Who is first in line.
    pub fn first_in_line(&self) -> Option<InvitationId> {
        let waiting = self.invitations.values().filter(|one| one.status == Status::Waiting);
        waiting.min_by_key(|one| one.in_line).map(|one| one.id)
    }

    /// The position of a guest who waits, from 1.
    pub fn position(&self, invitation: &Invitation) -> Option<u32> {
        let place = invitation.in_line.filter(|_| invitation.status == Status::Waiting)?;
        Some(self.count(|other| other.status == Status::Waiting && other.in_line.is_some_and(|line| line <= place)))
    }

    /// The number of the next invitation.
    pub fn next_arrival(&self) -> i64 {
        self.invitations.values().map(|one| one.arrival).max().unwrap_or(0) + 1
    }

    fn next_in_line(&self) -> i64 {
        self.invitations
            .values()
            .filter_map(|one| one.in_line)
            .max()
            .unwrap_or(0)
            + 1
    }
}

impl Facts {
    /// When the showcase starts.
    pub fn showcase_starts_at(&self) -> Option<DateTime<Utc>> {
        let announced = &self.programme.announced;
        announced
            .showcase
            .map(|showcase| showcase.starts_at(announced.time_zone))
    }

    /// A showcase of a programme that goes ahead, or has, and that has not begun; when it starts.
    pub fn showcase_to_come(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.showcase_starts_at()
            .filter(|starts_at| self.programme.is_under_way() && at < *starts_at)
    }

    /// Where the showcase is, as far as that is known.
    fn showcase_venue(&self) -> Option<Venue> {
        self.hosting.venue_of_showcase(&self.programme.announced)
    }

    /// A place may become certain that is not.
    pub(super) fn awaits_showcase_venue(&self) -> bool {
        let has_meeting = self.programme.announced.meeting_of_showcase().is_some();
        has_meeting && !self.showcase_venue().is_some_and(|venue| venue.is_complete())
    }

    /// What is certain of when and where the showcase is.
    pub(super) fn showcase_certain(&self) -> Option<ShowcaseTold> {
        Some(ShowcaseTold {
            day: self.programme.announced.showcase?.day(),
            venue: self.showcase_venue().filter(Venue::is_complete),
        })
    }

    /// What letters to a guest say of the showcase: as the guest was last told, with what else is known of the place.
    pub(super) fn showcase_note(&self, invitation: &Invitation) -> ShowcaseNote {
        let told = &invitation.told;
        ShowcaseNote {
            invitation: invitation.id,
            day: told.day,
            venue: told.venue.clone().or_else(|| self.showcase_venue()),
            sequence: invitation.sequence,
            changed_at: invitation.changed_at,
        }
    }

    /// A guest who accepts now gets a place: one is free, and nobody waits for it.
    pub fn has_room_for_guest(&self) -> bool {
        self.has_guest_place() && self.guests.first_in_line().is_none()
    }

    /// Somebody more fits in.
    pub(super) fn has_guest_place(&self) -> bool {
        let showcase = self.programme.announced.showcase;
        showcase.is_some_and(|showcase| showcase.capacity.is_none_or(|fit| self.guests.accepted() < fit))
    }

    /// Carries a verb out on an invitation: the only place where its status changes. None: there is no such invitation.
    pub(super) fn apply_guest(
        &mut self,
        id: InvitationId,
        verb: GuestVerb,
        at: DateTime<Utc>,
    ) -> Option<GuestTransition> {
        let has_room = match verb {
            // Whoever is let in is the first in line.
            GuestVerb::LetIn => self.has_guest_place(),
            _ => self.has_room_for_guest(),
        };
        let (certain, next_in_line) = (self.showcase_certain(), self.guests.next_in_line());
        let invitation = self.guests.invitations.get_mut(&id)?;
        let result = transition(invitation.status, verb, has_room);
        if let GuestTransition::To(status) = result {
            invitation.status = status;
            invitation.in_line = (status == Status::Waiting).then_some(next_in_line);
            if matches!(verb, GuestVerb::Accept | GuestVerb::Decline) {
                invitation.answered_at = Some(at);
            }
            if status == Status::Accepted {
                invitation.acceptances += 1;
                let now_so = certain.map(|certain| certain.or_as(&invitation.told));
                // Whoever comes after all may have taken the entry out of the calendar: this one replaces that.
                let is_again = invitation.acceptances > 1;
                if let Some(now_so) = now_so.filter(|now_so| is_again || *now_so != invitation.told) {
                    invitation.tell(now_so, at);
                }
            }
        }
        Some(result)
    }

    /// Whether somebody takes part, guides or runs the programme, and so comes to the showcase anyway.
    pub(super) fn comes_anyway(&self, person: &PersonKey) -> bool {
        let takes_part = self
            .registrations
            .values()
            .any(|one| one.status == RegistrationStatus::Confirmed && one.person_key() == *person);
        let team = &self.programme.announced.team;
        takes_part
            || team
                .iter()
                .any(|member| PersonKey::of(&member.name, &member.email) == *person)
    }
}

#[cfg(test)]
mod tests;
