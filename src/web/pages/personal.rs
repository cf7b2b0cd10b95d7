//! `/p/{token}`: pages behind personal links, and `/p`, where a new link can be asked for. GET shows, POST acts.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use poem::{Endpoint, EndpointExt, Request, Response, endpoint::make, http::StatusCode};

use super::{
    PageParts, answer,
    areas::{self, Asked, Visit},
    asking::{Values, locale_of, preferred, read_form},
    guests,
    layout::Switch,
    link_request::{self, Filled},
    refusals,
    registration::{Act, RegistrationPage},
    see_other, team_link, too_often, unreadable,
};
use crate::{
    app::{AppError, Caller, Repeatable, programmes::ProgrammeRecord, registering::RegistrationView},
    domain::{
        ids::{ProgrammeId, RegistrationId},
        message::Locale,
        refusal::Refusal,
    },
    web::{
        headers::{ContentPolicy, SecurityHeaders},
        rate_limits::{LimitRequests, peer_of},
    },
};

/// Longest token that is looked up at all, in bytes.
const MAX_TOKEN_BYTES: usize = 128;

/// Where a new link can be asked for: mount it at `/p`.
pub fn link_requests(parts: PageParts) -> impl Endpoint {
    area(parts, Handler::Form, Handler::AskForLink)
}

/// The pages behind personal links: mount them at `/p/:token`.
pub fn pages(parts: PageParts) -> impl Endpoint {
    area(parts, Handler::Show, Handler::Act)
}

fn area(parts: PageParts, on_get: Handler, on_post: Handler) -> impl Endpoint {
    let limits = LimitRequests(parts.rate_limits.clone());
    let headers = SecurityHeaders {
        policy: ContentPolicy::Page,
        is_reached_over_tls: parts.is_reached_over_tls,
    };
    let parts = Arc::new(parts);
    let handled = |handler: Handler| {
        let parts = Arc::clone(&parts);
        make(move |request| {
            let parts = Arc::clone(&parts);
            async move { Ok::<_, poem::Error>(handle(&parts, request, handler).await) }
        })
    };
    poem::get(handled(on_get))
        .post(handled(on_post))
        .with(limits)
        .with(headers)
}

#[derive(Clone, Copy)]
enum Handler {
    Form,
    AskForLink,
    Show,
    Act,
}

async fn handle(parts: &PageParts, request: Request, handler: Handler) -> Response {
    let query = Values::of_query(&request);
    let locale = locale_of(&request, &query);
    let shown = match handler {
        Handler::Form => form(parts, locale).await,
        Handler::AskForLink => ask_for_link(parts, request, locale).await,
        Handler::Show => show(parts, &request, &query).await,
        Handler::Act => act(parts, request, &query).await,
    };
    match shown {
        Ok(response) => response,
        Err(error) => match parts.breakdown(locale, error) {
            Some(response) => response,
            None => dead_link(parts, locale).await,
        },
    }
}

async fn dead_link(parts: &PageParts, locale: Locale) -> Response {
    let switch = Switch::Query(String::new());
    // Without the list of programmes the page still says what is the matter.
    let programmes = link_request::choices(parts).await.unwrap_or_default();
    link_request::dead_link(&programmes, locale, &switch)
}

async fn form(parts: &PageParts, locale: Locale) -> Result<Response, AppError> {
    let programmes = link_request::choices(parts).await?;
    let page = link_request::page(&programmes, &Filled::default(), locale, &Switch::Query(String::new()));
    Ok(answer(StatusCode::OK, page))
}

