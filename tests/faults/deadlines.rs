//! A deadline that is moved around the instant at which it falls, from another server than the one that decides.

use std::time::Duration;

use entities::decision;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{
    Counts, Plan,
    plan::pause,
    world::{DEADLINE, PATIENCE, World, stop},
};
use crate::harness::binary::Binary;

sampled! { moved_deadlines: Postgres; }

/// The end of a day before the deadline's own.
const EARLIER: &str = "2014-05-23T22:00:00Z";

/// Moves it, or is told that it is too late; the codes of the refusal.
async fn move_to(server: &Binary, mutation: &str, mut input: Value, programme: &str) -> Vec<String> {
    input["programmeId"] = json!(programme);
    let (first, rest) = mutation.split_at(1);
    let query = format!(
        "mutation ($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ programme {{ id }} errors {{ code }} }} }}",
        first.to_uppercase()
    );
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.base_url))
        .bearer_auth(super::world::API_TOKEN)
        .json(&json!({ "query": query, "variables": { "input": input } }));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let errors = answer["data"][mutation]["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"));
    errors
        .iter()
        .map(|error| error["code"].as_str().unwrap().to_owned())
        .collect()
}

/// Where it is moved to while it falls.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Move {
    /// To a later day.
    Later,
    /// To a later day, and back.
    LaterAndBack,
    /// To a day before its own, which ends in that instant.
    ToADayThatEnds,
    /// To a day before its own, which is over.
    ToADayThatIsOver,
}

const MOVES: [Move; 4] = [
    Move::Later,
    Move::LaterAndBack,
    Move::ToADayThatEnds,
    Move::ToADayThatIsOver,
];

/// Later, earlier and back while it falls: one decision, whoever came first.
pub async fn moved_deadlines(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    for round in 0..plan.by_size(4, 24) {
        let world = World::with_people(plan, 2).await;
        let (decider, mover) = (world.serve().await, world.serve().await);
        let how = MOVES[round % MOVES.len()];
        let ((), is_moved) = tokio::join!(falls(plan, &world, how), moved(plan, &world, &mover, how));
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
        stop(mover).await;
        stop(decider).await;
        let held = world.hold().await;
        assert_eq!(
            held.get("decisions"),
            1,
            "{how:?}: a go stands, and is not decided again"
        );
        assert_eq!(held.get("accepted twice"), 0, "{how:?}");
        let decision = decision::Entity::find().one(&world.behind).await.unwrap().unwrap();
        let is_before = decision.registration_deadline.to_string() != "2014-05-25";
        counts.add("moved before they fell", usize::from(is_before));
        let goes = world.count_mails("programme-goes-ahead").await;
        assert_eq!(goes, 2, "{how:?}: each is told once that it goes ahead");
        counts.merge(&held);
    }
    counts
}

async fn falls(plan: &Plan, world: &World, how: Move) {
    pause(plan.between(Duration::ZERO, Duration::from_millis(120))).await;
    world
        .jump_to(match how {
            Move::ToADayThatEnds => EARLIER,
            _ => DEADLINE,
        })
        .await;
}

/// Moves it, about then; whether it was.
async fn moved(plan: &Plan, world: &World, mover: &Binary, how: Move) -> bool {
    let programme = world.global_id();
    pause(plan.between(Duration::ZERO, Duration::from_millis(60))).await;
    let to = async |day: &str| {
        let input = json!({ "registrationDeadline": day });
        move_to(mover, "updateProgramme", input, &programme).await
    };
    match how {
        Move::Later | Move::LaterAndBack => {
            let input = json!({ "registrationDeadline": "2014-05-27", "reason": "Er is nog plaats." });
            let refusal = move_to(mover, "extendDeadline", input, &programme).await;
            assert_eq!(
                refusal,
                Vec::<String>::new(),
                "before the decision and after a go it can be extended"
            );
            // And back, when it has not fallen yet.
            how == Move::Later || to("2014-05-25").await.is_empty()
        }
        Move::ToADayThatEnds | Move::ToADayThatIsOver => {
            let refusal = to("2014-05-23").await;
            refusal.is_empty()
        }
    }
}
