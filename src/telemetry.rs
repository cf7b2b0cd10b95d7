//! Logs: one line an event, on standard error. Ids and codes; never addresses, names or tokens, at whatever level.

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, filter::filter_fn, fmt, prelude::*};

/// What is logged when `RUST_LOG` says nothing.
const USUAL: &str = "warn,leernetwerk=info";

/// Who is heard at every level: ourselves, and the texts of statements, whose values are bound and never written out.
const DISCREET: [&str; 2] = ["leernetwerk", "sqlx::query"];

/// Whether an event may be logged at all, whatever `RUST_LOG` asks for. Libraries write what they work on into their finer
/// levels: the one that inlines styles whole mails, with the links in them.
fn is_discreet(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let is_ours = |own: &str| {
        target
            .strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    *metadata.level() <= Level::WARN || DISCREET.into_iter().any(is_ours)
}

/// Starts logging: text on a terminal, JSON lines elsewhere. `quiet`: warnings only, for commands that print their own answer.
pub fn start(is_quiet: bool) {
    let usual = if is_quiet { "warn" } else { USUAL };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let registry = tracing_subscriber::registry().with(filter).with(filter_fn(is_discreet));
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
