//! Harvests on the pages behind personal links.

use serde_json::json;

use super::{OPEN, judging::shown};
use crate::{
    harness::{
        app::{SLUG, TestApp},
        engines::on_both,
    },
    journeys::{
        sharing::{BIRGIT, MARC, done, under_way},
        sharing_pages::post,
    },
};

on_both!(everything_can_be_done_on_the_pages,);

async fn everything_can_be_done_on_the_pages(app: &TestApp) {
    let links = under_way(app).await;
    let (anna, bram) = (&links[0], &links[1]);
    let (birgit, marc) = (
        app.link_token_of(BIRGIT, SLUG).await,
        app.link_token_of(MARC, SLUG).await,
    );
    let wish = json!({ "text": "Leren luisteren" });
    done(app, anna, "addLearningWish", "learningWish { id }", wish).await;
    let html = app.page(&format!("{anna}?page=harvest")).await;
    assert!(
        html.contains("donderdag 30 oktober 2014") && !html.contains("name=\"summary\""),
        "{html}"
    );
    app.travel(OPEN).await;
    let html = app.page(&format!("{anna}?page=harvest")).await;
    let at = html.find("name=\"wish-").expect("a wish to tick") + 6;
    let field = html[at..].split('"').next().unwrap().to_owned();
    let long = "te lang ".repeat(20);
    let mut form = vec![
        ("act", "save"),
        ("title", long.as_str()),
        ("summary", "Doorvragen helpt."),
        ("body", ""),
        (field.as_str(), "yes"),
        ("then", "save"),
    ];
    let (status, html) = post(app, anna, "harvest", &form).await;
    assert_eq!(status, 422);
    assert!(
        html.contains("Doorvragen helpt.</textarea>")
            && html.contains("aria-invalid=\"true\"")
            && html.contains(" checked"),
        "{html}"
    );
    form[1].1 = "Luisteren";
    assert_eq!(post(app, anna, "harvest", &form).await.0, 303);
    let html = app.page(&format!("{anna}?page=harvest&done=save")).await;
    assert!(
        html.contains("Nog niet ingeleverd") && html.contains("Uw oogst is bewaard.") && html.contains(" checked"),
        "{html}"
    );
    let html = app.page(&format!("{bram}?page=harvest")).await;
    assert!(!html.contains("Luisteren"), "a draft is nobody else's: {html}");
    form[5].1 = "submit";
    assert_eq!(post(app, anna, "harvest", &form).await.0, 303);
    let html = app.page(&format!("{bram}?page=harvest")).await;
    assert!(
        html.contains("Luisteren") && html.contains("Deelnemer, gemeente 0"),
        "{html}"
    );
    // A facilitator reads, an organiser judges.
    let html = app.page(&format!("{birgit}?page=harvests")).await;
    assert!(
        html.contains("Luisteren") && html.contains("Ingeleverd") && html.contains("gemeente 7"),
        "{html}"
    );
    let at = html.find("harvest=").expect("a way to one") + 8;
    let id = html[at..at + 36].to_owned();
    let area = format!("harvests&harvest={id}");
    let html = app.page(&format!("{birgit}?page={area}")).await;
    assert!(html.contains("Doorvragen helpt.") && !html.contains("<form"), "{html}");
    let accept = [("act", "accept"), ("thing", id.as_str()), ("remark", "")];
    assert_eq!(post(app, &birgit, &area, &accept).await.0, 404);
    let html = app.page(&format!("{marc}?page={area}")).await;
    assert!(
        html.contains("value=\"return\"") && html.contains("value=\"accept\"") && !html.contains("value=\"publish\""),
        "{html}"
    );
    let read = shown(&html);
    let back = [
        ("act", "return"),
        ("thing", id.as_str()),
        ("read", read.as_str()),
        ("remark", " "),
    ];
    let (status, html) = post(app, &marc, &area, &back).await;
    assert!(
        status == 422 && html.contains("Vul het veld &#39;opmerking&#39; in.")
            || html.contains("Vul het veld 'opmerking' in."),
        "{html}"
    );
    let back = [
        ("act", "return"),
        ("thing", id.as_str()),
        ("read", read.as_str()),
        ("remark", "Vertel meer."),
    ];
    assert_eq!(post(app, &marc, &area, &back).await.0, 303);
    let html = app.page(&format!("{anna}?page=harvest")).await;
    assert!(
        html.contains("Teruggegeven met een opmerking") && html.contains("Vertel meer."),
        "{html}"
    );
    assert_eq!(post(app, anna, "harvest", &form).await.0, 303);
    let accept = [
        ("act", "accept"),
        ("thing", id.as_str()),
        ("read", read.as_str()),
        ("remark", ""),
    ];
    assert_eq!(post(app, &marc, &area, &accept).await.0, 303);
    for (time, minutes, words) in [
        ("half elf", "20", "Vul een tijd in"),
        ("08:00", "20", "De manifestatie duurt van 09:30 tot 16:30."),
        ("10:00", "veel", "aantal minuten"),
    ] {
        let form = [
            ("act", "schedule"),
            ("thing", id.as_str()),
            ("startsAt", time),
            ("minutes", minutes),
        ];
        let (status, html) = post(app, &marc, &area, &form).await;
        assert!(status == 422 && html.contains(words), "{time}: {html}");
    }
    let ten = [
        ("act", "schedule"),
        ("thing", id.as_str()),
        ("startsAt", "10:00"),
        ("minutes", "20"),
    ];
    assert_eq!(post(app, &marc, &area, &ten).await.0, 303);
    for token in [anna, bram, &birgit, &marc] {
        let html = app.page(&format!("{token}?page=showcase")).await;
        assert!(html.contains("10:00–10:20") && html.contains("Luisteren"), "{html}");
    }
    let html = app.page(&format!("{anna}?page=harvest")).await;
    assert!(
        html.contains("U presenteert op") && !html.contains("name=\"summary\""),
        "accepted it stands: {html}"
    );
    let publish = [("act", "publish"), ("thing", id.as_str()), ("read", read.as_str())];
    assert_eq!(post(app, &marc, &area, &publish).await.0, 303);
    let html = app.page(&format!("{marc}?page={area}&lang=en")).await;
    assert!(
        html.contains("Public")
            && html.contains("Reopen harvest")
            && html.contains(&format!("harvest={id}&amp;lang=nl")),
        "{html}"
    );
    // Nothing of all that before the go, and to nobody else.
    let (status, _) = post(app, &marc, "harvests", &[("act", "publish"), ("thing", "geen")]).await;
    assert_eq!(status, 400);
    app.travel("2014-12-02T09:00:00+01:00").await;
    let mut late = form.clone();
    late[1].1 = "Te laat";
    late.remove(4);
    let (status, html) = post(app, bram, "harvest", &late).await;
    assert!(
        status == 409 && html.contains("U bent te laat") && html.contains("Te laat"),
        "what was written is kept: {html}"
    );
    assert!(
        !html.contains("Er is nog niets opgeslagen"),
        "and nothing else is said: {html}"
    );
    let html = app.page(&format!("{bram}?page=harvest")).await;
    assert!(
        html.contains("value=\"Te laat\"") && !html.contains("Bewaren en inleveren"),
        "{html}"
    );
}
