//! Who may see what: every field of every type, asked by everybody. The rows are held against the introspection, so a field
//! without a row fails.

use serde_json::{Value, json};

use super::introspection::{named, names, selection, types};
use crate::harness::{
    app::{SLUG, TestApp},
    cast::{
        Cast, EVERYBODY, MEMBERS, NOBODY, ORGANISERS, ORGANISERS_AND_PARTICIPANT, ORGANISERS_INVITER_AND_GUEST,
        Role::{self, Administrator, ForeignOrganiser},
    },
    engines::on_both,
};

on_both!(every_field_is_for_those_it_is_for, nodes_are_for_those_they_are_for,);

/// A type: the way to one, who gets there, and its fields.
struct Row {
    /// The type.
    of: &'static str,
    /// A query with `…` where the fields go.
    way: &'static str,
    /// Who gets there.
    reach: &'static [Role],
    /// What whoever gets there may see.
    open: &'static str,
    /// What only some may see; the others get null with FORBIDDEN, and everything around it lives.
    gated: &'static [(&'static str, &'static [Role])],
}

const fn row(of: &'static str, way: &'static str, reach: &'static [Role], open: &'static str) -> Row {
    Row {
        of,
        way,
        reach,
        open,
        gated: &[],
    }
}

/// What mutations answer with is looked at in `mutations.rs`.
const PAYLOADS: &[(&str, &str)] = &[
    ("RegisterPayload", "receipt errors"),
    ("RegistrationReceipt", "place waitingPosition confirmBefore"),
    ("RequestPersonalLinkPayload", "errors"),
    ("ErasePersonPayload", "erased errors"),
    ("StoredCount", "what count"),
    ("AskQuestionPayload", "errors"),
    ("RegistrationPayload", "registration errors"),
    ("ProgrammePayload", "programme planHash difference errors"),
    ("MessagePayload", "message errors"),
    ("ReleaseMessagesPayload", "releasedCount errors"),
    ("RulePayload", "rule difference errors"),
    (
        "AnnouncePayload",
        "announcementId planHash recipients difference messages errors",
    ),
    ("WithdrawAnnouncementPayload", "announcement errors"),
    ("VenueOfferPayload", "venueOffer errors"),
    ("HarvestPayload", "harvest errors"),
    ("MeetingPayload", "meeting difference errors"),
    ("TravelToPayload", "clock errors"),
    // Only while people are to decide: see the journeys.
    (
        "DecisionPreview",
        "outcome planHash counted minimum participants cancelled waiting offered mails amountCents difference entries",
    ),
    ("TimelineDifference", "change at movedFrom key recipients"),
    ("LearningWishPayload", "learningWish errors"),
    ("AssignmentPayload", "assignment errors"),
    ("AgendaItemPayload", "agendaItem errors"),
    ("AskFacilitatorsPayload", "errors"),
    ("InvitationPayload", "invitation errors"),
    ("MeetingPayload", "meeting difference errors"),
    // Only where there are two participants: see the journeys.
    ("SupportOffer", "from text offeredAt"),
    ("UserError", "code message field"),
];

const EDGE: &str = "cursor node";
const CONNECTION: &str = "edges nodes pageInfo totalCount";
const OWN: &str = "{ node(id: $registration) { ... on Registration { … } } }";

