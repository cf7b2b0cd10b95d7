//! What time may do: mails go out when they are due, and a server that stopped is noticed.
//!
//! Everything about mail runs on the injected clock; what is about processes (the relay's breaker, heartbeats, pauses of
//! the dispatcher) runs on real time, [`tokio::time::Instant`].

mod breaker;
mod dispatch;
mod presence;
mod slot;
mod transport;

pub use breaker::BreakerLimits;
pub use dispatch::{DispatchLimits, Dispatcher, DispatcherParts};
pub use transport::{SmtpRoute, Transport};
