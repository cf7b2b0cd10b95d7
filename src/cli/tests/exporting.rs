//! What is invoiced and who takes part, as sheets.

use super::{
    SLUG,
    desk::{Desk, SAMPLE_FILE},
};
use crate::{
    app::{
        App, Caller, Repeatable,
        fields::{BillingFields, PersonFields},
        guests::InvitationFields,
    },
    cli::{ADMINISTRATOR, Wiring, export::lines},
    domain::{
        guests::GuestRelation,
        ids::{ProgrammeId, RegistrationId},
    },
};

async fn programme_id(app: &App) -> ProgrammeId {
    let record = app.programme(&ADMINISTRATOR, SLUG).await.unwrap().unwrap();
    record.programme.id
}

async fn add(app: &App, n: usize, name: &str, billing: Option<BillingFields>) -> RegistrationId {
    let person = PersonFields {
        name: name.to_owned(),
        email: format!("deelnemer{n}@gemeente{n}.example"),
        organisation: format!("Gemeente {n}"),
        phone: Some("+31 172 123456".to_owned()),
        billing,
        ..PersonFields::default()
    };
    let programme = programme_id(app).await;
    let added = app
        .add_registration(&ADMINISTRATOR, programme, person, &Repeatable::default())
        .await
        .unwrap();
    added.registration.id
}

async fn withdraw(app: &App, id: RegistrationId) {
    app.withdraw_registration(&ADMINISTRATOR, Some(id), None, &Repeatable::default())
        .await
        .unwrap();
}

/// Nine people before the go, of whom one leaves before it and one after, where leaving costs 12.5 per cent.
pub(super) async fn after_the_go() -> Desk {
    let desk = Desk::new().await;
    let sample = std::fs::read_to_string(SAMPLE_FILE).unwrap();
    let cheaper = sample.replace(
        "subsidy_percentage = 50",
        "subsidy_percentage = 50\nwithdrawal_percentage = 12.5",
    );
    assert_ne!(sample, cheaper);
    let file = desk.file("programme.toml", &cheaper);
    assert!(desk.run(&["programme", "import", "--yes", &file]).await.is_success());
    let app = desk.app().await.unwrap();
    let billing = BillingFields {
        organisation: Some("Servicepunt; \"Oost\"".to_owned()),
        reference: Some("=PO 7".to_owned()),
        email: Some("facturen@oost.example".to_owned()),
    };
    let mut people = vec![add(&app, 0, "=HYPERLINK(\"https://evil.example\")", Some(billing)).await];
    for n in 1..10 {
        people.push(add(&app, n, &format!("Deelnemer Nummer {n}"), None).await);
    }
    withdraw(&app, people[2]).await;
    desk.travel("2014-05-26T00:00:00+02:00").await;
    desk.travel("2014-06-02T10:00:00+02:00").await;
    withdraw(&app, people[1]).await;
    desk
}

const GUEST_HEADINGS: &str =
    "programme;invitation;status;name;email;relation;language;invited_by;employer;invited_on;answered_on";

/// A line without the id of its registration.
fn without_id(line: &str) -> String {
    let cells: Vec<_> = line.split(';').collect();
    [&cells[..1], &cells[2..]].concat().join(";")
}

