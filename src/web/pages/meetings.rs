//! The meetings for members: when, where, at whose place. Organisers see here what they can do about them: choose a host, and
//! move a meeting after looking at what that brings.

use chrono::{NaiveDate, NaiveTime};
use maud::{Markup, html};
use poem::{Response, http::StatusCode};
use uuid::Uuid;

use super::{
    areas::{Area, Visit},
    asking::Values,
    hosting::venue_facts,
    layout::{REFUSED, foreign, say},
    refusals,
};
use crate::{
    app::{
        AppError, Repeatable,
        hosting::HostingView,
        planning::{DifferenceItem, DifferenceKind},
    },
    domain::{
        formats,
        hosting::VenueOffer,
        ids::{MeetingId, VenueOfferId},
        message::Locale,
        programme::{Meeting, MeetingDay, Phase},
        refusal::Refusal,
    },
};

/// A form that was sent and has not been carried out: because it is only looked at, or was refused.
struct Sent<'a> {
    meeting: MeetingId,
    values: &'a Values,
    refusals: Vec<Refusal>,
    /// What it would bring.
    preview: Option<Vec<DifferenceItem>>,
}

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    page(visit, area, StatusCode::OK, None).await
}

/// Carries out what a form asks for.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let (app, caller) = (visit.parts.app.clone(), visit.caller.clone());
    let id = |name: &str| form.get(name).and_then(|id| id.parse::<Uuid>().ok());
    let Some(meeting) = id("meeting").map(MeetingId) else {
        return Ok(None);
    };
    let once = Repeatable::default();
    let acted = match form.get("act") {
        Some("assign") => {
            let offer = id("offer").map(VenueOfferId);
            let act = async move { app.assign_host(&caller, meeting, offer, &once).await };
            visit.parts.carry_out(act).await.map(|_| None)
        }
        Some(word @ ("look" | "move")) => {
            let is_dry_run = word == "look";
            let days = match days(form) {
                Ok(days) => days,
                Err(refusal) => {
                    let sent = Sent {
                        meeting,
                        values: form,
                        refusals: vec![refusal],
                        preview: None,
                    };
                    return page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, Some(&sent))
                        .await
                        .map(Some);
                }
            };
            let reason = form.get("reason").map(str::to_owned);
            let act = async move {
                app.reschedule_meeting(&caller, meeting, days, reason.as_deref(), is_dry_run, &once)
                    .await
            };
            let planned = visit.parts.carry_out(act).await;
            planned.map(|planned| is_dry_run.then(|| planned.plan.map(|plan| plan.differences).unwrap_or_default()))
        }
        _ => return Ok(None),
    };
    let sent = match acted {
        Ok(None) => return Ok(Some(visit.done(area, "changed"))),
        Ok(preview @ Some(_)) => Sent {
            meeting,
            values: form,
            refusals: Vec::new(),
            preview,
        },
        Err(AppError::Refused(refusals)) => Sent {
            meeting,
            values: form,
            refusals,
            preview: None,
        },
        Err(error) => return Err(error),
    };
    let status = if sent.refusals.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    page(visit, area, status, Some(&sent)).await.map(Some)
}

/// The days that a form gives; those without a date are left out.
fn days(form: &Values) -> Result<Vec<MeetingDay>, Refusal> {
    let mut days = Vec::new();
    for index in 0..MOST_DAYS {
        let given = |name: &str| {
            form.get(&format!("{name}-{index}"))
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let Some(on) = given("on") else { continue };
        let on: Option<NaiveDate> = on.parse().ok();
        let time = |name: &str| {
            given(name).and_then(|text| NaiveTime::parse_from_str(&text[..text.len().min(5)], "%H:%M").ok())
        };
        match (on, time("starts"), time("ends")) {
            (Some(on), Some(starts), Some(ends)) => days.push(MeetingDay { on, starts, ends }),
            _ => return Err(Refusal::invalid("days", "needs a date and two times")),
        }
    }
    Ok(days)
}

/// Days that the form has room for.
const MOST_DAYS: usize = 10;

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    sent: Option<&Sent<'_>>,
) -> Result<Response, AppError> {
    let programme = &visit.record.programme;
    let hosting = visit.parts.app.hosting(visit.caller, programme.id).await?;
    let locale = visit.locale;
    let desk = Desk {
        locale,
        hosting: &hosting,
        is_organiser: visit.caller.organises(programme.id),
        sent,
    };
    let calendar = format!("../programmes/{}.ics", &*programme.announced.slug);
    let body = html! {
        @if visit.query.get("done").is_some() && sent.is_none() {
            p.done role="status" { (say(locale, "Het is gewijzigd.", "It has been changed.")) }
        }
        p { a href=(calendar) { (say(locale, "Zet alle bijeenkomsten in uw agenda", "Put all meetings in your calendar")) } }
        @for meeting in &programme.announced.meetings { (desk.meeting(meeting)) }
        @if desk.is_organiser { (desk.offers()) }
    };
    Ok(visit.page(area, status, &body))
}

