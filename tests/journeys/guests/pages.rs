//! Guests on the pages: whoever invites, the guests themselves, and what hostile words become.

use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::{BIRGIT, INVITATION, MARC, done, guest, hosted, under_way};
use crate::{
    harness::{
        app::{SLUG, TestApp, address},
        engines::on_both,
    },
    journeys::relay::Relayed,
};

on_both!(
    everything_can_be_done_on_the_pages,
    hostile_words_become_neither_link_nor_markup,
);

async fn everything_can_be_done_on_the_pages(app: &TestApp) {
    app.verified(0..1).await;
    let early = app.link_token(&address(0)).await;
    assert!(!app.page(&early).await.contains("page=guests"), "not before the go");
    app.verified(1..8).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
    let (anna, bram) = (app.link_token(&address(0)).await, app.link_token(&address(1)).await);
    let (marc, birgit) = (
        app.link_token_of(MARC, SLUG).await,
        app.link_token_of(BIRGIT, SLUG).await,
    );
    hosted(app, &bram, "Huis van de Stad").await;
    let html = app.page(&format!("{anna}?page=guests")).await;
    assert!(
        html.contains("Nodig iemand uit") && html.contains("Huis van de Stad") && html.contains("5 gasten tegelijk"),
        "{html}"
    );
    let invite = |name: &'static str, email: &'static str| {
        vec![
            ("act", "invite"),
            ("name", name),
            ("email", email),
            ("relation", "network-partner"),
            ("locale", "en"),
            ("message", "Kom je?"),
        ]
    };
    // What is wrong is told beside its field, and what was filled in is kept.
    let (status, html) = app
        .post(&anna, "guests", &invite("Gerda Gast", "gerda apenstaart gast"))
        .await;
    assert_eq!(status, 422);
    assert!(
        html.contains("value=\"Gerda Gast\"")
            && html.contains("aria-invalid=\"true\"")
            && html.contains("geen e-mailadres"),
        "{html}"
    );
    let (status, _) = app
        .post(&anna, "guests", &invite("Gerda Gast", "gerda@gast.example"))
        .await;
    assert_eq!(status, 303);
    let html = app.page(&format!("{anna}?page=guests&done=invited")).await;
    assert!(
        html.contains("De uitnodiging is verstuurd")
            && html.contains("netwerkpartner")
            && html.contains("nog geen antwoord"),
        "{html}"
    );
    assert!(
        !app.page(&format!("{bram}?page=guests")).await.contains("Gerda"),
        "others' guests are theirs"
    );
    let html = app.page(&format!("{birgit}?page=guests")).await;
    assert!(
        !html.contains("Gerda") && !html.contains("value=\"invite\"") && html.contains("Nog geen antwoord"),
        "{html}"
    );
    assert_eq!(
        app.post(&birgit, "guests", &invite("Harm", "harm@gast.example"))
            .await
            .0,
        404
    );
    let html = app.page(&format!("{marc}?page=guests")).await;
    assert!(
        html.contains("Gerda Gast") && html.contains("gerda@gast.example") && html.contains("Deelnemer, gemeente 0"),
        "{html}"
    );
    assert_eq!(
        app.post(&marc, "guests", &invite("Harm Gast", "harm@gast.example"))
            .await
            .0,
        303
    );
    app.settle().await;
    // The guest's own page, in the guest's language.
    let gerda = app.link_token("gerda@gast.example").await;
    let html = app.page(&gerda).await;
    for part in [
        "You are invited",
        "I will come",
        "Huis van de Stad",
        "Vanaf het station rechtdoor.",
        "Deelnemer, gemeente 0",
        "Kom je?",
        "page=data",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("page=guests") && !html.contains("page=people"), "{html}");
    assert_eq!(app.press(&gerda, "accept").await, 303);
    assert!(
        app.page(&format!("{gerda}?done=accept"))
            .await
            .contains("Good that you come")
    );
    let correct = [("act", "correct"), ("name", "Gerda van Gast"), ("locale", "nl")];
    assert_eq!(app.post(&gerda, "data", &correct).await.0, 303);
    assert_eq!(
        app.post(&gerda, "data", &[("act", "correct"), ("name", " ")]).await.0,
        422
    );
    let html = app.page(&format!("{gerda}?page=data")).await;
    assert!(
        html.contains("Gerda van Gast") && html.contains("29 april 2015"),
        "{html}"
    );
    let copy = app.page(&format!("{gerda}?page=data&format=json")).await;
    let copy: Value = serde_json::from_str(&copy).unwrap();
    assert_eq!(copy["invitations"][0]["name"], "Gerda van Gast");
    assert_eq!(copy["invitations"][0]["message"], "Kom je?");
    assert_eq!(copy["mails"].as_array().unwrap().len(), 2);
    // Calling back, by whoever invited, and not by others.
    let html = app.page(&format!("{anna}?page=guests")).await;
    let id = html
        .split("name=\"invitation\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let cancel = [("act", "cancel"), ("invitation", id)];
    assert_eq!(app.post(&bram, "guests", &cancel).await.0, 422);
    assert_eq!(app.post(&anna, "guests", &cancel).await.0, 303);
    assert!(app.page(&format!("{anna}?page=guests")).await.contains("ingetrokken"));
    assert!(app.page(&gerda).await.contains("Deze uitnodiging geldt niet meer"));
    assert!(
        !app.page(&gerda).await.contains("Huis van de Stad"),
        "nobody expects her there"
    );
    // A form that is none of ours.
    assert_eq!(app.post(&gerda, "data", &[("act", "else")]).await.0, 400);
    assert_eq!(app.press(&gerda, "verify").await, 400);
}

async fn hostile_words_become_neither_link_nor_markup(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    let words = "<script>alert(1)</script> [klik](https://evil.example) www.evil.example";
    let input = json!({ "name": "https://evil.example", "email": "gerda@gast.example", "relation": "COLLEAGUE", "message": words });
    done(app, &links[0], "inviteGuest", INVITATION, input).await;
    app.settle().await;
    let mail = app.mails_to("gerda@gast.example").await.pop().unwrap();
    let source = app.source(&mail).await;
    let parsed = MessageParser::default().parse(&source).unwrap();
    let html = parsed.body_html(0).unwrap();
    let plain = parsed.body_text(0).unwrap();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"), "{html}");
    for body in [&html, &plain] {
        assert!(
            !body.contains("https://evil") && !body.contains("www.evil.example"),
            "{body}"
        );
    }
    assert!(
        plain.contains("heer of mevrouw"),
        "a name that is an address is not repeated: {plain}"
    );
    let gerda = app.link_token("gerda@gast.example").await;
    let marc = app.link_token_of(MARC, SLUG).await;
    for page in [
        gerda.clone(),
        format!("{marc}?page=guests"),
        format!("{}?page=guests", links[0]),
    ] {
        let html = app.page(&page).await;
        assert!(
            !html.contains("<script>") && !html.contains("href=\"https://evil"),
            "{html}"
        );
    }
    for (field, value) in [
        ("message", "x".repeat(501)),
        ("message", "rechts\u{202e}naar links".to_owned()),
        ("name", "Gerda\r\nBcc: x@evil.example".to_owned()),
        ("email", "a@b.example, c@d.example".to_owned()),
    ] {
        let mut input = guest("Harm");
        input[field] = json!(value);
        let refused = app.act(Some(&links[0]), "inviteGuest", INVITATION, input).await;
        assert_eq!(refused["errors"][0]["field"], json!([field]), "{refused}");
    }
}
