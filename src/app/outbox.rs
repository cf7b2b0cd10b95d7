//! Mails as organisers see them, and captured mail.

use std::collections::HashMap;

use futures_util::FutureExt;

use super::{About, App, AppError, Caller, Repeatable, Result, programmes::must_be_known};
use crate::{
    domain::{
        ids::{InvitationId, MessageId, ProgrammeId, RegistrationId},
        message::{MessageKind, MessageStatus, Recipient},
        page::{Page, Window},
        refusal::Refusal,
        whereabouts::SendLock,
    },
    store::{Cancellation, MessageFilter, Requeue, Tx},
};

pub use crate::settle::ReadMail;
pub use crate::store::{Attempt, Holds, Message, Selection};

/// Which mails are asked for; what is left out does not matter.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of these kinds.
    pub kinds: Vec<MessageKind>,
    /// With these statuses.
    pub statuses: Vec<MessageStatus>,
    /// Of this programme.
    pub programme: Option<ProgrammeId>,
    /// To this person.
    pub registration: Option<RegistrationId>,
    /// To this address.
    pub recipient: Option<String>,
}

impl App {
    /// A stretch of the mails of the caller's programmes, the newest first; a person sees the own ones.
    pub async fn messages(&self, caller: &Caller, wanted: Wanted, window: &Window<MessageId>) -> Result<Page<Message>> {
        let own = match caller {
            Caller::Registrant { registration, .. } if wanted.registration == Some(*registration) => None,
            organiser if organiser.is_organiser() => organiser.organised(),
            _ => return Err(caller.refusal()),
        };
        let programmes = match (own, wanted.programme) {
            (None, one) => one.map(|one| vec![one]),
            (Some(own), None) => Some(own),
            (Some(own), Some(one)) => Some(own.into_iter().filter(|programme| *programme == one).collect()),
        };
        let filter = MessageFilter {
            kinds: wanted.kinds,
            statuses: wanted.statuses,
            programmes,
            registration: wanted.registration,
            invitation: None,
            recipient: wanted.recipient,
        };
        Ok(self.store().messages(&filter, window).await?)
    }

    /// The newest mails to each of some persons, as one page each; those of persons whom the caller may not see are left out.
    pub async fn messages_to(
        &self,
        caller: &Caller,
        registrations: &[(ProgrammeId, RegistrationId)],
        window: &Window<MessageId>,
    ) -> Result<HashMap<RegistrationId, Page<Message>>> {
        let is_own = |id| matches!(caller, Caller::Registrant { registration, .. } if *registration == id);
        let visible = registrations
            .iter()
            .filter(|(programme, id)| caller.organises(*programme) || is_own(*id));
        let ids: Vec<RegistrationId> = visible.map(|(_, id)| *id).collect();
        // One more than the page holds tells whether there is a next one.
        let mut found = self.store().messages_to(&ids, window.after, window.limit + 1).await?;
        Ok(ids
            .into_iter()
            .map(|id| {
                let (messages, total) = found.remove(&id).unwrap_or_default();
                (id, Page::of_fetched(messages, window, total))
            })
            .collect())
    }

    /// The newest mails to a guest. The caller may see them.
    pub(super) async fn messages_to_guest(&self, id: InvitationId, limit: usize) -> Result<Vec<Message>> {
        let filter = MessageFilter {
            invitation: Some(id),
            ..MessageFilter::default()
        };
        Ok(self.store().messages(&filter, &Window::first(limit)).await?.items)
    }

    /// The mails of some ids that the caller may see.
    pub async fn messages_by_id(&self, caller: &Caller, ids: &[MessageId]) -> Result<HashMap<MessageId, Message>> {
        let mut messages = self.store().messages_by_id(ids).await?;
        messages.retain(|_, message| {
            let is_own = match (caller, message.recipient) {
                (Caller::Registrant { registration, .. }, Recipient::Registration(id)) => *registration == id,
                (Caller::Guest { invitation, .. }, Recipient::Guest(id)) => *invitation == id,
                _ => false,
            };
            is_own || caller.organises(message.programme_id)
        });
        Ok(messages)
    }

