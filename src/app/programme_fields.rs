//! What an organiser enters about a programme, in the API or in a file, before it is parsed.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use chrono_tz::{Europe::Amsterdam, Tz};
use uuid::Uuid;

use super::fields::{Change, Parsing};
use crate::domain::{
    calendar::FIRST_YEAR,
    decision::DecisionMode,
    ids::{MeetingId, TeamMemberId},
    message::Locale,
    money::USUAL_WITHDRAWAL_BASIS_POINTS,
    privacy::Retention,
    programme::{Announcement, Meeting, MeetingDay, MeetingKind, Price, Showcase, TeamMember, TeamRole},
    registration::PersonKey,
};

/// Most places a programme may have.
const MAX_PLACES: u32 = 100_000;
/// Most meetings, and days of one.
const MAX_MEETINGS: usize = 100;
/// Most guests that one person may invite.
const MAX_GUESTS_OF_ONE: u32 = 50;
/// Most members of a team.
const MAX_TEAM: usize = 50;

/// A programme as given: what is `None` stays as it is, or takes its default in a new one.
#[derive(Debug, Clone, Default)]
pub struct ProgrammeFields {
    /// The name in addresses.
    pub slug: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// A second line of title.
    pub subtitle: Change<String>,
    /// What it is about.
    pub description: Option<String>,
    /// For whom.
    pub audience: Change<String>,
    /// Its language; Dutch.
    pub locale: Option<Locale>,
    /// An IANA zone; Europe/Amsterdam.
    pub time_zone: Option<String>,
    /// At least so many.
    pub min_participants: Option<i64>,
    /// At most so many.
    pub max_participants: Option<i64>,
    /// From when one can register.
    pub registration_opens_at: Change<DateTime<Utc>>,
    /// The last day on which one can register.
    pub registration_deadline: Option<NaiveDate>,
    /// Who decides; the count.
    pub decision_mode: Option<DecisionMode>,
    /// What it costs.
    pub price: Option<PriceFields>,
    /// The meetings, in order of time.
    pub meetings: Option<Vec<MeetingFields>>,
    /// Where participants present what they bring home.
    pub showcase: Change<ShowcaseFields>,
    /// How long personal data of those who registered is kept after the last meeting, in months; 24.
    pub participants_retention_months: Option<i64>,
    /// How long that of guests is kept; 3.
    pub guests_retention_months: Option<i64>,
    /// The team, in the order to show.
    pub team: Option<Vec<TeamMemberFields>>,
}

/// A showcase as given.
#[derive(Debug, Clone)]
pub struct ShowcaseFields {
    /// The day.
    pub on: NaiveDate,
    /// When it starts; with the meeting of that day.
    pub starts: Option<NaiveTime>,
    /// When it ends; with the meeting of that day.
    pub ends: Option<NaiveTime>,
    /// How many guests fit; nobody counts them.
    pub capacity: Option<i64>,
    /// How many guests one person may invite; 5.
    pub guest_quota: Option<i64>,
}

/// A price as given.
#[derive(Debug, Clone, Default)]
pub struct PriceFields {
    /// Euro cents per person.
    pub cents: i64,
    /// VAT is in it.
    pub vat_included: bool,
    /// VAT, per cent; 21.
    pub vat_percentage: Option<f64>,
    /// What a subsidy already pays, per cent of the real cost.
    pub subsidy_percentage: Option<f64>,
    /// What a withdrawal after the go costs, per cent of the price; 100.
    pub withdrawal_percentage: Option<f64>,
}

/// A meeting as given.
#[derive(Debug, Clone, Default)]
pub struct MeetingFields {
    /// Its part; the first is the kick-off, the last the closing, the others regular.
    pub kind: Option<MeetingKind>,
    /// What it is called.
    pub title: String,
    /// Its half-days; two a day.
    pub half_days: Option<i64>,
    /// Where.
    pub municipality: Option<String>,
    /// Its days.
    pub days: Vec<MeetingDay>,
}

/// A member of the team as given.
#[derive(Debug, Clone, Default)]
pub struct TeamMemberFields {
    /// The name.
    pub name: String,
    /// Where the member works.
    pub organisation: Option<String>,
    /// The address.
    pub email: String,
    /// What the member does.
    pub roles: Vec<TeamRole>,
    /// For the public.
    pub biography: Option<String>,
    /// The language of mails; the programme's.
    pub locale: Option<Locale>,
}

