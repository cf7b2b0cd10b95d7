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

#[cfg(test)]
mod tests {
    use super::*;

    /// What RFC 5321 (section 4.5.3.2) would have a client wait at least, in minutes.
    const INITIAL_220: (&str, u64) = ("4.5.3.2.1", 5);
    const MAIL: (&str, u64) = ("4.5.3.2.2", 5);
    const RCPT: (&str, u64) = ("4.5.3.2.3", 5);
    const DATA_INITIATION: (&str, u64) = ("4.5.3.2.4", 2);
    const DATA_BLOCK: (&str, u64) = ("4.5.3.2.5", 3);
    const DATA_TERMINATION: (&str, u64) = ("4.5.3.2.6", 10);

    #[test]
    fn each_deadline_is_the_one_that_was_chosen_and_none_is_longer_than_the_rfc_has_it() {
        // By name, so that a deadline that is added has to be chosen here too.
        let Deadlines {
            connect,
            greeting,
            command,
            data_block,
            final_dot,
            idle,
            lifetime,
        } = Deadlines::default();
        let table = [
            // What it bounds, how long it is, how many seconds were chosen, what the RFC says about those steps.
            ("connect", connect, 10, &[][..]),
            ("greeting", greeting, 30, &[INITIAL_220]),
            ("command", command, 60, &[MAIL, RCPT, DATA_INITIATION]),
            ("data_block", data_block, 120, &[DATA_BLOCK]),
            ("final_dot", final_dot, 300, &[DATA_TERMINATION]),
            ("idle", idle, 20, &[]),
            ("lifetime", lifetime, 300, &[]),
        ];
        for (name, is, chosen, steps) in table {
            assert_eq!(is, Duration::from_secs(chosen), "{name}");
            for (section, minutes) in steps {
                assert!(is <= Duration::from_secs(60 * minutes), "{name}, section {section}");
            }
        }
        // Giving up at the dot makes duplicates, anywhere else only another attempt.
        for earlier in [connect, greeting, command, data_block] {
            assert!(earlier < final_dot, "{earlier:?}");
        }
    }
}
