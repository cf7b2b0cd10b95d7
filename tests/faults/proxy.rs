//! A way to PostgreSQL that can be barred: it refuses, it hangs, it is cut.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// PostgreSQL's socket in its directory.
const SOCKET: &str = ".s.PGSQL.5432";

/// What the way does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Takes connections and bytes, and passes nothing on.
    Hanging,
}

/// The way.
pub struct Proxy {
    directory: TempDir,
    target: PathBuf,
    state: Arc<watch::Sender<State>>,
    running: Option<JoinHandle<()>>,
    /// The address of the database, this way.
    pub url: String,
}

impl Proxy {
    /// An open way to the database of an address.
    pub fn to(url: &str) -> Self {
        let (address, host) = url.split_once("?host=").expect("a socket's directory");
        let directory = TempDir::with_prefix("leernetwerk-way-").unwrap();
        let mut proxy = Self {
            url: format!("{address}?host={}", directory.path().display()),
            target: Path::new(host).join(SOCKET),
            directory,
            state: Arc::new(watch::Sender::new(State::Open)),
            running: None,
        };
        proxy.open();
        proxy
    }

    /// Lets everything pass from now on, also what hung.
    pub fn open(&mut self) {
        self.state.send_replace(State::Open);
        if self.running.is_none() {
            let socket = self.directory.path().join(SOCKET);
            // Left by an earlier way; it has to go before the name can be taken again.
            let _ = fs::remove_file(&socket);
            let listener = UnixListener::bind(socket).unwrap();
            self.running = Some(tokio::spawn(listen(
                listener,
                self.target.clone(),
                Arc::clone(&self.state),
            )));
        }
    }

    /// Lets nothing pass, and says nothing.
    pub fn hang(&self) {
        self.state.send_replace(State::Hanging);
    }

    /// Cuts every connection, and refuses new ones.
    pub async fn refuse(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            let _ = running.await;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}

async fn listen(listener: UnixListener, target: PathBuf, state: Arc<watch::Sender<State>>) {
    let mut ways = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while ways.try_join_next().is_some() {}
        let (target, state) = (target.clone(), state.subscribe());
        ways.spawn(async move {
            let Ok(server) = UnixStream::connect(target).await else {
                return;
            };
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            tokio::select! {
                () = pass(from_client, to_server, state.clone()) => {}
                () = pass(from_server, to_client, state) => {}
            }
        });
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) {
    let mut bytes = [0; 8192];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        if state.wait_for(|state| *state == State::Open).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
