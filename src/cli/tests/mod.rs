//! Whole command lines against a database of their own.

mod cloning;
mod desk;
mod exporting;
mod holding;
mod programmes;

use std::fs;

use clap::CommandFactory;

use self::desk::{CommandLine, Desk};

const SLUG: &str = "werken-in-het-westen-2014";

#[test]
fn every_command_is_well_formed_and_explained() {
    fn explained(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path} has no explanation");
        for argument in command.get_arguments() {
            let is_clap_s_own = matches!(argument.get_id().as_str(), "help" | "version");
            assert!(
                is_clap_s_own || argument.get_help().is_some(),
                "{path} {} has no explanation",
                argument.get_id()
            );
        }
        command.get_subcommands().for_each(|command| explained(command, &path));
    }
    CommandLine::command().debug_assert();
    CommandLine::command()
        .get_subcommands()
        .for_each(|command| explained(command, ""));
}

#[tokio::test]
async fn a_command_line_that_is_not_understood() {
    let desk = Desk::new().await;
    for line in [
        "programme",
        "programme import",
        "programme copy x",
        "timeline x --until tomorrow",
        "messages show nonsense",
        "messages list --status lost",
        "messages list --limit 0",
        "token create",
        "token create --role organiser",
        "token create --role king",
        "token create --role administrator --label ",
    ] {
        assert_eq!(desk.usage_error(line), 2, "{line}");
    }
}

#[tokio::test]
async fn the_timeline_tells_past_and_future() {
    let desk = Desk::with_sample().await;
    desk.travel("2014-05-20T12:00:00+02:00").await;
    let told = desk.run(&["timeline", SLUG]).await;
    assert!(told.is_success());
    insta::assert_snapshot!(told.out, @r"
    Eigen regie en vertrouwen (Europe/Amsterdam); now it is Tuesday 20 May 2014 at 12:00

    Thursday 1 May 2014
      09:00  ✓ done     mail: welcome to the team          birgit.oelkerts@organisator.example  the mail is queued
      09:00  ✓ done     mail: welcome to the team          marc.jetten@organisator.example      the mail is queued
      09:00  ✓ done     mail: welcome to the team          richard.zondag@gemeente.example      the mail is queued

    Sunday 11 May 2014
      09:00  ! missed   mail: too few registrations        marc.jetten@organisator.example      not carried out until 20 May 2014 at 12:00; more than 24 hours late is too late

    Sunday 18 May 2014
      09:00  ! missed   mail: too few registrations        marc.jetten@organisator.example      not carried out until 20 May 2014 at 12:00; more than 24 hours late is too late

    Thursday 22 May 2014
      09:00  ○ planned  mail: too few registrations        marc.jetten@organisator.example      rule below-minimum-3-days

    Saturday 24 May 2014
      09:00  ○ planned  mail: too few registrations        marc.jetten@organisator.example      rule below-minimum-1-day

    Monday 26 May 2014
      00:00  ○ planned  go or no-go                        -                                    no-go: 0 counted at the closing instant; the minimum is 8
      00:00  ○ planned  mail: what was decided             marc.jetten@organisator.example      rule decision-report

    Wednesday 28 May 2014
      09:00  – skipped  mail: please decide                marc.jetten@organisator.example      go or no-go was decided already

    Sunday 1 June 2014
      09:00  – skipped  mail: please decide                marc.jetten@organisator.example      go or no-go was decided already

    Sunday 8 June 2014
      09:00  – skipped  mail: please decide                marc.jetten@organisator.example      go or no-go was decided already

    Wednesday 29 April 2015
      09:00  ○ planned  personal data of guests is erased  -                                    rule guest-erasure

    Sunday 29 January 2017
      09:00  ○ planned  personal data is erased            -                                    rule participant-erasure
    ");
    let until = |until: &'static str| ["timeline", SLUG, "--until", until];
    let may_11 = desk.run(&until("2014-05-11")).await.out;
    assert!(
        may_11.contains("Sunday 11 May 2014") && !may_11.contains("Sunday 18 May"),
        "{may_11}"
    );
    let before_nine = desk.run(&until("2014-05-11T08:59:59+02:00")).await.out;
    assert!(!before_nine.contains("Sunday 11 May"), "{before_nine}");
    let birgit = desk
        .run(&["timeline", SLUG, "--person", "Birgit.Oelkerts@organisator.example"])
        .await
        .out;
    assert!(
        birgit.contains("welcome to the team") && !birgit.contains("marc.jetten"),
        "{birgit}"
    );
    let nobody = desk
        .run(&["timeline", SLUG, "--person", "nobody@nowhere.example"])
        .await;
    assert!(
        nobody.is_success()
            && nobody
                .hints
                .contains("nothing has happened or is planned for nobody@nowhere.example")
    );
    let json: serde_json::Value = serde_json::from_str(&desk.run(&["timeline", SLUG, "--json"]).await.out).unwrap();
    let last = json.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["source"], &last["state"]),
        (&"participant-erasure".into(), &"planned".into())
    );
    assert_eq!(last["at"], "2017-01-29T09:00:00+01:00");
    assert!(
        desk.run(&["timeline", "nothing"])
            .await
            .error()
            .contains("`leernetwerk programme list` shows all")
    );
}

