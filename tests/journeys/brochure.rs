//! The brochure's whole programme, from its announcement to the thanks after the last meeting, on the test clock, through the
//! API, with every mail handed to a real relay: who got what on which day.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Amsterdam;
use leernetwerk::domain::message::MessageKind;
use mail_parser::MessageParser;
use serde_json::{Value, json};

use super::relay::Relayed;
use crate::harness::{
    app::{SLUG, TestApp, address},
    cast::text,
    engines::on_both,
};

on_both!(from_the_announcement_to_the_thanks);

const MARC: &str = "marc@leernetwerk.example";
const BIRGIT: &str = "birgit@leernetwerk.example";
/// How many people hear of it in time and register; one more than there are places.
const PEOPLE: usize = 13;

/// A programme that is played: people act with the links from their mails.
struct Play<'a> {
    story: &'a Relayed,
    app: &'a TestApp,
    meetings: Vec<String>,
    links: HashMap<String, String>,
}

impl Play<'_> {
    async fn on(&self, at: &str) {
        self.app.travel(at).await;
    }

    /// The link of somebody, from the mail that brought it.
    async fn link(&mut self, to: &str) -> String {
        if !self.links.contains_key(to) {
            self.links.insert(to.to_owned(), self.app.link_token_of(to, SLUG).await);
        }
        self.links[to].clone()
    }

    /// Somebody does something with that link, and it succeeds.
    async fn does(&mut self, who: &str, mutation: &str, selection: &str, input: Value) -> Value {
        let link = self.link(who).await;
        let payload = self.app.act(Some(&link), mutation, selection, input).await;
        assert_eq!(payload["errors"], json!([]), "{who}: {mutation}");
        payload
    }

    async fn participant(&mut self, n: usize, mutation: &str, selection: &str, input: Value) -> Value {
        self.does(&address(n), mutation, selection, input).await
    }

    /// A participant offers a venue, at first no more than the municipality.
    async fn offers(&mut self, n: usize, is_complete: bool) -> Value {
        let venue = venue(n, is_complete);
        let offered = self
            .participant(n, "offerVenue", "venueOffer { id }", json!({ "venue": venue }))
            .await;
        offered["venueOffer"]["id"].clone()
    }

    async fn completes(&mut self, n: usize, offer: &Value) {
        let input = json!({ "venueOfferId": offer, "venue": venue(n, true) });
        self.participant(n, "updateVenueOffer", "venueOffer { id }", input)
            .await;
    }

    /// The facilitator makes the agenda of a meeting of what is proposed.
    async fn makes_the_agenda(&mut self, meeting: usize, titles: &[&str]) {
        let mut items = Vec::new();
        for title in titles {
            let input = json!({ "meetingId": self.meetings[meeting], "title": title, "minutes": 45 });
            let proposed = self.does(BIRGIT, "proposeAgendaItem", "agendaItem { id }", input).await;
            items.push(proposed["agendaItem"]["id"].clone());
        }
        let input = json!({ "meetingId": self.meetings[meeting], "agendaItemIds": items });
        self.does(BIRGIT, "setAgenda", "meeting { id }", input).await;
    }

    async fn wishes(&mut self, n: usize, text: &str) -> Value {
        let input = json!({ "text": text, "ownSteps": "Oefenen.", "learningLine": "Loslaten" });
        let added = self
            .participant(n, "addLearningWish", "learningWish { id }", input)
            .await;
        added["learningWish"]["id"].clone()
    }

    async fn hands_in(&mut self, n: usize) -> Value {
        let fields = json!({ "title": format!("Oogst {n}"), "summary": "Wat het bracht." });
        let saved = self.participant(n, "saveHarvest", "harvest { id }", fields).await;
        self.participant(n, "submitHarvest", "harvest { status }", json!({}))
            .await;
        saved["harvest"]["id"].clone()
    }

    async fn reviews(&mut self, harvest: &Value, verdict: &str, remark: Option<&str>) -> String {
        let input = json!({ "harvestId": harvest, "verdict": verdict, "remark": remark });
        let reviewed = self.does(MARC, "reviewHarvest", "harvest { status }", input).await;
        text(&reviewed["harvest"]["status"])
    }

    async fn invites(&mut self, n: usize, guest: &str, relation: &str) {
        let input = json!({ "name": format!("Gast {guest}"), "email": guest, "relation": relation, "message": "Kom je kijken?" });
        self.participant(n, "inviteGuest", "invitation { status }", input).await;
        self.app.settle().await;
    }

    async fn replies(&mut self, guest: &str, accept: bool) -> String {
        let input = json!({ "accept": accept });
        let replied = self
            .does(guest, "replyToInvitation", "invitation { status }", input)
            .await;
        text(&replied["invitation"]["status"])
    }

    /// Who got what when, as the relay saw it: a line for each moment and kind.
    async fn told(&self) -> String {
        let kinds: HashMap<String, MessageKind> = self
            .app
            .mails()
            .await
            .into_iter()
            .map(|mail| (mail.message_id_header, mail.kind))
            .collect();
        let mut lines: BTreeMap<(DateTime<Utc>, &str), Vec<String>> = BTreeMap::new();
        for mail in self.story.relay.accepted() {
            let kind = kinds[mail.message_id.as_ref().expect("a Message-ID")].word();
            let parsed = MessageParser::default().parse(&mail.raw).expect("a mail");
            let at = DateTime::from_timestamp(parsed.date().expect("a date").to_timestamp(), 0).unwrap();
            lines.entry((at, kind)).or_default().push(short(&mail.envelope_to));
        }
        let mut told = String::new();
        let mut day = String::new();
        for ((at, kind), mut people) in lines {
            let local = at.with_timezone(&Amsterdam);
            let on = local.format("%a %d %b %Y").to_string();
            if on != day {
                told.push_str(&format!("{on}\n"));
                day = on;
            }
            people.sort();
            told.push_str(&format!("  {}  {kind}: {}\n", local.format("%H:%M"), people.join(" ")));
        }
        told
    }
}

