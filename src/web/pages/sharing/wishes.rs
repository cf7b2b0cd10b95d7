//! What participants want to learn, by learning line: read, add, change, follow, offer support.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::{
    carry_out,
    fields::{Form, Refused},
    goes_on, id_of, shared,
};
use crate::{
    app::{
        AppError, Repeatable,
        sharing::{Shared, WishFields},
    },
    domain::{
        ids::{LearningWishId, RegistrationId},
        message::Locale,
        sharing::{LearningWish, SUPPORT_A_PERSON, WISHES_A_PERSON},
    },
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        layout::{quotation, say},
    },
};

/// So many wishes stand on one page.
const WISHES_A_PAGE: usize = 50;

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    page(visit, area, StatusCode::OK, None).await
}

/// Carries out what a form asks for; none: the form is not one of ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let own = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let fields = WishFields {
        text: own("text"),
        own_steps: form.get("ownSteps").map(str::to_owned),
        learning_line: form.get("learningLine").map(str::to_owned),
    };
    let once = Repeatable::default();
    let act = own("act");
    let acted = if act == "add" {
        carry_out(visit, move |app, caller| async move {
            app.add_learning_wish(&caller, None, &fields, &once).await
        })
        .await?
    } else {
        let Some(id) = id_of::<LearningWishId>(form, "thing") else {
            return Ok(None);
        };
        let text = own("text");
        match act.as_str() {
            "edit" => {
                carry_out(visit, move |app, caller| async move {
                    app.edit_learning_wish(&caller, id, &fields, &once).await
                })
                .await?
            }
            "follow" => {
                carry_out(visit, move |app, caller| async move {
                    app.follow_learning_wish(&caller, id, &once).await
                })
                .await?
            }
            "unfollow" => {
                carry_out(visit, move |app, caller| async move {
                    app.unfollow_learning_wish(&caller, id, &once).await
                })
                .await?
            }
            "support" => {
                carry_out(visit, move |app, caller| async move {
                    app.offer_support(&caller, id, &text, &once).await
                })
                .await?
            }
            _ => return Ok(None),
        }
    };
    match acted {
        Ok(_) => Ok(Some(visit.done(area, &act))),
        Err(errors) => {
            let thing = own("thing");
            let refused = Refused {
                act: &act,
                thing: &thing,
                form,
                errors,
            };
            page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, Some(&refused))
                .await
                .map(Some)
        }
    }
}

fn done(word: &str, locale: Locale) -> Option<&'static str> {
    Some(match word {
        "add" => say(locale, "Uw leerwens staat erbij.", "Your learning wish has been added."),
        "edit" => say(
            locale,
            "Uw leerwens is aangepast.",
            "Your learning wish has been changed.",
        ),
        "follow" => say(
            locale,
            "U volgt deze leerwens. Is er nieuws, dan krijgt u daar op maandag een mail over.",
            "You follow this learning wish. When there is news, we mail you on Monday.",
        ),
        "unfollow" => say(
            locale,
            "U volgt deze leerwens niet meer.",
            "You no longer follow this learning wish.",
        ),
        "support" => say(
            locale,
            "Uw aanbod staat bij de leerwens. De schrijver krijgt er op maandag een mail over.",
            "Your offer stands with the learning wish. Its author is mailed on Monday.",
        ),
        _ => return None,
    })
}

/// Wishes in the order of the page: by learning line, then those without one.
pub(super) fn in_order(shared: &Shared) -> Vec<(Option<String>, LearningWishId)> {
    let lines = shared.sharing.learning_lines();
    let mut ordered: Vec<_> = lines
        .iter()
        .flat_map(|line| line.wishes.iter().map(|id| (Some(line.name.to_string()), *id)))
        .collect();
    let without = shared
        .sharing
        .wishes
        .values()
        .filter(|wish| wish.words.learning_line.is_none());
    ordered.extend(without.map(|wish| (None, wish.id)));
    ordered
}

/// The stretch of a long list that the address asks for: where it starts.
pub(super) fn start_of(visit: &Visit<'_>, total: usize) -> usize {
    let asked = visit.query.get("from").and_then(|from| from.parse().ok()).unwrap_or(0);
    if asked < total { asked } else { 0 }
}

