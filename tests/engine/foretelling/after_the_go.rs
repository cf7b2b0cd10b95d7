//! What is done in the life of a programme that goes ahead: by its organiser for somebody, or by people behind their own links.

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};

use super::Case;

/// Each as likely as it is often named.
#[derive(Debug, Clone, Copy)]
enum Deed {
    OfferVenue,
    CompleteVenue,
    WithdrawVenue,
    AssignHost,
    Reschedule,
    Wish,
    EditWish,
    FollowWish,
    Support,
    Propose,
    MakeAgenda,
    Save,
    Review,
    Present,
    Invite,
    CallBack,
    Reply,
    EraseSomebody,
    EraseGuest,
}

use Deed::{
    AssignHost, CallBack, CompleteVenue, EditWish, EraseGuest, EraseSomebody, FollowWish, Invite, MakeAgenda,
    OfferVenue, Present, Propose, Reply, Reschedule, Review, Save, Support, Wish, WithdrawVenue,
};

const DEEDS: [Deed; 28] = [
    OfferVenue,
    OfferVenue,
    OfferVenue,
    CompleteVenue,
    WithdrawVenue,
    AssignHost,
    AssignHost,
    Reschedule,
    Reschedule,
    Wish,
    Wish,
    EditWish,
    FollowWish,
    Support,
    Propose,
    MakeAgenda,
    Save,
    Save,
    Save,
    Review,
    Present,
    Invite,
    Invite,
    CallBack,
    Reply,
    Reply,
    EraseSomebody,
    EraseGuest,
];
const VERDICTS: [&str; 4] = ["RETURN", "ACCEPT", "ACCEPT", "REOPEN"];

