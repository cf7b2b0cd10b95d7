//! What is odd about a file that is valid: told by `programme check`, and no reason to refuse anything.

use chrono::{Datelike, Duration, NaiveDate, Weekday};
use uuid::Uuid;

use super::{Problem, Problems, ProgrammeFile, source::Source};
use crate::domain::{
    acts, calendar,
    facts::Facts,
    formats,
    ids::ProgrammeId,
    message::Locale,
    programme::{Announcement, MeetingKind, TeamRole},
};

/// Fewer days between the deadline and the kick-off leave hosts no time (rule 8: practical information goes out 14 days
/// before a meeting).
const DAYS_TO_PREPARE: i64 = 14;

impl ProgrammeFile {
    /// What keeps it from being published, whatever the day is today.
    pub fn must_be_mended(&self) -> Result<(), Problems> {
        let mut facts = Facts::of_draft(
            ProgrammeId(Uuid::nil()),
            self.announcement.clone(),
            chrono::DateTime::UNIX_EPOCH,
        );
        // The last moment at which registration is open: a deadline that has passed is no fault of the file.
        let now = facts.programme.registration_closes_at() - Duration::seconds(1);
        acts::publish(&mut facts, now).map_err(|refusal| self.problems(&[refusal]))
    }

    /// What somebody should look at, in the order of its lines.
    pub fn warnings(&self) -> Vec<Problem> {
        let Ok(source) = Source::parse(&self.text) else {
            return Vec::new();
        };
        let mut warnings = Warnings {
            source,
            told: Vec::new(),
        };
        warnings.of_announced(self);
        warnings.of_dates(&self.announcement);
        warnings.of_meetings(&self.announcement);
        warnings.of_showcase(&self.announcement);
        warnings.of_team(&self.announcement);
        warnings.told.sort();
        warnings.told
    }
}

struct Warnings<'i> {
    source: Source<'i>,
    told: Vec<Problem>,
}

fn day(on: NaiveDate) -> String {
    formats::weekday_and_day(on, Locale::En)
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

impl Warnings<'_> {
    fn tell(&mut self, path: &str, what: String) {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        self.told.push(Problem {
            line: self.source.line_of(&path),
            what,
        });
    }

    fn of_showcase(&mut self, announcement: &Announcement) {
        let Some(showcase) = announcement.showcase else { return };
        let mut days = announcement.meetings.iter().flat_map(|meeting| &meeting.days);
        if days.all(|day| day.on != showcase.on) {
            let what = format!(
                "{} is no day of a meeting, so the showcase has no host and no place",
                day(showcase.on)
            );
            self.tell("showcase.on", what);
        }
    }

    fn of_announced(&mut self, file: &ProgrammeFile) {
        let meetings = &file.announcement.meetings;
        let of_days = |days: usize| meetings.iter().filter(|meeting| meeting.days.len() == days).count();
        let half_days: u32 = meetings.iter().map(|meeting| meeting.half_days).sum();
        if let Some(announced) = file.announced.half_days.filter(|announced| *announced != half_days) {
            self.tell(
                "announced.half_days",
                format!("{announced} half-days are announced; those of the meetings add up to {half_days}"),
            );
        }
        for (key, length, announced, found) in [
            (
                "announced.one_day_meetings",
                "one",
                file.announced.one_day_meetings,
                of_days(1),
            ),
            (
                "announced.two_day_meetings",
                "two",
                file.announced.two_day_meetings,
                of_days(2),
            ),
        ] {
            if let Some(announced) = announced.filter(|announced| usize::try_from(*announced) != Ok(found)) {
                let days = if length == "one" { "day" } else { "days" };
                self.tell(
                    key,
                    format!("{announced} meetings of {length} {days} are announced; the file has {found}"),
                );
            }
        }
        let last = meetings.last().and_then(|meeting| meeting.days.last());
        if let (Some(announced), Some(last)) = (file.announced.ends_on, last)
            && announced != last.on
        {
            let apart = last.on.signed_duration_since(announced).num_days();
            let side = if apart > 0 { "later" } else { "earlier" };
            let apart = match apart.unsigned_abs() {
                days if days.is_multiple_of(7) => format!("{} weeks {side}", days / 7),
                days => format!("{days} days {side}"),
            };
            self.tell(
                "announced.ends_on",
                format!(
                    "{} is announced as the end; the last meeting ends on {}, {apart}",
                    day(announced),
                    day(last.on)
                ),
            );
        }
    }

    fn of_dates(&mut self, programme: &Announcement) {
        let deadline = programme.registration_deadline;
        if let Some(kick_off) = programme.meetings.first().and_then(|meeting| meeting.days.first()) {
            let left = kick_off.on.signed_duration_since(deadline).num_days();
            if (1..DAYS_TO_PREPARE).contains(&left) {
                let left = counted(usize::try_from(left).unwrap_or(0), "day lies", "days lie");
                self.tell(
                    "registration_deadline",
                    format!(
                        "only {left} between the deadline and the kick-off; hosts need {DAYS_TO_PREPARE} to prepare"
                    ),
                );
            }
        }
        let closes_at = calendar::end_of_day(deadline, programme.time_zone);
        if programme
            .registration_opens_at
            .is_some_and(|opens_at| opens_at >= closes_at)
        {
            self.tell(
                "registration_opens_at",
                format!(
                    "registration opens after its last day, {}; nobody could register",
                    day(deadline)
                ),
            );
        }
    }

    fn of_meetings(&mut self, programme: &Announcement) {
        let count = programme.meetings.len();
        for (index, meeting) in programme.meetings.iter().enumerate() {
            for (at, held) in meeting.days.iter().enumerate() {
                let path = format!("meetings.{index}.days.{at}");
                if matches!(held.on.weekday(), Weekday::Sat | Weekday::Sun) {
                    self.tell(&path, format!("{} is in a weekend", day(held.on)));
                } else if calendar::is_public_holiday(held.on) {
                    self.tell(&path, format!("{} is a Dutch public holiday", day(held.on)));
                }
            }
            let days = meeting.days.len();
            if usize::try_from(meeting.half_days).is_ok_and(|half_days| half_days == 0 || half_days > 3 * days) {
                let held = counted(days, "day", "days");
                self.tell(
                    &format!("meetings.{index}.half_days"),
                    format!("{} half-days are counted for {held}", meeting.half_days),
                );
            }
            let is_odd = match meeting.kind {
                MeetingKind::KickOff => index != 0,
                MeetingKind::Closing => index + 1 != count,
                MeetingKind::Regular => index == 0,
            };
            if is_odd {
                self.tell(
                    &format!("meetings.{index}.kind"),
                    format!(
                        "meeting {} of {count} has the kind {:?}",
                        index + 1,
                        meeting.kind.word()
                    ),
                );
            }
        }
    }

    fn of_team(&mut self, programme: &Announcement) {
        for (role, without) in [
            (TeamRole::Facilitator, "nobody in the team is a facilitator"),
            (
                TeamRole::Contact,
                "nobody in the team is a contact; replies to mails go to the first organiser",
            ),
        ] {
            if !programme.team.iter().any(|member| member.is(role)) {
                self.tell("team", without.to_owned());
            }
        }
    }
}
