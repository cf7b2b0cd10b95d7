//! Meetings as entries of people's own calendars: iCalendar (RFC 5545), carried by mail (RFC 5546, 6047) or subscribed to.
//!
//! - **One entry per day of a meeting.** A meeting of two days is two blocks with an evening between them.
//! - **Times are in UTC.** Every calendar program reads them alike and shows them in its owner's zone. A VTIMEZONE is needed by
//!   entries that recur, and these do not; with one, Outlook and Google each match zones by names of their own. What is lost: an
//!   entry does not follow when a country changes its clock rules between mail and meeting.
//! - **One file per entry in a mail.** A CANCEL may speak of one UID only (RFC 5546, 3.2.5), Outlook opens a file of several
//!   entries as a calendar of its own, and Gmail shows the first one.
//! - **PUBLISH, not REQUEST.** Nobody is asked for an answer by calendar: replies would go to a mailbox that no program reads.
//! - **The organiser is the sender's address**, because calendar programs take an update only from the organiser they know, and
//!   the people of a team change.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use icalendar::{Component, EventLike, EventStatus, Property};
use lettre::message::{
    Attachment, Body, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType},
};
use uuid::Uuid;

use super::compose::{ComposeError, Sender};
use crate::domain::{
    calendar::resolve,
    hosting::Hosting,
    programme::{Phase, Programme},
};

/// Whether an entry can be reckoned with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is not certain that it will be.
    Tentative,
    /// It will be.
    Confirmed,
    /// It will not be.
    Cancelled,
}

/// What a calendar program is to do with a mailed entry (RFC 5546, 1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Take it in; one with a lower sequence number is replaced.
    Publish,
    /// Take it out.
    Cancel,
}

impl Method {
    fn word(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Cancel => "CANCEL",
        }
    }
}

/// One day of a meeting, or the showcase for one guest.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The id of the meeting, or of the guest's invitation; together with the day this is what an update is recognised by.
    pub about: Uuid,
    /// Which day of it, from 1.
    pub day: u32,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// What it is called.
    pub summary: String,
    /// Where it is.
    pub location: Option<String>,
    /// What else there is to know, as plain text.
    pub description: Option<String>,
    /// Where more is told.
    pub url: Option<String>,
    /// Whether it can be reckoned with.
    pub standing: Standing,
    /// How often time, place or standing changed since people were first told; it never goes down.
    pub sequence: u32,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

/// Meetings for people's calendars.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// What the calendar is called: the title of the programme.
    pub name: String,
    /// The zone that a program shows it in when it has none of its own.
    pub zone: Tz,
    /// In order of time.
    pub entries: Vec<Entry>,
}

/// One entry as the part of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// What the file is called.
    pub name: String,
    /// What a program is to do with it; told in the part's header and in the text, where both must agree (RFC 6047, 2.4).
    pub method: Method,
    /// The text, lines ended by CRLF.
    pub text: String,
}

impl Standing {
    /// What a programme makes of its meetings: nothing is certain before the go.
    pub fn of(phase: Phase) -> Self {
        match phase {
            Phase::Draft | Phase::Open => Self::Tentative,
            Phase::GoingAhead | Phase::Completed => Self::Confirmed,
            Phase::Cancelled => Self::Cancelled,
        }
    }
}

/// What the entries of a calendar to subscribe to are told apart by from those in mails. The two are counted by different numbers
/// and say different things: who took one in must not find the other passed over as an older version of it (RFC 5546, 2.1.4).
const SUBSCRIBED: &str = "-subscribed";

impl Calendar {
    /// All meetings of a programme with what everybody may know of them (their municipality, not their address), as last changed at
    /// a moment. The sequence number is the
    /// time from publishing to that change: it grows with each one, and nothing has to be counted for it.
    pub fn of(programme: &Programme, hosting: &Hosting, page: &str, changed_at: DateTime<Utc>) -> Self {
        let announced = &programme.announced;
        let since = programme.published_at.unwrap_or(changed_at);
        let sequence = u32::try_from((changed_at - since).num_seconds()).unwrap_or(0);
        let entries = announced.meetings.iter().flat_map(|meeting| {
            meeting.days.iter().zip(1..).map(move |(day, number)| Entry {
                about: meeting.id.0,
                day: number,
                starts_at: resolve(day.on, day.starts, announced.time_zone),
                ends_at: resolve(day.on, day.ends, announced.time_zone),
                summary: format!("{}: {}", announced.title, meeting.title),
                location: hosting.municipality(meeting).map(ToString::to_string),
                description: Some(page.to_owned()),
                url: Some(page.to_owned()),
                standing: Standing::of(programme.phase),
                sequence,
                changed_at,
            })
        });
        Self {
            name: announced.title.to_string(),
            zone: announced.time_zone,
            entries: entries.collect(),
        }
    }

