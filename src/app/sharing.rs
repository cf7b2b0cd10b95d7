//! What participants share: learning wishes, assignments, agendas; and asking the facilitators (rules 9 and 10).

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use serde_json::{Value, json};

use super::{App, AppError, Caller, Repeatable, Result, fields::Parsing, programmes::Participant};
use crate::{
    domain::{
        acts,
        facts::Facts,
        ids::{AgendaItemId, AssignmentId, LearningWishId, ProgrammeId, QuestionId, RegistrationId, SupportOfferId},
        refusal::Refusal,
        sharing::{AssignmentStatus, AssignmentWords, Sharing, SupportOffer, WishWords},
        text::Paragraphs,
    },
    store::Scope,
};

/// What is shared in one programme, as one of its members sees it: only what comes from those who take part.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The programme.
    pub programme: ProgrammeId,
    /// What is shared.
    pub sharing: Sharing,
    /// Those who take part, by their registrations.
    pub participants: BTreeMap<RegistrationId, Participant>,
    /// The registration of whoever looks; none: a member of the team.
    pub viewer: Option<RegistrationId>,
}

impl Shared {
    /// Somebody who takes part.
    pub fn participant(&self, id: RegistrationId) -> Option<&Participant> {
        self.participants.get(&id)
    }
}

/// A learning wish as given.
#[derive(Debug, Clone, Default)]
pub struct WishFields {
    /// What its author wants to learn.
    pub text: String,
    /// What the author will do for it.
    pub own_steps: Option<String>,
    /// The theme that it shares with others.
    pub learning_line: Option<String>,
}

impl WishFields {
    fn parse(&self) -> Result<WishWords> {
        let mut parsing = Parsing::default();
        let text = parsing.text("text", &self.text);
        let own_steps = parsing.optional("ownSteps", self.own_steps.as_deref());
        let learning_line = parsing.optional("learningLine", self.learning_line.as_deref());
        let words = text.map(|text| WishWords {
            text,
            own_steps,
            learning_line,
        });
        parsing.finish(words)
    }
}

/// An assignment as given.
#[derive(Debug, Clone)]
pub struct AssignmentFields {
    /// What it is called.
    pub title: String,
    /// What is done.
    pub description: String,
    /// What it should bring.
    pub intended_result: Option<String>,
    /// How far it has come.
    pub status: AssignmentStatus,
    /// What it brought.
    pub result: Option<String>,
}

impl AssignmentFields {
    fn parse(&self) -> Result<AssignmentWords> {
        let mut parsing = Parsing::default();
        let title = parsing.text("title", &self.title);
        let description = parsing.text("description", &self.description);
        let intended_result = parsing.optional("intendedResult", self.intended_result.as_deref());
        let result = parsing.optional("result", self.result.as_deref());
        let words = title.zip(description).map(|(title, description)| AssignmentWords {
            title,
            description,
            intended_result,
            status: self.status,
            result,
        });
        parsing.finish(words)
    }
}

impl App {
    /// What is shared in those of some programmes whose members the caller belongs to.
    pub async fn shared_in(
        &self,
        caller: &Caller,
        programmes: &[ProgrammeId],
    ) -> Result<HashMap<ProgrammeId, Arc<Shared>>> {
        let open: Vec<_> = programmes
            .iter()
            .copied()
            .filter(|id| caller.is_member_of(*id))
            .collect();
        if open.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sharing = self.store().sharing_of(&open).await?;
        let mut people = self.store().participants_of(&open).await?;
        let viewer = match caller {
            Caller::Registrant { registration, .. } => Some(*registration),
            _ => None,
        };
        let mut shared = |programme| {
            let found = people.remove(&programme).unwrap_or_default().into_iter();
            let participants: BTreeMap<_, _> = found.map(|one| (one.id, Participant::from(one.person))).collect();
            let all = sharing.remove(&programme).unwrap_or_default();
            Arc::new(Shared {
                programme,
                sharing: all.among(|id| participants.contains_key(&id)),
                participants,
                viewer,
            })
        };
        Ok(open.iter().map(|id| (*id, shared(*id))).collect())
    }

    /// What is shared in a programme whose member the caller is.
    pub async fn shared(&self, caller: &Caller, programme: ProgrammeId) -> Result<Arc<Shared>> {
        let mut found = self.shared_in(caller, &[programme]).await?;
        found.remove(&programme).ok_or_else(|| caller.refusal())
    }

