//! Fields of forms, each with its label, its hint, and beside it what was wrong; what was filled in is kept.

use std::ops::RangeInclusive;

use maud::{Markup, html};

use crate::web::pages::{asking::Values, layout::REFUSED};

/// A form that was refused.
pub struct Refused<'a> {
    /// What was to be done.
    pub act: &'a str,
    /// With which thing; empty: with none in particular.
    pub thing: &'a str,
    /// What was filled in.
    pub form: &'a Values,
    /// What was wrong, with the field that it is about.
    pub errors: Vec<(Option<String>, String)>,
}

impl Refused<'_> {
    /// A page of forms, which says above them what no form of it says: one that has become pointless is not shown any more.
    pub fn above(refused: Option<&Self>, body: Markup) -> Markup {
        // What people wrote is escaped, so only a form has such an attribute.
        let is_said = body.0.contains(&format!("id=\"{REFUSED}\""));
        let errors = refused.filter(|_| !is_said).map(|refused| &refused.errors);
        html! {
            @if let Some(errors) = errors {
                div.refused id=(REFUSED) { @for (_, words) in errors { p { (words) } } }
            }
            (body)
        }
    }
}

/// A form on a page: which one, and whether it is the one that was refused.
pub struct Form<'a> {
    act: &'a str,
    thing: &'a str,
    refused: Option<&'a Refused<'a>>,
}

impl<'a> Form<'a> {
    /// The form of an act with a thing.
    pub fn of(act: &'a str, thing: &'a str, refused: Option<&'a Refused<'a>>) -> Self {
        Self {
            act,
            thing,
            refused: refused.filter(|refused| refused.act == act && refused.thing == thing),
        }
    }

    /// Whether it was refused, and so has to be seen.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// What names the form, and what was wrong with it as a whole.
    pub fn head(&self) -> Markup {
        let errors = self.refused.iter().flat_map(|refused| &refused.errors);
        let general = errors.filter(|(field, _)| !field.as_ref().is_some_and(|field| self.has(field)));
        html! {
            input type="hidden" name="act" value=(self.act);
            @if !self.thing.is_empty() { input type="hidden" name="thing" value=(self.thing); }
            @if self.is_refused() { span id=(REFUSED) {} }
            @for (_, words) in general { p.refused role="alert" { (words) } }
        }
    }

    /// Whether a field of that name stands in some form of ours.
    fn has(&self, field: &str) -> bool {
        self.refused.is_some_and(|refused| refused.form.get(field).is_some())
    }

    fn id(&self, name: &str) -> String {
        format!("{}-{}-{name}", self.act, self.thing)
    }

    fn error(&self, name: &str) -> Option<&str> {
        let errors = &self.refused?.errors;
        errors
            .iter()
            .find(|(field, _)| field.as_deref() == Some(name))
            .map(|(_, words)| words.as_str())
    }

    fn value(&self, name: &str, otherwise: &'a str) -> &'a str {
        self.refused
            .and_then(|refused| refused.form.get(name))
            .unwrap_or(otherwise)
    }

    /// One field, with what stands beside it; `control` gets its id, its value, and what describes it.
    fn field(
        &self,
        (name, label, hint): (&str, &str, &str),
        value: &'a str,
        control: impl FnOnce(&str, &str, Option<&str>, bool) -> Markup,
    ) -> Markup {
        let (id, error) = (self.id(name), self.error(name));
        let described = (!hint.is_empty() || error.is_some()).then(|| format!("{id}-says"));
        html! {
            label for=(id) { (label) }
            @if let Some(described) = &described {
                div id=(described) {
                    @if !hint.is_empty() { p.hint { (hint) } }
                    @if let Some(error) = error { p.field-error { (error) } }
                }
            }
            (control(&id, self.value(name, value), described.as_deref(), error.is_some()))
        }
    }

    /// Room for paragraphs.
    pub fn area(&self, (name, label, hint): (&str, &str, &str), value: &'a str, most: usize, required: bool) -> Markup {
        self.field((name, label, hint), value, |id, value, described, is_wrong| {
            html! {
                textarea id=(id) name=(name) rows="4" maxlength=(most) required[required] aria-describedby=[described]
                    aria-invalid=[is_wrong.then_some("true")] { (value) }
            }
        })
    }

    /// Room for a line.
    pub fn line(&self, (name, label, hint): (&str, &str, &str), value: &'a str, most: usize, required: bool) -> Markup {
        self.field((name, label, hint), value, |id, value, described, is_wrong| {
            html! {
                input id=(id) name=(name) type="text" maxlength=(most) required[required] value=(value)
                    aria-describedby=[described] aria-invalid=[is_wrong.then_some("true")];
            }
        })
    }

    /// Room for a number.
    pub fn number(
        &self,
        (name, label, hint): (&str, &str, &str),
        value: &'a str,
        within: RangeInclusive<u32>,
    ) -> Markup {
        self.field((name, label, hint), value, |id, value, described, is_wrong| {
            html! {
                input id=(id) name=(name) type="number" inputmode="numeric" min=(within.start()) max=(within.end()) value=(value)
                    aria-describedby=[described] aria-invalid=[is_wrong.then_some("true")];
            }
        })
    }

    /// Room for a time of day.
    pub fn time(&self, (name, label, hint): (&str, &str, &str), value: &'a str) -> Markup {
        self.field((name, label, hint), value, |id, value, described, is_wrong| {
            html! {
                input id=(id) name=(name) type="time" required value=(value)
                    aria-describedby=[described] aria-invalid=[is_wrong.then_some("true")];
            }
        })
    }

    /// Something to tick; after a refusal as it was sent.
    pub fn check(&self, name: &str, label: &str, is_checked: bool) -> Markup {
        let is_checked = self
            .refused
            .map_or(is_checked, |refused| refused.form.get(name).is_some());
        let id = self.id(name);
        html! {
            label.check for=(id) { input id=(id) name=(name) type="checkbox" value="yes" checked[is_checked]; span { (label) } }
        }
    }

    /// One of some choices.
    pub fn choice(&self, name: &str, label: &str, value: &'a str, choices: &[(&str, &str)]) -> Markup {
        self.field((name, label, ""), value, |id, value, described, is_wrong| {
            html! {
                select id=(id) name=(name) aria-describedby=[described] aria-invalid=[is_wrong.then_some("true")] {
                    @for (word, told) in choices { option value=(word) selected[*word == value] { (told) } }
                }
            }
        })
    }
}
