//! `programme check`, `import`, `export` and `list`.

use super::{
    SLUG,
    desk::{Desk, SAMPLE_FILE},
};
use crate::cli::programme_file::SAMPLE;

#[tokio::test]
async fn the_sample_is_valid_and_its_contradictions_are_told() {
    let desk = Desk::new().await;
    let told = desk.run(&["programme", "check", SAMPLE_FILE]).await;
    assert!(told.is_success());
    insta::assert_snapshot!(told.out, @r"
    werken-in-het-westen-2014 is valid; 4 warnings:
      line 101: 15 half-days are announced; those of the meetings add up to 14
      line 102: 2 meetings of one day are announced; the file has 3
      line 103: 3 meetings of two days are announced; the file has 2
      line 104: Thursday 11 December 2014 is announced as the end; the last meeting ends on Thursday 29 January 2015, 7 weeks later
    ");
}

#[tokio::test]
async fn what_is_odd_about_a_file() {
    let desk = Desk::new().await;
    let odd = SAMPLE
        .replace(
            "registration_deadline = 2014-05-25",
            "registration_opens_at = 2014-05-31T00:00:00+02:00\nregistration_deadline = 2014-06-01",
        )
        .replace("2014-06-12", "2014-06-09")
        .replace("2014-11-06", "2014-11-08")
        .replace("kind = \"kick-off\"", "kind = \"regular\"")
        .replacen("half_days = 2\n", "half_days = 0\n", 1)
        .replace("\"facilitator\"", "\"organiser\"")
        .replace("\"contact\"", "\"organiser\"");
    let told = desk.run(&["programme", "check", &desk.file("odd.toml", &odd)]).await;
    assert!(told.is_success(), "{told:?}");
    insta::assert_snapshot!(told.out, @r#"
    werken-in-het-westen-2014 is valid; 11 warnings:
      line 22: only 8 days lie between the deadline and the kick-off; hosts need 14 to prepare
      line 35: meeting 1 of 5 has the kind "regular"
      line 37: 0 half-days are counted for 1 day
      line 39: Monday 9 June 2014 is a Dutch public holiday
      line 56: Saturday 8 November 2014 is in a weekend
      line 84: nobody in the team is a contact; replies to mails go to the first organiser
      line 84: nobody in the team is a facilitator
      line 102: 15 half-days are announced; those of the meetings add up to 12
      line 103: 2 meetings of one day are announced; the file has 3
      line 104: 3 meetings of two days are announced; the file has 2
      line 105: Thursday 11 December 2014 is announced as the end; the last meeting ends on Thursday 29 January 2015, 7 weeks later
    "#);
}

#[tokio::test]
async fn a_file_that_cannot_be_published_is_not_well_unless_it_is_a_draft() {
    let desk = Desk::new().await;
    let late = SAMPLE.replace(
        "registration_deadline = 2014-05-25",
        "registration_deadline = 2014-06-12",
    );
    let told = desk.run(&["programme", "check", &desk.file("late.toml", &late)]).await;
    assert!(
        told.error()
            .contains("line 21: registration_deadline: must be before the day of the kick-off"),
        "{told:?}"
    );
    let draft = late.replace("decision_mode", "draft = true\ndecision_mode");
    let told = desk
        .run(&["programme", "check", &desk.file("draft.toml", &draft)])
        .await;
    assert!(told.is_success());
    assert!(told.out.contains("is a valid draft; 5 warnings"), "{told:?}");
    assert!(
        told.out
            .contains("before it can be published: registration_deadline: must be before the day of the kick-off"),
        "{told:?}"
    );
    let broken = desk.file("broken.toml", "slug = ");
    assert!(
        desk.run(&["programme", "check", &broken])
            .await
            .error()
            .contains("line 1: ")
    );
    assert!(
        desk.run(&["programme", "check", "/nowhere.toml"])
            .await
            .error()
            .starts_with("error: cannot read /nowhere.toml\n  because ")
    );
}

#[tokio::test]
async fn an_import_is_shown_asked_for_and_done_once() {
    let mut desk = Desk::new().await;
    let import = ["programme", "import", SAMPLE_FILE];
    let told = desk.run(&import).await;
    assert!(told.error().contains("--yes"), "{told:?}");
    insta::assert_snapshot!(told.out, @r"
    werken-in-het-westen-2014 is new:
      title     Eigen regie en vertrouwen
      places    8 to 12
      open      from publishing up to and including Sunday 25 May 2014
      meetings  5, from Thursday 12 June 2014 to Thursday 29 January 2015
      team      Marc Jetten, Birgit Oelkerts and Richard Zondag
      then      published; everybody in the team gets a mail with a personal link (3 of them)
    ");
    desk.answers(false);
    let told = desk.run(&import).await;
    assert!(
        !told.is_success() && told.hints.contains("nothing was changed"),
        "{told:?}"
    );
    assert!(
        desk.run(&["programme", "list"])
            .await
            .hints
            .contains("there is no programme yet")
    );
    desk.answers(true);
    let told = desk.run(&import).await;
    assert!(
        told.is_success() && told.out.ends_with("is stored and published\n"),
        "{told:?}"
    );
    desk.is_alone();
    let told = desk.run(&import).await;
    assert!(told.is_success() && told.out.contains("nothing to change"), "{told:?}");
    insta::assert_snapshot!(desk.run(&["programme", "list"]).await.out, @r"
    SLUG                       STATUS  DEADLINE    COUNTED  TAKEN    WAITING  TITLE
    werken-in-het-westen-2014  open    2014-05-25  0 of 8   0 of 12  0        Eigen regie en vertrouwen
    ");
    let json: serde_json::Value = serde_json::from_str(&desk.run(&["programme", "list", "--json"]).await.out).unwrap();
    assert_eq!(
        (&json[0]["slug"], &json[0]["status"], &json[0]["counted"]),
        (&SLUG.into(), &"open".into(), &0.into())
    );
}

#[tokio::test]
async fn what_is_exported_is_imported_without_a_change() {
    let desk = Desk::with_sample().await;
    let exported = desk.run(&["programme", "export", SLUG]).await.out;
    assert!(
        exported.contains("#   below-minimum-14-days: 14 days before registration-deadline, at 09:00"),
        "{exported}"
    );
    let stored = SAMPLE.split("# Wat de aankondiging").next().unwrap();
    let lines = |file: &str| {
        file.lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&exported), lines(stored));
    let told = desk
        .run(&["programme", "import", &desk.file("exported.toml", &exported)])
        .await;
    assert!(told.is_success() && told.out.contains("nothing to change"), "{told:?}");
}

#[tokio::test]
async fn a_changed_file_is_shown_as_a_difference() {
    let desk = Desk::with_sample().await;
    let changed = SAMPLE
        .replace("max_participants = 12", "max_participants = 14")
        .replace("audience = ", "# audience = ");
    let file = desk.file("changed.toml", &changed);
    let told = desk.run(&["programme", "import", &file]).await;
    assert!(told.error().contains("Change it so?"), "{told:?}");
    insta::assert_snapshot!(told.out.replace(&file, "changed.toml"), @r#"
    --- stored
    +++ changed.toml
    @@ -9,11 +9,10 @@
     Er is geen vast lesprogramma. De groep maakt samen de agenda en komt steeds bijeen bij een van de deelnemers, die zorgt voor een zaal, koffie, thee en lunch. Blijft u ergens slapen? Dat regelt en betaalt u zelf.
     
     Op 11 december 2014 laat u tijdens de manifestatie aan collega's en andere gemeenten zien wat u meeneemt."""
    -audience = "HR-managers en HR-adviseurs van Nederlandse gemeenten"
     locale = "nl"
     time_zone = "Europe/Amsterdam"
     min_participants = 8
    -max_participants = 12
    +max_participants = 14
     registration_deadline = 2014-05-25
     decision_mode = "automatic"
    "#);
    assert!(desk.run(&["programme", "import", "--yes", &file]).await.is_success());
    let exported = desk.run(&["programme", "export", SLUG]).await.out;
    assert!(
        exported.contains("max_participants = 14") && !exported.contains("audience"),
        "{exported}"
    );
}

#[tokio::test]
async fn a_draft_is_published_later_and_never_becomes_a_draft_again() {
    let desk = Desk::new().await;
    let draft = desk.file(
        "draft.toml",
        &SAMPLE.replace("decision_mode", "draft = true\ndecision_mode"),
    );
    assert!(
        desk.run(&["programme", "import", "-y", &draft])
            .await
            .out
            .ends_with("is stored as a draft\n")
    );
    assert!(
        desk.run(&["programme", "export", SLUG])
            .await
            .out
            .contains("\ndraft = true\n")
    );
    assert!(
        desk.run(&["messages", "list"])
            .await
            .hints
            .contains("there is no such mail")
    );
    let told = desk.run(&["programme", "import", SAMPLE_FILE]).await;
    assert!(
        told.out.contains("-draft = true") && told.error().contains("and publish it?"),
        "{told:?}"
    );
    assert!(
        desk.run(&["programme", "import", "-y", SAMPLE_FILE])
            .await
            .out
            .ends_with("is stored and published\n")
    );
    let told = desk.run(&["programme", "import", "-y", &draft]).await;
    assert!(
        told.error()
            .contains("line 22: draft: the programme is published already; remove `draft = true`"),
        "{told:?}"
    );
}

#[tokio::test]
async fn what_the_stored_programme_does_not_allow_is_told_before_anything_is_done() {
    let desk = Desk::with_sample().await;
    let later = SAMPLE
        .replace("2014-05-25", "2014-05-28")
        .replace("max_participants = 12", "max_participants = 13");
    let told = desk
        .run(&["programme", "import", "-y", &desk.file("later.toml", &later)])
        .await;
    assert!(
        told.error()
            .contains("line 21: registration_deadline: is later than the present one"),
        "{told:?}"
    );
    assert!(
        desk.run(&["programme", "export", SLUG])
            .await
            .out
            .contains("max_participants = 12")
    );
    // A new one whose deadline has passed leaves no draft behind.
    let over = SAMPLE.replace(SLUG, "over").replace("2014-05-25", "2014-04-30");
    let told = desk
        .run(&["programme", "import", "-y", &desk.file("over.toml", &over)])
        .await;
    assert!(
        told.error().contains("line 21: registration_deadline: has passed"),
        "{told:?}"
    );
    assert!(
        desk.run(&["programme", "export", "over"])
            .await
            .error()
            .contains("there is no programme \"over\"")
    );
}

#[tokio::test]
async fn a_file_changes_rules_and_shows_it_first() {
    let desk = Desk::with_sample().await;
    let own = SAMPLE.split("# Wat de aankondiging").next().unwrap();
    let table = "\n[rules.below-minimum-3-days]\npause_note = \"wij bellen\"\n";
    let path = desk.file("rules.toml", &format!("{own}{table}"));
    let import = ["programme", "import", path.as_str(), "--yes"];
    let told = desk.run(&import).await;
    assert!(
        told.is_success() && told.out.contains("+[rules.below-minimum-3-days]"),
        "{told:?}"
    );
    let exported = desk.run(&["programme", "export", SLUG]).await.out;
    assert!(exported.contains("pause_note = \"wij bellen\""), "{exported}");
    assert!(desk.run(&import).await.out.contains("nothing to change"));
    let timeline = desk.run(&["timeline", SLUG]).await.out;
    assert!(timeline.contains("the rule is paused: wij bellen"), "{timeline}");
    // What a file leaves out is the product's again.
    let path = desk.file("plain.toml", own);
    let told = desk.run(&["programme", "import", path.as_str(), "--yes"]).await;
    assert!(
        told.is_success() && told.out.contains("-[rules.below-minimum-3-days]"),
        "{told:?}"
    );
    assert!(!desk.run(&["timeline", SLUG]).await.out.contains("paused"));
}
