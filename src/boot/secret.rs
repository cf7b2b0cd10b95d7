//! The secret that keys are made from, and the files that only their owner reads.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use crate::{config::Settings, entropy::Entropy};

/// Where a secret comes from that was not set, and is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is there.
    Here(String),
    /// It would be in this file, which is not there.
    Missing(PathBuf),
}

/// The secret that was set; with SQLite, the one that is kept beside the file. Nothing is made.
pub(crate) fn kept(settings: &Settings) -> anyhow::Result<Kept> {
    if let Some(secret) = &settings.secret {
        return Ok(Kept::Here(secret.expose_secret().to_owned()));
    }
    let Some(database) = settings.sqlite_file() else {
        bail!("LEERNETWERK_SECRET is needed with PostgreSQL")
    };
    let path = database.with_extension("secret");
    match std::fs::read_to_string(&path) {
        Ok(kept) if !kept.trim().is_empty() => Ok(Kept::Here(kept.trim().to_owned())),
        Ok(_) => bail!(
            "{} is empty; restore it, or remove it together with the database",
            path.display()
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Kept::Missing(path)),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// The same; with SQLite it is made at the first start. `is_known`: the database was used with one already.
pub(super) fn secret(
    settings: &Settings,
    entropy: &Entropy,
    is_known: bool,
    may_make: bool,
) -> anyhow::Result<SecretString> {
    match kept(settings)? {
        Kept::Here(secret) => Ok(SecretString::from(secret)),
        Kept::Missing(path) if is_known || !may_make => bail!(
            "{} is missing, and the database was used with it; put it back, or set LEERNETWERK_SECRET to what it held",
            path.display()
        ),
        Kept::Missing(path) => {
            let made = BASE64_STANDARD_NO_PAD.encode(entropy.bytes::<32>());
            keep(&path, &made).with_context(|| format!("{} cannot be written", path.display()))?;
            Ok(SecretString::from(made))
        }
    }
}

fn keep(path: &Path, secret: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = private_file().open(path)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()
}

/// Makes an empty file that only its owner can read, unless it is there: personal data goes into it. SQLite gives the files
/// beside it the same mode.
pub(super) fn make_private(path: &Path) -> std::io::Result<()> {
    match private_file().open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn private_file() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
