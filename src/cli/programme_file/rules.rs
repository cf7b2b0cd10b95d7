//! Tables `[rules.KEY]`: what differs from the product's own rule.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    write::{put, put_optional, put_text},
    written::WrittenRule,
};
use crate::{
    app::{
        AppError,
        arranging::{RuleFields, rule_key},
        fields::Parsing,
    },
    domain::{
        acts::{self, RuleChange, TriggerFields},
        ids::RuleId,
        refusal::Refusal,
        rule::{Rule, RuleKey},
        trigger::{Anchor, Trigger, WhenMoved},
    },
};

/// A key in the file, and what is wrong there.
type Problem = (Vec<String>, String);

/// Every rule as the tables say, and what is wrong with them.
pub(super) fn read(tables: &BTreeMap<String, WrittenRule>) -> (Vec<Rule>, Vec<Problem>) {
    let nobody = RuleId(Uuid::nil());
    let mut rules: Vec<Rule> = RuleKey::ALL
        .iter()
        .map(|key| Rule::default_of(*key, nobody, DateTime::<Utc>::UNIX_EPOCH))
        .collect();
    let mut problems = Vec::new();
    for (word, table) in tables {
        let path = vec!["rules".to_owned(), word.clone()];
        let Ok(key) = rule_key(word) else {
            let known: Vec<_> = RuleKey::ALL.iter().map(|key| key.word()).collect();
            problems.push((
                path,
                format!("rules: there is no rule {word:?}; the rules are {}", known.join(", ")),
            ));
            continue;
        };
        let Some(place) = rules.iter_mut().find(|rule| rule.key == key) else {
            continue;
        };
        match changed(place, table) {
            Ok(rule) => *place = rule,
            Err(refusals) => problems.extend(refusals.iter().map(|refusal| {
                let what = format!("rules.{word}: {refusal}");
                (path.clone(), what)
            })),
        }
    }
    (rules, problems)
}

fn changed(default: &Rule, table: &WrittenRule) -> Result<Rule, Vec<Refusal>> {
    let change = change_of(table)?;
    acts::changed_rule(default, change, default.valid_from).map_err(|refusal| vec![refusal])
}

fn change_of(table: &WrittenRule) -> Result<RuleChange, Vec<Refusal>> {
    let one = |refusal: Refusal| vec![refusal];
    let anchor = table.anchor.as_deref().map(anchor_of).transpose().map_err(one)?;
    let weekday = match &table.weekday {
        Some(word) => Some(word.parse().map_err(|_| {
            one(Refusal::invalid(
                "weekday",
                "is not one of: monday, tuesday, wednesday, thursday, friday, saturday, sunday",
            ))
        })?),
        None => None,
    };
    let when_moved = match table.when_moved.as_deref() {
        Some(word) => Some(
            WhenMoved::from_word(word)
                .ok_or_else(|| one(Refusal::invalid("when_moved", "is neither \"once\" nor \"again\"")))?,
        ),
        None => None,
    };
    if table.never_too_late && table.lateness_hours.is_some() {
        return Err(one(Refusal::invalid(
            "never_too_late",
            "contradicts lateness_hours; give one",
        )));
    }
    let trigger = TriggerFields {
        anchor,
        offset_days: table.offset_days,
        offset_minutes: table.offset_minutes,
        at: table.at,
        weekday,
    };
    let fields = RuleFields {
        trigger: (trigger != TriggerFields::default()).then_some(Some(trigger)),
        lateness_hours: if table.never_too_late {
            Some(None)
        } else {
            table.lateness_hours.map(Some)
        },
        when_moved,
        own_sentence: table.own_sentence.clone().map(Some),
        pause_note: table.pause_note.clone().map(Some),
    };
    let mut parsing = Parsing::default();
    let change = fields.parse(&mut parsing);
    parsing.finish(change).map_err(|error| match error {
        AppError::Refused(refusals) => refusals,
        other => one(Refusal::invalid("rules", other.to_string())),
    })
}

fn anchor_of(word: &str) -> Result<Anchor, Refusal> {
    Anchor::from_word(word).ok_or_else(|| {
        let known: Vec<_> = Anchor::ALL.iter().map(|anchor| anchor.word()).collect();
        Refusal::invalid("anchor", format!("is not one of: {}", known.join(", ")))
    })
}

/// Writes the table of a rule that differs from the product's own.
pub(super) fn write(file: &mut String, rule: &Rule) {
    let default = Rule::default_of(rule.key, rule.id, rule.valid_from);
    file.push_str(&format!("\n[rules.{}]\n", rule.key.word()));
    if rule.trigger != default.trigger {
        match rule.trigger {
            Trigger::Event(_) => {}
            Trigger::Anchored {
                anchor,
                offset_days,
                at,
            } => {
                put_text(file, "anchor", anchor.word());
                put(file, "offset_days", offset_days);
                put(file, "at", at);
            }
            Trigger::Counted { anchor, offset_minutes } => {
                put_text(file, "anchor", anchor.word());
                put(file, "offset_minutes", offset_minutes);
            }
            Trigger::Weekday { weekday, at } => {
                put_text(file, "weekday", &weekday.to_string());
                put(file, "at", at);
            }
        }
    }
    match rule.lateness {
        lateness if lateness == default.lateness => {}
        None => put(file, "never_too_late", true),
        Some(lateness) => put(file, "lateness_hours", lateness.num_hours()),
    }
    if rule.when_moved != default.when_moved {
        put_text(file, "when_moved", rule.when_moved.word());
    }
    put_optional(file, "own_sentence", rule.own_sentence.as_deref());
    put_optional(file, "pause_note", rule.pause_note.as_deref());
}
