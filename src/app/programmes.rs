//! Programmes: looking at them, entering, publishing, changing, extending and cancelling them.

use std::{collections::HashMap, sync::Arc};

use futures_util::FutureExt;
use uuid::Uuid;

use super::{About, App, Caller, Repeatable, Result, fields::Parsing, programme_fields::ProgrammeFields};
use crate::{
    domain::{
        acts,
        ids::{MeetingId, ProgrammeId, RuleId},
        page::{Page, Window},
        programme::{Phase, ProgrammeStatus},
        refusal::Refusal,
        registration::Registrant,
        rule::Rule,
        text::{Organisation, PersonName, Slug},
    },
    store::{ProgrammeFilter, Scope},
};

pub use crate::store::ProgrammeRecord;

/// A participant as the other members see one: never an address (rule 15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// What to call the person.
    pub given_name: PersonName,
    /// The employer.
    pub organisation: Organisation,
}

impl From<Registrant> for Participant {
    fn from(person: Registrant) -> Self {
        Self {
            given_name: person.given_name,
            organisation: person.organisation,
        }
    }
}

/// A programme that the caller may know of: drafts are known to their own people only.
pub(super) fn must_be_known(caller: &Caller, record: Option<ProgrammeRecord>, field: &str) -> Result<ProgrammeRecord> {
    record
        .filter(|record| record.programme.phase != Phase::Draft || caller.belongs_to(record.programme.id))
        .ok_or_else(|| Refusal::not_found("programme", field).into())
}

impl App {
    /// The programme of a slug; none: there is none that the caller may know of.
    pub async fn programme(&self, caller: &Caller, slug: &str) -> Result<Option<ProgrammeRecord>> {
        let Ok(slug) = slug.parse::<Slug>() else {
            return Ok(None);
        };
        let record = self.store().programme_by_slug(&slug).await?;
        Ok(record.filter(|record| record.programme.phase != Phase::Draft || caller.belongs_to(record.programme.id)))
    }

    /// The programmes of some ids that the caller may know of.
    pub async fn programmes_by_id(&self, caller: &Caller, ids: &[ProgrammeId]) -> Result<Vec<ProgrammeRecord>> {
        let mut records = self.store().programmes_by_id(ids).await?;
        records.retain(|record| record.programme.phase != Phase::Draft || caller.belongs_to(record.programme.id));
        Ok(records)
    }

    /// A stretch of the programmes that the caller may know of, or of the caller's own only.
    pub async fn programmes(
        &self,
        caller: &Caller,
        own_only: bool,
        statuses: Option<&[ProgrammeStatus]>,
        window: &Window<Uuid>,
    ) -> Result<Page<ProgrammeRecord>> {
        let own = match caller {
            Caller::Registrant { programme, .. }
            | Caller::TeamMember { programme, .. }
            | Caller::Guest { programme, .. } => Some(vec![*programme]),
            Caller::Public => Some(Vec::new()),
            _ => caller.organised(),
        };
        let filter = ProgrammeFilter {
            drafts_of: own.clone(),
            only: if own_only { own } else { None },
            statuses: statuses.map(<[_]>::to_vec),
            now: self.now().await?,
        };
        Ok(self.store().programmes(&filter, window).await?)
    }

    /// The rules of a programme.
    pub async fn rules(&self, caller: &Caller, programme: ProgrammeId) -> Result<Vec<Rule>> {
        caller.must_organise(programme)?;
        Ok(self.store().rules(programme).await?)
    }

    /// The rules of some programmes; those that the caller does not organise are left out.
    pub async fn rules_of(
        &self,
        caller: &Caller,
        programmes: &[ProgrammeId],
    ) -> Result<HashMap<ProgrammeId, Vec<Rule>>> {
        let organised: Vec<_> = programmes.iter().copied().filter(|id| caller.organises(*id)).collect();
        let mut rules = self.store().rules_of(&organised).await?;
        Ok(organised
            .into_iter()
            .map(|id| (id, rules.remove(&id).unwrap_or_default()))
            .collect())
    }

    /// The rules of some ids that the caller may see.
    pub async fn rules_by_id(&self, caller: &Caller, ids: &[RuleId]) -> Result<Vec<Rule>> {
        let found = self.store().rules_by_id(ids).await?;
        Ok(found
            .into_iter()
            .filter(|(programme, _)| caller.organises(*programme))
            .map(|(_, rule)| rule)
            .collect())
    }

