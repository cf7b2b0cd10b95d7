//! Organisers arrange what is sent when: they change rules, and announce what they have to say.

use chrono::{DateTime, Duration, NaiveTime, Utc};

use crate::domain::{
    announcement::OwnMail,
    facts::{Facts, Happened},
    ids::AnnouncementId,
    programme::Phase,
    refusal::Refusal,
    rule::{Rule, RuleKey},
    text::{Line, Paragraphs},
    trigger::{Anchor, Trigger, WhenMoved},
};

/// The farthest that a moment may lie from its anchor, in days; the longest that something may be late.
pub const FARTHEST_DAYS: i32 = 400;

/// What changes about a rule; what is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleChange {
    /// When it fires; an inner none: as the product brings it.
    pub trigger: Option<Option<Trigger>>,
    /// How late it may be, in hours; an inner none: it is never too late.
    pub lateness_hours: Option<Option<i32>>,
    /// What a moved anchor means.
    pub when_moved: Option<WhenMoved>,
    /// A sentence of the organiser's own; an inner none: none.
    pub own_sentence: Option<Option<Paragraphs<500>>>,
    /// Pauses it, with why; an inner none: it goes on.
    pub pause_note: Option<Option<Line<200>>>,
}

/// An organiser changes a rule. A change makes its next version, which does not reach back (rule 16); what changes nothing
/// makes none.
pub fn set_rule(facts: &mut Facts, key: RuleKey, change: RuleChange, now: DateTime<Utc>) -> Result<(), Refusal> {
    must_go_on(facts)?;
    let Some(place) = facts.rules.iter_mut().find(|rule| rule.key == key) else {
        return Err(Refusal::not_found("rule", "key"));
    };
    *place = changed_rule(place, change, now)?;
    Ok(())
}

/// A rule after a change: its next version, or the same where nothing changes.
pub fn changed_rule(earlier: &Rule, change: RuleChange, now: DateTime<Utc>) -> Result<Rule, Refusal> {
    let key = earlier.key;
    let default = Rule::default_of(key, earlier.id, now);
    let mut rule = earlier.clone();
    if let Some(trigger) = change.trigger {
        rule.trigger = trigger.unwrap_or(default.trigger);
        if trigger.is_some() {
            check_trigger_of(key, rule.trigger)?;
        }
    }
    if let Some(lateness_hours) = change.lateness_hours {
        if lateness_hours.is_some_and(|hours| !(1..=FARTHEST_DAYS * 24).contains(&hours)) {
            return Err(Refusal::invalid(
                "latenessHours",
                format!(
                    "must be from 1 to {}; null means that it is never too late",
                    FARTHEST_DAYS * 24
                ),
            ));
        }
        rule.lateness = lateness_hours.map(|hours| Duration::hours(hours.into()));
    }
    if let Some(when_moved) = change.when_moved {
        rule.when_moved = when_moved;
    }
    if let Some(own_sentence) = change.own_sentence {
        rule.own_sentence = own_sentence;
    }
    if let Some(pause_note) = change.pause_note {
        if pause_note.is_some() && !key.can_be_paused() {
            return Err(Refusal::invalid(
                "pauseNote",
                format!("cannot be: without the mail of {} nobody could take part", key.word()),
            ));
        }
        rule.pause_note = pause_note;
    }
    if rule != *earlier {
        rule.version += 1;
        rule.valid_from = now;
    }
    Ok(rule)
}

fn must_go_on(facts: &Facts) -> Result<(), Refusal> {
    match facts.programme.phase {
        Phase::Draft | Phase::Open | Phase::GoingAhead => Ok(()),
        // A no-go can be taken back by extending, an end cannot.
        Phase::Cancelled if facts.decision_for_deadline().is_some() => Ok(()),
        Phase::Cancelled | Phase::Completed => Err(Refusal::StateConflict("this programme is over".to_owned())),
    }
}

fn check_trigger_of(key: RuleKey, trigger: Trigger) -> Result<(), Refusal> {
    if !key.is_by_calendar() {
        return Err(Refusal::invalid(
            "trigger",
            format!(
                "cannot change: {} fires when what it answers happens. Rules with a moment of their own: {}",
                key.word(),
                words(
                    RuleKey::ALL
                        .iter()
                        .filter(|key| key.is_by_calendar())
                        .map(|key| key.word())
                )
            ),
        ));
    }
    check_reach(trigger)?;
    if key.is_weekly() {
        return match trigger {
            Trigger::Weekday { .. } => Ok(()),
            _ => Err(Refusal::invalid(
                "trigger",
                format!("of {} has to name a weekday: it fires every week", key.word()),
            )),
        };
    }
    let known = key.anchors();
    match trigger.anchor() {
        Some(anchor) if known.contains(&anchor) => Ok(()),
        _ => Err(Refusal::invalid(
            "trigger",
            format!(
                "of {} has to count from one of: {}",
                key.word(),
                words(known.iter().map(|anchor| anchor.word()))
            ),
        )),
    }
}

fn words<'a>(of: impl Iterator<Item = &'a str>) -> String {
    of.collect::<Vec<_>>().join(", ")
}