    /// The whole calendar to subscribe to. Without a METHOD, DTSTAMP is the time of the last change (RFC 5545, 3.8.7.2), so the same
    /// meetings are always the same bytes.
    pub fn feed(&self, sender: &Sender) -> String {
        let mut calendar = self.frame(None);
        calendar.name(&printable(&self.name));
        calendar.timezone(self.zone.name());
        // How often to ask again, where a program lets itself be told.
        calendar.append_property(
            Property::new("REFRESH-INTERVAL", "PT12H")
                .add_parameter("VALUE", "DURATION")
                .done(),
        );
        calendar.append_property(Property::new("X-PUBLISHED-TTL", "PT12H"));
        for entry in &self.entries {
            calendar.push(self.event(entry, entry.standing, entry.changed_at, SUBSCRIBED, sender));
        }
        folded(&calendar.to_string())
    }

    /// The files for a mail made at a moment: one per entry.
    pub fn files(&self, method: Method, made_at: DateTime<Utc>, sender: &Sender) -> Vec<CalendarFile> {
        let file = |entry: &Entry| {
            let standing = match method {
                Method::Publish => entry.standing,
                Method::Cancel => Standing::Cancelled,
            };
            let mut calendar = self.frame(Some(method));
            calendar.push(self.event(entry, standing, made_at, "", sender));
            CalendarFile {
                name: format!("{}.ics", entry.starts_at.with_timezone(&self.zone).format("%Y-%m-%d")),
                method,
                text: folded(&calendar.to_string()),
            }
        };
        self.entries.iter().map(file).collect()
    }

    fn frame(&self, method: Option<Method>) -> icalendar::Calendar {
        let mut calendar = icalendar::Calendar::empty();
        for (key, value) in [
            ("VERSION", "2.0"),
            ("PRODID", "-//leernetwerk//leernetwerk//NL"),
            ("CALSCALE", "GREGORIAN"),
        ] {
            calendar.append_property((key, value));
        }
        if let Some(method) = method {
            calendar.append_property(("METHOD", method.word()));
        }
        calendar
    }

    // The library would fill in a UID and a DTSTAMP of its own: both are always given.
    fn event(
        &self,
        entry: &Entry,
        standing: Standing,
        stamped_at: DateTime<Utc>,
        among: &str,
        sender: &Sender,
    ) -> icalendar::Event {
        let mut event = icalendar::Event::new();
        event
            .uid(&format!("{}-{}{among}@{}", entry.about, entry.day, sender.domain()))
            .timestamp(stamped_at)
            .last_modified(entry.changed_at)
            .sequence(entry.sequence)
            .starts(entry.starts_at)
            .ends(entry.ends_at)
            .summary(&printable(&entry.summary))
            .status(match standing {
                Standing::Tentative => EventStatus::Tentative,
                Standing::Confirmed => EventStatus::Confirmed,
                Standing::Cancelled => EventStatus::Cancelled,
            })
            .append_property(
                Property::new("ORGANIZER", format!("mailto:{}", &*sender.from))
                    // A parameter has no way to say a double quote (RFC 5545, 3.2).
                    .add_parameter("CN", &printable(&self.name).replace('"', "'").replace('\n', " "))
                    .done(),
            );
        if let Some(location) = &entry.location {
            event.location(&printable(location));
        }
        if let Some(description) = &entry.description {
            event.description(&printable(description));
        }
        if let Some(url) = entry
            .url
            .as_deref()
            .filter(|url| url.chars().all(|c| c.is_ascii_graphic()))
        {
            event.url(url);
        }
        event.done()
    }
}

