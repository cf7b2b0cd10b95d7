//! Examples of every letter: in the usual programme, and in the emptiest, longest and most hostile one that can be stored.
//!
//! The usual programme has the facts of a real one of 2014; people have addresses under `.example`.

mod guests;
mod harvest;
mod hosting;
mod programme;
mod sharing;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

pub use self::programme::programme;
use super::compose::Addressee;
use crate::domain::{
    decision::{DecisionMode, DecisionOutcome},
    message::{CancellationCause, ExpiryCause, Letter, Locale},
    programme::{Phase, Price, Programme, TeamRole},
    registration::RegistrationStatus,
    text::{Paragraphs, TextError},
};

/// The domain of the samples' links and Message-IDs.
pub const DOMAIN: &str = "leernetwerk.example";

/// The samples' personal link.
pub const LINK: &str = "https://leernetwerk.example/p/Zm9v_YmFy-0123456789abcdefghijklmnopqrstuvw";

/// One letter to one person about one programme.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it is an example of, such as `held-usual`.
    pub name: String,
    /// The letter.
    pub letter: Letter,
    /// For whom.
    pub to: Addressee,
    /// About what.
    pub programme: Programme,
    /// What the organiser adds.
    pub own_sentence: Option<String>,
}

/// Every letter in every setting.
pub fn all() -> Result<Vec<Sample>, TextError> {
    let mut samples = Vec::new();
    for setting in settings()? {
        for (variant, letter) in letters(&setting.reason)? {
            samples.push(Sample {
                name: format!("{variant}-{}", setting.name),
                letter,
                to: setting.to.clone(),
                programme: setting.programme.clone(),
                own_sentence: setting.own_sentence.clone(),
            });
        }
    }
    Ok(samples)
}

struct Setting {
    name: &'static str,
    to: Addressee,
    programme: Programme,
    reason: Paragraphs<1000>,
    own_sentence: Option<String>,
}

const HOSTILE: &str = "<script>alert('x')</script> {{link}} {{{link}}} **vet** [klik](https://evil.example/a) # \"kop\" \\ \
                       &amp; https://evil.example";

fn settings() -> Result<[Setting; 4], TextError> {
    let long = |length: usize| {
        "Lange naam "
            .repeat(length / 11 + 1)
            .chars()
            .take(length - 1)
            .chain(['x'])
            .collect::<String>()
    };
    let mut emptiest = programme()?;
    emptiest.announced.title = "A".parse()?;
    emptiest.announced.subtitle = None;
    emptiest.announced.price = Price {
        cents: 0,
        vat_included: true,
        vat_basis_points: 0,
        subsidy_basis_points: None,
        withdrawal_basis_points: 10_000,
    };
    emptiest.announced.meetings.clear();
    emptiest.announced.team.clear();
    let mut longest = programme()?;
    longest.phase = Phase::GoingAhead;
    longest.announced.title = long(200).parse()?;
    longest.announced.subtitle = Some(long(300).parse()?);
    longest.announced.price.vat_included = true;
    longest.announced.decision_mode = DecisionMode::Propose;
    for meeting in &mut longest.announced.meetings {
        meeting.title = long(200).parse()?;
        meeting.municipality = Some(long(100).parse()?);
    }
    let mut hostile = programme()?;
    hostile.announced.title = HOSTILE.parse()?;
    hostile.announced.subtitle = Some(HOSTILE.parse()?);
    for meeting in &mut hostile.announced.meetings {
        meeting.title = HOSTILE.parse()?;
        meeting.municipality = Some("<b>Veere</b>\", [x](https://evil.example)".parse()?);
    }
    for member in &mut hostile.announced.team {
        member.name = "\"Bcc: a@evil.example\" <b@evil.example>, 'é' ; (x)".parse()?;
    }
    Ok([
        Setting {
            name: "usual",
            to: addressee(
                "Anna de Vries",
                "Anna",
                "anna.de.vries@zierikzee.example",
                Some("Gemeente Schouwen-Duiveland"),
            )?,
            programme: programme()?,
            reason: "Een aantal gemeenten heeft pas na de vakantie tijd om te beslissen.".parse()?,
            own_sentence: None,
        },
        Setting {
            name: "emptiest",
            to: addressee("A", "A", "a@b.example", None)?,
            programme: emptiest,
            reason: ".".parse()?,
            own_sentence: None,
        },
        Setting {
            name: "longest",
            to: addressee(
                &long(100),
                &long(100),
                &format!("{}@{}.example", "a".repeat(64), "b".repeat(63)),
                Some(&long(200)),
            )?,
            programme: longest,
            reason: format!("{}\n\n{}", long(499), long(499)).parse()?,
            own_sentence: Some(long(1000)),
        },
        Setting {
            name: "hostile",
            to: addressee(
                "</p><script>alert(1)</script> \"Anna\", <x@evil.example>",
                "[An](https://evil.example)",
                "anna@b.example",
                Some(HOSTILE),
            )?,
            programme: hostile,
            reason: format!("{HOSTILE}\n# kop\n\n- punt\n1. een\n\n    code\n> citaat\n---\n===\n```\n~~~\n| a | b |")
                .parse()?,
            own_sentence: Some(format!("{HOSTILE}\n\n# kop\n<!-- -->")),
        },
    ])
}

