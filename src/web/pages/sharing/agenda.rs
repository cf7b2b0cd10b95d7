//! Agendas: members propose and vote, facilitators and organisers make the final one by giving items a number.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{
    carry_out,
    fields::{Form, Refused},
    goes_on, id_of, shared,
};
use crate::{
    app::{AppError, Repeatable, agendas::ProposalFields, sharing::Shared},
    domain::{
        formats,
        ids::{AgendaItemId, MeetingId},
        message::Locale,
        programme::Meeting,
        sharing::{AGENDA_ITEMS_AT_MOST, AgendaItem, LONGEST_ITEM_MINUTES, PROPOSALS_A_PERSON, TEAM_PROPOSALS},
    },
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        layout::{foreign, say},
    },
};

/// So many items of one meeting stand on the page.
const ITEMS_A_MEETING: usize = 100;

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    page(visit, area, StatusCode::OK, None).await
}

/// Carries out what a form asks for; none: the form is not one of ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let act = form.get("act").unwrap_or_default();
    let once = Repeatable::default();
    let acted = match act {
        "propose" => {
            let Some(meeting) = id_of::<MeetingId>(form, "thing") else {
                return Ok(None);
            };
            let minutes = form.get("minutes").map(str::trim).filter(|minutes| !minutes.is_empty());
            let fields = ProposalFields {
                title: form.get("title").unwrap_or_default().to_owned(),
                minutes: minutes.map(|minutes| minutes.parse().unwrap_or(0)),
            };
            carry_out(visit, move |app, caller| async move {
                app.propose_agenda_item(&caller, meeting, &fields, &once)
                    .await
                    .map(drop)
            })
            .await?
        }
        "vote" | "unvote" => {
            let (Some(item), vote) = (id_of::<AgendaItemId>(form, "thing"), act == "vote") else {
                return Ok(None);
            };
            carry_out(visit, move |app, caller| async move {
                app.vote_for_agenda_item(&caller, item, vote, &once).await.map(drop)
            })
            .await?
        }
        "set" => {
            let Some(meeting) = id_of::<MeetingId>(form, "thing") else {
                return Ok(None);
            };
            match numbered(visit, meeting, form).await? {
                Ok(items) => {
                    carry_out(visit, move |app, caller| async move {
                        app.set_agenda(&caller, meeting, &items, &once).await.map(drop)
                    })
                    .await?
                }
                Err(words) => Err(vec![(None, words)]),
            }
        }
        _ => return Ok(None),
    };
    match acted {
        Ok(()) => Ok(Some(visit.done(area, act))),
        Err(errors) => {
            let refused = Refused {
                act,
                thing: form.get("thing").unwrap_or_default(),
                form,
                errors,
            };
            page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, Some(&refused))
                .await
                .map(Some)
        }
    }
}

fn place_of(id: AgendaItemId) -> String {
    format!("place-{id}")
}

/// The items of a meeting in the order of the numbers that a form gives them; without a number an item is not in the agenda.
async fn numbered(
    visit: &Visit<'_>,
    meeting: MeetingId,
    form: &Values,
) -> Result<Result<Vec<AgendaItemId>, String>, AppError> {
    let shared = shared(visit).await?;
    let mut places: Vec<(u32, AgendaItemId)> = Vec::new();
    for item in shared.sharing.agenda_items_of(meeting) {
        let given = form.get(&place_of(item.id)).map(str::trim).unwrap_or_default();
        if given.is_empty() {
            continue;
        }
        match given.parse::<u32>() {
            Ok(place) if place > 0 => places.push((place, item.id)),
            _ => {
                let words = match visit.locale {
                    Locale::Nl => format!("‘{given}’ is geen nummer. Gebruik 1, 2, 3 enzovoort, of laat het leeg."),
                    Locale::En => format!("‘{given}’ is not a number. Use 1, 2, 3 and so on, or leave it empty."),
                };
                return Ok(Err(words));
            }
        }
    }
    places.sort_unstable();
    if let Some(pair) = places
        .windows(2)
        .find(|pair| matches!(pair, [one, other] if one.0 == other.0))
    {
        let place = pair.first().map_or(0, |(place, _)| *place);
        let words = match visit.locale {
            Locale::Nl => format!("Het nummer {place} staat er twee keer. Geef elk onderwerp een eigen nummer."),
            Locale::En => format!("The number {place} is there twice. Please give each item a number of its own."),
        };
        return Ok(Err(words));
    }
    Ok(Ok(places.into_iter().map(|(_, id)| id).collect()))
}

