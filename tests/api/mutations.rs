//! Who may do what: every mutation, tried by everybody. Whoever may is stopped by an idempotency key that is none, so nothing
//! happens and everybody meets the same state.

use serde_json::{Value, json};

use super::{
    answers::{
        Answer::{self, Code, May, Refused},
        agenda_item, announcement, clock, draft, erased, erased_registration, everything, guest, guest_or_organiser,
        guide, hosted, inviter, inviter_named, learning_wish, meeting, member, message, messages, named_invitation,
        named_registration, new_programme, own_invitation, own_offer, own_registration, programme, public, registrant,
    },
    introspection::{named, names, types},
};
use crate::harness::{
    app::{SLUG, TestApp},
    cast::{
        Cast, EVERYBODY, NOBODY,
        Role::{self},
    },
    dump,
    engines::on_both,
};

on_both!(every_mutation_is_for_those_it_is_for);

type Row = (&'static str, Value, fn(Role) -> Answer);

fn table(cast: &Cast) -> Vec<Row> {
    let person =
        json!({ "name": "Iemand Anders", "email": "iemand@elders.example", "organisation": "gemeente Elders" });
    let with = |more: Value| {
        let mut all = person.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Value::Object(all)
    };
    let of = |id: &str| json!({ "programmeId": id });
    let because = |id: &str| json!({ "programmeId": id, "reason": "Omdat het moet." });
    let until =
        |id: &str| json!({ "programmeId": id, "registrationDeadline": "2014-06-02", "reason": "Omdat het kan." });
    let mail = json!({ "messageId": cast.message });
    let mut rows: Vec<Row> = vec![
        ("register", with(json!({ "programmeSlug": SLUG })), public),
        (
            "requestPersonalLink",
            json!({ "programmeSlug": SLUG, "email": "iemand@elders.example" }),
            public,
        ),
        (
            "askQuestion",
            json!({ "programmeSlug": SLUG, "name": "Iemand", "email": "iemand@elders.example", "question": "Is er lunch?" }),
            public,
        ),
        (
            "createProgramme",
            json!({ "slug": "een-nieuw", "title": "Een nieuw", "description": "Nieuw.", "minParticipants": 1, "maxParticipants": 2,
                    "registrationDeadline": "2014-09-01", "price": { "cents": 100, "vatIncluded": false } }),
            new_programme,
        ),
        ("retryMessage", mail.clone(), message),
        ("cancelMessage", mail, message),
        ("releaseMessages", json!({ "messageIds": [cast.message] }), messages),
        ("releaseMessages", json!({ "all": true }), everything),
        (
            "withdrawAnnouncement",
            json!({ "announcementId": cast.announcement }),
            announcement,
        ),
        (
            "editLearningWish",
            json!({ "learningWishId": cast.learning_wish, "text": "Anders" }),
            learning_wish,
        ),
        (
            "followLearningWish",
            json!({ "learningWishId": cast.learning_wish }),
            learning_wish,
        ),
        (
            "unfollowLearningWish",
            json!({ "learningWishId": cast.learning_wish }),
            learning_wish,
        ),
        (
            "offerSupport",
            json!({ "learningWishId": cast.learning_wish, "text": "Ik help" }),
            learning_wish,
        ),
        (
            "proposeAgendaItem",
            json!({ "meetingId": cast.meeting, "title": "Luisteren" }),
            member,
        ),
        (
            "voteForAgendaItem",
            json!({ "agendaItemId": cast.agenda_item, "vote": true }),
            agenda_item,
        ),
        (
            "setAgenda",
            json!({ "meetingId": cast.meeting, "agendaItemIds": [] }),
            guide,
        ),
        ("askFacilitators", json!({ "question": "Hoe begin ik?" }), registrant),
        (
            "updateVenueOffer",
            json!({ "venueOfferId": cast.venue_offer, "venue": { "municipality": "Gouda" } }),
            own_offer,
        ),
        (
            "withdrawVenueOffer",
            json!({ "venueOfferId": cast.venue_offer }),
            own_offer,
        ),
        (
            "tickChecklistItem",
            json!({ "meetingId": cast.meeting, "key": "lunch", "isDone": true }),
            hosted,
        ),
        ("assignHost", json!({ "meetingId": cast.meeting }), meeting),
        (
            "rescheduleMeeting",
            json!({ "meetingId": cast.meeting, "days": [{ "on": "2014-06-13", "startsAt": "10:00", "endsAt": "16:00" }] }),
            meeting,
        ),
        (
            "offerVenue",
            json!({ "venue": { "municipality": "Gouda" } }),
            own_registration,
        ),
        (
            "offerVenue",
            json!({ "registrationId": cast.registration, "venue": { "municipality": "Gouda" } }),
            named_registration,
        ),
        (
            "inviteGuest",
            json!({ "name": "Iemand Anders", "email": "iemand@elders.example", "relation": "COLLEAGUE" }),
            inviter,
        ),
        (
            "inviteGuest",
            json!({ "programmeId": cast.programme, "name": "Iemand Anders", "email": "iemand@elders.example", "relation": "COLLEAGUE" }),
            inviter_named,
        ),
        (
            "cancelInvitation",
            json!({ "invitationId": cast.invitation }),
            own_invitation,
        ),
        ("replyToInvitation", json!({ "accept": true }), guest),
        ("updateInvitation", json!({ "name": "Gerda" }), guest_or_organiser),
        (
            "updateInvitation",
            json!({ "invitationId": cast.invitation, "name": "Gerda" }),
            named_invitation,
        ),
        ("erasePerson", json!({}), erased),
        (
            "erasePerson",
            json!({ "registrationId": cast.registration }),
            erased_registration,
        ),
        (
            "erasePerson",
            json!({ "invitationId": cast.invitation }),
            named_invitation,
        ),
        // Everybody reads it, as it is published.
        (
            "reviewHarvest",
            json!({ "harvestId": cast.harvest, "verdict": "REOPEN" }),
            programme,
        ),
        (
            "scheduleHarvest",
            json!({ "harvestId": cast.harvest, "startsAt": "2014-06-12T14:00:00+02:00", "minutes": 20 }),
            programme,
        ),
        ("travelTo", json!({ "instant": "2014-05-27T00:00:00Z" }), clock),
    ];
    for (id, who) in [(&cast.programme, programme as fn(Role) -> Answer), (&cast.draft, draft)] {
        rows.extend([
            ("updateProgramme", of(id), who),
            ("publishProgramme", of(id), who),
            ("addRegistration", with(of(id)), who),
            ("extendDeadline", until(id), who),
            ("cancelProgramme", because(id), who),
            (
                "decideProgramme",
                json!({ "programmeId": id, "outcome": "GO", "planHash": "0" }),
                who,
            ),
            (
                "setRule",
                json!({ "programmeId": id, "key": "below-minimum-7-days", "latenessHours": 3 }),
                who,
            ),
            (
                "announce",
                json!({ "programmeId": id, "audience": "TEAM", "subject": "nieuws", "body": "Er is nieuws.", "planHash": "0" }),
                who,
            ),
            ("releaseMessages", of(id), who),
        ]);
    }
    for (mutation, input) in [
        ("addLearningWish", json!({ "text": "Leren luisteren" })),
        (
            "saveHarvest",
            json!({ "title": "Luisteren", "summary": "Doorvragen helpt." }),
        ),
        ("submitHarvest", json!({})),
        (
            "saveAssignment",
            json!({ "title": "Gesprekken", "description": "Doorvragen.", "status": "DONE" }),
        ),
    ] {
        rows.push((mutation, input.clone(), own_registration));
        let mut named = input;
        named["registrationId"] = json!(cast.registration);
        rows.push((mutation, named, named_registration));
    }
    for mutation in [
        "confirmRegistration",
        "updateRegistration",
        "withdrawRegistration",
        "acceptPlace",
        "declinePlace",
    ] {
        rows.push((mutation, json!({}), own_registration));
        rows.push((
            mutation,
            json!({ "registrationId": cast.registration }),
            named_registration,
        ));
    }
    rows
}

async fn every_mutation_is_for_those_it_is_for(app: &TestApp) {
    let (cast, types) = (Cast::gather(app).await, types(app).await);
    let rows = table(&cast);
    for mutation in names(&named(&types, "Mutation")["fields"]) {
        assert!(rows.iter().any(|(name, ..)| *name == mutation), "{mutation} has no row");
    }
    let before = dump::rows(&app.database).await;
    for (name, input, expected) in rows {
        let mut kind = name.to_owned();
        kind[..1].make_ascii_uppercase();
        let query =
            format!("mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code field }} }} }}");
        let mut input = input.clone();
        input["idempotencyKey"] = json!("een sleutel met spaties is geen sleutel");
        for role in EVERYBODY {
            let answer = app.ask(cast.token(*role), &query, json!({ "input": input })).await;
            let place = format!("{name} of {input} by {role:?}: {answer:#}");
            match expected(*role) {
                Code(code) => {
                    assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{place}");
                    assert_eq!(answer["data"], Value::Null, "{place}");
                }
                May | Refused(..) => {
                    let (code, field) = match expected(*role) {
                        Refused(code, field) => (code, field),
                        _ => ("INVALID", "idempotencyKey"),
                    };
                    assert_eq!(
                        answer["data"][name]["errors"],
                        json!([{ "code": code, "field": [field] }]),
                        "{place}"
                    );
                }
            }
        }
        for role in NOBODY {
            let answer = app.ask(cast.token(*role), &query, json!({ "input": input })).await;
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
                "{name} {role:?}"
            );
            assert_eq!(answer.get("data"), None, "{name} {role:?}");
        }
    }
    let after = dump::rows(&app.database).await;
    assert_eq!(
        dump::difference(&before, &after),
        Vec::<&String>::new(),
        "nothing was written"
    );
}
