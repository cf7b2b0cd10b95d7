//! What a command prints and asks, and how it ends. Results go to standard output, so that they can be piped; questions,
//! hints and errors go to standard error.

use std::{
    fmt::Write as _,
    io::{self, BufRead, IsTerminal, Write},
    process::ExitCode,
};

use anyhow::Context;

use crate::app::AppError;

/// How a command ended that was understood. A command line that was not is clap's, with exit code 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Success,
    /// It ran, and what it looked at is not well; or the person said no.
    Failure,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => Self::SUCCESS,
            Exit::Failure => Self::FAILURE,
        }
    }
}

/// Answers a question with yes or no.
pub type Ask<'a> = Box<dyn FnMut(&str) -> io::Result<bool> + Send + 'a>;

/// Where a command prints and whom it asks.
pub struct Terminal<'a> {
    /// Results.
    pub out: Box<dyn Write + Send + 'a>,
    /// Hints and warnings about results.
    pub hints: Box<dyn Write + Send + 'a>,
    /// Whom to ask; none: nobody is there.
    pub ask: Option<Ask<'a>>,
}

impl Terminal<'static> {
    /// The terminal, pipe or file that this process was started on.
    pub fn of_process() -> Self {
        let somebody_is_there = io::stdin().is_terminal() && io::stderr().is_terminal();
        let ask: Ask<'static> = Box::new(|question| {
            eprint!("{question} [y/N] ");
            io::stderr().flush()?;
            let mut answer = String::new();
            io::stdin().lock().read_line(&mut answer)?;
            Ok(matches!(
                answer.trim().to_lowercase().as_str(),
                "y" | "yes" | "j" | "ja"
            ))
        });
        Self {
            out: Box::new(io::stdout()),
            hints: Box::new(io::stderr()),
            ask: somebody_is_there.then_some(ask),
        }
    }
}

impl Terminal<'_> {
    /// Prints results, with a line feed at the end.
    pub fn print(&mut self, text: impl AsRef<str>) -> anyhow::Result<()> {
        write_lines(&mut self.out, text.as_ref())
    }

    /// Prints what is beside the result, with a line feed at the end.
    pub fn hint(&mut self, text: impl AsRef<str>) -> anyhow::Result<()> {
        write_lines(&mut self.hints, text.as_ref())
    }

    /// Prints bytes as they are.
    pub fn print_raw(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.out
            .write_all(bytes)
            .and_then(|()| self.out.flush())
            .context("cannot print")
    }

    /// Whether to go on with what cannot be undone. `yes`: it was said on the command line already.
    pub fn may_go_on(&mut self, question: &str, yes: bool) -> anyhow::Result<bool> {
        if yes {
            return Ok(true);
        }
        let Some(ask) = &mut self.ask else {
            anyhow::bail!("{question} There is no terminal to ask on: say yes with --yes, or leave it");
        };
        let goes_on = ask(question).context("cannot read the answer")?;
        if !goes_on {
            self.hint("nothing was changed")?;
        }
        Ok(goes_on)
    }
}

fn write_lines(to: &mut dyn Write, text: &str) -> anyhow::Result<()> {
    let text = shown(text);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    write!(to, "{text}{end}")
        .and_then(|()| to.flush())
        .context("cannot print")
}

/// A text without characters that would steer the terminal.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect()
}

/// Ends the process: tells an error once, with its causes, and gives the exit code.
pub fn end(ended: anyhow::Result<Exit>) -> ExitCode {
    match ended {
        Ok(exit) => exit.into(),
        // Whoever read the output has seen enough: `… | head`.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", told(&error));
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// An error with its causes, each told once: "error: … because …".
pub fn told(error: &anyhow::Error) -> String {
    let mut told = "error: ".to_owned();
    let mut last = String::new();
    for (index, cause) in error.chain().enumerate() {
        let words = match cause.downcast_ref::<AppError>() {
            Some(AppError::Refused(refusals)) => {
                refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            }
            _ => cause.to_string(),
        };
        // Some errors repeat their source in their own words.
        if last.contains(&words) {
            continue;
        }
        let joint = if index == 0 { "" } else { "\n  because " };
        let _ = write!(told, "{joint}{words}");
        last = words;
    }
    shown(&told)
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;
    use crate::domain::refusal::Refusal;

    #[test]
    fn an_error_is_told_once_with_its_causes() {
        let error = anyhow!("the port is taken")
            .context("cannot listen: the port is taken")
            .context("cannot start");
        assert_eq!(
            told(&error),
            "error: cannot start\n  because cannot listen: the port is taken"
        );
    }

    #[test]
    fn refusals_are_told_as_they_are() {
        let refusals = vec![
            Refusal::invalid("slug", "is taken"),
            Refusal::required("price", "is needed"),
        ];
        let error = anyhow::Error::from(AppError::Refused(refusals)).context("cannot import it");
        assert_eq!(
            told(&error),
            "error: cannot import it\n  because slug is taken; price is needed"
        );
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(told(&anyhow!("no key \u{1b}[2J")), "error: no key \u{FFFD}[2J");
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let closed = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("cannot print");
        assert!(is_closed_pipe(&closed));
        assert!(!is_closed_pipe(&anyhow::Error::from(io::Error::from(
            io::ErrorKind::NotFound
        ))));
    }

    #[test]
    fn without_a_terminal_only_yes_goes_on() {
        let mut alone = Terminal {
            out: Box::new(io::sink()),
            hints: Box::new(io::sink()),
            ask: None,
        };
        assert!(alone.may_go_on("Do it?", true).unwrap());
        assert!(
            alone
                .may_go_on("Do it?", false)
                .unwrap_err()
                .to_string()
                .contains("--yes")
        );
        let mut no = Terminal {
            out: Box::new(io::sink()),
            hints: Box::new(io::sink()),
            ask: Some(Box::new(|_| Ok(false))),
        };
        assert!(!no.may_go_on("Do it?", false).unwrap());
    }
}
