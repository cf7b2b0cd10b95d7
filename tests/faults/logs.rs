//! A relay whose replies repeat whom a mail is for, and templates that fail for some people: what is logged of it names nobody.

use std::{fs, path::Path};

use entities::{delivery_attempt, ledger_entry, message};
use leernetwerk::domain::{
    delivery::SmtpVerb::{self, Data, Dot, Ehlo, Greeting, Mail, Rcpt},
    message::MessageKind,
};
use mail_parser::MessageParser;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    Counts, Plan,
    world::{API_TOKEN, PATIENCE, World},
};
use crate::harness::{
    app::{SLUG, link_in},
    binary::Binary,
    smtp::{AcceptedMail, Act, Rule},
};

sampled! { nameless_logs: Sqlite Postgres; }

/// What the relay says: an address, a name, and what the mail is about.
const NAMED: &str =
    "<quirina@polderveen.example> (Quirina Zandstra, gemeente Polderveen): not this one, Bevestig uw aanmelding";

/// The mail whose template fails, and for which given names: a value that there is not, a link that holds a value, and one's own
/// link where none may stand.
const KIND: MessageKind = MessageKind::RegistrationReceived;
const POISON: [(&str, &str); 3] = [
    ("Vergif", "{{no_such_value}}"),
    ("Koppelia", "[Bel](tel:{{recipient.given_name}})"),
    ("Middenin", "Kijk op [uw pagina]({{link}}) en antwoord."),
];

/// Where the relay says that, and how.
fn cases(plan: &Plan) -> Vec<(SmtpVerb, Act)> {
    let replies = [
        (Greeting, 554),
        (Ehlo, 502),
        (Mail, 451),
        (Mail, 550),
        (Rcpt, 450),
        (Rcpt, 550),
        (Rcpt, 554),
        (Rcpt, 530),
        (Data, 452),
        (Data, 554),
        (Dot, 451),
        (Dot, 554),
        // No verdict.
        (Dot, 354),
    ];
    let goodbyes = [Mail, Rcpt, Dot].map(|verb| (verb, Act::ReplyAndClose(421, NAMED)));
    let said = replies.map(|(verb, code)| (verb, Act::Reply(code, NAMED)));
    let all = said.into_iter().chain(goodbyes);
    // Every second is of every kind in time.
    all.step_by(plan.by_size(2, 1)).collect()
}

/// Somebody registers.
async fn register(server: &Binary, name: &str, email: &str) {
    let mutation = "mutation ($input: RegisterInput!) { register(input: $input) { errors { code } } }";
    let person = json!({ "programmeSlug": SLUG, "name": name, "email": email, "organisation": "gemeente Polderveen" });
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.base_url))
        .json(&json!({ "query": mutation, "variables": { "input": person } }));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["register"]["errors"], json!([]), "{answer}");
}

/// The token of the personal link in a mail.
fn token(mail: &AcceptedMail) -> Option<String> {
    let mail = MessageParser::default().parse(&mail.raw)?;
    link_in(&mail.body_text(0)?)
}

/// An operator's templates: the product's own, but for some people.
fn templates() -> TempDir {
    let directory = TempDir::new().unwrap();
    let name = format!("nl/{}.md", KIND.word());
    let own = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("email-templates")
        .join(&name);
    let mut source = fs::read_to_string(own).unwrap();
    for (given_name, poison) in POISON {
        source.push_str(&format!(
            "\n{{{{#if (eq recipient.given_name \"{given_name}\")}}}}\n{poison}\n{{{{/if}}}}\n"
        ));
    }
    fs::create_dir(directory.path().join("nl")).unwrap();
    fs::write(directory.path().join(&name), source).unwrap();
    directory
}

/// What was tried, and what is logged of it.
pub async fn nameless_logs(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 1).await;
    let templates = templates();
    let mut environment = world.environment();
    environment.push((
        "LEERNETWERK_TEMPLATES".to_owned(),
        templates.path().display().to_string(),
    ));
    let server = world.serve_in(environment).await;
    let cases = cases(plan);
    for (nth, (verb, act)) in cases.iter().enumerate() {
        // So that the conversation is one from its beginning.
        world.relay.say_goodbye();
        world.relay.on(Rule::at(*verb, act.clone()).times(1));
        register(
            &server,
            &format!("Quirina Zandstra Nummer {nth}"),
            &format!("quirina{nth}@polderveen.example"),
        )
        .await;
        world.quiet(PATIENCE).await;
        world.relay.behave();
    }
    for (given_name, _) in POISON {
        let address = format!("{given_name}@polderveen.example");
        register(&server, &format!("{given_name} Zandstra"), &address).await;
        world.quiet(PATIENCE).await;
        let accepted = world.relay.accepted();
        let mail = accepted
            .iter()
            .rfind(|mail| mail.envelope_to == address)
            .expect("a mail");
        let page = format!("{}/p/{}", server.base_url, token(mail).expect("a link"));
        let pressed = reqwest::Client::new()
            .post(page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("act=verify");
        assert_eq!(pressed.send().await.unwrap().status(), 200);
    }
    let failed = async |behind: &DatabaseConnection| {
        let failed = ledger_entry::Entity::find().filter(ledger_entry::Column::State.eq("failed"));
        let failed = failed.all(behind).await.unwrap();
        (failed.len() == POISON.len()).then_some(())
    };
    world.until("the mails that cannot be made", failed).await;
    let (logged, mut counts) = (stopped(server).await, Counts::default());
    names_nobody(&world, &logged, cases.len()).await;
    counts.add("replies that name somebody", cases.len());
    counts.add("mails that cannot be made", POISON.len());
    counts.merge(&world.hold_so_far().await);
    counts
}

/// Ends it, and tells everything that it wrote.
async fn stopped(mut server: Binary) -> String {
    server.signal("TERM");
    let status = server.ended(PATIENCE).await;
    assert!(status.success(), "{status}: {}", server.logged());
    let logged = server.logged();
    format!("{}{logged}", server.output())
}

/// No name, address, subject or key of anybody is logged, although it was said and kept.
async fn names_nobody(world: &World, logged: &str, replies: usize) {
    let attempts = delivery_attempt::Entity::find().all(&world.behind).await.unwrap();
    let named = attempts
        .iter()
        .filter(|attempt| attempt.text.as_deref().is_some_and(|text| text.contains("Quirina")));
    assert_eq!(named.count(), replies, "the relay has said it");
    assert!(
        logged.contains("\"DEBUG\"") && logged.contains("\"attempted\""),
        "{logged}"
    );
    let failures = logged.matches("a mail cannot be made").count();
    assert!(failures >= POISON.len(), "{logged}");

    let tokens: Vec<String> = world.relay.accepted().iter().filter_map(token).collect();
    assert!(tokens.len() > POISON.len(), "{} mails with links", tokens.len());
    let mails = message::Entity::find().all(&world.behind).await.unwrap();
    let subjects = mails.iter().map(|mail| mail.subject.clone());
    let addresses = mails.iter().map(|mail| mail.recipient.clone());
    let words = ["uirina", "andstra", "olderveen", "Bevestig", API_TOKEN].map(str::to_owned);
    let poisoned = POISON.map(|(given_name, _)| given_name.to_owned());
    let secrets = tokens.into_iter().chain(subjects).chain(addresses);
    for secret in secrets.chain(words).chain(poisoned) {
        let line = logged.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret} is logged");
    }
    // Also no key to a page that was never sent.
    let link = logged
        .lines()
        .find(|line| line.replace("/p/{token}", "").contains("/p/"));
    assert_eq!(link, None, "a link is logged");
}