    /// The programmes of some learning wishes, assignments and agenda items, as far as the caller is one of their members.
    pub async fn shared_with(
        &self,
        caller: &Caller,
        wishes: &[LearningWishId],
        assignments: &[AssignmentId],
        items: &[AgendaItemId],
    ) -> Result<Vec<Arc<Shared>>> {
        let programmes = self.store().programmes_of_shared(wishes, assignments, items).await?;
        Ok(self.shared_in(caller, &programmes).await?.into_values().collect())
    }

    /// A participant, or an organiser for one, says what that person wants to learn.
    pub async fn add_learning_wish(
        &self,
        caller: &Caller,
        author: Option<RegistrationId>,
        fields: &WishFields,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, LearningWishId)> {
        let (programme, author) = self.target(caller, author).await?;
        let words = fields.parse()?;
        let id = LearningWishId(self.settle.entropy.id(self.now().await?));
        let scope = Scope::registration(author);
        let id = self
            .act(caller, programme, "addLearningWish", repeatable, scope, |facts, now| {
                acts::add_learning_wish(facts, id, author, words, now)
            })
            .await?;
        Ok((self.shared(caller, programme).await?, id))
    }

    /// Its author changes a wish.
    pub async fn edit_learning_wish(
        &self,
        caller: &Caller,
        id: LearningWishId,
        fields: &WishFields,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, LearningWishId)> {
        let (shared, by) = self.wish_and_reader(caller, id).await?;
        if shared.sharing.wishes.get(&id).is_none_or(|wish| wish.author != by) {
            return Err(AppError::Forbidden);
        }
        let words = fields.parse()?;
        let scope = Scope::registration(by);
        self.act_on_wish(
            caller,
            (&shared, id),
            "editLearningWish",
            repeatable,
            scope,
            |facts, now| acts::edit_learning_wish(facts, id, by, words, now),
        )
        .await
    }

    /// A participant wants to hear when a wish changes.
    pub async fn follow_learning_wish(
        &self,
        caller: &Caller,
        id: LearningWishId,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, LearningWishId)> {
        let (shared, by) = self.wish_and_reader(caller, id).await?;
        let scope = Scope::Live;
        self.act_on_wish(
            caller,
            (&shared, id),
            "followLearningWish",
            repeatable,
            scope,
            |facts, now| acts::follow_learning_wish(facts, id, by, now),
        )
        .await
    }

    /// A participant no longer wants to hear of it.
    pub async fn unfollow_learning_wish(
        &self,
        caller: &Caller,
        id: LearningWishId,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, LearningWishId)> {
        let (shared, by) = self.wish_and_reader(caller, id).await?;
        let scope = Scope::registration(by);
        self.act_on_wish(
            caller,
            (&shared, id),
            "unfollowLearningWish",
            repeatable,
            scope,
            |facts, _| acts::unfollow_learning_wish(facts, id, by),
        )
        .await
    }

    /// A participant offers support with a wish.
    pub async fn offer_support(
        &self,
        caller: &Caller,
        id: LearningWishId,
        text: &str,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, LearningWishId)> {
        let (shared, from) = self.wish_and_reader(caller, id).await?;
        let mut parsing = Parsing::default();
        let text: Option<Paragraphs<500>> = parsing.text("text", text);
        let text = parsing.finish(text)?;
        let offer_id = SupportOfferId(self.settle.entropy.id(self.now().await?));
        self.act_on_wish(
            caller,
            (&shared, id),
            "offerSupport",
            repeatable,
            Scope::Live,
            |facts, now| {
                let offer = SupportOffer {
                    id: offer_id,
                    from,
                    text,
                    offered_at: now,
                };
                acts::offer_support(facts, id, offer)
            },
        )
        .await
    }

    /// A wish that the caller sees as a participant.
    async fn wish_and_reader(&self, caller: &Caller, id: LearningWishId) -> Result<(Arc<Shared>, RegistrationId)> {
        let by = own_registration(caller)?;
        let mut found = self.shared_with(caller, &[id], &[], &[]).await?;
        match found.pop() {
            Some(shared) if shared.sharing.wishes.contains_key(&id) => Ok((shared, by)),
            _ => Err(Refusal::not_found("learning wish", "learningWishId").into()),
        }
    }

