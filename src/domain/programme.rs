//! A programme: its dates, deadline, places, price, meetings and team.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    calendar,
    decision::DecisionMode,
    ids::{MeetingId, ProgrammeId, TeamMemberId},
    message::{CancellationCause, Locale},
    privacy::Retention,
    registration::{Registration, RegistrationStatus as Status, TIME_TO_VERIFY},
    text::{EmailAddress, Line, Organisation, Paragraphs, PersonName, Slug},
};

/// How far a programme has come, as stored. That a closed, undecided programme awaits a decision follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Not published.
    Draft,
    /// Published, not decided.
    Open,
    /// Decided to go ahead.
    GoingAhead,
    /// A no-go, or cancelled by an organiser.
    Cancelled,
    /// Over.
    Completed,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 5] = [
        Self::Draft,
        Self::Open,
        Self::GoingAhead,
        Self::Cancelled,
        Self::Completed,
    ];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::GoingAhead => "going-ahead",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
        }
    }

    /// The phase of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.word() == word)
    }
}

/// How far a programme has come, as told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProgrammeStatus {
    /// Not published.
    Draft,
    /// Published; registration has not closed.
    Open,
    /// Registration is closed and nothing is decided.
    AwaitingDecision,
    /// It goes ahead.
    GoingAhead,
    /// A no-go, or cancelled by an organiser.
    Cancelled,
    /// Over.
    Completed,
}

/// What taking part costs, for the whole programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Euro cents per person.
    pub cents: u32,
    /// VAT is in it.
    pub vat_included: bool,
    /// VAT in hundredths of a per cent.
    pub vat_basis_points: u32,
    /// The part of the real cost that a subsidy already pays, in hundredths of a per cent.
    pub subsidy_basis_points: Option<u32>,
    /// The part of it that somebody pays who withdraws after the go, in hundredths of a per cent.
    pub withdrawal_basis_points: u32,
}

/// The part of a programme that a meeting plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeetingKind {
    /// The first.
    KickOff,
    /// One in between.
    Regular,
    /// The last.
    Closing,
}

impl MeetingKind {
    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::KickOff => "kick-off",
            Self::Regular => "regular",
            Self::Closing => "closing",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::KickOff, Self::Regular, Self::Closing]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// One day of a meeting, in the programme's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingDay {
    /// The day.
    pub on: NaiveDate,
    /// When it starts.
    pub starts: NaiveTime,
    /// When it ends; later than it starts.
    pub ends: NaiveTime,
}

/// A meeting of one or more days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Its id.
    pub id: MeetingId,
    /// From 1, in order of time.
    pub number: u32,
    /// Its part in the programme.
    pub kind: MeetingKind,
    /// What it is called.
    pub title: Line<200>,
    /// Its days, in order; at least one.
    pub days: Vec<MeetingDay>,
    /// Half-days (Dutch: dagdelen) that the organiser counts for it.
    pub half_days: u32,
    /// Where it is held, once known.
    pub municipality: Option<Line<100>>,
}

impl Meeting {
    /// When it starts.
    pub fn starts_at(&self, zone: Tz) -> Option<DateTime<Utc>> {
        self.days.first().map(|day| calendar::resolve(day.on, day.starts, zone))
    }

    /// When it ends.
    pub fn ends_at(&self, zone: Tz) -> Option<DateTime<Utc>> {
        self.days.last().map(|day| calendar::resolve(day.on, day.ends, zone))
    }
}

/// The day on which participants present to guests (Dutch: manifestatie).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Showcase {
    /// The day.
    pub on: NaiveDate,
    /// When it starts.
    pub starts: NaiveTime,
    /// When it ends; later than it starts.
    pub ends: NaiveTime,
    /// How many guests fit; none: nobody counts them.
    pub capacity: Option<u32>,
    /// How many guests one person may invite.
    pub guest_quota: u32,
}

/// How long before the showcase harvests can be written, from the usual time on (rule 11).
pub const HARVEST_OPENS_DAYS_BEFORE: i32 = 42;

/// How long before the showcase its harvests are due, that day included (rule 11).
const HARVEST_DUE_DAYS_BEFORE: i64 = 10;

impl Showcase {
    /// How many guests one person may invite, where nothing else was entered.
    pub const USUAL_QUOTA: u32 = 5;

    /// When it starts.
    pub fn starts_at(&self, zone: Tz) -> DateTime<Utc> {
        calendar::resolve(self.on, self.starts, zone)
    }

    /// When it ends.
    pub fn ends_at(&self, zone: Tz) -> DateTime<Utc> {
        calendar::resolve(self.on, self.ends, zone)
    }