impl CalendarFile {
    /// The part of a mail. In base64, because relays and programs rewrap other text and the lines of a calendar must stay.
    pub fn part(&self) -> Result<SinglePart, ComposeError> {
        let content_type = ContentType::parse(&format!("text/calendar; charset=utf-8; method={}", self.method.word()))
            .map_err(|_| ComposeError::Encoding)?;
        let body = Body::new_with_encoding(self.text.clone().into_bytes(), ContentTransferEncoding::Base64)
            .map_err(|_| ComposeError::Encoding)?;
        Ok(Attachment::new(self.name.clone()).body(body, content_type))
    }
}

/// A mail's words with calendar files beside them. The words come first: that is what is read, and where Outlook looks.
pub fn beside(words: MultiPart, files: &[CalendarFile], boundary: String) -> Result<MultiPart, ComposeError> {
    let mut mixed = MultiPart::mixed().boundary(boundary).multipart(words);
    for file in files {
        mixed = mixed.singlepart(file.part()?);
    }
    Ok(mixed)
}

/// The lines folded at 75 octets (RFC 5545, 3.1), between characters. The library forgets the space that a continued line begins
/// with, so its last ones can hold 76.
fn folded(text: &str) -> String {
    const MOST_OCTETS: usize = 75;
    let mut folded = String::with_capacity(text.len() + text.len() / 20);
    let mut octets = 0;
    for c in text.replace("\r\n ", "").chars() {
        if c == '\r' || c == '\n' {
            octets = 0;
        } else {
            if octets + c.len_utf8() > MOST_OCTETS {
                folded.push_str("\r\n ");
                octets = 1;
            }
            octets += c.len_utf8();
        }
        folded.push(c);
    }
    folded
}

