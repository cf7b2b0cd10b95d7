//! Rows and domain values, both ways. A stored value that means nothing is an error that names its place.

use std::str::FromStr;

use entities::{decision, meeting, meeting_day, programme, registration, team_member};
use sea_orm::Set;

use super::{Result, StoreError};
use crate::domain::{
    decision::{Decision, DecisionMode, DecisionOutcome},
    facts::Counts,
    ids::{MeetingId, ProgrammeId, RegistrationId, TeamMemberId},
    message::{CancellationCause, Locale},
    privacy::Retention,
    programme::{
        Announcement, Cancellation, Meeting, MeetingDay, MeetingKind, Phase, Price, Programme, Showcase, TeamMember,
        TeamRole,
    },
    registration::{Billing, Registrant, Registration, RegistrationStatus},
};

/// The place of a value, for the error when it means nothing.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) table: &'static str,
    pub(super) row: &'a dyn ToString,
}

impl Place<'_> {
    pub(super) fn parse<T: FromStr<Err: ToString>>(self, column: &'static str, value: &str) -> Result<T> {
        value
            .parse()
            .map_err(|error: T::Err| StoreError::inconsistent(self.table, column, self.row.to_string(), error))
    }

    pub(super) fn optional<T: FromStr<Err: ToString>>(
        self,
        column: &'static str,
        value: Option<&String>,
    ) -> Result<Option<T>> {
        value.map(|value| self.parse(column, value)).transpose()
    }

    pub(super) fn word<T>(self, column: &'static str, value: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        read(value).ok_or_else(|| StoreError::inconsistent(self.table, column, self.row.to_string(), "unknown word"))
    }

    pub(super) fn count(self, column: &'static str, value: i32) -> Result<u32> {
        value
            .try_into()
            .map_err(|_| StoreError::inconsistent(self.table, column, self.row.to_string(), "negative"))
    }
}

pub(super) fn stored(count: u32) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

pub(super) fn programme(row: &programme::Model, meetings: Vec<Meeting>, team: Vec<TeamMember>) -> Result<Programme> {
    let place = Place {
        table: "programme",
        row: &row.id,
    };
    let cancellation = match (row.cancelled_at, row.cancellation_cause.as_deref()) {
        (Some(at), Some(cause)) => Some(Cancellation {
            at,
            cause: match cause {
                "organiser" => CancellationCause::Organiser,
                "no-go" => CancellationCause::NoGo {
                    counted: place.count("cancellation_counted", row.cancellation_counted.unwrap_or(0))?,
                    minimum: place.count("cancellation_minimum", row.cancellation_minimum.unwrap_or(0))?,
                },
                _ => {
                    return Err(StoreError::inconsistent(
                        "programme",
                        "cancellation_cause",
                        row.id,
                        "unknown word",
                    ));
                }
            },
            reason: place.optional("cancellation_reason", row.cancellation_reason.as_ref())?,
        }),
        _ => None,
    };
    let announced = Announcement {
        slug: place.parse("slug", &row.slug)?,
        title: place.parse("title", &row.title)?,
        subtitle: place.optional("subtitle", row.subtitle.as_ref())?,
        description: place.parse("description", &row.description)?,
        audience: place.optional("audience", row.audience.as_ref())?,
        locale: place.word("locale", &row.locale, Locale::from_tag)?,
        time_zone: place.parse("time_zone", &row.time_zone)?,
        min_participants: place.count("min_participants", row.min_participants)?,
        max_participants: place.count("max_participants", row.max_participants)?,
        registration_opens_at: row.registration_opens_at,
        registration_deadline: row.registration_deadline,
        decision_mode: place.word("decision_mode", &row.decision_mode, DecisionMode::from_word)?,
        price: Price {
            cents: place.count("price_cents", row.price_cents)?,
            vat_included: row.vat_included,
            vat_basis_points: place.count("vat_basis_points", row.vat_basis_points)?,
            subsidy_basis_points: row
                .subsidy_basis_points
                .map(|points| place.count("subsidy_basis_points", points))
                .transpose()?,
        },
        meetings,
        showcase: showcase(row, place)?,
        retention: Retention {
            participants_months: place.count("participant_retention_months", row.participant_retention_months)?,
            guests_months: place.count("guest_retention_months", row.guest_retention_months)?,
        },
        team,
    };
    Ok(Programme {
        id: ProgrammeId(row.id),
        announced,
        phase: place.word("phase", &row.phase, Phase::from_word)?,
        published_at: row.published_at,
        deadline_set_at: row.deadline_set_at,
        cancellation,
    })
}

