//! What somebody with a personal link has beside the page where it leads: `/p/{token}?page=AREA`.
//!
//! An area is named in the query, so that every link and form of a page is relative and the key stands nowhere in it.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{
    PageParts, answer,
    asking::Values,
    guests, harvest, hosting,
    layout::{REFUSED, Sheet, Switch, say},
    meetings, own_data, people, see_other, sharing,
};
use crate::{
    app::{AppError, Caller, programmes::ProgrammeRecord},
    domain::{message::Locale, programme::Phase},
};

/// One area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// When and where meetings are.
    Meetings,
    /// The venues that one offers, and what one hosts.
    Hosting,
    /// Who takes part.
    People,
    /// What participants want to learn.
    Wishes,
    /// What a participant works on.
    Assignment,
    /// What meetings speak about.
    Agenda,
    /// What a participant brings home.
    Harvest,
    /// What all participants bring home, for those who guide them.
    Harvests,
    /// The programme of the showcase.
    Showcase,
    /// Guests of the showcase.
    Guests,
    /// Asking the facilitators.
    Ask,
    /// What participants want to learn and work on, for those who guide them.
    Work,
    /// What is stored about the person.
    OwnData,
}

impl Area {
    /// Every area, in the order of the navigation.
    pub const ALL: &[Self] = &[
        Self::Meetings,
        Self::Hosting,
        Self::People,
        Self::Wishes,
        Self::Assignment,
        Self::Agenda,
        Self::Harvest,
        Self::Harvests,
        Self::Showcase,
        Self::Guests,
        Self::Ask,
        Self::Work,
        Self::OwnData,
    ];

    /// Its name in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Meetings => "meetings",
            Self::Hosting => "hosting",
            Self::People => "people",
            Self::Wishes => "wishes",
            Self::Assignment => "assignment",
            Self::Agenda => "agenda",
            Self::Harvest => "harvest",
            Self::Harvests => "harvests",
            Self::Showcase => "showcase",
            Self::Guests => "guests",
            Self::Ask => "ask",
            Self::Work => "work",
            Self::OwnData => "data",
        }
    }

    /// Its title.
    fn title(self, locale: Locale) -> &'static str {
        match self {
            Self::Meetings => say(locale, "Bijeenkomsten", "Meetings"),
            Self::Hosting => say(locale, "Een bijeenkomst ontvangen", "Hosting a meeting"),
            Self::People => say(locale, "Wie doet mee", "Who takes part"),
            Self::Wishes => say(locale, "Leerwensen", "Learning wishes"),
            Self::Assignment => say(locale, "Opdracht", "Assignment"),
            Self::Agenda => say(locale, "Agenda", "Agenda"),
            Self::Harvest => say(locale, "Oogst", "Harvest"),
            Self::Harvests => say(locale, "Oogst van de deelnemers", "Participants' harvests"),
            Self::Showcase => say(locale, "Programma van de manifestatie", "Programme of the showcase"),
            Self::Guests => say(locale, "Gasten", "Guests"),
            Self::Ask => say(locale, "Vraag het de begeleiders", "Ask the facilitators"),
            Self::Work => say(locale, "Werk van de deelnemers", "Participants' work"),
            Self::OwnData => say(locale, "Uw gegevens", "Your data"),
        }
    }

    /// Whether it is for whoever asks.
    fn is_open_to(self, visit: &Visit<'_>) -> bool {
        let programme = &visit.record.programme;
        let is_member = visit.caller.is_member_of(programme.id);
        let is_participant = is_member && matches!(visit.caller, Caller::Registrant { .. });
        let has_showcase = programme.announced.showcase.is_some();
        let went_ahead = matches!(programme.phase, Phase::GoingAhead | Phase::Completed);
        match self {
            Self::Meetings | Self::People => is_member,
            Self::Hosting => is_participant && programme.is_under_way(),
            Self::Wishes | Self::Assignment => is_participant && went_ahead,
            Self::Agenda => is_member && went_ahead,
            // Without a showcase there is nothing to bring home to.
            Self::Harvest => is_participant && went_ahead && has_showcase,
            Self::Harvests => is_member && !is_participant && went_ahead && has_showcase,
            Self::Showcase => is_member && went_ahead && has_showcase,
            Self::Guests => is_member && went_ahead && programme.announced.showcase.is_some(),
            Self::Ask => is_participant,
            Self::Work => is_member && !is_participant && went_ahead,
            Self::OwnData => matches!(visit.caller, Caller::Registrant { .. } | Caller::Guest { .. }),
        }
    }
}

