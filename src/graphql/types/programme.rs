//! Programmes.

mod terms;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use uuid::Uuid;

pub use terms::{Participant, Price, ProgrammeStatus, Retention};

use super::{
    announcement::Announcement,
    decision::{Decision, DecisionMode, DecisionOutcome},
    harvest::Harvest,
    hosting::VenueOffer,
    meeting::Meeting,
    plan::DecisionPreview,
    registration::{Locale, Registration, RegistrationStatus},
    rule::Rule,
    sharing::{Assignment, LearningLine, LearningWish},
    showcase::Showcase,
    team::TeamMember,
    timeline::TimelineEntry,
};
use crate::{
    app::{programmes::ProgrammeRecord, timeline::Span},
    domain::{ids::ProgrammeId, page::Page, programme},
    graphql::{
        connection::{Connection, Listed, Paging, page_cost},
        failure::for_role,
        global_id::{global_id, id_in},
        loaders::{HarvestsOf, ParticipantsOf, RulesOf, SharedIn},
        request::scope,
        scalars::{DateTime, LocalDate},
    },
};

/// A programme with its counts and decisions.
#[derive(Debug, Clone)]
pub struct Programme(Arc<ProgrammeRecord>);

impl From<ProgrammeRecord> for Programme {
    fn from(record: ProgrammeRecord) -> Self {
        Self(Arc::new(record))
    }
}

impl Programme {
    /// The programme of an id, if the caller may know of it.
    pub async fn load(ctx: &Context<'_>, id: ProgrammeId) -> Result<Option<Self>> {
        Ok(scope(ctx)?.load(id).await?.map(Self))
    }

    fn key_id(&self) -> ProgrammeId {
        self.0.programme.id
    }
}

impl Listed for Programme {
    const NAME: &'static str = "Programme";
    type Key = Uuid;

    fn key(&self) -> Uuid {
        self.key_id().0
    }
}

