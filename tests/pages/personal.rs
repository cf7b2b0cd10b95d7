//! What people see behind their links, and what the buttons do.

use chrono::NaiveDate;
use leernetwerk::{
    app::{Repeatable, planning::Confirmation, programme_fields::ProgrammeFields},
    domain::{decision::DecisionMode, message::Locale},
};
use reqwest::StatusCode;

use super::house::{ADMINISTRATOR, House, SLUG};

async fn extend(house: &House, to: &str) {
    let record = house
        .app
        .programme(&ADMINISTRATOR, SLUG)
        .await
        .expect("an answer")
        .expect("a programme");
    let day: NaiveDate = to.parse().expect("a day");
    let once = Repeatable::default();
    house
        .app
        .extend_deadline(
            &ADMINISTRATOR,
            record.programme.id,
            day,
            "Er is weer tijd.",
            &Confirmation::default(),
            &once,
        )
        .await
        .expect("extended");
}

#[tokio::test]
async fn verifying_takes_one_press_and_a_second_changes_nothing() {
    let house = House::open().await;
    let link = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let page = house.get(&link).await;
    page.says(&[
        "<html lang=\"nl\">",
        "Uw aanmelding is nog niet klaar",
        "vóór zondag 4 mei 2014 om 09:00 uur",
        "Bevestig mijn aanmelding",
    ]);
    let page = house.press(&link, "verify").await;
    page.says(&[
        "Uw e-mailadres is bevestigd",
        "U hebt een plaats",
        "Na de sluitingsdatum",
    ]);
    assert!(!page.text.contains("value=\"verify\""));
    let mails = house.mails().await;
    house.press(&link, "verify").await.says(&["U hebt een plaats"]);
    assert_eq!(house.mails().await, mails);
}

#[tokio::test]
async fn pages_speak_the_persons_language_or_the_one_asked_for() {
    let house = House::open().await;
    let link = house.register("Ann Bell", "ann@gemeente.example", Locale::En).await;
    house.get(&link).await.says(&[
        "<html lang=\"en\">",
        "Confirm my registration",
        "HR-adviseurs van gemeenten",
        "€1,550.00 per person",
    ]);
    house.get(&format!("{link}?lang=nl")).await.says(&[
        "<html lang=\"nl\">",
        "Bevestig mijn aanmelding",
        "€\u{a0}1.550,00 per persoon",
    ]);
    let answer = house.post(&format!("{link}?lang=nl"), &[("act", "verify")]).await;
    assert_eq!(answer.location(), "?done=verify&lang=nl");
}

#[tokio::test]
async fn an_offered_place_is_accepted_or_declined() {
    let house = House::open().await;
    let first = house.register_verified("Een", "een@gemeente.example").await;
    let second = house.register_verified("Twee", "twee@gemeente.example").await;
    let third = house.register_verified("Drie", "drie@gemeente.example").await;
    let fourth = house.register_verified("Vier", "vier@gemeente.example").await;
    house.get(&third).await.says(&["U staat op plaats 1 van de wachtlijst"]);
    house
        .get(&fourth)
        .await
        .says(&["U staat op plaats 2 van de wachtlijst"]);
    house.press(&first, "withdraw").await.says(&["U bent afgemeld"]);
    let offered = house.get(&third).await;
    offered.says(&[
        "Er is een plaats voor u vrij",
        "tot en met dinsdag 6 mei 2014",
        "value=\"accept\"",
        "value=\"decline\"",
    ]);
    house
        .press(&third, "decline")
        .await
        .says(&["De plaats gaat naar de volgende", "U hebt de plaats niet aangenomen"]);
    house
        .press(&third, "decline")
        .await
        .says(&["U hebt de plaats niet aangenomen"]);
    house
        .press(&fourth, "accept")
        .await
        .says(&["de plaats is voor u", "U hebt een plaats"]);
    house.press(&fourth, "accept").await.says(&["U hebt een plaats"]);
    house.travel("2014-05-26T00:00:00+02:00").await;
    house.get(&fourth).await.says(&["U doet mee", "uw plaats is zeker"]);
    house
        .get(&format!("{second}?withdraw=1"))
        .await
        .says(&["Meldt u zich af, dan betaalt u 100% van de prijs: €\u{a0}1.550,00, exclusief btw."]);
}

