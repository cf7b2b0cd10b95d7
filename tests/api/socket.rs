//! `/graphql` over WebSocket: the protocol, its close codes, and the same limits as over HTTP.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::small_schema::{SmallServer, TOKEN};

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(server: &SmallServer, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = server.graphql().replacen("http", "ws", 1).into_client_request()?;
        request.headers_mut().insert(
            "sec-websocket-protocol",
            "graphql-transport-ws".parse().expect("a header"),
        );
        for &(name, value) in headers {
            request.headers_mut().insert(name, value.parse().expect("a header"));
        }
        Ok(Self(connect_async(request).await?.0))
    }

    /// One that has introduced itself.
    async fn ready(server: &SmallServer) -> Self {
        let mut socket = Self::open(server, &[]).await.expect("a socket");
        socket.send(json!({"type": "connection_init"})).await;
        assert_eq!(socket.next().await, Ok(json!({"type": "connection_ack"})));
        socket
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("sent");
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({"id": id, "type": "subscribe", "payload": {"query": query}}))
            .await;
    }

    /// The next message, or the code the connection was closed with.
    async fn next(&mut self) -> Result<Value, u16> {
        loop {
            match self.0.next().await.expect("a message").expect("a message") {
                Message::Text(text) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Message::Close(frame) => return Err(frame.expect("a reason").code.into()),
                _ => {}
            }
        }
    }
}

fn status_of(refused: Result<Socket, Error>) -> Option<u16> {
    match refused {
        Err(Error::Http(response)) => Some(response.status().as_u16()),
        _ => None,
    }
}

#[tokio::test]
async fn operations_run_side_by_side() {
    let server = SmallServer::unlimited().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("f", "subscription{forever}").await;
    assert_eq!(
        socket.next().await,
        Ok(json!({"type": "next", "id": "f", "payload": {"data": {"forever": 1}}}))
    );
    socket.subscribe("c", "subscription{count(to:2)}").await;
    for expected in [
        json!({"type": "next", "id": "c", "payload": {"data": {"count": 1}}}),
        json!({"type": "next", "id": "c", "payload": {"data": {"count": 2}}}),
        json!({"type": "complete", "id": "c"}),
    ] {
        assert_eq!(socket.next().await, Ok(expected));
    }
    // The id is free again, also for a query, and for one that the client itself completed.
    socket.subscribe("c", "{viewer}").await;
    assert_eq!(
        socket.next().await,
        Ok(json!({"type": "next", "id": "c", "payload": {"data": {"viewer": "PUBLIC"}}}))
    );
    assert_eq!(socket.next().await, Ok(json!({"type": "complete", "id": "c"})));
    socket.send(json!({"type": "complete", "id": "f"})).await;
    socket.subscribe("f", "mutation{register}").await;
    assert_eq!(
        socket.next().await,
        Ok(json!({"type": "next", "id": "f", "payload": {"data": {"register": 1}}}))
    );
    assert_eq!(socket.next().await, Ok(json!({"type": "complete", "id": "f"})));
    socket.send(json!({"type": "ping", "payload": {"a": 1}})).await;
    assert_eq!(socket.next().await, Ok(json!({"type": "pong", "payload": {"a": 1}})));
}

