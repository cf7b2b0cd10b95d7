//! Anything with a global id.

use std::collections::HashMap;

use async_graphql::{Context, ID, Interface, Result};
use uuid::Uuid;

use super::{
    guests::Invitation,
    harvest::Harvest,
    hosting::VenueOffer,
    meeting::Meeting,
    message::Message,
    programme::Programme,
    registration::Registration,
    rule::Rule,
    sharing::{AgendaItem, Assignment, LearningWish},
};
use crate::{
    domain::ids::{
        AgendaItemId, AssignmentId, HarvestId, InvitationId, LearningWishId, MeetingId, MessageId, ProgrammeId,
        RegistrationId, RuleId, VenueOfferId,
    },
    graphql::{
        failure,
        global_id::{Identified, parts},
        request::scope,
    },
};

/// Anything that can be fetched again by its id.
#[derive(Debug, Clone, Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Its id, unique among things of all types. Opaque: it says nothing to clients."
))]
pub enum Node {
    /// A programme.
    Programme(Programme),
    /// A meeting.
    Meeting(Meeting),
    /// A registration.
    Registration(Registration),
    /// A rule.
    Rule(Rule),
    /// A mail.
    Message(Message),
    /// A learning wish.
    LearningWish(LearningWish),
    /// An assignment.
    Assignment(Assignment),
    /// An item of an agenda.
    AgendaItem(AgendaItem),
    /// An offer of a venue.
    VenueOffer(VenueOffer),
    /// A harvest.
    Harvest(Harvest),
    /// An invitation to the showcase.
    Invitation(Invitation),
}

/// The ids of one type among global ids.
fn of_type<I: Identified>(ids: &[Option<(String, Uuid)>]) -> Vec<I> {
    ids.iter()
        .flatten()
        .filter(|(name, _)| name == I::TYPE)
        .map(|(_, id)| I::from(*id))
        .collect()
}

fn name_of<I: Identified>(id: I) -> (&'static str, Uuid) {
    (I::TYPE, id.uuid())
}

impl Node {
    /// The things of some ids, in their order; null for what is not there or not for this caller. Each type costs a constant
    /// number of statements.
    pub async fn find(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Self>>> {
        let scope = scope(ctx)?;
        let (app, caller) = (&scope.app, &scope.caller);
        let ids: Vec<Option<(String, Uuid)>> = ids.iter().map(parts).collect();
        let failed = |failed| failure::error(&failed);
        let mut found: HashMap<(&str, Uuid), Self> = HashMap::new();
        let programmes: Vec<ProgrammeId> = of_type(&ids);
        if !programmes.is_empty() {
            for record in app.programmes_by_id(caller, &programmes).await.map_err(failed)? {
                found.insert(name_of(record.programme.id), Self::Programme(record.into()));
            }
        }
        let meetings: Vec<MeetingId> = of_type(&ids);
        if !meetings.is_empty() {
            for record in app.programmes_of_meetings(caller, &meetings).await.map_err(failed)? {
                let held = Meeting::all_of(&record).into_iter();
                found.extend(held.map(|meeting| (name_of(meeting.key_id()), Self::Meeting(meeting))));
            }
        }
        let registrations: Vec<RegistrationId> = of_type(&ids);
        if !registrations.is_empty() {
            for view in app.registrations_by_id(caller, &registrations).await.map_err(failed)? {
                found.insert(name_of(view.registration.id), Self::Registration(view.into()));
            }
        }
        let rules: Vec<RuleId> = of_type(&ids);
        if !rules.is_empty() {
            for rule in app.rules_by_id(caller, &rules).await.map_err(failed)? {
                found.insert(name_of(rule.id), Self::Rule(Rule(rule)));
            }
        }
        let messages: Vec<MessageId> = of_type(&ids);
        if !messages.is_empty() {
            for (id, message) in app.messages_by_id(caller, &messages).await.map_err(failed)? {
                found.insert(name_of(id), Self::Message(Message(message)));
            }
        }
        let wishes: Vec<LearningWishId> = of_type(&ids);
        let assignments: Vec<AssignmentId> = of_type(&ids);
        let items: Vec<AgendaItemId> = of_type(&ids);
        if !(wishes.is_empty() && assignments.is_empty() && items.is_empty()) {
            let shared = app.shared_with(caller, &wishes, &assignments, &items).await;
            for shared in shared.map_err(failed)? {
                let known = wishes
                    .iter()
                    .filter_map(|id| Some((*id, LearningWish::find(&shared, *id)?)));
                found.extend(known.map(|(id, wish)| (name_of(id), Self::LearningWish(wish))));
                let known = assignments
                    .iter()
                    .filter_map(|id| Some((*id, Assignment::find(&shared, *id)?)));
                found.extend(known.map(|(id, one)| (name_of(id), Self::Assignment(one))));
                let known = items
                    .iter()
                    .filter_map(|id| Some((*id, AgendaItem::find(&shared, *id)?)));
                found.extend(known.map(|(id, item)| (name_of(id), Self::AgendaItem(item))));
            }
        }
        let offers: Vec<VenueOfferId> = of_type(&ids);
        if !offers.is_empty() {
            for (id, view) in app.venue_offers_by_id(caller, &offers).await.map_err(failed)? {
                found.extend(VenueOffer::find(view, id).map(|offer| (name_of(id), Self::VenueOffer(offer))));
            }
        }
        let harvests: Vec<HarvestId> = of_type(&ids);
        if !harvests.is_empty() {
            for (id, view) in app.harvests_by_id(caller, &harvests).await.map_err(failed)? {
                found.extend(Harvest::find(&view, id).map(|harvest| (name_of(id), Self::Harvest(harvest))));
            }
        }
        let invitations: Vec<InvitationId> = of_type(&ids);
        if !invitations.is_empty() {
            for view in app.invitations_by_id(caller, &invitations).await.map_err(failed)? {
                let invitation = Invitation::from(view);
                found.insert(name_of(invitation.key_id()), Self::Invitation(invitation));
            }
        }
        let node = |id: &Option<(String, Uuid)>| {
            let (name, uuid) = id.as_ref()?;
            found.get(&(name.as_str(), *uuid)).cloned()
        };
        Ok(ids.iter().map(node).collect())
    }
}
