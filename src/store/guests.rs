//! Invitations to the showcase: in with a programme's facts, out by what differs, and for those who look.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{access_token, invitation, ledger_entry, message, refused_address};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Result, Store, StoreError, Tx,
    erasing::{NOBODY, PEOPLE_AT_ONCE, nowhere},
    rows::{Place, stored},
};
use crate::domain::{
    guests::{Guest, GuestRelation, Guests, Invitation, InvitationStatus, ShowcaseTold},
    hosting::Venue,
    ids::{InvitationId, ProgrammeId, RegistrationId},
    message::Locale,
    page::{Page, Window},
    programme::{Phase, Programme},
};

/// How many invitations stand where.
pub type GuestCounts = BTreeMap<InvitationStatus, u32>;

/// Which invitations of a programme are asked for.
#[derive(Debug, Clone, Default)]
pub struct InvitationFilter {
    /// With one of these statuses.
    pub statuses: Option<Vec<InvitationStatus>>,
    /// By this participant.
    pub invited_by: Option<RegistrationId>,
}

/// Everybody who is invited to the showcase of a programme: there is nobody before it goes ahead.
pub(super) async fn guests(db: &impl ConnectionTrait, programme: &Programme) -> Result<Guests> {
    if matches!(programme.phase, Phase::Draft | Phase::Open) {
        return Ok(Guests::default());
    }
    let found = invitation::Entity::find()
        .filter(invitation::Column::ProgrammeId.eq(programme.id.0))
        .all(db)
        .await?;
    let read = |row: &invitation::Model| read(row).map(|invitation| (invitation.id, invitation));
    Ok(Guests {
        invitations: found.iter().map(read).collect::<Result<_>>()?,
    })
}

async fn invitations_by_id(db: &impl ConnectionTrait, ids: &[InvitationId]) -> Result<Vec<(ProgrammeId, Invitation)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = invitation::Entity::find()
        .filter(invitation::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(db)
        .await?;
    found
        .iter()
        .map(|row| Ok((ProgrammeId(row.programme_id), read(row)?)))
        .collect()
}

fn read(row: &invitation::Model) -> Result<Invitation> {
    let place = Place {
        table: "invitation",
        row: &row.id,
    };
    Ok(Invitation {
        id: InvitationId(row.id),
        arrival: row.arrival,
        guest: Guest {
            name: place.parse("name", &row.name)?,
            email: place.parse("email", &row.email)?,
            relation: place.word("relation", &row.relation, GuestRelation::from_word)?,
            locale: place.word("locale", &row.locale, Locale::from_tag)?,
        },
        invited_by: row.registration_id.map(RegistrationId),
        message: place.optional("message", row.message.as_ref())?,
        status: place.word("status", &row.status, InvitationStatus::from_word)?,
        invited_at: row.invited_at,
        answered_at: row.answered_at,
        in_line: row.in_line,
        acceptances: place.count("acceptances", row.acceptances)?,
        told: told(row)?,
        sequence: place.count("sequence", row.sequence)?,
        changed_at: row.changed_at,
        erased_at: row.erased_at,
    })
}

fn told(row: &invitation::Model) -> Result<ShowcaseTold> {
    serde_json::from_str(&row.told).map_err(|error| StoreError::inconsistent("invitation", "told", row.id, error))
}

fn told_word(id: InvitationId, told: &ShowcaseTold) -> Result<String> {
    serde_json::to_string(told).map_err(|error| StoreError::inconsistent("invitation", "told", id, error))
}

