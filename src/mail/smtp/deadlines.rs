//! How long each step of a conversation may take.

use std::time::Duration;

/// The longest each step may take, on real time; and how long a connection may be used.
///
/// A deadline covers a whole reply, so a relay that sends a byte now and then gains nothing. The
/// defaults stay below RFC 5321 (section 4.5.3.2) where giving up early costs only another
/// attempt, and are long after the final dot, where giving up early makes duplicates (RFC 1047).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Looking the relay's name up; connecting to each of its addresses; each TLS handshake; the
    /// reply to the RSET that tests a connection before it is used again.
    pub connect: Duration,
    /// The relay's greeting.
    pub greeting: Duration,
    /// A command and its reply.
    pub command: Duration,
    /// Each block of the content that is written.
    pub data_block: Duration,
    /// The terminator and the reply to it.
    pub final_dot: Duration,
    /// A connection that was unused for this long is not used again.
    pub idle: Duration,
    /// A connection that is this old is not used again.
    pub lifetime: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            greeting: Duration::from_secs(30),
            command: Duration::from_secs(60),
            data_block: Duration::from_secs(120),
            final_dot: Duration::from_secs(300),
            idle: Duration::from_secs(20),
            lifetime: Duration::from_secs(300),
        }
    }
}
