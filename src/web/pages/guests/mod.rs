//! Guests of the showcase: their own page and data, and the page where members invite them.

pub mod guest;
pub mod inviting;
pub mod own_data;

use maud::{Markup, html};

use super::{hosting::venue_facts, layout::say};
use crate::domain::{
    formats,
    guests::{GuestRelation, InvitationStatus},
    hosting::Venue,
    message::Locale,
    programme::Showcase,
};

/// What a guest is to whoever invites, in words.
fn relation(relation: GuestRelation, locale: Locale) -> &'static str {
    match relation {
        GuestRelation::Colleague => say(locale, "collega", "colleague"),
        GuestRelation::Manager => say(locale, "leidinggevende", "manager"),
        GuestRelation::NetworkPartner => say(locale, "netwerkpartner", "network partner"),
        GuestRelation::OtherMunicipality => say(locale, "andere gemeente", "other municipality"),
    }
}

/// Where an invitation stands, in words.
fn standing(status: InvitationStatus, locale: Locale) -> &'static str {
    match status {
        InvitationStatus::Invited => say(locale, "nog geen antwoord", "no answer yet"),
        InvitationStatus::Accepted => say(locale, "komt", "comes"),
        InvitationStatus::Declined => say(locale, "komt niet", "does not come"),
        InvitationStatus::Waiting => say(
            locale,
            "wil komen, wacht op een plaats",
            "wants to come, waits for a place",
        ),
        InvitationStatus::Cancelled => say(locale, "ingetrokken", "called back"),
    }
}

/// When and where the showcase is.
fn when_and_where(showcase: Showcase, venue: Option<&Venue>, locale: Locale) -> Markup {
    let when = formats::meeting_days(&[showcase.day()], locale);
    html! {
        p { strong { (when) } }
        @match venue {
            Some(venue) => { (venue_facts(venue, locale)) },
            None => { p { (say(locale, "Waar het is, is nog niet bekend.", "It is not known yet where it is.")) } },
        }
    }
}
