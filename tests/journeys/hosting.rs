//! Hosts, from the request for a venue to the entry in everybody's calendar (rule 8), with the dates of 2014.

use std::collections::{BTreeMap, BTreeSet};

use icalendar::{Component, EventLike};
use leernetwerk::domain::message::MessageKind::{
    self, HostAssigned, HostMissing, HostReleased, HostReminder, MeetingChanged, MeetingInformation,
    ProgrammeCancelled, VenueRequest,
};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use crate::harness::{
    app::{TestApp, address},
    cast::text,
    dump,
    engines::on_both,
};

on_both!(
    a_kick_off_that_is_near_is_hosted_and_told_of_as_soon_as_can_be,
    in_autumn_hosts_are_chosen_reminded_and_warned_about_on_their_days,
    a_host_is_chosen_changed_and_falls_away,
    everybody_sees_the_municipality_of_the_host,
    who_sees_what_of_a_venue,
    a_host_who_is_erased_takes_the_venue_along,
);

const OFFER: &str = "venueOffer { id status capacity rooms host { givenName organisation } meetings { number } hostedMeetings { number } \
                     venue { municipality name address isStepFree directions isComplete } }";

/// Eight people, and the go.
pub(super) async fn gone_ahead(app: &TestApp) {
    app.verified(1..9).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
}

pub(super) async fn token(app: &TestApp, n: usize) -> String {
    app.link_token(&address(n)).await
}

async fn offer(app: &TestApp, n: usize, input: Value) -> Value {
    let payload = app.act(Some(&token(app, n).await), "offerVenue", OFFER, input).await;
    assert_eq!(payload["errors"], json!([]));
    payload["venueOffer"].clone()
}

fn complete(municipality: &str) -> Value {
    json!({ "municipality": municipality, "name": "Gemeentehuis", "address": "Plein 1", "isStepFree": true, "directions": "Met de bus." })
}

async fn meetings(app: &TestApp, fields: &str) -> Vec<Value> {
    let told = app
        .programme(Some(&app.organiser), &format!("meetings {{ id number {fields} }}"))
        .await;
    told["meetings"].as_array().unwrap().clone()
}

async fn host_of(app: &TestApp, number: usize) -> Value {
    meetings(app, "host { organisation }").await[number - 1]["host"]["organisation"].clone()
}

async fn recipients(app: &TestApp, kind: MessageKind) -> Vec<String> {
    let mails = app.mails().await.into_iter();
    mails
        .filter(|mail| mail.kind == kind)
        .map(|mail| mail.address)
        .collect()
}

