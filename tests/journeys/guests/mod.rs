//! Guests of the showcase over the brochure's dates, by the API, by the pages, and by mail that a relay accepts.

mod erasing;
mod pages;

use leernetwerk::domain::message::MessageKind::{
    self, AddressRefused, Announcement, PersonalLink, ShowcaseCancelled, ShowcaseChanged, ShowcaseDirections,
    ShowcaseInvitation, ShowcasePlace, ShowcaseReminder,
};
use leernetwerk::domain::{delivery::SmtpVerb, message::MessageStatus};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use super::relay::Relayed;
use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    engines::on_both,
    smtp::{Act, Rule},
};

on_both!(
    guests_are_invited_reminded_and_directed,
    a_full_showcase_has_a_line,
    changes_and_ends_are_told_and_update_the_calendar,
    organisers_are_told_of_a_guest_whose_address_refuses,
    a_guests_link_opens_nothing_else,
);

const MARC: &str = "marc@leernetwerk.example";
const BIRGIT: &str = "birgit@leernetwerk.example";
const INVITATION: &str =
    "invitation { id guestName email relation status message invitedBy { givenName organisation } }";

/// Eight people, and the go; their links.
async fn under_way(app: &TestApp) -> Vec<String> {
    app.verified(0..8).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
    let mut links = Vec::new();
    for n in 0..8 {
        links.push(app.link_token(&address(n)).await);
    }
    links
}

fn mailbox(name: &str) -> String {
    format!("{}@gast.example", name.to_lowercase())
}

fn guest(name: &str) -> Value {
    json!({ "name": format!("{name} Gast"), "email": mailbox(name), "relation": "MANAGER" })
}

async fn done(app: &TestApp, link: &str, mutation: &str, selection: &str, input: Value) -> Value {
    let payload = app.act(Some(link), mutation, selection, input).await;
    assert_eq!(payload["errors"], json!([]), "{mutation}");
    payload
}

/// Somebody invites a guest; the invitation and the guest's link.
async fn invited(app: &TestApp, by: &str, name: &str) -> (String, String) {
    let payload = done(app, by, "inviteGuest", INVITATION, guest(name)).await;
    assert_eq!(payload["invitation"]["status"], "INVITED");
    app.settle().await;
    (text(&payload["invitation"]["id"]), app.link_token(&mailbox(name)).await)
}

async fn reply(app: &TestApp, link: &str, accept: bool) -> String {
    let payload = done(app, link, "replyToInvitation", INVITATION, json!({ "accept": accept })).await;
    text(&payload["invitation"]["status"])
}

/// The participant with this link offers a complete venue, where an organiser puts the meeting with the showcase.
async fn hosted(app: &TestApp, link: &str, name: &str) {
    let venue = json!({ "municipality": "Gouda", "name": name, "address": "Voorbeeldplein 1", "isStepFree": true,
        "directions": "Vanaf het station rechtdoor." });
    let offered = done(app, link, "offerVenue", "venueOffer { id }", json!({ "venue": venue })).await;
    let meetings = app.programme(None, "meetings { id }").await;
    let input = json!({ "meetingId": meetings["meetings"][3]["id"], "venueOfferId": offered["venueOffer"]["id"] });
    done(app, &app.organiser, "assignHost", "meeting { id }", input).await;
}

async fn showcase(app: &TestApp, token: Option<&str>, fields: &str) -> Value {
    let told = app.programme(token, &format!("showcase {{ {fields} }}")).await;
    told["showcase"].clone()
}

/// An organiser changes the showcase; null: there is none any more.
async fn change(app: &TestApp, showcase: Value) {
    app.organise("updateProgramme", json!({ "showcase": showcase })).await;
}

/// The kinds of the mails to a guest, the oldest first; the relay accepted each of them.
async fn told(app: &TestApp, name: &str) -> Vec<MessageKind> {
    app.settle().await;
    app.mails_to(&mailbox(name))
        .await
        .iter()
        .map(|mail| mail.kind)
        .collect()
}

