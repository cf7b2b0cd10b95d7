//! From steps to ledger rows and rendered mails. This is the one way a mail comes to be.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};

use super::{MAILS_A_COMMIT, Result, Settle, SettleError};
use crate::{
    domain::{
        access::Holder,
        facts::Facts,
        guests::Invitation,
        ids::{MessageId, ProgrammeId, TokenId},
        message::{Letter, Recipient},
        programme::Programme,
        registration::Registration,
        rule::Rule,
        sending::made_again_at,
        timeline::{Outcome, Source, Step, StepKind},
    },
    mail::compose::{Addressee, ComposeError},
    store::{Busy, Holds, MessageBody, NewEntry, NewMessage, Priority, ToCompose, Tx, hash_token},
};

/// What a mail is made of.
struct Making<'a> {
    programme: &'a Programme,
    rule: Option<&'a Rule>,
    recipient: Recipient,
    addressee: Addressee,
    letter: &'a Letter,
    due_at: DateTime<Utc>,
    decided_at: DateTime<Utc>,
    priority: Priority,
}

/// A programme with those of its people to whom mails are still to be made.
struct People {
    programme: Programme,
    rules: Vec<Rule>,
    registrations: Vec<Registration>,
    guests: Vec<Invitation>,
}

impl Settle {
    /// Writes steps into the ledger and makes their mails. The first `due_by_time` steps were due by time, the others by an act.
    pub(super) async fn carry_out(
        &self,
        tx: &Tx,
        facts: &Facts,
        steps: &[Step],
        due_by_time: usize,
        act_priority: Priority,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut entries = Vec::with_capacity(steps.len());
        let is_any_mail = steps.iter().any(|step| matches!(step.kind, StepKind::Mail(_)));
        let holds = if is_any_mail {
            tx.locked_holds().await?
        } else {
            Holds::default()
        };
        let mut made = 0;
        for (index, step) in steps.iter().enumerate() {
            let mut entry = NewEntry {
                id: self.entropy.id(now),
                step,
                done_at: now,
                to_compose: None,
                failure: None,
                message: None,
            };
            if let (StepKind::Mail(letter), Outcome::Done(_), Some(recipient)) =
                (&step.kind, &step.outcome, step.key.subject)
            {
                let priority = if index < due_by_time {
                    Priority::Time
                } else {
                    act_priority
                };
                let registrations = facts.registrations.values();
                let guests = facts.guests.invitations.values();
                let addressee = addressee_in(&facts.programme, registrations, guests, recipient);
                let rule = match step.key.source {
                    Source::Rule(key) => facts.rule(key),
                    Source::BuiltIn(_) => None,
                };
                match addressee {
                    // The answer to a small act is made with it, however much time brought at that moment.
                    Some(addressee) if priority == Priority::Act || made < MAILS_A_COMMIT => {
                        made += 1;
                        let making = Making {
                            programme: &facts.programme,
                            rule,
                            recipient,
                            addressee,
                            letter,
                            // What an act makes due goes in the order in which it follows from the act, whenever it would have been due.
                            due_at: if index < due_by_time {
                                step.due_at
                            } else {
                                step.due_at.max(now)
                            },
                            decided_at: now,
                            priority,
                        };
                        match self.make(tx, making, &holds, now).await? {
                            Ok(id) => entry.message = Some(id),
                            Err(problem) => {
                                tracing::error!(step = %step.key, error = problem.nameless(), "a mail cannot be made");
                                entry.to_compose = Some((self.sealed(entry.id, letter)?, made_again_at(now)));
                                entry.failure = Some(problem.to_string());
                            }
                        }
                    }
                    // Decided here, made right after this commit.
                    Some(_) => entry.to_compose = Some((self.sealed(entry.id, letter)?, now)),
                    None => entry.failure = Some("there is nobody to write to any more".to_owned()),
                }
            }
            entries.push(entry);
        }
        Ok(tx
            .record_steps(facts.programme.id, facts.programme.announced.time_zone, &entries)
            .await?)
    }

