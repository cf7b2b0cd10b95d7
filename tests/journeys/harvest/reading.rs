//! Who reads which harvest, and what is left of one that is hostile or erased.

use std::collections::BTreeSet;

use leernetwerk::domain::message::MessageKind::{
    self, HarvestAccepted, HarvestReturned, HarvestScheduled, HarvestSubmitted,
};
use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::{HARVEST, OPEN, Relayed, open, refused, review, slot, words};
use crate::{
    harness::{
        app::{SLUG, TestApp},
        cast::text,
        dump,
        engines::on_both,
    },
    journeys::sharing::{BIRGIT, HOSTILE, MARC, done, under_way},
};

on_both!(
    who_reads_what_and_what_the_public_reads,
    hostile_harvests_become_neither_link_nor_markup,
    whoever_is_erased_takes_the_harvest_along,
);

/// The titles that somebody reads, with the remarks.
async fn read(app: &TestApp, token: Option<&str>) -> Vec<(String, bool)> {
    let query = "harvests(first: 100) { totalCount nodes { title remark } edges { node { title } } }";
    let found = app.programme(token, query).await["harvests"].clone();
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    let title = |node: &Value| (text(&node["title"]), !node["remark"].is_null());
    nodes.iter().map(title).collect()
}

async fn who_reads_what_and_what_the_public_reads(app: &TestApp) {
    let links = under_way(app).await;
    app.travel(OPEN).await;
    let titles = ["Klad", "Ingeleverd", "Terug", "Goedgekeurd", "Openbaar", "Weg"];
    let mut ids = Vec::new();
    for (link, title) in links.iter().zip(titles) {
        let saved = done(app, link, "saveHarvest", HARVEST, words(title)).await;
        ids.push(text(&saved["harvest"]["id"]));
        if title != "Klad" {
            done(app, link, "submitHarvest", HARVEST, json!({})).await;
        }
    }
    review(app, &ids[2], "RETURN").await;
    for id in &ids[3..] {
        review(app, id, "ACCEPT").await;
    }
    for id in &ids[4..] {
        review(app, id, "PUBLISH").await;
    }
    assert_eq!(app.respond(&links[5], "withdrawRegistration").await, "WITHDRAWN");
    let told = |of: &[(&str, bool)]| -> Vec<(String, bool)> {
        of.iter()
            .map(|(title, remark)| ((*title).to_owned(), *remark))
            .collect()
    };
    assert_eq!(read(app, None).await, told(&[("Openbaar", false)]));
    assert_eq!(
        read(app, Some(&links[5])).await,
        told(&[("Openbaar", false)]),
        "who left is the public"
    );
    assert_eq!(
        read(app, Some(&links[7])).await,
        told(&[("Ingeleverd", false), ("Goedgekeurd", false), ("Openbaar", false)])
    );
    assert_eq!(
        read(app, Some(&links[0])).await,
        told(&[
            ("Klad", false),
            ("Ingeleverd", false),
            ("Goedgekeurd", false),
            ("Openbaar", false)
        ])
    );
    // Each hears what was said of the own one.
    assert_eq!(
        read(app, Some(&links[2])).await,
        told(&[
            ("Ingeleverd", false),
            ("Terug", true),
            ("Goedgekeurd", false),
            ("Openbaar", false)
        ])
    );
    let everything = told(&[
        ("Klad", false),
        ("Ingeleverd", false),
        ("Terug", true),
        ("Goedgekeurd", true),
        ("Openbaar", true),
    ]);
    let birgit = app.link_token_of(BIRGIT, SLUG).await;
    for token in [&birgit, &app.organiser, &app.administrator] {
        assert_eq!(read(app, Some(token)).await, everything);
    }
    // By its id as in the list; a verdict is the organiser's.
    let node = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Harvest { title learningWishes { id } assignment { id } } } }";
    let seen = app.data(None, node, json!({ "ids": ids })).await["nodes"].clone();
    assert_eq!(
        seen,
        json!([null, null, null, null, { "title": "Openbaar", "learningWishes": [], "assignment": null }, null])
    );
    let verdict = json!({ "input": { "harvestId": ids[1], "verdict": "ACCEPT" } });
    let mutation = "mutation ($input: ReviewHarvestInput!) { reviewHarvest(input: $input) { errors { code } } }";
    for token in [&birgit, &links[1]] {
        let answer = app.ask(Some(token), mutation, verdict.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    }
    // Stretch by stretch, in one order both ways.
    let page = async |arguments: &str| {
        let query = format!("harvests({arguments}) {{ nodes {{ title }} pageInfo {{ endCursor hasNextPage }} }}");
        app.programme(Some(&birgit), &query).await["harvests"].clone()
    };
    let first = page("first: 2").await;
    let rest = page(&format!("after: {}", first["pageInfo"]["endCursor"])).await;
    let last = page("last: 3").await;
    assert_eq!(
        (&first["pageInfo"]["hasNextPage"], &rest["nodes"]),
        (&json!(true), &last["nodes"])
    );
    // What everybody reads on the pages.
    let base = app.base_url().await;
    let get = async |path: &str| {
        let answer = app.client().get(format!("{base}{path}")).send().await.unwrap();
        let (status, tag) = (answer.status().as_u16(), answer.headers().get("etag").cloned());
        (status, tag, answer.text().await.unwrap())
    };
    let (_, _, programme) = get(&format!("/programmes/{SLUG}?lang=nl")).await;
    let list = format!("/programmes/{SLUG}/harvests?lang=nl");
    assert!(programme.contains(&list), "{programme}");
    let (status, tag, html) = get(&list).await;
    assert!(status == 200 && tag.is_some());
    assert!(
        html.contains("Openbaar") && html.contains("Deelnemer, gemeente 4") && html.contains("noindex"),
        "{html}"
    );
    for hidden in [
        "Klad",
        "Ingeleverd",
        "Terug",
        "Goedgekeurd",
        "Weg",
        "Vertel meer",
        "Nummer 4",
    ] {
        assert!(!html.contains(hidden), "{hidden}: {html}");
    }
    let start = html
        .find(&format!("/programmes/{SLUG}/harvests/"))
        .expect("a way to one");
    let one = html[start..].split('"').next().unwrap().replace("&amp;", "&");
    let (status, tag, html) = get(&one).await;
    assert!(status == 200 && html.contains("Eerst was ik bang."), "{html}");
    let known = app
        .client()
        .get(format!("{base}{one}"))
        .header("if-none-match", tag.unwrap());
    assert_eq!(known.send().await.unwrap().status(), 304);
    // Reopened it is public no longer, for a reader who knew it as well.
    review(app, &ids[4], "REOPEN").await;
    assert_eq!(get(&one).await.0, 404);
    for path in [
        format!("/programmes/{SLUG}/harvests/geen"),
        format!("/programmes/{SLUG}/harvests/00000000-0000-0000-0000-000000000000"),
        "/programmes/geen/harvests".to_owned(),
    ] {
        assert_eq!(get(&path).await.0, 404, "{path}");
    }
    let (_, _, html) = get(&list).await;
    assert!(html.contains("Er is nog niets openbaar."), "{html}");
    let (_, _, programme) = get(&format!("/programmes/{SLUG}?lang=nl")).await;
    assert!(!programme.contains("/harvests"), "{programme}");
    assert_eq!(read(app, None).await, []);
}

