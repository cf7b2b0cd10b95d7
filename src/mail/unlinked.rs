//! What one person writes in another person's mail: it reads as it was written, and nothing in it becomes a link.
//!
//! Markup is escaped where a mail is worded. Beyond that, mail programs make links of their own of whatever looks like an
//! address, also in plain text; so whatever they look for is parted by a space. A colleague still reads what was meant, and
//! nobody can place a button for a stranger's page in a mail that comes from us.

/// A text in which mail programs find no address to link to.
pub fn unlinked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_word = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
    let mut parted = String::with_capacity(text.len());
    for (at, c) in chars.iter().enumerate() {
        let next = at + 1;
        let follows_word = at > 0 && is_word(at - 1);
        match c {
            // example.org and www.example.org, also with the full stops of other scripts, which browsers take for one; a single
            // letter or digit after it ends no host: "3.5", "o.a."
            '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' if follows_word && is_word(next) && is_word(next + 1) => {
                parted.push(*c);
                parted.push(' ');
            }
            // https://, mailto:, tel:
            ':' if follows_word
                && chars
                    .get(next)
                    .is_some_and(|c| !c.is_whitespace() && !c.is_ascii_digit()) =>
            {
                parted.push_str(": ");
            }
            '@' => parted.push_str(" @ "),
            '/' if chars.get(next) == Some(&'/') => parted.push_str("/ "),
            _ => parted.push(*c),
        }
    }
    parted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_parted_and_sentences_are_not() {
        for (written, read) in [
            (
                "Ik wil leren luisteren. Echt waar.",
                "Ik wil leren luisteren. Echt waar.",
            ),
            (
                "om 9:30 uur, dus 3.5 uur (o.a. dit); zie punt: a",
                "om 9:30 uur, dus 3.5 uur (o.a. dit); zie punt: a",
            ),
            ("evil.example", "evil. example"),
            ("https://evil.example/a?b=c", "https: / /evil. example/a?b=c"),
            ("www.evil.example", "www. evil. example"),
            ("anna@evil.example", "anna @ evil. example"),
            ("mailto:a@b", "mailto: a @ b"),
            ("tel:+31", "tel: +31"),
            ("evil。example", "evil。 example"),
            ("//evil.example", "/ /evil. example"),
            ("en/of", "en/of"),
        ] {
            assert_eq!(unlinked(written), read);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_left_to_link(text in "(https?://|www\\.|[a-z]{1,3}|\\.|@|:|/| |\n|é|\u{ff0e}){0,40}") {
            let parted = unlinked(&text);
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&parted), bare(&text));
            prop_assert!(!parted.contains("://") && !parted.contains("//"), "{}", parted);
            for word in parted.split_whitespace() {
                prop_assert!(word == "@" || !word.contains('@'), "{}", word);
                let labels: Vec<&str> = word.split(['.', '\u{ff0e}']).collect();
                let is_host = labels.windows(2).any(|pair| {
                    pair[0].ends_with(char::is_alphanumeric)
                        && pair[1].chars().take(2).filter(|c| c.is_alphanumeric()).count() == 2
                });
                prop_assert!(!is_host, "{}", word);
            }
        }
    }
}
