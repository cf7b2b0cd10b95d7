//! Hosting: who offers a venue, who hosts what, and when meetings are.
//!
//! Everybody may know the municipality of a meeting; members where it is and who hosts it, by given name and employer; the host
//! and organisers what is to be seen to; an offer is its own person's and the organisers' (rule 15).

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    App, AppError, Caller, Repeatable, Result,
    fields::Parsing,
    planning::{Confirmation, Intent, Planned},
    programme_fields::must_not_be_too_early,
    programmes::{Participant, ProgrammeRecord},
    venue_fields::VenueFields,
};
use crate::{
    domain::{
        acts,
        hosting::{ChecklistItem, Hosting, Venue, VenueOffer, VenueOfferStatus},
        ids::{MeetingId, ProgrammeId, RegistrationId, VenueOfferId},
        page::{Page, Window},
        plan::Confirms,
        programme::{Meeting, MeetingDay, Phase, Programme},
        refusal::Refusal,
        text::Paragraphs,
    },
    store::Scope,
};

/// Days that one meeting can have.
const MOST_DAYS: usize = 50;
/// Checks the days that a meeting is moved to.
fn check_days(days: &[MeetingDay], parsing: &mut Parsing) {
    if days.is_empty() || days.len() > MOST_DAYS {
        parsing.refuse("days", format!("must be 1 to {MOST_DAYS} days"));
    }
    for (index, day) in days.iter().enumerate() {
        let field = format!("days.{index}");
        must_not_be_too_early(parsing, &field, Some(day.on));
        if day.ends <= day.starts {
            parsing.refuse(&field, "ends before it starts");
        }
        if index > 0 && days.get(index - 1).is_some_and(|before| before.on >= day.on) {
            parsing.refuse(&field, "is not later than the day before it; give the days in order");
        }
    }
}

/// The hosting of a programme as one caller may see it.
#[derive(Debug, Clone)]
pub struct HostingView {
    programme: Programme,
    hosting: Hosting,
    people: HashMap<RegistrationId, Participant>,
    caller: Caller,
    now: DateTime<Utc>,
}

impl HostingView {
    /// Its programme.
    pub fn programme(&self) -> &Programme {
        &self.programme
    }

    fn must_be_member(&self) -> Result<()> {
        if self.caller.is_member_of(self.programme.id) {
            Ok(())
        } else {
            Err(self.caller.refusal())
        }
    }

    fn organises(&self) -> bool {
        self.caller.organises(self.programme.id)
    }

    fn is_own(&self, registration: RegistrationId) -> bool {
        matches!(&self.caller, Caller::Registrant { registration: own, .. } if *own == registration)
    }

    /// The municipality where a meeting is held: the host's, else the one that was entered.
    pub fn municipality(&self, meeting: &Meeting) -> Option<String> {
        self.hosting.municipality(meeting).map(ToString::to_string)
    }

    /// Whether a meeting has begun.
    pub fn has_begun(&self, meeting: &Meeting) -> bool {
        let starts_at = meeting.starts_at(self.programme.announced.time_zone);
        starts_at.is_none_or(|starts_at| starts_at <= self.now)
    }

    /// Whether a meeting is to come in a programme that goes ahead, and nobody hosts it.
    pub fn needs_host(&self, meeting: &Meeting) -> bool {
        self.programme.phase == Phase::GoingAhead
            && self.hosting.host_of(meeting.id).is_none()
            && !self.has_begun(meeting)
    }

    /// Where a meeting is held; for members.
    ///
    /// # Errors
    /// The caller is none.
    pub fn venue(&self, meeting: MeetingId) -> Result<Option<&Venue>> {
        self.must_be_member()?;
        Ok(self.hosting.offer_for(meeting).map(|offer| &offer.venue))
    }

    /// Where the showcase is, as far as that is known; for members, and for its guests.
    ///
    /// # Errors
    /// The caller is neither.
    pub fn showcase_venue(&self) -> Result<Option<Venue>> {
        if !self.caller.is_guest_of(self.programme.id) {
            self.must_be_member()?;
        }
        Ok(self.hosting.venue_of_showcase(&self.programme.announced))
    }