    async fn act_on_wish(
        &self,
        caller: &Caller,
        (shared, id): (&Shared, LearningWishId),
        action: &'static str,
        repeatable: &Repeatable,
        scope: Scope,
        act: impl FnOnce(&mut Facts, DateTime<Utc>) -> std::result::Result<(), Refusal> + Send,
    ) -> Result<(Arc<Shared>, LearningWishId)> {
        let programme = shared.programme;
        self.act(caller, programme, action, repeatable, scope, act).await?;
        Ok((self.shared(caller, programme).await?, id))
    }

    /// A participant, or an organiser for one, saves what that person works on.
    pub async fn save_assignment(
        &self,
        caller: &Caller,
        author: Option<RegistrationId>,
        fields: &AssignmentFields,
        repeatable: &Repeatable,
    ) -> Result<(Arc<Shared>, RegistrationId)> {
        let (programme, author) = self.target(caller, author).await?;
        let words = fields.parse()?;
        let id = AssignmentId(self.settle.entropy.id(self.now().await?));
        let scope = Scope::registration(author);
        self.act(caller, programme, "saveAssignment", repeatable, scope, |facts, now| {
            acts::save_assignment(facts, id, author, words, now)
        })
        .await?;
        Ok((self.shared(caller, programme).await?, author))
    }

    /// A participant asks the facilitators something.
    pub async fn ask_facilitators(&self, caller: &Caller, question: &str, repeatable: &Repeatable) -> Result<()> {
        let by = own_registration(caller)?;
        let Caller::Registrant { programme, .. } = caller else {
            return Err(caller.refusal());
        };
        let mut parsing = Parsing::default();
        let text: Option<Paragraphs<2000>> = parsing.text("question", question);
        let text = parsing.finish(text)?;
        let id = QuestionId(self.settle.entropy.id(self.now().await?));
        let scope = Scope::registration(by);
        self.act(
            caller,
            *programme,
            "askFacilitators",
            repeatable,
            scope,
            |facts, now| acts::ask_facilitators(facts, id, by, text, now),
        )
        .await
    }
}

impl App {
    /// All that is stored of what somebody shared, by sort, to take along.
    pub(super) async fn shared_by(
        &self,
        programme: ProgrammeId,
        id: RegistrationId,
    ) -> Result<Vec<(&'static str, Vec<Value>)>> {
        let mut found = self.store().sharing_of(&[programme]).await?;
        let all = found.remove(&programme).unwrap_or_default();
        let questions = self.store().questions_of(programme, id).await?;
        let wishes = all.wishes_of(id).map(|wish| {
            json!({
                "text": &*wish.words.text,
                "ownSteps": wish.words.own_steps.as_deref(),
                "learningLine": wish.words.learning_line.as_deref(),
                "createdAt": wish.created_at,
                "editedAt": wish.edited_at,
            })
        });
        let follows = all.wishes.values().filter_map(|wish| {
            let followed_at = wish.followers.get(&id)?;
            Some(json!({ "learningWish": wish.id.to_string(), "followedAt": followed_at }))
        });
        let offers = all.wishes.values().flat_map(|wish| wish.support.values());
        let offers = offers
            .filter(|offer| offer.from == id)
            .map(|offer| json!({ "text": &*offer.text, "offeredAt": offer.offered_at }));
        let assignment = all.assignments.get(&id).map(|one| {
            json!({
                "title": &*one.words.title,
                "description": &*one.words.description,
                "intendedResult": one.words.intended_result.as_deref(),
                "status": one.words.status.word(),
                "result": one.words.result.as_deref(),
                "savedAt": one.saved_at,
            })
        });
        let items = all.agenda_items.values().filter(|item| item.proposed_by == Some(id));
        let items =
            items.map(|item| json!({ "title": &*item.title, "minutes": item.minutes, "proposedAt": item.proposed_at }));
        let votes = all.agenda_items.values().filter(|item| item.votes.contains(&id));
        let votes = votes.map(|item| json!({ "agendaItem": item.id.to_string() }));
        let questions = questions.iter().map(|question| json!({ "askedAt": question.asked_at }));
        Ok(vec![
            ("learningWishes", wishes.collect()),
            ("followedLearningWishes", follows.collect()),
            ("supportOffers", offers.collect()),
            ("assignments", assignment.into_iter().collect()),
            ("agendaItems", items.collect()),
            ("agendaVotes", votes.collect()),
            ("questionsToFacilitators", questions.collect()),
        ])
    }
}

/// Whose personal link it is.
pub(super) fn own_registration(caller: &Caller) -> Result<RegistrationId> {
    match caller {
        Caller::Registrant { registration, .. } => Ok(*registration),
        _ => Err(caller.refusal()),
    }
}