#[tokio::test]
async fn what_is_refused_over_http_is_refused_here() {
    let server = SmallServer::unlimited().await;
    let mut socket = Socket::ready(&server).await;
    let bomb: String = (0..31)
        .map(|level| format!("fragment f{level} on Query{{...f{next} ...f{next}}}", next = level + 1))
        .collect();
    for (query, code) in [
        (
            format!("{{...f0}}{bomb}fragment f31 on Query{{viewer}}"),
            "QUERY_TOO_COMPLEX",
        ),
        ("{".repeat(10_000), "QUERY_TOO_COMPLEX"),
        ("{".to_owned(), "GRAPHQL_PARSE_FAILED"),
        ("{unknown}".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{unknown}".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("{panicking}".to_owned(), "INTERNAL_SERVER_ERROR"),
    ] {
        socket.subscribe("1", &query).await;
        let answer = socket.next().await.expect("an answer");
        assert_eq!(
            (answer["type"].as_str(), answer["id"].as_str()),
            (Some("error"), Some("1")),
            "{answer}"
        );
        assert_eq!(answer["payload"][0]["extensions"]["code"], code, "{answer}");
    }
    socket.subscribe("b", "subscription{bursting}").await;
    assert_eq!(socket.next().await.expect("an event")["type"], "next");
    let answer = socket.next().await.expect("an answer");
    assert_eq!(
        (&answer["type"], &answer["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("INTERNAL_SERVER_ERROR"))
    );
    assert!(!answer.to_string().contains("secret"), "{answer}");
}

#[tokio::test]
async fn twenty_operations_and_no_more() {
    let server = SmallServer::unlimited().await;
    let mut socket = Socket::ready(&server).await;
    for number in 0..20 {
        socket.subscribe(&number.to_string(), "subscription{forever}").await;
        assert_eq!(socket.next().await.expect("an event")["type"], "next");
    }
    socket.subscribe("20", "subscription{forever}").await;
    assert_eq!(
        socket.next().await.expect("an answer")["payload"][0]["extensions"]["code"],
        "RATE_LIMITED"
    );
    socket.send(json!({"type": "complete", "id": "7"})).await;
    socket.subscribe("20", "subscription{forever}").await;
    assert_eq!(socket.next().await.expect("an event")["type"], "next");
}

#[tokio::test]
async fn breaches_of_the_protocol_have_their_close_codes() {
    let server = SmallServer::unlimited().await;
    let init = json!({"type": "connection_init"});
    let forever = json!({"id": "1", "type": "subscribe", "payload": {"query": "subscription{forever}"}});
    for (messages, code) in [
        (vec![forever.clone()], 4401),
        (vec![init.clone(), init.clone()], 4429),
        (vec![init.clone(), forever.clone(), forever.clone()], 4409),
        (vec![json!({"type": "start"})], 4400),
        (vec![json!([])], 4400),
        (vec![init.clone(), json!({"type": "subscribe", "payload": {}})], 4400),
        (
            vec![
                init.clone(),
                json!({"id": "", "type": "subscribe", "payload": {"query": "{viewer}"}}),
            ],
            4400,
        ),
        (
            vec![json!({"type": "connection_init", "payload": {"Authorization": "Bearer bad"}})],
            4403,
        ),
        (
            vec![json!({"type": "connection_init", "payload": {"Authorization": 7}})],
            4403,
        ),
        (
            vec![json!({"type": "connection_init", "payload": {"Authorization": "Bearer broken-token"}})],
            4500,
        ),
    ] {
        let mut socket = Socket::open(&server, &[]).await.expect("a socket");
        for message in &messages {
            socket.send(message.clone()).await;
        }
        let closed = loop {
            if let Err(code) = socket.next().await {
                break code;
            }
        };
        assert_eq!(closed, code, "{messages:?}");
    }
    let mut socket = Socket::open(&server, &[]).await.expect("a socket");
    socket.0.send(Message::binary(vec![1])).await.expect("sent");
    assert_eq!(socket.next().await, Err(4400));
}

#[tokio::test]
async fn the_token_comes_with_the_introduction_or_the_upgrade() {
    let server = SmallServer::unlimited().await;
    let bearer = format!("Bearer {TOKEN}");
    for (headers, payload, viewer) in [
        (vec![], json!(null), "PUBLIC"),
        (vec![], json!({"Authorization": bearer}), "ORGANISER"),
        (vec![], json!({"authorization": bearer}), "ORGANISER"),
        (vec![("authorization", bearer.as_str())], json!(null), "ORGANISER"),
    ] {
        let mut socket = Socket::open(&server, &headers).await.expect("a socket");
        socket
            .send(json!({"type": "connection_init", "payload": payload}))
            .await;
        assert_eq!(socket.next().await, Ok(json!({"type": "connection_ack"})));
        socket.subscribe("1", "{viewer}").await;
        assert_eq!(
            socket.next().await.expect("an answer")["payload"]["data"]["viewer"],
            viewer,
            "{payload}"
        );
    }
}

#[tokio::test]
async fn foreign_pages_and_other_protocols_get_no_socket() {
    let server = SmallServer::unlimited().await;
    let own = server.base_url.clone();
    assert!(Socket::open(&server, &[("origin", &own)]).await.is_ok());
    assert_eq!(
        status_of(Socket::open(&server, &[("origin", "https://evil.example")]).await),
        Some(403)
    );
    assert_eq!(status_of(Socket::open(&server, &[("origin", "null")]).await), Some(403));
    assert_eq!(
        status_of(Socket::open(&server, &[("sec-websocket-protocol", "graphql-ws")]).await),
        Some(400)
    );
    assert_eq!(
        status_of(Socket::open(&server, &[("authorization", "Basic eDp5")]).await),
        Some(401)
    );
}

#[tokio::test]
async fn sockets_are_closed_when_the_server_ends() {
    let server = SmallServer::unlimited().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription{forever}").await;
    assert_eq!(socket.next().await.expect("an event")["type"], "next");
    server.shutdown.cancel();
    assert_eq!(socket.next().await, Err(1001));
}

#[tokio::test]
async fn who_does_not_introduce_themselves_is_sent_away() {
    let server = SmallServer::unlimited().await;
    let mut silent = Socket::open(&server, &[]).await.expect("a socket");
    // From here on time runs when everything waits: ten seconds pass at once.
    tokio::time::pause();
    assert_eq!(silent.next().await, Err(4408));
}

#[tokio::test]
async fn who_did_is_not() {
    let server = SmallServer::unlimited().await;
    let mut socket = Socket::ready(&server).await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(11)).await;
    tokio::time::resume();
    socket.subscribe("1", "{viewer}").await;
    assert_eq!(socket.next().await.expect("an answer")["type"], "next");
}