const TABLE: &[Row] = &[
    Row {
        of: "Query",
        way: "{ … }",
        reach: EVERYBODY,
        open: "programme programmes node nodes viewer clock",
        // The foreign organiser sees the mails of the own programme.
        gated: &[(
            "messages",
            &[Role::OrganiserLink, Role::Organiser, ForeignOrganiser, Administrator],
        )],
    },
    Row {
        of: "Programme",
        way: "{ programme(slug: $slug) { … } }",
        reach: EVERYBODY,
        open: "id slug title subtitle description audience locale timeZone status minParticipants maxParticipants registrationOpensAt \
               registrationDeadline registrationClosesAt isRegistrationOpen placesTaken placesLeft countedForMinimum waitingCount \
               decisionMode decision decisions price meetings showcase harvests retention team",
        gated: &[
            ("participants", MEMBERS),
            ("learningWishes", MEMBERS),
            ("learningLines", MEMBERS),
            ("assignments", MEMBERS),
            ("registrations", ORGANISERS),
            ("rules", ORGANISERS),
            ("announcements", ORGANISERS),
            ("venueOffers", ORGANISERS),
            ("decisionPreview", ORGANISERS),
            ("timeline", ORGANISERS),
        ],
    },
    row("ProgrammeConnection", "{ programmes { … } }", EVERYBODY, CONNECTION),
    row("ProgrammeEdge", "{ programmes { edges { … } } }", EVERYBODY, EDGE),
    row(
        "PageInfo",
        "{ programmes { pageInfo { … } } }",
        EVERYBODY,
        "hasNextPage hasPreviousPage startCursor endCursor",
    ),
    row(
        "Retention",
        "{ programme(slug: $slug) { retention { … } } }",
        EVERYBODY,
        "participantsMonths guestsMonths",
    ),
    Row {
        of: "Showcase",
        way: "{ programme(slug: $slug) { showcase { … } } }",
        reach: EVERYBODY,
        open: "startsAt endsAt capacity guestQuota acceptedGuests slots",
        gated: &[
            (
                "venue",
                &[
                    Role::Participant,
                    Role::Guest,
                    Role::Facilitator,
                    Role::OrganiserLink,
                    Role::Organiser,
                    Administrator,
                ],
            ),
            ("invitations", MEMBERS),
        ],
    },
    row(
        "InvitationConnection",
        "{ programme(slug: $slug) { showcase { invitations { … } } } }",
        MEMBERS,
        CONNECTION,
    ),
    // Of the members, a facilitator has invited nobody.
    row(
        "InvitationEdge",
        "{ programme(slug: $slug) { showcase { invitations { edges { … } } } } }",
        ORGANISERS_AND_PARTICIPANT,
        EDGE,
    ),
    row(
        "Invitation",
        "{ node(id: $invitation) { ... on Invitation { … } } }",
        ORGANISERS_INVITER_AND_GUEST,
        "id guestName email relation locale status message invitedBy invitedAt answeredAt",
    ),
    row(
        "ShowcaseSlot",
        "{ programme(slug: $slug) { showcase { slots { … } } } }",
        EVERYBODY,
        "startsAt minutes harvest",
    ),
    row(
        "HarvestConnection",
        "{ programme(slug: $slug) { harvests { … } } }",
        EVERYBODY,
        CONNECTION,
    ),
    row(
        "HarvestEdge",
        "{ programme(slug: $slug) { harvests { edges { … } } } }",
        EVERYBODY,
        EDGE,
    ),
    // It is published. Who reads which others: see the journeys.
    row(
        "Harvest",
        "{ programme(slug: $slug) { harvests { nodes { … } } } }",
        EVERYBODY,
        "id author title summary body status remark submittedAt learningWishes assignment slot",
    ),
    row(
        "Decision",
        "{ programme(slug: $slug) { decision { … } } }",
        EVERYBODY,
        "outcome decidedAt effectiveAt counted minimum reason",
    ),
    row(
        "Price",
        "{ programme(slug: $slug) { price { … } } }",
        EVERYBODY,
        "cents currency vatIncluded vatPercentage subsidyPercentage withdrawalPercentage",
    ),
    row(
        "AgendaItem",
        "{ programme(slug: $slug) { meetings { agenda { … } } } }",
        MEMBERS,
        "id meeting title proposedBy minutes votes isVotedByViewer position",
    ),
    // The participant hosts it.
    Row {
        of: "Meeting",
        way: "{ node(id: $meeting) { ... on Meeting { … } } }",
        reach: EVERYBODY,
        open: "id number kind title startsAt endsAt days halfDays municipality needsHost",
        gated: &[
            ("venue", MEMBERS),
            ("host", MEMBERS),
            ("agenda", MEMBERS),
            ("checklist", ORGANISERS_AND_PARTICIPANT),
        ],
    },
    row(
        "LearningWishConnection",
        "{ programme(slug: $slug) { learningWishes { … } } }",
        MEMBERS,
        CONNECTION,
    ),
    row(
        "LearningWishEdge",
        "{ programme(slug: $slug) { learningWishes { edges { … } } } }",
        MEMBERS,
        EDGE,
    ),
    row(
        "LearningWish",
        "{ programme(slug: $slug) { learningWishes { nodes { … } } } }",
        MEMBERS,
        "id author text ownSteps learningLine followerCount isFollowedByViewer support createdAt editedAt",
    ),
    row(
        "LearningLineConnection",
        "{ programme(slug: $slug) { learningLines { … } } }",
        MEMBERS,
        CONNECTION,
    ),
    row(
        "LearningLineEdge",
        "{ programme(slug: $slug) { learningLines { edges { … } } } }",
        MEMBERS,
        EDGE,
    ),
    row(
        "LearningLine",
        "{ programme(slug: $slug) { learningLines { nodes { … } } } }",
        MEMBERS,
        "name learningWishes",
    ),
    row(
        "AssignmentConnection",
        "{ programme(slug: $slug) { assignments { … } } }",
        MEMBERS,
        CONNECTION,
    ),
    row(
        "AssignmentEdge",
        "{ programme(slug: $slug) { assignments { edges { … } } } }",
        MEMBERS,
        EDGE,
    ),
    row(
        "Assignment",
        "{ programme(slug: $slug) { assignments { nodes { … } } } }",
        MEMBERS,
        "id author title description intendedResult status result",
    ),
    row(
        "Venue",
        "{ node(id: $meeting) { ... on Meeting { venue { … } } } }",
        MEMBERS,
        "municipality name address isStepFree directions isComplete",
    ),
    row(
        "ChecklistItem",
        "{ node(id: $meeting) { ... on Meeting { checklist { … } } } }",
        ORGANISERS_AND_PARTICIPANT,
        "key label isDone",
    ),
    row(
        "VenueOffer",
        "{ node(id: $offer) { ... on VenueOffer { … } } }",
        ORGANISERS_AND_PARTICIPANT,
        "id host venue capacity rooms meetings hostedMeetings status offeredAt",
    ),
    row(
        "VenueOfferConnection",
        "{ programme(slug: $slug) { venueOffers { … } } }",
        ORGANISERS,
        CONNECTION,
    ),
    row(
        "VenueOfferEdge",
        "{ programme(slug: $slug) { venueOffers { edges { … } } } }",
        ORGANISERS,
        EDGE,
    ),
    row(
        "MeetingDay",
        "{ programme(slug: $slug) { meetings { days { … } } } }",
        EVERYBODY,
        "on startsAt endsAt",
    ),
    row(
        "TeamMember",
        "{ programme(slug: $slug) { team { … } } }",
        EVERYBODY,
        "name organisation roles biography email",
    ),
    row(
        "Participant",
        "{ programme(slug: $slug) { participants { … } } }",
        MEMBERS,
        "givenName organisation",
    ),
    row(
        "RegistrationConnection",
        "{ programme(slug: $slug) { registrations { … } } }",
        ORGANISERS,
        CONNECTION,
    ),
    row(
        "RegistrationEdge",
        "{ programme(slug: $slug) { registrations { edges { … } } } }",
        ORGANISERS,
        EDGE,
    ),
    row(
        "Registration",
        OWN,
        ORGANISERS_AND_PARTICIPANT,
        "id status isVerified name givenName email organisation jobTitle phone locale motivation billing registeredAt confirmBefore \
         waitingPosition offerExpiresAt programme messages venueOffers learningWishes assignment harvest",
    ),
    row(
        "Billing",
        "{ node(id: $registration) { ... on Registration { billing { … } } } }",
        ORGANISERS_AND_PARTICIPANT,
        "organisation reference email",
    ),
    row(
        "MessageConnection",
        "{ node(id: $registration) { ... on Registration { messages { … } } } }",
        ORGANISERS_AND_PARTICIPANT,
        CONNECTION,
    ),
    row(
        "MessageEdge",
        "{ node(id: $registration) { ... on Registration { messages { edges { … } } } } }",
        ORGANISERS_AND_PARTICIPANT,
        EDGE,
    ),
    row(
        "Message",
        "{ node(id: $message) { ... on Message { … } } }",
        ORGANISERS_AND_PARTICIPANT,
        "id kind recipient subject status reason causedAt dueAt sentAt messageId attempts registration",
    ),
    row(
        "DeliveryAttempt",
        "{ node(id: $message) { ... on Message { attempts { … } } } }",
        ORGANISERS_AND_PARTICIPANT,
        "number startedAt outcome verb code text",
    ),
    row(
        "Rule",
        "{ programme(slug: $slug) { rules { … } } }",
        ORGANISERS,
        "id key version trigger messageKind latenessHours whenMoved ownSentence isPaused pauseNote",
    ),
    row(
        "Trigger",
        "{ programme(slug: $slug) { rules { trigger { … } } } }",
        ORGANISERS,
        "event anchor offsetDays offsetMinutes at weekday",
    ),
    row(
        "AnnouncementConnection",
        "{ programme(slug: $slug) { announcements { … } } }",
        ORGANISERS,
        CONNECTION,
    ),
    row(
        "AnnouncementEdge",
        "{ programme(slug: $slug) { announcements { edges { … } } } }",
        ORGANISERS,
        EDGE,
    ),
    row(
        "Announcement",
        "{ programme(slug: $slug) { announcements { nodes { … } } } }",
        ORGANISERS,
        "announcementId audience subject body trigger announcedAt withdrawnAt",
    ),
    row(
        "TimelineConnection",
        "{ programme(slug: $slug) { timeline { … } } }",
        ORGANISERS,
        CONNECTION,
    ),
    row(
        "TimelineEdge",
        "{ programme(slug: $slug) { timeline { edges { … } } } }",
        ORGANISERS,
        EDGE,
    ),
    row(
        "TimelineEntry",
        "{ programme(slug: $slug) { timeline { nodes { … } } } }",
        ORGANISERS,
        "at doneAt key rule kind state reason recipient registration messageKind message",
    ),
    row(
        "Viewer",
        "{ viewer { … } }",
        EVERYBODY,
        "roles registration invitation programmes",
    ),
    row("Clock", "{ clock { … } }", EVERYBODY, "now mode"),
];

