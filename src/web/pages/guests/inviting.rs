//! Where members invite guests: participants see their own, organisers everybody, facilitators how many come.

use maud::{Markup, html};
use poem::{Response, http::StatusCode};
use uuid::Uuid;

use super::{relation, standing, when_and_where};
use crate::{
    app::{
        AppError, Caller, Repeatable,
        guests::{InvitationFields, InvitationView},
    },
    domain::{
        guests::{GuestRelation, InvitationStatus, LONGEST_MESSAGE},
        ids::InvitationId,
        message::Locale,
        page::{Page, Window},
        programme::Showcase,
        refusal::Refusal,
    },
    web::pages::{
        areas::{Area, Visit},
        asking::Values,
        fields::{Field, Filled, Input},
        layout::{facts, plain, say},
    },
};

/// So many invitations stand on one page.
const AT_ONCE: usize = 100;

/// The fields that refusals can be about.
const NAMES: [&str; 3] = ["name", "email", "message"];

/// A form that was not carried out: what was filled in, and why.
struct Refused<'a> {
    values: &'a Values,
    refusals: Vec<Refusal>,
}

/// Shows the area.
pub async fn show(visit: &Visit<'_>, area: Area) -> Result<Response, AppError> {
    page(visit, area, StatusCode::OK, None).await
}

/// Carries out what a form asks for; none: the form is not one of ours.
pub async fn act(visit: &Visit<'_>, area: Area, form: &Values) -> Result<Option<Response>, AppError> {
    let (app, caller, once) = (visit.parts.app.clone(), visit.caller.clone(), Repeatable::default());
    let invitation = form.get("invitation").and_then(|id| id.parse::<Uuid>().ok());
    let (done, acted) = match (form.get("act"), invitation) {
        (Some("invite"), None) => {
            let programme = visit
                .caller
                .organises(visit.record.programme.id)
                .then_some(visit.record.programme.id);
            let own = |name: &str| form.get(name).unwrap_or_default().to_owned();
            let fields = InvitationFields {
                name: own("name"),
                email: own("email"),
                relation: form
                    .get("relation")
                    .and_then(GuestRelation::from_word)
                    .unwrap_or(GuestRelation::Colleague),
                locale: form.get("locale").and_then(Locale::from_tag),
                message: form.get("message").map(str::to_owned),
            };
            let act = async move { app.invite_guest(&caller, programme, &fields, &once).await };
            ("invited", visit.parts.carry_out(act).await)
        }
        (Some("cancel"), Some(id)) => {
            let act = async move { app.cancel_invitation(&caller, InvitationId(id), &once).await };
            ("cancelled", visit.parts.carry_out(act).await)
        }
        _ => return Ok(None),
    };
    match acted {
        Ok(_) => Ok(Some(visit.done(area, done))),
        Err(AppError::Refused(refusals)) => {
            let refused = Refused { values: form, refusals };
            page(visit, area, StatusCode::UNPROCESSABLE_ENTITY, Some(&refused))
                .await
                .map(Some)
        }
        Err(error) => Err(error),
    }
}

async fn page(
    visit: &Visit<'_>,
    area: Area,
    status: StatusCode,
    refused: Option<&Refused<'_>>,
) -> Result<Response, AppError> {
    let (app, programme) = (&visit.parts.app, &visit.record.programme);
    let Some(showcase) = programme.announced.showcase else {
        return Err(AppError::Forbidden);
    };
    let mut window = Window::first(AT_ONCE);
    window.after = visit.query.get("after").and_then(|after| after.parse().ok());
    let desk = Desk {
        visit,
        showcase,
        invitations: app.invitations(visit.caller, programme.id, None, &window).await?,
        is_to_come: visit.now < showcase.starts_at(programme.announced.time_zone),
        refused,
    };
    let counts = app.guest_counts(visit.caller, programme.id).await?;
    let count = |status| counts.get(&status).copied().unwrap_or(0);
    let venue = app.showcase_venue(visit.caller, programme.id).await?;
    let locale = visit.locale;
    let body = html! {
        @if let Some(done) = visit.query.get("done").filter(|_| refused.is_none()).and_then(|done| done_words(done, locale)) {
            p.done role="status" { (done) }
        }
        section {
            h2 { (say(locale, "De manifestatie", "The showcase")) }
            (when_and_where(showcase, venue.as_ref(), locale))
            (facts([
                (say(locale, "Gasten die komen", "Guests who come"), Some(of_capacity(count(InvitationStatus::Accepted), showcase.capacity, locale))),
                (say(locale, "Gasten die wachten op een plaats", "Guests who wait for a place"), plain(count(InvitationStatus::Waiting))),
                (say(locale, "Nog geen antwoord", "No answer yet"), plain(count(InvitationStatus::Invited))),
                (say(locale, "Komt niet", "Does not come"), plain(count(InvitationStatus::Declined))),
            ]))
        }
        @if desk.may_invite() {
            (desk.form())
            (desk.list())
        }
    };
    Ok(visit.page(area, status, &body))
}

fn of_capacity(accepted: u32, capacity: Option<u32>, locale: Locale) -> Markup {
    html! { (accepted) @if let Some(capacity) = capacity { (say(locale, " van hoogstens ", " of at most ")) (capacity) } }
}

fn done_words(done: &str, locale: Locale) -> Option<&'static str> {
    Some(match done {
        "invited" => say(locale, "De uitnodiging is verstuurd.", "The invitation has been sent."),
        "cancelled" => say(
            locale,
            "De uitnodiging is ingetrokken.",
            "The invitation has been called back.",
        ),
        _ => return None,
    })
}