/// What an address behind a personal link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The page where the link itself leads.
    Overview,
    /// An area that is open to whoever asks.
    Area(Area),
    /// No area that there is, or none that is open to whoever asks.
    Nothing,
}

/// Somebody with a personal link who asks for a page.
pub struct Visit<'a> {
    /// What pages need.
    pub parts: &'a PageParts,
    /// Who asks.
    pub caller: &'a Caller,
    /// The programme.
    pub record: ProgrammeRecord,
    /// The language that was asked for, else the person's.
    pub locale: Locale,
    /// When.
    pub now: DateTime<Utc>,
    /// What the address asks for.
    pub query: &'a Values,
}

impl<'a> Visit<'a> {
    /// Who asks for what.
    ///
    /// # Errors
    /// The link leads to nothing any more.
    pub async fn of(parts: &'a PageParts, caller: &'a Caller, query: &'a Values) -> Result<Self, AppError> {
        let app = &parts.app;
        let (programme, own_locale) = match caller {
            Caller::Registrant {
                registration,
                programme,
                ..
            } => {
                let own = app.registrations_by_id(caller, &[*registration]).await?.pop();
                (*programme, own.map(|view| view.registration.person.locale))
            }
            Caller::TeamMember { programme, .. } => (*programme, None),
            Caller::Guest {
                invitation, programme, ..
            } => {
                let own = app.invitations_by_id(caller, &[*invitation]).await?.pop();
                (*programme, own.map(|view| view.invitation.guest.locale))
            }
            _ => return Err(AppError::Forbidden),
        };
        let record = app.programmes_by_id(caller, &[programme]).await?.pop();
        let record = record.ok_or(AppError::Forbidden)?;
        let announced = &record.programme.announced;
        let of_member = match caller {
            Caller::TeamMember { member, .. } => announced.team.iter().find(|one| one.id == *member),
            _ => None,
        };
        let own_locale = own_locale.or(of_member.map(|member| member.locale));
        Ok(Self {
            locale: query.locale().or(own_locale).unwrap_or(announced.locale),
            now: app.now().await?,
            parts,
            caller,
            record,
            query,
        })
    }

    /// What the address leads to.
    pub fn asked(&self) -> Asked {
        let Some(word) = self.query.get("page") else {
            return Asked::Overview;
        };
        let mut all = Area::ALL.iter().copied();
        all.find(|area| area.word() == word && area.is_open_to(self))
            .map_or(Asked::Nothing, Asked::Area)
    }

    /// The answer where there is no such area, or none that is open to whoever asks; to a form, or to a look.
    pub fn nothing_here(&self, is_form: bool) -> Response {
        let (locale, lang) = (self.locale, self.query.lang());
        let body = html! {
            p { (say(
                locale,
                "Misschien klopt het adres niet, of kunt u deze pagina nu niet bekijken.",
                "Perhaps the address is not right, or this page is not open to you now.",
            )) }
            @if is_form { p { (say(locale, "Er is niets opgeslagen.", "Nothing has been saved.")) } }
            p { a href={ "?" (lang.trim_start_matches('&')) } { (say(locale, "Naar uw overzicht", "To your overview")) } }
        };
        let sheet = Sheet {
            locale,
            title: say(locale, "Deze pagina is er niet", "There is no such page"),
            title_locale: locale,
            switch: &Switch::None,
            body,
        };
        answer(StatusCode::NOT_FOUND, sheet.render())
    }

