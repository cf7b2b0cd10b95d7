//! Where in a file something stands, and how what is wrong with it is told.

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue, Deserializer},
};

use super::{Problem, Problems};
use crate::domain::refusal::Refusal;

/// A parsed file that remembers where everything stood.
pub(super) struct Source<'i> {
    /// Where each line begins.
    line_starts: Vec<usize>,
    root: Spanned<DeTable<'i>>,
    /// The paths of what could not be used and was taken out.
    taken_out: Vec<Vec<String>>,
}

impl<'i> Source<'i> {
    /// Parses TOML, or tells all that is wrong with it.
    pub(super) fn parse(text: &'i str) -> Result<Self, Problems> {
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let (root, errors) = DeTable::parse_recoverable(text);
        let source = Self {
            line_starts,
            root,
            taken_out: Vec::new(),
        };
        if errors.is_empty() {
            return Ok(source);
        }
        let problems = errors
            .iter()
            .map(|error| source.problem(error.span().map(|span| span.start), error.message()));
        Err(Problems::sorted(problems.collect()))
    }

    /// Reads everything that has the right shape. What has not is told and taken out, so that one look tells all of it.
    pub(super) fn read<T: DeserializeOwned>(&mut self, most: usize) -> (Option<T>, Vec<Problem>) {
        let mut problems = Vec::new();
        loop {
            let error = match T::deserialize(Deserializer::from(self.root.clone())) {
                Ok(read) => return (Some(read), problems),
                Err(error) => error,
            };
            let span = error.span();
            let path = span.as_ref().and_then(|span| take_out(self.root.get_mut(), span));
            let what = match &path {
                Some(path) => told(path, error.message()),
                None => error.message().to_owned(),
            };
            // What lacks something only because that was taken out goes without another word.
            let lacks = |taken: &Vec<String>| {
                path.as_ref()
                    .is_some_and(|path| taken.len() > path.len() && taken.starts_with(path))
            };
            if self.taken_out.iter().any(lacks) {
                self.taken_out.retain(|taken| !lacks(taken));
            } else {
                problems.push(self.problem(span.map(|span| span.start), &what));
            }
            match path {
                Some(path) if problems.len() < most => self.taken_out.push(path),
                _ => return (None, problems),
            }
        }
    }

    fn problem(&self, at: Option<usize>, what: &str) -> Problem {
        Problem {
            line: at.map(|at| self.line(at)),
            what: what.lines().collect::<Vec<_>>().join(" "),
        }
    }

    fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// The line of a key or array element, or of what would hold it.
    pub(super) fn line_of(&self, path: &[String]) -> Option<usize> {
        let mut found = None;
        let mut value: Option<&Spanned<DeValue<'_>>> = None;
        for part in path {
            let next = match value.map(Spanned::get_ref) {
                None => self.root.get_ref().get_key_value(part.as_str()),
                Some(DeValue::Table(table)) => table.get_key_value(part.as_str()),
                Some(DeValue::Array(array)) => {
                    let Some(element) = part.parse().ok().and_then(|index: usize| array.get(index)) else {
                        break;
                    };
                    found = Some(element.span().start);
                    value = Some(element);
                    continue;
                }
                Some(_) => None,
            };
            let Some((key, held)) = next else { break };
            // The key of an array of tables is written at each of them; the first is where the array begins.
            found = Some(key.span().start);
            value = Some(held);
        }
        found.map(|at| self.line(at))
    }

    /// Refusals at their lines; nothing is said of what was taken out, for that was told already.
    pub(super) fn problems(&self, refusals: &[Refusal]) -> Vec<Problem> {
        let problem = |refusal: &Refusal| {
            let Some(field) = refusal.field() else {
                return Some(Problem {
                    line: None,
                    what: refusal.to_string(),
                });
            };
            let path: Vec<String> = field.iter().map(|part| snake_case(part)).collect();
            let was_told = self.taken_out.iter().any(|taken| taken.starts_with(&path));
            (!was_told).then(|| Problem {
                line: self.line_of(&path),
                what: told(&path, &explanation(refusal)),
            })
        };
        refusals.iter().filter_map(problem).collect()
    }
}

/// What is wrong, without the name of the field.
fn explanation(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Text { error, .. } => error.to_string(),
        Refusal::Invalid { explanation, .. } | Refusal::Required { explanation, .. } => explanation.clone(),
        other => other.to_string(),
    }
}

/// The names on a path, and what is wrong there: "team.email: is not an e-mail address". Which member it is, the line tells.
fn told(path: &[String], what: &str) -> String {
    let names: Vec<_> = path
        .iter()
        .filter(|part| part.parse::<usize>().is_err())
        .map(String::as_str)
        .collect();
    format!("{}: {what}", names.join("."))
}

/// The name of a field in files: the API says `minParticipants` where a file says `min_participants`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

type Span = std::ops::Range<usize>;

/// Takes the key or array element out that an error is about, and tells its path. The innermost is looked for first: an
/// array of tables is where its first table is.
fn take_out(table: &mut DeTable<'_>, span: &Span) -> Option<Vec<String>> {
    for (key, value) in table.iter_mut() {
        if let Some(mut path) = take_out_within(value, span) {
            path.insert(0, key.get_ref().to_string());
            return Some(path);
        }
    }
    let about = table
        .iter()
        .find(|(key, value)| key.span() == *span || value.span() == *span);
    let name = about.map(|(key, _)| key.get_ref().to_string())?;
    table.remove(name.as_str());
    Some(vec![name])
}

fn take_out_within(value: &mut Spanned<DeValue<'_>>, span: &Span) -> Option<Vec<String>> {
    match value.get_mut() {
        DeValue::Table(table) => take_out(table, span),
        DeValue::Array(array) => take_out_element(array, span),
        _ => None,
    }
}

fn take_out_element(array: &mut DeArray<'_>, span: &Span) -> Option<Vec<String>> {
    for (index, element) in array.iter_mut().enumerate() {
        if let Some(mut path) = take_out_within(element, span) {
            path.insert(0, index.to_string());
            return Some(path);
        }
    }
    let about = array.iter().position(|element| element.span() == *span)?;
    let mut kept = DeArray::new();
    for (_, element) in array.iter().enumerate().filter(|(index, _)| *index != about) {
        kept.push(element.clone());
    }
    *array = kept;
    Some(vec![about.to_string()])
}
