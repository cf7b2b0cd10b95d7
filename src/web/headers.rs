//! Security headers of everything that a browser shows, after Internet.nl's advice and the OWASP HTTP Headers Cheat
//! Sheet.

use poem::http::header::{self, HeaderName, HeaderValue};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};

/// What a page may load and do: the value of `Content-Security-Policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentPolicy {
    /// Pages of our own: style sheets and pictures of this host, forms to this host, no script, no frame.
    Page,
    /// A page that shows captured mails in frames of this host.
    Mailbox,
    /// A captured mail itself, with the inline styles that mail is written with; may stand in a frame of this host,
    /// in a sandbox that only a pressed link leaves.
    Mail,
    /// GraphiQL: script of this host, and the styles that its editor writes into the page.
    Graphiql,
}

impl ContentPolicy {
    /// The policy's text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => {
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            }
            Self::Mailbox => {
                "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'"
            }
            Self::Mail => {
                "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; base-uri 'none'; \
                 frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
            }
            Self::Graphiql => {
                "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
                 connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
            }
        }
    }

    fn frame_options(self) -> &'static str {
        match self {
            Self::Mail => "SAMEORIGIN",
            Self::Page | Self::Mailbox | Self::Graphiql => "DENY",
        }
    }
}

/// Adds the headers to every answer of an endpoint, refusals too.
#[derive(Debug, Clone, Copy)]
pub struct SecurityHeaders {
    /// What the pages may load and do.
    pub policy: ContentPolicy,
    /// Whether the base URL is `https`: then browsers are told to come back only so, for a year.
    pub is_reached_over_tls: bool,
}

impl<E: Endpoint> Middleware<E> for SecurityHeaders {
    type Output = WithSecurityHeaders<E>;

    fn transform(&self, endpoint: E) -> Self::Output {
        WithSecurityHeaders {
            endpoint,
            headers: *self,
        }
    }
}

/// An endpoint behind [`SecurityHeaders`].
#[derive(Debug)]
pub struct WithSecurityHeaders<E> {
    endpoint: E,
    headers: SecurityHeaders,
}

impl<E: Endpoint> Endpoint for WithSecurityHeaders<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let mut response = match self.endpoint.call(request).await {
            Ok(output) => output.into_response(),
            Err(error) => error.into_response(),
        };
        self.headers.set_on(&mut response);
        Ok(response)
    }
}

impl SecurityHeaders {
    /// Adds them to an answer.
    pub fn set_on(&self, response: &mut Response) {
        let mut set = |name: HeaderName, value: &'static str| {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        };
        set(header::CONTENT_SECURITY_POLICY, self.policy.as_str());
        set(header::X_FRAME_OPTIONS, self.policy.frame_options());
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::REFERRER_POLICY, "no-referrer");
        set(
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        );
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        if self.is_reached_over_tls {
            set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
        }
    }
}
