//! Whatever people type ends as a clear refusal of that field, or stands literally in mails and pages.

use leernetwerk::{domain::message::MessageKind::ProgrammeGoesAhead, mail::reading};
use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::harness::{
    app::{SLUG, TestApp},
    engines::on_both,
};

on_both!(
    what_a_field_cannot_hold_is_refused_by_its_name,
    what_looks_like_code_stands_as_it_was_typed
);

const EMAIL: &str = "ruth@gemeente.example";

/// Somebody with this in that field.
fn with(path: &[&str], value: &str) -> Value {
    let mut person =
        json!({ "programmeSlug": SLUG, "name": "Ruth", "email": EMAIL, "organisation": "gemeente", "billing": {} });
    match path {
        [field] => person[*field] = json!(value),
        [outer, inner] => person[*outer][*inner] = json!(value),
        _ => panic!("no such path"),
    }
    person
}

async fn what_a_field_cannot_hold_is_refused_by_its_name(app: &TestApp) {
    let lines: [&[&str]; 8] = [
        &["name"],
        &["givenName"],
        &["organisation"],
        &["jobTitle"],
        &["phone"],
        &["billing", "organisation"],
        &["billing", "reference"],
        &["motivation"],
    ];
    let huge = "lang ".repeat(2048);
    let mut cases: Vec<(&[&str], &str, &str)> = Vec::new();
    for field in lines {
        cases.extend([
            (field, "van rechts \u{202e}naar links", "INVALID"),
            (field, "nul \0 teken", "INVALID"),
            (field, huge.as_str(), "TOO_LONG"),
        ]);
        cases.extend([
            (field, "onzichtbaar\u{200b}e", "INVALID"),
            (field, "bel \u{7}", "INVALID"),
        ]);
        if field != ["motivation"] {
            cases.push((field, "Ruth\r\nBcc: allen@elders.example", "INVALID"));
        }
    }
    for field in [&["email"] as &[&str], &["billing", "email"]] {
        cases.extend([
            (field, "ruth@gemeente.example\r\nBcc: allen@elders.example", "INVALID"),
            (field, "ruth", "INVALID_EMAIL"),
            (field, "ruth@gemeente.example, allen@elders.example", "INVALID_EMAIL"),
            (field, "<script>@gemeente.example", "INVALID_EMAIL"),
            (field, "Ruth <ruth@gemeente.example>", "INVALID_EMAIL"),
            (field, "r\u{fc}th@gemeente.example", "INVALID_EMAIL"),
            (field, huge.as_str(), "TOO_LONG"),
        ]);
    }
    for (field, value) in [
        (&["name"] as &[&str], " \t "),
        (&["organisation"], ""),
        (&["email"], "  "),
    ] {
        cases.push((field, value, "REQUIRED"));
    }
    for (field, value, code) in cases {
        let refused = app.try_to_register(with(field, value)).await;
        let shown: String = value.chars().take(40).collect();
        assert_eq!(TestApp::codes(&refused), [code], "{field:?} {shown:?}: {refused}");
        assert_eq!(refused["errors"][0]["field"], json!(field), "{shown:?}");
        assert_eq!(refused["receipt"], json!(null));
    }
    let none = app
        .try_to_register(json!({ "programmeSlug": "no\0such", "name": "Ruth", "email": EMAIL, "organisation": "x" }))
        .await;
    assert_eq!(
        (TestApp::codes(&none), &none["errors"][0]["field"]),
        (vec!["NOT_FOUND".to_owned()], &json!(["programmeSlug"]))
    );
    // Everything that is wrong is told at once.
    let all = app
        .try_to_register(json!({ "programmeSlug": SLUG, "name": "", "email": "x", "organisation": "\u{202e}" }))
        .await;
    assert_eq!(TestApp::codes(&all), ["REQUIRED", "INVALID_EMAIL", "INVALID"]);
    assert_eq!(
        app.registrations_at(EMAIL).await,
        Vec::<Value>::new(),
        "nobody was registered by any of it"
    );
    assert_eq!(app.mails_to(EMAIL).await.len(), 0);
}

