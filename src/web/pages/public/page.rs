//! The page of a programme, for everybody.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::{asking, registering};
use crate::{
    app::{hosting::HostingView, programmes::ProgrammeRecord},
    domain::{
        formats,
        message::Locale,
        programme::{TeamMember, TeamRole},
        refusal::Refusal,
    },
    web::pages::{
        asking::Values,
        fields::Filled,
        layout::{Sheet, Switch, facts, foreign, plain, say},
        markdown, programme,
    },
};

/// What was sent just now and refused.
pub enum Form<'a> {
    /// Nothing.
    Blank,
    /// The form to register.
    Registration(&'a Values, &'a [Refusal]),
    /// The form to ask something.
    Question(&'a Values, &'a [Refusal]),
}

/// A programme with what its page needs.
pub struct ProgrammePage<'a> {
    /// The programme.
    pub record: &'a ProgrammeRecord,
    /// When the page is shown.
    pub now: DateTime<Utc>,
    /// Its language.
    pub locale: Locale,
    /// Where its calendar is.
    pub calendar_address: &'a str,
    /// Its participants published harvests.
    pub has_harvests: bool,
    /// Where its meetings are held.
    pub hosting: &'a HostingView,
    /// What was sent just now and refused.
    pub form: Form<'a>,
}

impl<'a> ProgrammePage<'a> {
    /// The page.
    pub fn render(&self) -> Markup {
        let locale = self.locale;
        let announced = &self.record.programme.announced;
        let text_lang = foreign(announced.locale, locale);
        let body = html! {
            @if let Some(subtitle) = &announced.subtitle { p.subtitle lang=[text_lang] { (subtitle) } }
            section.standing {
                h2 { (capitalised(programme::status(self.record.programme.status(self.now), locale))) }
                p { (say(locale, "Aanmelden ", "Registration ")) (programme::registration_until(&self.record.programme, self.now, locale)) "." }
                @if self.is_open() {
                    p { (self.places()) }
                    p { a href="#register" { (say(locale, "Meld u aan", "Register")) } }
                }
            }
            section {
                h2 { (say(locale, "Over het programma", "About the programme")) }
                div.text lang=[text_lang] { (markdown::rendered(&announced.description)) }
                (facts([
                    (say(locale, "Voor wie", "For whom"), announced.audience.as_deref().map(|text| html! { span lang=[text_lang] { (text) } })),
                    (say(locale, "Deelnemers", "Participants"), plain(programme::places(&self.record.programme, locale))),
                    (say(locale, "Prijs", "Price"), plain(programme::price(&announced.price, locale))),
                    (say(locale, "Afmelden", "Withdrawing"), programme::leaving(&self.record.programme, locale)),
                ]))
            }
            (self.meetings())
            (self.harvests())
            (self.team())
            (self.registration())
            (self.question())
        };
        Sheet {
            locale,
            title: &announced.title,
            title_locale: announced.locale,
            // The page at its own address, and the answer to a form at the same one.
            switch: &match self.form {
                Form::Blank => Switch::Query(String::new()),
                Form::Registration(..) | Form::Question(..) => Switch::None,
            },
            body,
        }
        .render_for_everybody()
    }

    fn is_open(&self) -> bool {
        self.record.programme.is_registration_open(self.now)
    }

    fn places(&self) -> String {
        match (self.record.places_for_newcomers(), self.locale) {
            (0, Locale::Nl) => "Er is nu geen plaats vrij. Wie zich aanmeldt, komt op de wachtlijst.".to_owned(),
            (0, Locale::En) => "No place is free now. Who registers joins the waiting list.".to_owned(),
            (1, Locale::Nl) => "Er is nog 1 plaats vrij.".to_owned(),
            (1, Locale::En) => "1 place is free.".to_owned(),
            (free, Locale::Nl) => format!("Er zijn nog {free} plaatsen vrij."),
            (free, Locale::En) => format!("{free} places are free."),
        }
    }

