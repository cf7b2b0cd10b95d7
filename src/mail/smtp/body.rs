//! A message as it goes over the wire, and what cannot go.

use std::borrow::Cow;

/// Ends the content (RFC 5321, section 4.1.1.4); the line end before the dot is the content's.
pub(super) const TERMINATOR: &[u8] = b".\r\n";

/// The most bytes a line may have, without its CRLF (RFC 5322, section 2.1.1).
const LINE_MAX_BYTES: usize = 998;

/// Why `raw` cannot be sent over SMTP as it is, or none if it can.
///
/// Our messages are 7-bit text in lines that end in CRLF, so neither 8BITMIME nor BINARYMIME is
/// needed. A bare CR or LF would let a message end early in some relays' eyes and smuggle
/// another one in.
pub(super) fn unsendable(raw: &[u8]) -> Option<&'static str> {
    if raw.is_empty() {
        return Some("the message is empty");
    }
    if raw.iter().any(|byte| *byte == 0 || !byte.is_ascii()) {
        return Some("the message has bytes outside 7-bit text");
    }
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let text = match line.strip_suffix(b"\n") {
            None => line,
            Some(line) => match line.strip_suffix(b"\r") {
                None => return Some("the message has a line that does not end in CRLF"),
                Some(text) => text,
            },
        };
        if text.contains(&b'\r') {
            return Some("the message has a CR that does not end a line");
        }
        if text.len() > LINE_MAX_BYTES {
            return Some("the message has a line of more than 998 characters");
        }
    }
    None
}

/// `raw` with its last line ended, which the terminator needs.
pub(super) fn ended(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.ends_with(b"\r\n") {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned([raw, b"\r\n"].concat())
    }
}

/// `content` with the dot at the start of a line doubled (RFC 5321, section 4.5.2).
pub(super) fn dot_stuffed(content: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(content.len() + content.len() / 64);
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dots_at_the_start_of_a_line_are_doubled() {
        for (plain, stuffed) in [
            ("a\r\n", "a\r\n"),
            (".\r\n", "..\r\n"),
            ("..\r\na.b\r\n.c\r\n", "...\r\na.b\r\n..c\r\n"),
            ("a\r\n\r\n.\r\n\r\n", "a\r\n\r\n..\r\n\r\n"),
        ] {
            assert_eq!(dot_stuffed(plain.as_bytes()), stuffed.as_bytes());
        }
    }

    #[test]
    fn what_cannot_be_sent() {
        for good in ["a", "a\r\n", "\r\n\r\n", ".\r\n", &"x".repeat(998)] {
            assert_eq!(unsendable(good.as_bytes()), None, "{good:?}");
        }
        for bad in [
            "",
            "é\r\n",
            "a\0\r\n",
            "a\nb\r\n",
            "\n",
            "a\rb\r\n",
            "a\r\r\n",
            "a\r",
            "a\n.\r\n",
            &"x".repeat(999),
        ] {
            assert!(unsendable(bad.as_bytes()).is_some(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn content_never_holds_the_terminator(lines in prop::collection::vec("[.a]{0,3}", 0..20)) {
            let raw = lines.join("\r\n");
            let wire = [&b"\r\n"[..], &dot_stuffed(&ended(raw.as_bytes()))].concat();
            prop_assert!(!wire.windows(5).any(|bytes| bytes == b"\r\n.\r\n"));
            let back: Vec<u8> = wire.split_inclusive(|byte| *byte == b'\n').skip(1)
                .flat_map(|line| line.strip_prefix(b".").unwrap_or(line)).copied().collect();
            prop_assert_eq!(back, ended(raw.as_bytes()).into_owned());
        }
    }
}
