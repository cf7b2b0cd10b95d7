//! What strangers, scanners and hostile names get to see: nothing that acts, nothing that is not theirs.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use leernetwerk::{
    app::tokens::TokenRole,
    domain::message::Locale,
    web::{
        pages::mailbox::MailboxAccess,
        rate_limits::{MAILING_MUTATIONS_PER_MINUTE, RateLimits},
    },
};
use reqwest::{Method, StatusCode, header};

use super::house::{ADMINISTRATOR, House, Page, SLUG, programme};

const HOSTILE: &str = "<script>alert('x')</script> \"& </title>";

#[tokio::test]
async fn looking_never_acts() {
    let house = House::open().await;
    let unverified = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let team = house.link_of("marc@leernetwerk.example").await;
    let mut watch = house.change_counter().await;
    let places = [
        unverified.clone(),
        format!("{unverified}?act=verify"),
        format!("{unverified}?withdraw=1"),
        format!("{unverified}?done=withdraw"),
        team,
        "/p".to_owned(),
        "/mailbox/".to_owned(),
        "/".to_owned(),
    ];
    for place in &places {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::OPTIONS,
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
        ] {
            let page = house
                .send(|client| client.request(method.clone(), house.address(place)).body("act=verify"))
                .await;
            let is_shown = [Method::GET, Method::HEAD].contains(&method);
            assert_eq!(page.status == StatusCode::OK, is_shown, "{method} {place}: {page:?}");
        }
    }
    assert!(!watch.changed().await);
    // A form of another kind than browsers send acts as little, and one without an act.
    for (kind, body) in [
        ("text/plain", "act=verify"),
        ("application/json", "{\"act\":\"verify\"}"),
        ("application/x-www-form-urlencoded", "act="),
    ] {
        let page = house
            .send(|client| client.post(&unverified).header(header::CONTENT_TYPE, kind).body(body))
            .await;
        assert!(page.status.is_client_error(), "{page:?}");
    }
    assert!(!watch.changed().await);
    // A word in the address is not believed.
    assert!(!house.get(&places[3]).await.text.contains("U bent afgemeld"));
    house.press(&unverified, "verify").await;
    assert!(watch.changed().await, "the watch sees changes");
}

#[tokio::test]
async fn every_dead_link_gets_the_same_page() {
    let house = House::open().await;
    let live = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let (_, api_token) = house
        .app
        .create_token(&ADMINISTRATOR, TokenRole::Administrator, None)
        .await
        .expect("a token");
    let truncated = live[..live.len() - 1].to_owned();
    let swapped: String = live
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let token = swapped.rsplit('/').next().expect("a token");
    let dead = [
        truncated,
        house.address(&format!("/p/{token}")),
        house.address(&format!("/p/{api_token}")),
        house.address("/p/x"),
        house.address("/p/%00%ff%3Cscript%3E"),
        house.address(&format!("/p/{}", "a".repeat(5_000))),
    ];
    let mut pages: Vec<Page> = Vec::new();
    for link in &dead {
        pages.push(house.get(link).await);
        pages.push(house.post(link, &[("act", "verify")]).await);
    }
    for page in &pages {
        assert_eq!((page.status, &page.text), (StatusCode::NOT_FOUND, &pages[0].text));
        assert!(page.text.contains("Deze link werkt niet") && page.text.contains("action=\"/p?lang=nl\""));
    }
}

#[tokio::test]
async fn names_are_text_wherever_they_stand() {
    let house = House::with(MailboxAccess::Everybody).await;
    let mut fields = programme();
    fields.title = Some(HOSTILE.to_owned());
    fields.subtitle = Some(Some(HOSTILE.to_owned()));
    fields.audience = Some(Some(HOSTILE.to_owned()));
    for meeting in fields.meetings.iter_mut().flatten() {
        meeting.title = HOSTILE.to_owned();
        meeting.municipality = Some(HOSTILE.to_owned());
    }
    for member in fields.team.iter_mut().flatten() {
        member.name = HOSTILE.to_owned();
    }
    house.publish(&fields).await;
    let link = house
        .register(
            HOSTILE,
            "noor+<@gemeente.example".replace('<', "x").as_str(),
            Locale::Nl,
        )
        .await;
    let team = house.link_of("marc@leernetwerk.example").await;
    let mail = house.get("/mailbox/").await;
    let id = mail
        .text
        .split("/mailbox/")
        .find_map(|part| part.get(..36).filter(|id| id.matches('-').count() == 4))
        .expect("a mail");
    let places = [
        link.clone(),
        format!("{link}?withdraw=1"),
        team,
        "/p".to_owned(),
        "/p/x".to_owned(),
        "/".to_owned(),
        "/mailbox/".to_owned(),
        format!(
            "/mailbox/?to={}",
            url::form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>()
        ),
        format!("/mailbox/{id}"),
    ];
    for place in places {
        let page = house.get(&place).await;
        assert!(
            page.text.contains("&lt;script&gt;"),
            "the name is not there: {place} {}",
            page.text
        );
        assert!(
            !page.text.contains("<script") && page.text.matches("</title>").count() == 1,
            "{place} {}",
            page.text
        );
        assert_eq!(page.text.matches("<h1>").count(), 1, "{place}");
    }
}

