//! `/mailbox`: captured mail, for those who try the product out. It holds everybody's live links, so it exists only where
//! mail is captured, and off loopback only administrators see it.

mod rendering;

use std::{collections::HashMap, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
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
    layout::say,
    notice, private,
};
use crate::{
    app::{AppError, Caller, outbox::Wanted},
    domain::{
        ids::{MessageId, ProgrammeId},
        message::Locale,
        page::Window,
        programme::Programme,
    },
    web::{
        headers::{ContentPolicy, SecurityHeaders},
        rate_limits::LimitRequests,
    },
};

/// Mails on one page of the list.
const MAILS: usize = 25;
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
            rendering::list_page(&page, &programmes, recipient.as_deref(), locale),
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
            rendering::mail_page(&message, programmes.get(&message.programme_id), text.as_deref(), locale),
        ))
    }

    async fn html(&self, viewer: &Caller, request: &Request, locale: Locale) -> Result<Response, AppError> {
        let (_, read) = self.parts.app.read_message(viewer, id_in(request)?).await?;
        let Some(read) = read else {
            return Ok(notice(
                StatusCode::GONE,
                locale,
                say(locale, "Geen tekst", "No text"),
                &rendering::without_text(locale),
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
    fn links_of_a_mail_leave_its_frame() {
        assert_eq!(
            leading_out("<html><head><title>x"),
            "<html><head><base target=\"_top\"><title>x"
        );
        assert_eq!(leading_out("<p>x"), "<base target=\"_top\"><p>x");
    }
}
