//! Hosting for participants: what one hosts and sees to, the venues one offers, and offering one.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};
use uuid::Uuid;

use super::{
    areas::{Area, Visit},
    asking::Values,
    layout::{REFUSED, facts, foreign, plain, say},
    refusals,
};
use crate::{
    app::{AppError, Repeatable, hosting::HostingView, venue_fields::VenueFields},
    domain::{
        formats,
        hosting::{ChecklistItem, Venue, VenueOffer, VenueOfferStatus},
        ids::{MeetingId, VenueOfferId},
        message::Locale,
        programme::{Meeting, Phase},
        refusal::Refusal,
    },
};

/// The form for another venue.
const NEW: &str = "new";

/// A form that was not taken: which, what was filled in, and what is wrong.
struct Refused<'a> {
    form: String,
    values: &'a Values,
    refusals: Vec<Refusal>,
}

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    page(visit, area, StatusCode::OK, None).await
}

/// Carries out what a form asks for.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let (app, caller) = (visit.parts.app.clone(), visit.caller.clone());
    let offer = form
        .get("offer")
        .and_then(|id| id.parse::<Uuid>().ok())
        .map(VenueOfferId);
    let meeting = form
        .get("meeting")
        .and_then(|id| id.parse::<Uuid>().ok())
        .map(MeetingId);
    let once = Repeatable::default();
    let (done, acted) = match (form.get("act"), offer, meeting) {
        (Some("offer"), None, _) => {
            let fields = fields(visit, form);
            let act = async move { app.offer_venue(&caller, None, &fields, &once).await.map(drop) };
            ("offered", visit.parts.carry_out(act).await)
        }
        (Some("update"), Some(id), _) => {
            let fields = fields(visit, form);
            let act = async move { app.update_venue_offer(&caller, id, &fields, &once).await.map(drop) };
            ("updated", visit.parts.carry_out(act).await)
        }
        (Some("withdraw"), Some(id), _) => {
            let act = async move { app.withdraw_venue_offer(&caller, id, &once).await.map(drop) };
            ("withdrawn", visit.parts.carry_out(act).await)
        }
        (Some("tick"), _, Some(meeting)) => {
            let key = form.get("key").unwrap_or_default().to_owned();
            let is_done = form.get("is_done") == Some("yes");
            let act = async move {
                let ticked = app.tick_checklist_item(&caller, meeting, &key, is_done, &once);
                ticked.await.map(drop)
            };
            ("ticked", visit.parts.carry_out(act).await)
        }
        _ => return Ok(None),
    };
    match acted {
        Ok(()) => Ok(Some(visit.done(area, done))),
        Err(AppError::Refused(refusals)) => {
            let refused = Refused {
                form: offer.map_or(NEW.to_owned(), |id| id.to_string()),
                values: form,
                refusals,
            };
            page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, Some(&refused))
                .await
                .map(Some)
        }
        Err(error) => Err(error),
    }
}

fn fields(visit: &Visit<'_>, form: &Values) -> VenueFields {
    let text = |name: &str| form.get(name).map(str::to_owned);
    let meetings = visit.record.programme.announced.meetings.iter();
    VenueFields {
        municipality: text("venue.municipality").unwrap_or_default(),
        name: text("venue.name"),
        address: text("venue.address"),
        is_step_free: match form.get("venue.isStepFree") {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        },
        directions: text("venue.directions"),
        // What is no number is refused as one that does not fit.
        capacity: form
            .get("capacity")
            .map(str::trim)
            .filter(|given| !given.is_empty())
            .map(|given| given.parse().unwrap_or(0)),
        rooms: text("rooms"),
        meetings: meetings
            .map(|meeting| meeting.id)
            .filter(|id| form.get(&format!("meeting-{id}")).is_some())
            .collect(),
    }
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    refused: Option<&Refused<'_>>,
) -> Result<Response, AppError> {
    let hosting = visit.parts.app.hosting(visit.caller, visit.record.programme.id).await?;
    let Area::Hosting = area else {
        return Err(AppError::Forbidden);
    };
    let desk = Desk {
        locale: visit.locale,
        hosting: &hosting,
        refused,
    };
    let body = html! {
        @if let Some(done) = visit.query.get("done").filter(|_| refused.is_none()).and_then(|done| done_words(done, visit.locale)) {
            p.done role="status" { (done) }
        }
        (desk.hosted())
        (desk.offers())
        @if hosting.programme().phase == Phase::GoingAhead { (desk.new_offer()) }
    };
    Ok(visit.page(area, status, &body))
}

