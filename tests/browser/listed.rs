//! No page escapes: each address that the server answers at, each area behind a personal link, and each place that a link of
//! some page leads to has a line in the table.

use std::fs;

use leernetwerk::web::pages::Area;

use super::table::{NO_PAGES, PAGES, Who};
use crate::harness::app::SLUG;

/// What of a query names a page; the rest is about its language and what it shows.
const NAMING: [&str; 5] = ["page", "harvest", "withdraw", "erase", "format"];

/// Who has the same pages, whatever they say at the moment.
fn kin(who: Who) -> u8 {
    match who {
        Who::Anybody => 0,
        Who::Organiser | Who::Facilitator | Who::Contact => 1,
        Who::Guest | Who::GuestComing | Who::GuestWaiting | Who::GuestStayingAway | Who::GuestCalledBack => 2,
        _ => 3,
    }
}

/// The place that a link leads to, as the table writes it; none: it leads to another host, or somebody else's page.
pub fn place_of(link: &str, home: &str, own: Option<&str>) -> Option<String> {
    let address = url::Url::parse(link).ok()?;
    let path = link.strip_prefix(home)?.split(['?', '#']).next()?;
    let path = match (own, path.strip_prefix("/p/")) {
        (Some(own), Some(token)) if own == token => String::new(),
        (None, Some(_)) => return None,
        _ => {
            let thing = if path.contains("/harvests/") {
                ":harvest"
            } else {
                ":mail"
            };
            let parts: Vec<_> = path.split('/').map(|part| named(part, thing)).collect();
            parts.join("/").replace(SLUG, ":slug")
        }
    };
    Some(format!("{path}{}", naming(address.query().unwrap_or_default())))
}

/// A part of an address; where it is an id, the placeholder of the thing that it names.
fn named<'a>(part: &'a str, thing: &'a str) -> &'a str {
    match part.parse::<uuid::Uuid>() {
        Ok(_) => thing,
        Err(_) => part,
    }
}

fn naming(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let named: Vec<String> = pairs
        .filter(|(name, _)| NAMING.contains(&name.as_ref()))
        .map(|(name, value)| format!("{name}={}", named(&value, ":harvest")))
        .collect();
    match named.as_slice() {
        [] => String::new(),
        named => format!("?{}", named.join("&")),
    }
}

/// Whether the table has a place that a link of somebody's page leads to.
pub fn has(who: Who, place: &str) -> bool {
    let is_public = place.starts_with('/');
    let path = place.split('?').next().unwrap_or_default();
    let shown = |row: &&super::table::Row| {
        let (own, query) = row.place.split_once('?').unwrap_or((row.place, ""));
        let is_for = if is_public {
            row.who == Who::Anybody
        } else {
            kin(row.who) == kin(who)
        };
        is_for && row.form.is_none() && format!("{own}{}", naming(query)) == place
    };
    NO_PAGES.iter().any(|(one, _)| *one == path || *one == place) || PAGES.iter().any(|row| shown(&row))
}

#[test]
fn every_area_has_its_lines() {
    for area in Area::ALL {
        let place = format!("?page={}", area.word());
        let shown = PAGES.iter().any(|row| row.place == place && row.form.is_none());
        assert!(shown, "no line of the table shows {place}");
    }
}

#[test]
fn every_address_has_its_lines() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/server.rs");
    let source = fs::read_to_string(source).unwrap();
    let mounted = source.split(".at(\"").skip(1).chain(source.split(".nest(\"").skip(1));
    let addresses: Vec<&str> = mounted.filter_map(|rest| rest.split('"').next()).collect();
    assert!(addresses.len() > 8, "{addresses:?}");
    for address in addresses {
        // What comes after the key is a matter of the areas.
        let is_shown = match address {
            "/p/:token" => PAGES.iter().any(|row| row.who != Who::Anybody),
            _ => PAGES
                .iter()
                .any(|row| row.who == Who::Anybody && row.place.trim_end_matches('/') == address.trim_end_matches('/')),
        };
        let is_none = NO_PAGES.iter().any(|(one, _)| *one == address);
        assert!(is_shown || is_none, "no line of the table shows {address}");
    }
}