/// Participants are told apart by their number.
fn short(to: &str) -> String {
    let name = to.split('@').next().unwrap_or_default();
    match name
        .strip_prefix("deelnemer")
        .and_then(|number| number.parse::<usize>().ok())
    {
        Some(number) => format!("{number:02}"),
        None => name.to_owned(),
    }
}

fn venue(n: usize, is_complete: bool) -> Value {
    let mut venue = json!({ "municipality": format!("Gemeente {n}") });
    if is_complete {
        venue["name"] = json!("Gemeentehuis");
        venue["address"] = json!(format!("Raadhuisplein {n}"));
        venue["isStepFree"] = json!(true);
        venue["directions"] = json!("Tien minuten lopen vanaf het station.");
    }
    venue
}

/// May 2014: one person more than there are places; one leaves, and the next one takes the place; the go.
async fn people_register(play: &mut Play<'_>) {
    let app = play.app;
    app.verified(0..4).await;
    play.on("2014-05-10T10:00:00+02:00").await;
    app.verified(4..6).await;
    // The warning of 11 May finds six, that of 18 May finds enough.
    play.on("2014-05-12T10:00:00+02:00").await;
    app.verified(6..PEOPLE).await;
    app.register(PEOPLE).await;
    play.on("2014-05-20T10:00:00+02:00").await;
    app.settle().await;
    assert_eq!(
        play.participant(3, "withdrawRegistration", "registration { status }", json!({}))
            .await["registration"]["status"],
        "WITHDRAWN"
    );
    app.settle().await;
    // The thirteenth was the first in line; the fourteenth never verified.
    play.on("2014-05-21T08:00:00+02:00").await;
    play.participant(12, "acceptPlace", "registration { status }", json!({}))
        .await;
    play.on("2014-05-25T23:59:59+02:00").await;
    assert_eq!(app.programme(None, "status").await["status"], "OPEN");
    play.on("2014-05-26T00:00:00+02:00").await;
    let programme = app.programme(None, "status countedForMinimum placesLeft").await;
    assert_eq!(
        programme,
        json!({ "status": "GOING_AHEAD", "countedForMinimum": 12, "placesLeft": 0 })
    );
}

