//! `/graphql` over WebSocket: the subprotocol `graphql-transport-ws` (github.com/enisdenjo/graphql-ws, PROTOCOL.md).
//!
//! async-graphql's own WebSocket knows no limit of operations, no init timeout, replaces a running operation by
//! another of the same id, and hands documents to the engine unchecked; so the protocol is spoken here.

mod session;

use std::sync::Arc;

use async_graphql::Executor;
use poem::http::{HeaderMap, Uri, header};
use poem::web::websocket::{WebSocket, WebSocketConfig};
use poem::{FromRequest, IntoResponse, Request, Response};

use super::graphql_http::{Authenticate, Denied, Door, MAX_BODY_BYTES, bearer};
use super::rate_limits::peer_of;
use session::Session;

/// The one subprotocol.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";
/// Operations that one connection may run at once.
pub const MAX_OPERATIONS: usize = 20;

/// Answers the upgrade of a connection; the session runs behind it.
pub(super) async fn upgrade<E: Executor, A: Authenticate>(
    door: Arc<Door<E, A>>,
    request: Request,
) -> Result<Response, Denied> {
    // Browsers send cookies and open sockets across sites without asking; tokens are not sent by themselves, but a
    // page elsewhere has no business here either.
    if !is_same_host(request.headers()) {
        return Err(Denied::ForeignOrigin);
    }
    if !offers_subprotocol(request.headers()) {
        return Err(Denied::UnknownSubprotocol);
    }
    let token = bearer(request.headers())?.map(str::to_owned);
    let address = peer_of(&request);
    let (request, mut body) = request.split();
    let socket = match WebSocket::from_request(&request, &mut body).await {
        Ok(socket) => socket,
        Err(error) => return Ok(error.into_response()),
    };
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(MAX_BODY_BYTES);
    config.max_frame_size = Some(MAX_BODY_BYTES);
    config.read_buffer_size = 8 * 1024;
    config.write_buffer_size = 8 * 1024;
    Ok(socket
        .protocols([SUBPROTOCOL])
        .config(config)
        .on_upgrade(move |stream| Session::new(door, address, token).run(stream))
        .into_response())
}

fn offers_subprotocol(headers: &HeaderMap) -> bool {
    headers
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|offered| offered.split(',').any(|name| name.trim() == SUBPROTOCOL))
}

/// Whether a page of this host opens the socket, or something that is no browser.
fn is_same_host(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let authority_of = |text: &str| text.parse::<Uri>().ok().and_then(|uri| authority(&uri));
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| Some((authority_of(origin)?, origin.split_once("://")?.0)));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match (origin, host) {
        (Some((origin, scheme)), Some(host)) => authority_of(&format!("{scheme}://{host}")) == Some(origin),
        _ => false,
    }
}

/// Host and port, the scheme's own port where none is written.
fn authority(uri: &Uri) -> Option<(String, u16)> {
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(port), _) => port,
        (None, Some("https")) => 443,
        (None, Some("http")) => 80,
        _ => return None,
    };
    Some((uri.host()?.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;

    use super::*;

    #[test]
    fn only_pages_of_this_host_open_sockets() {
        let table = [
            (None, "leernetwerk.example", true),
            (Some("https://leernetwerk.example"), "leernetwerk.example", true),
            (Some("https://leernetwerk.example"), "leernetwerk.example:443", true),
            (Some("https://Leernetwerk.example:443"), "leernetwerk.EXAMPLE", true),
            (Some("http://127.0.0.1:8000"), "127.0.0.1:8000", true),
            (Some("http://[::1]:8000"), "[::1]:8000", true),
            (Some("http://127.0.0.1:9000"), "127.0.0.1:8000", false),
            (
                Some("https://leernetwerk.example.evil.example"),
                "leernetwerk.example",
                false,
            ),
            (Some("https://evil.example"), "leernetwerk.example", false),
            (Some("null"), "leernetwerk.example", false),
            (Some("leernetwerk.example"), "leernetwerk.example", false),
            (Some(""), "leernetwerk.example", false),
        ];
        for (origin, host, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(is_same_host(&headers), expected, "{origin:?} {host}");
        }
    }
}
