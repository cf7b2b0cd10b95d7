//! What several mutations take.

use async_graphql::{InputObject, MaybeUndefined};

use crate::{
    app::{
        fields::{BillingFields, Change, PersonFields},
        programme_fields::{MeetingFields, PriceFields, ShowcaseFields, TeamMemberFields},
    },
    domain::{acts::TriggerFields, programme::MeetingDay},
    graphql::{
        scalars::{LocalDate, LocalTime},
        types::{
            meeting::MeetingKind,
            registration::Locale,
            rule::{Anchor, Weekday},
            team::TeamRole,
        },
    },
};

/// A value to set, to clear (null), or to leave as it is (left out).
pub fn change<T, U>(given: MaybeUndefined<T>, to: impl FnOnce(T) -> U) -> Change<U> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(to(value))),
    }
}

/// When something fires: so many days or minutes from an anchor, or on a day of the week; one of these.
#[derive(Debug, InputObject)]
pub struct TriggerInput {
    /// What it counts from.
    anchor: Option<Anchor>,
    /// Calendar days after the anchor's day; before it, when negative; 0 when left out.
    offset_days: Option<i32>,
    /// Minutes after the anchor's moment; before it, when negative.
    offset_minutes: Option<i32>,
    /// The time of day, in the programme's zone; 09:00 when left out.
    at: Option<LocalTime>,
    /// A day of the week: the first to come.
    weekday: Option<Weekday>,
}

impl From<TriggerInput> for TriggerFields {
    fn from(input: TriggerInput) -> Self {
        Self {
            anchor: input.anchor.map(Into::into),
            offset_days: input.offset_days,
            offset_minutes: input.offset_minutes,
            at: input.at.map(|at| at.0),
            weekday: input.weekday.map(Into::into),
        }
    }
}

/// What an invoice needs; what is left out is the employer and the person's own address.
#[derive(Debug, InputObject)]
pub struct BillingInput {
    /// Who pays, if not the employer.
    organisation: Option<String>,
    /// What to put on the invoice.
    reference: Option<String>,
    /// Where the invoice goes, if not to the person.
    email: Option<String>,
}

impl From<BillingInput> for BillingFields {
    fn from(input: BillingInput) -> Self {
        Self {
            organisation: input.organisation,
            reference: input.reference,
            email: input.email,
        }
    }
}

/// What somebody gives to register.
#[derive(Debug, InputObject)]
pub struct PersonInput {
    /// The whole name.
    name: String,
    /// What to call the person; else the first word of the name.
    given_name: Option<String>,
    /// Where mail goes.
    email: String,
    /// The employer.
    organisation: String,
    /// What the person does there.
    job_title: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// The language of mails and pages; else the programme's.
    locale: Option<Locale>,
    /// Why the person wants to take part.
    motivation: Option<String>,
    /// What an invoice needs.
    billing: Option<BillingInput>,
}

impl From<PersonInput> for PersonFields {
    fn from(input: PersonInput) -> Self {
        Self {
            name: input.name,
            given_name: input.given_name,
            email: input.email,
            organisation: input.organisation,
            job_title: input.job_title,
            phone: input.phone,
            locale: input.locale.map(Into::into),
            motivation: input.motivation,
            billing: input.billing.map(Into::into),
        }
    }
}

/// What taking part costs, per person for the whole programme, in euros.
#[derive(Debug, InputObject)]
pub struct PriceInput {
    /// The amount, in cents.
    cents: i32,
    /// Whether VAT is in it.
    vat_included: bool,
    /// VAT, in per cent; 21 when left out.
    vat_percentage: Option<f64>,
    /// The part of the real cost that a subsidy already pays, in per cent.
    subsidy_percentage: Option<f64>,
    /// The part of it that somebody pays who withdraws after the go, in per cent; 100 when left out.
    withdrawal_percentage: Option<f64>,
}

