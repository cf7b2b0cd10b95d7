//! One connection: messages in, messages out, and the operations it runs.

use std::collections::HashMap;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Response, ServerError};
use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use poem::web::websocket::{CloseCode, Message, WebSocketStream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio::time::error::Elapsed;
use tokio_util::task::AbortOnDropHandle;

use super::super::graphql_http::{Admitted, AnswerBody, Authenticate, Denied, Door, Parameters, bearer_token};
use super::MAX_OPERATIONS;
use crate::graphql::error_code::is_request_error;

/// Within this time a client introduces itself.
const INIT_TIME_LIMIT: Duration = Duration::from_secs(10);
/// How long the other side may take to close its half.
const CLOSING_TIME_LIMIT: Duration = Duration::from_secs(2);
/// Within this time a client takes a message off the wire.
const SEND_TIME_LIMIT: Duration = Duration::from_secs(10);
/// So often a sign of life is asked for; a client silent for two of them is gone.
const HEARTBEAT_PERIOD: Duration = Duration::from_secs(30);
/// Results of all operations that wait for the wire; an operation that runs ahead of its client waits.
const WAITING_RESULTS: usize = 16;

/// A message of the client. Properties beyond these are ignored.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    ConnectionInit { payload: Option<Value> },
    Ping { payload: Option<Value> },
    Pong {},
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

/// A message of the server.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    Next {
        id: &'a str,
        payload: AnswerBody<'a>,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// Why the connection ends: the close codes of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Close(u16, &'static str);

impl Close {
    const GOING_AWAY: Self = Self(1001, "The server is shutting down");
    const INVALID_MESSAGE: Self = Self(4400, "Invalid message");
    const UNAUTHORIZED: Self = Self(4401, "Unauthorized");
    const FORBIDDEN: Self = Self(4403, "Forbidden");
    const INIT_TIMEOUT: Self = Self(4408, "Connection initialisation timeout");
    const DUPLICATE_ID: Self = Self(4409, "Subscriber already exists");
    const SECOND_INIT: Self = Self(4429, "Too many initialisation requests");
    const FAILED: Self = Self(4500, "Internal server error");
}

/// Something an operation has to tell.
struct Event {
    id: String,
    /// Which operation of that id: one that the client completed may still have something under way.
    number: u64,
    news: News,
}

enum News {
    Next(Box<Response>),
    /// The last one: errors in place of any result.
    Failed(Vec<ServerError>),
    /// The last one.
    Complete,
}

struct Running {
    number: u64,
    /// Ends the operation when the client completes it or is gone. A mutation runs on in a task of its own.
    _task: AbortOnDropHandle<()>,
}

/// One connection.
pub(super) struct Session<E, A: Authenticate> {
    door: Arc<Door<E, A>>,
    address: IpAddr,
    /// The token of the upgrade request; one in `connection_init` goes before it.
    header_token: Option<String>,
    caller: Option<A::Caller>,
    running: HashMap<String, Running>,
    started: u64,
}

impl<E: Executor, A: Authenticate> Session<E, A> {
    pub(super) fn new(door: Arc<Door<E, A>>, address: IpAddr, header_token: Option<String>) -> Self {
        Self {
            door,
            address,
            header_token,
            caller: None,
            running: HashMap::new(),
            started: 0,
        }
    }