    /// From here on harvests can be written.
    pub fn harvest_opens_at(&self, zone: Tz) -> DateTime<Utc> {
        let on = calendar::days_after(self.on, -i64::from(HARVEST_OPENS_DAYS_BEFORE));
        calendar::resolve(on, calendar::USUAL_TIME, zone)
    }

    /// Its day and hours.
    pub fn day(&self) -> MeetingDay {
        MeetingDay {
            on: self.on,
            starts: self.starts,
            ends: self.ends,
        }
    }

    /// The last day on which a harvest can be submitted.
    pub fn harvest_due_on(&self) -> NaiveDate {
        calendar::days_after(self.on, -HARVEST_DUE_DAYS_BEFORE)
    }

    /// From here on a harvest is late: the due day is over.
    pub fn harvest_closes_at(&self, zone: Tz) -> DateTime<Utc> {
        calendar::end_of_day(self.harvest_due_on(), zone)
    }
}

/// What a member of the team does. Roles overlap; none is ever counted as a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeamRole {
    /// Answers questions before somebody registers.
    Contact,
    /// Guides the learning.
    Facilitator,
    /// Runs the programme.
    Organiser,
}

impl TeamRole {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Contact, Self::Facilitator, Self::Organiser];

    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Facilitator => "facilitator",
            Self::Organiser => "organiser",
        }
    }

    /// The role of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Somebody who runs or guides the programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    /// The id.
    pub id: TeamMemberId,
    /// The name.
    pub name: PersonName,
    /// Where the member works.
    pub organisation: Option<Organisation>,
    /// Where mail goes.
    pub email: EmailAddress,
    /// What the member does; sorted, at least one.
    pub roles: Vec<TeamRole>,
    /// A few words for the public.
    pub biography: Option<Paragraphs<2000>>,
    /// The language of mails.
    pub locale: Locale,
}

impl TeamMember {
    /// Whether the member has a role.
    pub fn is(&self, role: TeamRole) -> bool {
        self.roles.contains(&role)
    }
}

/// How and when a programme ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// When.
    pub at: DateTime<Utc>,
    /// By a no-go or an organiser.
    pub cause: CancellationCause,
    /// What was said about it.
    pub reason: Option<Paragraphs<1000>>,
}

/// What an organiser enters; the rest of a programme follows from what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Its name in addresses.
    pub slug: Slug,
    /// Its title.
    pub title: Line<200>,
    /// A second line of title.
    pub subtitle: Option<Line<300>>,
    /// What it is about, in Markdown without HTML.
    pub description: Paragraphs<10000>,
    /// For whom.
    pub audience: Option<Line<300>>,
    /// Its language.
    pub locale: Locale,
    /// Where its days and times are.
    pub time_zone: Tz,
    /// At least so many, or it does not go ahead.
    pub min_participants: u32,
    /// At most so many.
    pub max_participants: u32,
    /// From when one can register; none: from publishing on.
    pub registration_opens_at: Option<DateTime<Utc>>,
    /// The last day on which one can register.
    pub registration_deadline: NaiveDate,
    /// Who decides.
    pub decision_mode: DecisionMode,
    /// What it costs.
    pub price: Price,
    /// In order of time.
    pub meetings: Vec<Meeting>,
    /// Where participants present what they bring home; none: there is none.
    pub showcase: Option<Showcase>,
    /// How long personal data is kept.
    pub retention: Retention,
    /// In the order to show.
    pub team: Vec<TeamMember>,
}

impl Announcement {
    /// The meeting one of whose days the showcase is on.
    pub fn meeting_of_showcase(&self) -> Option<&Meeting> {
        let on = self.showcase?.on;
        let is_on_it = |meeting: &&Meeting| meeting.days.iter().any(|day| day.on == on);
        self.meetings.iter().find(is_on_it)
    }

    /// When the first meeting starts.
    pub fn kick_off_at(&self) -> Option<DateTime<Utc>> {
        self.meetings
            .first()
            .and_then(|meeting| meeting.starts_at(self.time_zone))
    }
}

/// A programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Its id.
    pub id: ProgrammeId,
    /// What was entered.
    pub announced: Announcement,
    /// How far it has come.
    pub phase: Phase,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Since when the deadline is the one it is.
    pub deadline_set_at: DateTime<Utc>,
    /// How it ended before its time.
    pub cancellation: Option<Cancellation>,
}

