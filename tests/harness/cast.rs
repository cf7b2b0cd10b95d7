//! One person of every role in one programme that goes ahead and is open again, beside another programme and its draft.

use leernetwerk::app::{Repeatable, programme_fields::ProgrammeFields, tokens::TokenRole};
use serde_json::{Value, json};

use super::{
    app::{SLUG, TestApp, address},
    foundation::{ADMINISTRATOR, programme_fields},
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nobody in particular.
    Public,
    /// The link of somebody who has not verified.
    Unverified,
    /// The link of somebody in the waiting list.
    Waiting,
    /// The link of a participant.
    Participant,
    /// The link of somebody who left.
    Withdrawn,
    /// The link of a guest of the showcase.
    Guest,
    /// The link of a facilitator.
    Facilitator,
    /// The link of a contact.
    Contact,
    /// The link of a member of the team who organises.
    OrganiserLink,
    /// An API token for this programme.
    Organiser,
    /// An API token for the other programme.
    ForeignOrganiser,
    /// An API token for everything.
    Administrator,
    /// A token that was never made.
    Garbage,
    /// A token that was revoked.
    Revoked,
}

use Role::{
    Administrator, Contact, Facilitator, ForeignOrganiser, Garbage, Guest, Organiser, OrganiserLink, Participant,
    Public, Revoked, Unverified, Waiting, Withdrawn,
};

/// Everybody whose token is one, and the public.
pub const EVERYBODY: &[Role] = &[
    Public,
    Unverified,
    Waiting,
    Participant,
    Withdrawn,
    Guest,
    Facilitator,
    Contact,
    OrganiserLink,
    Organiser,
    ForeignOrganiser,
    Administrator,
];
/// Whose token is none.
pub const NOBODY: &[Role] = &[Garbage, Revoked];
/// Who holds the personal link of a registration.
pub const REGISTRANTS: &[Role] = &[Unverified, Waiting, Participant, Withdrawn];
/// What members share is for them.
pub const MEMBERS: &[Role] = &[Participant, Facilitator, OrganiserLink, Organiser, Administrator];
/// Everything of the programme is open to them.
pub const ORGANISERS: &[Role] = &[OrganiserLink, Organiser, Administrator];
/// What the participant may see of the own registration, organisers may too.
pub const ORGANISERS_AND_PARTICIPANT: &[Role] = &[Participant, OrganiserLink, Organiser, Administrator];

/// Whoever invited the guest, the guest, and organisers see the invitation.
pub const ORGANISERS_INVITER_AND_GUEST: &[Role] = &[Participant, Guest, OrganiserLink, Organiser, Administrator];
/// The address of the guest.
pub const GUEST_ADDRESS: &str = "gerda@gast.example";

/// The other programme.
pub const OTHER_SLUG: &str = "het-andere-leernetwerk";
/// The other programme's draft.
pub const DRAFT_SLUG: &str = "nog-niet-klaar";

/// The tokens of everybody, and the ids of things.
pub struct Cast {
    tokens: Vec<(Role, String)>,
    /// The programme, by global id.
    pub programme: String,
    /// The draft, by global id.
    pub draft: String,
    /// The participant's registration, by global id.
    pub registration: String,
    /// A mail to the participant, by global id.
    pub message: String,
    /// A meeting of the programme, by global id.
    pub meeting: String,
    /// A meeting of the draft, by global id.
    pub draft_meeting: String,
    /// A rule of the programme, by global id.
    pub rule: String,
    /// An announcement of the programme whose moment is to come.
    pub announcement: String,
    /// The participant's learning wish, by global id.
    pub learning_wish: String,
    /// The participant's assignment, by global id.
    pub assignment: String,
    /// Something that the participant proposed to speak about, by global id.
    pub agenda_item: String,
    /// The participant's offer of a venue, where the meeting is held, and the showcase.
    pub venue_offer: String,
    /// The participant's invitation of the guest, by global id.
    pub invitation: String,
    /// What the participant brings home, published and with a time at the showcase, by global id.
    pub harvest: String,
}