struct Desk<'a> {
    locale: Locale,
    hosting: &'a HostingView,
    is_organiser: bool,
    sent: Option<&'a Sent<'a>>,
}

impl Desk<'_> {
    /// The mark of the programme's own words where they are in another language than the page.
    fn foreign(&self) -> Option<&'static str> {
        foreign(self.hosting.programme().announced.locale, self.locale)
    }

    fn meeting(&self, meeting: &Meeting) -> Markup {
        let locale = self.locale;
        let host = self.hosting.host(meeting.id).ok().flatten();
        html! {
            section {
                h2 lang=[self.foreign()] { (meeting.title) }
                p { (formats::meeting_days(&meeting.days, locale)) }
                @if let Ok(Some(venue)) = self.hosting.venue(meeting.id) {
                    (venue_facts(venue, locale))
                } @else if let Some(municipality) = self.hosting.municipality(meeting) {
                    p { (municipality) }
                } @else {
                    p { (say(locale, "De plek is nog niet bekend.", "The place is not known yet.")) }
                }
                @if self.hosting.is_host(meeting.id) {
                    p { (say(locale, "U bent de gastheer of gastvrouw.", "You are the host.")) }
                } @else if let Some(host) = host {
                    p { @match locale {
                        Locale::Nl => { "U bent te gast bij " (host.given_name) " van " (host.organisation) "." },
                        Locale::En => { "Your host is " (host.given_name) " of " (host.organisation) "." },
                    } }
                }
                @if self.is_organiser { (self.organising(meeting)) }
            }
        }
    }

    fn organising(&self, meeting: &Meeting) -> Markup {
        let locale = self.locale;
        let goes_ahead = self.hosting.programme().phase == Phase::GoingAhead;
        let sent = self.sent.filter(|sent| sent.meeting == meeting.id);
        let zone = self.hosting.programme().announced.time_zone;
        html! {
            @if let Some(sent) = sent.filter(|sent| !sent.refusals.is_empty()) {
                div.refused id=(REFUSED) role="alert" {
                    @for refusal in &sent.refusals { p { (refusals::in_words(refusal, zone, locale)) } }
                }
            }
            @if self.hosting.needs_host(meeting) {
                p { strong { (say(locale, "Deze bijeenkomst heeft nog geen gastheer of gastvrouw.", "This meeting has no host yet.")) } }
            }
            @if let Ok(Some(items)) = self.hosting.checklist(meeting.id) {
                ul { @for (item, is_done) in items { li {
                    (item.label(locale)) ": "
                    @if is_done { (say(locale, "geregeld", "done")) } @else { (say(locale, "nog niet geregeld", "not done yet")) }
                } } }
            }
            @if !self.hosting.has_begun(meeting) {
                @if goes_ahead { (self.choosing(meeting)) }
                (self.moving(meeting, sent))
            }
        }
    }

    fn live_offers(&self) -> Vec<&VenueOffer> {
        self.hosting
            .offers()
            .into_iter()
            .filter(|offer| offer.is_live())
            .collect()
    }

    fn choosing(&self, meeting: &Meeting) -> Markup {
        let locale = self.locale;
        let field = format!("offer-{}", meeting.id);
        let held = |offer: &VenueOffer| self.hosting.held_at(offer).iter().any(|held| held.id == meeting.id);
        html! {
            form method="post" {
                input type="hidden" name="meeting" value=(meeting.id);
                label for=(field) { (say(locale, "Wie ontvangt deze bijeenkomst?", "Who hosts this meeting?")) }
                select id=(field) name="offer" {
                    option value="" { (say(locale, "Laat de beurtrol kiezen", "Let the rotation choose")) }
                    @for offer in self.live_offers() {
                        option value=(offer.id) selected[held(offer) && self.hosting.is_pinned(meeting.id)] { (self.name(offer)) }
                    }
                }
                @let set = say(locale, "Vastleggen", "Set");
                button.secondary name="act" value="assign" aria-label={ (set) ": " (meeting.title) } { (set) }
            }
        }
    }

    fn name(&self, offer: &VenueOffer) -> String {
        let who = self
            .hosting
            .person(offer)
            .map(|person| format!("{}, ", &*person.given_name));
        let what = offer.venue.name.as_deref().map(|name| format!(", {name}"));
        format!(
            "{}{}{}",
            who.unwrap_or_default(),
            &*offer.venue.municipality,
            what.unwrap_or_default()
        )
    }

    fn moving(&self, meeting: &Meeting, sent: Option<&Sent<'_>>) -> Markup {
        let locale = self.locale;
        let preview = sent.and_then(|sent| sent.preview.as_ref());
        let moved = sent.filter(|sent| sent.values.get("on-0").is_some());
        // Room for one day more than there are.
        let rows = (meeting.days.len() + 1).min(MOST_DAYS);
        let value = |name: &str, index: usize, stored: Option<String>| match moved {
            Some(sent) => sent
                .values
                .get(&format!("{name}-{index}"))
                .unwrap_or_default()
                .to_owned(),
            None => stored.unwrap_or_default(),
        };
        let clock = |time: NaiveTime| time.format("%H:%M").to_string();
        let reason = moved.and_then(|sent| sent.values.get("reason")).unwrap_or_default();
        let id = |name: &str| format!("{name}-{}", meeting.id);
        html! {
            details open[moved.is_some()] {
                summary { (say(locale, "Verplaatsen", "Move")) span.whose lang=[self.foreign()] { ": " (meeting.title) } }
                form method="post" {
                    input type="hidden" name="meeting" value=(meeting.id);
                    @for index in 0..rows {
                        @let day = meeting.days.get(index);
                        fieldset {
                            legend { (say(locale, "Dag ", "Day ")) (index + 1) @if day.is_none() { (say(locale, " (leeg laten als die er niet is)", " (leave empty if there is none)")) } }
                            @for (name, kind, label, stored) in [
                                ("on", "date", say(locale, "Datum", "Date"), day.map(|day| day.on.to_string())),
                                ("starts", "time", say(locale, "Begint om", "Starts at"), day.map(|day| clock(day.starts))),
                                ("ends", "time", say(locale, "Eindigt om", "Ends at"), day.map(|day| clock(day.ends))),
                            ] {
                                @let field = format!("{}-{index}", id(name));
                                label for=(field) { (label) }
                                input id=(field) type=(kind) name={ (name) "-" (index) } value=(value(name, index, stored));
                            }
                        }
                    }
                    label for=(id("reason")) { (say(locale, "Wat iedereen erover leest (hoeft niet)", "What everybody reads about it (optional)")) }
                    textarea id=(id("reason")) name="reason" rows="3" maxlength="1000" { (reason) }
                    @if let Some(preview) = preview { (self.brings(preview)) }
                    button.secondary name="act" value="look" { (say(locale, "Kijk wat dit brengt", "See what this brings")) }
                    @if preview.is_some() {
                        button name="act" value="move" { (say(locale, "Verplaats de bijeenkomst", "Move the meeting")) }
                    }
                }
            }
        }
    }

    fn brings(&self, preview: &[DifferenceItem]) -> Markup {
        let locale = self.locale;
        let zone = self.hosting.programme().announced.time_zone;
        let moment = |at| formats::moment(at, zone, locale);
        html! {
            div.standing role="status" {
                p { (say(locale, "Er is nog niets veranderd. Dit gebeurt er als u verplaatst:", "Nothing has changed yet. This is what moving brings:")) }
                @if preview.is_empty() { p { (say(locale, "Alleen de datum verandert.", "Only the date changes.")) } }
                ul { @for item in preview { li {
                    (item.source.word()) ": "
                    @match item.change {
                        DifferenceKind::Added => { (say(locale, "komt erbij, ", "is added, ")) (moment(item.at)) },
                        DifferenceKind::Moved => {
                            (say(locale, "gaat naar ", "moves to ")) (moment(item.at))
                            @if let Some(from) = item.moved_from { (say(locale, " (was ", " (was ")) (moment(from)) ")" }
                        },
                        DifferenceKind::Dropped => { (say(locale, "vervalt, ", "is dropped, ")) (moment(item.at)) },
                        DifferenceKind::AlreadyDone => { (say(locale, "is al gebeurd", "has happened already")) },
                    }
                    @if !item.recipients.is_empty() { " · " (item.recipients.len()) " " (say(locale, "mensen", "people")) }
                } } }
            }
        }
    }

    fn offers(&self) -> Markup {
        let locale = self.locale;
        let offers = self.live_offers();
        html! {
            section {
                h2 { (say(locale, "Wie een plek aanbiedt", "Who offers a place")) }
                @if offers.is_empty() { p { (say(locale, "Nog niemand.", "Nobody yet.")) } }
                ul { @for offer in offers {
                    @let person = self.hosting.person(offer);
                    li {
                        @if let Some(person) = person { (person.given_name) " (" (person.organisation) "): " }
                        (offer.venue.municipality)
                        @if let Some(name) = &offer.venue.name { ", " (name) }
                        @if let Some(capacity) = offer.capacity { ", " (capacity) " " (say(locale, "mensen", "people")) }
                        @let held = self.hosting.held_at(offer);
                        @if !held.is_empty() {
                            @let titles: Vec<&str> = held.iter().map(|meeting| &*meeting.title).collect();
                            "; " (say(locale, "ontvangt ", "hosts ")) (formats::enumeration(&titles, locale))
                        }
                    }
                } }
            }
        }
    }
}
