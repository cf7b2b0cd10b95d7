//! Meetings and their days.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono_tz::Tz;

use super::{
    hosting::{ChecklistItem, Venue},
    programme::Participant,
    sharing::AgendaItem,
};
use crate::{
    app::{hosting::HostingView, programmes::ProgrammeRecord},
    domain::{
        calendar,
        ids::{MeetingId, ProgrammeId},
        programme,
    },
    graphql::{
        error_code::ErrorCode,
        failure::for_role,
        global_id::global_id,
        loaders::{HostingOf, SharedIn},
        request::scope,
        scalars::{DateTime, LocalDate},
    },
};

/// The part of a programme that a meeting plays.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::programme::MeetingKind")]
pub enum MeetingKind {
    /// The first.
    KickOff,
    /// One in between.
    Regular,
    /// The last.
    Closing,
}

/// One day of a meeting.
#[derive(Debug, SimpleObject)]
pub struct MeetingDay {
    /// The day.
    on: LocalDate,
    /// When it starts.
    starts_at: DateTime,
    /// When it ends.
    ends_at: DateTime,
}

/// A meeting of a programme.
#[derive(Debug, Clone)]
pub struct Meeting {
    meeting: programme::Meeting,
    programme: ProgrammeId,
    zone: Tz,
}

impl Meeting {
    /// The meetings of a programme, in order of time.
    pub fn all_of(record: &ProgrammeRecord) -> Vec<Self> {
        let meetings = record.programme.announced.meetings.iter();
        meetings
            .map(|meeting| Self::within(&record.programme, meeting))
            .collect()
    }

    /// A meeting of a programme.
    pub fn of(record: &ProgrammeRecord, id: MeetingId) -> Option<Self> {
        let meeting = record.programme.meeting(id)?;
        Some(Self::within(&record.programme, meeting))
    }

    /// A meeting of a programme that is at hand.
    pub fn within(programme: &programme::Programme, meeting: &programme::Meeting) -> Self {
        Self {
            meeting: meeting.clone(),
            programme: programme.id,
            zone: programme.announced.time_zone,
        }
    }

    async fn hosting(&self, ctx: &Context<'_>) -> Result<Arc<HostingView>> {
        let found = scope(ctx)?.load(HostingOf(self.programme)).await?;
        found.ok_or_else(|| ErrorCode::InternalServerError.error("a meeting of no programme"))
    }

    /// The bare id.
    pub fn key_id(&self) -> MeetingId {
        self.meeting.id
    }
}

/// A meeting of one or more days.
#[Object]
impl Meeting {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.meeting.id)
    }

    /// From 1, in order of time.
    async fn number(&self) -> u32 {
        self.meeting.number
    }

    /// Its part in the programme.
    async fn kind(&self) -> MeetingKind {
        self.meeting.kind.into()
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.meeting.title
    }

    /// When its first day starts.
    async fn starts_at(&self) -> Result<DateTime> {
        self.meeting.starts_at(self.zone).map(DateTime).ok_or_else(without_days)
    }

    /// When its last day ends.
    async fn ends_at(&self) -> Result<DateTime> {
        self.meeting.ends_at(self.zone).map(DateTime).ok_or_else(without_days)
    }

    /// Its days, in order.
    async fn days(&self) -> Vec<MeetingDay> {
        let instant = |day, time| DateTime(calendar::resolve(day, time, self.zone));
        let day = |day: &programme::MeetingDay| MeetingDay {
            on: day.on.into(),
            starts_at: instant(day.on, day.starts),
            ends_at: instant(day.on, day.ends),
        };
        self.meeting.days.iter().map(day).collect()
    }

    /// Half-days (Dutch: dagdelen) that the organiser counts for it.
    async fn half_days(&self) -> u32 {
        self.meeting.half_days
    }

    /// The municipality where it is held, once known: the host's, else the one that the organiser entered.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.hosting(ctx).await?.municipality(&self.meeting))
    }

    /// Where it is held, once known; for members.
    async fn venue(&self, ctx: &Context<'_>) -> Option<Result<Option<Venue>>> {
        match self.hosting(ctx).await {
            Ok(hosting) => for_role(hosting.venue(self.meeting.id).map(|venue| venue.map(Venue::from))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Who hosts it, once known; for members.
    async fn host(&self, ctx: &Context<'_>) -> Option<Result<Option<Participant>>> {
        match self.hosting(ctx).await {
            Ok(hosting) => for_role(hosting.host(self.meeting.id).map(|host| host.map(Participant::from))),
            Err(error) => Some(Err(error)),
        }
    }

    /// Whether it is to come in a programme that goes ahead, and nobody hosts it.
    async fn needs_host(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.hosting(ctx).await?.needs_host(&self.meeting))
    }

    /// What its host sees to; for the host and the organiser. Null while it has no host. Another host begins anew.
    async fn checklist(&self, ctx: &Context<'_>) -> Option<Result<Option<Vec<ChecklistItem>>>> {
        match self.hosting(ctx).await {
            Ok(hosting) => {
                let locale = hosting.programme().announced.locale;
                let items = |items: Vec<_>| items.into_iter().map(|item| ChecklistItem::of(item, locale)).collect();
                for_role(hosting.checklist(self.meeting.id).map(|found| found.map(items)))
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// What is proposed to speak about: first the final agenda in its order, then the others by votes, at most 100; for members.
    #[graphql(complexity = "20 * child_complexity")]
    async fn agenda(&self, ctx: &Context<'_>) -> Option<Result<Vec<AgendaItem>>> {
        let load = async {
            let shared = scope(ctx)?.load_for_role(SharedIn(self.programme)).await?;
            Ok(AgendaItem::all_of(&shared, self.meeting.id))
        };
        Some(load.await)
    }
}

fn without_days() -> async_graphql::Error {
    ErrorCode::InternalServerError.error("a stored meeting has no days")
}