    /// Who hosts a meeting; for members.
    ///
    /// # Errors
    /// The caller is none.
    pub fn host(&self, meeting: MeetingId) -> Result<Option<&Participant>> {
        self.must_be_member()?;
        let host = self.hosting.host_of(meeting);
        Ok(host.and_then(|host| self.people.get(&host)))
    }

    /// Whether the caller hosts a meeting.
    pub fn is_host(&self, meeting: MeetingId) -> bool {
        self.hosting.host_of(meeting).is_some_and(|host| self.is_own(host))
    }

    /// What the host of a meeting sees to, and what of it is done; for the host and organisers. None: it has no host.
    ///
    /// # Errors
    /// The caller is neither.
    pub fn checklist(&self, meeting: MeetingId) -> Result<Option<Vec<(ChecklistItem, bool)>>> {
        if !self.is_host(meeting) && !self.organises() {
            return Err(self.caller.refusal());
        }
        let hosted = self
            .hosting
            .meetings
            .get(&meeting)
            .filter(|meeting| meeting.offer.is_some());
        let items =
            |done: &BTreeSet<ChecklistItem>| ChecklistItem::ALL.map(|item| (item, done.contains(&item))).to_vec();
        Ok(hosted.map(|hosted| items(&hosted.done)))
    }

    /// Whether an organiser chose the host of a meeting.
    pub fn is_pinned(&self, meeting: MeetingId) -> bool {
        self.hosting
            .meetings
            .get(&meeting)
            .is_some_and(|meeting| meeting.is_pinned)
    }

    /// The offers that the caller may see: the own ones, or all of them.
    pub fn offers(&self) -> Vec<&VenueOffer> {
        let may_see = |offer: &&VenueOffer| self.organises() || self.is_own(offer.registration);
        self.hosting.offers.iter().filter(may_see).collect()
    }

    /// An offer that the caller may see.
    pub fn offer(&self, id: VenueOfferId) -> Option<&VenueOffer> {
        self.offers().into_iter().find(|offer| offer.id == id)
    }

    /// Where an offer stands.
    pub fn status_of(&self, offer: &VenueOffer) -> VenueOfferStatus {
        self.hosting.status_of(offer)
    }

    /// Who offers it.
    pub fn person(&self, offer: &VenueOffer) -> Option<&Participant> {
        self.people.get(&offer.registration)
    }

    /// The meetings that it is held for, in order of time.
    pub fn held_at(&self, offer: &VenueOffer) -> Vec<&Meeting> {
        let held: BTreeSet<_> = self.hosting.meetings_at(offer.id).collect();
        let meetings = self.programme.announced.meetings.iter();
        meetings.filter(|meeting| held.contains(&meeting.id)).collect()
    }

    /// The meetings that it is offered for, in order of time; none: any.
    pub fn offered_for(&self, offer: &VenueOffer) -> Vec<&Meeting> {
        let meetings = self.programme.announced.meetings.iter();
        meetings
            .filter(|meeting| offer.meetings.contains(&meeting.id))
            .collect()
    }
}

impl App {
    /// The hosting of some programmes that the caller may know of.
    pub async fn hosting_of(
        &self,
        caller: &Caller,
        programmes: &[ProgrammeId],
    ) -> Result<HashMap<ProgrammeId, Arc<HostingView>>> {
        let records = self.programmes_by_id(caller, programmes).await?;
        let ids: Vec<_> = records.iter().map(|record| record.programme.id).collect();
        let mut hostings = self.store().hosting_of(&ids).await?;
        let offering: BTreeSet<_> = hostings
            .values()
            .flat_map(|hosting| &hosting.offers)
            .map(|offer| offer.registration)
            .collect();
        let offering: Vec<_> = offering.into_iter().collect();
        let mut people: HashMap<ProgrammeId, HashMap<RegistrationId, Participant>> = HashMap::new();
        for (programme, registration) in self.store().registrations_by_id(&offering).await? {
            let participant = Participant {
                given_name: registration.person.given_name,
                organisation: registration.person.organisation,
            };
            people
                .entry(programme)
                .or_default()
                .insert(registration.id, participant);
        }
        let now = self.now().await?;
        let view = |record: ProgrammeRecord| {
            let id = record.programme.id;
            let view = HostingView {
                hosting: hostings.remove(&id).unwrap_or_default(),
                people: people.remove(&id).unwrap_or_default(),
                programme: record.programme,
                caller: caller.clone(),
                now,
            };
            (id, Arc::new(view))
        };
        Ok(records.into_iter().map(view).collect())
    }