/// Until the summer: hosts for the kick-off and after, the first agenda, the kick-off, wishes.
async fn they_meet_and_say_what_they_want_to_learn(play: &mut Play<'_>) {
    play.on("2014-05-27T12:00:00+02:00").await;
    // Within 35 days of the kick-off: the first offer hosts it, and everybody is told once the moment for that has come.
    play.offers(0, true).await;
    let second = play.offers(1, false).await;
    play.on("2014-06-02T12:00:00+02:00").await;
    play.offers(2, true).await;
    play.makes_the_agenda(0, &["Kennismaken", "Wat willen we leren?"]).await;
    play.on("2014-06-05T12:00:00+02:00").await;
    let tick = json!({ "meetingId": play.meetings[0], "key": "lunch", "isDone": true });
    play.participant(0, "tickChecklistItem", "meeting { id }", tick).await;
    play.on("2014-06-13T09:00:00+02:00").await;
    let wish = play.wishes(0, "Leren luisteren").await;
    play.on("2014-06-15T09:00:00+02:00").await;
    for n in [1, 2, 4, 5, 6, 7, 8, 9, 10] {
        play.wishes(n, "Een gesprek beginnen").await;
    }
    play.participant(
        1,
        "followLearningWish",
        "learningWish { id }",
        json!({ "learningWishId": wish }),
    )
    .await;
    play.on("2014-06-24T09:00:00+02:00").await;
    let support = json!({ "learningWishId": wish, "text": "Kom een dag meekijken." });
    play.participant(2, "offerSupport", "learningWish { id }", support)
        .await;
    for n in [11, 12] {
        play.wishes(n, "Minder regels").await;
    }
    play.on("2014-08-20T09:00:00+02:00").await;
    // The host of September has known the town, and now the rest.
    play.on("2014-08-27T09:00:00+02:00").await;
    play.completes(1, &second).await;
}

/// Autumn: two meetings, assignments, a question, and the harvest opens.
async fn they_work_on_it(play: &mut Play<'_>) {
    let proposal = json!({ "meetingId": play.meetings[1], "title": "Een casus van thuis" });
    let proposed = play
        .participant(4, "proposeAgendaItem", "agendaItem { id }", proposal)
        .await;
    let vote = json!({ "agendaItemId": proposed["agendaItem"]["id"], "vote": true });
    play.participant(5, "voteForAgendaItem", "agendaItem { votes }", vote)
        .await;
    play.on("2014-09-15T09:00:00+02:00").await;
    let agenda = json!({ "meetingId": play.meetings[1], "agendaItemIds": [proposed["agendaItem"]["id"]] });
    play.does(BIRGIT, "setAgenda", "meeting { id }", agenda).await;
    play.on("2014-09-26T09:00:00+02:00").await;
    let assignment = json!({ "title": "Zelf roosteren", "description": "Het team plant zelf.", "status": "UNDER_WAY" });
    play.participant(0, "saveAssignment", "assignment { id }", assignment)
        .await;
    play.participant(
        7,
        "askFacilitators",
        "__typename",
        json!({ "question": "Hoe begin ik?" }),
    )
    .await;
    play.on("2014-10-27T09:00:00+01:00").await;
    play.makes_the_agenda(2, &["Terugblik", "Oogsten"]).await;
    play.on("2014-11-10T09:00:00+01:00").await;
}