#[tokio::test]
async fn leaving_asks_once_more() {
    let house = House::open().await;
    let link = house.register_verified("Noor Visser", "noor@gemeente.example").await;
    house.get(&link).await.says(&["href=\"?withdraw=1\""]);
    house.get(&format!("{link}?withdraw=1")).await.says(&[
        "U bent nog niet afgemeld",
        "<label for=\"reason\">",
        "maxlength=\"1000\"",
    ]);
    let too_long = "x".repeat(1001);
    let refused = house
        .post(
            &format!("{link}?withdraw=1"),
            &[("act", "withdraw"), ("reason", &too_long)],
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("is te lang: 1001 tekens") && refused.text.contains(&too_long),
        "{refused:?}"
    );
    let answer = house
        .post(
            &format!("{link}?withdraw=1"),
            &[("act", "withdraw"), ("reason", "Een <andere> baan")],
        )
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "?done=withdraw")
    );
    house
        .press(&link, "withdraw")
        .await
        .says(&["U bent afgemeld", "Aanmelden kan nog"]);
    // The second step is no longer there.
    house
        .get(&format!("{link}?withdraw=1"))
        .await
        .says(&["<h2>U bent afgemeld</h2>"]);
}

#[tokio::test]
async fn too_late_is_told_in_plain_words() {
    let house = House::open().await;
    let late = house.register("Laat", "laat@gemeente.example", Locale::Nl).await;
    house.travel_asleep("2014-05-04T09:00:00+02:00").await;
    let page = house.get(&late).await;
    page.says(&["Die tijd is voorbij"]);
    assert!(!page.text.contains("<button"), "{}", page.text);
    let refused = house.post(&late, &[("act", "verify")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.text.contains("role=\"alert\"") && refused.text.contains("Uw aanmelding is vervallen"),
        "{refused:?}"
    );
    let offer = house.post(&late, &[("act", "accept")]).await;
    assert_eq!(offer.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_offer_that_has_ended_is_told() {
    let house = House::open().await;
    let first = house.register_verified("Een", "een@gemeente.example").await;
    house.register_verified("Twee", "twee@gemeente.example").await;
    let third = house.register_verified("Drie", "drie@gemeente.example").await;
    house.press(&first, "withdraw").await;
    house.travel("2014-05-07T00:00:00+02:00").await;
    let refused = house.post(&third, &[("act", "accept")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.text.contains("U bent te laat: de plaats die wij u aanboden"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn after_a_no_go_and_reopening_one_press_registers_anew() {
    let house = House::open().await;
    let link = house.register_verified("Noor Visser", "noor@gemeente.example").await;
    house.travel("2014-05-26T00:00:00+02:00").await;
    house.get(&link).await.says(&[
        "Het programma gaat niet door",
        "Er waren te weinig aanmeldingen: 1, terwijl er minstens 2 nodig waren",
    ]);
    let refused = house.post(&link, &[("act", "register-anew")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("De aanmelding is gesloten."), "{refused:?}");
    extend(&house, "2014-06-01").await;
    house
        .get(&link)
        .await
        .says(&["U kunt zich opnieuw aanmelden", "value=\"register-anew\""]);
    let page = house.press(&link, "register-anew").await;
    page.says(&[
        "U bent opnieuw aangemeld.",
        "u hebt een plaats",
        "de link in de mail die u toen kreeg",
    ]);
    assert!(!page.text.contains("value=\"register-anew\""));
    let mails = house.mails().await;
    house.press(&link, "register-anew").await.says(&["u hebt een plaats"]);
    assert_eq!(house.mails().await, mails);
    house
        .get(&house.link_of("noor@gemeente.example").await)
        .await
        .says(&["U hebt een plaats"]);
}

#[tokio::test]
async fn a_team_sees_what_its_links_are_for() {
    let house = House::open().await;
    house.register_verified("Noor Visser", "noor@gemeente.example").await;
    house.register("Bo", "bo@gemeente.example", Locale::Nl).await;
    let organiser = house.link_of("marc@leernetwerk.example").await;
    let page = house.get(&organiser).await;
    page.says(&[
        "begeleider en organisator",
        "<dt>Plaatsen bezet</dt><dd>2 van 2</dd>",
        "<dt>Telt mee voor het minimum</dt><dd>1 van minstens 2</dd>",
        "<dt>Nog niet bevestigd</dt><dd>1</dd>",
        "href=\"/graphiql\"",
        "Bearer …",
    ]);
    let token = organiser.rsplit('/').next().expect("a token");
    assert!(!page.text.contains(token), "the key stands on the page");
    let contact = house.get(&house.link_of("richard@leernetwerk.example").await).await;
    contact.says(&["<html lang=\"en\">", "as contact", "richard@leernetwerk.example"]);
    assert!(
        !contact.text.contains("graphiql") && !contact.text.contains("Places taken"),
        "{}",
        contact.text
    );
    assert_eq!(
        house.post(&organiser, &[("act", "verify")]).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_new_link_is_asked_for() {
    let house = House::open().await;
    house.register_verified("Noor Visser", "noor@gemeente.example").await;
    house.get("/p").await.says(&[
        "Vraag een nieuwe link aan",
        "<option value=\"werken-in-het-westen-2014\">Werken in het Westen",
    ]);
    let mails = house.mails().await;
    let known = house
        .post("/p", &[("programme", SLUG), ("email", "Noor@Gemeente.example")])
        .await;
    assert_eq!(house.mails().await, mails + 1);
    let unknown = house
        .post("/p", &[("programme", SLUG), ("email", "niemand@gemeente.example")])
        .await;
    assert_eq!(house.mails().await, mails + 1);
    assert_eq!((known.status, &known.text), (StatusCode::OK, &unknown.text));
    house
        .get(&house.link_of("noor@gemeente.example").await)
        .await
        .says(&["U hebt een plaats"]);
    let refused = house
        .post("/p", &[("programme", SLUG), ("email", "geen adres\"><b>")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("Dit is geen e-mailadres")
            && refused.text.contains("value=\"geen adres&quot;&gt;&lt;b&gt;\""),
        "{refused:?}"
    );
    let none = house
        .post(
            "/p",
            &[("programme", "iets-anders"), ("email", "noor@gemeente.example")],
        )
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("Dit programma bestaat niet"), "{none:?}");
}

/// The value of a hidden field in the form of a choice.
fn hidden<'a>(html: &'a str, choice: &str, name: &str) -> &'a str {
    let form = html
        .split("<form")
        .find(|form| form.contains(&format!("name=\"outcome\" value=\"{choice}\"")))
        .expect("a form");
    let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1).expect(name);
    field.split('"').next().expect("a value")
}

#[tokio::test]
async fn an_organiser_decides_on_the_page_by_what_it_shows() {
    let house = House::open().await;
    house.register_verified("Noor Visser", "noor@gemeente.example").await;
    let once = Repeatable::default();
    let record = house.app.programme(&ADMINISTRATOR, SLUG).await.expect("an answer");
    let programme = record.expect("a programme").programme.id;
    let proposes = ProgrammeFields {
        decision_mode: Some(DecisionMode::Propose),
        ..ProgrammeFields::default()
    };
    house
        .app
        .update_programme(&ADMINISTRATOR, programme, &proposes, &once)
        .await
        .expect("changed");
    let marc = house.link_of("marc@leernetwerk.example").await;
    assert!(
        !house.get(&marc).await.text.contains("plan_hash"),
        "there is nothing to decide yet"
    );
    house.travel("2014-05-26T09:00:00+02:00").await;
    let page = house.get(&marc).await;
    page.says(&[
        "Uw besluit is nodig",
        "Laten doorgaan",
        "1 (minimum 2)",
        "<p>Het programma gaat door:</p><ul><li>noor@gemeente.example</li></ul>",
        "<p>Het programma gaat niet door:</p><ul><li>noor@gemeente.example</li></ul>",
        "<p>Wat er is besloten:</p><ul><li>marc@leernetwerk.example</li></ul>",
        "Er gebeurt pas iets als u op een knop drukt.",
    ]);
    let hash = hidden(&page.text, "go", "plan_hash").to_owned();
    let go = |reason: &'static str, hash: &str| {
        [
            ("act", "decide"),
            ("outcome", "go"),
            ("reason", reason),
            ("plan_hash", hash),
        ]
        .map(|(a, b)| (a, b.to_owned()))
    };
    let send = async |fields: [(&str, String); 4]| {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        house.post(&marc, &fields).await
    };
    let refused = send(go("", &hash)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("Vul het veld 'reden' in."), "{refused:?}");
    let stale = send(go("De groep wil het.", "0")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    for text in ["Er is intussen iets veranderd.", "De groep wil het."] {
        assert!(stale.text.contains(text), "{stale:?}");
    }
    assert_eq!(
        stale.text.matches("De groep wil het.").count(),
        1,
        "it stands in the form where it was typed: {stale:?}"
    );
    let done = send(go("De groep wil het.", &hash)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    house
        .get(&format!("{marc}?done=decide"))
        .await
        .says(&["Uw besluit is genomen."]);
    let page = house.get(&marc).await;
    page.says(&["gaat door"]);
    assert!(!page.text.contains("plan_hash") && !page.text.contains("Uw besluit is genomen."));
    let twice = send(go("De groep wil het.", &hash)).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.text.contains("class=\"refused\" role=\"alert\""), "{twice:?}");
    // Nobody else of the team has anything to press.
    let richard = house.link_of("richard@leernetwerk.example").await;
    let fields = [("act", "decide"), ("outcome", "no-go"), ("plan_hash", "0")];
    assert_ne!(house.post(&richard, &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        house
            .post(&marc, &[("act", "decide"), ("outcome", "maybe")])
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_page_that_is_not_there_leads_back_and_changes_nothing() {
    let house = House::open().await;
    let link = house.register("Noor Visser", "noor@gemeente.example", Locale::Nl).await;
    let marc = house.link_of("marc@leernetwerk.example").await;
    let mut watch = house.change_counter().await;
    // No page at all, one that is not open to the person, and one without a name.
    for (link, word) in [
        (&link, "nonsense"),
        (&link, "hosting"),
        (&link, "Data"),
        (&link, ""),
        (&marc, "data"),
        (&marc, "nonsense"),
    ] {
        let place = format!("{link}?page={word}");
        let page = house.get(&place).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{place}");
        assert!(page.text.contains("<html lang=\"nl\">") && page.text.contains("Deze pagina is er niet"));
        assert!(page.text.contains("<a href=\"?\">Naar uw overzicht</a>"), "{page:?}");
        assert!(!page.text.contains("niets opgeslagen"));
        let answer = house.post(&place, &[("act", "verify")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{place}");
        assert!(answer.text.contains("Er is niets opgeslagen."), "{answer:?}");
    }
    assert!(!watch.changed().await);
    let page = house.get(&format!("{link}?page=nonsense&lang=en")).await;
    assert!(
        page.text.contains("<a href=\"?lang=en\">To your overview</a>"),
        "{page:?}"
    );
    house.get(&link).await.says(&["Uw aanmelding is nog niet klaar"]);
}
