//! Reading what a browser asks: query, form and language.

use poem::{
    Request,
    http::{HeaderMap, StatusCode, header},
};
use url::form_urlencoded;

use crate::domain::message::Locale;

/// Longest form, in bytes: a harvest has room for some 11,000 characters of four bytes, each written as three.
const MAX_FORM_BYTES: usize = 160 * 1024;

/// Named values of a query or a form.
#[derive(Debug, Default)]
pub struct Values(Vec<(String, String)>);

impl Values {
    /// The query of a request.
    pub fn of_query(request: &Request) -> Self {
        Self::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// These values.
    pub fn of<const N: usize>(values: [(&str, String); N]) -> Self {
        Self(values.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// The language that was asked for by name.
    pub fn locale(&self) -> Option<Locale> {
        self.get("lang").and_then(Locale::from_tag)
    }

    /// The part of a query that keeps the language that was asked for.
    pub fn lang(&self) -> &'static str {
        match self.locale() {
            Some(Locale::Nl) => "&lang=nl",
            Some(Locale::En) => "&lang=en",
            None => "",
        }
    }
}

/// The form that a request brings.
///
/// # Errors
/// The status to answer with: it is no form, or a huge one.
pub async fn read_form(request: &mut Request) -> Result<Values, StatusCode> {
    let is_form = request.header(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    });
    if !is_form {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    match request.take_body().into_bytes_limit(MAX_FORM_BYTES).await {
        Ok(body) => Ok(Values::parse(&body)),
        Err(poem::error::ReadBodyError::PayloadTooLarge) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    }
}

/// The first language of a browser that we write (RFC 9110, section 12.5.4; browsers send them in order of preference);
/// else Dutch.
pub fn preferred(headers: &HeaderMap) -> Locale {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accepted
        .split(',')
        .filter_map(|range| range.split([';', '-']).next())
        .find_map(|tag| Locale::from_tag(&tag.trim().to_ascii_lowercase()))
        .unwrap_or(Locale::Nl)
}

/// The language that the query names, else the browser's.
pub fn locale_of(request: &Request, query: &Values) -> Locale {
    query.locale().unwrap_or_else(|| preferred(request.headers()))
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    #[test]
    fn the_browsers_language() {
        for (accepted, expected) in [
            (None, Locale::Nl),
            (Some("en"), Locale::En),
            (Some("en-GB,en;q=0.9,nl;q=0.8"), Locale::En),
            (Some("fr-FR, NL-be;q=0.7, en;q=0.3"), Locale::Nl),
            (Some("de;q=1"), Locale::Nl),
            (Some("*"), Locale::Nl),
            (Some(",,;,"), Locale::Nl),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accepted) = accepted {
                headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
            }
            assert_eq!(preferred(&headers), expected, "{accepted:?}");
        }
    }

    #[tokio::test]
    async fn forms_are_forms_and_bounded() {
        let form = |kind: &'static str, body: Vec<u8>| Request::builder().header(header::CONTENT_TYPE, kind).body(body);
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        let values = read_form(&mut form(
            kind,
            b"act=withdraw&reason=a+%C3%AB%00&act=verify&x".to_vec(),
        ))
        .await
        .expect("a form");
        assert_eq!(
            (values.get("act"), values.get("reason"), values.get("x")),
            (Some("withdraw"), Some("a ë\0"), Some(""))
        );
        assert_eq!(values.get("none"), None);
        let refused = |request: Request| async move {
            let mut request = request;
            read_form(&mut request).await.err()
        };
        assert_eq!(
            refused(form("text/plain", b"act=verify".to_vec())).await,
            Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        );
        assert_eq!(
            refused(Request::builder().body("act=verify")).await,
            Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        );
        assert_eq!(
            refused(form(kind, vec![b'a'; MAX_FORM_BYTES + 1])).await,
            Some(StatusCode::PAYLOAD_TOO_LARGE)
        );
        assert!(read_form(&mut form(kind, vec![0xff; 100])).await.is_ok());
    }
}
