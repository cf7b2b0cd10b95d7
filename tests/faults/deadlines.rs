//! A deadline that is moved around the instant at which it falls, from another server than the one that decides.

use std::time::Duration;

use entities::decision;
use leernetwerk::{
    app::{Repeatable, programme_fields::ProgrammeFields},
    domain::decision::DecisionMode,
};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use super::{
    Counts, Plan,
    plan::pause,
    world::{API_TOKEN, DEADLINE, PATIENCE, World, stop},
};
use crate::harness::{
    app::{SLUG, STARTS_AT},
    binary::Binary,
    foundation::{ADMINISTRATOR, person, programme_fields, schema, settings},
};

sampled! { moved_deadlines: Postgres; }

/// The end of a day before the deadline's own.
const EARLIER: &str = "2014-05-23T22:00:00Z";
/// How many people there are, and how many more may come when the deadline was moved.
const PEOPLE: usize = 2;
const MORE: usize = 3;

/// Where it is moved to while it falls.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Move {
    /// To a later day.
    Later,
    /// To a later day, and back.
    LaterAndBack,
    /// To a later day when it has fallen, and then as far back as is left.
    AfterItFell,
    /// To a day before its own, which ends in that instant.
    ToADayThatEnds,
    /// To a day before its own, which is over.
    ToADayThatIsOver,
}

/// What the instant brings, if nothing is moved.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Prospect {
    /// The minimum is reached.
    Go,
    /// It is not, nor later.
    NoGo,
    /// It is not, and others register when the deadline is moved.
    NoGoUntilOthersCome,
    /// The organisers are asked.
    Asked,
}

use Move::{AfterItFell, Later, LaterAndBack, ToADayThatEnds, ToADayThatIsOver};
use Prospect::{Asked, Go, NoGo, NoGoUntilOthersCome};

const MOVES: [Move; 5] = [Later, LaterAndBack, AfterItFell, ToADayThatEnds, ToADayThatIsOver];
const PROSPECTS: [Prospect; 4] = [Go, NoGo, NoGoUntilOthersCome, Asked];

/// Each move and each prospect.
const SAMPLES: [(Move, Prospect); 5] = [
    (Later, NoGo),
    (LaterAndBack, Asked),
    (AfterItFell, NoGoUntilOthersCome),
    (ToADayThatEnds, Go),
    (ToADayThatIsOver, NoGo),
];

/// Later, earlier and back while it falls: one decision for each deadline that fell, whoever came first, and a go stands.
pub async fn moved_deadlines(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    let all: Vec<_> = MOVES
        .iter()
        .flat_map(|how| PROSPECTS.map(|prospect| (*how, prospect)))
        .collect();
    let rounds = plan.by_size(SAMPLES.to_vec(), all);
    for (how, prospect) in rounds {
        let what = format!("{how:?} {prospect:?}");
        let world = world(plan, prospect).await;
        let (decider, mover) = (world.serve().await, world.serve().await);
        let ((), is_moved) = tokio::join!(falls(plan, &world, how), moved(plan, &world, &mover, how, prospect));
        counts.add("deadlines moved", usize::from(is_moved));
        world.quiet(PATIENCE).await;
        for later in [
            DEADLINE,
            "2014-05-26T22:00:00Z",
            "2014-05-27T22:00:00Z",
            "2014-05-28T22:00:00Z",
        ] {
            world.jump_to(later).await;
            world.quiet(PATIENCE).await;
        }
        if prospect == Asked {
            both_decide(&world, [&decider, &mover], &what).await;
            world.quiet(PATIENCE).await;
            counts.add("decided by two at once", 1);
        }
        stop(mover).await;
        stop(decider).await;
        counts.merge(&decided_once(&world, &what, prospect).await);
        let held = world.hold().await;
        assert_eq!(held.get("accepted twice"), 0, "{what}");
        counts.merge(&held);
    }
    // Whoever moves it after it fell makes sure of these.
    for kind in ["goes", "no-goes", "no-goes that were followed by a go"] {
        assert!(counts.get(kind) > 0, "{kind}: {counts}");
    }
    counts
}

async fn world(plan: &Plan, prospect: Prospect) -> World {
    let (minimum, mode) = match prospect {
        Go => (1, DecisionMode::Automatic),
        NoGo | NoGoUntilOthersCome => (3, DecisionMode::Automatic),
        Asked => (1, DecisionMode::Propose),
    };
    let database = schema().database(plan.engine).await.unwrap().expect("a database");
    let given = settings(&database, STARTS_AT);
    let fields = ProgrammeFields {
        min_participants: Some(minimum),
        decision_mode: Some(mode),
        ..programme_fields()
    };
    World::of(database, PEOPLE, given, fields).await
}