/// The calendar file of the newest mail to a guest: its method and its text.
async fn calendar(app: &TestApp, name: &str) -> Option<(String, String)> {
    app.settle().await;
    let mail = app.mails_to(&mailbox(name)).await.pop().expect("a mail");
    let source = app.source(&mail).await;
    let parsed = MessageParser::default()
        .parse(&source)
        .expect("a mail that can be read");
    let part = parsed.attachments().next()?;
    let method = part.content_type()?.attribute("method")?.to_owned();
    Some((method, part.text_contents()?.to_owned()))
}

fn property<'a>(calendar: &'a str, name: &str) -> &'a str {
    let line = calendar.lines().find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("no {name} in {calendar}"))
}

/// What the timeline plans of a rule: moment and whom.
async fn planned(app: &TestApp, key: &str) -> Vec<(String, Value)> {
    let entries = app.timeline().await;
    let of_rule = entries
        .iter()
        .filter(|entry| entry["key"].as_str().unwrap().starts_with(key) && entry["state"] == "PLANNED");
    of_rule
        .map(|entry| {
            assert_eq!(entry["registration"], Value::Null);
            (text(&entry["at"]), entry["recipient"].clone())
        })
        .collect()
}

async fn guests_are_invited_reminded_and_directed(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    app.travel("2014-06-02T09:00:00+02:00").await;
    hosted(app, &links[1], "Huis van de Stad").await;
    let mut input = guest("Gerda");
    input["message"] = json!("Kom je kijken? Ik vertel over mijn leerwens.");
    let payload = done(app, &links[0], "inviteGuest", INVITATION, input).await;
    assert_eq!(
        payload["invitation"]["invitedBy"],
        json!({ "givenName": "Deelnemer", "organisation": "gemeente 0" })
    );
    app.settle().await;
    let (kind, words) = app.newest_mail(&mailbox("Gerda")).await;
    assert_eq!(kind, ShowcaseInvitation);
    for part in [
        "Beste Gerda",
        "Deelnemer (gemeente 0) nodigt u uit",
        "Kom je kijken?",
        "donderdag 11 december 2014",
        "Huis van de Stad",
        "29 april 2015",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let gerda = app.link_token(&mailbox("Gerda")).await;
    let viewer = "{ viewer { roles registration { id } invitation { status invitedBy { givenName } } programmes { nodes { slug } } } }";
    let seen = app.data(Some(&gerda), viewer, json!({})).await;
    assert_eq!(
        seen["viewer"],
        json!({ "roles": ["GUEST"], "registration": null, "programmes": { "nodes": [{ "slug": SLUG }] },
            "invitation": { "status": "INVITED", "invitedBy": { "givenName": "Deelnemer" } } })
    );
    let organiser = app.link_token_of(MARC, SLUG).await;
    let mut input = guest("Harm");
    input["programmeId"] = app.programme(None, "id").await["id"].clone();
    done(app, &organiser, "inviteGuest", INVITATION, input).await;
    let (_, iris) = invited(app, &links[2], "Iris").await;
    assert_eq!(reply(app, &gerda, true).await, "ACCEPTED");
    assert_eq!(reply(app, &gerda, true).await, "ACCEPTED");
    assert_eq!(told(app, "Gerda").await, [ShowcaseInvitation, ShowcasePlace]);
    let (method, entry) = calendar(app, "Gerda").await.expect("an entry");
    assert_eq!(method, "PUBLISH");
    assert_eq!(property(&entry, "DTSTART"), "DTSTART:20141211T083000Z");
    assert_eq!(property(&entry, "SEQUENCE"), "SEQUENCE:0");
    assert!(entry.contains("Huis van de Stad"), "{entry}");
    assert_eq!(showcase(app, None, "acceptedGuests").await["acceptedGuests"], 1);
    // What is foretold.
    let reminded = planned(app, "showcase-reminder/").await;
    let at = "2014-12-04T08:00:00.000Z".to_owned();
    assert_eq!(
        reminded,
        [(at.clone(), json!(mailbox("Harm"))), (at, json!(mailbox("Iris")))]
            .into_iter()
            .filter(|one| reminded.contains(one))
            .collect::<Vec<_>>()
    );
    assert_eq!(reminded.len(), 2);
    assert_eq!(
        planned(app, "showcase-directions/").await,
        [("2014-12-09T08:00:00.000Z".to_owned(), json!(mailbox("Gerda")))]
    );
    // And comes.
    app.restart().await;
    app.travel("2014-12-04T09:00:00+01:00").await;
    assert_eq!(told(app, "Harm").await, [ShowcaseInvitation, ShowcaseReminder]);
    app.travel("2014-12-09T09:00:00+01:00").await;
    assert_eq!(
        told(app, "Gerda").await,
        [ShowcaseInvitation, ShowcasePlace, ShowcaseDirections]
    );
    let (_, words) = app.newest_mail(&mailbox("Gerda")).await;
    assert!(
        words.contains("Vanaf het station rechtdoor.") && words.contains("zonder trappen"),
        "{words}"
    );
    app.travel("2014-12-10T20:00:00+01:00").await;
    assert_eq!(reply(app, &iris, true).await, "ACCEPTED");
    assert_eq!(
        told(app, "Iris").await,
        [ShowcaseInvitation, ShowcaseReminder, ShowcasePlace, ShowcaseDirections],
        "at once"
    );
    // An announcement, a lost link, and what organisers see of it.
    let announced = app
        .announce(json!({ "audience": "GUESTS", "body": "Kom met de trein." }))
        .await;
    assert_eq!(announced["recipients"].as_array().unwrap().len(), 2);
    let asked = json!({ "programmeSlug": SLUG, "email": mailbox("Iris") });
    app.act(None, "requestPersonalLink", "errors { code }", asked).await;
    app.settle().await;
    assert_eq!(told(app, "Iris").await[4..], [Announcement, PersonalLink]);
    let query = "query ($to: String!) { messages(filter: { recipient: $to }) { nodes { kind recipient registration { id } } } }";
    let found = app
        .data(Some(&organiser), query, json!({ "to": mailbox("Harm") }))
        .await;
    assert_eq!(
        found["messages"]["nodes"][1],
        json!({ "kind": "SHOWCASE_INVITATION", "recipient": mailbox("Harm"), "registration": null })
    );
    app.travel("2014-12-11T09:30:00+01:00").await;
    let late = app
        .act(Some(&iris), "replyToInvitation", INVITATION, json!({ "accept": false }))
        .await;
    assert_eq!(TestApp::codes(&late), ["STATE_CONFLICT"]);
    app.travel("2015-02-01T09:00:00+01:00").await;
    assert_eq!(
        told(app, "Harm").await.len(),
        2,
        "guests of a programme that is over hear nothing more"
    );
}

async fn a_full_showcase_has_a_line(app: &TestApp) {
    let links = under_way(app).await;
    change(app, json!({ "on": "2014-12-11", "capacity": 1 })).await;
    let (_, een) = invited(app, &links[0], "Een").await;
    let (_, twee) = invited(app, &links[0], "Twee").await;
    let (drie_id, drie) = invited(app, &links[1], "Drie").await;
    for _ in 0..3 {
        // Looking, as mail scanners do, never acts.
        assert!(app.page(&een).await.contains("Ik kom niet"));
    }
    assert_eq!(showcase(app, None, "acceptedGuests").await["acceptedGuests"], 0);
    for link in [&een, &twee, &drie] {
        assert_eq!(app.press(link, "accept").await, 303);
    }
    assert!(app.page(&een).await.contains("U komt"));
    assert!(app.page(&twee).await.contains("nummer 1 in de rij"));
    assert!(app.page(&drie).await.contains("nummer 2 in de rij"));
    assert!(app.page(&format!("{drie}?lang=en")).await.contains("number 2 in line"));
    assert_eq!(told(app, "Twee").await, [ShowcaseInvitation], "the page says it");
    assert_eq!(app.press(&een, "decline").await, 303);
    assert_eq!(told(app, "Twee").await, [ShowcaseInvitation, ShowcasePlace]);
    assert!(
        app.newest_mail(&mailbox("Twee"))
            .await
            .1
            .contains("er is een plaats vrijgekomen")
    );
    let changes = app.timeline().await;
    let let_in: Vec<_> = changes
        .iter()
        .filter(|entry| entry["key"].as_str().unwrap().starts_with("guest-place/"))
        .map(|entry| (entry["recipient"].clone(), entry["state"].clone()))
        .collect();
    assert_eq!(let_in, [(json!(mailbox("Twee")), json!("DONE"))]);
    // Coming back is at the end of the line; a larger hall lets everybody in.
    assert_eq!(reply(app, &een, true).await, "WAITING");
    change(app, json!({ "on": "2014-12-11", "capacity": 3 })).await;
    assert_eq!(told(app, "Drie").await, [ShowcaseInvitation, ShowcasePlace]);
    assert_eq!(
        told(app, "Een").await,
        [ShowcaseInvitation, ShowcasePlace, ShowcasePlace]
    );
    let counts = showcase(
        app,
        Some(&app.organiser),
        "acceptedGuests capacity invitations(status: [ACCEPTED]) { totalCount }",
    )
    .await;
    assert_eq!(
        counts,
        json!({ "acceptedGuests": 3, "capacity": 3, "invitations": { "totalCount": 3 } })
    );
    // Called back by an organiser: final, and the guest is told.
    let cancelled = done(
        app,
        &app.organiser,
        "cancelInvitation",
        INVITATION,
        json!({ "invitationId": drie_id }),
    )
    .await;
    assert_eq!(cancelled["invitation"]["status"], "CANCELLED");
    assert_eq!(
        told(app, "Drie").await,
        [ShowcaseInvitation, ShowcasePlace, ShowcaseCancelled]
    );
    assert_eq!(app.press(&drie, "accept").await, 409);
    let seen = app
        .data(Some(&drie), "{ viewer { roles invitation { status } } }", json!({}))
        .await;
    assert_eq!(
        seen["viewer"],
        json!({ "roles": [], "invitation": { "status": "CANCELLED" } })
    );
}

async fn changes_and_ends_are_told_and_update_the_calendar(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    let (_, gerda) = invited(app, &links[0], "Gerda").await;
    let (_, harm) = invited(app, &links[0], "Harm").await;
    invited(app, &links[0], "Iris").await;
    reply(app, &gerda, true).await;
    reply(app, &harm, false).await;
    let (_, first) = calendar(app, "Gerda").await.expect("an entry");
    let uid = property(&first, "UID").to_owned();
    change(
        app,
        json!({ "on": "2014-12-11", "startsAt": "13:00", "endsAt": "17:00" }),
    )
    .await;
    assert_eq!(
        told(app, "Gerda").await,
        [ShowcaseInvitation, ShowcasePlace, ShowcaseChanged]
    );
    let (method, moved) = calendar(app, "Gerda").await.expect("an entry");
    assert_eq!((method.as_str(), property(&moved, "UID")), ("PUBLISH", uid.as_str()));
    assert_eq!(property(&moved, "SEQUENCE"), "SEQUENCE:1");
    assert_eq!(property(&moved, "DTSTART"), "DTSTART:20141211T120000Z");
    assert_eq!(told(app, "Iris").await, [ShowcaseInvitation, ShowcaseChanged]);
    assert_eq!(calendar(app, "Iris").await, None, "nothing of hers is in a calendar");
    assert_eq!(
        told(app, "Harm").await,
        [ShowcaseInvitation],
        "who does not come hears nothing"
    );
    let because = json!({ "reason": "Te weinig handen." });
    app.organise("cancelProgramme", because).await;
    assert_eq!(told(app, "Gerda").await[3..], [ShowcaseCancelled]);
    let (method, gone) = calendar(app, "Gerda").await.expect("an entry");
    assert_eq!((method.as_str(), property(&gone, "UID")), ("CANCEL", uid.as_str()));
    assert_eq!(property(&gone, "SEQUENCE"), "SEQUENCE:2");
    assert_eq!(told(app, "Iris").await[2..], [ShowcaseCancelled]);
    assert!(app.page(&gerda).await.contains("Deze uitnodiging geldt niet meer"));
    let answer = app.act(Some(&links[0]), "inviteGuest", INVITATION, guest("Joke")).await;
    assert_eq!(TestApp::codes(&answer), ["STATE_CONFLICT"]);
}

async fn organisers_are_told_of_a_guest_whose_address_refuses(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    app.acknowledge(MessageStatus::Failed).await;
    app.acknowledge(MessageStatus::Suppressed).await;
    story
        .relay
        .on(Rule::at(SmtpVerb::Rcpt, Act::Reply(550, "5.1.1 no such mailbox")).to(mailbox("Gerda")));
    let payload = done(app, &links[0], "inviteGuest", INVITATION, guest("Gerda")).await;
    app.settle().await;
    app.travel("2014-05-26T10:00:00+02:00").await;
    let (kind, words) = app.newest_mail(MARC).await;
    assert_eq!(kind, AddressRefused);
    assert!(
        words.contains("Gerda Gast") && words.contains("Deze gast van de manifestatie"),
        "{words}"
    );
    // Called back and invited anew, with the right address.
    let id = json!({ "invitationId": payload["invitation"]["id"] });
    done(app, &links[0], "cancelInvitation", INVITATION, id).await;
    let right = json!({ "name": "Gerda Gast", "email": "gerda.gast@gast.example", "relation": "MANAGER" });
    done(app, &links[0], "inviteGuest", INVITATION, right).await;
    app.settle().await;
    assert_eq!(app.newest_mail("gerda.gast@gast.example").await.0, ShowcaseInvitation);
}

/// Beside what the tables of roles hold every field and mutation to: pages of others, and others' invitations.
async fn a_guests_link_opens_nothing_else(app: &TestApp) {
    let links = under_way(app).await;
    let (own, gerda) = invited(app, &links[0], "Gerda").await;
    let (others, _) = invited(app, &links[1], "Harm").await;
    for page in [
        "guests", "people", "meetings", "hosting", "wishes", "agenda", "work", "ask",
    ] {
        let url = format!("{}/p/{gerda}?page={page}", app.base_url().await);
        let answer = app.client().get(url).send().await.expect("an answer");
        assert_eq!(answer.status(), 404, "{page} is not for guests");
    }
    let query =
        "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Invitation { guestName } } viewer { invitation { id } } }";
    let seen = app.data(Some(&gerda), query, json!({ "ids": [own, others] })).await;
    assert_eq!(seen["nodes"], json!([{ "guestName": "Gerda Gast" }, null]));
    assert_eq!(seen["viewer"]["invitation"]["id"], json!(own));
    // A participant sees the own ones, an organiser all.
    let nodes = "invitations { totalCount nodes { guestName } }";
    let of = async |token: &str| showcase(app, Some(token), nodes).await["invitations"].clone();
    assert_eq!(
        of(&links[0]).await,
        json!({ "totalCount": 1, "nodes": [{ "guestName": "Gerda Gast" }] })
    );
    assert_eq!(of(&app.organiser).await["totalCount"], 2);
    let birgit = app.link_token_of(BIRGIT, SLUG).await;
    assert_eq!(of(&birgit).await, json!({ "totalCount": 0, "nodes": [] }));
    let wrong = app
        .act(
            Some(&links[0]),
            "cancelInvitation",
            INVITATION,
            json!({ "invitationId": others }),
        )
        .await;
    assert_eq!(TestApp::codes(&wrong), ["NOT_FOUND"]);
}
