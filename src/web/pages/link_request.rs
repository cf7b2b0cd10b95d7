//! "Send me a new link": the form, and the page of a link that leads nowhere.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{
    PageParts, answer,
    layout::{Sheet, Switch, say},
};
use crate::{
    app::{AppError, Caller, programmes::ProgrammeRecord},
    domain::{message::Locale, page::Window},
};

/// Most programmes in the list to choose from.
const PROGRAMMES: usize = 100;

/// What was filled in, and what is wrong with it.
#[derive(Default)]
pub struct Filled<'a> {
    /// The programme chosen.
    pub slug: Option<&'a str>,
    /// The address given.
    pub email: &'a str,
    /// What is wrong.
    pub refused: &'a [String],
}

/// The programmes that a link can be asked for, the latest first.
pub async fn choices(parts: &PageParts) -> Result<Vec<ProgrammeRecord>, AppError> {
    let latest = Window {
        is_from_end: true,
        ..Window::first(PROGRAMMES)
    };
    let mut page = parts.app.programmes(&Caller::Public, false, None, &latest).await?;
    page.items.reverse();
    Ok(page.items)
}

/// The form.
pub fn form(programmes: &[ProgrammeRecord], filled: &Filled<'_>, locale: Locale) -> Markup {
    html! {
        @for refused in filled.refused { p.refused role="alert" { (refused) } }
        @if programmes.is_empty() {
            p { (say(locale, "Er is op dit moment geen programma.", "There is no programme at the moment.")) }
        } @else {
            // Back to the address without a key, whichever page shows the form.
            form method="post" action={ "/p?lang=" (locale.tag()) } {
                label for="programme" { (say(locale, "Programma", "Programme")) }
                select id="programme" name="programme" required {
                    @for record in programmes {
                        @let slug = &*record.programme.announced.slug;
                        option value=(slug) selected[filled.slug == Some(slug)] { (record.programme.announced.title) }
                    }
                }
                label for="email" { (say(locale, "Uw e-mailadres", "Your e-mail address")) }
                input id="email" name="email" type="email" autocomplete="email" required maxlength="254" value=(filled.email);
                button { (say(locale, "Stuur mij een nieuwe link", "Send me a new link")) }
            }
        }
    }
}

/// The page at `/p`.
pub fn page(programmes: &[ProgrammeRecord], filled: &Filled<'_>, locale: Locale, switch: &Switch) -> Markup {
    let title = say(locale, "Vraag een nieuwe link aan", "Ask for a new link");
    let body = html! {
        p { (say(
            locale,
            "Bent u uw persoonlijke link kwijt? Vul uw e-mailadres in. Is het bij ons bekend, dan sturen we u een nieuwe link.",
            "Have you lost your personal link? Fill in your e-mail address. If we know it, we send you a new link.",
        )) }
        (form(programmes, filled, locale))
    };
    Sheet {
        locale,
        title,
        switch,
        body,
    }
    .render()
}

/// The answer to everybody who asks for a link, known or not.
pub fn asked(locale: Locale) -> Markup {
    let title = say(locale, "Kijk in uw mailbox", "Look in your mailbox");
    let body = html! {
        p { (say(
            locale,
            "Is dit e-mailadres bij ons bekend, dan krijgt u binnen een paar minuten een mail met een nieuwe link.",
            "If we know this e-mail address, you get a mail with a new link within a few minutes.",
        )) }
        p { (say(
            locale,
            "Komt er geen mail? Kijk dan bij de ongewenste mail. Of u hebt u met een ander adres aangemeld.",
            "No mail? Then look among the unwanted mail. Or you registered with another address.",
        )) }
    };
    Sheet {
        locale,
        title,
        switch: &Switch::None,
        body,
    }
    .render()
}

/// The one answer to a link that is unknown, revoked or malformed: which of them is not told.
pub fn dead_link(programmes: &[ProgrammeRecord], locale: Locale, switch: &Switch) -> Response {
    let title = say(locale, "Deze link werkt niet", "This link does not work");
    let body = html! {
        p { (say(
            locale,
            "De link is niet volledig, of hij geldt niet meer. Kopieer de hele link uit uw mail, of vraag een nieuwe aan.",
            "The link is incomplete, or no longer valid. Copy the whole link from your mail, or ask for a new one.",
        )) }
        section {
            h2 { (say(locale, "Vraag een nieuwe link aan", "Ask for a new link")) }
            (form(programmes, &Filled::default(), locale))
        }
    };
    answer(
        StatusCode::NOT_FOUND,
        Sheet {
            locale,
            title,
            switch,
            body,
        }
        .render(),
    )
}
