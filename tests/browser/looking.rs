//! Every page of the table, opened in a browser and looked at.

use std::{collections::BTreeSet, path::PathBuf, sync::Mutex};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;

use super::{
    listed,
    table::{Moment, PAGES, Row, Who},
    world::World,
};
use crate::harness::browser::{Arrival, SCREENSHOTS, Scheme, Tab, browser};

/// The success criteria of WCAG 2.2 at level AA, as axe-core tags its rules, and what its authors advise beside them.
const RULES: &[&str] = &["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// A small telephone, or a wide screen enlarged four times (WCAG 2.2, 1.4.10), and a desk; each with the language in which
/// the rules are held against what it shows: they take their time, and do not depend on the words. That a page fits does, so
/// it is seen to on the telephone in both.
const LOOKS: [(u32, Scheme, &str); 2] = [(320, Scheme::Light, "nl"), (1280, Scheme::Dark, "en")];

/// Tells what stands on a page that no rule of axe-core is about.
const READ: &str = "(() => {
  const width = document.documentElement.clientWidth;
  const sticksOut = element => element.getBoundingClientRect().right > width + 0.5 && !element.closest('pre');
  const all = [...document.querySelectorAll('*')];
  return {
    language: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    scripts: all.filter(one => one.localName === 'script' || [...one.attributes].some(its => its.name.startsWith('on')
      || its.name === 'style' || its.value.trim().toLowerCase().startsWith('javascript:'))).map(one => one.outerHTML),
    sideways: document.documentElement.scrollWidth > width,
    sticking: all.filter(sticksOut).map(one => one.outerHTML.slice(0, 120)),
    nowhere: all.filter(one => one.getAttribute('href')?.startsWith('#') && !document.getElementById(one.hash.slice(1)))
      .map(one => one.outerHTML),
    ids: all.map(one => one.id).filter((id, at, ids) => id && ids.indexOf(id) !== at),
    links: [...document.querySelectorAll('a[href], form[action]')].map(one => one.href || one.action),
  };
})()";

#[derive(Debug, Deserialize)]
struct Read {
    language: String,
    title: String,
    headings: usize,
    scripts: Vec<String>,
    sideways: bool,
    sticking: Vec<String>,
    nowhere: Vec<String>,
    ids: Vec<String>,
    links: Vec<String>,
}

/// What was found on all pages.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    /// Places that links lead to, with one page that has such a link.
    links: BTreeSet<(String, String)>,
}

/// Where pictures of the pages are wanted.
#[expect(clippy::disallowed_methods, reason = "a setting of the tests, not of the product")]
fn pictures() -> Option<PathBuf> {
    let directory = PathBuf::from(std::env::var_os(SCREENSHOTS)?);
    std::fs::create_dir_all(&directory).unwrap();
    Some(directory)
}

/// Holds the page that a tab shows against everything, on a telephone and on a desk; what is wrong with it. Rules that only
/// hold for a page of ours do not hold for a captured mail.
async fn wrong_on(tab: &Tab, language: &str, is_mail: bool, picture: Option<&str>) -> (Vec<String>, Vec<String>) {
    let (mut wrong, mut links) = (Vec::new(), Vec::new());
    for (width, scheme, ruled) in LOOKS {
        if width != LOOKS[0].0 && language != ruled {
            continue;
        }
        tab.look_with(width, scheme).await;
        let read: Read = serde_json::from_value(tab.evaluate(READ).await).unwrap();
        let mut say = |what: String| wrong.push(format!("{width} px, {scheme:?}: {what}"));
        if read.sideways {
            say(format!("is wider than the window: {:#?}", read.sticking));
        }
        if read.title.trim().is_empty() {
            say("has no title".to_owned());
        }
        if !is_mail {
            if read.headings != 1 || read.language != language {
                say(format!(
                    "has {} h1, and the language {:?}",
                    read.headings, read.language
                ));
            }
            if !read.scripts.is_empty() {
                say(format!("has a script or a style of its own: {:#?}", read.scripts));
            }
        }
        if !read.nowhere.is_empty() {
            say(format!("leads to parts that it does not have: {:?}", read.nowhere));
        }
        if !read.ids.is_empty() {
            say(format!("has ids twice: {:?}", read.ids));
        }
        // What its authors advise is about pages; a mail is none.
        let rules = if is_mail { &RULES[..RULES.len() - 1] } else { RULES };
        if language == ruled {
            for violation in tab.violations(rules).await {
                say(violation);
            }
        }
        links = read.links;
        if let (Some(directory), Some(picture)) = (pictures(), picture) {
            let bytes = BASE64_STANDARD.decode(tab.picture().await).unwrap();
            std::fs::write(directory.join(format!("{picture}-{language}-{width}.png")), bytes).unwrap();
        }
    }
    (wrong, links)
}