    fn meetings(&self) -> Markup {
        let (locale, announced) = (self.locale, &self.record.programme.announced);
        html! {
            @if !announced.meetings.is_empty() {
                section {
                    h2 { (say(locale, "Bijeenkomsten", "Meetings")) }
                    ul {
                        @for meeting in &announced.meetings {
                            li {
                                span lang=[foreign(announced.locale, locale)] { (meeting.title) } ": " (formats::meeting_days(&meeting.days, locale))
                                @if let Some(municipality) = self.hosting.municipality(meeting) { ", in " (municipality) }
                            }
                        }
                    }
                    p {
                        a href=(self.calendar_address) { (say(locale, "De bijeenkomsten voor uw agenda", "The meetings for your calendar")) }
                        " " (say(
                            locale,
                            "(iCalendar). Abonneer uw agenda op dit adres: dan past die zich aan als er iets verandert.",
                            "(iCalendar). Subscribe your calendar to this address: then it follows when something changes.",
                        ))
                    }
                }
            }
        }
    }

    fn harvests(&self) -> Markup {
        let locale = self.locale;
        let place = format!(
            "/programmes/{}/harvests?lang={}",
            self.record.programme.announced.slug,
            locale.tag()
        );
        html! {
            @if self.has_harvests {
                section {
                    h2 { (say(locale, "Wat deelnemers meenemen", "What participants bring home")) }
                    p { a href=(place) { (say(locale, "Lees de oogst van de deelnemers", "Read the participants' harvests")) } }
                }
            }
        }
    }

    fn team(&self) -> Markup {
        let (locale, announced) = (self.locale, &self.record.programme.announced);
        html! {
            @if !announced.team.is_empty() {
                section {
                    h2 { (say(locale, "Het team", "The team")) }
                    @for member in &announced.team {
                        article {
                            h3 { (member.name) }
                            p.subtitle { (roles(member, locale)) @if let Some(organisation) = &member.organisation { ", " (organisation) } }
                            @if let Some(biography) = &member.biography {
                                @for paragraph in biography.split("\n\n") {
                                    p.as-written lang=[foreign(announced.locale, locale)] { (paragraph) }
                                }
                            }
                            // Addresses of contacts are public, those of others are not.
                            @if member.is(TeamRole::Contact) { p { (programme::address(member)) } }
                        }
                    }
                }
            }
        }
    }

    /// What was filled into a form and refused, and where the form is sent.
    fn form(&self, form: &'static str, refused: Option<(&'a Values, &'a [Refusal])>) -> (Filled<'a>, String) {
        let announced = &self.record.programme.announced;
        let (values, refused) = refused.unzip();
        let filled = Filled {
            form,
            values,
            refused: refused.unwrap_or_default(),
            zone: announced.time_zone,
            locale: self.locale,
        };
        // The answer to the form begins where the form stands.
        let (slug, lang) = (&*announced.slug, self.locale.tag());
        (filled, format!("/programmes/{slug}?lang={lang}#{form}"))
    }

    fn registration(&self) -> Markup {
        let locale = self.locale;
        let refused = match self.form {
            Form::Registration(values, refused) => Some((values, refused)),
            _ => None,
        };
        let (filled, action) = self.form("register", refused);
        html! {
            // Who filled the form in while registration closed loses nothing of it.
            @if self.is_open() || refused.is_some() {
                section id="register" {
                    h2 { (say(locale, "Meld u aan", "Register")) }
                    (registering::form(&filled, &action))
                    p { (say(
                        locale,
                        "We gebruiken deze gegevens alleen voor dit programma. Met de link in onze mail kunt u zich weer afmelden.",
                        "We use these details for this programme only. By the link in our mail you can withdraw.",
                    )) }
                }
            }
            p { a href={ "/p?lang=" (locale.tag()) } { (say(locale, "Al aangemeld, maar uw link kwijt?", "Registered, but lost your link?")) } }
        }
    }

    fn question(&self) -> Markup {
        let refused = match self.form {
            Form::Question(values, refused) => Some((values, refused)),
            _ => None,
        };
        let (filled, action) = self.form("ask", refused);
        html! {
            section id="ask" {
                h2 { (say(self.locale, "Stel een vraag", "Ask a question")) }
                (asking::form(&filled, &action))
            }
        }
    }
}

fn roles(member: &TeamMember, locale: Locale) -> String {
    let names: Vec<_> = member
        .roles
        .iter()
        .map(|role| match role {
            TeamRole::Contact => say(locale, "contactpersoon", "contact"),
            TeamRole::Facilitator => say(locale, "leerbegeleider", "facilitator"),
            TeamRole::Organiser => say(locale, "organisator", "organiser"),
        })
        .collect();
    capitalised(&formats::enumeration(&names, locale))
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
