//! What a participant brings home, and what the others do.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{WISH_EXCERPT, author, harvests, origins, reading, status_words, times, typed};
use crate::{
    app::{
        AppError, Repeatable,
        harvest::{HarvestFields, HarvestView},
        sharing::Shared,
    },
    domain::{
        formats,
        harvest::{Harvest, HarvestStatus},
        ids::LearningWishId,
        message::Locale,
        sharing::excerpt,
    },
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        layout::{quotation, say},
        sharing::{
            carry_out,
            fields::{Form, Refused},
            shared,
        },
    },
};

/// So many harvests of others stand on the page.
const OTHERS: usize = 100;

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    page(visit, area, StatusCode::OK, None).await
}

fn wish_field(id: LearningWishId) -> String {
    format!("wish-{id}")
}

/// Saves what the form brings, and hands it in where that is asked; none: the form is not ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    if form.get("act") != Some("save") {
        return Ok(None);
    }
    let shared = shared(visit).await?;
    let own_wishes = shared.viewer.map(|id| shared.sharing.wishes_of(id));
    let named = own_wishes.into_iter().flatten().map(|wish| wish.id);
    let fields = HarvestFields {
        title: form.get("title").unwrap_or_default().to_owned(),
        summary: form.get("summary").unwrap_or_default().to_owned(),
        body: form.get("body").map(str::to_owned),
        wishes: named.filter(|id| form.get(&wish_field(*id)).is_some()).collect(),
    };
    let is_handed_in = form.get("then") == Some("submit");
    let saved = carry_out(visit, move |app, caller| async move {
        let saved = app.save_harvest(&caller, None, &fields, &Repeatable::default()).await;
        saved.map(|_| ())
    });
    let (refused_with, acted) = match saved.await? {
        // What was written is kept, whatever becomes of handing it in.
        Ok(()) if is_handed_in => {
            let submitted = carry_out(visit, |app, caller| async move {
                let submitted = app.submit_harvest(&caller, None, &Repeatable::default()).await;
                submitted.map(|_| ())
            });
            (StatusCode::CONFLICT, submitted.await?)
        }
        saved => (StatusCode::UNPROCESSABLE_ENTITY, saved),
    };
    match acted {
        Ok(()) => Ok(Some(visit.done(area, if is_handed_in { "submit" } else { "save" }))),
        Err(errors) => {
            let refused = Refused {
                act: "save",
                thing: "",
                form,
                errors,
            };
            page(visit, area, refused_with, Some(&refused)).await.map(Some)
        }
    }
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    refused: Option<&Refused<'_>>,
) -> Result<Response, AppError> {
    let locale = visit.locale;
    let (view, shared) = (harvests(visit).await?, shared(visit).await?);
    let own = view.own();
    let done = match visit.query.get("done").filter(|_| refused.is_none()) {
        Some("save") => Some(say(locale, "Uw oogst is bewaard.", "Your harvest has been saved.")),
        Some("submit") => Some(say(
            locale,
            "Uw oogst is ingeleverd. Dank u wel.",
            "Your harvest has been handed in. Thank you.",
        )),
        _ => None,
    };
    let can_save = view.can_save(visit.now);
    let lost = refused.filter(|_| !can_save).map(|refused| Refused {
        // Whatever was wrong with it, and whatever became of it earlier: what was typed now is not kept.
        errors: vec![(
            None,
            say(
                locale,
                "Uw oogst kan niet (meer) worden aangepast. Hieronder ziet u hoe het ervoor staat, en wat u had getypt.",
                "Your harvest cannot be changed (any more). Below you see how things stand, and what you typed.",
            )
            .to_owned(),
        )],
        ..*refused
    });
    let refused = lost.as_ref().or(refused);
    let body = html! {
        @if let Some(done) = done { p.done role="status" { (done) } }
        section.standing {
            h2 { (say(locale, "Uw oogst", "Your harvest")) }
            (standing(visit, &view))
        }
        @if let Some(lost) = &lost { (typed(lost, &labels(locale), locale)) }
        @if can_save {
            section {
                h2 { (say(locale, "Schrijf uw oogst op", "Write your harvest")) }
                (form(visit, &view, &shared, refused))
            }
        } @else if let Some(own) = own {
            section {
                h2 { (own.words.title) }
                (reading(own))
                (origins(&shared, own, locale))
            }
        }
        (others(&view, &shared, locale))
    };
    Ok(visit.page(area, status, &Refused::above(refused, body)))
}

