//! The showcase, where participants present what they bring home.

use async_graphql::{Context, Object, Result};
use chrono_tz::Tz;

use super::{
    guests::{Invitation, InvitationStatus},
    harvest::ShowcaseSlot,
    hosting::Venue,
};
use crate::{
    app::programmes::ProgrammeRecord,
    domain::{ids::ProgrammeId, programme},
    graphql::{
        connection::{Connection, Paging, page_cost},
        error_code::ErrorCode,
        failure::for_role,
        loaders::{AcceptedGuestsOf, HarvestsOf, HostingOf},
        request::scope,
        scalars::DateTime,
    },
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

    /// Where it is, as far as that is known: at the venue of the meeting one of whose days it is on; for members and guests.
    async fn venue(&self, ctx: &Context<'_>) -> Option<Result<Option<Venue>>> {
        let load = async { scope(ctx)?.load(HostingOf(self.programme)).await };
        match load.await {
            Ok(Some(hosting)) => for_role(hosting.showcase_venue().map(|venue| venue.as_ref().map(Venue::from))),
            Ok(None) => Some(Err(ErrorCode::InternalServerError.error("a showcase of no programme"))),
            Err(error) => Some(Err(error)),
        }
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

    /// How many guests come.
    async fn accepted_guests(&self, ctx: &Context<'_>) -> Result<u32> {
        let count = scope(ctx)?.load(AcceptedGuestsOf(self.programme)).await?;
        Ok(count.unwrap_or(0))
    }

    /// The invitations, in the order of inviting: all of them for the organiser, the own ones for a member.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only with one of these statuses.")] status: Option<Vec<InvitationStatus>>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Invitation>>> {
        let find = async {
            let scope = scope(ctx)?;
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window::<Invitation>()?;
            let statuses: Option<Vec<_>> = status.map(|given| given.into_iter().map(Into::into).collect());
            Ok(scope
                .app
                .invitations(&scope.caller, self.programme, statuses, &window)
                .await)
        };
        match find.await {
            Ok(page) => for_role(page.map(|page| page.map(Invitation::from).into())),
            Err(error) => Some(Err(error)),
        }
    }
}
