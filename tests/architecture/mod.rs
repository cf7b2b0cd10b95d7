//! Arrows go down: which module of `src/` may name which, and who may name which library. Read from the sources
//! themselves, so that a shortcut fails a test with its file and line.
//!
//! To add a module, give it a floor in [`FLOORS`]; to let one module know another, add the name there and say in the
//! commit why.

mod manifest;
mod paths;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use paths::{Mention, mentions};

/// A top-level module and what it may name of ours.
struct Floor {
    module: &'static str,
    may_name: &'static [&'static str],
}

/// From the bottom to the top: nobody names a module that stands further down in this list.
const FLOORS: &[Floor] = &[
    Floor {
        module: "domain",
        may_name: &[],
    },
    Floor {
        module: "clock",
        may_name: &["domain"],
    },
    Floor {
        module: "entropy",
        may_name: &["domain"],
    },
    Floor {
        module: "store",
        may_name: &["domain", "clock", "entropy"],
    },
    Floor {
        module: "mail",
        may_name: &["domain", "entropy"],
    },
    Floor {
        module: "settle",
        may_name: &["domain", "store", "mail", "clock", "entropy"],
    },
    Floor {
        module: "app",
        may_name: &["domain", "store", "settle", "clock", "entropy"],
    },
    Floor {
        module: "engine",
        may_name: &["domain", "store", "settle", "mail", "clock", "entropy"],
    },
    // The schema speaks of people's intents; rows, steps and mails are behind `app`.
    Floor {
        module: "graphql",
        may_name: &["app", "domain", "clock"],
    },
    Floor {
        module: "config",
        may_name: &["domain", "store", "mail", "clock", "entropy"],
    },
    Floor {
        module: "telemetry",
        may_name: &["domain", "config"],
    },
    Floor {
        module: "web",
        may_name: &["graphql", "app", "domain", "clock", "entropy", "config", "telemetry"],
    },
    Floor {
        module: "boot",
        may_name: &[
            "domain",
            "clock",
            "entropy",
            "store",
            "mail",
            "settle",
            "app",
            "engine",
            "graphql",
            "config",
            "telemetry",
            "web",
        ],
    },
    Floor {
        module: "cli",
        may_name: &[
            "domain",
            "clock",
            "entropy",
            "store",
            "mail",
            "settle",
            "app",
            "engine",
            "graphql",
            "config",
            "telemetry",
            "web",
            "boot",
        ],
    },
    Floor {
        module: "main",
        may_name: &["cli", "boot", "config", "telemetry"],
    },
    // Declares the modules.
    Floor {
        module: "lib",
        may_name: &[],
    },
];

/// Libraries that stay behind one door: the crate, and the files or directories under `src/` that may name it.
const DOORS: &[(&str, &[&str])] = &[
    ("sea_orm", &["store"]),
    ("sqlx", &["store"]),
    ("entities", &["store"]),
    ("migrations", &["store"]),
    ("lettre", &["mail"]),
    ("handlebars", &["mail"]),
    ("pulldown_cmark", &["mail"]),
    ("css_inline", &["mail"]),
    ("rand", &["entropy"]),
    ("rand_chacha", &["entropy"]),
    ("tokio_cron_scheduler", &["engine/heartbeat"]),
    ("async_graphql", &["graphql", "web"]),
];

/// All that the domain may name of others: values, no effects.
const VALUES: &[&str] = &[
    "chrono",
    "chrono_tz",
    "uuid",
    "serde",
    "thiserror",
    "unicode_normalization",
    "email_address",
];

/// A file longer than this tells more than one story.
const LONGEST_FILE: usize = 500;

/// Why one mention is not allowed. `file` is relative to `src/`.
fn offence(file: &Path, mention: &Mention) -> Option<String> {
    let place = file.with_extension("");
    let here = place.iter().next()?.to_str()?;
    match mention {
        Mention::Ours(there) => {
            let Some(floor) = FLOORS.iter().find(|floor| floor.module == here) else {
                return Some(format!("module `{here}` has no floor"));
            };
            let known = here == there || floor.may_name.contains(&there.as_str());
            (!known).then(|| format!("`{here}` names `crate::{there}`"))
        }
        Mention::Library(library) => {
            if here == "domain" && !VALUES.contains(&library.as_str()) {
                return Some(format!("`domain` names `{library}`"));
            }
            let (_, doors) = DOORS.iter().find(|(behind, _)| behind == library)?;
            let open = doors.iter().any(|door| place.starts_with(door));
            (!open).then(|| format!("`{library}` is named outside of {doors:?}"))
        }
    }
}

