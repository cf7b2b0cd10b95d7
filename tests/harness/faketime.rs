//! A machine's clock for some processes of the tests, which can be set while they run: libfaketime takes the place of what the
//! kernel says about the date. Time itself, by which one waits, goes on as it does.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

/// The variable that says what a machine without the library means: nothing set, its tests are skipped (and say so);
/// `required`, they fail.
pub const VARIABLE: &str = "LEERNETWERK_TEST_FAKETIME";

/// What the library is called, in the directory of its package below that of the machine's architecture.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// A clock that is set by hand.
pub struct MachineClock {
    directory: TempDir,
    library: PathBuf,
}

impl MachineClock {
    /// A clock that goes right. None: the library is not installed; that is said, or a failure where it is demanded.
    pub fn new(name: &str) -> Option<Self> {
        let Some(library) = library() else {
            assert!(
                !is_demanded(),
                "{VARIABLE}=required, but {LIBRARY} is not in /usr/lib/*"
            );
            writeln!(
                std::io::stderr(),
                "SKIPPED {name}: Debian's libfaketime is not installed ({VARIABLE}=required makes this a failure)"
            )
            .expect("standard error takes a line");
            return None;
        };
        let directory = TempDir::with_prefix("leernetwerk-clock-").unwrap();
        // A server may run under another account.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let clock = Self { directory, library };
        clock.set(TimeDelta::zero());
        Some(clock)
    }

    /// Sets it so much ahead of the right time, at once, for all that go by it.
    pub fn set(&self, ahead: TimeDelta) {
        let (file, next) = (self.file(), self.directory.path().join("next"));
        fs::write(&next, format!("{:+}\n", ahead.num_seconds())).unwrap();
        fs::set_permissions(&next, fs::Permissions::from_mode(0o644)).unwrap();
        // So that nobody reads half of it.
        fs::rename(next, file).unwrap();
    }

    /// What a process has in its environment that goes by it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_str().expect("a path of letters").to_owned();
        [
            ("LD_PRELOAD", text(&self.library)),
            ("FAKETIME_TIMESTAMP_FILE", text(&self.file())),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("ahead")
    }
}

/// The right time.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own time, which the processes' is set against"
)]
pub fn right_now() -> DateTime<Utc> {
    Utc::now()
}

#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
fn is_demanded() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|value| value == "required")
}

fn library() -> Option<PathBuf> {
    let architectures = fs::read_dir("/usr/lib").ok()?;
    let mut places = architectures.filter_map(|entry| Some(entry.ok()?.path().join(LIBRARY)));
    places.find(|place| place.is_file())
}
