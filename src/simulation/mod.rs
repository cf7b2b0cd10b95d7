//! A whole programme, played on a virtual clock with the production code: people register, do or do not verify, wait, are
//! offered places, leave; organisers answer what they are asked; time does the rest.
//!
//! What people do is drawn from a seed, so the same seed tells the same story, byte for byte. They act through the intents
//! of [`crate::app`] and with the personal links of their mails, as real people do; nothing here knows of the database
//! behind those. Where the stage stands (in memory, with nothing sent and nothing kept) is laid by [`crate::boot`].
//!
//! To add a part that people play, write another [`Actor`]: what it plans when the curtain rises, and what a mail makes it
//! plan. What it does is a [`Deed`].

mod chance;
mod deed;
mod guest;
mod organiser;
mod participant;
mod person;
mod story;

use std::{cmp::Reverse, collections::BinaryHeap, collections::HashMap, sync::Arc};

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use self::{chance::Chance, deed::Deed, organiser::team_of, person::Person};
use crate::{
    app::{App, AppError, Caller, outbox::Message, outbox::Wanted},
    clock::{TimeMachine, TravelError},
    domain::{
        calendar,
        ids::{MessageId, ProgrammeId},
        page::Window,
        programme::{Announcement, Programme},
        refusal::Refusal,
    },
};

pub use story::{Acted, Happening, Left, Scene, Story, Summary};

/// Who looks on; the people themselves act with their links.
const ADMINISTRATOR: Caller = Caller::Administrator { token: None };

/// Mails fetched at once.
const AT_ONCE: usize = 500;

/// How long before the deadline the curtain rises, where no opening of registration is given.
const USUAL_DAYS_OPEN: i64 = 28;

/// Where a programme is played.
pub struct Stage {
    /// The intents, over a database of the stage's own.
    pub app: App,
    /// Moves its clock.
    pub clock: Arc<dyn TimeMachine>,
}

/// Why a play broke off.
#[derive(Debug, Error)]
pub enum SimulationError {
    /// An intent broke, or refused what it never should.
    #[error("the simulation broke off")]
    App(#[from] AppError),
    /// The clock did not move.
    #[error("the clock of the simulation did not move")]
    Travel(#[from] TravelError),
    /// A bug of the simulation.
    #[error("the simulation lost its programme")]
    Lost,
}

type Result<T> = std::result::Result<T, SimulationError>;

/// When a play of a programme begins: the day before registration opens; four weeks before the deadline if it opens with
/// publishing.
pub fn begins_at(announced: &Announcement) -> DateTime<Utc> {
    let zone = announced.time_zone;
    let on = match announced.registration_opens_at {
        Some(opens_at) => calendar::days_after(calendar::day_of(opens_at, zone), -1),
        None => calendar::days_after(announced.registration_deadline, -USUAL_DAYS_OPEN),
    };
    calendar::resolve(on, calendar::USUAL_TIME, zone)
}

/// What an actor means to do.
struct Plan {
    at: DateTime<Utc>,
    deed: Deed,
}

/// What an actor looks at.
struct View<'a> {
    programme: &'a Programme,
    chance: &'a Chance,
    now: DateTime<Utc>,
}

/// Somebody with an address.
trait Actor: Send + Sync {
    /// Where mail for this one goes.
    fn address(&self) -> &str;

    /// Whether it is one of the team, who may change the programme.
    fn is_of_the_team(&self) -> bool {
        false
    }

