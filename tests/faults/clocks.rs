//! A machine whose clock is set while everything runs: the servers, and PostgreSQL on the same machine, go by a clock that jumps
//! ahead and back, also while mails are in their hands. What was decided while it was ahead stands; nothing is decided twice,
//! and no mail is lost, sent twice or left waiting until the clock has caught up.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use entities::{delivery_attempt, programme};
use leernetwerk::{
    app::{Repeatable, programme_fields::ProgrammeFields},
    config::Given,
    domain::delivery::SmtpVerb::{Data, Dot, Rcpt},
};
use sea_orm::{DatabaseConnection, EntityTrait};
use serde_json::{Value, json};
use tokio::time::Duration;

use super::{
    Counts, Plan,
    plan::pause,
    world::{API_TOKEN, PATIENCE, World, stop},
};
use crate::harness::{
    app::{STARTS_AT, address},
    binary::{Binary, print},
    engines::{Database, Engine},
    faketime::{MachineClock, right_now},
    foundation::{ADMINISTRATOR, person, programme_fields, schema, settings},
    postgres::Cluster,
    smtp::{Act, Rule},
};

sampled! { set_clocks: Sqlite Postgres; }

/// How long before the deadline a story begins.
const BEFORE_THE_DEADLINE: TimeDelta = TimeDelta::minutes(40);
const AN_HOUR: TimeDelta = TimeDelta::hours(1);
const FAR: TimeDelta = TimeDelta::days(400);

/// A machine: its clock, the servers, the relay and the database on it.
struct Machine {
    clock: MachineClock,
    world: World,
    servers: Vec<Binary>,
    /// It ends with this value.
    _cluster: Option<Cluster>,
}

/// The clock an hour ahead over the deadline, back, far ahead and back, and at random while many mails are sent.
pub async fn set_clocks(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    for round in 0..plan.by_size(1, 6) {
        let Some(clock) = MachineClock::new("set_clocks") else {
            counts.add("SKIPPED for want of libfaketime", 1);
            return counts;
        };
        let people = plan.by_size(3, 12);
        let mut machine = Machine::start(plan, clock, people).await;
        if round % 2 == 0 {
            there_and_back(plan, &machine, people, &mut counts).await;
        } else {
            at_random(plan, &machine, &mut counts).await;
        }
        still_answers(&machine).await;
        counts.add("mails after the return", 1);
        for server in machine.servers.drain(..) {
            stop(server).await;
        }
        let held = machine.world.hold().await;
        assert_eq!(
            held.get("decisions"),
            2,
            "decided while the clock was ahead, and not again"
        );
        assert_eq!(
            (held.get("attempts without a verdict"), held.get("accepted twice")),
            (0, 0),
            "a clock says nothing about what the relay took"
        );
        counts.merge(&held);
    }
    counts
}

/// Each jump once, over the deadline, with mails in the servers' hands.
async fn there_and_back(plan: &Plan, machine: &Machine, people: usize, counts: &mut Counts) {
    let (world, relay) = (&machine.world, &machine.world.relay);
    let before = relay.accepted().len();
    let stalls = [Rcpt, Data, Dot];
    let verb = stalls[usize::try_from(plan.below(3)).unwrap()];
    let start = machine.deadline().await - BEFORE_THE_DEADLINE - right_now();
    machine.clock.set(start);
    relay.on(Rule::at(verb, Act::Stall).times(2));

    machine.clock.set(start + AN_HOUR);
    world.decided().await;
    relay.wait_for_stalls(verb, 2).await;
    // Mails are in hand and in the queue, made at an hour that has not come yet.
    machine.clock.set(start);
    relay.release();
    // A go for each person, and a report.
    relay.wait_for(before + people + 1).await;
    counts.add("clocks set", 2);

    // The other programme's deadline.
    relay.on(Rule::at(verb, Act::Stall).times(2));
    machine.clock.set(start + FAR);
    relay.wait_for_stalls(verb, 2).await;
    machine.clock.set(TimeDelta::zero());
    // What is in hand and in the queue is from a year to come.
    relay.release();
    world.quiet(PATIENCE).await;
    machine.clock.set(start + FAR);
    world.quiet_ahead(start + FAR, PATIENCE).await;
    machine.clock.set(TimeDelta::zero());
    counts.add("clocks set", 4);
}

/// Jumps at any moment, while a crowd is written to by a relay that defers some.
async fn at_random(plan: &Plan, machine: &Machine, counts: &mut Counts) {
    let (world, relay) = (&machine.world, &machine.world.relay);
    world.crowd(150).await;
    let start = machine.deadline().await - BEFORE_THE_DEADLINE - right_now();
    machine.clock.set(start);
    for nth in [20, 50, 90, 140] {
        relay.on(Rule::at(Rcpt, Act::Reply(451, "4.7.1 later")).nth(nth));
    }
    let jumps = [start, start + AN_HOUR, start - AN_HOUR, start + FAR, start];
    for _ in 0..40 {
        let to = jumps[usize::try_from(plan.below(jumps.len() as u64)).unwrap()];
        machine.clock.set(to);
        counts.add("clocks set", 1);
        pause(plan.between(Duration::from_millis(20), Duration::from_millis(600))).await;
    }
    machine.clock.set(start + FAR);
    world.quiet_ahead(start + FAR, PATIENCE * 3).await;
    machine.clock.set(TimeDelta::zero());
    world.quiet(PATIENCE).await;
    let attempts = delivery_attempt::Entity::find().all(&world.behind).await.unwrap();
    let deferred = attempts
        .iter()
        .filter(|attempt| attempt.outcome.as_deref() == Some("deferred"));
    counts.add("deferred", deferred.count());
}

