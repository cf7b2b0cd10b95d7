//! What makes a mail due: an event, a moment counted from an anchor, or a day of the week.
//!
//! An anchor is a moment of the programme that follows from its facts, so a trigger that counts from it moves along. Some
//! anchors have several moments, one for each meeting; some have none yet.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, Utc, Weekday};

use chrono_tz::Tz;

use super::{calendar, decision::Decision, ids::MeetingId, programme::Programme};

/// Something that happens to a programme and makes rules fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerEvent {
    /// Somebody registered and has not verified the address.
    Registered,
    /// Somebody registered who was registered already.
    RegisteredAgain,
    /// Somebody holds a verified place.
    PlaceTaken,
    /// A verified person waits for a place.
    WaitingListJoined,
    /// A freed place was offered.
    PlaceOffered,
    /// An offer ended unanswered.
    OfferExpired,
    /// A registration ended because its time was over.
    RegistrationExpired,
    /// Somebody left.
    Withdrawn,
    /// After the go so many left that fewer than the minimum remain.
    FellBelowMinimum,
    /// Somebody asked for a new personal link.
    LinkRequested,
    /// The programme was published, or somebody joined the team after that.
    TeamMemberWelcomed,
    /// The closing instant passed and people have to decide.
    DecisionRequested,
    /// Go or no-go.
    Decided,
    /// Somebody's place became final by the go.
    Confirmed,
    /// Somebody's registration ended by a no-go or an organiser.
    Cancelled,
    /// People can register longer, or again.
    DeadlineExtended,
    /// A participant asked the facilitators something.
    FacilitatorsAsked,
    /// An organiser writes to people of the programme, or a moment chosen for that came.
    Announced,
    /// Somebody's address refuses mail.
    AddressRefused,
    /// Somebody was assigned as the host of a meeting.
    HostAssigned,
    /// Somebody was assigned in the place of a host.
    HostReleased,
    /// A host fell away, and nobody else can host the meeting.
    HostFellAway,
    /// The time or place of a meeting is another than people were told.
    MeetingChanged,
    /// A guest was invited to the showcase.
    GuestInvited,
    /// A guest got a place.
    GuestComes,
    /// The time or place of the showcase is another than guests were told.
    ShowcaseChanged,
    /// An invitation that was answered, or a showcase, was called off.
    InvitationCancelled,
    /// Somebody asked a question on the public page.
    QuestionAsked,
    /// A participant handed a harvest in.
    HarvestSubmitted,
    /// A harvest went back to its author.
    HarvestReturned,
    /// A harvest was accepted.
    HarvestAccepted,
    /// A harvest got a time at the showcase, or another one.
    HarvestScheduled,
}

/// A moment of the programme that rules count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    /// The first moment at which one can register.
    RegistrationOpens,
    /// The last day on which one can register; its moment is the closing instant.
    RegistrationDeadline,
    /// The latest decision.
    Decision,
    /// The start of each meeting.
    MeetingStart,
    /// The end of each meeting.
    MeetingEnd,
    /// The start of the showcase.
    Showcase,
    /// The last day on which a harvest can be submitted; its moment is the end of that day.
    HarvestDue,
    /// The end of the last meeting.
    ProgrammeEnd,
}

impl Anchor {
    /// Every anchor.
    pub const ALL: &[Self] = &[
        Self::RegistrationOpens,
        Self::RegistrationDeadline,
        Self::Decision,
        Self::MeetingStart,
        Self::MeetingEnd,
        Self::Showcase,
        Self::HarvestDue,
        Self::ProgrammeEnd,
    ];

    /// What is stored, and its name in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::RegistrationOpens => "registration-opens",
            Self::RegistrationDeadline => "registration-deadline",
            Self::Decision => "decision",
            Self::MeetingStart => "meeting-start",
            Self::MeetingEnd => "meeting-end",
            Self::Showcase => "showcase",
            Self::HarvestDue => "harvest-due",
            Self::ProgrammeEnd => "programme-end",
        }
    }

    /// The anchor of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|anchor| anchor.word() == word)
    }

    /// Its moments in a programme, as far as they are known.
    fn moments(self, programme: &Programme, decision: Option<&Decision>) -> Vec<Moment> {
        let zone = programme.announced.time_zone;
        let once = |at: DateTime<Utc>| Moment {
            at,
            on: calendar::day_of(at, zone),
            meeting: None,
        };
        let meetings = |at: fn(&super::programme::Meeting, chrono_tz::Tz) -> Option<DateTime<Utc>>| {
            let of = |meeting: &super::programme::Meeting| {
                at(meeting, zone).map(|at| Moment {
                    meeting: Some(meeting.id),
                    ..once(at)
                })
            };
            programme.announced.meetings.iter().filter_map(of).collect()
        };
        match self {
            Self::RegistrationOpens => programme.opens_at().map(once).into_iter().collect(),
            Self::RegistrationDeadline => vec![Moment {
                at: programme.registration_closes_at(),
                on: programme.announced.registration_deadline,
                meeting: None,
            }],
            Self::Decision => decision.map(|made| once(made.effective_at)).into_iter().collect(),
            Self::MeetingStart => meetings(super::programme::Meeting::starts_at),
            Self::MeetingEnd => meetings(super::programme::Meeting::ends_at),
            Self::Showcase => {
                let showcase = programme.announced.showcase.iter();
                showcase.map(|showcase| once(showcase.starts_at(zone))).collect()
            }
            Self::HarvestDue => {
                let showcase = programme.announced.showcase.iter();
                let due = |showcase: &super::programme::Showcase| Moment {
                    at: showcase.harvest_closes_at(zone),
                    on: showcase.harvest_due_on(),
                    meeting: None,
                };
                showcase.map(due).collect()
            }
            Self::ProgrammeEnd => programme.ends_at().map(once).into_iter().collect(),
        }
    }
}

