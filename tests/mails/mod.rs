//! Mails as their readers get them: worded by the production templates, read by an independent parser.

mod parts;
mod words;

use std::sync::LazyLock;

use leernetwerk::{
    domain::message::Locale,
    mail::{
        check::Preview,
        compose::{Composer, Sender},
    },
};

fn composer() -> Composer {
    Composer::new(
        &Sender {
            from: "post@leernetwerk.example".parse().unwrap(),
        },
        None,
    )
    .unwrap()
}

/// Rendered once for all tests.
static PREVIEWS: LazyLock<Vec<Preview>> =
    LazyLock::new(|| composer().previews().map(|preview| preview.unwrap()).collect());

fn previews() -> &'static [Preview] {
    &PREVIEWS
}

fn locale_of(preview: &Preview) -> Locale {
    Locale::from_tag(preview.name.split('/').next().unwrap()).unwrap()
}