/// Who asks for something after the return gets it at once, though for the programme it is a year later.
async fn still_answers(machine: &Machine) {
    let (world, relay) = (&machine.world, &machine.world.relay);
    let settled_at = machine.programme().await.settled_at;
    assert!(settled_at > right_now() + TimeDelta::days(300), "{settled_at}");
    let doctor = print(&world.environment(), &["doctor"]).await;
    assert!(
        doctor.contains("the system clock, which was ahead: a programme was carried out as of"),
        "{doctor}"
    );
    let taken = relay.accepted().len();
    let server = machine.servers.last().expect("a server");
    let mutation =
        "mutation ($input: RequestPersonalLinkInput!) { requestPersonalLink(input: $input) { errors { code } } }";
    let input = json!({ "programmeSlug": programme_fields().slug, "email": address(0) });
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.base_url))
        .bearer_auth(API_TOKEN)
        .json(&json!({ "query": mutation, "variables": { "input": input } }));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["requestPersonalLink"]["errors"], json!([]), "{answer}");
    relay.wait_for(taken + 1).await;
    let all_sent = async |_: &DatabaseConnection| (world.outstanding().await.unwrap() == 0).then_some(());
    world.until("the verdict", all_sent).await;
}

impl Machine {
    /// Servers on a clock that goes right, and a programme whose deadline is to come.
    async fn start(plan: &Plan, clock: MachineClock, people: usize) -> Self {
        let (database, cluster) = match plan.engine {
            Engine::Sqlite => (schema().database(plan.engine).await.unwrap().expect("a database"), None),
            Engine::Postgres => {
                let cluster = Cluster::another().unwrap().expect("PostgreSQL");
                cluster.stop("fast");
                cluster.start_again_in(&clock.environment());
                let url = cluster.create("leernetwerk").await.unwrap();
                schema().migrate(&url).await.unwrap();
                (Database::at(plan.engine, url), Some(cluster))
            }
        };
        let given = Given {
            clock: Some("system".to_owned()),
            ..settings(&database, STARTS_AT)
        };
        let world = World::of(database, people, given, fields_of_this_year(3)).await;
        let mut environment = world.environment();
        environment.extend(clock.environment());
        let mut servers = Vec::new();
        let count = match plan.engine {
            Engine::Sqlite => 1,
            Engine::Postgres => 2,
        };
        for _ in 0..count {
            servers.push(world.serve_in(environment.clone()).await);
        }
        another_programme(&world, people).await;
        world.quiet(PATIENCE).await;
        Self {
            clock,
            world,
            servers,
            _cluster: cluster,
        }
    }

    /// The row of the programme whose deadline comes first.
    async fn programme(&self) -> programme::Model {
        let row = programme::Entity::find_by_id(self.world.programme.0);
        row.one(&self.world.behind).await.unwrap().expect("a programme")
    }

    async fn deadline(&self) -> DateTime<Utc> {
        self.programme().await.registration_closes_at
    }
}

/// A programme whose deadline is months later, with as many people.
async fn another_programme(world: &World, people: usize) {
    let app = &world.foundation.app;
    let fields = ProgrammeFields {
        slug: Some("een-later-leernetwerk".to_owned()),
        min_participants: Some(1),
        max_participants: Some(50_000),
        ..fields_of_this_year(20)
    };
    let created = app
        .create_programme(&ADMINISTRATOR, &fields, &Repeatable::default())
        .await;
    let id = created.unwrap().programme.id;
    let published = app.publish_programme(&ADMINISTRATOR, id, &Repeatable::default()).await;
    published.unwrap();
    for n in 0..people {
        let added = app
            .add_registration(&ADMINISTRATOR, id, person(n), &Repeatable::default())
            .await;
        added.unwrap();
    }
}

/// The programme of the tests, as much later that its deadline is so many weeks to come.
fn fields_of_this_year(weeks: i64) -> ProgrammeFields {
    let mut fields = programme_fields();
    let deadline = fields.registration_deadline.expect("a deadline");
    let passed = right_now().date_naive().signed_duration_since(deadline);
    let shift = Days::new(7 * u64::try_from(passed.num_weeks() + weeks).unwrap());
    let later = |day: NaiveDate| day.checked_add_days(shift).unwrap();
    fields.registration_deadline = Some(later(deadline));
    fields.min_participants = Some(1);
    for day in fields
        .meetings
        .iter_mut()
        .flatten()
        .flat_map(|meeting| &mut meeting.days)
    {
        day.on = later(day.on);
    }
    for showcase in fields.showcase.iter_mut().flatten() {
        showcase.on = later(showcase.on);
    }
    fields
}
