//! A running instance on a database of its own, spoken to over HTTP as a client would.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use leernetwerk::{
    app::{App, Repeatable, outbox::Wanted, tokens::TokenRole},
    boot::{Running, Start},
    config::Given,
    domain::{
        ids::{MessageId, ProgrammeId},
        message::{MessageKind, MessageStatus},
        page::Window,
    },
    engine::{BreakerLimits, DispatchLimits},
    entropy::Entropy,
    mail::reading,
    store::Message,
};
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::timeout};

use super::{
    engines::{Database, Schema, Subject},
    foundation::{ADMINISTRATOR, programme_fields, schema, settings},
};

/// The programme of every story.
pub const SLUG: &str = "werken-in-het-westen-2014";
/// When every story begins.
pub const STARTS_AT: &str = "2014-05-01T09:00:00+02:00";
/// Nothing in a test takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A published programme on a running instance, and the tokens to speak to it.
pub struct TestApp {
    running: Mutex<Option<Running>>,
    /// Another instance on the same database, not spoken to at the moment.
    other: Mutex<Option<Running>>,
    given: Mutex<Given>,
    /// Its database; goes when the story has ended.
    pub database: Database,
    /// The programme.
    pub programme: ProgrammeId,
    /// An organiser's token.
    pub organiser: String,
    /// An administrator's token.
    pub administrator: String,
    client: reqwest::Client,
    /// Mails that a story leaves in a state that needs its acknowledgement.
    acknowledged: Mutex<Vec<MessageStatus>>,
    /// What people keep of the mails they got: here their texts are dropped in the end.
    kept: Mutex<HashMap<MessageId, Vec<u8>>>,
    starts: AtomicU64,
}

/// Paces that suit a test: no mail waits for a relay longer than it must.
pub fn start() -> Start {
    Start {
        limits: DispatchLimits {
            breaker: BreakerLimits {
                first_pause: Duration::from_millis(20),
                longest_pause: Duration::from_millis(100),
                ..BreakerLimits::default()
            },
            poll: Duration::from_millis(200),
            ..DispatchLimits::default()
        },
        ..Start::default()
    }
}

impl Subject for TestApp {
    fn schema() -> &'static Schema {
        schema()
    }

    async fn on(database: Database) -> Self {
        Self::with(database, |given| given).await
    }

    async fn check(&self) {
        self.settle().await;
        let acknowledged = self.acknowledged.lock().await.clone();
        for mail in self.mails().await {
            let accounted = mail.status == MessageStatus::Sent || acknowledged.contains(&mail.status);
            assert!(
                accounted,
                "the {} mail to {} is left {:?}: {:?}",
                mail.kind.word(),
                mail.address,
                mail.status,
                mail.reason
            );
        }
        self.stop().await;
    }
}

impl TestApp {
    /// An instance whose settings differ from the usual ones of the tests.
    pub async fn with(database: Database, change: impl FnOnce(Given) -> Given) -> Self {
        let given = change(settings(&database, STARTS_AT));
        let running = Running::start(given.clone().parse().unwrap(), Entropy::seeded(1), start())
            .await
            .unwrap();
        let app = &running.foundation.app;
        let created = app
            .create_programme(&ADMINISTRATOR, &programme_fields(), &Repeatable::default())
            .await
            .unwrap();
        let programme = created.programme.id;
        app.publish_programme(&ADMINISTRATOR, programme, &Repeatable::default())
            .await
            .unwrap();
        let (_, organiser) = app
            .create_token(&ADMINISTRATOR, TokenRole::Organiser(vec![programme]), None)
            .await
            .unwrap();
        let (_, administrator) = app
            .create_token(&ADMINISTRATOR, TokenRole::Administrator, None)
            .await
            .unwrap();
        Self {
            running: Mutex::new(Some(running)),
            other: Mutex::default(),
            given: Mutex::new(given),
            database,
            programme,
            organiser,
            administrator,
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            acknowledged: Mutex::default(),
            kept: Mutex::default(),
            starts: AtomicU64::new(2),
        }
    }

    /// Says that the story means to leave mails in a state other than sent.
    pub async fn acknowledge(&self, status: MessageStatus) {
        self.acknowledged.lock().await.push(status);
    }

    /// What the instance listens on.
    pub async fn base_url(&self) -> String {
        format!(
            "http://{}",
            self.running.lock().await.as_ref().expect("running").address
        )
    }

