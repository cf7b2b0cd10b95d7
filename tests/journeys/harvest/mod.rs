//! The harvest over the brochure's dates, by the API, by the pages, and by mail that a relay accepts.

mod judging;
mod pages;
mod reading;

use std::collections::BTreeSet;

use leernetwerk::domain::message::MessageKind::{
    HarvestAccepted, HarvestReminder, HarvestRequest, HarvestReturned, HarvestScheduled, HarvestSubmitted,
};
use serde_json::{Value, json};

use super::{
    relay::Relayed,
    sharing::{BIRGIT, MARC, days, done, planned, told, under_way},
};
use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    engines::on_both,
};

on_both!(
    harvests_are_asked_for_judged_and_presented,
    a_moved_showcase_leaves_its_times_behind,
);

/// When harvests can be written.
const OPEN: &str = "2014-10-30T09:00:00+01:00";

/// Time goes on from the go until then, in steps in which no mail is forgotten before people have kept it.
async fn open(app: &TestApp) {
    for day in ["06-20", "07-15", "08-10", "09-05", "10-01", "10-20"] {
        app.travel(&format!("2014-{day}T12:00:00+02:00")).await;
    }
    app.travel(OPEN).await;
}

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
    open(app).await;
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
    for day in ["2014-12-30", "2015-01-25", "2015-02-01"] {
        app.travel(&format!("{day}T09:00:00+01:00")).await;
    }
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
