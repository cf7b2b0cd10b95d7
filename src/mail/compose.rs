//! From a letter to the bytes that are stored and sent: a message of RFC 5322 with a plain and an HTML part.

use std::{fmt::Write as _, path::Path};

use chrono::{DateTime, Utc};
use css_inline::CSSInliner;
use lettre::{
    Address, Message,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::domain::{
    guests::Guest,
    ids::MessageId,
    message::{Letter, Locale, MessageKind},
    programme::{Programme, TeamMember},
    registration::{self, Registrant},
    text::{EmailAddress, Organisation, PersonName},
};

use super::{
    calendar::beside,
    contexts::Context,
    enclosures,
    markdown::MarkdownError,
    templates::{TemplateError, Templates, Wording, WordingError},
};

/// Who mail comes from.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The address that every mail is from; its domain makes the Message-IDs.
    pub from: EmailAddress,
}

impl Sender {
    /// The Message-ID of a mail, without angle brackets: the same however often it is sent.
    pub fn message_id(&self, id: MessageId) -> String {
        format!("{id}@{}", self.domain())
    }

    /// The domain of the address: right of the one @ in all ids that leave the house.
    pub fn domain(&self) -> &str {
        self.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
    }
}

/// Whom a mail is for.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// The whole name.
    pub name: PersonName,
    /// What to call the person.
    pub given_name: PersonName,
    /// Where the mail goes.
    pub email: EmailAddress,
    /// The language to write in.
    pub locale: Locale,
    /// Where the person works.
    pub organisation: Option<Organisation>,
}

impl From<&Registrant> for Addressee {
    fn from(person: &Registrant) -> Self {
        Self {
            name: person.name.clone(),
            given_name: person.given_name.clone(),
            email: person.email.clone(),
            locale: person.locale,
            organisation: Some(person.organisation.clone()),
        }
    }
}

impl From<&Guest> for Addressee {
    fn from(guest: &Guest) -> Self {
        Self {
            name: guest.name.clone(),
            given_name: registration::given_name_of(&guest.name),
            email: guest.email.clone(),
            locale: guest.locale,
            organisation: None,
        }
    }
}

impl From<&TeamMember> for Addressee {
    fn from(member: &TeamMember) -> Self {
        Self {
            name: member.name.clone(),
            given_name: registration::given_name_of(&member.name),
            email: member.email.clone(),
            locale: member.locale,
            organisation: member.organisation.clone(),
        }
    }
}

/// A mail, ready to be stored and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// What it is about, on one line.
    pub subject: String,
    /// The message: headers and body, lines ended by CRLF, ASCII only.
    pub raw: Vec<u8>,
}

