//! Markdown, parsed once and written twice: as HTML and as plain text, from the same events.
//!
//! Only what a letter needs is allowed: paragraphs, headings below the first level, lists, quotes, emphasis, rules,
//! mail addresses, and web links that stand alone in a paragraph. Anything else, raw HTML and pictures above all, is an
//! error of the template, so an escaped value that became markup by a mistake would stop the mail instead of reaching
//! a reader. Addresses that merely occur in text do not become links.

use html_escape::encode_double_quoted_attribute;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use thiserror::Error;

/// Why a source cannot be written as a mail.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MarkdownError {
    /// Something that letters do without.
    #[error("holds {0}, which mails cannot use")]
    NotAllowed(&'static str),
    /// A link to something else than a page or a mailbox.
    #[error("links to {0:?}; only https:, http: and mailto: links are allowed")]
    Scheme(String),
    /// A web link within a sentence: in plain text its end could not be told from the sentence's.
    #[error("has the web link {0:?} within a sentence; give it a paragraph of its own")]
    LinkInSentence(String),
}

/// The two forms of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// A fragment of HTML.
    pub html: String,
    /// Plain text, lines as long as their paragraphs, without a line feed at the end.
    pub text: String,
}

/// Makes a value into Markdown that reads as that value: every ASCII punctuation mark gets a backslash (CommonMark 0.31,
/// 2.4), lines lose the white space around them, a line feed stays a line break and an empty line parts paragraphs.
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + value.len() / 4);
    let mut empty_lines = 0;
    for line in value.lines().map(str::trim) {
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !escaped.is_empty() {
            escaped.push_str(if empty_lines > 0 { "\n\n" } else { "\\\n" });
        }
        empty_lines = 0;
        for c in line.chars() {
            if c.is_ascii_punctuation() {
                escaped.push('\\');
            }
            escaped.push(if c.is_control() { ' ' } else { c });
        }
    }
    escaped
}

/// Writes a source both ways.
pub fn write(source: &str) -> Result<Written, MarkdownError> {
    let events: Vec<_> = Parser::new_ext(source, Options::empty())
        .map(allowed)
        .collect::<Result<_, _>>()?;
    let mut rest = events.as_slice();
    let text = blocks(&mut rest).join("\n\n");
    let mut written = String::new();
    html::push_html(&mut written, with_buttons(&events)?.into_iter());
    Ok(Written { html: written, text })
}

fn allowed(event: Event<'_>) -> Result<Event<'_>, MarkdownError> {
    let what = match &event {
        Event::Start(Tag::Link { dest_url, .. }) => {
            let has_scheme = ["https://", "http://", "mailto:"]
                .iter()
                .any(|scheme| dest_url.starts_with(scheme));
            return if has_scheme {
                Ok(event)
            } else {
                Err(MarkdownError::Scheme(dest_url.to_string()))
            };
        }
        Event::Start(Tag::Heading {
            level: HeadingLevel::H1,
            ..
        }) => "a first-level heading (the subject is one)",
        Event::Start(
            Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::List(_)
            | Tag::Item
            | Tag::Emphasis
            | Tag::Strong,
        )
        | Event::End(_)
        | Event::Text(_)
        | Event::SoftBreak
        | Event::HardBreak
        | Event::Rule => return Ok(event),
        Event::Start(Tag::Image { .. }) => "a picture",
        Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) => "HTML",
        Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => "code",
        _ => "an extension of Markdown",
    };
    Err(MarkdownError::NotAllowed(what))
}