async fn hostile_harvests_become_neither_link_nor_markup(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    open(app).await;
    let title = HOSTILE.chars().take(150).collect::<String>();
    let input = json!({ "title": title, "summary": HOSTILE, "body": format!("{HOSTILE}\n\n# kop\n\n{HOSTILE}") });
    done(app, &links[0], "saveHarvest", HARVEST, input.clone()).await;
    let submitted = done(app, &links[0], "submitHarvest", HARVEST, json!({})).await;
    let id = text(&submitted["harvest"]["id"]);
    review(app, &id, "RETURN").await;
    done(app, &links[0], "submitHarvest", HARVEST, json!({})).await;
    review(app, &id, "ACCEPT").await;
    review(app, &id, "PUBLISH").await;
    let ten = slot(&id, "2014-12-11T10:00:00+01:00", 20);
    done(app, &app.organiser, "scheduleHarvest", HARVEST, ten).await;
    app.settle().await;
    let kinds = [HarvestSubmitted, HarvestReturned, HarvestAccepted, HarvestScheduled];
    let mut seen: BTreeSet<MessageKind> = BTreeSet::new();
    for mail in app.mails().await.into_iter().filter(|mail| kinds.contains(&mail.kind)) {
        seen.insert(mail.kind);
        let source = app.source(&mail).await;
        let parsed = MessageParser::default().parse(&source).unwrap();
        let (plain, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
        let place = format!("{}: {plain}\n{html}", mail.kind.word());
        for part in [&plain, &html] {
            for address in ["evil.example", "https://evil", "www.evil", "@evil"] {
                assert!(!part.contains(address), "{address} in {place}");
            }
        }
        assert!(!html.contains("<script>") && !html.contains("<strong>vet"), "{place}");
        assert!(
            plain.contains("alert(1)") && plain.contains("{{link}}"),
            "it stands as it was typed: {place}"
        );
    }
    assert_eq!(seen.len(), kinds.len());
    let (marc, base) = (app.link_token_of(MARC, SLUG).await, app.base_url().await);
    let uuid = {
        let found = app.client().get(format!("{base}/programmes/{SLUG}/harvests")).send();
        let html = found.await.unwrap().text().await.unwrap();
        let at = html.find("/harvests/").expect("a way to one") + "/harvests/".len();
        html[at..at + 36].to_owned()
    };
    for path in [
        format!("/programmes/{SLUG}/harvests"),
        format!("/programmes/{SLUG}/harvests/{uuid}"),
        format!("/p/{}?page=harvest", links[0]),
        format!("/p/{}?page=harvest", links[1]),
        format!("/p/{}?page=showcase", links[1]),
        format!("/p/{marc}?page=harvests"),
        format!("/p/{marc}?page=harvests&harvest={uuid}"),
        format!("/p/{marc}?page=showcase"),
    ] {
        let answer = app.client().get(format!("{base}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("&lt;script&gt;"), "{path}: {html}");
        assert!(
            !html.contains("<script>") && !html.contains("href=\"https://evil") && !html.contains("<h1>kop"),
            "{path}: {html}"
        );
    }
    for (field, length, code) in [
        ("title", 151, "TOO_LONG"),
        ("summary", 1001, "TOO_LONG"),
        ("body", 10_001, "TOO_LONG"),
        ("title", 0, "REQUIRED"),
    ] {
        let mut input = input.clone();
        input[field] = json!("x".repeat(length));
        let error = refused(app, &links[1], "saveHarvest", input).await;
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!([field])));
    }
    let many = vec![json!("x"); 21];
    let mut input = words("Veel");
    input["learningWishIds"] = json!(many);
    assert_eq!(refused(app, &links[1], "saveHarvest", input).await["code"], "INVALID");
}

async fn whoever_is_erased_takes_the_harvest_along(app: &TestApp) {
    let links = under_way(app).await;
    let wish = json!({ "text": "Leren luisteren" });
    let wish = done(app, &links[0], "addLearningWish", "learningWish { id }", wish).await;
    app.travel(OPEN).await;
    let mut input = words("Xyzzyvaag");
    input["body"] = json!("Mijn xyzzyvaag verhaal.");
    input["learningWishIds"] = json!([wish["learningWish"]["id"]]);
    done(app, &links[0], "saveHarvest", HARVEST, input).await;
    let submitted = done(app, &links[0], "submitHarvest", HARVEST, json!({})).await;
    let id = text(&submitted["harvest"]["id"]);
    let verdict = json!({ "harvestId": id, "verdict": "ACCEPT", "remark": "Een xyzzyvaag stuk." });
    done(app, &app.organiser, "reviewHarvest", HARVEST, verdict).await;
    review(app, &id, "PUBLISH").await;
    app.settle().await;
    let url = format!("{}/p/{}?page=data&format=json", app.base_url().await, links[0]);
    let copy: Value = app.client().get(url).send().await.unwrap().json().await.unwrap();
    let harvest = &copy["harvests"][0];
    assert_eq!(
        (&harvest["title"], &harvest["body"], &harvest["status"]),
        (
            &json!("Xyzzyvaag"),
            &json!("Mijn xyzzyvaag verhaal."),
            &json!("published")
        )
    );
    assert_eq!(harvest["learningWishes"].as_array().unwrap().len(), 1);
    let traces = async || {
        let rows = dump::rows(&app.database).await;
        let holds = |row: &String| {
            let row = row.to_lowercase();
            row.contains("xyzzyvaag") || row.contains("78797a7a7976616167")
        };
        rows.into_iter().filter(holds).collect::<Vec<_>>()
    };
    assert!(!traces().await.is_empty());
    let erased = app
        .act(Some(&links[0]), "erasePerson", "erased { what count }", json!({}))
        .await;
    let count = json!({ "what": "harvests", "count": 1 });
    assert!(erased["erased"].as_array().unwrap().contains(&count), "{erased}");
    app.settle().await;
    // Mails to others keep their sealed text until it is dropped; nothing about them that can be read names author or harvest.
    assert_eq!(traces().await, Vec::<String>::new());
    let rows = dump::rows(&app.database).await;
    let of_author: Vec<_> = rows.iter().filter(|row| row.contains("gemeente 0")).collect();
    assert_eq!(of_author, Vec::<&String>::new());
    assert_eq!(read(app, None).await, []);
    assert_eq!(
        app.data(None, "query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id }))
            .await["node"],
        Value::Null
    );
}
