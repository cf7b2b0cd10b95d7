//! Organisers whose clients hang up while they decide, announce and extend: each is done once, or not at all.

use entities::{announcement, audit_entry, decision, idempotency_key, message, programme};
use futures_util::future::join_all;
use leernetwerk::{
    app::{Repeatable, programme_fields::ProgrammeFields},
    domain::{decision::DecisionMode, ids::ProgrammeId},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Counts, Plan,
    clients::hang_up,
    world::{API_TOKEN, PATIENCE, World, global_id, stop},
};
use crate::harness::{
    binary::Binary,
    foundation::{ADMINISTRATOR, facts_agree, person, programme_fields},
};

/// How many people take part in each programme.
const PEOPLE: u64 = 2;
/// How many act at once.
const AT_ONCE: u32 = 12;
/// Where a deadline is extended to.
const EXTENDED_TO: &str = "2014-06-01";

/// What an organiser does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Decide,
    Announce,
    Extend,
}

const ACTS: [Act; 3] = [Act::Decide, Act::Announce, Act::Extend];

impl Act {
    /// The mutation, which is also what the record calls it.
    fn mutation(self) -> &'static str {
        match self {
            Self::Decide => "decideProgramme",
            Self::Announce => "announce",
            Self::Extend => "extendDeadline",
        }
    }

    /// The mail that it brings everybody who takes part.
    fn mail(self) -> &'static str {
        match self {
            Self::Decide => "programme-goes-ahead",
            Self::Announce => "announcement",
            Self::Extend => "deadline-extended",
        }
    }

    /// What is sent, without a key and the hash of a plan.
    fn input(self, programme: ProgrammeId) -> Value {
        let id = global_id(programme);
        match self {
            Self::Decide => json!({ "programmeId": id, "outcome": "GO" }),
            Self::Announce => json!({
                "programmeId": id, "audience": "PARTICIPANTS", "subject": "Vervoer", "body": "Wij huren een bus.",
            }),
            Self::Extend => {
                json!({ "programmeId": id, "registrationDeadline": EXTENDED_TO, "reason": "Er is plaats." })
            }
        }
    }

    fn body(self, input: &Value) -> Value {
        let mutation = self.mutation();
        let (first, rest) = mutation.split_at(1);
        let kind = first.to_uppercase() + rest;
        let query =
            format!("mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ planHash errors {{ code }} }} }}");
        json!({ "query": query, "variables": { "input": input } })
    }
}

/// A programme of its own for each act: where the deadline has passed and its organisers are to decide.
struct Errand {
    act: Act,
    programme: ProgrammeId,
    body: Value,
}

/// Each act is asked for by clients that hang up, and then again with the same key.
pub async fn organisers_hanging_up(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 1).await;
    let mut programmes = Vec::new();
    for n in 0..plan.by_size(4, 30) * ACTS.len() {
        programmes.push((ACTS[n % ACTS.len()], n, programme(&world, n).await));
    }
    let server = world.serve().await;
    world.close_registration().await;
    world.quiet(PATIENCE * 2).await;
    let (mut errands, began) = (Vec::new(), Instant::now());
    for (act, nth, programme) in programmes {
        errands.push(errand(&server, act, nth, programme).await);
    }
    // A look takes about as long as the act: some of those that act at once are done by then, on a slow machine too.
    let within = began.elapsed() / u32::try_from(errands.len()).unwrap() * AT_ONCE;
    let mut counts = Counts::default();
    for some in errands.chunks(AT_ONCE as usize) {
        let hanging_up = some.iter().map(async |errand| {
            let is_whole = hang_up(plan, &server, Some(API_TOKEN), &errand.body, within).await;
            (errand, is_whole)
        });
        for (errand, is_whole) in join_all(hanging_up).await {
            counts.add("requests cut", 1);
            assert!(
                is_whole || done(&world, errand).await == 0,
                "nobody said the whole of it"
            );
        }
    }
    world.quiet(PATIENCE).await;
    let mut of_each = ACTS.map(|act| (act, 0));
    for errand in &errands {
        let times = done(&world, errand).await;
        assert!(times <= 1, "{:?} was done {times} times", errand.act);
        counts.add("acts that happened all the same", times);
        for (_, done) in of_each.iter_mut().filter(|(act, _)| *act == errand.act) {
            *done += times;
        }
    }
    let each = errands.len() / ACTS.len();
    let are_both_shown = of_each.iter().all(|(_, done)| (1..each).contains(done));
    assert!(!plan.is_full() || are_both_shown, "of {each} of each: {of_each:?}");
    // Whoever asks again with the same key gets the answer, of the act that happened or of the one that happens now.
    for errand in &errands {
        let mutation = errand.act.mutation();
        let answer = ask(&server, &errand.body).await;
        assert_eq!(answer["data"][mutation]["errors"], json!([]), "{answer}");
    }
    world.quiet(PATIENCE * 2).await;
    for errand in &errands {
        is_done_once(&world, errand).await;
        facts_agree(&world.foundation, errand.programme).await;
    }
    let keys = idempotency_key::Entity::find().count(&world.behind).await.unwrap();
    assert_eq!(keys, errands.len() as u64, "each key has its answer");
    stop(server).await;
    counts.merge(&world.hold().await);
    counts
}

