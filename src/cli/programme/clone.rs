//! `programme clone`: next year's edition as a draft.

use anyhow::{Context, anyhow};
use chrono::NaiveDate;
use clap::Args;
use uuid::Uuid;

use super::{import::outline, programme_of};
use crate::{
    app::{App, Repeatable},
    cli::{
        ADMINISTRATOR,
        table::aligned,
        terminal::{Exit, Misused, Terminal},
    },
    domain::{
        calendar,
        edition::{Edition, days_of_years},
        formats,
        message::Locale,
        programme::Announcement,
        rule::Rule,
        text::Slug,
    },
};

/// What to clone, and into what.
#[derive(Debug, Args)]
pub struct Clone {
    /// The programme's name in addresses, such as werken-in-het-westen-2014
    slug: String,
    /// The new programme's name in addresses [default: the same with its year replaced]
    #[arg(long, value_name = "NEW-SLUG")]
    to: Option<Slug>,
    /// The first day of the first meeting of the new programme; everything else moves by as many days
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "years")]
    first_day: Option<NaiveDate>,
    /// How many years later, in whole weeks so that weekdays stay [default: 1, which is 52 weeks]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99))]
    years: Option<u32>,
    /// Do not ask; needed where there is no terminal
    #[arg(long, short)]
    yes: bool,
}

/// Shows what the new edition would be, asks, and enters it as a draft.
pub async fn clone(app: &App, arguments: &Clone, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let stored = programme_of(app, &arguments.slug).await?.programme;
    let announced = &stored.announced;
    let days = match arguments.first_day {
        None => days_of_years(arguments.years.unwrap_or(1)),
        Some(on) => {
            let first_on = announced.first_day().ok_or_else(|| {
                anyhow!(
                    "{} has no meeting, so no first day; say how many --years later",
                    announced.slug
                )
            })?;
            on.signed_duration_since(first_on).num_days()
        }
    };
    let slug = match &arguments.to {
        Some(slug) => slug.clone(),
        None => announced.slug_some_days_later(days).ok_or(Misused(
            "the slug names no year that could be replaced; give the new name with --to NEW-SLUG",
        ))?,
    };
    let edition = Edition { slug, days };
    let made = announced.as_edition(&edition, Uuid::nil)?;
    if app.programme(&ADMINISTRATOR, &edition.slug).await?.is_some() {
        anyhow::bail!(
            "there is a programme {:?} already; choose another name with --to",
            &*edition.slug
        );
    }
    let rules = app
        .rules(&ADMINISTRATOR, stored.id)
        .await
        .context("cannot read its rules")?;
    terminal.print(outline(&made, true))?;
    terminal.print(dates(announced, &made, days))?;
    terminal.print(rules_words(&rules))?;
    for warning in warnings(announced, &made) {
        terminal.hint(format!("warning: {warning}"))?;
    }
    if !terminal.may_go_on("Enter it as a draft?", arguments.yes)? {
        return Ok(Exit::Failure);
    }
    let slug = edition.slug.clone();
    app.clone_programme(&ADMINISTRATOR, stored.id, edition, &Repeatable::default())
        .await
        .context("cannot enter it")?;
    terminal.print(format!("{slug} is stored as a draft"))?;
    terminal.hint(format!(
        "look it over with `leernetwerk programme export {slug} > {slug}.toml`; without its line `draft = true`, \
         `leernetwerk programme import {slug}.toml` publishes it"
    ))?;
    Ok(Exit::Success)
}

/// Every date, before and after.
fn dates(from: &Announcement, to: &Announcement, days: i64) -> String {
    let day = |on| formats::weekday_and_day(on, Locale::En);
    let mut rows = vec![[
        "  deadline".to_owned(),
        day(from.registration_deadline),
        format!("→ {}", day(to.registration_deadline)),
    ]];
    for (before, after) in from.meetings.iter().zip(&to.meetings) {
        for (before_day, after_day) in before.days.iter().zip(&after.days) {
            rows.push([
                format!("  meeting {}", before.number),
                day(before_day.on),
                format!("→ {}", day(after_day.on)),
            ]);
        }
    }
    if let (Some(before), Some(after)) = (&from.showcase, &to.showcase) {
        rows.push(["  showcase".to_owned(), day(before.on), format!("→ {}", day(after.on))]);
    }
    let side = if days < 0 { "earlier" } else { "later" };
    format!(
        "every date is {} days {side} than in {}:\n{}",
        days.abs(),
        from.slug,
        aligned(&rows).join("\n")
    )
}

fn rules_words(rules: &[Rule]) -> String {
    let changed: Vec<_> = rules
        .iter()
        .filter(|rule| rule.is_changed())
        .map(|rule| rule.key.word())
        .collect();
    if changed.is_empty() {
        format!("its {} rules are the product's own", rules.len())
    } else {
        format!(
            "its {} rules go along as they are; changed: {}",
            rules.len(),
            changed.join(", ")
        )
    }
}

/// What somebody should look at before publishing.
fn warnings(from: &Announcement, to: &Announcement) -> Vec<String> {
    let days = to.meetings.iter().flat_map(|meeting| {
        meeting
            .days
            .iter()
            .map(move |day| (format!("meeting {}", meeting.number), day.on))
    });
    let mut warnings: Vec<_> = std::iter::once(("the registration deadline".to_owned(), to.registration_deadline))
        .chain(days)
        .filter(|(_, on)| !calendar::is_working_day(*on))
        .map(|(what, on)| {
            let why = if calendar::is_public_holiday(on) {
                "is a Dutch public holiday"
            } else {
                "is in a weekend"
            };
            format!("{what}: {} {why}", formats::weekday_and_day(on, Locale::En))
        })
        .collect();
    let year = from
        .first_day()
        .unwrap_or(from.registration_deadline)
        .format("%Y")
        .to_string();
    let texts = [
        ("title", Some(&*to.title)),
        ("subtitle", to.subtitle.as_deref()),
        ("description", Some(&*to.description)),
        ("audience", to.audience.as_deref()),
    ];
    let is_old = from.registration_deadline != to.registration_deadline;
    warnings.extend(
        texts
            .into_iter()
            .filter(|(_, text)| is_old && text.is_some_and(|text| text.contains(&year)))
            .map(|(field, _)| format!("the {field} still says {year}")),
    );
    warnings
}
