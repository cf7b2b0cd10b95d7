//! Writes a programme as a file.

use std::fmt::Write as _;

use chrono::{DateTime, Offset, SecondsFormat, Utc};
use chrono_tz::Tz;
use toml::Value;

use crate::domain::{
    privacy::Retention,
    programme::{Announcement, Meeting, Price, Showcase, TeamMember},
    rule::Rule,
    trigger::Trigger,
};

/// A programme to write.
#[derive(Debug, Clone, Copy)]
pub struct Exported<'a> {
    /// What was entered.
    pub announcement: &'a Announcement,
    /// It is not published.
    pub is_draft: bool,
    /// Its rules, in the order of its life; none are listed where there are none.
    pub rules: &'a [Rule],
}

/// The file of a programme: reading it gives the same programme, and writing that the same file.
pub fn export(programme: Exported<'_>) -> String {
    let Exported {
        announcement,
        is_draft,
        rules,
    } = programme;
    let mut file = String::new();
    head(&mut file, announcement, is_draft);
    price(&mut file, &announcement.price);
    for meeting in &announcement.meetings {
        write_meeting(&mut file, meeting);
    }
    if let Some(showcase) = &announcement.showcase {
        write_showcase(&mut file, showcase);
    }
    if announcement.retention != Retention::default() {
        write_retention(&mut file, announcement.retention);
    }
    for member in &announcement.team {
        write_member(&mut file, member, announcement);
    }
    if !rules.is_empty() {
        write_rules(&mut file, rules);
    }
    file
}

pub(super) fn put(file: &mut String, key: &str, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = writeln!(file, "{key} = {value}");
}

pub(super) fn put_text(file: &mut String, key: &str, text: &str) {
    put(file, key, Value::from(text));
}

pub(super) fn put_optional(file: &mut String, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        put_text(file, key, text);
    }
}

fn head(file: &mut String, programme: &Announcement, is_draft: bool) {
    put_text(file, "slug", &programme.slug);
    put_text(file, "title", &programme.title);
    put_optional(file, "subtitle", programme.subtitle.as_deref());
    put_text(file, "description", &programme.description);
    put_optional(file, "audience", programme.audience.as_deref());
    put_text(file, "locale", programme.locale.tag());
    put_text(file, "time_zone", programme.time_zone.name());
    put(file, "min_participants", programme.min_participants);
    put(file, "max_participants", programme.max_participants);
    if let Some(opens_at) = programme.registration_opens_at {
        put(file, "registration_opens_at", moment(opens_at, programme.time_zone));
    }
    put(file, "registration_deadline", programme.registration_deadline);
    put_text(file, "decision_mode", programme.decision_mode.word());
    if is_draft {
        put(file, "draft", true);
    }
}

/// In the programme's zone, where its distance from UTC is whole minutes, as TOML needs it.
fn moment(instant: DateTime<Utc>, zone: Tz) -> String {
    let local = instant.with_timezone(&zone);
    if local.offset().fix().local_minus_utc() % 60 == 0 {
        local.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    } else {
        instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

fn price(file: &mut String, price: &Price) {
    file.push_str("\n[price]\n");
    put(file, "cents", price.cents);
    put(file, "vat_included", price.vat_included);
    put(file, "vat_percentage", per_cent(price.vat_basis_points));
    if let Some(subsidy) = price.subsidy_basis_points {
        put(file, "subsidy_percentage", per_cent(subsidy));
    }
}

/// Hundredths of a per cent as per cent: 21, 12.5, 0.25.
fn per_cent(basis_points: u32) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match (rest, rest % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

fn write_meeting(file: &mut String, meeting: &Meeting) {
    file.push_str("\n[[meetings]]\n");
    put_text(file, "kind", meeting.kind.word());
    put_text(file, "title", &meeting.title);
    put(file, "half_days", meeting.half_days);
    put_optional(file, "municipality", meeting.municipality.as_deref());
    file.push_str("days = [\n");
    for day in &meeting.days {
        let _ = writeln!(
            file,
            "  {{ on = {}, starts = {}, ends = {} }},",
            day.on, day.starts, day.ends
        );
    }
    file.push_str("]\n");
}

fn write_showcase(file: &mut String, showcase: &Showcase) {
    file.push_str("\n[showcase]\n");
    put(file, "on", showcase.on);
    put(file, "starts", showcase.starts);
    put(file, "ends", showcase.ends);
    if let Some(capacity) = showcase.capacity {
        put(file, "capacity", capacity);
    }
    put(file, "guest_quota", showcase.guest_quota);
}

fn write_retention(file: &mut String, retention: Retention) {
    file.push_str("\n[retention]\n");
    put(file, "participants_months", retention.participants_months);
    put(file, "guests_months", retention.guests_months);
}

fn write_member(file: &mut String, member: &TeamMember, programme: &Announcement) {
    file.push_str("\n[[team]]\n");
    put_text(file, "name", &member.name);
    put_optional(file, "organisation", member.organisation.as_deref());
    put_text(file, "email", &member.email);
    let roles: Vec<_> = member.roles.iter().map(|role| format!("{:?}", role.word())).collect();
    put(file, "roles", format_args!("[{}]", roles.join(", ")));
    put_optional(file, "biography", member.biography.as_deref());
    if member.locale != programme.locale {
        put_text(file, "locale", member.locale.tag());
    }
}

fn write_rules(file: &mut String, rules: &[Rule]) {
    file.push_str("\n# Its rules; a table [rules.KEY] says what differs from the product's own:\n");
    for rule in rules {
        let _ = writeln!(file, "#   {}: {}", rule.key.word(), moment_of(rule.trigger));
    }
    for rule in rules.iter().filter(|rule| rule.is_changed()) {
        super::rules::write(file, rule);
    }
}

/// When something fires, in words.
fn moment_of(trigger: Trigger) -> String {
    match trigger {
        Trigger::Event(_) => "as soon as it happens".to_owned(),
        Trigger::Anchored {
            anchor,
            offset_days,
            at,
        } => {
            let side = if offset_days < 0 { "before" } else { "after" };
            let (days, at) = (offset_days.unsigned_abs(), at.format("%H:%M"));
            let unit = if days == 1 { "day" } else { "days" };
            format!("{days} {unit} {side} {}, at {at}", anchor.word())
        }
        Trigger::Counted { anchor, offset_minutes } => {
            let side = if offset_minutes < 0 { "before" } else { "after" };
            format!("{} minutes {side} {}", offset_minutes.unsigned_abs(), anchor.word())
        }
        Trigger::Weekday { weekday, at } => format!("on {weekday} at {}", at.format("%H:%M")),
    }
}