/// Asks with everything that a way may name.
async fn ask(app: &TestApp, cast: &Cast, role: Role, query: &str) -> Value {
    // Variables that a document does not use are refused.
    let all = [
        ("slug", "String!", SLUG),
        ("registration", "ID!", &cast.registration),
        ("message", "ID!", &cast.message),
        ("meeting", "ID!", &cast.meeting),
        ("offer", "ID!", &cast.venue_offer),
        ("invitation", "ID!", &cast.invitation),
    ];
    let used: Vec<_> = all
        .into_iter()
        .filter(|(name, ..)| query.contains(&format!("${name}")))
        .collect();
    let declared: String = used.iter().map(|(name, kind, _)| format!("${name}: {kind} ")).collect();
    let head = if declared.is_empty() {
        String::new()
    } else {
        format!("query ({declared})")
    };
    let variables = used
        .iter()
        .map(|(name, _, value)| ((*name).to_owned(), json!(value)))
        .collect();
    app.ask(cast.token(role), &format!("{head} {query}"), Value::Object(variables))
        .await
}

/// The object that the way of a row leads to: the one with the mark.
fn reached(answer: &Value) -> Option<&Value> {
    match answer {
        Value::Object(fields) if fields.contains_key("mark") => Some(answer),
        Value::Object(fields) => fields.values().find_map(reached),
        Value::Array(items) => items.iter().find_map(reached),
        _ => None,
    }
}