impl Programme {
    /// Registration is closed from here on (rule 1).
    pub fn registration_closes_at(&self) -> DateTime<Utc> {
        calendar::end_of_day(self.announced.registration_deadline, self.announced.time_zone)
    }

    /// When the first meeting starts.
    pub fn kick_off_at(&self) -> Option<DateTime<Utc>> {
        self.announced.kick_off_at()
    }

    /// When the last meeting ends.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.announced
            .meetings
            .last()
            .and_then(|meeting| meeting.ends_at(self.announced.time_zone))
    }

    /// Whether one can register at a moment. Instants are half-open: at the closing instant it is closed.
    pub fn is_registration_open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.phase, Phase::Open | Phase::GoingAhead)
            && self.opens_at().is_some_and(|opens_at| opens_at <= now)
            && now < self.registration_closes_at()
            && self.kick_off_at().is_none_or(|kick_off_at| now < kick_off_at)
    }

    /// From when one can register: what was entered, never before publishing.
    pub fn opens_at(&self) -> Option<DateTime<Utc>> {
        let published_at = self.published_at?;
        Some(
            self.announced
                .registration_opens_at
                .map_or(published_at, |opens_at| opens_at.max(published_at)),
        )
    }

    /// How far it has come, as told at a moment.
    pub fn status(&self, now: DateTime<Utc>) -> ProgrammeStatus {
        match self.phase {
            Phase::Draft => ProgrammeStatus::Draft,
            Phase::Open if now >= self.registration_closes_at() => ProgrammeStatus::AwaitingDecision,
            Phase::Open => ProgrammeStatus::Open,
            Phase::GoingAhead => ProgrammeStatus::GoingAhead,
            Phase::Cancelled => ProgrammeStatus::Cancelled,
            Phase::Completed => ProgrammeStatus::Completed,
        }
    }

    /// It goes ahead, or has: there is something to host, to share, to bring home.
    pub fn is_under_way(&self) -> bool {
        matches!(self.phase, Phase::GoingAhead | Phase::Completed)
    }

    /// Until when a registration has to be verified: 72 hours, and a held place not beyond the deadline (rule 2).
    pub fn confirm_before(&self, registration: &Registration) -> Option<DateTime<Utc>> {
        let hours_end_at = calendar::later(registration.registered_at, TIME_TO_VERIFY);
        match registration.status {
            Status::Unverified => Some(hours_end_at.min(self.registration_closes_at())),
            Status::Waiting if !registration.is_verified() => Some(self.not_after_kick_off(hours_end_at)),
            _ => None,
        }
    }

    /// Until when an offered place can be accepted.
    pub fn accept_before(&self, registration: &Registration) -> Option<DateTime<Utc>> {
        match registration.status {
            Status::Offered => registration
                .offer_expires_at
                .map(|expires_at| self.not_after_kick_off(expires_at)),
            _ => None,
        }
    }

    /// When time alone ends the registration.
    pub fn expires_at(&self, registration: &Registration) -> Option<DateTime<Utc>> {
        if !matches!(self.phase, Phase::Open | Phase::GoingAhead) {
            return None;
        }
        match registration.status {
            Status::Waiting if registration.is_verified() => self.kick_off_at(),
            Status::Unverified | Status::Waiting => self.confirm_before(registration),
            Status::Offered => self.accept_before(registration),
            _ => None,
        }
    }

    /// An instant, or the kick-off if that is earlier.
    pub fn not_after_kick_off(&self, instant: DateTime<Utc>) -> DateTime<Utc> {
        self.kick_off_at()
            .map_or(instant, |kick_off_at| instant.min(kick_off_at))
    }

    /// A meeting of it.
    pub fn meeting(&self, id: MeetingId) -> Option<&Meeting> {
        self.announced.meetings.iter().find(|meeting| meeting.id == id)
    }

    /// The members of the team with a role.
    pub fn team_with(&self, role: TeamRole) -> impl Iterator<Item = &TeamMember> {
        self.announced.team.iter().filter(move |member| member.is(role))
    }

    /// Who gets questions: every contact, else every organiser.
    pub fn those_who_answer(&self) -> impl Iterator<Item = &TeamMember> {
        let role = match self.team_with(TeamRole::Contact).next() {
            Some(_) => TeamRole::Contact,
            None => TeamRole::Organiser,
        };
        self.team_with(role)
    }

    /// Who answers a mail: the first contact, else the first organiser, else the first of the team.
    pub fn contact(&self) -> Option<&TeamMember> {
        self.team_with(TeamRole::Contact)
            .next()
            .or_else(|| self.team_with(TeamRole::Organiser).next())
            .or(self.announced.team.first())
    }
}
