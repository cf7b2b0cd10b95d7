//! Every mutation that there is, with a key, twice: it is carried out once.

use leernetwerk::domain::message::MessageStatus;
use serde_json::{Value, json};

use super::{
    idempotency::{Act, bring, done_once, person_for},
    introspection::{named, names, types},
};
use crate::harness::{
    app::{SLUG, TestApp, address},
    engines::on_both,
};

on_both!(every_mutation_is_done_once);

async fn every_mutation_is_done_once(app: &TestApp) {
    app.acknowledge(MessageStatus::Cancelled).await;
    let organiser = || Some(app.organiser.clone());
    let mut done = Vec::new();
    let mut act = async |name, token: Option<String>, input: Value, other: (&'static str, Value)| {
        done.push(name);
        done_once(
            app,
            &Act {
                name,
                token,
                input,
                other,
            },
        )
        .await
    };
    act(
        "register",
        None,
        person_for(0, ("programmeSlug", SLUG)),
        ("organisation", json!("gemeente Elders")),
    )
    .await;
    let link = app.link_token(&address(0)).await;
    act(
        "confirmRegistration",
        Some(link.clone()),
        json!({}),
        ("registrationId", json!("OWN")),
    )
    .await;
    act(
        "updateRegistration",
        Some(link.clone()),
        json!({ "jobTitle": "adviseur" }),
        ("jobTitle", Value::Null),
    )
    .await;
    let asked = json!({ "programmeSlug": SLUG, "email": address(0) });
    act("requestPersonalLink", None, asked, ("email", json!(address(7)))).await;
    let question = json!({ "programmeSlug": SLUG, "name": "Iemand", "email": address(9), "question": "Is er lunch?" });
    act("askQuestion", None, question, ("question", json!("Is er koffie?"))).await;

    let created = json!({ "slug": "tweede", "title": "Tweede", "description": "Nog een.", "minParticipants": 1, "maxParticipants": 1,
        "registrationDeadline": "2014-05-25", "price": { "cents": 100, "vatIncluded": false },
        "meetings": [{ "title": "Start", "days": [{ "on": "2014-06-12", "startsAt": "09:30", "endsAt": "16:30" }] }],
        "team": [{ "name": "Marc", "email": "marc@tweede.example", "roles": ["ORGANISER"] }] });
    let programme =
        act("createProgramme", organiser(), created, ("title", json!("Derde"))).await["programme"]["id"].clone();
    let of = |more: (&str, Value)| json!({ "programmeId": programme, (more.0): more.1 });
    act(
        "updateProgramme",
        organiser(),
        of(("slug", json!("de-tweede"))),
        ("slug", json!("de-derde")),
    )
    .await;
    let first = app.programme(None, "id").await["id"].clone();
    act(
        "publishProgramme",
        organiser(),
        json!({ "programmeId": programme }),
        ("programmeId", first),
    )
    .await;
    let add = |n| person_for(n, ("programmeId", programme.as_str().unwrap()));
    act("addRegistration", organiser(), add(1), ("phone", json!("010"))).await;
    // Full: the next two wait. A place comes free twice.
    for (n, verb, answer) in [(2, "acceptPlace", "REGISTERED"), (3, "declinePlace", "DECLINED")] {
        app.mutate(
            None,
            "mutation ($input: RegisterInput!) { register(input: $input) { errors { code } } }",
            json!({ "input": person_for(n, ("programmeSlug", "de-tweede")) }),
        )
        .await;
        let link = app.link_token(&address(n)).await;
        app.mutate(
            Some(&link),
            "mutation { confirmRegistration(input: {}) { errors { code } } }",
            json!({}),
        )
        .await;
        let leaving = app.link_token_of(&address(n - 1), "de-tweede").await;
        act(
            "withdrawRegistration",
            Some(leaving),
            json!({ "reason": "Te druk." }),
            ("reason", Value::Null),
        )
        .await;
        let payload = act(verb, Some(link), json!({}), ("registrationId", json!("OWN"))).await;
        assert_eq!(payload["registration"]["status"], answer);
    }
    let until = json!({ "programmeId": programme, "registrationDeadline": "2014-06-01", "reason": "Meer tijd." });
    act(
        "extendDeadline",
        organiser(),
        until,
        ("registrationDeadline", json!("2014-06-02")),
    )
    .await;
    act(
        "cancelProgramme",
        organiser(),
        of(("reason", json!("Te weinig."))),
        ("reason", json!("Te veel.")),
    )
    .await;
    act(
        "travelTo",
        organiser(),
        json!({ "instant": "2014-05-02T09:00:00+02:00" }),
        ("instant", json!("2014-05-03T09:00:00Z")),
    )
    .await;

    let query = "query ($to: String!) { messages(first: 2, filter: { recipient: $to }) { nodes { id } } }";
    let found = app.data(Some(&app.organiser), query, json!({ "to": address(0) })).await;
    let [mail, another] = [0, 1].map(|index| found["messages"]["nodes"][index]["id"].clone());
    bring(app, &mail, "failed").await;
    act(
        "retryMessage",
        organiser(),
        json!({ "messageId": mail }),
        ("messageId", another.clone()),
    )
    .await;
    bring(app, &mail, "held").await;
    act(
        "releaseMessages",
        organiser(),
        json!({ "messageIds": [mail] }),
        ("messageIds", json!([another])),
    )
    .await;
    bring(app, &mail, "queued").await;
    act(
        "cancelMessage",
        organiser(),
        json!({ "messageId": mail }),
        ("messageId", another),
    )
    .await;
    let first = app.programme(None, "id").await["id"].clone();
    let of = |more: Value| {
        let mut input = json!({ "programmeId": first });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    act(
        "setRule",
        organiser(),
        of(json!({ "key": "below-minimum-7-days", "latenessHours": 3 })),
        ("latenessHours", json!(4)),
    )
    .await;
    let mut news = of(json!({ "audience": "ORGANISERS", "subject": "nieuws", "body": "Er is nieuws." }));
    let looked = app
        .act(organiser().as_deref(), "announce", "planHash", news.clone())
        .await;
    news["planHash"] = looked["planHash"].clone();
    act("announce", organiser(), news, ("planHash", json!("0"))).await;
    let later = json!({ "audience": "TEAM", "trigger": { "anchor": "PROGRAMME_END" } });
    let [one, another] = [app.announce(later.clone()).await, app.announce(later).await];
    act(
        "withdrawAnnouncement",
        organiser(),
        json!({ "announcementId": one["announcementId"] }),
        ("announcementId", another["announcementId"].clone()),
    )
    .await;
    app.organise("updateProgramme", json!({ "decisionMode": "PROPOSE" }))
        .await;
    app.travel("2014-05-26T09:00:00+02:00").await;
    let preview = app
        .programme(Some(&app.organiser), "decisionPreview(outcome: GO) { planHash }")
        .await;
    let hash = &preview["decisionPreview"]["planHash"];
    let choice = of(json!({ "outcome": "GO", "planHash": hash, "reason": "Het kan." }));
    act("decideProgramme", organiser(), choice, ("outcome", json!("NO_GO"))).await;

    let meetings = app.programme(None, "meetings { id }").await;
    let meeting = meetings["meetings"][0]["id"].clone();
    let venue = |more: Value| {
        let mut input = json!({ "venue": { "municipality": "Veere", "name": "Stadhuis" } });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let other = ("rooms", json!("Raadzaal"));
    let offered = act("offerVenue", Some(link.clone()), venue(json!({})), other.clone()).await;
    let offer = json!({ "venueOfferId": offered["venueOffer"]["id"] });
    act("updateVenueOffer", Some(link.clone()), venue(offer.clone()), other).await;
    let tick = json!({ "meetingId": meeting, "key": "room", "isDone": true });
    act("tickChecklistItem", Some(link.clone()), tick, ("isDone", json!(false))).await;
    let anybody = json!({ "meetingId": meeting });
    act(
        "assignHost",
        organiser(),
        anybody,
        ("venueOfferId", offer["venueOfferId"].clone()),
    )
    .await;
    let days = json!([{ "on": "2014-06-13", "startsAt": "10:00", "endsAt": "16:00" }]);
    let moved = json!({ "meetingId": meeting, "days": days });
    act("rescheduleMeeting", organiser(), moved, ("reason", json!("Te druk."))).await;
    let another = app
        .act(Some(&link), "offerVenue", "venueOffer { id }", venue(json!({})))
        .await;
    let another = another["venueOffer"]["id"].clone();
    act(
        "withdrawVenueOffer",
        Some(link.clone()),
        offer,
        ("venueOfferId", another),
    )
    .await;
    // After this the link opens nothing any more.
    let viewer = app
        .data(Some(&link), "{ viewer { registration { id } } }", json!({}))
        .await;
    let other_link = app.link_token_of(&address(1), "de-tweede").await;
    let other = app
        .data(Some(&other_link), "{ viewer { registration { id } } }", json!({}))
        .await;
    act(
        "erasePerson",
        organiser(),
        json!({ "registrationId": viewer["viewer"]["registration"]["id"] }),
        ("registrationId", other["viewer"]["registration"]["id"].clone()),
    )
    .await;

    // A programme that goes ahead, with two who share.
    let team =
        |name: &str, roles: &[&str]| json!({ "name": name, "email": format!("{name}@derde.example"), "roles": roles });
    let created = json!({ "slug": "derde", "title": "Derde", "description": "Nog een.", "minParticipants": 1, "maxParticipants": 2,
        "registrationDeadline": "2014-05-27", "price": { "cents": 100, "vatIncluded": false },
        "meetings": [{ "title": "Start", "days": [{ "on": "2014-06-12", "startsAt": "09:30", "endsAt": "16:30" }] }],
        "showcase": { "on": "2014-07-05", "startsAt": "13:00", "endsAt": "16:00" },
        "team": [team("marc", &["ORGANISER"]), team("birgit", &["FACILITATOR"])] });
    let token = organiser();
    let made = app
        .act(
            token.as_deref(),
            "createProgramme",
            "programme { id meetings { id } }",
            created,
        )
        .await["programme"]
        .clone();
    let of = json!({ "programmeId": made["id"] });
    app.act(token.as_deref(), "publishProgramme", "programme { id }", of)
        .await;
    for n in [11, 12] {
        let input = person_for(n, ("programmeId", made["id"].as_str().unwrap()));
        app.act(token.as_deref(), "addRegistration", "registration { id }", input)
            .await;
    }
    app.travel("2014-05-28T09:00:00+02:00").await;
    let [anna, bram] = [
        app.link_token_of(&address(11), "derde").await,
        app.link_token_of(&address(12), "derde").await,
    ];
    let (anna, bram) = (|| Some(anna.clone()), || Some(bram.clone()));
    let wish = json!({ "text": "Leren luisteren" });
    let added = act("addLearningWish", anna(), wish.clone(), ("text", json!("Durven"))).await;
    let second = app
        .act(anna().as_deref(), "addLearningWish", "learningWish { id }", wish)
        .await;
    let second = second["learningWish"]["id"].clone();
    let of_wish = |more: Value| {
        let mut input = json!({ "learningWishId": added["learningWish"]["id"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for name in ["followLearningWish", "unfollowLearningWish"] {
        act(name, bram(), of_wish(json!({})), ("learningWishId", second.clone())).await;
    }
    for (name, token) in [("offerSupport", bram()), ("editLearningWish", anna())] {
        act(
            name,
            token,
            of_wish(json!({ "text": "Ik help" })),
            ("text", json!("Ik niet")),
        )
        .await;
    }
    let assignment = json!({ "title": "Gesprekken", "description": "Doorvragen.", "status": "PLANNED" });
    act("saveAssignment", anna(), assignment, ("status", json!("DONE"))).await;
    let item = json!({ "meetingId": made["meetings"][0]["id"], "title": "Luisteren" });
    let proposed = act("proposeAgendaItem", anna(), item, ("minutes", json!(5))).await;
    let item = proposed["agendaItem"]["id"].clone();
    act(
        "voteForAgendaItem",
        bram(),
        json!({ "agendaItemId": item, "vote": true }),
        ("vote", json!(false)),
    )
    .await;
    let agenda = json!({ "meetingId": made["meetings"][0]["id"], "agendaItemIds": [item] });
    act("setAgenda", organiser(), agenda, ("agendaItemIds", json!([]))).await;
    let question = json!({ "question": "Hoe begin ik?" });
    act("askFacilitators", bram(), question, ("question", json!("Hoe dan?"))).await;
    let guest = |name: &str| json!({ "name": name, "email": "gerda@gast.example", "relation": "MANAGER" });
    let invited = act(
        "inviteGuest",
        anna(),
        guest("Gerda Gast"),
        ("name", json!("Iemand Anders")),
    )
    .await;
    app.settle().await;
    let gerda = Some(app.link_token_of("gerda@gast.example", "derde").await);
    act(
        "replyToInvitation",
        gerda.clone(),
        json!({ "accept": true }),
        ("accept", json!(false)),
    )
    .await;
    act(
        "updateInvitation",
        gerda,
        json!({ "name": "Gerda van Gast" }),
        ("locale", json!("EN")),
    )
    .await;
    let another = app
        .act(
            anna().as_deref(),
            "inviteGuest",
            "invitation { id }",
            guest("Iemand Anders"),
        )
        .await;
    act(
        "cancelInvitation",
        anna(),
        json!({ "invitationId": invited["invitation"]["id"] }),
        ("invitationId", another["invitation"]["id"].clone()),
    )
    .await;
    let harvest = json!({ "title": "Luisteren", "summary": "Doorvragen helpt." });
    let saved = act("saveHarvest", anna(), harvest, ("title", json!("Durven"))).await;
    let viewer = app
        .data(anna().as_deref(), "{ viewer { registration { id } } }", json!({}))
        .await;
    let own = viewer["viewer"]["registration"]["id"].clone();
    act("submitHarvest", anna(), json!({}), ("registrationId", own)).await;
    let of_harvest = |more: Value| {
        let mut input = json!({ "harvestId": saved["harvest"]["id"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let accept = of_harvest(json!({ "verdict": "ACCEPT" }));
    act("reviewHarvest", organiser(), accept, ("verdict", json!("PUBLISH"))).await;
    let slot = of_harvest(json!({ "startsAt": "2014-07-05T13:30:00+02:00", "minutes": 20 }));
    act("scheduleHarvest", organiser(), slot, ("minutes", json!(25))).await;
    for mutation in names(&named(&types(app).await, "Mutation")["fields"]) {
        assert!(done.contains(&mutation.as_str()), "{mutation} is not tried");
    }
}