/// Why a mail cannot be made.
#[derive(Debug, Error)]
pub enum ComposeError {
    /// The words cannot be made.
    #[error("cannot word the mail: {0}")]
    Wording(#[from] WordingError),
    /// The mail of this kind leads to a personal page, and no link was given.
    #[error("a {} mail needs a personal link", .0.word())]
    LinkMissing(MessageKind),
    /// The personal link is no web address.
    #[error("the personal link is not an http: or https: address")]
    Link,
    /// The Message-ID is not of the form left@right.
    #[error("the Message-ID must be printable ASCII of the form left@right")]
    MessageId,
    /// The styles of the layout cannot be inlined.
    #[error("cannot inline the layout's styles: {0}")]
    Styles(#[from] css_inline::InlineError),
    /// An address that cannot be written to.
    #[error("an address cannot be written to: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The parts cannot be encoded.
    #[error("a part of the mail cannot be encoded as quoted-printable")]
    Encoding,
    /// The message cannot be put together.
    #[error("cannot put the message together: {0}")]
    Message(#[from] lettre::error::Error),
}

impl ComposeError {
    /// The same for a log, where nobody is named: what a link leads to may hold a value, and a value may be a name or a key.
    pub fn nameless(&self) -> String {
        match self {
            Self::Wording(WordingError::Markdown(MarkdownError::Scheme(_))) => {
                "the template links to something else than a page or a mailbox".to_owned()
            }
            Self::Wording(WordingError::Markdown(MarkdownError::LinkInSentence(_))) => {
                "the template has a web link within a sentence".to_owned()
            }
            other => other.to_string(),
        }
    }
}

/// Makes mails. One for the whole process.
pub struct Composer {
    sender: Sender,
    templates: Templates,
    inliner: CSSInliner<'static>,
}

impl Composer {
    /// Reads the templates. An operator's directory replaces single files of ours; with one, every sample is rendered at
    /// once, so that a mistake shows at the start and not when the mail is due.
    pub fn new(sender: &Sender, overrides: Option<&Path>) -> Result<Self, TemplateError> {
        let composer = Self {
            sender: sender.clone(),
            templates: Templates::read(overrides)?,
            inliner: CSSInliner::options().load_remote_stylesheets(false).build(),
        };
        let problems = if overrides.is_some() {
            composer.check()
        } else {
            Vec::new()
        };
        if problems.is_empty() {
            Ok(composer)
        } else {
            Err(TemplateError::Problems(problems))
        }
    }

    /// Makes the mail that says a letter. The same input gives the same bytes. `message_id` goes without angle brackets;
    /// `link` is the recipient's personal link; `own_sentence` is what the organiser adds to mails of this kind.
    #[expect(
        clippy::too_many_arguments,
        reason = "a mail is made of so many things, and each is named at the call"
    )]
    pub fn compose(
        &self,
        letter: &Letter,
        to: &Addressee,
        programme: &Programme,
        link: Option<&str>,
        own_sentence: Option<&str>,
        message_id: &str,
        composed_at: DateTime<Utc>,
    ) -> Result<Composed, ComposeError> {
        let wording = self.word(letter, to, programme, link, own_sentence)?;
        self.put_together(&wording, letter, to, programme, message_id, composed_at)
    }

    /// The words of a letter, styles inlined.
    pub(super) fn word(
        &self,
        letter: &Letter,
        to: &Addressee,
        programme: &Programme,
        link: Option<&str>,
        own_sentence: Option<&str>,
    ) -> Result<Wording, ComposeError> {
        let kind = letter.kind();
        match link {
            None if leads_to_personal_page(kind) => return Err(ComposeError::LinkMissing(kind)),
            Some(link) if !is_web_address(link) => return Err(ComposeError::Link),
            _ => {}
        }
        let context = Context::of(letter, to, programme, link, own_sentence);
        let wording = self.templates.word(kind, to.locale, &context)?;
        Ok(Wording {
            html: self.inliner.inline(&wording.html)?,
            ..wording
        })
    }

    pub(super) fn put_together(
        &self,
        wording: &Wording,
        letter: &Letter,
        to: &Addressee,
        programme: &Programme,
        message_id: &str,
        composed_at: DateTime<Utc>,
    ) -> Result<Composed, ComposeError> {
        let title = &*programme.announced.title;
        let mut message = Message::builder()
            .date(composed_at.into())
            .from(mailbox(title, &self.sender.from)?)
            .to(mailbox(&to.name, &to.email)?)
            .subject(wording.subject.as_str())
            .message_id(Some(format!("<{}>", checked_message_id(message_id)?)))
            .header(AutoSubmitted)
            .header(ContentLanguage(to.locale));
        if let Some((name, email)) = reply_to(letter, programme) {
            message = message.reply_to(mailbox(name, email)?);
        }
        let parts = MultiPart::alternative()
            .boundary(boundary(message_id))
            .singlepart(part(&wording.text, ContentType::TEXT_PLAIN)?)
            .singlepart(part(&wording.html, ContentType::TEXT_HTML)?);
        let files = enclosures::of(letter, programme, to.locale, composed_at, &self.sender);
        let parts = if files.is_empty() {
            parts
        } else {
            beside(parts, &files, boundary(&format!("{message_id} with files")))?
        };
        Ok(Composed {
            subject: wording.subject.clone(),
            raw: message.multipart(parts)?.formatted(),
        })
    }
}

/// Mails to organisers about a count, a decision or an address, and what facilitators are asked, say all there is; every other one leads to the recipient's own page.
pub(super) fn leads_to_personal_page(kind: MessageKind) -> bool {
    !matches!(
        kind,
        MessageKind::BelowMinimum
            | MessageKind::DecisionRequested
            | MessageKind::DecisionReport
            | MessageKind::AddressRefused
            | MessageKind::QuestionAsked
            | MessageKind::FacilitatorsAsked
    )
}

/// A reply to it goes to somebody else than the team, and most replies quote what they answer: so it must not hold the
/// recipient's own link.
pub(super) fn is_answered_elsewhere(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::QuestionAsked | MessageKind::FacilitatorsAsked)
}

/// Where a reply goes: to whoever asks, else to the programme's contact.
fn reply_to<'a>(letter: &'a Letter, programme: &'a Programme) -> Option<(&'a PersonName, &'a EmailAddress)> {
    match letter {
        Letter::QuestionAsked { name, email, .. } | Letter::FacilitatorsAsked { name, email, .. } => {
            Some((name, email))
        }
        _ => programme.contact().map(|contact| (&contact.name, &contact.email)),
    }
}

fn is_web_address(link: &str) -> bool {
    (link.starts_with("https://") || link.starts_with("http://")) && link.chars().all(|c| c.is_ascii_graphic())
}

/// RFC 5322, 3.6.4: left and right of the one @ come printable characters, and no brackets.
fn checked_message_id(id: &str) -> Result<&str, ComposeError> {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@\"".contains(&b));
    match id.split_once('@') {
        Some((left, right)) if is_part(left) && is_part(right) => Ok(id),
        _ => Err(ComposeError::MessageId),
    }
}

/// An address with a name. lettre quotes and encodes the name but panics on line breaks, so none may come near it.
fn mailbox(name: &str, address: &EmailAddress) -> Result<Mailbox, ComposeError> {
    let name: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Ok(Mailbox::new(Some(name), address.parse::<Address>()?))
}

fn part(text: &str, content_type: ContentType) -> Result<SinglePart, ComposeError> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| ComposeError::Encoding)?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

/// What parts the parts: made from the Message-ID, so that the same mail always has the same bytes. Quoted-printable
/// never holds "=_" (RFC 2045, 6.7).
fn boundary(message_id: &str) -> String {
    let mut boundary = "=_".to_owned();
    for byte in Sha256::digest(message_id).iter().take(12) {
        // Writing to a String cannot fail.
        let _ = write!(boundary, "{byte:02x}");
    }
    boundary
}

/// Nobody typed this mail, so no absence assistant should answer it (RFC 3834, 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The language of the mail (RFC 3282), for programs that read aloud.
#[derive(Clone)]
struct ContentLanguage(Locale);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(tag: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Locale::from_tag(tag.trim())
            .map(Self)
            .ok_or_else(|| "not a language that mails are written in".into())
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.tag().to_owned())
    }
}
