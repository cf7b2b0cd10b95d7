//! The harvest over the brochure's dates, by the API, by the pages, and by mail that a relay accepts.

use std::collections::BTreeSet;

use leernetwerk::domain::message::MessageKind::{
    self, HarvestAccepted, HarvestReminder, HarvestRequest, HarvestReturned, HarvestScheduled, HarvestSubmitted,
};
use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::{
    relay::Relayed,
    sharing::{BIRGIT, HOSTILE, MARC, days, done, planned, post, told, under_way},
};
use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    dump,
    engines::on_both,
};

on_both!(
    harvests_are_asked_for_judged_and_presented,
    who_reads_what_and_what_the_public_reads,
    a_moved_showcase_leaves_its_times_behind,
    hostile_harvests_become_neither_link_nor_markup,
    whoever_is_erased_takes_the_harvest_along,
    everything_can_be_done_on_the_pages,
);

/// When harvests can be written.
const OPEN: &str = "2014-10-30T09:00:00+01:00";

const HARVEST: &str = "harvest { id title status remark submittedAt slot { startsAt minutes } \
                       learningWishes { text } assignment { title } author { givenName organisation } }";

fn words(title: &str) -> Value {
    json!({ "title": title, "summary": "Doorvragen helpt.", "body": "Eerst was ik bang.\n\nNu niet meer." })
}

/// Saves and hands in; the id.
async fn hand_in(app: &TestApp, link: &str, title: &str) -> String {
    done(app, link, "saveHarvest", HARVEST, words(title)).await;
    let submitted = done(app, link, "submitHarvest", HARVEST, json!({})).await;
    assert_eq!(submitted["harvest"]["status"], "SUBMITTED");
    text(&submitted["harvest"]["id"])
}

async fn review(app: &TestApp, id: &str, verdict: &str) {
    let input = json!({ "harvestId": id, "verdict": verdict, "remark": "Vertel meer over de raad." });
    done(app, &app.organiser, "reviewHarvest", HARVEST, input).await;
}

fn slot(id: &str, starts_at: &str, minutes: u32) -> Value {
    json!({ "harvestId": id, "startsAt": starts_at, "minutes": minutes })
}

async fn refused(app: &TestApp, token: &str, mutation: &str, input: Value) -> Value {
    let payload = app.act(Some(token), mutation, HARVEST, input).await;
    assert_eq!(payload["harvest"], Value::Null, "{payload}");
    payload["errors"][0].clone()
}