/// All offences in one file, as `file:line: what`.
fn offences(file: &Path, source: &str, libraries: &BTreeSet<String>) -> Vec<String> {
    let place = file.with_extension("");
    let modules: Vec<&str> = place
        .iter()
        .filter_map(|part| part.to_str())
        .filter(|&part| part != "mod")
        .collect();
    // The roots of the crate have no module path.
    let modules = if matches!(modules[..], ["lib" | "main"]) {
        &[][..]
    } else {
        &modules[..]
    };
    match mentions(source, modules, libraries) {
        Ok(found) => found
            .into_iter()
            .filter_map(|(line, mention)| Some(format!("{}:{line}: {}", file.display(), offence(file, &mention)?)))
            .collect(),
        Err(error) => vec![format!("{}: {error}", file.display())],
    }
}

/// The Rust files under a directory of the project, in order.
fn sources(directory: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn libraries() -> BTreeSet<String> {
    manifest::dependencies(&fs::read_to_string(root().join("Cargo.toml")).unwrap())
        .into_iter()
        .map(|dependency| dependency.name.replace('-', "_"))
        .collect()
}

#[test]
fn arrows_go_down() {
    let libraries = libraries();
    let src = root().join("src");
    let found: Vec<String> = sources("src")
        .iter()
        .flat_map(|path| {
            offences(
                path.strip_prefix(&src).unwrap(),
                &fs::read_to_string(path).unwrap(),
                &libraries,
            )
        })
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_table_itself_goes_down() {
    for (height, floor) in FLOORS.iter().enumerate() {
        for name in floor.may_name {
            assert!(
                FLOORS[..height].iter().any(|lower| lower.module == *name),
                "`{}` may name `{name}`, which does not stand below it",
                floor.module
            );
        }
    }
}

#[test]
fn every_door_leads_to_a_library_in_use() {
    let libraries = libraries();
    for name in DOORS.iter().map(|(library, _)| library).chain(VALUES) {
        assert!(libraries.contains(*name), "`{name}` is not a dependency (any more)");
    }
}

#[test]
fn no_file_is_too_long() {
    for path in ["src", "tests", "entities", "migrations"].into_iter().flat_map(sources) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines; {LONGEST_FILE} is the most",
            path.display()
        );
    }
}

#[test]
fn every_dependency_says_why_it_is_here() {
    for file in ["Cargo.toml", "entities/Cargo.toml", "migrations/Cargo.toml"] {
        let silent: Vec<String> = manifest::dependencies(&fs::read_to_string(root().join(file)).unwrap())
            .into_iter()
            .filter(|dependency| !dependency.explained)
            .map(|dependency| {
                format!(
                    "{file}:{}: `{}` has no comment above it",
                    dependency.line, dependency.name
                )
            })
            .collect();
        assert!(silent.is_empty(), "\n{}\n", silent.join("\n"));
    }
}

mod the_reader {
    use super::*;

    #[track_caller]
    fn judge(file: &str, source: &str, expected: &[&str]) {
        let libraries = libraries();
        assert_eq!(offences(Path::new(file), source, &libraries), expected, "{source}");
    }

    #[test]
    fn finds_an_upward_arrow() {
        judge(
            "app/registering.rs",
            "\nuse crate::domain::Id;\nuse crate::graphql::Schema;",
            &["app/registering.rs:3: `app` names `crate::graphql`"],
        );
        judge(
            "engine/tick.rs",
            "fn f() { crate::app::register() }",
            &["engine/tick.rs:1: `engine` names `crate::app`"],
        );
        judge(
            "domain/rule.rs",
            "use crate::clock::Clock;",
            &["domain/rule.rs:1: `domain` names `crate::clock`"],
        );
        judge(
            "graphql/mod.rs",
            "use crate::{app, store};",
            &["graphql/mod.rs:1: `graphql` names `crate::store`"],
        );
    }

