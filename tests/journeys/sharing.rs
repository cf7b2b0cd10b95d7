//! What participants share over the brochure's dates, by the API, by the pages, and by mail that a relay accepts.

use std::collections::BTreeSet;

use leernetwerk::domain::message::MessageKind::{
    self, Agenda, AgendaMissing, FacilitatorsAsked, LearningWishDigest, LearningWishRequest,
};
use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::relay::Relayed;
use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    engines::on_both,
};

on_both!(
    wishes_are_asked_for_followed_and_told_of_on_mondays,
    agendas_go_out_a_week_before_or_as_soon_as_they_are_final,
    facilitators_are_asked_by_mail_and_answer_the_person,
    hostile_words_become_neither_link_nor_markup,
);

pub(super) const MARC: &str = "marc@leernetwerk.example";
pub(super) const BIRGIT: &str = "birgit@leernetwerk.example";

/// Eight people, and the go; their links.
pub(super) async fn under_way(app: &TestApp) -> Vec<String> {
    app.verified(0..8).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
    let mut links = Vec::new();
    for n in 0..8 {
        links.push(app.link_token(&address(n)).await);
    }
    links
}

/// Who got how many mails of a kind since a moment of the story: the people that the relay accepted one for, each day apart.
pub(super) async fn told(story: &Relayed, kind: MessageKind) -> Vec<(String, String)> {
    story.app.settle().await;
    let mut told = Vec::new();
    for mail in story.app.mails().await.into_iter().filter(|mail| mail.kind == kind) {
        let accepted = story.taken_for(&mail.address);
        assert!(
            accepted
                .iter()
                .any(|taken| taken.message_id.as_deref() == Some(&mail.message_id_header)),
            "the relay accepted it"
        );
        told.push((mail.due_at.format("%d %b %H:%M").to_string(), mail.address));
    }
    told.sort();
    told
}

pub(super) fn days(told: &[(String, String)]) -> Vec<(&str, usize)> {
    let days: BTreeSet<&str> = told.iter().map(|(day, _)| day.as_str()).collect();
    days.into_iter()
        .map(|day| (day, told.iter().filter(|(on, _)| on == day).count()))
        .collect()
}

pub(super) async fn done(app: &TestApp, link: &str, mutation: &str, selection: &str, input: Value) -> Value {
    let payload = app.act(Some(link), mutation, selection, input).await;
    assert_eq!(payload["errors"], json!([]), "{mutation}");
    payload
}

const WISH: &str = "learningWish { id text followerCount isFollowedByViewer author { givenName organisation } \
                    support { text from { givenName organisation } } }";

async fn wish(app: &TestApp, link: &str, words: &str) -> String {
    let input = json!({ "text": words, "ownSteps": "Oefenen.", "learningLine": "Regie op afstand" });
    text(&done(app, link, "addLearningWish", WISH, input).await["learningWish"]["id"])
}

/// What the timeline of the programme plans of a rule: moment and whom.
pub(super) async fn planned(app: &TestApp, key: &str) -> Vec<(String, Value)> {
    let entries = app.timeline().await;
    let of_rule = entries
        .iter()
        .filter(|entry| entry["key"].as_str().unwrap().starts_with(key));
    of_rule
        .filter(|entry| entry["state"] == "PLANNED")
        .map(|entry| (text(&entry["at"]), entry["recipient"].clone()))
        .collect()
}

