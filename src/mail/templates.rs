//! The sources of mails: read from the binary or an operator's directory, compiled once, rendered strictly.
//!
//! handlebars lets three mistakes pass even in strict mode: a misspelt name in a condition reads as false, a missing
//! partial as nothing, and `{{{…}}}` escapes nothing. So conditions are checked by our own helper, and sources that name
//! partials, decorators or unescaped values are refused.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use handlebars::{
    Context as Values, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, Output, RenderContext, RenderError,
    RenderErrorReason, Renderable, StringOutput, Template,
    template::{Parameter, TemplateElement},
};
use include_dir::{Dir, include_dir};
use thiserror::Error;

use crate::domain::message::{Locale, MessageKind};

use super::{
    check::Problem,
    contexts::Context,
    markdown::{self, MarkdownError},
};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/email-templates");

const LAYOUT: &str = "layout.html";

/// Parts of a language that every mail has: its end, and what stands below it.
const SHARED: [&str; 2] = ["closing", "foot"];

/// Why the sources cannot be used.
#[derive(Debug, Error)]
pub enum TemplateError {
    /// A file or directory cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that no mail is made from, perhaps a misspelt name.
    #[error(
        "{path} is no template; use {LAYOUT}, or nl/ or en/ with a kind of mail, such as nl/{example}.md",
        path = path.display(),
        example = MessageKind::PlaceOffered.word()
    )]
    Unknown {
        /// Which.
        path: PathBuf,
    },
    /// A source is missing.
    #[error("the template {0} is missing")]
    Missing(String),
    /// A source does not begin with its subject.
    #[error("{0} must begin with three lines: ---, subject: and the subject, ---")]
    FrontMatter(String),
    /// A source is no handlebars template.
    #[error("{name}: {source}")]
    Syntax {
        /// Which.
        name: String,
        /// Where and why.
        source: Box<handlebars::TemplateError>,
    },
    /// A source uses what would escape the checks.
    #[error("{name} uses {what}, which mails cannot use")]
    NotAllowed {
        /// Which.
        name: String,
        /// What.
        what: &'static str,
    },
    /// An operator's sources do not render every sample.
    #[error("the templates have problems:\n{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
}

