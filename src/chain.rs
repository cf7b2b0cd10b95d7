//! An error with everything that caused it, on one line: what the log tells.

use std::{error::Error, fmt};

/// Displays an error and its causes, separated by colons. A cause that the error already repeats is not told twice.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = self.0.to_string();
        f.write_str(&told)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let next = error.to_string();
            if next != told {
                write!(f, ": {next}")?;
            }
            told = next;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("the bottom")]
    struct Bottom;

    #[derive(Debug, Error)]
    #[error(transparent)]
    struct Middle(#[from] Bottom);

    #[derive(Debug, Error)]
    #[error("the top")]
    struct Top(#[source] Middle);

    #[test]
    fn every_cause_is_told_once() {
        assert_eq!(Chain(&Top(Middle(Bottom))).to_string(), "the top: the bottom");
    }
}
