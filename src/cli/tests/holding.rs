//! `hold`, `release` and `unlock` at the desk.

use super::{Desk, SLUG};

async fn statuses(desk: &Desk) -> Vec<String> {
    let json: serde_json::Value = serde_json::from_str(&desk.run(&["messages", "list", "--json"]).await.out).unwrap();
    let mails = json.as_array().unwrap().iter();
    mails.map(|mail| mail["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn mail_is_held_and_released() {
    let mut desk = Desk::with_sample().await;
    let told = desk.run(&["hold", "--programme", SLUG]).await;
    assert!(told.out.starts_with("3 mails are held now, and so will be"), "{told:?}");
    assert_eq!(statuses(&desk).await, ["held"; 3]);
    let listed = desk.run(&["messages", "list", "--status", "held"]).await;
    assert!(listed.out.contains("held by a person"), "{}", listed.out);
    assert!(
        listed.hints.contains(&format!("the mail of {SLUG} is held")),
        "{}",
        listed.hints
    );

    // It shows what would go, and asks.
    assert!(desk.run(&["release", "--all"]).await.error().contains("--yes"));
    desk.answers(false);
    let told = desk.run(&["release", "--all"]).await;
    assert!(
        !told.is_success() && told.out.contains("welcome to the team"),
        "{told:?}"
    );
    assert_eq!(statuses(&desk).await, ["held"; 3]);
    desk.answers(true);
    let told = desk.run(&["release", "--all"]).await;
    assert!(told.out.contains("3 mails released"), "{told:?}");
    assert_eq!(statuses(&desk).await, ["queued"; 3]);
    assert!(!desk.run(&["messages", "list"]).await.hints.contains("is held"));

    // One by its id.
    let table = desk.run(&["messages", "list"]).await.out;
    let id = table.lines().nth(1).unwrap().split(' ').next().unwrap();
    assert!(desk.run(&["hold", id]).await.out.starts_with("1 mail is held now\n"));
    assert!(
        desk.run(&["release", "--yes", id])
            .await
            .out
            .contains("1 mail released")
    );
    assert!(
        desk.run(&["release", "--yes", id])
            .await
            .hints
            .contains("no such mail is held")
    );

    desk.run(&["hold", "--all"]).await;
    let hints = desk.run(&["messages", "list"]).await.hints;
    assert!(hints.contains("all mail is held"), "{hints}");
}

#[tokio::test]
async fn which_mails_has_to_be_said() {
    let desk = Desk::new().await;
    for line in ["hold", "release", "hold --all --programme x", "release --yes"] {
        assert_eq!(desk.usage_error(line), 2, "{line}");
    }
    assert!(
        desk.run(&["hold", "--programme", "none"])
            .await
            .error()
            .contains("programme list")
    );
}

#[tokio::test]
async fn sending_is_unlocked_after_asking() {
    let mut desk = Desk::with_sample().await;
    assert!(desk.run(&["unlock"]).await.hints.contains("sending is not locked"));
    desk.sent_from("https://elders.example").await;
    let listed = desk.run(&["messages", "list"]).await;
    for said in ["sending is locked", "the base URL has changed", "leernetwerk unlock"] {
        assert!(listed.hints.contains(said), "{said} in {}", listed.hints);
    }
    let told = desk.run(&["unlock"]).await;
    assert!(told.error().contains("--yes"), "{told:?}");
    assert!(
        told.out.contains("https://elders.example") && told.out.contains("https://leernetwerk.example"),
        "{}",
        told.out
    );
    assert!(told.out.contains("the SQLite file /"), "{}", told.out);
    desk.answers(false);
    assert!(!desk.run(&["unlock"]).await.is_success());
    assert!(
        desk.run(&["messages", "list"])
            .await
            .hints
            .contains("sending is locked")
    );
    desk.answers(true);
    let told = desk.run(&["unlock"]).await;
    assert!(
        told.is_success() && told.out.contains("sending is unlocked"),
        "{told:?}"
    );
    assert!(!desk.run(&["messages", "list"]).await.hints.contains("locked"));
}
