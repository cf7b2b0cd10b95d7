//! The pages over the real intents, on a database and a port of their own, with a clock that the test moves.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use leernetwerk::{
    app::{
        App, Caller, Repeatable,
        fields::PersonFields,
        outbox::Wanted,
        programme_fields::{MeetingFields, PriceFields, ProgrammeFields, TeamMemberFields},
        programmes::ProgrammeRecord,
    },
    clock::Clock,
    domain::{
        message::Locale,
        page::Window,
        programme::{MeetingDay, TeamRole},
    },
    entropy::Entropy,
    graphql::limits::limited,
    mail::compose::{Composer, Sender},
    metrics::{Metrics, Reading},
    settle::Settle,
    store::{Seal, Store},
    web::{
        graphql_http::{Authenticate, AuthenticationFailed, Door, TIME_LIMIT},
        health::Readiness,
        metrics::{MetricsAccess, MetricsPage, Observe},
        pages::mailbox::MailboxAccess,
        rate_limits::RateLimits,
        server::{Site, site},
    },
};
use poem::{Server, listener::TcpAcceptor};
use reqwest::{StatusCode, header};
use secrecy::SecretString;
use sqlx::{Connection, Row, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// May do everything.
pub const ADMINISTRATOR: Caller = Caller::Administrator { token: None };
/// The programme's name in addresses.
pub const SLUG: &str = "werken-in-het-westen-2014";

struct Nothing;

#[Object]
impl Nothing {
    async fn nothing(&self) -> bool {
        true
    }
}

struct Anybody;

#[async_trait]
impl Authenticate for Anybody {
    type Caller = ();

    async fn caller(&self, _: Option<&str>) -> Result<(), AuthenticationFailed> {
        Ok(())
    }
}

struct Ready;

#[async_trait::async_trait]
impl Observe for Ready {
    async fn reading(&self) -> Reading {
        Reading::default()
    }

    fn own(&self) -> Reading {
        Reading::default()
    }
}

#[async_trait]
impl Readiness for Ready {
    async fn problems(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A server.
pub struct House {
    pub app: App,
    pub settle: Arc<Settle>,
    pub base_url: String,
    client: reqwest::Client,
    database: String,
    _directory: TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub text: String,
}

impl Page {
    /// The place that the answer leads to.
    pub fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .expect("a place to go to")
            .to_str()
            .expect("text")
    }

    /// Panics unless every text stands on the page, which is fine otherwise.
    #[track_caller]
    pub fn says(&self, texts: &[&str]) -> &Self {
        assert!(self.status == StatusCode::OK, "{self:?}");
        for text in texts {
            assert!(self.text.contains(text), "no {text:?} in {}", self.text);
        }
        self
    }
}

/// A moment, as RFC 3339 writes it.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn on(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// The real programme, with few places so that waiting lists are short.
pub fn programme() -> ProgrammeFields {
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).expect("a time");
    let day = |text: &str| MeetingDay {
        on: on(text),
        starts: time(9, 30),
        ends: time(16, 30),
    };
    let meeting = |title: &str, days: &[&str]| MeetingFields {
        title: title.to_owned(),
        days: days.iter().map(|text| day(text)).collect(),
        ..MeetingFields::default()
    };
    let member = |name: &str, email: &str, roles: &[TeamRole], locale| TeamMemberFields {
        name: name.to_owned(),
        email: email.to_owned(),
        roles: roles.to_vec(),
        locale: Some(locale),
        ..TeamMemberFields::default()
    };
    ProgrammeFields {
        slug: Some(SLUG.to_owned()),
        title: Some("Werken in het Westen".to_owned()),
        subtitle: Some(Some("Eigen regie en vertrouwen".to_owned())),
        description: Some("Samen leren van elkaars praktijk.".to_owned()),
        audience: Some(Some("HR-adviseurs van gemeenten".to_owned())),
        min_participants: Some(2),
        max_participants: Some(2),
        registration_deadline: Some(on("2014-05-25")),
        price: Some(PriceFields {
            cents: 155_000,
            subsidy_percentage: Some(50.0),
            ..PriceFields::default()
        }),
        meetings: Some(vec![
            meeting("Startbijeenkomst", &["2014-06-12"]),
            meeting("Tweede bijeenkomst", &["2014-09-23", "2014-09-24"]),
            meeting("Slotbijeenkomst", &["2015-01-29"]),
        ]),
        team: Some(vec![
            member(
                "Marc Jetten",
                "marc@leernetwerk.example",
                &[TeamRole::Organiser, TeamRole::Facilitator],
                Locale::Nl,
            ),
            member(
                "Richard Zondag",
                "richard@leernetwerk.example",
                &[TeamRole::Contact],
                Locale::En,
            ),
        ]),
        ..ProgrammeFields::default()
    }
}

impl House {
    /// With the real programme open for registration, and a mailbox that everybody sees.
    pub async fn open() -> Self {
        let house = Self::with(MailboxAccess::Everybody).await;
        house.publish(&programme()).await;
        house
    }

    /// Empty.
    pub async fn with(mailbox: MailboxAccess) -> Self {
        Self::limited(mailbox, RateLimits::Off).await
    }

    /// Empty, with these limits.
    pub async fn limited(mailbox: MailboxAccess, rate_limits: RateLimits) -> Self {
        let directory = TempDir::with_prefix("leernetwerk-").expect("a directory");
        let database = format!("sqlite://{}", directory.path().join("leernetwerk.db").display());
        let store = Store::connect(&database).await.expect("a database");
        store.migrate().await.expect("a schema");
        let starts_at = at("2014-05-01T09:00:00+02:00");
        store.start_test_clock(starts_at).await.expect("a clock");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener for tokio");
        let base_url = format!("http://{}", listener.local_addr().expect("its address"));
        let sender = Sender {
            from: "noreply@leernetwerk.example".parse().expect("an address"),
        };
        let settle = Arc::new(Settle {
            here: store.whereabouts(&base_url).await.expect("a place"),
            store,
            composer: Composer::new(&sender, None).expect("templates"),
            seal: Seal::new(&SecretString::from("0123456789abcdef0123456789abcdef")).expect("keys"),
            entropy: Arc::new(Entropy::seeded(1)),
            clock: Clock::Test { starts_at },
            base_url: base_url.clone(),
            sender,
            committed: watch::Sender::new(0),
            metrics: Metrics::default(),
        });
        let app = App::new(Arc::clone(&settle));
        let schema = limited(Schema::build(Nothing, EmptyMutation, EmptySubscription)).finish();
        let ids = AtomicUsize::new(0);
        let sdl = schema.sdl();
        let door = Arc::new(Door {
            executor: schema,
            authenticate: Anybody,
            new_correlation_id: Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst) + 1)),
            rate_limits,
            time_limit: TIME_LIMIT,
            acts: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        });
        let whole = site(Site {
            app: app.clone(),
            door,
            sdl,
            readiness: Arc::new(Ready),
            metrics: MetricsPage {
                app: app.clone(),
                access: MetricsAccess::Everybody,
                metrics: Metrics::default(),
                observe: Arc::new(Ready),
            },
            mailbox,
            is_reached_over_tls: false,
        });
        let acceptor = TcpAcceptor::from_std(listener).expect("a listener");
        tokio::spawn(Server::new_with_acceptor(acceptor).run(whole));
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            app,
            settle,
            base_url,
            client,
            database,
            _directory: directory,
        }
    }

    /// Enters and publishes a programme.
    pub async fn publish(&self, fields: &ProgrammeFields) -> ProgrammeRecord {
        let once = Repeatable::default();
        let record = self
            .app
            .create_programme(&ADMINISTRATOR, fields, &once)
            .await
            .expect("a draft");
        self.app
            .publish_programme(&ADMINISTRATOR, record.programme.id, &once)
            .await
            .expect("a programme")
    }

    /// Registers somebody and returns the address of the personal page in the mail.
    pub async fn register(&self, name: &str, email: &str, locale: Locale) -> String {
        let person = PersonFields {
            name: name.to_owned(),
            email: email.to_owned(),
            organisation: "Gemeente Voorbeeld".to_owned(),
            locale: Some(locale),
            ..PersonFields::default()
        };
        self.app
            .register(&Caller::Public, SLUG, person, &Repeatable::default())
            .await
            .expect("a receipt");
        self.link_of(email).await
    }

    /// Registers somebody who presses the button.
    pub async fn register_verified(&self, name: &str, email: &str) -> String {
        let link = self.register(name, email, Locale::Nl).await;
        self.press(&link, "verify").await;
        link
    }

    /// The personal link in the latest mail to an address.
    pub async fn link_of(&self, email: &str) -> String {
        let wanted = Wanted {
            recipient: Some(email.to_owned()),
            ..Wanted::default()
        };
        let page = self
            .app
            .messages(&ADMINISTRATOR, wanted, &Window::first(1))
            .await
            .expect("mails");
        let (_, read) = self
            .app
            .read_message(&ADMINISTRATOR, page.items[0].id)
            .await
            .expect("a mail");
        let text = read.expect("its text").text;
        let start = text.find(&format!("{}/p/", self.base_url)).expect("a link");
        text[start..]
            .split([' ', '\n', '>', ')'])
            .next()
            .expect("a word")
            .to_owned()
    }

    /// How many mails there are.
    pub async fn mails(&self) -> u64 {
        self.app
            .messages(&ADMINISTRATOR, Wanted::default(), &Window::first(1))
            .await
            .expect("mails")
            .total
    }

    /// Moves the clock, and lets the time do its work.
    pub async fn travel(&self, to: &str) {
        self.settle.store.advance_test_clock(at(to)).await.expect("a clock");
        while self
            .settle
            .settle_one(&[], leernetwerk::store::Busy::Wait)
            .await
            .expect("settled")
            .is_some()
        {}
        while self
            .settle
            .compose_pending(leernetwerk::store::Busy::Wait)
            .await
            .expect("composed")
            > 0
        {}
    }

    /// Moves the clock while the engine sleeps.
    pub async fn travel_asleep(&self, to: &str) {
        self.settle.store.advance_test_clock(at(to)).await.expect("a clock");
    }

    /// Sends a request.
    pub async fn send(&self, request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> Page {
        let response = request(&self.client).send().await.expect("an answer");
        Page {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.expect("text"),
        }
    }

    /// The address of a page: whole, or a path here.
    pub fn address(&self, place: &str) -> String {
        if place.starts_with("http") {
            place.to_owned()
        } else {
            format!("{}{place}", self.base_url)
        }
    }

    /// Opens a page.
    pub async fn get(&self, place: &str) -> Page {
        self.send(|client| client.get(self.address(place))).await
    }

    /// Sends a form.
    pub async fn post(&self, place: &str, fields: &[(&str, &str)]) -> Page {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let kind = "application/x-www-form-urlencoded";
        self.send(|client| {
            client
                .post(self.address(place))
                .header(header::CONTENT_TYPE, kind)
                .body(body)
        })
        .await
    }

    /// Presses a button of a personal page and goes where the answer leads.
    pub async fn press(&self, link: &str, act: &str) -> Page {
        let answer = self.post(link, &[("act", act)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{act}: {answer:?}");
        let place = url::Url::parse(link)
            .expect("an address")
            .join(answer.location())
            .expect("an address");
        self.get(place.as_str()).await
    }

    /// Takes the tables of tokens away.
    pub async fn break_database(&self) {
        let mut connection = SqliteConnection::connect(&self.database).await.expect("a connection");
        sqlx::raw_sql("ALTER TABLE access_token RENAME TO gone")
            .execute(&mut connection)
            .await
            .expect("renamed");
    }

    /// A number that is another after any change that anybody else made to the database.
    pub async fn change_counter(&self) -> Watch {
        let connection = SqliteConnection::connect(&self.database).await.expect("a connection");
        let mut watch = Watch { connection, version: 0 };
        watch.version = watch.read().await;
        watch
    }
}

/// Sees whether anybody wrote to the database.
pub struct Watch {
    connection: SqliteConnection,
    version: i64,
}

impl Watch {
    async fn read(&mut self) -> i64 {
        sqlx::query("PRAGMA data_version")
            .fetch_one(&mut self.connection)
            .await
            .expect("a row")
            .get(0)
    }

    /// Whether the database changed since the last look.
    pub async fn changed(&mut self) -> bool {
        let version = self.read().await;
        std::mem::replace(&mut self.version, version) != version
    }
}