/// A moment of an anchor.
struct Moment {
    at: DateTime<Utc>,
    on: NaiveDate,
    meeting: Option<MeetingId>,
}

/// When something fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Whenever it happens.
    Event(TriggerEvent),
    /// So many days after the anchor's day (before it, when negative), at a time of day in the programme's zone.
    Anchored {
        /// What it counts from.
        anchor: Anchor,
        /// Calendar days, not multiples of 24 hours.
        offset_days: i32,
        /// The time of day.
        at: NaiveTime,
    },
    /// So many minutes after the anchor's moment (before it, when negative).
    Counted {
        /// What it counts from.
        anchor: Anchor,
        /// Minutes of real time.
        offset_minutes: i32,
    },
    /// Such a day of the week: of a rule every one while the programme goes ahead, of an announcement the first to come; at a time of day in the programme's zone.
    Weekday {
        /// The day of the week.
        weekday: Weekday,
        /// The time of day.
        at: NaiveTime,
    },
}

/// One time that a trigger fires by the calendar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// When.
    pub at: DateTime<Utc>,
    /// Which time: it names the reason, and the moment only where a moved one is another reason.
    pub name: String,
    /// The meeting that it counts from.
    pub meeting: Option<MeetingId>,
}

impl Trigger {
    /// The anchor, if it counts from one.
    pub fn anchor(self) -> Option<Anchor> {
        match self {
            Self::Anchored { anchor, .. } | Self::Counted { anchor, .. } => Some(anchor),
            Self::Event(_) | Self::Weekday { .. } => None,
        }
    }

    /// When it fires by the calendar, as far as that is known; `since` is where looking for a day of the week begins. Nothing
    /// for one that waits for an event.
    pub fn occurrences(
        self,
        programme: &Programme,
        decision: Option<&Decision>,
        when_moved: WhenMoved,
        since: DateTime<Utc>,
    ) -> Vec<Occurrence> {
        let zone = programme.announced.time_zone;
        let name = |moment: &Moment| match (when_moved, moment.meeting) {
            (WhenMoved::Once, None) => "1".to_owned(),
            (WhenMoved::Once, Some(meeting)) => meeting.to_string(),
            (WhenMoved::Again, None) => moment.on.to_string(),
            (WhenMoved::Again, Some(meeting)) => format!("{meeting}@{}", moment.on),
        };
        let from_anchor = |anchor: Anchor, at: &dyn Fn(&Moment) -> DateTime<Utc>| {
            let moments = anchor.moments(programme, decision);
            moments
                .iter()
                .map(|moment| Occurrence {
                    // Of a decision nothing is known before it is made: what would have been earlier that day is at once.
                    at: if anchor == Anchor::Decision {
                        at(moment).max(moment.at)
                    } else {
                        at(moment)
                    },
                    name: name(moment),
                    meeting: moment.meeting,
                })
                .collect()
        };
        match self {
            Self::Event(_) => Vec::new(),
            Self::Anchored {
                anchor,
                offset_days,
                at,
            } => from_anchor(anchor, &|moment| {
                calendar::resolve(calendar::days_after(moment.on, offset_days.into()), at, zone)
            }),
            Self::Counted { anchor, offset_minutes } => from_anchor(anchor, &|moment| {
                calendar::later(moment.at, Duration::minutes(offset_minutes.into()))
            }),
            Self::Weekday { weekday, at } => {
                let (_, at) = first_weekday(weekday, at, zone, since);
                vec![Occurrence {
                    at,
                    name: "1".to_owned(),
                    meeting: None,
                }]
            }
        }
    }
}

/// The first such day of the week whose moment comes after another moment.
fn first_weekday(weekday: Weekday, at: NaiveTime, zone: Tz, since: DateTime<Utc>) -> (NaiveDate, DateTime<Utc>) {
    let today = calendar::day_of(since, zone);
    let to_go = (weekday.num_days_from_monday() + 7 - today.weekday().num_days_from_monday()) % 7;
    let on = calendar::days_after(today, to_go.into());
    let next = calendar::resolve(on, at, zone);
    if next > since {
        (on, next)
    } else {
        let on = calendar::days_after(on, 7);
        (on, calendar::resolve(on, at, zone))
    }
}

/// So many weeks are looked ahead, whatever dates somebody entered: ten years.
const WEEKS_AT_MOST: i64 = 520;

/// Every such day of the week whose moment comes after one moment and before another; its day is its name.
pub fn weekly(
    weekday: Weekday,
    at: NaiveTime,
    zone: Tz,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> impl Iterator<Item = Occurrence> {
    let (first, _) = first_weekday(weekday, at, zone, since);
    (0..WEEKS_AT_MOST)
        .map(move |week| calendar::days_after(first, 7 * week))
        .map(move |on| Occurrence {
            at: calendar::resolve(on, at, zone),
            name: on.to_string(),
            meeting: None,
        })
        .take_while(move |occurrence| occurrence.at < until)
}

/// What a moved anchor means for a rule that has fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhenMoved {
    /// What is done stays done.
    Once,
    /// It fires again for the new date.
    Again,
}

impl WhenMoved {
    /// What is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Again => "again",
        }
    }

    /// The meaning of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Once, Self::Again].into_iter().find(|moved| moved.word() == word)
    }
}
