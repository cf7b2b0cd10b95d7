//! A programme whose pages are full: long names, long words, everybody in another state. It is played moment by moment.

use std::collections::BTreeMap;

use leernetwerk::{
    app::{Caller, Repeatable},
    domain::decision::DecisionOutcome,
};
use serde_json::{Value, json};

use super::table::{
    Moment::{self, CalledOff, Deciding, GoingAhead, Harvesting, Open, Over, Reopened, UnderWay},
    Who,
};
use crate::harness::{
    app::{SLUG, TestApp},
    cast::text,
    engines::{Engine, Subject},
    foundation::ADMINISTRATOR,
};

/// The organiser, who guides as well.
const MARC: &str = "marc@leernetwerk.example";
/// A facilitator.
const BIRGIT: &str = "birgit@leernetwerk.example";
/// A contact.
const RICHARD: &str = "richard@leernetwerk.example";

const DESCRIPTION: &str = "Inwoners beginnen steeds vaker zelf. Wat vraagt dat van **uw eigen organisatie**?\n\n\
    - U kiest wat u wilt leren.\n- U doet een opdracht in uw eigen werk.\n\n\
    Lees ook het [verslag van de vorige keer](https://verslag.example/een-heel-lang-adres-zonder-een-enkel-afbreekpunt-dat-op-een-telefoon-niet-past).";
const BIOGRAPHY: &str = "Begeleidt al jaren groepen die van elkaar leren.\n\nWerkte daarvoor bij een gemeente.";
/// When harvests can be written.
pub const HARVESTING: &str = "2014-10-30T10:00:00+01:00";
const LONG_WISH: &str = "Hoe ik als adviseur ruimte geef zonder het los te laten.\n\n\
    Ons Samenwerkingsverbandsvergaderingsvoorbereidingsoverlegagendapuntenformulier helpt daar nu niet bij.";

/// A running server with the programme on it, and everybody's link.
pub struct World {
    /// The server.
    pub app: TestApp,
    /// What links begin with.
    pub home: String,
    links: BTreeMap<Who, String>,
    /// The id of a published harvest; empty before there is one.
    harvest: String,
}

impl World {
    /// As it is before anybody has registered: published, four places, an organiser who decides, and
    /// room for one guest.
    pub async fn new() -> Self {
        let database = TestApp::schema().database(Engine::Sqlite).await.unwrap().unwrap();
        let app = TestApp::on(database).await;
        let member = |name: &str, email: &str, roles: &[&str], biography: Option<&str>| json!({ "name": name, "email": email, "roles": roles, "organisation": "Leernetwerken Nederland", "biography": biography });
        let fields = json!({
            "subtitle": "Werken in het Westen: de gemeente als partner in een netwerksamenleving",
            "description": DESCRIPTION, "audience": "HR-managers en HR-adviseurs van Nederlandse gemeenten",
            "minParticipants": 2, "maxParticipants": 4, "decisionMode": "PROPOSE",
            "showcase": { "on": "2014-12-11", "capacity": 1 },
            "team": [
                member("Marc Jetten", MARC, &["ORGANISER", "FACILITATOR"], Some(BIOGRAPHY)),
                member("Birgit Oelkerts", BIRGIT, &["FACILITATOR"], Some(BIOGRAPHY)),
                member("Richard Zondag", RICHARD, &["CONTACT"], None),
            ],
        });
        app.organise("updateProgramme", fields).await;
        let home = app.base_url().await;
        Self {
            app,
            home,
            links: BTreeMap::new(),
            harvest: String::new(),
        }
    }

    /// Plays on until a moment that comes after the last.
    pub async fn reach(&mut self, moment: Moment) {
        match moment {
            Open => self.open().await,
            Deciding => self.close().await,
            GoingAhead => self.go().await,
            UnderWay => self.share().await,
            Harvesting => {
                self.app.travel(HARVESTING).await;
                self.bring_home().await;
                self.invite().await;
            }
            Over => self.app.travel("2015-01-30T10:00:00+01:00").await,
            CalledOff => self.call_off().await,
            Reopened => {
                let more = json!({ "registrationDeadline": "2014-06-01", "reason": "Er melden zich nog mensen." });
                self.app.organise("extendDeadline", more).await;
            }
        }
        self.app.settle().await;
    }

