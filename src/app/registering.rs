//! Registering, and what a person can do with a registration.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    App, AppError, Caller, Repeatable, Result,
    fields::{Parsing, PersonCorrections, PersonFields},
    programmes::must_be_known,
};
use crate::{
    domain::{
        acts,
        facts::Facts,
        ids::{ProgrammeId, RegistrationId},
        page::{Page, Window},
        programme::Phase,
        refusal::Refusal,
        registration::{PersonKey, Registration, RegistrationStatus},
        text::{EmailAddress, Paragraphs, Slug},
    },
    store::{ProgrammeRecord, Scope, Touched},
};

/// What somebody who registers is told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The position in the waiting list; none: a place is held.
    pub waiting_position: Option<u32>,
    /// From when on the address can no longer be verified.
    pub confirm_before: DateTime<Utc>,
}

/// A registration as its holder or an organiser sees it.
#[derive(Debug, Clone)]
pub struct RegistrationView {
    /// Its programme.
    pub programme_id: ProgrammeId,
    /// The registration.
    pub registration: Registration,
    /// Until when to verify, if that is due.
    pub confirm_before: Option<DateTime<Utc>>,
    /// The position in the waiting list.
    pub waiting_position: Option<u32>,
    /// Until when an offer can be accepted.
    pub offer_expires_at: Option<DateTime<Utc>>,
}

impl App {
    /// Somebody registers. The answer is the same whether the person is new or registered already (rule 5).
    pub async fn register(
        &self,
        caller: &Caller,
        slug: &str,
        person: PersonFields,
        repeatable: &Repeatable,
    ) -> Result<Receipt> {
        let mut parsing = Parsing::default();
        let slug: Option<Slug> = slug.parse().ok();
        let programme = match slug {
            Some(slug) => self
                .store()
                .programme_by_slug(&slug)
                .await?
                .filter(|record| record.programme.phase != Phase::Draft),
            None => None,
        };
        let Some(record) = programme else {
            return Err(Refusal::not_found("programme", "programmeSlug").into());
        };
        let person = person.parse(&mut parsing, record.programme.announced.locale);
        let person = parsing.finish(person)?;
        let now = self.now().await?;
        let (id, act) = (RegistrationId(self.settle.entropy.id(now)), self.settle.entropy.id(now));
        let scope = Scope::person(PersonKey::of(&person.name, &person.email));
        let receipt = self
            .act(
                caller,
                record.programme.id,
                "register",
                repeatable,
                scope,
                |facts, now| {
                    let receipt = acts::register(facts, id, person, act, now)?;
                    Ok(Receipt {
                        waiting_position: receipt.waiting_position,
                        confirm_before: receipt.confirm_before,
                    })
                },
            )
            .await?;
        Ok(receipt)
    }

    /// New personal links for an address: always the same answer.
    pub async fn request_personal_link(
        &self,
        caller: &Caller,
        slug: &str,
        email: &str,
        repeatable: &Repeatable,
    ) -> Result<()> {
        let mut parsing = Parsing::default();
        let email: Option<EmailAddress> = parsing.text("email", email);
        let email = parsing.finish(email)?;
        let record = match slug.parse::<Slug>() {
            Ok(slug) => self
                .store()
                .programme_by_slug(&slug)
                .await?
                .filter(|record| record.programme.phase != Phase::Draft),
            Err(_) => None,
        };
        let Some(record) = record else {
            return Err(Refusal::not_found("programme", "programmeSlug").into());
        };
        let now = self.now().await?;
        let act = self.settle.entropy.id(now);
        let scope = Scope::Touched(Touched {
            address: Some(email.comparable()),
            ..Touched::default()
        });
        self.act(
            caller,
            record.programme.id,
            "requestPersonalLink",
            repeatable,
            scope,
            |facts, _| {
                acts::request_links(facts, &email.comparable(), act);
                Ok(())
            },
        )
        .await
    }

    /// An organiser adds somebody, verified at once.
    pub async fn add_registration(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        person: PersonFields,
        repeatable: &Repeatable,
    ) -> Result<RegistrationView> {
        let record = self.organised(caller, programme, "programmeId").await?;
        let mut parsing = Parsing::default();
        let person = person.parse(&mut parsing, record.programme.announced.locale);
        let person = parsing.finish(person)?;
        let id = RegistrationId(self.settle.entropy.id(self.now().await?));
        let scope = Scope::person(PersonKey::of(&person.name, &person.email));
        let id = self
            .act(caller, programme, "addRegistration", repeatable, scope, |facts, now| {
                acts::add_registration(facts, id, person, now)
            })
            .await?;
        self.own_registration(id).await
    }