    /// Speaks the protocol until one side ends it.
    pub(super) async fn run(mut self, stream: WebSocketStream) {
        let (mut sink, mut messages) = stream.split();
        let (events, mut happened) = mpsc::channel(WAITING_RESULTS);
        let init_deadline = Some(Instant::now() + INIT_TIME_LIMIT);
        let mut heartbeat = tokio::time::interval(HEARTBEAT_PERIOD);
        let mut heard_at = Instant::now();
        let shutdown = self.door.shutdown.clone();
        loop {
            let outcome = tokio::select! {
                () = shutdown.cancelled() => Err(Close::GOING_AWAY),
                message = within(init_deadline.filter(|_| self.caller.is_none()), messages.next()) => {
                    heard_at = Instant::now();
                    match message {
                        Err(_) => Err(Close::INIT_TIMEOUT),
                        Ok(Some(Ok(Message::Text(text)))) => self.heard(&text, &events).await,
                        Ok(Some(Ok(Message::Binary(_)))) => Err(Close::INVALID_MESSAGE),
                        Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Ok(None),
                        Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return,
                    }
                }
                Some(event) = happened.recv() => Ok(self.told(&event)),
                _ = heartbeat.tick() => {
                    if heard_at.elapsed() > 2 * HEARTBEAT_PERIOD {
                        return;
                    }
                    Ok(Some(Message::Ping(Vec::new())))
                }
            };
            let sent = match outcome {
                Ok(None) => true,
                Ok(Some(message)) => send(&mut sink, message).await,
                Err(Close(code, reason)) => {
                    send(
                        &mut sink,
                        Message::Close(Some((CloseCode::from(code), reason.to_owned()))),
                    )
                    .await;
                    return hear_out(&mut messages).await;
                }
            };
            if !sent {
                return;
            }
        }
    }

    async fn heard(&mut self, text: &str, events: &mpsc::Sender<Event>) -> Result<Option<Message>, Close> {
        match serde_json::from_str(text).map_err(|_| Close::INVALID_MESSAGE)? {
            ClientMessage::ConnectionInit { .. } if self.caller.is_some() => Err(Close::SECOND_INIT),
            ClientMessage::ConnectionInit { payload } => {
                self.caller = Some(self.introduced(payload.as_ref()).await?);
                Ok(Some(text_of(&ServerMessage::ConnectionAck)))
            }
            ClientMessage::Ping { payload } => Ok(Some(text_of(&ServerMessage::Pong { payload }))),
            ClientMessage::Pong {} => Ok(None),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload, events),
            ClientMessage::Complete { id } => {
                self.running.remove(&id);
                Ok(None)
            }
        }
    }

    async fn introduced(&self, payload: Option<&Value>) -> Result<A::Caller, Close> {
        let given = payload.and_then(|payload| payload.get("Authorization").or_else(|| payload.get("authorization")));
        let token = match given {
            None | Some(Value::Null) => self.header_token.as_deref(),
            Some(Value::String(value)) => Some(bearer_token(value).map_err(|_| Close::FORBIDDEN)?),
            Some(_) => return Err(Close::FORBIDDEN),
        };
        self.door.caller(token).await.map_err(|denied| match denied {
            Denied::Unauthenticated => Close::FORBIDDEN,
            _ => Close::FAILED,
        })
    }

    fn subscribe(
        &mut self,
        id: String,
        payload: Value,
        events: &mpsc::Sender<Event>,
    ) -> Result<Option<Message>, Close> {
        let caller = self.caller.clone().ok_or(Close::UNAUTHORIZED)?;
        if id.is_empty() {
            return Err(Close::INVALID_MESSAGE);
        }
        if self.running.contains_key(&id) {
            return Err(Close::DUPLICATE_ID);
        }
        match self.admit(payload, caller) {
            Err(denied) => Ok(Some(text_of(&ServerMessage::Error {
                id: &id,
                payload: &[denied.to_server_error()],
            }))),
            Ok(admitted) => {
                self.started += 1;
                let number = self.started;
                let reporter = Reporter {
                    id: id.clone(),
                    number,
                    events: events.clone(),
                };
                let task = tokio::spawn(operate(Arc::clone(&self.door), admitted, reporter));
                self.running.insert(
                    id,
                    Running {
                        number,
                        _task: AbortOnDropHandle::new(task),
                    },
                );
                Ok(None)
            }
        }
    }

    fn admit(&self, payload: Value, caller: A::Caller) -> Result<Admitted, Denied> {
        if self.running.len() >= MAX_OPERATIONS {
            return Err(Denied::TooManyOperations { limit: MAX_OPERATIONS });
        }
        self.door.rate_limits.admit_request(self.address)?;
        self.door.admit(Parameters::from_json(payload)?, caller, self.address)
    }

    fn told(&mut self, Event { id, number, news }: &Event) -> Option<Message> {
        if self.running.get(id).is_none_or(|running| running.number != *number) {
            return None;
        }
        Some(text_of(&match news {
            News::Next(response) => ServerMessage::Next {
                id,
                payload: AnswerBody::from(response.as_ref()),
            },
            News::Failed(errors) => {
                self.running.remove(id);
                ServerMessage::Error { id, payload: errors }
            }
            News::Complete => {
                self.running.remove(id);
                ServerMessage::Complete { id }
            }
        }))
    }
}

