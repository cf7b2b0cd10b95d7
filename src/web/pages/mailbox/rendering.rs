//! What the mailbox looks like.

use std::collections::HashMap;

use maud::{Markup, html};

use crate::{
    app::outbox::Message,
    domain::{
        formats,
        ids::{MessageId, ProgrammeId},
        message::{Locale, MessageStatus},
        page::Page,
        privacy::MAIL_TEXT_KEPT,
        programme::Programme,
    },
    web::pages::layout::{Sheet, Switch, facts, foreign, plain, say},
};

/// Most links of one mail that are listed.
const LINKS: usize = 20;

/// The web addresses in a plain text, each once, in order.
fn links(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | '[' | ']'));
    for word in words {
        let link = word.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        if (link.starts_with("https://") || link.starts_with("http://"))
            && !found.contains(&link)
            && found.len() < LINKS
        {
            found.push(link);
        }
    }
    found
}

fn status(status: MessageStatus, locale: Locale) -> &'static str {
    match status {
        MessageStatus::Queued => say(locale, "in de wachtrij", "queued"),
        MessageStatus::Sending => say(locale, "onderweg", "sending"),
        MessageStatus::Sent => say(locale, "verzonden", "sent"),
        MessageStatus::Failed => say(locale, "mislukt", "failed"),
        MessageStatus::Unknown => say(locale, "onbekend of hij aankwam", "unknown whether it arrived"),
        MessageStatus::Held => say(locale, "vastgehouden", "held"),
        MessageStatus::Expired => say(locale, "te laat om nog te sturen", "too late to be of use"),
        MessageStatus::Cancelled => say(locale, "teruggehaald", "called back"),
        MessageStatus::Suppressed => say(locale, "adres weigerde eerder", "address refused before"),
        MessageStatus::Bounced => say(locale, "teruggekomen", "came back"),
    }
}

fn moment(message: &Message, programme: Option<&Programme>, locale: Locale) -> String {
    let zone = programme.map_or(chrono_tz::Europe::Amsterdam, |programme| programme.announced.time_zone);
    formats::weekday_and_moment(message.caused_at, zone, locale)
}

/// A query of the list that keeps the address asked for.
fn query(recipient: Option<&str>, key: Option<(&str, MessageId)>, locale: Locale) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(recipient) = recipient {
        query.append_pair("to", recipient);
    }
    if let Some((name, id)) = key {
        query.append_pair(name, &id.to_string());
    }
    query.append_pair("lang", locale.tag());
    query.finish()
}

/// The list of mails.
pub fn list_page(
    page: &Page<Message>,
    programmes: &HashMap<ProgrammeId, Programme>,
    recipient: Option<&str>,
    locale: Locale,
) -> Markup {
    let lang = locale.tag();
    let to = recipient.map(|address| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("to", address).finish()
    });
    let body = html! {
        form method="get" action="/mailbox/" {
            label for="to" { (say(locale, "Alleen mails aan dit adres", "Only mails to this address")) }
            input id="to" name="to" type="search" maxlength="254" value=[recipient];
            input name="lang" type="hidden" value=(lang);
            button { (say(locale, "Toon", "Show")) }
        }
        p { @match (page.total, locale) {
            (1, Locale::Nl) => { "1 mail" },
            (1, Locale::En) => { "1 mail" },
            (total, Locale::Nl) => { (total) " mails, de nieuwste bovenaan" },
            (total, Locale::En) => { (total) " mails, the newest first" },
        } }
        @for message in &page.items {
            article.mail {
                h2 lang=[foreign(message.locale, locale)] { a href={ "/mailbox/" (message.id) "?lang=" (lang) } { (message.subject) } }
                p {
                    (say(locale, "Aan ", "To ")) a href={ "?" (query(Some(&message.address), None, locale)) } { (message.address) }
                    br;
                    (moment(message, programmes.get(&message.programme_id), locale)) ", " (status(message.status, locale)) ", "
                    code { (message.kind.word()) }
                }
            }
        }
        nav aria-label=(say(locale, "Bladeren", "Pages")) {
            @if page.has_previous && let Some(first) = page.items.first() {
                a href={ "?" (query(recipient, Some(("before", first.id)), locale)) } { (say(locale, "Nieuwere", "Newer")) }
            }
            " "
            @if page.has_next && let Some(last) = page.items.last() {
                a href={ "?" (query(recipient, Some(("after", last.id)), locale)) } { (say(locale, "Oudere", "Older")) }
            }
        }
    };
    let switch = Switch::Query(to.unwrap_or_default());
    Sheet {
        locale,
        title: "Mailbox",
        title_locale: locale,
        switch: &switch,
        body,
    }
    .render()
}

/// Why a mail has no text.
pub fn without_text(locale: Locale) -> String {
    let days = MAIL_TEXT_KEPT.num_days();
    match locale {
        Locale::Nl => format!(
            "De tekst van deze mail is er niet meer. We wissen de tekst {days} dagen nadat een mail is verstuurd of vervallen, of eerder als de gegevens van de ontvanger zijn gewist."
        ),
        Locale::En => format!(
            "The text of this mail is no longer here. We erase the text {days} days after a mail was sent or dropped, or sooner if the recipient's data was erased."
        ),
    }
}

/// One mail.
pub fn mail_page(message: &Message, programme: Option<&Programme>, text: Option<&str>, locale: Locale) -> Markup {
    let address = format!("/mailbox/{}", message.id);
    let body = html! {
        (facts([
            (say(locale, "Aan", "To"), plain(&message.address)),
            (say(locale, "Tijd", "Time"), plain(moment(message, programme, locale))),
            (say(locale, "Stand", "Status"), plain(status(message.status, locale))),
            (say(locale, "Reden", "Reason"), message.reason.as_deref().and_then(plain)),
            (say(locale, "Soort", "Kind"), Some(html! { code { (message.kind.word()) } })),
            (say(locale, "Programma", "Programme"), programme.map(|programme| html! { (programme.announced.title) })),
        ]))
        @if let Some(text) = text {
            @let links = links(text);
            @if !links.is_empty() {
                h2 { (say(locale, "Links in deze mail", "Links in this mail")) }
                ul { @for link in links { li { a href=(link) { (link) } } } }
            }
            h2 { "HTML" }
            iframe src={ (address) "/html" } title=(say(locale, "De mail als HTML", "The mail as HTML"))
                sandbox="allow-top-navigation-by-user-activation" {}
            h2 { (say(locale, "Platte tekst", "Plain text")) }
            pre lang=[foreign(message.locale, locale)] { (text) }
            p { a href={ (address) "/source" } { (say(locale, "Bron", "Source")) } }
        } @else {
            p { (without_text(locale)) }
        }
        p { a href={ "/mailbox/?lang=" (locale.tag()) } { (say(locale, "Alle mails", "All mails")) } }
    };
    Sheet {
        locale,
        title: &message.subject,
        title_locale: message.locale,
        switch: &Switch::Query(String::new()),
        body,
    }
    .render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_text() {
        let text = "Open <https://a.example/p/x>.\nhttp://b.example, (https://a.example/p/x) javascript:alert(1) https";
        assert_eq!(links(text), ["https://a.example/p/x", "http://b.example"]);
    }
}
