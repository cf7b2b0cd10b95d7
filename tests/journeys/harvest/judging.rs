//! A verdict is on the text that was read, what was typed is not lost, and members see what a harvest grew from.

use serde_json::{Value, json};

use super::{HARVEST, OPEN, hand_in, refused, review, words};
use crate::{
    harness::{
        app::{SLUG, TestApp},
        cast::text,
        engines::on_both,
    },
    journeys::{
        sharing::{BIRGIT, HOSTILE, MARC, done, under_way},
        sharing_pages::post,
    },
};

on_both!(
    a_verdict_is_on_the_text_that_was_read,
    an_organisers_page_shows_what_changed_and_keeps_the_remark,
    what_an_author_typed_is_not_lost,
    members_see_what_a_harvest_grew_from,
);

/// The text that a page showed, as its forms name it.
pub(super) fn shown(html: &str) -> String {
    let start = html.find("name=\"read\" value=\"").expect("what was read") + 19;
    html[start..].split('"').next().unwrap().to_owned()
}

/// The address of a harvest among those of the team, and its bare id.
async fn at_the_desk(app: &TestApp, token: &str) -> (String, String) {
    let html = app.page(&format!("{token}?page=harvests")).await;
    let at = html.find("harvest=").expect("a way to one") + 8;
    let id = html[at..at + 36].to_owned();
    (format!("harvests&harvest={id}"), id)
}

async fn a_verdict_is_on_the_text_that_was_read(app: &TestApp) {
    let links = under_way(app).await;
    app.travel(OPEN).await;
    let id = hand_in(app, &links[0], "Luisteren").await;
    let query = "query ($id: ID!) { node(id: $id) { ... on Harvest { title status editedAt } } }";
    let read = async || app.data(Some(&app.organiser), query, json!({ "id": id })).await["node"].clone();
    let before = read().await;
    // The clock stands still: it is another text all the same.
    done(app, &links[0], "saveHarvest", HARVEST, words("Zwijgen")).await;
    let verdict = |verdict: &str, read_at: &Value| json!({ "harvestId": id, "verdict": verdict, "remark": "Mooi.", "ifUnchangedSince": read_at });
    for word in ["ACCEPT", "RETURN", "REOPEN"] {
        let error = refused(app, &app.organiser, "reviewHarvest", verdict(word, &before["editedAt"])).await;
        assert_eq!(error["code"], "STATE_CONFLICT", "{error}");
        assert!(text(&error["message"]).contains("read it again"), "{error}");
    }
    let after = read().await;
    assert_eq!(
        (&after["title"], &after["status"]),
        (&json!("Zwijgen"), &json!("SUBMITTED"))
    );
    assert_ne!(before["editedAt"], after["editedAt"]);
    // Saving the same once more changes nothing, and handing in is no change of the text.
    done(app, &links[0], "saveHarvest", HARVEST, words("Zwijgen")).await;
    let accepted = verdict("ACCEPT", &after["editedAt"]);
    let accepted = done(app, &app.organiser, "reviewHarvest", HARVEST, accepted).await;
    assert_eq!(accepted["harvest"]["status"], "ACCEPTED");
    // Who does not say what was read judges what is there.
    let published = json!({ "harvestId": id, "verdict": "PUBLISH" });
    let published = done(app, &app.organiser, "reviewHarvest", HARVEST, published).await;
    assert_eq!(published["harvest"]["status"], "PUBLISHED");
}

