//! Media types of requests and answers (RFC 9110, section 12.5.1; GraphQL over HTTP, "Media Types").

use poem::http::HeaderMap;
use poem::http::header;

/// What an answer is written as. The bytes are the same JSON; the name says how its status is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status tells whether the request was executed.
    GraphqlResponse,
    /// `application/json`, for clients of before: whatever is well-formed GraphQL over HTTP is answered with 200.
    Json,
}

impl MediaType {
    const ALL: [Self; 2] = [Self::Json, Self::GraphqlResponse];

    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }
}

/// The media type that a client likes best of those we have, or nothing when it takes neither.
///
/// Without `Accept` it is JSON. Between equals the one that the client named exactly wins, and then the newer one;
/// a client that takes anything gets JSON.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let mut ranges = headers
        .get_all(header::ACCEPT)
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .flat_map(|value| value.split(','))
        .peekable();
    if ranges.peek().is_none() {
        return Some(MediaType::Json);
    }
    let ranges: Vec<Range<'_>> = ranges.filter_map(Range::parse).collect();
    MediaType::ALL
        .into_iter()
        .filter_map(|offered| {
            let (specificity, quality) = ranges
                .iter()
                .filter_map(|range| Some((range.specificity(offered)?, range.quality)))
                .max_by_key(|(specificity, _)| *specificity)?;
            let newer = specificity == Specificity::Exact && offered == MediaType::GraphqlResponse;
            let json = specificity != Specificity::Exact && offered == MediaType::Json;
            (quality > 0).then_some(((quality, specificity, newer || json), offered))
        })
        .max_by_key(|(preference, _)| *preference)
        .map(|(_, offered)| offered)
}

/// Whether a body is JSON in UTF-8: `application/json`, with no other charset and no coding.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Some(value) = value.to_str().ok() else { return false };
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|parameter| !is_parameter(parameter, "charset") || is_utf8(parameter))
        && headers
            .get(header::CONTENT_ENCODING)
            .is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// How closely a range of `Accept` fits a media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    Anything,
    Application,
    Exact,
}

/// One element of `Accept`.
struct Range<'a> {
    main_type: &'a str,
    subtype: &'a str,
    /// `q` in thousandths.
    quality: u16,
    is_utf8: bool,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (main_type, subtype) = parts.next()?.split_once('/')?;
        let mut range = Self {
            main_type,
            subtype,
            quality: 1_000,
            is_utf8: true,
        };
        for parameter in parts {
            if let Some(quality) = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")) {
                range.quality = thousandths(quality)?;
            } else if is_parameter(parameter, "charset") {
                range.is_utf8 = is_utf8(parameter);
            }
        }
        Some(range)
    }

    fn specificity(&self, offered: MediaType) -> Option<Specificity> {
        match (self.main_type, self.subtype) {
            _ if !self.is_utf8 => None,
            ("*", "*") => Some(Specificity::Anything),
            (main, "*") if main.eq_ignore_ascii_case("application") => Some(Specificity::Application),
            (main, sub) if main.eq_ignore_ascii_case("application") && sub.eq_ignore_ascii_case(offered.subtype()) => {
                Some(Specificity::Exact)
            }
            _ => None,
        }
    }
}

/// A quality value: `0`, `1`, or up to three digits behind the point (RFC 9110, section 12.4.2).
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    let value = whole.parse::<u16>().ok()?.checked_mul(1_000)?.checked_add(fraction)?;
    (value <= 1_000).then_some(value)
}

fn is_parameter(parameter: &str, name: &str) -> bool {
    parameter
        .split_once('=')
        .is_some_and(|(given, _)| given.trim().eq_ignore_ascii_case(name))
}

fn is_utf8(parameter: &str) -> bool {
    parameter
        .split_once('=')
        .is_some_and(|(_, charset)| charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    fn accept(values: &[&'static str]) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        negotiate(&headers)
    }

    #[test]
    fn the_answer_is_what_the_client_likes_best() {
        const NEW: Option<MediaType> = Some(MediaType::GraphqlResponse);
        const JSON: Option<MediaType> = Some(MediaType::Json);
        let table: [(&[&'static str], Option<MediaType>); 20] = [
            (&[], JSON),
            (&["*/*"], JSON),
            (&["application/*"], JSON),
            (&["application/json"], JSON),
            (&["application/json; charset=utf-8"], JSON),
            (&["APPLICATION/JSON; Charset=\"UTF-8\""], JSON),
            (&["application/graphql-response+json"], NEW),
            (&["application/graphql-response+json, application/json"], NEW),
            (&["application/json, application/graphql-response+json"], NEW),
            (&["application/json", "application/graphql-response+json"], NEW),
            (
                &["application/graphql-response+json;q=0.5, application/json;q=0.9"],
                JSON,
            ),
            (
                &["application/graphql-response+json, application/json;q=0.9, */*;q=0.1"],
                NEW,
            ),
            (&["application/graphql-response+json;q=0, */*"], JSON),
            (&["application/json;q=0, */*;q=0.2"], NEW),
            (&["text/html, */*;q=0.8"], JSON),
            (&["text/html"], None),
            (&["application/json;q=0"], None),
            (&["application/json; charset=iso-8859-1"], None),
            (&["application/json;q=2"], None),
            (&["nonsense"], None),
        ];
        for (values, expected) in table {
            assert_eq!(accept(values), expected, "{values:?}");
        }
    }

    #[test]
    fn a_body_is_json_in_utf8_or_nothing() {
        let table = [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; charset=utf-16", false),
            ("text/plain", false),
            ("application/graphql", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("application/jsonx", false),
            ("", false),
        ];
        for (value, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_json(&headers), expected, "{value}");
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            assert!(!is_json(&headers), "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
