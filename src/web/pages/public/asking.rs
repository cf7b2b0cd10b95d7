//! The form to ask the contacts something.

use maud::{Markup, html};

use crate::{
    app::{programmes::ProgrammeRecord, questions::QuestionFields},
    domain::message::{LONGEST_QUESTION, Locale},
    web::pages::{
        asking::Values,
        fields::{Field, Filled, Input},
        layout::{Sheet, Switch, say},
    },
};

/// The fields that refusals can be about.
const NAMES: [&str; 3] = ["name", "email", "question"];

/// What was filled in, as the API takes it.
pub fn question(filled: &Values) -> QuestionFields {
    let text = |name: &str| filled.get(name).unwrap_or_default().to_owned();
    QuestionFields {
        name: text("name"),
        email: text("email"),
        question: text("question"),
    }
}

/// The form.
pub fn form(filled: &Filled<'_>, action: &str) -> Markup {
    let locale = filled.locale;
    let field = |name, nl, en, hint, input, max| {
        filled.field(&Field {
            name,
            label: say(locale, nl, en),
            hint,
            input,
            is_optional: false,
            max,
        })
    };
    let answered = say(locale, "Hier gaat het antwoord heen.", "The answer goes there.");
    let longest = u32::try_from(LONGEST_QUESTION).unwrap_or(u32::MAX);
    html! {
        (filled.alert(&NAMES))
        form method="post" action=(action) {
            (field("name", "Uw voor- en achternaam", "Your full name", None, Input::Line("text", "name"), 100))
            (field("email", "Uw e-mailadres", "Your e-mail address", Some(answered), Input::Line("email", "email"), 254))
            (field("question", "Uw vraag", "Your question", None, Input::Text(6), longest))
            button name="act" value="ask" { (say(locale, "Verstuur mijn vraag", "Send my question")) }
        }
    }
}

/// What somebody is told who asked. The question is not repeated: it stands in the contacts' mail and nowhere else.
pub fn asked(record: &ProgrammeRecord, locale: Locale) -> Markup {
    let body = html! {
        p { (say(
            locale,
            "Uw vraag is verstuurd aan de contactpersonen van dit programma. Zij antwoorden u per e-mail. U krijgt van ons zelf geen bevestiging.",
            "Your question was sent to the contacts of this programme. They will answer by e-mail. We send no confirmation ourselves.",
        )) }
        p { a href={ "/programmes/" (*record.programme.announced.slug) "?lang=" (locale.tag()) } {
            (say(locale, "Terug naar het programma", "Back to the programme"))
        } }
    };
    Sheet {
        locale,
        title: say(locale, "Dank u wel voor uw vraag", "Thank you for your question"),
        title_locale: locale,
        switch: &Switch::None,
        body,
    }
    .render()
}