/// Where the own harvest stands, and what can be done.
fn standing(visit: &Visit<'_>, view: &HarvestView) -> Markup {
    let locale = visit.locale;
    let announced = &view.programme().announced;
    let Some(showcase) = &announced.showcase else {
        return html! { p { (say(locale, "Dit programma heeft geen manifestatie, dus er wordt geen oogst gevraagd.", "This programme has no showcase, so no harvest is asked for.")) } };
    };
    let zone = announced.time_zone;
    let own = view.own();
    let opens_at = showcase.harvest_opens_at(zone);
    let due = formats::weekday_and_day(showcase.harvest_due_on(), locale);
    let is_late = visit.now >= showcase.harvest_closes_at(zone);
    html! {
        @if let Some(own) = own {
            p { strong { (status_words(own.status, locale)) "." } " " (meaning(own, locale)) }
            @if let Some(remark) = view.remark(own) {
                p { (say(locale, "De organisatie schrijft:", "The organisers write:")) }
                (quotation(remark))
            }
            @if let Some(slot) = view.slot(own) {
                p {
                    (say(locale, "U presenteert op ", "You present on "))
                    strong { (formats::weekday_and_day(showcase.on, locale)) ", " (times(view, slot)) } "."
                }
            } @else if view.lost_its_slot(own) {
                p { (say(
                    locale,
                    "De manifestatie is verplaatst. U krijgt een nieuwe tijd om te presenteren.",
                    "The showcase was moved. You get a new time to present.",
                )) }
            }
        } @else if visit.now < opens_at {
            p {
                (say(locale, "U kunt uw oogst opschrijven vanaf ", "You can write your harvest from "))
                (formats::weekday_and_moment(opens_at, zone, locale)) (say(locale, ".", " on."))
            }
        } @else {
            p { (say(
                locale,
                "Wat hebt u geleerd, en wat is er door u veranderd? Schrijf het hier op.",
                "What have you learnt, and what has changed because of you? Write it down here.",
            )) }
        }
        @if own.is_none_or(|own| !own.status.is_accepted()) {
            p {
                @if is_late && !view.can_save(visit.now) {
                    (say(locale, "Inleveren kon tot en met ", "Handing in was possible until ")) (due) ". "
                    @if own.is_some() {
                        (say(
                            locale,
                            "Vraag de organisatie om uw oogst open te zetten als u nog iets wilt veranderen.",
                            "Please ask the organisers to open your harvest if you still want to change something.",
                        ))
                    }
                } @else if is_late && !view.can_submit(visit.now) {
                    (say(locale, "Inleveren kon tot en met ", "Handing in was possible until ")) (due) ". "
                    (say(
                        locale,
                        "Wat u schrijft, kunt u nog wel bewaren. Vraag de organisatie om uw oogst open te zetten als u hem wilt inleveren.",
                        "You can still save what you write. Please ask the organisers to open your harvest if you want to hand it in.",
                    ))
                } @else if is_late {
                    (say(
                        locale,
                        "De laatste dag voor het inleveren is voorbij, maar u kunt uw oogst nog inleveren.",
                        "The last day for handing in is over, but you can still hand your harvest in.",
                    ))
                } @else {
                    (say(locale, "Inleveren kan tot en met ", "You can hand it in until ")) strong { (due) } (say(locale, ".", ", that day included."))
                }
            }
        }
    }
}

/// What the status means for the author.
fn meaning(own: &Harvest, locale: Locale) -> &'static str {
    match own.status {
        HarvestStatus::Draft => say(
            locale,
            "Alleen u, de begeleiders en de organisatie kunnen dit lezen.",
            "Only you, the facilitators and the organisers can read this.",
        ),
        HarvestStatus::Submitted => say(
            locale,
            "De organisatie en de begeleiders lezen uw oogst. De andere deelnemers kunnen hem ook lezen. Zolang inleveren kan, kunt u hem nog aanpassen; hij blijft ingeleverd.",
            "The organisers and the facilitators read your harvest. The other participants can read it too. As long as handing in is possible you can still change it; it stays handed in.",
        ),
        HarvestStatus::Returned => say(
            locale,
            "Pas uw oogst aan en lever hem opnieuw in.",
            "Please change your harvest and hand it in again.",
        ),
        HarvestStatus::Accepted => say(
            locale,
            "Uw oogst is goed zo. Moet er toch iets veranderen, vraag de organisatie dan om hem weer open te zetten.",
            "Your harvest is good as it is. If something has to change after all, ask the organisers to open it again.",
        ),
        HarvestStatus::Published => say(
            locale,
            "Iedereen kan uw oogst lezen op de openbare pagina van het programma, met uw voornaam en uw organisatie.",
            "Everybody can read your harvest on the public page of the programme, with your given name and your organisation.",
        ),
    }
}