fn codes(answer: &Value) -> Vec<&str> {
    answer["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| error["extensions"]["code"].as_str().unwrap_or("none"))
        .collect()
}

/// The arguments without which a field of the root is not asked for.
fn with_arguments(field: &str, selection: &str) -> String {
    let given = match field {
        "programme" => "(slug: $slug)",
        "node" => "(id: $registration)",
        "nodes" => "(ids: [$registration])",
        "decisionPreview" => "(outcome: GO)",
        _ => "",
    };
    selection.replacen(field, &format!("{field}{given}"), 1)
}

fn complete(types: &[Value]) {
    for one in types
        .iter()
        .filter(|one| one["kind"] == "OBJECT" && one["name"] != "Mutation")
    {
        let name = one["name"].as_str().unwrap();
        let mut expected: Vec<&str> = match TABLE.iter().find(|row| row.of == name) {
            Some(row) => row
                .open
                .split_whitespace()
                .chain(row.gated.iter().map(|(field, _)| *field))
                .collect(),
            None => PAYLOADS
                .iter()
                .find(|(of, _)| *of == name)
                .unwrap_or_else(|| panic!("{name} has no row"))
                .1
                .split(' ')
                .collect(),
        };
        let mut fields = names(&one["fields"]);
        expected.sort_unstable();
        fields.sort_unstable();
        assert_eq!(fields, expected, "the fields of {name} and its row differ");
    }
}

async fn every_field_is_for_those_it_is_for(app: &TestApp) {
    let (cast, types) = (Cast::gather(app).await, types(app).await);
    complete(&types);
    for row in TABLE {
        let select = |field: &str| {
            with_arguments(
                if row.of == "Query" || field == "decisionPreview" {
                    field
                } else {
                    ""
                },
                &selection(&types, row.of, field),
            )
        };
        let open: String = row.open.split_whitespace().map(select).collect();
        assert!(!named(&types, row.of)["fields"].is_null());
        for role in EVERYBODY {
            let answer = ask(
                app,
                &cast,
                *role,
                &row.way.replace('…', &format!("mark: __typename {open}")),
            )
            .await;
            let place = format!("{} asked by {role:?}: {answer:#}", row.of);
            if row.reach.contains(role) {
                assert_eq!(codes(&answer), [""; 0], "{place}");
                assert_eq!(reached(&answer).expect(&place)["mark"], row.of, "{place}");
            } else {
                assert_eq!(reached(&answer), None, "{place}");
                assert!(
                    answer["data"].is_object() && codes(&answer).iter().all(|code| *code == "FORBIDDEN"),
                    "{place}"
                );
            }
            for (field, audience) in row.gated {
                let answer = ask(
                    app,
                    &cast,
                    *role,
                    &row.way.replace('…', &format!("mark: __typename {}", select(field))),
                )
                .await;
                let place = format!("{}.{field} asked by {role:?}: {answer:#}", row.of);
                let parent = reached(&answer).expect(&place);
                if audience.contains(role) {
                    let is_told = !parent[field].is_null() || *field == "decisionPreview";
                    assert!(codes(&answer).is_empty() && is_told, "{place}");
                } else {
                    assert_eq!(
                        (codes(&answer), &parent[field]),
                        (vec!["FORBIDDEN"], &Value::Null),
                        "{place}"
                    );
                }
            }
        }
        for role in NOBODY {
            let answer = ask(app, &cast, *role, &row.way.replace('…', &open)).await;
            assert_eq!(
                (codes(&answer), answer.get("data")),
                (vec!["UNAUTHENTICATED"], None),
                "{} {role:?}",
                row.of
            );
        }
    }
}

async fn nodes_are_for_those_they_are_for(app: &TestApp) {
    let (cast, types) = (Cast::gather(app).await, types(app).await);
    let table: &[(&str, &str, &[Role])] = &[
        ("Programme", &cast.programme, EVERYBODY),
        ("Programme", &cast.draft, &[ForeignOrganiser, Administrator]),
        ("Meeting", &cast.meeting, EVERYBODY),
        ("Meeting", &cast.draft_meeting, &[ForeignOrganiser, Administrator]),
        ("Registration", &cast.registration, ORGANISERS_AND_PARTICIPANT),
        ("Message", &cast.message, ORGANISERS_AND_PARTICIPANT),
        ("Rule", &cast.rule, ORGANISERS),
        ("LearningWish", &cast.learning_wish, MEMBERS),
        ("Assignment", &cast.assignment, MEMBERS),
        ("AgendaItem", &cast.agenda_item, MEMBERS),
        ("VenueOffer", &cast.venue_offer, ORGANISERS_AND_PARTICIPANT),
        ("Invitation", &cast.invitation, ORGANISERS_INVITER_AND_GUEST),
        ("Harvest", &cast.harvest, EVERYBODY),
    ];
    for one in types
        .iter()
        .filter(|one| names(&one["fields"]).contains(&"id".to_owned()) && one["kind"] == "OBJECT")
    {
        assert!(
            table.iter().any(|(of, ..)| one["name"] == *of),
            "{} has no row",
            one["name"]
        );
    }
    let ids: Vec<&str> = table.iter().map(|(_, id, _)| *id).collect();
    for role in EVERYBODY {
        let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let together = app.data(cast.token(*role), query, json!({ "ids": ids })).await;
        for (index, (of, id, audience)) in table.iter().enumerate() {
            let expected = if audience.contains(role) {
                json!({ "__typename": of, "id": id })
            } else {
                Value::Null
            };
            assert_eq!(together["nodes"][index], expected, "{of} {role:?}");
            let alone = app
                .data(
                    cast.token(*role),
                    "query ($id: ID!) { node(id: $id) { __typename id } }",
                    json!({ "id": id }),
                )
                .await;
            assert_eq!(alone["node"], expected, "{of} {role:?}");
        }
    }
}
