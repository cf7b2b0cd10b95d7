//! Facts in and out of the database, under the programme's lock.
//!
//! Saving compares the facts before and after and writes what differs: an act or a step cannot forget a column, and each
//! changed registration is guarded by the status it had.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use entities::{decision, ledger_entry, meeting, meeting_day, programme, registration, rule, team_member};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IsolationLevel, QueryFilter, QueryOrder, QuerySelect, Set,
    TransactionOptions, TransactionTrait,
    sea_query::{LockBehavior, LockType},
};
use uuid::Uuid;

use super::{
    Result, Store, StoreError, Tx,
    programmes::{meetings_of, team_of},
    rows::{self, ProgrammeState},
};
use crate::domain::{
    facts::Facts,
    ids::{ProgrammeId, RegistrationId},
    programme::{Meeting, TeamMember},
    registration::{Registration, RegistrationStatus},
    rule::RuleKey,
    timeline::BuiltIn,
};

/// A locked programme: nobody else changes it until the transaction ends.
#[derive(Debug)]
pub struct Locked {
    row: programme::Model,
}

impl Locked {
    /// Its id.
    pub fn id(&self) -> ProgrammeId {
        ProgrammeId(self.row.id)
    }

    /// The moment as of which everything due has been carried out: no later act may claim to be earlier.
    pub fn settled_at(&self) -> DateTime<Utc> {
        self.row.settled_at
    }

    /// When the engine looks again.
    pub fn wake_at(&self) -> Option<DateTime<Utc>> {
        self.row.wake_at
    }
}

/// Which registrations an act needs beside those that can still change.
#[derive(Debug, Clone, Default)]
pub enum Scope {
    /// None.
    #[default]
    Live,
    /// One that may have ended.
    With(RegistrationId),
    /// Everybody, also those whose way has ended.
    Everybody,
}

const LIVE: [RegistrationStatus; 5] = [
    RegistrationStatus::Unverified,
    RegistrationStatus::Waiting,
    RegistrationStatus::Offered,
    RegistrationStatus::Registered,
    RegistrationStatus::Confirmed,
];

