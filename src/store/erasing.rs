//! Personal data goes: what names somebody is overwritten or deleted, in every table, and what is counted stays (rule 14).
//!
//! Mails to other people that name somebody who was erased keep their sealed text until it is dropped like every mail's.

use chrono::{DateTime, Utc};
use entities::{
    access_token, delivery_attempt, idempotency_key, ledger_entry, message, message_body, refused_address,
    registration, suppression,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, SelectStatement},
};
use uuid::Uuid;

use super::{Result, Store, Tx};
use crate::domain::{
    ids::{InvitationId, ProgrammeId, RegistrationId},
    message::MessageStatus,
    privacy::{Erasure, MAIL_TEXT_KEPT},
};

/// What stands where a name or an employer stood.
pub(super) const NOBODY: &str = "\u{2014}";

/// What stands where the address of a mail stood: a domain that never is (RFC 2606, 2).
const NOWHERE: &str = "erased@erased.invalid";

/// Why a mail does not go to somebody who was erased.
const ERASED: &str = "the person was erased";

/// People that are erased with one statement.
pub(super) const PEOPLE_AT_ONCE: usize = 500;

/// Mails whose text is dropped in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 500;

/// What stands where somebody's address stood: of each their own, so that nobody who was erased is the same person as another.
pub(super) fn nowhere(id: Uuid) -> String {
    format!("erased-{id}@erased.invalid")
}

/// The mails to some people, named by a condition on them.
fn ids_of_mails(to: Condition) -> SelectStatement {
    let mut query = sea_orm::sea_query::Query::select();
    query.column(message::Column::Id).from(message::Entity).cond_where(to);
    query
}

impl Tx {
    /// Erases the personal data of those whom an erasure is about, in a locked programme.
    pub async fn erase(&self, programme: ProgrammeId, erasure: Erasure, now: DateTime<Utc>) -> Result<()> {
        let wanted = registration::Entity::find()
            .select_only()
            .column(registration::Column::Id)
            .filter(registration::Column::ProgrammeId.eq(programme.0));
        let people: Vec<Uuid> = match erasure {
            Erasure::Registration(RegistrationId(id)) => vec![id],
            Erasure::Participants => wanted.into_tuple().all(&self.0).await?,
            Erasure::Guest(InvitationId(id)) => return self.erase_guests(&[id], now).await,
            Erasure::Guests => {
                let guests = self.invited_to(programme).await?;
                return self.erase_guests(&guests, now).await;
            }
        };
        for some in people.chunks(PEOPLE_AT_ONCE) {
            self.erase_registrations(some, now).await?;
            self.erase_sharing(some).await?;
            self.erase_harvests(some).await?;
            self.erase_venue_offers(some).await?;
            self.erase_messages_to_guests(some).await?;
            let ids = some.to_vec();
            self.erase_mails(Condition::all().add(message::Column::RegistrationId.is_in(ids)), now)
                .await?;
            self.erase_steps(Condition::all().add(ledger_entry::Column::RegistrationId.is_in(some.to_vec())))
                .await?;
            access_token::Entity::delete_many()
                .filter(access_token::Column::RegistrationId.is_in(some.to_vec()))
                .exec(&self.0)
                .await?;
            refused_address::Entity::delete_many()
                .filter(refused_address::Column::RegistrationId.is_in(some.to_vec()))
                .exec(&self.0)
                .await?;
            for id in some {
                self.forget_answers(&format!("registration:{id}/")).await?;
            }
        }
        Ok(())
    }

    async fn erase_registrations(&self, ids: &[Uuid], now: DateTime<Utc>) -> Result<()> {
        for id in ids {
            let nowhere = nowhere(*id);
            registration::Entity::update_many()
                .col_expr(
                    registration::Column::PersonKey,
                    Expr::value(format!("{nowhere}\n{NOBODY}")),
                )
                .col_expr(registration::Column::Name, Expr::value(NOBODY))
                .col_expr(registration::Column::GivenName, Expr::value(NOBODY))
                .col_expr(registration::Column::Email, Expr::value(nowhere.clone()))
                .col_expr(registration::Column::EmailKey, Expr::value(nowhere))
                .col_expr(registration::Column::Organisation, Expr::value(NOBODY))
                .col_expr(registration::Column::JobTitle, Expr::value(None::<String>))
                .col_expr(registration::Column::Phone, Expr::value(None::<String>))
                .col_expr(registration::Column::Motivation, Expr::value(None::<String>))
                .col_expr(registration::Column::BillingOrganisation, Expr::value(None::<String>))
                .col_expr(registration::Column::BillingReference, Expr::value(None::<String>))
                .col_expr(registration::Column::BillingEmail, Expr::value(None::<String>))
                .col_expr(registration::Column::EndReason, Expr::value(None::<String>))
                .col_expr(registration::Column::ErasedAt, Expr::value(now))
                .filter(registration::Column::Id.eq(*id))
                .exec(&self.0)
                .await?;
        }
        Ok(())
    }