    /// The hosting of a programme.
    pub async fn hosting(&self, caller: &Caller, programme: ProgrammeId) -> Result<Arc<HostingView>> {
        let found = self.hosting_of(caller, &[programme]).await?.remove(&programme);
        found.ok_or_else(|| Refusal::not_found("programme", "programmeId").into())
    }

    /// The offers of some ids that the caller may see, each with the hosting that it belongs to.
    pub async fn venue_offers_by_id(
        &self,
        caller: &Caller,
        ids: &[VenueOfferId],
    ) -> Result<HashMap<VenueOfferId, Arc<HostingView>>> {
        let belonging = self.store().programmes_of_venue_offers(ids).await?;
        let programmes: BTreeSet<_> = belonging.values().copied().collect();
        let programmes: Vec<_> = programmes.into_iter().collect();
        let views = self.hosting_of(caller, &programmes).await?;
        let seen = |(id, programme): (VenueOfferId, ProgrammeId)| {
            let view = views.get(&programme)?;
            view.offer(id).is_some().then(|| (id, view.clone()))
        };
        Ok(belonging.into_iter().filter_map(seen).collect())
    }

    /// A stretch of a programme's offers, in the order of offering, each with the hosting that it belongs to.
    pub async fn venue_offers(
        &self,
        caller: &Caller,
        programme: ProgrammeId,
        window: &Window<i64>,
    ) -> Result<Page<(Arc<HostingView>, VenueOffer)>> {
        caller.must_organise(programme)?;
        let view = self.hosting(caller, programme).await?;
        let offers: Vec<_> = view.offers().into_iter().cloned().collect();
        Ok(Page::of_list(offers, |offer| offer.arrival, window).map(|offer| (view.clone(), offer)))
    }

    /// The programme of an offer that the caller may act on.
    async fn offer_target(&self, caller: &Caller, id: VenueOfferId) -> Result<ProgrammeId> {
        if *caller == Caller::Public {
            return Err(AppError::Unauthenticated);
        }
        let found = self.venue_offers_by_id(caller, &[id]).await?.remove(&id);
        match found {
            Some(view) => Ok(view.programme.id),
            None => Err(Refusal::not_found("venue offer", "venueOfferId").into()),
        }
    }

    async fn seen_offer(&self, caller: &Caller, id: VenueOfferId) -> Result<(Arc<HostingView>, VenueOfferId)> {
        let found = self.venue_offers_by_id(caller, &[id]).await?.remove(&id);
        let found = found.ok_or_else(|| Refusal::not_found("venue offer", "venueOfferId"))?;
        Ok((found, id))
    }

    /// A participant offers a venue.
    pub async fn offer_venue(
        &self,
        caller: &Caller,
        registration: Option<RegistrationId>,
        fields: &VenueFields,
        repeatable: &Repeatable,
    ) -> Result<(Arc<HostingView>, VenueOfferId)> {
        let (programme, registration) = self.target(caller, registration).await?;
        let draft = fields.parse()?;
        let id = VenueOfferId(self.settle.entropy.id(self.now().await?));
        let id = self
            .act(
                caller,
                programme,
                "offerVenue",
                repeatable,
                Scope::Live,
                move |facts, now| acts::offer_venue(facts, id, registration, draft, now).map(|()| id),
            )
            .await?;
        self.seen_offer(caller, id).await
    }

    /// The person, or an organiser, completes or corrects an offer.
    pub async fn update_venue_offer(
        &self,
        caller: &Caller,
        id: VenueOfferId,
        fields: &VenueFields,
        repeatable: &Repeatable,
    ) -> Result<(Arc<HostingView>, VenueOfferId)> {
        let programme = self.offer_target(caller, id).await?;
        let draft = fields.parse()?;
        self.act(
            caller,
            programme,
            "updateVenueOffer",
            repeatable,
            Scope::Live,
            move |facts, now| acts::update_venue_offer(facts, id, draft, now),
        )
        .await?;
        self.seen_offer(caller, id).await
    }

