//! TLS handshakes that come to nothing.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, duplex, sink, split};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::script::Handshake;
use super::{Shared, lock};

/// More than either side says in a handshake.
const ROOM: usize = 64 * 1024;

/// Does what the script says once the client has begun; the connection is of no use after it.
pub(super) async fn spoil(how: Handshake, shared: &Shared, mut tcp: TcpStream) -> io::Result<()> {
    let mut first = [0; 1];
    tcp.peek(&mut first).await?;
    *lock(&shared.handshakes) += 1;
    shared.changed.notify_waiters();
    match how {
        Handshake::Stall => {
            copy(&mut tcp, &mut sink()).await?;
        }
        Handshake::Dribble(pause) => dribble(shared, tcp, pause).await?,
        Handshake::Drop => {
            // What is left unread would make a reset of it; the client's first word is one segment.
            let _heard = tcp.read(&mut [0; ROOM]).await?;
        }
        Handshake::Reset => tcp.set_zero_linger()?,
        Handshake::Garbage => {
            tcp.write_all(b"220 nothing like a handshake\r\n").await?;
            copy(&mut tcp, &mut sink()).await?;
        }
    }
    Ok(())
}

/// A handshake as usual, of which the client sees a byte now and then.
async fn dribble(shared: &Shared, tcp: TcpStream, pause: Duration) -> io::Result<()> {
    let (near, far) = duplex(ROOM);
    let (mut from_client, mut to_client) = tcp.into_split();
    let (mut usual, mut said) = split(far);
    let hear = async { copy(&mut from_client, &mut said).await.map(drop) };
    let say = async {
        loop {
            let byte = usual.read_u8().await?;
            // A slow relay: the pause is what is tested, nothing is waited for.
            let _ = timeout(pause, std::future::pending::<()>()).await;
            to_client.write_u8(byte).await?;
        }
        #[expect(unreachable_code, reason = "gives the block its type")]
        Ok::<(), io::Error>(())
    };
    tokio::select! {
        // The client has hung up.
        heard = hear => heard,
        said = say => said,
        accepted = shared.acceptor.accept(near) => accepted.map(drop),
    }
}