impl Store {
    /// The facts of a programme as they are now, to look ahead from, with the moment as of which they are settled.
    pub async fn facts(&self, id: ProgrammeId, scope: &Scope) -> Result<Option<(Facts, DateTime<Utc>)>> {
        let options = TransactionOptions {
            isolation_level: self.is_postgres().then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        let snapshot = self.reader.begin_with_options(options).await?;
        let Some(row) = programme::Entity::find_by_id(id.0).one(&snapshot).await? else { return Ok(None) };
        let facts = load(&snapshot, &row, scope).await?;
        snapshot.rollback().await?;
        Ok(Some((facts, row.settled_at)))
    }
}

async fn load(db: &impl ConnectionTrait, row: &programme::Model, scope: &Scope) -> Result<Facts> {
    let id = row.id;
    let mut meetings = meetings_of(db, &[id]).await?;
    let mut team = team_of(db, &[id]).await?;
    let programme = rows::programme(row, meetings.remove(&id).unwrap_or_default(), team.remove(&id).unwrap_or_default())?;
    let live = registration::Column::Status.is_in(LIVE.map(RegistrationStatus::word));
    let wanted = match scope {
        Scope::Live => Condition::all().add(live),
        Scope::With(id) => Condition::any().add(live).add(registration::Column::Id.eq(id.0)),
        Scope::Everybody => Condition::all(),
    };
    let registrations =
        registration::Entity::find().filter(registration::Column::ProgrammeId.eq(id)).filter(wanted).all(db).await?;
    let registrations: Vec<Registration> = registrations.iter().map(rows::registration).collect::<Result<_>>()?;
    let decisions = decision::Entity::find()
        .filter(decision::Column::ProgrammeId.eq(id))
        .order_by_asc(decision::Column::EffectiveAt)
        .all(db)
        .await?;
    let rules = rule::Entity::find().filter(rule::Column::ProgrammeId.eq(id)).order_by_asc(rule::Column::Id).all(db).await?;
    Ok(Facts {
        counts: rows::counts(row)?,
        next_arrival: row.next_arrival,
        registrations: registrations.into_iter().map(|registration| (registration.id, registration)).collect(),
        decisions: decisions.iter().map(rows::decision).collect::<Result<_>>()?,
        rules: rules.iter().map(rows::rule).collect::<Result<_>>()?,
        settled: settled_occurrences(db, id).await?,
        happened: VecDeque::new(),
        programme,
    })
}

/// The occurrences of steps that only the ledger remembers: calendar rules and requests to decide.
async fn settled_occurrences(db: &impl ConnectionTrait, programme: Uuid) -> Result<BTreeSet<(&'static str, String)>> {
    let calendar_rules = RuleKey::ALL.iter().filter(|key| key.is_by_calendar()).map(|key| key.word());
    let words: Vec<&'static str> = calendar_rules.chain([BuiltIn::DecisionProposal.word()]).collect();
    let found: Vec<(String, String)> = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::Source)
        .column(ledger_entry::Column::Occurrence)
        .distinct()
        .filter(ledger_entry::Column::ProgrammeId.eq(programme))
        .filter(ledger_entry::Column::Source.is_in(words.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let known = |source: &str| words.iter().find(|word| **word == source).copied();
    Ok(found.into_iter().filter_map(|(source, occurrence)| Some((known(&source)?, occurrence))).collect())
}

impl Tx {
    /// Locks a programme. None: there is no such programme.
    pub async fn lock_programme(&self, id: ProgrammeId) -> Result<Option<Locked>> {
        let row = programme::Entity::find_by_id(id.0).lock_exclusive().one(&self.0).await?;
        Ok(row.map(|row| Locked { row }))
    }

    /// Locks a programme whose moment has come and that nobody else is busy with.
    pub async fn lock_due_programme(&self, now: DateTime<Utc>, except: &[ProgrammeId]) -> Result<Option<Locked>> {
        let row = programme::Entity::find()
            .filter(programme::Column::WakeAt.lte(now))
            .filter(programme::Column::Id.is_not_in(except.iter().map(|id| id.0)))
            .order_by_asc(programme::Column::WakeAt)
            .order_by_asc(programme::Column::Id)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(&self.0)
            .await?;
        Ok(row.map(|row| Locked { row }))
    }

    /// Loads the facts of a locked programme.
    pub async fn facts(&self, locked: &Locked, scope: &Scope) -> Result<Facts> {
        load(&self.0, &locked.row, scope).await
    }

    /// Stores a new programme.
    pub async fn insert_programme(&self, facts: &Facts, now: DateTime<Utc>) -> Result<()> {
        let state = ProgrammeState {
            programme: &facts.programme,
            counts: &facts.counts,
            next_arrival: facts.next_arrival,
            wake_at: None,
            settled_at: now,
        };
        let mut row = rows::programme_row(&state);
        row.created_at = Set(now);
        row.insert(&self.0).await?;
        let id = facts.programme.id;
        self.save_meetings(id, &[], &facts.programme.announced.meetings).await?;
        self.save_team(id, &[], &facts.programme.announced.team).await?;
        for rule in &facts.rules {
            rows::rule_row(id, rule).insert(&self.0).await?;
        }
        Ok(())
    }

    /// Writes what differs between the facts as loaded and as they are now.
    pub async fn save(
        &self,
        before: &Facts,
        after: &Facts,
        wake_at: Option<DateTime<Utc>>,
        settled_at: DateTime<Utc>,
    ) -> Result<()> {
        let id = after.programme.id;
        let state = ProgrammeState {
            programme: &after.programme,
            counts: &after.counts,
            next_arrival: after.next_arrival,
            wake_at,
            settled_at,
        };
        rows::programme_row(&state).update(&self.0).await?;
        self.save_meetings(id, &before.programme.announced.meetings, &after.programme.announced.meetings).await?;
        self.save_team(id, &before.programme.announced.team, &after.programme.announced.team).await?;
        self.save_registrations(id, &before.registrations, &after.registrations).await?;
        for decision in after.decisions.iter().skip(before.decisions.len()) {
            rows::decision_row(id, decision).insert(&self.0).await?;
        }
        for rule in after.rules.iter().filter(|rule| !before.rules.contains(rule)) {
            let row = rows::rule_row(id, rule);
            if before.rules.iter().any(|earlier| earlier.id == rule.id) {
                row.update(&self.0).await?;
            } else {
                row.insert(&self.0).await?;
            }
        }
        Ok(())
    }

    async fn save_registrations(
        &self,
        programme: ProgrammeId,
        before: &BTreeMap<RegistrationId, Registration>,
        after: &BTreeMap<RegistrationId, Registration>,
    ) -> Result<()> {
        // By id, so that two transactions never wait for each other.
        for (id, registration) in after {
            let row = rows::registration_row(programme, registration);
            match before.get(id) {
                Some(earlier) if earlier == registration => {}
                Some(earlier) => {
                    let written = registration::Entity::update_many()
                        .set(row)
                        .filter(registration::Column::Id.eq(id.0))
                        .filter(registration::Column::Status.eq(earlier.status.word()))
                        .exec(&self.0)
                        .await?;
                    if written.rows_affected != 1 {
                        return Err(StoreError::Stale { what: "a registration" });
                    }
                }
                None => {
                    row.insert(&self.0).await?;
                }
            }
        }
        Ok(())
    }

    async fn save_meetings(&self, programme: ProgrammeId, before: &[Meeting], after: &[Meeting]) -> Result<()> {
        if before == after {
            return Ok(());
        }
        let gone = before.iter().filter(|meeting| after.iter().all(|kept| kept.id != meeting.id)).map(|meeting| meeting.id.0);
        meeting::Entity::delete_many().filter(meeting::Column::Id.is_in(gone)).exec(&self.0).await?;
        // The numbers are unique, so those that move stand aside first.
        for kept in before.iter().filter(|meeting| after.iter().any(|other| other.id == meeting.id)) {
            let aside = meeting::ActiveModel {
                id: Set(kept.id.0),
                number: Set(-1 - i32::try_from(kept.number).unwrap_or(0)),
                ..Default::default()
            };
            aside.update(&self.0).await?;
        }
        for meeting in after {
            let row = rows::meeting_row(programme, meeting);
            if before.iter().any(|earlier| earlier.id == meeting.id) {
                row.update(&self.0).await?;
            } else {
                row.insert(&self.0).await?;
            }
            meeting_day::Entity::delete_many().filter(meeting_day::Column::MeetingId.eq(meeting.id.0)).exec(&self.0).await?;
            for day in &meeting.days {
                rows::meeting_day_row(meeting.id, day).insert(&self.0).await?;
            }
        }
        Ok(())
    }

    async fn save_team(&self, programme: ProgrammeId, before: &[TeamMember], after: &[TeamMember]) -> Result<()> {
        if before == after {
            return Ok(());
        }
        let gone: Vec<_> =
            before.iter().filter(|member| after.iter().all(|kept| kept.id != member.id)).map(|member| member.id.0).collect();
        team_member::Entity::delete_many().filter(team_member::Column::Id.is_in(gone.iter().copied())).exec(&self.0).await?;
        self.revoke_links_of(&gone).await?;
        for (position, member) in after.iter().enumerate() {
            let row = rows::team_member_row(programme, position, member);
            if before.iter().any(|earlier| earlier.id == member.id) {
                row.update(&self.0).await?;
            } else {
                row.insert(&self.0).await?;
            }
        }
        Ok(())
    }
}
