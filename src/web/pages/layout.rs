//! The frame that all pages share.

use maud::{DOCTYPE, Markup, html};

use super::{ICON_PATH, STYLESHEET_PATH};
use crate::domain::message::Locale;

/// One of two wordings. Both stand side by side in the source, so that neither is forgotten.
pub fn say<'a>(locale: Locale, nl: &'a str, en: &'a str) -> &'a str {
    match locale {
        Locale::Nl => nl,
        Locale::En => en,
    }
}

/// The way to the same page in the other language.
pub enum Switch {
    /// The page was the answer to a form: there is none.
    None,
    /// The page at its own address, with these other parts of the query.
    Query(String),
}

/// The id of the form, or of what is said about it, that was not taken: the head of its page leads there.
pub const REFUSED: &str = "refused";

/// A page.
pub struct Sheet<'a> {
    /// Its language.
    pub locale: Locale,
    /// Its title and only heading of the first level.
    pub title: &'a str,
    /// The language of the title, which may be a programme's or a mail's.
    pub title_locale: Locale,
    /// The way to the other language.
    pub switch: &'a Switch,
    /// What stands below the heading.
    pub body: Markup,
}

impl Sheet<'_> {
    /// The whole document, for one person or for now: search engines leave it alone.
    pub fn render(self) -> Markup {
        self.written(false)
    }

    /// The whole document, which search engines may show.
    pub fn render_for_everybody(self) -> Markup {
        self.written(true)
    }

    fn written(self, is_indexed: bool) -> Markup {
        let Self {
            locale,
            title,
            title_locale,
            switch,
            body,
        } = self;
        let title_lang = foreign(title_locale, locale);
        html! {
            (DOCTYPE)
            html lang=(locale.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if !is_indexed { meta name="robots" content="noindex"; }
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    link rel="stylesheet" href=(STYLESHEET_PATH);
                    link rel="icon" type="image/svg+xml" href=(ICON_PATH);
                }
                body {
                    @if let Switch::Query(others) = switch { (other_language(locale, others)) }
                    main {
                        h1 lang=[title_lang] { (title) }
                        (body)
                    }
                }
            }
        }
    }
}

fn other_language(locale: Locale, others: &str) -> Markup {
    let (other, name) = match locale {
        Locale::Nl => (Locale::En, "English"),
        Locale::En => (Locale::Nl, "Nederlands"),
    };
    let separator = if others.is_empty() { "" } else { "&" };
    html! {
        nav aria-label=(say(locale, "Taal", "Language")) {
            a href={ "?" (others) (separator) "lang=" (other.tag()) } lang=(other.tag()) hreflang=(other.tag()) { (name) }
        }
    }
}

/// The mark of text that is in another language than its page, for screen readers.
pub fn foreign(text: Locale, page: Locale) -> Option<&'static str> {
    (text != page).then(|| text.tag())
}

/// Terms and what is said of them; a term without anything is left out.
pub fn facts<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<Markup>)>) -> Markup {
    html! {
        dl {
            @for (term, told) in pairs {
                @if let Some(told) = told { div { dt { (term) } dd { (told) } } }
            }
        }
    }
}

/// A text as it is, in a list of [`facts`].
pub fn plain(text: impl maud::Render) -> Option<Markup> {
    Some(html! { (text) })
}

/// Paragraphs that a person wrote, as a quotation.
pub fn quotation(text: &str) -> Markup {
    html! {
        blockquote {
            @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
                p.as-written { (paragraph) }
            }
        }
    }
}
