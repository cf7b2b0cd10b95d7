//! Relations, loaded in batches: a list costs a constant number of statements. What the caller may not see is not loaded.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Result, dataloader::Loader};

use super::{failure, request::RequestScope};
use crate::{
    app::{
        App, AppError, Caller,
        harvest::HarvestView,
        hosting::HostingView,
        outbox::{Attempt, Message},
        programmes::{Participant, ProgrammeRecord},
        registering::RegistrationView,
        sharing::Shared,
    },
    domain::{
        ids::{MessageId, ProgrammeId, RegistrationId},
        page::{Page, Window},
        rule::Rule,
    },
};

/// Loads as one caller.
pub struct Loading {
    /// The intents.
    pub app: App,
    /// Who is asking.
    pub caller: Caller,
}

/// The attempts to hand this mail over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptsOf(pub MessageId);

/// The newest mails to the person behind this registration; none: the caller may not see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessagesTo {
    /// The registration's programme.
    pub programme: ProgrammeId,
    /// The registration.
    pub registration: RegistrationId,
    /// Only what comes after this mail.
    pub after: Option<MessageId>,
    /// At most so many.
    pub limit: usize,
}

/// The rules of this programme; none: the caller does not organise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RulesOf(pub ProgrammeId);

/// The participants of this programme; none: the caller is not one of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ParticipantsOf(pub ProgrammeId);

/// What is shared in this programme; none: the caller is not one of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SharedIn(pub ProgrammeId);
/// The hosting of this programme, as the caller may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HostingOf(pub ProgrammeId);

/// The harvests of this programme, as the caller may see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HarvestsOf(pub ProgrammeId);

impl Loader<HarvestsOf> for Loading {
    type Value = Arc<HarvestView>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[HarvestsOf]) -> Result<HashMap<HarvestsOf, Self::Value>, Self::Error> {
        let ids: Vec<ProgrammeId> = keys.iter().map(|key| key.0).collect();
        let views = self.app.harvests_in(&self.caller, &ids).await?;
        Ok(views.into_iter().map(|(id, view)| (HarvestsOf(id), view)).collect())
    }
}

/// How many guests come to the showcase of this programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AcceptedGuestsOf(pub ProgrammeId);

impl Loader<AcceptedGuestsOf> for Loading {
    type Value = u32;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[AcceptedGuestsOf]) -> Result<HashMap<AcceptedGuestsOf, u32>, Self::Error> {
        let ids: Vec<ProgrammeId> = keys.iter().map(|key| key.0).collect();
        let counts = self.app.accepted_guests(&ids).await?;
        Ok(counts
            .into_iter()
            .map(|(id, count)| (AcceptedGuestsOf(id), count))
            .collect())
    }
}

impl Loader<HostingOf> for Loading {
    type Value = Arc<HostingView>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[HostingOf]) -> Result<HashMap<HostingOf, Self::Value>, Self::Error> {
        let ids: Vec<ProgrammeId> = keys.iter().map(|key| key.0).collect();
        let views = self.app.hosting_of(&self.caller, &ids).await?;
        Ok(views.into_iter().map(|(id, view)| (HostingOf(id), view)).collect())
    }
}

impl Loader<ProgrammeId> for Loading {
    type Value = Arc<ProgrammeRecord>;
    type Error = Arc<AppError>;

    async fn load(&self, ids: &[ProgrammeId]) -> Result<HashMap<ProgrammeId, Self::Value>, Self::Error> {
        let records = self.app.programmes_by_id(&self.caller, ids).await?;
        Ok(records
            .into_iter()
            .map(|record| (record.programme.id, Arc::new(record)))
            .collect())
    }
}

impl Loader<RegistrationId> for Loading {
    type Value = RegistrationView;
    type Error = Arc<AppError>;

    async fn load(&self, ids: &[RegistrationId]) -> Result<HashMap<RegistrationId, Self::Value>, Self::Error> {
        let views = self.app.registrations_by_id(&self.caller, ids).await?;
        Ok(views.into_iter().map(|view| (view.registration.id, view)).collect())
    }
}

impl Loader<MessageId> for Loading {
    type Value = Message;
    type Error = Arc<AppError>;

