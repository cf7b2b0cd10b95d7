//! A schema small enough to be read at a glance, behind the door of production, on a port of its own.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::{Context, ID, Object, Schema, Subscription};
use async_trait::async_trait;
use futures_util::{Stream, StreamExt, stream};
use leernetwerk::graphql::error_code::ErrorCode;
use leernetwerk::graphql::limits::limited;
use leernetwerk::web::graphiql::graphiql;
use leernetwerk::web::graphql_http::{
    Authenticate, AuthenticationFailed, Door, GraphqlEndpoint, TIME_LIMIT, schema_endpoint,
};
use leernetwerk::web::rate_limits::RateLimits;
use poem::listener::TcpAcceptor;
use poem::{Route, Server};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The one valid token.
pub const TOKEN: &str = "good-token";

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum Caller {
    /// Nobody in particular.
    Public,
    /// Whoever holds [`TOKEN`].
    Organiser,
}

/// Knows one token; `broken-token` is one whose look-up fails.
pub struct Tokens;

#[async_trait]
impl Authenticate for Tokens {
    type Caller = Caller;

    async fn caller(&self, bearer: Option<&str>) -> Result<Caller, AuthenticationFailed> {
        match bearer {
            None => Ok(Caller::Public),
            Some(TOKEN) => Ok(Caller::Organiser),
            Some("broken-token") => Err(AuthenticationFailed::Unavailable("connection refused: 10.0.0.7".into())),
            Some(_) => Err(AuthenticationFailed::InvalidToken),
        }
    }
}

/// What the tests look at and hold in their hand.
pub struct Hand {
    /// Mutations that were carried out to the end.
    pub acts: AtomicUsize,
    /// Mutations `wait` that have begun.
    pub begun: Semaphore,
    /// Lets one `wait` go on.
    pub go_on: Semaphore,
}

pub struct Query;

#[Object]
impl Query {
    /// Who is asking.
    async fn viewer(&self, context: &Context<'_>) -> async_graphql::Result<Caller> {
        context.data::<Caller>().copied()
    }
    async fn double(&self, number: i32) -> i32 {
        number.saturating_mul(2)
    }
    async fn length(&self, text: String) -> usize {
        text.len()
    }
    async fn this(&self) -> Query {
        Query
    }
    async fn node(&self, id: ID) -> Option<ID> {
        Some(id)
    }
    async fn forbidden(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(ErrorCode::Forbidden.error("For organisers only.")))
    }
    async fn broken(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(std::io::Error::other("connection refused: 10.0.0.7").into()))
    }
    async fn panicking(&self) -> i32 {
        burst(2)
    }
    /// Never ends.
    async fn stuck(&self) -> i32 {
        std::future::pending::<Infallible>().await;
        0
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn register(&self, context: &Context<'_>) -> async_graphql::Result<usize> {
        Ok(context.data::<Arc<Hand>>()?.acts.fetch_add(1, Ordering::SeqCst) + 1)
    }
    /// Waits for the test's hand before it acts.
    async fn wait(&self, context: &Context<'_>) -> async_graphql::Result<usize> {
        let hand = context.data::<Arc<Hand>>()?;
        hand.begun.add_permits(1);
        hand.go_on.acquire().await?.forget();
        Ok(hand.acts.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

pub struct Events;

#[Subscription]
impl Events {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> + use<> {
        stream::iter(1..=to)
    }
    async fn forever(&self) -> impl Stream<Item = i32> + use<> {
        stream::iter([1]).chain(stream::pending())
    }
    async fn bursting(&self) -> impl Stream<Item = i32> + use<> {
        stream::iter(1..).map(burst)
    }
}

/// What the door makes of a panic is tested.
fn burst(number: i32) -> i32 {
    if number > 1 {
        panic!("a secret in a panic")
    } else {
        number
    }
}

/// A server of the small schema.
pub struct SmallServer {
    /// `http://127.0.0.1:port`.
    pub base_url: String,
    pub hand: Arc<Hand>,
    pub acts: TaskTracker,
    pub shutdown: CancellationToken,
}

impl SmallServer {
    /// Starts one with these limits.
    pub async fn start(rate_limits: RateLimits, time_limit: Duration) -> Self {
        let hand = Arc::new(Hand {
            acts: AtomicUsize::new(0),
            begun: Semaphore::new(0),
            go_on: Semaphore::new(0),
        });
        let schema = limited(Schema::build(Query, Mutation, Events))
            .data(Arc::clone(&hand))
            .finish();
        let sdl = schema.sdl();
        let (acts, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let ids = AtomicUsize::new(0);
        let door = Arc::new(Door {
            executor: schema,
            authenticate: Tokens,
            new_correlation_id: Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst) + 1)),
            rate_limits,
            time_limit,
            acts: acts.clone(),
            shutdown: shutdown.clone(),
        });
        let routes = Route::new()
            .at("/graphql", GraphqlEndpoint::new(door))
            .at("/schema.graphql", schema_endpoint(sdl))
            .nest("/graphiql", graphiql(false));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener for tokio");
        let base_url = format!("http://{}", listener.local_addr().expect("its address"));
        let acceptor = TcpAcceptor::from_std(listener).expect("a listener");
        tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));
        Self {
            base_url,
            hand,
            acts,
            shutdown,
        }
    }

    /// Starts one without rate limits.
    pub async fn unlimited() -> Self {
        Self::start(RateLimits::Off, TIME_LIMIT).await
    }

    /// The address of the GraphQL endpoint.
    pub fn graphql(&self) -> String {
        format!("{}/graphql", self.base_url)
    }

    /// Mutations carried out so far.
    pub fn acts_done(&self) -> usize {
        self.hand.acts.load(Ordering::SeqCst)
    }
}