/// To the showcase: harvests handed in, returned, accepted and given a time; guests invited, asked again, told the way.
async fn they_bring_the_harvest_in(play: &mut Play<'_>) {
    for (n, guest, relation) in [
        (0, "wethouder@gemeente0.example", "MANAGER"),
        (0, "collega@gemeente0.example", "COLLEAGUE"),
        (1, "partner@netwerk.example", "NETWORK_PARTNER"),
        (2, "buren@gemeente99.example", "OTHER_MUNICIPALITY"),
    ] {
        play.invites(n, guest, relation).await;
    }
    assert_eq!(play.replies("wethouder@gemeente0.example", true).await, "ACCEPTED");
    assert_eq!(play.replies("collega@gemeente0.example", false).await, "DECLINED");
    let early = play.hands_in(0).await;
    play.on("2014-11-19T09:00:00+01:00").await;
    assert_eq!(
        play.reviews(&early, "RETURN", Some("Wat zei het team zelf?")).await,
        "RETURNED"
    );
    play.on("2014-11-21T09:00:00+01:00").await;
    play.participant(0, "submitHarvest", "harvest { status }", json!({}))
        .await;
    assert_eq!(play.reviews(&early, "ACCEPT", None).await, "ACCEPTED");
    let slot = json!({ "harvestId": early, "startsAt": "2014-12-11T10:00:00+01:00", "minutes": 30 });
    play.does(MARC, "scheduleHarvest", "harvest { id }", slot).await;
    play.on("2014-11-28T09:00:00+01:00").await;
    for n in [1, 2, 4, 5, 6, 7, 8, 9, 10] {
        play.hands_in(n).await;
    }
    // 29 November reminds those two; one is in time, the other late.
    play.on("2014-12-01T23:59:59+01:00").await;
    play.hands_in(11).await;
    play.on("2014-12-02T00:00:00+01:00").await;
    let fields = json!({ "title": "Oogst 12", "summary": "Te laat." });
    play.participant(12, "saveHarvest", "harvest { id }", fields).await;
    let link = play.link(&address(12)).await;
    let late = play
        .app
        .act(Some(&link), "submitHarvest", "harvest { id }", json!({}))
        .await;
    assert_eq!(TestApp::codes(&late), ["HARVEST_CLOSED"]);
    play.on("2014-12-03T08:00:00+01:00").await;
    play.makes_the_agenda(3, &["Generale repetitie"]).await;
    play.on("2014-12-05T09:00:00+01:00").await;
    assert_eq!(play.replies("partner@netwerk.example", true).await, "ACCEPTED");
    // Directions went out on 9 December; who accepts after that gets them at once.
    play.on("2014-12-10T18:00:00+01:00").await;
    assert_eq!(play.replies("buren@gemeente99.example", true).await, "ACCEPTED");
    play.on("2014-12-12T09:00:00+01:00").await;
    assert_eq!(play.reviews(&early, "PUBLISH", None).await, "PUBLISHED");
    let published = play
        .app
        .programme(None, "harvests { totalCount nodes { title author { organisation } } }")
        .await;
    assert_eq!(
        published["harvests"],
        json!({ "totalCount": 1, "nodes": [{ "title": "Oogst 0", "author": { "organisation": "gemeente 0" } }] })
    );
}

async fn they_close(play: &mut Play<'_>) {
    play.on("2015-01-20T09:00:00+01:00").await;
    play.makes_the_agenda(4, &["Wat nemen we mee?"]).await;
    play.on("2015-01-30T08:59:59+01:00").await;
    assert_eq!(play.app.programme(None, "status").await["status"], "GOING_AHEAD");
    play.on("2015-01-30T09:00:00+01:00").await;
    assert_eq!(play.app.programme(None, "status").await["status"], "COMPLETED");
    let sent = play.story.relay.accepted().len();
    play.on("2015-04-28T09:00:00+02:00").await;
    assert_eq!(
        play.story.relay.accepted().len(),
        sent,
        "nobody is told anything any more"
    );
    // Guests first, then everybody: their data goes, and nobody is written to about it.
    play.on("2017-02-01T09:00:00+01:00").await;
    assert_eq!(play.story.relay.accepted().len(), sent);
}

async fn from_the_announcement_to_the_thanks(story: &Relayed) {
    let meetings = story.app.programme(None, "meetings { id }").await;
    let meetings = meetings["meetings"].as_array().unwrap().iter();
    let mut play = Play {
        story,
        app: &story.app,
        meetings: meetings.map(|one| text(&one["id"])).collect(),
        links: HashMap::new(),
    };
    people_register(&mut play).await;
    they_meet_and_say_what_they_want_to_learn(&mut play).await;
    they_work_on_it(&mut play).await;
    they_bring_the_harvest_in(&mut play).await;
    they_close(&mut play).await;
    insta::assert_snapshot!("who_got_what_on_which_day", play.told().await);
}
