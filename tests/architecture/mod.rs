//! Arrows go down: which module of `src/` may name which, and who may name which library. Read from the sources
//! themselves, so that a shortcut fails a test with its file and line.
//!
//! To add a module, give it a floor in [`FLOORS`]; to let one module know another, add the name there and say in the
//! commit why.

mod manifest;
mod paths;
#[cfg(test)]
mod the_reader;

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
        module: "chain",
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
        module: "metrics",
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
        may_name: &["domain", "store", "mail", "metrics", "clock", "entropy"],
    },
    Floor {
        module: "app",
        may_name: &["domain", "store", "settle", "clock", "entropy"],
    },
    Floor {
        module: "engine",
        may_name: &[
            "chain", "domain", "store", "settle", "mail", "metrics", "clock", "entropy",
        ],
    },
    // The schema speaks of people's intents; rows, steps and mails are behind `app`.
    Floor {
        module: "graphql",
        may_name: &["chain", "app", "domain", "clock"],
    },
    // Plays what people do, so it stands where people do: above the intents, with nothing of what is behind them.
    Floor {
        module: "simulation",
        may_name: &["app", "domain", "clock", "entropy"],
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
        may_name: &[
            "chain",
            "graphql",
            "app",
            "domain",
            "clock",
            "entropy",
            "config",
            "metrics",
            "telemetry",
        ],
    },
    Floor {
        module: "boot",
        may_name: &[
            "chain",
            "domain",
            "clock",
            "entropy",
            "store",
            "mail",
            "metrics",
            "settle",
            "app",
            "engine",
            "graphql",
            "config",
            "simulation",
            "telemetry",
            "web",
        ],
    },
    Floor {
        module: "cli",
        may_name: &[
            "chain",
            "domain",
            "clock",
            "entropy",
            "store",
            "mail",
            "metrics",
            "settle",
            "app",
            "engine",
            "graphql",
            "config",
            "simulation",
            "telemetry",
            "web",
            "boot",
        ],
    },
    Floor {
        module: "main",
        may_name: &[
            "cli",
            "boot",
            "config",
            "telemetry",
            "app",
            "entropy",
            "graphql",
            "mail",
            "simulation",
        ],
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
    ("icalendar", &["mail"]),
    ("pulldown_cmark", &["mail", "web/pages/markdown"]),
    ("css_inline", &["mail"]),
    ("rand", &["entropy"]),
    ("rand_chacha", &["entropy"]),
    ("tokio_cron_scheduler", &["engine/heartbeat"]),
    ("prometheus_client", &["metrics"]),
    ("x509_parser", &["mail"]),
    ("maud", &["web"]),
    // Boot hands requests over with what they need.
    // The demo's test tries the queries that its banner tells.
    ("async_graphql", &["graphql", "web", "boot", "cli/demo"]),
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
    // A hash is a value: jitter that repeats itself.
    "sha2",
    // Dev-dependencies, which only its tests can name.
    "proptest",
    "insta",
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