    /// The way between the areas; nothing where there is only one page.
    pub fn navigation(&self, current: Option<Area>) -> Markup {
        let lang = self.query.lang();
        let open: Vec<Area> = Area::ALL.iter().copied().filter(|area| area.is_open_to(self)).collect();
        html! {
            @if !open.is_empty() {
                nav.areas aria-label=(say(self.locale, "Uw pagina's", "Your pages")) {
                    ul {
                        li { a href={ "?" (lang.trim_start_matches('&')) } aria-current=[current.is_none().then_some("page")] {
                            (say(self.locale, "Overzicht", "Overview"))
                        } }
                        @for area in open {
                            li { a href={ "?page=" (area.word()) (lang) } aria-current=[(current == Some(area)).then_some("page")] {
                                (area.title(self.locale))
                            } }
                        }
                    }
                }
            }
        }
    }

    /// The page of an area.
    pub fn page(&self, area: Area, status: StatusCode, body: &Markup) -> Response {
        self.page_with(area, "", status, body)
    }

    /// The page of a part of an area, which the further query names.
    pub fn page_with(&self, area: Area, part: &str, status: StatusCode, body: &Markup) -> Response {
        let title = area.title(self.locale);
        let switch = match status {
            StatusCode::OK => Switch::Query(format!("page={}{part}", area.word())),
            // The answer to a form cannot be asked for again in the other language.
            _ => Switch::None,
        };
        let is_refused = status == StatusCode::UNPROCESSABLE_ENTITY;
        let body = html! {
            (self.navigation(Some(area)))
            // The form may stand far below.
            @if is_refused {
                p.refused role="alert" {
                    (say(self.locale, "Er is nog niets opgeslagen. ", "Nothing has been saved yet. "))
                    a href={ "#" (REFUSED) } { (say(self.locale, "Bekijk wat er nog niet goed is", "See what is not right yet")) }
                }
            }
            (body)
        };
        let sheet = Sheet {
            locale: self.locale,
            title,
            title_locale: self.locale,
            switch: &switch,
            body,
        };
        answer(status, sheet.render())
    }

    /// Sends the browser to the area's page after an act; `done` names what was done.
    pub fn done(&self, area: Area, done: &str) -> Response {
        self.done_with(area, "", done)
    }

    /// Sends the browser to a part of the area after an act, which the further query names.
    pub fn done_with(&self, area: Area, part: &str, done: &str) -> Response {
        see_other(&format!("?page={}{part}&done={done}{}", area.word(), self.query.lang()))
    }
}

/// Shows an area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    match area {
        Area::Meetings => meetings::show(visit, area).await,
        Area::Hosting => hosting::show(visit, area).await,
        Area::People => people::show(visit, area).await,
        Area::Wishes => sharing::wishes::show(visit, area).await,
        Area::Assignment => sharing::assignment::show(visit, area).await,
        Area::Agenda => sharing::agenda::show(visit, area).await,
        Area::Harvest => harvest::own::show(visit, area).await,
        Area::Harvests => harvest::desk::show(visit, area).await,
        Area::Showcase => harvest::day::show(visit, area).await,
        Area::Guests => guests::inviting::show(visit, area).await,
        Area::Ask => sharing::ask::show(visit, area).await,
        Area::Work => sharing::work::show(visit, area).await,
        Area::OwnData if matches!(visit.caller, Caller::Guest { .. }) => guests::own_data::show(visit, area).await,
        Area::OwnData => own_data::show(visit, area).await,
    }
}

/// Carries out what a form of an area asks for; none: the form is not one of ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    match area {
        Area::Wishes => sharing::wishes::act(visit, area, form).await,
        Area::Assignment => sharing::assignment::act(visit, area, form).await,
        Area::Agenda => sharing::agenda::act(visit, area, form).await,
        Area::Harvest => harvest::own::act(visit, area, form).await,
        Area::Harvests => harvest::desk::act(visit, area, form).await,
        Area::Guests => guests::inviting::act(visit, area, form).await,
        Area::Ask => sharing::ask::act(visit, area, form).await,
        Area::Meetings => meetings::act(visit, area, form).await,
        Area::Hosting => hosting::act(visit, area, form).await,
        Area::People | Area::Work | Area::Showcase => Ok(None),
        Area::OwnData if matches!(visit.caller, Caller::Guest { .. }) => guests::own_data::act(visit, area, form).await,
        Area::OwnData => own_data::act(visit, area, form).await,
    }
}