async fn wishes_are_asked_for_followed_and_told_of_on_mondays(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    app.travel("2014-06-13T10:00:00+02:00").await;
    let own = wish(app, &links[0], "Leren luisteren").await;
    let foreseen = planned(app, "learning-wish-request/").await;
    assert_eq!(foreseen.len(), 7, "{foreseen:#?}");
    app.travel("2014-06-14T09:00:00+02:00").await;
    let asked = told(story, LearningWishRequest).await;
    assert_eq!(days(&asked), [("14 Jun 07:00", 7)]);
    let expected: BTreeSet<String> = foreseen.iter().map(|(_, who)| text(who)).collect();
    assert_eq!(
        asked.iter().map(|(_, who)| who.clone()).collect::<BTreeSet<_>>(),
        expected
    );
    assert!(!expected.contains(&address(0)));
    // Following and supporting.
    let id = json!({ "learningWishId": own });
    let followed = done(app, &links[1], "followLearningWish", WISH, id.clone()).await;
    assert_eq!(
        (
            &followed["learningWish"]["followerCount"],
            &followed["learningWish"]["isFollowedByViewer"]
        ),
        (&json!(1), &json!(true))
    );
    app.travel("2014-06-16T09:00:00+02:00").await;
    assert_eq!(told(story, LearningWishDigest).await, [], "nothing has changed yet");
    app.travel("2014-06-18T09:00:00+02:00").await;
    let support = json!({ "learningWishId": own, "text": "Ik doe het voor" });
    let supported = done(app, &links[2], "offerSupport", WISH, support).await;
    assert_eq!(
        supported["learningWish"]["support"],
        json!([{ "text": "Ik doe het voor", "from": { "givenName": "Deelnemer", "organisation": "gemeente 2" } }])
    );
    app.travel("2014-06-23T09:00:00+02:00").await;
    assert_eq!(
        days(&told(story, LearningWishRequest).await),
        [("14 Jun 07:00", 7), ("21 Jun 07:00", 7)]
    );
    let news = told(story, LearningWishDigest).await;
    let on = |n: usize| ("23 Jun 07:00".to_owned(), address(n));
    assert_eq!(news, [on(0), on(1)], "its author and its follower");
    let (_, words) = app.newest_mail(&address(1)).await;
    for part in [
        "Leren luisteren",
        "Ik doe het voor",
        "Deelnemer (gemeente 2)",
        "?page=wishes",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    app.restart().await;
    app.travel("2014-07-14T09:00:00+02:00").await;
    assert_eq!(
        told(story, LearningWishDigest).await.len(),
        2,
        "only when something changed"
    );
    let entries = app.timeline().await;
    let skipped = entries.iter().filter(|entry| {
        entry["key"].as_str().unwrap().starts_with("learning-wish-digest/") && entry["state"] == "SKIPPED"
    });
    let reasons: BTreeSet<String> = skipped
        .filter(|entry| entry["recipient"] == json!(address(1)) && entry["doneAt"] != json!(null))
        .map(|entry| text(&entry["reason"]))
        .collect();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons.first().unwrap().contains("nothing changed"));
    // What members read, and who left is not read any more.
    let query = "query ($slug: String!) { programme(slug: $slug) {
        learningWishes { totalCount nodes { text author { givenName } } }
        learningLines { totalCount nodes { name learningWishes { totalCount } } } } }";
    let read = async |token: &str| app.data(Some(token), query, json!({ "slug": SLUG })).await["programme"].clone();
    let birgit = app.link_token_of(BIRGIT, SLUG).await;
    for token in [&links[3], &birgit] {
        let seen = read(token).await;
        assert_eq!(seen["learningWishes"]["totalCount"], 1);
        assert_eq!(
            seen["learningLines"]["nodes"],
            json!([{ "name": "Regie op afstand", "learningWishes": { "totalCount": 1 } }])
        );
    }
    assert_eq!(app.respond(&links[0], "withdrawRegistration").await, "WITHDRAWN");
    assert_eq!(read(&links[3]).await["learningWishes"]["totalCount"], 0);
}