async fn what_looks_like_code_stands_as_it_was_typed(app: &TestApp) {
    // What leads elsewhere is no name to greet an address with that nobody has verified yet.
    let typed = [
        ("<script>alert(1)</script>", false),
        ("{{programme.title}} {{{link}}} {{#if}}", false),
        (
            "[klik](https://elders.example) ![x](https://elders.example/x.png)",
            false,
        ),
        ("https://elders.example/ www.elders.example", false),
        ("<script>", true),
        ("{{link}} {{{link}}} {{#if}}", true),
        ("[klik](x) ![x](y) [a][b] <b>", true),
        ("**vet** _schuin_ # kop `code` ~~weg~~ | 1) \\ &lt;", true),
        (
            "\u{1f469}\u{200d}\u{1f3eb} Zo\u{eb} O'Neil & \"Co\" =?utf-8?q?x?=",
            true,
        ),
    ];
    for (n, (given, is_name)) in typed.into_iter().enumerate() {
        let email = format!("ruth{n}@gemeente.example");
        let mut person =
            json!({ "programmeSlug": SLUG, "name": given, "givenName": given, "email": email, "organisation": given });
        for field in ["jobTitle", "motivation"] {
            person[field] = json!(given);
        }
        person["billing"] = json!({ "organisation": given, "reference": given });
        let registered = app.try_to_register(person).await;
        assert_eq!(registered["errors"], json!([]), "{given}");
        let mail = app.mails_to(&email).await.remove(0);
        let source = app.source(&mail).await;
        let read = reading::read(&source).unwrap();
        let greeting = if is_name { given } else { "heer of mevrouw" };
        assert!(
            flat(&read.text).contains(&format!("Beste {greeting},")),
            "{}",
            read.text
        );
        literal_in(&read.html, greeting);
        let parsed = MessageParser::default().parse(&source).unwrap();
        let to = parsed.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some(given), Some(email.as_str())));
        assert!(parsed.bcc().is_none() && parsed.attachment_count() == 0);

        let link = app.link_token(&email).await;
        literal_in(&app.page(&link).await, given);
        assert_eq!(app.respond(&link, "confirmRegistration").await, "REGISTERED");
        let own = app
            .data(
                Some(&link),
                "{ viewer { registration { name givenName organisation jobTitle motivation billing { reference } } } }",
                json!({}),
            )
            .await;
        for value in own["viewer"]["registration"]
            .as_object()
            .unwrap()
            .values()
            .filter(|value| value.is_string())
        {
            assert_eq!(value, given);
        }
    }
    // The employer stands in the mail of the go; what an organiser types, in the title and in a reason.
    app.organise(
        "updateProgramme",
        json!({ "title": "Leren <i>&</i> {{doen}} [x](https://elders.example)" }),
    )
    .await;
    let reason = "Nog even: <script>alert(2)</script> [hier](https://elders.example) {{link}}";
    app.organise(
        "extendDeadline",
        json!({ "registrationDeadline": "2014-06-01", "reason": reason }),
    )
    .await;
    let mail = app.mails_to("ruth0@gemeente.example").await.pop().unwrap();
    assert!(
        mail.subject
            .contains("Leren <i>&</i> {{doen}} [x](https://elders.example)"),
        "{}",
        mail.subject
    );
    let read = reading::read(&app.source(&mail).await).unwrap();
    assert_eq!(read.subject, mail.subject);
    literal_in(&read.html, reason);
    assert!(flat(&read.text).contains(reason), "{}", read.text);
    app.travel("2014-06-02T00:00:00+02:00").await;
    for (n, (given, _)) in typed.into_iter().enumerate() {
        let mail = app.mails_to(&format!("ruth{n}@gemeente.example")).await.pop().unwrap();
        assert_eq!(mail.kind, ProgrammeGoesAhead);
        let read = reading::read(&app.source(&mail).await).unwrap();
        literal_in(&read.html, given);
        assert!(
            flat(&read.text).contains(&format!("De rekening gaat naar {given}, of")),
            "{}",
            read.text
        );
    }
}

/// The text is there, and nothing of it has become markup.
fn literal_in(html: &str, given: &str) {
    let lower = html.to_lowercase();
    assert!(
        !lower.contains("<script>alert")
            && !lower.contains("href=\"https://elders")
            && !lower.contains("src=\"https://elders"),
        "{html}"
    );
    assert!(!lower.contains("<b>,") && !lower.contains("<strong>vet"), "{html}");
    let text = mail_parser::decoders::html::html_to_text(html);
    assert!(flat(&text).contains(&flat(given)), "{given} is not in {text}");
}

/// Lines may be folded where there is a blank.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
