use chrono::{DateTime, NaiveTime};
use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::domain::{
    decision::DecisionMode,
    message::Locale,
    privacy::Retention,
    programme::{Meeting, MeetingDay, MeetingKind, Price, Showcase, TeamMember, TeamRole},
    registration::PersonKey,
    rule::RuleKey,
};

fn problems(text: &str) -> Vec<String> {
    match ProgrammeFile::read(text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
    }
}

/// The sample with one line changed.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(SAMPLE.matches(from).count(), 1, "{from}");
    SAMPLE.replace(from, to)
}

#[test]
fn the_sample_has_the_facts() {
    let file = ProgrammeFile::read(SAMPLE).unwrap();
    let programme = &file.announcement;
    assert_eq!(&*programme.slug, "werken-in-het-westen-2014");
    assert_eq!((programme.min_participants, programme.max_participants), (8, 12));
    assert_eq!(programme.registration_deadline.to_string(), "2014-05-25");
    assert_eq!(
        (programme.registration_opens_at, programme.decision_mode),
        (None, DecisionMode::Automatic)
    );
    assert_eq!(
        programme.price,
        Price {
            cents: 155_000,
            vat_included: false,
            vat_basis_points: 2100,
            subsidy_basis_points: Some(5000),
            withdrawal_basis_points: 10_000,
        }
    );
    let days: Vec<Vec<String>> = programme
        .meetings
        .iter()
        .map(|meeting| meeting.days.iter().map(|day| day.on.to_string()).collect())
        .collect();
    assert_eq!(
        days,
        [
            vec!["2014-06-12"],
            vec!["2014-09-23", "2014-09-24"],
            vec!["2014-11-06"],
            vec!["2014-12-10", "2014-12-11"],
            vec!["2015-01-29"]
        ]
    );
    assert_eq!(
        programme.meetings.iter().map(|meeting| meeting.half_days).sum::<u32>(),
        14
    );
    assert!(programme.team.iter().all(|member| member.email.ends_with(".example")));
    assert!(!file.is_draft);
}

/// A file without comments, blank lines and what is not stored.
fn normalised(file: &str) -> Vec<&str> {
    let stored = file.split("[announced]").next().unwrap_or_default();
    stored
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .collect()
}

#[test]
fn the_sample_comes_back_from_an_export() {
    let file = ProgrammeFile::read(SAMPLE).unwrap();
    let exported = export(Exported {
        announcement: &file.announcement,
        is_draft: file.is_draft,
        rules: &[],
    });
    assert_eq!(normalised(&exported), normalised(SAMPLE));
}

#[test]
fn a_file_that_is_no_toml() {
    assert_eq!(
        problems("slug = \"a\ntitle ="),
        [
            "line 1: invalid basic string, expected `\"`",
            "line 2: string values must be quoted, expected literal string"
        ]
    );
}