fn addressee(name: &str, given_name: &str, email: &str, organisation: Option<&str>) -> Result<Addressee, TextError> {
    Ok(Addressee {
        name: name.parse()?,
        given_name: given_name.parse()?,
        email: email.parse()?,
        locale: Locale::Nl,
        organisation: organisation.map(str::parse).transpose()?,
    })
}

/// Every kind of letter in each of its variants.
fn letters(reason: &Paragraphs<1000>) -> Result<Vec<(String, Letter)>, TextError> {
    let in_the_afternoon = at(2014, 5, 7, 12, 30);
    let closing = at(2014, 5, 25, 22, 0);
    let kick_off = at(2014, 6, 12, 7, 30);
    let mut letters = Vec::new();
    let mut add = |name: &str, letter| letters.push((name.to_owned(), letter));
    add(
        "held",
        Letter::ConfirmRegistration {
            waiting_position: None,
            confirm_before: in_the_afternoon,
        },
    );
    add(
        "waiting",
        Letter::ConfirmRegistration {
            waiting_position: Some(3),
            confirm_before: closing,
        },
    );
    add("registered", Letter::RegistrationReceived { is_confirmed: false });
    add("confirmed", Letter::RegistrationReceived { is_confirmed: true });
    for status in RegistrationStatus::ALL {
        let is_waiting = status == RegistrationStatus::Waiting;
        let letter = |is_verified, act_before| Letter::RegistrationState {
            status,
            is_verified,
            waiting_position: is_waiting.then_some(2),
            act_before,
        };
        match status {
            RegistrationStatus::Unverified => add("unverified", letter(false, Some(in_the_afternoon))),
            RegistrationStatus::Waiting => {
                add("waiting-unverified", letter(false, Some(closing)));
                add("waiting", letter(true, None));
            }
            RegistrationStatus::Offered => add("offered", letter(true, Some(closing))),
            other => add(other.word(), letter(true, None)),
        }
        let link = Letter::PersonalLink {
            status: Some(status),
            invitation: None,
        };
        add(status.word(), link);
    }
    let link = Letter::PersonalLink {
        status: None,
        invitation: None,
    };
    add("team", link);
    for can_register_anew in [true, false] {
        let name = |what: &str| format!("{what}{}", if can_register_anew { "-can-register" } else { "" });
        for (what, cause) in [
            ("not-verified", ExpiryCause::NotVerified),
            ("started", ExpiryCause::ProgrammeStarted),
        ] {
            add(
                &name(what),
                Letter::RegistrationExpired {
                    cause,
                    can_register_anew,
                },
            );
        }
        add(&name("unanswered"), Letter::PlaceOfferExpired { can_register_anew });
        add(
            &name("moved"),
            Letter::DeadlineExtended {
                registration_deadline: on(2014, 6, 1),
                reason: reason.clone(),
                can_register_anew,
            },
        );
    }
    add("first", Letter::WaitingListJoined { waiting_position: 1 });
    add("far", Letter::WaitingListJoined { waiting_position: 48 });
    add("end-of-day", Letter::PlaceOffered { accept_before: closing });
    add(
        "until-kick-off",
        Letter::PlaceOffered {
            accept_before: kick_off,
        },
    );
    for (name, after_go, cents_due) in [
        ("before-go", false, None),
        ("after-go", true, Some(77_500)),
        ("after-go-free", true, Some(0)),
        ("after-go-untold", true, None),
    ] {
        add(name, Letter::RegistrationWithdrawn { after_go, cents_due });
    }
    for (name, roles) in [
        ("contact", &TeamRole::ALL[..1]),
        ("facilitator", &TeamRole::ALL[..2]),
        ("organiser", &TeamRole::ALL[..]),
    ] {
        add(name, Letter::TeamWelcome { roles: roles.to_vec() });
    }
    for (name, counted, unverified, days_left) in [
        ("fourteen-days", 0, 0, Some(14)),
        ("seven-days", 1, 2, Some(7)),
        ("one-day", 7, 1, Some(1)),
        ("today", 6, 0, Some(0)),
        ("after-go", 7, 0, None),
    ] {
        add(
            name,
            Letter::BelowMinimum {
                counted,
                minimum: 8,
                unverified,
                days_left,
            },
        );
    }
    for (name, counted, waiting, is_reminder) in [
        ("reached", 9, 0, false),
        ("below", 7, 1, false),
        ("reminder", 7, 1, true),
    ] {
        add(
            name,
            Letter::DecisionRequested {
                counted,
                minimum: 8,
                waiting,
                decide_before: kick_off,
                is_reminder,
            },
        );
    }
    for (name, outcome, counted, waiting, effective_at, reason) in [
        ("go", DecisionOutcome::Go, 12, 5, closing, None),
        (
            "go-below-minimum",
            DecisionOutcome::Go,
            7,
            0,
            in_the_afternoon,
            Some(reason.to_string()),
        ),
        ("no-go", DecisionOutcome::NoGo, 5, 1, closing, None),
    ] {
        add(
            name,
            Letter::DecisionReport {
                outcome,
                counted,
                minimum: 8,
                effective_at,
                waiting,
                reason,
            },
        );
    }
    add(
        "own",
        Letter::Announcement {
            subject: "neem een leerwens mee".parse()?,
            body: reason.parse()?,
        },
    );
    add(
        "long",
        Letter::Announcement {
            subject: HOSTILE.parse()?,
            body: [&**reason; 4].join("\n\n").parse()?,
        },
    );
    add("group", Letter::ProgrammeGoesAhead { participants: 9 });
    add("alone", Letter::ProgrammeGoesAhead { participants: 1 });
    for (name, cause, reason) in [
        ("no-go", CancellationCause::NoGo { counted: 7, minimum: 8 }, None),
        (
            "no-go-one",
            CancellationCause::NoGo { counted: 1, minimum: 8 },
            Some(reason),
        ),
        (
            "no-go-decided",
            CancellationCause::NoGo { counted: 9, minimum: 8 },
            None,
        ),
        ("organiser", CancellationCause::Organiser, Some(reason)),
    ] {
        add(
            name,
            Letter::ProgrammeCancelled {
                cause,
                reason: reason.cloned(),
                in_calendars: Vec::new(),
            },
        );
    }
    add(
        "organiser-after-go",
        Letter::ProgrammeCancelled {
            cause: CancellationCause::Organiser,
            reason: Some(reason.clone()),
            in_calendars: hosting::in_calendars(reason)?,
        },
    );
    for (name, letter) in hosting::letters(reason)? {
        add(name, letter);
    }
    for (name, reply, is_team_member, is_guest) in [
        (
            "person",
            Some("RCPT: 550 5.1.1 no such mailbox".to_owned()),
            false,
            false,
        ),
        ("guest", Some("550 5.1.1".to_owned()), false, true),
        // As long and as hostile as a relay may be.
        (
            "wordy",
            Some(reason.split_whitespace().collect::<Vec<_>>().join(" ")),
            false,
            false,
        ),
        ("colleague", None, true, false),
    ] {
        let letter = Letter::AddressRefused {
            name: "Bram Jansen".to_owned(),
            address: "bram.jansen@veere.example".to_owned(),
            reply,
            is_team_member,
            is_guest,
        };
        add(name, letter);
    }
    for (name, is_participant) in [("participant", true), ("team", false)] {
        add(name, Letter::ProgrammeCompleted { is_participant });
    }
    let is_hostile = reason.contains('<');
    for (name, email, question) in [
        ("short", "cees.bruin+vraag@texel.example", "Is er lunch?"),
        ("long", "c@texel.example", &**reason),
    ] {
        let asker = if is_hostile {
            "\"Bcc: a@evil.example\", [x](https://evil.example) <b>"
        } else {
            "Cees Bruin"
        };
        let letter = Letter::QuestionAsked {
            name: asker.parse()?,
            email: email.parse()?,
            question: question.parse()?,
        };
        add(name, letter);
    }
    letters.extend(sharing::letters(reason, is_hostile)?);
    letters.extend(harvest::letters(reason, is_hostile)?);
    letters.extend(guests::letters(reason)?);
    Ok(letters)
}

fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn clock(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
}

fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    on(year, month, day).and_time(clock(hour, minute)).and_utc()
}
