//! The pages behind personal links, as browsers, mail scanners and the curious meet them.

use reqwest::{Method, Response};
use serde_json::json;

use crate::harness::{
    app::{TestApp, address},
    cast::{Cast, Role},
    dump,
    engines::on_both,
};

on_both!(
    looking_never_acts,
    a_button_acts_once,
    dead_links_are_all_alike,
    every_page_stays_at_home
);

async fn fetch(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = app.client().request(method, format!("{}{path}", app.base_url().await));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn page(app: &TestApp, path: &str) -> (u16, String) {
    let response = fetch(app, Method::GET, path, &[]).await;
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn press(app: &TestApp, token: &str, form: &str) -> Response {
    let request = app.client().post(format!("{}/p/{token}", app.base_url().await));
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .unwrap()
}

async fn looking_never_acts(app: &TestApp) {
    app.register(0).await;
    app.settle().await;
    let token = app.link_token(&address(0)).await;
    let before = dump::rows(&app.database).await;
    let agents = [
        "Mozilla/5.0 (compatible; SafeLinks)",
        "BarracudaCentral",
        "Mimecast URL Protect",
        "Googlebot/2.1",
        "curl/8.0",
        "",
    ];
    for n in 0..50 {
        let method = [Method::GET, Method::HEAD, Method::OPTIONS][n % 3].clone();
        let query = [
            "",
            "?act=verify",
            "?withdraw=1",
            "?done=verify",
            "?lang=en",
            "?act=withdraw&reason=x",
        ][n % 6];
        let headers = [
            ("user-agent", agents[n % agents.len()]),
            ("purpose", "prefetch"),
            ("x-http-method-override", "POST"),
        ];
        let response = fetch(app, method.clone(), &format!("/p/{token}{query}"), &headers).await;
        let expected = if method == Method::OPTIONS { 405 } else { 200 };
        assert_eq!(response.status(), expected, "{method} {query}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(fetch(app, method, &format!("/p/{token}"), &[]).await.status(), 405);
    }
    // What is no form of ours does nothing either.
    for (kind, body) in [
        ("text/plain", "act=verify"),
        ("application/json", "{\"act\":\"verify\"}"),
        ("multipart/form-data; boundary=x", "--x--"),
    ] {
        let request = app
            .client()
            .post(format!("{}/p/{token}", app.base_url().await))
            .header("content-type", kind)
            .body(body);
        assert_eq!(request.send().await.unwrap().status(), 415, "{kind}");
    }
    for form in [
        "",
        "act=",
        "act=delete",
        "act=VERIFY",
        &format!("act=verify&reason={}", "x".repeat(200_000)),
    ] {
        assert!(press(app, &token, form).await.status().is_client_error(), "{form:.40}");
    }
    let after = dump::rows(&app.database).await;
    assert_eq!(
        dump::difference(&before, &after),
        Vec::<&String>::new(),
        "looking writes nothing"
    );
}

async fn a_button_acts_once(app: &TestApp) {
    app.register(0).await;
    let token = app.link_token(&address(0)).await;
    let (_, shown) = page(app, &format!("/p/{token}?lang=en")).await;
    assert!(shown.contains("value=\"verify\""), "{shown}");
    let response = press(app, &token, "act=verify").await;
    assert_eq!(
        (
            response.status().as_u16(),
            response.headers()["location"].to_str().unwrap()
        ),
        (303, "?done=verify")
    );
    let (status, done) = page(app, &format!("/p/{token}?done=verify&lang=en")).await;
    assert!(status == 200 && !done.contains("value=\"verify\""), "{done}");
    app.settle().await;
    let (counted, mails) = (app.programme(None, "countedForMinimum").await, app.mails().await.len());
    assert_eq!(counted, json!({ "countedForMinimum": 1 }));
    // The second press says that it is done.
    let again = press(app, &token, "act=verify").await;
    assert_eq!(again.status(), 303);
    app.settle().await;
    assert_eq!(
        (app.programme(None, "countedForMinimum").await, app.mails().await.len()),
        (counted, mails)
    );
    assert_eq!(press(app, &token, "act=withdraw&reason=Te+druk.").await.status(), 303);
    let (status, gone) = page(app, &format!("/p/{token}?lang=en")).await;
    assert!(status == 200 && !gone.contains("value=\"withdraw\""), "{gone}");
    let verifying = press(app, &token, "act=verify").await;
    assert_eq!(verifying.status(), 409, "who left does not come back by an old button");
}

async fn dead_links_are_all_alike(app: &TestApp) {
    let cast = Cast::gather(app).await;
    let token = cast.token(Role::Participant).unwrap().to_owned();
    let other_case: String = token
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let dead = [
        "x".to_owned(),
        token[..token.len() - 1].to_owned(),
        format!("{token}x"),
        other_case,
        "A".repeat(43),
        "A".repeat(5_000),
        "%00".to_owned(),
        "..%2f..%2fetc%2fpasswd".to_owned(),
        "'%20OR%20''='".to_owned(),
        cast.token(Role::Revoked).unwrap().to_owned(),
        cast.token(Role::Administrator).unwrap().to_owned(),
        cast.token(Role::Organiser).unwrap().to_owned(),
    ];
    let (status, first) = page(app, "/p/onbekend?lang=nl").await;
    assert_eq!(status, 404);
    for token in &dead {
        assert_eq!(
            page(app, &format!("/p/{token}?lang=nl")).await,
            (404, first.clone()),
            "{token:.60}"
        );
        let pressed = press(app, token, "act=withdraw").await;
        assert_eq!(pressed.status(), 404, "{token:.60}");
    }
    assert_eq!(page(app, &format!("/p/{token}")).await.0, 200);
    // What is no text at all is at no page's address.
    assert_eq!(page(app, "/p/%E9").await.0, 404);
}

/// Every web address in an attribute of a page.
fn addresses_in(html: &str) -> Vec<&str> {
    let attributes = [
        "href=\"",
        "src=\"",
        "action=\"",
        "data=\"",
        "srcset=\"",
        "content=\"http",
        "url(",
    ];
    attributes
        .iter()
        .flat_map(|attribute| html.split(attribute).skip(1))
        .map(|rest| rest.split(['"', ')']).next().unwrap())
        .collect()
}

async fn every_page_stays_at_home(app: &TestApp) {
    let cast = Cast::gather(app).await;
    let base = app.base_url().await;
    let mut paths: Vec<(String, u16)> = vec![
        ("/".to_owned(), 200),
        ("/p".to_owned(), 200),
        ("/p".to_owned(), 200),
        ("/p/onbekend".to_owned(), 404),
        ("/mailbox".to_owned(), 200),
        ("/mailbox/".to_owned(), 200),
        ("/mailbox/onbekend".to_owned(), 404),
        ("/graphiql".to_owned(), 200),
    ];
    for mail in app.mails().await {
        paths.push((format!("/mailbox/{}", mail.id), 200));
        paths.push((format!("/mailbox/{}/html", mail.id), 200));
    }
    let mine = [
        Role::Unverified,
        Role::Waiting,
        Role::Participant,
        Role::Withdrawn,
        Role::Facilitator,
        Role::Contact,
        Role::OrganiserLink,
    ];
    for role in mine {
        let token = cast.token(role).unwrap();
        for query in ["", "?lang=en", "?withdraw=1", "?done=verify&lang=nl"] {
            paths.push((format!("/p/{token}{query}"), 200));
        }
    }
    for (path, expected) in paths {
        let response = fetch(app, Method::GET, &path, &[]).await;
        assert_eq!(response.status(), expected, "{path}");
        let headers = response.headers().clone();
        let header = |name: &str| {
            headers
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default()
        };
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("base-uri 'none'"),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("script-src") == (path == "/graphiql"),
            "{path}: {policy}"
        );
        assert!(
            ["DENY", "SAMEORIGIN"].contains(&header("x-frame-options").as_str()),
            "{path}"
        );
        assert_eq!(
            (
                header("x-content-type-options").as_str(),
                header("referrer-policy").as_str()
            ),
            ("nosniff", "no-referrer"),
            "{path}"
        );
        assert_eq!(header("set-cookie"), "", "{path}");
        if path.starts_with("/p") || path.starts_with("/mailbox") {
            assert_eq!(
                (header("cache-control").as_str(), header("x-robots-tag").as_str()),
                ("no-store", "noindex"),
                "{path}"
            );
        }
        let html = response.text().await.unwrap();
        assert!(html.contains("<html"), "{path}: {html}");
        for address in addresses_in(&html) {
            let is_at_home =
                address.starts_with(&base) || !address.contains("//") && !address.starts_with("javascript:");
            assert!(is_at_home || address.starts_with("data:"), "{path} leads to {address}");
        }
        assert!(path == "/graphiql" || !html.contains("<script"), "{path}");
    }
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "{\"ready\":true,\"problems\":[]}")] {
        assert_eq!(page(app, path).await, (200, body.to_owned()));
    }
    assert_eq!(page(app, "/bestaat-niet").await.0, 404);
}