impl Case<'_> {
    /// People come, registration closes, and the programme goes ahead.
    pub(super) async fn go_ahead(&mut self) {
        for n in 20..25 {
            let input = json!({ "programmeId": self.id, "name": format!("Deelnemer {n}"),
                "email": format!("d{n}@gemeente{n}.example"), "organisation": format!("gemeente {n}") });
            self.act("addRegistration", "registration { id }", input).await;
        }
        let closed = (self.deadline + Days::new(1)).and_hms_opt(12, 0, 0).unwrap().and_utc();
        let wait = (closed - self.now().await).max(TimeDelta::zero());
        self.travel(wait).await;
        self.decide("GO").await;
        self.has_gone_ahead = true;
    }

    pub(super) async fn do_something_under_way(&mut self) {
        match self.one_of(&DEEDS) {
            OfferVenue => {
                let mut input = json!({ "registrationId": self.somebody().await, "venue": self.venue() });
                if self.below(2) == 0 {
                    input["meetingIds"] = json!([self.meeting().await]);
                }
                self.on(input, "registrationId", "offerVenue", "venueOffer { id }")
                    .await;
            }
            CompleteVenue => {
                let input = json!({ "venueOfferId": self.venue_offer().await, "venue": self.venue() });
                self.on(input, "venueOfferId", "updateVenueOffer", "venueOffer { id }")
                    .await;
            }
            WithdrawVenue => {
                let input = json!({ "venueOfferId": self.venue_offer().await });
                self.on(input, "venueOfferId", "withdrawVenueOffer", "venueOffer { id }")
                    .await;
            }
            AssignHost => {
                let mut input = json!({ "meetingId": self.meeting().await });
                if self.below(3) > 0 {
                    input["venueOfferId"] = self.venue_offer().await;
                }
                self.on(input, "meetingId", "assignHost", "meeting { id }").await;
            }
            Reschedule => {
                let on = self.now().await.date_naive() + Days::new(self.below(60).unsigned_abs());
                let days = json!([{ "on": on, "startsAt": self.one_of(&["02:30", "09:30"]), "endsAt": "16:30" }]);
                let input =
                    json!({ "meetingId": self.meeting().await, "days": days, "reason": "Anders past het niet." });
                self.on(input, "meetingId", "rescheduleMeeting", "meeting { id }").await;
            }
            Wish => {
                let input = json!({ "registrationId": self.somebody().await, "text": "Doorvragen." });
                self.on(input, "registrationId", "addLearningWish", "learningWish { id }")
                    .await;
                if self.below(2) == 0 {
                    self.of_a_wish("followLearningWish", json!({})).await;
                }
            }
            // Refused for everybody but its author.
            EditWish => {
                self.of_a_wish("editLearningWish", json!({ "text": "Luisteren." }))
                    .await
            }
            FollowWish => self.of_a_wish("followLearningWish", json!({})).await,
            Support => {
                self.of_a_wish("offerSupport", json!({ "text": "Loop eens mee." }))
                    .await
            }
            Propose => {
                let input = json!({ "meetingId": self.meeting().await, "title": "Terugblik", "minutes": 30 });
                self.on(input, "meetingId", "proposeAgendaItem", "agendaItem { id }")
                    .await;
            }
            MakeAgenda => {
                let meeting = self.one("meetings { id agenda { id } }", "meetings").await;
                let items = meeting["agenda"].as_array().into_iter().flatten();
                let items: Vec<&Value> = items.map(|item| &item["id"]).collect();
                let input = json!({ "meetingId": meeting["id"], "agendaItemIds": items });
                self.on(input, "meetingId", "setAgenda", "meeting { id }").await;
            }
            Save => {
                let who = self.somebody().await;
                let input = json!({ "registrationId": who, "title": "Luisteren", "summary": "Doorvragen." });
                self.on(input, "registrationId", "saveHarvest", "harvest { id }").await;
                if self.below(4) > 0 {
                    let input = json!({ "registrationId": who });
                    self.on(input, "registrationId", "submitHarvest", "harvest { id }")
                        .await;
                }
            }
            Review => {
                let input =
                    json!({ "harvestId": self.harvest().await, "verdict": self.one_of(&VERDICTS), "remark": "Mooi." });
                self.on(input, "harvestId", "reviewHarvest", "harvest { id }").await;
            }
            Present => {
                let input = json!({ "harvestId": self.harvest().await, "startsAt": self.showcase_begins().await, "minutes": 15 });
                self.on(input, "harvestId", "scheduleHarvest", "harvest { id }").await;
            }
            Invite => {
                let n = self.below(6);
                let input = json!({ "programmeId": self.id, "name": format!("Gast {n}"),
                    "email": format!("gast{n}@gast.example"), "relation": "COLLEAGUE" });
                self.act("inviteGuest", "invitation { id }", input).await;
                if self.below(2) == 0 {
                    self.reply().await;
                }
            }
            CallBack => {
                let input = json!({ "invitationId": self.invitation().await["id"] });
                self.on(input, "invitationId", "cancelInvitation", "invitation { id }")
                    .await;
            }
            Reply => self.reply().await,
            EraseSomebody => {
                let input = json!({ "registrationId": self.somebody().await });
                self.on(input, "registrationId", "erasePerson", "erased { count }")
                    .await;
            }
            EraseGuest => {
                let input = json!({ "invitationId": self.invitation().await["id"] });
                self.on(input, "invitationId", "erasePerson", "erased { count }").await;
            }
        }
    }

    /// A venue that is known in part, or wholly.
    fn venue(&self) -> Value {
        if self.below(2) == 0 {
            json!({ "municipality": "Gouda" })
        } else {
            json!({ "municipality": "Veere", "name": "Gemeentehuis", "address": "Plein 1", "isStepFree": true, "directions": "Met de bus." })
        }
    }

    async fn meeting(&self) -> Value {
        self.one("meetings { id }", "meetings").await["id"].clone()
    }

    async fn venue_offer(&self) -> Value {
        self.one("venueOffers { nodes { id } }", "venueOffers/nodes").await["id"].clone()
    }

    async fn harvest(&self) -> Value {
        self.one("harvests { nodes { id } }", "harvests/nodes").await["id"].clone()
    }

    /// When the showcase begins; now, where there is none.
    async fn showcase_begins(&self) -> Value {
        let query = "query ($slug: String!) { programme(slug: $slug) { showcase { startsAt } } }";
        let told = self.app.data(None, query, json!({ "slug": self.slug })).await;
        match &told["programme"]["showcase"]["startsAt"] {
            Value::Null => json!(self.now().await.to_rfc3339()),
            begins => begins.clone(),
        }
    }

    async fn invitation(&self) -> Value {
        self.one(
            "showcase { invitations { nodes { id email } } }",
            "showcase/invitations/nodes",
        )
        .await
    }

    /// A guest answers, or changes the answer.
    async fn reply(&mut self) {
        let guest = self.invitation().await;
        let input = json!({ "accept": self.below(3) > 0 });
        self.behind_the_link_of(&guest["email"], "replyToInvitation", "invitation { id }", input)
            .await;
    }

    /// Does something to what the input names there, if there is such a thing.
    async fn on(&mut self, input: Value, named: &str, mutation: &str, selection: &str) {
        if input[named] != Value::Null {
            self.act(mutation, selection, input).await;
        }
    }

    /// Its author, or a colleague, does something to a wish.
    async fn of_a_wish(&mut self, mutation: &str, mut input: Value) {
        let wish = self
            .one("learningWishes { nodes { id } }", "learningWishes/nodes")
            .await;
        let who = self
            .one("registrations { nodes { email } }", "registrations/nodes")
            .await;
        input["learningWishId"] = wish["id"].clone();
        if wish["id"] != Value::Null {
            self.behind_the_link_of(&who["email"], mutation, "learningWish { id }", input)
                .await;
        }
    }

    /// Somebody does something behind the link of the newest mail, if it opens anything.
    async fn behind_the_link_of(&mut self, address: &Value, mutation: &str, selection: &str, input: Value) {
        let Some(address) = address.as_str() else { return };
        let Some(token) = self.app.find_link_token_of(address, &self.slug).await else {
            return;
        };
        let answer = self.app.try_to_act(Some(&token), mutation, selection, input.clone());
        let answer = answer.await;
        let errors = [&answer["errors"], &answer["data"][mutation]["errors"]];
        let errors = errors.into_iter().find(|errors| errors.is_array()).expect("an answer");
        self.write_down(mutation, &input, errors).await;
    }
}
