//! What everybody sees of a programme, registers by, and subscribes to.

use leernetwerk::{
    app::{Repeatable, programme_fields::ProgrammeFields},
    domain::message::Locale,
    web::{
        pages::mailbox::MailboxAccess,
        rate_limits::{MAILING_MUTATIONS_PER_MINUTE, RateLimits},
    },
};
use reqwest::{StatusCode, header};

use super::house::{ADMINISTRATOR, House, Page, SLUG, programme};

const PLACE: &str = "/programmes/werken-in-het-westen-2014";
const CALENDAR: &str = "/programmes/werken-in-het-westen-2014.ics";

const NOOR: [(&str, &str); 5] = [
    ("act", "register"),
    ("name", "Noor Visser"),
    ("email", "noor@gemeente.example"),
    ("organisation", "Gemeente Voorbeeld"),
    ("locale", "nl"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = NOOR
        .into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .collect();
    fields.extend(changes);
    fields
}

fn header_of<'a>(page: &'a Page, name: &header::HeaderName) -> Option<&'a str> {
    page.headers.get(name).map(|value| value.to_str().expect("text"))
}

async fn programme_id(house: &House) -> leernetwerk::domain::ids::ProgrammeId {
    let record = house.app.programme(&ADMINISTRATOR, SLUG).await.expect("an answer");
    record.expect("a programme").programme.id
}

#[tokio::test]
async fn the_page_tells_everybody_what_the_programme_is() {
    let house = House::with(MailboxAccess::Everybody).await;
    let mut fields = programme();
    fields.description = Some("## Waarom\n\nSamen *leren*.\n\n<script>alert(1)</script>".to_owned());
    if let Some(meetings) = &mut fields.meetings {
        meetings[1].municipality = Some("Alphen aan den Rijn".to_owned());
    }
    house.publish(&fields).await;
    let page = house.get(PLACE).await;
    page.says(&[
        "<html lang=\"nl\">",
        "<h1>Werken in het Westen</h1>",
        "Eigen regie en vertrouwen",
        "Open voor aanmelding",
        "tot en met zondag 25 mei 2014",
        "Er zijn nog 2 plaatsen vrij.",
        "<h3>Waarom</h3>",
        "<em>leren</em>",
        "&lt;script&gt;",
        "HR-adviseurs van gemeenten",
        "minstens 2, hoogstens 2",
        "€\u{a0}1.550,00 per persoon, exclusief btw; een subsidie van 50% is er al af",
        "Tweede bijeenkomst</span>: 23 en 24 september 2014, 09:30–16:30",
        "in Alphen aan den Rijn",
        "Leerbegeleider en organisator",
        "mailto:richard@leernetwerk.example",
        "<label for=\"register-email\">",
        "href=\"/p?lang=nl\"",
    ]);
    assert!(
        !page.text.contains("marc@leernetwerk.example"),
        "only contacts have public addresses"
    );
    assert!(!page.text.contains("<script") && !page.text.contains("noindex"));
    assert_eq!(header_of(&page, &header::VARY), Some("accept-language"));
    assert!(page.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    house.get(&format!("{PLACE}?lang=en")).await.says(&[
        "<html lang=\"en\">",
        "2 places are free.",
        "lang=\"nl\">Werken in het Westen",
    ]);
    house
        .get("/")
        .await
        .says(&["href=\"/programmes/werken-in-het-westen-2014?lang=nl\""]);
}

#[tokio::test]
async fn a_page_or_calendar_that_is_known_is_not_sent_again() {
    let house = House::open().await;
    for place in [PLACE, CALENDAR] {
        let first = house.get(place).await;
        let tag = header_of(&first, &header::ETAG).expect("a tag").to_owned();
        assert_eq!(header_of(&first, &header::CACHE_CONTROL), Some("no-cache"));
        let again = house
            .send(|client| client.get(house.address(place)).header(header::IF_NONE_MATCH, &tag))
            .await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
        // A place is taken, a meeting moves: something else is to be read.
        match place {
            PLACE => {
                house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
            }
            _ => move_the_second_meeting(&house).await,
        }
        let changed = house
            .send(|client| client.get(house.address(place)).header(header::IF_NONE_MATCH, &tag))
            .await;
        assert_eq!(changed.status, StatusCode::OK, "{place}");
    }
}

async fn move_the_second_meeting(house: &House) {
    house.travel("2014-05-02T12:00:00+02:00").await;
    let mut meetings = programme().meetings.expect("meetings");
    meetings[1].days.truncate(1);
    let fields = ProgrammeFields {
        meetings: Some(meetings),
        ..ProgrammeFields::default()
    };
    let id = programme_id(house).await;
    house
        .app
        .update_programme(&ADMINISTRATOR, id, &fields, &Repeatable::default())
        .await
        .expect("changed");
}

/// The values of a property, by entry.
fn values<'a>(calendar: &'a str, property: &str) -> Vec<&'a str> {
    let wanted = format!("{property}:");
    calendar.lines().filter_map(|line| line.strip_prefix(&wanted)).collect()
}

