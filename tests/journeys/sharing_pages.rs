//! Sharing on the pages: everything can be done there.

use leernetwerk::domain::message::MessageKind::FacilitatorsAsked;

use super::sharing::BIRGIT;
use crate::harness::{
    app::{SLUG, TestApp, address},
    engines::on_both,
};

on_both!(everything_can_be_done_on_the_pages);

/// Posts a form of an area; the status of the answer and what it says.
pub(super) async fn post(app: &TestApp, token: &str, page: &str, form: &[(&str, &str)]) -> (u16, String) {
    let url = format!("{}/p/{token}?page={page}", app.base_url().await);
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let request = app
        .client()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.finish());
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("a page"))
}

/// The first value of a hidden field named `thing` after some text.
pub(super) fn thing_after(html: &str, mark: &str) -> String {
    let rest = &html[html.find(mark).unwrap_or_else(|| panic!("no {mark} in {html}"))..];
    let start = rest.find("name=\"thing\" value=\"").expect("a thing") + 20;
    rest[start..].split('"').next().unwrap().to_owned()
}

async fn everything_can_be_done_on_the_pages(app: &TestApp) {
    let early = app.verified(0..1);
    early.await;
    let link = app.link_token(&address(0)).await;
    let home = app.page(&link).await;
    assert!(
        home.contains("page=ask") && !home.contains("page=wishes"),
        "before the go: {home}"
    );
    app.verified(1..8).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
    let (anna, bram) = (app.link_token(&address(0)).await, app.link_token(&address(1)).await);
    let birgit = app.link_token_of(BIRGIT, SLUG).await;
    for (page, words) in [
        ("wishes", "Schrijf een leerwens op"),
        ("assignment", "Uw opdracht"),
        ("agenda", "Startbijeenkomst"),
        ("ask", "Uw vraag"),
    ] {
        let html = app.page(&format!("{anna}?page={page}")).await;
        assert!(html.contains(words) || page == "agenda", "{page}: {html}");
    }
    // What is wrong is told beside its field, and what was filled in is kept.
    let long = "te lang ".repeat(20);
    let (status, html) = post(
        app,
        &anna,
        "wishes",
        &[
            ("act", "add"),
            ("text", "Leren luisteren"),
            ("ownSteps", ""),
            ("learningLine", &long),
        ],
    )
    .await;
    assert_eq!(status, 422);
    assert!(
        html.contains("Leren luisteren</textarea>") && html.contains("aria-invalid=\"true\""),
        "{html}"
    );
    let add = [
        ("act", "add"),
        ("text", "Leren luisteren"),
        ("ownSteps", "Oefenen"),
        ("learningLine", "Regie"),
    ];
    assert_eq!(post(app, &anna, "wishes", &add).await.0, 303);
    let html = app.page(&format!("{bram}?page=wishes")).await;
    assert!(
        html.contains("Learning line: Regie") || html.contains("Leerlijn: Regie"),
        "{html}"
    );
    let wish = thing_after(&html, "value=\"follow\"");
    assert_eq!(
        post(app, &bram, "wishes", &[("act", "follow"), ("thing", &wish)])
            .await
            .0,
        303
    );
    let offer = [("act", "support"), ("thing", wish.as_str()), ("text", "Ik help")];
    assert_eq!(post(app, &bram, "wishes", &offer).await.0, 303);
    let html = app.page(&format!("{anna}?page=wishes&done=support")).await;
    assert!(html.contains("1 deelnemer volgt") && html.contains("Ik help"), "{html}");
    let edit = [
        ("act", "edit"),
        ("thing", wish.as_str()),
        ("text", "Leren zwijgen"),
        ("ownSteps", ""),
        ("learningLine", ""),
    ];
    assert_eq!(post(app, &anna, "wishes", &edit).await.0, 303);
    assert_eq!(
        post(app, &bram, "wishes", &[("act", "unfollow"), ("thing", &wish)])
            .await
            .0,
        303
    );

    let save = [
        ("act", "save"),
        ("title", "Gesprekken"),
        ("description", "Doorvragen."),
        ("intendedResult", ""),
        ("status", "under-way"),
        ("result", ""),
    ];
    assert_eq!(post(app, &anna, "assignment", &save).await.0, 303);
    let html = app.page(&format!("{bram}?page=assignment")).await;
    assert!(html.contains("Gesprekken") && html.contains("Bezig"), "{html}");
    let html = app.page(&format!("{birgit}?page=work")).await;
    assert!(html.contains("Leren zwijgen") && html.contains("Gesprekken"), "{html}");

    let html = app.page(&format!("{anna}?page=agenda")).await;
    let meeting = thing_after(&html, "value=\"propose\"");
    let (status, html) = post(
        app,
        &anna,
        "agenda",
        &[
            ("act", "propose"),
            ("thing", &meeting),
            ("title", "Luisteren"),
            ("minutes", "veel"),
        ],
    )
    .await;
    assert_eq!(status, 422, "{html}");
    for title in ["Luisteren", "Zwijgen"] {
        let propose = [
            ("act", "propose"),
            ("thing", meeting.as_str()),
            ("title", title),
            ("minutes", "30"),
        ];
        assert_eq!(post(app, &anna, "agenda", &propose).await.0, 303);
    }
    let html = app.page(&format!("{bram}?page=agenda")).await;
    let item = thing_after(&html, "value=\"vote\"");
    assert_eq!(
        post(app, &bram, "agenda", &[("act", "vote"), ("thing", &item)]).await.0,
        303
    );
    let place = format!("place-{item}");
    let twice = [("act", "set"), ("thing", meeting.as_str()), (place.as_str(), "nul")];
    let (status, html) = post(app, &birgit, "agenda", &twice).await;
    assert!(status == 422 && html.contains("is geen nummer"), "{html}");
    let set = [("act", "set"), ("thing", meeting.as_str()), (place.as_str(), "1")];
    assert_eq!(post(app, &birgit, "agenda", &set).await.0, 303);
    let html = app.page(&format!("{anna}?page=agenda")).await;
    assert!(html.contains("Niet op de agenda"), "{html}");
    // Who may not does not get the form, and posting it all the same does nothing.
    assert!(!html.contains("value=\"set\""));
    assert_eq!(post(app, &anna, "agenda", &set).await.0, 404);

    assert_eq!(
        post(app, &bram, "ask", &[("act", "ask"), ("question", "Hoe begin ik?")])
            .await
            .0,
        303
    );
    let (status, _) = post(app, &bram, "ask", &[("act", "ask"), ("question", " ")]).await;
    assert_eq!(status, 422);
    assert_eq!(app.count(FacilitatorsAsked).await, 2);
    // A contact has none of these pages, and a facilitator not those of participants.
    let html = app.page(&birgit).await;
    assert!(html.contains("page=work") && !html.contains("page=wishes"), "{html}");
}
