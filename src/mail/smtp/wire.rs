//! The bytes between us and the relay: whole replies in, commands out, each within its deadline.

use std::io;
use std::time::Duration;

use futures_util::FutureExt;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::reply::{REPLY_MAX_BYTES, Reply};

/// A TCP or TLS stream.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// Why there is no reply. The connection is not to be used after any of these.
#[derive(Debug, Error)]
pub(super) enum Silence {
    #[error("nothing within {0:?}")]
    TimedOut(Duration),
    #[error("the relay closed the connection")]
    Closed,
    #[error("the connection broke: {0}")]
    Broken(#[from] io::Error),
    #[error("the relay's answer is not an SMTP reply")]
    NotAReply,
    #[error("the relay's reply is longer than {} kB", REPLY_MAX_BYTES / 1024)]
    TooLong,
    #[error("the relay spoke out of turn")]
    OutOfTurn,
}

/// One connection. Replies are read to their end and nothing is read ahead of a question.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    /// What was read and is no whole reply yet.
    unread: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            unread: Vec::new(),
        }
    }

    /// The stream, for a TLS handshake. What came in clear and was not asked for is not taken
    /// along: it would be read as if the relay had said it encrypted.
    pub(super) fn into_stream(mut self) -> Result<Box<dyn Stream>, Silence> {
        if self.has_unasked() {
            Err(Silence::OutOfTurn)
        } else {
            Ok(self.stream)
        }
    }

    /// Reads one reply.
    pub(super) async fn reply(&mut self, deadline: Duration) -> Result<Reply, Silence> {
        timeout(deadline, self.read_reply())
            .await
            .unwrap_or(Err(Silence::TimedOut(deadline)))
    }

    /// Writes `bytes`, a part of something that is not answered yet.
    pub(super) async fn write(&mut self, bytes: &[u8], deadline: Duration) -> Result<(), Silence> {
        timeout(deadline, self.write_all(bytes))
            .await
            .unwrap_or(Err(Silence::TimedOut(deadline)))
    }

    /// Writes `bytes` and reads the reply to them, both within `deadline`.
    pub(super) async fn ask(&mut self, bytes: &[u8], deadline: Duration) -> Result<Reply, Silence> {
        let exchange = async {
            self.write_all(bytes).await?;
            self.read_reply().await
        };
        timeout(deadline, exchange)
            .await
            .unwrap_or(Err(Silence::TimedOut(deadline)))
    }

    /// Whether the relay has said something that nobody asked for, or has hung up. Does not wait.
    pub(super) fn has_unasked(&mut self) -> bool {
        match self.fill().now_or_never() {
            Some(_) => true,
            None => !self.unread.is_empty(),
        }
    }

    async fn write_all(&mut self, bytes: &[u8]) -> Result<(), Silence> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }

    async fn read_reply(&mut self) -> Result<Reply, Silence> {
        loop {
            if let Some((reply, taken)) = Reply::parse(&self.unread).map_err(|_| Silence::NotAReply)? {
                self.unread.drain(..taken);
                return Ok(reply);
            }
            if self.unread.len() >= REPLY_MAX_BYTES {
                return Err(Silence::TooLong);
            }
            self.fill().await?;
        }
    }

    /// Reads what is there, at least a byte. Nothing is lost if this is cancelled.
    async fn fill(&mut self) -> Result<(), Silence> {
        let room = REPLY_MAX_BYTES.saturating_sub(self.unread.len()).clamp(1, 4096);
        let mut bytes = [0; 4096];
        let bytes = bytes.get_mut(..room).unwrap_or_default();
        let count = self.stream.read(bytes).await?;
        if count == 0 {
            return Err(Silence::Closed);
        }
        self.unread.extend(bytes.iter().take(count));
        Ok(())
    }
}