fn done(word: &str, locale: Locale) -> Option<&'static str> {
    Some(match word {
        "propose" => say(locale, "Het onderwerp is voorgesteld.", "The item has been proposed."),
        "vote" => say(locale, "U stemt voor dit onderwerp.", "You vote for this item."),
        "unvote" => say(locale, "U hebt uw stem teruggenomen.", "You have taken your vote back."),
        "set" => say(locale, "De agenda is bewaard.", "The agenda has been saved."),
        _ => return None,
    })
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    refused: Option<&Refused<'_>>,
) -> Result<Response, AppError> {
    let (locale, shared) = (visit.locale, shared(visit).await?);
    let programme = &visit.record.programme;
    let zone = programme.announced.time_zone;
    let is_to_come = |meeting: &&Meeting| meeting.starts_at(zone).is_some_and(|starts_at| visit.now < starts_at);
    let (to_come, past): (Vec<&Meeting>, Vec<&Meeting>) = programme.announced.meetings.iter().partition(is_to_come);
    let told = visit.query.get("done").and_then(|word| done(word, locale));
    let body = html! {
        @if let (Some(told), None) = (told, refused) { p.done role="status" { (told) } }
        p {
            (say(
                locale,
                "Deelnemers stellen onderwerpen voor en stemmen erop. De begeleiders maken daarvan de agenda. Een week voor de bijeenkomst gaat die per mail naar iedereen; is hij later klaar, dan zodra hij klaar is. Een gemailde agenda wordt niet nog eens gemaild: hier staat altijd de laatste.",
                "Participants propose items and vote for them. The facilitators make the agenda of them. A week before the meeting it is mailed to everyone, or as soon as it is ready. An agenda that was mailed is not mailed again: the latest always stands here.",
            ))
        }
        @for meeting in &to_come { (section(visit, &shared, meeting, true, refused)) }
        @for meeting in past.iter().rev() { (section(visit, &shared, meeting, false, refused)) }
    };
    Ok(visit.page(area, status, &Refused::above(refused, body)))
}

fn section(
    visit: &Visit<'_>,
    shared: &Shared,
    meeting: &Meeting,
    is_to_come: bool,
    refused: Option<&Refused<'_>>,
) -> Markup {
    let locale = visit.locale;
    let text_lang = foreign(visit.record.programme.announced.locale, locale);
    let agenda = shared.sharing.final_agenda_of(meeting.id);
    let mut others = shared.sharing.agenda_items_of(meeting.id);
    others.retain(|item| item.position.is_none());
    let is_open = is_to_come && goes_on(visit);
    let makes = visit.caller.makes_agendas_of(shared.programme);
    let left = match shared.viewer {
        Some(id) => PROPOSALS_A_PERSON.saturating_sub(shared.sharing.proposals_of(Some(id), meeting.id)),
        None => TEAM_PROPOSALS.saturating_sub(shared.sharing.proposals_of(None, meeting.id)),
    };
    let may_propose = is_open && left > 0 && (agenda.is_empty() || makes);
    html! {
        section {
            h2 { span lang=[text_lang] { (meeting.title) } ", " (formats::meeting_days(&meeting.days, locale)) }
            @if agenda.is_empty() {
                @if is_to_come { p { (say(locale, "De agenda is nog niet vastgesteld.", "The agenda is not final yet.")) } }
                @else { p { (say(locale, "Van deze bijeenkomst is geen agenda gemaakt.", "No agenda was made of this meeting.")) } }
            } @else {
                h3 { (say(locale, "Agenda", "Agenda")) }
                ol { @for item in &agenda { li { (line(shared, item, locale)) } } }
            }
            @if !others.is_empty() && is_to_come {
                h3 { @if agenda.is_empty() { (say(locale, "Voorgesteld", "Proposed")) } @else { (say(locale, "Niet op de agenda", "Not on the agenda")) } }
                ul {
                    @for item in others.iter().take(ITEMS_A_MEETING) {
                        li {
                            (line(shared, item, locale)) " " (votes(item, locale))
                            @if is_open && agenda.is_empty() { (vote(shared, item, refused, locale)) }
                        }
                    }
                }
            }
            @if may_propose { (propose(meeting, refused, locale)) }
            @if is_open && makes { (make(shared, meeting, refused, locale)) }
        }
    }
}