/// What is wrong with the page that a tab has arrived at.
pub async fn faults(tab: &Tab, arrival: &Arrival, status: u64, language: &str, picture: &str) -> Vec<String> {
    let mut faults = arrival.complaints.clone();
    if arrival.status != status {
        faults.push(format!("answers {}, not {status}", arrival.status));
    }
    faults.extend(wrong_on(tab, language, false, Some(picture)).await.0);
    faults
}

/// What a picture is called: the row's number, so that they lie in the order of the table, and what it shows.
fn name_of(row: &Row) -> String {
    let number = PAGES.iter().position(|one| std::ptr::eq(one, row)).unwrap_or_default();
    let place: String = row
        .place
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let form = row.form.map_or("", |_| "-sent");
    format!(
        "{number:03}-{:?}-{:?}-{}{form}",
        row.at,
        row.who,
        place.trim_matches('-')
    )
}

async fn look(world: &World, tab: &mut Tab, row: &Row, language: &str, mail: &str, found: &Mutex<Found>) {
    let page = format!(
        "{:?}, {:?}, {:?} {:?} ({language})",
        row.at, row.who, row.place, row.form
    );
    let mut address = url::Url::parse(&world.address(row.who, row.place, mail)).unwrap();
    address.query_pairs_mut().append_pair("lang", language);
    let is_mail = row.place.ends_with("/html");
    tab.without_policy(is_mail).await;
    let mut arrival = tab.open(address.as_str()).await;
    if let Some(form) = row.form {
        arrival = tab.send(&world.filled(form, mail)).await;
    }
    let mut wrong = arrival.complaints;
    // A mail names no icon, so the browser looks for one, whenever it has time.
    wrong.retain(|what| !what.ends_with("/favicon.ico"));
    if arrival.status != row.status {
        wrong.push(format!("answers {}, not {}", arrival.status, row.status));
    }
    let (more, links) = wrong_on(tab, language, is_mail, Some(&name_of(row))).await;
    wrong.extend(more);
    let mut found = found.lock().unwrap();
    found
        .wrong
        .extend(wrong.into_iter().map(|what| format!("{page}: {what}")));
    if !is_mail {
        let own = (row.who != Who::Anybody).then(|| world.link(row.who));
        let places = links.iter().filter_map(|link| listed::place_of(link, &world.home, own));
        found.links.extend(
            places
                .filter(|place| !listed::has(row.who, place))
                .map(|place| (place, page.clone())),
        );
    }
}

/// Two tabs share the work of a moment.
async fn look_at_all(world: &World, tabs: &mut [Tab; 2], moment: Moment, found: &Mutex<Found>) {
    let mail = world.mail().await;
    let rows = PAGES.iter().filter(|row| row.at == moment);
    let looks: Vec<_> = rows.flat_map(|row| [(row, "nl"), (row, "en")]).collect();
    let next = Mutex::new(looks.into_iter());
    let [one, other] = tabs;
    let work = async |tab: &mut Tab| {
        loop {
            let look_next = next.lock().unwrap().next();
            let Some((row, language)) = look_next else { break };
            look(world, tab, row, language, &mail, found).await;
        }
    };
    tokio::join!(work(one), work(other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_can_be_read_by_everybody() {
    let Some(browser) = browser("browser::looking::every_page_can_be_read_by_everybody") else {
        return;
    };
    let found = Mutex::<Found>::default();
    for life in [
        &[
            Moment::Open,
            Moment::Deciding,
            Moment::GoingAhead,
            Moment::UnderWay,
            Moment::Harvesting,
            Moment::Over,
        ][..],
        &[Moment::CalledOff, Moment::Reopened],
    ] {
        let mut world = World::new().await;
        let mut tabs = [
            Tab::new(browser, &world.home).await,
            Tab::new(browser, &world.home).await,
        ];
        for moment in life {
            world.reach(*moment).await;
            look_at_all(&world, &mut tabs, *moment, &found).await;
        }
        world.app.stop().await;
    }
    let found = found.into_inner().unwrap();
    assert!(found.wrong.is_empty(), "\n{}\n", found.wrong.join("\n"));
    assert!(
        found.links.is_empty(),
        "pages that no line of the table shows: {:#?}",
        found.links
    );
}
