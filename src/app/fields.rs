//! What clients, files and pages give, before it is parsed. Every problem is told at once, with the name of its field.

use std::str::FromStr;

use super::Result;
use crate::domain::{
    message::Locale,
    refusal::{Refusal, path},
    registration::{Billing, Registrant, given_name_of},
    text::TextError,
};

/// Collects what is wrong with an input.
#[derive(Debug, Default)]
pub struct Parsing {
    prefix: String,
    refusals: Vec<Refusal>,
}

impl Parsing {
    /// Names the fields that follow with a path before them.
    pub fn within<T>(&mut self, part: &str, parse: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.prefix.len();
        self.prefix.push_str(part);
        self.prefix.push('.');
        let parsed = parse(self);
        self.prefix.truncate(length);
        parsed
    }

    fn field(&self, field: &str) -> String {
        format!("{}{field}", self.prefix)
    }

    /// A text that has to be there.
    pub fn text<T: FromStr<Err = TextError>>(&mut self, field: &str, value: &str) -> Option<T> {
        match value.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.refusals.push(Refusal::Text {
                    field: path(&self.field(field)),
                    error,
                });
                None
            }
        }
    }

    /// A text that may be left out; a blank one is left out.
    pub fn optional<T: FromStr<Err = TextError>>(&mut self, field: &str, value: Option<&str>) -> Option<T> {
        value
            .filter(|value| !value.trim().is_empty())
            .and_then(|value| self.text(field, value))
    }

    /// A value that does not fit.
    pub fn refuse(&mut self, field: &str, explanation: impl Into<String>) {
        let field = self.field(field);
        self.refusals.push(Refusal::invalid(&field, explanation));
    }

    /// What was refused by somebody who knows.
    pub fn refused(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }

    /// A value that has to be there.
    pub fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            let field = self.field(field);
            self.refusals.push(Refusal::required(&field, "is needed"));
        }
        value
    }

    /// What was parsed, or everything that is wrong.
    pub fn finish<T>(mut self, parsed: Option<T>) -> Result<T> {
        match parsed {
            Some(parsed) if self.refusals.is_empty() => Ok(parsed),
            _ => {
                if self.refusals.is_empty() {
                    self.refusals.push(Refusal::invalid("input", "is incomplete"));
                }
                Err(self.refusals.into())
            }
        }
    }
}

/// What somebody gives to register.
#[derive(Debug, Clone, Default)]
pub struct PersonFields {
    /// The whole name.
    pub name: String,
    /// What to call the person; else the first word of the name.
    pub given_name: Option<String>,
    /// The address.
    pub email: String,
    /// The employer.
    pub organisation: String,
    /// The role there.
    pub job_title: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// The language; else the programme's.
    pub locale: Option<Locale>,
    /// Why the person wants to take part.
    pub motivation: Option<String>,
    /// For the invoice.
    pub billing: Option<BillingFields>,
}

/// What an invoice needs, as given.
#[derive(Debug, Clone, Default)]
pub struct BillingFields {
    /// Who pays.
    pub organisation: Option<String>,
    /// What to put on the invoice.
    pub reference: Option<String>,
    /// Where it goes.
    pub email: Option<String>,
}

impl BillingFields {
    fn parse(&self, parsing: &mut Parsing) -> Billing {
        parsing.within("billing", |parsing| Billing {
            organisation: parsing.optional("organisation", self.organisation.as_deref()),
            reference: parsing.optional("reference", self.reference.as_deref()),
            email: parsing.optional("email", self.email.as_deref()),
        })
    }
}

impl PersonFields {
    /// The person, if everything fits.
    pub fn parse(&self, parsing: &mut Parsing, default_locale: Locale) -> Option<Registrant> {
        let name = parsing.text("name", &self.name);
        let given_name = parsing.optional("givenName", self.given_name.as_deref());
        let email = parsing.text("email", &self.email);
        let organisation = parsing.text("organisation", &self.organisation);
        let job_title = parsing.optional("jobTitle", self.job_title.as_deref());
        let phone = parsing.optional("phone", self.phone.as_deref());
        let motivation = parsing.optional("motivation", self.motivation.as_deref());
        let billing = self.billing.clone().unwrap_or_default().parse(parsing);
        let name = name?;
        Some(Registrant {
            given_name: given_name.unwrap_or_else(|| given_name_of(&name)),
            name,
            email: email?,
            organisation: organisation?,
            job_title,
            phone,
            locale: self.locale.unwrap_or(default_locale),
            motivation,
            billing,
        })
    }
}

/// A value to set, to clear (`Some(None)`), or to leave as it is (`None`).
pub type Change<T> = Option<Option<T>>;

/// What somebody corrects about a registration; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct PersonCorrections {
    /// The whole name.
    pub name: Option<String>,
    /// What to call the person; cleared: the first word of the name.
    pub given_name: Change<String>,
    /// The employer.
    pub organisation: Option<String>,
    /// The role there.
    pub job_title: Change<String>,
    /// A telephone number.
    pub phone: Change<String>,
    /// The language.
    pub locale: Option<Locale>,
    /// Why the person wants to take part.
    pub motivation: Change<String>,
    /// For the invoice; given, it replaces what was there.
    pub billing: Change<BillingFields>,
}

impl PersonCorrections {
    /// What the corrections make of a person, if everything fits.
    pub fn parse(&self, parsing: &mut Parsing) -> Option<impl FnOnce(Registrant) -> Registrant + Send + use<>> {
        let name = self.name.as_deref().map(|name| parsing.text("name", name));
        let organisation = self
            .organisation
            .as_deref()
            .map(|organisation| parsing.text("organisation", organisation));
        let given_name = self
            .given_name
            .as_ref()
            .map(|value| parsing.optional("givenName", value.as_deref()));
        let job_title = self
            .job_title
            .as_ref()
            .map(|value| parsing.optional("jobTitle", value.as_deref()));
        let phone = self
            .phone
            .as_ref()
            .map(|value| parsing.optional("phone", value.as_deref()));
        let motivation = self
            .motivation
            .as_ref()
            .map(|value| parsing.optional("motivation", value.as_deref()));
        let billing = self
            .billing
            .as_ref()
            .map(|value| value.clone().unwrap_or_default().parse(parsing));
        let locale = self.locale;
        Some(move |mut person: Registrant| {
            if let Some(Some(name)) = name {
                // A given name that was only the first word follows the name.
                if person.given_name == given_name_of(&person.name) {
                    person.given_name = given_name_of(&name);
                }
                person.name = name;
            }
            if let Some(given_name) = given_name {
                person.given_name = given_name.unwrap_or_else(|| given_name_of(&person.name));
            }
            if let Some(Some(organisation)) = organisation {
                person.organisation = organisation;
            }
            if let Some(job_title) = job_title {
                person.job_title = job_title;
            }
            if let Some(phone) = phone {
                person.phone = phone;
            }
            if let Some(motivation) = motivation {
                person.motivation = motivation;
            }
            if let Some(billing) = billing {
                person.billing = billing;
            }
            person.locale = locale.unwrap_or(person.locale);
            person
        })
    }
}