/// The ways to the rest of a long list.
pub(super) fn neighbours(visit: &Visit<'_>, word: &str, start: usize, total: usize) -> Markup {
    let (locale, lang) = (visit.locale, visit.query.lang());
    html! {
        @if start > 0 || start + WISHES_A_PAGE < total {
            p {
                @if start > 0 {
                    a href={ "?page=" (word) "&from=" (start.saturating_sub(WISHES_A_PAGE)) (lang) } {
                        (say(locale, "Vorige leerwensen", "Previous learning wishes"))
                    } " "
                }
                @if start + WISHES_A_PAGE < total {
                    a href={ "?page=" (word) "&from=" (start + WISHES_A_PAGE) (lang) } {
                        (say(locale, "Volgende leerwensen", "Next learning wishes"))
                    }
                }
            }
        }
    }
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    refused: Option<&Refused<'_>>,
) -> Result<Response, AppError> {
    let (locale, shared) = (visit.locale, shared(visit).await?);
    let viewer = shared.viewer;
    let own = viewer.map_or(0, |id| shared.sharing.wishes_of(id).count());
    let may_add = goes_on(visit) && own < WISHES_A_PERSON;
    let told = visit.query.get("done").and_then(|word| done(word, locale));
    let body = html! {
        @if let (Some(told), None) = (told, refused) { p.done role="status" { (told) } }
        p {
            (say(
                locale,
                "Hier lezen de deelnemers en de begeleiders wat u wilt leren, en leest u wat zij willen leren. Zij zien uw voornaam en uw organisatie, niet uw e-mailadres.",
                "Here the participants and the facilitators read what you want to learn, and you read what they want to learn. They see your given name and your organisation, not your e-mail address.",
            ))
        }
        @if goes_on(visit) && !may_add {
            p { (say(locale, "U hebt 20 leerwensen. Meer kan niet; u kunt ze wel veranderen.", "You have 20 learning wishes. That is the most; you can change them.")) }
        }
        (list(visit, area, &shared, refused))
        @if may_add { (add(visit, &shared, refused)) }
    };
    Ok(visit.page(area, status, &Refused::above(refused, body)))
}

fn wish_fields<'a>(form: &Form<'a>, wish: Option<&'a LearningWish>, lines: &[&str], locale: Locale) -> Markup {
    let text = wish.map_or("", |wish| &wish.words.text);
    let steps = wish
        .and_then(|wish| wish.words.own_steps.as_deref())
        .unwrap_or_default();
    let line = wish
        .and_then(|wish| wish.words.learning_line.as_deref())
        .unwrap_or_default();
    let known = match lines {
        [] => String::new(),
        lines => format!(
            "{} {}.",
            say(locale, "Deze zijn er al:", "There are already:"),
            lines.join("; ")
        ),
    };
    let about = say(
        locale,
        "Een thema dat uw leerwens deelt met die van anderen. U mag dit leeg laten.",
        "A theme that your learning wish shares with those of others. You may leave this empty.",
    );
    html! {
        (form.area(("text", say(locale, "Wat wilt u leren?", "What would you like to learn?"), ""), text, 1000, true))
        (form.area(("ownSteps", say(locale, "Wat gaat u daar zelf voor doen?", "What will you do for it yourself?"), ""), steps, 1000, false))
        (form.line(("learningLine", say(locale, "Leerlijn", "Learning line"), format!("{about} {known}").trim()), line, 80, false))
    }
}

/// The names of the first learning lines, for whoever looks for one to join.
fn line_names(shared: &Shared) -> Vec<String> {
    let lines = shared.sharing.learning_lines();
    lines.iter().take(20).map(|line| line.name.to_string()).collect()
}

fn add(visit: &Visit<'_>, shared: &Shared, refused: Option<&Refused<'_>>) -> Markup {
    let locale = visit.locale;
    let form = Form::of("add", "", refused);
    let names = line_names(shared);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    html! {
        section {
            h2 { (say(locale, "Schrijf een leerwens op", "Write a learning wish")) }
            form method="post" {
                (form.head())
                (wish_fields(&form, None, &names, locale))
                button type="submit" { (say(locale, "Leerwens toevoegen", "Add learning wish")) }
            }
        }
    }
}

