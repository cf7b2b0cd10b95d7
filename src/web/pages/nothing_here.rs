//! Around all addresses: a page where nothing is. Addresses that only programs ask for keep their short answer.

use maud::{Markup, html};
use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response,
    error::{NotFoundError, ParsePathError},
    http::{HeaderValue, StatusCode, Uri, header},
};

use super::{
    answer,
    asking::{Values, locale_of},
    layout::{Sheet, Switch, say},
    private,
};
use crate::{domain::message::Locale, web::headers::SecurityHeaders};

/// The first parts of addresses that only programs ask for.
const FOR_PROGRAMS: &[&str] = &["graphql", "healthz", "readyz", "metrics"];

/// Answers where no endpoint does: an address with a slash too many leads to the one without, any other to a page.
#[derive(Debug, Clone, Copy)]
pub struct NothingHere {
    /// The headers of the page.
    pub headers: SecurityHeaders,
}

impl<E: Endpoint> Middleware<E> for NothingHere {
    type Output = NothingHereEndpoint<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        NothingHereEndpoint {
            endpoint,
            headers: self.headers,
        }
    }
}

/// An endpoint within [`NothingHere`].
#[derive(Debug)]
pub struct NothingHereEndpoint<E> {
    endpoint: E,
    headers: SecurityHeaders,
}

impl<E: Endpoint> Endpoint for NothingHereEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let asked = request.original_uri().clone();
        let locale = locale_of(&request, &Values::of_query(&request));
        let error = match self.endpoint.call(request).await {
            Ok(response) => return Ok(response.into_response()),
            Err(error) => error,
        };
        // The latter: a path that is no text, such as `/p/%E9`.
        let is_nothing = error.is::<NotFoundError>() || error.is::<ParsePathError>();
        if !is_nothing || is_for_programs(asked.path()) {
            return Err(error);
        }
        let mut response = without_slash(&asked).map_or_else(|| page(locale), moved);
        self.headers.set_on(&mut response);
        Ok(response)
    }
}

fn is_for_programs(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    FOR_PROGRAMS.contains(&first)
}

/// The address without the slash at its end, if there is one. It is relative, so that it leads to no other host.
fn without_slash(asked: &Uri) -> Option<HeaderValue> {
    let path = asked.path().strip_suffix('/')?;
    let last = path.rsplit('/').next().unwrap_or_default();
    let query = asked.query().map(|query| format!("?{query}")).unwrap_or_default();
    HeaderValue::from_str(&format!("../{last}{query}")).ok()
}

fn moved(place: HeaderValue) -> Response {
    private(
        Response::builder()
            .status(StatusCode::PERMANENT_REDIRECT)
            .header(header::LOCATION, place)
            .finish(),
    )
}

fn title(locale: Locale) -> &'static str {
    say(locale, "Hier is niets", "There is nothing here")
}

fn way_on(locale: Locale) -> Markup {
    html! {
        p { (say(locale, "Controleer het adres, of bekijk ", "Please check the address, or look at ")) a href={ "/?lang=" (locale.tag()) } {
            (say(locale, "welke programma's er zijn", "the programmes that there are"))
        } "." }
    }
}

/// In the reader's language, as far as that is known, and in the other.
fn page(locale: Locale) -> Response {
    let other = match locale {
        Locale::Nl => Locale::En,
        Locale::En => Locale::Nl,
    };
    let body = html! {
        (way_on(locale))
        section lang=(other.tag()) {
            h2 { (title(other)) }
            (way_on(other))
        }
    };
    let sheet = Sheet {
        locale,
        title: title(locale),
        title_locale: locale,
        switch: &Switch::None,
        body,
    };
    answer(StatusCode::NOT_FOUND, sheet.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slash_goes_and_the_host_stays() {
        for (asked, place) in [
            ("/programmes/x/", Some("../x")),
            ("/programmes/x/?lang=en&a=/", Some("../x?lang=en&a=/")),
            ("/p/", Some("../p")),
            ("/programmes/x//", Some("../")),
            ("//evil.example/", Some("../evil.example")),
            ("/programmes", None),
        ] {
            let asked = asked.parse().expect("an address");
            assert_eq!(
                without_slash(&asked).as_ref().map(HeaderValue::as_bytes),
                place.map(str::as_bytes)
            );
        }
    }
}
