//! The page of a member of the team: what the link is for and, to an organiser, how the programme stands.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::{
    deciding::{self, Choice},
    layout::{Sheet, Switch, facts, foreign, plain, say},
    programme,
};
use crate::{
    app::{deciding::DecisionPreview, programmes::ProgrammeRecord},
    domain::{
        decision::DecisionOutcome,
        formats,
        message::Locale,
        programme::{TeamMember, TeamRole},
    },
};

/// What the page is made of.
pub struct TeamPage<'a> {
    /// The member.
    pub member: &'a TeamMember,
    /// The programme.
    pub record: &'a ProgrammeRecord,
    /// When the page is shown.
    pub now: DateTime<Utc>,
    /// Its language.
    pub locale: Locale,
    /// The way to the other language.
    pub switch: &'a Switch,
    /// The way to the other areas.
    pub navigation: &'a Markup,
    /// What go and no-go would bring, where an organiser has to decide.
    pub previews: &'a [DecisionPreview],
    /// A choice that was made just now and not carried out.
    pub chosen: Option<&'a Choice>,
    /// Why not.
    pub refused: &'a [String],
    /// A choice was made just now and carried out.
    pub has_decided: bool,
}

fn role(role: TeamRole, locale: Locale) -> &'static str {
    match role {
        TeamRole::Contact => say(locale, "contactpersoon", "contact"),
        TeamRole::Facilitator => say(locale, "begeleider", "facilitator"),
        TeamRole::Organiser => say(locale, "organisator", "organiser"),
    }
}

