//! What is nobody else's business: drafts, and the names and addresses of people.

use serde_json::{Value, json};

use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::{
        Cast, DRAFT_SLUG, EVERYBODY, GUEST_ADDRESS, ORGANISERS, OTHER_SLUG, REGISTRANTS,
        Role::{self, Administrator, ForeignOrganiser, Participant},
    },
    engines::on_both,
};

on_both!(
    drafts_are_known_to_their_own_people_only,
    addresses_are_told_to_nobody_else
);

async fn drafts_are_known_to_their_own_people_only(app: &TestApp) {
    let cast = Cast::gather(app).await;
    for role in EVERYBODY {
        let knows = [ForeignOrganiser, Administrator].contains(role);
        let query = "query ($slug: String!) { programme(slug: $slug) { slug } programmes { nodes { slug } totalCount }
            drafts: programmes(status: [DRAFT]) { nodes { slug } totalCount } viewer { programmes { nodes { slug } } } }";
        let data = app.data(cast.token(*role), query, json!({ "slug": DRAFT_SLUG })).await;
        assert_eq!(data["programme"].is_object(), knows, "{role:?}");
        let (all, drafts) = if knows {
            (3, json!([{ "slug": DRAFT_SLUG }]))
        } else {
            (2, json!([]))
        };
        assert_eq!(
            (&data["programmes"]["totalCount"], &data["drafts"]["nodes"]),
            (&json!(all), &drafts),
            "{role:?}"
        );
        let own = match role {
            Role::Public => vec![],
            ForeignOrganiser => vec![OTHER_SLUG, DRAFT_SLUG],
            Administrator => vec![SLUG, OTHER_SLUG, DRAFT_SLUG],
            _ => vec![SLUG],
        };
        assert_eq!(names_of(&data["viewer"]["programmes"]["nodes"]), own, "{role:?}");
    }
}

fn names_of(nodes: &Value) -> Vec<&str> {
    nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["slug"].as_str().unwrap())
        .collect()
}

/// Everything that may be asked for without the organiser's role, in one query.
const EVERYTHING: &str = "query ($slug: String!, $ids: [ID!]!) {
    programme(slug: $slug) { team { name email biography } participants { givenName organisation } decisions { reason }
        registrations { nodes { email billing { email } } } timeline { nodes { recipient reason } } rules { pauseNote } showcase { invitations { nodes { guestName email } } } }
    messages { nodes { recipient subject } }
    nodes(ids: $ids) { ... on Registration { email name billing { email } messages { nodes { recipient } } } ... on Message { recipient } ... on Invitation { guestName email } }
    viewer { invitation { guestName email } registration { email billing { email } messages { nodes { recipient subject } }
        programme { registrations { nodes { email } } participants { givenName organisation } team { email } } } } }";

async fn addresses_are_told_to_nobody_else(app: &TestApp) {
    let cast = Cast::gather(app).await;
    let public = ["marc@leernetwerk.example", "richard@leernetwerk.example"];
    let everybody: Vec<String> = (0..4)
        .map(address)
        .chain(["marc", "birgit", "richard"].map(|name| format!("{name}@leernetwerk.example")))
        .collect();
    let variables = json!({ "slug": SLUG, "ids": [cast.registration, cast.message, cast.invitation] });
    for role in EVERYBODY.iter().filter(|role| !ORGANISERS.contains(role)) {
        let own = REGISTRANTS
            .iter()
            .position(|one| one == role)
            .map(|position| address([1, 2, 0, 3][position]));
        let answer = app
            .ask(cast.token(*role), EVERYTHING, variables.clone())
            .await
            .to_string();
        for address in &everybody {
            let may_be_told = public.contains(&address.as_str()) || own.as_ref() == Some(address);
            assert!(
                may_be_told || !answer.contains(address),
                "{role:?} is told {address}: {answer}"
            );
        }
        let may_know_guest = [Participant, Role::Guest].contains(role);
        for trace in [GUEST_ADDRESS, "Gerda Gast"] {
            assert_eq!(answer.contains(trace), may_know_guest, "{role:?} and {trace}: {answer}");
        }
        for (n, whole) in (0..4).map(|n| (n, format!("Deelnemer Nummer {n}"))) {
            assert!(
                own == Some(address(n)) || !answer.contains(&whole),
                "{role:?} is told {whole}: {answer}"
            );
        }
    }
    let seen = app
        .ask(cast.token(Administrator), EVERYTHING, variables.clone())
        .await
        .to_string();
    let own = app
        .ask(cast.token(Participant), EVERYTHING, variables)
        .await
        .to_string();
    assert!(
        everybody.iter().all(|address| seen.contains(address)) && own.contains(&address(0)),
        "the search finds addresses"
    );
}