    /// The person, or an organiser, withdraws an offer.
    pub async fn withdraw_venue_offer(
        &self,
        caller: &Caller,
        id: VenueOfferId,
        repeatable: &Repeatable,
    ) -> Result<(Arc<HostingView>, VenueOfferId)> {
        let programme = self.offer_target(caller, id).await?;
        self.act(
            caller,
            programme,
            "withdrawVenueOffer",
            repeatable,
            Scope::Live,
            move |facts, now| acts::withdraw_venue_offer(facts, id, now),
        )
        .await?;
        self.seen_offer(caller, id).await
    }

    /// The hosting that a meeting belongs to.
    async fn hosting_with(&self, caller: &Caller, meeting: MeetingId) -> Result<Arc<HostingView>> {
        let programmes = self.store().programmes_of_meetings(&[meeting]).await?;
        let found = self.hosting_of(caller, &programmes).await?.into_values().next();
        found.ok_or_else(|| Refusal::not_found("meeting", "meetingId").into())
    }

    /// The programme of a meeting that the caller organises.
    async fn organised_meeting(&self, caller: &Caller, meeting: MeetingId) -> Result<ProgrammeId> {
        if !caller.is_organiser() {
            return Err(caller.refusal());
        }
        let view = self.hosting_with(caller, meeting).await?;
        if view.organises() {
            Ok(view.programme.id)
        } else {
            Err(Refusal::not_found("meeting", "meetingId").into())
        }
    }

    /// An organiser pins or swaps the host of a meeting; without an offer the rotation chooses again.
    pub async fn assign_host(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        offer: Option<VenueOfferId>,
        repeatable: &Repeatable,
    ) -> Result<ProgrammeRecord> {
        let programme = self.organised_meeting(caller, meeting).await?;
        let act = self.settle.entropy.id(self.now().await?);
        self.act(
            caller,
            programme,
            "assignHost",
            repeatable,
            Scope::Live,
            move |facts, now| acts::assign_host(facts, meeting, offer, act, now),
        )
        .await?;
        self.own_programme(programme).await
    }

    /// The host, or an organiser, ticks an item of the checklist.
    pub async fn tick_checklist_item(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        key: &str,
        is_done: bool,
        repeatable: &Repeatable,
    ) -> Result<ProgrammeRecord> {
        if *caller == Caller::Public {
            return Err(AppError::Unauthenticated);
        }
        let view = self.hosting_with(caller, meeting).await?;
        if !view.is_host(meeting) && !view.organises() {
            return Err(AppError::Forbidden);
        }
        let item = ChecklistItem::from_word(key).ok_or_else(|| {
            let known = ChecklistItem::ALL.map(ChecklistItem::word);
            Refusal::invalid("key", format!("is not one of: {}", known.join(", ")))
        })?;
        let programme = view.programme.id;
        // The host may have changed since; then it is another's list.
        let own = match caller {
            Caller::Registrant { registration, .. } => Some(*registration),
            _ => None,
        };
        self.act(
            caller,
            programme,
            "tickChecklistItem",
            repeatable,
            Scope::Live,
            move |facts, _| acts::tick(facts, meeting, item, is_done, own),
        )
        .await?;
        self.own_programme(programme).await
    }

    /// An organiser moves a meeting, or looks at what that would bring.
    pub async fn reschedule_meeting(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        days: Vec<MeetingDay>,
        reason: Option<&str>,
        is_dry_run: bool,
        repeatable: &Repeatable,
    ) -> Result<Planned<ProgrammeRecord>> {
        let programme = self.organised_meeting(caller, meeting).await?;
        let mut parsing = Parsing::default();
        check_days(&days, &mut parsing);
        let reason: Option<Paragraphs<1000>> = parsing.optional("reason", reason);
        parsing.finish(Some(()))?;
        let confirmation = Confirmation {
            is_dry_run,
            plan_hash: None,
        };
        let intent = Intent {
            action: "rescheduleMeeting",
            change: format!("move {meeting} to {days:?}"),
            confirms: Confirms::Differences,
            scope: Scope::Live,
            confirmation: &confirmation,
            demand: None,
        };
        let planned = self
            .act_by_plan(caller, programme, intent, repeatable, move |facts, now| {
                acts::reschedule(facts, meeting, days, reason, now)
            })
            .await?;
        Ok(planned.with(self.own_programme(programme).await?))
    }
}
