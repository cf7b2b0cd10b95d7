//! The binary itself as a process of its own, and what it logs.

use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use tempfile::NamedTempFile;

use super::postgres;

/// A running `leernetwerk`; it ends with this value.
pub struct Binary {
    child: Child,
    log: NamedTempFile,
    /// Kept open: a process whose output nobody takes ends.
    _output: Lines<BufReader<ChildStdout>>,
    /// What it printed until it was ready.
    pub said: String,
    /// What it listens on, without a slash at the end.
    pub base_url: String,
}

impl Binary {
    /// Starts it on a port of its own choice, and waits until it says where that is. `log`: what `RUST_LOG` says.
    pub fn start(arguments: &[&str], log: &str) -> Self {
        let file = NamedTempFile::with_prefix("leernetwerk-log-").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_leernetwerk"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("RUST_LOG", log)
            // A setting of the tests, which the binary would refuse.
            .env_remove(postgres::VARIABLE)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file.reopen().unwrap())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base_url = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("it ended: {}", fs::read_to_string(file.path()).unwrap()))
                .unwrap();
            said.push_str(&line);
            said.push('\n');
            if line.contains("Ctrl-C") || line.contains("listens on") {
                let start = said.find("http://").expect("an address");
                let end = said[start + 7..]
                    .find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')
                    .map_or(said.len(), |end| start + 7 + end);
                break said[start..end].to_owned();
            }
        };
        Self {
            child,
            log: file,
            _output: lines,
            said,
            base_url,
        }
    }

    /// What it has logged by now.
    pub fn logged(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }
}

impl Binary {
    /// How many statements it has logged; `sqlx::query` has to be logged.
    pub fn statements(&self) -> usize {
        self.logged()
            .lines()
            .filter(|line| line.contains("sqlx::query"))
            .count()
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
