//! `templates`: every mail × language × sample.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Subcommand;
use html_escape::{encode_double_quoted_attribute, encode_text};

use super::{
    Wiring,
    terminal::{Exit, Terminal},
};
use crate::mail::{check::Preview, compose::Composer};

/// What to do with the templates of mails.
#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// Render every mail in every language for every sample, and tell what is wrong (exit code 1)
    Check,
    /// Write every mail in every language for every sample as HTML, text and .eml, with an index.html
    Preview {
        /// The directory to write to; it is made if it is not there
        #[arg(long, value_name = "DIR", default_value = "mail-preview")]
        out: PathBuf,
    },
}

impl TemplatesCommand {
    /// Carries the command out.
    pub fn run(&self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        let composer = wiring.composer()?;
        match self {
            Self::Check => check(&composer, terminal),
            Self::Preview { out } => preview(&composer, out, terminal),
        }
    }
}

/// Tells what is wrong with the templates.
pub fn check(composer: &Composer, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let problems = composer.check();
    let count = composer.previews().count();
    if problems.is_empty() {
        terminal.print(format!("all {count} sample mails are well"))?;
        return Ok(Exit::Success);
    }
    for problem in &problems {
        terminal.print(problem.to_string())?;
    }
    terminal.hint(format!("{} of {count} sample mails are not well", problems.len()))?;
    Ok(Exit::Failure)
}

/// Writes every sample mail to a directory.
pub fn preview(composer: &Composer, out: &Path, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let mut previews = Vec::new();
    for preview in composer.previews() {
        match preview {
            Ok(preview) => previews.push(preview),
            Err(problem) => bail!("{problem}\n`leernetwerk templates check` tells all problems"),
        }
    }
    for preview in &previews {
        let path = out.join(&preview.name);
        let cannot_write = || format!("cannot write to {}", path.display());
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).with_context(cannot_write)?;
        }
        for (extension, content) in extensions(preview) {
            fs::write(path.with_added_extension(extension), content).with_context(cannot_write)?;
        }
    }
    let index = out.join("index.html");
    fs::write(&index, index_of(&previews)).with_context(|| format!("cannot write {}", index.display()))?;
    terminal.print(format!("{} sample mails; open {}", previews.len(), index.display()))?;
    Ok(Exit::Success)
}

/// The files of one sample mail.
fn extensions(preview: &Preview) -> [(&'static str, &[u8]); 3] {
    [
        ("html", preview.html.as_bytes()),
        ("txt", preview.text.as_bytes()),
        ("eml", &preview.composed.raw),
    ]
}

/// A page that leads to every mail.
fn index_of(previews: &[Preview]) -> String {
    let mut rows = String::new();
    for preview in previews {
        let (name, subject) = (
            encode_double_quoted_attribute(&preview.name),
            encode_text(&preview.composed.subject),
        );
        // Writing to a String cannot fail.
        let _ = writeln!(
            rows,
            "<tr><td><a href=\"{name}.html\">{name}</a></td><td>{subject}</td><td><a href=\"{name}.txt\">text</a></td><td><a \
             href=\"{name}.eml\">source</a></td></tr>"
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Mails of leernetwerk</title>\n<style>body{{font-family:sans-serif;margin:2rem}}td{{padding:.2rem 1rem .2rem 0}}</style>\n\
         <h1>Mails of leernetwerk</h1>\n<table>\n{rows}</table>\n</html>\n"
    )
}