fn done_words(done: &str, locale: Locale) -> Option<&'static str> {
    Some(match done {
        "offered" => say(locale, "Dank u wel. Uw aanbod staat.", "Thank you. Your offer stands."),
        "updated" => say(locale, "Uw aanbod is bijgewerkt.", "Your offer has been updated."),
        "withdrawn" => say(locale, "Uw aanbod is ingetrokken.", "Your offer has been withdrawn."),
        "ticked" => say(locale, "Uw lijstje is bijgewerkt.", "Your list has been updated."),
        _ => return None,
    })
}

struct Desk<'a> {
    locale: Locale,
    hosting: &'a HostingView,
    refused: Option<&'a Refused<'a>>,
}

impl Desk<'_> {
    fn meetings(&self) -> &[Meeting] {
        &self.hosting.programme().announced.meetings
    }

    /// The mark of the programme's own words where they are in another language than the page.
    fn foreign(&self) -> Option<&'static str> {
        foreign(self.hosting.programme().announced.locale, self.locale)
    }

    fn hosted(&self) -> Markup {
        let locale = self.locale;
        let own: Vec<_> = self
            .meetings()
            .iter()
            .filter(|meeting| self.hosting.is_host(meeting.id))
            .collect();
        html! {
            @if !own.is_empty() {
                section.standing {
                    h2 { (say(locale, "U ontvangt", "You host")) }
                    @for meeting in own {
                        h3 lang=[self.foreign()] { (meeting.title) }
                        p { (formats::meeting_days(&meeting.days, locale)) }
                        @if let Ok(Some(items)) = self.hosting.checklist(meeting.id) {
                            ul.checklist {
                                @for (item, is_done) in items { li { (self.item(meeting, item, is_done)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn item(&self, meeting: &Meeting, item: ChecklistItem, is_done: bool) -> Markup {
        let locale = self.locale;
        let label = item.label(locale);
        let press = if is_done {
            say(locale, "Toch niet geregeld", "Not done after all")
        } else {
            say(locale, "Dit is geregeld", "This is done")
        };
        html! {
            (label) ": "
            strong { @if is_done { (say(locale, "geregeld", "done")) } @else { (say(locale, "nog niet geregeld", "not done yet")) } }
            @if !self.hosting.has_begun(meeting) {
                form method="post" {
                    input type="hidden" name="meeting" value=(meeting.id);
                    input type="hidden" name="key" value=(item.word());
                    input type="hidden" name="is_done" value=(if is_done { "no" } else { "yes" });
                    button.secondary name="act" value="tick" aria-label={ (press) ": " (label) } {
                        (press)
                    }
                }
            }
        }
    }

    fn offers(&self) -> Markup {
        let locale = self.locale;
        let offers: Vec<_> = self
            .hosting
            .offers()
            .into_iter()
            .filter(|offer| offer.is_live())
            .collect();
        html! {
            @if !offers.is_empty() {
                section {
                    h2 { (say(locale, "Wat u aanbiedt", "What you offer")) }
                    @for offer in offers { (self.offer(offer)) }
                }
            }
        }
    }

    fn offer(&self, offer: &VenueOffer) -> Markup {
        let locale = self.locale;
        let held: Vec<_> = self.hosting.held_at(offer);
        let status = match self.hosting.status_of(offer) {
            VenueOfferStatus::Assigned => say(locale, "Gekozen voor:", "Chosen for:"),
            _ => say(
                locale,
                "Nog voor geen bijeenkomst gekozen.",
                "Not chosen for a meeting yet.",
            ),
        };
        let venue = &offer.venue;
        html! {
            h3 { (venue.municipality) @if let Some(name) = &venue.name { ", " (name) } }
            p { (status) @if !held.is_empty() { " " (titles(&held, locale)) } }
            @if !venue.is_complete() {
                p { (say(
                    locale,
                    "Vul de naam en het adres in. Dan kunnen we iedereen vertellen waar de bijeenkomst is.",
                    "Please fill in the name and the address. Then we can tell everybody where the meeting is.",
                )) }
            }
            @if self.hosting.programme().phase == Phase::GoingAhead {
                details open[self.is_refused(&offer.id.to_string())] {
                    summary { (say(locale, "Aanvullen of wijzigen", "Complete or change")) }
                    (self.form(Some(offer)))
                }
                form method="post" {
                    input type="hidden" name="offer" value=(offer.id);
                    button.secondary name="act" value="withdraw" {
                        (say(locale, "Aanbod intrekken: ", "Withdraw offer: ")) (venue.municipality)
                    }
                }
            }
        }
    }

    fn new_offer(&self) -> Markup {
        let locale = self.locale;
        html! {
            section {
                h2 { (say(locale, "Bied een plek aan", "Offer a place")) }
                p { (say(
                    locale,
                    "De gemeente is genoeg om te beginnen; de rest kan later. Iedereen die iets aanbiedt, komt aan de beurt voordat iemand voor de tweede keer gastheer of gastvrouw is.",
                    "The municipality is enough to begin with; the rest can follow. Everybody who offers gets a turn before anybody hosts for the second time.",
                )) }
                // Who offers one already seldom has another.
                @if self.hosting.offers().iter().any(|offer| offer.is_live()) {
                    details open[self.is_refused(NEW)] {
                        summary { (say(locale, "Nog een plek aanbieden", "Offer another place")) }
                        (self.form(None))
                    }
                } @else { (self.form(None)) }
            }
        }
    }

    fn is_refused(&self, form: &str) -> bool {
        self.refused.is_some_and(|refused| refused.form == form)
    }

    fn form(&self, offer: Option<&VenueOffer>) -> Markup {
        let locale = self.locale;
        let id = offer.map_or(NEW.to_owned(), |offer| offer.id.to_string());
        let refused = self.refused.filter(|refused| refused.form == id);
        let venue = offer.map(|offer| &offer.venue);
        let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let stored = |name: &str| match name {
            "venue.municipality" => owned(venue.map(|venue| &*venue.municipality)),
            "venue.name" => owned(venue.and_then(|venue| venue.name.as_deref())),
            "venue.address" => owned(venue.and_then(|venue| venue.address.as_deref())),
            "venue.directions" => owned(venue.and_then(|venue| venue.directions.as_deref())),
            "rooms" => owned(offer.and_then(|offer| offer.rooms.as_deref())),
            "capacity" => offer
                .and_then(|offer| offer.capacity)
                .map_or(String::new(), |fit| fit.to_string()),
            _ => match venue.and_then(|venue| venue.is_step_free) {
                Some(true) => "yes".to_owned(),
                Some(false) => "no".to_owned(),
                None => String::new(),
            },
        };
        let form = Form {
            id: &id,
            desk: self,
            refused,
        };
        let value = |name: &str| match refused {
            Some(refused) => owned(refused.values.get(name)),
            None => stored(name),
        };
        let is_for = |meeting: &Meeting| match refused {
            Some(refused) => refused.values.get(&format!("meeting-{}", meeting.id)).is_some(),
            None => offer.is_some_and(|offer| offer.meetings.contains(&meeting.id)),
        };
        let zone = self.hosting.programme().announced.time_zone;
        let step_free = value("venue.isStepFree");
        let whole = refused.map(|refused| {
            refused
                .refusals
                .iter()
                .filter(|one| one.field().is_none())
                .collect::<Vec<_>>()
        });
        html! {
            form method="post" {
                @if let Some(whole) = whole {
                    span id=(REFUSED) {}
                    @for one in whole { p.refused role="alert" { (refusals::in_words(one, zone, locale)) } }
                }
                @if let Some(offer) = offer { input type="hidden" name="offer" value=(offer.id); }
                (form.line("venue.municipality", say(locale, "Gemeente", "Municipality"), &value("venue.municipality"), 100, true))
                (form.line("venue.name", say(locale, "Naam van het gebouw (mag later)", "Name of the building (can follow)"), &value("venue.name"), 200, false))
                (form.line("venue.address", say(locale, "Straat, nummer en plaats (mag later)", "Street, number and town (can follow)"), &value("venue.address"), 300, false))
                label for={ (id) "-step-free" } { (say(locale, "Kan iedereen er zonder trappen komen?", "Can everybody get there without steps?")) }
                select id={ (id) "-step-free" } name="venue.isStepFree" {
                    @for (option, text) in [("", say(locale, "Weet ik nog niet", "Not known yet")), ("yes", say(locale, "Ja", "Yes")), ("no", say(locale, "Nee", "No"))] {
                        option value=(option) selected[option == step_free] { (text) }
                    }
                }
                (form.text("venue.directions", say(locale, "Hoe komt men er, en waar kan men parkeren? (mag later)", "How does one get there, and where can one park? (can follow)"), &value("venue.directions"), 1000))
                (form.line("capacity", say(locale, "Hoeveel mensen passen erin? (mag later)", "How many people fit in? (can follow)"), &value("capacity"), 6, false))
                (form.line("rooms", say(locale, "Welke ruimtes zijn er? (mag later)", "Which rooms are there? (can follow)"), &value("rooms"), 500, false))
                fieldset {
                    legend { (say(locale, "Voor welke bijeenkomsten? Kiest u niets, dan is elke goed.", "For which meetings? If you choose none, any will do.")) }
                    @for meeting in self.meetings().iter().filter(|meeting| !self.hosting.has_begun(meeting)) {
                        label.check for={ (id) "-" (meeting.id) } {
                            input type="checkbox" id={ (id) "-" (meeting.id) } name={ "meeting-" (meeting.id) } value="yes" checked[is_for(meeting)];
                            span { span lang=[self.foreign()] { (meeting.title) } ", " (formats::meeting_days(&meeting.days, locale)) }
                        }
                    }
                    (form.errors("meetingIds"))
                }
                button name="act" value=(if offer.is_some() { "update" } else { "offer" }) {
                    @if offer.is_some() { (say(locale, "Opslaan", "Save")) } @else { (say(locale, "Deze plek aanbieden", "Offer this place")) }
                }
            }
        }
    }
}

/// The meetings' titles, for reading.
fn titles(meetings: &[&Meeting], locale: Locale) -> String {
    let titles: Vec<&str> = meetings.iter().map(|meeting| &*meeting.title).collect();
    formats::enumeration(&titles, locale)
}

struct Form<'a> {
    id: &'a str,
    desk: &'a Desk<'a>,
    refused: Option<&'a Refused<'a>>,
}

impl Form<'_> {
    fn wrong(&self, name: &str) -> Vec<String> {
        let zone = self.desk.hosting.programme().announced.time_zone;
        let all = self.refused.iter().flat_map(|refused| &refused.refusals);
        all.filter(|refusal| refusal.field().is_some_and(|field| field.join(".") == name))
            .map(|refusal| refusals::in_words(refusal, zone, self.desk.locale))
            .collect()
    }

    fn errors(&self, name: &str) -> Markup {
        let wrong = self.wrong(name);
        html! {
            @if !wrong.is_empty() { p.field-error id={ (self.id) "-" (name) "-error" } { (wrong.join(" ")) } }
        }
    }

    fn line(&self, name: &str, label: &str, value: &str, most: u32, is_required: bool) -> Markup {
        let id = format!("{}-{name}", self.id);
        let error = (!self.wrong(name).is_empty()).then(|| format!("{id}-error"));
        html! {
            label for=(id) { (label) }
            (self.errors(name))
            input id=(id) name=(name) value=(value) maxlength=(most) required[is_required]
                aria-invalid=[error.as_ref().map(|_| "true")] aria-describedby=[error];
        }
    }

    fn text(&self, name: &str, label: &str, value: &str, most: u32) -> Markup {
        let id = format!("{}-{name}", self.id);
        let error = (!self.wrong(name).is_empty()).then(|| format!("{id}-error"));
        html! {
            label for=(id) { (label) }
            (self.errors(name))
            textarea id=(id) name=(name) rows="4" maxlength=(most)
                aria-invalid=[error.as_ref().map(|_| "true")] aria-describedby=[error] { (value) }
        }
    }
}

/// What is known of a venue, as a list.
pub(super) fn venue_facts(venue: &Venue, locale: Locale) -> Markup {
    let step_free = venue.is_step_free.map(|is_step_free| {
        if is_step_free {
            say(locale, "Ja", "Yes")
        } else {
            say(locale, "Nee, er zijn trappen", "No, there are steps")
        }
    });
    facts([
        (
            say(locale, "Gemeente", "Municipality"),
            venue.further_municipality().and_then(plain),
        ),
        (say(locale, "Gebouw", "Building"), venue.name.as_deref().and_then(plain)),
        (
            say(locale, "Adres", "Address"),
            venue.address.as_deref().and_then(plain),
        ),
        (
            say(locale, "Zonder trappen", "Without steps"),
            step_free.and_then(plain),
        ),
        (
            say(locale, "Zo komt u er", "How to get there"),
            venue.directions.as_deref().map(super::layout::quotation),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_municipality_stands_in_the_address_or_beside_it() {
        let told = |address: &str| {
            let venue = Venue {
                address: Some(address.parse().expect("a line")),
                ..Venue::in_municipality("Zoetermeer".parse().expect("a line"))
            };
            let html = venue_facts(&venue, Locale::Nl).into_string();
            assert!(html.contains(address), "{html}");
            html.matches("Zoetermeer").count()
        };
        assert_eq!(told("Dorpsstraat 1, Zoetermeer"), 1);
        assert_eq!(told("Dorpsstraat 1"), 1);
        assert_eq!(told("Dorpsstraat 1, Nieuw-Zoetermeer"), 2);
    }
}