impl ProgrammeFields {
    /// The programme, if everything fits. Meetings keep their ids by their order, members of the team by name and address.
    pub fn parse(
        &self,
        parsing: &mut Parsing,
        base: Option<&Announcement>,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Option<Announcement> {
        let slug = text(parsing, "slug", self.slug.as_deref(), base.map(|base| &base.slug));
        let title = text(parsing, "title", self.title.as_deref(), base.map(|base| &base.title));
        let description = text(
            parsing,
            "description",
            self.description.as_deref(),
            base.map(|base| &base.description),
        );
        let subtitle = match &self.subtitle {
            Some(given) => parsing.optional("subtitle", given.as_deref()),
            None => base.and_then(|base| base.subtitle.clone()),
        };
        let audience = match &self.audience {
            Some(given) => parsing.optional("audience", given.as_deref()),
            None => base.and_then(|base| base.audience.clone()),
        };
        let locale = self.locale.or(base.map(|base| base.locale)).unwrap_or(Locale::Nl);
        let time_zone = match &self.time_zone {
            None => Some(base.map_or(Amsterdam, |base| base.time_zone)),
            Some(name) => zone(parsing, name),
        };
        let min_participants = places(
            parsing,
            "minParticipants",
            self.min_participants,
            base.map(|base| base.min_participants),
        );
        let max_participants = places(
            parsing,
            "maxParticipants",
            self.max_participants,
            base.map(|base| base.max_participants),
        );
        if let (Some(min), Some(max)) = (min_participants, max_participants)
            && min > max
        {
            parsing.refuse(
                "minParticipants",
                format!("is more than the most places that there are, {max}"),
            );
        }
        let deadline = self
            .registration_deadline
            .or(base.map(|base| base.registration_deadline));
        let registration_deadline = parsing.required("registrationDeadline", deadline);
        must_not_be_too_early(parsing, "registrationDeadline", registration_deadline);
        let opens_at = match self.registration_opens_at {
            Some(given) => given,
            None => base.and_then(|base| base.registration_opens_at),
        };
        must_not_be_too_early(parsing, "registrationOpensAt", opens_at.map(|at| at.date_naive()));
        let price = match &self.price {
            Some(price) => price.parse(parsing),
            None => parsing.required("price", base.map(|base| base.price.clone())),
        };
        let earlier_meetings = base.map_or(&[][..], |base| &base.meetings);
        let meetings = match &self.meetings {
            Some(given) => meetings(parsing, given, earlier_meetings, &mut new_id),
            None => earlier_meetings.to_vec(),
        };
        let showcase = match &self.showcase {
            Some(given) => given
                .as_ref()
                .and_then(|given| parsing.within("showcase", |parsing| given.parse(parsing, &meetings))),
            None => base.and_then(|base| base.showcase),
        };
        let kept = base.map_or_else(Retention::default, |base| base.retention);
        let participants_months = months(
            parsing,
            "retention.participantsMonths",
            self.participants_retention_months,
            kept.participants_months,
        );
        let guests_months = months(
            parsing,
            "retention.guestsMonths",
            self.guests_retention_months,
            kept.guests_months,
        );
        let earlier_team = base.map_or(&[][..], |base| &base.team);
        let team = match &self.team {
            Some(given) => team(parsing, given, earlier_team, locale, &mut new_id),
            None => earlier_team.to_vec(),
        };
        Some(Announcement {
            slug: slug?,
            title: title?,
            subtitle,
            description: description?,
            audience,
            locale,
            time_zone: time_zone?,
            min_participants: min_participants?,
            max_participants: max_participants?,
            registration_opens_at: opens_at,
            registration_deadline: registration_deadline?,
            decision_mode: self
                .decision_mode
                .or(base.map(|base| base.decision_mode))
                .unwrap_or(DecisionMode::Automatic),
            price: price?,
            meetings,
            showcase,
            retention: Retention {
                participants_months: participants_months?,
                guests_months: guests_months?,
            },
            team,
        })
    }
}

impl PriceFields {
    fn parse(&self, parsing: &mut Parsing) -> Option<Price> {
        parsing.within("price", |parsing| {
            let cents = u32::try_from(self.cents).ok().filter(|cents| *cents <= 100_000_000);
            if cents.is_none() {
                parsing.refuse("cents", "must be from 0 to 100000000 (a million euros)");
            }
            let vat = basis_points(parsing, "vatPercentage", self.vat_percentage.unwrap_or(21.0));
            let subsidy = self
                .subsidy_percentage
                .map(|given| basis_points(parsing, "subsidyPercentage", given));
            let withdrawal = match self.withdrawal_percentage {
                Some(given) => basis_points(parsing, "withdrawalPercentage", given),
                None => Some(USUAL_WITHDRAWAL_BASIS_POINTS),
            };
            Some(Price {
                cents: cents?,
                vat_included: self.vat_included,
                vat_basis_points: vat?,
                subsidy_basis_points: subsidy.flatten(),
                withdrawal_basis_points: withdrawal?,
            })
        })
    }
}

impl ShowcaseFields {
    fn parse(&self, parsing: &mut Parsing, meetings: &[Meeting]) -> Option<Showcase> {
        let same_day = meetings
            .iter()
            .flat_map(|meeting| &meeting.days)
            .find(|day| day.on == self.on);
        let starts = parsing.required("startsAt", self.starts.or(same_day.map(|day| day.starts)));
        let ends = parsing.required("endsAt", self.ends.or(same_day.map(|day| day.ends)));
        must_not_be_too_early(parsing, "on", Some(self.on));
        if starts.zip(ends).is_some_and(|(starts, ends)| ends <= starts) {
            parsing.refuse("endsAt", "is not later than it starts");
        }
        let capacity = match self.capacity {
            Some(given) => Some(places(parsing, "capacity", Some(given), None)?),
            None => None,
        };
        let guest_quota = u32::try_from(self.guest_quota.unwrap_or(Showcase::USUAL_QUOTA.into()))
            .ok()
            .filter(|quota| *quota <= MAX_GUESTS_OF_ONE);
        if guest_quota.is_none() {
            parsing.refuse("guestQuota", format!("must be from 0 to {MAX_GUESTS_OF_ONE}"));
        }
        Some(Showcase {
            on: self.on,
            starts: starts?,
            ends: ends?,
            capacity,
            guest_quota: guest_quota?,
        })
    }
}

fn text<T: std::str::FromStr<Err = crate::domain::text::TextError> + Clone>(
    parsing: &mut Parsing,
    field: &str,
    given: Option<&str>,
    base: Option<&T>,
) -> Option<T> {
    match given {
        Some(given) => parsing.text(field, given),
        None => parsing.required(field, base.cloned()),
    }
}

/// Refuses a day on which nothing can be planned.
pub(super) fn must_not_be_too_early(parsing: &mut Parsing, field: &str, on: Option<NaiveDate>) {
    if on.is_some_and(|on| on.year() < FIRST_YEAR) {
        parsing.refuse(field, format!("is before {FIRST_YEAR}; nothing can be planned then"));
    }
}

fn zone(parsing: &mut Parsing, name: &str) -> Option<Tz> {
    let zone = name.parse().ok();
    if zone.is_none() {
        parsing.refuse("timeZone", "is not a zone of the tz database, such as Europe/Amsterdam");
    }
    zone
}

fn places(parsing: &mut Parsing, field: &str, given: Option<i64>, base: Option<u32>) -> Option<u32> {
    let Some(given) = given else {
        return parsing.required(field, base);
    };
    let places = u32::try_from(given)
        .ok()
        .filter(|places| (1..=MAX_PLACES).contains(places));
    if places.is_none() {
        parsing.refuse(field, format!("must be from 1 to {MAX_PLACES}"));
    }
    places
}

fn months(parsing: &mut Parsing, field: &str, given: Option<i64>, base: u32) -> Option<u32> {
    let Some(given) = given else { return Some(base) };
    let months = u32::try_from(given)
        .ok()
        .filter(|months| (1..=Retention::LONGEST_MONTHS).contains(months));
    if months.is_none() {
        parsing.refuse(field, format!("must be from 1 to {} months", Retention::LONGEST_MONTHS));
    }
    months
}

/// Hundredths of a per cent; the API and files speak of per cent.
fn basis_points(parsing: &mut Parsing, field: &str, percentage: f64) -> Option<u32> {
    let points = (percentage * 100.0).round();
    if percentage.is_finite() && (0.0..=10_000.0).contains(&points) {
        // In range, so nothing is cut off.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked just above"
        )]
        return Some(points as u32);
    }
    parsing.refuse(field, "must be from 0 to 100");
    None
}

