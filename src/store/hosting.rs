//! Venues on offer, and who hosts what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entities::{hosting, venue_offer};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    Result, Store, StoreError, Tx,
    rows::{Place, stored},
};
use crate::domain::{
    hosting::{Assignment, ChecklistItem, Hosting, Venue, VenueOffer},
    ids::{MeetingId, ProgrammeId, RegistrationId, VenueOfferId},
    programme::Programme,
};

/// The hosting of some programmes; nothing of those where nobody offered and nobody was told.
pub(super) async fn hosting_of(
    db: &impl ConnectionTrait,
    programmes: &[ProgrammeId],
) -> Result<HashMap<ProgrammeId, Hosting>> {
    let ids = || programmes.iter().map(|id| id.0);
    let offers = venue_offer::Entity::find()
        .filter(venue_offer::Column::ProgrammeId.is_in(ids()))
        .order_by_asc(venue_offer::Column::Arrival)
        .all(db)
        .await?;
    let assignments = hosting::Entity::find()
        .filter(hosting::Column::ProgrammeId.is_in(ids()))
        .all(db)
        .await?;
    let mut found: HashMap<ProgrammeId, Hosting> = HashMap::new();
    for row in &offers {
        let of = found.entry(ProgrammeId(row.programme_id)).or_default();
        of.offers.push(offer(row)?);
    }
    for row in &assignments {
        let of = found.entry(ProgrammeId(row.programme_id)).or_default();
        of.meetings.insert(MeetingId(row.meeting_id), assignment(row)?);
    }
    Ok(found)
}

fn offer(row: &venue_offer::Model) -> Result<VenueOffer> {
    let place = Place {
        table: "venue_offer",
        row: &row.id,
    };
    let meetings = row.meetings.as_deref().unwrap_or_default().split_whitespace();
    Ok(VenueOffer {
        id: VenueOfferId(row.id),
        registration: RegistrationId(row.registration_id),
        arrival: row.arrival,
        venue: Venue {
            municipality: place.parse("municipality", &row.municipality)?,
            name: place.optional("name", row.name.as_ref())?,
            address: place.optional("address", row.address.as_ref())?,
            is_step_free: row.is_step_free,
            directions: place.optional("directions", row.directions.as_ref())?,
        },
        capacity: row
            .capacity
            .map(|capacity| place.count("capacity", capacity))
            .transpose()?,
        rooms: place.optional("rooms", row.rooms.as_ref())?,
        meetings: meetings
            .map(|id| place.parse("meetings", id).map(MeetingId))
            .collect::<Result<_>>()?,
        offered_at: row.offered_at,
        withdrawn_at: row.withdrawn_at,
    })
}

fn offer_row(programme: ProgrammeId, offer: &VenueOffer) -> venue_offer::ActiveModel {
    let text = |text: Option<String>| Set(text);
    let venue = &offer.venue;
    venue_offer::ActiveModel {
        id: Set(offer.id.0),
        programme_id: Set(programme.0),
        registration_id: Set(offer.registration.0),
        arrival: Set(offer.arrival),
        municipality: Set(venue.municipality.to_string()),
        name: text(venue.name.as_ref().map(ToString::to_string)),
        address: text(venue.address.as_ref().map(ToString::to_string)),
        is_step_free: Set(venue.is_step_free),
        directions: text(venue.directions.as_ref().map(ToString::to_string)),
        capacity: Set(offer.capacity.map(stored)),
        rooms: text(offer.rooms.as_ref().map(ToString::to_string)),
        meetings: text((!offer.meetings.is_empty()).then(|| words(offer.meetings.iter()))),
        offered_at: Set(offer.offered_at),
        withdrawn_at: Set(offer.withdrawn_at),
    }
}

fn words(of: impl Iterator<Item = impl ToString>) -> String {
    of.map(|one| one.to_string()).collect::<Vec<_>>().join(" ")
}

fn assignment(row: &hosting::Model) -> Result<Assignment> {
    let place = Place {
        table: "hosting",
        row: &row.meeting_id,
    };
    let told = row.told.as_deref().map(serde_json::from_str).transpose();
    Ok(Assignment {
        offer: row.venue_offer_id.map(VenueOfferId),
        is_pinned: row.is_pinned,
        times: place.count("times", row.times)?,
        done: row
            .done
            .split_whitespace()
            .map(|word| place.word("done", word, ChecklistItem::from_word))
            .collect::<Result<BTreeSet<_>>>()?,
        told: told.map_err(|error| StoreError::inconsistent("hosting", "told", row.meeting_id, error))?,
        sequence: place.count("sequence", row.sequence)?,
        changed_at: row.changed_at,
    })
}