/// Tells the session of one operation.
struct Reporter {
    id: String,
    number: u64,
    events: mpsc::Sender<Event>,
}

impl Reporter {
    /// When the session is gone, so is this operation; nothing is to be told then.
    async fn tell(&self, news: News) {
        let _ = self
            .events
            .send(Event {
                id: self.id.clone(),
                number: self.number,
                news,
            })
            .await;
    }
}

async fn operate<E: Executor, A: Authenticate>(door: Arc<Door<E, A>>, admitted: Admitted, reporter: Reporter) {
    let last = match admitted.operation {
        OperationType::Query | OperationType::Mutation => match door.execute(admitted).await {
            Ok(response) if is_request_error(&response) => News::Failed(response.errors),
            Ok(response) => {
                reporter.tell(News::Next(Box::new(response))).await;
                News::Complete
            }
            Err(denied) => News::Failed(vec![denied.to_server_error()]),
        },
        OperationType::Subscription => {
            let follow = AssertUnwindSafe(follow(&door, admitted, &reporter)).catch_unwind();
            follow
                .await
                .unwrap_or_else(|panic| News::Failed(vec![door.panicked(panic.as_ref()).to_server_error()]))
        }
    };
    reporter.tell(last).await;
}

async fn follow<E: Executor, A: Authenticate>(door: &Door<E, A>, admitted: Admitted, reporter: &Reporter) -> News {
    let mut responses = door.executor.execute_stream(admitted.request, None);
    while let Some(response) = responses.next().await {
        let response = door.disclosed(response);
        if is_request_error(&response) {
            return News::Failed(response.errors);
        }
        reporter.tell(News::Next(Box::new(response))).await;
    }
    News::Complete
}

fn text_of(message: &ServerMessage<'_>) -> Message {
    match serde_json::to_string(message) {
        Ok(text) => Message::Text(text),
        Err(error) => {
            tracing::error!(%error, "a message could not be written as JSON");
            let Close(code, reason) = Close::FAILED;
            Message::Close(Some((CloseCode::from(code), reason.to_owned())))
        }
    }
}

/// Reads until the other side has closed too, or takes too long. A connection that is dropped with something unread, such as
/// the answer to a ping, is reset, and the reason for closing can get lost on the way (RFC 6455, section 7.1.1).
async fn hear_out<S: Stream<Item = std::io::Result<Message>> + Unpin>(messages: &mut S) {
    let until_closed = async { while let Some(Ok(_)) = messages.next().await {} };
    let _ = tokio::time::timeout(CLOSING_TIME_LIMIT, until_closed).await;
}

/// Waits until the deadline, if there is one.
async fn within<T>(deadline: Option<Instant>, event: impl Future<Output = T>) -> Result<T, Elapsed> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, event).await,
        None => Ok(event.await),
    }
}

/// Whether the message went out in time.
async fn send(sink: &mut (impl Sink<Message> + Unpin), message: Message) -> bool {
    matches!(
        tokio::time::timeout(SEND_TIME_LIMIT, sink.send(message)).await,
        Ok(Ok(()))
    )
}
