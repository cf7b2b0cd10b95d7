//! The binary itself as a process of its own, and what it logs.

use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::Duration,
};

use tempfile::NamedTempFile;
use tokio::time::{Instant, timeout};

use super::{browser, faketime, postgres, small_disk};

/// Settings of the tests, which the program would refuse.
const OF_TESTS: [&str; 5] = [
    postgres::VARIABLE,
    faketime::VARIABLE,
    small_disk::VARIABLE,
    browser::VARIABLE,
    browser::SCREENSHOTS,
];

/// The program, without those.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leernetwerk"));
    for variable in OF_TESTS {
        command.env_remove(variable);
    }
    command
}

/// What a command prints, with these variables in its environment.
pub async fn print(environment: &[(String, String)], arguments: &[&str]) -> String {
    let mut command = program();
    command.args(arguments).envs(environment.iter().cloned());
    let output = tokio::task::spawn_blocking(move || command.output()).await;
    String::from_utf8(output.unwrap().unwrap().stdout).unwrap()
}

/// A running `leernetwerk`; it ends with this value.
pub struct Binary {
    child: Child,
    log: NamedTempFile,
    /// Kept open: a process whose output nobody takes ends.
    output: Lines<BufReader<ChildStdout>>,
    /// What it printed until it was ready.
    pub said: String,
    /// What it listens on, without a slash at the end.
    pub base_url: String,
}

impl Binary {
    /// Starts it on a port of its own choice, and waits until it says where that is. `log`: what `RUST_LOG` says.
    pub fn start(arguments: &[&str], log: &str) -> Self {
        Self::start_in(&[], arguments, log)
    }

    /// The same, with more in its environment.
    pub fn start_in(environment: &[(String, String)], arguments: &[&str], log: &str) -> Self {
        Self::try_start_in(environment, arguments, log).unwrap_or_else(|log| panic!("it ended: {log}"))
    }

    /// The same; what it logged if it ends before it is ready.
    pub fn try_start_in(environment: &[(String, String)], arguments: &[&str], log: &str) -> Result<Self, String> {
        let file = NamedTempFile::with_prefix("leernetwerk-log-").unwrap();
        let mut child = program()
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("RUST_LOG", log)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file.reopen().unwrap())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let base_url = loop {
            let Some(line) = lines.next() else {
                // Its output has ended, so it has or soon will.
                let _ = child.wait();
                return Err(fs::read_to_string(file.path()).unwrap());
            };
            let line = line.unwrap();
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
        Ok(Self {
            child,
            log: file,
            output: lines,
            said,
            base_url,
        })
    }

    /// What it has logged by now.
    pub fn logged(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }

    /// All that it has printed. It must have ended.
    pub fn output(&mut self) -> String {
        let rest: Vec<String> = self.output.by_ref().map(Result::unwrap).collect();
        format!("{}{}\n", self.said, rest.join("\n"))
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends it a signal, such as `TERM`. It need not have had an effect yet.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("/bin/sh")
            .args(["-c", &format!("kill -{signal} {}", self.child.id())])
            .status()
            .unwrap();
        assert!(sent.success(), "kill -{signal}: {sent}");
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "it runs on after {within:?}: {}",
                self.logged()
            );
            // The end of a process that is not waited for on a thread of its own is asked for.
            let _ = timeout(Duration::from_millis(10), std::future::pending::<()>()).await;
        }
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
        self.kill();
    }
}