#[tokio::test]
async fn the_timeline_of_who_left_tells_what_the_others_get() {
    let desk = exporting::after_the_go().await;
    let left = desk
        .run(&["timeline", SLUG, "--person", "deelnemer1@gemeente1.example"])
        .await
        .out;
    let why = "this registration has ended before that (withdrawn, ";
    let told = |mail: &str| left.lines().filter(|line| line.contains(mail)).collect::<Vec<_>>();
    let last = told("the programme is over");
    assert!(matches!(last[..], [one] if one.contains(why)), "{left}");
}

#[tokio::test]
async fn mails_are_listed_shown_called_back_and_sent_after_all() {
    let desk = Desk::with_sample().await;
    let list = |more: &[&'static str]| [&["messages", "list", "--json"][..], more].concat();
    let ids = async |more: &[&'static str]| -> Vec<String> {
        let json: serde_json::Value = serde_json::from_str(&desk.run(&list(more)).await.out).unwrap();
        json.as_array()
            .unwrap()
            .iter()
            .map(|mail| mail["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids(&["--programme", SLUG, "--status", "queued", "--status", "sent"])
            .await
            .len(),
        3
    );
    assert_eq!(ids(&["--limit", "2"]).await.len(), 2);
    assert!(
        desk.run(&["messages", "list", "--limit", "2"])
            .await
            .hints
            .contains("2 of 3 mails")
    );
    let of_birgit = ids(&["--recipient", "birgit.oelkerts@organisator.example"]).await;
    let [id] = of_birgit.as_slice() else {
        panic!("{of_birgit:?}")
    };
    let table = desk.run(&["messages", "list"]).await.out;
    assert!(
        table.starts_with("ID ") && table.contains("2014-05-01 09:00  queued  welcome to the team  birgit.oelkerts@"),
        "{table}"
    );

    let shown = desk.run(&["messages", "show", id]).await.out;
    assert!(
        shown.contains("status      queued") && shown.contains("https://leernetwerk.example/p/"),
        "{shown}"
    );
    let text = desk.run(&["messages", "show", id, "--text"]).await.out;
    assert!(shown.ends_with(&text) && !text.contains("Message-ID"), "{text}");
    let source = desk.run(&["messages", "show", id, "--source"]).await.out;
    assert!(source.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{source}");

    assert!(desk.run(&["messages", "cancel", id]).await.error().contains("--yes"));
    assert!(
        desk.run(&["messages", "cancel", id, "--yes"])
            .await
            .out
            .contains("is called back")
    );
    assert_eq!(ids(&["--status", "cancelled"]).await, vec![id.clone()]);
    let told = desk.run(&["messages", "cancel", id, "--yes"]).await;
    assert!(
        told.error()
            .contains("because a mail that is cancelled cannot be called back"),
        "{told:?}"
    );
    assert!(
        desk.run(&["messages", "retry", id])
            .await
            .out
            .contains("is queued again")
    );
    let unknown = "01900000-0000-7000-8000-000000000001";
    assert!(
        desk.run(&["messages", "show", unknown])
            .await
            .error()
            .contains("there is no mail")
    );
    assert!(
        desk.run(&["messages", "retry", unknown])
            .await
            .error()
            .contains("there is no such message")
    );
}

#[tokio::test]
async fn a_token_is_told_once_alone() {
    let desk = Desk::with_sample().await;
    let told = desk
        .run(&[
            "token",
            "create",
            "--role",
            "organiser",
            "--programme",
            SLUG,
            "--programme",
            SLUG,
            "--label",
            "website",
        ])
        .await;
    let token = told.out.trim_end();
    assert!(
        token.starts_with("ln_") && token.len() == 46 && !token.contains(char::is_whitespace),
        "{told:?}"
    );
    assert!(told.hints.contains("only time"), "{told:?}");
    assert!(
        desk.run(&["token", "create", "--role", "administrator"])
            .await
            .is_success()
    );
    let told = desk
        .run(&["token", "create", "--role", "administrator", "--programme", SLUG])
        .await;
    assert!(told.error().contains("leave --programme out"), "{told:?}");
    assert!(
        desk.run(&["token", "create", "--role", "organiser", "--programme", "none"])
            .await
            .error()
            .contains("no programme")
    );
    let list = desk.run(&["token", "list"]).await.out;
    assert!(
        list.contains(&format!("organiser of {SLUG}  website")) && !list.contains(token),
        "{list}"
    );
    let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(desk.knows(token).await);
    assert!(
        desk.run(&["token", "revoke", id])
            .await
            .error()
            .contains("It cannot be undone. There is no terminal")
    );
    assert!(desk.knows(token).await);
    assert!(desk.run(&["token", "revoke", id, "--yes"]).await.is_success());
    assert!(!desk.knows(token).await);
    assert!(
        desk.run(&["token", "revoke", id, "--yes"])
            .await
            .out
            .contains("revoked already")
    );
    assert!(
        desk.run(&["token", "revoke", "01900000-0000-7000-8000-000000000001", "-y"])
            .await
            .error()
            .contains("there is no token")
    );
}

#[tokio::test]
async fn templates_are_checked_and_previewed() {
    let desk = Desk::new().await;
    let told = desk.run(&["templates", "check"]).await;
    assert!(
        told.is_success() && told.out.starts_with("all ") && told.out.ends_with(" sample mails are well\n"),
        "{told:?}"
    );
    let out = desk.path("preview");
    assert!(desk.run(&["templates", "preview", "--out", &out]).await.is_success());
    let index = fs::read_to_string(format!("{out}/index.html")).unwrap();
    let pages: Vec<_> = index
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(
        pages.len() > 100
            && pages
                .iter()
                .all(|page| fs::metadata(format!("{out}/{page}")).is_ok_and(|file| file.len() > 100))
    );
    let told = desk
        .run(&["templates", "preview", "--out", &desk.file("in-the-way", "")])
        .await;
    assert!(told.error().starts_with("error: cannot write to "), "{told:?}");
}

#[tokio::test]
async fn the_schema_is_printed() {
    assert_eq!(Desk::new().await.run(&["schema"]).await.out, "type Query\n");
}

#[tokio::test]
async fn a_play_tells_the_same_story_for_the_same_seed_and_leaves_no_trace() {
    let desk = Desk::with_sample().await;
    let before = desk.run(&["timeline", SLUG, "--json"]).await.out;
    let of_file = desk.run(&["simulate", desk::SAMPLE_FILE, "--seed", "2"]).await;
    assert!(of_file.is_success(), "{of_file:?}");
    for told in [
        "Eigen regie en vertrouwen (Europe/Amsterdam), played with seed 2",
        "\nIn numbers\n",
        "● person",
        "✓ done",
    ] {
        assert!(of_file.out.contains(told), "{told}: {}", of_file.out);
    }
    assert!(of_file.hints.contains("nothing was sent or stored"));
    assert_eq!(
        desk.run(&["simulate", desk::SAMPLE_FILE, "--seed", "2"]).await.out,
        of_file.out
    );
    assert_eq!(
        desk.run(&["simulate", SLUG, "--seed", "2"]).await.out,
        of_file.out,
        "of a stored programme"
    );
    assert_ne!(desk.run(&["simulate", SLUG, "--seed", "3"]).await.out, of_file.out);
    assert_eq!(desk.run(&["timeline", SLUG, "--json"]).await.out, before);

    let told = desk
        .run(&["simulate", SLUG, "--registrations", "0", "--json"])
        .await
        .out;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let outcome = told.pointer("/summary/decisions/0/outcome").unwrap();
    assert_eq!(
        (outcome, &told["summary"]["registrations"]),
        (&"no-go".into(), &serde_json::json!({}))
    );
    assert_eq!(told["story"][0]["message_kind"], "team-welcome");

    assert!(
        desk.run(&["simulate", "no-such-programme"])
            .await
            .error()
            .contains("`leernetwerk programme list` shows all")
    );
    assert!(
        desk.run(&["simulate", "./not-there.toml"])
            .await
            .error()
            .contains("cannot read ./not-there.toml")
    );
}
