//! Markdown that organisers write, as part of a page.
//!
//! Nothing of it can reach beyond text, structure and links: HTML is shown as it was typed, a picture as its description (no page
//! loads anything from another host), and a link to something else than a page or a mailbox as its text.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// Where the headings of a text begin: those above belong to the page.
const FIRST_LEVEL: usize = 3;

/// The text as markup.
pub fn rendered(source: &str) -> Markup {
    let events: Vec<_> = Parser::new_ext(source, Options::empty()).collect();
    let levels = events.iter().filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as usize),
        _ => None,
    });
    // So that no level is left out, whichever the text begins with (WCAG 2.2, 1.3.1).
    let highest = levels.min().unwrap_or(FIRST_LEVEL);
    let lowered = |level: HeadingLevel| {
        HeadingLevel::try_from(level as usize + FIRST_LEVEL - highest).unwrap_or(HeadingLevel::H6)
    };
    let mut is_link_kept = false;
    let events = events.into_iter().filter_map(|event| {
        Some(match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
            Event::Start(Tag::Link { ref dest_url, .. }) => {
                is_link_kept = ["https://", "http://", "mailto:"]
                    .iter()
                    .any(|scheme| dest_url.to_ascii_lowercase().starts_with(scheme));
                return is_link_kept.then_some(event);
            }
            // Links do not nest (CommonMark 0.31, 6.3).
            Event::End(TagEnd::Link) => return is_link_kept.then_some(event),
            Event::Start(Tag::Heading {
                level,
                id,
                classes,
                attrs,
            }) => Event::Start(Tag::Heading {
                level: lowered(level),
                id,
                classes,
                attrs,
            }),
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lowered(level))),
            other => other,
        })
    });
    let mut written = String::new();
    html::push_html(&mut written, events);
    PreEscaped(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_becomes_structure() {
        assert_eq!(
            rendered(
                "# Waarom\n\nOmdat het *kan*:\n\n- een\n- [twee](https://voorbeeld.example/?a=1&b=2)\n\n##### Diep"
            )
            .into_string(),
            "<h3>Waarom</h3>\n<p>Omdat het <em>kan</em>:</p>\n<ul>\n<li>een</li>\n<li><a href=\"https://voorbeeld.example/?a=1&amp;b=2\">twee</a></li>\n</ul>\n<h6>Diep</h6>\n"
        );
    }

    #[test]
    fn the_highest_heading_follows_those_of_the_page() {
        assert_eq!(
            rendered("## Een\n\n### Twee\n\n## Drie").into_string(),
            "<h3>Een</h3>\n<h4>Twee</h4>\n<h3>Drie</h3>\n"
        );
        assert_eq!(rendered("###### Zes").into_string(), "<h3>Zes</h3>\n");
    }

    #[test]
    fn nothing_hostile_becomes_markup() {
        for hostile in [
            "<script>alert(1)</script>",
            "tekst <img src=x onerror=alert(1)> tekst",
            "<div>\n\n**vet**\n\n</div>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1)) [y](data:text/html,x) [z](//elders.example) <javascript:alert(1)>",
            "![een *foto*](https://elders.example/spion.png \"titel\")",
            "[![x](a.png)](javascript:x)",
            "[x]\n\n[x]: vbscript:x \"\\\" onclick=alert(1)\"",
            "[x](https://goed.example \"\\\" onclick=\\\"alert(1)\")",
            "```<script>\n</code><script>\n```",
        ] {
            let html = rendered(hostile).into_string();
            for bad in [
                "<script",
                "<img",
                "<div",
                "href=\"javascript",
                "href=\"JaVa",
                "href=\"data",
                "href=\"//",
                "src=",
                "vbscript:x\"",
                "\" onclick=\"",
            ] {
                assert!(
                    !html.contains(bad) || (bad == "src=" && html.contains("&lt;img src=")),
                    "{bad} in {html}"
                );
            }
        }
    }
}