pub(super) fn counts(row: &programme::Model) -> Result<Counts> {
    let place = Place {
        table: "programme",
        row: &row.id,
    };
    Ok(Counts {
        taken: place.count("taken", row.taken)?,
        counted: place.count("counted", row.counted)?,
        unverified: place.count("unverified", row.unverified)?,
        offered: place.count("offered", row.offered)?,
        waiting: place.count("waiting", row.waiting)?,
        waiting_verified: place.count("waiting_verified", row.waiting_verified)?,
    })
}

/// A programme with what is kept beside it, to be written whole.
pub(super) struct ProgrammeState<'a> {
    pub programme: &'a Programme,
    pub counts: &'a Counts,
    pub next_arrival: i64,
    pub wake_at: Option<chrono::DateTime<chrono::Utc>>,
    pub settled_at: chrono::DateTime<chrono::Utc>,
}

fn showcase(row: &programme::Model, place: Place<'_>) -> Result<Option<Showcase>> {
    let (Some(on), Some(starts), Some(ends), Some(guest_quota)) =
        (row.showcase_on, row.showcase_starts, row.showcase_ends, row.guest_quota)
    else {
        return Ok(None);
    };
    Ok(Some(Showcase {
        on,
        starts,
        ends,
        capacity: row
            .showcase_capacity
            .map(|capacity| place.count("showcase_capacity", capacity))
            .transpose()?,
        guest_quota: place.count("guest_quota", guest_quota)?,
    }))
}

pub(super) fn programme_row(state: &ProgrammeState<'_>) -> programme::ActiveModel {
    let ProgrammeState {
        programme,
        counts,
        next_arrival,
        wake_at,
        settled_at,
    } = state;
    let announced = &programme.announced;
    let showcase = announced.showcase;
    let cancellation = programme.cancellation.as_ref();
    let (cause, counted, minimum) = match cancellation.map(|cancellation| cancellation.cause) {
        None => (None, None, None),
        Some(CancellationCause::Organiser) => (Some("organiser"), None, None),
        Some(CancellationCause::NoGo { counted, minimum }) => {
            (Some("no-go"), Some(stored(counted)), Some(stored(minimum)))
        }
    };
    programme::ActiveModel {
        id: Set(programme.id.0),
        slug: Set(announced.slug.to_string()),
        title: Set(announced.title.to_string()),
        subtitle: Set(announced.subtitle.as_ref().map(ToString::to_string)),
        description: Set(announced.description.to_string()),
        audience: Set(announced.audience.as_ref().map(ToString::to_string)),
        locale: Set(announced.locale.tag().to_owned()),
        time_zone: Set(announced.time_zone.name().to_owned()),
        min_participants: Set(stored(announced.min_participants)),
        max_participants: Set(stored(announced.max_participants)),
        registration_opens_at: Set(announced.registration_opens_at),
        registration_deadline: Set(announced.registration_deadline),
        registration_closes_at: Set(programme.registration_closes_at()),
        deadline_set_at: Set(programme.deadline_set_at),
        decision_mode: Set(announced.decision_mode.word().to_owned()),
        price_cents: Set(stored(announced.price.cents)),
        vat_included: Set(announced.price.vat_included),
        vat_basis_points: Set(stored(announced.price.vat_basis_points)),
        subsidy_basis_points: Set(announced.price.subsidy_basis_points.map(stored)),
        showcase_on: Set(showcase.map(|showcase| showcase.on)),
        showcase_starts: Set(showcase.map(|showcase| showcase.starts)),
        showcase_ends: Set(showcase.map(|showcase| showcase.ends)),
        showcase_capacity: Set(showcase.and_then(|showcase| showcase.capacity.map(stored))),
        guest_quota: Set(showcase.map(|showcase| stored(showcase.guest_quota))),
        participant_retention_months: Set(stored(announced.retention.participants_months)),
        guest_retention_months: Set(stored(announced.retention.guests_months)),
        phase: Set(programme.phase.word().to_owned()),
        published_at: Set(programme.published_at),
        cancelled_at: Set(cancellation.map(|cancellation| cancellation.at)),
        cancellation_cause: Set(cause.map(str::to_owned)),
        cancellation_counted: Set(counted),
        cancellation_minimum: Set(minimum),
        cancellation_reason: Set(cancellation
            .and_then(|cancellation| cancellation.reason.as_ref())
            .map(ToString::to_string)),
        next_arrival: Set(*next_arrival),
        taken: Set(stored(counts.taken)),
        counted: Set(stored(counts.counted)),
        unverified: Set(stored(counts.unverified)),
        offered: Set(stored(counts.offered)),
        waiting: Set(stored(counts.waiting)),
        waiting_verified: Set(stored(counts.waiting_verified)),
        wake_at: Set(*wake_at),
        settled_at: Set(*settled_at),
        ..Default::default()
    }
}

