//! Rules and rows, and the columns of a trigger, which announcements have too.

use std::collections::{BTreeMap, HashSet};

use chrono::{Duration, NaiveTime};
use entities::{programme, rule};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    Result, Tx,
    rows::{Place, stored},
};
use crate::domain::{
    ids::{ProgrammeId, RuleId},
    programme::Phase,
    rule::{Rule, RuleKey},
    trigger::{Anchor, Trigger, WhenMoved},
};

/// A moment by the calendar, in columns; all empty: none.
#[derive(Debug, Clone, Default)]
pub(super) struct TriggerColumns {
    pub anchor: Option<String>,
    pub offset_days: Option<i32>,
    pub offset_minutes: Option<i32>,
    pub weekday: Option<String>,
    pub at_time: Option<NaiveTime>,
}

impl From<Trigger> for TriggerColumns {
    fn from(trigger: Trigger) -> Self {
        match trigger {
            Trigger::Event(_) => Self::default(),
            Trigger::Anchored {
                anchor,
                offset_days,
                at,
            } => Self {
                anchor: Some(anchor.word().to_owned()),
                offset_days: Some(offset_days),
                at_time: Some(at),
                ..Self::default()
            },
            Trigger::Counted { anchor, offset_minutes } => Self {
                anchor: Some(anchor.word().to_owned()),
                offset_minutes: Some(offset_minutes),
                ..Self::default()
            },
            Trigger::Weekday { weekday, at } => Self {
                weekday: Some(weekday.to_string()),
                at_time: Some(at),
                ..Self::default()
            },
        }
    }
}

impl TriggerColumns {
    /// The trigger, if these columns hold one.
    pub(super) fn read(&self, place: Place<'_>) -> Result<Option<Trigger>> {
        let anchor = self.anchor.as_deref();
        let anchor = anchor
            .map(|word| place.word("anchor", word, Anchor::from_word))
            .transpose()?;
        let weekday = place.optional("weekday", self.weekday.as_ref())?;
        Ok(
            match (anchor, self.offset_days, self.offset_minutes, weekday, self.at_time) {
                (Some(anchor), Some(offset_days), None, None, Some(at)) => Some(Trigger::Anchored {
                    anchor,
                    offset_days,
                    at,
                }),
                (Some(anchor), None, Some(offset_minutes), None, None) => {
                    Some(Trigger::Counted { anchor, offset_minutes })
                }
                (None, None, None, Some(weekday), Some(at)) => Some(Trigger::Weekday { weekday, at }),
                _ => None,
            },
        )
    }
}

pub(super) fn rule(row: &rule::Model) -> Result<Rule> {
    let place = Place {
        table: "rule",
        row: &row.id,
    };
    let key = place.word("rule_key", &row.rule_key, RuleKey::from_word)?;
    let default = Rule::default_of(key, RuleId(row.id), row.valid_from);
    let columns = TriggerColumns {
        anchor: row.anchor.clone(),
        offset_days: row.offset_days,
        offset_minutes: row.offset_minutes,
        weekday: row.weekday.clone(),
        at_time: row.at_time,
    };
    Ok(Rule {
        version: place.count("version", row.version)?,
        // An event belongs to the rule's key.
        trigger: columns.read(place)?.unwrap_or(default.trigger),
        lateness: row.lateness_hours.map(|hours| Duration::hours(hours.into())),
        when_moved: place.word("when_moved", &row.when_moved, WhenMoved::from_word)?,
        own_sentence: place.optional("own_sentence", row.own_sentence.as_ref())?,
        pause_note: place.optional("pause_note", row.pause_note.as_ref())?,
        ..default
    })
}

pub(super) fn rule_row(programme: ProgrammeId, rule: &Rule) -> rule::ActiveModel {
    let trigger = TriggerColumns::from(rule.trigger);
    rule::ActiveModel {
        id: Set(rule.id.0),
        programme_id: Set(programme.0),
        rule_key: Set(rule.key.word().to_owned()),
        version: Set(stored(rule.version)),
        anchor: Set(trigger.anchor),
        offset_days: Set(trigger.offset_days),
        offset_minutes: Set(trigger.offset_minutes),
        weekday: Set(trigger.weekday),
        at_time: Set(trigger.at_time),
        lateness_hours: Set(rule
            .lateness
            .map(|lateness| lateness.num_hours().try_into().unwrap_or(i32::MAX))),
        when_moved: Set(rule.when_moved.word().to_owned()),
        own_sentence: Set(rule.own_sentence.as_ref().map(ToString::to_string)),
        pause_note: Set(rule.pause_note.as_ref().map(ToString::to_string)),
        valid_from: Set(rule.valid_from),
    }
}

impl Tx {
    /// The rules of the product that programmes lack.
    pub async fn missing_rules(&self) -> Result<BTreeMap<ProgrammeId, Vec<RuleKey>>> {
        let programmes: Vec<Uuid> = programme::Entity::find()
            .select_only()
            .column(programme::Column::Id)
            .into_tuple()
            .all(&self.0)
            .await?;
        let known: HashSet<(Uuid, String)> = rule::Entity::find()
            .select_only()
            .column(rule::Column::ProgrammeId)
            .column(rule::Column::RuleKey)
            .into_tuple::<(Uuid, String)>()
            .all(&self.0)
            .await?
            .into_iter()
            .collect();
        let missing_of = |id: Uuid| -> Vec<RuleKey> {
            let is_missing = |key: &RuleKey| !known.contains(&(id, key.word().to_owned()));
            RuleKey::ALL.iter().copied().filter(is_missing).collect()
        };
        let all = programmes.into_iter().map(|id| (ProgrammeId(id), missing_of(id)));
        Ok(all.filter(|(_, missing)| !missing.is_empty()).collect())
    }

    /// Stores further rules of a programme, and has it looked at: they may have something to do.
    pub async fn insert_rules(&self, programme: ProgrammeId, rules: &[Rule]) -> Result<()> {
        // Another server that starts at the same moment gives the same rules.
        let unless_there = OnConflict::columns([rule::Column::ProgrammeId, rule::Column::RuleKey])
            .do_nothing()
            .to_owned();
        for rule in rules {
            rule::Entity::insert(rule_row(programme, rule))
                .on_conflict(unless_there.clone())
                .exec_without_returning(&self.0)
                .await?;
        }
        programme::Entity::update_many()
            .col_expr(programme::Column::WakeAt, Expr::col(programme::Column::SettledAt))
            .filter(programme::Column::Id.eq(programme.0))
            .filter(programme::Column::Phase.ne(Phase::Draft.word()))
            .exec(&self.0)
            .await?;
        Ok(())
    }
}