impl From<PriceInput> for PriceFields {
    fn from(input: PriceInput) -> Self {
        Self {
            cents: input.cents.into(),
            vat_included: input.vat_included,
            vat_percentage: input.vat_percentage,
            subsidy_percentage: input.subsidy_percentage,
            withdrawal_percentage: input.withdrawal_percentage,
        }
    }
}

/// One day of a meeting, in the programme's time zone.
#[derive(Debug, InputObject)]
pub struct MeetingDayInput {
    /// The day.
    on: LocalDate,
    /// When it starts.
    starts_at: LocalTime,
    /// When it ends; later than it starts.
    ends_at: LocalTime,
}

impl From<MeetingDayInput> for MeetingDay {
    fn from(input: MeetingDayInput) -> Self {
        Self {
            on: input.on.0,
            starts: input.starts_at.0,
            ends: input.ends_at.0,
        }
    }
}

/// A meeting of one or more days.
#[derive(Debug, InputObject)]
pub struct MeetingInput {
    /// Its part in the programme; when left out, the first is the kick-off, the last the closing, the others are regular.
    kind: Option<MeetingKind>,
    /// What it is called.
    title: String,
    /// Its days, in order of time.
    days: Vec<MeetingDayInput>,
    /// Half-days (Dutch: dagdelen) to count for it; two a day when left out.
    half_days: Option<i32>,
    /// The municipality where it is held.
    municipality: Option<String>,
}

impl From<MeetingInput> for MeetingFields {
    fn from(input: MeetingInput) -> Self {
        Self {
            kind: input.kind.map(Into::into),
            title: input.title,
            half_days: input.half_days.map(Into::into),
            municipality: input.municipality,
            days: input.days.into_iter().map(Into::into).collect(),
        }
    }
}

/// The day on which participants present what they bring home to guests.
#[derive(Debug, InputObject)]
pub struct ShowcaseInput {
    /// The day.
    on: LocalDate,
    /// When it starts, in the programme's time zone; when left out, with the meeting of that day.
    starts_at: Option<LocalTime>,
    /// When it ends; when left out, with the meeting of that day.
    ends_at: Option<LocalTime>,
    /// How many guests fit; when left out, nobody counts them.
    capacity: Option<i32>,
    /// How many guests one person may invite; 5 when left out.
    guest_quota: Option<i32>,
}

impl From<ShowcaseInput> for ShowcaseFields {
    fn from(input: ShowcaseInput) -> Self {
        Self {
            on: input.on.0,
            starts: input.starts_at.map(|at| at.0),
            ends: input.ends_at.map(|at| at.0),
            capacity: input.capacity.map(Into::into),
            guest_quota: input.guest_quota.map(Into::into),
        }
    }
}

/// How long personal data is kept after the last meeting, in calendar months. What is left out stays as it is, or takes its
/// default in a new programme.
#[derive(Debug, InputObject)]
pub struct RetentionInput {
    /// Of everybody who registered; 24 by default, at most 120.
    pub participants_months: Option<i32>,
    /// Of guests of the showcase; 3 by default, at most 120.
    pub guests_months: Option<i32>,
}

/// A member of a programme's team.
#[derive(Debug, InputObject)]
pub struct TeamMemberInput {
    /// The name.
    name: String,
    /// Where the member works.
    organisation: Option<String>,
    /// Where mail goes.
    email: String,
    /// What the member does; at least one.
    roles: Vec<TeamRole>,
    /// A few words for the public.
    biography: Option<String>,
    /// The language of mails; else the programme's.
    locale: Option<Locale>,
}

impl From<TeamMemberInput> for TeamMemberFields {
    fn from(input: TeamMemberInput) -> Self {
        Self {
            name: input.name,
            organisation: input.organisation,
            email: input.email,
            roles: input.roles.into_iter().map(Into::into).collect(),
            biography: input.biography,
            locale: input.locale.map(Into::into),
        }
    }
}
