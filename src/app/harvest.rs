//! Harvests: what participants bring home, and the programme of the showcase that is made of them (rule 11).
//!
//! Everybody may read published ones, with the given name and the employer of their authors. Members also read those that were
//! handed in, authors their own in whatever state, and those who run and guide the programme all of them. What an organiser says
//! about one is for its author and for them. Nothing is shown of somebody who left.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    App, AppError, Caller, Repeatable, Result,
    fields::Parsing,
    programmes::{Participant, ProgrammeRecord},
};
use crate::{
    domain::{
        acts::{self, Review},
        harvest::{Harvest, HarvestStatus, HarvestTransition, HarvestVerb, HarvestWords, Slot, transition},
        ids::{HarvestId, LearningWishId, ProgrammeId, RegistrationId},
        programme::{Phase, Programme},
        refusal::Refusal,
        sharing::WISHES_A_PERSON,
    },
    store::Scope,
};

/// A harvest as given.
#[derive(Debug, Clone, Default)]
pub struct HarvestFields {
    /// What it is called.
    pub title: String,
    /// What it comes down to.
    pub summary: String,
    /// All there is to tell.
    pub body: Option<String>,
    /// The author's learning wishes that it grew from.
    pub wishes: Vec<LearningWishId>,
}

impl HarvestFields {
    fn parse(&self) -> Result<(HarvestWords, BTreeSet<LearningWishId>)> {
        let mut parsing = Parsing::default();
        let title = parsing.text("title", &self.title);
        let summary = parsing.text("summary", &self.summary);
        let body = parsing.optional("body", self.body.as_deref());
        if self.wishes.len() > WISHES_A_PERSON {
            parsing.refuse(
                "learningWishIds",
                format!("are too many; nobody has more than {WISHES_A_PERSON}"),
            );
        }
        let words = title
            .zip(summary)
            .map(|(title, summary)| HarvestWords { title, summary, body });
        let wishes = self.wishes.iter().copied().collect();
        parsing.finish(words.map(|words| (words, wishes)))
    }
}

/// How much of a programme's harvests a caller reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// What is published.
    Public,
    /// What was handed in.
    Member,
    /// Everything.
    Team,
}

/// The harvests of a programme as one caller may see them.
#[derive(Debug, Clone)]
pub struct HarvestView {
    programme: Programme,
    harvests: BTreeMap<HarvestId, Harvest>,
    people: BTreeMap<RegistrationId, Participant>,
    own: Option<RegistrationId>,
    reader: Reader,
}

impl HarvestView {
    /// Its programme.
    pub fn programme(&self) -> &Programme {
        &self.programme
    }

    /// The harvests that the caller may see, by the time they were first saved.
    pub fn all(&self) -> impl Iterator<Item = &Harvest> {
        self.harvests.values()
    }

    /// A harvest that the caller may see.
    pub fn find(&self, id: HarvestId) -> Option<&Harvest> {
        self.harvests.get(&id)
    }

    /// The harvest of a person, if the caller may see it.
    pub fn of(&self, author: RegistrationId) -> Option<&Harvest> {
        self.all().find(|harvest| harvest.author == author)
    }

    /// The caller's own.
    pub fn own(&self) -> Option<&Harvest> {
        self.of(self.own?)
    }

    /// Whether a harvest is the caller's own.
    pub fn is_own(&self, harvest: &Harvest) -> bool {
        self.own == Some(harvest.author)
    }

    /// Who brings it home.
    pub fn author(&self, harvest: &Harvest) -> Option<&Participant> {
        self.people.get(&harvest.author)
    }

    /// Those who take part and have handed nothing in, by the time they registered; for those who run and guide the programme.
    pub fn without_harvest(&self) -> Vec<&Participant> {
        let has_handed_in = |id| self.of(id).is_some_and(|harvest| harvest.status.is_handed_in());
        let people = self.people.iter().filter(|_| self.reader == Reader::Team);
        people
            .filter(|(id, _)| !has_handed_in(**id))
            .map(|(_, person)| person)
            .collect()
    }

