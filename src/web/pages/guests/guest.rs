//! The page of a guest: what the showcase is, when and where, who invites, and the buttons that answer.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};

use super::when_and_where;
use crate::{
    app::{AppError, Caller, Repeatable, guests::InvitationView},
    domain::{guests::InvitationStatus as Status, message::Locale, refusal::Refusal},
    web::pages::{
        answer,
        areas::Visit,
        asking::Values,
        harvest::{day, harvests},
        layout::{Sheet, Switch, foreign, quotation, say},
        markdown, programme, see_other,
    },
};

/// The value of the form field `act` with which a guest comes.
const ACCEPT: &str = "accept";
/// The value with which a guest does not.
const DECLINE: &str = "decline";

/// The invitation behind the link.
pub(super) async fn own(visit: &Visit<'_>) -> Result<InvitationView, AppError> {
    let Caller::Guest { invitation, .. } = visit.caller else {
        return Err(AppError::Forbidden);
    };
    let found = visit.parts.app.invitations_by_id(visit.caller, &[*invitation]).await?;
    found.into_iter().next().ok_or(AppError::Forbidden)
}

/// Shows the page.
pub async fn show(visit: &Visit<'_>) -> Result<Response, AppError> {
    page(visit, StatusCode::OK, false).await
}

/// Carries the guest's answer out; none: the form is not one of ours.
pub async fn act(visit: &Visit<'_>, form: &Values) -> Result<Option<Response>, AppError> {
    let word = match form.get("act") {
        Some(word @ (ACCEPT | DECLINE)) => word.to_owned(),
        _ => return Ok(None),
    };
    let accepts = word == ACCEPT;
    let (app, caller) = (visit.parts.app.clone(), visit.caller.clone());
    let replied = visit
        .parts
        .carry_out(async move { app.reply_to_invitation(&caller, accepts, &Repeatable::default()).await })
        .await;
    match replied {
        Ok(_) => Ok(Some(see_other(&format!("?done={word}{}", visit.query.lang())))),
        Err(AppError::Refused(refusals)) if refusals.iter().all(|one| matches!(one, Refusal::StateConflict(_))) => {
            page(visit, StatusCode::CONFLICT, true).await.map(Some)
        }
        Err(other) => Err(other),
    }
}

async fn page(visit: &Visit<'_>, status: StatusCode, is_refused: bool) -> Result<Response, AppError> {
    let (app, locale) = (&visit.parts.app, visit.locale);
    let view = own(visit).await?;
    let programme = &visit.record.programme;
    let announced = &programme.announced;
    // Whoever is no longer expected is not told where to be.
    let venue = match visit.caller.is_guest_of(programme.id) {
        true => app.showcase_venue(visit.caller, programme.id).await?,
        false => None,
    };
    let day = harvests(visit).await?;
    let is_to_come = programme.is_under_way()
        && announced
            .showcase
            .is_some_and(|showcase| visit.now < showcase.starts_at(announced.time_zone));
    let told = Told {
        view: &view,
        line: app.place_in_line(&visit.record, &view.invitation).await?,
        is_to_come,
        locale,
    };
    let switch = match is_refused {
        true => Switch::None,
        false => Switch::Query(String::new()),
    };
    let text_lang = foreign(announced.locale, locale);
    let body = html! {
        (visit.navigation(None))
        @if let Some(subtitle) = &announced.subtitle { p.subtitle lang=[text_lang] { (subtitle) } }
        @if is_refused {
            p.refused role="alert" { (say(
                locale,
                "Dit kan niet meer. Hieronder ziet u hoe het er nu voor staat.",
                "This cannot be done any more. Below you see how things stand.",
            )) }
        }
        @if let Some(done) = visit.query.get("done").filter(|_| !is_refused).and_then(|done| told.done(done)) {
            p.done role="status" { (done) }
        }
        (told.standing())
        @if let Some(showcase) = announced.showcase.filter(|_| view.invitation.status != Status::Cancelled) {
            section {
                h2 { (say(locale, "De manifestatie", "The showcase")) }
                p { (say(
                    locale,
                    "De deelnemers laten zien wat zij hebben geleerd en waar dat toe heeft geleid.",
                    "The participants show what they have learned and what came of it.",
                )) }
                (when_and_where(showcase, venue.as_ref(), locale))
            }
            // Of what is presented, guests know what everybody does.
            @if !day.slots().is_empty() { section { (day::programme(&day, locale)) } }
        }
        (told.inviter())
        section {
            h2 { (say(locale, "Over het programma", "About the programme")) }
            div lang=[text_lang] { (markdown::rendered(&announced.description)) }
            @if let Some(contacts) = programme::contacts(programme) {
                p { (say(locale, "Vragen?", "Questions?")) br; (contacts) }
            }
        }
    };
    let sheet = Sheet {
        locale,
        title: &announced.title,
        title_locale: announced.locale,
        switch: &switch,
        body,
    };
    Ok(answer(status, sheet.render()))
}

