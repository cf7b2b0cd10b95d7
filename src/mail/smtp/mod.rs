//! Handing mails to the relay over SMTP (RFC 5321), so that every attempt ends in a verdict that
//! can be trusted.
//!
//! [`SmtpSender`] owns at most one connection and sends one mail at a time; several senders make
//! a pool. A verdict is [ambiguous](crate::domain::delivery::AttemptOutcome::Ambiguous) only if
//! the terminator was being written: that line decides whether a mail may be sent twice.
//!
//! lettre makes our messages, but its SMTP client (0.11.23) is not used, because it hides that
//! line and others we need:
//! - `message` writes content and terminator and reads the reply in one call, so a failure before
//!   the terminator cannot be told from one after it; `connect_with_transport` does the same with
//!   greeting and EHLO.
//! - DATA is taken as answered by any 2xx or 3xx, and a reply that was left unread is taken for
//!   the answer to the next command.
//! - A line without end is read into memory without end, and what a stranger sent in clear before
//!   a STARTTLS handshake is read as if it had come encrypted.
//! - It sets no `TCP_NODELAY` and writes the terminator by itself: some 40 ms a mail.

mod body;
mod deadlines;
mod probe;
mod relay;
mod reply;
mod sender;
mod session;
mod tls;
mod wire;

pub use deadlines::Deadlines;
pub use probe::{Certificate, Probed};
pub use relay::{Relay, RelayError, TlsMode};
pub use sender::{Envelope, MAILS_PER_CONNECTION, SmtpSender};
pub use tokio_rustls::rustls::pki_types::CertificateDer;
