//! Who is who: the same person twice, two people with one mailbox, links that were lost.

use leernetwerk::domain::message::MessageKind::{ConfirmRegistration, PersonalLink, RegistrationState, TeamWelcome};
use serde_json::{Value, json};

use crate::harness::{
    acts::token_in,
    app::{SLUG, TestApp, address},
    engines::on_both,
};

on_both!(
    the_same_person_spelled_differently_is_one_registration,
    the_same_person_when_it_is_full_is_told_the_next_position,
    two_people_share_a_mailbox,
    lost_links_come_again_and_old_ones_stay,
);

fn person(name: &str, email: &str, organisation: &str) -> Value {
    json!({ "programmeSlug": SLUG, "name": name, "email": email, "organisation": organisation })
}

async fn the_same_person_spelled_differently_is_one_registration(app: &TestApp) {
    let first = app
        .try_to_register(person("Zo\u{e9} de Vries", "Zoe@Gemeente.example", "gemeente Een"))
        .await;
    assert_eq!(first["receipt"]["confirmBefore"], json!("2014-05-04T07:00:00.000Z"));
    app.travel("2014-05-01T12:00:00+02:00").await;
    let mut again = person("  zoe\u{301}   DE vries ", "zoe@gemeente.EXAMPLE", "gemeente Twee");
    again["phone"] = json!("06 12345678");
    let second = app.try_to_register(again).await;
    // What a newcomer would get now, not what the first is held to.
    let newcomer = app.try_to_register(TestApp::newcomer(1)).await;
    assert_eq!(second, newcomer);
    assert_eq!(second["receipt"]["confirmBefore"], json!("2014-05-04T10:00:00.000Z"));
    let known = app.registrations_at("Zoe@Gemeente.example").await;
    assert_eq!(known.len(), 1);
    assert_eq!(known[0]["organisation"], json!("gemeente Een"));
    assert_eq!(
        known[0]["phone"],
        json!(null),
        "nothing of the second input is taken over"
    );
    assert_eq!(app.registrations_at("zoe@gemeente.EXAMPLE").await, Vec::<Value>::new());
    let mails = app.mails_to("Zoe@Gemeente.example").await;
    assert_eq!(
        mails.iter().map(|mail| mail.kind).collect::<Vec<_>>(),
        [ConfirmRegistration, RegistrationState]
    );
    let (older, newer) = (
        token_in(&app.text(&mails[0]).await),
        token_in(&app.text(&mails[1]).await),
    );
    assert_ne!(older, newer);
    assert_eq!(app.respond(&newer, "confirmRegistration").await, "REGISTERED");
    assert_eq!(app.respond(&older, "confirmRegistration").await, "REGISTERED");
    // Only an organiser is told.
    let mut input = person("ZO\u{c9} DE VRIES", "ZOE@gemeente.example", "gemeente Drie");
    input.as_object_mut().unwrap().remove("programmeSlug");
    input["programmeId"] = app.programme(None, "id").await["id"].take();
    let refused = app
        .act(Some(&app.organiser), "addRegistration", "registration { id }", input)
        .await;
    assert_eq!(TestApp::codes(&refused), ["ALREADY_REGISTERED"]);
}

async fn the_same_person_when_it_is_full_is_told_the_next_position(app: &TestApp) {
    app.verified(0..12).await;
    assert_eq!(app.register(12).await["waitingPosition"], json!(1));
    let again = app.try_to_register(TestApp::newcomer(3)).await;
    let waiting_again = app.try_to_register(TestApp::newcomer(12)).await;
    assert_eq!(again["receipt"]["place"], json!("WAITING"));
    assert_eq!(again["receipt"]["waitingPosition"], json!(2));
    assert_eq!(waiting_again, again);
    assert_eq!(
        app.register(13).await,
        again["receipt"],
        "the answer that a newcomer gets"
    );
    assert_eq!(
        app.programme(None, "placesTaken waitingCount").await,
        json!({ "placesTaken": 12, "waitingCount": 2 })
    );
    let (kind, text) = app.newest_mail(&address(3)).await;
    assert_eq!(kind, RegistrationState);
    assert!(
        text.contains("U hebt een plaats"),
        "the mail tells how it really is: {text}"
    );
    assert!(
        app.newest_mail(&address(12))
            .await
            .1
            .contains("plaats 1 van de wachtlijst")
    );
}

