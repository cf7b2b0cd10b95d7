//! `programme clone`.

use super::{SLUG, desk::Desk};

#[tokio::test]
async fn next_years_edition_is_shown_asked_for_and_entered_as_a_draft() {
    let mut desk = Desk::with_sample().await;
    let line = ["programme", "clone", SLUG];
    assert!(desk.run(&line).await.error().contains("say yes with --yes"));
    desk.answers(false);
    let refused = desk.run(&line).await;
    assert!(!refused.is_success() && refused.hints.contains("nothing was changed"));
    desk.answers(true);
    let told = desk.run(&line).await;
    assert!(told.is_success(), "{told:?}");
    insta::assert_snapshot!(told.out);
    insta::assert_snapshot!(told.hints);

    let before = desk.run(&["programme", "export", SLUG]).await.out;
    let after = desk
        .run(&["programme", "export", "werken-in-het-westen-2015"])
        .await
        .out;
    let changed: Vec<_> = similar::TextDiff::from_lines(&before, &after)
        .iter_all_changes()
        .filter(|change| change.tag() == similar::ChangeTag::Insert)
        .map(|change| change.value().trim().to_owned())
        .collect();
    let dates = [
        "2015-05-24",
        "2015-06-11",
        "2015-09-22",
        "2015-09-23",
        "2015-11-05",
        "2015-12-09",
        "2015-12-10",
        "2016-01-28",
    ];
    // The slug, that it is a draft, and the showcase, which is on the day of a meeting.
    assert_eq!(changed.len(), 3 + dates.len(), "{changed:?}");
    assert!(
        changed.contains(&"slug = \"werken-in-het-westen-2015\"".to_owned())
            && changed.contains(&"draft = true".to_owned())
    );
    for date in dates {
        assert!(changed.iter().any(|line| line.contains(date)), "{date}: {changed:?}");
    }
    // A draft that can be published as it is.
    let file = desk.file("next.toml", &after.replace("draft = true\n", ""));
    assert!(desk.run(&["programme", "import", &file]).await.is_success());
    let again = desk.run(&line).await;
    assert!(
        again
            .error()
            .contains("there is a programme \"werken-in-het-westen-2015\" already; choose another name with --to")
    );
}

#[tokio::test]
async fn an_edition_begins_on_a_day_of_ones_own_or_some_years_later() {
    let desk = Desk::with_sample().await;
    let told = desk
        .run(&[
            "programme",
            "clone",
            SLUG,
            "--first-day",
            "2014-07-05",
            "--to",
            "zomer",
            "-y",
        ])
        .await;
    assert!(told.out.contains("every date is 23 days later"), "{told:?}");
    assert!(
        told.hints
            .contains("warning: meeting 1: Saturday 5 July 2014 is in a weekend"),
        "{told:?}"
    );
    let told = desk.run(&["programme", "clone", SLUG, "--years", "3", "-y"]).await;
    assert!(
        told.out.contains("werken-in-het-westen-2017 is stored as a draft"),
        "{told:?}"
    );
    let told = desk.run(&["programme", "clone", "zomer", "-y"]).await;
    assert!(
        told.error().contains("give the new name with --to NEW-SLUG"),
        "{told:?}"
    );
    assert_eq!(
        desk.usage_error("programme clone x --years 1 --first-day 2015-06-11"),
        2
    );
    assert!(
        desk.run(&["programme", "clone", "nothing"])
            .await
            .error()
            .contains("`leernetwerk programme list` shows all")
    );
}
