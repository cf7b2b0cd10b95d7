//! A relay's reply (RFC 5321, section 4.2), read from bytes.

use crate::domain::delivery::{AttemptOutcome, SmtpVerb, Verdict};

/// The most bytes a reply may have. The RFC allows 512 a line and does not bound the lines; EHLO
/// makes the longest replies, of a few kilobytes.
pub(super) const REPLY_MAX_BYTES: usize = 64 * 1024;

/// A whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// The reply code, 200 to 599.
    pub(super) code: u16,
    /// The texts of the lines, at least one.
    pub(super) lines: Vec<String>,
}

/// Bytes that are not a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAReply;

/// One line of a reply, without its end.
struct Line {
    code: u16,
    is_last: bool,
    text: String,
}

fn line(bytes: &[u8]) -> Result<Line, NotAReply> {
    let (digits, rest) = bytes.split_at_checked(3).ok_or(NotAReply)?;
    let [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9'] = digits else {
        return Err(NotAReply);
    };
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let (is_last, text) = match rest {
        [] => (true, rest),
        [b' ', text @ ..] => (true, text),
        [b'-', text @ ..] => (false, text),
        _ => return Err(NotAReply),
    };
    Ok(Line {
        code,
        is_last,
        text: String::from_utf8_lossy(text).into_owned(),
    })
}

impl Reply {
    /// Reads the reply at the start of `bytes` and how many bytes it took; none if its end is
    /// not there yet.
    ///
    /// # Errors
    /// [`NotAReply`] as soon as a line is no reply line or two codes differ.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, NotAReply> {
        let mut lines = Vec::new();
        let mut code = None;
        let mut taken = 0;
        for with_end in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(without_lf) = with_end.strip_suffix(b"\n") else {
                return Ok(None);
            };
            let line = line(without_lf.strip_suffix(b"\r").unwrap_or(without_lf))?;
            if *code.get_or_insert(line.code) != line.code {
                return Err(NotAReply);
            }
            taken += with_end.len();
            lines.push(line.text);
            if line.is_last {
                return Ok(Some((Self { code: line.code, lines }, taken)));
            }
        }
        Ok(None)
    }

    /// The enhanced status code at the start of the text, if its class is the code's (RFC 2034,
    /// section 4).
    pub(super) fn enhanced(&self) -> Option<String> {
        let word = self.lines.first()?.split_whitespace().next()?;
        let mut parts = word.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        (parts.next().is_none()
            && class == (self.code / 100).to_string()
            && matches!(class, "2" | "4" | "5")
            && is_number(subject)
            && is_number(detail))
        .then(|| word.to_owned())
    }

    /// The parameters that follow `keyword` in a reply to EHLO (RFC 5321, section 4.1.1.1), if
    /// the relay offers it. The first line is the relay's greeting.
    pub(super) fn extension(&self, keyword: &str) -> Option<Vec<String>> {
        self.lines.iter().skip(1).find_map(|line| {
            let mut words = line.split_ascii_whitespace();
            words
                .next()?
                .eq_ignore_ascii_case(keyword)
                .then(|| words.map(str::to_ascii_uppercase).collect())
        })
    }

    /// The verdict that this reply to `verb` gives, or none if the conversation goes on.
    pub(super) fn verdict(&self, verb: SmtpVerb) -> Option<Verdict> {
        AttemptOutcome::of_reply(verb, self.code).map(|outcome| self.verdict_as(verb, outcome))
    }

    /// This reply as the reason of `outcome`.
    pub(super) fn verdict_as(&self, verb: SmtpVerb, outcome: AttemptOutcome) -> Verdict {
        Verdict::of_reply(outcome, verb, self.code, self.enhanced(), &self.lines.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replies() {
        let table: [(&[u8], u16, &[&str], usize); 6] = [
            (b"250 OK\r\n", 250, &["OK"], 8),
            (b"250\r\n", 250, &[""], 5),
            (b"250 OK\n", 250, &["OK"], 7),
            (b"250-a\r\n250-SIZE 10\r\n250 b\r\n", 250, &["a", "SIZE 10", "b"], 27),
            (b"221 bye\r\n250 leftover\r\n", 221, &["bye"], 9),
            (b"554 \xff\r\n", 554, &["\u{fffd}"], 7),
        ];
        for (bytes, code, lines, taken) in table {
            let (reply, len) = Reply::parse(bytes).unwrap().unwrap();
            assert_eq!((reply.code, len), (code, taken));
            assert_eq!(reply.lines, lines);
        }
        for incomplete in ["", "2", "250 OK", "250 OK\r", "250-OK\r\n", "250-OK\r\n250 "] {
            assert_eq!(Reply::parse(incomplete.as_bytes()), Ok(None), "{incomplete:?}");
        }
        for wrong in [
            "\n",
            "25\r\n",
            "25x OK\r\n",
            "150 x\r\n",
            "650 x\r\n",
            "250_x\r\n",
            "250-a\r\n251 b\r\n",
            "HTTP/1.1 400\r\n",
        ] {
            assert_eq!(Reply::parse(wrong.as_bytes()), Err(NotAReply), "{wrong:?}");
        }
    }

    #[test]
    fn enhanced_codes() {
        let enhanced = |text: &str| {
            let (reply, _) = Reply::parse(text.as_bytes()).unwrap().unwrap();
            reply.enhanced()
        };
        assert_eq!(enhanced("550 5.1.1 no such user\r\n").as_deref(), Some("5.1.1"));
        assert_eq!(enhanced("250 2.0.0\r\n").as_deref(), Some("2.0.0"));
        for none in [
            "550 4.1.1 x\r\n",
            "550 5.1 x\r\n",
            "550 5.1.1.1 x\r\n",
            "550 5.1234.1\r\n",
            "354 3.0.0 go\r\n",
            "550\r\n",
            "550 5..1\r\n",
        ] {
            assert_eq!(enhanced(none), None, "{none}");
        }
    }

    #[test]
    fn extensions() {
        let (reply, _) = Reply::parse(b"250-size.example\r\n250-AUTH login Plain\r\n250 SIZE\r\n")
            .unwrap()
            .unwrap();
        assert_eq!(
            reply.extension("auth"),
            Some(vec!["LOGIN".to_owned(), "PLAIN".to_owned()])
        );
        assert_eq!(reply.extension("SIZE"), Some(vec![]));
        assert_eq!(reply.extension("SIZE.EXAMPLE"), None);
        assert_eq!(reply.extension("STARTTLS"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            if let Ok(Some((reply, taken))) = Reply::parse(&bytes) {
                prop_assert!(taken <= bytes.len() && (200..600).contains(&reply.code));
            }
        }
    }
}