fn check_reach(trigger: Trigger) -> Result<(), Refusal> {
    let minutes_a_day = 24 * 60;
    let counts_back = match trigger {
        Trigger::Anchored { offset_days, .. } => offset_days < 0,
        Trigger::Counted { offset_minutes, .. } => offset_minutes < 0,
        Trigger::Event(_) | Trigger::Weekday { .. } => false,
    };
    if counts_back && trigger.anchor() == Some(Anchor::Decision) {
        return Err(Refusal::invalid(
            "trigger",
            "counts back from the decision, of which nobody knows before it is made; count from registration-deadline",
        ));
    }
    let (field, is_in_reach) = match trigger {
        Trigger::Anchored { offset_days, .. } => (
            "trigger.offsetDays",
            (-FARTHEST_DAYS..=FARTHEST_DAYS).contains(&offset_days),
        ),
        Trigger::Counted { offset_minutes, .. } => (
            "trigger.offsetMinutes",
            (-FARTHEST_DAYS * minutes_a_day..=FARTHEST_DAYS * minutes_a_day).contains(&offset_minutes),
        ),
        Trigger::Event(_) | Trigger::Weekday { .. } => return Ok(()),
    };
    if is_in_reach {
        return Ok(());
    }
    Err(Refusal::invalid(
        field,
        format!("reaches too far: at most {FARTHEST_DAYS} days before or after"),
    ))
}

/// A trigger as a person enters it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TriggerFields {
    /// What it counts from.
    pub anchor: Option<Anchor>,
    /// Days after it.
    pub offset_days: Option<i32>,
    /// Minutes after its moment.
    pub offset_minutes: Option<i32>,
    /// The time of day.
    pub at: Option<NaiveTime>,
    /// A day of the week.
    pub weekday: Option<chrono::Weekday>,
}

impl TriggerFields {
    /// The trigger that is meant: days or minutes from an anchor, or a day of the week.
    ///
    /// # Errors
    /// What is wrong with which field.
    pub fn parse(self) -> Result<Trigger, Refusal> {
        let usual = super::calendar::USUAL_TIME;
        match (self.anchor, self.weekday) {
            (Some(_), Some(_)) => Err(Refusal::invalid(
                "trigger",
                "names both an anchor and a weekday; give one",
            )),
            (None, None) => Err(Refusal::required(
                "trigger",
                format!(
                    "needs an anchor ({}) or a weekday",
                    words(Anchor::ALL.iter().map(|anchor| anchor.word()))
                ),
            )),
            (None, Some(_)) if self.offset_days.is_some() || self.offset_minutes.is_some() => Err(Refusal::invalid(
                "trigger",
                "names a weekday, which has no offset; give the time of day with `at`",
            )),
            (None, Some(weekday)) => Ok(Trigger::Weekday {
                weekday,
                at: self.at.unwrap_or(usual),
            }),
            (Some(anchor), None) => match (self.offset_days, self.offset_minutes, self.at) {
                (Some(_), Some(_), _) => Err(Refusal::invalid("trigger", "counts in days or in minutes, not in both")),
                (None, Some(_), Some(_)) => Err(Refusal::invalid(
                    "trigger.at",
                    "cannot be given with minutes, which count from the anchor's own moment",
                )),
                (None, Some(offset_minutes), None) => Ok(Trigger::Counted { anchor, offset_minutes }),
                (offset_days, None, at) => Ok(Trigger::Anchored {
                    anchor,
                    offset_days: offset_days.unwrap_or(0),
                    at: at.unwrap_or(usual),
                }),
            },
        }
    }
}

/// An organiser writes to an audience: at once, or when its moment comes.
pub fn announce(facts: &mut Facts, mail: OwnMail, now: DateTime<Utc>) -> Result<(), Refusal> {
    match facts.programme.phase {
        Phase::Draft => {
            return Err(Refusal::StateConflict(
                "this programme is a draft that nobody knows; publish it first".to_owned(),
            ));
        }
        Phase::Open | Phase::GoingAhead | Phase::Cancelled | Phase::Completed => {}
    }
    let id = mail.id;
    if let Some(trigger) = mail.trigger {
        check_reach(trigger)?;
        facts.announcements.push(mail);
        let occurrences = facts.announcements.last().map(|mail| mail.occurrences(facts));
        let occurrences = occurrences.unwrap_or_default();
        if !occurrences.is_empty() && occurrences.iter().all(|occurrence| occurrence.at <= now) {
            facts.announcements.pop();
            return Err(Refusal::invalid(
                "trigger",
                "lies in the past; leave it out to send at once",
            ));
        }
        return Ok(());
    }
    if mail.audience.recipients(facts, now).is_empty() {
        return Err(Refusal::invalid(
            "audience",
            format!("has nobody in it now: nobody belongs to {}", mail.audience.word()),
        ));
    }
    facts.announcements.push(mail);
    facts.happened.push_back(Happened::Announced(id));
    Ok(())
}

/// An organiser takes back an announcement whose moment is to come.
pub fn withdraw_announcement(facts: &mut Facts, id: AnnouncementId, now: DateTime<Utc>) -> Result<(), Refusal> {
    let is_to_come = |mail: &OwnMail, facts: &Facts| {
        let occurrences = mail.occurrences(facts);
        mail.trigger.is_some() && (occurrences.is_empty() || occurrences.iter().any(|occurrence| occurrence.at > now))
    };
    let Some(index) = facts.announcements.iter().position(|mail| mail.id == id) else {
        return Err(Refusal::not_found("announcement", "announcementId"));
    };
    let mail = &facts.announcements[index];
    if mail.withdrawn_at.is_some() {
        return Ok(());
    }
    if !is_to_come(mail, facts) {
        return Err(Refusal::StateConflict(
            "this announcement has gone out; a mail that was not sent yet can be called back with cancelMessage"
                .to_owned(),
        ));
    }
    facts.announcements[index].withdrawn_at = Some(now);
    Ok(())
}
