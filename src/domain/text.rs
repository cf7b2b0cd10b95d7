//! Text that people enter, parsed once: after that it has no control characters, fits its field and is in NFC.

use std::{fmt, ops::Deref, str::FromStr};

use email_address::{EmailAddress as Syntax, Options};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing, or only white space, was given.
    #[error("is empty; please fill it in")]
    Empty,
    /// More characters than the field holds.
    #[error("has {length} characters; at most {max} fit")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters that fit.
        max: usize,
    },
    /// A control or direction-changing character: it could forge mail headers or mislead a reader.
    #[error("holds a character that cannot be used (U+{0:04X}); please remove it")]
    Forbidden(u32),
    /// Not an e-mail address that mail can be sent to.
    #[error("is not an e-mail address; it should look like name@organisation.example")]
    NotAnAddress,
    /// The address needs SMTPUTF8 (RFC 6531), which relays often lack.
    #[error("holds letters outside ASCII, which many mail servers refuse; use the address in its ASCII form")]
    NotAscii,
    /// Not a slug.
    #[error(
        "is not a slug: use 1 to 80 lower-case letters, digits and single hyphens, such as werken-in-het-westen-2014"
    )]
    NotASlug,
}

/// Bidirectional controls (Unicode UAX 9) and marks without width or shape that hide or reorder what a reader sees, or make two
/// names that look the same.
fn misleads(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{200B}' | '\u{200E}'
        | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
}

/// Joiners belong to scripts and pictures that need them; alone they are nothing.
fn joins(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn checked(text: &str, max: usize, may_break_lines: bool) -> Result<String, TextError> {
    let unified = text.replace("\r\n", "\n");
    let trimmed = unified.trim();
    if trimmed.chars().all(|c| c.is_whitespace() || joins(c)) {
        return Err(TextError::Empty);
    }
    // Counted before normalising, so that a huge input costs no more than a look at each character.
    let length = trimmed.chars().count();
    if length > max {
        return Err(TextError::TooLong { length, max });
    }
    if let Some(c) = trimmed
        .chars()
        .find(|&c| (c.is_control() && !(may_break_lines && (c == '\n' || c == '\t'))) || misleads(c))
    {
        return Err(TextError::Forbidden(c.into()));
    }
    // Nearly everything is composed already, most of all what comes out of the database.
    if is_nfc(trimmed) {
        return Ok(trimmed.to_owned());
    }
    let composed: String = trimmed.nfc().collect();
    let length = composed.chars().count();
    if length > max {
        Err(TextError::TooLong { length, max })
    } else {
        Ok(composed)
    }
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $breaks:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name<const MAX: usize>(String);

        impl<const MAX: usize> FromStr for $name<MAX> {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                checked(text, MAX, $breaks).map(Self)
            }
        }

        impl<const MAX: usize> TryFrom<String> for $name<MAX> {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                text.parse()
            }
        }

        impl<const MAX: usize> From<$name<MAX>> for String {
            fn from(text: $name<MAX>) -> Self {
                text.0
            }
        }

        impl<const MAX: usize> Deref for $name<MAX> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> fmt::Display for $name<MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

bounded_text!(
    /// One line of at most `MAX` characters, never empty.
    Line,
    false
);
bounded_text!(
    /// Paragraphs of at most `MAX` characters, never empty; line feeds and tabs may occur.
    Paragraphs,
    true
);

/// A person's name.
pub type PersonName = Line<100>;
/// An employer or another organisation.
pub type Organisation = Line<200>;

/// An address that one mail goes to: plain ASCII, no display name, no quoted local part, at most 254 characters (RFC 5321, 4.5.3.1.3).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The form in which two spellings of one mailbox are equal (rule 5: compared in lower case).
    pub fn comparable(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for EmailAddress {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = checked(text, 254, false)?;
        if !text.is_ascii() {
            return Err(TextError::NotAscii);
        }
        let options = Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let well_formed = Syntax::parse_with_options(&text, options).is_ok()
            && !text.contains(['"', ' ', '(', ')', ',', ';', '<', '>', '\\']);
        if well_formed {
            Ok(Self(text))
        } else {
            Err(TextError::NotAnAddress)
        }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl Deref for EmailAddress {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Addresses are personal: they do not appear where a value is only described.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// The name of a programme in addresses: lower-case letters, digits and single hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl FromStr for Slug {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let fits = (1..=80).contains(&text.len())
            && text
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::NotASlug)
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl Deref for Slug {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_composed() {
        assert_eq!(
            &*"  Jose\u{301} de Vries ".parse::<PersonName>().unwrap(),
            "Jos\u{e9} de Vries"
        );
    }

    #[test]
    fn a_line_refuses_what_could_forge_a_header_or_mislead() {
        for text in [
            "Anna\r\nBcc: x@y.example",
            "Anna\nx",
            "A\u{0}",
            "A\u{7f}b",
            "\u{202e}annA",
            "A\u{85}b",
            "a\u{2028}b",
        ] {
            assert!(
                matches!(text.parse::<PersonName>(), Err(TextError::Forbidden(_))),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_nobody_sees_is_no_name() {
        for hidden in ["Do\u{AD}el", "\u{3164}", "\u{61C}Doel", "Doel\u{E0041}", "\u{FFF9}a"] {
            assert!(
                matches!(hidden.parse::<PersonName>(), Err(TextError::Forbidden(_))),
                "{hidden:?}"
            );
        }
        assert_eq!("\u{200D}".parse::<PersonName>(), Err(TextError::Empty));
        assert!("\u{1F469}\u{200D}\u{1F33E} Ans".parse::<PersonName>().is_ok());
    }

    #[test]
    fn lengths_count_characters() {
        assert!("é".repeat(100).parse::<PersonName>().is_ok());
        assert_eq!(
            "é".repeat(101).parse::<PersonName>(),
            Err(TextError::TooLong { length: 101, max: 100 })
        );
        assert_eq!(" \t ".parse::<PersonName>(), Err(TextError::Empty));
    }

    #[test]
    fn paragraphs_keep_their_line_feeds() {
        assert_eq!(&*"een\r\ntwee\n".parse::<Paragraphs<20>>().unwrap(), "een\ntwee");
    }

    #[test]
    fn addresses() {
        for good in ["a@b.example", "Anna.de-Vries+hr@gemeente-x.example", "o'neil@b.example"] {
            assert!(good.parse::<EmailAddress>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.example",
            "a@b",
            "a b@c.example",
            "Anna <a@b.example>",
            "\"a b\"@c.example",
            "a@[127.0.0.1]",
            "a@b.example,c@d.example",
            "a@b..example",
            "é@b.example",
            "a@b.example\r\nX: y",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn slugs() {
        assert!("werken-in-het-westen-2014".parse::<Slug>().is_ok());
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "é"] {
            assert!(bad.parse::<Slug>().is_err(), "{bad:?}");
        }
    }
}
