//! The outbox: mails as rows, from the transaction that caused them to their end.
//!
//! A mail's bytes are stored once and never change; what is updated is where it stands. Who sends it claims it, and writes
//! its end under the number of that claim: a sender that was taken for dead and comes back cannot undo what happened since,
//! except that an acceptance by the relay always counts, for it is the truth.

mod act;
mod claim;
mod finalise;
mod hold;
mod read;

use chrono::{DateTime, Utc};
use entities::{message, message_body};
use sea_orm::{EntityTrait, Set};

pub use act::{Cancellation, Requeue};
pub use claim::{Claim, Claimed, Reach, Terms};
pub use finalise::Finalised;
pub use hold::{CaughtUp, Holds, Selection};
pub use read::{Attempt, Message, MessageFilter};

use super::{Result, Tx, people::WhomColumns, suppression::Person};
use crate::domain::{
    ids::{MessageId, ProgrammeId},
    message::{Locale, MessageKind, MessageStatus, Recipient},
    sending::{Beginning, Circumstances, HoldCause, beginning},
};

/// Which mails go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Caused by what somebody just did: the person is waiting for it.
    Act,
    /// Caused by time.
    Time,
}

impl Priority {
    fn rank(self) -> i32 {
        match self {
            Self::Act => 0,
            Self::Time => 1,
        }
    }
}

/// What is stored of a mail's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageBody {
    /// The whole message (RFC 5322), sealed for the mail's id with [`Seal::seal`](super::Seal::seal).
    Sealed(Vec<u8>),
    /// It could not be made; why. Such a mail is failed from the start.
    Failed(String),
}

/// A mail to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The id, in order of time; its Message-ID is made from it.
    pub id: MessageId,
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// The person.
    pub recipient: Recipient,
    /// Which mail.
    pub kind: MessageKind,
    /// Its language.
    pub locale: Locale,
    /// The one address that it goes to.
    pub address: String,
    /// The address under a key, from [`Seal::address_hash`](super::Seal::address_hash).
    pub address_hash: String,
    /// The subject.
    pub subject: String,
    /// The Message-ID, without angle brackets.
    pub message_id_header: String,
    /// Which mails go before it.
    pub priority: Priority,
    /// When what it tells happened.
    pub caused_at: DateTime<Utc>,
    /// When it was due. It goes out at the first opportunity from then on.
    pub due_at: DateTime<Utc>,
    /// When it was decided that it is to be made.
    pub decided_at: DateTime<Utc>,
    /// The content.
    pub body: MessageBody,
}

impl Tx {
    /// Stores a mail in the transaction of what caused it; `holds` are the transaction's [`Tx::locked_holds`]. It goes out once
    /// this is committed, unless it is held or its address refuses mail.
    pub async fn insert_message(&self, new: &NewMessage, holds: &Holds) -> Result<()> {
        let whom = WhomColumns::from(new.recipient);
        let person = Person {
            programme_id: new.programme_id.0,
            whom,
            address_hash: Some(new.address_hash.clone()),
        };
        let suppression = if new.kind.is_asked_for() {
            None
        } else {
            self.suppression(&new.address_hash).await?
        };
        let Beginning { status, hold, reason } = match &new.body {
            MessageBody::Sealed(_) => beginning(
                new.kind,
                &Circumstances {
                    refused: suppression.as_ref().map(|suppression| suppression.reply.clone()),
                    is_held: holds.hold(new.programme_id),
                    is_catching_up: new.kind.is_catching_up(new.due_at, new.decided_at),
                },
            ),
            MessageBody::Failed(reason) => Beginning {
                status: MessageStatus::Failed,
                hold: None,
                reason: Some(reason.clone()),
            },
        };
        let has_ended = matches!(status, MessageStatus::Failed | MessageStatus::Suppressed);
        let row = message::ActiveModel {
            id: Set(new.id.0),
            programme_id: Set(new.programme_id.0),
            registration_id: Set(whom.registration_id),
            team_member_id: Set(whom.team_member_id),
            invitation_id: Set(whom.invitation_id),
            kind: Set(new.kind.word().into()),
            locale: Set(new.locale.tag().into()),
            recipient: Set(new.address.clone()),
            subject: Set(new.subject.clone()),
            message_id_header: Set(new.message_id_header.clone()),
            status: Set(status.word().into()),
            reason: Set(reason),
            priority: Set(new.priority.rank()),
            caused_at: Set(new.caused_at),
            due_at: Set(new.due_at),
            next_attempt_at: Set(new.due_at),
            sent_at: Set(None),
            ended_at: Set(has_ended.then_some(new.caused_at)),
            attempts: Set(0),
            failures: Set(0),
            ambiguities: Set(0),
            claim_seq: Set(0),
            claimed_by: Set(None),
            turn: Set(0),
            hold: Set(hold.map(|hold: HoldCause| hold.word().to_owned())),
            address_hash: Set(Some(new.address_hash.clone())),
        };
        message::Entity::insert(row).exec_without_returning(&self.0).await?;
        if let MessageBody::Sealed(sealed) = &new.body {
            let row = message_body::ActiveModel {
                message_id: Set(new.id.0),
                sealed: Set(sealed.clone()),
            };
            message_body::Entity::insert(row)
                .exec_without_returning(&self.0)
                .await?;
        }
        match suppression {
            Some(suppression) if status == MessageStatus::Suppressed => {
                self.found_suppressed(new.id, &person, &suppression, new.caused_at)
                    .await
            }
            _ => Ok(()),
        }
    }
}