fn row(programme: ProgrammeId, invitation: &Invitation) -> Result<invitation::ActiveModel> {
    let guest = &invitation.guest;
    Ok(invitation::ActiveModel {
        id: Set(invitation.id.0),
        programme_id: Set(programme.0),
        registration_id: Set(invitation.invited_by.map(|id| id.0)),
        arrival: Set(invitation.arrival),
        status: Set(invitation.status.word().to_owned()),
        person_key: Set(invitation.person_key().0),
        name: Set(guest.name.to_string()),
        email: Set(guest.email.to_string()),
        relation: Set(guest.relation.word().to_owned()),
        locale: Set(guest.locale.tag().to_owned()),
        message: Set(invitation.message.as_ref().map(ToString::to_string)),
        invited_at: Set(invitation.invited_at),
        answered_at: Set(invitation.answered_at),
        in_line: Set(invitation.in_line),
        acceptances: Set(stored(invitation.acceptances)),
        told: Set(told_word(invitation.id, &invitation.told)?),
        sequence: Set(stored(invitation.sequence)),
        changed_at: Set(invitation.changed_at),
        erased_at: Set(invitation.erased_at),
    })
}

impl Store {
    /// Everybody who is invited to the showcase of a programme.
    pub async fn guests_of(&self, programme: &Programme) -> Result<Guests> {
        guests(&self.reader, programme).await
    }

    /// The invitations of some ids with their programmes' ids, in no order.
    pub async fn invitations_by_id(&self, ids: &[InvitationId]) -> Result<Vec<(ProgrammeId, Invitation)>> {
        invitations_by_id(&self.reader, ids).await
    }

    /// How many invitations to the showcases of some programmes stand where; what there is none of is left out.
    pub async fn guest_counts(&self, programmes: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, GuestCounts>> {
        let found: Vec<(Uuid, String, i64)> = invitation::Entity::find()
            .select_only()
            .column(invitation::Column::ProgrammeId)
            .column(invitation::Column::Status)
            .column_as(invitation::Column::Id.count(), "total")
            .filter(invitation::Column::ProgrammeId.is_in(programmes.iter().map(|id| id.0)))
            .group_by(invitation::Column::ProgrammeId)
            .group_by(invitation::Column::Status)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut counts: HashMap<ProgrammeId, GuestCounts> = HashMap::new();
        for (id, status, total) in found {
            let place = Place {
                table: "invitation",
                row: &id,
            };
            let status = place.word("status", &status, InvitationStatus::from_word)?;
            let of_programme = counts.entry(ProgrammeId(id)).or_default();
            of_programme.insert(status, u32::try_from(total).unwrap_or(u32::MAX));
        }
        Ok(counts)
    }

    /// A stretch of a programme's invitations, in the order of inviting.
    pub async fn invitations(
        &self,
        programme: ProgrammeId,
        filter: &InvitationFilter,
        window: &Window<i64>,
    ) -> Result<Page<Invitation>> {
        let words = |statuses: &Vec<InvitationStatus>| statuses.iter().map(|status| status.word()).collect::<Vec<_>>();
        let statuses = filter.statuses.as_ref().map(words);
        let wanted = Condition::all()
            .add(invitation::Column::ProgrammeId.eq(programme.0))
            .add_option(statuses.map(|statuses| invitation::Column::Status.is_in(statuses)))
            .add_option(filter.invited_by.map(|id| invitation::Column::RegistrationId.eq(id.0)));
        let select = invitation::Entity::find().filter(wanted);
        let total = select.clone().count(&self.reader).await?;
        let mut stretch = select.limit(window.limit as u64 + 1);
        let arrival = invitation::Column::Arrival;
        if let Some(after) = window.after {
            stretch = stretch.filter(arrival.gt(after));
        }
        if let Some(before) = window.before {
            stretch = stretch.filter(arrival.lt(before));
        }
        stretch = if window.is_from_end {
            stretch.order_by_desc(arrival)
        } else {
            stretch.order_by_asc(arrival)
        };
        let found = stretch.all(&self.reader).await?;
        Ok(Page::of_fetched(
            found.iter().map(read).collect::<Result<_>>()?,
            window,
            total,
        ))
    }
}

impl Tx {
    /// The invitations of some ids, in no order.
    pub async fn invitations_by_id(&self, ids: &[InvitationId]) -> Result<Vec<Invitation>> {
        let found = invitations_by_id(&self.0, ids).await?;
        Ok(found.into_iter().map(|(_, invitation)| invitation).collect())
    }