    /// The address of a place for somebody.
    pub fn address(&self, who: Who, place: &str, mail: &str) -> String {
        let place = self.filled(place, mail);
        match who {
            Who::Anybody => format!("{}{place}", self.home),
            _ => format!("{}/p/{}{place}", self.home, self.link(who)),
        }
    }

    /// What the table writes, with what its placeholders stand for.
    pub fn filled(&self, written: &str, mail: &str) -> String {
        let places = [(":slug", SLUG), (":mail", mail), (":harvest", &self.harvest)];
        let fill = |text: String, (name, value): (&str, &str)| text.replace(name, value);
        places.into_iter().fold(written.to_owned(), fill)
    }

    /// Somebody's key.
    pub fn link(&self, who: Who) -> &str {
        self.links
            .get(&who)
            .unwrap_or_else(|| panic!("{who:?} has no link yet"))
    }

    /// The newest mail that has a button and a calendar's worth of words, by its id.
    pub async fn mail(&self) -> String {
        self.app.mails().await.last().expect("a mail").id.to_string()
    }

    /// Somebody registers and gets a link.
    pub async fn register(&mut self, who: Who, name: &str, organisation: &str) {
        let email = email_of(name);
        let person = json!({ "programmeSlug": SLUG, "name": name, "email": email, "organisation": organisation,
            "jobTitle": "Adviseur", "motivation": "Ik wil leren van anderen.\n\nEn zij misschien van mij." });
        let registered = self.app.try_to_register(person).await;
        assert_eq!(registered["errors"], json!([]));
        self.app.settle().await;
        self.links.insert(who, self.app.link_token(&email).await);
    }

    async fn verified(&mut self, who: Who, name: &str, organisation: &str) {
        self.register(who, name, organisation).await;
        self.app.respond(self.link(who), "confirmRegistration").await;
    }

    async fn open(&mut self) {
        self.app.travel("2014-05-23T10:00:00+02:00").await;
        let long = "Gemeenschappelijke Regeling Samenwerkingsverband Noordoost-Groningen";
        self.verified(Who::Registered, "Wilhelmina van den Heuvel-Oosterhout", long)
            .await;
        self.verified(Who::Host, "Noor Visser", "gemeente Alphen aan den Rijn")
            .await;
        self.verified(Who::Withdrawn, "Sam Kuipers", "gemeente Ede").await;
        self.register(Who::Unverified, "Una Smit", "gemeente Zeist").await;
        self.verified(Who::Offered, "Olaf Brink", "gemeente Sint-Michielsgestel")
            .await;
        self.verified(Who::Waiting, "Wanda Prins", "gemeente Ommen").await;
        self.register(Who::WaitingUnverified, "Vera Bos", "gemeente Aa en Hunze")
            .await;
        self.app
            .respond(self.link(Who::Withdrawn), "withdrawRegistration")
            .await;
        // Who takes part later, and who is too late.
        for (later, now) in [(Who::Participant, Who::Registered), (Who::Expired, Who::Unverified)] {
            self.links.insert(later, self.link(now).to_owned());
        }
        for (who, email) in [
            (Who::Organiser, MARC),
            (Who::Facilitator, BIRGIT),
            (Who::Contact, RICHARD),
        ] {
            self.links.insert(who, self.app.link_token(email).await);
        }
    }

    async fn close(&mut self) {
        self.app.respond(self.link(Who::Offered), "acceptPlace").await;
        self.app.travel("2014-05-26T09:00:00+02:00").await;
    }

