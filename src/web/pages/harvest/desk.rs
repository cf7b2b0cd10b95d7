//! Harvests for those who guide and run a programme: read, and for organisers judged and given a time.

use chrono::{DateTime, NaiveTime, Utc};
use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{author, day, harvests, origins, reading, status_words, times, typed};
use crate::{
    app::{AppError, Repeatable, harvest::HarvestView, sharing::Shared},
    domain::{
        calendar,
        harvest::{
            Harvest, HarvestStatus, HarvestTransition, HarvestVerb, LONGEST_SLOT_MINUTES, SHORTEST_SLOT_MINUTES, Slot,
            transition,
        },
        ids::HarvestId,
        message::Locale,
    },
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        layout::{facts, plain, quotation, say},
        sharing::{
            carry_out,
            fields::{Form, Refused},
            id_of, shared,
        },
    },
};

/// So many harvests stand on one page.
const HARVESTS_A_PAGE: usize = 100;

/// How long somebody presents, where nothing else is filled in.
const USUAL_MINUTES: &str = "20";

/// The field that says when the text was written that a form shows.
const READ: &str = "read";

/// Shows the area: all harvests, or the one that the address names.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    let view = harvests(visit).await?;
    page(visit, area, StatusCode::OK, &view, None).await
}

/// A form that does not say which text it showed has shown none.
fn read_at(form: &Values) -> DateTime<Utc> {
    let told = form.get(READ).and_then(|told| told.parse().ok());
    told.unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn verdict(act: &str) -> Option<HarvestVerb> {
    Some(match act {
        "return" => HarvestVerb::Return,
        "accept" => HarvestVerb::Accept,
        "publish" => HarvestVerb::Publish,
        "reopen" => HarvestVerb::Reopen,
        _ => return None,
    })
}

/// Carries out what a form asks for; none: the form is not one of ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let (Some(act), Some(id)) = (form.get("act"), id_of::<HarvestId>(form, "thing")) else {
        return Ok(None);
    };
    let once = Repeatable::default();
    let acted = if let Some(verdict) = verdict(act) {
        let (remark, read_at) = (form.get("remark").map(str::to_owned), read_at(form));
        carry_out(visit, move |app, caller| async move {
            let reviewed = app.review_harvest(&caller, id, verdict, remark.as_deref(), Some(read_at), &once);
            reviewed.await.map(drop)
        })
        .await?
    } else if act == "schedule" {
        match slot(visit, form) {
            Ok(slot) => {
                carry_out(visit, move |app, caller| async move {
                    app.schedule_harvest(&caller, id, slot, &once).await.map(drop)
                })
                .await?
            }
            Err(words) => Err(vec![(Some("startsAt".to_owned()), words)]),
        }
    } else {
        return Ok(None);
    };
    match acted {
        Ok(()) => Ok(Some(visit.done_with(area, &format!("&harvest={id}"), act))),
        Err(mut errors) => {
            let view = harvests(visit).await?;
            let is_unread = |harvest: &Harvest| !harvest.is_unchanged_since(read_at(form));
            if verdict(act).is_some() && view.find(id).is_some_and(is_unread) {
                // Whatever else was wrong with it: the page shows a text that the form did not.
                errors = vec![(None, changed(visit.locale).to_owned())];
            }
            let refused = Refused {
                act,
                thing: form.get("thing").unwrap_or_default(),
                form,
                errors,
            };
            page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, &view, Some(&refused))
                .await
                .map(Some)
        }
    }
}

/// The time that a form gives, on the day of the showcase.
fn slot(visit: &Visit<'_>, form: &Values) -> Result<Slot, String> {
    let announced = &visit.record.programme.announced;
    let given = form.get("startsAt").unwrap_or_default().trim();
    let time = NaiveTime::parse_from_str(given, "%H:%M").ok();
    let Some((showcase, time)) = announced.showcase.zip(time) else {
        return Err(say(
            visit.locale,
            "Vul een tijd in, zoals 10:15.",
            "Please fill in a time, such as 10:15.",
        )
        .to_owned());
    };
    let minutes = form.get("minutes").unwrap_or_default().trim();
    Ok(Slot {
        starts_at: calendar::resolve(showcase.on, time, announced.time_zone),
        // What is no number is out of bounds like one that is too large.
        minutes: minutes.parse().unwrap_or(0),
    })
}

fn changed(locale: Locale) -> &'static str {
    say(
        locale,
        "De oogst is intussen aangepast; lees hem nog eens. De nieuwe tekst staat op deze pagina.",
        "The harvest has been changed meanwhile; please read it again. The new text is on this page.",
    )
}