impl TeamPage<'_> {
    /// The page.
    pub fn render(&self) -> Markup {
        let locale = self.locale;
        let announced = &self.record.programme.announced;
        let roles: Vec<_> = self.member.roles.iter().map(|one| role(*one, locale)).collect();
        let roles = formats::enumeration(&roles, locale);
        let body = html! {
            (self.navigation)
            @if let Some(subtitle) = &announced.subtitle { p.subtitle lang=[foreign(announced.locale, locale)] { (subtitle) } }
            @if !self.refused.is_empty() { div.refused role="alert" { @for one in self.refused { p { (one) } } } }
            @if self.has_decided { p.done role="status" { (say(locale, "Uw besluit is genomen. De mails daarover gaan nu weg.", "Your decision has been made. The mails about it go now.")) } }
            @if !self.previews.is_empty() { (deciding::desk(self.previews, self.chosen, locale)) }
            section.standing {
                h2 { (say(locale, "Uw teampagina", "Your team page")) }
                p { @match locale {
                    Locale::Nl => { "Deze pagina is van " (self.member.name) ". U hoort bij het team van dit programma, als " (roles) "." },
                    Locale::En => { "This is the page of " (self.member.name) ". You belong to the team of this programme, as " (roles) "." },
                } }
                @for one in &self.member.roles { p { (what_for(*one, locale)) } }
                p { (say(
                    locale,
                    "De link naar deze pagina is alleen voor u. Stuur hem niet door: wie hem heeft, mag wat u mag.",
                    "The link to this page is for you only. Do not pass it on: whoever has it may do what you may do.",
                )) }
            }
            @if self.member.is(TeamRole::Organiser) { (self.numbers()) (self.api()) }
            (programme::about(&self.record.programme, self.now, locale))
        };
        Sheet {
            locale,
            title: &announced.title,
            title_locale: announced.locale,
            switch: self.switch,
            body,
        }
        .render()
    }

    fn numbers(&self) -> Markup {
        let (locale, counts, programme) = (self.locale, &self.record.counts, &self.record.programme);
        let announced = &programme.announced;
        let moment = |instant| formats::weekday_and_moment(instant, announced.time_zone, locale);
        let decision = self.record.decisions.last().map(|decision| {
            let outcome = match decision.outcome {
                DecisionOutcome::Go => say(locale, "gaat door", "goes ahead"),
                DecisionOutcome::NoGo => say(locale, "gaat niet door", "does not go ahead"),
            };
            let as_of = formats::as_of(decision.effective_at, announced.time_zone, locale);
            html! { (outcome) ", " (as_of) }
        });
        let of = |count: u32, nl: &str, en: &str, bound: u32| html! { (count) " " (say(locale, nl, en)) " " (bound) };
        let closes_at = programme.registration_closes_at();
        html! {
            section {
                h2 { (say(locale, "Zo staat het ervoor", "How things stand")) }
                (facts([
                    (say(locale, "Plaatsen bezet", "Places taken"), Some(of(counts.taken, "van", "of", announced.max_participants))),
                    (
                        say(locale, "Telt mee voor het minimum", "Counts for the minimum"),
                        Some(of(counts.counted, "van minstens", "of at least", announced.min_participants)),
                    ),
                    (say(locale, "Nog niet bevestigd", "Not confirmed yet"), plain(counts.unverified)),
                    (say(locale, "Plaats aangeboden", "Offered a place"), plain(counts.offered)),
                    (say(locale, "Op de wachtlijst", "On the waiting list"), plain(counts.waiting)),
                    (say(locale, "Besluit", "Decision"), decision),
                    (
                        say(locale, "Aanmelding sluit", "Registration closes"),
                        (closes_at > self.now).then(|| html! { (formats::as_of(closes_at, announced.time_zone, locale)) }),
                    ),
                    (
                        say(locale, "Eerste bijeenkomst", "First meeting"),
                        programme.kick_off_at().filter(|at| *at > self.now).and_then(|at| plain(moment(at))),
                    ),
                    (
                        say(locale, "Volgend gepland moment", "Next planned moment"),
                        self.record.wake_at.filter(|at| *at > self.now).and_then(|at| plain(moment(at))),
                    ),
                ]))
            }
        }
    }

    fn api(&self) -> Markup {
        let locale = self.locale;
        let query = format!(
            "{{\n  programme(slug: \"{}\") {{\n    registrations(first: 20) {{ edges {{ node {{ name status }} }} }}\n    timeline(first: 20) {{ edges {{ node {{ at key state reason }} }} }}\n  }}\n}}",
            &*self.record.programme.announced.slug
        );
        html! {
            section {
                h2 { (say(locale, "Vragen en doen in GraphiQL", "Ask and act in GraphiQL")) }
                p { (say(
                    locale,
                    "Uw link is ook uw sleutel voor de API. De sleutel is het deel van het adres van deze pagina na /p/, tot aan een vraagteken.",
                    "Your link is your key to the API as well. The key is the part of this page's address after /p/, up to a question mark.",
                )) }
                ol {
                    li { (say(locale, "Kopieer de sleutel uit de adresbalk.", "Copy the key from the address bar.")) }
                    li { @match locale {
                        Locale::Nl => { "Open " a href="/graphiql" { "GraphiQL" } " en open daar 'Headers'." },
                        Locale::En => { "Open " a href="/graphiql" { "GraphiQL" } " and open 'Headers' there." },
                    } }
                    li {
                        (say(locale, "Zet de sleutel op de plaats van de puntjes:", "Put the key in the place of the dots:"))
                        pre { code { "{ \"Authorization\": \"Bearer …\" }" } }
                    }
                    li {
                        (say(locale, "Stel een vraag, bijvoorbeeld:", "Ask something, for example:"))
                        pre { code { (query) } }
                    }
                }
            }
        }
    }
}

fn what_for(role: TeamRole, locale: Locale) -> &'static str {
    match role {
        TeamRole::Organiser => say(
            locale,
            "Als organisator hebt u met uw link toegang tot alles van dit programma: de aanmeldingen, de besluiten en de mails.",
            "As an organiser you have access to everything of this programme with your link: the registrations, the decisions and the mails.",
        ),
        TeamRole::Facilitator => say(
            locale,
            "Als begeleider hebt u met uw link toegang tot het werk van de deelnemers en tot de agenda's.",
            "As a facilitator you have access to the participants' work and to the agendas with your link.",
        ),
        TeamRole::Contact => say(
            locale,
            "Als contactpersoon staat u met naam en e-mailadres bij het programma. Mensen kunnen u vragen stellen voordat ze zich aanmelden.",
            "As a contact you are named with your e-mail address at the programme. People can ask you questions before they register.",
        ),
    }
}
