use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use leernetwerk::{
    domain::message::{Letter, Locale},
    mail::{
        check::Preview,
        compose::{Addressee, ComposeError, Sender},
        reading, samples,
    },
};
use mail_parser::{HeaderName, Message, MessageParser};

use super::{composer, locale_of, previews};

fn parsed(preview: &Preview) -> Message<'_> {
    MessageParser::default().parse(&preview.composed.raw).unwrap()
}

#[test]
fn each_mail_is_well_formed() {
    for preview in previews() {
        let raw = &preview.composed.raw;
        assert!(raw.is_ascii(), "{}", preview.name);
        let text = std::str::from_utf8(raw).unwrap();
        assert!(
            text.split("\r\n")
                .all(|line| line.len() <= 998 && !line.contains(['\r', '\n', '\0'])),
            "{}",
            preview.name
        );
        let message = parsed(preview);
        for header in [
            HeaderName::From,
            HeaderName::To,
            HeaderName::Date,
            HeaderName::MessageId,
            HeaderName::Subject,
            HeaderName::ContentLanguage,
            HeaderName::MimeVersion,
            HeaderName::ContentType,
            HeaderName::AutoSubmitted,
        ] {
            let times = message.headers().iter().filter(|each| each.name == header).count();
            assert_eq!(times, 1, "{}: {header:?}", preview.name);
        }
        assert_eq!(message.message_id(), Some("sample@leernetwerk.example"));
        assert_eq!(message.date().unwrap().to_timestamp(), 0);
        assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
        assert_eq!(
            message.header_raw("Content-Language").unwrap().trim(),
            locale_of(preview).tag()
        );
        assert_eq!(
            message.subject(),
            Some(preview.composed.subject.as_str()),
            "{}",
            preview.name
        );
        // Two forms of the words, and beside them a file for each entry in the recipient's calendar.
        let files = message.attachments().count();
        let expected = if files == 0 { 3 } else { 4 + files };
        assert_eq!(message.parts.len(), expected, "{}", preview.name);
    }
}

#[test]
fn names_and_addresses_arrive_as_they_are_and_add_no_header() {
    let samples = samples::all().unwrap();
    for preview in previews() {
        let (_, name) = preview.name.rsplit_once('/').unwrap();
        let kind = preview.name.split('/').nth(1).unwrap();
        let sample = samples
            .iter()
            .find(|each| each.name == name && each.letter.kind().word() == kind)
            .unwrap();
        let message = parsed(preview);
        let of = |header: Option<&mail_parser::Address<'_>>| {
            let addresses: Vec<_> = header.unwrap().iter().cloned().collect();
            assert_eq!(addresses.len(), 1, "{}", preview.name);
            let only = &addresses[0];
            (
                only.name().unwrap_or_default().to_owned(),
                only.address().unwrap().to_owned(),
            )
        };
        assert_eq!(
            of(message.to()),
            (sample.to.name.to_string(), sample.to.email.to_string())
        );
        let title = sample.programme.announced.title.to_string();
        assert_eq!(of(message.from()), (title, "post@leernetwerk.example".to_owned()));
        let answers = match &sample.letter {
            Letter::QuestionAsked { name, email, .. } | Letter::FacilitatorsAsked { name, email, .. } => {
                Some((name, email))
            }
            _ => sample
                .programme
                .contact()
                .map(|contact| (&contact.name, &contact.email)),
        };
        match answers {
            Some((name, email)) => assert_eq!(of(message.reply_to()), (name.to_string(), email.to_string())),
            None => assert!(message.reply_to().is_none()),
        }
        assert!(message.bcc().is_none() && message.cc().is_none(), "{}", preview.name);
    }
}

fn links_in_html(html: &str) -> BTreeSet<String> {
    html.split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"))
        .collect()
}

/// The link itself, or one to an area of the page behind it.
fn is_personal_link(link: &str) -> bool {
    link.strip_prefix(samples::LINK)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("?page="))
}

#[test]
fn both_parts_say_the_same_and_lead_to_the_same_places() {
    for preview in previews() {
        let message = parsed(preview);
        let (html, text) = (message.body_html(0).unwrap(), message.body_text(0).unwrap());
        assert_eq!(
            html.replace("\r\n", "\n"),
            preview.html.trim_end_matches('\n').to_owned() + trailing(&html),
            "{}",
            preview.name
        );
        assert_eq!(text.replace("\r\n", "\n"), preview.text, "{}", preview.name);
        let links = links_in_html(&html);
        for link in &links {
            match link.strip_prefix("mailto:") {
                Some(address) => assert!(text.contains(address), "{}: {link}", preview.name),
                None => assert!(is_personal_link(link), "{}: {link}", preview.name),
            }
        }
        // A reply to a question goes to whoever asked, with what it quotes.
        let is_own = !["/question-asked/", "/facilitators-asked/"]
            .iter()
            .any(|kind| preview.name.contains(kind));
        assert_eq!(
            links.iter().any(|link| is_personal_link(link)),
            is_own,
            "{}",
            preview.name
        );
        assert_eq!(text.lines().any(is_personal_link), is_own, "{}", preview.name);
        // Every line of the text is in the HTML, whatever its marks and spaces.
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let page = squeezed(&mail_parser::decoders::html::html_to_text(&html));
        for line in preview
            .text
            .lines()
            .filter(|line| *line != samples::LINK && *line != "-- ")
        {
            let said = line.trim_start_matches(['-', '>', ' ']).trim_end_matches(':');
            assert!(page.contains(&squeezed(said)), "{}: {line}", preview.name);
        }
    }
}