#[test]
fn everything_wrong_is_told_at_once_with_its_line() {
    let text = "\
slug = \"Not a slug\"
titel = \"Eigen regie\"
title = 5
description = \"\"
locale = \"fr\"
min_participants = 12
max_participants = 8
registration_deadline = \"2014-05-25\"

[price]
cents = -1
vat_percentage = 101

[[meetings]]
title = \"Start\"
days = [
  { on = 2014-06-12, starts = 16:30:00, ends = 09:30:00 },
  { on = 2014-06-13 },
]

[[team]]
name = \"Marc Jetten\"
email = \"marc.jetten\"
roles = [\"organiser\", \"boss\"]

[rules.below-minimum-7-days]
pause_note = \"x\"

[rules.none]
";
    // Which rules there are is told; the list grows with the product.
    let told = problems(text).join("\n");
    let (told, rules) = told.split_once("the rules are ").unwrap();
    let known: Vec<_> = RuleKey::ALL.iter().map(|key| key.word()).collect();
    assert_eq!(rules, known.join(", "));
    insta::assert_snapshot!(told, @r#"
    line 1: slug: is not a slug: use 1 to 80 lower-case letters, digits and single hyphens, such as werken-in-het-westen-2014
    line 2: titel: unknown field `titel`, expected one of `slug`, `title`, `subtitle`, `description`, `audience`, `locale`, `time_zone`, `min_participants`, `max_participants`, `registration_opens_at`, `registration_deadline`, `decision_mode`, `draft`, `price`, `meetings`, `showcase`, `retention`, `team`, `rules`, `announced`
    line 3: title: invalid type: integer `5`, expected a string
    line 4: description: is empty; please fill it in
    line 5: locale: unknown variant `fr`, expected `nl` or `en`
    line 6: min_participants: is more than the most places that there are, 8
    line 8: registration_deadline: is not a day; write it without quotes, such as 2014-05-25
    line 11: price.cents: must be from 0 to 100000000 (a million euros)
    line 12: price.vat_percentage: must be from 0 to 100
    line 17: meetings.days: ends before it starts
    line 18: meetings.days: missing field `starts`
    line 23: team.email: is not an e-mail address; it should look like name@organisation.example
    line 24: team.roles: unknown variant `boss`, expected one of `contact`, `facilitator`, `organiser`
    line 29: rules: there is no rule "none";
    "#);
}

#[test]
fn an_empty_file_tells_all_that_is_needed() {
    insta::assert_snapshot!(problems("").join("\n"), @"
    description: is needed
    max_participants: is needed
    min_participants: is needed
    price: is needed
    registration_deadline: is needed
    slug: is needed
    title: is needed
    ");
}

#[test]
fn dates_and_times_are_told_how_to_be_written() {
    let opens = |value: &str| {
        problems(&changed(
            "decision_mode = \"automatic\"",
            &format!("registration_opens_at = {value}"),
        ))
    };
    assert_eq!(opens("2014-04-14T09:00:00+02:00"), [""; 0]);
    for wrong in ["2014-04-14", "2014-04-14T09:00:00", "\"2014-04-14T09:00:00Z\"", "5"] {
        let told = opens(wrong);
        assert!(
            matches!(told.as_slice(), [one] if one.contains("registration_opens_at: is not a moment; write")),
            "{told:?}"
        );
    }
    for wrong in ["2014-05-25T00:00:00", "2014-05-25T00:00:00Z", "20140525", "\"25 mei\""] {
        let told = problems(&changed(
            "registration_deadline = 2014-05-25",
            &format!("registration_deadline = {wrong}"),
        ));
        assert!(
            matches!(told.as_slice(), [one] if one.contains("registration_deadline: is not a day; write")),
            "{told:?}"
        );
    }
    assert_eq!(
        problems(&changed("2014-06-12, starts = 09:30:00", "2014-06-12, starts = 09:30")),
        [""; 0],
        "TOML 1.1 needs no seconds"
    );
    let told = problems(&changed("2014-06-12, starts = 09:30:00", "2014-06-12, starts = 9"));
    assert!(
        matches!(told.as_slice(), [one] if one.contains("meetings.days.starts: is not a time of day; write")),
        "{told:?}"
    );
}

#[test]
fn a_huge_file_is_refused_at_once() {
    let told = problems(&format!("description = \"{}\"", "x".repeat(MOST_BYTES)));
    assert_eq!(
        told,
        ["is longer than 1024 kB; a programme file has some pages at most"]
    );
    let told = problems(&"x = [".repeat(20_000));
    assert!(!told.is_empty() && told.len() <= MOST_PROBLEMS, "{told:?}");
    let told = problems(&"[[team]]\n".repeat(2_000));
    assert_eq!(told.len(), MOST_PROBLEMS, "{told:?}");
}

#[test]
fn bytes_that_are_not_utf_8_are_told_with_their_line() {
    let told = ProgrammeFile::of_bytes(b"slug = \"a\"\ntitle = \"\xe9\"\n").unwrap_err();
    assert_eq!(
        told.to_string(),
        "line 2: holds bytes that are not UTF-8; save the file as UTF-8"
    );
}

#[test]
fn a_file_that_is_not_there() {
    let error = ProgrammeFile::open(Path::new("/nowhere/programme.toml")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read /nowhere/programme.toml");
}

#[test]
fn what_a_file_leaves_out_has_its_default() {
    let text = changed("locale = \"nl\"\n", "")
        .replace("decision_mode = \"automatic\"\n", "")
        .replace("time_zone = \"Europe/Amsterdam\"\n", "");
    let text = text
        .replace("vat_percentage = 21\n", "")
        .replace("vat_included = false\n", "")
        .replace("half_days = 2\n", "");
    assert_eq!(
        ProgrammeFile::read(&text).unwrap().announcement,
        ProgrammeFile::read(SAMPLE).unwrap().announcement
    );
}

/// Any text that a field takes: quotes, backslashes, leading spaces on later lines.
fn line() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9é€'\"\\\\#=\\[\\]{}., -]{0,30}[a-zA-Z'\"\\\\]"
}

fn paragraphs() -> impl Strategy<Value = String> {
    "([a-zA-Zé'\"\\\\#= ]{0,9}\n\t?){0,4}[a-z'\"\\\\]{1,9}"
}

prop_compose! {
    fn meeting_days()(starts_on in 0..20_000i64, count in 1..4i64, starts in 0..86_000u32, length in 1..399u32) -> Vec<MeetingDay> {
        let first = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap();
        let at = |seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap();
        (0..count)
            .map(|day| MeetingDay { on: first + chrono::Duration::days(starts_on + day), starts: at(starts), ends: at(starts + length) })
            .collect()
    }
}

prop_compose! {
    fn meetings()(days in vec(meeting_days(), 0..4), title in line(), half_days in 0..9u32, municipality in option::of(line())) -> Vec<Meeting> {
        let mut days = days;
        days.sort_by_key(|days| days[0].on);
        days.dedup_by(|later, earlier| later[0].on <= earlier.last().unwrap().on);
        days.into_iter().zip(1..).map(|(days, number)| Meeting {
            id: Uuid::nil().into(),
            number,
            kind: [MeetingKind::KickOff, MeetingKind::Regular, MeetingKind::Closing][number as usize % 3],
            title: title.parse().unwrap(),
            days,
            half_days,
            municipality: municipality.as_deref().map(|text| text.parse().unwrap()),
        }).collect()
    }
}

prop_compose! {
    fn team()(members in vec((line(), option::of(line()), "[a-z]{1,8}", option::of(paragraphs()), 1..8usize, any::<bool>()), 0..4)) -> Vec<TeamMember> {
        let mut team: Vec<TeamMember> = Vec::new();
        for (name, organisation, mailbox, biography, roles, is_dutch) in members {
            let member = TeamMember {
                id: Uuid::nil().into(),
                name: name.parse().unwrap(),
                organisation: organisation.map(|text| text.parse().unwrap()),
                email: format!("{mailbox}@organisator.example").parse().unwrap(),
                roles: TeamRole::ALL.into_iter().enumerate().filter(|(bit, _)| roles & (1 << bit) != 0).map(|(_, role)| role).collect(),
                biography: biography.map(|text| text.parse().unwrap()),
                locale: if is_dutch { Locale::Nl } else { Locale::En },
            };
            let key = PersonKey::of(&member.name, &member.email);
            if team.iter().all(|other| PersonKey::of(&other.name, &other.email) != key) {
                team.push(member);
            }
        }
        team
    }
}

prop_compose! {
    fn announcements()(
        texts in (line(), option::of(line()), paragraphs(), option::of(line())),
        locale in prop_oneof![Just(Locale::Nl), Just(Locale::En)],
        zone in prop_oneof![Just("Europe/Amsterdam"), Just("UTC"), Just("America/St_Johns"), Just("Asia/Kathmandu")],
        places in (1..100u32, 0..100u32),
        opens_at in option::of(40_000_000i64..2_000_000_000),
        deadline in 0..20_000i64,
        decision_mode in prop_oneof![Just(DecisionMode::Automatic), Just(DecisionMode::Propose)],
        price in (0..1_000_000u32, any::<bool>(), 0..=10_000u32, option::of(0..=10_000u32), 0..=10_000u32),
        meetings in meetings(),
        showcase in option::of((0..20_000i64, 0..80_000u32, option::of(1..1000u32), 0..50u32)),
        team in team(),
    ) -> Announcement {
        let (title, subtitle, description, audience) = texts;
        let (cents, vat_included, vat_basis_points, subsidy_basis_points, withdrawal_basis_points) = price;
        Announcement {
            slug: "a-programme".parse().unwrap(),
            title: title.parse().unwrap(),
            subtitle: subtitle.map(|text| text.parse().unwrap()),
            description: description.parse().unwrap(),
            audience: audience.map(|text| text.parse().unwrap()),
            locale,
            time_zone: zone.parse().unwrap(),
            min_participants: places.0,
            max_participants: places.0 + places.1,
            registration_opens_at: opens_at.map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap()),
            registration_deadline: NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Duration::days(deadline),
            decision_mode,
            price: Price { cents, vat_included, vat_basis_points, subsidy_basis_points, withdrawal_basis_points },
            meetings,
            showcase: showcase.map(|(on, starts, capacity, guest_quota)| Showcase {
                on: NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Duration::days(on),
                starts: NaiveTime::from_num_seconds_from_midnight_opt(starts, 0).unwrap(),
                ends: NaiveTime::from_num_seconds_from_midnight_opt(starts + 60, 0).unwrap(),
                capacity,
                guest_quota,
            }),
            retention: Retention { participants_months: 1 + places.0, guests_months: 1 + places.1 % 12 },
            team,
        }
    }
}

proptest! {
    #[test]
    fn export_and_import_are_a_fixed_point(announcement in announcements(), is_draft: bool) {
        let exported = export(Exported { announcement: &announcement, is_draft, rules: &[] });
        let read = ProgrammeFile::read(&exported).map_err(|problems| TestCaseError::fail(format!("{problems}\n{exported}")))?;
        prop_assert_eq!(&read.announcement, &announcement);
        prop_assert_eq!(read.is_draft, is_draft);
        prop_assert_eq!(export(Exported { announcement: &read.announcement, is_draft: read.is_draft, rules: &[] }), exported);
    }

    #[test]
    fn no_text_is_too_strange(text: String) {
        let _ = ProgrammeFile::read(&text);
    }

    #[test]
    fn no_change_of_a_file_is_too_strange(at in 0..SAMPLE.len(), strange in "[\\x00-\\x7f]{0,3}", cut in 0..9usize) {
        let before = SAMPLE.get(..at).unwrap_or(SAMPLE);
        let after = SAMPLE.get(at + cut..).unwrap_or_default();
        if let Err(problems) = ProgrammeFile::read(&format!("{before}{strange}{after}")) {
            prop_assert!(!problems.0.is_empty());
        }
    }
}

const CHANGED: &str = r#"
[rules.below-minimum-14-days]
anchor = "registration-deadline"
offset_days = -10
at = 08:30:00
lateness_hours = 48
when_moved = "once"
own_sentence = "Bel gerust."

[rules.below-minimum-1-day]
anchor = "registration-opens"
offset_minutes = 90
never_too_late = true
pause_note = "wij bellen"
"#;

#[test]
fn rules_that_differ_come_back_from_an_export_and_the_others_are_the_products() {
    let own = SAMPLE.split("# Wat de aankondiging").next().unwrap();
    let file = ProgrammeFile::read(&format!("{own}{CHANGED}")).unwrap();
    let changed: Vec<_> = file
        .rules
        .iter()
        .filter(|rule| rule.is_changed())
        .map(|rule| rule.key.word())
        .collect();
    assert_eq!(changed, ["below-minimum-14-days", "below-minimum-1-day"]);
    let exported = export(Exported {
        announcement: &file.announcement,
        is_draft: file.is_draft,
        rules: &file.rules,
    });
    let table = exported
        .split_once("\n[rules.")
        .map(|(_, rest)| format!("[rules.{rest}"));
    assert_eq!(table.unwrap().trim(), CHANGED.trim());
    assert!(ProgrammeFile::read(&exported).unwrap().rules == file.rules);
}

#[test]
fn rules_that_cannot_be_are_told_with_what_can() {
    let own = SAMPLE.split("# Wat de aankondiging").next().unwrap();
    for (table, told) in [
        (
            "[rules.below-minimum-14-days]\nanchor = \"showtime\"",
            "anchor is not one of: registration-opens",
        ),
        (
            "[rules.below-minimum-14-days]\nanchor = \"programme-end\"",
            "registration-opens, registration-deadline",
        ),
        ("[rules.below-minimum-14-days]\noffset_days = 3", "needs an anchor"),
        (
            "[rules.below-minimum-14-days]\nweekday = \"someday\"",
            "monday, tuesday",
        ),
        (
            "[rules.below-minimum-14-days]\nwhen_moved = \"never\"",
            "neither \"once\" nor \"again\"",
        ),
        ("[rules.below-minimum-14-days]\nlateness_hours = 0", "from 1 to"),
        (
            "[rules.below-minimum-14-days]\nlateness_hours = 1\nnever_too_late = true",
            "contradicts",
        ),
        (
            "[rules.below-minimum-14-days]\ncolour = \"red\"",
            "unknown field `colour`",
        ),
        (
            "[rules.confirm-registration]\npause_note = \"nee\"",
            "nobody could take part",
        ),
        (
            "[rules.decision-report]\nanchor = \"registration-deadline\"",
            "fires when what it answers happens",
        ),
    ] {
        let problems = ProgrammeFile::read(&format!("{own}\n{table}\n")).unwrap_err();
        let [problem] = &problems.0[..] else {
            panic!("{problems}")
        };
        assert!(
            problem.what.contains(told) && problem.line.is_some(),
            "{table}: {problem}"
        );
    }
}