fn meetings(
    parsing: &mut Parsing,
    given: &[MeetingFields],
    earlier: &[Meeting],
    new_id: &mut impl FnMut() -> Uuid,
) -> Vec<Meeting> {
    if given.len() > MAX_MEETINGS {
        parsing.refuse("meetings", format!("are too many; at most {MAX_MEETINGS}"));
        return Vec::new();
    }
    let mut last_end = None;
    let mut meetings = Vec::new();
    for (index, fields) in given.iter().enumerate() {
        parsing.within(&format!("meetings.{index}"), |parsing| {
            let title = parsing.text("title", &fields.title);
            let municipality = parsing.optional("municipality", fields.municipality.as_deref());
            if fields.days.is_empty() || fields.days.len() > MAX_MEETINGS {
                parsing.refuse("days", format!("must be 1 to {MAX_MEETINGS} days"));
            }
            for (index, day) in fields.days.iter().enumerate() {
                let field = format!("days.{index}");
                must_not_be_too_early(parsing, &field, Some(day.on));
                if day.ends <= day.starts {
                    parsing.refuse(&field, "ends before it starts");
                }
                if last_end.is_some_and(|end: (NaiveDate, NaiveTime)| (day.on, day.starts) < end) {
                    parsing.refuse(
                        &field,
                        "is not in order of time: it starts before what comes before it has ended",
                    );
                }
                if fields.days.iter().take(index).any(|earlier| earlier.on == day.on) {
                    parsing.refuse(
                        &field,
                        "is the same day as an earlier one of this meeting; a day has one start and one end",
                    );
                }
                last_end = Some((day.on, day.ends));
            }
            let default = 2 * i64::try_from(fields.days.len()).unwrap_or(0);
            let half_days = u32::try_from(fields.half_days.unwrap_or(default))
                .ok()
                .filter(|half_days| *half_days <= 1000);
            if half_days.is_none() {
                parsing.refuse("halfDays", "must be from 0 to 1000");
            }
            let kind = fields.kind.unwrap_or(match index {
                0 => MeetingKind::KickOff,
                last if last + 1 == given.len() => MeetingKind::Closing,
                _ => MeetingKind::Regular,
            });
            if let (Some(title), Some(half_days)) = (title, half_days) {
                meetings.push(Meeting {
                    id: earlier
                        .get(index)
                        .map_or_else(|| MeetingId(new_id()), |meeting| meeting.id),
                    number: u32::try_from(index + 1).unwrap_or(u32::MAX),
                    kind,
                    title,
                    days: fields.days.clone(),
                    half_days,
                    municipality,
                });
            }
        });
    }
    meetings
}

