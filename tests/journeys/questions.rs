//! A question from the public page reaches those who answer, and nobody else.

use leernetwerk::domain::message::MessageKind::QuestionAsked;
use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::harness::{
    app::{SLUG, TestApp},
    dump,
    engines::on_both,
};

on_both!(
    a_question_reaches_every_contact_and_nobody_else,
    what_is_asked_stays_text,
    without_a_contact_the_organisers_answer,
);

const ASKER: &str = "cees@texel.example";

fn question(text: &str) -> Value {
    json!({ "programmeSlug": SLUG, "name": "Cees de Bruin", "email": ASKER, "question": text })
}

async fn ask(app: &TestApp, input: Value) -> Vec<String> {
    let answer = app.act(None, "askQuestion", "__typename", input).await;
    app.settle().await;
    TestApp::codes(&answer)
}

/// A team with these contacts, beside its organiser.
async fn with_contacts(app: &TestApp, contacts: &[&str]) {
    let member = |email: &str, role: &str| json!({ "name": "Iemand", "email": email, "roles": [role] });
    let mut team = vec![member("marc@leernetwerk.example", "ORGANISER")];
    team.extend(contacts.iter().map(|email| member(email, "CONTACT")));
    app.organise("updateProgramme", json!({ "team": team })).await;
    app.settle().await;
}

const CONTACTS: [&str; 2] = ["richard@leernetwerk.example", "cato@leernetwerk.example"];

async fn a_question_reaches_every_contact_and_nobody_else(app: &TestApp) {
    with_contacts(app, &CONTACTS).await;
    let before = app.mails().await.len();
    assert_eq!(
        ask(app, question("Mag mijn\n\nhamster mee?")).await,
        Vec::<String>::new()
    );
    assert_eq!(ask(app, question("Mag mijn kat mee?")).await, Vec::<String>::new());
    let mails = app.mails().await;
    assert_eq!(mails.len(), before + 4, "one for each question and contact");
    assert_eq!(app.count(QuestionAsked).await, 4);
    assert!(app.mails_to(ASKER).await.is_empty(), "nothing is reflected");
    let mail = mails.iter().find(|mail| mail.kind == QuestionAsked).expect("the mail");
    let source = app.source(mail).await;
    let message = MessageParser::new().parse(&source).expect("a message");
    let reply_to = message.reply_to().expect("a place to answer to").first().expect("one");
    assert_eq!(
        (reply_to.name(), reply_to.address()),
        (Some("Cees de Bruin"), Some(ASKER))
    );
    let text = message.body_text(0).expect("text");
    assert!(text.contains("hamster mee?") && text.contains(ASKER), "{text}");
    assert!(
        !text.contains("/p/"),
        "a reply quotes the mail, so no personal link stands in it: {text}"
    );
    // Sealed in the mail, and nowhere else.
    for row in dump::rows(&app.database).await {
        assert!(
            !row.contains("hamster") && !row.contains(ASKER) && !row.contains("Cees"),
            "{row}"
        );
    }
    let mut told: Vec<_> = app
        .timeline()
        .await
        .into_iter()
        .filter(|entry| entry["messageKind"] == json!("QUESTION_ASKED"))
        .map(|entry| entry["recipient"].as_str().expect("an address").to_owned())
        .collect();
    told.sort();
    assert_eq!(told, [CONTACTS[1], CONTACTS[1], CONTACTS[0], CONTACTS[0]]);
}

async fn what_is_asked_stays_text(app: &TestApp) {
    with_contacts(app, &CONTACTS).await;
    for (change, code) in [
        (("question", " "), "REQUIRED"),
        (("email", "cees"), "INVALID_EMAIL"),
        (("email", "cees@texel.example\r\nBcc: ieder@elders.example"), "INVALID"),
        (("name", "Cees\r\nBcc: ieder@elders.example"), "INVALID"),
        (("programmeSlug", "onbekend"), "NOT_FOUND"),
    ] {
        let mut input = question("Is er lunch?");
        input[change.0] = json!(change.1);
        assert_eq!(ask(app, input).await, [code], "{change:?}");
    }
    assert_eq!(ask(app, question(&"x".repeat(2_001))).await, ["TOO_LONG"]);
    assert_eq!(app.count(QuestionAsked).await, 0);
    let hostile = "<script>x</script> [klik](https://evil.example/a) **vet** {{link}}";
    assert_eq!(ask(app, question(hostile)).await, Vec::<String>::new());
    let (kind, _) = app.newest_mail("richard@leernetwerk.example").await;
    assert_eq!(kind, QuestionAsked);
    let mails = app.mails_to("richard@leernetwerk.example").await;
    let source = app.source(mails.last().expect("a mail")).await;
    let message = MessageParser::new().parse(&source).expect("a message");
    let (html, text) = (message.body_html(0).expect("html"), message.body_text(0).expect("text"));
    assert!(text.contains(hostile), "{text}");
    assert!(
        !html.contains("<script") && !html.contains("href=\"https://evil") && !html.contains("<strong>vet"),
        "{html}"
    );
}

async fn without_a_contact_the_organisers_answer(app: &TestApp) {
    with_contacts(app, &[]).await;
    assert_eq!(ask(app, question("Is er lunch?")).await, Vec::<String>::new());
    let (kind, _) = app.newest_mail("marc@leernetwerk.example").await;
    assert_eq!(kind, QuestionAsked);
}
