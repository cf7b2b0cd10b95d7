//! What the reader finds, and what does not mislead it.

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
