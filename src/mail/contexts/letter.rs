//! What only one kind of letter says, in words of the recipient's language.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::guests::GuestWords;
use super::harvest::HarvestWords;
use super::hosting::HostingWords;
use super::sharing::{AgendaLineWords, DigestWords};
use crate::domain::{
    decision::DecisionOutcome,
    formats,
    guests::InvitationStatus,
    message::{CancellationCause, ExpiryCause, Letter, Locale},
    programme::{Programme, TeamRole},
    registration::RegistrationStatus,
};
use crate::mail::unlinked::unlinked;

/// The names that the template of one kind of letter has beside those that all have.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum LetterWords<'a> {
    ConfirmRegistration {
        waiting_position: Option<u32>,
        until: String,
    },
    RegistrationReceived {
        is_confirmed: bool,
    },
    RegistrationState {
        status: RegistrationStatus,
        is_over: bool,
        is_verified: bool,
        must_verify: bool,
        waiting_position: Option<u32>,
        until: Option<String>,
    },
    RegistrationExpired {
        cause: ExpiryCause,
        can_register_anew: bool,
    },
    WaitingListJoined {
        waiting_position: u32,
    },
    PlaceOffered {
        until: String,
    },
    PlaceOfferExpired {
        can_register_anew: bool,
    },
    RegistrationWithdrawn {
        after_go: bool,
        /// "50%".
        percentage: String,
        /// None: nothing is due, or it is not known.
        amount: Option<String>,
        is_free: bool,
    },
    PersonalLink {
        is_team: bool,
        is_guest: bool,
        status: Option<RegistrationStatus>,
        invitation: Option<InvitationStatus>,
    },
    TeamWelcome {
        /// "organisator en contactpersoon".
        roles: String,
        is_organiser: bool,
        is_facilitator: bool,
    },
    BelowMinimum {
        counted: u32,
        minimum: u32,
        missing: u32,
        unverified: u32,
        is_after_go: bool,
        days_left: Option<u32>,
    },
    DecisionRequested {
        counted: u32,
        minimum: u32,
        reaches_minimum: bool,
        waiting: u32,
        until: String,
        is_reminder: bool,
    },
    DecisionReport {
        is_go: bool,
        counted: u32,
        minimum: u32,
        is_below_minimum: bool,
        as_of: String,
        waiting: u32,
        reason: Option<&'a str>,
    },
    DeadlineExtended {
        registration_deadline: String,
        reason: &'a str,
        can_register_anew: bool,
    },
    ProgrammeGoesAhead {
        participants: u32,
    },
    ProgrammeCancelled {
        by_organiser: bool,
        is_below_minimum: bool,
        counted: u32,
        minimum: u32,
        reason: Option<&'a str>,
        is_in_calendars: bool,
    },
    LearningWishRequest {
        is_reminder: bool,
    },
    LearningWishDigest(DigestWords),
    AgendaMissing {
        meeting: &'a str,
        /// "donderdag 12 juni 2014 om 09:30 uur".
        starts: String,
        goes_out: Option<String>,
        proposals: u32,
    },
    Agenda {
        meeting: &'a str,
        starts: String,
        items: Vec<AgendaLineWords>,
    },
    FacilitatorsAsked {
        asker: String,
        organisation: String,
        question: String,
    },
    Hosting(HostingWords<'a>),
    Harvest(Option<HarvestWords<'a>>),
    Guest(GuestWords),
    Announcement {
        subject: &'a str,
        body: &'a str,
    },
    AddressRefused {
        name: &'a str,
        address: &'a str,
        reply: Option<&'a str>,
        is_team_member: bool,
        is_guest: bool,
    },
    ProgrammeCompleted {
        is_participant: bool,
    },
    QuestionAsked {
        name: &'a str,
        email: &'a str,
        /// The address as a link (RFC 6068).
        mailto: String,
        question: &'a str,
    },
}

impl<'a> LetterWords<'a> {
    pub(super) fn of(letter: &'a Letter, programme: &Programme, locale: Locale) -> Self {
        let zone = programme.announced.time_zone;
        let until = |end: &DateTime<Utc>| formats::until(*end, zone, locale);
        match letter {
            Letter::ConfirmRegistration {
                waiting_position,
                confirm_before,
            } => Self::ConfirmRegistration {
                waiting_position: *waiting_position,
                until: until(confirm_before),
            },
            Letter::RegistrationReceived { is_confirmed } => Self::RegistrationReceived {
                is_confirmed: *is_confirmed,
            },
            Letter::RegistrationState {
                status,
                is_verified,
                waiting_position,
                act_before,
            } => Self::RegistrationState {
                status: *status,
                is_over: status.is_final(),
                is_verified: *is_verified,
                must_verify: *status == RegistrationStatus::Unverified
                    || (*status == RegistrationStatus::Waiting && !is_verified),
                waiting_position: *waiting_position,
                until: act_before.as_ref().map(until),
            },
            Letter::RegistrationExpired {
                cause,
                can_register_anew,
            } => Self::RegistrationExpired {
                cause: *cause,
                can_register_anew: *can_register_anew,
            },
            Letter::WaitingListJoined { waiting_position } => Self::WaitingListJoined {
                waiting_position: *waiting_position,
            },
            Letter::PlaceOffered { accept_before } => Self::PlaceOffered {
                until: until(accept_before),
            },
            Letter::PlaceOfferExpired { can_register_anew } => Self::PlaceOfferExpired {
                can_register_anew: *can_register_anew,
            },
            Letter::RegistrationWithdrawn { after_go, cents_due } => Self::RegistrationWithdrawn {
                after_go: *after_go,
                percentage: formats::percentage(programme.announced.price.withdrawal_basis_points, locale),
                amount: cents_due
                    .filter(|cents| *cents > 0)
                    .map(|cents| formats::euros(cents, locale)),
                is_free: *cents_due == Some(0),
            },
            Letter::PersonalLink { status, invitation } => Self::PersonalLink {
                is_team: status.is_none() && invitation.is_none(),
                is_guest: invitation.is_some(),
                status: *status,
                invitation: *invitation,
            },
            Letter::TeamWelcome { roles } => Self::TeamWelcome {
                roles: formats::enumeration(
                    &roles.iter().map(|role| role_name(*role, locale)).collect::<Vec<_>>(),
                    locale,
                ),
                is_organiser: roles.contains(&TeamRole::Organiser),
                is_facilitator: roles.contains(&TeamRole::Facilitator),
            },
            Letter::BelowMinimum {
                counted,
                minimum,
                unverified,
                days_left,
            } => Self::BelowMinimum {
                counted: *counted,
                minimum: *minimum,
                missing: minimum.saturating_sub(*counted),
                unverified: *unverified,
                is_after_go: days_left.is_none(),
                days_left: *days_left,
            },
            Letter::DecisionRequested {
                counted,
                minimum,
                waiting,
                decide_before,
                is_reminder,
            } => Self::DecisionRequested {
                counted: *counted,
                minimum: *minimum,
                reaches_minimum: counted >= minimum,
                waiting: *waiting,
                until: until(decide_before),
                is_reminder: *is_reminder,
            },
            Letter::DecisionReport {
                outcome,
                counted,
                minimum,
                effective_at,
                waiting,
                reason,
            } => Self::DecisionReport {
                is_go: *outcome == DecisionOutcome::Go,
                counted: *counted,
                minimum: *minimum,
                is_below_minimum: counted < minimum,
                as_of: formats::as_of(*effective_at, zone, locale),
                waiting: *waiting,
                reason: reason.as_deref(),
            },
            Letter::DeadlineExtended {
                registration_deadline,
                reason,
                can_register_anew,
            } => Self::DeadlineExtended {
                registration_deadline: formats::weekday_and_day(*registration_deadline, locale),
                reason,
                can_register_anew: *can_register_anew,
            },
            Letter::AddressRefused {
                name,
                address,
                reply,
                is_team_member,
                is_guest,
            } => Self::AddressRefused {
                name,
                address,
                reply: reply.as_deref(),
                is_team_member: *is_team_member,
                is_guest: *is_guest,
            },
            Letter::QuestionAsked { name, email, question } => Self::QuestionAsked {
                name,
                email,
                mailto: super::mailto(email),
                question,
            },
            Letter::ProgrammeGoesAhead { participants } => Self::ProgrammeGoesAhead {
                participants: *participants,
            },
            Letter::VenueRequest {
                meetings,
                people,
                is_reminder,
            } => Self::Hosting(HostingWords::request(meetings, *people, *is_reminder, locale)),
            Letter::HostAssigned { meeting, people } => Self::Hosting(HostingWords::host(meeting, *people, locale)),
            Letter::HostReleased { meeting } => Self::Hosting(HostingWords::released(meeting, locale)),
            Letter::HostReminder { meeting, days_left } => {
                Self::Hosting(HostingWords::reminder(meeting, *days_left, locale))
            }
            Letter::HostMissing {
                meeting,
                days_left,
                fell_away,
            } => Self::Hosting(HostingWords::missing(meeting, *days_left, *fell_away, locale)),
            Letter::MeetingInformation { meeting, is_host } => {
                Self::Hosting(HostingWords::information(meeting, *is_host, locale))
            }
            Letter::MeetingChanged { meeting, told, reason } => {
                Self::Hosting(HostingWords::changed(meeting, told, reason.as_deref(), locale))
            }
            Letter::ShowcaseInvitation {
                showcase,
                inviter,
                message,
            } => Self::Guest(GuestWords::invitation(
                showcase,
                inviter.as_ref(),
                message.as_deref(),
                programme,
                locale,
            )),
            Letter::ShowcasePlace { showcase, was_waiting } => {
                Self::Guest(GuestWords::place(showcase, *was_waiting, locale))
            }
            Letter::ShowcaseReminder { showcase, inviter } => {
                Self::Guest(GuestWords::reminder(showcase, inviter.as_ref(), locale))
            }
            Letter::ShowcaseDirections { showcase } => Self::Guest(GuestWords::directions(showcase, locale)),
            Letter::ShowcaseChanged {
                showcase,
                was,
                place_changed,
                comes,
            } => Self::Guest(GuestWords::changed(showcase, *was, *place_changed, *comes, locale)),
            Letter::ShowcaseCancelled {
                showcase,
                cause,
                was_coming,
            } => Self::Guest(GuestWords::cancelled(showcase, *cause, *was_coming, locale)),
            Letter::ProgrammeCancelled {
                cause,
                reason,
                in_calendars,
            } => {
                let (by_organiser, counted, minimum) = match *cause {
                    CancellationCause::NoGo { counted, minimum } => (false, counted, minimum),
                    CancellationCause::Organiser => (true, 0, 0),
                };
                Self::ProgrammeCancelled {
                    by_organiser,
                    is_below_minimum: counted < minimum,
                    counted,
                    minimum,
                    reason: reason.as_deref(),
                    is_in_calendars: !in_calendars.is_empty(),
                }
            }
            Letter::ProgrammeCompleted { is_participant } => Self::ProgrammeCompleted {
                is_participant: *is_participant,
            },
            Letter::LearningWishRequest { is_reminder } => Self::LearningWishRequest {
                is_reminder: *is_reminder,
            },
            Letter::LearningWishDigest { wishes, others } => Self::LearningWishDigest(DigestWords::of(wishes, *others)),
            Letter::AgendaMissing {
                meeting,
                starts_at,
                goes_out_at,
                proposals,
            } => Self::AgendaMissing {
                meeting,
                starts: formats::weekday_and_moment(*starts_at, zone, locale),
                goes_out: goes_out_at.map(|at| formats::weekday_and_moment(at, zone, locale)),
                proposals: *proposals,
            },
            Letter::Agenda {
                meeting,
                starts_at,
                items,
            } => Self::Agenda {
                meeting,
                starts: formats::weekday_and_moment(*starts_at, zone, locale),
                items: items.iter().map(AgendaLineWords::of).collect(),
            },
            Letter::FacilitatorsAsked {
                name,
                organisation,
                question,
                ..
            } => Self::FacilitatorsAsked {
                asker: unlinked(name),
                organisation: unlinked(organisation),
                question: unlinked(question),
            },
            Letter::HarvestRequest { .. }
            | Letter::HarvestReminder { .. }
            | Letter::HarvestSubmitted { .. }
            | Letter::HarvestReturned { .. }
            | Letter::HarvestAccepted { .. }
            | Letter::HarvestScheduled { .. } => Self::Harvest(HarvestWords::of(letter, zone, locale)),
            Letter::Announcement { subject, body } => Self::Announcement { subject, body },
        }
    }
}

fn role_name(role: TeamRole, locale: Locale) -> &'static str {
    match (role, locale) {
        (TeamRole::Contact, Locale::Nl) => "contactpersoon",
        (TeamRole::Contact, Locale::En) => "contact",
        (TeamRole::Facilitator, Locale::Nl) => "begeleider",
        (TeamRole::Facilitator, Locale::En) => "facilitator",
        (TeamRole::Organiser, Locale::Nl) => "organisator",
        (TeamRole::Organiser, Locale::En) => "organiser",
    }
}
