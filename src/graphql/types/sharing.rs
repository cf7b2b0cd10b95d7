//! What participants share: learning wishes, assignments, agendas.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use uuid::Uuid;

use super::{meeting::Meeting, programme::Participant};
use crate::{
    app::sharing::Shared,
    domain::{
        ids::{AgendaItemId, AssignmentId, LearningWishId, MeetingId, RegistrationId},
        page::Page,
        sharing,
    },
    graphql::{
        connection::{Connection, Listed, Paging, page_cost},
        error_code::ErrorCode,
        global_id::global_id,
        request::scope,
        scalars::DateTime,
    },
};

/// So many items of one agenda are told.
const AGENDA_ITEMS: usize = 100;

fn participant(shared: &Shared, id: RegistrationId) -> Result<Participant> {
    let found = shared.participant(id).map(Participant::from);
    found.ok_or_else(|| ErrorCode::InternalServerError.error("something is shared by nobody"))
}

/// Support that somebody offers with a learning wish.
#[derive(Debug, SimpleObject)]
pub struct SupportOffer {
    /// Who offers it.
    from: Participant,
    /// What is offered.
    text: String,
    /// When.
    offered_at: DateTime,
}

/// What a participant wants to learn.
#[derive(Debug, Clone)]
pub struct LearningWish {
    shared: Arc<Shared>,
    wish: sharing::LearningWish,
}

impl Listed for LearningWish {
    const NAME: &'static str = "LearningWish";
    type Key = Uuid;

    fn key(&self) -> Uuid {
        self.wish.id.0
    }
}

impl LearningWish {
    /// The wish of an id, if it is shown.
    pub fn find(shared: &Arc<Shared>, id: LearningWishId) -> Option<Self> {
        let wish = shared.sharing.wishes.get(&id)?.clone();
        Some(Self {
            shared: Arc::clone(shared),
            wish,
        })
    }

    /// The wishes of a person, by time.
    pub fn all_of(shared: &Arc<Shared>, author: RegistrationId) -> Vec<Self> {
        let wishes = shared.sharing.wishes_of(author);
        wishes.filter_map(|wish| Self::find(shared, wish.id)).collect()
    }

    /// A stretch of some wishes, by time.
    pub fn page(
        shared: &Arc<Shared>,
        ids: impl Iterator<Item = LearningWishId>,
        paging: Paging,
    ) -> Result<Connection<Self>> {
        let window = paging.window::<Self>()?;
        let wishes: Vec<Self> = ids.filter_map(|id| Self::find(shared, id)).collect();
        Ok(Page::of_list(wishes, |wish| wish.wish.id.0, &window).into())
    }
}

/// What a participant wants to learn. Others follow it and offer support.
#[Object]
impl LearningWish {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.wish.id)
    }

    /// Whose it is.
    async fn author(&self) -> Result<Participant> {
        participant(&self.shared, self.wish.author)
    }

    /// What its author wants to learn.
    async fn text(&self) -> &str {
        &self.wish.words.text
    }

    /// What its author will do for it.
    async fn own_steps(&self) -> Option<&str> {
        self.wish.words.own_steps.as_deref()
    }

    /// The theme that it shares with other wishes, as its author spells it.
    async fn learning_line(&self) -> Option<&str> {
        self.wish.words.learning_line.as_deref()
    }

    /// How many follow it.
    async fn follower_count(&self) -> usize {
        self.wish.followers.len()
    }

    /// Whether whoever asks follows it.
    async fn is_followed_by_viewer(&self) -> bool {
        self.shared
            .viewer
            .is_some_and(|id| self.wish.followers.contains_key(&id))
    }

    /// What support is offered, by time.
    async fn support(&self) -> Result<Vec<SupportOffer>> {
        let offer = |offer: &sharing::SupportOffer| {
            Ok(SupportOffer {
                from: participant(&self.shared, offer.from)?,
                text: offer.text.to_string(),
                offered_at: offer.offered_at.into(),
            })
        };
        self.wish.support.values().map(offer).collect()
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        self.wish.created_at.into()
    }

    /// When its words last changed; null: never.
    async fn edited_at(&self) -> Option<DateTime> {
        self.wish.edited_at.map(DateTime)
    }
}

/// A theme that several learning wishes share.
#[derive(Debug, Clone)]
pub struct LearningLine {
    shared: Arc<Shared>,
    line: sharing::LearningLine,
}

impl Listed for LearningLine {
    const NAME: &'static str = "LearningLine";
    type Key = String;

    fn key(&self) -> String {
        self.line.key.clone()
    }
}

impl LearningLine {
    /// A stretch of the lines, by name.
    pub fn page(shared: &Arc<Shared>, paging: Paging) -> Result<Connection<Self>> {
        let window = paging.window::<Self>()?;
        let page = Page::of_list(shared.sharing.learning_lines(), |line| line.key.clone(), &window);
        let line = |line| Self {
            shared: Arc::clone(shared),
            line,
        };
        Ok(page.map(line).into())
    }
}

