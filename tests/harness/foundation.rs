//! The production wiring without servers: intents, rules and journeys of the clock on a database of its own.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use leernetwerk::{
    app::{
        App, Caller, Repeatable,
        fields::PersonFields,
        programme_fields::{MeetingFields, PriceFields, ProgrammeFields, ShowcaseFields, TeamMemberFields},
        programmes::ProgrammeRecord,
    },
    boot::{Foundation, Migrating},
    config::Given,
    domain::{
        ids::{ProgrammeId, RegistrationId},
        page::Window,
        programme::{MeetingDay, TeamRole},
    },
    entropy::Entropy,
};

use super::engines::{Database, Schema, Subject};

/// The administrator, as the command line is.
pub const ADMINISTRATOR: Caller = Caller::Administrator { token: None };

/// The schema of every test that needs one: ours.
pub fn schema() -> &'static Schema {
    static SCHEMA: Schema = Schema::new("template_leernetwerk", |url| {
        Box::pin(async move {
            let store = leernetwerk::store::Store::connect(&url).await?;
            store.migrate().await?;
            store.close().await?;
            Ok(())
        })
    });
    &SCHEMA
}

/// Settings for a database: the test clock at an instant, mail captured.
pub fn settings(database: &Database, starts_at: &str) -> Given {
    Given {
        database_url: Some(database.url.clone()),
        listen: Some("127.0.0.1:0".to_owned()),
        secret: Some("a secret for the tests".to_owned()),
        clock: Some(format!("test:{starts_at}")),
        rate_limits: Some("off".to_owned()),
        ..Given::default()
    }
}

/// An instant.
pub fn at(text: &str) -> DateTime<Utc> {
    DateTime::from_str(text).unwrap()
}

fn day(on: &str) -> MeetingDay {
    let time = |text: &str| NaiveTime::from_str(text).unwrap();
    MeetingDay {
        on: on.parse().unwrap(),
        starts: time("09:30:00"),
        ends: time("16:30:00"),
    }
}

/// The dates and numbers of the brochure.
pub fn programme_fields() -> ProgrammeFields {
    let meeting = |title: &str, days: &[&str]| MeetingFields {
        title: title.to_owned(),
        days: days.iter().map(|on| day(on)).collect(),
        ..MeetingFields::default()
    };
    let member = |name: &str, email: &str, roles: &[TeamRole]| TeamMemberFields {
        name: name.to_owned(),
        email: email.to_owned(),
        roles: roles.to_vec(),
        ..TeamMemberFields::default()
    };
    ProgrammeFields {
        slug: Some("werken-in-het-westen-2014".to_owned()),
        title: Some("Eigen regie en vertrouwen".to_owned()),
        description: Some("Een leernetwerk voor HR.".to_owned()),
        min_participants: Some(8),
        max_participants: Some(12),
        registration_deadline: Some(NaiveDate::from_ymd_opt(2014, 5, 25).unwrap()),
        price: Some(PriceFields {
            cents: 155_000,
            vat_percentage: Some(21.0),
            subsidy_percentage: Some(50.0),
            ..PriceFields::default()
        }),
        meetings: Some(vec![
            meeting("Start", &["2014-06-12"]),
            meeting("Tweede bijeenkomst", &["2014-09-23", "2014-09-24"]),
            meeting("Derde bijeenkomst", &["2014-11-06"]),
            meeting("Vierde bijeenkomst", &["2014-12-10", "2014-12-11"]),
            meeting("Slot", &["2015-01-29"]),
        ]),
        showcase: Some(Some(ShowcaseFields {
            on: NaiveDate::from_ymd_opt(2014, 12, 11).unwrap(),
            starts: None,
            ends: None,
            capacity: None,
            guest_quota: None,
        })),
        team: Some(vec![
            member(
                "Marc Jetten",
                "marc@leernetwerk.example",
                &[TeamRole::Organiser, TeamRole::Facilitator, TeamRole::Contact],
            ),
            member(
                "Birgit Oelkerts",
                "birgit@leernetwerk.example",
                &[TeamRole::Facilitator],
            ),
        ]),
        ..ProgrammeFields::default()
    }
}