    async fn decide(&self, outcome: DecisionOutcome, reason: Option<&str>) {
        let (intents, programme) = (self.app.intents().await, self.app.programme);
        let seen = intents
            .decision_preview(&ADMINISTRATOR, programme, outcome)
            .await
            .unwrap();
        let hash = seen.expect("something to decide").plan.hash;
        let once = Repeatable::default();
        let decided = intents.decide_programme(&ADMINISTRATOR, programme, outcome, &hash, reason, &once);
        decided.await.unwrap();
    }

    async fn go(&mut self) {
        self.decide(DecisionOutcome::Go, None).await;
        self.app.travel("2014-05-28T09:00:00+02:00").await;
    }

    async fn done(&self, who: Who, mutation: &str, selection: &str, input: Value) -> Value {
        let payload = self.app.act(Some(self.link(who)), mutation, selection, input).await;
        assert_eq!(payload["errors"], json!([]), "{mutation}");
        payload
    }

    async fn share(&mut self) {
        let whole = json!({ "municipality": "Alphen aan den Rijn", "name": "Gemeentehuis", "address": "Stadhuisplein 1, 2405 SH",
            "isStepFree": true, "directions": "Tien minuten lopen van het station.\n\nParkeren kan onder het plein." });
        let input = json!({ "venue": whole, "capacity": 24, "rooms": "Raadzaal" });
        self.done(Who::Host, "offerVenue", "venueOffer { id }", input).await;
        let short = json!({ "venue": { "municipality": "Delfzijl" } });
        self.done(Who::Participant, "offerVenue", "venueOffer { id }", short)
            .await;
        let tick = json!({ "meetingId": self.meeting(0).await, "key": "room", "isDone": true });
        self.done(Who::Host, "tickChecklistItem", "meeting { id }", tick).await;

        let line = "Regie op afstand";
        let wish = json!({ "text": LONG_WISH, "ownSteps": "Elke week een gesprek voeren.", "learningLine": line });
        let wish = self
            .done(Who::Host, "addLearningWish", "learningWish { id }", wish)
            .await;
        let wish = &wish["learningWish"]["id"];
        let other = json!({ "text": "Leren luisteren", "learningLine": line });
        self.done(Who::Participant, "addLearningWish", "learningWish { id }", other)
            .await;
        let follow = json!({ "learningWishId": wish });
        self.done(Who::Participant, "followLearningWish", "learningWish { id }", follow)
            .await;
        let support = json!({ "learningWishId": wish, "text": "Kom een dag meelopen." });
        self.done(Who::Participant, "offerSupport", "learningWish { id }", support)
            .await;
        for who in [Who::Host, Who::Participant] {
            let assignment = json!({ "title": "Gesprekken zonder agenda", "description": "Tien gesprekken voeren.",
                "intendedResult": "Een lijst van wat mensen zelf al doen.", "status": "UNDER_WAY" });
            self.done(who, "saveAssignment", "assignment { id }", assignment).await;
        }
        let mut proposed = Vec::new();
        for (meeting, title) in [
            (0, "Kennismaken"),
            (0, "Hoe wij elkaar helpen"),
            (1, "Een casus uit Groningen"),
            (1, "Zwijgen"),
        ] {
            let input = json!({ "meetingId": self.meeting(meeting).await, "title": title, "minutes": 45 });
            let item = self
                .done(Who::Participant, "proposeAgendaItem", "agendaItem { id }", input)
                .await;
            proposed.push(text(&item["agendaItem"]["id"]));
        }
        let vote = json!({ "agendaItemId": proposed[2], "vote": true });
        self.done(Who::Host, "voteForAgendaItem", "agendaItem { id }", vote)
            .await;
        let agenda = json!({ "meetingId": self.meeting(0).await, "agendaItemIds": [proposed[0]] });
        self.done(Who::Facilitator, "setAgenda", "meeting { id }", agenda).await;
        self.app.travel("2014-06-05T09:00:00+02:00").await;
    }

