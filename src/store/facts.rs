//! Facts in and out of the database, under the programme's lock.
//!
//! Saving compares the facts before and after and writes what differs: an act or a step cannot forget a column, and each
//! changed registration is guarded by the status it had.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use entities::{decision, ledger_entry, meeting, meeting_day, programme, registration, rule, team_member};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IsolationLevel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Set, TransactionOptions, TransactionTrait, sea_query::SimpleExpr,
};
use uuid::Uuid;

use super::{
    Busy, Result, Store, StoreError, Tx,
    announcements::announcements_of,
    guests::guests,
    harvest::harvests,
    hosting::hosting,
    people::WhomColumns,
    programmes::{meetings_of, team_of},
    rows::{self, ProgrammeState},
    rules,
    scope::{Locked, Scope, Touched},
    sharing, suppression,
};
use crate::domain::{
    facts::{Ahead, Facts},
    ids::{ProgrammeId, RegistrationId},
    message::Recipient,
    programme::{Meeting, Phase, Programme, TeamMember},
    registration::{Registration, RegistrationStatus},
    rule::RuleKey,
    sharing::Sharing,
    timeline::BuiltIn,
};

const LIVE: [RegistrationStatus; 5] = [
    RegistrationStatus::Unverified,
    RegistrationStatus::Waiting,
    RegistrationStatus::Offered,
    RegistrationStatus::Registered,
    RegistrationStatus::Confirmed,
];

/// The programmes whose moment has come, beside some.
pub(super) fn due_programmes(now: DateTime<Utc>, except: &[ProgrammeId]) -> Select<programme::Entity> {
    programme::Entity::find()
        .filter(programme::Column::WakeAt.lte(now))
        .filter(programme::Column::Id.is_not_in(except.iter().map(|id| id.0)))
}

impl Store {
    /// Whether a programme's moment has come, beside some: also one that somebody is busy with, for what is not committed still
    /// shows as due.
    pub async fn is_any_programme_due(&self, now: DateTime<Utc>, except: &[ProgrammeId]) -> Result<bool> {
        let one: Option<Uuid> = due_programmes(now, except)
            .select_only()
            .column(programme::Column::Id)
            .into_tuple()
            .one(&self.reader)
            .await?;
        Ok(one.is_some())
    }

