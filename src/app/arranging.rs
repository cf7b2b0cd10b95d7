//! What is sent when: rules, and announcements.

use super::{
    App, AppError, Caller, Repeatable, Result,
    fields::Parsing,
    outbox::Message,
    planning::{Confirmation, Intent, PlanView, Planned},
};
use crate::{
    domain::{
        acts::{self, RuleChange, TriggerFields},
        announcement::{Audience, LONGEST_BODY, OwnMail},
        ids::{AnnouncementId, ProgrammeId},
        plan::Confirms,
        refusal::Refusal,
        rule::{Rule, RuleKey},
        text::{Line, Paragraphs},
        timeline::Source,
        trigger::{Trigger, WhenMoved},
    },
    store::Scope,
};

/// What is given to change a rule. What is none stays; an inner none goes back to what the product brings.
#[derive(Debug, Clone, Default)]
pub struct RuleFields {
    /// When it fires.
    pub trigger: Option<Option<TriggerFields>>,
    /// How late it may be, in hours.
    pub lateness_hours: Option<Option<i32>>,
    /// What a moved anchor means.
    pub when_moved: Option<WhenMoved>,
    /// A sentence of the organiser's own.
    pub own_sentence: Option<Option<String>>,
    /// Pauses it, with why.
    pub pause_note: Option<Option<String>>,
}

impl RuleFields {
    /// What it means, or all that is wrong with it.
    pub fn parse(&self, parsing: &mut Parsing) -> Option<RuleChange> {
        let trigger = match self.trigger {
            Some(Some(fields)) => match fields.parse() {
                Ok(trigger) => Some(Some(trigger)),
                Err(refusal) => {
                    parsing.refused(refusal);
                    return None;
                }
            },
            Some(None) => Some(None),
            None => None,
        };
        let own_sentence = self.own_sentence.as_ref();
        let pause_note = self.pause_note.as_ref();
        Some(RuleChange {
            trigger,
            lateness_hours: self.lateness_hours,
            when_moved: self.when_moved,
            own_sentence: own_sentence.map(|text| parsing.optional("ownSentence", text.as_deref())),
            pause_note: pause_note.map(|text| parsing.optional("pauseNote", text.as_deref())),
        })
    }
}

impl RuleFields {
    /// All that makes a rule as it is.
    pub fn of(rule: &Rule) -> Self {
        let trigger = match rule.trigger {
            Trigger::Event(_) => None,
            Trigger::Anchored {
                anchor,
                offset_days,
                at,
            } => Some(TriggerFields {
                anchor: Some(anchor),
                offset_days: Some(offset_days),
                at: Some(at),
                ..TriggerFields::default()
            }),
            Trigger::Counted { anchor, offset_minutes } => Some(TriggerFields {
                anchor: Some(anchor),
                offset_minutes: Some(offset_minutes),
                ..TriggerFields::default()
            }),
            Trigger::Weekday { weekday, at } => Some(TriggerFields {
                weekday: Some(weekday),
                at: Some(at),
                ..TriggerFields::default()
            }),
        };
        Self {
            trigger: Some(trigger),
            lateness_hours: Some(
                rule.lateness
                    .map(|lateness| lateness.num_hours().try_into().unwrap_or(i32::MAX)),
            ),
            when_moved: Some(rule.when_moved),
            own_sentence: Some(rule.own_sentence.as_ref().map(ToString::to_string)),
            pause_note: Some(rule.pause_note.as_ref().map(ToString::to_string)),
        }
    }
}

/// The rule of a name.
///
/// # Errors
/// The names of all that there are.
pub fn rule_key(word: &str) -> Result<RuleKey, Refusal> {
    RuleKey::from_word(word).ok_or_else(|| {
        let known: Vec<_> = RuleKey::ALL.iter().map(|key| key.word()).collect();
        Refusal::invalid("key", format!("is not one of: {}", known.join(", ")))
    })
}

/// What an organiser wants to send.
#[derive(Debug, Clone)]
pub struct AnnouncementFields {
    /// To whom.
    pub audience: Audience,
    /// The subject.
    pub subject: String,
    /// What it says.
    pub body: String,
    /// When; none: at once.
    pub trigger: Option<TriggerFields>,
}

/// What an announcement brings, or would bring.
#[derive(Debug, Clone)]
pub struct Announced {
    /// Its id, once it is made.
    pub id: Option<AnnouncementId>,
    /// Who gets it, as things stand now.
    pub recipients: Vec<String>,
    /// What it brings.
    pub plan: Option<PlanView>,
    /// The mails that were made of it.
    pub messages: Vec<Message>,
    /// Why nothing was done: what would happen has changed since it was looked at.
    pub stale: Option<Refusal>,
}

/// Mails that an answer shows of an announcement; `messages` lists them all.
const MESSAGES_SHOWN: u64 = 100;

