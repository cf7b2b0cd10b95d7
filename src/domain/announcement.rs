//! Announcements: an organiser's own mails to people of a programme, at once or at a moment of their own.

use chrono::{DateTime, Utc};

use super::{
    facts::Facts,
    guests::{Invitation, InvitationStatus},
    ids::AnnouncementId,
    message::{Letter, Recipient},
    programme::TeamRole,
    registration::{Registration, RegistrationStatus as Status},
    rule::RuleKey,
    text::{Line, Paragraphs},
    trigger::{Occurrence, Trigger},
};

/// Who gets an announcement: those who belong to it at the moment it goes out. Of the people who registered, only those whose
/// address is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Those who hold a place for good.
    Participants,
    /// Those of them who have no learning wish.
    WithoutWish,
    /// Those of them who have handed no harvest in, or have it back.
    WithoutHarvest,
    /// Those who wait for a place or were offered one.
    Waiting,
    /// Those who host a meeting to come.
    Hosts,
    /// Guests of the showcase who come, or wait for a place.
    Guests,
    /// Everybody who runs or guides the programme.
    Team,
    /// Those who run it.
    Organisers,
    /// Participants, those who wait, and the team.
    Everyone,
}

impl Audience {
    /// Every audience.
    pub const ALL: [Self; 9] = [
        Self::Participants,
        Self::WithoutWish,
        Self::WithoutHarvest,
        Self::Waiting,
        Self::Hosts,
        Self::Guests,
        Self::Team,
        Self::Organisers,
        Self::Everyone,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Participants => "participants",
            Self::WithoutWish => "without-wish",
            Self::WithoutHarvest => "without-harvest",
            Self::Waiting => "waiting",
            Self::Hosts => "hosts",
            Self::Guests => "guests",
            Self::Team => "team",
            Self::Organisers => "organisers",
            Self::Everyone => "everyone",
        }
    }

    /// The audience of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.word() == word)
    }

    /// Who belongs to it at a moment: people by arrival, then the team in its order. Guests gave their addresses for the showcase
    /// only: they do not belong to everyone.
    pub fn recipients(self, facts: &Facts, at: DateTime<Utc>) -> Vec<Recipient> {
        let hosts = |registration: &Registration| {
            let mut meetings = facts.meetings_to_come(at);
            meetings.any(|meeting| facts.hosting.host_of(meeting.id) == Some(registration.id))
        };
        let is_meant = |registration: &Registration| match self {
            Self::Participants => registration.status.counts(),
            Self::WithoutWish => registration.status.counts() && !facts.sharing.has_wish(registration.id),
            Self::WithoutHarvest => registration.status.counts() && !facts.has_handed_in(registration.id),
            Self::Waiting => waits(registration),
            Self::Hosts => registration.status.counts() && hosts(registration),
            Self::Everyone => registration.status.counts() || waits(registration),
            Self::Guests | Self::Team | Self::Organisers => false,
        };
        let people = facts.in_line(is_meant).into_iter().map(Recipient::Registration);
        let team = facts.programme.announced.team.iter().filter(|member| match self {
            Self::Team | Self::Everyone => true,
            Self::Organisers => member.is(TeamRole::Organiser),
            Self::Participants
            | Self::WithoutWish
            | Self::WithoutHarvest
            | Self::Waiting
            | Self::Hosts
            | Self::Guests => false,
        });
        let guests = match self {
            Self::Guests => facts.guests.in_order(wants_to_come),
            _ => Vec::new(),
        };
        people
            .chain(guests.into_iter().map(|invitation| Recipient::Guest(invitation.id)))
            .chain(team.map(|member| Recipient::TeamMember(member.id)))
            .collect()
    }
}

fn waits(registration: &Registration) -> bool {
    registration.is_verified() && matches!(registration.status, Status::Waiting | Status::Offered)
}

fn wants_to_come(invitation: &Invitation) -> bool {
    let wants = matches!(
        invitation.status,
        InvitationStatus::Accepted | InvitationStatus::Waiting
    );
    wants && invitation.erased_at.is_none()
}

/// The longest text of an announcement, in characters.
pub const LONGEST_BODY: usize = 5000;

/// What an organiser wants to send, to whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMail {
    /// Its id.
    pub id: AnnouncementId,
    /// Who gets it.
    pub audience: Audience,
    /// The subject of the mail.
    pub subject: Line<150>,
    /// What it says.
    pub body: Paragraphs<LONGEST_BODY>,
    /// When it goes out; none: at once.
    pub trigger: Option<Trigger>,
    /// When the organiser said so. It never goes out for moments before this (rule 16).
    pub announced_at: DateTime<Utc>,
    /// When the organiser took it back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl OwnMail {
    /// What its mail says.
    pub fn letter(&self) -> Letter {
        Letter::Announcement {
            subject: self.subject.clone(),
            body: self.body.clone(),
        }
    }

    /// When it goes out by the calendar, as far as that is known.
    pub fn occurrences(&self, facts: &Facts) -> Vec<Occurrence> {
        let (Some(trigger), None, Some(rule)) = (self.trigger, self.withdrawn_at, facts.rule(RuleKey::Announcement))
        else {
            return Vec::new();
        };
        let named = |occurrence: Occurrence| Occurrence {
            name: format!("{}@{}", self.id, occurrence.name),
            ..occurrence
        };
        trigger
            .occurrences(
                &facts.programme,
                facts.decisions.last(),
                rule.when_moved,
                self.announced_at,
            )
            .into_iter()
            .map(named)
            .collect()
    }
}