    /// Makes some of the mails that were decided but not made; how many were taken up.
    pub async fn compose_pending(&self, busy: Busy) -> Result<usize> {
        let now = self.store.now(self.clock).await?;
        // Most often there are none, and a look should not take the write lock to find that out.
        if !self.store.is_any_mail_to_be_made(now).await? {
            return Ok(0);
        }
        let tx = self.store.begin().await?;
        let due = tx.take_to_compose(now, MAILS_A_COMMIT as u64, busy).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let holds = tx.locked_holds().await?;
        let programmes: Vec<ProgrammeId> = {
            let mut ids: Vec<_> = due.iter().map(|entry| entry.programme_id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let mut known = HashMap::new();
        for id in programmes {
            let (mut registrations, mut guests) = (Vec::new(), Vec::new());
            for entry in due.iter().filter(|entry| entry.programme_id == id) {
                match entry.recipient {
                    Recipient::Registration(id) => registrations.push(id),
                    Recipient::Guest(id) => guests.push(id),
                    Recipient::TeamMember(_) => {}
                }
            }
            if let Some(programme) = tx.programme(id).await? {
                let people = People {
                    programme,
                    rules: tx.rules(id).await?,
                    registrations: tx.registrations_by_id(&registrations).await?,
                    guests: tx.invitations_by_id(&guests).await?,
                };
                known.insert(id, people);
            }
        }
        for entry in &due {
            if let Some(people) = known.get(&entry.programme_id) {
                self.compose_one(&tx, entry, people, &holds, now).await?;
            }
        }
        tx.announce_change().await?;
        tx.commit().await?;
        self.tell_committed();
        Ok(due.len())
    }

    async fn compose_one(
        &self,
        tx: &Tx,
        entry: &ToCompose,
        people: &People,
        holds: &Holds,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let programme = &people.programme;
        let again_at = made_again_at(now);
        let opened = self.seal.open(entry.id, &entry.sealed_letter)?;
        let letter: Letter = serde_json::from_slice(&opened).map_err(SettleError::Letter)?;
        let (registrations, guests) = (people.registrations.iter(), people.guests.iter());
        let Some(addressee) = addressee_in(programme, registrations, guests, entry.recipient) else {
            return Ok(tx
                .compose_failed(
                    entry.id,
                    entry.attempts + 1,
                    "there is nobody to write to any more".to_owned(),
                    again_at,
                )
                .await?);
        };
        let rule = people.rules.iter().find(|rule| Source::Rule(rule.key) == entry.source);
        let making = Making {
            programme,
            rule,
            recipient: entry.recipient,
            addressee,
            letter: &letter,
            due_at: entry.due_at,
            decided_at: entry.decided_at,
            priority: Priority::Time,
        };
        match self.make(tx, making, holds, now).await? {
            Ok(id) => Ok(tx.composed(entry.id, id, now).await?),
            Err(problem) => {
                tracing::error!(entry = %entry.id, error = problem.nameless(), "a mail cannot be made");
                Ok(tx
                    .compose_failed(entry.id, entry.attempts + 1, problem.to_string(), again_at)
                    .await?)
            }
        }
    }

    /// Renders a mail and puts it into the outbox. The inner error: it cannot be rendered, and nothing was written.
    async fn make(
        &self,
        tx: &Tx,
        making: Making<'_>,
        holds: &Holds,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<MessageId, ComposeError>> {
        let id = MessageId(self.entropy.id(now));
        let message_id = self.sender.message_id(id);
        let token = BASE64_URL_SAFE_NO_PAD.encode(self.entropy.bytes::<32>());
        let link = format!("{}/p/{token}", self.base_url);
        let own_sentence = making.rule.and_then(|rule| rule.own_sentence.as_deref());
        let composed = self.composer.compose(
            making.letter,
            &making.addressee,
            making.programme,
            Some(&link),
            own_sentence,
            &message_id,
            now,
        );
        let composed = match composed {
            Ok(composed) => composed,
            Err(problem) => return Ok(Err(problem)),
        };
        let holder = match making.recipient {
            Recipient::Registration(id) => Holder::Registration(id),
            Recipient::TeamMember(id) => Holder::TeamMember(id),
            Recipient::Guest(id) => Holder::Guest(id),
        };
        tx.insert_token(TokenId(self.entropy.id(now)), hash_token(&token), holder, None, now)
            .await?;
        let new = NewMessage {
            id,
            programme_id: making.programme.id,
            recipient: making.recipient,
            kind: making.letter.kind(),
            locale: making.addressee.locale,
            address: making.addressee.email.to_string(),
            address_hash: self.seal.address_hash(&making.addressee.email.comparable())?,
            subject: composed.subject,
            message_id_header: message_id,
            priority: making.priority,
            caused_at: now,
            due_at: making.due_at,
            decided_at: making.decided_at,
            body: MessageBody::Sealed(self.seal.seal(id.0, self.entropy.bytes(), &composed.raw)?),
        };
        tx.insert_message(&new, holds).await?;
        Ok(Ok(id))
    }

    fn sealed(&self, entry: uuid::Uuid, letter: &Letter) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(letter).map_err(SettleError::Letter)?;
        Ok(self.seal.seal(entry, self.entropy.bytes(), &json)?)
    }
}

fn addressee_in<'a>(
    programme: &Programme,
    mut registrations: impl Iterator<Item = &'a Registration>,
    mut guests: impl Iterator<Item = &'a Invitation>,
    recipient: Recipient,
) -> Option<Addressee> {
    match recipient {
        Recipient::Registration(id) => registrations
            .find(|registration| registration.id == id)
            .map(|registration| Addressee::from(&registration.person)),
        Recipient::TeamMember(id) => programme
            .announced
            .team
            .iter()
            .find(|member| member.id == id)
            .map(Addressee::from),
        Recipient::Guest(id) => guests
            .find(|invitation| invitation.id == id)
            .map(|invitation| Addressee::from(&invitation.guest)),
    }
}