async fn harvests_are_asked_for_judged_and_presented(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    let early = refused(app, &links[0], "saveHarvest", words("Te vroeg")).await;
    assert_eq!(early["code"], "HARVEST_CLOSED");
    assert!(text(&early["message"]).contains("2014-10-30"), "{early}");
    let wish = json!({ "text": "Leren luisteren" });
    let wishes = [
        done(app, &links[0], "addLearningWish", "learningWish { id }", wish.clone()).await,
        done(app, &links[1], "addLearningWish", "learningWish { id }", wish).await,
    ];
    let wishes = wishes.map(|payload| payload["learningWish"]["id"].clone());
    let assignment = json!({ "title": "Gesprekken", "description": "Doorvragen.", "status": "DONE" });
    done(app, &links[0], "saveAssignment", "assignment { id }", assignment).await;
    let foreseen = planned(app, "harvest-request/").await;
    app.travel(OPEN).await;
    let asked = told(story, HarvestRequest).await;
    assert_eq!(days(&asked), [("30 Oct 08:00", 8)]);
    assert_eq!(
        foreseen.iter().map(|(_, who)| text(who)).collect::<BTreeSet<_>>(),
        asked.into_iter().map(|(_, who)| who).collect::<BTreeSet<_>>(),
        "what was foreseen is what happened"
    );
    // One's own wishes are named; the assignment belongs to it by itself.
    let mut with_wishes = words("Luisteren");
    with_wishes["learningWishIds"] = json!(wishes);
    let strange = refused(app, &links[0], "saveHarvest", with_wishes.clone()).await;
    assert_eq!(
        (&strange["code"], &strange["field"]),
        (&json!("NOT_FOUND"), &json!(["learningWishIds"]))
    );
    with_wishes["learningWishIds"] = json!([wishes[0]]);
    let saved = done(app, &links[0], "saveHarvest", HARVEST, with_wishes).await["harvest"].clone();
    assert_eq!(
        (
            &saved["status"],
            &saved["learningWishes"],
            &saved["assignment"]["title"]
        ),
        (
            &json!("DRAFT"),
            &json!([{ "text": "Leren luisteren" }]),
            &json!("Gesprekken")
        )
    );
    assert_eq!(
        saved["author"],
        json!({ "givenName": "Deelnemer", "organisation": "gemeente 0" })
    );
    let anna = hand_in(app, &links[0], "Luisteren").await;
    assert_eq!(saved["id"], json!(anna), "one a person");
    let again = done(app, &links[0], "submitHarvest", HARVEST, json!({})).await;
    assert_eq!(again["harvest"]["learningWishes"], json!([]), "left out is cleared");
    let at = |day: &str, who: &str| (day.to_owned(), who.to_owned());
    assert_eq!(
        told(story, HarvestSubmitted).await,
        [at("30 Oct 08:00", BIRGIT), at("30 Oct 08:00", MARC)]
    );
    app.restart().await;
    app.travel("2014-11-20T09:00:00+01:00").await;
    review(app, &anna, "RETURN").await;
    assert_eq!(told(story, HarvestReturned).await, [at("20 Nov 08:00", &address(0))]);
    let (_, mail) = app.newest_mail(&address(0)).await;
    assert!(
        mail.contains("Vertel meer over de raad.") && mail.contains("?page=harvest"),
        "{mail}"
    );
    let bram = hand_in(app, &links[1], "Durven").await;
    app.travel("2014-11-29T09:00:00+01:00").await;
    let reminded = told(story, HarvestReminder).await;
    assert_eq!(days(&reminded), [("20 Nov 08:00", 7), ("29 Nov 08:00", 7)]);
    assert!(
        reminded
            .iter()
            .filter(|(day, _)| day == "29 Nov 08:00")
            .all(|(_, who)| *who != address(1))
    );
    // At the closing instant it is late, but not for who has it back.
    done(app, &links[2], "saveHarvest", HARVEST, words("Bijna af")).await;
    app.travel("2014-12-02T00:00:00+01:00").await;
    let late = refused(app, &links[2], "submitHarvest", json!({})).await;
    assert_eq!(late["code"], "HARVEST_CLOSED");
    assert!(text(&late["message"]).contains("2014-12-01"), "{late}");
    let kept = done(app, &links[2], "saveHarvest", HARVEST, words("Toch bewaard")).await;
    let carla = text(&kept["harvest"]["id"]);
    hand_in(app, &links[0], "Luisteren naar de raad").await;
    review(app, &carla, "REOPEN").await;
    done(app, &links[2], "submitHarvest", HARVEST, json!({})).await;
    for id in [&anna, &bram] {
        review(app, id, "ACCEPT").await;
    }
    assert_eq!(
        told(story, HarvestAccepted).await,
        [at("01 Dec 23:00", &address(0)), at("01 Dec 23:00", &address(1))]
    );
    // The programme of the day.
    let ten = slot(&anna, "2014-12-11T10:00:00+01:00", 20);
    done(app, &app.organiser, "scheduleHarvest", HARVEST, ten).await;
    let taken = refused(
        app,
        &app.organiser,
        "scheduleHarvest",
        slot(&bram, "2014-12-11T10:15:00+01:00", 20),
    )
    .await;
    assert_eq!(
        (&taken["code"], &taken["field"]),
        (&json!("INVALID"), &json!(["startsAt"]))
    );
    assert!(
        text(&taken["message"]).contains("from 2014-12-11 09:00:00 UTC"),
        "{taken}"
    );
    let nine = slot(&bram, "2014-12-11T09:30:00+01:00", 30);
    done(app, &app.organiser, "scheduleHarvest", HARVEST, nine).await;
    let showcase = "showcase { slots { startsAt minutes harvest { title } } }";
    let day = app.programme(Some(&links[3]), showcase).await["showcase"]["slots"].clone();
    assert_eq!(
        day,
        json!([
            { "startsAt": "2014-12-11T08:30:00.000Z", "minutes": 30, "harvest": { "title": "Durven" } },
            { "startsAt": "2014-12-11T09:00:00.000Z", "minutes": 20, "harvest": { "title": "Luisteren naar de raad" } },
        ])
    );
    assert_eq!(
        app.programme(None, showcase).await["showcase"]["slots"],
        json!([]),
        "nothing of it is public yet"
    );
    assert_eq!(
        told(story, HarvestScheduled).await,
        [at("01 Dec 23:00", &address(0)), at("01 Dec 23:00", &address(1))]
    );
    // Who leaves presents nothing; what is published stays to be read when all is over.
    assert_eq!(app.respond(&links[1], "withdrawRegistration").await, "WITHDRAWN");
    let day = app.programme(Some(&links[3]), showcase).await["showcase"]["slots"].clone();
    assert_eq!(day.as_array().unwrap().len(), 1, "{day}");
    app.travel("2015-02-01T09:00:00+01:00").await;
    review(app, &anna, "PUBLISH").await;
    review(app, &carla, "ACCEPT").await;
    let over = refused(app, &links[3], "saveHarvest", words("Te laat")).await;
    assert_eq!(over["code"], "STATE_CONFLICT");
    let public = app.programme(
        None,
        "harvests { totalCount nodes { title status remark author { givenName } } }",
    );
    assert_eq!(
        public.await["harvests"],
        json!({ "totalCount": 1, "nodes": [{ "title": "Luisteren naar de raad", "status": "PUBLISHED",
            "remark": null, "author": { "givenName": "Deelnemer" } }] })
    );
}

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

