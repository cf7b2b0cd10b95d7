//! What is stored of guests goes, on their wish or when its time is over; counts stay.

use leernetwerk::domain::message::MessageKind::{ShowcaseInvitation, ShowcasePlace};
use serde_json::{Value, json};

use super::{INVITATION, change, done, guest, invited, mailbox, reply, showcase, told, under_way};
use crate::harness::{app::TestApp, dump, engines::on_both};

on_both!(
    a_guest_erases_everything_and_the_counts_stay,
    guests_go_three_months_after_the_last_meeting,
    an_inviter_who_is_erased_leaves_the_guests,
);

/// The rows that hold something of the guest, also within what is written in hexadecimal.
async fn traces(app: &TestApp, of: &[&str]) -> Vec<String> {
    let holds = |row: &String| {
        let row = row.to_lowercase();
        of.iter().any(|trace| {
            let hexadecimal: String = trace.bytes().map(|byte| format!("{byte:02x}")).collect();
            row.contains(trace) || row.contains(&hexadecimal)
        })
    };
    dump::rows(&app.database).await.into_iter().filter(holds).collect()
}

const TRACES: [&str; 3] = ["wilhelmina", "xyzzy", "plugh"];

/// Somebody whose name, address and message are found nowhere else.
fn wilhelmina() -> Value {
    json!({ "name": "Wilhelmina Xyzzyman", "email": "w@xyzzy.example", "relation": "NETWORK_PARTNER", "message": "Vanwege plugh." })
}

async fn a_guest_erases_everything_and_the_counts_stay(app: &TestApp) {
    let links = under_way(app).await;
    change(app, json!({ "on": "2014-12-11", "capacity": 1 })).await;
    let payload = done(app, &links[0], "inviteGuest", INVITATION, wilhelmina()).await;
    app.settle().await;
    let link = app.link_token("w@xyzzy.example").await;
    let (_, next) = invited(app, &links[1], "Volgende").await;
    reply(app, &link, true).await;
    assert_eq!(reply(app, &next, true).await, "WAITING");
    assert!(traces(app, &TRACES).await.len() >= 3);
    let would = json!({ "invitationId": payload["invitation"]["id"], "dryRun": true });
    let would = done(app, &app.organiser, "erasePerson", "erased { what count }", would).await;
    let input = json!({ "registrationId": "x" });
    let wrong = app.act(Some(&link), "erasePerson", "erased { what }", input).await;
    assert_eq!(wrong["errors"][0]["field"], json!(["registrationId"]));
    let did = done(app, &link, "erasePerson", "erased { what count }", json!({})).await;
    assert_eq!(did, would);
    assert_eq!(
        did["erased"],
        json!([{ "what": "invitations", "count": 1 }, { "what": "mails", "count": 2 }])
    );
    app.settle().await;
    assert_eq!(traces(app, &TRACES).await, Vec::<String>::new());
    assert_eq!(
        told(app, "Volgende").await,
        [ShowcaseInvitation, ShowcasePlace],
        "the place goes to the next"
    );
    let answer = app.ask(Some(&link), "{ viewer { roles } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"));
    // What is counted stays, and names nobody; whoever invited sees that too.
    let seen = showcase(
        app,
        Some(&links[0]),
        "invitations { totalCount nodes { guestName status } }",
    )
    .await;
    assert_eq!(
        seen["invitations"],
        json!({ "totalCount": 1, "nodes": [{ "guestName": "\u{2014}", "status": "DECLINED" }] })
    );
    let again = done(
        app,
        &app.organiser,
        "erasePerson",
        "erased { what count }",
        json!({ "invitationId": payload["invitation"]["id"] }),
    )
    .await;
    assert_eq!(again["erased"][0], json!({ "what": "invitations", "count": 1 }));
    // An organiser does the same for somebody; and on the own page one does it oneself.
    let own = app.post(&next, "data", &[("act", "erase")]).await;
    assert!(own.0 == 200 && own.1.contains("Wij weten niets meer van u"), "{own:?}");
    assert_eq!(
        traces(app, &["volgende gast", "volgende@gast"]).await,
        Vec::<String>::new()
    );
}

async fn guests_go_three_months_after_the_last_meeting(app: &TestApp) {
    let links = under_way(app).await;
    done(app, &links[0], "inviteGuest", INVITATION, wilhelmina()).await;
    app.settle().await;
    let link = app.link_token("w@xyzzy.example").await;
    reply(app, &link, true).await;
    let (_, other) = invited(app, &links[1], "Ander").await;
    reply(app, &other, false).await;
    let all = [&TRACES[..], &["ander gast", "ander@gast"]].concat();
    app.travel("2015-04-29T08:59:59+02:00").await;
    assert!(!traces(app, &all).await.is_empty());
    let counts = "acceptedGuests invitations { totalCount nodes { status } }";
    let before = showcase(app, Some(&app.organiser), counts).await;
    app.travel("2015-04-29T09:00:00+02:00").await;
    assert_eq!(traces(app, &all).await, Vec::<String>::new());
    assert_eq!(showcase(app, Some(&app.organiser), counts).await, before);
    assert_eq!(before["acceptedGuests"], 1);
    // Participants stay for their own time; nobody who was a guest is written to.
    assert!(!traces(app, &["deelnemer nummer 0"]).await.is_empty());
    let announced = app.announce(json!({ "audience": "GUESTS" })).await;
    assert_eq!(announced["recipients"], json!([]));
    let gone = app.ask(Some(&other), "{ viewer { roles } }", json!({})).await;
    assert_eq!(gone["errors"][0]["extensions"]["code"], json!("UNAUTHENTICATED"));
}

async fn an_inviter_who_is_erased_leaves_the_guests(app: &TestApp) {
    let links = under_way(app).await;
    let mut input = guest("Gerda");
    input["message"] = json!("Vanwege plugh.");
    done(app, &links[0], "inviteGuest", INVITATION, input).await;
    app.settle().await;
    let gerda = app.link_token(&mailbox("Gerda")).await;
    reply(app, &gerda, true).await;
    let erased = done(app, &links[0], "erasePerson", "erased { what count }", json!({})).await;
    let invitations = json!({ "what": "invitationsToGuests", "count": 1 });
    assert!(erased["erased"].as_array().unwrap().contains(&invitations), "{erased}");
    let query = "{ viewer { roles invitation { guestName status message invitedBy { givenName } } } }";
    let seen = app.data(Some(&gerda), query, json!({})).await;
    assert_eq!(
        seen["viewer"]["invitation"],
        json!({ "guestName": "Gerda Gast", "status": "ACCEPTED", "message": null, "invitedBy": null })
    );
    assert_eq!(traces(app, &["plugh"]).await, Vec::<String>::new());
}