    async fn load(&self, ids: &[MessageId]) -> Result<HashMap<MessageId, Self::Value>, Self::Error> {
        Ok(self.app.messages_by_id(&self.caller, ids).await?)
    }
}

impl Loader<AttemptsOf> for Loading {
    type Value = Vec<Attempt>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[AttemptsOf]) -> Result<HashMap<AttemptsOf, Self::Value>, Self::Error> {
        let ids: Vec<MessageId> = keys.iter().map(|key| key.0).collect();
        let attempts = self.app.attempts(&ids).await?;
        Ok(attempts
            .into_iter()
            .map(|(id, attempts)| (AttemptsOf(id), attempts))
            .collect())
    }
}

impl Loader<MessagesTo> for Loading {
    type Value = Arc<Page<Message>>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[MessagesTo]) -> Result<HashMap<MessagesTo, Self::Value>, Self::Error> {
        // The people of one list are asked for with one and the same window.
        let mut windows: HashMap<(Option<MessageId>, usize), Vec<MessagesTo>> = HashMap::new();
        for key in keys {
            windows.entry((key.after, key.limit)).or_default().push(*key);
        }
        let mut found = HashMap::new();
        for ((after, limit), keys) in windows {
            let window = Window {
                after,
                ..Window::first(limit)
            };
            let people: Vec<_> = keys.iter().map(|key| (key.programme, key.registration)).collect();
            let mut pages = self.app.messages_to(&self.caller, &people, &window).await?;
            let page = |key: MessagesTo| Some((key, Arc::new(pages.remove(&key.registration)?)));
            found.extend(keys.into_iter().filter_map(page));
        }
        Ok(found)
    }
}

impl Loader<RulesOf> for Loading {
    type Value = Arc<Vec<Rule>>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[RulesOf]) -> Result<HashMap<RulesOf, Self::Value>, Self::Error> {
        let ids: Vec<ProgrammeId> = keys.iter().map(|key| key.0).collect();
        let rules = self.app.rules_of(&self.caller, &ids).await?;
        Ok(rules
            .into_iter()
            .map(|(id, rules)| (RulesOf(id), Arc::new(rules)))
            .collect())
    }
}

impl Loader<ParticipantsOf> for Loading {
    type Value = Arc<Vec<Participant>>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[ParticipantsOf]) -> Result<HashMap<ParticipantsOf, Self::Value>, Self::Error> {
        let ids: Vec<ProgrammeId> = keys.iter().map(|key| key.0).collect();
        let participants = self.app.participants_of(&self.caller, &ids).await?;
        Ok(participants
            .into_iter()
            .map(|(id, participants)| (ParticipantsOf(id), Arc::new(participants)))
            .collect())
    }
}

impl Loader<SharedIn> for Loading {
    type Value = Arc<Shared>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[SharedIn]) -> Result<HashMap<SharedIn, Self::Value>, Self::Error> {
        let ids: Vec<ProgrammeId> = keys.iter().map(|key| key.0).collect();
        let shared = self.app.shared_in(&self.caller, &ids).await?;
        Ok(shared.into_iter().map(|(id, shared)| (SharedIn(id), shared)).collect())
    }
}

impl RequestScope {
    /// One thing by its key; none: there is none that the caller may see.
    pub async fn load<K>(&self, key: K) -> Result<Option<<Loading as Loader<K>>::Value>>
    where
        K: Send + Sync + std::hash::Hash + Eq + Clone + 'static,
        Loading: Loader<K, Error = Arc<AppError>>,
    {
        self.loader
            .load_one(key)
            .await
            .map_err(|failed| failure::error(&failed))
    }

    /// One thing by its key that only some roles may see.
    ///
    /// # Errors
    /// FORBIDDEN when the caller has none of them.
    pub async fn load_for_role<K>(&self, key: K) -> Result<<Loading as Loader<K>>::Value>
    where
        K: Send + Sync + std::hash::Hash + Eq + Clone + 'static,
        Loading: Loader<K, Error = Arc<AppError>>,
    {
        let found = self.load(key).await?;
        found.ok_or_else(|| failure::error_of_field(&self.caller.refusal()))
    }
}
