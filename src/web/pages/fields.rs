//! Fields of a form: each with its label, what was filled in, and what is wrong with that beside it.

use chrono_tz::Tz;
use maud::{Markup, html};

use super::{
    asking::Values,
    layout::{REFUSED, say},
    refusals,
};
use crate::domain::{message::Locale, refusal::Refusal};

/// What was filled in and what is wrong with it.
pub struct Filled<'a> {
    /// What stands before the ids of the fields, so that two forms of a page do not share any.
    pub form: &'static str,
    /// What was filled in, if anything was.
    pub values: Option<&'a Values>,
    /// What is wrong.
    pub refused: &'a [Refusal],
    /// Where moments are told.
    pub zone: Tz,
    /// The language of the page.
    pub locale: Locale,
}

/// What somebody fills in.
pub enum Input {
    /// One line of some type, and what a browser may fill in for it (WCAG 2.2, 1.3.5).
    Line(&'static str, &'static str),
    /// Several lines.
    Text(u8),
}

/// A field.
pub struct Field<'a> {
    /// Its name: the path of the API's input field, its parts separated by dots.
    pub name: &'static str,
    /// What it asks.
    pub label: &'a str,
    /// More about it.
    pub hint: Option<&'a str>,
    /// What is filled in.
    pub input: Input,
    /// Whether it can be left out.
    pub is_optional: bool,
    /// The most characters.
    pub max: u32,
}

impl Filled<'_> {
    fn id(&self, name: &str) -> String {
        format!("{}-{}", self.form, name.replace('.', "-"))
    }

    fn value(&self, name: &str) -> &str {
        self.values.and_then(|values| values.get(name)).unwrap_or_default()
    }

    fn errors(&self, name: &str) -> Vec<String> {
        let is_about = |refusal: &&Refusal| refusal.field().is_some_and(|field| field.join(".") == name);
        let about = self.refused.iter().filter(is_about);
        about
            .map(|refusal| refusals::in_words(refusal, self.zone, self.locale))
            .collect()
    }

    /// What is wrong with the whole, and that something is wrong with a field.
    pub fn alert(&self, names: &[&str]) -> Markup {
        let is_of_field = |refusal: &&Refusal| {
            refusal
                .field()
                .is_some_and(|field| names.contains(&field.join(".").as_str()))
        };
        let (fields, whole): (Vec<_>, Vec<_>) = self.refused.iter().partition(is_of_field);
        html! {
            @if !self.refused.is_empty() {
                div.refused id=(REFUSED) role="alert" {
                    @for refusal in &whole { p { (refusals::in_words(refusal, self.zone, self.locale)) } }
                    @if !fields.is_empty() {
                        p { (say(
                            self.locale,
                            "Er is nog niets verstuurd. Kijk naar wat er bij de velden staat.",
                            "Nothing has been sent yet. Please look at what stands beside the fields.",
                        )) }
                    }
                }
            }
        }
    }

    /// A field with its label.
    pub fn field(&self, field: &Field<'_>) -> Markup {
        let (id, errors, value) = (self.id(field.name), self.errors(field.name), self.value(field.name));
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let described: Vec<_> = [
            field.hint.map(|_| hint_id.as_str()),
            (!errors.is_empty()).then_some(error_id.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let described_by = (!described.is_empty()).then(|| described.join(" "));
        let is_invalid = (!errors.is_empty()).then_some("true");
        html! {
            label for=(id) {
                (field.label)
                @if field.is_optional { span.quiet { (say(self.locale, " (hoeft niet)", " (optional)")) } }
            }
            @if let Some(hint) = field.hint { p.hint id=(hint_id) { (hint) } }
            @if !errors.is_empty() { p.field-error id=(error_id) { (errors.join(" ")) } }
            @match field.input {
                Input::Line(kind, autocomplete) => input id=(id) name=(field.name) type=(kind) autocomplete=(autocomplete) required[!field.is_optional]
                    maxlength=(field.max) aria-describedby=[described_by] aria-invalid=[is_invalid] value=(value);,
                Input::Text(rows) => textarea id=(id) name=(field.name) rows=(rows) required[!field.is_optional]
                    maxlength=(field.max) aria-describedby=[described_by] aria-invalid=[is_invalid] { (value) },
            }
        }
    }

    /// A choice out of a few.
    pub fn choice(&self, name: &'static str, label: &str, options: &[(&str, &str)], default: &str) -> Markup {
        let id = self.id(name);
        let chosen = self.values.and_then(|values| values.get(name)).unwrap_or(default);
        html! {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @for (value, text) in options { option value=(value) selected[*value == chosen] { (text) } }
            }
        }
    }
}