    /// Those who hold a place for good, by arrival, in those of some programmes whose members the caller belongs to.
    pub async fn participants_of(
        &self,
        caller: &Caller,
        programmes: &[ProgrammeId],
    ) -> Result<HashMap<ProgrammeId, Vec<Participant>>> {
        let shared: Vec<_> = programmes
            .iter()
            .copied()
            .filter(|id| caller.is_member_of(*id))
            .collect();
        let mut found = self.store().participants_of(&shared).await?;
        let mut participants = |id| {
            let registrations = found.remove(&id).unwrap_or_default().into_iter();
            registrations.map(|one| Participant::from(one.person)).collect()
        };
        Ok(shared.into_iter().map(|id| (id, participants(id))).collect())
    }

    /// The programmes of some meetings, where the caller may know of them.
    pub async fn programmes_of_meetings(
        &self,
        caller: &Caller,
        meetings: &[MeetingId],
    ) -> Result<Vec<ProgrammeRecord>> {
        let ids = self.store().programmes_of_meetings(meetings).await?;
        self.programmes_by_id(caller, &ids).await
    }

    /// Enters a programme, as a draft.
    pub async fn create_programme(
        &self,
        caller: &Caller,
        fields: &ProgrammeFields,
        repeatable: &Repeatable,
    ) -> Result<ProgrammeRecord> {
        let organiser = match caller {
            Caller::Administrator { .. } => None,
            Caller::Organiser { token, .. } => Some(*token),
            _ => return Err(caller.refusal()),
        };
        let mut parsing = Parsing::default();
        let now = self.now().await?;
        let announced = fields.parse(&mut parsing, None, || self.settle.entropy.id(now));
        let announced = parsing.finish(announced)?;
        let settle = Arc::clone(&self.settle);
        let id = self
            .act_aside(
                caller,
                "createProgramme",
                About::default(),
                repeatable,
                move |tx, now| {
                    async move {
                        if tx.programme_id(&announced.slug).await?.is_some() {
                            return Err(Refusal::invalid("slug", "is taken by another programme").into());
                        }
                        let id = ProgrammeId(settle.entropy.id(now));
                        settle.create(tx, id, announced, now).await?;
                        if let Some(token) = organiser {
                            tx.open_programme_to(token, id).await?;
                        }
                        Ok(id)
                    }
                    .boxed()
                },
            )
            .await?;
        self.own_programme(id).await
    }

    /// Changes what was entered.
    pub async fn update_programme(
        &self,
        caller: &Caller,
        id: ProgrammeId,
        fields: &ProgrammeFields,
        repeatable: &Repeatable,
    ) -> Result<ProgrammeRecord> {
        let record = self.organised(caller, id, "programmeId").await?;
        let mut parsing = Parsing::default();
        let now = self.now().await?;
        let announced = fields.parse(&mut parsing, Some(&record.programme.announced), || {
            self.settle.entropy.id(now)
        });
        let announced = parsing.finish(announced)?;
        if announced.slug != record.programme.announced.slug {
            let taken = self.store().programme_by_slug(&announced.slug).await?.is_some();
            if taken {
                return Err(Refusal::invalid("slug", "is taken by another programme").into());
            }
        }
        let read = record.programme.announced;
        self.act(
            caller,
            id,
            "updateProgramme",
            repeatable,
            Scope::Live,
            move |facts, now| {
                if facts.programme.announced != read {
                    return Err(Refusal::StateConflict(
                        "the programme was changed by somebody else just now; look at it and try again".to_owned(),
                    ));
                }
                acts::revise(facts, announced, now)
            },
        )
        .await?;
        self.own_programme(id).await
    }

    /// Publishes a draft.
    pub async fn publish_programme(
        &self,
        caller: &Caller,
        id: ProgrammeId,
        repeatable: &Repeatable,
    ) -> Result<ProgrammeRecord> {
        self.organised(caller, id, "programmeId").await?;
        self.act(caller, id, "publishProgramme", repeatable, Scope::Live, acts::publish)
            .await?;
        self.own_programme(id).await
    }

    pub(super) async fn own_programme(&self, id: ProgrammeId) -> Result<ProgrammeRecord> {
        let record = self.store().programmes_by_id(&[id]).await?.pop();
        record.ok_or_else(|| Refusal::not_found("programme", "programmeId").into())
    }
}