/// Why a letter cannot be worded.
#[derive(Debug, Error)]
pub enum WordingError {
    /// A value is missing, or the template is wrong.
    #[error(transparent)]
    Render(#[from] Box<RenderError>),
    /// The rendered text is not Markdown that a mail can use.
    #[error("the template {0}")]
    Markdown(#[from] MarkdownError),
}

impl From<RenderError> for WordingError {
    fn from(error: RenderError) -> Self {
        Self::Render(Box::new(error))
    }
}

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// One line.
    pub subject: String,
    /// A whole page, styles not inlined.
    pub html: String,
    /// Plain text.
    pub text: String,
}

/// The compiled sources.
#[derive(Debug)]
pub struct Templates {
    /// Values stay as they are, on one line.
    subjects: Handlebars<'static>,
    /// Values are escaped for Markdown.
    bodies: Handlebars<'static>,
    /// Values are escaped for HTML.
    layout: Handlebars<'static>,
}

impl Templates {
    /// Compiles the sources, with an operator's files instead of ours where there are some.
    pub fn read(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        let mut sources = embedded();
        if let Some(directory) = overrides {
            sources.extend(files_in(directory)?);
        }
        let mut take = |name: &str| {
            sources
                .remove(name)
                .ok_or_else(|| TemplateError::Missing(name.to_owned()))
        };
        let mut templates = Self {
            subjects: registry(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")),
            bodies: registry(markdown::escape),
            layout: registry(handlebars::html_escape),
        };
        for locale in Locale::ALL {
            for kind in MessageKind::ALL {
                let name = name_of(locale, kind.word());
                let source = take(&format!("{name}.md"))?;
                let (subject, body) = parted(&source).ok_or_else(|| TemplateError::FrontMatter(name.clone()))?;
                register(&mut templates.subjects, &name, subject, &[])?;
                register(&mut templates.bodies, &name, body, &[])?;
            }
            for part in SHARED {
                let name = name_of(locale, part);
                register(&mut templates.bodies, &name, &take(&format!("{name}.md"))?, &[])?;
            }
        }
        register(&mut templates.layout, LAYOUT, &take(LAYOUT)?, &["letter", "foot"])?;
        Ok(templates)
    }

    /// Words a letter.
    pub fn word(&self, kind: MessageKind, locale: Locale, context: &Context<'_>) -> Result<Wording, WordingError> {
        let values = Values::wraps(context)?;
        let name = name_of(locale, kind.word());
        let subject = self.subjects.render_with_context(&name, &values)?;
        let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let [letter, closing, foot] = [kind.word(), SHARED[0], SHARED[1]]
            .map(|part| self.bodies.render_with_context(&name_of(locale, part), &values));
        let letter = markdown::write(&format!("{}\n\n{}", letter?, closing?))?;
        let foot = markdown::write(&foot?)?;
        let mut page = values.data().clone();
        if let Some(page) = page.as_object_mut() {
            page.extend([
                ("lang".to_owned(), locale.tag().into()),
                ("subject".to_owned(), subject.as_str().into()),
                ("letter".to_owned(), letter.html.into()),
                ("foot".to_owned(), foot.html.into()),
            ]);
        }
        let html = self.layout.render(LAYOUT, &page)?;
        // "-- " parts a signature from the text (RFC 3676, 4.3).
        let text = format!("{}\n\n-- \n{}\n", letter.text, foot.text);
        Ok(Wording { subject, html, text })
    }
}

fn name_of(locale: Locale, part: &str) -> String {
    format!("{}/{part}", locale.tag())
}

/// Every file that is a source, by its path below the directory.
fn names() -> impl Iterator<Item = String> {
    let parts = || MessageKind::ALL.iter().map(|kind| kind.word()).chain(SHARED);
    Locale::ALL
        .into_iter()
        .flat_map(move |locale| parts().map(move |part| format!("{}.md", name_of(locale, part))))
        .chain([LAYOUT.to_owned()])
}

fn embedded() -> BTreeMap<String, String> {
    names()
        .filter_map(|name| {
            let source = EMBEDDED.get_file(&name)?.contents_utf8()?.to_owned();
            Some((name, source))
        })
        .collect()
}

/// An operator's files. A name that is no template is an error: a misspelt override would silently do nothing.
fn files_in(directory: &Path) -> Result<BTreeMap<String, String>, TemplateError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| TemplateError::Unreadable { path, source }
    };
    let mut files = BTreeMap::new();
    let mut folders = vec![(directory.to_owned(), String::new())];
    while let Some((folder, above)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(unreadable(&folder))? {
            let path = entry.map_err(unreadable(&folder))?.path();
            let name = format!("{above}{}", path.file_name().unwrap_or_default().to_string_lossy());
            if path.is_dir() && Locale::from_tag(&name).is_some() {
                folders.push((path, format!("{name}/")));
            } else if names().any(|known| known == name) {
                files.insert(name, fs::read_to_string(&path).map_err(unreadable(&path))?);
            } else {
                return Err(TemplateError::Unknown { path });
            }
        }
    }
    Ok(files)
}

/// The subject and the body of a source.
fn parted(source: &str) -> Option<(&str, &str)> {
    let (first, rest) = source.split_once('\n')?;
    let (subject, rest) = rest.split_once('\n')?;
    let (last, body) = rest.split_once('\n')?;
    let subject = subject.strip_prefix("subject:")?.trim();
    (first.trim_end() == "---" && last.trim_end() == "---" && !subject.is_empty()).then_some((subject, body))
}

