//! Every mail × language × sample, rendered: for `templates check` and `templates preview`, for an operator's own
//! templates at the start, and for the tests.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::domain::message::{Locale, MessageKind};

use super::{
    compose::{ComposeError, Composed, Composer, is_answered_elsewhere},
    samples::{self, Sample},
};

/// Mail programs cut longer pages off.
const MOST_HTML_BYTES: usize = 100_000;

/// What is wrong with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The sample, as in [`Preview::name`].
    pub name: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.what)
    }
}

/// A sample as the recipient would get it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Language, kind, and what the sample is an example of, such as `nl/confirm-registration/held-usual`.
    pub name: String,
    /// The mail.
    pub composed: Composed,
    /// Its HTML part.
    pub html: String,
    /// Its plain part.
    pub text: String,
}

impl Composer {
    /// Renders every mail in every language for every sample.
    pub fn previews(&self) -> impl Iterator<Item = Result<Preview, Problem>> {
        let (samples, problem) = match samples::all() {
            Ok(samples) => (samples, None),
            Err(error) => (
                Vec::new(),
                Some(Problem {
                    name: "samples".to_owned(),
                    what: error.to_string(),
                }),
            ),
        };
        let pairs = samples
            .into_iter()
            .flat_map(|sample| Locale::ALL.map(|locale| (locale, sample.clone())));
        problem.map(Err).into_iter().chain(pairs.map(|(locale, sample)| {
            let name = format!("{}/{}/{}", locale.tag(), sample.letter.kind().word(), sample.name);
            self.preview(name.clone(), locale, sample).map_err(|error| Problem {
                name,
                what: error.to_string(),
            })
        }))
    }

    /// What is wrong with the templates; nothing, if all is well.
    pub fn check(&self) -> Vec<Problem> {
        self.previews()
            .filter_map(|preview| match preview {
                Ok(preview) => what_is_wrong(&preview).map(|what| Problem {
                    name: preview.name,
                    what: what.to_owned(),
                }),
                Err(problem) => Some(problem),
            })
            .collect()
    }

    fn preview(&self, name: String, locale: Locale, mut sample: Sample) -> Result<Preview, ComposeError> {
        sample.to.locale = locale;
        let Sample {
            letter,
            to,
            programme,
            own_sentence,
            ..
        } = &sample;
        let wording = self.word(letter, to, programme, Some(samples::LINK), own_sentence.as_deref())?;
        let message_id = format!("sample@{}", samples::DOMAIN);
        let composed = self.put_together(
            &wording,
            letter,
            to,
            programme,
            &message_id,
            DateTime::<Utc>::UNIX_EPOCH,
        )?;
        Ok(Preview {
            name,
            composed,
            html: wording.html,
            text: wording.text,
        })
    }
}

/// Whether a line is the personal link and nothing else, as it is or to one of its areas.
fn is_personal_link(line: &str) -> bool {
    line.strip_prefix(samples::LINK)
        .is_some_and(|area| area.is_empty() || (area.starts_with("?page=") && !area.contains(' ')))
}

fn what_is_wrong(preview: &Preview) -> Option<&'static str> {
    let kind = preview.name.split('/').nth(1).and_then(MessageKind::from_word);
    let links = usize::from(!kind.is_some_and(is_answered_elsewhere));
    let link_lines = preview.text.lines().filter(|line| is_personal_link(line)).count();
    if preview.composed.subject.is_empty() {
        Some("the subject is empty")
    } else if link_lines != links {
        Some(
            "the personal link must stand on a line of its own, once; and not at all where a reply goes to somebody else",
        )
    } else if preview.html.len() > MOST_HTML_BYTES {
        Some("the HTML is longer than 100 kB; mail programs would cut it off")
    } else if ["<img", "url(", "@import", "<script", "<link"]
        .iter()
        .any(|remote| preview.html.contains(remote))
    {
        Some("the HTML has a picture, script or other remote content")
    } else {
        None
    }
}
