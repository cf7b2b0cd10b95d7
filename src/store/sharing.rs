//! What participants share: in with a programme's facts, out by what differs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{agenda_item, agenda_vote, assignment, learning_wish, question, support_offer, wish_follower};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

use super::{
    Result, Store, Tx,
    rows::{Place, stored},
};
use crate::domain::{
    ids::{
        AgendaItemId, AssignmentId, LearningWishId, MeetingId, ProgrammeId, QuestionId, RegistrationId, SupportOfferId,
    },
    sharing::{
        AgendaItem, Assignment, AssignmentStatus, AssignmentWords, LearningWish, Question, Sharing, SupportOffer,
        WishWords,
    },
};

/// All that is shared in some programmes.
pub(super) async fn sharing_of(db: &impl ConnectionTrait, programmes: &[Uuid]) -> Result<HashMap<Uuid, Sharing>> {
    let mut sharing: HashMap<Uuid, Sharing> = programmes.iter().map(|id| (*id, Sharing::default())).collect();
    let wishes = learning_wish::Entity::find()
        .filter(learning_wish::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .all(db)
        .await?;
    let (mut followers, mut support) = match wishes.is_empty() {
        true => Default::default(),
        false => interest_in(db, programmes).await?,
    };
    for row in &wishes {
        let mut wish = read_wish(row)?;
        wish.followers = followers.remove(&wish.id).unwrap_or_default();
        wish.support = support.remove(&wish.id).unwrap_or_default();
        if let Some(shared) = sharing.get_mut(&row.programme_id) {
            shared.wishes.insert(wish.id, wish);
        }
    }
    let assignments = assignment::Entity::find()
        .filter(assignment::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .all(db)
        .await?;
    for row in &assignments {
        let one = read_assignment(row)?;
        if let Some(shared) = sharing.get_mut(&row.programme_id) {
            shared.assignments.insert(one.author, one);
        }
    }
    let items = agenda_item::Entity::find()
        .filter(agenda_item::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .all(db)
        .await?;
    let mut votes = match items.is_empty() {
        true => HashMap::new(),
        false => votes_in(db, programmes).await?,
    };
    for row in &items {
        let mut item = read_agenda_item(row)?;
        item.votes = votes.remove(&item.id).unwrap_or_default();
        if let Some(shared) = sharing.get_mut(&row.programme_id) {
            shared.agenda_items.insert(item.id, item);
        }
    }
    Ok(sharing)
}

/// Who asked the facilitators something, and when: everybody, or one person.
pub(super) async fn questions_of(
    db: &impl ConnectionTrait,
    programme: Uuid,
    by: Option<RegistrationId>,
) -> Result<Vec<Question>> {
    let mut wanted = question::Entity::find().filter(question::Column::ProgrammeId.eq(programme));
    if let Some(id) = by {
        wanted = wanted.filter(question::Column::RegistrationId.eq(id.0));
    }
    let found = wanted.order_by_asc(question::Column::Id).all(db).await?;
    let read = |row: question::Model| Question {
        id: QuestionId(row.id),
        asked_by: RegistrationId(row.registration_id),
        asked_at: row.asked_at,
    };
    Ok(found.into_iter().map(read).collect())
}

type Followers = HashMap<LearningWishId, BTreeMap<RegistrationId, DateTime<Utc>>>;
type Support = HashMap<LearningWishId, BTreeMap<SupportOfferId, SupportOffer>>;

/// Who follows the wishes of some programmes, and what support is offered with them. By the programmes and not by the wishes,
/// of which there may be more than a statement takes.
async fn interest_in(db: &impl ConnectionTrait, programmes: &[Uuid]) -> Result<(Followers, Support)> {
    let wishes = || {
        learning_wish::Entity::find()
            .select_only()
            .column(learning_wish::Column::Id)
            .filter(learning_wish::Column::ProgrammeId.is_in(programmes.iter().copied()))
            .into_query()
    };
    let mut followers = Followers::new();
    let found = wish_follower::Entity::find()
        .filter(wish_follower::Column::LearningWishId.in_subquery(wishes()))
        .all(db)
        .await?;
    for row in found {
        let of_wish = followers.entry(LearningWishId(row.learning_wish_id)).or_default();
        of_wish.insert(RegistrationId(row.registration_id), row.followed_at);
    }
    let mut support = Support::new();
    let found = support_offer::Entity::find()
        .filter(support_offer::Column::LearningWishId.in_subquery(wishes()))
        .all(db)
        .await?;
    for row in &found {
        let place = Place {
            table: "support_offer",
            row: &row.id,
        };
        let offer = SupportOffer {
            id: SupportOfferId(row.id),
            from: RegistrationId(row.registration_id),
            text: place.parse("text", &row.text)?,
            offered_at: row.offered_at,
        };
        let of_wish = support.entry(LearningWishId(row.learning_wish_id)).or_default();
        of_wish.insert(offer.id, offer);
    }
    Ok((followers, support))
}

/// Who votes for the agenda items of some programmes.
async fn votes_in(
    db: &impl ConnectionTrait,
    programmes: &[Uuid],
) -> Result<HashMap<AgendaItemId, BTreeSet<RegistrationId>>> {
    let items = agenda_item::Entity::find()
        .select_only()
        .column(agenda_item::Column::Id)
        .filter(agenda_item::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .into_query();
    let found = agenda_vote::Entity::find()
        .filter(agenda_vote::Column::AgendaItemId.in_subquery(items))
        .all(db)
        .await?;
    let mut votes: HashMap<AgendaItemId, BTreeSet<RegistrationId>> = HashMap::new();
    for row in found {
        let of_item = votes.entry(AgendaItemId(row.agenda_item_id)).or_default();
        of_item.insert(RegistrationId(row.registration_id));
    }
    Ok(votes)
}

fn read_wish(row: &learning_wish::Model) -> Result<LearningWish> {
    let place = Place {
        table: "learning_wish",
        row: &row.id,
    };
    Ok(LearningWish {
        id: LearningWishId(row.id),
        author: RegistrationId(row.registration_id),
        words: WishWords {
            text: place.parse("text", &row.text)?,
            own_steps: place.optional("own_steps", row.own_steps.as_ref())?,
            learning_line: place.optional("learning_line", row.learning_line.as_ref())?,
        },
        created_at: row.created_at,
        edited_at: row.edited_at,
        followers: BTreeMap::new(),
        support: BTreeMap::new(),
    })
}

fn wish_row(programme: ProgrammeId, wish: &LearningWish) -> learning_wish::ActiveModel {
    learning_wish::ActiveModel {
        id: Set(wish.id.0),
        programme_id: Set(programme.0),
        registration_id: Set(wish.author.0),
        text: Set(wish.words.text.to_string()),
        own_steps: Set(wish.words.own_steps.as_ref().map(ToString::to_string)),
        learning_line: Set(wish.words.learning_line.as_ref().map(ToString::to_string)),
        created_at: Set(wish.created_at),
        edited_at: Set(wish.edited_at),
    }
}

fn read_assignment(row: &assignment::Model) -> Result<Assignment> {
    let place = Place {
        table: "assignment",
        row: &row.id,
    };
    Ok(Assignment {
        id: AssignmentId(row.id),
        author: RegistrationId(row.registration_id),
        words: AssignmentWords {
            title: place.parse("title", &row.title)?,
            description: place.parse("description", &row.description)?,
            intended_result: place.optional("intended_result", row.intended_result.as_ref())?,
            status: place.word("status", &row.status, AssignmentStatus::from_word)?,
            result: place.optional("result", row.result.as_ref())?,
        },
        saved_at: row.saved_at,
    })
}

fn assignment_row(programme: ProgrammeId, one: &Assignment) -> assignment::ActiveModel {
    assignment::ActiveModel {
        id: Set(one.id.0),
        programme_id: Set(programme.0),
        registration_id: Set(one.author.0),
        title: Set(one.words.title.to_string()),
        description: Set(one.words.description.to_string()),
        intended_result: Set(one.words.intended_result.as_ref().map(ToString::to_string)),
        status: Set(one.words.status.word().to_owned()),
        result: Set(one.words.result.as_ref().map(ToString::to_string)),
        saved_at: Set(one.saved_at),
    }
}

fn read_agenda_item(row: &agenda_item::Model) -> Result<AgendaItem> {
    let place = Place {
        table: "agenda_item",
        row: &row.id,
    };
    let count = |column, value: Option<i32>| value.map(|value| place.count(column, value)).transpose();
    Ok(AgendaItem {
        id: AgendaItemId(row.id),
        meeting: MeetingId(row.meeting_id),
        title: place.parse("title", &row.title)?,
        minutes: count("minutes", row.minutes)?,
        proposed_by: row.registration_id.map(RegistrationId),
        proposed_at: row.proposed_at,
        votes: BTreeSet::new(),
        position: count("position", row.position)?,
    })
}

fn agenda_item_row(programme: ProgrammeId, item: &AgendaItem) -> agenda_item::ActiveModel {
    agenda_item::ActiveModel {
        id: Set(item.id.0),
        programme_id: Set(programme.0),
        meeting_id: Set(item.meeting.0),
        registration_id: Set(item.proposed_by.map(|id| id.0)),
        title: Set(item.title.to_string()),
        minutes: Set(item.minutes.map(stored)),
        position: Set(item.position.map(stored)),
        proposed_at: Set(item.proposed_at),
    }
}

impl Store {
    /// All that is shared in some programmes, but for questions.
    pub async fn sharing_of(&self, programmes: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, Sharing>> {
        let ids: Vec<Uuid> = programmes.iter().map(|id| id.0).collect();
        let found = sharing_of(&self.reader, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, shared)| (ProgrammeId(id), shared))
            .collect())
    }

    /// When somebody asked the facilitators something.
    pub async fn questions_of(&self, programme: ProgrammeId, by: RegistrationId) -> Result<Vec<Question>> {
        questions_of(&self.reader, programme.0, Some(by)).await
    }

    /// The programmes in which some learning wishes, assignments and agenda items are shared, in no order.
    pub async fn programmes_of_shared(
        &self,
        wishes: &[LearningWishId],
        assignments: &[AssignmentId],
        items: &[AgendaItemId],
    ) -> Result<Vec<ProgrammeId>> {
        let mut programmes: Vec<Uuid> = Vec::new();
        if !wishes.is_empty() {
            let wanted = learning_wish::Column::Id.is_in(wishes.iter().map(|id| id.0));
            let found = learning_wish::Entity::find()
                .select_only()
                .column(learning_wish::Column::ProgrammeId);
            let found = found.distinct().filter(wanted).into_tuple().all(&self.reader);
            programmes.extend(found.await? as Vec<Uuid>);
        }
        if !assignments.is_empty() {
            let wanted = assignment::Column::Id.is_in(assignments.iter().map(|id| id.0));
            let found = assignment::Entity::find()
                .select_only()
                .column(assignment::Column::ProgrammeId);
            let found = found.distinct().filter(wanted).into_tuple().all(&self.reader);
            programmes.extend(found.await? as Vec<Uuid>);
        }
        if !items.is_empty() {
            let wanted = agenda_item::Column::Id.is_in(items.iter().map(|id| id.0));
            let found = agenda_item::Entity::find()
                .select_only()
                .column(agenda_item::Column::ProgrammeId);
            let found = found.distinct().filter(wanted).into_tuple().all(&self.reader);
            programmes.extend(found.await? as Vec<Uuid>);
        }
        programmes.sort_unstable();
        programmes.dedup();
        Ok(programmes.into_iter().map(ProgrammeId).collect())
    }
}

impl Tx {
    /// Writes what differs. By id, so that two transactions never wait for each other.
    pub(super) async fn save_sharing(&self, programme: ProgrammeId, before: &Sharing, after: &Sharing) -> Result<()> {
        for (id, wish) in &after.wishes {
            let earlier = before.wishes.get(id);
            if earlier == Some(wish) {
                continue;
            }
            match earlier {
                None => {
                    wish_row(programme, wish).insert(&self.0).await?;
                }
                Some(earlier) if (&earlier.words, earlier.edited_at) != (&wish.words, wish.edited_at) => {
                    wish_row(programme, wish).update(&self.0).await?;
                }
                Some(_) => {}
            }
            self.save_interest(earlier, wish).await?;
        }
        for (id, one) in &after.assignments {
            match before.assignments.get(id) {
                Some(earlier) if earlier == one => {}
                Some(_) => {
                    assignment_row(programme, one).update(&self.0).await?;
                }
                None => {
                    assignment_row(programme, one).insert(&self.0).await?;
                }
            }
        }
        for (id, item) in &after.agenda_items {
            self.save_agenda_item(programme, before.agenda_items.get(id), item)
                .await?;
        }
        for asked in after.questions.iter().filter(|asked| !before.questions.contains(asked)) {
            let row = question::ActiveModel {
                id: Set(asked.id.0),
                programme_id: Set(programme.0),
                registration_id: Set(asked.asked_by.0),
                asked_at: Set(asked.asked_at),
            };
            row.insert(&self.0).await?;
        }
        Ok(())
    }

    /// What some people shared goes, with what others added to it.
    pub(super) async fn erase_sharing(&self, people: &[Uuid]) -> Result<()> {
        // Followers, offers and votes of others go with what they belong to.
        learning_wish::Entity::delete_many()
            .filter(learning_wish::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        wish_follower::Entity::delete_many()
            .filter(wish_follower::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        support_offer::Entity::delete_many()
            .filter(support_offer::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        assignment::Entity::delete_many()
            .filter(assignment::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        agenda_item::Entity::delete_many()
            .filter(agenda_item::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        agenda_vote::Entity::delete_many()
            .filter(agenda_vote::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        question::Entity::delete_many()
            .filter(question::Column::RegistrationId.is_in(people.iter().copied()))
            .exec(&self.0)
            .await?;
        Ok(())
    }

    /// Who follows a wish, and what support is offered with it.
    async fn save_interest(&self, before: Option<&LearningWish>, after: &LearningWish) -> Result<()> {
        let followed = |id: &RegistrationId| before.and_then(|before| before.followers.get(id));
        let gone: Vec<Uuid> = before
            .into_iter()
            .flat_map(|before| before.followers.keys())
            .filter(|id| !after.followers.contains_key(id))
            .map(|id| id.0)
            .collect();
        if !gone.is_empty() {
            wish_follower::Entity::delete_many()
                .filter(wish_follower::Column::LearningWishId.eq(after.id.0))
                .filter(wish_follower::Column::RegistrationId.is_in(gone))
                .exec(&self.0)
                .await?;
        }
        for (id, followed_at) in after.followers.iter().filter(|(id, _)| followed(id).is_none()) {
            let row = wish_follower::ActiveModel {
                learning_wish_id: Set(after.id.0),
                registration_id: Set(id.0),
                followed_at: Set(*followed_at),
            };
            row.insert(&self.0).await?;
        }
        let is_new = |id: &SupportOfferId| before.is_none_or(|before| !before.support.contains_key(id));
        for (id, offer) in after.support.iter().filter(|(id, _)| is_new(id)) {
            let row = support_offer::ActiveModel {
                id: Set(id.0),
                learning_wish_id: Set(after.id.0),
                registration_id: Set(offer.from.0),
                text: Set(offer.text.to_string()),
                offered_at: Set(offer.offered_at),
            };
            row.insert(&self.0).await?;
        }
        Ok(())
    }

    async fn save_agenda_item(
        &self,
        programme: ProgrammeId,
        before: Option<&AgendaItem>,
        after: &AgendaItem,
    ) -> Result<()> {
        if before == Some(after) {
            return Ok(());
        }
        match before {
            None => {
                agenda_item_row(programme, after).insert(&self.0).await?;
            }
            Some(before) if before.position != after.position => {
                agenda_item_row(programme, after).update(&self.0).await?;
            }
            Some(_) => {}
        }
        let none = BTreeSet::new();
        let votes_before = before.map_or(&none, |before| &before.votes);
        for gone in votes_before.difference(&after.votes) {
            agenda_vote::Entity::delete_by_id((after.id.0, gone.0))
                .exec(&self.0)
                .await?;
        }
        for new in after.votes.difference(votes_before) {
            let row = agenda_vote::ActiveModel {
                agenda_item_id: Set(after.id.0),
                registration_id: Set(new.0),
            };
            row.insert(&self.0).await?;
        }
        Ok(())
    }
}