async fn ask_for_link(parts: &PageParts, mut request: Request, locale: Locale) -> Result<Response, AppError> {
    if let Err(exceeded) = parts
        .rate_limits
        .admit_mutations(peer_of(&request), &["requestPersonalLink".to_owned()])
    {
        return Ok(too_often(locale, exceeded.retry_after_seconds));
    }
    let filled = match read_form(&mut request).await {
        Ok(filled) => filled,
        Err(status) => return Ok(unreadable(status, locale)),
    };
    let (slug, email) = (
        filled.get("programme").unwrap_or_default().to_owned(),
        filled.get("email").unwrap_or_default().to_owned(),
    );
    let asked = parts
        .carry_out({
            let (app, slug, email) = (parts.app.clone(), slug.clone(), email.clone());
            async move {
                app.request_personal_link(&Caller::Public, &slug, &email, &Repeatable::default())
                    .await
            }
        })
        .await;
    match asked {
        Ok(()) => Ok(answer(StatusCode::OK, link_request::asked(locale))),
        Err(AppError::Refused(refusals)) => {
            let refused = in_words(&refusals, None, locale);
            let programmes = link_request::choices(parts).await?;
            let filled = Filled {
                slug: Some(&slug),
                email: &email,
                refused: &refused,
            };
            Ok(answer(
                StatusCode::UNPROCESSABLE_ENTITY,
                link_request::page(&programmes, &filled, locale, &Switch::None),
            ))
        }
        Err(other) => Err(other),
    }
}

pub(super) fn in_words(refusals: &[Refusal], zone: Option<chrono_tz::Tz>, locale: Locale) -> Vec<String> {
    let zone = zone.unwrap_or(chrono_tz::Europe::Amsterdam);
    refusals
        .iter()
        .map(|refusal| refusals::in_words(refusal, zone, locale))
        .collect()
}

/// Who holds the key in a page's address. API tokens are no personal links.
async fn holder(parts: &PageParts, request: &Request) -> Result<Caller, AppError> {
    let token = request.raw_path_param("token").unwrap_or_default();
    if token.is_empty() || token.len() > MAX_TOKEN_BYTES {
        return Err(AppError::Forbidden);
    }
    match parts.app.caller_of(token, None).await? {
        Some(caller @ (Caller::Registrant { .. } | Caller::TeamMember { .. } | Caller::Guest { .. })) => Ok(caller),
        _ => Err(AppError::Forbidden),
    }
}

/// A registration with what its page needs.
struct Own {
    view: RegistrationView,
    record: ProgrammeRecord,
    successor: Option<RegistrationView>,
    now: DateTime<Utc>,
}

impl Own {
    async fn of(
        parts: &PageParts,
        caller: &Caller,
        registration: RegistrationId,
        programme: ProgrammeId,
    ) -> Result<Self, AppError> {
        let view = parts
            .app
            .registrations_by_id(caller, &[registration])
            .await?
            .pop()
            .ok_or(AppError::Forbidden)?;
        let record = parts
            .app
            .programmes_by_id(caller, &[programme])
            .await?
            .pop()
            .ok_or(AppError::Forbidden)?;
        Ok(Self {
            view,
            record,
            successor: parts.app.successor(caller).await?,
            now: parts.app.now().await?,
        })
    }

    fn locale(&self, query: &Values) -> Locale {
        query.locale().unwrap_or(self.view.registration.person.locale)
    }

    fn page<'a>(&'a self, query: &Values, switch: &'a Switch, refused: &'a [String]) -> RegistrationPage<'a> {
        RegistrationPage {
            view: &self.view,
            record: &self.record,
            successor: self.successor.as_ref(),
            now: self.now,
            locale: self.locale(query),
            switch,
            done: query.get("done").and_then(Act::from_word),
            refused,
        }
    }
}