/// The entries that the newest mail of a kind brings somebody: what to do, which, how new, when, where.
async fn entries(app: &TestApp, kind: MessageKind, to: &str) -> Vec<(String, String, u32, String, String)> {
    let mails = app.mails_to(to).await;
    let mail = mails.iter().rev().find(|mail| mail.kind == kind).expect("a mail");
    let source = app.source(mail).await;
    let message = MessageParser::new().parse(&source).unwrap();
    message
        .attachments()
        .map(|part| {
            let told = part.content_type().unwrap().attribute("method").unwrap().to_owned();
            let calendar: icalendar::Calendar = part.text_contents().unwrap().parse().unwrap();
            assert_eq!(calendar.property_value("METHOD"), Some(told.as_str()));
            let event = calendar.events().next().unwrap();
            let starts = match event.get_start().unwrap() {
                icalendar::DatePerhapsTime::DateTime(icalendar::CalendarDateTime::Utc(at)) => at.to_rfc3339(),
                other => panic!("{other:?}"),
            };
            (
                told,
                event.get_uid().unwrap().to_owned(),
                event.get_sequence().unwrap(),
                starts,
                event.get_location().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

async fn a_kick_off_that_is_near_is_hosted_and_told_of_as_soon_as_can_be(app: &TestApp) {
    gone_ahead(app).await;
    app.travel("2014-05-27T08:59:00+02:00").await;
    assert_eq!(app.count(VenueRequest).await, 0);
    app.travel("2014-05-27T09:00:00+02:00").await;
    assert_eq!(app.count(VenueRequest).await, 8);

    let offered = offer(app, 1, json!({ "venue": { "municipality": "Veere" } })).await;
    assert_eq!(
        (
            &offered["status"],
            &offered["hostedMeetings"],
            &offered["venue"]["isComplete"]
        ),
        (&json!("ASSIGNED"), &json!([{ "number": 1 }]), &json!(false))
    );
    let (kind, words) = app.newest_mail(&address(1)).await;
    assert_eq!(kind, HostAssigned);
    assert!(words.contains("de naam van het gebouw en het adres"), "{words}");
    app.travel("2014-06-03T09:00:00+02:00").await;
    assert_eq!(app.count(VenueRequest).await, 8 + 7, "not of who offered");
    assert_eq!(app.count(MeetingInformation).await, 0);

    let update =
        json!({ "venueOfferId": offered["id"], "venue": complete("Veere"), "capacity": 20, "rooms": "Raadzaal" });
    let first = token(app, 1).await;
    let updated = app.act(Some(&first), "updateVenueOffer", OFFER, update.clone()).await;
    assert_eq!(
        (&updated["errors"], &updated["venueOffer"]["venue"]["isComplete"]),
        (&json!([]), &json!(true))
    );
    let informed = recipients(app, MeetingInformation).await;
    assert_eq!(
        informed.len(),
        8 + 2,
        "those who take part, who guides and who organises: {informed:?}"
    );
    let told = entries(app, MeetingInformation, &address(5)).await;
    let (method, uid, sequence, starts, location) = told[0].clone();
    assert_eq!(
        (told.len(), method.as_str(), sequence, starts.as_str()),
        (1, "PUBLISH", 0, "2014-06-12T07:30:00+00:00")
    );
    assert_eq!(location, "Gemeentehuis, Plein 1, Veere");

    // What changes of it is told, as an update of the same entry; saying the same again is not.
    let mut moved = update.clone();
    moved["venue"]["address"] = json!("Markt 2");
    app.act(Some(&first), "updateVenueOffer", OFFER, moved.clone()).await;
    app.act(Some(&first), "updateVenueOffer", OFFER, moved).await;
    assert_eq!(app.count(MeetingChanged).await, 10);
    let changed = entries(app, MeetingChanged, &address(5)).await;
    assert_eq!(
        (&changed[0].1, changed[0].2, changed[0].4.as_str()),
        (&uid, 1, "Gemeentehuis, Markt 2, Veere")
    );

    // An organiser looks at what moving it would bring, and moves it.
    let meeting = meetings(app, "").await[0]["id"].clone();
    let days = json!([{ "on": "2014-06-13", "startsAt": "10:00", "endsAt": "16:00" }]);
    let mut input = json!({ "meetingId": meeting, "days": days, "reason": "De zaal is bezet.", "dryRun": true });
    let selection = "meeting { startsAt } difference { change key recipients }";
    let looked = app
        .act(Some(&app.organiser), "rescheduleMeeting", selection, input.clone())
        .await;
    assert_eq!(looked["errors"], json!([]));
    let added = looked["difference"].as_array().unwrap().iter();
    let added: Vec<_> = added.filter(|one| one["key"] == "meeting-changed").collect();
    assert_eq!((added.len(), added[0]["recipients"].as_array().unwrap().len()), (1, 10));
    assert_eq!(app.count(MeetingChanged).await, 10, "looking does nothing");
    input["dryRun"] = json!(false);
    let done = app
        .act(Some(&app.organiser), "rescheduleMeeting", selection, input)
        .await;
    assert_eq!(done["meeting"]["startsAt"], "2014-06-13T08:00:00.000Z");
    let (_, words) = app.newest_mail(&address(5)).await;
    assert!(
        words.contains("De zaal is bezet.") && words.contains("12 juni 2014"),
        "{words}"
    );
    let changed = entries(app, MeetingChanged, &address(5)).await;
    assert_eq!(
        (&changed[0].1, changed[0].2, changed[0].3.as_str()),
        (&uid, 2, "2014-06-13T08:00:00+00:00")
    );

    // Who is confirmed later is told then. A programme that is called off takes the entry out again.
    app.organise(
        "extendDeadline",
        json!({ "registrationDeadline": "2014-06-08", "reason": "Er is plaats." }),
    )
    .await;
    app.verified(20..21).await;
    assert_eq!(recipients(app, MeetingInformation).await.last(), Some(&address(20)));
    assert_eq!(entries(app, MeetingInformation, &address(20)).await[0].2, 2);
    app.organise("cancelProgramme", json!({ "reason": "Te weinig handen." }))
        .await;
    let cancelled = entries(app, ProgrammeCancelled, &address(5)).await;
    assert_eq!(
        (
            cancelled.len(),
            cancelled[0].0.as_str(),
            &cancelled[0].1,
            cancelled[0].2
        ),
        (1, "CANCEL", &uid, 3)
    );
}

/// What became of each moment of some kinds of mail: the day, the kind, the state, and how many people.
async fn days(app: &TestApp, kinds: &[&str]) -> BTreeMap<(String, String, String), BTreeSet<String>> {
    let mut told: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for entry in app.timeline().await {
        let kind = entry["messageKind"].as_str().unwrap_or_default().to_owned();
        if kinds.contains(&kind.as_str()) && entry["state"] != "SKIPPED" {
            let day = text(&entry["at"])[..10].to_owned();
            let state = if entry["state"] == "PLANNED" {
                "DONE".to_owned()
            } else {
                text(&entry["state"])
            };
            told.entry((day, kind, state))
                .or_default()
                .insert(text(&entry["recipient"]));
        }
    }
    told
}

async fn in_autumn_hosts_are_chosen_reminded_and_warned_about_on_their_days(app: &TestApp) {
    gone_ahead(app).await;
    app.travel("2014-05-27T09:00:00+02:00").await;
    offer(app, 1, json!({ "venue": complete("Veere") })).await;
    let second = offer(app, 2, json!({ "venue": { "municipality": "Gouda" } })).await;
    assert_eq!(second["status"], "OFFERED");
    let kinds = [
        "HOST_ASSIGNED",
        "HOST_REMINDER",
        "HOST_MISSING",
        "MEETING_INFORMATION",
        "VENUE_REQUEST",
    ];
    let foreseen = days(app, &kinds).await;
    app.travel("2014-08-19T08:59:59+02:00").await;
    assert_eq!(host_of(app, 2).await, json!(null));
    app.travel("2014-08-19T09:00:00+02:00").await;
    assert_eq!(
        host_of(app, 2).await,
        json!("gemeente 2"),
        "the other one hosted the kick-off"
    );
    for (at, reminders) in [
        ("2014-08-26T08:59:00+02:00", 0),
        ("2014-08-26T09:00:00+02:00", 1),
        ("2014-09-02T09:00:00+02:00", 2),
    ] {
        app.travel(at).await;
        assert_eq!(recipients(app, HostReminder).await, vec![address(2); reminders], "{at}");
    }
    assert_eq!(app.count(HostMissing).await, 0);
    app.travel("2014-09-09T09:00:00+02:00").await;
    assert_eq!(
        app.count(MeetingInformation).await,
        10,
        "of the kick-off; this venue is not complete"
    );
    app.travel("2015-01-31T00:00:00+01:00").await;
    assert_eq!(days(app, &kinds).await, foreseen, "what was foreseen is what came");
    let day = |day: &str, kind: &str| {
        let key = (day.to_owned(), kind.to_owned(), "DONE".to_owned());
        foreseen.get(&key).map_or(0, BTreeSet::len)
    };
    // In turn: the first again for 6 November, the second for December, the first for January.
    assert_eq!(
        [
            day("2014-05-29", "MEETING_INFORMATION"),
            day("2014-10-02", "HOST_ASSIGNED"),
            day("2014-10-23", "MEETING_INFORMATION"),
            day("2014-11-05", "HOST_ASSIGNED"),
            day("2014-11-12", "HOST_REMINDER"),
            day("2014-12-25", "HOST_ASSIGNED"),
            day("2015-01-15", "MEETING_INFORMATION"),
        ],
        [10, 1, 10, 1, 1, 1, 10]
    );
}

async fn a_host_is_chosen_changed_and_falls_away(app: &TestApp) {
    gone_ahead(app).await;
    app.travel("2014-05-29T09:00:00+02:00").await;
    assert_eq!(app.count(HostMissing).await, 1, "14 days before the kick-off");
    offer(app, 1, json!({ "venue": { "municipality": "Veere" } })).await;
    let second = offer(app, 2, json!({ "venue": { "municipality": "Gouda" } })).await;
    let kick_off = meetings(app, "").await[0]["id"].clone();
    let host = "meeting { host { organisation } municipality needsHost checklist { key label isDone } }";
    let tick = json!({ "meetingId": kick_off, "key": "lunch", "isDone": true });
    let ticked = app
        .act(Some(&token(app, 1).await), "tickChecklistItem", host, tick.clone())
        .await;
    assert_eq!(
        ticked["meeting"]["checklist"][2],
        json!({ "key": "lunch", "label": "Lunch", "isDone": true })
    );
    let input = json!({ "meetingId": kick_off, "venueOfferId": second["id"] });
    let pinned = app.act(Some(&app.organiser), "assignHost", host, input).await;
    assert_eq!(
        (
            &pinned["meeting"]["host"]["organisation"],
            &pinned["meeting"]["checklist"][2]["isDone"]
        ),
        (&json!("gemeente 2"), &json!(false))
    );
    assert_eq!(recipients(app, HostReleased).await, [address(1)]);
    assert_eq!(recipients(app, HostAssigned).await, [address(1), address(2)]);
    // Only hosts are reached as hosts.
    let announced = app.announce(json!({ "audience": "HOSTS" })).await;
    assert_eq!(announced["recipients"], json!([address(2)]));

    let left = app
        .act(
            Some(&token(app, 2).await),
            "withdrawRegistration",
            "registration { venueOffers { status } }",
            json!({}),
        )
        .await;
    assert_eq!(left["registration"]["venueOffers"], json!([{ "status": "WITHDRAWN" }]));
    assert_eq!(host_of(app, 1).await, json!("gemeente 1"), "the rotation chose again");
    let own = app
        .data(
            Some(&token(app, 1).await),
            "{ viewer { registration { venueOffers { id } } } }",
            json!({}),
        )
        .await;
    let own = own["viewer"]["registration"]["venueOffers"][0]["id"].clone();
    let withdrawn = app
        .act(
            Some(&token(app, 1).await),
            "withdrawVenueOffer",
            "venueOffer { status }",
            json!({ "venueOfferId": own }),
        )
        .await;
    assert_eq!(withdrawn["venueOffer"]["status"], "WITHDRAWN");
    assert_eq!(app.count(HostMissing).await, 2, "at once");
    let (_, words) = app.newest_mail("marc@leernetwerk.example").await;
    assert!(words.contains("weggevallen"), "{words}");
    let needy = meetings(app, "needsHost checklist { key }").await;
    assert_eq!(
        (&needy[0]["needsHost"], &needy[0]["checklist"]),
        (&json!(true), &json!(null))
    );
}

async fn everybody_sees_the_municipality_of_the_host(app: &TestApp) {
    gone_ahead(app).await;
    let place = format!("{}/programmes/{}", app.base_url().await, crate::harness::app::SLUG);
    let get = async |address: &str| app.client().get(address).send().await.unwrap().text().await.unwrap();
    let calendar = format!("{place}.ics");
    let sequence = |calendar: &str| -> u32 {
        let line = calendar.lines().find_map(|line| line.strip_prefix("SEQUENCE:"));
        line.expect("a sequence number").parse().unwrap()
    };
    let before = get(&calendar).await;
    assert!(!before.contains("LOCATION"), "{before}");
    app.travel("2014-05-29T09:00:00+02:00").await;
    offer(app, 1, json!({ "venue": complete("Veere") })).await;
    let (page, after) = (get(&place).await, get(&calendar).await);
    assert!(page.contains(", in Veere") && !page.contains("Gemeentehuis"), "{page}");
    assert!(
        after.contains("LOCATION:Veere\r\n") && !after.contains("Gemeentehuis"),
        "{after}"
    );
    assert!(sequence(&after) > sequence(&before), "calendars take the newer one");
    app.travel("2014-05-30T09:00:00+02:00").await;
    assert_eq!(get(&calendar).await, after, "nothing that it tells has changed");
    app.respond(&token(app, 1).await, "withdrawRegistration").await;
    let freed = get(&calendar).await;
    assert!(
        !freed.contains("LOCATION") && sequence(&freed) > sequence(&after),
        "{freed}"
    );
}

async fn who_sees_what_of_a_venue(app: &TestApp) {
    gone_ahead(app).await;
    let offered = offer(app, 1, json!({ "venue": complete("Veere") })).await;
    let fields = "meetings { municipality needsHost venue { name } host { givenName organisation } checklist { key } } venueOffers { totalCount }";
    let query = format!(
        "{{ programme(slug: \"{}\") {{ {fields} }} }}",
        crate::harness::app::SLUG
    );
    let (host, other) = (token(app, 1).await, token(app, 2).await);
    for (who, sees_venue, sees_list, sees_offers) in [
        (None, false, false, false),
        (Some(other.as_str()), true, false, false),
        (Some(host.as_str()), true, true, false),
        (Some(app.organiser.as_str()), true, true, true),
    ] {
        let told = app.ask(who, &query, json!({})).await;
        let programme = &told["data"]["programme"];
        let kick_off = &programme["meetings"][0];
        assert_eq!(
            (&kick_off["municipality"], &kick_off["needsHost"]),
            (&json!("Veere"), &json!(false))
        );
        assert_eq!(kick_off["venue"]["name"] == "Gemeentehuis", sees_venue, "{who:?}");
        assert_eq!(
            kick_off["host"] == json!({ "givenName": "Deelnemer", "organisation": "gemeente 1" }),
            sees_venue
        );
        assert_eq!(kick_off["checklist"].is_array(), sees_list, "{who:?}");
        assert_eq!(programme["venueOffers"]["totalCount"] == 1, sees_offers, "{who:?}");
        assert!(!told.to_string().contains("@gemeente"), "no address: {told}");
    }
    for who in [None, Some(other.as_str())] {
        let found = app
            .data(
                who,
                "query ($id: ID!) { node(id: $id) { id } }",
                json!({ "id": offered["id"] }),
            )
            .await;
        assert_eq!(found["node"], json!(null), "an offer is its own person's");
        let input = json!({ "venueOfferId": offered["id"] });
        let query =
            "mutation ($input: WithdrawVenueOfferInput!) { withdrawVenueOffer(input: $input) { errors { code } } }";
        let answer = app.ask(who, query, json!({ "input": input })).await;
        assert!(
            answer["errors"].is_array() || answer["data"]["withdrawVenueOffer"]["errors"][0]["code"] == "NOT_FOUND"
        );
    }
}

async fn a_host_who_is_erased_takes_the_venue_along(app: &TestApp) {
    gone_ahead(app).await;
    app.travel("2014-05-29T09:00:00+02:00").await;
    let venue =
        json!({ "municipality": "Veere", "name": "Xyzzyhuis", "address": "Xyzzypad 3", "directions": "Bel xyzzy." });
    offer(app, 1, json!({ "venue": venue, "rooms": "Xyzzyzaal" })).await;
    assert_eq!(app.count(MeetingInformation).await, 10);
    let traces = async || {
        let rows = dump::rows(&app.database).await;
        rows.into_iter()
            .filter(|row| row.to_lowercase().contains("xyzzy"))
            .count()
    };
    assert!(traces().await > 0);
    let host = token(app, 1).await;
    let erased = app
        .act(Some(&host), "erasePerson", "erased { what count }", json!({}))
        .await;
    assert_eq!(erased["errors"], json!([]));
    let offers = json!({ "what": "venueOffers", "count": 1 });
    assert!(erased["erased"].as_array().unwrap().contains(&offers), "{erased}");
    app.settle().await;
    assert_eq!(traces().await, 0);
    assert_eq!(app.count(HostMissing).await, 2, "and the kick-off needs a host again");
}
