//! Days, moments, amounts and enumerations as the Dutch and the English write them.
//!
//! Moments are told in the programme's zone. Dutch spellings follow the locale data of Unicode (CLDR 48): weekdays and
//! months in lower case, a 24-hour clock, a no-break space after the euro sign, no comma before "en".

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::Tz;

use super::{calendar, message::Locale, programme::MeetingDay};

/// Keeps two characters on one line.
const NO_BREAK_SPACE: char = '\u{a0}';

/// Between the two ends of a range of times.
const EN_DASH: char = '\u{2013}';

const DUTCH_MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DUTCH_WEEKDAYS: [&str; 7] = [
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
];

const ENGLISH_WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

fn weekday(on: NaiveDate, locale: Locale) -> &'static str {
    let names = match locale {
        Locale::Nl => DUTCH_WEEKDAYS,
        Locale::En => ENGLISH_WEEKDAYS,
    };
    names
        .get(on.weekday().num_days_from_monday() as usize)
        .copied()
        .unwrap_or_default()
}

fn month(on: NaiveDate, locale: Locale) -> &'static str {
    let names = match locale {
        Locale::Nl => DUTCH_MONTHS,
        Locale::En => ENGLISH_MONTHS,
    };
    names.get(on.month0() as usize).copied().unwrap_or_default()
}

/// A day: "25 mei 2014", "25 May 2014".
pub fn day(on: NaiveDate, locale: Locale) -> String {
    format!("{} {} {}", on.day(), month(on, locale), on.year())
}

/// A day with its weekday: "zondag 25 mei 2014", "Sunday 25 May 2014".
pub fn weekday_and_day(on: NaiveDate, locale: Locale) -> String {
    format!("{} {}", weekday(on, locale), day(on, locale))
}

/// Days, each month and year named once: "23 en 24 september 2014", "30 september en 1 oktober 2014".
pub fn days(of: &[NaiveDate], locale: Locale) -> String {
    let named: Vec<_> = of
        .iter()
        .enumerate()
        .map(|(at, on)| match of.get(at + 1) {
            Some(next) if (next.year(), next.month()) == (on.year(), on.month()) => on.day().to_string(),
            Some(next) if next.year() == on.year() => format!("{} {}", on.day(), month(*on, locale)),
            _ => day(*on, locale),
        })
        .collect();
    enumeration(&named, locale)
}

/// A time of day, to the minute: "09:30".
pub fn time(at: NaiveTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// From one time of day until another: "09:30–16:30".
pub fn times(starts: NaiveTime, ends: NaiveTime) -> String {
    format!("{}{EN_DASH}{}", time(starts), time(ends))
}

/// A moment: "25 mei 2014 om 09:00 uur", "25 May 2014 at 09:00".
pub fn moment(instant: DateTime<Utc>, zone: Tz, locale: Locale) -> String {
    at_time(instant, zone, locale, day)
}

/// A moment with its weekday: "zondag 25 mei 2014 om 09:00 uur", "Sunday 25 May 2014 at 09:00".
pub fn weekday_and_moment(instant: DateTime<Utc>, zone: Tz, locale: Locale) -> String {
    at_time(instant, zone, locale, weekday_and_day)
}

fn at_time(instant: DateTime<Utc>, zone: Tz, locale: Locale, named: impl Fn(NaiveDate, Locale) -> String) -> String {
    let civil = instant.with_timezone(&zone).naive_local();
    let (on, at) = (named(civil.date(), locale), time(civil.time()));
    match locale {
        Locale::Nl => format!("{on} om {at} uur"),
        Locale::En => format!("{on} at {at}"),
    }
}

/// The day that ends at an instant, if one does; seconds are not told, so they do not count.
fn day_that_ends(at: DateTime<Utc>, zone: Tz) -> Option<NaiveDate> {
    let minute = at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at);
    let before = calendar::days_after(calendar::day_of(minute, zone), -1);
    (calendar::end_of_day(before, zone) == minute).then_some(before)
}

