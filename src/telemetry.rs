//! Logs: one line an event, on standard error. Ids and codes; never addresses, names or tokens.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// What is logged when `RUST_LOG` says nothing.
const USUAL: &str = "warn,leernetwerk=info";

/// Starts logging: text on a terminal, JSON lines elsewhere. `quiet`: warnings only, for commands that print their own answer.
pub fn start(is_quiet: bool) {
    let usual = if is_quiet { "warn" } else { USUAL };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let registry = tracing_subscriber::registry().with(filter);
    // A second start, in tests, changes nothing.
    let _ = if std::io::stderr().is_terminal() {
        registry
            .with(fmt::layer().with_writer(std::io::stderr).compact())
            .try_init()
    } else {
        registry
            .with(fmt::layer().with_writer(std::io::stderr).json())
            .try_init()
    };
}