    /// The attempts to hand some mails over. The caller has seen the mails.
    pub async fn attempts(&self, ids: &[MessageId]) -> Result<HashMap<MessageId, Vec<Attempt>>> {
        Ok(self.store().attempts(ids).await?)
    }

    /// The bytes of a mail of the caller's programmes. None: dropped, or never made.
    pub async fn message_source(&self, caller: &Caller, id: MessageId) -> Result<Option<Vec<u8>>> {
        let message = self.organised_message(caller, id, "id").await?;
        Ok(self.store().body(message.id, &self.settle.seal).await?)
    }

    /// A mail of the caller's programmes, and what it says; nothing, once its text has been dropped.
    pub async fn read_message(&self, caller: &Caller, id: MessageId) -> Result<(Message, Option<ReadMail>)> {
        let message = self.organised_message(caller, id, "id").await?;
        let read = self.settle.read_mail(id).await?;
        Ok((message, read))
    }

    /// Tries a mail again that did not go.
    pub async fn retry_message(&self, caller: &Caller, id: MessageId, repeatable: &Repeatable) -> Result<Message> {
        let message = self.organised_message(caller, id, "messageId").await?;
        let about = About {
            programme: Some(message.programme_id),
            target: Some(id.to_string()),
        };
        self.act_aside(caller, "retryMessage", about, repeatable, move |tx, now| {
            async move { refused_retry(tx.retry_message(id, now).await?) }.boxed()
        })
        .await?;
        self.organised_message(caller, id, "messageId").await
    }

    /// Calls a mail back that has not gone.
    pub async fn cancel_message(&self, caller: &Caller, id: MessageId, repeatable: &Repeatable) -> Result<Message> {
        let message = self.organised_message(caller, id, "messageId").await?;
        let about = About {
            programme: Some(message.programme_id),
            target: Some(id.to_string()),
        };
        self.act_aside(caller, "cancelMessage", about, repeatable, move |tx, now| {
            async move { refused_cancellation(tx.cancel_message(id, now).await?) }.boxed()
        })
        .await?;
        self.organised_message(caller, id, "messageId").await
    }

    /// Holds mails that have not gone, and, of a programme or of everything, also those made later. How many are held now that
    /// were not.
    pub async fn hold_messages(&self, caller: &Caller, selection: Selection, repeatable: &Repeatable) -> Result<u64> {
        let about = self.about_selection(caller, &selection).await?;
        self.act_aside(caller, "holdMessages", about, repeatable, move |tx, _| {
            async move { Ok(tx.hold_messages(&selection).await?) }.boxed()
        })
        .await
    }

    /// Lets mails go that are held, whatever for. How many.
    pub async fn release_messages(
        &self,
        caller: &Caller,
        selection: Selection,
        repeatable: &Repeatable,
    ) -> Result<u64> {
        let about = self.about_selection(caller, &selection).await?;
        let may_release_all = matches!(caller, Caller::Administrator { .. });
        self.act_aside(caller, "releaseMessages", about, repeatable, move |tx, _| {
            async move { release(tx, &selection, may_release_all).await }.boxed()
        })
        .await
    }

    /// What somebody is told whose wish cannot be understood: the refusal, if the caller may wish at all.
    pub fn refused_to_organisers(&self, caller: &Caller, refusal: Refusal) -> AppError {
        if caller.is_organiser() {
            refusal.into()
        } else {
            caller.refusal()
        }
    }

    /// Why nothing is sent from here; for an administrator. None: mail goes.
    pub async fn send_lock(&self, caller: &Caller) -> Result<Option<SendLock>> {
        if !matches!(caller, Caller::Administrator { .. }) {
            return Err(caller.refusal());
        }
        Ok(self.store().send_lock(&self.settle.here).await?)
    }

