//! Addresses that refused mail, known by a hash only, and who of which programme is affected.

use chrono::{DateTime, Utc};
use entities::{invitation, message, programme, refused_address, registration, suppression, team_member};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, OnConflict, Query},
};
use uuid::Uuid;

use super::{
    Result, Tx,
    people::{WhomColumns, id_of},
};
use crate::domain::{
    delivery::Verdict,
    facts::RefusedAddress,
    fate,
    ids::{MessageId, ProgrammeId},
    message::Recipient,
};

/// Whom a mail is for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub programme_id: Uuid,
    pub whom: WhomColumns,
    /// None: a mail from before addresses were hashed.
    pub address_hash: Option<String>,
}

impl Tx {
    /// Why nothing is sent to an address; none: mail is.
    pub(super) async fn suppression(&self, address_hash: &str) -> Result<Option<suppression::Model>> {
        Ok(suppression::Entity::find_by_id(address_hash).one(&self.0).await?)
    }

    /// Sends nothing more to an address that refused a mail. One that does so again, to a mail that was asked for, is no news.
    pub(super) async fn suppress(
        &self,
        id: MessageId,
        person: &Person,
        verdict: &Verdict,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let Some(address_hash) = &person.address_hash else {
            return Ok(());
        };
        if let Some(known) = self.suppression(address_hash).await? {
            return self
                .affected(known.message_id, id, person, Some(fate::reason(verdict)), now)
                .await;
        }
        // The words of a refusal may name the address, so only its codes are kept.
        let codes = [verdict.code.map(|code| code.to_string()), verdict.enhanced.clone()];
        let codes: Vec<String> = codes.into_iter().flatten().collect();
        let row = suppression::ActiveModel {
            address_hash: Set(address_hash.clone()),
            message_id: Set(id.0),
            reply: Set((!codes.is_empty()).then(|| codes.join(" "))),
            suppressed_at: Set(now),
        };
        suppression::Entity::insert(row)
            .on_conflict(
                OnConflict::column(suppression::Column::AddressHash)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(&self.0)
            .await?;
        self.affected(id.0, id, person, Some(fate::reason(verdict)), now).await
    }

    /// A mail was not even tried, for its address refused an earlier one.
    pub(super) async fn found_suppressed(
        &self,
        id: MessageId,
        person: &Person,
        suppression: &suppression::Model,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.affected(suppression.message_id, id, person, suppression.reply.clone(), now)
            .await
    }

    /// Records whom a refusal affects, once, and has the programme looked at.
    async fn affected(
        &self,
        suppressed_by: Uuid,
        id: MessageId,
        person: &Person,
        reply: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let Some(person_id) = person.whom.id() else {
            return Ok(());
        };
        let row = refused_address::ActiveModel {
            suppressed_by: Set(suppressed_by),
            person_id: Set(person_id),
            programme_id: Set(person.programme_id),
            registration_id: Set(person.whom.registration_id),
            team_member_id: Set(person.whom.team_member_id),
            invitation_id: Set(person.whom.invitation_id),
            message_id: Set(id.0),
            reply: Set(reply),
            refused_at: Set(now),
            told_at: Set(None),
        };
        let known = [refused_address::Column::SuppressedBy, refused_address::Column::PersonId];
        let inserted = refused_address::Entity::insert(row)
            .on_conflict(OnConflict::columns(known).do_nothing().to_owned())
            .exec_without_returning(&self.0)
            .await?;
        if inserted == 0 {
            return Ok(());
        }
        programme::Entity::update_many()
            .col_expr(programme::Column::WakeAt, Expr::value(now))
            .filter(programme::Column::Id.eq(person.programme_id))
            .filter(
                Condition::any()
                    .add(programme::Column::WakeAt.is_null())
                    .add(programme::Column::WakeAt.gt(now)),
            )
            .exec(&self.0)
            .await?;
        self.announce_change().await
    }

    /// Sends to an address again.
    pub(super) async fn lift_suppression(&self, person: &Person) -> Result<()> {
        if let Some(address_hash) = &person.address_hash {
            suppression::Entity::delete_by_id(address_hash).exec(&self.0).await?;
        }
        Ok(())
    }

    /// Sends to the address of a mail again.
    pub(super) async fn lift_suppression_of(&self, id: MessageId) -> Result<()> {
        let address = Query::select()
            .column(message::Column::AddressHash)
            .from(message::Entity)
            .and_where(message::Column::Id.eq(id.0))
            .and_where(message::Column::AddressHash.is_not_null())
            .take();
        suppression::Entity::delete_many()
            .filter(suppression::Column::AddressHash.in_subquery(address))
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Records that refusals were answered.
    pub(super) async fn save_told(
        &self,
        before: &[RefusedAddress],
        after: &[RefusedAddress],
        now: DateTime<Utc>,
    ) -> Result<()> {
        for told in before.iter().filter(|refused| !after.contains(refused)) {
            refused_address::Entity::update_many()
                .col_expr(refused_address::Column::ToldAt, Expr::value(now))
                .filter(refused_address::Column::SuppressedBy.eq(told.suppressed_by.0))
                .filter(refused_address::Column::PersonId.eq(id_of(told.recipient)))
                .exec(&self.0)
                .await?;
        }
        Ok(())
    }
}

/// The refusals of a programme that nobody was told of.
pub(super) async fn untold(db: &impl ConnectionTrait, programme: ProgrammeId) -> Result<Vec<RefusedAddress>> {
    let rows = refused_address::Entity::find()
        .filter(refused_address::Column::ProgrammeId.eq(programme.0))
        .filter(refused_address::Column::ToldAt.is_null())
        .order_by_asc(refused_address::Column::RefusedAt)
        .order_by_asc(refused_address::Column::PersonId)
        .all(db)
        .await?;
    let mut untold = Vec::with_capacity(rows.len());
    for row in rows {
        // Few at a time, and most often none.
        let whom = WhomColumns {
            registration_id: row.registration_id,
            team_member_id: row.team_member_id,
            invitation_id: row.invitation_id,
        };
        let known = match whom.recipient() {
            Some(recipient) => name_of(db, recipient).await?.map(|name| (recipient, name)),
            None => None,
        };
        let address: Option<String> = message::Entity::find_by_id(row.message_id)
            .select_only()
            .column(message::Column::Recipient)
            .into_tuple()
            .one(db)
            .await?;
        // Who is gone need not be told of.
        if let (Some((recipient, name)), Some(address)) = (known, address) {
            untold.push(RefusedAddress {
                suppressed_by: row.suppressed_by.into(),
                recipient,
                name,
                address,
                reply: row.reply,
                refused_at: row.refused_at,
            });
        }
    }
    Ok(untold)
}

/// What somebody is called; none: that is nobody any more.
async fn name_of(db: &impl ConnectionTrait, recipient: Recipient) -> Result<Option<String>> {
    Ok(match recipient {
        Recipient::Registration(id) => {
            let found = registration::Entity::find_by_id(id.0).one(db).await?;
            found.map(|person| person.name)
        }
        Recipient::TeamMember(id) => {
            let found = team_member::Entity::find_by_id(id.0).one(db).await?;
            found.map(|member| member.name)
        }
        Recipient::Guest(id) => {
            let found = invitation::Entity::find_by_id(id.0).one(db).await?;
            found.map(|guest| guest.name)
        }
    })
}