#[tokio::test]
async fn the_calendar_follows_the_programme() {
    let house = House::open().await;
    let first = house.get(CALENDAR).await;
    assert_eq!(
        header_of(&first, &header::CONTENT_TYPE),
        Some("text/calendar; charset=utf-8")
    );
    assert_eq!(
        values(&first.text, "DTSTART"),
        [
            "20140612T073000Z",
            "20140923T073000Z",
            "20140924T073000Z",
            "20150129T083000Z"
        ],
        "09:30 in summer and in winter"
    );
    assert_eq!(values(&first.text, "STATUS"), ["TENTATIVE"; 4]);
    assert_eq!(values(&first.text, "SEQUENCE"), ["0"; 4]);
    assert!(
        first
            .text
            .contains("ORGANIZER;CN=Werken in het Westen:mailto:noreply@leernetwerk.example")
    );
    assert!(first.text.contains(&format!("URL:{}{PLACE}", house.base_url)));
    move_the_second_meeting(&house).await;
    let moved = house.get(CALENDAR).await;
    assert_eq!(values(&moved.text, "SEQUENCE"), ["97200"; 3]);
    assert_eq!(values(&moved.text, "LAST-MODIFIED"), ["20140502T100000Z"; 3]);
    let uids = values(&first.text, "UID");
    assert!(
        values(&moved.text, "UID").iter().all(|uid| uids.contains(uid)),
        "entries keep their ids"
    );
    house.register_verified("Een", "een@gemeente.example").await;
    house.register_verified("Twee", "twee@gemeente.example").await;
    house.travel("2014-05-26T00:00:00+02:00").await;
    let certain = house.get(CALENDAR).await;
    assert_eq!(values(&certain.text, "STATUS"), ["CONFIRMED"; 3]);
    assert_eq!(values(&certain.text, "LAST-MODIFIED"), ["20140525T220000Z"; 3]);
    house
        .get(PLACE)
        .await
        .says(&["Gaat door", "Aanmelden kon tot en met zondag 25 mei 2014"]);
}

#[tokio::test]
async fn a_no_go_cancels_the_entries() {
    let house = House::open().await;
    house.travel("2014-05-26T00:00:00+02:00").await;
    let calendar = house.get(CALENDAR).await;
    assert_eq!(values(&calendar.text, "STATUS"), ["CANCELLED"; 4]);
    let page = house.get(PLACE).await;
    page.says(&["Gaat niet door"]);
    assert!(!page.text.contains("id=\"register\""), "{page:?}");
}

#[tokio::test]
async fn what_is_no_public_programme_is_not_there() {
    let house = House::with(MailboxAccess::Everybody).await;
    let once = Repeatable::default();
    house
        .app
        .create_programme(&ADMINISTRATOR, &programme(), &once)
        .await
        .expect("a draft");
    for place in [
        PLACE,
        CALENDAR,
        "/programmes/x",
        "/programmes/.ics",
        "/programmes/%E9",
        "/programmes/%3Cscript%3E",
        "/programmes/x.ics.ics",
    ] {
        let page = house.get(place).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{place}");
        assert!(
            !page.text.contains("Westen") && !page.text.contains("<script"),
            "{page:?}"
        );
        let answer = house.post(place, &NOOR).await;
        assert!(answer.status.is_client_error(), "{place}: {answer:?}");
    }
    assert_eq!(house.mails().await, 0);
}

#[tokio::test]
async fn registering_needs_no_portal() {
    let house = House::open().await;
    let answer = house.post(&format!("{PLACE}?lang=nl"), &NOOR).await;
    answer.says(&[
        "Kijk in uw mailbox",
        "Er is een plaats voor u vrijgehouden",
        "<b>noor@gemeente.example</b>",
        "vóór zondag 4 mei 2014 om 09:00 uur",
    ]);
    assert_eq!(header_of(&answer, &header::CACHE_CONTROL), Some("no-store"));
    let link = house.link_of("noor@gemeente.example").await;
    house.press(&link, "verify").await.says(&["U hebt een plaats"]);
    house.get(PLACE).await.says(&["Er is nog 1 plaats vrij."]);
    // The same person once more, and a neighbour: nobody can tell from the answer who is registered.
    let again = house.post(PLACE, &NOOR).await;
    let neighbour = house
        .post(PLACE, &with(&[("name", "Bo"), ("email", "bo@gemeente.example")]))
        .await;
    assert_eq!(again.text.replace("noor@", "bo@"), neighbour.text);
    house.get(PLACE).await.says(&["Er is nu geen plaats vrij."]);
    let waiting = house
        .post(
            &format!("{PLACE}?lang=en"),
            &with(&[("name", "Cas"), ("email", "cas@gemeente.example"), ("locale", "en")]),
        )
        .await;
    waiting.says(&["All places are taken. You will be number 1 on the waiting list."]);
    let link = house.link_of("cas@gemeente.example").await;
    house.get(&link).await.says(&["<html lang=\"en\">"]);
}

