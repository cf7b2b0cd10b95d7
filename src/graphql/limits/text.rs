//! Limits that are read off the text, so that the parser never sees what it could not bear.

use super::{MAX_BYTES, MAX_OPEN_BRACKETS, MAX_TOKENS, Refusal};

/// Counts bytes, tokens and open brackets.
///
/// This is no validation: what is not GraphQL is counted in some way and left to the parser to refuse. A closing
/// bracket of another kind than the one open also closes here; the parser stops at it, so nothing behind it is
/// descended into.
pub(super) fn check(query: &str) -> Result<(), Refusal> {
    if query.len() > MAX_BYTES {
        return Err(Refusal::TooLong { bytes: query.len() });
    }
    let mut rest = query.as_bytes();
    let mut tokens = 0_usize;
    let mut open = 0_usize;
    while let Some((&first, behind)) = rest.split_first() {
        rest = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                rest = behind;
                continue;
            }
            b'#' => {
                rest = behind_line(behind);
                continue;
            }
            b'"' => behind_string(rest),
            b'.' => behind_while(behind, |byte| byte == b'.'),
            _ if is_word(first) => behind_while(behind, |byte| is_word(byte) || byte == b'.'),
            _ => {
                match first {
                    b'{' | b'[' | b'(' => open += 1,
                    b'}' | b']' | b')' => open = open.saturating_sub(1),
                    _ => {}
                }
                behind
            }
        };
        tokens += 1;
        if tokens > MAX_TOKENS {
            return Err(Refusal::TooManyTokens);
        }
        if open > MAX_OPEN_BRACKETS {
            return Err(Refusal::TooManyOpenBrackets);
        }
    }
    Ok(())
}

/// Names, and numbers with their sign; the point of a number is taken by the caller.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn behind_while(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|&byte| !belongs(byte)).unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

fn behind_line(bytes: &[u8]) -> &[u8] {
    behind_while(bytes, |byte| byte != b'\n' && byte != b'\r')
}

/// Skips a string or a block string (GraphQL, section 2.9.4), to the end of the text when it is not closed.
fn behind_string(bytes: &[u8]) -> &[u8] {
    const BLOCK: &[u8] = b"\"\"\"";
    if let Some(mut inside) = bytes.strip_prefix(BLOCK) {
        while !inside.is_empty() {
            if let Some(behind) = inside.strip_prefix(BLOCK) {
                return behind;
            }
            let step = if inside.starts_with(b"\\\"\"\"") { 4 } else { 1 };
            inside = inside.get(step..).unwrap_or_default();
        }
        return inside;
    }
    let mut inside = bytes.get(1..).unwrap_or_default();
    while let Some((&first, behind)) = inside.split_first() {
        inside = match first {
            b'"' => return behind,
            // A string does not run over the end of its line; the parser refuses it there.
            b'\n' | b'\r' => return behind,
            b'\\' => behind.get(1..).unwrap_or_default(),
            _ => behind,
        };
    }
    inside
}