    /// Writes what differs; each changed invitation is guarded by the status it had. By id, so that two transactions never wait
    /// for each other.
    pub(super) async fn save_guests(&self, programme: ProgrammeId, before: &Guests, after: &Guests) -> Result<()> {
        for (id, invitation) in &after.invitations {
            match before.invitations.get(id) {
                Some(earlier) if earlier == invitation => {}
                Some(earlier) => {
                    let written = invitation::Entity::update_many()
                        .set(row(programme, invitation)?)
                        .filter(invitation::Column::Id.eq(id.0))
                        .filter(invitation::Column::Status.eq(earlier.status.word()))
                        .exec(&self.0)
                        .await?;
                    if written.rows_affected != 1 {
                        return Err(StoreError::Stale { what: "an invitation" });
                    }
                }
                None => {
                    row(programme, invitation)?.insert(&self.0).await?;
                }
            }
        }
        Ok(())
    }

    /// The ids of everybody who was invited to a programme's showcase.
    pub(super) async fn invited_to(&self, programme: ProgrammeId) -> Result<Vec<Uuid>> {
        Ok(invitation::Entity::find()
            .select_only()
            .column(invitation::Column::Id)
            .filter(invitation::Column::ProgrammeId.eq(programme.0))
            .into_tuple()
            .all(&self.0)
            .await?)
    }

    /// Some guests go: whoever they were, their mails, links and answers. Where invitations stood stays.
    pub(super) async fn erase_guests(&self, guests: &[Uuid], now: DateTime<Utc>) -> Result<()> {
        for some in guests.chunks(PEOPLE_AT_ONCE) {
            for id in some {
                let nowhere = nowhere(*id);
                invitation::Entity::update_many()
                    .col_expr(
                        invitation::Column::PersonKey,
                        Expr::value(format!("{nowhere}\n{NOBODY}")),
                    )
                    .col_expr(invitation::Column::Name, Expr::value(NOBODY))
                    .col_expr(invitation::Column::Email, Expr::value(nowhere))
                    .col_expr(invitation::Column::Message, Expr::value(None::<String>))
                    .col_expr(invitation::Column::ErasedAt, Expr::value(now))
                    .filter(invitation::Column::Id.eq(*id))
                    .exec(&self.0)
                    .await?;
                self.forget_answers(&format!("invitation:{id}/")).await?;
            }
            let ids = || some.iter().copied();
            self.erase_mails(Condition::all().add(message::Column::InvitationId.is_in(ids())), now)
                .await?;
            self.erase_steps(Condition::all().add(ledger_entry::Column::InvitationId.is_in(ids())))
                .await?;
            access_token::Entity::delete_many()
                .filter(access_token::Column::InvitationId.is_in(ids()))
                .exec(&self.0)
                .await?;
            refused_address::Entity::delete_many()
                .filter(refused_address::Column::InvitationId.is_in(ids()))
                .exec(&self.0)
                .await?;
        }
        Ok(())
    }

    /// What some people wrote to guests goes with them; the guests stay.
    pub(super) async fn erase_messages_to_guests(&self, people: &[Uuid]) -> Result<()> {
        invitation::Entity::update_many()
            .col_expr(invitation::Column::Message, Expr::value(None::<String>))
            .filter(invitation::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Of venues whose owners are erased, guests were told as well: only the municipality stays.
    pub(super) async fn bare_venues_told_to_guests(&self, programmes: &BTreeSet<Uuid>, venues: &[Venue]) -> Result<()> {
        let found = invitation::Entity::find()
            .filter(invitation::Column::ProgrammeId.is_in(programmes.iter().copied()))
            .all(&self.0)
            .await?;
        for row in found {
            let mut kept = told(&row)?;
            if let Some(venue) = kept.venue.as_mut().filter(|venue| venues.contains(venue)) {
                *venue = venue.bare();
                let bared = invitation::ActiveModel {
                    id: Set(row.id),
                    told: Set(told_word(InvitationId(row.id), &kept)?),
                    ..Default::default()
                };
                bared.update(&self.0).await?;
            }
        }
        Ok(())
    }
}
