//! The timeline: what became of every reason for something to happen, and what will, if nobody acts.

use async_graphql::{Context, Enum, Object, Result};

use super::{
    message::{Message, MessageKind},
    registration::Registration,
    rule::Rule,
};
use crate::{
    app::timeline::{ItemKind, TimelineItem, TimelineKey},
    domain::{ids::ProgrammeId, timeline::Source},
    graphql::{connection::Listed, loaders::RulesOf, request::scope, scalars::DateTime},
};

/// What an entry of a timeline is.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
pub enum TimelineKind {
    /// A mail to one person.
    Mail,
    /// Go or no-go.
    Decision,
    /// A change of a registration or of the programme.
    Change,
}

impl From<ItemKind> for TimelineKind {
    fn from(kind: ItemKind) -> Self {
        match kind {
            ItemKind::Mail(_) => Self::Mail,
            ItemKind::Decision => Self::Decision,
            ItemKind::Change => Self::Change,
        }
    }
}

/// What became of an entry of a timeline, or will.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::app::timeline::ItemState")]
pub enum TimelineState {
    /// It happens if nobody acts meanwhile; or it is decided and being carried out.
    Planned,
    /// Carried out. The mail's own fate is told on the mail.
    Done,
    /// Not carried out, for a reason.
    Skipped,
    /// Not carried out, because it was too late when somebody looked.
    Missed,
    /// Its mail cannot be made.
    Failed,
}

/// An entry of a programme's timeline.
#[derive(Debug, Clone)]
pub struct TimelineEntry {
    programme: ProgrammeId,
    item: TimelineItem,
}

impl TimelineEntry {
    /// An entry of this programme's timeline.
    pub fn of(programme: ProgrammeId, item: TimelineItem) -> Self {
        Self { programme, item }
    }
}

impl Listed for TimelineEntry {
    const NAME: &'static str = "Timeline";
    type Key = TimelineKey;

    fn key(&self) -> TimelineKey {
        self.item.place()
    }
}

/// One reason for something to happen: a rule or built-in step, one occurrence of it, one person.
#[Object]
impl TimelineEntry {
    /// When it was or is due.
    async fn at(&self) -> DateTime {
        self.item.at.into()
    }

    /// When it was decided; null while it is planned, and where nothing was to be decided about this person.
    async fn done_at(&self) -> Option<DateTime> {
        // A skipped entry to come is told with its reason, and nothing is done about it yet.
        self.item.done_at.map(DateTime)
    }

    /// The reason, once in a programme: `rule/subject/occurrence`.
    async fn key(&self) -> &str {
        &self.item.key
    }

    /// The rule that makes it; null for a built-in step.
    async fn rule(&self, ctx: &Context<'_>) -> Option<Result<Rule>> {
        let Source::Rule(key) = self.item.source else {
            return None;
        };
        let find = async {
            let rules = scope(ctx)?.load_for_role(RulesOf(self.programme)).await?;
            Ok(rules.iter().find(|rule| rule.key == key).cloned().map(Rule))
        };
        find.await.transpose()
    }

    /// What it is.
    async fn kind(&self) -> TimelineKind {
        self.item.kind.into()
    }

    /// What became of it, or will.
    async fn state(&self) -> TimelineState {
        self.item.state.into()
    }

    /// Why it ended as it did, where that is a question.
    async fn reason(&self) -> Option<&str> {
        self.item.reason.as_deref()
    }

    /// The address of the person it is about; null when it is about the programme.
    async fn recipient(&self) -> Option<&str> {
        self.item.recipient.as_deref()
    }

    /// The registration of the person it is about; null when that is a member of the team or a guest.
    async fn registration(&self, ctx: &Context<'_>) -> Option<Result<Registration>> {
        Registration::load(ctx, self.item.registration?).await.transpose()
    }

    /// Which mail it is; null when it is none.
    async fn message_kind(&self) -> Option<MessageKind> {
        match self.item.kind {
            ItemKind::Mail(kind) => Some(kind.into()),
            ItemKind::Decision | ItemKind::Change => None,
        }
    }

    /// The mail, once it is made.
    async fn message(&self, ctx: &Context<'_>) -> Option<Result<Message>> {
        let id = self.item.message?;
        let load = async { Ok(scope(ctx)?.load(id).await?.map(Message)) };
        load.await.transpose()
    }
}
