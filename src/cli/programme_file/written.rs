//! The keys of a file and the shapes of their values.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::value::Datetime;

use super::Announced;
use crate::{
    app::programme_fields::{MeetingFields, PriceFields, ProgrammeFields, ShowcaseFields, TeamMemberFields},
    domain::{
        decision::DecisionMode,
        message::Locale,
        privacy::Retention,
        programme::{MeetingDay, MeetingKind, TeamRole},
    },
};

/// The zone of a file that names none.
const USUAL_ZONE: &str = "Europe/Amsterdam";

/// The file as it is written; its fields are the known keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    slug: Option<String>,
    title: Option<String>,
    subtitle: Option<String>,
    description: Option<String>,
    audience: Option<String>,
    locale: Option<Locale>,
    time_zone: Option<String>,
    min_participants: Option<i64>,
    max_participants: Option<i64>,
    #[serde(default, deserialize_with = "optional_moment")]
    registration_opens_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "optional_day")]
    registration_deadline: Option<NaiveDate>,
    decision_mode: Option<DecisionMode>,
    #[serde(default)]
    pub(super) draft: bool,
    price: Option<WrittenPrice>,
    #[serde(default)]
    meetings: Vec<WrittenMeeting>,
    showcase: Option<WrittenShowcase>,
    retention: Option<WrittenRetention>,
    #[serde(default)]
    team: Vec<WrittenMember>,
    #[serde(default)]
    pub(super) rules: BTreeMap<String, WrittenRule>,
    #[serde(default)]
    pub(super) announced: Announced,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPrice {
    cents: i64,
    #[serde(default)]
    vat_included: bool,
    vat_percentage: Option<f64>,
    subsidy_percentage: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMeeting {
    kind: Option<MeetingKind>,
    title: String,
    half_days: Option<i64>,
    municipality: Option<String>,
    days: Vec<WrittenDay>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDay {
    #[serde(deserialize_with = "day")]
    on: NaiveDate,
    #[serde(deserialize_with = "time")]
    starts: NaiveTime,
    #[serde(deserialize_with = "time")]
    ends: NaiveTime,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenShowcase {
    #[serde(deserialize_with = "day")]
    on: NaiveDate,
    #[serde(default, deserialize_with = "optional_time")]
    starts: Option<NaiveTime>,
    #[serde(default, deserialize_with = "optional_time")]
    ends: Option<NaiveTime>,
    capacity: Option<i64>,
    guest_quota: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRetention {
    participants_months: Option<i64>,
    guests_months: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMember {
    name: String,
    organisation: Option<String>,
    email: String,
    roles: Vec<TeamRole>,
    biography: Option<String>,
    locale: Option<Locale>,
}

/// What differs from the product's rule.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRule {
    pub(super) anchor: Option<String>,
    pub(super) offset_days: Option<i32>,
    pub(super) offset_minutes: Option<i32>,
    #[serde(default, deserialize_with = "optional_time")]
    pub(super) at: Option<NaiveTime>,
    pub(super) weekday: Option<String>,
    pub(super) lateness_hours: Option<i32>,
    #[serde(default)]
    pub(super) never_too_late: bool,
    pub(super) when_moved: Option<String>,
    pub(super) own_sentence: Option<String>,
    pub(super) pause_note: Option<String>,
}

impl From<Written> for ProgrammeFields {
    fn from(written: Written) -> Self {
        let meetings = written.meetings.into_iter().map(|meeting| MeetingFields {
            kind: meeting.kind,
            title: meeting.title,
            half_days: meeting.half_days,
            municipality: meeting.municipality,
            days: meeting
                .days
                .into_iter()
                .map(|day| MeetingDay {
                    on: day.on,
                    starts: day.starts,
                    ends: day.ends,
                })
                .collect(),
        });
        let team = written.team.into_iter().map(|member| TeamMemberFields {
            name: member.name,
            organisation: member.organisation,
            email: member.email,
            roles: member.roles,
            biography: member.biography,
            locale: member.locale,
        });
        // What a file does not say is the product's own, also when it is imported again.
        let retention = written.retention.unwrap_or_default();
        let usual = Retention::default();
        Self {
            slug: written.slug,
            title: written.title,
            subtitle: Some(written.subtitle),
            description: written.description,
            audience: Some(written.audience),
            locale: Some(written.locale.unwrap_or(Locale::Nl)),
            time_zone: Some(written.time_zone.unwrap_or_else(|| USUAL_ZONE.to_owned())),
            min_participants: written.min_participants,
            max_participants: written.max_participants,
            registration_opens_at: Some(written.registration_opens_at),
            registration_deadline: written.registration_deadline,
            decision_mode: Some(written.decision_mode.unwrap_or(DecisionMode::Automatic)),
            participants_retention_months: Some(
                retention
                    .participants_months
                    .unwrap_or(usual.participants_months.into()),
            ),
            guests_retention_months: Some(retention.guests_months.unwrap_or(usual.guests_months.into())),
            price: written.price.map(|price| PriceFields {
                cents: price.cents,
                vat_included: price.vat_included,
                vat_percentage: price.vat_percentage,
                subsidy_percentage: price.subsidy_percentage,
            }),
            meetings: Some(meetings.collect()),
            showcase: Some(written.showcase.map(|showcase| ShowcaseFields {
                on: showcase.on,
                starts: showcase.starts,
                ends: showcase.ends,
                capacity: showcase.capacity,
                guest_quota: showcase.guest_quota,
            })),
            team: Some(team.collect()),
        }
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let refused = || D::Error::custom("is not a day; write it without quotes, such as 2014-05-25");
    match Datetime::deserialize(deserializer).map_err(|_| refused())? {
        Datetime {
            date: Some(date),
            time: None,
            offset: None,
        } => NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()).ok_or_else(refused),
        _ => Err(refused()),
    }
}

pub(super) fn optional_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    day(deserializer).map(Some)
}

fn time_of(time: toml::value::Time) -> Option<NaiveTime> {
    let (second, nano) = (time.second.unwrap_or(0), time.nanosecond.unwrap_or(0));
    // Both databases keep microseconds.
    NaiveTime::from_hms_nano_opt(time.hour.into(), time.minute.into(), second.into(), nano)
        .map(|time| time.trunc_subsecs(6))
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let refused = || D::Error::custom("is not a time of day; write it without quotes, such as 09:30:00");
    match Datetime::deserialize(deserializer).map_err(|_| refused())? {
        Datetime {
            date: None,
            time: Some(time),
            offset: None,
        } => time_of(time).ok_or_else(refused),
        _ => Err(refused()),
    }
}

fn optional_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveTime>, D::Error> {
    time(deserializer).map(Some)
}

fn optional_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let refused = || {
        D::Error::custom(
            "is not a moment; write day, time and distance from UTC without quotes, such as 2014-04-14T09:00:00+02:00",
        )
    };
    let Datetime {
        date: Some(date),
        time: Some(time),
        offset: Some(offset),
    } = Datetime::deserialize(deserializer).map_err(|_| refused())?
    else {
        return Err(refused());
    };
    let minutes = match offset {
        toml::value::Offset::Z => 0,
        toml::value::Offset::Custom { minutes } => i32::from(minutes),
    };
    let civil = NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()).zip(time_of(time));
    let moment = civil
        .zip(FixedOffset::east_opt(minutes * 60))
        .and_then(|((on, at), offset)| on.and_time(at).and_local_timezone(offset).single());
    moment.map(|moment| Some(moment.to_utc())).ok_or_else(refused)
}