    /// One harvest is published and has a time, one came back, one is to be judged.
    async fn bring_home(&mut self) {
        let mut brought = BTreeMap::new();
        for (who, title) in [
            (
                Who::Host,
                "Ruimte geven in een Samenwerkingsverbandsvergaderingsvoorbereidingsoverleg",
            ),
            (Who::Participant, "Leren luisteren"),
            (Who::Offered, "Zwijgen is ook een gesprek"),
        ] {
            let words = json!({ "title": title, "summary": LONG_WISH,
                "body": "Eerst praatte ik vooral zelf.\n\nNu vraag ik door:\n- wat doet u al?\n- wie helpt u daarbij?" });
            self.done(who, "saveHarvest", "harvest { id }", words).await;
            let submitted = self.done(who, "submitHarvest", "harvest { id }", json!({})).await;
            brought.insert(who, text(&submitted["harvest"]["id"]));
        }
        for (who, verdict) in [
            (Who::Participant, "RETURN"),
            (Who::Host, "ACCEPT"),
            (Who::Host, "PUBLISH"),
        ] {
            let remark = "Vertel ook wat de raad ervan merkt.\n\nVerder: mooi.";
            let input = json!({ "harvestId": brought[&who], "verdict": verdict, "remark": remark });
            self.done(Who::Organiser, "reviewHarvest", "harvest { id }", input)
                .await;
        }
        let slot = json!({ "harvestId": brought[&Who::Host], "startsAt": "2014-12-11T10:00:00+01:00", "minutes": 20 });
        self.done(Who::Organiser, "scheduleHarvest", "harvest { id }", slot)
            .await;
        let (intents, programme) = (self.app.intents().await, self.app.programme);
        let public = intents.harvests(&Caller::Public, programme).await.unwrap();
        self.harvest = public.all().next().expect("a published harvest").id.to_string();
    }

    /// A participant's guests: each gave another answer.
    async fn invite(&mut self) {
        for (who, name, relation) in [
            (Who::Guest, "Gerda van der Meulen-Oosterhuis", "MANAGER"),
            (Who::GuestComing, "Karim Idrissi", "COLLEAGUE"),
            (Who::GuestWaiting, "Wout Dekker", "NETWORK_PARTNER"),
            (Who::GuestStayingAway, "Aafke Bakker", "OTHER_MUNICIPALITY"),
            (Who::GuestCalledBack, "Ilse Mulder", "COLLEAGUE"),
        ] {
            let guest = json!({ "name": name, "email": email_of(name), "relation": relation,
                "message": "Kom je kijken?\n\nIk vertel over mijn leerwens." });
            let invited = self
                .done(Who::Participant, "inviteGuest", "invitation { id }", guest)
                .await;
            self.app.settle().await;
            self.links.insert(who, self.app.link_token(&email_of(name)).await);
            let accept = match who {
                Who::GuestComing | Who::GuestWaiting => true,
                Who::GuestStayingAway => false,
                Who::GuestCalledBack => {
                    let input = json!({ "invitationId": invited["invitation"]["id"] });
                    self.done(Who::Participant, "cancelInvitation", "invitation { id }", input)
                        .await;
                    continue;
                }
                _ => continue,
            };
            let answer = json!({ "accept": accept });
            self.done(who, "replyToInvitation", "invitation { id }", answer).await;
        }
    }

    async fn meeting(&self, index: usize) -> String {
        let told = self.app.programme(None, "meetings { id }").await;
        text(&told["meetings"][index]["id"])
    }

    /// One person, and the organiser who decides against it.
    async fn call_off(&mut self) {
        self.verified(Who::Registered, "Noor Visser", "gemeente Alphen aan den Rijn")
            .await;
        self.app.travel("2014-05-26T09:00:00+02:00").await;
        let reason = "Het zijn er te weinig.\n\nWij proberen het in het najaar nog eens.";
        self.decide(DecisionOutcome::NoGo, Some(reason)).await;
    }
}

/// The address of somebody of that name.
pub fn email_of(name: &str) -> String {
    format!("{}@gemeente.example", name.to_lowercase().replace(' ', "."))
}