pub(super) fn meeting(row: &meeting::Model, days: Vec<MeetingDay>) -> Result<Meeting> {
    let place = Place {
        table: "meeting",
        row: &row.id,
    };
    Ok(Meeting {
        id: MeetingId(row.id),
        number: place.count("number", row.number)?,
        kind: place.word("kind", &row.kind, MeetingKind::from_word)?,
        title: place.parse("title", &row.title)?,
        days,
        half_days: place.count("half_days", row.half_days)?,
        municipality: place.optional("municipality", row.municipality.as_ref())?,
    })
}

pub(super) fn meeting_row(programme: ProgrammeId, meeting: &Meeting) -> meeting::ActiveModel {
    meeting::ActiveModel {
        id: Set(meeting.id.0),
        programme_id: Set(programme.0),
        number: Set(stored(meeting.number)),
        kind: Set(meeting.kind.word().to_owned()),
        title: Set(meeting.title.to_string()),
        half_days: Set(stored(meeting.half_days)),
        municipality: Set(meeting.municipality.as_ref().map(ToString::to_string)),
    }
}

pub(super) fn meeting_day(row: &meeting_day::Model) -> MeetingDay {
    MeetingDay {
        on: row.held_on,
        starts: row.starts,
        ends: row.ends,
    }
}

pub(super) fn meeting_day_row(meeting: MeetingId, day: &MeetingDay) -> meeting_day::ActiveModel {
    meeting_day::ActiveModel {
        meeting_id: Set(meeting.0),
        held_on: Set(day.on),
        starts: Set(day.starts),
        ends: Set(day.ends),
    }
}

pub(super) fn team_member(row: &team_member::Model) -> Result<TeamMember> {
    let place = Place {
        table: "team_member",
        row: &row.id,
    };
    Ok(TeamMember {
        id: TeamMemberId(row.id),
        name: place.parse("name", &row.name)?,
        organisation: place.optional("organisation", row.organisation.as_ref())?,
        email: place.parse("email", &row.email)?,
        roles: row
            .roles
            .split_whitespace()
            .map(|word| place.word("roles", word, TeamRole::from_word))
            .collect::<Result<_>>()?,
        biography: place.optional("biography", row.biography.as_ref())?,
        locale: place.word("locale", &row.locale, Locale::from_tag)?,
    })
}

pub(super) fn team_member_row(
    programme: ProgrammeId,
    position: usize,
    member: &TeamMember,
) -> team_member::ActiveModel {
    let roles: Vec<_> = member.roles.iter().map(|role| role.word()).collect();
    team_member::ActiveModel {
        id: Set(member.id.0),
        programme_id: Set(programme.0),
        position: Set(position.try_into().unwrap_or(i32::MAX)),
        name: Set(member.name.to_string()),
        organisation: Set(member.organisation.as_ref().map(ToString::to_string)),
        email: Set(member.email.to_string()),
        email_key: Set(member.email.comparable()),
        roles: Set(roles.join(" ")),
        biography: Set(member.biography.as_ref().map(ToString::to_string)),
        locale: Set(member.locale.tag().to_owned()),
    }
}

