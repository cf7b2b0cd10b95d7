//! `/mailbox`: captured mail, for those who try the product out. It holds everybody's live links, so it exists only where
//! mail is captured, and off loopback only administrators see it.

use std::{collections::HashMap, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use maud::{Markup, html};
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route,
    endpoint::make,
    http::{StatusCode, header},
};
use secrecy::SecretString;
use uuid::Uuid;

use super::{
    PageParts, answer,
    asking::{Values, locale_of},
    layout::{Sheet, Switch, facts, plain, say},
    notice, private,
};
use crate::{
    app::{
        AppError, Caller,
        outbox::{Message, Wanted},
    },
    domain::{
        formats,
        ids::{MessageId, ProgrammeId},
        message::{Locale, MessageStatus},
        page::{Page, Window},
        programme::Programme,
    },
    web::{
        headers::{ContentPolicy, SecurityHeaders},
        rate_limits::LimitRequests,
    },
};

/// Mails on one page of the list.
const MAILS: usize = 25;
/// Most links of one mail that are listed.
const LINKS: usize = 20;
/// Longest token that is looked up at all, in bytes.
const MAX_TOKEN_BYTES: usize = 512;

/// Who may look into the mailbox.
#[derive(Debug, Clone)]
pub enum MailboxAccess {
    /// Nobody: mail is not captured. There is no such page.
    None,
    /// Everybody who can reach the server: it listens on loopback.
    Everybody,
    /// Who gives an administrator's token: as the password that the browser asks for (any name will do), or as a bearer
    /// token.
    Administrators {
        /// The administrator's token given from outside, if there is one.
        master: Option<SecretString>,
    },
}

/// The pages: nest them at `/mailbox`.
pub fn routes(parts: PageParts, access: MailboxAccess) -> impl Endpoint {
    let limits = LimitRequests(parts.rate_limits.clone());
    let is_reached_over_tls = parts.is_reached_over_tls;
    let mailbox = Arc::new(Mailbox { parts, access });
    let handled = |handler: Handler, policy: ContentPolicy| {
        let mailbox = Arc::clone(&mailbox);
        poem::get(make(move |request| {
            let mailbox = Arc::clone(&mailbox);
            async move { Ok::<_, poem::Error>(mailbox.handle(&request, handler).await) }
        }))
        .with(limits.clone())
        .with(SecurityHeaders {
            policy,
            is_reached_over_tls,
        })
    };
    Route::new()
        .at("/", handled(Handler::List, ContentPolicy::Mailbox))
        .at("/:id", handled(Handler::Mail, ContentPolicy::Mailbox))
        .at("/:id/html", handled(Handler::Html, ContentPolicy::Mail))
        .at("/:id/source", handled(Handler::Source, ContentPolicy::Mail))
}

#[derive(Clone, Copy)]
enum Handler {
    List,
    Mail,
    Html,
    Source,
}

struct Mailbox {
    parts: PageParts,
    access: MailboxAccess,
}

impl Mailbox {
    async fn handle(&self, request: &Request, handler: Handler) -> Response {
        let query = Values::of_query(request);
        let locale = locale_of(request, &query);
        let shown = match self.viewer(request).await {
            Err(error) => Err(error),
            // Passwords are sent along below the directory of the page that asked for them (RFC 7617, section 2.2): without
            // the slash that would be the whole server, so the password is asked for with it.
            Ok(None) if !request.original_uri().path().starts_with("/mailbox/") => {
                return poem::web::Redirect::temporary("/mailbox/").into_response();
            }
            Ok(None) => return ask_for_token(locale),
            Ok(Some(viewer)) => match handler {
                Handler::List => self.list(&viewer, &query, locale).await,
                Handler::Mail => self.mail(&viewer, request, locale).await,
                Handler::Html => self.html(&viewer, request, locale).await,
                Handler::Source => self.source(&viewer, request).await,
            },
        };
        shown.unwrap_or_else(|error| {
            let missing = || {
                let text = say(locale, "Er is hier geen mail.", "There is no mail here.");
                notice(
                    StatusCode::NOT_FOUND,
                    locale,
                    say(locale, "Niet gevonden", "Not found"),
                    text,
                )
            };
            self.parts.breakdown(locale, error).unwrap_or_else(missing)
        })
    }

