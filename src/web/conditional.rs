//! Answers that a reader may keep, and asks about again before using them (RFC 9110, 13.1.2; RFC 9111, 5.2.2.4).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use poem::{
    Response,
    http::{HeaderMap, HeaderValue, StatusCode, header},
};
use sha2::{Digest, Sha256};

/// What the reader has already, by the tags in its question.
#[derive(Debug)]
pub struct Known(Option<String>);

impl Known {
    /// What a request says.
    pub fn of(headers: &HeaderMap) -> Self {
        let tags = headers.get_all(header::IF_NONE_MATCH).iter();
        let tags: Vec<_> = tags.filter_map(|value| value.to_str().ok()).collect();
        Self((!tags.is_empty()).then(|| tags.join(",")))
    }

    /// Compared weakly, as for GET: proxies that compress make a tag weak.
    fn holds(&self, tag: &str) -> bool {
        self.0.as_deref().is_some_and(|known| {
            known
                .split(',')
                .map(str::trim)
                .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
        })
    }

    /// The text, or 304 when the reader has it. The tag is made from the text, so it is the same on all instances.
    pub fn answer(&self, content_type: &'static str, text: String) -> Response {
        let hash = Sha256::digest(text.as_bytes());
        let tag = format!(
            "\"{}\"",
            BASE64_URL_SAFE_NO_PAD.encode(hash.get(..16).unwrap_or_default())
        );
        let mut response = if self.holds(&tag) {
            Response::builder().status(StatusCode::NOT_MODIFIED).finish()
        } else {
            Response::builder()
                .header(header::CONTENT_TYPE, content_type)
                .body(text)
        };
        let headers = response.headers_mut();
        // Places left and dates are true now or not at all.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(with: &[&'static str]) -> Response {
        let mut headers = HeaderMap::new();
        for value in with {
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
        }
        Known::of(&headers).answer("text/plain", "text".to_owned())
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        const TAG: &str = "\"mC2ePrmW9VnmM_TRlN7zdg\"";
        let first = asked(&[]);
        assert_eq!(
            (first.status(), first.header(header::CACHE_CONTROL)),
            (StatusCode::OK, Some("no-cache"))
        );
        assert_eq!(first.header(header::ETAG), Some(TAG));
        for known in [
            TAG,
            "W/\"mC2ePrmW9VnmM_TRlN7zdg\"",
            "\"other\", \"mC2ePrmW9VnmM_TRlN7zdg\"",
            "*",
        ] {
            let again = asked(&[known]);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.header(header::ETAG), Some(TAG));
        }
        assert_eq!(asked(&["\"other\"", TAG]).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(asked(&["\"other\"", "nonsense"]).status(), StatusCode::OK);
    }
}
