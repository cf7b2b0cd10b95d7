//! A private PostgreSQL cluster for the test run, made from the server programs that are installed.
//!
//! It listens on a Unix socket in its own temporary directory and nowhere else, so no port can be taken and nobody
//! else can be hit. It ends with the test process, however that ends: a shell holds the reading end of a pipe whose
//! writing end only this process has; when the kernel closes it, the shell stops the server and removes the directory.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// The variable that says what a machine without PostgreSQL means: nothing set, its tests are skipped (and say so);
/// `required`, they fail.
pub const VARIABLE: &str = "LEERNETWERK_TEST_POSTGRES";

/// What the server programs are called; all three have to be in one directory.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// The accounts to run the server under when the tests run as root, in order of preference.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// Runs in the cluster's directory with the directory of the server programs as `$0`; says `ready` once.
/// Nothing here has to survive a crash of the machine, so nothing waits for the disk.
const WATCHDOG: &str = r#"
exec 2>>log
"$0/initdb" --pgdata=cluster --username=leernetwerk --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >&2 || exit 1
cat >>cluster/postgresql.conf <<END
listen_addresses = ''
unix_socket_directories = '$PWD'
max_connections = 200
fsync = off
full_page_writes = off
synchronous_commit = off
END
"$0/pg_ctl" start --wait --pgdata=cluster --log=log >&2 || exit 1
# Whoever waits for this may be gone by now; the server has to be stopped all the same.
trap '' PIPE
echo ready
read -r _
"$0/pg_ctl" stop --wait --pgdata=cluster --mode=immediate >&2
rm -rf "$PWD"
"#;

/// Why there is no PostgreSQL database for a test.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PostgresError {
    /// The server is demanded and not installed.
    #[error("{VARIABLE}=required, but {PROGRAMS:?} are neither in /usr/lib/postgresql/*/bin nor on PATH")]
    Missing,
    /// [`VARIABLE`] has a value that means nothing.
    #[error("{VARIABLE} is {0:?}: leave it out, or set it to \"required\"")]
    Demand(String),
    /// The cluster did not come up; holds the end of its log.
    #[error("the private PostgreSQL cluster did not start: {0}")]
    Start(String),
    /// A statement failed on the running cluster.
    #[error("PostgreSQL: {0}")]
    Statement(String),
}

impl From<sqlx::Error> for PostgresError {
    fn from(error: sqlx::Error) -> Self {
        Self::Statement(error.to_string())
    }
}

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    directory: PathBuf,
    /// The shell around the server. Its standard input is the pipe that keeps the server alive.
    watchdog: Child,
    databases: AtomicU32,
    /// The directory of its programs.
    programs: PathBuf,
    /// The account that it runs under, if that is not ours.
    owner: Option<(u32, u32)>,
}

/// The cluster of this test process, started by whoever asks first.
///
/// # Errors
/// When PostgreSQL is demanded and absent, or present and does not start. `None`: absent, and that is fine.
pub async fn cluster() -> Result<Option<&'static Cluster>, PostgresError> {
    static CLUSTER: OnceLock<Result<Option<Cluster>, PostgresError>> = OnceLock::new();
    let started = tokio::task::spawn_blocking(|| {
        CLUSTER.get_or_init(|| {
            installed(demanded()?, programs())?
                .map(|programs| Cluster::start(&programs))
                .transpose()
        })
    });
    match started.await.map_err(|panic| PostgresError::Start(panic.to_string()))? {
        Ok(cluster) => Ok(cluster.as_ref()),
        Err(error) => Err(error.clone()),
    }
}