async fn show(parts: &PageParts, request: &Request, query: &Values) -> Result<Response, AppError> {
    let caller = holder(parts, request).await?;
    let visit = Visit::of(parts, &caller, query).await?;
    match visit.asked() {
        Asked::Overview => {}
        Asked::Area(area) => return areas::show(&visit, area).await,
        Asked::Nothing => return Ok(visit.nothing_here(false)),
    }
    match caller {
        Caller::Registrant {
            registration,
            programme,
            ..
        } => {
            let own = Own::of(parts, &caller, registration, programme).await?;
            let is_leaving = query.get("withdraw").is_some() && own.page(query, &Switch::None, &[]).can_withdraw();
            let switch = Switch::Query(if is_leaving {
                "withdraw=1".to_owned()
            } else {
                String::new()
            });
            let page = own.page(query, &switch, &[]);
            Ok(answer(
                StatusCode::OK,
                if is_leaving {
                    page.render_withdrawal("")
                } else {
                    page.render(&visit.navigation(None))
                },
            ))
        }
        Caller::TeamMember { .. } => team_link::show(parts, &caller, query, &visit.navigation(None)).await,
        Caller::Guest { .. } => guests::guest::show(&visit).await,
        _ => Err(AppError::Forbidden),
    }
}

async fn act(parts: &PageParts, mut request: Request, query: &Values) -> Result<Response, AppError> {
    let caller = holder(parts, &request).await?;
    let browsers = query.locale().unwrap_or_else(|| preferred(request.headers()));
    let form = match read_form(&mut request).await {
        Ok(form) => form,
        Err(status) => return Ok(unreadable(status, browsers)),
    };
    let visit = Visit::of(parts, &caller, query).await?;
    match visit.asked() {
        Asked::Overview => {}
        Asked::Area(area) => {
            let acted = areas::act(&visit, area, &form).await?;
            return Ok(acted.unwrap_or_else(|| unreadable(StatusCode::BAD_REQUEST, browsers)));
        }
        Asked::Nothing => return Ok(visit.nothing_here(true)),
    }
    if let Caller::TeamMember { .. } = caller {
        return team_link::act(parts, &caller, &form, query, &visit.navigation(None))
            .await
            .map(|answered| answered.unwrap_or_else(|| unreadable(StatusCode::BAD_REQUEST, browsers)));
    }
    if let Caller::Guest { .. } = caller {
        let answered = guests::guest::act(&visit, &form).await?;
        return Ok(answered.unwrap_or_else(|| unreadable(StatusCode::BAD_REQUEST, browsers)));
    }
    let Caller::Registrant {
        registration,
        programme,
        ..
    } = caller
    else {
        return Ok(unreadable(StatusCode::BAD_REQUEST, browsers));
    };
    let Some(act) = form.get("act").and_then(Act::from_word) else {
        return Ok(unreadable(StatusCode::BAD_REQUEST, browsers));
    };
    let reason = form.get("reason").unwrap_or_default();
    let acted = {
        let (app, caller, reason) = (parts.app.clone(), caller.clone(), reason.to_owned());
        parts
            .carry_out(async move {
                let once = Repeatable::default();
                match act {
                    Act::Verify => app.confirm_registration(&caller, None, &once).await,
                    Act::Accept => app.accept_place(&caller, None, &once).await,
                    Act::Decline => app.decline_place(&caller, None, &once).await,
                    Act::Withdraw => app.withdraw_registration(&caller, None, Some(&reason), &once).await,
                    Act::RegisterAnew => app.register_anew(&caller).await,
                }
            })
            .await
    };
    match acted {
        Ok(_) => Ok(see_other(&format!("?done={}{}", act.word(), query.lang()))),
        Err(AppError::Refused(refusals)) => {
            let own = Own::of(parts, &caller, registration, programme).await?;
            let refused = in_words(
                &refusals,
                Some(own.record.programme.announced.time_zone),
                own.locale(query),
            );
            let page = own.page(query, &Switch::None, &refused);
            let is_text = refusals.iter().any(|refusal| matches!(refusal, Refusal::Text { .. }));
            Ok(if is_text && act == Act::Withdraw && page.can_withdraw() {
                answer(StatusCode::UNPROCESSABLE_ENTITY, page.render_withdrawal(reason))
            } else {
                answer(StatusCode::CONFLICT, page.render(&visit.navigation(None)))
            })
        }
        Err(other) => Err(other),
    }
}