/// The address of a paragraph that is nothing but a web link, given what follows the paragraph's start.
fn button<'e>(paragraph: &'e [Event<'_>]) -> Option<&'e str> {
    let Some(Event::Start(Tag::Link { dest_url, .. })) = paragraph.first() else {
        return None;
    };
    let end = paragraph
        .iter()
        .position(|event| matches!(event, Event::End(TagEnd::Link)))?;
    let is_alone = matches!(paragraph.get(end + 1), Some(Event::End(TagEnd::Paragraph)));
    (is_alone && !dest_url.starts_with("mailto:")).then_some(dest_url)
}

/// The events with a web link that stands alone as a button. Tables hold: some mail programs ignore the padding of links.
fn with_buttons<'e>(events: &'e [Event<'e>]) -> Result<Vec<Event<'e>>, MarkdownError> {
    let mut written = Vec::with_capacity(events.len());
    let mut in_button = false;
    for (at, event) in events.iter().enumerate() {
        let event = match event {
            Event::Start(Tag::Paragraph) => match button(events.get(at + 1..).unwrap_or_default()) {
                Some(url) => {
                    in_button = true;
                    let href = encode_double_quoted_attribute(url);
                    let open = format!(
                        "<table role=\"presentation\" class=\"action\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\
                         <td class=\"button\"><a href=\"{href}\">"
                    );
                    Event::Html(CowStr::from(open))
                }
                None => event.clone(),
            },
            Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) if in_button => continue,
            Event::End(TagEnd::Paragraph) if in_button => {
                in_button = false;
                Event::Html("</a></td></tr></table>\n".into())
            }
            Event::Start(Tag::Link { dest_url, .. }) if !dest_url.starts_with("mailto:") => {
                return Err(MarkdownError::LinkInSentence(dest_url.to_string()));
            }
            _ => event.clone(),
        };
        written.push(event);
    }
    Ok(written)
}

/// Reads blocks up to the end of the surrounding one, each as its lines of plain text.
fn blocks(rest: &mut &[Event<'_>]) -> Vec<String> {
    let mut blocks = Vec::new();
    // What a tight list item says stands in it without a paragraph.
    let mut loose = String::new();
    while let Some((event, after)) = rest.split_first() {
        let before = *rest;
        *rest = after;
        let block = match event {
            Event::Start(Tag::Paragraph) => match button(after).map(str::to_owned) {
                Some(url) => format!("{}:\n{url}", inline(rest)),
                None => inline(rest),
            },
            Event::Start(Tag::Heading { .. }) => inline(rest),
            Event::Start(Tag::BlockQuote(_)) => prefixed(&self::blocks(rest).join("\n\n"), "> ", "> "),
            Event::Start(Tag::List(first)) => list(rest, *first),
            Event::Rule => "---".to_owned(),
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => break,
            _ => {
                *rest = before;
                loose.push_str(&inline(rest));
                continue;
            }
        };
        if !loose.is_empty() {
            blocks.push(std::mem::take(&mut loose));
        }
        blocks.push(block);
    }
    if !loose.is_empty() {
        blocks.push(loose);
    }
    blocks
}

fn list(rest: &mut &[Event<'_>], first: Option<u64>) -> String {
    let mut items = Vec::new();
    let mut number = first;
    while let Some((event, after)) = rest.split_first() {
        *rest = after;
        match event {
            Event::Start(Tag::Item) => {
                let mark = number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
                number = number.map(|number| number.saturating_add(1));
                items.push(prefixed(&blocks(rest).join("\n"), &mark, &" ".repeat(mark.len())));
            }
            _ => break,
        }
    }
    items.join("\n")
}

/// Reads running text up to the end of its block, which it takes too if that is a paragraph or heading.
fn inline(rest: &mut &[Event<'_>]) -> String {
    let mut text = String::new();
    while let Some((event, after)) = rest.split_first() {
        match event {
            Event::Text(piece) => text.push_str(piece),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak => text.push('\n'),
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link) => {}
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => {
                *rest = after;
                break;
            }
            _ => break,
        }
        *rest = after;
    }
    text
}

fn prefixed(text: &str, first: &str, others: &str) -> String {
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let prefix = if at == 0 { first } else { others };
        lines.push(format!("{prefix}{line}").trim_end().to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let source = "Beste *Anna*,\n\nEerste regel\ntweede **regel**\\\nderde\n\n## Dagen\n\n- een\n- twee\n\n  meer\n\n\
            [Bekijk uw aanmelding](https://x.example/p/a_b?c=1&d=2)\n\n> zegt\n>\n> wat\n\n1. a\n2. b\n\n\
            Mail [a@b.example](mailto:a@b.example) gerust.\n\n---\n";
        let written = write(source).unwrap();
        assert_eq!(
            written.text,
            "Beste Anna,\n\nEerste regel tweede regel\nderde\n\nDagen\n\n- een\n- twee\n  meer\n\n\
             Bekijk uw aanmelding:\nhttps://x.example/p/a_b?c=1&d=2\n\n> zegt\n>\n> wat\n\n1. a\n2. b\n\n\
             Mail a@b.example gerust.\n\n---"
        );
        assert!(
            written
                .html
                .contains("<td class=\"button\"><a href=\"https://x.example/p/a_b?c=1&amp;d=2\">Bekijk")
        );
        assert!(written.html.contains("<h2>Dagen</h2>"));
        assert!(written.html.contains("<a href=\"mailto:a@b.example\">a@b.example</a>"));
    }

    #[test]
    fn what_letters_do_without_is_an_error() {
        for (source, error) in [
            ("<b>x</b>", MarkdownError::NotAllowed("HTML")),
            ("x <i>y</i>", MarkdownError::NotAllowed("HTML")),
            ("<div>\nx\n</div>", MarkdownError::NotAllowed("HTML")),
            ("![x](https://x.example/y.png)", MarkdownError::NotAllowed("a picture")),
            ("`x`", MarkdownError::NotAllowed("code")),
            ("    x", MarkdownError::NotAllowed("code")),
            (
                "# x",
                MarkdownError::NotAllowed("a first-level heading (the subject is one)"),
            ),
            (
                "[x](javascript:alert)",
                MarkdownError::Scheme("javascript:alert".into()),
            ),
            ("[x](/p)", MarkdownError::Scheme("/p".into())),
            (
                "Zie [x](https://x.example).",
                MarkdownError::LinkInSentence("https://x.example".into()),
            ),
        ] {
            assert_eq!(write(source), Err(error), "{source}");
        }
    }

    #[test]
    fn values_read_as_they_are() {
        for value in [
            "<script>alert(1)</script>",
            "[klik](https://evil.example) ![x](y)",
            "https://evil.example www.evil.example a@evil.example <https://evil.example>",
            "# kop",
            "1. een",
            "1) een",
            "- x",
            "+ x",
            "> x",
            "===",
            "***",
            "```",
            "&amp; &#60;",
            "a\\",
            "a | b",
            "{{link}} {{{x}}}",
            "*a* _b_ ~c~ `d`",
            "~~~",
            "[x]: https://evil.example",
        ] {
            let written = write(&escape(value)).unwrap();
            assert_eq!(written.text, value);
            assert_eq!(
                written.html,
                format!("<p>{}</p>\n", html_escape::encode_text(value).replace('"', "&quot;"))
            );
        }
    }

    #[test]
    fn line_feeds_in_values() {
        let written = write(&escape("een \n  twee\n\n\n    drie\r\nvier\n- vijf")).unwrap();
        assert_eq!(written.text, "een\ntwee\n\ndrie\nvier\n- vijf");
        assert_eq!(
            written.html,
            "<p>een<br />\ntwee</p>\n<p>drie<br />\nvier<br />\n- vijf</p>\n"
        );
    }

    proptest! {
        #[test]
        fn no_value_becomes_markup(value in "[ -~\u{a0}é\n\t]{0,60}", before in "(|x |> )") {
            let written = write(&format!("{before}{}", escape(&value))).unwrap();
            for markup in ["<a", "<h", "<code", "<pre", "<li", "<em", "<strong"] {
                prop_assert!(!written.html.contains(markup), "{}", written.html);
            }
            if before != "> " {
                let letters = |text: &str| text.split_whitespace().collect::<String>();
                prop_assert_eq!(letters(&written.text), letters(&format!("{before}{value}")));
            }
        }
    }
}