impl Cluster {
    /// Makes a cluster with the server programs of one directory and waits until it takes connections.
    fn start(programs: &Path) -> Result<Self, PostgresError> {
        let failed = |doing: &str, cause: std::io::Error| PostgresError::Start(format!("{doing}: {cause}"));
        let directory = TempDir::with_prefix("leernetwerk-").map_err(|e| failed("temporary directory", e))?;
        let mut shell = Command::new("/bin/sh");
        shell
            .arg("-c")
            .arg(WATCHDOG)
            .arg(programs)
            .current_dir(directory.path());
        // No PGDATA, PGOPTIONS or locale of whoever runs the tests.
        shell
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        // A Ctrl-C is for the tests; the watchdog learns of it by their end.
        shell
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        // The owner of what we just made is who we are.
        let us = fs::metadata(directory.path()).map_err(|e| failed("temporary directory", e))?;
        let mut owner = None;
        if us.uid() == 0 {
            let accounts = fs::read_to_string("/etc/passwd").map_err(|e| failed("/etc/passwd", e))?;
            let (user, group) = account(&accounts).ok_or_else(|| {
                PostgresError::Start(format!(
                    "initdb refuses to run as root, and there is no account of {ACCOUNTS:?}"
                ))
            })?;
            chown(directory.path(), Some(user), Some(group)).map_err(|e| failed("chown", e))?;
            shell.uid(user).gid(group);
            owner = Some((user, group));
        }
        let mut watchdog = shell.spawn().map_err(|e| failed("/bin/sh", e))?;
        let mut said = String::new();
        if let Some(output) = watchdog.stdout.take() {
            BufReader::new(output)
                .read_line(&mut said)
                .map_err(|e| failed("watchdog", e))?;
        }
        if said.trim_end() != "ready" {
            let ended = watchdog.wait().map_err(|e| failed("watchdog", e))?;
            let log = fs::read_to_string(directory.path().join("log")).unwrap_or_else(|e| e.to_string());
            let lines: Vec<_> = log.lines().collect();
            let tail = lines[lines.len().saturating_sub(20)..].join("\n");
            return Err(PostgresError::Start(format!(
                "{}, {ended}; its log ends with\n{tail}",
                programs.display()
            )));
        }
        Ok(Self {
            directory: directory.keep(),
            watchdog,
            databases: AtomicU32::new(0),
            programs: programs.to_owned(),
            owner,
        })
    }

    /// A cluster beside the one of this test process, to be harmed. It ends with this process too. `None`: no PostgreSQL.
    ///
    /// # Errors
    /// When PostgreSQL is demanded and absent, or present and does not start.
    pub fn another() -> Result<Option<Self>, PostgresError> {
        installed(demanded()?, programs())?
            .map(|programs| Self::start(&programs))
            .transpose()
    }

    /// Stops the server: `smart`, `fast` or `immediate`, as `pg_ctl` has it.
    pub fn stop(&self, mode: &str) {
        self.control(&["stop", "--wait", "--pgdata=cluster", &format!("--mode={mode}")], &[]);
    }

    /// Starts the server that was stopped.
    pub fn start_again(&self) {
        self.start_again_in(&[]);
    }

    /// The same, with more in its environment.
    pub fn start_again_in(&self, environment: &[(String, String)]) {
        self.control(&["start", "--wait", "--pgdata=cluster", "--log=log"], environment);
    }

    fn control(&self, arguments: &[&str], environment: &[(String, String)]) {
        let mut command = Command::new(self.programs.join("pg_ctl"));
        // A server that inherited a pipe would keep whoever reads it waiting.
        command
            .args(arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        let ended = command.status().expect("pg_ctl runs");
        assert!(ended.success(), "pg_ctl {arguments:?}: {ended}");
    }

    /// The account that the server runs under, if that is not ours.
    pub fn owner(&self) -> Option<(u32, u32)> {
        self.owner
    }

    /// Executes a statement as the superuser.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn command(&self, statement: &str) -> Result<(), PostgresError> {
        self.execute(&[statement.to_owned()]).await
    }

    /// The address of one of its databases, as the setting `LEERNETWERK_DATABASE_URL` takes it.
    fn url(&self, database: &str) -> String {
        format!(
            "postgres://leernetwerk@localhost:5432/{database}?host={}",
            self.directory.display()
        )
    }

    async fn execute(&self, statements: &[String]) -> Result<(), PostgresError> {
        // A connection belongs to the runtime of the test that opened it, so none is kept.
        let mut connection = PgConnection::connect(&self.url("postgres")).await?;
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement.as_str()))
                .execute(&mut connection)
                .await?;
        }
        Ok(connection.close().await?)
    }

    /// Makes an empty database with that name and returns its address. One left by a failed attempt is replaced.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create(&self, name: &str) -> Result<String, PostgresError> {
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        self.execute(&[drop, format!("CREATE DATABASE {name}")]).await?;
        Ok(self.url(name))
    }

    /// Closes a database to everybody, so that it can be copied at any time: PostgreSQL copies none that is in use.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn freeze(&self, name: &str) -> Result<(), PostgresError> {
        let close = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        let leave = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        self.execute(&[close, leave]).await
    }

    /// Makes a database of its own for a test, a copy of a frozen one, and returns its address. It goes with the
    /// cluster.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn copy(&self, template: &str) -> Result<String, PostgresError> {
        let name = format!("t_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute(&[format!("CREATE DATABASE {name} TEMPLATE {template}")])
            .await?;
        Ok(self.url(&name))
    }
}