#[tokio::test]
async fn places_and_withdrawals_after_the_go_are_invoiced() {
    let desk = after_the_go().await;
    let told = desk.run(&["export", "billing", SLUG]).await;
    assert!(told.is_success(), "{told:?}");
    let lines = lines(&told.out);
    assert_eq!(lines.len(), 1 + 9, "who left before the go pays nothing");
    assert_eq!(
        lines[0],
        "programme;registration;status;name;employer;invoice_to;invoice_reference;invoice_email;confirmed_on;withdrawn_on;percentage;\
         net_cents;vat_percentage;vat_cents;total_cents;currency"
    );
    assert_eq!(
        lines[1].split_once(";confirmed;").unwrap().1,
        "'=HYPERLINK(\"https://evil.example\");Gemeente 0;Servicepunt; \"Oost\";'=PO 7;facturen@oost.example;2014-05-26;;\
         100;155000;21;32550;187550;EUR"
    );
    assert_eq!(
        without_id(&lines[2]),
        format!(
            "{SLUG};withdrawn;Deelnemer Nummer 1;Gemeente 1;Gemeente 1;;deelnemer1@gemeente1.example;2014-05-26;2014-06-02;\
             12.50;19375;21;4069;23444;EUR"
        )
    );
    let told = desk.run(&["export", "billing", SLUG, "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 9);
    assert_eq!(json[0]["name"], "=HYPERLINK(\"https://evil.example\")");
    assert_eq!(json[1]["percentage"], 12.5);
    assert_eq!(json[1]["total_cents"], 23_444);
    assert_eq!(json[0]["withdrawn_on"], serde_json::Value::Null);
    let told = desk.run(&["export", "billing", SLUG, "--separator", ","]).await;
    assert!(
        told.out
            .contains(",\"withdrawn\",\"Deelnemer Nummer 1\",\"Gemeente 1\","),
        "{}",
        told.out
    );
}

#[tokio::test]
async fn those_who_take_part_are_listed() {
    let desk = after_the_go().await;
    let told = desk.run(&["export", "participants", SLUG]).await;
    let lines = lines(&told.out);
    assert_eq!(lines.len(), 1 + 8);
    assert!(
        lines[2].ends_with(
            ";confirmed;Deelnemer Nummer 3;Deelnemer;deelnemer3@gemeente3.example;'+31 172 123456;Gemeente 3;;nl;2014-05-01;2014-05-26"
        ),
        "{}",
        lines[2]
    );
}

#[tokio::test]
async fn an_erased_person_has_no_address() {
    let desk = after_the_go().await;
    let app = desk.app().await.unwrap();
    let programme = programme_id(&app).await;
    let found = app.registrations_to_invoice(&ADMINISTRATOR, programme).await.unwrap();
    let one = found.iter().find(|one| &*one.person.name == "Deelnemer Nummer 1");
    let (once, id) = (Repeatable::default(), one.map(|one| one.id));
    app.erase_person(&ADMINISTRATOR, id, false, &once).await.unwrap();
    let told = desk.run(&["export", "billing", SLUG]).await;
    let erased = &lines(&told.out)[2];
    assert!(
        without_id(erased).starts_with(&format!("{SLUG};withdrawn;\u{2014};\u{2014};\u{2014};;;2014-05-26;")),
        "{erased}"
    );
    let told = desk.run(&["export", "billing", SLUG, "--json"]).await;
    let json: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(json[1]["status"], "withdrawn");
    assert_eq!(json[1]["invoice_email"], serde_json::Value::Null);
    assert_eq!(json[0]["invoice_email"], "facturen@oost.example");
    assert!(!told.out.contains("erased"), "{}", told.out);
}

#[tokio::test]
async fn guests_are_listed_with_whoever_invites() {
    let desk = after_the_go().await;
    let told = desk.run(&["export", "guests", SLUG]).await;
    assert!(
        told.is_success() && told.hints.contains("nobody is invited"),
        "{told:?}"
    );
    assert_eq!(lines(&told.out), [GUEST_HEADINGS]);
    let app = desk.app().await.unwrap();
    let people = app
        .those_who_take_part(&ADMINISTRATOR, programme_id(&app).await)
        .await
        .unwrap();
    let inviter = Caller::Registrant {
        registration: people[1].id,
        programme: programme_id(&app).await,
        status: people[1].status,
    };
    let guest = |name: &str, email: &str| InvitationFields {
        name: name.to_owned(),
        email: email.to_owned(),
        relation: GuestRelation::NetworkPartner,
        locale: None,
        message: None,
    };
    let (gerda, harm) = (
        guest("=HYPERLINK(\"https://evil.example\")", "gerda@gast.example"),
        guest("Harm Gast", "harm@gast.example"),
    );
    let once = Repeatable::default();
    app.invite_guest(&inviter, None, &gerda, &once).await.unwrap();
    let programme = Some(programme_id(&app).await);
    let harm = app.invite_guest(&ADMINISTRATOR, programme, &harm, &once).await.unwrap();
    let told = desk.run(&["export", "guests", SLUG]).await;
    let all = lines(&told.out);
    assert_eq!(all[0], GUEST_HEADINGS);
    assert_eq!(
        without_id(&all[1]),
        format!(
            "{SLUG};invited;'=HYPERLINK(\"https://evil.example\");gerda@gast.example;network-partner;nl;Deelnemer;Gemeente 3;2014-06-02;"
        )
    );
    assert_eq!(
        without_id(&all[2]),
        format!("{SLUG};invited;Harm Gast;harm@gast.example;network-partner;nl;;;2014-06-02;")
    );
    // Whoever was erased is on no list.
    let id = Some(harm.invitation.id);
    app.erase_guest(&ADMINISTRATOR, id, false, &once).await.unwrap();
    assert_eq!(lines(&desk.run(&["export", "guests", SLUG]).await.out).len(), 2);
}

#[tokio::test]
async fn before_the_go_there_is_nothing_to_invoice() {
    let desk = Desk::with_sample().await;
    let told = desk.run(&["export", "billing", SLUG]).await;
    assert!(told.error().contains("nothing to invoice before the go"), "{told:?}");
    assert_eq!(told.out, "");
    let told = desk.run(&["export", "participants", SLUG]).await;
    assert!(
        told.is_success() && told.hints.contains("nobody takes part"),
        "{told:?}"
    );
    assert_eq!(
        lines(&told.out),
        [
            "programme;registration;status;name;given_name;email;phone;organisation;job_title;language;registered_on;confirmed_on"
        ]
    );
    let told = desk.run(&["export", "participants", SLUG, "--json"]).await;
    assert_eq!(told.out.trim(), "[]");
    desk.travel("2014-05-26T00:00:00+02:00").await;
    let told = desk.run(&["export", "billing", SLUG]).await;
    assert!(told.error().contains("does not go ahead"), "{told:?}");
    let told = desk.run(&["export", "billing", "unknown"]).await;
    assert!(told.error().contains("programme list"), "{told:?}");
    assert_eq!(desk.usage_error("export billing x --separator |"), 2);
}