    /// As whom to look; none: a token is asked for.
    async fn viewer(&self, request: &Request) -> Result<Option<Caller>, AppError> {
        match &self.access {
            MailboxAccess::None => Err(AppError::Forbidden),
            MailboxAccess::Everybody => Ok(Some(Caller::Administrator { token: None })),
            MailboxAccess::Administrators { master } => {
                let Some(token) = request.header(header::AUTHORIZATION).and_then(token_in) else {
                    return Ok(None);
                };
                let caller = self.parts.app.caller_of(&token, master.as_ref()).await?;
                Ok(caller.filter(|caller| matches!(caller, Caller::Administrator { .. })))
            }
        }
    }

    async fn list(&self, viewer: &Caller, query: &Values, locale: Locale) -> Result<Response, AppError> {
        let key = |name| query.get(name).and_then(|id| id.parse::<Uuid>().ok()).map(MessageId);
        let (after, before) = (key("after"), key("before"));
        let is_from_end = before.is_some();
        let window = Window {
            after: if is_from_end { None } else { after },
            before,
            limit: MAILS,
            is_from_end,
        };
        let recipient = query
            .get("to")
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(str::to_owned);
        let wanted = Wanted {
            recipient: recipient.clone(),
            ..Wanted::default()
        };
        let page = self.parts.app.messages(viewer, wanted, &window).await?;
        let mut ids: Vec<_> = page.items.iter().map(|message| message.programme_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let programmes = self.programmes(viewer, &ids).await?;
        Ok(answer(
            StatusCode::OK,
            list_page(&page, &programmes, recipient.as_deref(), locale),
        ))
    }

    async fn programmes(
        &self,
        viewer: &Caller,
        ids: &[ProgrammeId],
    ) -> Result<HashMap<ProgrammeId, Programme>, AppError> {
        let records = self.parts.app.programmes_by_id(viewer, ids).await?;
        Ok(records
            .into_iter()
            .map(|record| (record.programme.id, record.programme))
            .collect())
    }

    async fn mail(&self, viewer: &Caller, request: &Request, locale: Locale) -> Result<Response, AppError> {
        let (message, read) = self.parts.app.read_message(viewer, id_in(request)?).await?;
        let programmes = self.programmes(viewer, &[message.programme_id]).await?;
        let text = read.map(|read| read.text);
        Ok(answer(
            StatusCode::OK,
            mail_page(&message, programmes.get(&message.programme_id), text.as_deref(), locale),
        ))
    }

    async fn html(&self, viewer: &Caller, request: &Request, locale: Locale) -> Result<Response, AppError> {
        let (_, read) = self.parts.app.read_message(viewer, id_in(request)?).await?;
        let Some(read) = read else {
            let text = say(
                locale,
                "De tekst van deze mail is er niet meer.",
                "The text of this mail is no longer here.",
            );
            return Ok(notice(
                StatusCode::GONE,
                locale,
                say(locale, "Geen tekst", "No text"),
                text,
            ));
        };
        let response = Response::builder()
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .body(leading_out(&read.html));
        Ok(private(response))
    }

    async fn source(&self, viewer: &Caller, request: &Request) -> Result<Response, AppError> {
        let raw = self
            .parts
            .app
            .message_source(viewer, id_in(request)?)
            .await?
            .ok_or(AppError::Forbidden)?;
        Ok(private(
            Response::builder()
                .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
                .body(raw),
        ))
    }
}

fn id_in(request: &Request) -> Result<MessageId, AppError> {
    let id = request.raw_path_param("id").unwrap_or_default();
    id.parse::<Uuid>().map(MessageId).map_err(|_| AppError::Forbidden)
}

/// The token in an `Authorization` header: the password of `Basic` (RFC 7617) or that of `Bearer` (RFC 6750).
fn token_in(header: &str) -> Option<String> {
    let (scheme, given) = header.split_once(' ')?;
    let token = if scheme.eq_ignore_ascii_case("basic") {
        let pair = String::from_utf8(BASE64_STANDARD.decode(given.trim()).ok()?).ok()?;
        pair.split_once(':')?.1.to_owned()
    } else if scheme.eq_ignore_ascii_case("bearer") {
        given.trim().to_owned()
    } else {
        return None;
    };
    (1..=MAX_TOKEN_BYTES).contains(&token.len()).then_some(token)
}

fn ask_for_token(locale: Locale) -> Response {
    let text = say(
        locale,
        "Deze mailbox is alleen voor beheerders. Vul als wachtwoord een token van een beheerder in; de naam doet er niet toe.",
        "This mailbox is for administrators only. Give an administrator's token as the password; the name does not matter.",
    );
    notice(
        StatusCode::UNAUTHORIZED,
        locale,
        say(locale, "Alleen voor beheerders", "For administrators only"),
        text,
    )
    .with_header(
        header::WWW_AUTHENTICATE,
        "Basic realm=\"leernetwerk mailbox\", charset=\"UTF-8\"",
    )
    .into_response()
}

/// The HTML of a mail with links that leave its frame: a page of ours does not stand in one.
fn leading_out(html: &str) -> String {
    const BASE: &str = "<base target=\"_top\">";
    let head = html.find("<head>").map_or(0, |at| at + "<head>".len());
    let (before, after) = html.split_at(head);
    format!("{before}{BASE}{after}")
}

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

fn list_page(
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
                h2 { a href={ "/mailbox/" (message.id) "?lang=" (lang) } { (message.subject) } }
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
        title: say(locale, "Mailbox", "Mailbox"),
        switch: &switch,
        body,
    }
    .render()
}

