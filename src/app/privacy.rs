//! What is stored about somebody: to take along, and to erase (rule 14). Correcting is `update_registration`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{App, Caller, Repeatable, Result, guests::InvitationView, outbox::Message, registering::RegistrationView};
use crate::{
    domain::{
        acts,
        guests::Invitation,
        hosting::VenueOffer,
        ids::{InvitationId, RegistrationId},
        page::Window,
    },
    store::Scope,
};

/// The most mails that are told about one person: more than anybody gets.
const MAILS_AT_MOST: usize = 1000;

/// What is stored of one sort, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Of which sort.
    pub what: String,
    /// How many.
    pub count: u64,
}

/// Everything that is stored about one person, in words that others' programs can read.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonalData {
    sorts: Vec<(&'static str, Vec<Value>)>,
}

impl PersonalData {
    /// How much there is of each sort.
    pub fn counts(&self) -> Vec<Stored> {
        let count = |(what, values): &(&'static str, Vec<Value>)| Stored {
            what: (*what).to_owned(),
            count: values.len() as u64,
        };
        self.sorts.iter().map(count).collect()
    }

    /// One JSON object with a list for each sort.
    pub fn to_json(&self) -> Value {
        let lists = self
            .sorts
            .iter()
            .map(|(what, values)| ((*what).to_owned(), json!(values)));
        Value::Object(lists.collect())
    }
}

impl App {
    /// Everything that is stored about the person behind a registration: the holder's own, or one that an organiser names.
    pub async fn personal_data(&self, caller: &Caller, id: Option<RegistrationId>) -> Result<PersonalData> {
        let (programme, id) = self.target(caller, id).await?;
        let view = self.own_registration(id).await?;
        let mut mails = self
            .messages_to(caller, &[(programme, id)], &Window::first(MAILS_AT_MOST))
            .await?;
        let mails = mails.remove(&id).map(|page| page.items).unwrap_or_default();
        let mut sorts = vec![
            ("registrations", vec![registration(&view)]),
            ("mails", mails.iter().map(mail).collect()),
        ];
        let hosting = self.hosting(caller, programme).await?;
        let offers = hosting.offers().into_iter().filter(|offer| offer.registration == id);
        sorts.push(("venueOffers", offers.map(venue_offer).collect()));
        sorts.extend(self.shared_by(programme, id).await?);
        sorts.push(("harvests", self.brought_home_by(programme, id).await?));
        let record = self.own_programme(programme).await?;
        let guests = self.store().guests_of(&record.programme).await?;
        let invited = guests.in_order(|one| one.invited_by == Some(id));
        sorts.push(("invitationsToGuests", invited.into_iter().map(invited_guest).collect()));
        Ok(PersonalData { sorts })
    }

    /// Everything that is stored about a guest: the guest's own, or one that an organiser names.
    pub async fn guest_data(&self, caller: &Caller, id: Option<InvitationId>) -> Result<PersonalData> {
        let (_, id) = self.guest_target(caller, id).await?;
        let views = self.invitations_by_id(caller, &[id]).await?;
        let mails = self.messages_to_guest(id, MAILS_AT_MOST).await?;
        let sorts = vec![
            ("invitations", views.iter().map(invitation).collect()),
            ("mails", mails.iter().map(mail).collect()),
        ];
        Ok(PersonalData { sorts })
    }

    /// Everything about a guest goes, by the own wish or by an organiser. Whoever was coming leaves the place to the next by it.
    pub async fn erase_guest(
        &self,
        caller: &Caller,
        id: Option<InvitationId>,
        is_rehearsal: bool,
        repeatable: &Repeatable,
    ) -> Result<Vec<Stored>> {
        let (programme, id) = self.guest_target(caller, id).await?;
        let stored = self.guest_data(caller, Some(id)).await?.counts();
        if is_rehearsal {
            return Ok(stored);
        }
        let scope = Scope::invitation(id);
        self.act(caller, programme, "erasePerson", repeatable, scope, |facts, now| {
            acts::erase_guest(facts, id, now).map(|()| stored)
        })
        .await
    }

    /// Everything about the person behind a registration goes, by the own wish or by an organiser. Whoever is still in leaves
    /// by it. What was stored is counted in the answer; a rehearsal only counts.
    pub async fn erase_person(
        &self,
        caller: &Caller,
        id: Option<RegistrationId>,
        is_rehearsal: bool,
        repeatable: &Repeatable,
    ) -> Result<Vec<Stored>> {
        let (programme, id) = self.target(caller, id).await?;
        let stored = self.personal_data(caller, Some(id)).await?.counts();
        if is_rehearsal {
            return Ok(stored);
        }
        let scope = Scope::registration(id);
        self.act(caller, programme, "erasePerson", repeatable, scope, |facts, now| {
            acts::erase(facts, id, now).map(|()| stored)
        })
        .await
    }
}

fn registration(view: &RegistrationView) -> Value {
    let registration = &view.registration;
    let person = &registration.person;
    json!({
        "status": registration.status.word(),
        "name": &*person.name,
        "givenName": &*person.given_name,
        "email": &*person.email,
        "organisation": &*person.organisation,
        "jobTitle": person.job_title,
        "phone": person.phone,
        "locale": person.locale.tag(),
        "motivation": person.motivation,
        "billing": {
            "organisation": person.billing.organisation,
            "reference": person.billing.reference,
            "email": person.billing.email,
        },
        "registeredAt": registration.registered_at,
        "verifiedAt": registration.verified_at,
        "offeredAt": registration.offered_at,
        "confirmedAt": registration.confirmed_at,
        "endedAt": registration.ended_at,
        "endReason": registration.end_reason,
    })
}

fn invitation(view: &InvitationView) -> Value {
    let (one, guest) = (&view.invitation, &view.invitation.guest);
    json!({
        "status": one.status.word(),
        "name": &*guest.name,
        "email": &*guest.email,
        "relation": guest.relation.word(),
        "locale": guest.locale.tag(),
        "message": one.message,
        "invitedBy": view.inviter.as_ref().map(|inviter| json!({
            "givenName": &*inviter.given_name,
            "organisation": &*inviter.organisation,
        })),
        "invitedAt": one.invited_at,
        "answeredAt": one.answered_at,
    })
}

/// Of an invitation what its inviter said; who the guest is, is somebody else's.
fn invited_guest(invitation: &Invitation) -> Value {
    json!({
        "relation": invitation.guest.relation.word(),
        "message": invitation.message,
        "status": invitation.status.word(),
        "invitedAt": invitation.invited_at,
    })
}

fn venue_offer(offer: &VenueOffer) -> Value {
    let venue = &offer.venue;
    json!({
        "municipality": &*venue.municipality,
        "name": venue.name,
        "address": venue.address,
        "isStepFree": venue.is_step_free,
        "directions": venue.directions,
        "capacity": offer.capacity,
        "rooms": offer.rooms,
        "offeredAt": offer.offered_at,
        "withdrawnAt": offer.withdrawn_at,
    })
}

fn mail(mail: &Message) -> Value {
    json!({
        "kind": mail.kind.word(),
        "to": mail.recipient,
        "subject": mail.subject,
        "status": mail.status.word(),
        "dueAt": mail.due_at,
        "sentAt": mail.sent_at,
    })
}