fn done(word: &str, locale: Locale) -> Option<&'static str> {
    Some(match word {
        "return" => say(
            locale,
            "De oogst is teruggegeven. De schrijver krijgt een mail met uw opmerking.",
            "The harvest has been returned. Its author is mailed your remark.",
        ),
        "accept" => say(
            locale,
            "De oogst is goedgekeurd. De schrijver krijgt een mail.",
            "The harvest has been accepted. Its author is told by mail.",
        ),
        "publish" => say(locale, "De oogst is nu openbaar.", "The harvest is public now."),
        "reopen" => say(
            locale,
            "De schrijver kan de oogst weer aanpassen en inleveren, en krijgt daar een mail over.",
            "Its author can change the harvest and hand it in again, and is told so by mail.",
        ),
        "schedule" => say(
            locale,
            "De tijd staat in het programma. De schrijver krijgt een mail.",
            "The time stands in the programme. The author is told by mail.",
        ),
        _ => return None,
    })
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    view: &HarvestView,
    refused: Option<&Refused<'_>>,
) -> Result<Response, AppError> {
    let (locale, shared) = (visit.locale, shared(visit).await?);
    let told = visit.query.get("done").and_then(|word| done(word, locale));
    let named = id_of::<HarvestId>(visit.query, "harvest").and_then(|id| view.find(id));
    let body = html! {
        @if let (Some(told), None) = (told, refused) { p.done role="status" { (told) } }
        @match named {
            Some(harvest) => {
                p { a href={ "?page=" (area.word()) (visit.query.lang()) } { (say(locale, "Alle oogst", "All harvests")) } }
                (one(visit, (view, &shared), harvest, refused))
            }
            None => { (all(visit, area, view)) }
        }
    };
    let part = named
        .map(|harvest| format!("&harvest={}", harvest.id))
        .unwrap_or_default();
    Ok(visit.page_with(area, &part, status, &Refused::above(refused, body)))
}

fn all(visit: &Visit<'_>, area: Area, view: &HarvestView) -> Markup {
    let locale = visit.locale;
    let harvests: Vec<_> = view.all().collect();
    let without = view.without_harvest();
    html! {
        section {
            h2 { (say(locale, "Oogst", "Harvests")) }
            @if harvests.is_empty() { p { (say(locale, "Er is nog geen oogst.", "There are no harvests yet.")) } }
            ul {
                @for harvest in harvests.iter().take(HARVESTS_A_PAGE) {
                    li {
                        a href={ "?page=" (area.word()) "&harvest=" (harvest.id) (visit.query.lang()) } { (harvest.words.title) }
                        span.whose { " (" (author(view, harvest)) ")" }
                        ": " (status_words(harvest.status, locale))
                        @if let Some(slot) = view.slot(harvest) { ", " (times(view, slot)) }
                    }
                }
            }
            @if harvests.len() > HARVESTS_A_PAGE {
                p { (say(locale, "Er zijn er meer; de eerste honderd staan hier.", "There are more; the first hundred stand here.")) }
            }
        }
        @if !without.is_empty() {
            section {
                h2 { (say(locale, "Nog niet ingeleverd", "Not handed in")) }
                ul { @for person in without { li { (person.given_name) ", " (person.organisation) } } }
            }
        }
    }
}

fn one(
    visit: &Visit<'_>,
    (view, shared): (&HarvestView, &Shared),
    harvest: &Harvest,
    refused: Option<&Refused<'_>>,
) -> Markup {
    let locale = visit.locale;
    html! {
        section {
            h2 { (harvest.words.title) }
            (facts([
                (say(locale, "Van", "From"), Some(author(view, harvest))),
                (say(locale, "Stand", "Status"), plain(status_words(harvest.status, locale))),
                (say(locale, "Presenteert", "Presents"), view.slot(harvest).and_then(|slot| plain(times(view, slot)))),
            ]))
            (reading(harvest))
            (origins(shared, harvest, locale))
            @if let Some(remark) = view.remark(harvest) {
                h3 { (say(locale, "Wat de organisatie erover schreef", "What the organisers wrote about it")) }
                (quotation(remark))
            }
            @if view.lost_its_slot(harvest) {
                p { (say(
                    locale,
                    "De manifestatie is verplaatst, dus de tijd van deze oogst geldt niet meer. Geef een nieuwe.",
                    "The showcase was moved, so the time of this harvest no longer holds. Please give a new one.",
                )) }
            }
        }
        @if visit.caller.organises(view.programme().id) { (forms(visit, view, harvest, refused)) }
    }
}