async fn an_organisers_page_shows_what_changed_and_keeps_the_remark(app: &TestApp) {
    let links = under_way(app).await;
    app.travel(OPEN).await;
    let harvest = hand_in(app, &links[0], "Luisteren").await;
    let marc = app.link_token_of(MARC, SLUG).await;
    let (area, id) = at_the_desk(app, &marc).await;
    let read = shown(&app.page(&format!("{marc}?page={area}")).await);
    let form = |act: &'static str, read: &str| {
        let fields = [
            ("act", act),
            ("thing", &*id),
            ("read", read),
            ("remark", "Mooi <werk>."),
        ];
        fields.map(|(name, value)| (name, value.to_owned()))
    };
    let send = async |form: &[(&'static str, String)], lang: &str| {
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        post(app, &marc, &format!("{area}{lang}"), &form).await
    };
    done(app, &links[0], "saveHarvest", HARVEST, words("Zwijgen")).await;
    for act in ["accept", "return"] {
        let (status, html) = send(&form(act, &read), "").await;
        assert_eq!(status, 422, "{html}");
        for part in [
            "De oogst is intussen aangepast; lees hem nog eens.",
            "<h2>Zwijgen</h2>",
            "Mooi &lt;werk&gt;.</textarea>",
            "Ingeleverd",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(shown(&html) != read && !html.contains("Dit kan niet"), "{html}");
    }
    let (_, html) = send(&form("accept", &read), "&lang=en").await;
    assert!(html.contains("please read it again"), "{html}");
    // A form that does not say what it showed has shown nothing.
    for unknown in ["", "gisteren"] {
        let (status, html) = send(&form("accept", unknown), "").await;
        assert!(status == 422 && html.contains("lees hem nog eens"), "{html}");
    }
    // A remark for which there is no form any more can still be copied.
    let now = shown(&html);
    review(app, &harvest, "REOPEN").await;
    done(app, &links[0], "saveHarvest", HARVEST, words("Doorvragen")).await;
    let (status, html) = send(&form("accept", &now), "").await;
    assert_eq!(status, 422);
    assert!(
        html.contains("lees hem nog eens")
            && html.contains("Wat u had getypt")
            && html.contains("readonly>Mooi &lt;werk&gt;.</textarea>")
            && !html.contains("value=\"accept\""),
        "{html}"
    );
    done(app, &links[0], "submitHarvest", HARVEST, json!({})).await;
    let now = shown(&app.page(&format!("{marc}?page={area}")).await);
    assert_eq!(send(&form("accept", &now), "").await.0, 303);
    // Nor is it published unread: reopened, changed and accepted by somebody else meanwhile.
    review(app, &harvest, "REOPEN").await;
    hand_in(app, &links[0], "Durven").await;
    review(app, &harvest, "ACCEPT").await;
    let (status, html) = send(&form("publish", &now), "").await;
    assert!(
        status == 422 && html.contains("lees hem nog eens") && html.contains("Goedgekeurd"),
        "{html}"
    );
    assert_eq!(send(&form("publish", &shown(&html)), "").await.0, 303);
}

async fn what_an_author_typed_is_not_lost(app: &TestApp) {
    let links = under_way(app).await;
    let anna = &links[0];
    app.travel(OPEN).await;
    let id = hand_in(app, anna, "Luisteren").await;
    let form = [
        ("act", "save"),
        ("title", "Luisteren <en> zwijgen"),
        ("summary", "Wie zwijgt, hoort meer."),
        ("body", "Een lang verhaal."),
        ("then", "save"),
    ];
    let keeps = |(status, html): (u16, String)| {
        assert_eq!(status, 422, "{html}");
        for part in [
            "value=\"save\"",
            "Wat u schrijft, kunt u nog wel bewaren",
            "Wat u schreef, is bewaard",
        ] {
            assert!(!html.contains(part), "{part}: {html}");
        }
        for part in [
            "Uw oogst kan niet (meer) worden aangepast.",
            "Dit is niet bewaard.",
            "readonly>Luisteren &lt;en&gt; zwijgen</textarea>",
            "readonly>Wie zwijgt, hoort meer.</textarea>",
            "readonly>Een lang verhaal.</textarea>",
            "Doorvragen helpt.",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        html
    };
    review(app, &id, "ACCEPT").await;
    let html = keeps(post(app, anna, "harvest", &form).await);
    assert!(html.contains("Goedgekeurd"), "{html}");
    let (_, html) = post(app, anna, "harvest&lang=en", &form).await;
    assert!(html.contains("This has not been saved."), "{html}");
    let html = app.page(&format!("{anna}?page=harvest")).await;
    assert!(!html.contains("Wat u had getypt"), "{html}");
    // The same when the due day is over for what was handed in.
    review(app, &id, "REOPEN").await;
    done(app, anna, "submitHarvest", HARVEST, json!({})).await;
    app.travel("2014-12-02T09:00:00+01:00").await;
    let html = keeps(post(app, anna, "harvest", &form).await);
    assert!(html.contains("Inleveren kon tot en met"), "{html}");
}

async fn members_see_what_a_harvest_grew_from(app: &TestApp) {
    let links = under_way(app).await;
    let (anna, bram) = (&links[0], &links[1]);
    let mut wishes = Vec::new();
    for wish in [format!("Leren luisteren {HOSTILE}"), "Leren rekenen".to_owned()] {
        let added = done(
            app,
            anna,
            "addLearningWish",
            "learningWish { id }",
            json!({ "text": wish }),
        )
        .await;
        wishes.push(added["learningWish"]["id"].clone());
    }
    let assignment = json!({ "title": "Gesprekken <b>in de raad</b>", "description": "Vragen.", "status": "PLANNED" });
    done(app, anna, "saveAssignment", "assignment { id }", assignment).await;
    app.travel(OPEN).await;
    let mut harvest = words("Luisteren");
    harvest["learningWishIds"] = json!([wishes[0]]);
    done(app, anna, "saveHarvest", HARVEST, harvest).await;
    let submitted = done(app, anna, "submitHarvest", HARVEST, json!({})).await;
    let id = text(&submitted["harvest"]["id"]);
    review(app, &id, "ACCEPT").await;
    review(app, &id, "PUBLISH").await;
    // One without either says nothing of them.
    hand_in(app, &links[2], "Durven").await;
    let marc = app.link_token_of(MARC, SLUG).await;
    let birgit = app.link_token_of(BIRGIT, SLUG).await;
    let (area, bare) = at_the_desk(app, &marc).await;
    let members = [
        format!("{anna}?page=harvest"),
        format!("{bram}?page=harvest"),
        format!("{birgit}?page={area}"),
        format!("{marc}?page={area}"),
    ];
    for page in members {
        let html = app.page(&page).await;
        assert!(
            html.contains("Uit de leerwensen") && html.contains("<li>Leren luisteren "),
            "{page}: {html}"
        );
        assert!(
            html.contains("Gesprekken &lt;b&gt;in de raad&lt;/b&gt;") && !html.contains("<script>"),
            "{page}: {html}"
        );
        assert!(!html.contains("Leren rekenen"), "not named: {html}");
        assert_eq!(html.matches("Bij de opdracht").count(), 1, "{page}: {html}");
    }
    for public in ["harvests".to_owned(), format!("harvests/{bare}")] {
        let url = format!("{}/programmes/{SLUG}/{public}?lang=nl", app.base_url().await);
        let html = app.client().get(url).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("Doorvragen helpt."), "{html}");
        for hidden in ["Leren luisteren", "leerwensen", "Gesprekken", "opdracht"] {
            assert!(!html.contains(hidden), "{hidden}: {html}");
        }
    }
}
