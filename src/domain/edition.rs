//! The next edition of a programme: the same again, some days later.

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::{
    calendar,
    ids::{MeetingId, TeamMemberId},
    programme::{Announcement, Meeting, MeetingDay, Showcase, TeamMember},
    refusal::Refusal,
    rule::Rule,
    text::Slug,
};

/// The farthest that an edition lies from the one before it: a century.
const MOST_DAYS: i64 = 36_525;

/// What a new edition is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its name in addresses.
    pub slug: Slug,
    /// How many days later everything is.
    pub days: i64,
}

/// The days from one year's edition to another's: whole weeks, so that weekdays stay, as close to so many calendar years as
/// whole weeks come. One year is 52 weeks.
pub fn days_of_years(years: u32) -> i64 {
    // The mean Gregorian year has 146 097 / 400 days.
    let days = (i64::from(years) * 146_097 + 200) / 400;
    (days + 3) / 7 * 7
}

impl Announcement {
    /// The first day of the first meeting.
    pub fn first_day(&self) -> Option<NaiveDate> {
        Some(self.meetings.first()?.days.first()?.on)
    }

    /// The slug with its year as many years later as the first day: of "werken-2014", "werken-2015". None: it names no year,
    /// or the year stays.
    pub fn slug_some_days_later(&self, days: i64) -> Option<Slug> {
        let first_on = self.first_day().unwrap_or(self.registration_deadline);
        let years = calendar::days_after(first_on, days).year() - first_on.year();
        let is_year = |part: &&str| part.len() == 4 && part.parse().is_ok_and(|year: i32| (1900..2200).contains(&year));
        let year = self.slug.rsplit('-').find(is_year)?;
        let later = year.parse::<i32>().ok()? + years;
        let parts: Vec<String> = self
            .slug
            .split('-')
            .map(|part| {
                if part == year {
                    later.to_string()
                } else {
                    part.to_owned()
                }
            })
            .collect();
        parts.join("-").parse().ok().filter(|slug| *slug != self.slug)
    }

    /// The same programme as a new edition. Its meetings and team get new ids: they are other meetings, and each edition
    /// gives its team other links.
    pub fn as_edition(&self, edition: &Edition, mut new_id: impl FnMut() -> Uuid) -> Result<Self, Refusal> {
        if edition.days.abs() > MOST_DAYS {
            return Err(Refusal::invalid(
                "days",
                format!("must be {MOST_DAYS} at most, earlier or later"),
            ));
        }
        let later = |on| calendar::days_after(on, edition.days);
        let zone = self.time_zone;
        Ok(Self {
            slug: edition.slug.clone(),
            // The same time of day there, whatever the clocks did in between.
            registration_opens_at: self.registration_opens_at.map(|opens_at| {
                let civil = opens_at.with_timezone(&zone).naive_local();
                calendar::resolve(later(civil.date()), civil.time(), zone)
            }),
            registration_deadline: later(self.registration_deadline),
            meetings: self
                .meetings
                .iter()
                .map(|meeting| Meeting {
                    id: MeetingId(new_id()),
                    days: meeting
                        .days
                        .iter()
                        .map(|day| MeetingDay {
                            on: later(day.on),
                            ..*day
                        })
                        .collect(),
                    ..meeting.clone()
                })
                .collect(),
            showcase: self.showcase.map(|showcase| Showcase {
                on: later(showcase.on),
                ..showcase
            }),
            team: self
                .team
                .iter()
                .map(|member| TeamMember {
                    id: TeamMemberId(new_id()),
                    ..member.clone()
                })
                .collect(),
            ..self.clone()
        })
    }
}

/// The rules of an edition as those of the next one: as they were changed, counted from now.
pub fn rules_of_edition(
    rules: &[Rule],
    now: chrono::DateTime<chrono::Utc>,
    mut new_id: impl FnMut() -> Uuid,
) -> Vec<Rule> {
    rules
        .iter()
        .map(|rule| Rule {
            id: new_id().into(),
            version: 1,
            valid_from: now,
            ..rule.clone()
        })
        .collect()
}
