//! What participants bring home, and the programme of the showcase that is made of it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use uuid::Uuid;

use super::{
    programme::Participant,
    sharing::{Assignment, LearningWish},
};
use crate::{
    app::harvest::HarvestView,
    domain::{
        harvest::{self, HarvestVerb, Slot},
        ids::{HarvestId, RegistrationId},
        page::Page,
    },
    graphql::{
        connection::{Connection, Listed, Paging},
        error_code::ErrorCode,
        global_id::global_id,
        loaders::SharedIn,
        request::scope,
        scalars::DateTime,
    },
};

/// Where a harvest stands.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::harvest::HarvestStatus")]
pub enum HarvestStatus {
    /// Its author works on it.
    Draft,
    /// It was handed in.
    Submitted,
    /// It went back to its author with a remark.
    Returned,
    /// It is good as it is, and gets a time at the showcase.
    Accepted,
    /// Everybody can read it.
    Published,
}

/// What an organiser says of a harvest.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
pub enum HarvestVerdict {
    /// A submitted one goes back to its author with a remark; it can be submitted again, late as well.
    Return,
    /// A submitted one is good as it is.
    Accept,
    /// Everybody can read an accepted one.
    Publish,
    /// It becomes a draft again that can be submitted late; one that was published is public no longer.
    Reopen,
}

impl From<HarvestVerdict> for HarvestVerb {
    fn from(verdict: HarvestVerdict) -> Self {
        match verdict {
            HarvestVerdict::Return => Self::Return,
            HarvestVerdict::Accept => Self::Accept,
            HarvestVerdict::Publish => Self::Publish,
            HarvestVerdict::Reopen => Self::Reopen,
        }
    }
}

/// A time at the showcase.
#[derive(Debug, SimpleObject)]
pub struct ShowcaseSlot {
    /// When it starts.
    starts_at: DateTime,
    /// How long it takes.
    minutes: u32,
    /// What is presented.
    harvest: Harvest,
}

impl ShowcaseSlot {
    /// What is presented at a showcase, as far as the caller may see it, in order of time.
    pub fn all_of(view: &Arc<HarvestView>) -> Vec<Self> {
        let slot = |(slot, harvest): (Slot, &harvest::Harvest)| Self::of(slot, Harvest::within(view, harvest.clone()));
        view.slots().into_iter().map(slot).collect()
    }

    fn of(slot: Slot, harvest: Harvest) -> Self {
        Self {
            starts_at: slot.starts_at.into(),
            minutes: slot.minutes,
            harvest,
        }
    }
}

/// What a participant brings home.
#[derive(Debug, Clone)]
pub struct Harvest {
    view: Arc<HarvestView>,
    harvest: harvest::Harvest,
}

impl Listed for Harvest {
    const NAME: &'static str = "Harvest";
    type Key = Uuid;

    fn key(&self) -> Uuid {
        self.harvest.id.0
    }
}

impl Harvest {
    fn within(view: &Arc<HarvestView>, harvest: harvest::Harvest) -> Self {
        Self {
            view: Arc::clone(view),
            harvest,
        }
    }

    /// The harvest of an id, if the caller may see it.
    pub fn find(view: &Arc<HarvestView>, id: HarvestId) -> Option<Self> {
        Some(Self::within(view, view.find(id)?.clone()))
    }

    /// The harvest of a person, if the caller may see it.
    pub fn of(view: &Arc<HarvestView>, author: RegistrationId) -> Option<Self> {
        Some(Self::within(view, view.of(author)?.clone()))
    }

    /// A stretch of those that the caller may see, by the time they were first saved.
    pub fn page(view: &Arc<HarvestView>, paging: Paging) -> Result<Connection<Self>> {
        let window = paging.window::<Self>()?;
        let ids: Vec<HarvestId> = view.all().map(|harvest| harvest.id).collect();
        let page = Page::of_list(ids, |id| id.0, &window);
        let found = Page {
            items: page.items.iter().filter_map(|id| Self::find(view, *id)).collect(),
            has_previous: page.has_previous,
            has_next: page.has_next,
            total: page.total,
        };
        Ok(found.into())
    }
}

/// What a participant brings home and presents at the showcase (Dutch: oogst). Everybody reads those that are published; members those that were submitted; its author, facilitators and organisers all there is.
#[Object]
impl Harvest {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.harvest.id)
    }

    /// Whose it is.
    async fn author(&self) -> Result<Participant> {
        let author = self.view.author(&self.harvest).map(Participant::from);
        author.ok_or_else(|| ErrorCode::InternalServerError.error("a harvest is nobody's"))
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.harvest.words.title
    }

    /// What it comes down to.
    async fn summary(&self) -> &str {
        &self.harvest.words.summary
    }

    /// All there is to tell.
    async fn body(&self) -> Option<&str> {
        self.harvest.words.body.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> HarvestStatus {
        self.harvest.status.into()
    }

    /// What an organiser last said about it, to its author; null to everybody but its author, facilitators and organisers.
    async fn remark(&self) -> Option<&str> {
        self.view.remark(&self.harvest)
    }

    /// When its words, or the learning wishes it names, last changed. A verdict can be given on what it said then only: `ifUnchangedSince`.
    async fn edited_at(&self) -> DateTime {
        self.harvest.saved_at.into()
    }

    /// When it was last submitted; null: never.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.harvest.submitted_at.map(DateTime)
    }

    /// The learning wishes that it grew from, by time; none to who is not a member.
    async fn learning_wishes(&self, ctx: &Context<'_>) -> Result<Vec<LearningWish>> {
        if self.harvest.wishes.is_empty() {
            return Ok(Vec::new());
        }
        let shared = scope(ctx)?.load(SharedIn(self.view.programme().id)).await?;
        let wishes = shared.iter().flat_map(|shared| {
            let named = self.harvest.wishes.iter();
            named.filter_map(|id| LearningWish::find(shared, *id))
        });
        Ok(wishes.collect())
    }

    /// What its author works on at the own employer; null: nothing yet, or whoever asks is not a member.
    async fn assignment(&self, ctx: &Context<'_>) -> Result<Option<Assignment>> {
        let shared = scope(ctx)?.load(SharedIn(self.view.programme().id)).await?;
        Ok(shared.and_then(|shared| Assignment::of(&shared, self.harvest.author)))
    }

    /// When it is presented; null: no time was given, or the showcase was moved away from it.
    async fn slot(&self) -> Option<ShowcaseSlot> {
        let slot = self.view.slot(&self.harvest)?;
        Some(ShowcaseSlot::of(slot, self.clone()))
    }
}