    #[test]
    fn lets_downward_arrows_and_those_within_a_module_pass() {
        judge(
            "app/mod.rs",
            "use crate::{app::Actor, domain::{Id, rule::Rule}, store};",
            &[],
        );
        judge("settle/mod.rs", "use crate::mail as post; use super::settle;", &[]);
        judge("main.rs", "fn main() { leernetwerk::cli::run() }", &[]);
        judge("lib.rs", "pub mod domain; pub mod store;", &[]);
    }

    #[test]
    fn finds_names_in_nested_groups_at_their_own_line() {
        judge(
            "mail/mod.rs",
            "use crate::{\n domain::{a::B, c},\n store::{self, Row},\n entropy as e,\n engine,\n};",
            &[
                "mail/mod.rs:3: `mail` names `crate::store`",
                "mail/mod.rs:5: `mail` names `crate::engine`",
            ],
        );
    }

    #[test]
    fn finds_names_in_types_attributes_and_macros() {
        judge(
            "domain/a.rs",
            "#[x(crate::mail)] struct A(<B as crate::app::C>::D);",
            &[
                "domain/a.rs:1: `domain` names `crate::mail`",
                "domain/a.rs:1: `domain` names `crate::app`",
            ],
        );
        judge(
            "domain/a.rs",
            "fn f() { println!(\"{}\", vec![crate::web::X]) }",
            &["domain/a.rs:1: `domain` names `crate::web`"],
        );
    }

    #[test]
    fn follows_super_to_the_root() {
        judge(
            "domain/rule.rs",
            "use super::calendar; use super::super::store::Row;",
            &["domain/rule.rs:1: `domain` names `crate::store`"],
        );
        judge(
            "domain/rule.rs",
            "mod tests {\n use super::super::calendar;\n use super::super::super::mail; }",
            &["domain/rule.rs:3: `domain` names `crate::mail`"],
        );
        judge(
            "domain/mod.rs",
            "use super::{clock, entropy::Seed};",
            &[
                "domain/mod.rs:1: `domain` names `crate::clock`",
                "domain/mod.rs:1: `domain` names `crate::entropy`",
            ],
        );
        judge("clock.rs", "use self::x; mod tests { use super::*; }", &[]);
    }

    #[test]
    fn refuses_names_at_the_root_that_have_no_floor() {
        judge(
            "app/mod.rs",
            "use crate::Everything; use crate::*;",
            &[
                "app/mod.rs:1: `app` names `crate::Everything`",
                "app/mod.rs:1: `app` names `crate::*`",
            ],
        );
        judge(
            "odd.rs",
            "use crate::domain::Id;",
            &["odd.rs:1: module `odd` has no floor"],
        );
    }

    #[test]
    fn keeps_libraries_behind_their_doors() {
        judge(
            "app/mod.rs",
            "use sqlx::Row; use {lettre, serde::Serialize};",
            &[
                "app/mod.rs:1: `sqlx` is named outside of [\"store\"]",
                "app/mod.rs:1: `lettre` is named outside of [\"mail\"]",
            ],
        );
        judge(
            "engine/mod.rs",
            "use tokio_cron_scheduler::Job;",
            &["engine/mod.rs:1: `tokio_cron_scheduler` is named outside of [\"engine/heartbeat\"]"],
        );
        judge("engine/heartbeat.rs", "use tokio_cron_scheduler::Job;", &[]);
        judge("entropy.rs", "use rand::rngs::SysRng;", &[]);
        judge(
            "storefront.rs",
            "fn f() { ::sea_orm::x() }",
            &["storefront.rs:1: `sea_orm` is named outside of [\"store\"]"],
        );
        judge(
            "domain/mod.rs",
            "use std::fmt; use serde::Serialize; use tokio::sync::Notify;",
            &["domain/mod.rs:1: `domain` names `tokio`"],
        );
    }

    #[test]
    fn is_not_misled_by_comments_strings_and_ordinary_names() {
        judge(
            "domain/a.rs",
            "//! [`crate::store::X`]\n/* crate::mail */ const A: &str = \"use crate::web;\";",
            &[],
        );
        judge(
            "domain/a.rs",
            "fn f(lettre: u8) { let sqlx = lettre; Mail::tokio::<u8>(sqlx.rand()) }",
            &[],
        );
    }

    #[test]
    fn tells_of_a_file_that_it_cannot_read() {
        let libraries = BTreeSet::new();
        assert_eq!(offences(Path::new("app.rs"), "fn f( {", &libraries).len(), 1);
    }
}