/// What an organiser can do with a harvest.
fn forms(visit: &Visit<'_>, view: &HarvestView, harvest: &Harvest, refused: Option<&Refused<'_>>) -> Markup {
    let locale = visit.locale;
    let thing = harvest.id.to_string();
    let can = |verb| {
        let is_late = view.is_late(harvest, visit.now);
        let is_possible = matches!(transition(harvest.status, verb, is_late), HarvestTransition::To(_));
        // One that was handed in goes back with a remark.
        is_possible && (verb, harvest.status) != (HarvestVerb::Reopen, HarvestStatus::Submitted)
    };
    let gone = refused.filter(|refused| verdict(refused.act).is_some_and(|verb| !can(verb)));
    let read = html! { input type="hidden" name=(READ) value=(harvest.saved_at.to_rfc3339()); };
    let remark = |act, label: &str, hint: &str, is_required: bool, button: &str, is_quiet: bool| {
        let form = Form::of(act, &thing, refused);
        html! {
            form method="post" {
                (form.head())
                (read)
                (form.area(("remark", label, hint), "", 2000, is_required))
                button.secondary[is_quiet] type="submit" { (button) }
            }
        }
    };
    let optional = say(locale, "Opmerking (hoeft niet)", "Remark (optional)");
    html! {
        @if let Some(gone) = gone { (typed(gone, &[("remark", say(locale, "Opmerking", "Remark"))], locale)) }
        @if can(HarvestVerb::Accept) {
            section {
                h2 { (say(locale, "Goedkeuren", "Accept")) }
                (remark("accept", optional, "", false, say(locale, "Oogst goedkeuren", "Accept harvest"), false))
            }
        }
        @if can(HarvestVerb::Return) {
            section {
                h2 { (say(locale, "Teruggeven", "Return")) }
                (remark(
                    "return",
                    say(locale, "Wat moet er veranderen?", "What has to change?"),
                    say(locale, "De schrijver leest dit in een mail.", "The author reads this in a mail."),
                    true,
                    say(locale, "Oogst teruggeven", "Return harvest"),
                    true,
                ))
            }
        }
        @if can(HarvestVerb::Publish) {
            section {
                h2 { (say(locale, "Openbaar maken", "Publish")) }
                p { (say(
                    locale,
                    "Iedereen kan de oogst dan lezen op de pagina van het programma, met de voornaam en de organisatie van de schrijver.",
                    "Everybody can then read the harvest on the page of the programme, with the given name and the organisation of its author.",
                )) }
                form method="post" {
                    (Form::of("publish", &thing, refused).head())
                    (read)
                    button type="submit" { (say(locale, "Oogst openbaar maken", "Publish harvest")) }
                }
            }
        }
        @if harvest.status.is_accepted() { (schedule(visit, view, harvest, refused)) }
        @if can(HarvestVerb::Reopen) {
            section {
                h2 { (say(locale, "Weer openzetten", "Reopen")) }
                p { (say(
                    locale,
                    "De schrijver kan de oogst dan aanpassen en inleveren, ook als de laatste dag voorbij is. De oogst is niet openbaar en heeft geen tijd meer.",
                    "Its author can then change the harvest and hand it in, also after the last day. The harvest is not public and has no time any more.",
                )) }
                (remark("reopen", optional, "", false, say(locale, "Oogst openzetten", "Reopen harvest"), true))
            }
        }
    }
}

fn schedule(visit: &Visit<'_>, view: &HarvestView, harvest: &Harvest, refused: Option<&Refused<'_>>) -> Markup {
    let locale = visit.locale;
    let thing = harvest.id.to_string();
    let form = Form::of("schedule", &thing, refused);
    let zone = view.programme().announced.time_zone;
    let slot = view.slot(harvest);
    let starts = slot.map(|slot| crate::domain::formats::time(slot.starts_at.with_timezone(&zone).time()));
    let minutes = slot.map_or(USUAL_MINUTES.to_owned(), |slot| slot.minutes.to_string());
    html! {
        @if view.programme().announced.showcase.is_some() {
            section {
                h2 { (say(locale, "Tijd op de manifestatie", "Time at the showcase")) }
                form method="post" {
                    (form.head())
                    (form.time(("startsAt", say(locale, "Begintijd", "Starting time"), ""), starts.as_deref().unwrap_or_default()))
                    (form.number(("minutes", say(locale, "Aantal minuten", "Minutes"), say(locale, "Van 5 tot en met 120.", "From 5 to 120.")), &minutes, SHORTEST_SLOT_MINUTES..=LONGEST_SLOT_MINUTES))
                    button type="submit" { (say(locale, "Tijd vastleggen", "Set time")) }
                }
                (day::programme(view, locale))
            }
        }
    }
}
