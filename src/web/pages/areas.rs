//! What somebody with a personal link has beside the page where it leads: `/p/{token}?page=AREA`.
//!
//! An area is named in the query, so that every link and form of a page is relative and the key stands nowhere in it.

use chrono::{DateTime, Utc};
use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{
    PageParts, answer,
    asking::Values,
    layout::{Sheet, Switch, say},
    people, see_other,
};
use crate::{
    app::{AppError, Caller, programmes::ProgrammeRecord},
    domain::message::Locale,
};

/// One area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Who takes part.
    People,
}

impl Area {
    /// Every area, in the order of the navigation.
    const ALL: &[Self] = &[Self::People];

    /// Its name in addresses.
    fn word(self) -> &'static str {
        match self {
            Self::People => "people",
        }
    }

    /// Its title.
    fn title(self, locale: Locale) -> &'static str {
        match self {
            Self::People => say(locale, "Wie doet mee", "Who takes part"),
        }
    }

    /// Whether it is for whoever asks.
    fn is_open_to(self, visit: &Visit<'_>) -> bool {
        match self {
            Self::People => visit.caller.is_member_of(visit.record.programme.id),
        }
    }
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
    #[expect(dead_code, reason = "used by the areas that follow the go")]
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

    /// The area that the address names and that is open to whoever asks.
    pub fn area(&self) -> Option<Area> {
        let word = self.query.get("page")?;
        Area::ALL
            .iter()
            .copied()
            .find(|area| area.word() == word && area.is_open_to(self))
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
        let title = area.title(self.locale);
        let switch = match status {
            StatusCode::OK => Switch::Query(format!("page={}", area.word())),
            // The answer to a form cannot be asked for again in the other language.
            _ => Switch::None,
        };
        let body = html! {
            (self.navigation(Some(area)))
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
    #[expect(dead_code, reason = "used by the areas that follow the go")]
    pub fn done(&self, area: Area, done: &str) -> Response {
        see_other(&format!("?page={}&done={done}{}", area.word(), self.query.lang()))
    }
}

/// Shows an area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    match area {
        Area::People => people::show(visit, area).await,
    }
}

/// Carries out what a form of an area asks for; none: the form is not one of ours.
pub async fn act(_visit: &Visit<'_>, area: Area, _form: &Values) -> Result<Option<Response>, AppError> {
    match area {
        Area::People => Ok(None),
    }
}