fn trailing(html: &str) -> &'static str {
    if html.ends_with('\n') { "\n" } else { "" }
}

#[test]
fn the_page_is_made_for_reading() {
    for preview in previews() {
        let html = &preview.html;
        let tag = locale_of(preview).tag();
        assert!(html.starts_with("<!DOCTYPE html>"), "{}", preview.name);
        assert!(html.contains(&format!("<html lang=\"{tag}\" dir=\"ltr\">")));
        assert_eq!(
            (html.matches("<title>").count(), html.matches("<h1").count()),
            (1, 1),
            "{}",
            preview.name
        );
        assert_eq!(
            html.matches("<table").count(),
            html.matches("role=\"presentation\"").count(),
            "{}",
            preview.name
        );
        assert!(html.len() < 100_000, "{}: {} bytes", preview.name, html.len());
        // What a stranger wrote stays text.
        for markup in ["<script", "<b>", "<img", "href=\"https://evil"] {
            assert!(!html.contains(markup), "{}: {markup}", preview.name);
        }
        assert_eq!(
            html.matches("<style").count(),
            1,
            "only what cannot be inlined stays a style sheet"
        );
        for size in html
            .split("font-size: ")
            .skip(1)
            .map(|rest| rest.split("px").next().unwrap())
        {
            assert!(size.parse::<u32>().unwrap() >= 16, "{}: {size}", preview.name);
        }
    }
}

fn one(link: Option<&str>, message_id: &str, name: &str) -> Result<Vec<u8>, ComposeError> {
    let to = Addressee {
        name: name.parse().unwrap(),
        given_name: "Anna".parse().unwrap(),
        email: "anna@gemeente.example".parse().unwrap(),
        locale: Locale::Nl,
        organisation: None,
    };
    let letter = Letter::WaitingListJoined { waiting_position: 3 };
    let at: DateTime<Utc> = "2014-05-01T07:00:00Z".parse().unwrap();
    let programme = samples::programme().unwrap();
    composer()
        .compose(&letter, &to, &programme, link, Some("Tot ziens!"), message_id, at)
        .map(|composed| composed.raw)
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    let first = one(Some(samples::LINK), "1@leernetwerk.example", "Anna").unwrap();
    assert_eq!(
        first,
        one(Some(samples::LINK), "1@leernetwerk.example", "Anna").unwrap()
    );
    let again = one(Some(samples::LINK), "2@leernetwerk.example", "Anna").unwrap();
    assert_ne!(first, again);
    let text = String::from_utf8(first).unwrap();
    assert!(text.starts_with("Date: Thu, 01 May 2014 07:00:00 +0000\r\n"), "{text}");
    assert!(text.contains("\r\nMessage-ID: <1@leernetwerk.example>\r\n"), "{text}");
}

#[test]
fn a_stored_mail_can_be_read_back() {
    let read = reading::read(&one(Some(samples::LINK), "1@leernetwerk.example", "Anna").unwrap()).unwrap();
    assert_eq!(read.subject, "U staat op de wachtlijst van Eigen regie en vertrouwen");
    assert!(
        read.text.contains("\nTot ziens!\n") && read.text.contains("plaats 3 van de wachtlijst"),
        "{}",
        read.text
    );
    assert!(read.html.contains("<p style=") && read.html.contains("Tot ziens!"));
}

#[test]
fn what_cannot_be_composed_says_why() {
    assert!(matches!(
        one(None, "1@x.example", "Anna"),
        Err(ComposeError::LinkMissing(_))
    ));
    for link in [
        "",
        "javascript:alert(1)",
        "https://x.example/a b",
        "https://x.example/\r\nBcc: a@b.example",
        "/p/x",
    ] {
        assert!(
            matches!(one(Some(link), "1@x.example", "Anna"), Err(ComposeError::Link)),
            "{link}"
        );
    }
    for id in [
        "",
        "x",
        "@",
        "a@",
        "@b",
        "a b@c",
        "a@b\r\nBcc: x@y",
        "<a@b>",
        "a@b@c",
        "é@b",
    ] {
        assert!(
            matches!(one(Some(samples::LINK), id, "Anna"), Err(ComposeError::MessageId)),
            "{id:?}"
        );
    }
}

#[test]
fn names_of_every_alphabet_arrive() {
    for name in [
        "Zoë van 't Hof-d'Ëlle",
        "Ωμέγα",
        "李小龙",
        "😀 Jan",
        "Anna \\ \"de\" Vries",
        &"é".repeat(100),
        "=?utf-8?q?x?=",
    ] {
        let raw = one(Some(samples::LINK), "1@x.example", name).unwrap();
        let message = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(message.to().unwrap().first().unwrap().name(), Some(name));
    }
}

#[test]
fn message_ids_are_made_from_the_id_and_the_senders_domain() {
    let sender = Sender {
        from: "post@leernetwerk.example".parse().unwrap(),
    };
    assert_eq!(
        sender.message_id(uuid::Uuid::nil().into()),
        "00000000-0000-0000-0000-000000000000@leernetwerk.example"
    );
}

#[test]
fn one_composer_serves_every_thread() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    is_shared(&composer());
}
