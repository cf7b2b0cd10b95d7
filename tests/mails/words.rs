use std::{collections::BTreeSet, fs};

use leernetwerk::{
    domain::message::{Locale, MessageKind},
    mail::{
        check::Problem,
        compose::{Composer, Sender},
        templates::TemplateError,
    },
};
use tempfile::TempDir;

use super::{composer, locale_of, previews};

#[test]
fn the_templates_render_every_sample() {
    assert_eq!(composer().check(), Vec::<Problem>::new());
}

#[test]
fn every_kind_has_at_least_two_samples_in_every_language() {
    let previews = previews();
    for locale in Locale::ALL {
        for kind in MessageKind::ALL {
            let under = format!("{}/{}/", locale.tag(), kind.word());
            let usual = previews
                .iter()
                .filter(|preview| preview.name.starts_with(&under) && preview.name.ends_with("-usual"));
            assert!(usual.count() >= 2, "{under}");
        }
    }
    let names: BTreeSet<_> = previews.iter().map(|preview| &preview.name).collect();
    assert_eq!(names.len(), previews.len(), "every preview has a name of its own");
}

/// Subject and plain text of every variant in the usual programme: what a change of words changes shows in the review.
#[test]
fn words() {
    let previews = previews();
    for locale in Locale::ALL {
        for kind in MessageKind::ALL {
            let under = format!("{}/{}/", locale.tag(), kind.word());
            let mut told = String::new();
            for preview in previews {
                let Some(variant) = preview
                    .name
                    .strip_prefix(&under)
                    .and_then(|name| name.strip_suffix("-usual"))
                else {
                    continue;
                };
                told.push_str(&format!(
                    "═══ {variant}\n{}\n\n{}\n",
                    preview.composed.subject, preview.text
                ));
            }
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(format!("{}-{}", locale.tag(), kind.word()), told);
            });
        }
    }
}

#[test]
fn nothing_is_left_of_the_other_language_or_of_a_template() {
    let foreign = |locale| match locale {
        Locale::Nl => [
            " the ",
            " you ",
            " your ",
            " and ",
            " of the ",
            " May ",
            "Dear ",
            " registration ",
        ],
        Locale::En => [
            " de ",
            " u ",
            " uw ",
            " en ",
            " het ",
            " mei ",
            "Beste ",
            " aanmelding ",
        ],
    };
    for preview in previews()
        .iter()
        .filter(|preview| preview.name.ends_with("-usual") || preview.name.ends_with("-emptiest"))
    {
        let organisers_words = ["Een aantal gemeenten heeft pas na de vakantie tijd om te beslissen."];
        let mut text = preview.text.clone();
        for words in organisers_words {
            text = text.replace(words, "");
        }
        for title in [
            "Eigen regie en vertrouwen",
            "HR wijst de weg naar een gemeente die partner is in het netwerk",
            "Vierde bijeenkomst en manifestatie",
            "Huis van de Stad",
        ] {
            text = text.replace(title, "");
        }
        let text = format!(" {} ", text.replace('\n', " "));
        for word in foreign(locale_of(preview)) {
            assert!(!text.contains(word), "{}: {word:?}", preview.name);
        }
        for left in ["{{", "}}", "  .", " ,", "null", "\n\n\n", "**", "[", "]("] {
            assert!(!preview.text.contains(left), "{}: {left:?}", preview.name);
        }
    }
}

/// The subject is stored beside the mail and outlives its text; whoever is erased must not be named in a mail to somebody else.
#[test]
fn no_subject_names_a_person() {
    let people = [
        "Anna", "Bram", "Jansen", "Carla", "Cees", "Bruin", "Jetten", "Oelkerts", "Zondag",
    ];
    for preview in previews().iter().filter(|preview| preview.name.ends_with("-usual")) {
        for name in people {
            let subject = &preview.composed.subject;
            assert!(!subject.contains(name), "{}: {subject}", preview.name);
        }
    }
}

fn with_override(file: &str, source: &str) -> Result<Composer, TemplateError> {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, source).unwrap();
    Composer::new(
        &Sender {
            from: "post@leernetwerk.example".parse().unwrap(),
        },
        Some(directory.path()),
    )
}

#[test]
fn an_operator_can_word_a_mail_differently() {
    let source =
        "---\nsubject: Plek in {{programme.title}}\n---\nDag {{recipient.name}}, {{until}}.\n\n[Kies]({{link}})\n";
    let composer = with_override("nl/place-offered.md", source).unwrap();
    let preview = composer.previews().map(|preview| preview.unwrap());
    let preview = preview
        .filter(|preview| preview.name == "nl/place-offered/end-of-day-usual")
        .last()
        .unwrap();
    assert_eq!(preview.composed.subject, "Plek in Eigen regie en vertrouwen");
    assert!(
        preview
            .text
            .starts_with("Dag Anna de Vries, tot en met zondag 25 mei 2014.\n\nKies:\nhttps://")
    );
}

#[test]
fn an_operators_mistakes_are_told_at_the_start() {
    let mail = |body: &str| format!("---\nsubject: x\n---\n{body}\n\n[Kies]({{{{link}}}})\n");
    for (file, source, told) in [
        ("nl/place-offered.md", mail("{{untill}}"), "untill"),
        ("nl/place-offered.md", mail("{{#if untill}}x{{/if}}"), "untill"),
        (
            "nl/place-offered.md",
            mail("{{#if (eq untill 1)}}x{{/if}}"),
            "place-offered",
        ),
        (
            "nl/place-offered.md",
            mail("{{#each programme.meetings}}{{wen}}{{/each}}"),
            "wen",
        ),
        ("nl/place-offered.md", mail("{{> questions}}"), "a partial"),
        ("nl/place-offered.md", mail("{{{until}}}"), "without escaping"),
        ("nl/place-offered.md", mail("{{&until}}"), "without escaping"),
        (
            "nl/place-offered.md",
            mail("{{#unless until}}x{{/unless}}"),
            "a block other than",
        ),
        ("nl/place-offered.md", mail("{{#if until}}x"), "nl/place-offered"),
        ("nl/place-offered.md", mail("<b>x</b>"), "holds HTML"),
        (
            "nl/place-offered.md",
            mail("![x](https://x.example/y.png)"),
            "holds a picture",
        ),
        ("nl/place-offered.md", mail("[x](javascript:alert)"), "only https:"),
        ("nl/place-offered.md", "Beste".to_owned(), "must begin with three lines"),
        (
            "nl/place-offered.md",
            "---\nsubject: x\n---\nGeen link.\n".to_owned(),
            "a line of its own",
        ),
        ("nl/place-offerd.md", mail("x"), "is no template"),
        ("de/place-offered.md", mail("x"), "is no template"),
        (
            "layout.html",
            "<html>{{{letter}}}{{{programme.title}}}</html>".to_owned(),
            "without escaping",
        ),
        (
            "layout.html",
            "<img src=\"https://x.example/y.png\">{{{letter}}}".to_owned(),
            "remote content",
        ),
    ] {
        let error = with_override(file, &source).err().unwrap_or_else(|| panic!("{source}"));
        assert!(error.to_string().contains(told), "{source}: {error}");
    }
    let nowhere = std::path::Path::new("/nowhere/templates");
    let error = Composer::new(
        &Sender {
            from: "a@b.example".parse().unwrap(),
        },
        Some(nowhere),
    )
    .err()
    .unwrap();
    assert!(error.to_string().contains("cannot read /nowhere/templates"), "{error}");
}
