//! Which field is for whom: one row for each type.

use crate::harness::cast::{
    EVERYBODY, MEMBERS, ORGANISERS, ORGANISERS_AND_PARTICIPANT, ORGANISERS_INVITER_AND_GUEST,
    Role::{self, Administrator, ForeignOrganiser},
};

/// A type: the way to one, who gets there, and its fields.
pub(super) struct Row {
    /// The type.
    pub(super) of: &'static str,
    /// A query with `…` where the fields go.
    pub(super) way: &'static str,
    /// Who gets there.
    pub(super) reach: &'static [Role],
    /// What whoever gets there may see.
    pub(super) open: &'static str,
    /// What only some may see; the others get null with FORBIDDEN, and everything around it lives.
    pub(super) gated: &'static [(&'static str, &'static [Role])],
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
pub(super) const PAYLOADS: &[(&str, &str)] = &[
    ("RegisterPayload", "receipt errors"),
    ("RegistrationReceipt", "place waitingPosition confirmBefore"),
    ("RequestPersonalLinkPayload", "errors"),
    ("ErasePersonPayload", "erased errors"),
    ("StoredCount", "what count"),
    ("AskQuestionPayload", "errors"),
    ("RegistrationPayload", "registration errors"),
    ("ProgrammePayload", "programme planHash difference summary errors"),
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
    (
        "PlanSummary",
        "counted minimum participants cancelled waiting offered mails amountCents",
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

pub(super) const EDGE: &str = "cursor node";
pub(super) const CONNECTION: &str = "edges nodes pageInfo totalCount";
pub(super) const OWN: &str = "{ node(id: $registration) { ... on Registration { … } } }";

pub(super) const TABLE: &[Row] = &[
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
        "id author title summary body status remark editedAt submittedAt learningWishes assignment slot",
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
