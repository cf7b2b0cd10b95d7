//! What people do to a running instance: organisers at the API, persons with their links.

use leernetwerk::{domain::message::MessageKind, mail::reading, store::Message};
use serde_json::{Value, json};

use super::app::{SLUG, TestApp, address, link_in};

impl TestApp {
    /// Carries a mutation out, successful or not; its payload with the errors.
    pub async fn act(&self, token: Option<&str>, mutation: &str, selection: &str, input: Value) -> Value {
        let mut answer = self.try_to_act(token, mutation, selection, input).await;
        assert!(answer.get("errors").is_none(), "{mutation}: {answer:#}");
        answer["data"][mutation].take()
    }

    /// The same, where the token may not give access to it: the whole answer.
    pub async fn try_to_act(&self, token: Option<&str>, mutation: &str, selection: &str, input: Value) -> Value {
        let (first, rest) = mutation.split_at(1);
        let query = format!(
            "mutation ($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ {selection} errors {{ code field message }} }} }}",
            first.to_uppercase()
        );
        self.ask(token, &query, json!({ "input": input })).await
    }

    /// An organiser changes a rule, and it succeeds.
    pub async fn organise_rule(&self, mut input: Value) {
        input["programmeId"] = self.programme(None, "id").await["id"].clone();
        let payload = self
            .act(Some(&self.organiser), "setRule", "rule { version }", input)
            .await;
        assert_eq!(payload["errors"], json!([]));
        assert_eq!(payload["rule"]["version"], 2);
    }

    /// An organiser announces: looks, and confirms what was seen. The whole answer.
    pub async fn announce(&self, more: Value) -> Value {
        let selection = "announcementId planHash recipients difference { change at key recipients } messages { kind recipient subject }";
        let mut input = json!({ "subject": "nieuws", "body": "Er is nieuws." });
        input["programmeId"] = self.programme(None, "id").await["id"].clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let organiser = Some(self.organiser.as_str());
        let seen = self.act(organiser, "announce", selection, input.clone()).await;
        assert_eq!(seen["announcementId"], Value::Null, "looking does nothing");
        input["planHash"] = seen["planHash"].clone();
        self.act(organiser, "announce", selection, input).await
    }

    /// An organiser does something to the programme, and it succeeds; the programme's id is added to the input.
    pub async fn organise(&self, mutation: &str, mut input: Value) {
        input["programmeId"] = self.programme(Some(&self.organiser), "id").await["id"].take();
        let payload = self
            .act(Some(&self.organiser), mutation, "programme { id }", input)
            .await;
        assert_eq!(payload["errors"], json!([]), "{mutation}");
    }

    /// The holder of a personal link does something that succeeds; the status of the registration afterwards.
    pub async fn respond(&self, token: &str, mutation: &str) -> String {
        let payload = self
            .act(Some(token), mutation, "registration { status }", json!({}))
            .await;
        assert_eq!(payload["errors"], json!([]), "{mutation}");
        payload["registration"]["status"].as_str().unwrap().to_owned()
    }

    /// The codes with which something was refused.
    pub fn codes(payload: &Value) -> Vec<String> {
        payload["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["code"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The input with which the n-th person registers.
    pub fn newcomer(n: usize) -> Value {
        json!({ "programmeSlug": SLUG, "name": format!("Deelnemer Nummer {n}"), "email": address(n), "organisation": format!("gemeente {n}") })
    }

    /// Somebody registers, whether it succeeds or not.
    pub async fn try_to_register(&self, input: Value) -> Value {
        self.act(
            None,
            "register",
            "receipt { place waitingPosition confirmBefore }",
            input,
        )
        .await
    }

    /// The registrations of an address in order of arrival, as an organiser sees them.
    pub async fn registrations_at(&self, address: &str) -> Vec<Value> {
        let fields = "registrations(first: 100) { edges { node { status isVerified waitingPosition email name organisation phone } } }";
        let told = self.programme(Some(&self.organiser), fields).await;
        let edges = told["registrations"]["edges"].as_array().unwrap();
        edges
            .iter()
            .map(|edge| edge["node"].clone())
            .filter(|one| one["email"] == json!(address))
            .collect()
    }

    /// The status of the latest registration of the n-th person.
    pub async fn status(&self, n: usize) -> String {
        let all = self.registrations_at(&address(n)).await;
        all.last().expect("a registration")["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The mails to an address, the oldest first.
    pub async fn mails_to(&self, to: &str) -> Vec<Message> {
        self.mails()
            .await
            .into_iter()
            .filter(|mail| mail.address == to)
            .collect()
    }

    /// The kinds of the mails to the n-th person, the oldest first.
    pub async fn kinds(&self, n: usize) -> Vec<MessageKind> {
        self.mails_to(&address(n)).await.iter().map(|mail| mail.kind).collect()
    }

    /// The plain text of a mail.
    pub async fn text(&self, mail: &Message) -> String {
        reading::read(&self.source(mail).await)
            .expect("a mail that can be read")
            .text
    }

    /// The token in the oldest mail to the n-th person.
    pub async fn first_token(&self, n: usize) -> String {
        let mails = self.mails_to(&address(n)).await;
        token_in(&self.text(mails.first().expect("a mail")).await)
    }

    /// The clock walks to an instant; whether mail goes is another matter.
    pub async fn travel_without_mail(&self, to: &str) {
        let payload = self
            .act(
                Some(&self.organiser),
                "travelTo",
                "clock { now }",
                json!({ "instant": to }),
            )
            .await;
        assert_eq!(payload["errors"], json!([]));
    }

    /// The page behind a personal link.
    pub async fn page(&self, token: &str) -> String {
        let url = format!("{}/p/{token}", self.base_url().await);
        let answer = self.client().get(url).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.text().await.expect("a page")
    }

    /// Posts a form of an area behind a personal link; the status of the answer and what it says.
    pub async fn post(&self, token: &str, page: &str, form: &[(&str, &str)]) -> (u16, String) {
        let url = format!("{}/p/{token}?page={page}", self.base_url().await);
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let request = self
            .client()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish());
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("a page"))
    }

    /// Presses a button of the page behind a personal link; the status of the answer.
    pub async fn press(&self, token: &str, act: &str) -> u16 {
        let url = format!("{}/p/{token}", self.base_url().await);
        let form = format!("act={act}");
        let request = self
            .client()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        request.send().await.expect("an answer").status().as_u16()
    }
}

/// The token of the personal link in a text.
pub fn token_in(text: &str) -> String {
    link_in(text).unwrap_or_else(|| panic!("no link in {text}"))
}