    /// The address is verified.
    pub async fn confirm_registration(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
        repeatable: &Repeatable,
    ) -> Result<RegistrationView> {
        self.act_on(caller, id, "confirmRegistration", repeatable, acts::verify)
            .await
    }

    /// The offered place is taken.
    pub async fn accept_place(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
        repeatable: &Repeatable,
    ) -> Result<RegistrationView> {
        self.act_on(caller, id, "acceptPlace", repeatable, acts::accept_place)
            .await
    }

    /// The offered place goes to the next.
    pub async fn decline_place(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
        repeatable: &Repeatable,
    ) -> Result<RegistrationView> {
        self.act_on(caller, id, "declinePlace", repeatable, acts::decline_place)
            .await
    }

    /// The person leaves.
    pub async fn withdraw_registration(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
        reason: Option<&str>,
        repeatable: &Repeatable,
    ) -> Result<RegistrationView> {
        let mut parsing = Parsing::default();
        let reason: Option<Paragraphs<1000>> = parsing.optional("reason", reason);
        // Who may not is told so before what is wrong with the words.
        self.target(caller, id).await?;
        parsing.finish(Some(()))?;
        self.act_on(caller, id, "withdrawRegistration", repeatable, |facts, id, now| {
            acts::withdraw(facts, id, reason, now)
        })
        .await
    }

    /// An act on one registration, which is told afterwards.
    async fn act_on(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
        action: &'static str,
        repeatable: &Repeatable,
        act: impl FnOnce(&mut Facts, RegistrationId, DateTime<Utc>) -> std::result::Result<(), Refusal> + Send,
    ) -> Result<RegistrationView> {
        let (programme, id) = self.target(caller, id).await?;
        let scope = Scope::registration(id);
        self.act(caller, programme, action, repeatable, scope, |facts, now| {
            act(facts, id, now)
        })
        .await?;
        self.own_registration(id).await
    }

    /// What was given is corrected.
    pub async fn update_registration(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
        corrections: PersonCorrections,
        repeatable: &Repeatable,
    ) -> Result<RegistrationView> {
        let (programme, id) = self.target(caller, id).await?;
        let mut parsing = Parsing::default();
        let corrections = corrections.parse(&mut parsing);
        let correct = parsing.finish(corrections)?;
        // Everybody at that address: a new name must not make two registrations one person's.
        let found = self.store().registrations_by_id(&[id]).await?.pop();
        let address = found.map(|(_, registration)| registration.person.email.comparable());
        let scope = Scope::Touched(Touched {
            registration: Some(id),
            address,
            ..Touched::default()
        });
        self.act(
            caller,
            programme,
            "updateRegistration",
            repeatable,
            scope,
            move |facts, _| {
                let Some(registration) = facts.registrations.get(&id) else {
                    return Err(Refusal::not_found("registration", "registrationId"));
                };
                let person = correct(registration.person.clone());
                acts::correct(facts, id, person)
            },
        )
        .await?;
        self.own_registration(id).await
    }

    /// Somebody cancelled by a no-go registers anew, in one press.
    pub async fn register_anew(&self, caller: &Caller) -> Result<RegistrationView> {
        let (programme, earlier) = self.target(caller, None).await?;
        let person = self
            .store()
            .registrations_by_id(&[earlier])
            .await?
            .pop()
            .map(|(_, registration)| registration.person_key());
        let scope = Scope::Touched(Touched {
            registration: Some(earlier),
            person,
            ..Touched::default()
        });
        let id = RegistrationId(self.settle.entropy.id(self.now().await?));
        let id = self
            .act(
                caller,
                programme,
                "registerAnew",
                &Repeatable::default(),
                scope,
                |facts, now| acts::register_anew(facts, earlier, id, now),
            )
            .await?;
        self.own_registration(id).await
    }

    /// The registration that goes on for the person behind a personal link whose own registration has ended; none: there is none.
    pub async fn successor(&self, caller: &Caller) -> Result<Option<RegistrationView>> {
        let Caller::Registrant {
            registration,
            programme,
            ..
        } = caller
        else {
            return Err(caller.refusal());
        };
        let Some((_, ended)) = self.store().registrations_by_id(&[*registration]).await?.pop() else {
            return Ok(None);
        };
        if !ended.status.is_final() {
            return Ok(None);
        }
        let found = self.store().live_registration(*programme, &ended.person_key()).await?;
        Ok(self
            .views(found.map(|found| (*programme, found)).into_iter().collect())
            .await?
            .pop())
    }