fn registry(escape: impl Fn(&str) -> String + Send + Sync + 'static) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escape);
    registry.register_helper("if", Box::new(If));
    registry.register_helper("quote", Box::new(Quote));
    registry.register_helper("count", Box::new(Count));
    // What is not needed is not there: `unless` would let misspelt names pass as `if` did.
    for helper in ["unless", "lookup", "log", "raw", "with"] {
        registry.unregister_helper(helper);
    }
    registry
}

fn register(registry: &mut Handlebars<'static>, name: &str, source: &str, html: &[&str]) -> Result<(), TemplateError> {
    let template = Template::compile_with_name(source, name.to_owned()).map_err(|error| TemplateError::Syntax {
        name: name.to_owned(),
        source: Box::new(error),
    })?;
    if let Some(what) = what_is_not_allowed(&template, html) {
        return Err(TemplateError::NotAllowed {
            name: name.to_owned(),
            what,
        });
    }
    registry.register_template(name, template);
    Ok(())
}

/// The first thing in a source that would slip through strict rendering; `html` names the values that are HTML already.
fn what_is_not_allowed(template: &Template, html: &[&str]) -> Option<&'static str> {
    template.elements.iter().find_map(|element| match element {
        TemplateElement::HtmlExpression(value) if !value.name.as_name().is_some_and(|name| html.contains(&name)) => {
            Some("a value without escaping ({{{…}}})")
        }
        TemplateElement::DecoratorExpression(_) | TemplateElement::DecoratorBlock(_) => Some("a decorator ({{*…}})"),
        TemplateElement::PartialExpression(_) | TemplateElement::PartialBlock(_) => Some("a partial ({{> …}})"),
        TemplateElement::HelperBlock(block) => {
            let is_known =
                matches!(&block.name, Parameter::Name(name) if ["if", "each", "quote"].contains(&name.as_str()));
            if !is_known {
                return Some("a block other than if, each and quote");
            }
            [&block.template, &block.inverse]
                .into_iter()
                .flatten()
                .find_map(|inner| what_is_not_allowed(inner, html))
        }
        _ => None,
    })
}

/// `{{#if name}}` that knows a misspelt name from a false one.
struct If;

impl HelperDef for If {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        values: &'rc Values,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let condition = helper
            .param(0)
            .ok_or(RenderErrorReason::ParamNotFoundForIndex("if", 0))?;
        if condition.is_value_missing() {
            return Err(RenderErrorReason::MissingVariable(condition.relative_path().cloned()).into());
        }
        let branch = if condition.value().is_truthy(false) {
            helper.template()
        } else {
            helper.inverse()
        };
        branch.map_or(Ok(()), |branch| branch.render(registry, values, state, out))
    }
}

/// `{{#quote}}…{{/quote}}`: what it holds, however many paragraphs, as a Markdown quote.
struct Quote;

impl HelperDef for Quote {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        values: &'rc Values,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let inner = helper.template().ok_or(RenderErrorReason::BlockContentRequired)?;
        let mut quoted = StringOutput::new();
        inner.render(registry, values, state, &mut quoted)?;
        for line in quoted.into_string()?.trim().lines() {
            out.write(&format!("> {line}\n"))?;
        }
        Ok(())
    }
}

/// `{{count n "deelnemer" "deelnemers"}}`: a number and its word. Dutch and English have two forms; none is many.
struct Count;

impl HelperDef for Count {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Values,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let param = |at| {
            helper
                .param(at)
                .ok_or(RenderErrorReason::ParamNotFoundForIndex("count", at))
        };
        let number = param(0)?
            .value()
            .as_u64()
            .ok_or(RenderErrorReason::InvalidParamType("number"))?;
        let word = param(if number == 1 { 1 } else { 2 })?;
        let word = word
            .value()
            .as_str()
            .ok_or(RenderErrorReason::InvalidParamType("text"))?;
        out.write(&format!("{number} {word}"))?;
        Ok(())
    }
}
