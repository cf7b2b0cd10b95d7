//! The mailbox, where a newcomer reads the mails and presses the links in them.

use leernetwerk::{
    app::{Repeatable, tokens::TokenRole},
    domain::{message::Locale, privacy::MAIL_TEXT_KEPT},
    web::pages::mailbox::MailboxAccess,
};
use reqwest::{StatusCode, header};

use super::house::{ADMINISTRATOR, House, Page, programme};

fn first_mail(page: &Page) -> String {
    let start = page.text.find("<a href=\"/mailbox/").expect("a mail") + "<a href=\"".len();
    page.text[start..].split('?').next().expect("an address").to_owned()
}

#[tokio::test]
async fn a_newcomer_finds_the_mail_and_its_link() {
    let house = House::open().await;
    let link = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let list = house.get("/mailbox/?to=NOOR@gemeente.example").await;
    list.says(&[
        "1 mail",
        "Bevestig uw aanmelding voor Werken in het Westen",
        "confirm-registration",
        "in de wachtrij",
    ]);
    let address = first_mail(&list);
    house.get(&address).await.says(&[
        &format!("<a href=\"{link}\">"),
        "sandbox=\"allow-top-navigation-by-user-activation\"",
    ]);
    let html = house.get(&format!("{address}/html")).await;
    html.says(&["<base target=\"_top\">", &link]);
    let policy = html.headers["content-security-policy"].to_str().expect("text");
    assert!(
        policy.contains("sandbox")
            && !policy.contains("allow-scripts")
            && html.headers["x-frame-options"] == "SAMEORIGIN"
    );
    let source = house.get(&format!("{address}/source")).await;
    source.says(&["Message-ID: <", "Auto-Submitted: auto-generated"]);
    assert_eq!(source.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    for none in [
        "/mailbox/x",
        "/mailbox/00000000-0000-7000-8000-000000000000",
        "/mailbox/x/html",
        "/mailbox/x/source",
    ] {
        assert_eq!(house.get(none).await.status, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn the_list_is_paged_both_ways() {
    let house = House::open().await;
    for number in 0..30 {
        house
            .register(
                &format!("Persoon {number}"),
                &format!("p{number}@gemeente.example"),
                Locale::Nl,
            )
            .await;
    }
    let follow = |page: &Page, label: &str| {
        let end = page
            .text
            .find(&format!("\">{label}</a>"))
            .unwrap_or_else(|| panic!("no {label}"));
        let start = page.text[..end].rfind("href=\"").expect("a link") + "href=\"".len();
        format!("/mailbox/{}", page.text[start..end].replace("&amp;", "&"))
    };
    let newest = house.get("/mailbox/").await;
    newest.says(&["32 mails, de nieuwste bovenaan", "p29@gemeente.example"]);
    assert!(!newest.text.contains(">Nieuwere</a>"));
    let older = house.get(&follow(&newest, "Oudere")).await;
    older.says(&["marc@leernetwerk.example", "p0@gemeente.example"]);
    assert!(!older.text.contains(">Oudere</a>"));
    let back = house.get(&follow(&older, "Nieuwere")).await;
    assert_eq!(first_mail(&back), first_mail(&newest));
}

#[tokio::test]
async fn without_capture_there_is_none() {
    let house = House::with(MailboxAccess::None).await;
    house.publish(&programme()).await;
    assert_eq!(house.get("/mailbox/").await.status, StatusCode::NOT_FOUND);
    assert!(!house.get("/").await.text.contains("/mailbox"));
}

#[tokio::test]
async fn off_loopback_it_is_for_administrators() {
    let master = "a-token-of-at-least-32-characters-given-from-outside";
    let house = House::with(MailboxAccess::Administrators {
        master: Some(master.into()),
    })
    .await;
    let record = house.publish(&programme()).await;
    let organiser = TokenRole::Organiser(vec![record.programme.id]);
    let (_, organiser) = house
        .app
        .create_token(&ADMINISTRATOR, organiser, None)
        .await
        .expect("a token");
    let (_, administrator) = house
        .app
        .create_token(&ADMINISTRATOR, TokenRole::Administrator, None)
        .await
        .expect("a token");
    // Asked for below /mailbox/ only, so that browsers do not send the password to the rest of the server.
    let moved = house.get("/mailbox").await;
    assert_eq!(
        (moved.status, moved.location()),
        (StatusCode::TEMPORARY_REDIRECT, "/mailbox/")
    );
    let with = async |token: &str| {
        house
            .send(|client| client.get(house.address("/mailbox/")).basic_auth("x", Some(token)))
            .await
    };
    for token in ["", "wrong", &organiser] {
        let refused = with(token).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{token}");
        assert!(
            refused.headers[header::WWW_AUTHENTICATE]
                .to_str()
                .expect("text")
                .starts_with("Basic realm=")
        );
        assert!(!refused.text.contains("marc@leernetwerk.example"));
    }
    assert_eq!(house.get("/mailbox/").await.status, StatusCode::UNAUTHORIZED);
    for token in [master, &administrator] {
        with(token).await.says(&["marc@leernetwerk.example"]);
        house
            .send(|client| client.get(house.address("/mailbox/")).bearer_auth(token))
            .await
            .says(&["marc@leernetwerk.example"]);
    }
}

#[tokio::test]
async fn a_text_that_was_erased_is_told_with_the_days() {
    let house = House::open().await;
    let link = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let address = first_mail(&house.get("/mailbox/?to=noor@gemeente.example").await);
    let token = link.rsplit('/').next().expect("a token");
    let noor = house
        .app
        .caller_of(token, None)
        .await
        .expect("an answer")
        .expect("Noor");
    let erased = house.app.erase_person(&noor, None, false, &Repeatable::default()).await;
    erased.expect("erased");
    let days = MAIL_TEXT_KEPT.num_days();
    house.get(&address).await.says(&[
        "De tekst van deze mail is er niet meer.",
        &format!("{days} dagen nadat een mail is verstuurd of vervallen"),
    ]);
    house
        .get(&format!("{address}?lang=en"))
        .await
        .says(&[&format!("{days} days after a mail was sent or dropped")]);
    let html = house.get(&format!("{address}/html")).await;
    assert_eq!(html.status, StatusCode::GONE);
    assert!(html.text.contains(&format!("{days} dagen nadat")), "{html:?}");
}