fn line(shared: &Shared, item: &AgendaItem, locale: Locale) -> Markup {
    let proposer = item.proposed_by.and_then(|id| shared.participant(id));
    html! {
        (item.title)
        @if let Some(minutes) = item.minutes { ", " (minutes) " " (say(locale, "min.", "min.")) }
        @if let Some(proposer) = proposer { span.whose { " (" (proposer.given_name) ", " (proposer.organisation) ")" } }
    }
}

fn votes(item: &AgendaItem, locale: Locale) -> Markup {
    let count = item.votes.len();
    html! {
        span.subtitle.votes {
            @match (count, locale) {
                (1, Locale::Nl) => "1 stem",
                (1, Locale::En) => "1 vote",
                (_, Locale::Nl) => { (count) " stemmen" }
                (_, Locale::En) => { (count) " votes" }
            }
        }
    }
}

fn vote(shared: &Shared, item: &AgendaItem, refused: Option<&Refused<'_>>, locale: Locale) -> Markup {
    let Some(viewer) = shared.viewer else {
        return html! {};
    };
    let (act, label) = if item.votes.contains(&viewer) {
        ("unvote", say(locale, "Stem terugnemen", "Take vote back"))
    } else {
        ("vote", say(locale, "Stem hiervoor", "Vote for this"))
    };
    let thing = item.id.to_string();
    let form = Form::of(act, &thing, refused);
    html! {
        form method="post" {
            (form.head())
            button.secondary type="submit" aria-label={ (label) ": " (item.title) } { (label) }
        }
    }
}

fn propose(meeting: &Meeting, refused: Option<&Refused<'_>>, locale: Locale) -> Markup {
    let thing = meeting.id.to_string();
    let form = Form::of("propose", &thing, refused);
    html! {
        details open[form.is_refused()] {
            summary { (say(locale, "Stel een onderwerp voor", "Propose an item")) span.whose { ": " (meeting.title) } }
            form method="post" {
                (form.head())
                (form.line(("title", say(locale, "Onderwerp", "Item"), ""), "", 150, true))
                (form.number(("minutes", say(locale, "Aantal minuten (hoeft niet)", "Minutes (optional)"), ""), "", 1..=LONGEST_ITEM_MINUTES))
                button type="submit" { (say(locale, "Onderwerp voorstellen", "Propose item")) }
            }
        }
    }
}

/// The form in which items get their number in the final agenda.
fn make(shared: &Shared, meeting: &Meeting, refused: Option<&Refused<'_>>, locale: Locale) -> Markup {
    let thing = meeting.id.to_string();
    let form = Form::of("set", &thing, refused);
    let items = shared.sharing.agenda_items_of(meeting.id);
    html! {
        @if !items.is_empty() {
            details open[form.is_refused()] {
                summary { (say(locale, "Stel de agenda vast", "Make the agenda final")) span.whose { ": " (meeting.title) } }
                form method="post" {
                    (form.head())
                    p {
                        (say(
                            locale,
                            "Geef elk onderwerp dat op de agenda komt een nummer. Zonder nummer staat het er niet op. Zonder enig nummer is de agenda weer open voor voorstellen en stemmen. Er passen ",
                            "Give each item that goes on the agenda a number. Without a number it is not on it. Without any number the agenda is open again for proposals and votes. There is room for ",
                        ))
                        (AGENDA_ITEMS_AT_MOST) (say(locale, " onderwerpen op.", " items."))
                    }
                    @for item in items.iter().take(ITEMS_A_MEETING) {
                        @let place = item.position.map(|place| place.to_string()).unwrap_or_default();
                        (form.number((&place_of(item.id), &item.title, ""), &place, 1..=1000))
                    }
                    button type="submit" { (say(locale, "Agenda vaststellen", "Save agenda")) }
                }
            }
        }
    }
}