pub(super) fn registration(row: &registration::Model) -> Result<Registration> {
    let place = Place {
        table: "registration",
        row: &row.id,
    };
    Ok(Registration {
        id: RegistrationId(row.id),
        arrival: row.arrival,
        status: place.word("status", &row.status, RegistrationStatus::from_word)?,
        person: Registrant {
            name: place.parse("name", &row.name)?,
            given_name: place.parse("given_name", &row.given_name)?,
            email: place.parse("email", &row.email)?,
            organisation: place.parse("organisation", &row.organisation)?,
            job_title: place.optional("job_title", row.job_title.as_ref())?,
            phone: place.optional("phone", row.phone.as_ref())?,
            locale: place.word("locale", &row.locale, Locale::from_tag)?,
            motivation: place.optional("motivation", row.motivation.as_ref())?,
            billing: Billing {
                organisation: place.optional("billing_organisation", row.billing_organisation.as_ref())?,
                reference: place.optional("billing_reference", row.billing_reference.as_ref())?,
                email: place.optional("billing_email", row.billing_email.as_ref())?,
            },
        },
        registered_at: row.registered_at,
        verified_at: row.verified_at,
        offered_at: row.offered_at,
        offer_expires_at: row.offer_expires_at,
        confirmed_at: row.confirmed_at,
        ended_at: row.ended_at,
        end_reason: place.optional("end_reason", row.end_reason.as_ref())?,
        erased_at: row.erased_at,
    })
}

pub(super) fn registration_row(programme: ProgrammeId, registration: &Registration) -> registration::ActiveModel {
    let person = &registration.person;
    registration::ActiveModel {
        id: Set(registration.id.0),
        programme_id: Set(programme.0),
        arrival: Set(registration.arrival),
        status: Set(registration.status.word().to_owned()),
        person_key: Set(registration.person_key().0),
        name: Set(person.name.to_string()),
        given_name: Set(person.given_name.to_string()),
        email: Set(person.email.to_string()),
        email_key: Set(person.email.comparable()),
        organisation: Set(person.organisation.to_string()),
        job_title: Set(person.job_title.as_ref().map(ToString::to_string)),
        phone: Set(person.phone.as_ref().map(ToString::to_string)),
        locale: Set(person.locale.tag().to_owned()),
        motivation: Set(person.motivation.as_ref().map(ToString::to_string)),
        billing_organisation: Set(person.billing.organisation.as_ref().map(ToString::to_string)),
        billing_reference: Set(person.billing.reference.as_ref().map(ToString::to_string)),
        billing_email: Set(person.billing.email.as_ref().map(ToString::to_string)),
        registered_at: Set(registration.registered_at),
        verified_at: Set(registration.verified_at),
        offered_at: Set(registration.offered_at),
        offer_expires_at: Set(registration.offer_expires_at),
        confirmed_at: Set(registration.confirmed_at),
        ended_at: Set(registration.ended_at),
        end_reason: Set(registration.end_reason.as_ref().map(ToString::to_string)),
        erased_at: Set(registration.erased_at),
    }
}

pub(super) fn decision(row: &decision::Model) -> Result<Decision> {
    let place = Place {
        table: "decision",
        row: &row.programme_id,
    };
    Ok(Decision {
        registration_deadline: row.registration_deadline,
        outcome: place.word("outcome", &row.outcome, DecisionOutcome::from_word)?,
        decided_at: row.decided_at,
        effective_at: row.effective_at,
        counted: place.count("counted", row.counted)?,
        minimum: place.count("minimum", row.minimum)?,
        reason: place.optional("reason", row.reason.as_ref())?,
    })
}

pub(super) fn decision_row(programme: ProgrammeId, decision: &Decision) -> decision::ActiveModel {
    decision::ActiveModel {
        programme_id: Set(programme.0),
        registration_deadline: Set(decision.registration_deadline),
        outcome: Set(decision.outcome.word().to_owned()),
        decided_at: Set(decision.decided_at),
        effective_at: Set(decision.effective_at),
        counted: Set(stored(decision.counted)),
        minimum: Set(stored(decision.minimum)),
        reason: Set(decision.reason.as_ref().map(ToString::to_string)),
    }
}