    /// What the actor plans before anything has happened.
    fn begin(&mut self, view: &View<'_>) -> Vec<Plan>;

    /// What a mail makes the actor plan.
    fn read(&mut self, mail: &Message, view: &View<'_>) -> Vec<Plan>;
}

/// When something happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Something is due by time.
    Due(DateTime<Utc>),
    /// Somebody acts.
    Act(DateTime<Utc>),
}

/// A programme that is being played.
pub struct Play {
    stage: Stage,
    programme: ProgrammeId,
    /// As it was announced or changed last.
    known: Programme,
    chance: Chance,
    actors: Vec<Box<dyn Actor>>,
    by_address: HashMap<String, usize>,
    /// The token of the link in the newest mail to each actor that has one.
    links: Vec<Option<String>>,
    /// By moment, and in the order in which they were made.
    plans: BinaryHeap<Reverse<(DateTime<Utc>, usize, usize)>>,
    deeds: Vec<Deed>,
    acted: Vec<Acted>,
    last_read: Option<MessageId>,
    began_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Play {
    /// Raises the curtain on a programme that was published on this stage just now. `registrations`: how many people register;
    /// otherwise it is drawn, from too few to too many.
    pub async fn begin(stage: Stage, programme: ProgrammeId, seed: u64, registrations: Option<u32>) -> Result<Self> {
        let now = stage.app.now().await?;
        let known = programme_in(&stage.app, programme).await?;
        let mut play = Self {
            stage,
            programme,
            known: known.clone(),
            chance: Chance::seeded(seed),
            actors: Vec::new(),
            by_address: HashMap::new(),
            links: Vec::new(),
            plans: BinaryHeap::new(),
            deeds: Vec::new(),
            acted: Vec::new(),
            last_read: None,
            began_at: now,
            ends_at: now,
            now,
        };
        let announced = &known.announced;
        // The day after the last meeting everything that the time brings has come.
        play.ends_at = known
            .ends_at()
            .map_or(now, |ends_at| calendar::later(ends_at, Duration::hours(48)));
        let people = registrations.unwrap_or_else(|| {
            let few = announced.min_participants.saturating_sub(2).max(1);
            let many = announced.max_participants.saturating_add(4).min(few.saturating_add(60));
            play.chance.between(few, many)
        });
        let mut cast: Vec<Box<dyn Actor>> = team_of(announced);
        for person in Person::some(people, &play.chance) {
            cast.extend(
                person
                    .guests()
                    .into_iter()
                    .map(|guest| Box::new(guest) as Box<dyn Actor>),
            );
            cast.push(Box::new(person));
        }
        for actor in cast {
            let index = play.actors.len();
            play.by_address.insert(actor.address().to_owned(), index);
            play.actors.push(actor);
            play.links.push(None);
        }
        let mut all = Vec::new();
        for (index, actor) in play.actors.iter_mut().enumerate() {
            let view = View {
                programme: &known,
                chance: &play.chance,
                now,
            };
            all.extend(actor.begin(&view).into_iter().map(|plan| (index, plan)));
        }
        for (index, plan) in all {
            play.plan(index, plan);
        }
        play.deliver().await?;
        Ok(play)
    }

    /// The programme that is played.
    pub fn programme_id(&self) -> ProgrammeId {
        self.programme
    }

    /// The intents of the stage.
    pub fn app(&self) -> &App {
        &self.stage.app
    }

    /// When something happens next; nothing more does: the curtain falls.
    pub async fn next(&self) -> Result<Option<Moment>> {
        let due = self.stage.app.next_due_after(&ADMINISTRATOR, self.now).await?;
        let act = self.plans.peek().map(|Reverse((at, ..))| *at);
        let next = match (due, act) {
            (Some(due), Some(act)) if act < due => Some(Moment::Act(act)),
            (Some(due), _) => Some(Moment::Due(due)),
            (None, act) => act.map(Moment::Act),
        };
        Ok(next.filter(|(Moment::Due(at) | Moment::Act(at))| *at <= self.ends_at))
    }

    /// Lets the next thing happen; whether there was one.
    pub async fn step(&mut self) -> Result<bool> {
        let Some(next) = self.next().await? else {
            return Ok(false);
        };
        let (Moment::Due(at) | Moment::Act(at)) = next;
        self.now = self.stage.clock.travel_to(at).await?;
        let may_change_the_programme = match next {
            Moment::Due(_) => true,
            Moment::Act(_) => self.act().await?,
        };
        if may_change_the_programme {
            self.known = programme_in(&self.stage.app, self.programme).await?;
        }
        self.deliver().await?;
        Ok(true)
    }

    /// Lets everything happen, and tells the story.
    pub async fn to_the_end(mut self) -> Result<Story> {
        while self.step().await? {}
        self.now = self.stage.clock.travel_to(self.ends_at.max(self.now)).await?;
        story::tell(self).await
    }

    fn plan(&mut self, actor: usize, plan: Plan) {
        self.plans
            .push(Reverse((plan.at.max(self.now), self.deeds.len(), actor)));
        self.deeds.push(plan.deed);
    }

    /// Somebody does what they planned; whether it was one of the team.
    async fn act(&mut self) -> Result<bool> {
        let Some(Reverse((_, deed, actor))) = self.plans.pop() else {
            return Ok(false);
        };
        let (Some(deed), Some(link), Some(who)) = (self.deeds.get(deed), self.links.get(actor), self.actors.get(actor))
        else {
            return Ok(false);
        };
        let app = &self.stage.app;
        // Who an actor is to the server: the holder of that link.
        let caller = match link {
            Some(link) => app.caller_of(link, None).await?.unwrap_or(Caller::Public),
            None => Caller::Public,
        };
        let (is_refused, answer) = match deed
            .do_it(app, self.programme, &self.known.announced.slug.to_string(), &caller)
            .await
        {
            Ok(answer) => (false, answer),
            Err(AppError::Refused(refusals)) => (true, told(&refusals)),
            // Whoever has left is no member any more.
            Err(AppError::Forbidden) => (true, "not allowed".to_owned()),
            Err(error) => return Err(error.into()),
        };
        self.acted.push(Acted {
            at: self.now,
            who: who.address().to_owned(),
            what: deed.words(),
            is_refused,
            answer,
        });
        Ok(who.is_of_the_team())
    }

    /// Everybody reads the mails that have come, in the order in which they came.
    async fn deliver(&mut self) -> Result<()> {
        loop {
            let window = Window {
                after: None,
                before: self.last_read,
                limit: AT_ONCE,
                is_from_end: true,
            };
            let wanted = Wanted {
                programme: Some(self.programme),
                ..Wanted::default()
            };
            let page = self.stage.app.messages(&ADMINISTRATOR, wanted, &window).await?;
            let Some(newest) = page.items.first() else {
                return Ok(());
            };
            self.last_read = Some(newest.id);
            for mail in page.items.iter().rev() {
                self.read(mail).await?;
            }
            if page.items.len() < AT_ONCE {
                return Ok(());
            }
        }
    }

    async fn read(&mut self, mail: &Message) -> Result<()> {
        let Some(index) = self.by_address.get(&mail.address).copied() else {
            return Ok(());
        };
        let view = View {
            programme: &self.known,
            chance: &self.chance,
            now: self.now,
        };
        let plans = self
            .actors
            .get_mut(index)
            .map(|actor| actor.read(mail, &view))
            .unwrap_or_default();
        // Only who means to do something looks for the link, and keeps it: here the texts of old mails are dropped.
        if !plans.is_empty()
            && let Some(token) = self.link_in(mail.id).await?
            && let Some(link) = self.links.get_mut(index)
        {
            *link = Some(token);
        }
        for plan in plans {
            self.plan(index, plan);
        }
        Ok(())
    }

    /// The token of the personal link in a mail, if it has one.
    async fn link_in(&self, mail: MessageId) -> Result<Option<String>> {
        let app = &self.stage.app;
        let marker = format!("{}/p/", app.mail_is_made_with().0);
        let (_, read) = app.read_message(&ADMINISTRATOR, mail).await?;
        let text = read.map(|read| read.text).unwrap_or_default();
        let is_of_token = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
        Ok(text
            .split_once(&marker)
            .map(|(_, rest)| rest.chars().take_while(is_of_token).collect()))
    }
}

async fn programme_in(app: &App, id: ProgrammeId) -> Result<Programme> {
    let found = app.programmes_by_id(&ADMINISTRATOR, &[id]).await?;
    Ok(found.into_iter().next().ok_or(SimulationError::Lost)?.programme)
}

fn told(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
