//! Reads a stored mail back, for pages that show captured mail.

use mail_parser::MessageParser;

/// A mail as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMail {
    /// What it is about.
    pub subject: String,
    /// The HTML part; it is a stranger's page to whoever shows it.
    pub html: String,
    /// The plain part.
    pub text: String,
}

/// Reads a mail; nothing, if it is none.
pub fn read(raw: &[u8]) -> Option<ReadMail> {
    let message = MessageParser::default().parse(raw)?;
    Some(ReadMail {
        subject: message.subject()?.to_owned(),
        html: message.body_html(0)?.into_owned(),
        text: message.body_text(0)?.replace("\r\n", "\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_mail_is_nothing() {
        for raw in [b"".as_slice(), b"\0\xff\r\n\r\n", b"x"] {
            assert_eq!(read(raw), None);
        }
    }
}