fn team(
    parsing: &mut Parsing,
    given: &[TeamMemberFields],
    earlier: &[TeamMember],
    default_locale: Locale,
    new_id: &mut impl FnMut() -> Uuid,
) -> Vec<TeamMember> {
    if given.len() > MAX_TEAM {
        parsing.refuse("team", format!("has too many members; at most {MAX_TEAM}"));
        return Vec::new();
    }
    let mut team: Vec<TeamMember> = Vec::new();
    for (index, fields) in given.iter().enumerate() {
        parsing.within(&format!("team.{index}"), |parsing| {
            let name = parsing.text("name", &fields.name);
            let email = parsing.text("email", &fields.email);
            let organisation = parsing.optional("organisation", fields.organisation.as_deref());
            let biography = parsing.optional("biography", fields.biography.as_deref());
            let mut roles = fields.roles.clone();
            roles.sort_unstable();
            roles.dedup();
            if roles.is_empty() {
                parsing.refuse("roles", "must name at least one of facilitator, organiser, contact");
            }
            let (Some(name), Some(email)) = (name, email) else {
                return;
            };
            let key = PersonKey::of(&name, &email);
            if team
                .iter()
                .any(|member| PersonKey::of(&member.name, &member.email) == key)
            {
                parsing.refuse("name", "is in the team twice; give one member several roles");
            }
            let same = earlier
                .iter()
                .find(|member| PersonKey::of(&member.name, &member.email) == key);
            team.push(TeamMember {
                id: same.map_or_else(|| TeamMemberId(new_id()), |member| member.id),
                name,
                organisation,
                email,
                roles,
                biography,
                locale: fields.locale.unwrap_or(default_locale),
            });
        });
    }
    team
}