fn assignment_row(programme: ProgrammeId, meeting: MeetingId, assignment: &Assignment) -> Result<hosting::ActiveModel> {
    let told = assignment.told.as_ref().map(serde_json::to_string).transpose();
    Ok(hosting::ActiveModel {
        meeting_id: Set(meeting.0),
        programme_id: Set(programme.0),
        venue_offer_id: Set(assignment.offer.map(|offer| offer.0)),
        is_pinned: Set(assignment.is_pinned),
        times: Set(stored(assignment.times)),
        done: Set(words(assignment.done.iter().map(|item| item.word()))),
        told: Set(told.map_err(|error| StoreError::inconsistent("hosting", "told", meeting, error))?),
        sequence: Set(stored(assignment.sequence)),
        changed_at: Set(assignment.changed_at),
    })
}

impl Store {
    /// The hosting of some programmes; nothing of those where nobody offered and nobody was told.
    pub async fn hosting_of(&self, programmes: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, Hosting>> {
        hosting_of(&self.reader, programmes).await
    }

    /// The programmes that some offers belong to.
    pub async fn programmes_of_venue_offers(
        &self,
        offers: &[VenueOfferId],
    ) -> Result<HashMap<VenueOfferId, ProgrammeId>> {
        let found: Vec<venue_offer::Model> = venue_offer::Entity::find()
            .filter(venue_offer::Column::Id.is_in(offers.iter().map(|id| id.0)))
            .all(&self.reader)
            .await?;
        let belonging = |row: venue_offer::Model| (VenueOfferId(row.id), ProgrammeId(row.programme_id));
        Ok(found.into_iter().map(belonging).collect())
    }
}

impl Tx {
    /// Writes what differs. The meetings are there already.
    pub(super) async fn save_hosting(&self, programme: ProgrammeId, before: &Hosting, after: &Hosting) -> Result<()> {
        for offer in after.offers.iter().filter(|offer| !before.offers.contains(offer)) {
            let row = offer_row(programme, offer);
            if before.offer(offer.id).is_some() {
                row.update(&self.0).await?;
            } else {
                row.insert(&self.0).await?;
            }
        }
        let changed: BTreeMap<_, _> = after
            .meetings
            .iter()
            .filter(|(meeting, assignment)| before.meetings.get(meeting) != Some(assignment))
            .collect();
        for (meeting, assignment) in changed {
            let unless_there = OnConflict::column(hosting::Column::MeetingId)
                .update_columns([
                    hosting::Column::VenueOfferId,
                    hosting::Column::IsPinned,
                    hosting::Column::Times,
                    hosting::Column::Done,
                    hosting::Column::Told,
                    hosting::Column::Sequence,
                    hosting::Column::ChangedAt,
                ])
                .to_owned();
            hosting::Entity::insert(assignment_row(programme, *meeting, assignment)?)
                .on_conflict(unless_there)
                .exec_without_returning(&self.0)
                .await?;
        }
        Ok(())
    }
}

impl Tx {
    /// Of what some people offered only the municipality stays; what others were told of such a venue goes as well.
    pub(super) async fn erase_venue_offers(&self, people: &[Uuid]) -> Result<()> {
        let theirs = venue_offer::Column::RegistrationId.is_in(people.iter().copied());
        let offers = venue_offer::Entity::find().filter(theirs.clone()).all(&self.0).await?;
        if offers.is_empty() {
            return Ok(());
        }
        let venues: Vec<Venue> = offers
            .iter()
            .map(|row| offer(row).map(|offer| offer.venue))
            .collect::<Result<_>>()?;
        let programmes: BTreeSet<Uuid> = offers.iter().map(|row| row.programme_id).collect();
        let held = hosting::Entity::find()
            .filter(hosting::Column::ProgrammeId.is_in(programmes.iter().copied()))
            .all(&self.0)
            .await?;
        for row in held {
            let (programme, meeting) = (ProgrammeId(row.programme_id), MeetingId(row.meeting_id));
            let mut kept = assignment(&row)?;
            let Some(told) = kept.told.as_mut().and_then(|told| told.venue.as_mut()) else {
                continue;
            };
            if venues.contains(told) {
                *told = told.bare();
                assignment_row(programme, meeting, &kept)?.update(&self.0).await?;
            }
        }
        self.bare_venues_told_to_guests(&programmes, &venues).await?;
        venue_offer::Entity::update_many()
            .col_expr(venue_offer::Column::Name, Expr::value(None::<String>))
            .col_expr(venue_offer::Column::Address, Expr::value(None::<String>))
            .col_expr(venue_offer::Column::Directions, Expr::value(None::<String>))
            .col_expr(venue_offer::Column::Rooms, Expr::value(None::<String>))
            .filter(theirs)
            .exec(&self.0)
            .await?;
        Ok(())
    }
}

/// The hosting of a programme: there is none before it goes ahead.
pub(super) async fn hosting(db: &impl ConnectionTrait, programme: &Programme) -> Result<Hosting> {
    if !programme.is_under_way() {
        return Ok(Hosting::default());
    }
    Ok(hosting_of(db, &[programme.id])
        .await?
        .remove(&programme.id)
        .unwrap_or_default())
}
