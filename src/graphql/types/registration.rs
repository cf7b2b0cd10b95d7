//! One person's way through one programme.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::{
    harvest::Harvest,
    hosting::VenueOffer,
    message::Message,
    programme::Programme,
    sharing::{Assignment, LearningWish},
};
use crate::{
    app::registering::RegistrationView,
    domain::ids::RegistrationId,
    graphql::{
        connection::{Connection, Listed, Paging, page_cost},
        error_code::ErrorCode,
        global_id::global_id,
        loaders::{HarvestsOf, HostingOf, MessagesTo, SharedIn},
        request::scope,
        scalars::DateTime,
    },
};

/// A language that mails and pages are written in.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::message::Locale")]
pub enum Locale {
    /// Dutch.
    Nl,
    /// English.
    En,
}

/// Where a registration stands. Whether its address is verified is a fact beside it.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::registration::RegistrationStatus")]
pub enum RegistrationStatus {
    /// Holds a place until it is verified or its time is over.
    Unverified,
    /// Has a place.
    Registered,
    /// Was offered a freed place.
    Offered,
    /// Waits for a place.
    Waiting,
    /// Has a place in a programme that goes ahead.
    Confirmed,
    /// The person left.
    Withdrawn,
    /// Its time was over.
    Expired,
    /// The person declined the offered place.
    Declined,
    /// Ended by a no-go or by the organiser.
    Cancelled,
}

/// What an invoice needs. What the person left out is the employer and the person's own address.
#[derive(Debug, SimpleObject)]
pub struct Billing {
    /// Who pays.
    organisation: String,
    /// What to put on the invoice.
    reference: Option<String>,
    /// Where the invoice goes.
    email: String,
}

/// A registration, with its programme where that is at hand.
#[derive(Debug, Clone)]
pub struct Registration {
    view: Arc<RegistrationView>,
    programme: Option<Programme>,
}

impl From<RegistrationView> for Registration {
    fn from(view: RegistrationView) -> Self {
        Self {
            view: Arc::new(view),
            programme: None,
        }
    }
}

impl Registration {
    /// A registration in a programme that was read already.
    pub fn within(programme: &Programme, view: RegistrationView) -> Self {
        Self {
            view: Arc::new(view),
            programme: Some(programme.clone()),
        }
    }

    /// The registration of an id, if the caller may see it.
    pub async fn load(ctx: &Context<'_>, id: RegistrationId) -> Result<Option<Self>> {
        Ok(scope(ctx)?.load(id).await?.map(Self::from))
    }
}

impl Listed for Registration {
    const NAME: &'static str = "Registration";
    type Key = i64;

    fn key(&self) -> i64 {
        self.view.registration.arrival
    }
}

/// One person's way through one programme, as its holder and the organiser see it.
#[Object]
impl Registration {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.view.registration.id)
    }

    /// Where it stands.
    async fn status(&self) -> RegistrationStatus {
        self.view.registration.status.into()
    }

    /// Whether the e-mail address is verified.
    async fn is_verified(&self) -> bool {
        self.view.registration.is_verified()
    }

    /// The person's whole name.
    async fn name(&self) -> &str {
        &self.view.registration.person.name
    }

    /// What to call the person.
    async fn given_name(&self) -> &str {
        &self.view.registration.person.given_name
    }

    /// Where mail goes.
    async fn email(&self) -> &str {
        &self.view.registration.person.email
    }

    /// The employer.
    async fn organisation(&self) -> &str {
        &self.view.registration.person.organisation
    }

    /// What the person does there.
    async fn job_title(&self) -> Option<&str> {
        self.view.registration.person.job_title.as_deref()
    }

    /// A telephone number, as given.
    async fn phone(&self) -> Option<&str> {
        self.view.registration.person.phone.as_deref()
    }

    /// The language of the person's mails and pages.
    async fn locale(&self) -> Locale {
        self.view.registration.person.locale.into()
    }

    /// Why the person wants to take part.
    async fn motivation(&self) -> Option<&str> {
        self.view.registration.person.motivation.as_deref()
    }

    /// What an invoice needs.
    async fn billing(&self) -> Billing {
        let registration = &self.view.registration;
        Billing {
            organisation: registration.billing_organisation().to_string(),
            reference: registration.person.billing.reference.as_ref().map(ToString::to_string),
            email: registration.billing_email().to_string(),
        }
    }

    /// When the registration arrived.
    async fn registered_at(&self) -> DateTime {
        self.view.registration.registered_at.into()
    }

    /// The instant from which the address can no longer be verified; null when that is not due.
    async fn confirm_before(&self) -> Option<DateTime> {
        self.view.confirm_before.map(DateTime)
    }

    /// The position in the waiting list, from 1; null when the person does not wait.
    async fn waiting_position(&self) -> Option<u32> {
        self.view.waiting_position
    }

    /// The instant from which the offered place can no longer be accepted; null when none is on offer.
    async fn offer_expires_at(&self) -> Option<DateTime> {
        self.view.offer_expires_at.map(DateTime)
    }

    /// The programme that it is for.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Programme> {
        match &self.programme {
            Some(programme) => Ok(programme.clone()),
            None => {
                let found = Programme::load(ctx, self.view.programme_id).await?;
                found.ok_or_else(|| ErrorCode::InternalServerError.error("a registration has no programme"))
            }
        }
    }

    /// What the person wants to learn, by time; nothing for somebody who does not take part.
    async fn learning_wishes(&self, ctx: &Context<'_>) -> Result<Vec<LearningWish>> {
        let shared = scope(ctx)?.load(SharedIn(self.view.programme_id)).await?;
        let id = self.view.registration.id;
        Ok(shared.map_or_else(Vec::new, |shared| LearningWish::all_of(&shared, id)))
    }

    /// What the person works on at their own employer; null: nothing yet, or the person does not take part.
    async fn assignment(&self, ctx: &Context<'_>) -> Result<Option<Assignment>> {
        let shared = scope(ctx)?.load(SharedIn(self.view.programme_id)).await?;
        let id = self.view.registration.id;
        Ok(shared.and_then(|shared| Assignment::of(&shared, id)))
    }

    /// What the person brings home; null: nothing yet, or the person does not take part.
    async fn harvest(&self, ctx: &Context<'_>) -> Result<Option<Harvest>> {
        let view = scope(ctx)?.load(HarvestsOf(self.view.programme_id)).await?;
        let id = self.view.registration.id;
        Ok(view.and_then(|view| Harvest::of(&view, id)))
    }

    /// The venues that this person offers, in the order of offering, those withdrawn too: at most fifty.
    async fn venue_offers(&self, ctx: &Context<'_>) -> Result<Vec<VenueOffer>> {
        let Some(hosting) = scope(ctx)?.load(HostingOf(self.view.programme_id)).await? else {
            return Ok(Vec::new());
        };
        let own = self.view.registration.id;
        let offers = hosting.offers().into_iter().filter(|offer| offer.registration == own);
        Ok(offers
            .map(|offer| VenueOffer::within(hosting.clone(), offer.clone()))
            .collect())
    }

    /// The mails to this person, the newest first.
    #[graphql(complexity = "page_cost(first, None) * child_complexity")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Option<Result<Connection<Message>>> {
        let load = async {
            let window = Paging {
                first,
                after,
                ..Paging::default()
            }
            .window::<Message>()?;
            let key = MessagesTo {
                programme: self.view.programme_id,
                registration: self.view.registration.id,
                after: window.after,
                limit: window.limit,
            };
            let page = scope(ctx)?.load_for_role(key).await?;
            Ok(page.as_ref().clone().map(Message).into())
        };
        Some(load.await)
    }
}