    /// Lets mail go from here, wherever it went from before; for an administrator.
    pub async fn unlock_sending(&self, caller: &Caller, repeatable: &Repeatable) -> Result<()> {
        if !matches!(caller, Caller::Administrator { .. }) {
            return Err(caller.refusal());
        }
        let here = self.settle.here.clone();
        self.act_aside(caller, "unlockSending", About::default(), repeatable, move |tx, _| {
            async move { Ok(tx.adopt_whereabouts(&here).await?) }.boxed()
        })
        .await
    }

    /// What is held as a whole; for an administrator.
    pub async fn holds(&self, caller: &Caller) -> Result<Holds> {
        if !matches!(caller, Caller::Administrator { .. }) {
            return Err(caller.refusal());
        }
        Ok(self.store().holds().await?)
    }

    /// Whether the caller may do something with these mails, for the record.
    async fn about_selection(&self, caller: &Caller, selection: &Selection) -> Result<About> {
        match selection {
            Selection::All if matches!(caller, Caller::Administrator { .. }) => Ok(About {
                programme: None,
                target: Some("all mail".to_owned()),
            }),
            Selection::All => Err(caller.refusal()),
            Selection::Programme(id) => {
                if *caller == Caller::Public {
                    return Err(AppError::Unauthenticated);
                }
                must_be_known(
                    caller,
                    self.store().programmes_by_id(&[*id]).await?.pop(),
                    "programmeId",
                )?;
                caller.must_organise(*id)?;
                Ok(About {
                    programme: Some(*id),
                    target: None,
                })
            }
            Selection::Messages(ids) => {
                if !caller.is_organiser() {
                    return Err(caller.refusal());
                }
                let found = self.store().messages_by_id(ids).await?;
                let is_own = |id| {
                    found
                        .get(id)
                        .is_some_and(|message| caller.organises(message.programme_id))
                };
                if !ids.iter().all(is_own) {
                    return Err(Refusal::not_found("message", "messageIds").into());
                }
                let mut programmes: Vec<_> = found.values().map(|message| message.programme_id).collect();
                programmes.sort_unstable();
                programmes.dedup();
                Ok(About {
                    programme: match programmes[..] {
                        [one] => Some(one),
                        _ => None,
                    },
                    target: Some(format!("{} mails", ids.len())),
                })
            }
        }
    }

    async fn organised_message(&self, caller: &Caller, id: MessageId, field: &str) -> Result<Message> {
        if *caller == Caller::Public {
            return Err(AppError::Unauthenticated);
        }
        let message = self.store().message(id).await?;
        message
            .filter(|message| caller.organises(message.programme_id))
            .ok_or_else(|| {
                if caller.is_organiser() {
                    Refusal::not_found("message", field).into()
                } else {
                    AppError::Forbidden
                }
            })
    }
}

async fn release(tx: &Tx, selection: &Selection, may_release_all: bool) -> Result<u64> {
    if !may_release_all && tx.is_everything_held().await? {
        return Err(conflict(
            "an administrator holds all mail, and has to release it".to_owned(),
        ));
    }
    Ok(tx.release_messages(selection).await?)
}

fn refused_retry(requeue: Requeue) -> Result<()> {
    match requeue {
        Requeue::Queued => Ok(()),
        Requeue::NoBody => Err(conflict(
            "this mail was never made, or its text has been dropped".to_owned(),
        )),
        Requeue::Not(status) => Err(conflict(format!("a mail that is {} is not sent again", status.word()))),
        Requeue::NotFound => Err(Refusal::not_found("message", "messageId").into()),
    }
}

fn refused_cancellation(cancellation: Cancellation) -> Result<()> {
    match cancellation {
        Cancellation::Cancelled => Ok(()),
        Cancellation::Not(status) => Err(conflict(format!(
            "a mail that is {} cannot be called back",
            status.word()
        ))),
        Cancellation::NotFound => Err(Refusal::not_found("message", "messageId").into()),
    }
}

fn conflict(explanation: String) -> AppError {
    Refusal::StateConflict(explanation).into()
}