impl Cast {
    /// Gathers everybody.
    pub async fn gather(app: &TestApp) -> Self {
        let organiser = Some(app.organiser.as_str());
        let programme = text(&app.programme(None, "id").await["id"]);
        let update = "mutation ($input: UpdateProgrammeInput!) { updateProgramme(input: $input) { programme { id } errors { code field } } }";
        let member = |name: &str, roles: &[&str]| json!({ "name": name, "email": format!("{}@leernetwerk.example", name.to_lowercase()), "roles": roles });
        let team = [
            member("Marc", &["ORGANISER", "FACILITATOR", "CONTACT"]),
            member("Birgit", &["FACILITATOR"]),
            member("Richard", &["CONTACT"]),
        ];
        let input = json!({ "programmeId": programme, "minParticipants": 1, "maxParticipants": 2, "team": team,
            // So near that harvests can be written.
            "showcase": { "on": "2014-06-12", "startsAt": "13:00", "endsAt": "16:00" } });
        app.mutate(organiser, update, json!({ "input": input })).await;
        app.verified(0..1).await;
        app.travel("2014-05-26T00:00:00+02:00").await;
        let extend = "mutation ($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { programme { id } errors { code field } } }";
        let input = json!({ "programmeId": programme, "registrationDeadline": "2014-06-01", "reason": "Er is nog een plaats." });
        app.mutate(organiser, extend, json!({ "input": input })).await;
        app.register(1).await;
        app.register(2).await;
        app.verify(2).await;
        app.register(3).await;
        let link = app.link_token(&address(3)).await;
        let withdraw = "mutation { withdrawRegistration(input: {}) { registration { status } errors { code } } }";
        app.mutate(Some(&link), withdraw, json!({})).await;
        app.settle().await;

        let intents = app.intents().await;
        let make = async |slug: &str| {
            let registration_deadline = chrono::NaiveDate::from_ymd_opt(2014, 6, 1);
            let mut fields = ProgrammeFields {
                slug: Some(slug.to_owned()),
                registration_deadline,
                ..programme_fields()
            };
            for member in fields.team.iter_mut().flatten() {
                member.email = member.email.replace("leernetwerk", slug);
            }
            intents
                .create_programme(&ADMINISTRATOR, &fields, &Repeatable::default())
                .await
                .unwrap()
                .programme
                .id
        };
        let (other, draft) = (make(OTHER_SLUG).await, make(DRAFT_SLUG).await);
        intents
            .publish_programme(&ADMINISTRATOR, other, &Repeatable::default())
            .await
            .unwrap();
        let foreign = intents
            .create_token(&ADMINISTRATOR, TokenRole::Organiser(vec![other, draft]), None)
            .await
            .unwrap()
            .1;
        let (id, revoked) = intents
            .create_token(&ADMINISTRATOR, TokenRole::Administrator, None)
            .await
            .unwrap();
        assert!(intents.revoke_token(&ADMINISTRATOR, id).await.unwrap());

        let mut tokens = vec![
            (Organiser, app.organiser.clone()),
            (Administrator, app.administrator.clone()),
            (ForeignOrganiser, foreign),
            (Revoked, revoked),
            (Garbage, "ln_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG".to_owned()),
        ];
        for (role, to) in [
            (Participant, address(0)),
            (Unverified, address(1)),
            (Waiting, address(2)),
            (Withdrawn, address(3)),
            (OrganiserLink, "marc@leernetwerk.example".to_owned()),
            (Facilitator, "birgit@leernetwerk.example".to_owned()),
            (Contact, "richard@leernetwerk.example".to_owned()),
        ] {
            tokens.push((role, app.link_token_of(&to, SLUG).await));
        }
        let announcement = app
            .announce(json!({ "audience": "TEAM", "trigger": { "anchor": "PROGRAMME_END", "offsetDays": 1 } }))
            .await;
        let participant = tokens.iter().find(|(role, _)| *role == Participant);
        let venue = json!({ "venue": { "municipality": "Veere" } });
        let offered = app
            .act(
                participant.map(|(_, token)| token.as_str()),
                "offerVenue",
                "venueOffer { id }",
                venue,
            )
            .await;
        app.settle().await;
        let query = "query ($slug: String!, $draft: String!, $to: String!) {
            programme(slug: $slug) { meetings { id } rules { id } registrations(first: 1) { nodes { id } } }
            messages(first: 1, filter: { recipient: $to }) { nodes { id } }
            draft: programme(slug: $draft) { id meetings { id } } }";
        let found = app
            .data(
                Some(&app.administrator),
                query,
                json!({ "slug": SLUG, "draft": DRAFT_SLUG, "to": address(0) }),
            )
            .await;
        let id = |pointer: &str| {
            text(
                found
                    .pointer(pointer)
                    .unwrap_or_else(|| panic!("nothing at {pointer} of {found:#}")),
            )
        };
        let share = "mutation ($meeting: ID!) {
            addLearningWish(input: { text: \"Leren luisteren\", learningLine: \"Regie\" }) { learningWish { id } errors { code } }
            saveAssignment(input: { title: \"Gesprekken\", description: \"Doorvragen.\", status: PLANNED }) { assignment { id } errors { code } }
            proposeAgendaItem(input: { meetingId: $meeting, title: \"Luisteren\" }) { agendaItem { id } errors { code } } }";
        let participant = tokens.iter().find(|(role, _)| *role == Participant);
        let participant = participant.map(|(_, token)| token.clone());
        let participant = participant.as_deref();
        let shared = app
            .data(participant, share, json!({ "meeting": id("/programme/meetings/0/id") }))
            .await;
        let guest = json!({ "name": "Gerda Gast", "email": GUEST_ADDRESS, "relation": "MANAGER" });
        let invited = app.act(participant, "inviteGuest", "invitation { id }", guest).await;
        app.settle().await;
        tokens.push((Guest, app.link_token_of(GUEST_ADDRESS, SLUG).await));
        let bring = "mutation {
            saveHarvest(input: { title: \"Luisteren\", summary: \"Doorvragen helpt.\" }) { errors { code } }
            submitHarvest(input: {}) { harvest { id } errors { code } } }";
        let brought = app.data(participant, bring, json!({})).await;
        let harvest = text(&brought["submitHarvest"]["harvest"]["id"]);
        for verdict in ["ACCEPT", "PUBLISH"] {
            let input = json!({ "harvestId": harvest, "verdict": verdict });
            let reviewed = app.act(organiser, "reviewHarvest", "harvest { status }", input).await;
            assert_eq!(reviewed["errors"], json!([]), "{verdict}");
        }
        let input = json!({ "harvestId": harvest, "startsAt": "2014-06-12T13:30:00+02:00", "minutes": 20 });
        let scheduled = app.act(organiser, "scheduleHarvest", "harvest { id }", input).await;
        assert_eq!(scheduled["errors"], json!([]));
        app.settle().await;
        Self {
            tokens,
            programme,
            draft: id("/draft/id"),
            registration: id("/programme/registrations/nodes/0/id"),
            message: id("/messages/nodes/0/id"),
            meeting: id("/programme/meetings/0/id"),
            draft_meeting: id("/draft/meetings/0/id"),
            rule: id("/programme/rules/0/id"),
            announcement: text(&announcement["announcementId"]),
            learning_wish: text(&shared["addLearningWish"]["learningWish"]["id"]),
            assignment: text(&shared["saveAssignment"]["assignment"]["id"]),
            agenda_item: text(&shared["proposeAgendaItem"]["agendaItem"]["id"]),
            venue_offer: text(&offered["venueOffer"]["id"]),
            invitation: text(&invited["invitation"]["id"]),
            harvest,
        }
    }

    /// The token of a role; the public has none.
    pub fn token(&self, role: Role) -> Option<&str> {
        self.tokens
            .iter()
            .find(|(of, _)| *of == role)
            .map(|(_, token)| token.as_str())
    }
}

/// A JSON string.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}