fn slug(nth: usize) -> String {
    format!("leernetwerk-{nth}")
}

/// A programme whose organisers decide, with people in it.
async fn programme(world: &World, nth: usize) -> ProgrammeId {
    let app = &world.foundation.app;
    let fields = ProgrammeFields {
        slug: Some(slug(nth)),
        min_participants: Some(1),
        decision_mode: Some(DecisionMode::Propose),
        ..programme_fields()
    };
    let once = Repeatable::default();
    let created = app.create_programme(&ADMINISTRATOR, &fields, &once).await.unwrap();
    let id = created.programme.id;
    app.publish_programme(&ADMINISTRATOR, id, &once).await.unwrap();
    for n in 0..PEOPLE {
        let who = person(usize::try_from(n).unwrap());
        app.add_registration(&ADMINISTRATOR, id, who, &once).await.unwrap();
    }
    id
}

/// What is asked for, after a look at what it brings.
async fn errand(server: &Binary, act: Act, nth: usize, programme: ProgrammeId) -> Errand {
    let mut input = act.input(programme);
    let plan_hash = match act {
        Act::Decide => {
            let query =
                "query ($slug: String!) { programme(slug: $slug) { decisionPreview(outcome: GO) { planHash } } }";
            let looked = json!({ "query": query, "variables": { "slug": slug(nth) } });
            ask(server, &looked).await["data"]["programme"]["decisionPreview"]["planHash"].clone()
        }
        Act::Announce => ask(server, &act.body(&input)).await["data"]["announce"]["planHash"].clone(),
        Act::Extend => {
            let mut dry = input.clone();
            dry["dryRun"] = json!(true);
            ask(server, &act.body(&dry)).await["data"]["extendDeadline"]["planHash"].clone()
        }
    };
    assert!(plan_hash.is_string(), "{act:?}: there is no plan");
    input["planHash"] = plan_hash;
    input["idempotencyKey"] = json!(format!("the-key-of-{}", programme.0));
    Errand {
        act,
        programme,
        body: act.body(&input),
    }
}

/// How often it was done, by the record.
async fn done(world: &World, errand: &Errand) -> usize {
    let acts = audit_entry::Entity::find()
        .filter(audit_entry::Column::Action.eq(errand.act.mutation()))
        .filter(audit_entry::Column::ProgrammeId.eq(errand.programme.0))
        .filter(audit_entry::Column::Result.eq("done"));
    acts.all(&world.behind).await.unwrap().len()
}

async fn is_done_once(world: &World, errand: &Errand) {
    let (act, id) = (errand.act, errand.programme.0);
    assert_eq!(done(world, errand).await, 1, "{act:?} is on record once");
    let behind = &world.behind;
    let decisions = decision::Entity::find().filter(decision::Column::ProgrammeId.eq(id));
    let announced = announcement::Entity::find().filter(announcement::Column::ProgrammeId.eq(id));
    let done = (
        decisions.count(behind).await.unwrap(),
        announced.count(behind).await.unwrap(),
        programme::Entity::find_by_id(id)
            .one(behind)
            .await
            .unwrap()
            .unwrap()
            .registration_deadline
            .to_string(),
    );
    let expected = match act {
        Act::Decide => (1, 0, "2014-05-25"),
        Act::Announce => (0, 1, "2014-05-25"),
        Act::Extend => (0, 0, EXTENDED_TO),
    };
    assert_eq!((done.0, done.1, done.2.as_str()), expected, "{act:?}");
    let mails = message::Entity::find()
        .filter(message::Column::ProgrammeId.eq(id))
        .filter(message::Column::Kind.eq(act.mail()));
    assert_eq!(mails.count(behind).await.unwrap(), PEOPLE, "{act:?}: each is told once");
}

async fn ask(server: &Binary, body: &Value) -> Value {
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.base_url))
        .bearer_auth(API_TOKEN)
        .json(body);
    request.send().await.unwrap().json().await.unwrap()
}