struct Desk<'a> {
    visit: &'a Visit<'a>,
    showcase: Showcase,
    invitations: Page<InvitationView>,
    is_to_come: bool,
    refused: Option<&'a Refused<'a>>,
}

impl Desk<'_> {
    fn organises(&self) -> bool {
        self.visit.caller.organises(self.visit.record.programme.id)
    }

    fn may_invite(&self) -> bool {
        self.organises() || matches!(self.visit.caller, Caller::Registrant { .. })
    }

    fn form(&self) -> Markup {
        let locale = self.visit.locale;
        let announced = &self.visit.record.programme.announced;
        let filled = Filled {
            form: "invite",
            values: self.refused.map(|refused| refused.values),
            refused: self.refused.map_or(&[], |refused| &refused.refusals),
            zone: announced.time_zone,
            locale,
        };
        let line = |name, nl, en, kind, hint, max| {
            filled.field(&Field {
                name,
                label: say(locale, nl, en),
                hint,
                input: Input::Line(kind, "off"),
                is_optional: false,
                max,
            })
        };
        let relations = GuestRelation::ALL.map(|one| (one.word(), relation(one, locale)));
        let where_from = say(
            locale,
            "De gast leest in de mail dat wij het adres van u hebben.",
            "The guest reads in the mail that we have the address from you.",
        );
        html! {
            section {
                h2 { (say(locale, "Nodig iemand uit", "Invite somebody")) }
                (filled.alert(&NAMES))
                @if !self.is_to_come {
                    p { (say(
                        locale,
                        "De manifestatie is begonnen of geweest. U kunt niemand meer uitnodigen.",
                        "The showcase has begun or is over. You can no longer invite anybody.",
                    )) }
                } @else {
                    @if !self.organises() { (self.quota()) }
                    form method="post" {
                        (line("name", "Voor- en achternaam van de gast", "The guest's full name", "text", None, 100))
                        (line("email", "E-mailadres van de gast", "The guest's e-mail address", "email", (!self.organises()).then_some(where_from), 254))
                        (filled.choice("relation", say(locale, "Deze gast is een", "This guest is a"), &relations, GuestRelation::Colleague.word()))
                        (filled.choice(
                            "locale",
                            say(locale, "In welke taal schrijven we deze gast?", "In which language shall we write to this guest?"),
                            &[("nl", "Nederlands"), ("en", "English")],
                            announced.locale.tag(),
                        ))
                        (filled.field(&Field {
                            name: "message",
                            label: say(locale, "Wat wilt u erbij schrijven?", "What do you want to add?"),
                            hint: Some(say(locale, "Adressen van websites worden geen link.", "Addresses of websites do not become links.")),
                            input: Input::Text(4),
                            is_optional: true,
                            max: u32::try_from(LONGEST_MESSAGE).unwrap_or(u32::MAX),
                        }))
                        button name="act" value="invite" { (say(locale, "Verstuur de uitnodiging", "Send the invitation")) }
                    }
                }
            }
        }
    }

    fn quota(&self) -> Markup {
        let quota = self.showcase.guest_quota;
        html! {
            p { @match self.visit.locale {
                Locale::Nl => { "U kunt " (quota) @if quota == 1 { " gast" } @else { " gasten" } " tegelijk uitnodigen. Komt iemand niet, dan kunt u een ander vragen." },
                Locale::En => { "You can invite " (quota) @if quota == 1 { " guest" } @else { " guests" } " at one time. If somebody does not come, you can ask somebody else." },
            } }
        }
    }

    fn list(&self) -> Markup {
        let locale = self.visit.locale;
        let title = match self.organises() {
            true => say(locale, "Alle uitnodigingen", "All invitations"),
            false => say(locale, "Uw uitnodigingen", "Your invitations"),
        };
        let next = self.invitations.items.last().filter(|_| self.invitations.has_next);
        html! {
            section {
                h2 { (title) }
                @if self.invitations.items.is_empty() { p { (say(locale, "Er staan hier geen uitnodigingen.", "There are no invitations here.")) } }
                @for view in &self.invitations.items { (self.row(view)) }
                @if let Some(last) = next {
                    p { a href={ "?page=guests&after=" (last.invitation.arrival) (self.visit.query.lang()) } { (say(locale, "Volgende uitnodigingen", "Next invitations")) } }
                }
            }
        }
    }

    fn row(&self, view: &InvitationView) -> Markup {
        let (locale, invitation) = (self.visit.locale, &view.invitation);
        let guest = &invitation.guest;
        let is_erased = invitation.erased_at.is_some();
        html! {
            article {
                h3 { @if is_erased { (say(locale, "Gewiste gast", "Erased guest")) } @else { (guest.name) } }
                p {
                    strong { (standing(invitation.status, locale)) }
                    " (" (relation(guest.relation, locale)) ")"
                    @if !is_erased { ", " (*guest.email) }
                }
                @if self.organises() {
                    p.subtitle {
                        (say(locale, "Uitgenodigd door ", "Invited by "))
                        @if let Some(inviter) = &view.inviter { (inviter.given_name) ", " (inviter.organisation) }
                        @else { (say(locale, "de organisatie", "the organisers")) }
                    }
                }
                @if self.is_to_come && invitation.status != InvitationStatus::Cancelled && !is_erased {
                    form method="post" {
                        input type="hidden" name="invitation" value=(invitation.id);
                        button.secondary name="act" value="cancel" {
                            (say(locale, "Uitnodiging intrekken: ", "Call the invitation back: ")) (guest.name)
                        }
                    }
                }
            }
        }
    }
}
