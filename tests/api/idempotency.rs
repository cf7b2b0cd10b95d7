//! A mutation with a key is carried out once, however often it comes.

use entities::programme;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    dump,
    engines::on_both,
    foundation::at,
};

on_both!(
    twins_at_the_same_time_are_one,
    refusals_are_not_kept,
    keys_of_others_are_others,
    keys_are_not_forgotten_because_of_a_clock_that_was_set_back,
    a_key_is_forgotten_after_a_day,
);

/// A mutation that succeeds where the story stands, and what another input for the same key may be (`OWN`: the id that went
/// without saying).
pub(super) struct Act {
    pub(super) name: &'static str,
    pub(super) token: Option<String>,
    pub(super) input: Value,
    pub(super) other: (&'static str, Value),
}

/// What every payload tells, so that answers can be compared.
fn told(name: &str) -> &'static str {
    match name {
        "register" => "receipt { place waitingPosition confirmBefore }",
        "requestPersonalLink" | "askQuestion" => "__typename",
        // A mail goes its way meanwhile.
        "retryMessage" | "cancelMessage" => "message { id kind }",
        "releaseMessages" => "releasedCount",
        "erasePerson" => "erased { what count }",
        "travelTo" => "clock { now mode }",
        "setRule" => "rule { key version }",
        "announce" => "announcementId recipients",
        "withdrawAnnouncement" => "announcement { announcementId withdrawnAt }",
        "addLearningWish" | "editLearningWish" | "followLearningWish" | "unfollowLearningWish" | "offerSupport" => {
            "learningWish { id text followerCount isFollowedByViewer }"
        }
        "saveAssignment" => "assignment { id title }",
        "saveHarvest" | "submitHarvest" | "reviewHarvest" => "harvest { id title status submittedAt }",
        "scheduleHarvest" => "harvest { id slot { startsAt minutes } }",
        "proposeAgendaItem" | "voteForAgendaItem" => "agendaItem { id title votes }",
        "setAgenda" => "meeting { id }",
        "inviteGuest" | "cancelInvitation" | "replyToInvitation" | "updateInvitation" => {
            "invitation { id status guestName }"
        }
        "askFacilitators" => "__typename",
        "createProgramme" | "updateProgramme" | "publishProgramme" | "extendDeadline" | "cancelProgramme"
        | "decideProgramme" => "programme { id slug status registrationDeadline title placesTaken }",
        "offerVenue" | "updateVenueOffer" | "withdrawVenueOffer" => "venueOffer { id status venue { name } }",
        "tickChecklistItem" | "assignHost" | "rescheduleMeeting" => "meeting { id startsAt municipality }",
        _ => "registration { id status name isVerified }",
    }
}

async fn send(app: &TestApp, act: &Act, input: &Value) -> Value {
    let name = act.name;
    let mut kind = name.to_owned();
    kind[..1].make_ascii_uppercase();
    let query = format!(
        "mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {} errors {{ code field message }} }} }}",
        told(name)
    );
    app.data(act.token.as_deref(), &query, json!({ "input": input })).await[name].clone()
}

fn keyed(input: &Value, key: &str) -> Value {
    let mut input = input.clone();
    input["idempotencyKey"] = json!(key);
    input
}

fn reused() -> Value {
    json!(["IDEMPOTENCY_KEY_REUSED"])
}