/// The n-th invented person.
pub fn person(n: usize) -> PersonFields {
    PersonFields {
        name: format!("Deelnemer Nummer {n}"),
        email: format!("deelnemer{n}@gemeente{n}.example"),
        organisation: format!("gemeente {n}"),
        ..PersonFields::default()
    }
}

/// A programme that is published, on the production wiring without servers.
pub struct TestFoundation {
    /// The wiring.
    pub foundation: Foundation,
    /// The programme.
    pub programme: ProgrammeId,
    /// Its database.
    pub database: Database,
}

impl Subject for TestFoundation {
    fn schema() -> &'static Schema {
        schema()
    }

    async fn on(database: Database) -> Self {
        let settings = settings(&database, "2014-05-01T09:00:00+02:00").parse().unwrap();
        let foundation = Foundation::lay(
            settings,
            Entropy::seeded(7),
            "http://leernetwerk.example".to_owned(),
            Migrating::No,
        )
        .await
        .unwrap();
        let app = &foundation.app;
        let created = app
            .create_programme(&ADMINISTRATOR, &programme_fields(), &Repeatable::default())
            .await
            .unwrap();
        let programme = created.programme.id;
        app.publish_programme(&ADMINISTRATOR, programme, &Repeatable::default())
            .await
            .unwrap();
        Self {
            foundation,
            programme,
            database,
        }
    }

    async fn check(&self) {
        self.facts_agree().await;
    }
}

impl TestFoundation {
    /// The intents.
    pub fn app(&self) -> &App {
        &self.foundation.app
    }

    /// The programme as it stands.
    pub async fn record(&self) -> ProgrammeRecord {
        self.app()
            .programmes_by_id(&ADMINISTRATOR, &[self.programme])
            .await
            .unwrap()
            .remove(0)
    }

    /// The n-th person registers; the registration's id.
    pub async fn register(&self, n: usize) -> RegistrationId {
        let slug = "werken-in-het-westen-2014";
        self.app()
            .register(&Caller::Public, slug, person(n), &Repeatable::default())
            .await
            .unwrap();
        let last = Window {
            after: None,
            before: None,
            limit: 1,
            is_from_end: true,
        };
        self.app()
            .registrations(&ADMINISTRATOR, self.programme, None, &last)
            .await
            .unwrap()
            .items[0]
            .registration
            .id
    }

    /// The address of a registration is verified.
    pub async fn verify(&self, id: RegistrationId) {
        self.app()
            .confirm_registration(&ADMINISTRATOR, Some(id), &Repeatable::default())
            .await
            .unwrap();
    }

    /// The clock travels.
    pub async fn travel(&self, to: &str) {
        self.foundation.time_machine().unwrap().travel_to(at(to)).await.unwrap();
    }

    /// What is stored equals what is recounted from it.
    pub async fn facts_agree(&self) {
        facts_agree(&self.foundation, self.programme).await;
    }
}

/// What is stored equals what is recounted from it, and nothing that follows from the facts is looked at too late.
pub async fn facts_agree(foundation: &Foundation, programme: ProgrammeId) {
    use leernetwerk::{
        domain::{facts::Counts, timeline::next_wake},
        store::Scope,
    };
    let (facts, _) = foundation
        .store
        .facts(programme, &Scope::Everybody)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        facts.counts,
        Counts::of(facts.registrations.values()),
        "the stored counts equal a recount"
    );
    let records = foundation
        .app
        .programmes_by_id(&ADMINISTRATOR, &[programme])
        .await
        .unwrap();
    if let Some(next) = next_wake(&facts) {
        assert!(
            records[0].wake_at.is_some_and(|wake_at| wake_at <= next),
            "the next look comes in time"
        );
    }
}