/// Until when something can be done that is over at an instant. People do not say "before Monday at 00:00", so the end
/// of a day is told as that day: "tot en met zondag 25 mei 2014"; another moment as
/// "vóór woensdag 28 mei 2014 om 14:30 uur".
pub fn until(end: DateTime<Utc>, zone: Tz, locale: Locale) -> String {
    match (day_that_ends(end, zone), locale) {
        (Some(on), Locale::Nl) => format!("tot en met {}", weekday_and_day(on, locale)),
        (Some(on), Locale::En) => format!("up to and including {}", weekday_and_day(on, locale)),
        (None, Locale::Nl) => format!("vóór {}", weekday_and_moment(end, zone, locale)),
        (None, Locale::En) => format!("before {}", weekday_and_moment(end, zone, locale)),
    }
}

/// As of when something is so: "aan het eind van zondag 25 mei 2014" or "op woensdag 28 mei 2014 om 14:30 uur".
pub fn as_of(instant: DateTime<Utc>, zone: Tz, locale: Locale) -> String {
    match (day_that_ends(instant, zone), locale) {
        (Some(on), Locale::Nl) => format!("aan het eind van {}", weekday_and_day(on, locale)),
        (Some(on), Locale::En) => format!("at the end of {}", weekday_and_day(on, locale)),
        (None, Locale::Nl) => format!("op {}", weekday_and_moment(instant, zone, locale)),
        (None, Locale::En) => format!("on {}", weekday_and_moment(instant, zone, locale)),
    }
}

/// The days and times of a meeting. The times are told once if they are the same every day:
/// "23 en 24 september 2014, 09:30–16:30".
pub fn meeting_days(of: &[MeetingDay], locale: Locale) -> String {
    let same_times = of.windows(2).all(|pair| match pair {
        [one, other] => (one.starts, one.ends) == (other.starts, other.ends),
        _ => true,
    });
    match of {
        [only] => format!(
            "{}, {}",
            weekday_and_day(only.on, locale),
            times(only.starts, only.ends)
        ),
        [first, ..] if same_times => {
            let on: Vec<_> = of.iter().map(|day| day.on).collect();
            format!("{}, {}", days(&on, locale), times(first.starts, first.ends))
        }
        _ => {
            let each: Vec<_> = of
                .iter()
                .map(|one| format!("{}, {}", day(one.on, locale), times(one.starts, one.ends)))
                .collect();
            each.join("; ")
        }
    }
}

/// An amount of euros: "€ 1.550,00" (with a no-break space), "€1,550.00".
pub fn euros(cents: u32, locale: Locale) -> String {
    let (thousands, decimal) = match locale {
        Locale::Nl => ('.', ','),
        Locale::En => (',', '.'),
    };
    let whole = (cents / 100).to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(thousands);
        }
        grouped.push(digit);
    }
    let fraction = cents % 100;
    match locale {
        Locale::Nl => format!("€{NO_BREAK_SPACE}{grouped}{decimal}{fraction:02}"),
        Locale::En => format!("€{grouped}{decimal}{fraction:02}"),
    }
}

/// A percentage given in hundredths of a per cent: "50%", "12,5%" or "12.5%".
pub fn percentage(basis_points: u32, locale: Locale) -> String {
    let decimal = match locale {
        Locale::Nl => ',',
        Locale::En => '.',
    };
    let (whole, fraction) = (basis_points / 100, basis_points % 100);
    match (fraction, fraction % 10) {
        (0, _) => format!("{whole}%"),
        (_, 0) => format!("{whole}{decimal}{}%", fraction / 10),
        _ => format!("{whole}{decimal}{fraction:02}%"),
    }
}

/// "Goes, Tholen en Veere", "Goes, Tholen and Veere".
pub fn enumeration(of: &[impl AsRef<str>], locale: Locale) -> String {
    let and = match locale {
        Locale::Nl => " en ",
        Locale::En => " and ",
    };
    match of {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(AsRef::as_ref).collect();
            format!("{}{and}{}", first.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests;