#[tokio::test]
async fn everything_that_was_filled_in_arrives() {
    let house = House::open().await;
    house
        .post(
            PLACE,
            &with(&[
                ("givenName", "No"),
                ("jobTitle", "HR-adviseur"),
                ("phone", "0172 123456"),
                ("motivation", "Omdat het moet."),
                ("billing.organisation", "Gemeente Betaalt"),
                ("billing.reference", "PO 7"),
                ("billing.email", "facturen@gemeente.example"),
            ]),
        )
        .await
        .says(&["Er is een plaats"]);
    let id = programme_id(&house).await;
    let page = house
        .app
        .registrations(&ADMINISTRATOR, id, None, &leernetwerk::domain::page::Window::first(5))
        .await
        .expect("registrations");
    let person = &page.items[0].registration.person;
    assert_eq!((&*person.given_name, person.locale), ("No", Locale::Nl));
    assert_eq!(person.job_title.as_deref(), Some("HR-adviseur"));
    assert_eq!(person.phone.as_deref(), Some("0172 123456"));
    assert_eq!(person.motivation.as_deref(), Some("Omdat het moet."));
    assert_eq!(person.billing.organisation.as_deref(), Some("Gemeente Betaalt"));
    assert_eq!(person.billing.reference.as_deref(), Some("PO 7"));
    assert_eq!(person.billing.email.as_deref(), Some("facturen@gemeente.example"));
}

#[tokio::test]
async fn mistakes_are_told_beside_the_field_and_nothing_is_lost() {
    let house = House::open().await;
    let too_long = "x".repeat(2_001);
    let answer = house
        .post(
            PLACE,
            &with(&[
                ("name", "<b>Noor</b>"),
                ("email", "noor"),
                ("organisation", " "),
                ("motivation", &too_long),
                ("billing.email", "ook niet"),
                ("locale", "en"),
            ]),
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        "role=\"alert\"",
        "Er is nog niets verstuurd",
        "value=\"&lt;b&gt;Noor&lt;/b&gt;\"",
        "value=\"noor\"",
        "id=\"register-email-error\">Dit is geen e-mailadres",
        "aria-describedby=\"register-email-hint register-email-error\" aria-invalid=\"true\"",
        "id=\"register-organisation-error\">Vul het veld",
        "2001 tekens",
        &too_long,
        "id=\"register-billing-email-error\"",
        "<option value=\"en\" selected>",
    ] {
        assert!(answer.text.contains(text), "no {text:?} in {}", answer.text);
    }
    assert!(
        !answer.text.contains("register-name-error") && !answer.text.contains("register-billing-organisation-error")
    );
    assert_eq!(house.mails().await, 2, "only the team was written to");
}

#[tokio::test]
async fn who_is_too_late_keeps_what_was_filled_in() {
    let house = House::open().await;
    house.travel("2014-05-26T00:00:00+02:00").await;
    let answer = house.post(PLACE, &NOOR).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.text.contains("Aanmelden kon tot en met zondag 25 mei 2014.")
            && answer.text.contains("value=\"Noor Visser\""),
        "{answer:?}"
    );
}

#[tokio::test]
async fn looking_never_registers_and_forms_are_limited() {
    let house = House::limited(MailboxAccess::Everybody, RateLimits::on()).await;
    house.publish(&programme()).await;
    let mails = house.mails().await;
    house
        .get(&format!(
            "{PLACE}?act=register&name=Noor&email=noor@gemeente.example&organisation=G"
        ))
        .await
        .says(&["Meld u aan"]);
    let odd = house.post(PLACE, &with(&[("act", "something")])).await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    assert_eq!(house.mails().await, mails);
    // Each form counts, also one that is refused; the allowance grows while the test goes on.
    for _ in 0..3 * MAILING_MUTATIONS_PER_MINUTE.get() {
        let refused = house.post(PLACE, &with(&[("email", "x")])).await;
        if refused.status == StatusCode::TOO_MANY_REQUESTS {
            assert!(refused.headers.contains_key(header::RETRY_AFTER));
            return;
        }
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    panic!("forms are not limited");
}

#[tokio::test]
async fn a_question_is_asked_and_not_reflected() {
    let house = House::open().await;
    let question = [
        ("act", "ask"),
        ("name", "Cees"),
        ("email", "cees@texel.example"),
        ("question", "Mag mijn hamster mee?"),
    ];
    let mails = house.mails().await;
    let answer = house.post(&format!("{PLACE}?lang=nl"), &question).await;
    answer.says(&["Dank u wel voor uw vraag", "Zij antwoorden u per e-mail"]);
    assert!(!answer.text.contains("hamster"));
    assert_eq!(house.mails().await, mails + 1, "one to the contact");
    let mut wrong = question;
    wrong[2].1 = "cees";
    let answer = house.post(PLACE, &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in [
        "id=\"ask-email-error\">Dit is geen e-mailadres",
        ">Mag mijn hamster mee?</textarea>",
        "value=\"cees\"",
    ] {
        assert!(answer.text.contains(text), "no {text:?} in {}", answer.text);
    }
    assert!(
        !answer.text.contains("register-email-error"),
        "the other form is as it was"
    );
    assert_eq!(house.mails().await, mails + 1);
}