/// The names and labels of what is written.
fn labels(locale: Locale) -> [(&'static str, &'static str); 3] {
    [
        ("title", say(locale, "Titel", "Title")),
        ("summary", say(locale, "Samenvatting", "Summary")),
        ("body", say(locale, "Uw verhaal (hoeft niet)", "Your story (optional)")),
    ]
}

fn form(visit: &Visit<'_>, view: &HarvestView, shared: &Shared, refused: Option<&Refused<'_>>) -> Markup {
    let locale = visit.locale;
    let form = Form::of("save", "", refused);
    let own = view.own();
    let title = own.map_or("", |own| &own.words.title);
    let summary = own.map_or("", |own| &own.words.summary);
    let body = own.and_then(|own| own.words.body.as_deref()).unwrap_or_default();
    let is_named = |id| own.is_some_and(|own| own.wishes.contains(&id));
    let wishes: Vec<_> = shared
        .viewer
        .into_iter()
        .flat_map(|id| shared.sharing.wishes_of(id))
        .collect();
    let has_assignment = shared
        .viewer
        .is_some_and(|id| shared.sharing.assignments.contains_key(&id));
    let is_in = own.is_some_and(|own| own.status.is_handed_in());
    let [in_title, in_summary, in_body] = labels(locale);
    html! {
        form method="post" {
            (form.head())
            (form.line((in_title.0, in_title.1, ""), title, 150, true))
            (form.area(
                (in_summary.0, in_summary.1, say(locale, "Wat is de kern, in een paar zinnen?", "What is the point, in a few sentences?")),
                summary, 1000, true,
            ))
            (form.area(
                (in_body.0, in_body.1, say(
                    locale,
                    "Gewone tekst. Links en opmaak werken hier niet.",
                    "Plain text. Links and markup do not work here.",
                )),
                body, 10_000, false,
            ))
            @if !wishes.is_empty() {
                fieldset {
                    legend { (say(locale, "Bij welke leerwensen hoort uw oogst?", "Which learning wishes does your harvest belong to?")) }
                    @for wish in wishes {
                        (form.check(&wish_field(wish.id), &excerpt(&wish.words.text, WISH_EXCERPT), is_named(wish.id)))
                    }
                }
            }
            @if has_assignment {
                p { (say(locale, "Uw opdracht hoort er vanzelf bij.", "Your assignment belongs to it by itself.")) }
            }
            @if is_in {
                button type="submit" name="then" value="save" { (say(locale, "Oogst bewaren", "Save harvest")) }
            } @else {
                button.secondary type="submit" name="then" value="save" { (say(locale, "Bewaren", "Save")) }
                @if view.can_submit(visit.now) {
                    button type="submit" name="then" value="submit" { (say(locale, "Bewaren en inleveren", "Save and hand in")) }
                }
            }
        }
    }
}

/// The harvests of everybody but whoever looks.
fn others(view: &HarvestView, shared: &Shared, locale: Locale) -> Markup {
    let others: Vec<_> = view.all().filter(|harvest| !view.is_own(harvest)).collect();
    html! {
        section {
            h2 { (say(locale, "Oogst van anderen", "Harvests of others")) }
            @if others.is_empty() { p { (say(locale, "Er is nog niets ingeleverd.", "Nothing has been handed in yet.")) } }
            @for harvest in others.iter().take(OTHERS) {
                article {
                    h3 { (harvest.words.title) }
                    p.subtitle { (author(view, harvest)) }
                    (quotation(&harvest.words.summary))
                    @if let Some(body) = &harvest.words.body {
                        details {
                            summary { (say(locale, "Lees verder", "Read on")) span.whose { ": " (harvest.words.title) } }
                            (quotation(body))
                        }
                    }
                    (origins(shared, harvest, locale))
                }
            }
            @if others.len() > OTHERS {
                p { (say(locale, "Er zijn er meer; de eerste honderd staan hier.", "There are more; the first hundred stand here.")) }
            }
        }
    }
}