    /// The facts of a programme as they are now, to look ahead from, with the moment as of which they are settled.
    pub async fn facts(&self, id: ProgrammeId, scope: &Scope) -> Result<Option<(Facts, DateTime<Utc>)>> {
        let options = TransactionOptions {
            isolation_level: self.is_postgres().then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        let snapshot = self.reader.begin_with_options(options).await?;
        let Some(row) = programme::Entity::find_by_id(id.0).one(&snapshot).await? else {
            return Ok(None);
        };
        let facts = load(&snapshot, &row, scope, false).await?;
        snapshot.rollback().await?;
        Ok(Some((facts, row.settled_at)))
    }
}

async fn load(db: &impl ConnectionTrait, row: &programme::Model, scope: &Scope, is_due: bool) -> Result<Facts> {
    let id = row.id;
    let mut meetings = meetings_of(db, &[id]).await?;
    let mut team = team_of(db, &[id]).await?;
    let programme = rows::programme(
        row,
        meetings.remove(&id).unwrap_or_default(),
        team.remove(&id).unwrap_or_default(),
    )?;
    let (registrations, ahead) = match scope {
        Scope::Everybody => (registrations_where(db, id, Condition::all()).await?, Ahead::default()),
        Scope::Live => (
            registrations_where(db, id, Condition::all().add(is_live())).await?,
            Ahead::default(),
        ),
        Scope::Touched(touched) if is_due => {
            let wanted = touched.condition().add(is_live());
            (registrations_where(db, id, wanted).await?, Ahead::default())
        }
        Scope::Touched(touched) => touched_registrations(db, row, touched).await?,
    };
    let decisions = decision::Entity::find()
        .filter(decision::Column::ProgrammeId.eq(id))
        .order_by_asc(decision::Column::EffectiveAt)
        .all(db)
        .await?;
    let found_rules = rule::Entity::find()
        .filter(rule::Column::ProgrammeId.eq(id))
        .order_by_asc(rule::Column::Id)
        .all(db)
        .await?;
    Ok(Facts {
        counts: rows::counts(row)?,
        next_arrival: row.next_arrival,
        registrations,
        ahead,
        decisions: decisions.iter().map(rows::decision).collect::<Result<_>>()?,
        announcements: announcements_of(db, id).await?,
        rules: found_rules.iter().map(rules::rule).collect::<Result<_>>()?,
        settled: settled_occurrences(db, id).await?,
        told: told(db, id).await?,
        happened: VecDeque::new(),
        erasures: Vec::new(),
        refused_addresses: suppression::untold(db, programme.id).await?,
        sharing: shared(db, id, &programme, scope).await?,
        hosting: hosting(db, &programme).await?,
        harvests: harvests(db, &programme).await?,
        guests: guests(db, &programme).await?,
        programme,
    })
}

/// What participants share. It begins with the go; only the facilitators can be asked before it.
async fn shared(db: &impl ConnectionTrait, id: Uuid, programme: &Programme, scope: &Scope) -> Result<Sharing> {
    match (programme.phase, scope) {
        (Phase::GoingAhead | Phase::Completed, _) => Ok(Sharing {
            questions: sharing::questions_of(db, id, None).await?,
            ..sharing::sharing_of(db, &[id]).await?.remove(&id).unwrap_or_default()
        }),
        (Phase::Open, Scope::Touched(Touched { registration, .. })) if registration.is_some() => Ok(Sharing {
            questions: sharing::questions_of(db, id, *registration).await?,
            ..Sharing::default()
        }),
        _ => Ok(Sharing::default()),
    }
}

type Registrations = BTreeMap<RegistrationId, Registration>;

fn is_live() -> SimpleExpr {
    registration::Column::Status.is_in(LIVE.map(RegistrationStatus::word))
}

impl Touched {
    fn condition(&self) -> Condition {
        let live_with = |column: SimpleExpr| Condition::all().add(is_live()).add(column);
        Condition::any()
            // Without anything touched, nothing.
            .add(registration::Column::Id.is_in(self.registration.map(|id| id.0)))
            .add_option(self.person.as_ref().map(|person| live_with(registration::Column::PersonKey.eq(&person.0))))
            .add_option(self.address.as_ref().map(|address| live_with(registration::Column::EmailKey.eq(address))))
    }
}

async fn registrations_where(db: &impl ConnectionTrait, programme: Uuid, wanted: Condition) -> Result<Registrations> {
    let found = registration::Entity::find()
        .filter(registration::Column::ProgrammeId.eq(programme))
        .filter(wanted)
        .all(db)
        .await?;
    found
        .iter()
        .map(|row| rows::registration(row).map(|registration| (registration.id, registration)))
        .collect()
}

/// What an act touches, the verified people to whom the free places and the one that the act may free could go, and how many
/// wait before each of them who are not loaded.
async fn touched_registrations(
    db: &impl ConnectionTrait,
    row: &programme::Model,
    touched: &Touched,
) -> Result<(Registrations, Ahead)> {
    let mut wanted = touched.condition();
    if row.phase == Phase::GoingAhead.word() {
        // What an act brings then can concern everybody who takes part: a host who leaves, a place that changes.
        wanted = wanted.add(registration::Column::Status.eq(RegistrationStatus::Confirmed.word()));
    }
    let mut registrations = registrations_where(db, row.id, wanted).await?;
    let is_waiting = registration::Column::Status.eq(RegistrationStatus::Waiting.word());
    if row.waiting_verified > 0 {
        let places = u64::try_from(row.max_participants - row.taken).unwrap_or(0) + 1;
        let first_in_line = registration::Entity::find()
            .filter(registration::Column::ProgrammeId.eq(row.id))
            .filter(is_waiting.clone())
            .filter(registration::Column::VerifiedAt.is_not_null())
            .order_by_asc(registration::Column::Arrival)
            .limit(places)
            .all(db)
            .await?;
        for row in &first_in_line {
            let registration = rows::registration(row)?;
            registrations.insert(registration.id, registration);
        }
    }
    let waiting: Vec<(i64, RegistrationId)> = registrations
        .values()
        .filter(|registration| registration.status == RegistrationStatus::Waiting)
        .map(|registration| (registration.arrival, registration.id))
        .collect();
    let loaded = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    let mut ahead = Ahead {
        of_newcomers: u32::try_from(row.waiting).unwrap_or(0).saturating_sub(loaded),
        ..Ahead::default()
    };
    for (arrival, id) in &waiting {
        let before = registration::Entity::find()
            .filter(registration::Column::ProgrammeId.eq(row.id))
            .filter(is_waiting.clone())
            .filter(registration::Column::Arrival.lt(*arrival))
            .count(db)
            .await?;
        let loaded_before = waiting.iter().filter(|(other, _)| other < arrival).count() as u64;
        ahead.of.insert(
            *id,
            u32::try_from(before.saturating_sub(loaded_before)).unwrap_or(u32::MAX),
        );
    }
    Ok((registrations, ahead))
}

/// The occurrences of steps that only the ledger remembers: calendar rules, announcements and requests to decide.
async fn settled_occurrences(db: &impl ConnectionTrait, programme: Uuid) -> Result<BTreeSet<(&'static str, String)>> {
    let calendar_rules = RuleKey::ALL
        .iter()
        .filter(|key| key.is_by_calendar())
        .map(|key| key.word());
    let others = [
        BuiltIn::DecisionProposal.word(),
        BuiltIn::Completion.word(),
        BuiltIn::HostAssignment.word(),
        BuiltIn::GuestErasure.word(),
        BuiltIn::ParticipantErasure.word(),
        RuleKey::Announcement.word(),
    ];
    let words: Vec<&'static str> = calendar_rules.chain(others).collect();
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
    Ok(found
        .into_iter()
        .filter_map(|(source, occurrence)| Some((known(&source)?, occurrence)))
        .collect())
}

/// Source and occurrence of a mail, and the columns of [`WhomColumns`].
type TellingRow = (String, String, Option<Uuid>, Option<Uuid>, Option<Uuid>);

/// Who was told what, as far as rules go by that.
async fn told(db: &impl ConnectionTrait, programme: Uuid) -> Result<BTreeSet<(RuleKey, Recipient, String)>> {
    let words = RuleKey::ALL
        .iter()
        .filter(|key| key.remembers_whom())
        .map(|key| key.word());
    let found: Vec<TellingRow> = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::Source)
        .column(ledger_entry::Column::Occurrence)
        .column(ledger_entry::Column::RegistrationId)
        .column(ledger_entry::Column::TeamMemberId)
        .column(ledger_entry::Column::InvitationId)
        .filter(ledger_entry::Column::ProgrammeId.eq(programme))
        .filter(ledger_entry::Column::Source.is_in(words))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found
        .into_iter()
        .filter_map(|(source, occurrence, registration_id, team_member_id, invitation_id)| {
            let whom = WhomColumns {
                registration_id,
                team_member_id,
                invitation_id,
            };
            Some((RuleKey::from_word(&source)?, whom.recipient()?, occurrence))
        })
        .collect())
}