    /// Mails keep what they were and what became of them; text, address and what relays said about it go. What had not gone
    /// does not go any more, and a verdict that is still to come finds nothing to change.
    pub(super) async fn erase_mails(&self, to: Condition, now: DateTime<Utc>) -> Result<()> {
        let to_come = [
            MessageStatus::Queued,
            MessageStatus::Sending,
            MessageStatus::Held,
            MessageStatus::Unknown,
        ];
        message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Cancelled.word()))
            .col_expr(message::Column::Hold, Expr::value(None::<String>))
            .col_expr(message::Column::ClaimedBy, Expr::value(None::<Uuid>))
            .col_expr(message::Column::EndedAt, Expr::value(now))
            .filter(to.clone())
            .filter(message::Column::Status.is_in(to_come.map(MessageStatus::word)))
            .exec(&self.0)
            .await?;
        let mails = ids_of_mails(to.clone());
        message_body::Entity::delete_many()
            .filter(message_body::Column::MessageId.in_subquery(mails.clone()))
            .exec(&self.0)
            .await?;
        delivery_attempt::Entity::update_many()
            .col_expr(delivery_attempt::Column::Text, Expr::value(None::<String>))
            .filter(delivery_attempt::Column::MessageId.in_subquery(mails.clone()))
            .exec(&self.0)
            .await?;
        suppression::Entity::delete_many()
            .filter(suppression::Column::MessageId.in_subquery(mails))
            .exec(&self.0)
            .await?;
        message::Entity::update_many()
            .col_expr(message::Column::Recipient, Expr::value(NOWHERE))
            .col_expr(message::Column::Subject, Expr::value(NOBODY))
            .col_expr(message::Column::Reason, Expr::value(ERASED))
            .col_expr(message::Column::AddressHash, Expr::value(None::<String>))
            .filter(to)
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Letters that were not made into mails yet are not made any more.
    pub(super) async fn erase_steps(&self, about: Condition) -> Result<()> {
        ledger_entry::Entity::update_many()
            .col_expr(ledger_entry::Column::SealedLetter, Expr::value(None::<Vec<u8>>))
            .col_expr(ledger_entry::Column::ComposeAt, Expr::value(None::<DateTime<Utc>>))
            .col_expr(ledger_entry::Column::Reason, Expr::value(ERASED))
            .filter(about)
            .filter(ledger_entry::Column::SealedLetter.is_not_null())
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Forgets what was answered to a caller's mutations.
    pub(super) async fn forget_answers(&self, scope: &str) -> Result<()> {
        idempotency_key::Entity::delete_many()
            .filter(idempotency_key::Column::Scope.starts_with(scope))
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Drops the texts, and with them the keys of addresses, of some mails that ended long enough ago; how many.
    pub async fn forget_mails(&self, now: DateTime<Utc>) -> Result<usize> {
        let old: Vec<Uuid> = old_mails(now)
            .limit(FORGOTTEN_AT_ONCE)
            .into_tuple()
            .all(&self.0)
            .await?;
        message_body::Entity::delete_many()
            .filter(message_body::Column::MessageId.is_in(old.clone()))
            .exec(&self.0)
            .await?;
        message::Entity::update_many()
            .col_expr(message::Column::AddressHash, Expr::value(None::<String>))
            .filter(message::Column::Id.is_in(old.clone()))
            .exec(&self.0)
            .await?;
        Ok(old.len())
    }
}

fn old_mails(now: DateTime<Utc>) -> sea_orm::Select<message::Entity> {
    message::Entity::find()
        .select_only()
        .column(message::Column::Id)
        .filter(message::Column::AddressHash.is_not_null())
        .filter(message::Column::EndedAt.lt(now - MAIL_TEXT_KEPT))
        .order_by_asc(message::Column::EndedAt)
}

impl Store {
    /// Whether there are mails whose text is to be dropped.
    pub async fn has_mails_to_forget(&self, now: DateTime<Utc>) -> Result<bool> {
        let one: Option<Uuid> = old_mails(now).into_tuple().one(&self.reader).await?;
        Ok(one.is_some())
    }
}