/// The decisions of the programme: one for its deadline, and before that only no-goes that were taken back.
async fn decided_once(world: &World, what: &str, prospect: Prospect) -> Counts {
    let decisions = decision::Entity::find()
        .order_by_asc(decision::Column::EffectiveAt)
        .all(&world.behind)
        .await
        .unwrap();
    let (last, earlier) = decisions.split_last().unwrap_or_else(|| panic!("{what}: no decision"));
    let programmes = entities::programme::Entity::find().all(&world.behind).await.unwrap();
    let mut counts = Counts::default();
    if last.outcome == "go" {
        // It stands, wherever the deadline is moved to after it.
        counts.add("goes", 1);
        counts.add("no-goes that were followed by a go", earlier.len());
    } else {
        assert_eq!(
            last.registration_deadline, programmes[0].registration_deadline,
            "{what}: {decisions:?}"
        );
        counts.add("no-goes", 1);
        counts.add("no-goes that were followed by another", earlier.len());
    }
    counts.add("no-goes", earlier.len());
    assert!(
        earlier.len() <= 1 && earlier.iter().all(|decision| decision.outcome == "no-go"),
        "{what}: a go stands, and is not decided again: {decisions:?}"
    );
    assert!(
        earlier.is_empty() || matches!(prospect, NoGo | NoGoUntilOthersCome),
        "{what}: {decisions:?}"
    );
    // Each is told once what was decided about them.
    let counted = |outcome: &str| {
        let of = decisions.iter().filter(|decision| decision.outcome == outcome);
        of.map(|decision| u64::try_from(decision.counted).unwrap()).sum::<u64>()
    };
    for decision in &decisions {
        let is_reached = decision.counted >= decision.minimum;
        assert_eq!(decision.outcome == "go", is_reached, "{what}: {decision:?}");
    }
    let (goes, cancelled) = (counted("go"), counted("no-go"));
    assert_eq!(world.count_mails("programme-goes-ahead").await, goes, "{what}");
    assert_eq!(world.count_mails("programme-cancelled").await, cancelled, "{what}");
    let is_before = decisions[0].registration_deadline.to_string() != "2014-05-25";
    counts.add("moved before they fell", usize::from(is_before));
    counts
}

async fn falls(plan: &Plan, world: &World, how: Move) {
    pause(plan.between(Duration::ZERO, Duration::from_millis(120))).await;
    world
        .jump_to(match how {
            ToADayThatEnds => EARLIER,
            _ => DEADLINE,
        })
        .await;
}

/// Moves it, about then; whether it was.
async fn moved(plan: &Plan, world: &World, mover: &Binary, how: Move, prospect: Prospect) -> bool {
    let programme = world.global_id();
    pause(plan.between(Duration::ZERO, Duration::from_millis(60))).await;
    let to = async |day: &str| {
        let input = json!({ "programmeId": programme, "registrationDeadline": day });
        refusals(mover, "updateProgramme", input).await.is_empty()
    };
    if how == AfterItFell {
        if prospect == Asked {
            let asked = async |_: &_| (world.count_mails("decision-requested").await > 0).then_some(());
            world.until("the question", asked).await;
        } else {
            world.decided().await;
        }
    }
    match how {
        Later | LaterAndBack | AfterItFell => {
            let reason = "Er is nog plaats.";
            let input = json!({ "programmeId": programme, "registrationDeadline": "2014-05-27", "reason": reason });
            assert_eq!(
                refusals(mover, "extendDeadline", input).await,
                Vec::<String>::new(),
                "before the decision and after it, it can be extended"
            );
            if prospect == NoGoUntilOthersCome {
                others_come(world).await;
            }
            match how {
                // To its own day, when that has not fallen yet.
                LaterAndBack => to("2014-05-25").await || to("2014-05-26").await,
                AfterItFell => to("2014-05-26").await,
                _ => true,
            }
        }
        ToADayThatEnds | ToADayThatIsOver => to("2014-05-23").await,
    }
}

/// More people are registered, as long as that can be.
async fn others_come(world: &World) {
    for n in 0..MORE {
        let app = &world.foundation.app;
        let added = app
            .add_registration(&ADMINISTRATOR, world.programme, person(100 + n), &Repeatable::default())
            .await;
        added.expect("registration is open again");
    }
}

/// Both have looked at what a go brings; one of them decides, and the other is told that it was decided.
async fn both_decide(world: &World, servers: [&Binary; 2], what: &str) {
    let query = "query ($slug: String!) { programme(slug: $slug) { decisionPreview(outcome: GO) { planHash } } }";
    let looked = servers.map(async |server| {
        let answer = ask(server, query, json!({ "slug": SLUG })).await;
        answer["data"]["programme"]["decisionPreview"]["planHash"].clone()
    });
    let hashes = futures_util::future::join_all(looked).await;
    let deciding = servers.iter().zip(&hashes).map(async |(server, hash)| {
        assert!(hash.is_string(), "{what}: nothing is to be decided");
        let input = json!({ "programmeId": world.global_id(), "outcome": "GO", "planHash": hash });
        refusals(server, "decideProgramme", input).await
    });
    let mut refusals = futures_util::future::join_all(deciding).await;
    refusals.sort();
    assert!(refusals[0].is_empty(), "{what}: nobody could decide: {refusals:?}");
    assert_eq!(refusals[1], ["STATE_CONFLICT"], "{what}");
}

/// The codes of what is said against a mutation.
async fn refusals(server: &Binary, mutation: &str, input: Value) -> Vec<String> {
    let (first, rest) = mutation.split_at(1);
    let query = format!(
        "mutation ($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ programme {{ id }} errors {{ code }} }} }}",
        first.to_uppercase()
    );
    let answer = ask(server, &query, json!({ "input": input })).await;
    let errors = answer["data"][mutation]["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    errors
        .iter()
        .map(|error| error["code"].as_str().unwrap().to_owned())
        .collect()
}

async fn ask(server: &Binary, query: &str, variables: Value) -> Value {
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.base_url))
        .bearer_auth(API_TOKEN)
        .json(&json!({ "query": query, "variables": variables }));
    request.send().await.unwrap().json().await.unwrap()
}