impl Tx {
    /// Locks a programme. None: there is no such programme.
    pub async fn lock_programme(&self, id: ProgrammeId) -> Result<Option<Locked>> {
        let row = programme::Entity::find_by_id(id.0)
            .lock_exclusive()
            .one(&self.0)
            .await?;
        Ok(row.map(|row| Locked { row }))
    }

    /// Locks a programme whose moment has come; of those that somebody else is busy with, `busy` tells.
    pub async fn lock_due_programme(
        &self,
        now: DateTime<Utc>,
        except: &[ProgrammeId],
        busy: Busy,
    ) -> Result<Option<Locked>> {
        let due = due_programmes(now, except)
            .order_by_asc(programme::Column::WakeAt)
            .order_by_asc(programme::Column::Id);
        let row = busy.lock(due).one(&self.0).await?;
        Ok(row.map(|row| Locked { row }))
    }

    /// Loads the facts of a locked programme. When something is due by `now`, all registrations come along that can still
    /// change, whatever the scope.
    pub async fn facts(&self, locked: &Locked, scope: &Scope, now: DateTime<Utc>) -> Result<Facts> {
        load(&self.0, &locked.row, scope, locked.is_due(now)).await
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
            rules::rule_row(id, rule).insert(&self.0).await?;
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
        self.save_meetings(
            id,
            &before.programme.announced.meetings,
            &after.programme.announced.meetings,
        )
        .await?;
        self.save_team(id, &before.programme.announced.team, &after.programme.announced.team)
            .await?;
        self.save_registrations(id, &before.registrations, &after.registrations)
            .await?;
        self.save_told(&before.refused_addresses, &after.refused_addresses, settled_at)
            .await?;
        self.save_hosting(id, &before.hosting, &after.hosting).await?;
        self.save_guests(id, &before.guests, &after.guests).await?;
        for decision in after.decisions.iter().skip(before.decisions.len()) {
            rows::decision_row(id, decision).insert(&self.0).await?;
        }
        self.save_announcements(id, &before.announcements, &after.announcements)
            .await?;
        self.save_sharing(id, &before.sharing, &after.sharing).await?;
        self.save_harvests(id, &before.harvests, &after.harvests).await?;
        for rule in after.rules.iter().filter(|rule| !before.rules.contains(rule)) {
            let row = rules::rule_row(id, rule);
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
        let gone = before
            .iter()
            .filter(|meeting| after.iter().all(|kept| kept.id != meeting.id))
            .map(|meeting| meeting.id.0);
        meeting::Entity::delete_many()
            .filter(meeting::Column::Id.is_in(gone))
            .exec(&self.0)
            .await?;
        // The numbers are unique, so those that move stand aside first.
        for kept in before
            .iter()
            .filter(|meeting| after.iter().any(|other| other.id == meeting.id))
        {
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
            meeting_day::Entity::delete_many()
                .filter(meeting_day::Column::MeetingId.eq(meeting.id.0))
                .exec(&self.0)
                .await?;
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
        let gone: Vec<_> = before
            .iter()
            .filter(|member| after.iter().all(|kept| kept.id != member.id))
            .map(|member| member.id.0)
            .collect();
        team_member::Entity::delete_many()
            .filter(team_member::Column::Id.is_in(gone.iter().copied()))
            .exec(&self.0)
            .await?;
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