    /// Which registration an act is for: the holder's own, or the one that an organiser names.
    pub(super) async fn target(
        &self,
        caller: &Caller,
        named: Option<RegistrationId>,
    ) -> Result<(ProgrammeId, RegistrationId)> {
        let not_found = || AppError::from(Refusal::not_found("registration", "registrationId"));
        match (caller, named) {
            (
                Caller::Registrant {
                    registration,
                    programme,
                    ..
                },
                None,
            ) => Ok((*programme, *registration)),
            (
                Caller::Registrant {
                    registration,
                    programme,
                    ..
                },
                Some(id),
            ) if id == *registration => Ok((*programme, id)),
            (Caller::Registrant { .. }, Some(_)) => Err(not_found()),
            (organiser, named) if organiser.is_organiser() => {
                let Some(id) = named else {
                    return Err(Refusal::required("registrationId", "is needed: which registration?").into());
                };
                let found = self.store().registrations_by_id(&[id]).await?.pop();
                match found {
                    Some((programme, _)) if caller.organises(programme) => Ok((programme, id)),
                    _ => Err(not_found()),
                }
            }
            _ => Err(caller.refusal()),
        }
    }

    /// A registration after an act of somebody who may see it.
    pub(super) async fn own_registration(&self, id: RegistrationId) -> Result<RegistrationView> {
        let mut views = self.views(self.store().registrations_by_id(&[id]).await?).await?;
        views
            .pop()
            .ok_or_else(|| Refusal::not_found("registration", "registrationId").into())
    }

    /// The registrations of some ids that the caller may see: the own one, and those of programmes that the caller organises.
    pub async fn registrations_by_id(&self, caller: &Caller, ids: &[RegistrationId]) -> Result<Vec<RegistrationView>> {
        let mut found = self.store().registrations_by_id(ids).await?;
        found.retain(|(programme, registration)| {
            caller.organises(*programme)
                || matches!(caller, Caller::Registrant { registration: own, .. } if *own == registration.id)
        });
        self.views(found).await
    }

    /// A stretch of a programme's registrations, by arrival.
    pub async fn registrations(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        statuses: Option<&[RegistrationStatus]>,
        window: &Window<i64>,
    ) -> Result<Page<RegistrationView>> {
        caller.must_organise(programme)?;
        let page = self.store().registrations(programme, statuses, window).await?;
        let pairs = page
            .items
            .iter()
            .map(|registration| (programme, registration.clone()))
            .collect();
        let mut views = self.views(pairs).await?.into_iter();
        // One view for each, in the same order.
        Ok(Page {
            items: views.by_ref().collect(),
            has_previous: page.has_previous,
            has_next: page.has_next,
            total: page.total,
        })
    }

    async fn views(&self, found: Vec<(ProgrammeId, Registration)>) -> Result<Vec<RegistrationView>> {
        let ids: HashSet<ProgrammeId> = found.iter().map(|(programme, _)| *programme).collect();
        let records = self
            .store()
            .programmes_by_id(&ids.into_iter().collect::<Vec<_>>())
            .await?;
        let records: HashMap<ProgrammeId, ProgrammeRecord> = records
            .into_iter()
            .map(|record| (record.programme.id, record))
            .collect();
        let waiting: HashSet<ProgrammeId> = found
            .iter()
            .filter(|(_, registration)| registration.status == RegistrationStatus::Waiting)
            .map(|(programme, _)| *programme)
            .collect();
        let lines = if waiting.is_empty() {
            HashMap::new()
        } else {
            self.store()
                .waiting_line(&waiting.into_iter().collect::<Vec<_>>())
                .await?
        };
        let view = |(programme_id, registration): (ProgrammeId, Registration)| {
            let programme = &records.get(&programme_id)?.programme;
            let waiting_position = lines.get(&programme_id).and_then(|line| {
                let index = line.iter().position(|(_, id)| *id == registration.id)?;
                u32::try_from(index + 1).ok()
            });
            Some(RegistrationView {
                programme_id,
                confirm_before: programme.confirm_before(&registration),
                offer_expires_at: programme.accept_before(&registration),
                waiting_position,
                registration,
            })
        };
        Ok(found.into_iter().filter_map(view).collect())
    }

    /// A programme that the caller organises.
    pub(super) async fn organised(&self, caller: &Caller, id: ProgrammeId, field: &str) -> Result<ProgrammeRecord> {
        if *caller == Caller::Public {
            return Err(AppError::Unauthenticated);
        }
        let record = self.store().programmes_by_id(&[id]).await?.pop();
        let record = must_be_known(caller, record, field)?;
        caller.must_organise(id)?;
        Ok(record)
    }
}
