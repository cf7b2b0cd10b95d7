//! What the doctor finds.

use tempfile::TempDir;

use super::*;
use crate::{
    boot::{Foundation, Migrating},
    entropy::Entropy,
};

fn settings(directory: &TempDir, change: impl FnOnce(Given) -> Given) -> Settings {
    let given = Given {
        database_url: Some(format!("sqlite://{}", directory.path().join("l.db").display())),
        ..Given::default()
    };
    change(given).parse().unwrap()
}

async fn told(settings: &Settings) -> (bool, String) {
    let report = look_over(settings).await;
    (report.has_problems(), report.lines())
}

async fn lay(settings: &Settings, migrating: Migrating) -> anyhow::Result<()> {
    let laid = Foundation::lay(settings.clone(), Entropy::seeded(1), "http://x".to_owned(), migrating).await?;
    Ok(laid.store.close().await?)
}

#[tokio::test]
async fn a_database_that_is_not_there_is_a_problem_and_stays_away() {
    let directory = TempDir::new().unwrap();
    let settings = settings(&directory, |given| given);
    let (has_problems, told) = told(&settings).await;
    assert!(
        has_problems && told.contains("l.db is not there; that path comes from the default"),
        "{told}"
    );
    assert!(told.contains("→ `leernetwerk migrate` makes it"), "{told}");
    for migrating in [Migrating::No, Migrating::ReadOnly] {
        let error = lay(&settings, migrating).await.unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("there is no database at {}/l.db", directory.path().display()))
                && error.contains("comes from the default"),
            "{error}"
        );
    }
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        0,
        "nothing was made"
    );
}

#[tokio::test]
async fn a_new_installation_is_well_but_for_mail_and_servers() {
    let directory = TempDir::new().unwrap();
    let settings = settings(&directory, |given| given);
    lay(&settings, Migrating::Yes).await.unwrap();
    lay(&settings, Migrating::ReadOnly).await.unwrap();
    let (has_problems, lines) = told(&settings).await;
    assert!(!has_problems, "{lines}");
    for line in [
        "✓ ok       settings ",
        "✓ ok       templates  all ",
        "! warning  mail       captured",
        "✓ ok       database   SQLite 3.",
        "✓ ok       schema     is up to date",
        "✓ ok       clock      the system clock",
        "✓ ok       secret     is the one that this database was used with",
        "! warning  servers    no server",
        "✓ ok       outbox     nothing is stuck; 0 mails are queued",
    ] {
        assert!(lines.contains(line), "{line}: {lines}");
    }
    let other = self::settings(&directory, |given| Given {
        secret: Some("quite another secret".to_owned()),
        clock: Some("test:2014-05-01T09:00:00Z".to_owned()),
        base_url: Some("http://leernetwerk.example".to_owned()),
        ..given
    });
    let (has_problems, lines) = told(&other).await;
    assert!(
        has_problems && lines.contains("✗ problem  secret     is another one"),
        "{lines}"
    );
    assert!(
        lines.contains("! warning  base url   links in mails begin with http://leernetwerk.example"),
        "{lines}"
    );
    assert!(lay(&other, Migrating::ReadOnly).await.is_err());
    std::fs::remove_file(directory.path().join("l.secret")).unwrap();
    let (has_problems, lines) = told(&settings).await;
    assert!(
        has_problems && lines.contains("l.secret is missing, and the database was used with it"),
        "{lines}"
    );
}

#[tokio::test]
async fn an_empty_file_and_a_server_that_is_away_are_problems() {
    let directory = TempDir::new().unwrap();
    let empty = settings(&directory, |given| given);
    std::fs::write(directory.path().join("l.db"), "").unwrap();
    let (has_problems, lines) = told(&empty).await;
    assert!(has_problems && lines.contains("✗ problem"), "{lines}");
    assert!(lay(&empty, Migrating::ReadOnly).await.is_err());
    std::fs::write(
        directory.path().join("l.db"),
        "this is no database, but a text that is long enough to be told from one".repeat(20),
    )
    .unwrap();
    let (has_problems, lines) = told(&empty).await;
    assert!(has_problems && lines.contains("✗ problem  database"), "{lines}");
    let away = settings(&directory, |given| Given {
        database_url: Some("postgres://nobody@127.0.0.1:1/nothing".to_owned()),
        secret: Some("a secret for the tests".to_owned()),
        ..given
    });
    let (has_problems, lines) = told(&away).await;
    assert!(
        has_problems && lines.contains("✗ problem  database   the database cannot be reached"),
        "{lines}"
    );
}

#[tokio::test]
async fn a_relay_that_is_away_is_a_problem() {
    let directory = TempDir::new().unwrap();
    let settings = settings(&directory, |given| Given {
        mail: Some("smtp://jan:s3cret@127.0.0.1:1".to_owned()),
        mail_from: Some("post@leernetwerk.example".to_owned()),
        ..given
    });
    let (has_problems, lines) = told(&settings).await;
    assert!(
        has_problems && lines.contains("cannot be used: at ") && lines.contains("→ check host, port"),
        "{lines}"
    );
    assert!(!lines.contains("s3cret"), "{lines}");
}