fn codes(payload: &Value) -> Value {
    payload["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["code"].clone())
        .collect()
}

/// Sends it twice and once with another input; what was answered.
pub(super) async fn done_once(app: &TestApp, act: &Act) -> Value {
    let (name, input) = (act.name, keyed(&act.input, "sleutel-1"));
    let first = send(app, act, &input).await;
    assert_eq!(first["errors"], json!([]), "{name}");
    app.settle().await;
    let before = dump::rows(&app.database).await;
    assert_eq!(send(app, act, &input).await, first, "{name}: the same answer");
    app.settle().await;
    let after = dump::rows(&app.database).await;
    assert_eq!(
        dump::difference(&before, &after),
        Vec::<&String>::new(),
        "{name}: one effect"
    );
    let mut other = input.clone();
    let own = &first["registration"]["id"];
    other[act.other.0] = if act.other.1 == "OWN" {
        own.clone()
    } else {
        act.other.1.clone()
    };
    assert_eq!(
        codes(&send(app, act, &other).await),
        reused(),
        "{name} with another input"
    );
    first
}

pub(super) fn person(n: usize) -> Value {
    json!({ "name": format!("Deelnemer Nummer {n}"), "email": address(n), "organisation": "gemeente" })
}

pub(super) fn person_for(n: usize, what: (&str, &str)) -> Value {
    let mut input = person(n);
    input[what.0] = json!(what.1);
    input
}

/// Brings a mail into another status, as a relay would; when it is queued, deferred for an hour.
pub(super) async fn bring(app: &TestApp, id: &Value, status: &str) {
    let decoded = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text(id)).unwrap();
    let uuid = String::from_utf8(decoded)
        .unwrap()
        .split_once(':')
        .unwrap()
        .1
        .to_owned();
    let clock = app.data(None, "{ clock { now } }", json!({})).await;
    let in_an_hour = at(&text(&clock["clock"]["now"])) + chrono::Duration::hours(1);
    dump::set_message(&app.database, &uuid, status, &in_an_hour.to_rfc3339()).await;
}

async fn twins_at_the_same_time_are_one(app: &TestApp) {
    let act = Act {
        name: "register",
        token: None,
        input: person_for(0, ("programmeSlug", SLUG)),
        other: ("phone", json!("010")),
    };
    let input = keyed(&act.input, "tweeling");
    let twins = futures_util::future::join_all((0..8).map(|_| send(app, &act, &input))).await;
    assert!(
        twins
            .iter()
            .all(|twin| *twin == twins[0] && twin["errors"] == json!([])),
        "{twins:#?}"
    );
    let keep = Act {
        name: "createProgramme",
        token: Some(app.organiser.clone()),
        input: json!({ "slug": "tweeling", "title": "T",
        "description": "T", "minParticipants": 1, "maxParticipants": 2, "registrationDeadline": "2014-09-01",
        "price": { "cents": 1, "vatIncluded": true } }),
        other: ("title", json!("U")),
    };
    let input = keyed(&keep.input, "tweeling");
    let twins = futures_util::future::join_all((0..8).map(|_| send(app, &keep, &input))).await;
    assert!(
        twins
            .iter()
            .all(|twin| *twin == twins[0] && twin["errors"] == json!([])),
        "{twins:#?}"
    );
    app.settle().await;
    assert_eq!(
        app.mails()
            .await
            .iter()
            .filter(|mail| mail.address == address(0))
            .count(),
        1,
        "one mail to all of them"
    );
}

async fn refusals_are_not_kept(app: &TestApp) {
    app.register(0).await;
    let token = Some(app.link_token(&address(0)).await);
    let accept = Act {
        name: "acceptPlace",
        token,
        input: json!({}),
        other: ("registrationId", json!("x")),
    };
    assert_eq!(
        codes(&send(app, &accept, &keyed(&json!({}), "nog-eens")).await),
        json!(["STATE_CONFLICT"])
    );
    assert_eq!(
        codes(
            &send(
                app,
                &accept,
                &json!({ "registrationId": null, "idempotencyKey": "nog-eens" })
            )
            .await
        ),
        json!(["STATE_CONFLICT"])
    );
    let publish = Act {
        name: "publishProgramme",
        token: Some(app.organiser.clone()),
        input: json!({ "programmeId": app.programme(None, "id").await["id"] }),
        other: ("programmeId", json!("x")),
    };
    let input = keyed(&publish.input, "nog-eens");
    assert_eq!(codes(&send(app, &publish, &input).await), json!(["STATE_CONFLICT"]));
    let rows = dump::rows(&app.database).await;
    assert!(
        !rows.iter().any(|row| row.starts_with("idempotency_key:")),
        "no key is kept for a refusal"
    );
}

