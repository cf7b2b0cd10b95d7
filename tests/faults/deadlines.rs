//! A deadline that is moved around the instant at which it falls, from another server than the one that decides.

use std::time::Duration;

use entities::decision;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{
    Counts, Plan,
    plan::pause,
    world::{PATIENCE, World, stop},
};
use crate::harness::binary::Binary;

sampled! { moved_deadlines: Postgres; }

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

/// Later, earlier and back while it falls: one decision, whoever came first.
pub async fn moved_deadlines(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    for round in 0..plan.by_size(2, 20) {
        let world = World::with_people(plan, 2).await;
        let (decider, mover) = (world.serve().await, world.serve().await);
        let programme = world.global_id();
        let later = move_to(
            &mover,
            "extendDeadline",
            json!({ "registrationDeadline": "2014-05-27", "reason": "Er is nog plaats." }),
            &programme,
        );
        let earlier = async || {
            let input = json!({ "registrationDeadline": "2014-05-25" });
            move_to(&mover, "updateProgramme", input, &programme).await
        };
        let falls = async {
            pause(plan.between(Duration::ZERO, Duration::from_millis(120))).await;
            world.close_registration().await;
        };
        let moved = async {
            pause(plan.between(Duration::ZERO, Duration::from_millis(60))).await;
            let first = later.await;
            // And back, when it has not fallen yet; on every other round.
            let second = if round % 2 == 1 { earlier().await } else { Vec::new() };
            (first, second)
        };
        let ((), (extended, _)) = tokio::join!(falls, moved);
        counts.add("deadlines moved", 1);
        assert_eq!(
            extended,
            Vec::<String>::new(),
            "before the decision and after a go it can be extended"
        );
        world.quiet(PATIENCE).await;
        for later in ["2014-05-26T22:00:00Z", "2014-05-27T22:00:00Z", "2014-05-28T22:00:00Z"] {
            world.jump_to(later).await;
            world.quiet(PATIENCE).await;
        }
        stop(mover).await;
        stop(decider).await;
        let held = world.hold().await;
        assert_eq!(held.get("decisions"), 1, "a go stands, and is not decided again");
        assert_eq!(held.get("accepted twice"), 0);
        let decision = decision::Entity::find().one(&world.behind).await.unwrap().unwrap();
        let is_moved = decision.registration_deadline.to_string() != "2014-05-25";
        counts.add("moved before they fell", usize::from(is_moved));
        let goes = world.count_mails("programme-goes-ahead").await;
        assert_eq!(goes, 2, "each is told once that it goes ahead");
        counts.merge(&held);
    }
    counts
}