/// What the environment says about a machine without PostgreSQL: whether that is a failure.
fn demanded() -> Result<bool, PostgresError> {
    #[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the server")]
    let value = std::env::var_os(VARIABLE).unwrap_or_default();
    match value.to_str() {
        Some("") => Ok(false),
        Some("required") => Ok(true),
        _ => Err(PostgresError::Demand(value.to_string_lossy().into_owned())),
    }
}

/// Whether absent programs are a failure.
fn installed(demanded: bool, programs: Option<PathBuf>) -> Result<Option<PathBuf>, PostgresError> {
    if demanded && programs.is_none() {
        Err(PostgresError::Missing)
    } else {
        Ok(programs)
    }
}

/// The directory with the server programs: the newest that Debian installed, else from PATH, else where `pg_config`
/// says.
fn programs() -> Option<PathBuf> {
    let complete = |directory: &PathBuf| PROGRAMS.iter().all(|program| directory.join(program).is_file());
    #[expect(
        clippy::disallowed_methods,
        reason = "where programs are is not a setting of the server"
    )]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let configured = || {
        let said = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(said.stdout).ok()?.trim()))
    };
    newest_first(Path::new("/usr/lib/postgresql"))
        .into_iter()
        .chain(std::env::split_paths(&path))
        .find(complete)
        .or_else(|| configured().filter(complete))
}

/// The `bin` directories of the versions under a directory, the highest version first.
fn newest_first(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry
                .file_name()
                .to_str()?
                .split('.')
                .map(|part| part.parse().ok())
                .collect::<Option<_>>()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

/// User and group number of the account to run the server under, from the text of `/etc/passwd`.
fn account(passwd: &str) -> Option<(u32, u32)> {
    ACCOUNTS.iter().find_map(|name| {
        passwd.lines().find_map(|line| {
            let fields: Vec<_> = line.split(':').collect();
            (fields.first()? == name).then_some(())?;
            Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
        })
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_server_ends_and_leaves_nothing_when_its_pipe_closes() {
        let Some(programs) = installed(demanded().unwrap(), programs()).unwrap() else {
            return crate::harness::engines::say_skipped(module_path!());
        };
        let Cluster {
            directory,
            mut watchdog,
            ..
        } = Cluster::start(&programs).unwrap();
        let lock = fs::read_to_string(directory.join("cluster/postmaster.pid")).unwrap();
        let server = Path::new("/proc").join(lock.lines().next().unwrap()).join("cmdline");
        assert!(!fs::read(&server).unwrap().is_empty());
        // What the kernel does for a process that is gone.
        drop(watchdog.stdin.take());
        watchdog.wait().unwrap();
        assert!(!directory.exists());
        // Gone, or dead and not yet collected by its parent.
        assert!(fs::read(&server).unwrap_or_default().is_empty());
    }

    #[test]
    fn a_start_that_fails_shows_the_end_of_the_log() {
        let programs = tempfile::tempdir().unwrap();
        let initdb = programs.path().join("initdb");
        fs::write(&initdb, "#!/bin/sh\nseq 100 >&2; echo no room >&2; exit 7\n").unwrap();
        for path in [programs.path(), &initdb] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let error = Cluster::start(programs.path()).unwrap_err().to_string();
        assert!(error.ends_with("\n99\n100\nno room"), "{error}");
        assert!(!error.contains("\n50\n"), "{error}");
    }

    #[test]
    fn absent_programs_fail_only_on_demand() {
        assert!(matches!(installed(true, None), Err(PostgresError::Missing)));
        assert!(matches!(installed(false, None), Ok(None)));
        assert_eq!(installed(true, Some("/bin".into())).unwrap(), Some("/bin".into()));
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let directory = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "common", "9"] {
            fs::create_dir(directory.path().join(version)).unwrap();
        }
        let expected: Vec<_> = ["15", "9.6", "9"]
            .iter()
            .map(|v| directory.path().join(v).join("bin"))
            .collect();
        assert_eq!(newest_first(directory.path()), expected);
    }

    #[test]
    fn the_server_runs_as_postgres_before_nobody() {
        let nobody = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65533:nobody:/:/bin/false\n";
        assert_eq!(account(nobody), Some((65534, 65533)));
        assert_eq!(
            account(&format!("{nobody}postgres:x:101:104::/var/lib/postgresql:/bin/bash\n")),
            Some((101, 104))
        );
        assert_eq!(account("root:x:0:0:root:/root:/bin/bash\n"), None);
    }
}