    /// The HTTP client; it follows no redirects.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Asks the API; the whole answer.
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let url = format!("{}/graphql", self.base_url().await);
        let mut request = self
            .client
            .post(url)
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = timeout(PATIENCE, request.send())
            .await
            .expect("an answer in time")
            .expect("an answer");
        answer.json().await.expect("a JSON answer")
    }

    /// Asks the API something that succeeds; its data.
    pub async fn data(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(token, query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
        answer["data"].take()
    }

    /// Carries a mutation out that succeeds; its payload.
    pub async fn mutate(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let data = self.data(token, query, variables).await;
        let payload = data
            .as_object()
            .and_then(|data| data.values().next())
            .expect("a payload")
            .clone();
        assert_eq!(payload["errors"], json!([]), "{query}");
        payload
    }

    /// The n-th person registers, as anybody would.
    pub async fn register(&self, n: usize) -> Value {
        let mutation = "mutation ($input: RegisterInput!) { register(input: $input) {
            receipt { place waitingPosition confirmBefore } errors { code message field } } }";
        let person = json!({ "programmeSlug": SLUG, "name": format!("Deelnemer Nummer {n}"), "email": address(n), "organisation": format!("gemeente {n}") });
        self.mutate(None, mutation, json!({ "input": person })).await["receipt"].clone()
    }

    /// The token of the personal link in the newest mail to an address.
    pub async fn link_token(&self, to: &str) -> String {
        let text = self.newest_mail(to).await.1;
        link_in(&text).unwrap_or_else(|| panic!("no link in {text}"))
    }

    /// The token of the personal link in the newest mail to an address that has one and is about the programme of a slug.
    pub async fn link_token_of(&self, to: &str, slug: &str) -> String {
        let found = self.find_link_token_of(to, slug).await;
        found.unwrap_or_else(|| panic!("no link to {to}"))
    }

    /// The same, where there may be none.
    pub async fn find_link_token_of(&self, to: &str, slug: &str) -> Option<String> {
        let about = self
            .intents()
            .await
            .programme(&ADMINISTRATOR, slug)
            .await
            .unwrap()
            .expect("a programme")
            .programme
            .id;
        for mail in self
            .mails()
            .await
            .iter()
            .rev()
            .filter(|mail| mail.address == to && mail.programme_id == about)
        {
            let Some(source) = self.source_if_kept(mail).await else {
                continue;
            };
            let text = reading::read(&source).expect("a mail that can be read").text;
            if let Some(token) = link_in(&text) {
                return Some(token);
            }
        }
        None
    }

    /// The newest mail to an address: its kind and its plain text.
    pub async fn newest_mail(&self, to: &str) -> (MessageKind, String) {
        let mails = self.mails().await;
        let newest = mails
            .iter()
            .rfind(|mail| mail.address == to)
            .unwrap_or_else(|| panic!("no mail to {to}"));
        let source = self.source(newest).await;
        (
            newest.kind,
            reading::read(&source).expect("a mail that can be read").text,
        )
    }

    /// The bytes of a mail.
    pub async fn source(&self, mail: &Message) -> Vec<u8> {
        self.source_if_kept(mail).await.expect("a body")
    }

    /// The bytes of a mail, unless its text was dropped before anybody kept it.
    pub async fn source_if_kept(&self, mail: &Message) -> Option<Vec<u8>> {
        let stored = self.intents().await.message_source(&ADMINISTRATOR, mail.id).await;
        match stored.unwrap() {
            Some(source) => Some(source),
            None => self.kept.lock().await.get(&mail.id).cloned(),
        }
    }

    /// Lets people keep the mails they got so far.
    async fn keep_mails(&self) {
        for mail in self.mails().await {
            let mut kept = self.kept.lock().await;
            if !kept.contains_key(&mail.id)
                && let Some(source) = self
                    .intents()
                    .await
                    .message_source(&ADMINISTRATOR, mail.id)
                    .await
                    .unwrap()
            {
                kept.insert(mail.id, source);
            }
        }
    }

    /// The n-th person presses the button behind the link of the newest mail.
    pub async fn verify(&self, n: usize) {
        let token = self.link_token(&address(n)).await;
        let mutation = "mutation { confirmRegistration(input: {}) { registration { status isVerified } errors { code message } } }";
        let payload = self.mutate(Some(&token), mutation, json!({})).await;
        assert_eq!(payload["registration"]["isVerified"], json!(true));
    }

    /// Some people register and verify.
    pub async fn verified(&self, people: std::ops::Range<usize>) {
        for n in people {
            self.register(n).await;
            self.verify(n).await;
        }
    }

    /// Every mail of the programme, the oldest first; those made in one millisecond in the order of their ids.
    pub async fn mails(&self) -> Vec<Message> {
        let running = self.running.lock().await;
        let app = &running.as_ref().expect("running").foundation.app;
        let mut mails = Vec::new();
        let mut window = Window::first(100);
        loop {
            let page = app.messages(&ADMINISTRATOR, Wanted::default(), &window).await.unwrap();
            mails.extend(page.items);
            match mails.last() {
                Some(last) if page.has_next => window.after = Some(last.id),
                _ => break,
            }
        }
        mails.reverse();
        mails.sort_by_key(|mail| mail.caused_at);
        mails
    }

    /// How many mails of a kind there are.
    pub async fn count(&self, kind: MessageKind) -> usize {
        self.mails().await.iter().filter(|mail| mail.kind == kind).count()
    }

    /// The clock walks to an instant, through the API; mail that is due then has gone.
    pub async fn travel(&self, to: &str) {
        self.keep_mails().await;
        let mutation =
            "mutation ($to: DateTime!) { travelTo(input: { instant: $to }) { clock { now } errors { code message } } }";
        self.mutate(Some(&self.organiser), mutation, json!({ "to": to })).await;
        self.settle().await;
    }

    /// Waits until no mail is due or under way.
    pub async fn settle(&self) {
        for instance in [&self.running, &self.other] {
            let running = instance.lock().await;
            let Some(dispatcher) = running.as_ref().and_then(Running::dispatcher) else {
                continue;
            };
            let gone = timeout(PATIENCE, dispatcher.idle()).await;
            gone.expect("the mail goes in time").unwrap();
        }
    }

    /// What the API tells of the programme.
    pub async fn programme(&self, token: Option<&str>, fields: &str) -> Value {
        let query = format!("query ($slug: String!) {{ programme(slug: $slug) {{ {fields} }} }}");
        self.data(token, &query, json!({ "slug": SLUG })).await["programme"].clone()
    }

    /// The whole timeline of the programme.
    pub async fn timeline(&self) -> Vec<Value> {
        self.timeline_of(SLUG).await
    }

    /// The whole timeline of a programme, as an administrator sees it.
    pub async fn timeline_of(&self, slug: &str) -> Vec<Value> {
        let mut entries = Vec::new();
        let mut after = Value::Null;
        loop {
            let query = "query ($slug: String!, $after: String) { programme(slug: $slug) { timeline(first: 100, after: $after) {
                edges { node { at doneAt key kind state reason recipient messageKind message { status } } } pageInfo { hasNextPage endCursor } } } }";
            let data = self
                .data(
                    Some(&self.administrator),
                    query,
                    json!({ "slug": slug, "after": after }),
                )
                .await;
            let page = &data["programme"]["timeline"];
            entries.extend(
                page["edges"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|edge| edge["node"].clone()),
            );
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                return entries;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Stops the instance, as a terminated process would.
    pub async fn stop(&self) {
        for instance in [&self.running, &self.other] {
            if let Some(running) = instance.lock().await.take() {
                timeout(PATIENCE, running.stop()).await.expect("it stops in time");
            }
        }
    }

    /// Starts it again on the same database; the test clock stands at an instant, or later if it stood later.
    pub async fn start_at(&self, at: &str) {
        self.given.lock().await.clock = Some(format!("test:{at}"));
        let running = self.try_to_start(|given| given, start()).await.unwrap();
        *self.running.lock().await = Some(running);
    }

    /// Starts an instance on the same database, if it can be.
    pub async fn try_to_start(&self, change: impl FnOnce(Given) -> Given, start: Start) -> anyhow::Result<Running> {
        let given = change(self.given.lock().await.clone());
        // No two starts draw the same ids, also where the clock stands still between them.
        let seed = self.starts.fetch_add(1, Ordering::Relaxed);
        Running::start(given.parse()?, Entropy::seeded(seed), start).await
    }

    /// Starts another instance beside it; it is spoken to after [`TestApp::switch`].
    pub async fn start_other(&self, start: Start) {
        let running = self.try_to_start(|given| given, start).await.unwrap();
        *self.other.lock().await = Some(running);
    }

    /// From now on speaks to the other instance.
    pub async fn switch(&self) {
        std::mem::swap(&mut *self.running.lock().await, &mut *self.other.lock().await);
    }

    /// Stops it and starts it again: nothing lives in memory.
    pub async fn restart(&self) {
        self.stop().await;
        self.start_at(STARTS_AT).await;
    }

    /// The intents, for what the API does not offer.
    pub async fn intents(&self) -> App {
        self.running
            .lock()
            .await
            .as_ref()
            .expect("running")
            .foundation
            .app
            .clone()
    }

    /// Closes the database under the running instance, as if it had gone, once no mail is under way: one whose verdict cannot
    /// be written down keeps a stop waiting as long as a stop may.
    pub async fn lose_database(&self) {
        self.settle().await;
        let store = self
            .running
            .lock()
            .await
            .as_ref()
            .expect("running")
            .foundation
            .store
            .clone();
        store.close().await.unwrap();
    }
}

/// The token of the first personal link in a text.
pub fn link_in(text: &str) -> Option<String> {
    let start = text.find("/p/")? + 3;
    Some(
        text[start..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect(),
    )
}

/// The address of the n-th person.
pub fn address(n: usize) -> String {
    format!("deelnemer{n}@gemeente{n}.example")
}