/// What the page says of the invitation.
struct Told<'a> {
    view: &'a InvitationView,
    /// The place in the line of those who wait.
    line: Option<u32>,
    is_to_come: bool,
    locale: Locale,
}

impl Told<'_> {
    fn status(&self) -> Status {
        self.view.invitation.status
    }

    /// What was done, if it is still so: the address of the page can be opened again later, or made up.
    fn done(&self, done: &str) -> Option<&'static str> {
        let locale = self.locale;
        match (done, self.status()) {
            (ACCEPT, Status::Accepted) => Some(say(
                locale,
                "Fijn dat u komt. U krijgt een mail met een bestand voor uw agenda.",
                "Good that you come. You get a mail with a file for your calendar.",
            )),
            (ACCEPT, Status::Waiting) => Some(say(
                locale,
                "Dank u wel. U staat in de rij.",
                "Thank you. You are in line.",
            )),
            (DECLINE, Status::Declined) => Some(say(
                locale,
                "Jammer, maar dank dat u het ons laat weten.",
                "A pity, but thank you for letting us know.",
            )),
            _ => None,
        }
    }

    fn standing(&self) -> Markup {
        let (locale, status) = (self.locale, self.status());
        let (heading, sentence) = self.words();
        let accept = say(locale, "Ik kom", "I will come");
        let decline = say(locale, "Ik kom niet", "I will not come");
        let buttons: &[(&str, &str)] = match status {
            _ if !self.is_to_come => &[],
            Status::Invited => &[(ACCEPT, accept), (DECLINE, decline)],
            Status::Accepted | Status::Waiting => {
                &[(DECLINE, say(locale, "Ik kom toch niet", "I will not come after all"))]
            }
            Status::Declined => &[(ACCEPT, say(locale, "Ik kom toch", "I will come after all"))],
            Status::Cancelled => &[],
        };
        html! {
            section.standing {
                p.whose { (say(locale, "Uitnodiging voor ", "Invitation for ")) (self.view.invitation.guest.name) }
                h2 { (heading) }
                p { (sentence) }
                @if !buttons.is_empty() {
                    // Without an address of its own the form goes to the page's: so the key stands nowhere in it.
                    form method="post" {
                        @for (act, label) in buttons {
                            button.secondary[*act == DECLINE] name="act" value=(act) { (label) }
                        }
                    }
                }
            }
        }
    }

    fn words(&self) -> (&'static str, String) {
        let locale = self.locale;
        let own = |heading: (&'static str, &'static str), nl: &'static str, en: &'static str| {
            (say(locale, heading.0, heading.1), say(locale, nl, en).to_owned())
        };
        match self.status() {
            Status::Cancelled => own(
                ("Deze uitnodiging geldt niet meer", "This invitation no longer holds"),
                "U wordt niet verwacht. Wilt u meer weten? Vraag het aan wie u uitnodigde.",
                "You are not expected. Do you want to know more? Ask whoever invited you.",
            ),
            _ if !self.is_to_come => own(
                (
                    "De manifestatie is begonnen of geweest",
                    "The showcase has begun or is over",
                ),
                "U kunt uw antwoord niet meer aanpassen.",
                "You can no longer change your answer.",
            ),
            Status::Invited => own(
                ("U bent uitgenodigd", "You are invited"),
                "Komt u? U kunt uw antwoord later nog aanpassen, tot de manifestatie begint.",
                "Will you come? You can change your answer later, until the showcase begins.",
            ),
            Status::Accepted => own(
                ("U komt", "You will come"),
                "We rekenen op u. Kunt u toch niet? Laat het dan weten, zodat iemand anders kan komen.",
                "We count on you. Can you not come after all? Then please say so, so that somebody else can come.",
            ),
            Status::Declined => own(
                ("U komt niet", "You will not come"),
                "Bedenkt u zich? Dan kunt u dat hier laten weten, tot de manifestatie begint.",
                "Do you change your mind? You can say so here until the showcase begins.",
            ),
            Status::Waiting => {
                let place = self.line.unwrap_or(1);
                let sentence = match locale {
                    Locale::Nl => format!(
                        "Alle plaatsen zijn bezet. U bent nummer {place} in de rij. Komt er een plaats vrij, dan krijgt u een mail en bent u welkom."
                    ),
                    Locale::En => format!(
                        "All places are taken. You are number {place} in line. If a place comes free, you get a mail and are welcome."
                    ),
                };
                (say(locale, "U wacht op een plaats", "You wait for a place"), sentence)
            }
        }
    }

    fn inviter(&self) -> Markup {
        let locale = self.locale;
        let message = self.view.invitation.message.as_deref();
        let inviter = self.view.inviter.as_ref();
        html! {
            @if inviter.is_some() || message.is_some() {
                section {
                    h2 { (say(locale, "Wie nodigt u uit", "Who invites you")) }
                    @if let Some(inviter) = inviter { p { (inviter.given_name) ", " (inviter.organisation) } }
                    @else { p { (say(locale, "De organisatie", "The organisers")) } }
                    @if let Some(message) = message { (quotation(message)) }
                }
            }
        }
    }
}
