//! What participants bring home: in with a programme's facts, out by what differs.

use std::collections::{BTreeSet, HashMap};

use entities::{harvest, harvest_wish, registration};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    Set,
};
use uuid::Uuid;

use super::{
    Result, Store, StoreError, Tx,
    rows::{Place, stored},
};
use crate::domain::{
    harvest::{Harvest, HarvestStatus, HarvestWords, Harvests, Slot},
    ids::{HarvestId, LearningWishId, ProgrammeId, RegistrationId},
    programme::Programme,
    registration::RegistrationStatus,
};

/// The harvests of some programmes; nothing of those that have none.
async fn harvests_of(db: &impl ConnectionTrait, programmes: &[Uuid]) -> Result<HashMap<Uuid, Harvests>> {
    let rows = harvest::Entity::find()
        .filter(harvest::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .all(db)
        .await?;
    let mut found: HashMap<Uuid, Harvests> = HashMap::new();
    if rows.is_empty() {
        return Ok(found);
    }
    // By the programmes and not by the harvests, of which there may be more than a statement takes.
    let theirs = harvest::Entity::find()
        .select_only()
        .column(harvest::Column::Id)
        .filter(harvest::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .into_query();
    let named = harvest_wish::Entity::find()
        .filter(harvest_wish::Column::HarvestId.in_subquery(theirs))
        .all(db)
        .await?;
    let mut wishes: HashMap<Uuid, BTreeSet<LearningWishId>> = HashMap::new();
    for row in named {
        let of_harvest = wishes.entry(row.harvest_id).or_default();
        of_harvest.insert(LearningWishId(row.learning_wish_id));
    }
    for row in &rows {
        let harvest = read(row, wishes.remove(&row.id).unwrap_or_default())?;
        let of_programme = found.entry(row.programme_id).or_default();
        of_programme.insert(harvest.author, harvest);
    }
    Ok(found)
}

/// The harvests of a programme: there is none before it goes ahead.
pub(super) async fn harvests(db: &impl ConnectionTrait, programme: &Programme) -> Result<Harvests> {
    if !programme.is_under_way() {
        return Ok(Harvests::new());
    }
    let id = programme.id.0;
    Ok(harvests_of(db, &[id]).await?.remove(&id).unwrap_or_default())
}

fn read(row: &harvest::Model, wishes: BTreeSet<LearningWishId>) -> Result<Harvest> {
    let place = Place {
        table: "harvest",
        row: &row.id,
    };
    let slot = match (row.slot_starts_at, row.slot_minutes) {
        (Some(starts_at), Some(minutes)) => Some(Slot {
            starts_at,
            minutes: place.count("slot_minutes", minutes)?,
        }),
        (None, None) => None,
        _ => {
            let reason = "a start without a length, or the reverse";
            return Err(StoreError::inconsistent("harvest", "slot_minutes", row.id, reason));
        }
    };
    Ok(Harvest {
        id: HarvestId(row.id),
        author: RegistrationId(row.registration_id),
        words: HarvestWords {
            title: place.parse("title", &row.title)?,
            summary: place.parse("summary", &row.summary)?,
            body: place.optional("body", row.body.as_ref())?,
        },
        wishes,
        status: place.word("status", &row.status, HarvestStatus::from_word)?,
        is_reopened: row.is_reopened,
        remark: place.optional("remark", row.remark.as_ref())?,
        saved_at: row.saved_at,
        submitted_at: row.submitted_at,
        slot,
    })
}

fn harvest_row(programme: ProgrammeId, harvest: &Harvest) -> harvest::ActiveModel {
    harvest::ActiveModel {
        id: Set(harvest.id.0),
        programme_id: Set(programme.0),
        registration_id: Set(harvest.author.0),
        title: Set(harvest.words.title.to_string()),
        summary: Set(harvest.words.summary.to_string()),
        body: Set(harvest.words.body.as_ref().map(ToString::to_string)),
        status: Set(harvest.status.word().to_owned()),
        is_reopened: Set(harvest.is_reopened),
        remark: Set(harvest.remark.as_ref().map(ToString::to_string)),
        saved_at: Set(harvest.saved_at),
        submitted_at: Set(harvest.submitted_at),
        slot_starts_at: Set(harvest.slot.map(|slot| slot.starts_at)),
        slot_minutes: Set(harvest.slot.map(|slot| stored(slot.minutes))),
    }
}

impl Store {
    /// The harvests of some programmes; nothing of those that have none.
    pub async fn harvests_of(&self, programmes: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, Harvests>> {
        let ids: Vec<Uuid> = programmes.iter().map(|id| id.0).collect();
        let found = harvests_of(&self.reader, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, harvests)| (ProgrammeId(id), harvests))
            .collect())
    }

    /// The programmes that some harvests belong to.
    pub async fn programmes_of_harvests(&self, harvests: &[HarvestId]) -> Result<HashMap<HarvestId, ProgrammeId>> {
        let found: Vec<(Uuid, Uuid)> = harvest::Entity::find()
            .select_only()
            .column(harvest::Column::Id)
            .column(harvest::Column::ProgrammeId)
            .filter(harvest::Column::Id.is_in(harvests.iter().map(|id| id.0)))
            .into_tuple()
            .all(&self.reader)
            .await?;
        let belonging = |(id, programme)| (HarvestId(id), ProgrammeId(programme));
        Ok(found.into_iter().map(belonging).collect())
    }

    /// How many harvests of a programme everybody can read: those published by people who take part.
    pub async fn published_harvests(&self, programme: ProgrammeId) -> Result<u64> {
        let counting = RegistrationStatus::ALL
            .into_iter()
            .filter(|status| status.counts())
            .map(RegistrationStatus::word);
        let participants = registration::Entity::find()
            .select_only()
            .column(registration::Column::Id)
            .filter(registration::Column::ProgrammeId.eq(programme.0))
            .filter(registration::Column::Status.is_in(counting))
            .into_query();
        let published = harvest::Entity::find()
            .filter(harvest::Column::ProgrammeId.eq(programme.0))
            .filter(harvest::Column::Status.eq(HarvestStatus::Published.word()))
            .filter(harvest::Column::RegistrationId.in_subquery(participants));
        Ok(published.count(&self.reader).await?)
    }
}

impl Tx {
    /// Writes what differs. By author, so that two transactions never wait for each other.
    pub(super) async fn save_harvests(
        &self,
        programme: ProgrammeId,
        before: &Harvests,
        after: &Harvests,
    ) -> Result<()> {
        for (author, harvest) in after {
            let earlier = before.get(author);
            match earlier {
                Some(earlier) if earlier == harvest => continue,
                Some(_) => {
                    harvest_row(programme, harvest).update(&self.0).await?;
                }
                None => {
                    harvest_row(programme, harvest).insert(&self.0).await?;
                }
            }
            let none = BTreeSet::new();
            let named = earlier.map_or(&none, |earlier| &earlier.wishes);
            for gone in named.difference(&harvest.wishes) {
                harvest_wish::Entity::delete_by_id((harvest.id.0, gone.0))
                    .exec(&self.0)
                    .await?;
            }
            for new in harvest.wishes.difference(named) {
                let row = harvest_wish::ActiveModel {
                    harvest_id: Set(harvest.id.0),
                    learning_wish_id: Set(new.0),
                };
                row.insert(&self.0).await?;
            }
        }
        Ok(())
    }

    /// What some people brought home goes.
    pub(super) async fn erase_harvests(&self, people: &[Uuid]) -> Result<()> {
        // The wishes that they name go with them.
        harvest::Entity::delete_many()
            .filter(harvest::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        Ok(())
    }
}
