//! A private Chromium for the test run, without a window and without a network: who opens a page here sees what people see.
//!
//! It is spoken to in the language of its developer tools through two pipes, so no port is opened, no driver program is
//! needed, and the browser ends with the test process, however that ends: Chromium stops when its reading end is closed, and
//! then the shell around it removes the directory of its profile.

mod devtools;
mod tab;

use std::{
    fs,
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use devtools::Devtools;
pub use tab::{Arrival, Scheme, Tab};
use tempfile::TempDir;

/// The variable that says what a machine without Chromium or axe-core means: nothing set, its tests are skipped (and say so);
/// `required`, they fail.
pub const VARIABLE: &str = "LEERNETWERK_TEST_BROWSER";

/// The directory that pictures of pages go to.
pub const SCREENSHOTS: &str = "LEERNETWERK_TEST_SCREENSHOTS";

/// What the program is called: the whole browser, or the one that never has a window.
const PROGRAMS: [&str; 2] = ["chromium", "chromium-headless-shell"];

/// Where axe-core is: the PyPI package that carries it, installed where nothing is committed. The README has the command.
const AXE: &str = "target/axe-core/axe_playwright_python/axe.min.js";

/// Runs in the profile's directory with the program as `$0`. The browser reads what is asked from descriptor 3 and answers on 4.
/// Root has no sandbox; the machine's network is none of its business, and nothing of the tests needs a graphics card.
const LAUNCH: &str = r#"
"$0" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run --no-default-browser-check \
  --disable-background-networking --disable-component-update --disable-sync --disable-extensions --disable-default-apps \
  --disable-features=Translate,MediaRouter,OptimizationHints --force-color-profile=srgb --hide-scrollbars --accept-lang=nl \
  --user-data-dir="$PWD/profile" --remote-debugging-pipe 3<&0 4>&1 >log 2>&1
rm -rf "$PWD"
"#;

/// A running browser, and the rules that pages are held against.
pub struct Browser {
    devtools: Devtools,
    axe: String,
    /// The shell around the browser, which has nothing to wait for but our end.
    _shell: Child,
}

/// The browser of this test process, started by whoever asks first. None: it is not installed; that is said, or a failure
/// where it is demanded.
pub fn browser(name: &str) -> Option<&'static Browser> {
    static BROWSER: OnceLock<Option<Browser>> = OnceLock::new();
    let started = BROWSER.get_or_init(|| {
        let (program, axe) = (program()?, axe()?);
        Some(Browser::start(&program, axe))
    });
    if started.is_none() {
        let missing = format!("Chromium ({PROGRAMS:?}) or axe-core ({AXE}) is not installed");
        assert!(!is_demanded(), "{VARIABLE}=required, but {missing}");
        writeln!(
            std::io::stderr(),
            "SKIPPED {name}: {missing} ({VARIABLE}=required makes this a failure)"
        )
        .expect("standard error takes a line");
    }
    started.as_ref()
}

impl Browser {
    fn start(program: &Path, axe: String) -> Self {
        let directory = TempDir::with_prefix("leernetwerk-chromium-").unwrap();
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", LAUNCH])
            .arg(program)
            .current_dir(directory.path())
            .env("HOME", directory.path())
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // A Ctrl-C is for the tests; the browser learns of it by their end.
        let mut child = shell.process_group(0).spawn().unwrap();
        let (asks, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        // The shell removes it.
        let _ = directory.keep();
        Self {
            devtools: Devtools::over(asks, answers),
            axe,
            _shell: child,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
fn is_demanded() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|value| value == "required")
}

#[expect(
    clippy::disallowed_methods,
    reason = "where programs are is not a setting of the server"
)]
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = PROGRAMS
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |directory| directory.join(name)));
    places.find(|place| place.is_file())
}

fn axe() -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE)).ok()
}