/// A theme that several learning wishes share. Two spellings that differ in case or spacing are one.
#[Object]
impl LearningLine {
    /// As its first wish spells it.
    async fn name(&self) -> &str {
        &self.line.name
    }

    /// Its wishes, by time.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn learning_wishes(
        &self,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<LearningWish>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        LearningWish::page(&self.shared, self.line.wishes.iter().copied(), paging)
    }
}

/// How far an assignment has come.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::sharing::AssignmentStatus")]
pub enum AssignmentStatus {
    /// Thought of.
    Planned,
    /// Being worked on.
    UnderWay,
    /// Finished.
    Done,
}

/// What a participant works on.
#[derive(Debug, Clone)]
pub struct Assignment {
    shared: Arc<Shared>,
    assignment: sharing::Assignment,
}

impl Listed for Assignment {
    const NAME: &'static str = "Assignment";
    type Key = Uuid;

    fn key(&self) -> Uuid {
        self.assignment.id.0
    }
}

impl Assignment {
    /// The assignment of a person, if there is one and it is shown.
    pub fn of(shared: &Arc<Shared>, author: RegistrationId) -> Option<Self> {
        let assignment = shared.sharing.assignments.get(&author)?.clone();
        Some(Self {
            shared: Arc::clone(shared),
            assignment,
        })
    }

    /// The assignment of an id, if it is shown.
    pub fn find(shared: &Arc<Shared>, id: AssignmentId) -> Option<Self> {
        let found = shared.sharing.assignments.values().find(|one| one.id == id)?;
        Self::of(shared, found.author)
    }

    /// A stretch of all of them, by the time they were first saved.
    pub fn page(shared: &Arc<Shared>, paging: Paging) -> Result<Connection<Self>> {
        let window = paging.window::<Self>()?;
        let mut all: Vec<_> = shared.sharing.assignments.values().cloned().collect();
        all.sort_by_key(|one| one.id);
        let one = |assignment| Self {
            shared: Arc::clone(shared),
            assignment,
        };
        Ok(Page::of_list(all, |one| one.id.0, &window).map(one).into())
    }
}

/// What a participant works on at their own employer.
#[Object]
impl Assignment {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.assignment.id)
    }

    /// Whose it is.
    async fn author(&self) -> Result<Participant> {
        participant(&self.shared, self.assignment.author)
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.assignment.words.title
    }

    /// What is done.
    async fn description(&self) -> &str {
        &self.assignment.words.description
    }

    /// What it should bring.
    async fn intended_result(&self) -> Option<&str> {
        self.assignment.words.intended_result.as_deref()
    }

    /// How far it has come.
    async fn status(&self) -> AssignmentStatus {
        self.assignment.words.status.into()
    }

    /// What it brought.
    async fn result(&self) -> Option<&str> {
        self.assignment.words.result.as_deref()
    }
}

/// Something to speak about at a meeting.
#[derive(Debug, Clone)]
pub struct AgendaItem {
    shared: Arc<Shared>,
    item: sharing::AgendaItem,
}

impl AgendaItem {
    /// The item of an id.
    pub fn find(shared: &Arc<Shared>, id: AgendaItemId) -> Option<Self> {
        let item = shared.sharing.agenda_items.get(&id)?.clone();
        Some(Self {
            shared: Arc::clone(shared),
            item,
        })
    }

    /// The items of a meeting.
    pub fn all_of(shared: &Arc<Shared>, meeting: MeetingId) -> Vec<Self> {
        let items = shared.sharing.agenda_items_of(meeting).into_iter().take(AGENDA_ITEMS);
        items.filter_map(|item| Self::find(shared, item.id)).collect()
    }
}

/// Something to speak about at a meeting, proposed and voted for.
#[Object]
impl AgendaItem {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.item.id)
    }

    /// At which meeting.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Meeting> {
        let record = scope(ctx)?.load(self.shared.programme).await?;
        let found = record.and_then(|record| Meeting::of(&record, self.item.meeting));
        found.ok_or_else(|| ErrorCode::InternalServerError.error("an agenda item has no meeting"))
    }

    /// What it is about.
    async fn title(&self) -> &str {
        &self.item.title
    }

    /// Who proposed it; null: facilitators or organisers, or somebody who left.
    async fn proposed_by(&self) -> Option<Participant> {
        let id = self.item.proposed_by?;
        self.shared.participant(id).map(Participant::from)
    }

    /// How long it takes, where that is said.
    async fn minutes(&self) -> Option<u32> {
        self.item.minutes
    }

    /// How many vote for it.
    async fn votes(&self) -> usize {
        self.item.votes.len()
    }

    /// Whether whoever asks votes for it.
    async fn is_voted_by_viewer(&self) -> bool {
        self.shared.viewer.is_some_and(|id| self.item.votes.contains(&id))
    }

    /// Its place in the final agenda, from 1; null: it is not in one.
    async fn position(&self) -> Option<u32> {
        self.item.position
    }
}