fn list(visit: &Visit<'_>, area: Area, shared: &Shared, refused: Option<&Refused<'_>>) -> Markup {
    let locale = visit.locale;
    let ordered = in_order(shared);
    let start = start_of(visit, ordered.len());
    let stretch: Vec<_> = ordered.iter().skip(start).take(WISHES_A_PAGE).collect();
    html! {
        @if stretch.is_empty() {
            p { (say(locale, "Er zijn nog geen leerwensen.", "There are no learning wishes yet.")) }
        }
        @for group in stretch.chunk_by(|(one, _), (other, _)| one == other) {
            section {
                h2 {
                    @match group.first().and_then(|(line, _)| line.as_ref()) {
                        Some(line) => { (say(locale, "Leerlijn: ", "Learning line: ")) (line) }
                        None => (say(locale, "Zonder leerlijn", "Without a learning line"))
                    }
                }
                @for (_, id) in group {
                    @if let Some(wish) = shared.sharing.wishes.get(id) { (article(visit, shared, wish, refused)) }
                }
            }
        }
        (neighbours(visit, area.word(), start, ordered.len()))
    }
}

/// A wish as everybody reads it.
pub(super) fn reading(shared: &Shared, wish: &LearningWish, locale: Locale) -> Markup {
    let name = |id: RegistrationId| {
        shared
            .participant(id)
            .map(|one| format!("{}, {}", one.given_name, one.organisation))
    };
    let followers = wish.followers.len();
    html! {
        h3 {
            @if shared.viewer == Some(wish.author) { (say(locale, "Uw eigen leerwens", "Your own learning wish")) }
            @else { (name(wish.author).unwrap_or_default()) }
        }
        (quotation(&wish.words.text))
        @if let Some(steps) = &wish.words.own_steps {
            p { strong { (say(locale, "Doet daar zelf voor:", "Will do for it:")) } }
            (quotation(steps))
        }
        @if followers > 0 {
            p.subtitle {
                @match (followers, locale) {
                    (1, Locale::Nl) => "1 deelnemer volgt deze leerwens.",
                    (1, Locale::En) => "1 participant follows this learning wish.",
                    (_, Locale::Nl) => { (followers) " deelnemers volgen deze leerwens." }
                    (_, Locale::En) => { (followers) " participants follow this learning wish." }
                }
            }
        }
        @if !wish.support.is_empty() {
            p { strong { (say(locale, "Aangeboden hulp:", "Support offered:")) } }
            ul {
                @for offer in wish.support.values() {
                    li { (name(offer.from).unwrap_or_default()) ": " span.as-written { (offer.text) } }
                }
            }
        }
    }
}

fn article(visit: &Visit<'_>, shared: &Shared, wish: &LearningWish, refused: Option<&Refused<'_>>) -> Markup {
    let locale = visit.locale;
    let thing = wish.id.to_string();
    let author = shared
        .participant(wish.author)
        .map(|one| one.given_name.to_string())
        .unwrap_or_default();
    let of_author = match locale {
        Locale::Nl => format!(": leerwens van {author}"),
        Locale::En => format!(": learning wish of {author}"),
    };
    let Some(viewer) = shared.viewer.filter(|_| goes_on(visit)) else {
        return html! { article { (reading(shared, wish, locale)) } };
    };
    if wish.author == viewer {
        let form = Form::of("edit", &thing, refused);
        let names = line_names(shared);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return html! {
            article {
                (reading(shared, wish, locale))
                details open[form.is_refused()] {
                    summary { (say(locale, "Deze leerwens veranderen", "Change this learning wish")) }
                    form method="post" {
                        (form.head())
                        (wish_fields(&form, Some(wish), &names, locale))
                        button type="submit" { (say(locale, "Leerwens bewaren", "Save learning wish")) }
                    }
                }
            }
        };
    }
    let follows = wish.followers.contains_key(&viewer);
    let (act, label) = if follows {
        ("unfollow", say(locale, "Niet meer volgen", "Stop following"))
    } else {
        ("follow", say(locale, "Volgen", "Follow"))
    };
    let following = Form::of(act, &thing, refused);
    let support = Form::of("support", &thing, refused);
    html! {
        article {
            (reading(shared, wish, locale))
            form method="post" {
                (following.head())
                button.secondary type="submit" aria-label={ (label) (of_author) } { (label) }
            }
            @if wish.support_from(viewer) < SUPPORT_A_PERSON {
                details open[support.is_refused()] {
                    summary { (say(locale, "Hulp aanbieden", "Offer support")) span.whose { (of_author) } }
                    form method="post" {
                        (support.head())
                        (support.area(("text", say(locale, "Wat biedt u aan?", "What do you offer?"), ""), "", 500, true))
                        button type="submit" { (say(locale, "Hulp aanbieden", "Offer support")) }
                    }
                }
            }
        }
    }
}