async fn a_moved_showcase_leaves_its_times_behind(app: &TestApp) {
    let links = under_way(app).await;
    app.travel("2014-11-10T09:00:00+01:00").await;
    let anna = hand_in(app, &links[0], "Luisteren").await;
    review(app, &anna, "ACCEPT").await;
    let ten = slot(&anna, "2014-12-11T10:00:00+01:00", 20);
    done(app, &app.organiser, "scheduleHarvest", HARVEST, ten.clone()).await;
    let requests = app.count(HarvestRequest).await;
    let showcase = |on: &str| json!({ "showcase": { "on": on, "startsAt": "09:30", "endsAt": "16:30" } });
    app.organise("updateProgramme", showcase("2014-12-16")).await;
    app.settle().await;
    let marc = app.link_token_of(MARC, SLUG).await;
    let html = app.page(&format!("{marc}?page=showcase")).await;
    assert!(
        html.contains("Nog niet ingedeeld") && html.contains("de manifestatie is verplaatst"),
        "{html}"
    );
    let html = app.page(&format!("{}?page=harvest", links[0])).await;
    assert!(html.contains("U krijgt een nieuwe tijd"), "{html}");
    assert_eq!(app.count(HarvestRequest).await, requests + 7, "the new due day is told");
    let outside = refused(app, &app.organiser, "scheduleHarvest", ten).await;
    assert_eq!(outside["code"], "INVALID");
    let new = slot(&anna, "2014-12-16T10:00:00+01:00", 20);
    let scheduled = done(app, &app.organiser, "scheduleHarvest", HARVEST, new).await;
    assert_eq!(
        scheduled["harvest"]["slot"],
        json!({ "startsAt": "2014-12-16T09:00:00.000Z", "minutes": 20 })
    );
    let (_, mail) = app.newest_mail(&address(0)).await;
    assert!(
        mail.contains("is veranderd") && mail.contains("16 december 2014"),
        "{mail}"
    );
    app.travel("2014-11-25T09:00:00+01:00").await;
    assert_eq!(app.count(HarvestReminder).await, 7, "three weeks before the new day");
}

async fn hostile_harvests_become_neither_link_nor_markup(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    app.travel(OPEN).await;
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
    // Mails to others that name it keep their sealed text until it is dropped; subjects name only who wrote it.
    assert_eq!(traces().await, Vec::<String>::new());
    assert_eq!(read(app, None).await, []);
    assert_eq!(
        app.data(None, "query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id }))
            .await["node"],
        Value::Null
    );
}

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
    let back = [("act", "return"), ("thing", id.as_str()), ("remark", " ")];
    let (status, html) = post(app, &marc, &area, &back).await;
    assert!(
        status == 422 && html.contains("Vul het veld &#39;opmerking&#39; in.")
            || html.contains("Vul het veld 'opmerking' in."),
        "{html}"
    );
    let back = [("act", "return"), ("thing", id.as_str()), ("remark", "Vertel meer.")];
    assert_eq!(post(app, &marc, &area, &back).await.0, 303);
    let html = app.page(&format!("{anna}?page=harvest")).await;
    assert!(
        html.contains("Teruggegeven met een opmerking") && html.contains("Vertel meer."),
        "{html}"
    );
    assert_eq!(post(app, anna, "harvest", &form).await.0, 303);
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
    let publish = [("act", "publish"), ("thing", id.as_str())];
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
        status == 422 && html.contains("U bent te laat") && html.contains("Te laat"),
        "what was written is kept: {html}"
    );
    let html = app.page(&format!("{bram}?page=harvest")).await;
    assert!(
        html.contains("value=\"Te laat\"") && !html.contains("Bewaren en inleveren"),
        "{html}"
    );
}