    /// What an organiser last said about it; for its author and those who run and guide the programme.
    pub fn remark<'a>(&self, harvest: &'a Harvest) -> Option<&'a str> {
        let may_read = self.reader == Reader::Team || self.is_own(harvest);
        harvest.remark.as_deref().filter(|_| may_read)
    }

    /// Whether the due day is over for a harvest, so that handing in is refused.
    pub fn is_late(&self, harvest: &Harvest, now: DateTime<Utc>) -> bool {
        let announced = &self.programme.announced;
        harvest.is_late(announced.showcase.as_ref(), announced.time_zone, now)
    }

    /// Whether the caller, who takes part, may write at a moment.
    pub fn can_save(&self, now: DateTime<Utc>) -> bool {
        self.can(HarvestVerb::Save, now)
    }

    /// Whether the caller, who takes part, may hand in what is written at a moment.
    pub fn can_submit(&self, now: DateTime<Utc>) -> bool {
        self.can(HarvestVerb::Submit, now)
    }

    fn can(&self, verb: HarvestVerb, now: DateTime<Utc>) -> bool {
        let announced = &self.programme.announced;
        let Some(showcase) = &announced.showcase else {
            return false;
        };
        let own = self.own();
        let goes_on = match self.programme.phase {
            Phase::GoingAhead => true,
            Phase::Completed => own.is_some_and(Harvest::is_back),
            Phase::Draft | Phase::Open | Phase::Cancelled => false,
        };
        let zone = announced.time_zone;
        let may = match own {
            Some(harvest) => {
                let done = transition(harvest.status, verb, self.is_late(harvest, now));
                matches!(done, HarvestTransition::To(_) | HarvestTransition::Same)
            }
            None => {
                let is_late = showcase.harvest_closes_at(zone) <= now;
                showcase.harvest_opens_at(zone) <= now && (verb == HarvestVerb::Save || !is_late)
            }
        };
        goes_on && may
    }

    /// When it is presented.
    pub fn slot(&self, harvest: &Harvest) -> Option<Slot> {
        let announced = &self.programme.announced;
        harvest.slot_within(announced.showcase.as_ref(), announced.time_zone)
    }

    /// Whether it had a time that the showcase was moved away from.
    pub fn lost_its_slot(&self, harvest: &Harvest) -> bool {
        harvest.slot.is_some() && self.slot(harvest).is_none()
    }

    /// What is presented, in order of time.
    pub fn slots(&self) -> Vec<(Slot, &Harvest)> {
        let mut slots: Vec<_> = self
            .all()
            .filter_map(|harvest| Some((self.slot(harvest)?, harvest)))
            .collect();
        slots.sort_by_key(|(slot, _)| *slot);
        slots
    }
}

impl App {
    /// The harvests of some programmes that the caller may know of.
    pub async fn harvests_in(
        &self,
        caller: &Caller,
        programmes: &[ProgrammeId],
    ) -> Result<HashMap<ProgrammeId, Arc<HarvestView>>> {
        let records = self.programmes_by_id(caller, programmes).await?;
        let ids: Vec<_> = records.iter().map(|record| record.programme.id).collect();
        let mut harvests = self.store().harvests_of(&ids).await?;
        // Who takes part is asked only where there is something to show, or where it is told who has nothing.
        let wanted: Vec<_> = ids
            .iter()
            .copied()
            .filter(|id| harvests.contains_key(id) || caller.is_member_of(*id))
            .collect();
        let mut people = match wanted.is_empty() {
            true => HashMap::new(),
            false => self.store().participants_of(&wanted).await?,
        };
        let own = match caller {
            Caller::Registrant { registration, .. } => Some(*registration),
            _ => None,
        };
        let view = |record: ProgrammeRecord| {
            let id = record.programme.id;
            let reader = match (caller.is_member_of(id), own) {
                (false, _) => Reader::Public,
                (true, Some(_)) => Reader::Member,
                (true, None) => Reader::Team,
            };
            let people: BTreeMap<_, _> = people
                .remove(&id)
                .unwrap_or_default()
                .into_iter()
                .map(|one| (one.id, Participant::from(one.person)))
                .collect();
            let may_see = |harvest: &Harvest| {
                let is_open = match harvest.status {
                    HarvestStatus::Published => true,
                    HarvestStatus::Submitted | HarvestStatus::Accepted => reader != Reader::Public,
                    HarvestStatus::Draft | HarvestStatus::Returned => reader == Reader::Team,
                };
                people.contains_key(&harvest.author) && (is_open || own == Some(harvest.author))
            };
            let shown = harvests.remove(&id).unwrap_or_default().into_values().filter(may_see);
            let view = HarvestView {
                harvests: shown.map(|harvest| (harvest.id, harvest)).collect(),
                programme: record.programme,
                people,
                own,
                reader,
            };
            (id, Arc::new(view))
        };
        Ok(records.into_iter().map(view).collect())
    }

    /// The harvests of a programme.
    pub async fn harvests(&self, caller: &Caller, programme: ProgrammeId) -> Result<Arc<HarvestView>> {
        let found = self.harvests_in(caller, &[programme]).await?.remove(&programme);
        found.ok_or_else(|| Refusal::not_found("programme", "programmeId").into())
    }

    /// The harvests of some ids that the caller may see, each with the others that it belongs to.
    pub async fn harvests_by_id(
        &self,
        caller: &Caller,
        ids: &[HarvestId],
    ) -> Result<HashMap<HarvestId, Arc<HarvestView>>> {
        let belonging = self.store().programmes_of_harvests(ids).await?;
        let programmes: BTreeSet<_> = belonging.values().copied().collect();
        let programmes: Vec<_> = programmes.into_iter().collect();
        let views = self.harvests_in(caller, &programmes).await?;
        let seen = |(id, programme): (HarvestId, ProgrammeId)| {
            let view = views.get(&programme)?;
            view.find(id).is_some().then(|| (id, Arc::clone(view)))
        };
        Ok(belonging.into_iter().filter_map(seen).collect())
    }

