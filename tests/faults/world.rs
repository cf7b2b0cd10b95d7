//! A programme shortly before its deadline, a relay, and as many servers as a scenario starts.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entities::{instance, ledger_entry, message, programme, registration};
use leernetwerk::{
    app::{Repeatable, programme_fields::ProgrammeFields},
    boot::{Foundation, Migrating, Running, Start},
    config::Given,
    domain::{delivery::waits_at_most_until, ids::ProgrammeId, sending::HoldCause},
    entropy::Entropy,
    store::ALIVE_SECONDS,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseConnection, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use tokio::time::Instant;

use super::{
    Counts, Plan,
    plan::pause,
    promises::{Evidence, hold},
};
use crate::harness::{
    app::{STARTS_AT, start},
    binary::Binary,
    engines::Database,
    foundation::{ADMINISTRATOR, at, person, programme_fields, schema, settings},
    smtp::{AcceptedMail, SmtpServer},
};

/// An administrator's token for every server.
pub const API_TOKEN: &str = "an-administrators-token-of-the-faults";
/// The closing instant of the programme's registration.
pub const DEADLINE: &str = "2014-05-25T22:00:00Z";
/// How long a server gets for what it can do at once.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often another process's work is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// A programme, its relay and its database.
pub struct World {
    /// The database.
    pub database: Database,
    /// The relay.
    pub relay: SmtpServer,
    /// What the relays took that were used before it.
    accepted_before: Vec<AcceptedMail>,
    /// The wiring without an engine, in this process: to look, and to do what a person does.
    pub foundation: Foundation,
    /// The programme.
    pub programme: ProgrammeId,
    /// For what only a fault does.
    pub behind: DatabaseConnection,
    given: Given,
}

impl World {
    /// A programme that people have registered for and verified, enough for a go. All mail so far has gone.
    pub async fn with_people(plan: &Plan, people: usize) -> Self {
        let database = schema().database(plan.engine).await.unwrap().expect("a database");
        Self::on(database, people, STARTS_AT, |given| given).await
    }

    /// The same on a database, from an instant on, with other settings.
    pub async fn on(database: Database, people: usize, starts_at: &str, change: impl FnOnce(Given) -> Given) -> Self {
        let given = change(settings(&database, starts_at));
        let fields = ProgrammeFields {
            min_participants: Some(1),
            ..programme_fields()
        };
        Self::of(database, people, given, fields).await
    }

    /// The same by other settings, with a programme of other dates.
    pub async fn of(database: Database, people: usize, given: Given, fields: ProgrammeFields) -> Self {
        let relay = SmtpServer::start().await;
        let given = Given {
            mail: Some(relay.url()),
            mail_from: Some("leernetwerk@afzender.example".to_owned()),
            api_token: Some(API_TOKEN.to_owned()),
            ..given
        };
        let running = Running::start(given.clone().parse().unwrap(), Entropy::seeded(1), start())
            .await
            .unwrap();
        let app = &running.foundation.app;
        let fields = ProgrammeFields {
            max_participants: Some(50_000),
            ..fields
        };
        let created = app
            .create_programme(&ADMINISTRATOR, &fields, &Repeatable::default())
            .await
            .unwrap();
        let programme = created.programme.id;
        app.publish_programme(&ADMINISTRATOR, programme, &Repeatable::default())
            .await
            .unwrap();
        for n in 0..people {
            let added = app
                .add_registration(&ADMINISTRATOR, programme, person(n), &Repeatable::default())
                .await;
            added.unwrap();
        }
        running.dispatcher().unwrap().idle().await.unwrap();
        running.stop().await;
        let foundation = Foundation::lay(
            given.clone().parse().unwrap(),
            Entropy::seeded(2),
            "http://leernetwerk.example".to_owned(),
            Migrating::No,
        );
        let foundation = foundation.await.unwrap();
        let behind = sea_orm::Database::connect(&database.url).await.unwrap();
        Self {
            database,
            relay,
            accepted_before: Vec::new(),
            foundation,
            programme,
            behind,
            given,
        }
    }

    /// Many more people, who were registered and verified long ago: their rows only, without the mails they got.
    pub async fn crowd(&self, people: usize) {
        let mut rows = registration::Entity::find().all(&self.behind).await.unwrap();
        let pattern = rows.pop().expect("somebody to take after");
        let first = pattern.arrival + 1;
        let ids = Entropy::seeded(3);
        let crowd: Vec<registration::ActiveModel> = (0..people)
            .map(|n| {
                let email = crowd_address(n);
                registration::Model {
                    id: ids.id(pattern.registered_at),
                    arrival: first + i64::try_from(n).unwrap(),
                    name: format!("Mens Nummer {n}"),
                    person_key: format!("mens nummer {n}"),
                    email: email.clone(),
                    email_key: email,
                    ..pattern.clone()
                }
                .into_active_model()
                .reset_all()
            })
            .collect();
        for some in crowd.chunks(500) {
            registration::Entity::insert_many(some.to_vec())
                .exec_without_returning(&self.behind)
                .await
                .unwrap();
        }
        let more = |column: programme::Column| Expr::col(column).add(i32::try_from(people).unwrap());
        programme::Entity::update_many()
            .col_expr(programme::Column::Taken, more(programme::Column::Taken))
            .col_expr(programme::Column::Counted, more(programme::Column::Counted))
            .col_expr(programme::Column::NextArrival, more(programme::Column::NextArrival))
            .exec(&self.behind)
            .await
            .unwrap();
    }

    /// From now on the mail goes over another relay.
    pub fn move_to(&mut self, relay: SmtpServer) {
        self.given.mail = Some(relay.url());
        self.accepted_before.extend(self.relay.accepted());
        self.relay = relay;
    }

    /// The settings that a server is started with, as variables.
    pub fn environment(&self) -> Vec<(String, String)> {
        let given = &self.given;
        [
            ("LEERNETWERK_DATABASE_URL", &given.database_url),
            ("LEERNETWERK_SECRET", &given.secret),
            ("LEERNETWERK_CLOCK", &given.clock),
            ("LEERNETWERK_RATE_LIMITS", &given.rate_limits),
            ("LEERNETWERK_MAIL", &given.mail),
            ("LEERNETWERK_MAIL_FROM", &given.mail_from),
            ("LEERNETWERK_API_TOKEN", &given.api_token),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
    }

    /// Starts a server.
    pub async fn serve(&self) -> Binary {
        self.serve_in(self.environment()).await
    }

    /// Starts a server with these variables.
    pub async fn serve_in(&self, environment: Vec<(String, String)>) -> Binary {
        let start = move || Binary::start_in(&environment, &["serve"], "info,leernetwerk=debug");
        tokio::task::spawn_blocking(start).await.unwrap()
    }

    /// Starts a server in this process, at paces of its own.
    pub async fn run(&self, start: Start) -> Running {
        let given = self.given.clone();
        Running::start(given.parse().unwrap(), Entropy::seeded(4), start)
            .await
            .unwrap()
    }

    /// The programme's id, as the API has it.
    pub fn global_id(&self) -> String {
        global_id(self.programme)
    }

    /// How many mails there are of a kind.
    pub async fn count_mails(&self, kind: &str) -> u64 {
        let mails = message::Entity::find().filter(message::Column::Kind.eq(kind));
        mails.count(&self.behind).await.unwrap()
    }

    /// The clock of the mails.
    pub async fn now(&self) -> DateTime<Utc> {
        self.foundation.store.now(self.foundation.settings.clock).await.unwrap()
    }

    /// The clock jumps to an instant, and the servers are told.
    pub async fn jump_to(&self, to: &str) {
        let store = &self.foundation.store;
        store.advance_test_clock(at(to)).await.unwrap();
        let tx = store.begin().await.unwrap();
        tx.announce_change().await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Registration closes: a decision is due, and its mails.
    pub async fn close_registration(&self) {
        self.jump_to(DEADLINE).await;
    }

    /// All servers' last beats become so old that they are taken for dead. They have to be.
    pub async fn bury(&self) {
        let age = (ALIVE_SECONDS + 1) * 1000;
        let aged = Expr::col(instance::Column::LastSeenMs).sub(age);
        let update = instance::Entity::update_many().col_expr(instance::Column::LastSeenMs, aged);
        update.exec(&self.behind).await.unwrap();
    }

    /// How many mails are due or in somebody's hands, and how many steps are due or not made yet.
    pub async fn outstanding(&self) -> Result<u64, sea_orm::DbErr> {
        self.outstanding_at(self.now().await).await
    }

    /// The same at an instant.
    pub async fn outstanding_at(&self, now: DateTime<Utc>) -> Result<u64, sea_orm::DbErr> {
        let may_go = Condition::any()
            .add(message::Column::Failures.eq(0))
            .add(message::Column::NextAttemptAt.lte(now))
            .add(message::Column::NextAttemptAt.gt(waits_at_most_until(1, now)));
        let due = Condition::all().add(message::Column::Status.eq("queued")).add(may_go);
        // Held for a moment only: the look that made it lets it go once nothing else is due.
        let is_late = message::Column::Hold.eq(HoldCause::CatchingUp.word());
        let open = Condition::any()
            .add(message::Column::Status.eq("sending"))
            .add(is_late)
            .add(due);
        // In the order in which one comes of the other: what is committed between two of the questions is not missed.
        let wakes = programme::Entity::find().filter(programme::Column::WakeAt.lte(now));
        let wakes = wakes.count(&self.behind).await?;
        let steps = ledger_entry::Entity::find().filter(ledger_entry::Column::State.eq("pending"));
        let steps = steps.count(&self.behind).await?;
        let mails = message::Entity::find().filter(open).count(&self.behind).await?;
        Ok(wakes + steps + mails)
    }

    /// What is outstanding, to be read by a person.
    pub async fn left(&self) -> String {
        let now = self.now().await;
        let unsent = message::Entity::find().filter(message::Column::Status.ne("sent"));
        let wakes = programme::Entity::find().filter(programme::Column::WakeAt.lte(now));
        let pending = ledger_entry::Entity::find().filter(ledger_entry::Column::State.eq("pending"));
        format!(
            "it is {now}; {:#?} {:#?} {:#?}",
            unsent.all(&self.behind).await,
            wakes.all(&self.behind).await,
            pending.all(&self.behind).await
        )
    }

    /// Waits until nothing is due, under way or in somebody's hands.
    pub async fn quiet(&self, within: Duration) {
        self.quiet_ahead(TimeDelta::zero(), within).await;
    }

    /// The same where the servers' clock is so much ahead.
    pub async fn quiet_ahead(&self, ahead: TimeDelta, within: Duration) {
        let deadline = Instant::now() + within;
        loop {
            let left = self.outstanding_at(self.now().await + ahead).await.unwrap();
            if left == 0 {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{left} mails or steps are left after {within:?}"
            );
            pause(GLANCE).await;
        }
    }

    /// Waits until something can be seen in the database.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut(&DatabaseConnection) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(&self.behind).await {
                return found;
            }
            assert!(Instant::now() < deadline, "waited {PATIENCE:?} for {what}");
            pause(Duration::from_millis(2)).await;
        }
    }

    /// Waits until all mails but so many are sent, after the decision.
    pub async fn all_sent_but(&self, count: u64) {
        self.decided().await;
        let unsent = async |behind: &DatabaseConnection| {
            let unsent = message::Entity::find().filter(message::Column::Status.ne("sent"));
            (unsent.count(behind).await.unwrap() == count).then_some(())
        };
        self.until("the other mails", unsent).await;
    }

    /// Waits for the decision.
    pub async fn decided(&self) {
        let look = async |behind: &DatabaseConnection| {
            let count = entities::decision::Entity::find().count(behind).await.unwrap();
            (count > 0).then_some(())
        };
        self.until("the decision", look).await;
    }

    /// Holds the promises, when everything that was due has been done.
    pub async fn hold(&self) -> Counts {
        self.hold_with(true).await
    }

    /// Holds those that hold at any time when no server runs.
    pub async fn hold_so_far(&self) -> Counts {
        self.hold_with(false).await
    }

    async fn hold_with(&self, is_over: bool) -> Counts {
        hold(&Evidence {
            behind: &self.behind,
            seal: &self.foundation.seal,
            accepted: [self.accepted_before.clone(), self.relay.accepted()].concat(),
            now: self.now().await,
            is_over,
        })
        .await
    }
}

/// A programme's id, as the API has it.
pub fn global_id(programme: ProgrammeId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("Programme:{}", programme.0))
}

/// The address of the n-th of a crowd.
pub fn crowd_address(n: usize) -> String {
    format!("mens{n}@menigte.example")
}

/// Tells a server to stop, and waits until it has: without complaint.
pub async fn stop(mut server: Binary) {
    server.signal("TERM");
    let status = server.ended(PATIENCE).await;
    assert!(status.success(), "{status}: {}", server.logged());
}