#[tokio::test]
async fn pages_keep_to_themselves() {
    let house = House::open().await;
    let link = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let acted = house.post(&link, &[("act", "verify")]).await;
    for page in [
        house.get(&link).await,
        house.get("/p").await,
        house.get("/p/x").await,
        house.get("/mailbox/").await,
        acted,
    ] {
        let header = |name: &str| {
            page.headers
                .get(name)
                .map(|value| value.to_str().expect("text").to_owned())
                .unwrap_or_default()
        };
        assert_eq!(header("cache-control"), "no-store", "{page:?}");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-robots-tag"), "noindex");
        assert_eq!(header("x-frame-options"), "DENY");
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
        assert!(!page.headers.contains_key(header::SET_COOKIE));
        let token = link.rsplit('/').next().expect("a token");
        assert!(
            !page.text.contains(token) && !header("location").contains(token),
            "{page:?}"
        );
        assert!(
            !page.text.contains("noor@gemeente.example") || page.text.contains("/mailbox/"),
            "{page:?}"
        );
    }
}

#[tokio::test]
async fn links_are_not_asked_for_without_end() {
    let house = House::limited(MailboxAccess::None, RateLimits::on()).await;
    house.publish(&programme()).await;
    house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let mails = house.mails().await;
    let mut refused = None;
    let allowance = u64::from(MAILING_MUTATIONS_PER_MINUTE.get());
    for _ in 0..2 * allowance {
        let page = house
            .post("/p", &[("programme", SLUG), ("email", "noor@gemeente.example")])
            .await;
        if page.status != StatusCode::OK {
            refused = Some(page);
            break;
        }
    }
    let refused = refused.expect("a limit");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        refused.headers.contains_key(header::RETRY_AFTER) && !refused.text.is_empty(),
        "{refused:?}"
    );
    let sent = house.mails().await - mails;
    assert!((allowance..2 * allowance).contains(&sent), "{sent} mails");
}

/// What is logged while a test runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_key_and_no_address_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let house = House::open().await;
    let link = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    house.press(&link, "verify").await;
    house.post(&link, &[("act", "decline")]).await;
    house.post(&link, &[("act", "nonsense")]).await;
    house.get(&link[..link.len() - 1]).await;
    house
        .post("/p", &[("programme", SLUG), ("email", "noor@gemeente.example")])
        .await;
    // Without its tables the server cannot show the page.
    house.break_database().await;
    let broken = house.get(&link).await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    let (_, code) = broken.text.split_once("noem dan deze code: ").expect("a code");
    let (code, _) = code.split_once('.').expect("its end");
    let logged = String::from_utf8(log.0.lock().expect("a log").clone()).expect("text");
    assert!(
        logged
            .lines()
            .any(|line| line.contains("a page cannot be shown") && line.contains(code)),
        "{logged}"
    );
    let token = link.rsplit('/').next().expect("a token");
    for secret in [&token[..token.len() - 1], "noor@gemeente.example", "Noor Visser"] {
        let line = logged.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test]
async fn the_other_addresses_answer() {
    let house = House::open().await;
    house.get("/").await.says(&[
        "Werken in het Westen",
        "open voor aanmelding",
        "/graphiql",
        "/mailbox/",
        "/schema.graphql",
    ]);
    house.get("/healthz").await.says(&["ok"]);
    house.get("/readyz").await.says(&[r#"{"ready":true,"problems":[]}"#]);
    house.get("/pages.css").await.says(&["prefers-color-scheme: dark"]);
    house.get("/graphiql").await.says(&["GraphiQL"]);
    house.get("/schema.graphql").await.says(&["type"]);
    house
        .get("/graphql?query=%7Bnothing%7D")
        .await
        .says(&["\"nothing\":true"]);
    for none in [
        "/nothing",
        "/programmes",
        "/p/a/b",
        "/mailbox/x/y",
        "/mailbox/%ff",
        "/%ff",
    ] {
        let page = house.get(none).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{none}");
        assert_eq!(page.headers[header::CONTENT_TYPE], "text/html; charset=utf-8", "{none}");
    }
    let page = house.post("/programmes", &[("act", "register")]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    for text in ["Hier is niets", "<section lang=\"en\">", "There is nothing here"] {
        assert!(page.text.contains(text), "{page:?}");
    }
    assert!(page.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    for none in ["/graphql/", "/graphql/x", "/healthz/", "/readyz/x", "/metrics/"] {
        let answer = house.get(none).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (StatusCode::NOT_FOUND, "There is nothing at this address.\n"),
            "{none}"
        );
    }
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_page() {
    let house = House::open().await;
    let link = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let programme = format!("{}/programmes/{SLUG}", house.base_url);
    for place in [format!("{programme}?lang=en"), format!("{programme}.ics"), link] {
        let (path, query) = place
            .split_once('?')
            .map_or((place.as_str(), String::new()), |(path, query)| {
                (path, format!("?{query}"))
            });
        let asked = url::Url::parse(&format!("{path}/{query}")).expect("an address");
        let moved = house.get(asked.as_str()).await;
        assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT, "{asked}");
        assert_eq!(asked.join(moved.location()).expect("an address").as_str(), place);
        house.get(&place).await.says(&[]);
    }
    for (asked, place) in [
        ("/p/", "../p"),
        ("/programmes/", "../programmes"),
        ("//evil.example/", "../evil.example"),
    ] {
        assert_eq!(house.get(asked).await.location(), place, "{asked}");
    }
}
