//! A small disk of its own, to be filled. Mounting one takes root, or sudo that asks for no password.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// The variable that says what a machine means on which no disk can be mounted: nothing set, its tests are skipped (and say
/// so); `required`, they fail.
pub const VARIABLE: &str = "LEERNETWERK_TEST_DISK";

/// A disk in memory; it goes with this value.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// An empty one. None: it cannot be mounted here; that is said, or a failure where it is demanded.
    pub fn of_megabytes(size: u32, name: &str) -> Option<Self> {
        let directory = TempDir::with_prefix("leernetwerk-disk-").unwrap();
        let options = format!("size={size}m,mode=777");
        if as_root(&["mount", "-t", "tmpfs", "-o", &options, "tmpfs"], directory.path()) {
            return Some(Self(directory));
        }
        assert!(
            !is_demanded(),
            "{VARIABLE}=required, but no disk can be mounted: that takes root, or sudo that asks for no password"
        );
        writeln!(
            std::io::stderr(),
            "SKIPPED {name}: no disk can be mounted here, which takes root ({VARIABLE}=required makes this a failure)"
        )
        .expect("standard error takes a line");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Leaves no room at all.
    pub fn fill(&self) {
        let mut room = fs::File::create(self.ballast()).unwrap();
        // Until it is full, which is the error that is wanted.
        while room.write_all(&[0; 4096]).is_ok() {}
    }

    /// Makes room again.
    pub fn empty(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Whatever uses it still may: it goes when that ends.
        as_root(&["umount", "--lazy"], self.path());
    }
}

/// Whether a command on a directory succeeded, by root itself or by sudo.
fn as_root(command: &[&str], directory: &Path) -> bool {
    [&[][..], &["sudo", "-n"][..]].iter().any(|by| {
        let words = [by, command].concat();
        let ended = Command::new(words[0])
            .args(&words[1..])
            .arg(directory)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status();
        ended.is_ok_and(|status| status.success())
    })
}

#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
fn is_demanded() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|value| value == "required")
}
