//! Reading programmes, registrations and teams, for those who look and do not act. A list costs a constant number of
//! statements.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::{decision, meeting, meeting_day, programme, registration, rule, team_member};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Result, Store, Tx, rows, rules};
use crate::domain::{
    decision::Decision,
    facts::Counts,
    ids::{MeetingId, ProgrammeId, RegistrationId, RuleId, TeamMemberId},
    page::{Page, Window},
    programme::{Meeting, Phase, Programme, ProgrammeStatus, TeamMember},
    registration::{PersonKey, Registration, RegistrationStatus},
    rule::Rule,
    text::Slug,
};

/// A programme with its counts and decisions.
#[derive(Debug, Clone)]
pub struct ProgrammeRecord {
    /// The programme.
    pub programme: Programme,
    /// How many registrations there are of each sort.
    pub counts: Counts,
    /// Every decision, the latest last.
    pub decisions: Vec<Decision>,
    /// When the engine looks again.
    pub wake_at: Option<DateTime<Utc>>,
}

impl ProgrammeRecord {
    /// How many who register now get a place: none while a verified person waits (rule 4).
    pub fn places_for_newcomers(&self) -> u32 {
        let left = self
            .programme
            .announced
            .max_participants
            .saturating_sub(self.counts.taken);
        if self.counts.waiting_verified == 0 { left } else { 0 }
    }
}

/// Which programmes are asked for.
#[derive(Debug, Clone)]
pub struct ProgrammeFilter {
    /// Drafts of these programmes are seen too; none: of all.
    pub drafts_of: Option<Vec<ProgrammeId>>,
    /// Only these.
    pub only: Option<Vec<ProgrammeId>>,
    /// Only with these statuses at a moment.
    pub statuses: Option<Vec<ProgrammeStatus>>,
    /// That moment.
    pub now: DateTime<Utc>,
}

