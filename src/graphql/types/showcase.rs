//! The showcase, where participants present what they bring home.

use async_graphql::{Context, Object, Result};
use chrono_tz::Tz;

use super::harvest::ShowcaseSlot;
use crate::{
    app::programmes::ProgrammeRecord,
    domain::{ids::ProgrammeId, programme},
    graphql::{loaders::HarvestsOf, request::scope, scalars::DateTime},
};

/// The day on which participants present to guests.
#[derive(Debug, Clone, Copy)]
pub struct Showcase {
    programme: ProgrammeId,
    showcase: programme::Showcase,
    zone: Tz,
}

impl Showcase {
    /// The showcase of a programme, if it has one.
    pub fn of(record: &ProgrammeRecord) -> Option<Self> {
        let announced = &record.programme.announced;
        announced.showcase.map(|showcase| Self {
            programme: record.programme.id,
            showcase,
            zone: announced.time_zone,
        })
    }
}

/// The day on which participants present what they bring home (Dutch: manifestatie).
#[Object]
impl Showcase {
    /// When it starts.
    async fn starts_at(&self) -> DateTime {
        self.showcase.starts_at(self.zone).into()
    }

    /// When it ends.
    async fn ends_at(&self) -> DateTime {
        self.showcase.ends_at(self.zone).into()
    }

    /// How many guests fit; null: nobody counts them.
    async fn capacity(&self) -> Option<u32> {
        self.showcase.capacity
    }

    /// How many guests one person may invite.
    async fn guest_quota(&self) -> u32 {
        self.showcase.guest_quota
    }

    /// What is presented, in order of time: of published harvests to everybody, of accepted ones to members as well. A time that the showcase was moved away from is none.
    async fn slots(&self, ctx: &Context<'_>) -> Result<Vec<ShowcaseSlot>> {
        let view = scope(ctx)?.load(HarvestsOf(self.programme)).await?;
        Ok(view.map_or_else(Vec::new, |view| ShowcaseSlot::all_of(&view)))
    }
}
