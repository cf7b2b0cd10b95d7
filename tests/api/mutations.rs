//! Who may do what: every mutation, tried by everybody. Whoever may is stopped by an idempotency key that is none, so nothing
//! happens and everybody meets the same state.

use serde_json::{Value, json};

use super::introspection::{named, names, types};
use crate::harness::{
    app::{SLUG, TestApp},
    cast::{
        Cast, EVERYBODY, MEMBERS, NOBODY, REGISTRANTS,
        Role::{
            self, Administrator, Contact, Facilitator, ForeignOrganiser, Guest, Organiser, OrganiserLink, Participant,
            Public,
        },
    },
    dump,
    engines::on_both,
};

on_both!(every_mutation_is_for_those_it_is_for);

/// How a caller is answered.
#[derive(Debug, PartialEq)]
enum Answer {
    /// The caller may: the input is what is wrong.
    May,
    /// An error of the field, null in its place.
    Code(&'static str),
    /// A user error and the input field that it names.
    Refused(&'static str, &'static str),
}

use Answer::{Code, May, Refused};

/// Everybody may.
fn public(_: Role) -> Answer {
    May
}

/// The holder of a personal link for the own registration; organisers have to say which.
fn own_registration(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Facilitator | Contact | Guest => Code("FORBIDDEN"),
        role if REGISTRANTS.contains(&role) => May,
        _ => Refused("REQUIRED", "registrationId"),
    }
}

/// The participant's registration, named by everybody.
fn named_registration(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Facilitator | Contact | Guest => Code("FORBIDDEN"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        _ => Refused("NOT_FOUND", "registrationId"),
    }
}

/// Something of the published programme.
fn programme(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        OrganiserLink | Organiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// Something of a draft that others do not know of.
fn draft(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        ForeignOrganiser | Administrator => May,
        _ => Refused("NOT_FOUND", "programmeId"),
    }
}

/// The participant's own, which others know nothing of.
fn own_offer(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        _ => Refused("NOT_FOUND", "venueOfferId"),
    }
}

/// The meeting that the participant hosts.
fn hosted(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// A meeting of the programme.
fn meeting(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "meetingId"),
        other => programme(other),
    }
}

/// A mail of the programme.
fn message(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "messageId"),
        other => programme(other),
    }
}

/// An announcement of the programme.
fn announcement(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "announcementId"),
        other => programme(other),
    }
}

/// The same, among several.
fn messages(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "messageIds"),
        other => programme(other),
    }
}

/// A learning wish of the participant's own; whoever does not take part knows of none.
fn learning_wish(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant => May,
        role if REGISTRANTS.contains(&role) => Refused("NOT_FOUND", "learningWishId"),
        _ => Code("FORBIDDEN"),
    }
}

/// An item of an agenda, by somebody who may vote.
fn agenda_item(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant => May,
        role if REGISTRANTS.contains(&role) => Refused("NOT_FOUND", "agendaItemId"),
        _ => Code("FORBIDDEN"),
    }
}

/// What members do.
fn member(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        role if MEMBERS.contains(&role) => May,
        _ => Code("FORBIDDEN"),
    }
}

/// What facilitators and organisers do.
fn guide(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Facilitator | OrganiserLink | Organiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// What the holder of a personal link of a registration does, and nobody for somebody else.
fn registrant(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        role if REGISTRANTS.contains(&role) => May,
        _ => Code("FORBIDDEN"),
    }
}

/// Everything there is.
fn everything(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// A new programme: for tokens that are not bound to one.
fn new_programme(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Organiser | ForeignOrganiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// The clock of all programmes.
fn clock(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        OrganiserLink | Organiser | ForeignOrganiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// Whoever registered invites for the own programme; organisers have to say which.
fn inviter(role: Role) -> Answer {
    match role {
        OrganiserLink | Organiser | ForeignOrganiser | Administrator => Refused("REQUIRED", "programmeId"),
        other => inviter_named(other),
    }
}

/// The same, to the programme that is named.
fn inviter_named(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        OrganiserLink | Organiser | Administrator => May,
        role if REGISTRANTS.contains(&role) => May,
        _ => Code("FORBIDDEN"),
    }
}

/// The participant's invitation, to call back.
fn own_invitation(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        Facilitator | Contact | Guest => Code("FORBIDDEN"),
        _ => Refused("NOT_FOUND", "invitationId"),
    }
}

/// What the guest does.
fn guest(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Guest => May,
        _ => Code("FORBIDDEN"),
    }
}

/// The guest, of the own invitation; organisers have to say which.
fn guest_or_organiser(role: Role) -> Answer {
    match role {
        OrganiserLink | Organiser | ForeignOrganiser | Administrator => Refused("REQUIRED", "invitationId"),
        other => guest(other),
    }
}

/// The guest's invitation, named by everybody.
fn named_invitation(role: Role) -> Answer {
    match role {
        OrganiserLink | Organiser | Administrator => May,
        ForeignOrganiser => Refused("NOT_FOUND", "invitationId"),
        other => guest(other),
    }
}

/// Erasing somebody: also a guest oneself.
fn erased(role: Role) -> Answer {
    match role {
        Guest => May,
        other => own_registration(other),
    }
}

/// Erasing somebody who registered: nobody whom a guest may name.
fn erased_registration(role: Role) -> Answer {
    match role {
        Guest => Refused("INVALID", "registrationId"),
        other => named_registration(other),
    }
}

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