impl App {
    /// Changes a rule.
    pub async fn set_rule(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        key: &str,
        fields: &RuleFields,
        is_dry_run: bool,
        repeatable: &Repeatable,
    ) -> Result<Planned<Rule>> {
        self.organised(caller, programme, "programmeId").await?;
        let key = rule_key(key)?;
        let mut parsing = Parsing::default();
        let change = fields.parse(&mut parsing);
        let change = parsing.finish(change)?;
        let confirmation = Confirmation {
            is_dry_run,
            plan_hash: None,
        };
        let intent = Intent {
            action: "setRule",
            change: format!("rule {}", key.word()),
            confirms: Confirms::Differences,
            scope: Scope::Live,
            confirmation: &confirmation,
            demand: None,
        };
        let mut set = None;
        let planned = self
            .act_by_plan(caller, programme, intent, repeatable, |facts, now| {
                acts::set_rule(facts, key, change, now)?;
                set = facts.rule(key).cloned();
                Ok(())
            })
            .await?;
        let rule = match set {
            Some(rule) => rule,
            // The repetition of an earlier request.
            None => {
                let mut rules = self.store().rules(programme).await?;
                let index = rules.iter().position(|rule| rule.key == key);
                index
                    .map(|index| rules.swap_remove(index))
                    .ok_or_else(|| Refusal::not_found("rule", "key"))?
            }
        };
        Ok(planned.with(rule))
    }

    /// Writes to an audience, at once or at a moment of its own. Without a hash of what was looked at, nothing is done: it
    /// only tells what it would bring.
    pub async fn announce(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        fields: &AnnouncementFields,
        plan_hash: Option<&str>,
        repeatable: &Repeatable,
    ) -> Result<Announced> {
        self.organised(caller, programme, "programmeId").await?;
        let mut parsing = Parsing::default();
        let subject: Option<Line<150>> = parsing.text("subject", &fields.subject);
        let body: Option<Paragraphs<LONGEST_BODY>> = parsing.text("body", &fields.body);
        let trigger = match fields.trigger.map(TriggerFields::parse).transpose() {
            Ok(trigger) => Some(trigger),
            Err(refusal) => {
                parsing.refused(refusal);
                None
            }
        };
        let (subject, body, trigger) = parsing.finish((|| Some((subject?, body?, trigger?)))())?;
        let confirmation = Confirmation {
            is_dry_run: plan_hash.is_none(),
            plan_hash: plan_hash.map(str::to_owned),
        };
        let intent = Intent {
            action: "announce",
            change: format!("announce to {} {trigger:?}: {subject}\n{body}", fields.audience.word()),
            confirms: Confirms::Differences,
            scope: Scope::Live,
            confirmation: &confirmation,
            demand: None,
        };
        let new_id = AnnouncementId(self.settle.entropy.id(self.now().await?));
        let audience = fields.audience;
        let planned = self
            .act_by_plan(caller, programme, intent, repeatable, move |facts, now| {
                let mail = OwnMail {
                    id: new_id,
                    audience,
                    subject,
                    body,
                    trigger,
                    announced_at: now,
                    withdrawn_at: None,
                };
                acts::announce(facts, mail, now).map(|()| new_id)
            })
            .await?;
        let id = planned.left.filter(|_| plan_hash.is_some());
        let recipients = planned
            .plan
            .as_ref()
            .map(|plan| plan.reached_by(Source::Rule(RuleKey::Announcement)));
        let messages = match id {
            Some(id) => self.messages_of_announcement(id).await?,
            None => Vec::new(),
        };
        Ok(Announced {
            id,
            // The repetition of an earlier request tells whom it reached.
            recipients: recipients.unwrap_or_else(|| messages.iter().map(|mail| mail.address.clone()).collect()),
            stale: planned.stale,
            plan: planned.plan,
            messages,
        })
    }

    async fn messages_of_announcement(&self, id: AnnouncementId) -> Result<Vec<Message>> {
        let store = self.store();
        let ids = store.messages_of_announcement(id, MESSAGES_SHOWN).await?;
        let mut found = store.messages_by_id(&ids).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// What organisers of a programme announced, the earliest first.
    pub async fn announcements(&self, caller: &Caller, programme: ProgrammeId) -> Result<Vec<OwnMail>> {
        caller.must_organise(programme)?;
        Ok(self.store().announcements(programme).await?)
    }

    /// Takes back an announcement whose moment is to come.
    pub async fn withdraw_announcement(
        &self,
        caller: &Caller,
        id: AnnouncementId,
        repeatable: &Repeatable,
    ) -> Result<OwnMail> {
        if *caller == Caller::Public {
            return Err(AppError::Unauthenticated);
        }
        let not_found = || Refusal::not_found("announcement", "announcementId");
        let programme = self.store().programme_of_announcement(id).await?;
        let programme = match programme {
            Some(programme) if caller.organises(programme) => programme,
            _ if caller.is_organiser() => return Err(not_found().into()),
            _ => return Err(AppError::Forbidden),
        };
        self.act(
            caller,
            programme,
            "withdrawAnnouncement",
            repeatable,
            Scope::Live,
            move |facts, now| acts::withdraw_announcement(facts, id, now),
        )
        .await?;
        let mails = self.store().announcements(programme).await?;
        Ok(mails.into_iter().find(|mail| mail.id == id).ok_or_else(not_found)?)
    }
}