async fn meetings(app: &TestApp) -> Vec<String> {
    let found = app.programme(None, "meetings { id }").await;
    found["meetings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["id"]))
        .collect()
}

async fn agendas_go_out_a_week_before_or_as_soon_as_they_are_final(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    let birgit = app.link_token_of(BIRGIT, SLUG).await;
    let meetings = meetings(app).await;
    let item = "agendaItem { id votes position isVotedByViewer proposedBy { organisation } meeting { id } }";
    let propose = |meeting: &str, title: &str| json!({ "meetingId": meeting, "title": title, "minutes": 30 });
    let listening = done(
        app,
        &links[0],
        "proposeAgendaItem",
        item,
        propose(&meetings[0], "Luisteren"),
    )
    .await;
    let listening = text(&listening["agendaItem"]["id"]);
    let welcome = done(app, &birgit, "proposeAgendaItem", item, propose(&meetings[0], "Welkom")).await;
    assert_eq!(welcome["agendaItem"]["proposedBy"], Value::Null);
    let welcome = text(&welcome["agendaItem"]["id"]);
    let vote = json!({ "agendaItemId": listening, "vote": true });
    let voted = done(app, &links[1], "voteForAgendaItem", item, vote.clone()).await;
    let again = done(app, &links[1], "voteForAgendaItem", item, vote).await;
    assert_eq!(
        (&voted["agendaItem"]["votes"], voted["agendaItem"].clone()),
        (&json!(1), again["agendaItem"].clone())
    );
    app.travel("2014-06-03T09:00:00+02:00").await;
    let at = |day: &str, who: &str| (day.to_owned(), who.to_owned());
    assert_eq!(
        told(story, AgendaMissing).await,
        [at("03 Jun 07:00", BIRGIT), at("03 Jun 07:00", MARC)]
    );
    let agenda = json!({ "meetingId": meetings[0], "agendaItemIds": [welcome, listening] });
    let made = done(
        app,
        &birgit,
        "setAgenda",
        "meeting { agenda { title position } } difference { key }",
        agenda,
    )
    .await;
    assert_eq!(
        made["meeting"]["agenda"],
        json!([{ "title": "Welkom", "position": 1 }, { "title": "Luisteren", "position": 2 }])
    );
    assert_eq!(told(story, Agenda).await, []);
    let foreseen = planned(app, "agenda/").await;
    app.travel("2014-06-05T09:00:00+02:00").await;
    let sent = told(story, Agenda).await;
    assert_eq!(days(&sent), [("05 Jun 07:00", 8 + 2)]);
    let of_kick_off = foreseen.iter().filter(|(moment, _)| moment.starts_with("2014-06-05"));
    assert_eq!(
        of_kick_off.map(|(_, who)| text(who)).collect::<BTreeSet<_>>(),
        sent.iter().map(|(_, who)| who.clone()).collect::<BTreeSet<_>>(),
        "what was foreseen is what happened"
    );
    let mail = app.newest_mail(&address(7)).await;
    assert!(
        mail.1.contains("1. Welkom (30 minuten)") && mail.1.contains("2. Luisteren"),
        "{}",
        mail.1
    );
    // The second agenda is late: at once when it is made, and never after the meeting began.
    app.travel("2014-09-17T09:00:00+02:00").await;
    assert_eq!(told(story, Agenda).await.len(), 10);
    let second = done(
        app,
        &birgit,
        "proposeAgendaItem",
        item,
        propose(&meetings[1], "Terugblik"),
    )
    .await;
    let input = json!({ "meetingId": meetings[1], "agendaItemIds": [second["agendaItem"]["id"]] });
    done(app, &birgit, "setAgenda", "meeting { id }", input.clone()).await;
    assert_eq!(
        days(&told(story, Agenda).await),
        [("05 Jun 07:00", 10), ("17 Sep 07:00", 10)]
    );
    done(app, &birgit, "setAgenda", "meeting { id }", input.clone()).await;
    app.travel("2014-09-23T09:30:00+02:00").await;
    assert_eq!(told(story, Agenda).await.len(), 20, "once");
    let late = app.act(Some(&birgit), "setAgenda", "meeting { id }", input).await;
    assert_eq!(TestApp::codes(&late), ["STATE_CONFLICT"]);
}

async fn facilitators_are_asked_by_mail_and_answer_the_person(story: &Relayed) {
    let app = &story.app;
    app.verified(0..1).await;
    let link = app.link_token(&address(0)).await;
    let question = json!({ "question": "Hoe begin ik?\n\nIk weet het niet." });
    done(app, &link, "askFacilitators", "__typename", question.clone()).await;
    let asked = told(story, FacilitatorsAsked).await;
    assert_eq!(
        asked.iter().map(|(_, who)| who.as_str()).collect::<Vec<_>>(),
        [BIRGIT, MARC]
    );
    let taken = story.taken_for(BIRGIT);
    let mail = MessageParser::default().parse(&taken.last().unwrap().raw).unwrap();
    let reply_to = mail.reply_to().and_then(|to| to.first()).and_then(|to| to.address());
    assert_eq!(reply_to, Some(address(0).as_str()), "an answer goes to who asked");
    let words = mail.body_text(0).unwrap();
    assert!(
        words.contains("Hoe begin ik?") && words.contains("gemeente 0"),
        "{words}"
    );
    assert!(
        !words.contains("/p/"),
        "whoever answers would send a link to the own page along: {words}"
    );
    for _ in 0..4 {
        done(app, &link, "askFacilitators", "__typename", question.clone()).await;
    }
    let refused = app
        .act(Some(&link), "askFacilitators", "__typename", question.clone())
        .await;
    assert_eq!(TestApp::codes(&refused), ["STATE_CONFLICT"]);
    app.restart().await;
    app.travel("2014-05-02T09:00:00+02:00").await;
    done(app, &link, "askFacilitators", "__typename", question).await;
    let too_long = json!({ "question": "x".repeat(2001) });
    let refused = app.act(Some(&link), "askFacilitators", "__typename", too_long).await;
    assert_eq!(refused["errors"][0]["field"], json!(["question"]));
}

pub(super) const HOSTILE: &str =
    "<script>alert(1)</script> [klik](https://evil.example/a) www.evil.example {{link}} **vet** bel@evil.example";

async fn hostile_words_become_neither_link_nor_markup(story: &Relayed) {
    let app = &story.app;
    let links = under_way(app).await;
    let input = json!({ "text": HOSTILE, "ownSteps": HOSTILE, "learningLine": "<b>evil.example</b>" });
    let own = text(&done(app, &links[0], "addLearningWish", WISH, input).await["learningWish"]["id"]);
    done(
        app,
        &links[1],
        "followLearningWish",
        WISH,
        json!({ "learningWishId": own }),
    )
    .await;
    done(
        app,
        &links[2],
        "offerSupport",
        WISH,
        json!({ "learningWishId": own, "text": HOSTILE }),
    )
    .await;
    let edited =
        json!({ "learningWishId": own, "text": format!("{HOSTILE} opnieuw"), "learningLine": "<b>evil.example</b>" });
    done(app, &links[0], "editLearningWish", WISH, edited).await;
    let meetings = meetings(app).await;
    let line = HOSTILE.chars().take(150).collect::<String>();
    let item = done(
        app,
        &links[0],
        "proposeAgendaItem",
        "agendaItem { id }",
        json!({ "meetingId": meetings[0], "title": line }),
    )
    .await;
    let agenda = json!({ "meetingId": meetings[0], "agendaItemIds": [item["agendaItem"]["id"]] });
    done(app, &app.organiser, "setAgenda", "meeting { id }", agenda).await;
    let assignment = json!({ "title": line, "description": HOSTILE, "status": "PLANNED" });
    done(app, &links[0], "saveAssignment", "assignment { id }", assignment).await;
    done(
        app,
        &links[0],
        "askFacilitators",
        "__typename",
        json!({ "question": HOSTILE }),
    )
    .await;
    app.travel("2014-06-09T09:00:00+02:00").await;
    app.settle().await;
    let kinds = [LearningWishDigest, Agenda, FacilitatorsAsked];
    let mut seen = BTreeSet::new();
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
    assert_eq!(seen.len(), 3);
    let birgit = app.link_token_of(BIRGIT, SLUG).await;
    for (token, page) in [
        (&links[1], "wishes"),
        (&links[1], "assignment"),
        (&links[1], "agenda"),
        (&birgit, "agenda"),
        (&birgit, "work"),
    ] {
        let html = app.page(&format!("{token}?page={page}")).await;
        assert!(html.contains("&lt;script&gt;"), "{page}");
        assert!(
            !html.contains("<script>") && !html.contains("href=\"https://evil"),
            "{page}: {html}"
        );
    }
}