pub(super) async fn meetings_of(db: &impl ConnectionTrait, programmes: &[Uuid]) -> Result<HashMap<Uuid, Vec<Meeting>>> {
    let meetings = meeting::Entity::find()
        .filter(meeting::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .order_by_asc(meeting::Column::Number)
        .all(db)
        .await?;
    let days = meeting_day::Entity::find()
        .filter(meeting_day::Column::MeetingId.is_in(meetings.iter().map(|meeting| meeting.id)))
        .order_by_asc(meeting_day::Column::HeldOn)
        .all(db)
        .await?;
    let mut by_meeting: HashMap<Uuid, Vec<_>> = HashMap::new();
    for day in &days {
        by_meeting
            .entry(day.meeting_id)
            .or_default()
            .push(rows::meeting_day(day));
    }
    let mut by_programme: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in &meetings {
        let meeting = rows::meeting(row, by_meeting.remove(&row.id).unwrap_or_default())?;
        by_programme.entry(row.programme_id).or_default().push(meeting);
    }
    Ok(by_programme)
}

pub(super) async fn team_of(db: &impl ConnectionTrait, programmes: &[Uuid]) -> Result<HashMap<Uuid, Vec<TeamMember>>> {
    let members = team_member::Entity::find()
        .filter(team_member::Column::ProgrammeId.is_in(programmes.iter().copied()))
        .order_by_asc(team_member::Column::Position)
        .all(db)
        .await?;
    let mut by_programme: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in &members {
        by_programme
            .entry(row.programme_id)
            .or_default()
            .push(rows::team_member(row)?);
    }
    Ok(by_programme)
}

async fn records(db: &impl ConnectionTrait, found: Vec<programme::Model>) -> Result<Vec<ProgrammeRecord>> {
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let mut meetings = meetings_of(db, &ids).await?;
    let mut team = team_of(db, &ids).await?;
    let rows = decision::Entity::find()
        .filter(decision::Column::ProgrammeId.is_in(ids))
        .order_by_asc(decision::Column::EffectiveAt)
        .all(db)
        .await?;
    let mut decisions: HashMap<Uuid, Vec<Decision>> = HashMap::new();
    for row in &rows {
        decisions
            .entry(row.programme_id)
            .or_default()
            .push(rows::decision(row)?);
    }
    found
        .into_iter()
        .map(|row| {
            let id = row.id;
            Ok(ProgrammeRecord {
                programme: rows::programme(
                    &row,
                    meetings.remove(&id).unwrap_or_default(),
                    team.remove(&id).unwrap_or_default(),
                )?,
                counts: rows::counts(&row)?,
                decisions: decisions.remove(&id).unwrap_or_default(),
                wake_at: row.wake_at,
            })
        })
        .collect()
}

/// Whether a programme has a status at a moment: awaiting a decision is being open when the closing instant has passed.
fn with_status(status: ProgrammeStatus, now: DateTime<Utc>) -> Condition {
    let phase = |phase: Phase| Condition::all().add(programme::Column::Phase.eq(phase.word()));
    match status {
        ProgrammeStatus::Draft => phase(Phase::Draft),
        ProgrammeStatus::Open => phase(Phase::Open).add(programme::Column::RegistrationClosesAt.gt(now)),
        ProgrammeStatus::AwaitingDecision => phase(Phase::Open).add(programme::Column::RegistrationClosesAt.lte(now)),
        ProgrammeStatus::GoingAhead => phase(Phase::GoingAhead),
        ProgrammeStatus::Cancelled => phase(Phase::Cancelled),
        ProgrammeStatus::Completed => phase(Phase::Completed),
    }
}

async fn rules(db: &impl ConnectionTrait, programme: ProgrammeId) -> Result<Vec<Rule>> {
    let found = rule::Entity::find()
        .filter(rule::Column::ProgrammeId.eq(programme.0))
        .all(db)
        .await?;
    let mut rules: Vec<Rule> = found.iter().map(rules::rule).collect::<Result<_>>()?;
    rules.sort_unstable_by_key(|rule| rule.key);
    Ok(rules)
}

async fn registrations_by_id(
    db: &impl ConnectionTrait,
    ids: &[RegistrationId],
) -> Result<Vec<(ProgrammeId, Registration)>> {
    let found = registration::Entity::find()
        .filter(registration::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(db)
        .await?;
    found
        .iter()
        .map(|row| Ok((ProgrammeId(row.programme_id), rows::registration(row)?)))
        .collect()
}

impl Store {
    /// The programme of a slug.
    pub async fn programme_by_slug(&self, slug: &Slug) -> Result<Option<ProgrammeRecord>> {
        let found = programme::Entity::find()
            .filter(programme::Column::Slug.eq(&**slug))
            .all(&self.reader)
            .await?;
        Ok(records(&self.reader, found).await?.pop())
    }

    /// The programmes of some ids, in no order.
    pub async fn programmes_by_id(&self, ids: &[ProgrammeId]) -> Result<Vec<ProgrammeRecord>> {
        let found = programme::Entity::find()
            .filter(programme::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.reader)
            .await?;
        records(&self.reader, found).await
    }

    /// A stretch of the list of programmes, in the order in which they were entered.
    pub async fn programmes(&self, filter: &ProgrammeFilter, window: &Window<Uuid>) -> Result<Page<ProgrammeRecord>> {
        let mut wanted = Condition::all();
        if let Some(ids) = &filter.drafts_of {
            let own = programme::Column::Id.is_in(ids.iter().map(|id| id.0));
            wanted = wanted.add(
                Condition::any()
                    .add(programme::Column::Phase.ne(Phase::Draft.word()))
                    .add(own),
            );
        }
        if let Some(ids) = &filter.only {
            wanted = wanted.add(programme::Column::Id.is_in(ids.iter().map(|id| id.0)));
        }
        if let Some(statuses) = &filter.statuses {
            wanted = wanted.add(statuses.iter().fold(Condition::any(), |any, status| {
                any.add(with_status(*status, filter.now))
            }));
        }
        let select = programme::Entity::find().filter(wanted);
        let total = select.clone().count(&self.reader).await?;
        let mut stretch = select.limit(window.limit as u64 + 1);
        if let Some(after) = window.after {
            stretch = stretch.filter(programme::Column::Id.gt(after));
        }
        if let Some(before) = window.before {
            stretch = stretch.filter(programme::Column::Id.lt(before));
        }
        stretch = if window.is_from_end {
            stretch.order_by_desc(programme::Column::Id)
        } else {
            stretch.order_by_asc(programme::Column::Id)
        };
        let found = stretch.all(&self.reader).await?;
        Ok(Page::of_fetched(records(&self.reader, found).await?, window, total))
    }

    /// The registrations of some ids with their programmes' ids, in no order.
    pub async fn registrations_by_id(&self, ids: &[RegistrationId]) -> Result<Vec<(ProgrammeId, Registration)>> {
        registrations_by_id(&self.reader, ids).await
    }

    /// The registration of a person that has not ended; none: there is none in that programme.
    pub async fn live_registration(&self, programme: ProgrammeId, person: &PersonKey) -> Result<Option<Registration>> {
        let final_words = RegistrationStatus::ALL
            .into_iter()
            .filter(|status| status.is_final())
            .map(RegistrationStatus::word);
        let row = registration::Entity::find()
            .filter(registration::Column::ProgrammeId.eq(programme.0))
            .filter(registration::Column::PersonKey.eq(person.0.as_str()))
            .filter(registration::Column::Status.is_not_in(final_words))
            .one(&self.reader)
            .await?;
        row.as_ref().map(rows::registration).transpose()
    }

    /// A stretch of a programme's registrations, by arrival.
    pub async fn registrations(
        &self,
        programme: ProgrammeId,
        statuses: Option<&[RegistrationStatus]>,
        window: &Window<i64>,
    ) -> Result<Page<Registration>> {
        let mut select = registration::Entity::find().filter(registration::Column::ProgrammeId.eq(programme.0));
        if let Some(statuses) = statuses {
            select = select.filter(registration::Column::Status.is_in(statuses.iter().map(|status| status.word())));
        }
        let total = select.clone().count(&self.reader).await?;
        let mut stretch = select.limit(window.limit as u64 + 1);
        if let Some(after) = window.after {
            stretch = stretch.filter(registration::Column::Arrival.gt(after));
        }
        if let Some(before) = window.before {
            stretch = stretch.filter(registration::Column::Arrival.lt(before));
        }
        let arrival = registration::Column::Arrival;
        stretch = if window.is_from_end {
            stretch.order_by_desc(arrival)
        } else {
            stretch.order_by_asc(arrival)
        };
        let found = stretch.all(&self.reader).await?;
        Ok(Page::of_fetched(
            found.iter().map(rows::registration).collect::<Result<_>>()?,
            window,
            total,
        ))
    }

    /// How many wait before each of these registrations, itself included: the positions in the waiting list.
    pub async fn waiting_line(
        &self,
        programmes: &[ProgrammeId],
    ) -> Result<HashMap<ProgrammeId, Vec<(i64, RegistrationId)>>> {
        let found: Vec<(Uuid, i64, Uuid)> = registration::Entity::find()
            .select_only()
            .column(registration::Column::ProgrammeId)
            .column(registration::Column::Arrival)
            .column(registration::Column::Id)
            .filter(registration::Column::ProgrammeId.is_in(programmes.iter().map(|id| id.0)))
            .filter(registration::Column::Status.eq(RegistrationStatus::Waiting.word()))
            .order_by_asc(registration::Column::Arrival)
            .into_tuple()
            .all(&self.reader)
            .await?;
        let mut lines: HashMap<ProgrammeId, Vec<_>> = HashMap::new();
        for (programme, arrival, id) in found {
            lines
                .entry(ProgrammeId(programme))
                .or_default()
                .push((arrival, RegistrationId(id)));
        }
        Ok(lines)
    }

    /// A member of a team, with the programme.
    pub async fn team_member(&self, id: TeamMemberId) -> Result<Option<(ProgrammeId, TeamMember)>> {
        let row = team_member::Entity::find_by_id(id.0).one(&self.reader).await?;
        row.map(|row| Ok((ProgrammeId(row.programme_id), rows::team_member(&row)?)))
            .transpose()
    }

    /// The rules of a programme, in the order of its life.
    pub async fn rules(&self, programme: ProgrammeId) -> Result<Vec<Rule>> {
        rules(&self.reader, programme).await
    }

    /// The rules of some programmes, each in the order of its life.
    pub async fn rules_of(&self, programmes: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, Vec<Rule>>> {
        let found = rule::Entity::find()
            .filter(rule::Column::ProgrammeId.is_in(programmes.iter().map(|id| id.0)))
            .all(&self.reader)
            .await?;
        let mut rules: HashMap<ProgrammeId, Vec<Rule>> = HashMap::new();
        for row in &found {
            rules
                .entry(ProgrammeId(row.programme_id))
                .or_default()
                .push(rules::rule(row)?);
        }
        for rules in rules.values_mut() {
            rules.sort_unstable_by_key(|rule| rule.key);
        }
        Ok(rules)
    }

    /// The rules of some ids with their programmes' ids, in no order.
    pub async fn rules_by_id(&self, ids: &[RuleId]) -> Result<Vec<(ProgrammeId, Rule)>> {
        let found = rule::Entity::find()
            .filter(rule::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.reader)
            .await?;
        found
            .iter()
            .map(|row| Ok((ProgrammeId(row.programme_id), rules::rule(row)?)))
            .collect()
    }

    /// Those who hold a place for good in some programmes, by arrival.
    pub async fn participants_of(&self, programmes: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, Vec<Registration>>> {
        let counting = RegistrationStatus::ALL
            .into_iter()
            .filter(|status| status.counts())
            .map(RegistrationStatus::word);
        let found = registration::Entity::find()
            .filter(registration::Column::ProgrammeId.is_in(programmes.iter().map(|id| id.0)))
            .filter(registration::Column::Status.is_in(counting))
            .order_by_asc(registration::Column::Arrival)
            .all(&self.reader)
            .await?;
        let mut participants: HashMap<ProgrammeId, Vec<Registration>> = HashMap::new();
        for row in &found {
            participants
                .entry(ProgrammeId(row.programme_id))
                .or_default()
                .push(rows::registration(row)?);
        }
        Ok(participants)
    }

    /// The programmes that some meetings belong to, in no order.
    pub async fn programmes_of_meetings(&self, meetings: &[MeetingId]) -> Result<Vec<ProgrammeId>> {
        let found: Vec<Uuid> = meeting::Entity::find()
            .select_only()
            .column(meeting::Column::ProgrammeId)
            .distinct()
            .filter(meeting::Column::Id.is_in(meetings.iter().map(|id| id.0)))
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(found.into_iter().map(ProgrammeId).collect())
    }

    /// Whether any programme was ever entered.
    pub async fn has_programmes(&self) -> Result<bool> {
        Ok(programme::Entity::find().one(&self.reader).await?.is_some())
    }

    /// The latest moment as of which a programme was settled; it is to come where the clock was set back since.
    pub async fn settled_until(&self) -> Result<Option<DateTime<Utc>>> {
        let latest = programme::Entity::find()
            .select_only()
            .column_as(programme::Column::SettledAt.max(), "settled_at")
            .into_tuple::<Option<DateTime<Utc>>>()
            .one(&self.reader)
            .await?;
        Ok(latest.flatten())
    }

    /// The earliest moment at which a programme wants to be looked at; of those after an instant, where one is given.
    pub async fn next_wake(&self, after: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>> {
        let earliest = programme::Entity::find()
            .select_only()
            .column(programme::Column::WakeAt)
            .filter(programme::Column::WakeAt.is_not_null())
            .filter(Condition::all().add_option(after.map(|after| programme::Column::WakeAt.gt(after))))
            .order_by_asc(programme::Column::WakeAt)
            .into_tuple()
            .one(&self.reader)
            .await?;
        Ok(earliest)
    }
}

impl Tx {
    /// A programme.
    pub async fn programme(&self, id: ProgrammeId) -> Result<Option<Programme>> {
        let found = programme::Entity::find_by_id(id.0).all(&self.0).await?;
        Ok(records(&self.0, found).await?.pop().map(|record| record.programme))
    }

    /// The rules of a programme.
    pub async fn rules(&self, programme: ProgrammeId) -> Result<Vec<Rule>> {
        rules(&self.0, programme).await
    }

    /// The registrations of some ids, in no order.
    pub async fn registrations_by_id(&self, ids: &[RegistrationId]) -> Result<Vec<Registration>> {
        Ok(registrations_by_id(&self.0, ids)
            .await?
            .into_iter()
            .map(|(_, registration)| registration)
            .collect())
    }

    /// The programme of a slug, by id.
    pub async fn programme_id(&self, slug: &Slug) -> Result<Option<ProgrammeId>> {
        let id: Option<Uuid> = programme::Entity::find()
            .select_only()
            .column(programme::Column::Id)
            .filter(programme::Column::Slug.eq(&**slug))
            .into_tuple()
            .one(&self.0)
            .await?;
        Ok(id.map(ProgrammeId))
    }
}