    /// Whether everybody can read a harvest of a programme.
    pub async fn has_published_harvests(&self, programme: ProgrammeId) -> Result<bool> {
        Ok(self.store().published_harvests(programme).await? > 0)
    }

    /// A participant, or an organiser for one, writes what that person brings home.
    pub async fn save_harvest(
        &self,
        caller: &Caller,
        author: Option<RegistrationId>,
        fields: &HarvestFields,
        repeatable: &Repeatable,
    ) -> Result<(Arc<HarvestView>, HarvestId)> {
        let (programme, author) = self.target(caller, author).await?;
        let (words, wishes) = fields.parse()?;
        let id = HarvestId(self.settle.entropy.id(self.now().await?));
        let scope = Scope::registration(author);
        let id = self
            .act(caller, programme, "saveHarvest", repeatable, scope, |facts, now| {
                acts::save_harvest(facts, id, author, words, wishes, now)
            })
            .await?;
        Ok((self.harvests(caller, programme).await?, id))
    }

    /// A participant, or an organiser for one, hands it in.
    pub async fn submit_harvest(
        &self,
        caller: &Caller,
        author: Option<RegistrationId>,
        repeatable: &Repeatable,
    ) -> Result<(Arc<HarvestView>, HarvestId)> {
        let (programme, author) = self.target(caller, author).await?;
        let act = self.settle.entropy.id(self.now().await?);
        let scope = Scope::registration(author);
        let id = self
            .act(caller, programme, "submitHarvest", repeatable, scope, |facts, now| {
                acts::submit_harvest(facts, author, act, now)
            })
            .await?;
        Ok((self.harvests(caller, programme).await?, id))
    }

    /// An organiser returns, accepts, publishes or reopens a harvest; with `unchanged_since` only if it still says what it said then.
    pub async fn review_harvest(
        &self,
        caller: &Caller,
        id: HarvestId,
        verdict: HarvestVerb,
        remark: Option<&str>,
        unchanged_since: Option<DateTime<Utc>>,
        repeatable: &Repeatable,
    ) -> Result<(Arc<HarvestView>, HarvestId)> {
        let (programme, author) = self.harvest_to_judge(caller, id).await?;
        let mut parsing = Parsing::default();
        let remark = parsing.optional("remark", remark);
        let review = parsing.finish(Some(Review {
            verdict,
            remark,
            unchanged_since,
        }))?;
        let act = self.settle.entropy.id(self.now().await?);
        let scope = Scope::registration(author);
        self.act(caller, programme, "reviewHarvest", repeatable, scope, |facts, now| {
            acts::review_harvest(facts, id, review, act, now)
        })
        .await?;
        Ok((self.harvests(caller, programme).await?, id))
    }

    /// An organiser gives an accepted harvest its time at the showcase.
    pub async fn schedule_harvest(
        &self,
        caller: &Caller,
        id: HarvestId,
        slot: Slot,
        repeatable: &Repeatable,
    ) -> Result<(Arc<HarvestView>, HarvestId)> {
        let (programme, _) = self.harvest_to_judge(caller, id).await?;
        let act = self.settle.entropy.id(self.now().await?);
        // Everybody is at hand: nobody else may present then.
        let scope = Scope::Live;
        self.act(caller, programme, "scheduleHarvest", repeatable, scope, |facts, now| {
            acts::schedule_harvest(facts, id, slot, act, now)
        })
        .await?;
        Ok((self.harvests(caller, programme).await?, id))
    }

    /// A harvest that the caller sees and may judge, with its programme and its author.
    async fn harvest_to_judge(&self, caller: &Caller, id: HarvestId) -> Result<(ProgrammeId, RegistrationId)> {
        if *caller == Caller::Public {
            return Err(caller.refusal());
        }
        let found = self.harvests_by_id(caller, &[id]).await?.remove(&id);
        let seen = found
            .as_ref()
            .and_then(|view| Some((view.programme.id, view.find(id)?.author)));
        let (programme, author) = seen.ok_or_else(|| AppError::from(Refusal::not_found("harvest", "harvestId")))?;
        caller.must_organise(programme)?;
        Ok((programme, author))
    }

    /// All that is stored of what somebody brings home, to take along.
    pub(super) async fn brought_home_by(&self, programme: ProgrammeId, id: RegistrationId) -> Result<Vec<Value>> {
        let mut found = self.store().harvests_of(&[programme]).await?;
        let harvests = found.remove(&programme).unwrap_or_default();
        let one = harvests.get(&id).map(|harvest| {
            json!({
                "title": &*harvest.words.title,
                "summary": &*harvest.words.summary,
                "body": harvest.words.body.as_deref(),
                "learningWishes": harvest.wishes.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "status": harvest.status.word(),
                "remark": harvest.remark.as_deref(),
                "savedAt": harvest.saved_at,
                "submittedAt": harvest.submitted_at,
                "presentedAt": harvest.slot.map(|slot| slot.starts_at),
            })
        });
        Ok(one.into_iter().collect())
    }
}