async fn keys_of_others_are_others(app: &TestApp) {
    app.verified(0..2).await;
    for n in 0..2 {
        let token = Some(app.link_token(&address(n)).await);
        for (name, input) in [
            ("updateRegistration", json!({ "phone": format!("010-{n}") })),
            ("withdrawRegistration", json!({})),
        ] {
            let act = Act {
                name,
                token: token.clone(),
                input,
                other: ("registrationId", json!("x")),
            };
            let payload = send(app, &act, &keyed(&act.input, "dezelfde")).await;
            assert_eq!(payload["errors"], json!([]), "{name} of {n}");
        }
    }
}

async fn keys_are_not_forgotten_because_of_a_clock_that_was_set_back(app: &TestApp) {
    app.verified(0..1).await;
    let act = Act {
        name: "updateRegistration",
        token: Some(app.link_token(&address(0)).await),
        input: json!({ "phone": "010" }),
        other: ("phone", json!("020")),
    };
    assert_eq!(
        send(app, &act, &keyed(&act.input, "vandaag")).await["errors"],
        json!([])
    );
    // Another programme was settled while the clock was far ahead.
    let create = Act {
        name: "createProgramme",
        token: Some(app.administrator.clone()),
        input: json!({ "slug": "vooruit", "title": "T", "description": "T", "minParticipants": 1, "maxParticipants": 2,
            "registrationDeadline": "2014-09-01", "price": { "cents": 1, "vatIncluded": true } }),
        other: ("title", json!("U")),
    };
    assert_eq!(send(app, &create, &create.input).await["errors"], json!([]));
    let behind = sea_orm::Database::connect(&app.database.url).await.unwrap();
    let ahead = programme::Entity::update_many()
        .col_expr(programme::Column::SettledAt, Expr::value(at("2015-06-05T07:00:00Z")))
        .filter(programme::Column::Slug.eq("vooruit"));
    assert_eq!(ahead.exec(&behind).await.unwrap().rows_affected, 1);
    let there = "query { programme(slug: \"vooruit\") { id } }";
    let id = app.data(Some(&app.administrator), there, json!({})).await["programme"]["id"].clone();
    let update = Act {
        name: "updateProgramme",
        token: Some(app.administrator.clone()),
        input: json!({ "programmeId": id, "title": "U" }),
        other: ("title", json!("V")),
    };
    let input = keyed(&update.input, "vandaag");
    assert_eq!(send(app, &update, &input).await["errors"], json!([]));
    let again = keyed(&json!({ "phone": "020" }), "vandaag");
    assert_eq!(codes(&send(app, &act, &again).await), reused(), "it is still known");
}

async fn a_key_is_forgotten_after_a_day(app: &TestApp) {
    app.verified(0..1).await;
    let token = Some(app.link_token(&address(0)).await);
    let act = Act {
        name: "updateRegistration",
        token,
        input: json!({ "phone": "010" }),
        other: ("phone", json!("020")),
    };
    let (first, second) = (
        keyed(&json!({ "phone": "010" }), "vandaag"),
        keyed(&json!({ "phone": "020" }), "vandaag"),
    );
    assert_eq!(send(app, &act, &first).await["errors"], json!([]));
    app.travel("2014-05-02T09:00:00+02:00").await;
    assert_eq!(
        codes(&send(app, &act, &second).await),
        reused(),
        "a day later it is still known"
    );
    app.travel("2014-05-02T09:00:01+02:00").await;
    assert_eq!(
        send(app, &act, &second).await["errors"],
        json!([]),
        "a second later it is forgotten"
    );
}