/// One edition of a learning network: it is announced, people register before a deadline, and it goes ahead if enough do.
#[Object]
impl Programme {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.key_id())
    }

    /// Its name in addresses.
    async fn slug(&self) -> &str {
        &self.0.programme.announced.slug
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.programme.announced.title
    }

    /// A second line of title.
    async fn subtitle(&self) -> Option<&str> {
        self.0.programme.announced.subtitle.as_deref()
    }

    /// What it is about, in Markdown without HTML.
    async fn description(&self) -> &str {
        &self.0.programme.announced.description
    }

    /// For whom it is.
    async fn audience(&self) -> Option<&str> {
        self.0.programme.announced.audience.as_deref()
    }

    /// Its language.
    async fn locale(&self) -> Locale {
        self.0.programme.announced.locale.into()
    }

    /// Where its days and times are, as a name of the tz database.
    async fn time_zone(&self) -> &str {
        self.0.programme.announced.time_zone.name()
    }

    /// How far it has come, as of this request.
    async fn status(&self, ctx: &Context<'_>) -> Result<ProgrammeStatus> {
        Ok(self.0.programme.status(scope(ctx)?.now().await?).into())
    }

    /// At least so many, or it does not go ahead.
    async fn min_participants(&self) -> u32 {
        self.0.programme.announced.min_participants
    }

    /// At most so many.
    async fn max_participants(&self) -> u32 {
        self.0.programme.announced.max_participants
    }

    /// From when one can register; null: from publishing on.
    async fn registration_opens_at(&self) -> Option<DateTime> {
        self.0.programme.announced.registration_opens_at.map(DateTime)
    }

    /// The last day on which one can register, that day included.
    async fn registration_deadline(&self) -> LocalDate {
        self.0.programme.announced.registration_deadline.into()
    }

    /// The end of that day: at this instant registration is closed.
    async fn registration_closes_at(&self) -> DateTime {
        self.0.programme.registration_closes_at().into()
    }

    /// Whether one can register, as of this request.
    async fn is_registration_open(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.programme.is_registration_open(scope(ctx)?.now().await?))
    }

    /// How many places are taken: held, offered or had.
    async fn places_taken(&self) -> u32 {
        self.0.counts.taken
    }

    /// How many places nobody takes.
    async fn places_left(&self) -> u32 {
        self.0
            .programme
            .announced
            .max_participants
            .saturating_sub(self.0.counts.taken)
    }

    /// How many count for the minimum: those registered or confirmed.
    async fn counted_for_minimum(&self) -> u32 {
        self.0.counts.counted
    }

    /// How many wait for a place.
    async fn waiting_count(&self) -> u32 {
        self.0.counts.waiting
    }

    /// Whether the closing instant decides by itself.
    async fn decision_mode(&self) -> DecisionMode {
        self.0.programme.announced.decision_mode.into()
    }

    /// The latest decision.
    async fn decision(&self) -> Option<Decision> {
        self.0.decisions.last().map(Decision::from)
    }

    /// Every decision, the latest last.
    async fn decisions(&self) -> Vec<Decision> {
        self.0.decisions.iter().map(Decision::from).collect()
    }

    /// What taking part costs.
    async fn price(&self) -> Price {
        (&self.0.programme.announced.price).into()
    }

    /// Its meetings, in order of time.
    async fn meetings(&self) -> Vec<Meeting> {
        Meeting::all_of(&self.0)
    }

    /// Where participants present what they bring home; null: there is none.
    async fn showcase(&self) -> Option<Showcase> {
        Showcase::of(&self.0)
    }

    /// What participants bring home, by the time it was first saved: to everybody what is published, to members what was submitted and the own one, to facilitators and organisers all of it.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn harvests(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Harvest>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let view = scope(ctx)?.load_for_role(HarvestsOf(self.key_id())).await?;
        Harvest::page(&view, paging)
    }

    /// How long personal data is kept after the last meeting.
    async fn retention(&self) -> Retention {
        self.0.programme.announced.retention.into()
    }

    /// Who runs and guides it.
    async fn team(&self, ctx: &Context<'_>) -> Result<Vec<TeamMember>> {
        let caller = &scope(ctx)?.caller;
        let member = |member: &programme::TeamMember| TeamMember::seen_by(caller, self.key_id(), member.clone());
        Ok(self.0.programme.announced.team.iter().map(member).collect())
    }

    /// Those who hold a place for good, by arrival; for members: participants, facilitators and organisers.
    async fn participants(&self, ctx: &Context<'_>) -> Option<Result<Vec<Participant>>> {
        let load = async {
            let participants = scope(ctx)?.load_for_role(ParticipantsOf(self.key_id())).await?;
            Ok(participants.iter().map(Participant::from).collect())
        };
        Some(load.await)
    }

    /// What participants want to learn, by time; for members.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn learning_wishes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<LearningWish>>> {
        let load = async {
            let paging = Paging {
                first,
                after,
                last,
                before,
            };
            let shared = scope(ctx)?.load_for_role(SharedIn(self.key_id())).await?;
            LearningWish::page(&shared, shared.sharing.wishes.keys().copied(), paging)
        };
        Some(load.await)
    }

    /// The themes that learning wishes share, by name; for members.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn learning_lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<LearningLine>>> {
        let load = async {
            let paging = Paging {
                first,
                after,
                last,
                before,
            };
            let shared = scope(ctx)?.load_for_role(SharedIn(self.key_id())).await?;
            LearningLine::page(&shared, paging)
        };
        Some(load.await)
    }

    /// What participants work on at their own employers; for members.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn assignments(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Assignment>>> {
        let load = async {
            let paging = Paging {
                first,
                after,
                last,
                before,
            };
            let shared = scope(ctx)?.load_for_role(SharedIn(self.key_id())).await?;
            Assignment::page(&shared, paging)
        };
        Some(load.await)
    }

    /// The registrations, by arrival; for the organiser.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only with one of these statuses.")] status: Option<Vec<RegistrationStatus>>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Registration>>> {
        let find = async {
            let scope = scope(ctx)?;
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window::<Registration>()?;
            let statuses: Option<Vec<_>> = status.map(|given| given.into_iter().map(Into::into).collect());
            Ok(scope
                .app
                .registrations(&scope.caller, self.key_id(), statuses.as_deref(), &window)
                .await)
        };
        match find.await {
            Ok(page) => for_role(page.map(|page| page.map(|view| Registration::within(self, view)).into())),
            Err(error) => Some(Err(error)),
        }
    }

    /// What makes its mails due, in the order of its life; for the organiser.
    async fn rules(&self, ctx: &Context<'_>) -> Option<Result<Vec<Rule>>> {
        let load = async {
            let rules = scope(ctx)?.load_for_role(RulesOf(self.key_id())).await?;
            Ok(rules.iter().cloned().map(Rule).collect())
        };
        Some(load.await)
    }

    /// The venues that participants offer, in the order of offering, those withdrawn too; for the organiser.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn venue_offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<VenueOffer>>> {
        let find = async {
            let scope = scope(ctx)?;
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window::<VenueOffer>()?;
            Ok(scope.app.venue_offers(&scope.caller, self.key_id(), &window).await)
        };
        match find.await {
            Ok(page) => for_role(page.map(|page| page.map(|(view, offer)| VenueOffer::within(view, offer)).into())),
            Err(error) => Some(Err(error)),
        }
    }

    /// What organisers announced, the earliest first; for the organiser.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn announcements(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Announcement>>> {
        let find = async {
            let scope = scope(ctx)?;
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window::<Announcement>()?;
            let found = scope.app.announcements(&scope.caller, self.key_id()).await;
            Ok(found.map(|found| Page::of_list(found, |mail| mail.id.0, &window)))
        };
        match find.await {
            Ok(page) => for_role(page.map(|page| page.map(Announcement).into())),
            Err(error) => Some(Err(error)),
        }
    }

    /// What a go or a no-go would bring now; null unless it is to be decided by people now; for the organiser.
    async fn decision_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The choice.")] outcome: DecisionOutcome,
    ) -> Option<Result<DecisionPreview>> {
        let scope = match scope(ctx) {
            Ok(scope) => scope,
            Err(error) => return Some(Err(error)),
        };
        let found = scope
            .app
            .decision_preview(&scope.caller, self.key_id(), outcome.into())
            .await;
        match found {
            Ok(preview) => preview.map(|preview| Ok(DecisionPreview::of(self.key_id(), preview))),
            Err(error) => for_role(Err(error)),
        }
    }

    /// What became of every reason for something to happen, and what will if nobody acts, in due order; for the organiser.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what is due at this instant or later.")] from: Option<DateTime>,
        #[graphql(desc = "Only what is due at this instant or earlier; else as far as anything is planned.")]
        until: Option<DateTime>,
        #[graphql(
            desc = "Only what is about the person behind this registration; then also each mail by the calendar that participants get and this person does not, with why."
        )]
        registration_id: Option<ID>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<TimelineEntry>>> {
        let find = async {
            let scope = scope(ctx)?;
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window::<TimelineEntry>()?;
            let span = Span {
                from: from.map(|from| from.0),
                until: until.map(|until| until.0),
                registration: registration_id.as_ref().map(id_in),
            };
            Ok(scope.app.timeline(&scope.caller, self.key_id(), span, &window).await)
        };
        match find.await {
            Ok(page) => for_role(page.map(|page| page.map(|item| TimelineEntry::of(self.key_id(), item)).into())),
            Err(error) => Some(Err(error)),
        }
    }
}