/// Text without what would end a line or cannot be shown; a line feed stays and is escaped by the library.
fn printable(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use icalendar::DatePerhapsTime;
    use lettre::message::Message;
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    fn at(day: u32, hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2014, 9, day, hour, 30, 0).unwrap()
    }

    fn sender() -> Sender {
        Sender {
            from: "netwerk@west.example".parse().unwrap(),
        }
    }

    const AWKWARD: &str = "Ruimte \"Zuid\", 2e; trap \\ links: 100% — één keer per jaar, bij 's-Gravenhage en Súdwest-Fryslân 老虎老虎老虎老虎老虎老虎";

    fn entry(day: u32) -> Entry {
        Entry {
            about: Uuid::from_u128(7),
            day,
            starts_at: at(22 + day, 7),
            ends_at: at(22 + day, 14),
            summary: AWKWARD.to_owned(),
            location: Some("Raadhuis, Plein 1\nWaalwijk".to_owned()),
            description: Some(format!("{AWKWARD}\r\nBEGIN:VALARM\r\n{}", AWKWARD.repeat(20))),
            url: Some("https://netwerk.example/programmes/west".to_owned()),
            standing: Standing::Confirmed,
            sequence: 3,
            changed_at: at(1, 9),
        }
    }

    fn calendar() -> Calendar {
        Calendar {
            name: "Werken; in \"het\", Westen".to_owned(),
            zone: chrono_tz::Europe::Amsterdam,
            entries: vec![entry(1), entry(2)],
        }
    }

    fn read(text: &str) -> icalendar::Calendar {
        text.parse().unwrap()
    }

    #[test]
    fn a_feed_reads_back_as_it_was_meant() {
        let text = calendar().feed(&sender());
        let feed = read(&text);
        assert_eq!(feed.get_name(), Some("Werken; in \"het\", Westen"));
        assert_eq!(feed.property_value("METHOD"), None);
        let events: Vec<_> = feed.events().collect();
        assert_eq!(events.len(), 2);
        let second = events[1];
        assert_eq!(
            second.get_uid(),
            Some("00000000-0000-0000-0000-000000000007-2-subscribed@west.example")
        );
        assert_eq!(second.get_summary(), Some(AWKWARD));
        assert_eq!(second.get_location(), Some("Raadhuis, Plein 1\nWaalwijk"));
        assert_eq!(
            second.get_description().unwrap(),
            format!("{AWKWARD}\nBEGIN:VALARM\n{}", AWKWARD.repeat(20))
        );
        assert_eq!(second.get_start(), Some(DatePerhapsTime::from(at(24, 7))));
        assert_eq!(second.get_end(), Some(DatePerhapsTime::from(at(24, 14))));
        assert_eq!(second.get_status(), Some(EventStatus::Confirmed));
        assert_eq!(second.get_sequence(), Some(3));
        assert_eq!(second.get_timestamp(), Some(at(1, 9)));
        assert_eq!(second.get_last_modified(), Some(at(1, 9)));
        assert_eq!(second.get_url(), Some("https://netwerk.example/programmes/west"));
        let organiser = &second.properties()["ORGANIZER"];
        assert_eq!(organiser.value(), "mailto:netwerk@west.example");
        assert_eq!(organiser.params()["CN"].value(), "Werken; in 'het', Westen");
    }

    #[test]
    fn lines_are_short_end_in_crlf_and_cut_no_character() {
        for text in [
            calendar().feed(&sender()),
            calendar().files(Method::Publish, at(2, 8), &sender()).remove(0).text,
        ] {
            assert!(text.ends_with("END:VCALENDAR\r\n"));
            assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
            for line in text.split("\r\n") {
                assert!(line.len() <= 75, "{} octets: {line}", line.len());
            }
            assert!(text.split("\r\n").any(|line| line.len() == 75));
            assert!(!text.contains("\r\nBEGIN:VALARM"), "text cannot become a component");
        }
    }

    #[test]
    fn the_same_meetings_are_the_same_bytes() {
        assert_eq!(calendar().feed(&sender()), calendar().feed(&sender()));
    }

    #[test]
    fn a_mail_gets_one_file_per_day_that_says_when_it_was_made() {
        let files = calendar().files(Method::Publish, at(2, 8), &sender());
        assert_eq!(
            files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
            ["2014-09-23.ics", "2014-09-24.ics"]
        );
        for (file, day) in files.iter().zip(1..) {
            let read = read(&file.text);
            assert_eq!(read.property_value("METHOD"), Some("PUBLISH"));
            let events: Vec<_> = read.events().collect();
            assert_eq!(events.len(), 1);
            assert!(events[0].get_uid().unwrap().ends_with(&format!("-{day}@west.example")));
            assert_eq!(events[0].get_timestamp(), Some(at(2, 8)));
            assert_eq!(events[0].get_last_modified(), Some(at(1, 9)));
        }
    }

    #[test]
    fn an_update_and_a_cancellation_speak_of_the_same_entry() {
        let uid = |text: &str| read(text).events().next().unwrap().get_uid().unwrap().to_owned();
        let first = calendar().files(Method::Publish, at(2, 8), &sender()).remove(0);
        let mut moved = calendar();
        moved.entries[0].starts_at = at(25, 7);
        moved.entries[0].sequence = 4;
        let cancelled = moved.files(Method::Cancel, at(3, 8), &sender()).remove(0);
        assert_eq!(uid(&first.text), uid(&cancelled.text));
        let read = read(&cancelled.text);
        assert_eq!(read.property_value("METHOD"), Some("CANCEL"));
        let event = read.events().next().unwrap();
        assert_eq!(event.get_status(), Some(EventStatus::Cancelled));
        assert_eq!(event.get_sequence(), Some(4));
    }

    #[test]
    fn files_lie_beside_the_words_with_the_method_in_both_places() {
        let files = calendar().files(Method::Cancel, at(2, 8), &sender());
        let words = MultiPart::alternative_plain_html("plain".to_owned(), "<p>html</p>".to_owned());
        let message = Message::builder()
            .from("netwerk@west.example".parse().unwrap())
            .to("anna@gemeente.example".parse().unwrap())
            .subject("Bijeenkomst")
            .multipart(beside(words, &files, "=_outer".to_owned()).unwrap())
            .unwrap()
            .formatted();
        assert!(message.is_ascii());
        let message = MessageParser::new().parse(&message).unwrap();
        assert_eq!(message.body_text(0).unwrap(), "plain");
        let parts: Vec<_> = message.attachments().collect();
        assert_eq!(parts.len(), 2);
        for (part, file) in parts.iter().zip(&files) {
            let content_type = part.content_type().unwrap();
            assert_eq!(
                (content_type.ctype(), content_type.subtype()),
                ("text", Some("calendar"))
            );
            assert_eq!(content_type.attribute("method"), Some("CANCEL"));
            assert_eq!(part.attachment_name(), Some(file.name.as_str()));
            assert_eq!(part.text_contents(), Some(file.text.as_str()));
        }
    }
}