fn mail_page(message: &Message, programme: Option<&Programme>, text: Option<&str>, locale: Locale) -> Markup {
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
            pre.mail { (text) }
            p { a href={ (address) "/source" } { (say(locale, "Bron", "Source")) } }
        } @else {
            p { (say(locale, "De tekst van deze mail is er niet (meer).", "The text of this mail is not here (any more).")) }
        }
        p { a href={ "/mailbox/?lang=" (locale.tag()) } { (say(locale, "Alle mails", "All mails")) } }
    };
    Sheet {
        locale,
        title: &message.subject,
        switch: &Switch::Query(String::new()),
        body,
    }
    .render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_in_headers() {
        let basic = format!("Basic {}", BASE64_STANDARD.encode("anybody:to:ken"));
        assert_eq!(token_in(&basic).as_deref(), Some("to:ken"));
        assert_eq!(token_in("bearer  token ").as_deref(), Some("token"));
        for none in [
            "",
            "Basic",
            "Basic !!",
            "Basic YQ==",
            "Bearer ",
            "Digest x",
            &format!("Bearer {}", "x".repeat(600)),
        ] {
            assert_eq!(token_in(none), None, "{none}");
        }
    }

    #[test]
    fn links_of_a_text() {
        let text = "Open <https://a.example/p/x>.\nhttp://b.example, (https://a.example/p/x) javascript:alert(1) https";
        assert_eq!(links(text), ["https://a.example/p/x", "http://b.example"]);
    }

    #[test]
    fn links_of_a_mail_leave_its_frame() {
        assert_eq!(
            leading_out("<html><head><title>x"),
            "<html><head><base target=\"_top\"><title>x"
        );
        assert_eq!(leading_out("<p>x"), "<base target=\"_top\"><p>x");
    }
}