async fn two_people_share_a_mailbox(app: &TestApp) {
    for name in ["Anna Bakker", "Bert Bakker"] {
        let payload = app
            .try_to_register(person(name, "info@gemeente.example", "gemeente"))
            .await;
        assert_eq!(payload["receipt"]["place"], json!("HELD"));
    }
    assert_eq!(app.registrations_at("info@gemeente.example").await.len(), 2);
    let mails = app.mails_to("info@gemeente.example").await;
    assert_eq!(
        mails.iter().map(|mail| mail.kind).collect::<Vec<_>>(),
        [ConfirmRegistration; 2]
    );
    // Each link is that of one of the two.
    let link = token_in(&app.text(&mails[1]).await);
    assert_eq!(app.respond(&link, "confirmRegistration").await, "REGISTERED");
    let both = app.registrations_at("info@gemeente.example").await;
    let verified: Vec<_> = both
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["isVerified"] == json!(true)))
        .collect();
    assert_eq!(verified, [("Anna Bakker", false), ("Bert Bakker", true)]);
    // A name that would make the two one person is refused.
    let refused = app
        .act(
            Some(&link),
            "updateRegistration",
            "registration { id }",
            json!({ "name": "anna  bakker" }),
        )
        .await;
    assert_eq!(TestApp::codes(&refused), ["INVALID"]);
}

async fn lost_links_come_again_and_old_ones_stay(app: &TestApp) {
    for name in ["Anna Bakker", "Bert Bakker", "Cor Bakker"] {
        app.try_to_register(person(name, "info@gemeente.example", "gemeente"))
            .await;
    }
    let first = token_in(&app.text(&app.mails_to("info@gemeente.example").await[0]).await);
    let last = token_in(&app.text(&app.mails_to("info@gemeente.example").await[2]).await);
    assert_eq!(app.respond(&last, "withdrawRegistration").await, "WITHDRAWN");
    let before = app.mails().await.len();
    let mut answers = Vec::new();
    for email in [
        "INFO@gemeente.example",
        "nobody@gemeente.example",
        "marc@leernetwerk.example",
    ] {
        let input = json!({ "programmeSlug": SLUG, "email": email });
        answers.push(app.act(None, "requestPersonalLink", "__typename", input).await);
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:#?}");
    assert_eq!(answers[0]["errors"], json!([]));
    let mails = app.mails_to("info@gemeente.example").await;
    let new: Vec<_> = mails.iter().filter(|mail| mail.kind == PersonalLink).collect();
    assert_eq!(new.len(), 2, "one for each registration that goes on");
    assert_eq!(
        app.mails().await.len(),
        before + 3,
        "and one for the member of the team"
    );
    for mail in &new {
        let link = token_in(&app.text(mail).await);
        assert_eq!(app.respond(&link, "confirmRegistration").await, "REGISTERED");
    }
    let own = app
        .data(Some(&first), "{ viewer { registration { name status } } }", json!({}))
        .await;
    assert_eq!(
        own["viewer"]["registration"],
        json!({ "name": "Anna Bakker", "status": "REGISTERED" })
    );
    let team = app.mails_to("marc@leernetwerk.example").await;
    assert_eq!(
        team.iter().map(|mail| mail.kind).collect::<Vec<_>>(),
        [TeamWelcome, PersonalLink]
    );
    for mail in &team {
        assert!(app.page(&token_in(&app.text(mail).await)).await.contains("Marc Jetten"));
    }
}
